/* tests/e2e/person.mjs - a person in a browser, against the running demo: enrolled with a card in software, bound to a phone (a browser of
 * its own) and a passkey (Chromium's virtual authenticator), logged in with both; refused; the phone lost, and issued anew with the card.
 *
 *     WATASHI_URL=https://localhost:8443/ WATASHI_DEMO=.demo [SCREENSHOTS=DIR] [NODE_MODULES=DIR] [CHROMIUM=…] node person.mjs
 *
 * Prints one line a case: `ok TITLE`, `not ok TITLE: what was found`, `skip TITLE: why`; exits 1 when a case failed.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { check, expect, inBrowser, open, pictures, url } from "./browser.mjs";

const demo = process.env.WATASHI_DEMO;
const tools = join(process.env.top_srcdir ?? join(import.meta.dirname, "../.."), "tools");
const heading = (page) => page.locator("h1").first().innerText();
const button = (page, name) => page.getByRole("button", { name }).first();
const person = { number: null, phone: null, pin: null, passkey: null };

async function picture(page, name) {
	if (pictures)
		await page.screenshot({ path: join(pictures, `person-${name}.png`), fullPage: true });
}

/* Presses, and gives the JSON of what was asked for. */
async function pressed(page, name, path) {
	const [response] = await Promise.all([page.waitForResponse((one) => one.request().method() === "POST" && path.test(new URL(one.url()).pathname)), button(page, name).click()]);

	return response.json();
}

/* As the card would: the text is fetched, signed with hanako's key in software, posted. */
function cardAnswers(link) {
	execFileSync(join(tools, "demo-card"), ["answer", link, "hanako"], { env: { ...process.env, DEMO_DIR: demo }, stdio: "pipe" });
}

async function seen(page, text) {
	await page.waitForFunction((wanted) => document.querySelector("h1")?.innerText.includes(wanted), text).catch(async () => {
		throw new Error(`expected "${text}", found "${await heading(page)}": ${(await page.locator("main").innerText()).slice(0, 300)}`);
	});
}

/* The card's review: what it told, to be accepted. */
async function reviewed(page, begin) {
	const task = await pressed(page, begin, /^\/v1\/enrol$/).then(() => page.waitForResponse((one) => one.url().endsWith("/card"))).then((one) => one.json());

	await picture(page, "card-waits");
	cardAnswers(task.link);
	await page.locator("#taken, #revoked, #then").first().waitFor();
}

async function enrol(page) {
	await reviewed(page, "Begin with the card");
	expect((await page.locator("main").innerText()).includes("緑川"), "what will be taken over is not shown");
	await picture(page, "review");
	const accepted = await pressed(page, /Accept|Keep|Take|Agree|Enrol/, /\/accept$/);

	person.number = accepted.number;
	await seen(page, "You are enrolled");
	await picture(page, "enrolled");
}

/* The phone's own browser, from the code that the account's page shows. */
async function pair(page, phone) {
	await page.getByText("Pair a phone").first().click();
	const { link } = await pressed(page, "Show the picture to scan", /^\/v1\/account\/pairing$/);

	await picture(page, "pairing");
	await phone.goto(link);
	await button(phone, /Pair/).waitFor();
	await picture(phone, "phone-pairing");
	const paired = await pressed(phone, /Pair/, /^\/v1\/app\/pair$/);

	person.pin = paired.pin;
	expect(/^\d{6}$/.test(person.pin), JSON.stringify(paired));
	await picture(phone, "phone-pin");
	await button(phone, "I will remember it").click();
	await seen(phone, "Waiting for requests");
}

