/* account/consents.js - what a person agreed to: who may get what, for what, since when; each can be taken back. */
import { answered, ask } from "/assets/ask.js";
import { aside, badge, both, element, paragraph } from "/assets/dom.js";
import { action, form } from "/assets/form.js";
import { time } from "/assets/time.js";
import { personaWords } from "/assets/words.js";

const path = "/v1/account/consents";
const purposes = { enrolment: ["アカウントの登録", "Enrolment of this account"], login: ["ログイン", "Logging in"] };

const titleOf = (item) =>
	typeof item === "string" ? [item, item] : [item.title?.ja ?? item.name, item.title?.en ?? item.name];
const textOf = (name, otherwise) =>
	typeof name === "string"
		? [name || otherwise, name || otherwise]
		: [name?.ja || name?.en || otherwise, name?.en || name?.ja || otherwise];

function consent(flow, one) {
	const { id, relying_party: party, purpose, items, persona, given, withdrawn } = one;
	const entity = typeof party === "string" ? party : (party?.entity_id ?? "");
	const name = textOf(one.name ?? party?.name, entity);
	const place = element("div", { class: "answer" });
	const words = purposes[purpose] ?? [purpose, purpose];
	const titles = (items ?? []).map(titleOf);
	const withdraw = () =>
		place.replaceChildren(
			element(
				"div",
				{ class: "opened-step" },
				paragraph(
					"これからは渡しません。すでに渡したものは、相手のところに残ることがあります。",
					"Nothing more is passed on. What was passed on already may stay with them.",
				),
				form({
					fields: [],
					words: ["同意を取り消す", "Withdraw consent"],
					danger: true,
					async run() {
						const answer = await ask("DELETE", `${path}/${id}`);

						if (!answered(answer))
							return flow.refused(answer);
						await flow.again(["同意を取り消しました", "Consent was withdrawn"]);
						return null;
					},
					beside: [
						action(["やめる", "Cancel"], () => place.replaceChildren(), {
							quiet: true,
						}),
					],
				}),
			),
		);

	return element(
		"li",
		{ class: "held" },
		element("h2", {}, both(...name)),
		...(entity ? [element("p", { class: "aside entity" }, entity)] : []),
		element(
			"p",
			{},
			withdrawn ? badge("quiet", "取り消しました", "Withdrawn") : badge("good", "同意しています", "In force"),
		),
		element(
			"dl",
			{ class: "facts" },
			element(
				"div",
				{},
				element("dt", {}, both("渡す情報", "Items")),
				element(
					"dd",
					{},
					both(
						titles.map(([ja]) => ja).join("、") || "なし",
						titles.map(([, en]) => en).join(", ") || "none",
					),
				),
			),
			element("div", {}, element("dt", {}, both("目的", "Purpose")), element("dd", {}, both(...words))),
			...(persona
				? [
						element(
							"div",
							{},
							element("dt", {}, both("ペルソナ", "Persona")),
							element("dd", {}, both(...personaWords(persona))),
						),
					]
				: []),
			element("div", {}, element("dt", {}, both("同意した時", "Given")), element("dd", {}, time(given))),
			...(withdrawn
				? [
						element(
							"div",
							{},
							element("dt", {}, both("取り消した時", "Withdrawn")),
							element("dd", {}, time(withdrawn)),
						),
					]
				: []),
		),
		...(purpose === "enrolment" && !withdrawn
			? [
					aside(
						"アカウントのもとになる同意です。取り消すには、アカウントを消去します。",
						"The account rests on it: to withdraw it, erase the account.",
					),
				]
			: []),
		...(withdrawn || purpose === "enrolment"
			? []
			: [
					element(
						"div",
						{ class: "buttons" },
						action(["同意を取り消す", "Withdraw"], withdraw, {
							quiet: true,
							danger: true,
							of: name,
						}),
					),
					place,
				]),
	);
}

export async function consents(flow) {
	const heading = ["情報の提供への同意", "Consents"];
	const lead = [
		"だれに、何を、何のために渡すことに同意したか。いつでも取り消せます。",
		"Who may get what, and for what. You can take it back at any time.",
	];
	const answer = await ask("GET", path);

	if (!answered(answer))
		return { heading, lead, content: [flow.refused(answer)] };
	return {
		heading,
		lead,
		content: [
			answer.json.consents.length > 0
				? element("ul", { class: "held-list" }, ...answer.json.consents.map((one) => consent(flow, one)))
				: paragraph("まだ、だれにも同意していません。", "You have not consented to anything yet."),
		],
	};
}
