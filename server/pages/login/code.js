/* login/code.js - logging in with a code that is typed: of an authenticator app or device, or one of those kept for emergencies. */
import { answered, ask } from "/assets/ask.js";
import { both, element, paragraph } from "/assets/dom.js";
import { field, form } from "/assets/form.js";

const plain = (text) => text.normalize("NFKC").replace(/[\s-]/g, "");
const digits = (text) =>
	/^\d{6,8}$/.test(plain(text))
		? null
		: ["6桁から8桁の数字を入力してください。", "Please enter the six to eight digits."];

async function send(flow, path, body) {
	const answer = await ask("POST", `${flow.path}/${path}`, body);

	if (!answered(answer))
		return flow.trouble(answer);
	await flow.moved(answer.json);
	return null;
}

export function codePanel(flow) {
	const code = field({
		name: "code",
		words: ["コード", "Code"],
		autocomplete: "one-time-code",
		inputmode: "numeric",
		maxlength: "12",
		class: "code-input",
		hint: ["いま認証アプリや機器に出ている数字", "the digits your app or device shows now"],
		missing: ["コードを入力してください。", "Please enter the code."],
		check: digits,
	});
	const second = field({
		name: "second",
		words: ["その次のコード", "The code after it"],
		autocomplete: "off",
		inputmode: "numeric",
		maxlength: "12",
		class: "code-input",
		check: (text) => (text === "" ? null : digits(text)),
	});
	const beside = element(
		"details",
		{},
		element("summary", {}, both("コードが何度も通らないとき", "If codes keep being refused")),
		element(
			"div",
			{ class: "inner" },
			paragraph(
				"機器の時計や回数がずれていると、通らなくなります。続けて出た二つのコードを入れると、ずれを直せます。",
				"The device’s clock or count may have drifted. Two codes in a row put that right.",
			),
			second.node,
		),
	);
	const all = { ...code, node: element("div", { class: "stack" }, code.node, beside) };

	return {
		node: form({
			fields: [all, { ...second, node: "" }],
			words: ["このコードでログインする", "Log in with this code"],
			run: (values) =>
				send(flow, "code", {
					code: plain(values.code),
					...(values.second ? { second: plain(values.second) } : {}),
				}),
		}),
	};
}

export function recoveryPanel(flow) {
	const code = field({
		name: "code",
		words: ["回復用コード", "Recovery code"],
		autocomplete: "off",
		autocapitalize: "characters",
		maxlength: "40",
		class: "code-input",
		hint: [
			"例：ABCD-EFGH-JKMN-PQRS。大文字・小文字やハイフンは、どちらでもかまいません。",
			"Such as ABCD-EFGH-JKMN-PQRS. Case and hyphens do not matter.",
		],
		missing: ["回復用コードを入力してください。", "Please enter a recovery code."],
	});

	return {
		node: element(
			"div",
			{ class: "stack" },
			paragraph("使ったコードは、もう使えなくなります。", "The code is used up by this."),
			form({
				fields: [code],
				words: ["このコードでログインする", "Log in with this code"],
				run: (values) => send(flow, "recovery", { code: values.code }),
			}),
		),
	};
}