async function byPhone(page, phone) {
	await page.goto(new URL("account/?lang=en", url).href);
	await page.waitForURL(/\/login\//);
	await page.locator('input[name="who"]').first().fill(person.number);
	await picture(page, "login");
	await page.keyboard.press("Enter");
	const [response] = await Promise.all([page.waitForResponse((one) => one.url().endsWith("/app")), button(page, "Show the digits").click()]);
	const { code } = await response.json();

	await picture(page, "login-digits");
	await button(phone, /Look and answer/).click();
	await phone.locator('input[name="code"]').fill(code);
	await phone.locator('input[name="pin"]').fill(person.pin);
	await picture(phone, "phone-request");
	await button(phone, "Yes, log in").click();
	await seen(phone, "You are logged in");
	await page.waitForURL(/\/account\//);
}

/* Chromium's own, as a platform's authenticator. */
async function authenticator(page, more = {}) {
	const cdp = await page.context().newCDPSession(page);

	await cdp.send("WebAuthn.enable");
	const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options: { protocol: "ctap2", transport: "internal",
		hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true, ...more } });

	return { send: (method, options) => cdp.send(`WebAuthn.${method}`, { authenticatorId, ...options }) };
}

async function addPasskey(page, name) {
	await page.goto(new URL("account/?lang=en#authenticators", url).href);
	await page.getByText("Add a passkey").first().click();
	await page.locator('input[name="name"]').first().fill(name);
	return pressed(page, "Make a passkey", /\/authenticators\/passkey$/);
}

async function byPasskey(page) {
	await page.goto(new URL("account/?lang=en", url).href);
	await page.waitForURL(/\/login\//);
	return pressed(page, /passkey/i, /\/passkey$/);
}

await inBrowser("a person in a browser", async () => {
	const at = (path, use, more = {}) => open({ path, language: "en", ...more }, use);

	await at("enrol/?lang=en", async (page) => {
		await check("enrolled with the card", () => enrol(page));
		await at("app/?lang=en", async (phone) => {
			await check("the phone is paired, with a PIN of six digits", () => pair(page, phone));
			await at("?lang=en", async (elsewhere) => {
				await check("the phone logs in where its digits are shown", () => byPhone(elsewhere, phone));
				const device = await authenticator(elsewhere);

				await check("a passkey is added", async () => {
					person.passkey = await addPasskey(elsewhere, "This laptop");
					expect(person.passkey.state === "active" && person.passkey.synced === false, JSON.stringify(person.passkey));
					await picture(elsewhere, "authenticators");
				});
				await check("and logs in", async () => {
					await elsewhere.context().clearCookies();
					const told = await byPasskey(elsewhere);

					expect(told.person?.number === person.number, JSON.stringify(told));
					await elsewhere.waitForURL(/\/account\//);
				});
				await check("a bogus signature is refused, and why is said", async () => {
					await elsewhere.context().clearCookies();
					await device.send("setResponseOverrideBits", { isBogusSignature: true });
					const told = await byPasskey(elsewhere);

					expect(told.step === "signature", JSON.stringify(told));
					await picture(elsewhere, "refused");
					await device.send("setResponseOverrideBits", { isBogusSignature: false });
				});
				await check("nobody verified is refused, too", async () => {
					await device.send("setResponseOverrideBits", { isBadUV: true });
					const told = await byPasskey(elsewhere);

					expect(told.step === "user-verified", JSON.stringify(told));
					await device.send("setResponseOverrideBits", { isBadUV: false });
				});
				await check("a synced passkey is told apart", async () => {
					await byPasskey(elsewhere);
					await elsewhere.waitForURL(/\/account\//);
					await device.send("removeVirtualAuthenticator");
					await authenticator(elsewhere, { defaultBackupEligibility: true, defaultBackupState: true });
					const made = await addPasskey(elsewhere, "In my cloud");

					expect(made.synced === true && made.level?.level === "3", JSON.stringify(made));
				});
			});
			await check("the lost phone is revoked with the card", async () => {
				await at("enrol/?lang=en#reissue", async (again) => {
					await reviewed(again, "Begin");
					for (const box of await again.locator('input[type="checkbox"]').all())
						await box.check();
					await picture(again, "reissue");
					await pressed(again, /Revoke|Replace|Accept|go on/i, /\/accept$/);
					await seen(again, "It was revoked");
					await at("app/?lang=en", async (newPhone) => pair(again, newPhone));
				});
				await phone.reload();
				await seen(phone, "Pair this phone");
			});
		}, { width: 375 });
	});
});
