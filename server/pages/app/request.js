/* app/request.js - one login's question: who asks, for what, from where; and the answer. */
import { answered } from "/assets/ask.js";
import { both, element, fact } from "/assets/dom.js";
import { action, field, form } from "/assets/form.js";
import { time } from "/assets/time.js";
import { told, trouble } from "/assets/trouble.js";
import { until } from "/assets/until.js";
import { say, show } from "/assets/view.js";
import { call, sign } from "./signed.js";

const over = ["ログインの依頼", "Login request"];
const still = ["ログインは、まだ行われていません。", "Nobody has been logged in."];

export const pathOf = (request) => `/v1/app/requests/${request.id}`;

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

/* `phone` answers `request`; `drawn`: its PIN is of digits; `prefilled` is a number that came with the link; onEnd() goes back to the list. */
export function showRequest(phone, request, { drawn, prefilled }, onEnd) {
	const digits = /^[0-9]{6}$/;
	const code = field({ name: "code", words: ["ログイン画面に出ている6桁の番号", "The six digits on the login page"], inputmode: "numeric", autocomplete: "off",
		maxlength: "6", class: "number-input", value: prefilled ?? "", missing: ["番号を入力してください。", "Please enter the number."],
		check: (value) => (digits.test(value) ? null : ["6桁の数字を入力してください。", "Please enter six digits."]) });
	const pin = field({ name: "pin", words: ["このスマートフォンのPIN", "The PIN of this phone"], type: "password", autocomplete: "off", class: "number-input",
		inputmode: drawn ? "numeric" : "text", missing: ["PINを入力してください。", "Please enter the PIN."] });

	async function yes({ code: typed, pin: secret }) {
		const number = request.same_browser ? null : typed;
		const signature = await sign(phone.key, "answer", location.origin, phone.device, request.id, request.challenge, request.relying_party.entity_id,
			number ?? "-");
		const answer = await call(phone, "POST", `${pathOf(request)}/answer`, { code: number, pin: secret, signature });

		pin.input.value = "";
		if (answered(answer))
			return showDone(request, onEnd);
		return refused(answer, request, onEnd);
	}

	async function no(stranger) {
		const answer = await call(phone, "POST", `${pathOf(request)}/refuse`, { not_me: stranger });

		if (answered(answer) || answer.status === 404)
			return showRefused(stranger, onEnd);
		place.replaceChildren(trouble(answer, { still }));
		return null;
	}

	const place = element("div", { class: "answer" });

	show(`request ${request.id}`, { over, heading: ["ログインしようとしていますか", "Is this you, logging in?"] },
		asker(request), facts(request), until(request.until, () => showOver(onEnd)),
		form({ fields: request.same_browser ? [pin] : [code, pin], words: ["ログインを認める", "Yes, log in"], run: yes }),
		element("div", { class: "app-stranger" },
			element("p", {}, element("strong", {}, both("心当たりがないときは、番号もPINも入力しないでください。", "If you are not logging in, enter neither number nor PIN."))),
			action(["これは私ではありません", "This was not me"], () => no(true), { danger: true }),
			action(["今回はやめる", "Not now"], () => no(false), { quiet: true }), place));
	(request.same_browser || prefilled ? pin : code).input.focus({ preventScroll: true });
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
			element("li", {}, both("この依頼のログインを終わらせ、登録したメールアドレスにお知らせしました。", "That login is over, and your addresses were told.")),
			element("li", {}, both("ほかの端末からの依頼は、あなたがほかの方法かこの端末で一度ログインするまで届きません。", "Requests from other devices do not reach this phone until you have logged in once another way, or on this device.")),
			element("li", {}, both("PINをだれかに知られたおそれがあるときは、アカウントでこのスマートフォンを無効にしてください。", "If somebody may know your PIN, revoke this phone in your account."))),
		element("p", {}, element("a", { href: "/account/" }, both("アカウントを開く", "Open your account"))), back(onEnd));
	else
		show("refused", { over, heading: ["答えませんでした", "You said no"], lead: ["ログインは行われていません。", "Nobody has been logged in."] }, back(onEnd));
	return null;
}

function showOver(onEnd, why = ["時間が過ぎたか、ほかの端末で答えたか、ログイン画面で取りやめています。", "Its time is over, another phone answered, or it was given up on the login page."]) {
	show("over", { over, heading: ["この依頼は終わりました", "This request is over"], lead: why },
		element("p", {}, both("ログインするときは、ログイン画面からもう一度依頼してください。", "To log in, ask again from the login page.")), back(onEnd));
	return null;
}
