/* enrol/begin.js - where it begins: what one needs, and which way fits. */
import { answered, ask } from "/assets/ask.js";
import { aside, both, element, label } from "/assets/dom.js";
import { action, field, form, link } from "/assets/form.js";
import { picture } from "/assets/means.js";
import { show } from "/assets/view.js";
import { progress } from "./progress.js";

const needs = () =>
	element(
		"ul",
		{},
		element(
			"li",
			{},
			both(
				"マイナンバーカード（またはカードの電子証明書を入れたスマートフォン）",
				"Your My Number card, or a phone that carries its certificates",
			),
		),
		element(
			"li",
			{},
			both(
				"署名用パスワード（6〜16文字の英数字。カードを受け取ったときに決めたもの）",
				"Its signature password: 6 to 16 letters and digits, chosen when you got the card",
			),
		),
		element(
			"li",
			{},
			both(
				"カードを読める機器（カードリーダーつきのパソコン、または窓口や店頭の端末）",
				"A device that reads cards: a computer with a reader, or a terminal of an office or shop",
			),
		),
	);

function starting(flow, words, reissue) {
	const said = element("div", { class: "answer" });

	return element(
		"div",
		{ class: "stack" },
		element(
			"div",
			{ class: "buttons" },
			action(words, async () => {
				const answer = await flow.begin(reissue);

				if (answer)
					said.replaceChildren(flow.trouble(answer));
			}),
		),
		said,
	);
}

const large = (pictured, words, ...content) =>
	element(
		"section",
		{ class: "way way-large", "aria-labelledby": "with-card" },
		element("div", { class: "way-head" }, picture(pictured), element("h2", { id: "with-card" }, both(...words))),
		...content,
	);

const other = (pictured, words, text, node = null) =>
	element(
		"li",
		{ class: "way" },
		picture(pictured),
		element("div", {}, element("h3", {}, both(...words)), aside(...text), ...(node ? [node] : [])),
	);

const minutes = () =>
	aside(
		"かかる時間は5分ほどです。いつでもやめられ、最後に同意するまで何も登録しません。",
		"It takes about five minutes. You can stop at any time; nothing is kept before you agree at the end.",
	);

function again(flow) {
	show(
		"again",
		{
			heading: ["なくした認証手段を、カードで再発行する", "Replace what was lost, with your card"],
			lead: [
				"カードで本人確認をすると、あなたのアカウントが見つかります。なくしたものを無効にして、新しいものを登録できます。",
				"Proving who you are with your card finds your account. What was lost is revoked, and you add a new one.",
			],
		},
		progress(0),
		large(
			"card",
			["マイナンバーカードで再発行する", "Use my My Number card"],
			label("用意するもの", "What you need"),
			needs(),
			starting(flow, ["再発行をはじめる", "Begin"], true),
			minutes(),
		),
		element(
			"section",
			{ "aria-labelledby": "others" },
			element("h2", { id: "others" }, both("ほかの方法", "Other ways")),
			element(
				"ul",
				{ class: "ways" },
				other(
					"recovery",
					["回復用コードがある", "I have a recovery code"],
					[
						"カードがなくても、コードでログインして登録し直せます。",
						"Without the card: log in with a code, then add a new authenticator.",
					],
					element("div", { class: "buttons" }, link(["ログインする", "Log in"], "/account/")),
				),
				other(
					"card",
					["カードもない", "I do not have the card either"],
					[
						"運営者の窓口で、写真つきの身分証明書を見せて手続きできます。",
						"Come to the operator’s desk with a photo ID.",
					],
				),
			),
		),
	);
}

