/* login/passkey.js - logging in with a passkey: by a button, or chosen from a field's suggestions. */
import { answered, ask } from "/assets/ask.js";
import { element, strongly } from "/assets/dom.js";
import { action } from "/assets/form.js";
import { canOfferInField, canUsePasskeys, forgetPasskey, passkeyTrouble, usePasskey } from "/assets/passkey.js";
import { told } from "/assets/trouble.js";
import { wayWords } from "/assets/means.js";

/* `offers`: the page has a field that may offer passkeys meanwhile. */
export function passkeyPanel(flow, offers = false) {
	const said = element("div", { class: "answer" });
	let offer = null;

	/* One challenge at a time: what is asked for last is what counts. */
	const end = () => {
		offer?.abort();
		offer = null;
	};

	async function send(credential, rpId) {
		const answer = await ask("POST", `${flow.path}/passkey`, credential);

		if (answered(answer))
			return flow.moved(answer.json);
		if (answer.json?.step === "credential")
			forgetPasskey(rpId, credential.id);
		return said.replaceChildren(flow.trouble(answer));
	}

	async function use(options) {
		const answer = await ask("POST", `${flow.path}/passkey/options`, {
			conditional: Boolean(options.field),
		});

		if (!answered(answer))
			return options.field ? null : said.replaceChildren(flow.trouble(answer));
		try {
			return await send(await usePasskey(answer.json, options), answer.json.rpId ?? location.hostname);
		} catch (error) {
			/* What ends an offer is the person's doing, and no news. */
			if (options.field)
				return null;
			return said.replaceChildren(
				told(...passkeyTrouble(error), {
					still: ["まだログインしていません。", "You are not logged in yet."],
				}),
			);
		}
	}

	async function begun() {
		if (!offers || !(await canOfferInField()) || offer)
			return;
		offer = new AbortController();
		await use({ field: true, signal: offer.signal });
	}

	async function press() {
		end();
		said.replaceChildren();
		await use({});
		await begun();
	}

	const node = element(
		"div",
		{ class: "stack" },
		...(canUsePasskeys()
			? [element("div", { class: "buttons" }, action(wayWords("passkey")[2], press))]
			: [
					strongly(
						"このブラウザーはパスキーを使えません。ほかの方法を選んでください。",
						"This browser cannot use passkeys. Please choose another way.",
					),
				]),
		said,
	);

	return { node, begun, end };
}
