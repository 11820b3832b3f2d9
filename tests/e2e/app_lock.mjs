/* tests/e2e/app_lock.mjs - a phone that its own screen lock opens, in a browser and with the running server: an account opened, the phone
 * paired by a passkey of the browser's virtual authenticator, a login answered by unlocking it; and what is no unlocking.
 *
 *     WATASHI_URL=https://localhost:8443/ [NODE_MODULES=DIR] [CHROMIUM=…] node app_lock.mjs
 *
 * Prints one line a case: `ok TITLE`, `not ok TITLE: what was found`, `skip TITLE: why`; exits 1 when a case failed.
 */
import { check, expect, inBrowser, open, url } from "./browser.mjs";

const english = { language: "en", width: 375, serviceWorkers: "block" };

/* As a page of the server's asks. */
const asked = (page, method, path, body) => page.evaluate(async ([how, where, what]) => {
	const answered = await fetch(where, { method: how, body: what === null ? undefined : JSON.stringify(what), headers: what === null ? {} : { "Content-Type": "application/json" } });
	const text = await answered.text();

	return { status: answered.status, json: text ? JSON.parse(text) : null };
}, [method, path, body ?? null]);

/* An account opened on this browser (仮登録): its number, and a link that pairs. */
async function account(page) {
	const begun = await asked(page, "POST", "/v1/enrol", { reissue: false, language: "en" });
	const opened = await asked(page, "POST", `/v1/enrol/${begun.json.enrolment}/provisional`, { contact: null });
	const pairing = await asked(page, "POST", "/v1/account/pairing", {});

	expect(pairing.status === 201, `${opened.status} ${JSON.stringify(pairing)}`);
	return { number: opened.json.number, link: pairing.json.link };
}

/* A login elsewhere that asks the phone: its path, and the digits that its page shows. */
async function login(page, number) {
	const begun = await asked(page, "POST", "/v1/login", { for: "account", return: "/account/", why: null });
	const path = `/v1/login/${begun.json.login}`;

	await asked(page, "POST", `${path}/claim`, { who: number, remember: false });
	return { path, code: (await asked(page, "POST", `${path}/app`, {})).json.code };
}

async function screenLock(page) {
	const cdp = await page.context().newCDPSession(page);

	await cdp.send("WebAuthn.enable");
	const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options: { protocol: "ctap2", transport: "internal",
		hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });

	return (what, how = {}) => cdp.send(`WebAuthn.${what}`, { authenticatorId, ...how });
}

const inPages = (use) => open({ path: "enrol/", ...english }, (home) => open({ path: "app/", ...english }, (phone) =>
	open({ path: "", ...english }, (elsewhere) => use({ home, phone, elsewhere }))));

const press = (page, name) => page.locator("main").getByRole("button", { name }).first().click();

async function answer(phone, code) {
	await press(phone, /^Look and answer/);
	await phone.locator('input[name="code"]').fill(code);
	await press(phone, /^Unlock, and log in/);
}

await inBrowser("a phone's screen lock in a browser", async () => {
	await inPages(async ({ home, phone, elsewhere }) => {
		const lock = await screenLock(phone);
		const mine = {};

		await check("a phone is paired by its screen lock", async () => {
			Object.assign(mine, await account(home));
			await phone.goto(mine.link);
			await phone.reload();
			expect(await phone.locator('input[value="lock"]').isChecked(), "it is not what stands first");
			await press(phone, "Pair this phone");
			await phone.getByText("Waiting for requests").waitFor();
			expect((await phone.locator("main dl").innerText()).includes("screen lock"), "what unlocks it is not said");
		});
		await check("its passkey is this app's alone: no login is offered it", async () => {
			const { credentials } = await lock("getCredentials");

			expect(credentials.length === 1 && !credentials[0].isResidentCredential && credentials[0].rpId === new URL(url).hostname, JSON.stringify(credentials.map(({ rpId, isResidentCredential }) => [rpId, isResidentCredential])));
		});
		await check("it is one authenticator in the account's list", async () => {
			const { json } = await asked(home, "GET", "/v1/account/authenticators");

			expect(json.authenticators.length === 1 && json.authenticators[0].kind === "app" && json.authenticators[0].unlock === "screen-lock" && json.authenticators[0].synced === false, JSON.stringify(json));
		});
		await check("a login is answered by unlocking it", async () => {
			const { path, code } = await login(elsewhere, mine.number);

			await answer(phone, code);
			await phone.getByRole("heading", { name: "You are logged in" }).waitFor();
			const { json } = await asked(elsewhere, "GET", path);

			expect(json.person.number === mine.number && json.shown[0].way === "app", JSON.stringify(json));
		});
		/* Last: each of these ends with the phone asking again. */
		for (const [what, bits, said] of [
			["signed by another key", { isBogusSignature: true }, "The signature is not right."],
			["by whom it did not see", { isBadUV: true }, "Unlocking by PIN, fingerprint or face was not confirmed."],
		]) {
			await check(`an unlocking that is ${what} is refused, and says so`, async () => {
				await phone.goto(new URL("app/", url).href);
				await phone.reload();
				const { path, code } = await login(elsewhere, mine.number);

				await lock("setResponseOverrideBits", { isBogusSignature: false, isBadUV: false, isBadUP: false, ...bits });
				await answer(phone, code);
				await phone.getByText(said).waitFor();
				expect((await asked(elsewhere, "GET", path)).json.shown.length === 0, "somebody is logged in");
				await lock("setResponseOverrideBits", { isBogusSignature: false, isBadUV: false, isBadUP: false });
				await press(phone, "Not now");
				await phone.getByText("You said no").waitFor();
			});
		}
	});
});
