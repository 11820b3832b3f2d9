/* assets/adding/codes.js - adding an app or device that shows one-time codes: it takes in the secret, then proves that by a code. */
import { answered, ask } from "../ask.js";
import { aside, both, element, strongly } from "../dom.js";
import { choice, field, form } from "../form.js";
import { copyable } from "../copy.js";
import { qr } from "../handover.js";
import { nameCheck } from "./name.js";

const path = "/v1/account/authenticators/one-time";

export function addCodes(host) {
	const place = element("div", { class: "stack" });
	const name = field({
		name: "name",
		words: ["見分けるための名前", "A name to know it by"],
		value: "",
		maxlength: "64",
		autocomplete: "off",
		hint: ["例：認証アプリ、社用の機器", "Such as: authenticator app, office device"],
		missing: ["名前を入力してください。", "Please enter a name."],
		check: nameCheck,
	});
	const kind = choice({
		name: "kind",
		words: ["コードの出かた", "How its codes come"],
		options: [
			{
				value: "totp",
				words: [
					"30秒ごとに変わる（ふつうの認証アプリ）",
					"They change every 30 seconds (ordinary authenticator apps)",
				],
				checked: true,
			},
			{
				value: "hotp",
				words: ["押すたびに変わる（専用の機器など）", "They change at each press (devices made for it)"],
			},
		],
	});

	place.append(
		form({
			fields: [name, kind],
			words: ["QRコードを表示する", "Show the picture to scan"],
			async run(values) {
				const answer = await ask("POST", path, values);

				if (!answered(answer))
					return host.refused(answer, "add-codes");
				place.replaceChildren(...confirm(answer.json));
				place.querySelector("img, input").scrollIntoView?.({ block: "nearest" });
				return null;
			},
		}),
	);

	function confirm({ id, uri, secret, qr: picture }) {
		const code = field({
			name: "code",
			words: ["表示されたコード", "The code it shows"],
			autocomplete: "one-time-code",
			inputmode: "numeric",
			maxlength: "12",
			class: "code-input",
			missing: ["コードを入力してください。", "Please enter the code."],
		});

		return [
			element(
				"ol",
				{ class: "steps" },
				element(
					"li",
					{},
					strongly("認証アプリで読み取ります", "Scan this with the authenticator app"),
					qr(picture, ["認証アプリに登録するQRコード", "QR code for the authenticator app"]),
					element(
						"p",
						{},
						element(
							"a",
							{ href: uri },
							both("この端末の認証アプリで開く", "Open it in this device’s authenticator app"),
						),
					),
					element(
						"details",
						{},
						element(
							"summary",
							{},
							both("読み取れないとき：文字で入力する", "If it cannot be scanned: type it"),
						),
						element("div", { class: "inner" }, copyable(secret, ["登録用の文字", "the secret"])),
					),
				),
				element(
					"li",
					{},
					strongly("アプリに出たコードを入力します", "Enter the code it shows"),
					form({
						fields: [code],
						words: ["登録を終える", "Finish"],
						async run(values) {
							const answer = await ask("POST", `${path}/${id}`, {
								code: values.code.normalize("NFKC").replace(/[\s-]/g, ""),
							});

							if (!answered(answer))
								return host.refused(answer, "add-codes");
							host.added(answer.json, ["ワンタイムコードを追加しました", "One-time codes were added"]);
							return null;
						},
					}),
				),
			),
			aside(
				"このQRコードと文字は、いま一度だけ表示しています。ほかの人に見せないでください。",
				"Picture and letters are shown this once. Show them to nobody.",
			),
		];
	}
	return place;
}
