/* app/pairing.js - this phone is paired with an account: by a code from the account's page, once. */
import { toText } from "/assets/base64url.js";
import { answered, ask } from "/assets/ask.js";
import { both, element } from "/assets/dom.js";
import { action, choice, field, form, link } from "/assets/form.js";
import { told, trouble } from "/assets/trouble.js";
import { show } from "/assets/view.js";
import { keep, newKey, persist } from "./keeper.js";
import { canLock, lockTrouble, lockWords, makeLock } from "./lock.js";
import { canScan, scan } from "./scan.js";
import { sign } from "./signed.js";

const over = ["デジタルwatashi認証アプリ", "Digital Watashi app"];
const still = ["このスマートフォンは、まだ登録されていません。", "This phone is not paired yet."];
const nameLargest = 64; // bytes
const encoder = new TextEncoder();

/* Letters and digits of the code, however it was typed or wherever it stood. */
function codeOf(text) {
	const found = /#(?:.*&)?pair=([a-z2-7]{26})(?:&|$)/i.exec(text)?.[1] ?? text.replaceAll(/[\s-]/g, "");

	return /^[a-z2-7]{26}$/i.test(found) ? found.toLowerCase() : null;
}

export const pairingCode = () => codeOf(location.hash);

const platforms = [[/iPhone/, "iPhone"], [/iPad/, "iPad"], [/Android/, "Android"], [/Windows/, "Windows"], [/Mac OS X/, "Mac"], [/Linux/, "Linux"]];

function platform() {
	return platforms.find(([pattern]) => pattern.test(navigator.userAgent))?.[1] ?? "Web";
}

/* Without a code: where one comes from. onCode(code) goes on. */
export function showUnpaired(onCode, before = null) {
	const place = element("div", { class: "stack" });
	const typed = field({ name: "code", words: ["登録コード", "Pairing code"], autocomplete: "off", autocapitalize: "none", class: "code-input",
		hint: ["26文字の英数字。空白やハイフンは入れても入れなくてもかまいません。", "26 letters and digits; blanks and hyphens do not matter."],
		missing: ["登録コードを入力してください。", "Please enter the pairing code."],
		check: (value) => (codeOf(value) ? null : ["26文字の英数字（aからz、2から7）をご確認ください。", "Please check: 26 letters and digits (a to z, 2 to 7)."]) });

	async function look() {
		try {
			await scan(place, (text) => {
				const code = codeOf(text);

				if (code)
					onCode(code);
				return Boolean(code);
			});
		} catch {
			place.replaceChildren(told(["カメラを使えませんでした。", "The camera could not be used."],
				["スマートフォンのカメラアプリで読み取るか、登録コードを入力してください。", "Scan with the phone’s own camera, or type the code."], { kind: "notice", still }));
		}
	}

	show("unpaired", { over, heading: ["このスマートフォンを登録する", "Pair this phone"],
		lead: ["登録すると、ログインの依頼にこのスマートフォンで答えられます。カードは要りません。", "Once paired, you answer login requests with this phone, without your card."] },
	...(before ? [before] : []),
	element("ol", { class: "steps" },
		element("li", {}, element("p", {}, element("strong", {}, both("アカウントの「認証手段」を開きます", "Open “Authenticators” of your account"))),
			element("p", { class: "aside" }, both("パソコンなどの、ログインしている画面で開きます。", "On a computer or device where you are logged in.")),
			link(["アカウントを開く", "Open the account"], "/account/")),
		element("li", {}, element("p", {}, element("strong", {}, both("「スマートフォン」を選び、QRコードを表示します", "Choose “Phone”, which shows a picture")))),
		element("li", {}, element("p", {}, element("strong", {}, both("このスマートフォンのカメラで読み取ります", "Scan it with this phone’s camera"))),
			...(canScan() ? [element("div", { class: "buttons" }, action(["ここで読み取る", "Scan here"], look, { quiet: true })), place] : [place]))),
	element("details", {}, element("summary", {}, both("登録コードを入力する", "Type the code instead")),
		element("div", { class: "inner" }, form({ fields: [typed], words: ["続ける", "Continue"], run: ({ code }) => {
			onCode(codeOf(code));
			return null;
		} }))),
	element("p", {}, both(["アカウントがまだのときは、", element("a", { href: "/enrol/" }, "マイナンバーカードで登録"), "します。"],
		["No account yet? ", element("a", { href: "/enrol/" }, "Enrol with your card"), "."])));
}

