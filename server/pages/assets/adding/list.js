/* assets/adding/list.js - what can be added to log in with, each opened where it stands. */
import { both, element } from "../dom.js";
import { picture } from "../means.js";
import { addCard } from "./card.js";
import { addCodes } from "./codes.js";
import { addPasskey } from "./passkey.js";
import { addPhone } from "./phone.js";
import { addRecovery } from "./recovery.js";

const kinds = {
	"add-passkey": {
		picture: "passkey",
		words: ["パスキーを追加する", "Add a passkey"],
		text: [
			"この端末の画面ロックや、差し込む鍵でログインできます。",
			"Log in with this device’s screen lock, or a key you plug in.",
		],
		make: addPasskey,
	},
	"add-phone": {
		picture: "app",
		words: ["スマートフォンを登録する", "Pair a phone"],
		text: ["ほかの端末でログインするときにも使えます。", "It also serves when you log in on another device."],
		make: addPhone,
	},
	"add-card": {
		picture: "card",
		words: ["マイナンバーカードを登録する", "Add the My Number card"],
		text: [
			"いちばん確かな方法です。カードを読める機器が要ります。",
			"The surest way; it needs a device that reads cards.",
		],
		make: addCard,
	},
	"add-codes": {
		picture: "code",
		words: ["ワンタイムコードを追加する", "Add one-time codes"],
		text: [
			"認証アプリや専用の機器に出る6桁のコードを使います。",
			"Six-digit codes of an authenticator app or device.",
		],
		make: addCodes,
	},
	"add-recovery": {
		picture: "recovery",
		words: ["回復用コードを作る", "Make recovery codes"],
		text: ["ほかのものをなくしたときのために、紙に控えます。", "Kept on paper, for when all else is lost."],
		make: addRecovery,
	},
};

/* `only`: names of those to offer, in this order; `opened`: the one that is open at once; `given` further arguments of one of them. */
export function addings(host, { only = Object.keys(kinds), opened = null, given = {} } = {}) {
	return element(
		"div",
		{ class: "addings" },
		...only.map((name) => {
			const { picture: of, words, text, make } = kinds[name];
			const inner = element("div", { class: "inner" });
			const made = element(
				"details",
				{ class: "adding", id: name },
				element(
					"summary",
					{},
					picture(of),
					element(
						"span",
						{},
						element("span", { class: "adding-name" }, both(...words)),
						element("span", { class: "aside" }, both(...text)),
					),
				),
				inner,
			);

			/* What is inside may begin something at the server: made when it is asked for. */
			made.addEventListener("toggle", () => {
				if (made.open && inner.childElementCount === 0)
					inner.append(make(host, ...(given[name] ?? [])));
			});
			if (name === opened)
				made.open = true;
			return made;
		}),
	);
}
