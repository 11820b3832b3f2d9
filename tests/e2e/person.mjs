/* tests/e2e/person.mjs - a person in browsers, against the running demo: enrolled with a card in software, logged in with a phone by code
 * and PIN and with a passkey, refused when something is wrong, and with the card up to the highest level; then the phone is lost, and issued
 * anew with the card.
 *
 *     WATASHI_URL=https://localhost:8443/ WATASHI_DEMO=.demo [SCREENSHOTS=DIR] [NODE_MODULES=DIR] [CHROMIUM=…] node person.mjs
 *
 * May run again on the same demo: the card finds the account it has. Prints one line a case: `ok TITLE`, `not ok TITLE: what was found`,
 * `skip TITLE: why`; exits 1 when a case failed.
 */
import { expect, inBrowser, request } from "./browser.mjs";
import {
	account, alerts, answerTo, answers, asked, at, authenticator, button, byCard, byPasskey, cardAdded, demo, digitsShown,
	enrolled, enters, home, isIn, loggedOut, loginBegun, loginPressed, offers, offersNothing, other, paired, passkeyAdded, person,
	personasAsked, pressed, reaches, reviewed, says, seen, small, step, stepped, tabOf,
} from "./person_acts.mjs";

const journey = async ({ here, phone, laptop }) => {
	enters(here, phone, laptop);
	await step("enrolled with the card: what is taken over is shown first", () => enrolled(here));
	await step("the phone is paired, with a PIN of six digits, in Japanese", async () => {
		person.pin = await paired(here, phone, "pair");
	});

	await step("the card itself is bound, once", async () => {
		await cardAdded(here, "The card was added");
		await cardAdded(here, "This card is an authenticator already.");
		await seen(here, "card-again");
	});

	await step("by keyboard alone, the digits are shown on the login's page", async () => {
		await loginBegun(laptop);
		await seen(laptop, "login");
		person.code = await digitsShown(laptop);
		await seen(laptop, "login-digits");
	});
	await step("wrong digits and a wrong PIN are told apart on the phone", async () => {
		await asked(phone);
		await says(phone, "わたしデモ連携基盤", "Chrome (Linux)", "心当たりがないときは");
		await seen(phone, "request");
		expect((await answers(phone, other(person.code), person.pin)).json.step === "number", "another step");
		await alerts(phone, "6桁の番号が違います", "電話やメールで聞いた番号は、入力しないでください");
		await seen(phone, "request-number");
		expect((await answers(phone, person.code, other(person.pin))).json.step === "pin", "another step");
		await alerts(phone, "PINが違います", "あと4回");
		await seen(phone, "request-pin");
	});
	await step("the phone logs in where its digits are shown", async () => {
		await answers(phone, person.code, person.pin);
		await reaches(phone, "ログインを認めました");
		await seen(phone, "request-done");
		await isIn(laptop);
		await says(laptop, person.number, "The app on your phone");
		await seen(laptop, "account");
	});

	const key = await authenticator(laptop);

	await step("a passkey is added, and is not synced", async () => {
		person.passkey = await passkeyAdded(laptop, "This laptop");
		expect(person.passkey.state === "active" && person.passkey.synced === false && person.passkey.level.level === "3", JSON.stringify(person.passkey));
		await laptop.getByText("The passkey was added").first().waitFor();
		await seen(laptop, "authenticators");
	});
	await step("and logs in by its button", async () => {
		await loggedOut(laptop);
		expect((await byPasskey(laptop)).status === 200, "it is refused");
		await isIn(laptop);
		await says(laptop, person.number, "Passkey (This laptop)");
	});
	await step("and from the field that offers it, nothing being pressed", async () => {
		await loggedOut(laptop);
		await offers(laptop, true);
		try {
			const { status } = await answerTo(laptop, /\/passkey$/, () => loginPressed(laptop));

			expect(status === 200, status);
			await isIn(laptop);
		} finally {
			await offers(laptop, false);
		}
	});
	await step("a bogus signature is refused, and the page says so", async () => {
		await loggedOut(laptop);
		await key("setResponseOverrideBits", { isBogusSignature: true });
		const { status, json } = await byPasskey(laptop);

		expect(status === 403 && json.step === "signature", JSON.stringify(json));
		await alerts(laptop, "The signature is not right", "You are not logged in yet");
		await seen(laptop, "refused-signature");
		await key("setResponseOverrideBits", { isBogusSignature: false });
	});
	await step("nobody verified is refused where somebody was when it was made, and the page says what to do", async () => {
		await key("setResponseOverrideBits", { isBadUV: true });
		const { status, json } = await byPasskey(laptop);

		expect(status === 403 && json.step === "user-verified", JSON.stringify(json));
		await alerts(laptop, "was not confirmed", "unlock with PIN or fingerprint");
		await seen(laptop, "refused-user-verified");
	});
	await step("that somebody was, said afterwards, is no signature's word", async () => {
		await laptop.route(/\/passkey$/, (route) => {
			const credential = route.request().postDataJSON();
			const data = Buffer.from(credential.response.authenticatorData, "base64url");

			data[32] |= 0x04; // UV (WebAuthn L3 s6.1)
			credential.response.authenticatorData = data.toString("base64url");
			return route.continue({ postData: JSON.stringify(credential) });
		});
		const { status, json } = await byPasskey(laptop);

		expect(status === 403 && json.step === "signature", JSON.stringify(json));
		await laptop.unroute(/\/passkey$/);
		await key("setResponseOverrideBits", { isBadUV: false });
	});
	await step("who does not unlock the device is told so by the browser, and by us what to do", async () => {
		await key("setUserVerified", { isUserVerified: false });
		await loginBegun(laptop);
		await button(laptop, "Log in with a passkey").click();
		await alerts(laptop, "It was cancelled, or took too long", "choose another way");
		await key("setUserVerified", { isUserVerified: true });
	});

	await step("a tab closed in mid-login and opened again goes on, and the digits it shows then are those that count", async () => {
		await loggedOut(laptop);
		const first = await tabOf(laptop);

		await loginBegun(first);
		const before = await digitsShown(first);
		const address = first.url();

		await home(phone);
		await asked(phone);
		await first.close();
		const again = await tabOf(laptop);
		const { json } = await answerTo(again, /\/app$/, () => again.goto(address));

		await again.locator(".digits").waitFor();
		expect((await again.locator(".digit").allInnerTexts()).join("") === json.code, "other digits are shown");
		await reaches(phone, "この依頼は終わりました");
		await seen(phone, "request-over");
		await home(phone);
		await asked(phone);
		expect(before === json.code || (await answers(phone, before, person.pin)).json.step === "number", "the digits of before count");
		await answers(phone, json.code, person.pin);
		await isIn(again);
		await again.close();
	});

	await step("what is suspended logs nobody in, and the page says how it comes back", async () => {
		await stepped(laptop, person.passkey, "Suspend", "It was suspended");
		await seen(laptop, "suspended");
		await loggedOut(laptop);
		const { json } = await byPasskey(laptop);

		expect(json.step === "state" && json.reason === "suspended", JSON.stringify(json));
		await alerts(laptop, "This authenticator is suspended", "Log in another way, then you can resume it");
		await seen(laptop, "refused-suspended");
	});
	await step("resumed after a login by phone, it does again", async () => {
		const code = await digitsShown(laptop);

		await home(phone);
		await asked(phone);
		await answers(phone, code, person.pin);
		await isIn(laptop);
		await stepped(laptop, person.passkey, "Resume", "It was resumed");
		await loggedOut(laptop);
		expect((await byPasskey(laptop)).status === 200, "it is refused");
		await isIn(laptop);
	});

	await step("a synced passkey is told apart, and has the level that is documented", async () => {
		const tab = await tabOf(laptop);
		await authenticator(tab, { defaultBackupEligibility: true, defaultBackupState: true });
		const made = await passkeyAdded(tab, "In my cloud");

		expect(made.synced === true && made.level.level === "3", JSON.stringify(made));
		await tab.locator(`#authenticator-${made.id}`).getByText("Synced to other devices").first().waitFor();
		await seen(tab, "synced");
		await loggedOut(tab);
		expect((await byPasskey(tab)).status === 200, "it is refused");
		await isIn(tab);
		await tab.close();
	});
	await step("a key that verifies nobody reaches less, and what it reaches is told", async () => {
		const tab = await tabOf(laptop);

		await authenticator(tab, { transport: "usb", hasResidentKey: false, hasUserVerification: false, isUserVerified: false });
		const made = await passkeyAdded(tab, "A key without a PIN");

		expect(made.level.level === "2", JSON.stringify(made));
		await seen(tab, "no-verification");
		await tab.close();
	});
	await step("who is logged in by phone is told that the card would open the administrative persona, and it does", async () => {
		const tab = await tabOf(laptop);

		await loggedOut(tab);
		await loginBegun(tab);
		const code = await digitsShown(tab);

		await home(phone);
		await asked(phone);
		await answers(phone, code, person.pin);
		await isIn(tab);
		await personasAsked(tab);
		await tab.getByText("One more is needed").first().waitFor();
		await says(tab, "Now: Level 3", "Needed: Level 4", "My Number card would bring it");
		await seen(tab, "step-up");
		await byCard(tab, button(tab, "Use the card"), "login-card");
		await isIn(tab, "Personas and personal data");
		await says(tab, "緑川");
		await seen(tab, "personas");
		await tab.close();
	});

	await step("the phone is lost while it is asked: the card revokes it, and it answers no more", async () => {
		const tab = await tabOf(laptop);

		await loggedOut(tab);
		await loginBegun(tab);
		const code = await digitsShown(tab);

		await home(phone);
		await asked(phone);
		await phone.locator('input[name="code"]').fill(code);
		await phone.locator('input[name="pin"]').fill(person.pin);
		await at("enrol/?lang=en#reissue", {}, async (again) => {
			enters(again);
			await seen(again, "reissue");
			await reviewed(again, /^Begin/, "reissue");
			const ticked = await again.locator('.option:has(input[name="revoke"]:checked)').allInnerTexts();

			expect(ticked.length > 0 && ticked.every((one) => one.includes("App on a phone")), `ticked at first: ${ticked}`);
			for (const box of await again.locator(`input[name="revoke"]:not([value="${person.passkey.id}"])`).all())
				await box.check();
			await seen(again, "reissue-review");
			await pressed(again, "Go on with this", /\/accept$/);
			await reaches(again, "It was revoked");
			expect((await pressed(phone, "ログインを認める", /\/answer$/)).status === 401, "the lost phone is still known");
			await reaches(phone, "このスマートフォンを登録する");
			await alerts(phone, "登録は、解除されています", "アカウントはそのままです");
			await seen(phone, "lost");
			await at("app/?lang=ja", { width: small, language: "ja" }, async (newPhone) => {
				enters(newPhone);
				const pin = await paired(again, newPhone, "new");

				await asked(newPhone);
				expect((await answers(newPhone, code, pin)).status === 200, "the new phone's answer is refused");
				await isIn(tab);
			});
		});
		await phone.reload();
		await reaches(phone, "このスマートフォンを登録する");
		await tab.close();
	});
	await step("what was not lost logs in as before", async () => {
		await loggedOut(laptop);
		expect((await byPasskey(laptop)).status === 200, "it is refused");
		await isIn(laptop);
		await laptop.goto(account("?lang=en#authenticators"));
		await laptop.locator("details.past > summary").click();
		await seen(laptop, "authenticators-after");
	});
	await step("the account tells all of it", async () => {
		await laptop.goto(account("?lang=en#history"));
		await laptop.locator(".timeline > li").first().waitFor();
		await seen(laptop, "history");
		const events = laptop.locator(".timeline > li");

		for (let pages = 0; pages < 9 && (await button(laptop, "Show earlier").count()) > 0; pages++) {
			const before = await events.count();

			await answerTo(laptop, /\/history$/, () => button(laptop, "Show earlier").click(), "GET");
			await events.nth(before).waitFor();
		}
		const lines = (await events.allInnerTexts()).map((one) => one.replace(/\s+/g, " "));

		for (const words of [["Your identity was confirmed", "With the My Number card"], ["An authenticator was added", "(This laptop)"],
			["An authenticator was added", "(In my cloud)"], ["state changed", "(This laptop)", "Suspended"], ["state changed", "(This laptop)", "In use"],
			["state changed", "Revoked", "It was lost"], ["Logged in"]])
			expect(lines.some((line) => words.every((word) => line.includes(word))), `"${words.join(", ")}" is not in ${lines.slice(0, 12).join(" | ")}`);
	});
};

await inBrowser("a person in a browser", async () => {
	if (!demo || (await request("login/")).status === 404) {
		console.log("skip a person in a browser: WATASHI_DEMO names no demo with persons");
		return;
	}
	await at("enrol/?lang=en", {}, (here) =>
		at("app/?lang=ja", { width: small, language: "ja" }, (phone) =>
			at("?lang=en", { prepare: offersNothing }, (laptop) => journey({ here, phone, laptop }))));
});
