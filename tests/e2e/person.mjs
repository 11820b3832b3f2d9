/* tests/e2e/person.mjs - a person in browsers, against the running demo: enrolled with a card in software, logged in with a phone by code
 * and PIN and with a passkey, refused when something is wrong; then the phone is lost, and issued anew with the card.
 *
 *     WATASHI_URL=https://localhost:8443/ WATASHI_DEMO=.demo [SCREENSHOTS=DIR] [NODE_MODULES=DIR] [CHROMIUM=…] node person.mjs
 *
 * May run again on the same demo: the card finds the account it has. Prints one line a case: `ok TITLE`, `not ok TITLE: what was found`,
 * `skip TITLE: why`; exits 1 when a case failed.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { check, expect, fits, hasNoSeriousFindings, inBrowser, languages, open, pictures, request, url } from "./browser.mjs";

const demo = process.env.WATASHI_DEMO;
const tools = join(process.env.top_srcdir ?? join(import.meta.dirname, "../.."), "tools");
const desktop = 1280;
const small = 390;
const patience = 30_000; // milliseconds: the tests that need no browser run at the same time
/* What becomes of the person, from step to step. */
const person = { number: null, phone: null, pin: null, passkey: null };

const heading = (page) => page.locator("h1").first().innerText();
const main = (page) => page.locator("main").innerText();
const button = (of, name) => of.getByRole("button", { name }).first();
const account = (part = "") => new URL(`account/${part}`, url).href;

/* Each step is looked at, by eye (SCREENSHOTS) and by these. */
async function seen(page, name) {
	const width = page.viewportSize().width;
	const language = await page.evaluate(() => document.documentElement.lang);

	await fits(page);
	await hasNoSeriousFindings(page);
	if (!pictures)
		return;
	for (const one of [...languages.filter((other) => other !== language), language]) {
		await page.evaluate((of) => document.querySelector(`[data-switch="${of}"]`).click(), one);
		for (const wide of width === small ? [small] : [small, desktop]) {
			await page.setViewportSize({ width: wide, height: 900 });
			await page.screenshot({ path: join(pictures, `person-${name}-${one}-${wide}.png`), fullPage: true });
		}
	}
	await page.setViewportSize({ width, height: 900 });
}

/* Does something that asks the server; its answer, { status, json }. Where the page goes elsewhere with it, its text may be gone. */
async function answerTo(page, path, act, method = "POST") {
	const [response] = await Promise.all([
		page.waitForResponse((one) => one.request().method() === method && path.test(new URL(one.url()).pathname)),
		act(),
	]);

	return { status: response.status(), json: await response.json().catch(() => null) };
}
const pressed = (page, name, path, of = page) => answerTo(page, path, () => button(of, name).click());

async function reaches(page, text) {
	await page.waitForFunction((wanted) => document.querySelector("h1")?.innerText.includes(wanted), text).catch(async () => {
		throw new Error(`expected "${text}", found "${await heading(page)}": ${(await main(page)).slice(0, 300)}`);
	});
}

/* All of these are said, wherever on the page. */
async function says(page, ...texts) {
	const said = (await main(page)).replace(/\s+/g, " ");

	for (const text of texts)
		expect(said.includes(text), `"${text}" is not said: ${said.slice(0, 600)}`);
}
async function alerts(page, ...texts) {
	await page.getByRole("alert").filter({ hasText: texts[0] }).first().waitFor();
	return says(page, ...texts);
}

/* As the card would: the text is fetched, signed with hanako's key in software, posted. */
const cardAnswers = (link) =>
	promisify(execFile)(join(tools, "demo-card"), ["answer", link, "hanako"], { env: { ...process.env, DEMO_DIR: demo } });

/* A case, and where the pages stood when it failed. */
const cast = [];
const step = (title, run) => check(title, () => run().catch(async (error) => {
	const stood = await Promise.all(cast.filter((page) => !page.isClosed()).map(async (page) => {
		const text = (await main(page).catch(() => "")).replace(/\s+/g, " ");

		return `[${new URL(page.url()).pathname}: ${text.slice(0, 240)}]`;
	}));

	for (const [at, page] of pictures ? cast.entries() : [])
		await page.screenshot({ path: join(pictures, `person-failed-${at}.png`), fullPage: true }).catch(() => {});
	throw new Error(`${error.message.split("\n")[0]} ${stood.join(" ")}`);
}));

