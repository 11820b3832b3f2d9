/* login/who.js - whose account it is: said by the person, believed by nobody until it is shown. The same field offers passkeys where
 * the browser can. */
import { answered, ask } from "/assets/ask.js";
import { field, form, tick } from "/assets/form.js";

/* What a service says of whom it may be stands there already, to be taken or typed over. `then` goes on once it was said. What is
 * typed may be anybody's: the answer is the same for an account that is not there. */
export function whoForm(flow, then, offers) {
	const who = field({
		name: "who",
		words: ["番号またはメールアドレス", "Number or mail address"],
		autocomplete: offers ? "username webauthn" : "username",
		autocapitalize: "none",
		inputmode: "email",
		maxlength: "254",
		...(flow.login.hint ? { value: flow.login.hint } : {}),
		hint: [
			"登録したときの番号（例：7K3M-Q2XH-9D）か、確認ずみのメールアドレス",
			"Your number (such as 7K3M-Q2XH-9D), or a mail address you have confirmed",
		],
		missing: ["番号かメールアドレスを入力してください。", "Please enter your number or mail address."],
	});
	const remember = tick({
		name: "remember",
		words: ["このブラウザーに番号を覚えさせる", "Remember the number in this browser"],
		hint: ["ほかの人も使う端末では、選ばないでください。", "Not on a device that others use, too."],
	});

	return form({
		fields: [who, remember],
		words: ["次へ進む", "Continue"],
		async run(values) {
			const answer = await ask("POST", `${flow.path}/claim`, values);

			if (!answered(answer))
				return flow.trouble(answer);
			await flow.refresh();
			then();
			return null;
		},
	});
}