/* The same rules as the server's, so that most are told before anything is sent (authn/app_pin.c). */
function weak(pin) {
	const letters = [...pin];

	if (letters.length < 8)
		return ["8文字以上にしてください。", "Use at least 8 characters."];
	if ([1, 2, 3, 4].some((period) => letters.every((letter, at) => at < period || letter === letters[at - period])))
		return ["同じ文字の繰り返しは、推測されやすいので使えません。", "The same characters again and again are guessed first."];
	const steps = letters.slice(1).map((letter, at) => letter.codePointAt(0) - letters[at].codePointAt(0));

	return steps.every((step) => step === 1) || steps.every((step) => step === -1) ?
		["並んだ文字は、推測されやすいので使えません。", "Neighbours in order are guessed first."] : null;
}

/* By what the person will show each time to be the person. */
function unlockings(lockable) {
	const drawn = ["6桁の数字のPINを割り当ててもらう", "Be given a PIN of six digits"];

	return choice({ name: "kind", words: ["ログインのたびに、ご本人と確かめる方法", "How you show each time that it is you"], options: [
		...(lockable ? [{ value: "lock", words: lockWords, checked: true,
			hint: ["おすすめ。覚えるものはありません。指紋や顔の情報は、この端末から出ません。", "Recommended: nothing to remember. No fingerprint or face leaves this phone."] }] : []),
		{ value: "drawn", words: drawn, checked: !lockable,
			hint: lockable ? ["次の画面で一度だけ表示します。", "Shown once, on the next page."] :
				["おすすめ。次の画面で一度だけ表示します。", "Recommended; shown once, on the next page."] },
		{ value: "own", words: ["PINを自分で決める", "Choose a PIN of my own"] }] });
}

/* With a code. onPaired(phone) once the person has read the PIN. */
export async function showPairing(code, replaced, onPaired, onStart) {
	const lockable = await canLock();
	const name = field({ name: "name", words: ["このスマートフォンの名前", "A name for this phone"], value: platform(), autocomplete: "off", maxlength: "64",
		hint: ["アカウントの一覧に出ます。", "It is shown in your account’s list."], missing: ["名前を入力してください。", "Please enter a name."],
		check: (value) => (encoder.encode(value).length > nameLargest ? ["もう少し短い名前にしてください。", "Please use a shorter name."] : null) });
	const own = field({ name: "pin", words: ["自分で決めるPIN（8文字以上）", "Your own PIN (8 characters or more)"], type: "password", autocomplete: "new-password",
		check: (value) => (pins.values()[0] === "own" ? weak(value) : null) });
	const pins = unlockings(lockable);

	own.node.hidden = true;
	for (const input of pins.node.querySelectorAll("input"))
		input.addEventListener("change", () => {
			own.node.hidden = pins.values()[0] !== "own";
		});

	async function pair({ name: called, kind, pin }) {
		const { key, spki } = await newKey();
		const spkiText = toText(spki);
		let lock = null, passkey = null;

		/* Asked for first: no passkey is made for a code that is not good. */
		if (kind === "lock") {
			const options = await ask("POST", "/v1/app/pair/options", { code, key: spkiText });

			if (!answered(options))
				return refused(options, onStart);
			try {
				lock = await makeLock(options.json);
			} catch (error) {
				return lockTrouble(error, still, ["PINを選ぶこともできます。", "You can also choose a PIN."]);
			}
			passkey = { rp_id: options.json.rp.id, id: lock.id };
		}
		const answer = await ask("POST", "/v1/app/pair", { code, key: spkiText, platform: platform(), name: called, passkey: lock,
			pin: { own: pin, drawn: "drawn", lock: null }[kind], signature: await sign(key, "pair", location.origin, code, spkiText) });

		if (!answered(answer))
			return refused(answer, onStart);
		const phone = { key, device: answer.json.device, number: answer.json.number, pushKey: answer.json.push_key, passkey };

		await keep(phone);
		await persist();
		history.replaceState(null, "", "/app/");
		if (answer.json.pin)
			showPin(answer.json.pin, () => onPaired(phone));
		else
			onPaired(phone);
		return null;
	}

	show("pairing", { over, heading: ["このスマートフォンを登録する", "Pair this phone"],
		lead: ["鍵をこのスマートフォンの中に作ります。鍵は外に出ません。", "A key is made in this phone, and never leaves it."] },
	...(replaced ? [told(["このスマートフォンには、すでに登録があります。", "This phone is paired already."],
		["続けると、新しい登録に置き換わります。", "Going on replaces that."], { kind: "notice", still: ["", ""] })] : []),
	form({ fields: [name, pins, own], words: ["登録する", "Pair this phone"], run: pair }));
}