/* Enrolling */

/* The card's review: what it told, to be accepted. */
async function reviewed(page, begin, name) {
	const { json: task } = await pressed(page, begin, /^\/v1\/enrol\/[0-9a-f]+\/card$/);

	await page.locator(".qr").waitFor();
	await seen(page, `${name}-card`);
	await cardAnswers(task.link);
	await reaches(page, "Look at what is taken over");
}

async function enrolled(page) {
	await seen(page, "enrol");
	await reviewed(page, "Begin with the card", "enrol");
	await says(page, "緑川", "Nothing has been kept yet");
	await seen(page, "enrol-review");
	const { json } = await pressed(page, "Take this over", /\/accept$/);

	person.number = json.number;
	await page.locator("#number").waitFor();
	await says(page, person.number);
	await seen(page, "enrol-done");
}

/* The phone's own browser, from the picture that the page shows. */
async function paired(page, phone, name) {
	await page.locator("#add-phone summary").click();
	const { json } = await pressed(page, "Show the picture to scan", /^\/v1\/account\/pairing$/);

	await page.locator(".qr").waitFor();
	await seen(page, `${name}-picture`);
	await phone.goto(json.link);
	await button(phone, "登録する").waitFor();
	await seen(phone, `${name}-begin`);
	const { json: made } = await pressed(phone, "登録する", /^\/v1\/app\/pair$/);

	expect(/^\d{6}$/.test(made.pin), JSON.stringify(made));
	await reaches(phone, "あなたのPIN");
	await seen(phone, `${name}-pin`);
	await button(phone, "覚えました").click();
	await phone.getByText("アカウント番号").waitFor();
	await page.getByText("The phone was paired").first().waitFor();
	await seen(page, `${name}-done`);
	return made.pin;
}

/* The card's other certificate, by which it logs in itself. */
async function cardAdded(page, said) {
	await page.locator("#add-card summary").click();
	const { json: task } = await pressed(page, "Add the card", /\/bind-card$/);

	await cardAnswers(task.link);
	await page.getByText(said).first().waitFor();
}

/* By the keyboard alone */

async function tabTo(page, words) {
	for (let stops = 0; stops < 80; stops++) {
		await page.keyboard.press("Tab");
		const focused = await page.evaluate(() => {
			const one = document.activeElement;

			return { words: (one.labels?.[0] ?? one).innerText.trim(), seen: getComputedStyle(one).outlineStyle !== "none" };
		});

		if (!focused.words.startsWith(words))
			continue;
		expect(focused.seen, `nothing shows that "${words}" has the focus`);
		return;
	}
	throw new Error(`Tab never comes to "${words}"`);
}
const enter = (page) => page.keyboard.press("Enter");

async function loginBegun(page, language = "en") {
	await page.goto(account(`?lang=${language}`));
	await button(page, "Log in").waitFor();
	await tabTo(page, "Log in");
	await answerTo(page, /^\/v1\/login$/, () => enter(page));
	await page.waitForURL(/\/login\/#/);
	await page.locator('[data-slot="view"][aria-busy="false"]').waitFor();
}

async function digitsShown(page) {
	await tabTo(page, "Number or mail address");
	await page.keyboard.type(person.number);
	await answerTo(page, /\/claim$/, () => enter(page));
	await button(page, "Show the digits").waitFor();
	expect((await page.evaluate(() => document.activeElement.tagName)) === "H1", "the focus is lost once it is said whose account it is");
	await tabTo(page, "Show the digits");
	return (await answerTo(page, /\/app$/, () => enter(page))).json.code;
}

/* The phone's side: what waits is opened, and answered. */
async function asked(phone) {
	await button(phone, "確かめて答える").click();
	await reaches(phone, "ログインしようとしていますか");
}
const home = (phone) => button(phone, "アプリのはじめに戻る").click();
async function answers(phone, code, pin) {
	await phone.locator('input[name="code"]').fill(code);
	await phone.locator('input[name="pin"]').fill(pin);
	return pressed(phone, "ログインを認める", /\/answer$/);
}
const other = (digits) => digits.replace(/.$/, (last) => (Number(last) + 1) % 10);

/* Passkeys */

/* Chromium's own, as a platform's authenticator. */
async function authenticator(page, more = {}) {
	const cdp = await page.context().newCDPSession(page);

	await cdp.send("WebAuthn.enable");
	const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options: { protocol: "ctap2", transport: "internal",
		hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true, ...more } });

	return (method, options) => cdp.send(`WebAuthn.${method}`, { authenticatorId, ...options });
}

