/* app/request.js - one login's question: who asks, for what, from where; and the answer. */
import { answered } from "/assets/ask.js";
import { both, element, fact } from "/assets/dom.js";
import { action, form } from "/assets/form.js";
import { time } from "/assets/time.js";
import { told, trouble } from "/assets/trouble.js";
import { until } from "/assets/until.js";
import { say, show } from "/assets/view.js";
import { codeField, pinField } from "./fields.js";
import { lockTrouble, lockWords, unlock } from "./lock.js";
import { call, sign } from "./signed.js";

const over = ["ログインの依頼", "Login request"];
const still = ["ログインは、まだ行われていません。", "Nobody has been logged in."];

export const pathOf = (request) => `/v1/app/requests/${request.id}`;

/* When the phone will not be unlocked any more: a new telephone, a screen lock that was taken off. */
const lost = ["解除できなくなったときは、アカウントでこのスマートフォンを無効にして、登録し直してください。", "If it cannot be unlocked any more, revoke this phone in your account and pair it again."];

const texts = ({ ja, en }) => [ja || en, en || ja];

/* "Chrome (Windows), 203.0.113.9" as the server saw it. */
export function facts(request) {
	return element("dl", { class: "facts facts-large" },
		...(request.why.ja || request.why.en ? [fact("何のため", "For what", both(...texts(request.why)))] : []),
		fact("どこから", "From where", request.same_browser ?
			both(`このブラウザー（${request.where}）`, `This browser (${request.where})`) : request.where),
		fact("いつ", "When", time(request.made)));
}

export function asker(request) {
	return element("div", { class: "asker" }, element("div", {},
		element("p", { class: "asker-name" }, both(...texts(request.relying_party.name))),
		element("p", { class: "aside" }, both("がログインを求めています", "asks you to log in"))));
}

/* `phone` answers `request`; `passkey` is behind its screen lock, or null, and then `drawn`: its PIN is of digits; `typed`: the digits it was
 * found by, and the PIN, or null. The number is typed by who sees the login's page; no address brings it, for addresses are sent by anybody.
 * onEnd() goes back to the list, onStopped(answer) may tell of what concerns the phone and not the request, and then gives true. Gives a
 * function to be called when the request is no more: whoever still looks at the question is told. */
export function showRequest(phone, request, { passkey, drawn, typed = null }, onEnd, onStopped) {
	const code = codeField();
	const pin = pinField(drawn);
	let asking = true;

	if (typed) {
		code.input.value = typed.code;
		pin.input.value = typed.pin ?? "";
	}

	async function yes({ code: digits, pin: secret }) {
		const number = request.same_browser ? null : digits;
		const parts = [location.origin, phone.device, request.id, request.challenge, request.relying_party.entity_id, number ?? "-"];
		let unlocked = null;

		if (passkey) {
			try {
				unlocked = await unlock(passkey, "answer", ...parts);
			} catch (error) {
				return lockTrouble(error, still, lost);
			}
		}
		const signature = await sign(phone.key, "answer", ...parts);

		asking = false;
		const answer = await call(phone, "POST", `${pathOf(request)}/answer`, { code: number, pin: passkey ? null : secret, passkey: unlocked, signature });

		pin.input.value = "";
		if (answered(answer))
			return showDone(request, onEnd);
		if (await onStopped(answer))
			return null;
		const said = refused(answer, request, onEnd);

		asking = said !== null;
		return said;
	}

	async function no(stranger) {
		asking = false;
		const answer = await call(phone, "POST", `${pathOf(request)}/refuse`, { not_me: stranger });

		if (answered(answer) || answer.status === 404)
			return showRefused(stranger, onEnd);
		if (await onStopped(answer))
			return null;
		asking = true;
		place.replaceChildren(trouble(answer, { still }));
		return null;
	}

	function gone() {
		if (asking)
			showOver(onEnd);
		asking = false;
	}

	const place = element("div", { class: "answer" });
	const fields = [...(request.same_browser ? [] : [code]), ...(passkey ? [] : [pin])];

	show(`request ${request.id}`, { over, heading: ["ログインしようとしていますか", "Is this you, logging in?"] },
		asker(request), facts(request), until(request.until, gone),
		form({ fields, words: passkey ? ["画面ロックを解除して認める", "Unlock, and log in"] : ["ログインを認める", "Yes, log in"], run: yes }),
		...(passkey ? [element("p", { class: "aside" }, both(`押すと、${lockWords[0]}の解除を求められます。`, "Your phone then asks for its screen lock: fingerprint, face or code."))] : []),
		element("div", { class: "app-stranger" },
			element("p", {}, element("strong", {}, both(...(typed ? ["番号が合っていても、場所や時刻に心当たりがないときは、認めないでください。", "Even though the digits fit: if place or time are not yours, do not say yes."] :
				passkey && request.same_browser ? ["心当たりがないときは、画面ロックを解除しないでください。", "If you are not logging in, do not unlock."] :
				passkey ? ["心当たりがないときは、番号を入力せず、画面ロックも解除しないでください。", "If you are not logging in, enter no number and do not unlock."] :
				["心当たりがないときは、番号もPINも入力しないでください。", "If you are not logging in, enter neither number nor PIN."])))),
			action(["これは私ではありません", "This was not me"], () => no(true), { danger: true }),
			action(["今回はやめる", "Not now"], () => no(false), { quiet: true }), place));
	if (!typed)
		(request.same_browser ? fields.at(-1) : code)?.input.focus({ preventScroll: true });
	return gone;
}