const noLock = ["level", "attestation-demand"];

function refused(answer, onStart) {
	if (answer.json?.step === "passkey" && noLock.includes(answer.json.reason))
		return told(["ここでは、画面ロックによる登録を受け付けていません。", "A screen lock is not taken here."],
			["PINを選んで、もう一度お進みください。", "Please choose a PIN and go on."], { kind: "notice", still });
	if (answer.status === 400 && answer.json?.detail?.startsWith("/pin"))
		return told(["このPINは、推測されやすいので使えません。", "This PIN is one of those that are guessed first."],
			["よくある言葉、キーボードの並び、日付、アカウント番号は使えません。別のものにしてください。", "No common word, row of keys, date or account number: please choose another."], { still });
	if (answer.status !== 404 && !["signature", "passkey"].includes(answer.json?.step))
		return trouble(answer, { still });
	return told(["この登録コードは使えません。すでに使われたか、時間が過ぎています。", "This pairing code cannot be used: it was used already, or has expired."],
		["アカウントの画面で、新しいQRコードを表示してください。", "Show a new picture on your account’s page."], { still,
			more: [element("div", { class: "buttons" }, action(["はじめに戻る", "Back to the beginning"], async () => onStart(), { quiet: true }))] });
}

/* The server keeps no PIN that could be shown again: whoever leaves the page is asked. */
const stay = (event) => event.preventDefault();

function showPin(pin, onRead) {
	addEventListener("beforeunload", stay);
	show("pin", { over, heading: ["あなたのPIN", "Your PIN"],
		lead: ["この6桁を覚えてください。二度と表示されません。", "Remember these six digits: they are never shown again."] },
	element("div", { class: "digits", role: "img", "aria-label": [...pin].join(" ") },
		...[...pin].map((digit) => element("span", { class: "digit", "aria-hidden": "true" }, digit))),
	element("ul", {},
		element("li", {}, both("ログインの依頼に答えるとき、毎回入力します。", "You enter it each time you answer a login request.")),
		element("li", {}, both("だれにも教えないでください。このスマートフォンと一緒に置くメモにも書かないでください。", "Tell nobody, and do not keep it written down with this phone.")),
		element("li", {}, both("覚える前にこの画面を閉じると、登録をやり直すことになります。", "If you leave before you know them, you will have to pair this phone again.")),
		element("li", {}, both("5回まちがえるとロックされます。", "After five wrong tries this phone is locked."))),
	element("div", { class: "app-actions" }, action(["覚えました", "I will remember it"], async () => {
		removeEventListener("beforeunload", stay);
		await onRead();
	})));
}
