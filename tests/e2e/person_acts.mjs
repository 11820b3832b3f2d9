/* tests/e2e/person_acts.mjs - what persons do in the pages of the running demo, step by step: what is pressed, what the card, the phone and
 * passkeys answer, what is said then. By itself it tests nothing.
 *
 *     WATASHI_DEMO=.demo, and what browser.mjs wants
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { check, expect, fits, hasNoSeriousFindings, languages, open, pictures, url } from "./browser.mjs";

export const demo = process.env.WATASHI_DEMO;
export const tools = join(process.env.top_srcdir ?? join(import.meta.dirname, "../.."), "tools");
const desktop = 1280;
export const small = 390;
const patience = 30_000; // milliseconds: the tests that need no browser run at the same time
/* What becomes of the person, from step to step. */
export const person = { number: null, phone: null, pin: null, passkey: null };

const heading = (page) => page.locator("h1").first().innerText();
const main = (page) => page.locator("main").innerText();
export const button = (of, name) => of.getByRole("button", { name }).first();
export const account = (part = "") => new URL(`account/${part}`, url).href;

/* Each step is looked at, by eye (SCREENSHOTS) and by these. */
export async function seen(page, name) {
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
export async function answerTo(page, path, act, method = "POST") {
	const [response] = await Promise.all([
		page.waitForResponse((one) => one.request().method() === method && path.test(new URL(one.url()).pathname)),
		act(),
	]);

	return { status: response.status(), json: await response.json().catch(() => null) };
}
export const pressed = (page, name, path, of = page) => answerTo(page, path, () => button(of, name).click());

export async function reaches(page, text) {
	await page.waitForFunction((wanted) => document.querySelector("h1")?.innerText.includes(wanted), text).catch(async () => {
		throw new Error(`expected "${text}", found "${await heading(page)}": ${(await main(page)).slice(0, 300)}`);
	});
}

/* All of these are said, wherever on the page. */
export async function says(page, ...texts) {
	const said = (await main(page)).replace(/\s+/g, " ");

	for (const text of texts)
		expect(said.includes(text.replace(/\s+/g, " ")), `"${text}" is not said: ${said.slice(0, 600)}`);
}
export async function alerts(page, ...texts) {
	await page.getByRole("alert").filter({ hasText: texts[0] }).first().waitFor();
	return says(page, ...texts);
}

/* As the card would: the text is fetched, signed with its key in software, posted. */
export const run = promisify(execFile);
const cardAnswers = (link, card = "hanako") => run(join(tools, "demo-card"), ["answer", link, card], { env: { ...process.env, DEMO_DIR: demo } });

/* A new citizen of the demo's test world, with a card in software: `revoked()` takes back its certificate that signs. */
export async function citizen(kind) {
	const testcard = join(process.env.WATASHI_BUILD ?? join(tools, "../.build/demo"), "watashi-testcard");
	const world = join(demo, "jpki/world");
	const card = `${kind}-${process.pid}-${Date.now()}`;
	const name = `転居　${String.fromCharCode(...Array.from({ length: 4 }, () => 0x30a2 + 2 * Math.floor(Math.random() * 5)))}`;
	const born = new Date(Date.UTC(1950, 0, 1 + Math.floor(Math.random() * 18_000))).toISOString().slice(0, 10);

	await run(testcard, ["citizen", world, "--card", card, "--name", name, "--born", born, "--address", "みどり県みどり市北２－２"]);
	return { card, name, revoked: () => run(testcard, ["revoke", world, join(world, "cards", card), "--purpose", "signature", "--reason", "superseded"]) };
}

/* A case, and where the pages stood when it failed. */
const cast = [];
export function enters(...pages) {
	cast.push(...pages);
	for (const page of pages)
		page.setDefaultTimeout(patience);
}
export const step = (title, run) => check(title, () => run().catch(async (error) => {
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
export async function reviewed(page, begin, name, card) {
	const { json: task } = await pressed(page, begin, /^\/v1\/enrol\/[0-9a-f]+\/card$/);

	await page.locator(".qr").waitFor();
	await seen(page, `${name}-card`);
	await cardAnswers(task.link, card);
	await reaches(page, "Look at what is taken over");
}

export async function enrolled(page) {
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
export async function paired(page, phone, name) {
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
export async function cardAdded(page, said, card) {
	await page.locator("#add-card summary").click();
	const { json: task } = await pressed(page, "Add the card", /\/bind-card$/);

	await cardAnswers(task.link, card);
	await page.getByText(said, { exact: true }).first().waitFor();
}

/* Logs in, or further up, with the card; `way`: what is pressed where it stands first, or among the others. */
export async function byCard(page, way, name, card) {
	const { json: task } = await answerTo(page, /\/card$/, () => way.click());

	await page.locator(".qr").waitFor();
	await seen(page, name);
	await cardAnswers(task.link, card);
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

export async function loginPressed(page, language = "en") {
	await page.goto(account(`?lang=${language}`));
	await button(page, "Log in").waitFor();
	await tabTo(page, "Log in");
	await answerTo(page, /^\/v1\/login$/, () => enter(page));
}

/* The login's page stays until something is done there; where passkeys are offered in its field, it may be over before it is seen. */
export async function loginBegun(page, language) {
	await loginPressed(page, language);
	await page.waitForURL(/\/login\/#/);
	await page.locator('[data-slot="view"][aria-busy="false"]').waitFor();
}

export async function digitsShown(page) {
	await tabTo(page, "Number or mail address");
	await page.keyboard.type(person.number);
	await answerTo(page, /\/claim$/, () => enter(page));
	await button(page, "Show the digits").waitFor();
	expect((await page.evaluate(() => document.activeElement.tagName)) === "H1", "the focus is lost once it is said whose account it is");
	await tabTo(page, "Show the digits");
	return (await answerTo(page, /\/app$/, () => enter(page))).json.code;
}

/* The phone's side: what waits is opened, and answered. */
export async function asked(phone) {
	await button(phone, "確かめて答える").click();
	await reaches(phone, "ログインしようとしていますか");
}
export const home = (phone) => button(phone, "アプリのはじめに戻る").click();
export async function answers(phone, code, pin) {
	await phone.locator('input[name="code"]').fill(code);
	await phone.locator('input[name="pin"]').fill(pin);
	return pressed(phone, "ログインを認める", /\/answer$/);
}
export const other = (digits) => digits.replace(/.$/, (last) => (Number(last) + 1) % 10);

/* Passkeys */

/* Chromium's own, as a platform's authenticator. */
export async function authenticator(page, more = {}) {
	const cdp = await page.context().newCDPSession(page);

	await cdp.send("WebAuthn.enable");
	const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options: { protocol: "ctap2", transport: "internal",
		hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true, ...more } });

	return (method, options) => cdp.send(`WebAuthn.${method}`, { authenticatorId, ...options });
}

export async function passkeyAdded(page, name) {
	await page.goto(account("?lang=en#authenticators"));
	await page.reload();
	await page.locator("#add-passkey summary").click();
	await page.locator('#add-passkey input[name="name"]').fill(name);
	return (await pressed(page, "Make a passkey", /\/authenticators\/passkey$/)).json;
}

/* A browser that offers passkeys in fields would, with nobody there to wait for, take the offer before the button is found. */
export const offersNothing = (page) => page.addInitScript(() => {
	if (sessionStorage.getItem("offers") === null)
		PublicKeyCredential.isConditionalMediationAvailable = async () => false;
});
export const offers = (page, on) => page.evaluate((set) => (set ? sessionStorage.setItem("offers", "") : sessionStorage.removeItem("offers")), on);

export const loggedOut = (page) => page.context().clearCookies();

export async function byPasskey(page) {
	await loginBegun(page);
	return pressed(page, "Log in with a passkey", /\/passkey$/);
}

export async function personasAsked(page) {
	await page.goto(account("?lang=en#personas"));
	await pressed(page, "Confirm and show", /^\/v1\/login$/);
	await page.waitForURL(/\/login\/#/);
}

export const isIn = async (page, where = "Your account") => {
	await page.waitForURL(/\/account\//);
	await reaches(page, where);
};

/* Another tab of the same browser. */
export async function tabOf(page) {
	const tab = await page.context().newPage();

	enters(tab);
	await offersNothing(tab);
	return tab;
}

export async function stepped(page, { id }, step, done) {
	await page.goto(account("?lang=en#authenticators"));
	await page.reload();
	const one = page.locator(`#authenticator-${id}`);

	await button(one, new RegExp(`^${step}`)).click();
	await one.locator(".opened-step").waitFor();
	await pressed(page, step, new RegExp(`/${step.toLowerCase()}$`), one.locator(".opened-step form"));
	await page.getByText(done).first().waitFor();
}

export const at = (path, more, use) => open({ path, language: "en", ...more }, use);
