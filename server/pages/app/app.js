/* app/app.js - the app on a person's phone: pairing, what waits, answering; and what it says when it cannot. */
import { answered } from "/assets/ask.js";
import { both, element, fact } from "/assets/dom.js";
import { action } from "/assets/form.js";
import { startLanguage } from "/assets/language.js";
import { distance } from "/assets/time.js";
import { told, trouble } from "/assets/trouble.js";
import { say, show } from "/assets/view.js";
import { moreNotice, muteNotice, showFind, showUnmute } from "./beside.js";
import { forget, kept } from "./keeper.js";
import { lockWords } from "./lock.js";
import { pairingCode, showPairing, showUnpaired } from "./pairing.js";
import { showRequest } from "./request.js";
import { call, listen } from "./signed.js";
import { sleep, startWorker, wake, waking } from "./waking.js";

const over = ["デジタルwatashi認証アプリ", "Digital Watashi app"];

/* `open`: what is shown instead of the list; then news do not draw over what is being typed, but tell by `gone` that a request which was
 * `listed` is no more. */
const state = { phone: null, self: null, open: null, listed: true, gone: () => {}, lost: false, stop: () => {}, count: 0 };

/* The address: #pair=CODE, #request=ID. Never a number: whoever made the address has not seen what this person sees. */
const wanted = () => new URLSearchParams(location.hash.slice(1));

function unpaired(before = null) {
	state.stop();
	state.phone = state.open = null;
	showUnpaired((code) => showPairing(code, false, paired, () => unpaired()), before);
}

async function paired(phone) {
	state.phone = phone;
	begin();
	await home();
}

/* Not known any more: the key is of no use, and goes. */
async function revoked() {
	await forget();
	unpaired(told(["このスマートフォンの登録は、解除されています。", "This phone is not paired any more."],
		["使うときは、もう一度登録してください。", "To use it, pair it again."], { kind: "notice", still: ["アカウントはそのままです。", "Your account is as it was."] }));
}

/* What every answer may say. True: it was told here. */
async function stopped(answer) {
	if (answered(answer))
		return false;
	if (answer.status === 401 && answer.json?.code === "unpaired") {
		await revoked();
	} else if (answer.status === 401 && answer.json?.code === "clock") {
		show("clock", { over, heading: ["時計を合わせてください", "Please set the clock"],
			lead: ["このスマートフォンの時計が、実際の時刻から1分より大きくずれています。", "This phone’s clock is off by more than a minute."] },
		element("p", {}, both("スマートフォンの設定で、日付と時刻を「自動」にしてから、もう一度開いてください。", "In the phone’s settings let date and time be set automatically, then open the app again.")),
		element("div", { class: "app-actions" }, action(["もう一度試す", "Try again"], home)));
	} else if (answer.status === 0) {
		state.lost = true;
		return false;
	} else {
		show("trouble", { over, heading: ["いまは使えません", "It cannot be used right now"] }, trouble(answer),
			element("div", { class: "app-actions" }, action(["もう一度試す", "Try again"], home)));
	}
	return true;
}

const states = {
	suspended: [["このスマートフォンは、一時停止中です", "This phone is suspended"],
		["ほかの方法でログインすると、アカウントで再開できます。", "Log in another way, then you can resume it in your account."]],
	locked: [["このスマートフォンは、ロックされています", "This phone is locked"],
		["PINのまちがいが続いたためです。ほかの方法でログインすると、アカウントで再開できます。", "The PIN was wrong too often. Log in another way, then you can resume it in your account."]],
	expired: [["このスマートフォンの登録は、期限が切れています", "This phone’s pairing has expired"],
		["ログインしてから、もう一度登録してください。", "Log in and pair it again."]],
};

function showState(self) {
	const [heading, lead] = states[self.state] ?? states.suspended;

	show("state", { over, heading, lead }, element("p", {}, element("a", { href: "/account/" }, both("アカウントを開く", "Open your account"))),
		element("div", { class: "app-actions" }, action(["もう一度確かめる", "Look again"], home, { quiet: true })));
}

function row(request, typed = null) {
	const name = request.relying_party.name;

	return element("li", { class: "way" }, element("p", { class: "asker-name" }, both(name.ja || name.en, name.en || name.ja)),
		element("p", { class: "aside" }, request.where, " · ", distance(request.made)),
		element("div", { class: "app-actions" }, action(["確かめて答える", "Look and answer"], async () => openRequest(request, typed), { of: [name.ja || name.en, name.en || name.ja] })));
}

const wakings = {
	on: ["届きます", "on"], off: ["届きません", "off"], denied: ["この端末の設定で止められています", "blocked in this device’s settings"],
	impossible: ["このブラウザーでは使えません", "not possible in this browser"],
};

async function wakingPart(phone) {
	const now = await waking(phone);
	const place = element("div", { class: "answer" });

	async function change() {
		const answer = now === "on" ? await sleep(phone) : await wake(phone);

		if (answer && answered(answer))
			await home();
		else
			place.replaceChildren(answer ? trouble(answer) : told(["通知は、許可されませんでした。", "Notifications were not allowed."],
				["アプリを開いているあいだは、依頼が届きます。", "While the app is open, requests arrive."], { kind: "notice", still: ["", ""] }));
	}

	const words = now === "on" ? ["通知を止める", "Stop notifications"] : ["通知を受け取る", "Be notified"];

	return [fact("閉じているときの通知", "Notifications while closed", both(...wakings[now]),
		...(now === "on" || now === "off" ? [element("div", { class: "buttons" }, action(words, change, { quiet: true })), place] : []))];
}

