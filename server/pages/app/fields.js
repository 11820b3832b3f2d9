/* app/fields.js - what a person types on the phone: the digits of a login's page, this phone's PIN. */
import { field } from "/assets/form.js";

const digits = /^[0-9]{6}$/;

export const codeField = () =>
	field({
		name: "code",
		words: ["ログイン画面に出ている6桁の番号", "The six digits on the login page"],
		inputmode: "numeric",
		autocomplete: "off",
		maxlength: "6",
		class: "number-input",
		missing: ["番号を入力してください。", "Please enter the number."],
		check: (value) => (digits.test(value) ? null : ["6桁の数字を入力してください。", "Please enter six digits."]),
	});

/* `drawn`: it is of digits. */
export const pinField = (drawn) =>
	field({
		name: "pin",
		words: ["このスマートフォンのPIN", "The PIN of this phone"],
		type: "password",
		autocomplete: "off",
		class: "number-input",
		inputmode: drawn ? "numeric" : "text",
		missing: ["PINを入力してください。", "Please enter the PIN."],
	});