const headings = {
	none: [
		["本人確認をして登録する", "Prove once who you are"],
		[
			"一度だけカードで本人確認をすれば、これからはカードなしで、スマートフォンなどからログインできます。",
			"Prove it once with your card; from then on you log in with your phone or the like, without the card.",
		],
	],
	provisional: [
		["仮登録から本登録へ進む", "Complete your provisional account"],
		[
			"カードで本人確認をすると、本登録になります。いまの認証手段はそのまま使えます。",
			"Proving who you are with your card completes it. What you log in with stays as it is.",
		],
	],
	full: [
		["もう一度本人確認をする", "Prove again who you are"],
		[
			"氏名や住所が変わったとき、カードの電子証明書を更新したときに行います。",
			"For when your name or address has changed, or the card’s certificates were renewed.",
		],
	],
};

export function beginning(flow) {
	if (flow.reissue)
		return again(flow);
	const standing = flow.account?.standing ?? "none";
	const [heading, lead] = headings[standing] ?? headings.none;

	return show(
		`begin-${standing}`,
		{ heading, lead },
		progress(0),
		large(
			"card",
			["マイナンバーカードで確認する", "With the My Number card"],
			label("用意するもの", "What you need"),
			needs(),
			starting(flow, ["カードでの確認をはじめる", "Begin with the card"], false),
			minutes(),
		),
		...(standing === "none"
			? [
					element(
						"section",
						{ "aria-labelledby": "others" },
						element("h2", { id: "others" }, both("ほかの場合", "If that does not fit")),
						element(
							"ul",
							{ class: "ways" },
							other(
								"app",
								["いまは仮登録だけする", "For now, only a provisional account"],
								[
									"カードがすぐに使えないとき。あとで端末や窓口へ行き、本登録にします。",
									"When the card cannot be used right away. You complete it later, at a terminal or desk.",
								],
								element(
									"div",
									{ class: "buttons" },
									action(["仮登録へ進む", "Open a provisional account"], flow.provisional, {
										quiet: true,
									}),
								),
							),
							other(
								"recovery",
								["スマートフォンや鍵をなくした", "I have lost my phone or key"],
								[
									"登録ずみの方は、カードで再発行できます。",
									"If you are enrolled, your card gets you a new one.",
								],
								element("div", { class: "buttons" }, link(["再発行へ進む", "Replace it"], "/enrol/#reissue")),
							),
							other(
								"card",
								["カードを持っていない", "I have no card"],
								[
									"運営者の窓口で、写真つきの身分証明書を見せて登録できます。",
									"You can enrol at the operator’s desk with a photo ID.",
								],
							),
						),
					),
				]
			: []),
	);
}

/* Without a proofing: an account that nobody has confirmed, begun on the phone. */
export function provisional(flow) {
	const contact = field({
		name: "contact",
		words: ["メールアドレス（なくてもかまいません）", "Mail address (you may leave it out)"],
		type: "email",
		autocomplete: "email",
		autocapitalize: "none",
		inputmode: "email",
		maxlength: "254",
		hint: ["大切な変更があったときにお知らせします。", "You are told there of changes that matter."],
		check: (value) =>
			value === "" || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value.normalize("NFKC"))
				? null
				: [
						"メールアドレスの形ではありません。例：taro@example.jp",
						"It does not look like a mail address, such as taro@example.jp.",
					],
	});

	show(
		"provisional",
		{
			heading: ["仮登録をする", "Open a provisional account"],
			lead: [
				"番号をお渡しし、この端末でログインできるようにします。氏名などは、まだ登録しません。",
				"You get a number, and can log in with this device. Your name and the like are not kept yet.",
			],
		},
		progress(0),
		form({
			fields: [contact],
			words: ["仮登録をする", "Open it"],
			beside: [link(["戻る", "Back"], "/enrol/")],
			async run(values) {
				const begun = await ask("POST", "/v1/enrol", {
					reissue: false,
					language: document.documentElement.lang,
				});

				if (!answered(begun))
					return flow.trouble(begun);
				const answer = await ask("POST", `/v1/enrol/${begun.json.enrolment}/provisional`, {
					contact: values.contact || null,
				});

				if (!answered(answer))
					return flow.trouble(answer);
				flow.prepare(answer.json.number, "provisional");
				return null;
			},
		}),
	);
}
