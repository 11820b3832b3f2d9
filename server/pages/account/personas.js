/* account/personas.js - the three faces of a person, what each holds and where that came from; in two of them the person chooses. */
import { answered, ask } from "/assets/ask.js";
import { aside, badge, both, element, label, paragraph } from "/assets/dom.js";
import { action, choice, field, form } from "/assets/form.js";
import { backToService } from "/assets/onward.js";
import { time } from "/assets/time.js";
import { valueOf } from "/assets/held.js";
import { told } from "/assets/trouble.js";
import { chosen as inOwn } from "/assets/view.js";

const sources = {
	card: ["good", ["カードで確認", "From the card"]],
	desk: ["good", ["窓口で確認", "Confirmed at the desk"]],
	self: ["quiet", ["自己申告", "Stated by you"]],
};
const chosen = ["business", "private"];

/* What a person can say of oneself; the list is the server's, and closed. */
const statable = [
	["name#ja-Kana-JP", "氏名のフリガナ", "Name in kana"],
	["family_name", "姓", "Family name"],
	["given_name", "名", "Given name"],
	["nickname", "ニックネーム", "Nickname"],
	["phone_number", "電話番号", "Telephone number"],
	["organization", "勤務先・所属", "Organisation"],
	["department", "部署", "Department"],
	["job_title", "役職", "Job title"],
	["website", "ウェブサイト", "Web site"],
	["name", "氏名", "Name"],
	["birthdate", "生年月日（例：1980-02-17）", "Date of birth (such as 1980-02-17)"],
	["gender", "性別", "Sex"],
	["address", "住所", "Address"],
];

const of = (name) => `/v1/account/attributes/${encodeURIComponent(name)}`;
const still = ["登録されている情報は、そのままです。", "What is kept about you is as it was."];

async function change(flow, open, done, ...request) {
	const answer = await ask(...request);

	if (!answered(answer))
		return flow.refused(answer, open);
	flow.take(answer.json);
	await flow.again(done, open);
	return null;
}

/* One attribute: value, whose word, since when; what the person said can be taken back. */
function attribute(flow, persona, { name, title, value, source, at }) {
	const [kind, words] = sources[source] ?? ["quiet", [source, source]];
	const place = element("div", { class: "answer" });
	const remove =
		source === "self"
			? [
					element(
						"div",
						{ class: "buttons" },
						action(
							["消す", "Remove"],
							async () => {
								const node = await change(
									flow,
									`persona-${persona}`,
									["消しました", "It was removed"],
									"DELETE",
									of(name),
								);

								place.replaceChildren(...(node ? [node] : []));
							},
							{ quiet: true, of: [title.ja, title.en] },
						),
					),
					place,
				]
			: [];

	return element(
		"li",
		{ class: "held" },
		label(title.ja, title.en),
		element(
			"p",
			{ class: "held-value" },
			value !== null
				? valueOf(name, value)
				: element("span", { class: "aside" }, both("いまは表示していません", "Not shown now")),
		),
		element("p", { class: "held-source" }, badge(kind, ...words), element("span", { class: "aside" }, time(at))),
		...remove,
	);
}

/* Which proofed ones it shows: all that is proofed stands in the administrative persona. */
function chooser(flow, one, proofed) {
	const has = new Set(one.attributes.map(({ name }) => name));

	return element(
		"details",
		{},
		element("summary", {}, both("確認ずみの情報のうち、どれを使うか選ぶ", "Choose which confirmed items it uses")),
		element(
			"div",
			{ class: "inner" },
			form({
				fields: [
					choice({
						name: "attributes",
						several: true,
						words: ["このペルソナで使う情報", "Items this persona uses"],
						hint: [
							"選んでも、同意なしに相手へ渡ることはありません。",
							"Choosing one passes nothing to anybody without your consent.",
						],
						options: proofed.map(({ name, title }) => ({
							value: name,
							words: [title.ja, title.en],
							checked: has.has(name),
						})),
					}),
				],
				words: ["この内容にする", "Use these"],
				run: (values) =>
					change(
						flow,
						`persona-${one.persona}`,
						["使う情報を変えました", "What it uses was changed"],
						"PUT",
						`/v1/account/personas/${one.persona}`,
						values,
					),
			}),
		),
	);
}

