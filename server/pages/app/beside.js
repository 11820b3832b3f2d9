/* app/beside.js - what a person does on the phone beside answering, each shown by PIN or screen lock: end a mute, and find a request by
 * its digits where more wait than are listed. */
import { answered } from "/assets/ask.js";
import { both, element, fact, paragraph } from "/assets/dom.js";
import { action, form } from "/assets/form.js";
import { distance, time } from "/assets/time.js";
import { told, trouble } from "/assets/trouble.js";
import { say, show } from "/assets/view.js";
import { codeField, pinField } from "./fields.js";
import { lockTrouble, lockWords, unlock } from "./lock.js";
import { call, newNonce } from "./signed.js";

const over = ["デジタルwatashi認証アプリ", "Digital Watashi app"];
const lost = [
	"解除できなくなったときは、アカウントでこのスマートフォンを無効にして、登録し直してください。",
	"If it cannot be unlocked any more, revoke this phone in your account and pair it again.",
];

const back = (onEnd) =>
	element("div", { class: "app-actions" },
		action(["アプリのはじめに戻る", "Back to the app’s beginning"], async () => onEnd(), { quiet: true }));

const unlocking = (passkey) =>
	passkey
		? [element("p", { class: "aside" },
			both(`押すと、${lockWords[0]}の解除を求められます。`, "Your phone then asks for its screen lock: fingerprint, face or code."))]
		: [];

/* A call that the person shows to be behind: `word` and `what` are what the screen is unlocked for, in this very call. { trouble } or { answer }. */
async function shown(phone, passkey, { word, what, path, body, pin }, still) {
	const nonce = newNonce();
	let unlocked = null;

	if (passkey) {
		try {
			unlocked = await unlock(passkey, word, location.origin, phone.device, nonce, what);
		} catch (error) {
			return { trouble: lockTrouble(error, still, lost) };
		}
	}
	return { answer: await call(phone, "POST", path, { ...body, pin: passkey ? null : pin, passkey: unlocked }, nonce) };
}

/* The mute */

const silent = ["依頼は、まだ届きません。", "Requests still do not arrive."];

/* On the app's first page: what it means, since when, until when, and the way out. */
export function muteNotice({ since, until }, onEnd) {
	return element("div", { class: "told told-notice" },
		element("p", {}, element("strong", {},
			both("ほかの端末からのログインの依頼は、いま届きません。", "Logins on other devices do not reach your phones now."))),
		paragraph(
			["「これは私ではありません」と答えたためです（", time(since), "）。あなたがほかの方法かこの端末で一度ログインするか、下のボタンを押すと、また届きます。"],
			["Somebody answered “This was not me” (", time(since), "). Requests reach you again once you have logged in another way, or on this device, or when you press the button."]),
		paragraph(
			["そのままにしておくと、", time(until), "（", distance(until), "）に、また届くようになります。"],
			["Otherwise they reach you again from ", time(until), " (", distance(until), ")."]),
		element("div", { class: "app-actions" },
			action(["また届くようにする", "Let them reach me again"], async () => onEnd(), { quiet: true })));
}

export function showUnmute(phone, { passkey, drawn }, { since }, onEnd, onStopped) {
	const pin = pinField(drawn);

	async function run({ pin: secret }) {
		const said = await shown(phone, passkey,
			{ word: "unmute", what: since, path: "/v1/app/unmute", body: { since }, pin: secret }, silent);

		pin.input.value = "";
		if (said.trouble)
			return said.trouble;
		if (answered(said.answer) || said.answer.status === 404)
			return showUnmuted(onEnd);
		if (await onStopped(said.answer))
			return null;
		return trouble(said.answer, { still: silent });
	}

	show("unmute", { over, heading: ["また届くようにしますか", "Let requests reach you again?"],
		lead: ["ほかの端末でログインするとき、このアカウントのすべてのスマートフォンに、また依頼が届きます。",
			"When somebody logs in on another device, all phones of this account are asked again."] },
	element("dl", { class: "facts facts-large" }, fact("止めた時", "Stopped", time(since))),
	paragraph("心当たりのない依頼が、また届くことがあります。そのときは答えずに「これは私ではありません」を押してください。",
		"Requests you did not make may come again. Then answer none, and choose “This was not me”."),
	form({ fields: passkey ? [] : [pin],
		words: passkey ? ["画面ロックを解除して、届くようにする", "Unlock, and let them reach me"] : ["届くようにする", "Let them reach me"], run }),
	...unlocking(passkey), back(onEnd));
	if (!passkey)
		pin.input.focus({ preventScroll: true });
}

function showUnmuted(onEnd) {
	show("unmuted", { over, heading: ["また届くようにしました", "Requests reach you again"],
		lead: ["確認ずみのメールアドレスがあれば、そこにもお知らせしました。", "If you have a confirmed mail address, it was told."] },
	back(onEnd));
	say("また届くようにしました", "Requests reach you again");
	return null;
}

/* By digits */

const untold = ["ログインは、まだ行われていません。", "Nobody has been logged in."];

export function moreNotice(onFind) {
	return element("div", { class: "told told-notice" },
		element("p", {}, element("strong", {}, both("依頼が多いため、すべては並んでいません。", "There are too many requests to list them all."))),
		paragraph("だれかが、あなたの番号で何度もログインしようとしているのかもしれません。ご自分の依頼が見つからないときは、ログイン画面の番号で探せます。",
			"Somebody may be trying to log in as you, again and again. If yours is not among them, find it by the digits of your login page."),
		element("div", { class: "app-actions" }, action(["番号で探す", "Find it by its digits"], async () => onFind(), { quiet: true })));
}

/* onFound(request, code, pin) for each that has these digits: there may be two. */
export function showFind(phone, { passkey, drawn }, onFound, onEnd, onStopped) {
	const code = codeField();
	const pin = pinField(drawn);

	async function run({ code: typed, pin: secret }) {
		const said = await shown(phone, passkey,
			{ word: "find", what: typed, path: "/v1/app/requests/find", body: { code: typed }, pin: secret }, untold);

		if (said.trouble)
			return said.trouble;
		if (answered(said.answer) && said.answer.json.requests.length > 0)
			return onFound(said.answer.json.requests, typed, passkey ? null : secret);
		if (answered(said.answer))
			return told(["その番号の依頼は、もう終わっています。", "The request with these digits is over."],
				["ログイン画面から、もう一度依頼してください。", "Ask again from the login page."], { kind: "notice", still: untold });
		if (said.answer.status === 409)
			return onEnd();
		if (await onStopped(said.answer))
			return null;
		return trouble(said.answer, { still: untold });
	}

	show("find", { over, heading: ["番号で依頼を探す", "Find a request by its digits"],
		lead: ["いまご自分で開いているログイン画面の番号だけを入力してください。電話やメールで聞いた番号は、入力しないでください。",
			"Enter only the digits of a login page that you opened yourself. Never enter a number somebody told you by phone or mail."] },
	form({ fields: passkey ? [code] : [code, pin],
		words: passkey ? ["画面ロックを解除して探す", "Unlock, and find it"] : ["探す", "Find it"], run }),
	...unlocking(passkey), back(onEnd));
	code.input.focus({ preventScroll: true });
}