function refused(answer, request, onEnd) {
	const step = answer.json?.step;

	if (answer.status === 404)
		return showOver(onEnd);
	if (step === "number" && answer.json.left === 0)
		return showOver(onEnd, ["番号が3回ちがったため、この依頼は終わりました。", "After three wrong numbers this request is over."]);
	if (step === "number")
		return told(["6桁の番号が違います。", "The six digits are not right."],
			["ログイン画面の番号を確かめてください。電話やメールで聞いた番号は、入力しないでください。", "Look at the login page again. Never enter a number somebody told you by phone or mail."], { still });
	return trouble(answer, { still });
}

const back = (onEnd) => element("div", { class: "app-actions" }, action(["アプリのはじめに戻る", "Back to the app’s beginning"], async () => onEnd(), { quiet: true }));

function showDone(request, onEnd) {
	show("answered", { over, heading: ["ログインを認めました", "You are logged in"],
		lead: request.same_browser ? ["ログイン画面に戻ると、続きに進みます。", "Go back to the login page to go on."] :
			["ログイン画面が自動で進みます。この画面は閉じてかまいません。", "The login page goes on by itself. You may close this one."] },
	...(request.same_browser && history.length > 1 ? [element("div", { class: "app-actions" },
		action(["ログイン画面に戻る", "Back to the login page"], async () => history.back()))] : []),
	back(onEnd));
	say("ログインを認めました", "You are logged in");
	return null;
}

function showRefused(stranger, onEnd) {
	if (stranger)
		show("refused", { over, heading: ["止めました", "It was stopped"],
			lead: ["ログインは行われていません。", "Nobody has been logged in."] },
		element("ul", {},
			element("li", {}, both("この依頼のログインと、ほかの端末からの依頼をすべて終わらせました。確認ずみのメールアドレスがあれば、そこにもお知らせしました。", "That login is over, and so is whatever else was asked from other devices. If you have a confirmed mail address, it was told.")),
			element("li", {}, both("ほかの端末からの依頼は、あなたがほかの方法かこの端末で一度ログインするまで届きません。", "Requests from other devices do not reach this phone until you have logged in once another way, or on this device.")),
			element("li", {}, both("アプリでPINか画面ロックを使うか、アカウントのボタンを押しても、また届くようになります。", "You can also let them reach you again by PIN or screen lock in the app, or by the button in your account.")),
			element("li", {}, both("PINをだれかに知られたおそれがあるときは、アカウントでこのスマートフォンを無効にしてください。", "If somebody may know your PIN, revoke this phone in your account."))),
		element("p", {}, element("a", { href: "/account/" }, both("アカウントを開く", "Open your account"))), back(onEnd));
	else
		show("refused", { over, heading: ["答えませんでした", "You said no"], lead: ["ログインは行われていません。", "Nobody has been logged in."] }, back(onEnd));
	return null;
}

function showOver(onEnd, why = ["時間が過ぎたか、ほかの端末で答えたか、ログイン画面で取りやめたか、新しい番号を出しています。",
	"Its time is over, another phone answered, or the login page gave it up or shows new digits."]) {
	show("over", { over, heading: ["この依頼は終わりました", "This request is over"], lead: why },
		element("p", {}, both("ログインするときは、ログイン画面からもう一度依頼してください。", "To log in, ask again from the login page.")), back(onEnd));
	return null;
}
