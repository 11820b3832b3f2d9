/* card/card.js - for who opens a request to sign on a device without a card client: what it is, who asks, and how to answer it. */
import { answered, ask } from "/assets/ask.js";
import { both, element, fact, paragraph, strongly } from "/assets/dom.js";
import { action, link } from "/assets/form.js";
import { copyable } from "/assets/copy.js";
import { startLanguage } from "/assets/language.js";
import { show } from "/assets/view.js";
import { trouble } from "/assets/trouble.js";
import { until } from "/assets/until.js";

const still = ["何も署名していません。", "Nothing was signed."];

const purposes = {
	signature: [
		["カードの電子署名で、本人確認をする", "Prove who you are, with the card’s signature"],
		["署名用パスワード（6〜16文字の英数字）", "the signature password (6 to 16 letters and digits)"],
	],
	authentication: [
		["カードで、本人であることを確認してログインする", "Log in with the card"],
		["利用者証明用暗証番号（4桁の数字）", "the four-digit PIN for user authentication"],
	],
};

function over() {
	show(
		"over",
		{
			heading: ["この依頼は、もう使えません", "This request is over"],
			lead: [
				"時間が過ぎたか、すでに署名がすんでいます。続けるときは、はじめた画面で新しい依頼を作ってください。",
				"It expired, or was signed already. To go on, make a new one on the page that asked.",
			],
		},
		element("div", { class: "buttons" }, link(["Watashiの登録の画面へ", "To enrolling with Watashi"], "/enrol/")),
	);
}

/* By name, and by the ID that nobody else has. */
function asked({ asker, asker_name: name }) {
	const ja = name.ja || name.en || asker;
	const en = name.en || name.ja || asker;

	return element("span", {}, both(ja, en), " ", element("code", {}, asker));
}

async function start() {
	const code = location.hash.slice(1);

	/* 128 bits in base32, in whichever case a scanner writes them. */
	if (!/^[a-z2-7]{26}$/i.test(code))
		return over();
	const answer = await ask("GET", `/v1/card/${code}`);

	if (answer.status === 404 || answer.status === 410)
		return over();
	if (!answered(answer))
		return show(
			"unreached",
			{ heading: ["カードで署名する", "Sign with your card"] },
			trouble(answer, { still }),
			element("div", { class: "buttons" }, action(["もう一度試す", "Try again"], start)),
		);
	const { text, purpose, until: end } = answer.json;
	const [what, secret] = purposes[purpose] ?? purposes.signature;

	return show(
		"request",
		{
			heading: ["この依頼に、カードで署名する", "Sign this request with your card"],
			lead: [
				"マイナンバーカードでの署名を求める依頼です。このページでは署名しません。カードを読める機器で、次のように行います。",
				"A request for a signature of your My Number card. It is not signed on this page, but on a device that reads cards, like this.",
			],
		},
		element(
			"div",
			{ class: "told told-notice" },
			strongly("ご自分ではじめた手続きですか", "Did you begin this yourself?"),
			paragraph(
				"だれかから届いたリンクなら、署名しないでください。署名すると、その人の画面であなたとして手続きが進みます。閉じれば、何も起きません。",
				"If somebody sent you this link, do not sign: it would go on as you, on their screen. Close it, and nothing happens.",
			),
		),
		element(
			"dl",
			{ class: "facts" },
			fact("何のために", "What for", both(...what)),
			fact("求めている者", "Asked by", asked(answer.json)),
			fact("使う暗証番号", "It takes", both(...secret)),
		),
		element(
			"section",
			{ "aria-labelledby": "text" },
			element("h2", { id: "text" }, both("署名する文面", "The text that is signed")),
			element("pre", { class: "code wrapped", tabindex: "0" }, text),
			until(end, over),
		),
		element(
			"section",
			{ "aria-labelledby": "how" },
			element("h2", { id: "how" }, both("署名のしかた", "How to sign")),
			element(
				"ol",
				{ class: "steps" },
				element(
					"li",
					{},
					paragraph(
						"カードリーダーをつないだパソコンに、Watashiのカード用プログラム（watashi-card）を用意します。",
						"Have Watashi’s card program (watashi-card) on a computer with a card reader.",
					),
				),
				element(
					"li",
					{},
					paragraph("カードを置き、次の命令を実行します。", "Put the card on the reader and run this."),
					copyable(`watashi-card answer '${location.origin}/card/#${code}'`, [
						"カードで署名する命令",
						"the command that signs with the card",
					]),
				),
				element(
					"li",
					{},
					paragraph(
						"表示された文面が、上のものと同じことを確かめて、暗証番号を入力します。",
						"See that the text shown is the one above, then enter the PIN or password.",
					),
				),
				element(
					"li",
					{},
					paragraph(
						"終わると、手続きをはじめた画面が自動で進みます。この画面は閉じてかまいません。",
						"When it is done, the page you began on goes on by itself. You may close this one.",
					),
				),
			),
		),
	);
}

addEventListener("hashchange", start);
startLanguage();
start();