function end() {
	state.open = null;
	history.replaceState(null, "", "/app/");
	return home();
}

const lockOf = () => ({ passkey: state.self ? state.self.passkey : state.phone.passkey, drawn: state.self?.pin === "drawn" });
const onStopped = (answer) => answer.status === 401 && stopped(answer);

function openRequest(request, typed = null) {
	state.open = request.id;
	state.listed = typed === null;
	state.gone = showRequest(state.phone, request, { ...lockOf(), typed }, end, onStopped);
}

/* What is no request, but is not drawn over either. */
function openBeside() {
	state.open = "beside";
	state.listed = false;
	state.gone = () => {};
}

function openUnmute() {
	openBeside();
	showUnmute(state.phone, lockOf(), state.self.muted, end, onStopped);
}

function found(requests, code, pin) {
	if (requests.length === 1) {
		openRequest(requests[0], { code, pin });
		return null;
	}
	show("found", { over, heading: ["同じ番号の依頼が、いくつかあります", "Several have these digits"],
		lead: ["場所と時刻を見て、ご自分のものだけに答えてください。", "Look where and when each was made, and answer your own alone."] },
	element("ul", { class: "app-requests" }, ...requests.map((one) => row(one, { code, pin }))),
	element("div", { class: "app-actions" }, action(["アプリのはじめに戻る", "Back to the app’s beginning"], end, { quiet: true })));
	return null;
}

function openFind() {
	openBeside();
	showFind(state.phone, lockOf(), found, end, onStopped);
}

const homeWords = (some, muted) =>
	some ? { heading: ["ログインの依頼", "Login requests"], lead: ["心当たりのあるものだけに答えてください。", "Answer only those you made yourself."] } :
		muted ? { heading: ["ほかの端末からの依頼を止めています", "Requests from elsewhere are stopped"],
			lead: ["この端末でのログインには、これまでどおり答えられます。", "Logins on this very device reach you as before."] } :
			{ heading: ["依頼を待っています", "Waiting for requests"],
				lead: ["ログイン画面で「スマートフォン」を選ぶと、ここに届きます。", "Choose “Phone” on a login page, and it arrives here."] };

async function showHome(requests, more) {
	const lost = state.lost ? [told(["サーバーとのつながりが切れています。", "There is no connection to the server."],
		["つながりしだい、自動で確かめます。", "It is tried again by itself."], { kind: "notice", still: ["依頼は届きません。", "No request can arrive."] })] : [];
	const phone = state.phone;
	const about = await wakingPart(phone);

	/* Meanwhile a request may have been opened, or the phone revoked. */
	if (state.phone !== phone || state.open !== null)
		return;
	show("home", { over, ...homeWords(requests.length > 0, state.self?.muted) },
	...lost,
	...(state.self?.muted ? [muteNotice(state.self.muted, openUnmute)] : []),
	...(more ? [moreNotice(openFind)] : []),
	...(requests.length > 0 ? [element("ul", { class: "app-requests" }, ...requests.map((one) => row(one)))] : []),
	element("dl", { class: "facts" }, fact("アカウント番号", "Account number", phone.number),
		...(state.self ? [fact("このスマートフォンの名前", "Name of this phone", state.self.name),
			fact("ご本人の確認", "Shown to be you by", both(...(state.self.passkey ? lockWords : ["PIN", "PIN"])))] : []), ...about),
	element("p", {}, element("a", { href: "/account/" }, both("アカウントを開く", "Open your account"))));
	if (requests.length === 0 && state.count > 0)
		say("待っている依頼はありません", "No requests are waiting");
	else if (requests.length !== state.count)
		say(`依頼が${requests.length}件あります`, `${requests.length} waiting`);
	state.count = requests.length;
}

/* What waits now; one that the address names is opened at once. */
async function home() {
	const phone = state.phone;
	const self = await call(phone, "GET", "/v1/app/self");

	if (state.phone !== phone)
		return;
	state.lost = false;
	if (await stopped(self))
		return;
	if (self.json && !self.json.usable) {
		showState(self.json);
		return;
	}
	state.self = self.json ?? state.self;
	if (state.self?.push_key)
		phone.pushKey = state.self.push_key;
	await news();
}

async function news() {
	const phone = state.phone;

	if (phone === null)
		return;
	const answer = await call(phone, "GET", "/v1/app/requests");

	if (state.phone !== phone)
		return;
	state.lost = false;
	if (await stopped(answer))
		return;
	const requests = answer.json?.requests ?? [];
	const named = requests.find(({ id }) => id === wanted().get("request"));

	if (state.open !== null) {
		if (state.listed && !state.lost && !requests.some(({ id }) => id === state.open))
			state.gone();
	} else if (named) {
		openRequest(named);
	} else {
		await showHome(requests, answer.json?.more === true);
	}
}

function begin() {
	state.stop();
	state.stop = listen(state.phone, news, (there) => {
		if (state.open === null && state.lost === there)
			news();
	});
}

async function start() {
	startLanguage();
	startWorker((request) => {
		state.open = null;
		location.hash = `request=${request}`;
	});
	const phone = await kept().catch(() => null);
	const code = pairingCode();

	if (code) {
		showPairing(code, phone !== null, paired, () => (phone ? paired(phone) : unpaired()));
	} else if (phone === null) {
		unpaired();
	} else {
		await paired(phone);
	}
}

addEventListener("hashchange", () => {
	const code = pairingCode();

	if (code)
		showPairing(code, state.phone !== null, paired, () => (state.phone ? home() : unpaired()));
	else if (state.phone !== null) {
		state.open = null;
		news();
	}
});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && state.phone !== null && news());

start();
