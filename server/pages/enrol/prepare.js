/* enrol/prepare.js - enrolled: the number to remember, and what to log in with from now on. */
import { addings } from "/assets/adding/list.js";
import { aside, badge, both, element } from "/assets/dom.js";
import { copyable } from "/assets/copy.js";
import { link } from "/assets/form.js";
import { backToService } from "/assets/onward.js";
import { say, show } from "/assets/view.js";
import { told, trouble } from "/assets/trouble.js";
import { progress } from "./progress.js";

const words = {
	provisional: [
		["仮登録ができました", "Your provisional account is open"],
		[
			"あと一つ、この端末でログインできるようにしておきましょう。本人確認は、あとでカードを使って行います。",
			"Now choose what to log in with. You prove who you are later, with your card.",
		],
	],
	existing: [
		["もう一度、本人確認ができました", "Your identity was confirmed again"],
		[
			"すでにあるあなたのアカウントに、いまの内容を登録しました。ログインに使うものを、ここで加えることもできます。",
			"What the card told went into the account you already have. You can also add something to log in with.",
		],
	],
	reissue: [
		["無効にしました。新しいものを登録しましょう", "It was revoked. Now add a new one"],
		[
			"新しいスマートフォンや鍵を登録すると、これまでどおりログインできます。",
			"With a new phone or key you can log in as before.",
		],
	],
};
const done = [
	["登録ができました", "You are enrolled"],
	[
		"これからのログインに使うものを、一つ以上登録してください。カードは毎日は要りません。",
		"Choose at least one thing to log in with from now on; you will not need the card every day.",
	],
];

const offered = { provisional: ["add-passkey", "add-phone", "add-recovery"] };

export function prepare(flow, number, how) {
	const [heading, lead] = words[how] ?? done;
	const added = element("ul", { class: "checks" });
	const place = element("div", { class: "stack" });
	const go = element("div", { class: "buttons" });
	let count = 0;

	const back = how === "provisional" ? null : backToService();
	const goOn = () =>
		go.replaceChildren(
			...(back ? [back] : []),
			link(
				count > 0
					? ["終えて、アカウントを見る", "Finish, and look at my account"]
					: ["あとで登録する", "Add one later"],
				"/account/",
				{ quiet: count === 0 || back !== null },
			),
		);
	const host = {
		refused: (answer, open) =>
			answer.status === 401 || answer.json?.step_up
				? told(
						["もう一度ログインする必要があります。", "You need to log in again."],
						[
							"アカウントの「認証手段」から追加できます。",
							"You can add it under “Authenticators” of your account.",
						],
						{
							kind: "notice",
							more: [link(["アカウントへ", "To my account"], `/account/#authenticators`)],
						},
					)
				: trouble(answer, {
						still: ["登録はすんでいます。", "You are enrolled."],
						reference: open === null ? null : flow.id,
					}),
		added(one, said) {
			count++;
			added.append(
				element(
					"li",
					{},
					element("p", {}, badge("good", ...said), ...(one?.name ? [" ", one.name] : [])),
				),
			);
			say(...said);
			draw();
			goOn();
			added.scrollIntoView({ block: "center" });
		},
	};
	const draw = () => place.replaceChildren(addings(host, { only: offered[how], given: { "add-card": [flow.id] } }));

	draw();
	goOn();
	show(
		"prepare",
		{ over: ["登録", "Enrolling"], heading, lead },
		progress(3),
		element(
			"section",
			{ class: "own", "aria-labelledby": "number" },
			element("h2", { id: "number" }, both("あなたの番号", "Your number")),
			copyable(number, ["番号", "number"]),
			aside(
				"ログインのときに、どのアカウントかを伝える番号です。秘密ではありませんが、控えておいてください。",
				"It says which account is yours when you log in. It is no secret, but write it down.",
			),
		),
		element(
			"section",
			{ "aria-labelledby": "ways" },
			element("h2", { id: "ways" }, both("ログインに使うものを登録する", "Add something to log in with")),
			added,
			place,
			go,
		),
	);
}
