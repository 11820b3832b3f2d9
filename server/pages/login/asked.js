/* login/asked.js - who asks for a login, and how sure of the person they want to be. */
import { both, element, paragraph } from "/assets/dom.js";
import { explainedLevels, levelInWords } from "/assets/means.js";
import { named } from "/assets/words.js";

const nameOf = ({ relying_party: { name, entity_id } }) => ({
	ja: name?.ja || name?.en || entity_id,
	en: name?.en || name?.ja || entity_id,
});

const whys = {
	change: [
		["変更を続けるために、ご本人であることを確かめます", "Confirm that it is you, to make the change"],
		["大切な変更の前には、もう一度確かめています。", "This is asked again before changes that matter."],
	],
	authenticator: [
		["認証手段を加えるために、ご本人であることを確かめます", "Confirm that it is you, to add an authenticator"],
		["加えるものと同じ強さ以上の方法で、確かめます。", "It takes a way at least as strong as the one being added."],
	],
	erase: [
		["アカウントを消去するために、ご本人であることを確かめます", "Confirm that it is you, to erase your account"],
		["消去は元に戻せないため、回復用コードのほかの方法で確かめます。", "It cannot be undone, so it takes another way than a recovery code."],
	],
	staff: [
		["窓口の仕事のために、ご本人であることを確かめます", "Confirm that it is you, to work at the desk"],
		["担当者として扱う情報を守るためです。", "This protects what you will see as staff."],
	],
};
const persona = [
	["個人情報を表示するために、ご本人であることを確かめます", "Confirm that it is you, to see personal data"],
	["このペルソナの情報を守るためです。", "This protects what this persona holds."],
];

const reasonOf = ({ why }) => whys[why] ?? (why?.startsWith("persona:") ? persona : null);

export function headingFor(login) {
	const name = nameOf(login);

	return reasonOf(login)?.[0] ?? [`${name.ja}にログインする`, `Log in to ${name.en}`];
}

/* Their mark comes from the registry, by way of this server. */
function mark(login) {
	const { mark: address } = login.relying_party;
	const { ja, en } = nameOf(login);

	if (address)
		return element("img", { class: "logo", src: address, alt: "", width: "56", height: "56" });
	return element("span", { class: "logo logo-letter", "aria-hidden": "true" }, both([...ja][0], [...en][0]));
}

/* Without a name of its own it is called by its levels. */
const levelsInWords = (levels) => {
	const each = levels.map(levelInWords);

	return { ja: each.map(([ja]) => ja).join("、"), en: each.map(([, en]) => en).join(", ") };
};

/* In words first; each level with its meaning for who wants to know. */
function askedFor({ wanted, relying_party, why }) {
	if (!wanted || wanted.levels.length === 0)
		return element(
			"p",
			{ class: "aside wide-aside" },
			both(
				"特に決められた確かさはありません。どの方法でもログインできます。",
				"No particular level is asked for: any way will do.",
			),
		);
	const words = wanted.title ?? levelsInWords(wanted.levels);
	const name = nameOf({ relying_party });

	return element(
		"details",
		{ class: "asked" },
		element("summary", {}, both(`求められる確かさ：${words.ja}`, `How sure they need to be: ${words.en}`)),
		element(
			"div",
			{ class: "inner" },
			...(wanted.text ? [paragraph(wanted.text.ja, wanted.text.en)] : []),
			paragraph(
				why ? "次のレベルが必要です。" : `${name.ja}は、次のレベルを求めています。`,
				why ? "These levels are needed." : `${name.en} asks for these levels.`,
			),
			explainedLevels(wanted.framework, wanted.levels),
			...(wanted.framework
				? [
						element(
							"p",
							{ class: "aside" },
							element(
								"a",
								{
									href: `/policy/?framework=${encodeURIComponent(wanted.framework)}`,
								},
								both("レベルの基準を読む", "Read what the levels demand"),
							),
						),
					]
				: []),
		),
	);
}

export function asker(login) {
	const { relying_party, person } = login;
	const why = reasonOf(login)?.[1];

	return element(
		"div",
		{ class: "asker" },
		mark(login),
		element(
			"div",
			{},
			element("p", { class: "asker-name" }, named(relying_party.name ?? {}, relying_party.entity_id)),
			element("p", { class: "aside entity" }, relying_party.entity_id),
			...(person
				? [
						paragraph(
							["アカウント ", element("code", {}, person.number)],
							["Account ", element("code", {}, person.number)],
						),
					]
				: []),
			...(why ? [paragraph(...why)] : []),
		),
		askedFor(login),
	);
}
