/* account/overview.js - the account at a glance: number, standing, this session, and the way to each part. */
import { aside, badge, both, element, fact, label, paragraph, strongly } from "/assets/dom.js";
import { copyable } from "/assets/copy.js";
import { evidenceWords } from "/assets/held.js";
import { levelOf, wayWords } from "/assets/means.js";
import { link } from "/assets/form.js";
import { time } from "/assets/time.js";
import { muted } from "./mute.js";

const standings = {
	provisional: [
		"notice",
		["仮登録", "Provisional"],
		[
			"本人確認はまだです。カードで本人確認をすると、本登録になります。",
			"Nobody has confirmed who you are yet. Prove it with your card to complete it.",
		],
	],
	full: ["good", ["本登録", "Registered"], ["本人確認がすんでいます。", "Your identity has been confirmed."]],
};

const methods = {
	card: ["マイナンバーカードの電子署名（自分の機器で）", "Signature of the My Number card, at your own device"],
	terminal: ["マイナンバーカードの電子署名（窓口などの端末で）", "Signature of the My Number card, at a terminal"],
	desk: ["対面の窓口で、書類を確認", "Documents seen in person at the desk"],
};

function proofing({ method, at, by, evidence, levels }) {
	const words = methods[method] ?? [method, method];

	return element(
		"li",
		{ class: "row" },
		element(
			"div",
			{},
			strongly(...words),
			...(evidence?.length > 0
				? [
						aside(
							`確認に使ったもの：${evidence.map((word) => evidenceWords(word)[0]).join("、")}`,
							`Seen: ${evidence.map((word) => evidenceWords(word)[1]).join(", ")}`,
						),
					]
				: []),
			...(by?.length > 0 ? [aside(`確認した者：${by.join("、")}`, `Confirmed by: ${by.join(", ")}`)] : []),
			...(levels ?? []).map((level) => element("p", {}, levelOf(level))),
		),
		element("p", { class: "aside" }, time(at)),
	);
}

const doors = [
	[
		"authenticators",
		["認証手段", "Authenticators"],
		[
			"ログインに使うもの。追加、停止、無効化、なくしたとき",
			"What you log in with: add, suspend, revoke, lost ones",
		],
	],
	[
		"personas",
		["ペルソナと個人情報", "Personas and personal data"],
		["登録されている情報と、その出どころ", "What is kept about you, and where it came from"],
	],
	["contacts", ["連絡先", "Contact addresses"], ["大切な知らせの届け先", "Where important notices go"]],
	[
		"consents",
		["情報の提供への同意", "Consents"],
		["だれに何を渡すことに同意したか", "Who may get what, with your consent"],
	],
	[
		"history",
		["これまでの出来事", "History"],
		["ログインや変更、情報の提供の記録", "Logins, changes, and what was passed on"],
	],
	[
		"settings",
		["言語・ログアウト・消去", "Language, log out, erase"],
		["ことば、ログアウト、アカウントの消去", "Language, logging out, erasing the account"],
	],
];

export function overview(flow) {
	const { account } = flow;
	const [kind, words, meaning] = standings[account.standing] ?? ["quiet", [account.standing, account.standing], null];
	const { session } = account;

	return {
		heading: ["アカウント", "Your account"],
		content: [
			...muted(flow),
			element(
				"section",
				{ class: "own", "aria-labelledby": "own" },
				element("h2", { id: "own", class: "heard" }, both("あなたの番号", "Your number")),
				label("あなたの番号", "Your number"),
				copyable(account.number, ["番号", "number"]),
				element("p", {}, badge(kind, ...words)),
				...(meaning ? [paragraph(...meaning)] : []),
				...(account.standing === "provisional"
					? [
							element(
								"div",
								{ class: "buttons" },
								link(["カードで本人確認をする", "Prove who I am with my card"], "/enrol/", {
									quiet: false,
								}),
							),
						]
					: []),
			),
			...(account.staff?.length > 0
				? [element("p", {}, element("a", { href: "/desk/" }, both("窓口の仕事をする", "Work at the desk")))]
				: []),
			element(
				"section",
				{ "aria-labelledby": "doors" },
				element("h2", { id: "doors" }, both("見る・変える", "Look and change")),
				element(
					"ul",
					{ class: "ways" },
					...doors.map(([name, title, text]) =>
						element(
							"li",
							{ class: "way" },
							element(
								"div",
								{},
								element("a", { class: "way-link", href: `#${name}` }, both(...title)),
								aside(...text),
							),
						),
					),
				),
			),
			element(
				"section",
				{ "aria-labelledby": "now" },
				element("h2", { id: "now" }, both("いまのログイン", "This login")),
				element(
					"dl",
					{ class: "facts" },
					fact("ログインした時", "Logged in", time(session.begun)),
					fact("ブラウザー", "Browser", session.where),
					fact(
						"確認した方法",
						"Shown by",
						both(
							session.authentications
								.map(({ way, name }) => wayWords(way)[0][0] + (name ? `（${name}）` : ""))
								.join("、") || "なし",
							session.authentications
								.map(({ way, name }) => wayWords(way)[0][1] + (name ? ` (${name})` : ""))
								.join(", ") || "nothing",
						),
					),
					fact(
						"届いているレベル",
						"Levels reached",
						session.levels.length > 0
							? element(
									"ul",
									{ class: "level-lines" },
									...session.levels.map((level) => element("li", {}, levelOf(level))),
								)
							: both("まだありません", "None yet"),
					),
					fact("自動で終わる時", "Ends by itself", time(session.expires)),
				),
			),
			element(
				"section",
				{ "aria-labelledby": "proofings" },
				element("h2", { id: "proofings" }, both("本人確認の記録", "How your identity was confirmed")),
				account.proofings.length > 0
					? element("ul", { class: "rows" }, ...account.proofings.map(proofing))
					: paragraph("まだありません。", "Not yet."),
				aside(
					"氏名や住所が変わったときや、カードの電子証明書を更新したときは、もう一度行ってください。",
					"Do it again when your name or address has changed, or the card’s certificates were renewed.",
				),
				element("div", { class: "buttons" }, link(["もう一度本人確認をする", "Prove it again"], "/enrol/")),
			),
		],
	};
}
