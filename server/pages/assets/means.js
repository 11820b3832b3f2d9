/* assets/means.js - what people prove with that it is them, in words: each way of logging in, each kind of authenticator, each state
 * one can be in. A word that is not here is shown as it stands. */
import { aside, badge, element } from "./dom.js";
import { areaWords, levelMeaning, levelWords } from "./words.js";

/* title, what one does, the button that begins it: each [ja, en]. */
const ways = {
	passkey: [
		["パスキー", "Passkey"],
		[
			"端末の画面ロック（指紋、顔、暗証番号）を解除するだけです。",
			"You only unlock your device, by fingerprint, face or PIN.",
		],
		["パスキーでログインする", "Log in with a passkey"],
	],
	app: [
		["スマートフォンのアプリ", "The app on your phone"],
		[
			"画面に出る6桁の番号を、登録したスマートフォンに入力します。",
			"You type the six digits shown here into the phone you registered.",
		],
		["番号を表示する", "Show the digits"],
	],
	card: [
		["マイナンバーカード", "My Number card"],
		[
			"カードと4桁の暗証番号で、カードを読める機器から確認します。",
			"With the card and its four-digit PIN, at a device that reads cards.",
		],
		["カードで確認する", "Use the card"],
	],
	code: [
		["ワンタイムコード", "One-time code"],
		[
			"認証アプリや専用の機器に表示される6桁のコードを入力します。",
			"You enter the six-digit code of your authenticator app or device.",
		],
		["コードを入力する", "Enter a code"],
	],
	recovery: [
		["回復用コード", "Recovery code"],
		[
			"紙などに控えておいたコードを1つ使います。ほかの方法が使えないときのためのものです。",
			"You use up one of the codes you wrote down, for when nothing else is at hand.",
		],
		["回復用コードを使う", "Use a recovery code"],
	],
};

ways["one-time"] = ways.code; // where a way is told by its kind

const kinds = {
	passkey: ["パスキー", "Passkey"],
	card: ["マイナンバーカード", "My Number card"],
	app: ["スマートフォンのアプリ", "App on a phone"],
	"one-time": ["ワンタイムコード", "One-time codes"],
	recovery: ["回復用コード", "Recovery codes"],
};

/* badge, words, what it means */
const states = {
	issued: [
		"waiting",
		["登録の途中", "Not set up yet"],
		["登録がまだ終わっていません。", "It has not been set up to the end."],
	],
	active: ["good", ["使えます", "In use"], null],
	suspended: [
		"notice",
		["一時停止中", "Suspended"],
		["再開するまで、だれもこれでログインできません。", "Nobody can log in with it until it is resumed."],
	],
	locked: [
		"bad",
		["ロック中", "Locked"],
		[
			"まちがいが続いたため、使えなくしてあります。心当たりがあれば再開できます。",
			"There were too many wrong tries. If they were yours, you can resume it.",
		],
	],
	revoked: ["quiet", ["無効", "Revoked"], ["もう使えません。元には戻せません。", "It can never be used again."]],
	expired: ["quiet", ["期限切れ", "Expired"], ["期限が過ぎて、使えなくなりました。", "Its time is over."]],
};

/* Why it came to a state: a person's reason, or this server's own. */
const reasons = {
	lost: ["なくしたため", "It was lost"],
	stolen: ["盗まれたか、使われたおそれがあるため", "It was stolen, or somebody may have used it"],
	replaced: ["新しいものに替えたため", "There is a new one instead"],
	unused: ["もう使わないため", "It is no longer used"],
	"not-kept": ["本人確認のときに、残さなかったため", "It was not kept when your identity was confirmed"],
	proofed: ["カードでの本人確認のときに、ご自分のものと確かめたため", "You said it was yours when you proved who you are"],
	reclaimed: ["カードの持ち主が、ご自分のアカウントに登録したため", "The card’s owner added it to their own account"],
	"not-me": ["「自分ではない」と知らせがあったため", "Somebody said “this was not me”"],
	"wrong-pin": ["PINのまちがいが続いたため", "Too many wrong PINs"],
	"counter-back": ["複製されたおそれがあるため", "It may have been copied"],
	"parent-lapsed": [
		"もとになったカードの電子証明書が、期限切れか失効したため",
		"The card’s certificate it rests on has expired or was revoked",
	],
	"model-revoked": ["この機種が信頼されなくなったため", "Its model is no longer trusted"],
	"model-restored": ["この機種が再び信頼されるようになったので、再開できます", "Its model is trusted again: it can be resumed"],
};

