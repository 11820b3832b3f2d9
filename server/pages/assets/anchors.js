/* assets/anchors.js - the page of signing keys: each key a card, the one in use first. */
import { badge, both, element, fact, fill } from "./dom.js";
import { copyButton } from "./copy.js";
import { fingerprint, readAnchors } from "./anchor.js";
import { startLanguage } from "./language.js";
import { time } from "./time.js";

/* In the order of the page. */
const states = {
	active: [["good", "使用中", "In use"],
		["いまの署名に使っている鍵です。", "It signs what is published now."]],
	announced: [["waiting", "予告", "Announced"],
		["まもなく使い始める鍵です。いまの鍵に加えて設定してください。", "It will sign soon. Add it beside the present key."]],
	retiring: [["notice", "まもなく終了", "Ending soon"],
		["新しい署名には使っていません。以前の署名の期限が過ぎるとこの一覧から消えますので、そのときに設定から外してください。", "It signs nothing new. When all it signed has expired it leaves this list: remove it from your software then."]],
};
const order = Object.keys(states);

/* What a key signs: nobody should take one for the other. */
const uses = {
	metadata: ["SAMLメタデータ", "SAML metadata"],
	"trusted-list": ["信頼リスト（trusted-list.jws）", "The trusted list (trusted-list.jws)"],
	ledger: ["台帳のチェックポイントと、公開した方針・基準", "The ledger’s checkpoints, and published policies"],
	push: ["プッシュ通知（通知サービスへの名乗り）", "Push notifications (who pushes, for push services)"],
};
const useOrder = Object.keys(uses);

const dates = [
	["announced", "予告した日時", "Announced"],
	["activated", "使い始めた日時", "In use since"],
	["retiring", "使い終えた日時", "Last signed"],
];

function card(key) {
	const [words, meaning] = states[key.state];
	const id = `key-${key.name}`;

	return element("article", { class: "key", "aria-labelledby": id },
		element("div", { class: "key-head" }, element("h3", { id }, key.name), badge(...words)),
		element("p", {}, both(...meaning)),
		element("p", { class: "label" }, both("指紋（SHA-256）", "Fingerprint (SHA-256)")),
		element("div", { class: "copyable" }, fingerprint(key.fingerprint),
			copyButton(() => key.fingerprint, [`${key.name} の指紋`, `fingerprint of ${key.name}`])),
		element("dl", { class: "facts" },
			fact("署名するもの", "Signs", both(...(uses[key.use] ?? [key.use, key.use]))),
			...dates.filter(([name]) => key[name]).map(([name, ja, en]) => fact(ja, en, time(key[name]))),
			...(key.subject === null ? [] : [
				fact("証明書の名前", "Certificate subject", key.subject),
				fact("証明書の期間", "Certificate dates", time(key.valid_from), " – ", time(key.valid_until)),
				fact("鍵の種類", "Key type", key.type)])),
		key.url === null
			? element("p", { class: "aside" }, both("証明書のファイルはまもなく取得できるようになります。", "The certificate file will be available shortly."))
			: element("p", {}, element("a", { class: "button", href: `/anchors/${key.name}.cer`, download: "" },
				both("証明書を保存する（.cer）", "Save the certificate (.cer)"),
				element("span", { class: "heard" }, both(`：${key.name}`, `: ${key.name}`)))));
}

async function showKeys() {
	try {
		const keys = (await readAnchors()).filter((key) => key.state in states);

		keys.sort((a, b) => useOrder.indexOf(a.use) - useOrder.indexOf(b.use) || order.indexOf(a.state) - order.indexOf(b.state));
		fill("keys", ...(keys.length > 0 ? keys.map(card)
			: [element("p", {}, badge("waiting", "公開している鍵はまだありません", "No key is published yet"))]));
	} catch {
		fill("keys", element("p", {}, badge("bad", "鍵の一覧を取得できませんでした", "The list of keys could not be fetched")),
			element("p", {}, both("公開中のメタデータに変わりはありません。しばらくしてから、このページを読み込み直してください。",
				"What is published is as it was. Please reload this page in a while.")));
	}
}

startLanguage();
showKeys();