function card(flow, one, proofed) {
	const hidden = one.attributes.some(({ value }) => value === null);
	const doing = { part: "personas", open: `persona-${one.persona}` };

	return element(
		"section",
		{ class: "persona", id: `persona-${one.persona}`, "aria-labelledby": `${one.persona}-heading` },
		element("h2", { id: `${one.persona}-heading`, tabindex: "-1" }, both(one.title.ja, one.title.en)),
		...(one.text ? [paragraph(one.text.ja, one.text.en)] : []),
		...(one.asks?.profile
			? [aside(`使うときに求められる確かさ：${one.asks.title.ja}`, `To use it takes: ${one.asks.title.en}`)]
			: []),
		...(hidden
			? [
					told(
						["内容を表示していません。", "What it holds is not shown."],
						[
							"表示するには、より確かな方法でもう一度確かめます。",
							"To see it, it has to be confirmed again that it is you, by a surer way.",
						],
						{
							kind: "notice",
							still: ["", ""],
							more: [
								flow.login(["確かめて表示する", "Confirm and show"], "persona:administrative", doing, {
									quiet: true,
									of: [one.title.ja, one.title.en],
								}),
							],
						},
					),
				]
			: []),
		one.attributes.length > 0
			? element("ul", { class: "held-list" }, ...one.attributes.map((held) => attribute(flow, one.persona, held)))
			: paragraph("まだ何もありません。", "It holds nothing yet."),
		...(chosen.includes(one.persona) && proofed.length > 0 ? [chooser(flow, one, proofed)] : []),
	);
}

function stating(flow, account) {
	const held = new Map(account.personas.flatMap(({ attributes }) => attributes).map((one) => [one.name, one]));
	const options = statable
		.filter(([name]) => (held.get(name)?.source ?? "self") === "self")
		.map(([name, ja, en]) => ({ node: element("option", { value: name }), words: [ja, en] }));
	const select = element("select", { id: "state-name", name: "name" }, ...options.map(({ node }) => node));

	/* An option is text alone: both languages cannot stand in it. */
	const label = () => {
		for (const { node, words } of options)
			node.textContent = inOwn(words);
	};
	const switched = new MutationObserver(() => (select.isConnected ? label() : switched.disconnect()));

	label();
	switched.observe(document.documentElement, { attributeFilter: ["data-language"] });
	const which = {
		name: "name",
		input: select,
		node: element(
			"div",
			{ class: "question" },
			element("label", { for: "state-name" }, both("項目", "Item")),
			select,
		),
		complain() {},
		wrong: () => null,
	};
	const value = field({
		name: "value",
		words: ["内容", "Value"],
		maxlength: "400",
		autocomplete: "off",
		missing: ["内容を入力してください。", "Please enter a value."],
		hint: ["マイナンバー（12桁の個人番号）は、書かないでください。", "Never enter your My Number (the 12 digits)."],
	});
	const where = choice({
		name: "personas",
		several: true,
		words: ["どのペルソナで使うか", "Which personas use it"],
		options: account.personas
			.filter(({ persona }) => chosen.includes(persona))
			.map(({ persona, title }) => ({ value: persona, words: [title.ja, title.en], checked: true })),
	});
	const checked = {
		...where,
		wrong: () =>
			where.values().length === 0 ? ["どれか一つを選んでください。", "Please choose one at least."] : null,
	};

	return element(
		"section",
		{ "aria-labelledby": "state" },
		element("h2", { id: "state", tabindex: "-1" }, both("自分で書き加える", "Add something yourself")),
		paragraph(
			"確認されていない「自己申告」の情報として、相手にもそう伝わります。行政における個人には使われません。",
			"It is marked as stated by you, and whoever gets it is told so. The administrative persona never uses it.",
		),
		form({
			fields: [which, value, checked],
			words: ["書き加える", "Add it"],
			async run({ name, ...rest }) {
				if (rest.personas.length === 0)
					return told(
						["使うペルソナが選ばれていません。", "No persona was chosen."],
						["どれか一つを選んでください。", "Please choose one at least."],
						{ kind: "notice", still },
					);
				return change(flow, "state", ["書き加えました", "It was added"], "PUT", of(name), rest);
			},
		}),
	);
}

export function personas(flow) {
	const { account } = flow;
	const proofed =
		account.personas
			.find(({ persona }) => persona === "administrative")
			?.attributes.filter(({ source }) => source !== "self") ?? [];
	const back = backToService();

	return {
		heading: ["ペルソナと個人情報", "Personas and personal data"],
		lead: [
			"場面に応じて使い分ける三つの「私」と、それぞれが持つ情報です。相手に渡る前には、そのつど内容をお見せします。",
			"Three faces of you for different occasions, and what each holds. Before anything is passed on, you are shown what.",
		],
		content: [
			...(back ? [element("div", { class: "buttons" }, back)] : []),
			...account.personas.map((one) => card(flow, one, proofed)),
			stating(flow, account),
		],
	};
}