/* null: none that tells a person anything. */
export const reasonWords = (reason) => reasons[reason] ?? null;

const as = (word) => [
	[word, word],
	["", ""],
	[word, word],
];

export const wayWords = (way) => ways[way] ?? as(way);
export const kindWords = (kind) => kinds[kind] ?? [kind, kind];

export function stateBadge(state) {
	const [kind, words] = states[state] ?? ["quiet", [state, state]];

	return badge(kind, ...words);
}

export const stateMeaning = (state) => states[state]?.[2] ?? null;

/* A level as an answer tells it, { area, area_title, level, title }, as [ja, en]: 当人確認保証レベル3（高）, where both would say レベル. */
export function levelInWords({ area, area_title: of, level, title }) {
	const [areaJa, areaEn] = of ? [of.ja, of.en] : areaWords(area);
	const [levelJa, levelEn] = title ? [title.ja, title.en] : levelWords(level);
	const twice = areaJa.endsWith("レベル") && levelJa.startsWith("レベル");

	return [
		twice ? `${areaJa}${levelJa.slice("レベル".length)}` : `${areaJa} ${levelJa}`,
		`${areaEn.replace(/ level$/, "")}: ${levelEn}`,
	];
}

/* The badge is the same everywhere. */
export const levelOf = (one) => badge("level", ...levelInWords(one));

/* With what it means, where that is known. */
export function explainedLevel(framework, one) {
	const meaning = levelMeaning(framework, one.area, one.level);

	return element("li", { class: "level-line" }, levelOf(one), ...(meaning ? [aside(...meaning)] : []));
}

export const explainedLevels = (framework, levels) =>
	element("ul", { class: "level-lines" }, ...levels.map((one) => explainedLevel(framework, one)));

const icons = {
	passkey:
		"M7 14a4 4 0 1 1 3.9-5H22v4h-2v3h-4v-3h-5.1A4 4 0 0 1 7 14zm0-2.500a1.500 1.500 0 1 0 0-3 1.500 1.500 0 0 0 0 3z",
	app: "M7 1h10a2 2 0 0 1 2 2v18a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V3a2 2 0 0 1 2-2zm0 3v14h10V4H7zm5 15a1.300 1.300 0 1 0 0 2.600 1.300 1.300 0 0 0 0-2.600z",
	card: "M3 4h18a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zm0 2v12h18V6H3zm2 2h6v5H5V8zm8 1h6v2h-6V9zm0 4h6v2h-6v-2z",
	code: "M3 6h18a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2zm3 4.500a1.500 1.500 0 1 0 0 3 1.500 1.500 0 0 0 0-3zm6 0a1.500 1.500 0 1 0 0 3 1.500 1.500 0 0 0 0-3zm6 0a1.500 1.500 0 1 0 0 3 1.500 1.500 0 0 0 0-3z",
	recovery: "M5 2h10l5 5v15H5V2zm9 1.500V8h4.500L14 3.500zM8 11v2h9v-2H8zm0 4v2h9v-2H8z",
};
icons["one-time"] = icons.code;

/* A picture of a way or kind; by itself it says nothing. */
export function picture(name) {
	const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
	const path = document.createElementNS("http://www.w3.org/2000/svg", "path");

	svg.setAttribute("viewBox", "0 0 24 24");
	svg.setAttribute("class", "picture");
	svg.setAttribute("aria-hidden", "true");
	path.setAttribute("d", icons[name] ?? icons.code);
	path.setAttribute("fill-rule", "evenodd");
	svg.append(path);
	return svg;
}
