/* assets/adding/passkey.js - adding a passkey of this device, or of a key that is plugged in. */
import { answered, ask } from "../ask.js";
import { element, paragraph } from "../dom.js";
import { field, form } from "../form.js";
import { canUsePasskeys, createPasskey, passkeyTrouble } from "../passkey.js";
import { told } from "../trouble.js";
import { nameCheck, thisDevice } from "./name.js";

const path = "/v1/account/authenticators/passkey";
const still = ["何も追加していません。", "Nothing was added."];

/* `host`: refused(answer, doing) gives what to show for a refusal; added(authenticator, words) goes on after a success. */
export function addPasskey(host) {
	if (!canUsePasskeys())
		return paragraph(
			"このブラウザーはパスキーを使えません。別のブラウザーか端末で開いてください。",
			"This browser cannot use passkeys. Please open this page in another browser or on another device.",
		);
	const name = field({
		name: "name",
		words: ["見分けるための名前", "A name to know it by"],
		value: thisDevice(),
		maxlength: "64",
		autocomplete: "off",
		hint: ["あとで変えられます。", "You can change it later."],
		missing: ["名前を入力してください。", "Please enter a name."],
		check: nameCheck,
	});

	return element(
		"div",
		{ class: "stack" },
		paragraph(
			"次の画面で、この端末の画面ロック（指紋、顔、暗証番号）を使うか、差し込んだ鍵を選びます。指紋や顔の情報が送られることはありません。",
			"Next, your browser asks for this device’s screen lock (fingerprint, face or PIN), or for a key you plug in. No fingerprint or face ever leaves the device.",
		),
		form({
			fields: [name],
			words: ["パスキーを作る", "Make a passkey"],
			async run(values) {
				const options = await ask("POST", `${path}/options`, { conditional: false });

				if (!answered(options))
					return host.refused(options, "add-passkey");
				let credential;

				try {
					credential = await createPasskey(options.json);
				} catch (error) {
					return told(...passkeyTrouble(error), { still });
				}
				const answer = await ask("POST", path, { credential, name: values.name });

				if (!answered(answer))
					return host.refused(answer, "add-passkey");
				host.added(answer.json, ["パスキーを追加しました", "The passkey was added"]);
				return null;
			},
		}),
	);
}