async function passkeyAdded(page, name) {
	await page.goto(account("?lang=en#authenticators"));
	await page.reload();
	await page.locator("#add-passkey summary").click();
	await page.locator('#add-passkey input[name="name"]').fill(name);
	return (await pressed(page, "Make a passkey", /\/authenticators\/passkey$/)).json;
}

/* A browser that offers passkeys in fields would, with nobody there to wait for, take the offer before the button is found. */
const offersNothing = (page) => page.addInitScript(() => {
	if (sessionStorage.getItem("offers") === null)
		PublicKeyCredential.isConditionalMediationAvailable = async () => false;
});
const offers = (page, on) => page.evaluate((set) => (set ? sessionStorage.setItem("offers", "") : sessionStorage.removeItem("offers")), on);

const loggedOut = (page) => page.context().clearCookies();

async function byPasskey(page) {
	await loginBegun(page);
	return pressed(page, "Log in with a passkey", /\/passkey$/);
}

const isIn = async (page, where = "Your account") => {
	await page.waitForURL(/\/account\//);
	await reaches(page, where);
};

/* Another tab of the same browser. */
async function tabOf(page) {
	const tab = await page.context().newPage();

	tab.setDefaultTimeout(patience);
	await offersNothing(tab);
	cast.push(tab);
	return tab;
}

async function stepped(page, { id }, step, done) {
	await page.goto(account("?lang=en#authenticators"));
	await page.reload();
	const one = page.locator(`#authenticator-${id}`);

	await button(one, new RegExp(`^${step}`)).click();
	await one.locator(".opened-step").waitFor();
	await pressed(page, step, new RegExp(`/${step.toLowerCase()}$`), one.locator(".opened-step form"));
	await page.getByText(done).first().waitFor();
}

const at = (path, more, use) => open({ path, language: "en", ...more }, use);

const journey = async ({ here, phone, laptop }) => {
	cast.push(here, phone, laptop);
	for (const page of cast)
		page.setDefaultTimeout(patience);
	await step("enrolled with the card: what is taken over is shown first", () => enrolled(here));
	await step("the phone is paired, with a PIN of six digits, in Japanese", async () => {
		person.pin = await paired(here, phone, "pair");
	});

	await step("the card itself is bound, once", async () => {
		await cardAdded(here, "The card was added");
		await cardAdded(here, "This card is an authenticator already");
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
		const { status } = await answerTo(laptop, /\/passkey$/, () => loginBegun(laptop));

		expect(status === 200, status);
		await isIn(laptop);
		await offers(laptop, false);
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
	/* Nobody tells the demo which certificates are of one card, so hers was bound on her word and reaches no higher. */
	await step("a key that verifies nobody reaches less, and a card that nobody vouches for not the highest, which is told", async () => {
		const tab = await tabOf(laptop);

		await authenticator(tab, { transport: "usb", hasResidentKey: false, hasUserVerification: false, isUserVerified: false });
		const made = await passkeyAdded(tab, "A key without a PIN");

		expect(made.level.level === "2", JSON.stringify(made));
		await seen(tab, "no-verification");
		await tab.goto(account("?lang=en#personas"));
		await pressed(tab, "Confirm and show", /^\/v1\/login$/);
		await tab.waitForURL(/\/login\/#/);
		await tab.getByRole("link", { name: "Passkey" }).click();
		expect((await pressed(tab, "Log in with a passkey", /\/passkey$/)).status === 200, "it is refused");
		await tab.getByText("One more is needed").first().waitFor();
		await says(tab, "Now: Level 3", "Needed: Level 4", "What you have does not reach it");
		await seen(tab, "step-up");
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
			cast.push(again);
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
				cast.push(newPhone);
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
		for (let pages = 0; pages < 9 && (await button(laptop, "Show earlier").count()) > 0; pages++)
			await answerTo(laptop, /\/history$/, () => button(laptop, "Show earlier").click(), "GET");
		const lines = (await laptop.locator(".timeline > li").allInnerTexts()).map((one) => one.replace(/\s+/g, " "));

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
