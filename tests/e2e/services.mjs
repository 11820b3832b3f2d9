/* tests/e2e/services.mjs - a person at the demo's relying parties, in browsers: a household-account book by phone, before anybody knows who that
 * is; a bank that asks for the card; a hospital, asked once; a tax office, where one comes as a citizen; then a consent is taken back, the hospital
 * asks for more than a login has, and all of them are left at once.
 *
 *     WATASHI_URL=https://localhost:8443/ WATASHI_DEMO=.demo WATASHI_BUILD=DIR [SCREENSHOTS=DIR] [NODE_MODULES=DIR] [CHROMIUM=…]
 *         node services.mjs
 *
 * A person of its own each time. Prints one line a case: `ok TITLE`, `not ok TITLE: what was found`, `skip TITLE: why`; exits 1 when a case
 * failed.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, fits, hasNoSeriousFindings, inBrowser, pictures, request, url } from "./browser.mjs";
import {
	account, answerTo, answers, asked, at, authenticator, button, byCard, cardAdded, citizen, demo, digitsShown, enters, home, offersNothing, paired, person,
	pressed, reaches, reviewed, run, says, seen, small, step,
} from "./person_acts.mjs";

/* The services listen on a port of their own (tools/demo). */
const portOfServices = Number(new URL(url ?? "https://localhost:8443/").port) + 1003;
const site = (name) => `https://${name}.localhost:${portOfServices}/?lang=en`;
const isAt = (page, name) => page.waitForURL((one) => one.hostname === `${name}.localhost` && one.pathname === "/");
const isAsked = (page) => page.waitForURL(/\/consent\/#/).then(() => button(page, /^Allow/).waitFor());

async function pictured(page, name) {
	await fits(page);
	await hasNoSeriousFindings(page);
	if (pictures)
		await page.screenshot({ path: join(pictures, `services-${name}.png`), fullPage: true });
}

async function goes(page, name, errand) {
	await page.goto(site(name));
	await button(page, errand).click();
}

/* What a service received: { id_token, userinfo }. */
const received = async (page) => JSON.parse(await page.locator("details pre").textContent());

/* Allowed, as the page offers it: what the service received. */
async function allows(page, name) {
	await isAsked(page);
	await seen(page, `at-${name}`);
	await answerTo(page, /^\/v1\/sign-on\/[0-9a-f]+\/agree$/, () => button(page, /^Allow/).click());
	await isAt(page, name);
	await pictured(page, name);
	return received(page);
}

async function byPhone(page, phone) {
	const code = await digitsShown(page);

	if (await button(phone, "アプリのはじめに戻る").count() > 0)
		await home(phone);
	await asked(phone);
	await answers(phone, code, person.pin);
}

/* What lacks is led to: all that was confirmed is the private persona's, too, from now on; and back to the service. */
async function holds(page) {
	const one = page.locator("#persona-private");

	await page.getByRole("link", { name: "“Personas” of your account" }).click();
	await one.locator("details > summary").first().click();
	for (const box of await one.locator('input[name="attributes"]').all())
		await box.check();
	await seen(page, "persona");
	await answerTo(page, /^\/v1\/account\/personas\/private$/, () => button(one, "Use these").click(), "PUT");
	await page.getByText("What it uses was changed").first().waitFor();
	await page.getByRole("link", { name: "Go on logging in to the service" }).click();
}

/* The record that a service shows is in the ledger, says who asked, and the receipt beside it proves that: without the daemon. */
async function isProved(page, relyingParty) {
	const [record, receipt] = await page.locator("#decision a").evaluateAll((links) => links.map((one) => one.href));
	const [, id, salt] = /\/decisions\/([0-9a-f]{32})#([0-9a-f]{32})$/.exec(record);
	const entry = await request(`v1/ledger/entries/${id}`, { headers: { Authorization: `Receipt ${salt}` } });
	const { key } = JSON.parse((await request("v1/ledger")).text);
	const folder = mkdtempSync(join(tmpdir(), "watashi-services-"));
	let proof = await request(new URL(receipt).pathname.slice(1));

	for (let tries = 0; tries < 100 && proof.status !== 200; tries++) {
		await page.waitForTimeout(300); // until the log's next checkpoint
		proof = await request(new URL(receipt).pathname.slice(1));
	}
	expect(entry.status === 200 && proof.status === 200 && entry.text.includes(relyingParty), `${entry.status}, ${proof.status}: ${entry.text}`);
	writeFileSync(join(folder, "receipt"), proof.text);
	writeFileSync(join(folder, "entry"), entry.text);
	try {
		await run(join(process.env.WATASHI_BUILD, "watashictl"),
			["ledger", "verify", join(folder, "receipt"), "--entry", join(folder, "entry"), "--key", key]);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/* Logged out, without the page that was open being loaded anew by hand. */
async function isLeft(page, name) {
	for (let tries = 0; tries < 60; tries++) {
		await page.goto(site(name));
		if (await page.locator(".in").count() === 0)
			return;
		await page.waitForTimeout(500);
	}
	throw new Error(`${name} still thinks that somebody is there`);
}

const scenes = async ({ here, phone, laptop }) => {
	const who = await citizen("service");
	const told = {};

	enters(here, phone, laptop);
	await step("a provisional account is opened, with a phone", async () => {
		await button(here, "Open a provisional account").click();
		const { json } = await pressed(here, "Open it", /\/provisional$/);

		person.number = json.number;
		person.pin = await paired(here, phone, "service");
	});
	await authenticator(laptop);
	await step("the household-account book: logged in by phone, and told no more than its record and the policy allow", async () => {
		await goes(laptop, "kakeibo", "Open my book");
		await laptop.waitForURL(/\/login\/#/);
		await laptop.locator('[data-slot="view"][aria-busy="false"]').waitFor();
		await seen(laptop, "login-for-kakeibo");
		await byPhone(laptop, phone);
		told.book = await allows(laptop, "kakeibo");
		await says(laptop, "You spent ¥48,200 this month.", "Levels reached");
		expect(Object.keys(told.book.userinfo).every((one) => ["sub", "email", "address"].includes(one)), JSON.stringify(told.book.userinfo));
	});
	await step("the bank asks for the card: the login leads to it, and goes on", async () => {
		await goes(laptop, "bank", "Open an account");
		await laptop.waitForURL(/\/login\/#/);
		await laptop.getByText("One more is needed").first().waitFor();
		await seen(laptop, "bank-needs");
		await laptop.getByRole("link", { name: "Prove it with my My Number card" }).click();
		await laptop.waitForURL(/\/enrol\//);
		await reviewed(laptop, "Begin with the card", "bank-card", who.card);
		await seen(laptop, "bank-review");
		for (const box of await laptop.locator('input[name="keep"]').all())
			await box.check();
		await pressed(laptop, /^(Take this over|Go on with this)$/, /\/accept$/);
		await reaches(laptop, "You are enrolled");
		await laptop.locator("#add-passkey summary").click();
		await laptop.locator('#add-passkey input[name="name"]').fill("This laptop");
		await pressed(laptop, "Make a passkey", /\/authenticators\/passkey$/);
		await laptop.getByText("The passkey was added").first().waitFor();
		await cardAdded(laptop, "The card was added", who.card);
		await laptop.getByRole("link", { name: "Go on logging in to the service" }).click();
		await laptop.waitForURL(/\/login\/#/);
		await laptop.getByText("One more is needed").first().waitFor();
		await seen(laptop, "bank-passkey");
		await pressed(laptop, "Log in with a passkey", /\/passkey$/);
		await laptop.waitForURL(/\/consent\/#/);
		await laptop.getByText("The service cannot be used as this persona").first().waitFor();
		await seen(laptop, "bank-lacks");
		await holds(laptop);
		told.account = await allows(laptop, "bank");
		await says(laptop, "Your application for an account has arrived.");
		expect(told.account.id_token.sub !== told.book.id_token.sub, "the bank and the book know one name");
		expect(told.account.userinfo.verified_claims?.verification?.trust_framework && told.account.userinfo.verified_claims.claims.name,
			JSON.stringify(told.account.userinfo));
	});
	await step("the decision that the bank shows is proved by its receipt", () => isProved(laptop, "https://bank.localhost/"));
	await step("the hospital: what was proofed, asked once", async () => {
		await goes(laptop, "hospital", "See my bookings");
		told.patient = await allows(laptop, "hospital");
		expect(told.patient.userinfo.name && told.patient.userinfo.birthdate, JSON.stringify(told.patient.userinfo));
		await goes(laptop, "hospital", "See my bookings");
		await isAt(laptop, "hospital");
		expect((await received(laptop)).id_token.sub === told.patient.id_token.sub, "another name at the second time");
	});
	await step("the tax office: by the card, as a citizen", async () => {
		await goes(laptop, "tax", "Begin my tax return");
		await laptop.waitForURL(/\/login\/#/);
		await laptop.getByText("One more is needed").first().waitFor();
		await seen(laptop, "tax-needs");
		await byCard(laptop, button(laptop, "Use the card"), "tax-card", who.card);
		told.citizen = await allows(laptop, "tax");
		await says(laptop, "We are ready to take your return.");
		expect(told.citizen.userinfo.verified_claims?.claims?.name, JSON.stringify(told.citizen.userinfo));
	});
	await step("a consent is taken back: the service asks again", async () => {
		await laptop.goto(account("?lang=en#consents"));
		await laptop.reload();
		const held = laptop.locator(".held").filter({ hasText: "Kotsukotsu" }).first();

		await button(held, "Withdraw").click();
		await answerTo(laptop, /^\/v1\/account\/consents\//, () => button(held, "Withdraw consent").click(), "DELETE");
		await laptop.getByText("Consent was withdrawn").first().waitFor();
		await seen(laptop, "withdrawn");
		await goes(laptop, "kakeibo", "Open my book");
		await isAsked(laptop);
		await answerTo(laptop, /^\/v1\/sign-on\/[0-9a-f]+\/deny$/, () => button(laptop, "Refuse").click());
		await isAt(laptop, "kakeibo");
		await says(laptop, "You could not log in", "access_denied");
		await pictured(laptop, "refused");
	});
	await step("the hospital's results ask for more than the phone's login: the passkey is led to, and what is told is true", async () => {
		await laptop.goto(account("?lang=en#settings"));
		await laptop.reload();
		await pressed(laptop, "Log out", /\/logout$/);
		await goes(laptop, "hospital", "See my bookings");
		await laptop.waitForURL(/\/login\/#/);
		await byPhone(laptop, phone);
		await isAt(laptop, "hospital");
		const before = (await received(laptop)).id_token;

		await goes(laptop, "hospital", "See test results");
		await laptop.waitForURL(/\/login\/#/);
		await laptop.getByText("One more is needed").first().waitFor();
		await seen(laptop, "hospital-needs");
		await pressed(laptop, "Log in with a passkey", /\/passkey$/);
		await isAt(laptop, "hospital");
		await says(laptop, "Results: all within the normal range.");
		const after = (await received(laptop)).id_token;

		expect(before.acr.endsWith(":authentication:2") && after.acr.endsWith(":authentication:3"), `${before.acr}, then ${after.acr}`);
		expect(after.sub === before.sub && after.auth_time >= before.auth_time, JSON.stringify(after));
	});
	await step("logged out of the account, of all services", async () => {
		await laptop.goto(account("?lang=en#settings"));
		await laptop.reload();
		await pressed(laptop, "Log out", /\/logout$/);
		for (const name of ["bank", "hospital", "tax"])
			await isLeft(laptop, name);
	});
};

await inBrowser("a person at relying parties", async () => {
	if (!demo || (await request(".well-known/openid-configuration")).status === 404) {
		console.log("skip a person at relying parties: WATASHI_DEMO names no demo with an OpenID Provider");
		return;
	}
	await at("enrol/?lang=en", {}, (here) =>
		at("app/?lang=ja", { width: small, language: "ja" }, (phone) =>
			at("?lang=en", { prepare: offersNothing }, (laptop) => scenes({ here, phone, laptop }))));
});
