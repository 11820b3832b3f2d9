/* desk/take/take.js - the person's own phone, after a proofing at the desk: it takes over, once. */
import { answered, ask } from "/assets/ask.js";
import { element, paragraph } from "/assets/dom.js";
import { action, link } from "/assets/form.js";
import { startLanguage } from "/assets/language.js";
import { show } from "/assets/view.js";
import { told, trouble } from "/assets/trouble.js";

const code = location.hash.slice(1);

/* What stood in the address is a secret that works once. */
history.replaceState(null, "", location.pathname + location.search);

const over = () =>
	told(
		["このコードは使えません。", "This code cannot be used."],
		[
			"一度使ったか、10分が過ぎました。窓口の担当者に声をかけてください。",
			"It was used already, or its ten minutes are over. Please tell the registrar.",
		],
	);

function taking() {
	const said = element("div", { class: "answer" });

	show(
		"take",
		{
			heading: ["この端末で続ける", "Go on with this device"],
			lead: [
				"窓口での本人確認が終わりました。この端末で、これからログインに使うもの（パスキーやアプリ）を登録します。",
				"You were proofed at the desk. On this device you now add what you will log in with: a passkey, or the app.",
			],
		},
		paragraph(
			"ご自身の端末ですか。共用の端末では続けないでください。",
			"Is this your own device? Do not go on at a shared one.",
		),
		element(
			"div",
			{ class: "buttons" },
			action(["この端末で続ける", "Go on with this device"], async () => {
				const answer = await ask("POST", "/v1/desk/handover", { code });

				if (answered(answer)) location.assign(`${answer.json.location}#authenticators`);
				else
					said.replaceChildren(answer.status === 404 ? over() : trouble(answer));
			}),
		),
		said,
	);
}

startLanguage();
if (code)
	taking();
else
	show(
		"none",
		{ heading: ["この端末で続ける", "Go on with this device"] },
		over(),
		element("div", { class: "buttons" }, link(["アカウントへ", "To your account"], "/account/")),
	);
