/* tests/e2e/several.mjs - an answer that tells several decisions, in a browser: each of them can be read.
 *
 *     WATASHI_URL=https://localhost:8443/ node several.mjs
 *
 * All as browser.mjs says. Prints `ok TITLE`, `not ok TITLE: what was found`, `skip TITLE: why`; exits 1 when a case failed.
 */
import { check, expect, fits, hasNoSeriousFindings, inBrowser, languages, open, widths } from "./browser.mjs";

const ids = ["a", "b", "c", "d"].map((digit) => digit.repeat(32));
const context = (at, framework, more = {}) => ({
	evaluation_id: ids[at], evaluated_at: "2026-11-22T12:00:00Z", policy: { id: framework, version: "1.0", digest: "sha256:00" },
	levels: { token: { reached: "2", possible: "2", required: "3" } }, unmet: [], failed: [], unknown: [], disregarded: [],
	receipt: { salt: "0".repeat(32), commitment: "0".repeat(64) }, ...more });
const answers = { evaluations: [
	{ decision: true, context: context(0, "first", { also: [context(1, "beside")] }) },
	{ decision: false, context: { error: { status: 400, message: "/evaluations/1: expected an object, found a number" } } },
	{ decision: false, context: context(2, "last", { disregarded: [{ fact: "token.strength", why: "claimed otherwise than vouched" }] }) },
] };
/* The log knows none of them: each is told as what the text says. */
const data = Object.fromEntries(ids.flatMap((id) => [[`/v1/ledger/entries/${id}`, null], [`/v1/receipts/${id}`, null]]).concat(
	[["/v1/policy/first@1.0", null], ["/v1/policy/beside@1.0", null], ["/v1/policy/last@1.0", null]]));

const main = (page) => page.locator("main").innerText();
const told = (page, id) => page.locator("#asked").locator("xpath=..").getByText(id).waitFor();

async function paste(page, answer) {
	await page.locator("#answer").fill(JSON.stringify(answer));
	await page.getByRole("button", { name: "Open this decision" }).click();
	await page.locator("#receipt").waitFor();
}

await inBrowser("an answer that tells several decisions", async () => {
	await check("each decision of an answer can be read", () => open({ path: "decisions/", language: "en", data }, async (page) => {
		await paste(page, answers);
		const chooser = page.getByRole("navigation", { name: "This text tells 3 decisions." });

		expect((await chooser.getByRole("button").allInnerTexts()).join("; ") === "1. Permit, first; 2. Another framework, beside; 3. Deny, last",
			(await chooser.getByRole("button").allInnerTexts()).join("; "));
		await told(page, ids[0]);
		expect((await main(page)).includes("This text says that it was permitted."), await main(page));
		await chooser.getByRole("button", { name: "Deny, last" }).click();
		await told(page, ids[2]);
		expect((await main(page)).includes("This text says that it was not permitted."), await main(page));
		await page.getByText("What was claimed differs from what was vouched for").waitFor();
		expect(await page.evaluate(() => document.activeElement.tagName) === "H1", "the focus did not follow");
		await page.getByRole("button", { name: "Another framework, beside" }).click();
		await told(page, ids[1]);
		expect((await main(page)).includes("This text does not say whether it was permitted."), await main(page));
		expect(await page.locator('[aria-current="true"]', { hasText: "beside" }).count() === 1, "which is shown is not told");
	}));
	await check("of one decision there is nothing to choose", () => open({ path: "decisions/", language: "en", data }, async (page) => {
		await paste(page, answers.evaluations[2]);
		await told(page, ids[2]);
		expect(await page.getByText("This text tells").count() === 0, "there is a choice");
	}));
	for (const language of languages) {
		await check(`the choice is for everybody (${language})`, () => open({ path: "decisions/", language, data }, async (page) => {
			await page.locator("#answer").fill(JSON.stringify(answers));
			await page.locator('#show button[type="submit"]').click();
			await page.locator("#receipt").waitFor();
			await hasNoSeriousFindings(page);
			for (const width of widths) {
				await page.setViewportSize({ width, height: 900 });
				await fits(page);
			}
		}));
	}
});
