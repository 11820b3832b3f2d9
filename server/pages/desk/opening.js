/* desk/opening.js - a new case: what was seen of person and documents, in one form. */
import { answered, ask } from "/assets/ask.js";
import { both, element } from "/assets/dom.js";
import { choice, field, form, link, tick } from "/assets/form.js";
import { show } from "/assets/view.js";
import { documents } from "./documents.js";
import { accountRefusals, accounts, addresses, nonrepudiation, portraits, records, statements } from "./words.js";

const options = (words, checked = null) =>
	Object.entries(words).map(([value, said]) => ({ value, words: said, checked: value === checked }));

const set = (name, words, all, hint = null) => choice({ name, words, hint, several: true, options: options(all) });

/* A field under the heading of its part. */
const headed = (one, ja, en) => {
	const node = element("div", { class: "stack" }, element("h2", {}, both(ja, en)), one.node);

	return Object.defineProperty(Object.create(one), "node", { value: node });
};

/* Of several choices: the place where it is said that the one made cannot be. */
function answerable(one) {
	const wrong = element("p", { class: "error", role: "alert", hidden: "" });

	one.node.querySelector("legend").after(wrong);
	return {
		...one,
		complain(text) {
			wrong.hidden = !text;
			wrong.replaceChildren(...(text ? [both(...text)] : []));
		},
	};
}

const person = () => [
	headed(
		field({
			name: "name",
			words: ["氏名（身分証のとおり）", "Name, as the document has it"],
			missing: ["氏名を入力してください。", "Please enter the name."],
			maxlength: "100",
			autocomplete: "off",
		}),
		"申請する方",
		"The person",
	),
	field({
		name: "birthdate",
		words: ["生年月日", "Date of birth"],
		missing: ["生年月日を入力してください。", "Please enter the date of birth."],
		type: "date",
		autocomplete: "off",
	}),
	choice({
		name: "gender",
		words: ["性別（身分証の記載）", "Sex, as the document has it"],
		options: options(
			{ male: ["男性", "Male"], female: ["女性", "Female"], unspecified: ["記載なし", "Not stated"] },
			"unspecified",
		),
	}),
	field({
		name: "address",
		words: ["住所", "Address"],
		missing: ["住所を入力してください。", "Please enter the address."],
		maxlength: "200",
		autocomplete: "off",
	}),
	field({
		name: "account",
		words: ["アカウントの番号（すでにお持ちの方）", "Number of the account, if there is one"],
		hint: ["初めての方は空けておきます。例：7K3M-Q2XH-9D", "Leave it out for a new account. Such as 7K3M-Q2XH-9D."],
		maxlength: "20",
		autocomplete: "off",
		autocapitalize: "characters",
	}),
];

const seen = () => [
	headed(documents(), "身分証", "Documents"),
	answerable(
		choice({
			name: "portrait",
			words: ["写真と本人を比べた方法", "How the person was compared with the portrait"],
			options: options(portraits, "none"),
		}),
	),
	headed(
		set("records_checked", ["照合して一致した記録", "Records it was checked against, and agreed with"], records),
		"照合と記録",
		"Checks and records",
	),
	tick({ name: "all_data_checked", words: statements.all_data_checked }),
	tick({ name: "loss_checked", words: statements.loss_checked }),
	set("accounts", ["個別番号が示された契約", "Accounts whose number was given"], accounts, [
		"番号は入力しません。",
		"The number itself is not asked for.",
	]),
	set(
		"nonrepudiation",
		["あとから否認できないようにした手段", "What keeps it from being denied later"],
		nonrepudiation,
	),
	tick({ name: "biometric_recorded", words: statements.biometric_recorded }),
	set("address_confirmed", ["届くことを確かめた連絡先", "Where the person was shown to be reached"], addresses),
	tick({ name: "address_of_record", words: statements.address_of_record }),
	tick({ name: "terms_told", words: statements.terms_told }),
	field({
		name: "note",
		words: ["2人目の担当者への伝言（なくてもかまいません）", "A note for the second registrar, if any"],
		hint: ["完了すると消えます。個人番号は書かないでください。", "Gone with the case. Never an individual number."],
		maxlength: "300",
		autocomplete: "off",
	}),
];

const body = ({ name, birthdate, gender, address, account, ...rest }) => ({
	...rest,
	account: account || null,
	attributes: { name, birthdate, gender, address },
});

const said = {
	name: ["氏名を確かめてください。", "Please look at the name."],
	birthdate: ["生年月日を確かめてください。", "Please look at the date of birth."],
	gender: ["性別を選んでください。", "Please choose."],
	address: ["住所を確かめてください。", "Please look at the address."],
	account: ["この番号のアカウントは使えません。", "No account with this number can be taken."],
	documents: ["身分証の内容を確かめてください。", "Please look at the documents."],
	portrait: ["写真のある有効な身分証がありません。", "No document in force has a portrait."],
	all_data_checked: ["照合した記録も選んでください。", "Choose the records, too."],
	address_of_record: ["連絡先と、照合した記録も選んでください。", "Choose the address and the records, too."],
	note: [
		"伝言を確かめてください。個人番号のような数字は書けません。",
		"Please look at the note: no individual number.",
	],
};

/* Of the same member more than one thing can be wrong: what the sentence has, and its words. */
const closer = [
	["account", /staff/, accountRefusals.staff],
	["account", /another person/, accountRefusals.other],
	[
		"documents",
		/public body issued/,
		["有効期限内の公的な身分証が必要です。", "A document in force that a public body issued is needed."],
	],
	[
		"documents",
		/without a portrait/,
		[
			"写真のある身分証か、もう1種類の公的な身分証か、郵便で住所に届くことの確認が必要です。",
			"It takes one with a portrait, a second public document, or post that was received at the address.",
		],
	],
	["portrait", /compared with/, ["身分証の写真と本人を比べてください。", "Compare the person with the portrait."]],
];

/* What the server says of one member ("/attributes/name: …") stands at its field, which gets the focus. */
function complain(fields, answer) {
	const pointer = /^\/(?:attributes\/)?([a-z_]+)/.exec(answer.json?.detail ?? "")?.[1];
	const at = fields.find(({ name }) => name === pointer);

	if (!at || !said[pointer])
		return false;
	at.complain(closer.find(([name, has]) => name === pointer && has.test(answer.json.detail))?.[2] ?? said[pointer]);
	at.input.focus();
	return true;
}

export function opening(flow) {
	const fields = [...person(), ...seen()];

	show(
		"opening",
		{
			over: ["窓口", "Desk"],
			heading: ["対面で本人確認をする", "Proof somebody face to face"],
			lead: [
				"目の前の方と身分証を見て、確かめたことだけを記録します。身分証の番号や個人番号（マイナンバー）は入力しません。",
				"Look at the person and the documents, and say only what you saw. No document’s number, and never the individual number.",
			],
		},
		form({
			fields,
			words: ["この内容で記録する", "Record what was seen"],
			beside: [link(["やめて一覧へ戻る", "Back to the list"], "#")],
			async run(values) {
				const answer = await ask("POST", "/v1/desk/cases", body(values));

				if (answered(answer)) {
					flow.opened(answer.json);
					return null;
				}
				return [400, 403, 404].includes(answer.status) && complain(fields, answer)
					? null
					: flow.refused(answer);
			},
		}),
	);
}
