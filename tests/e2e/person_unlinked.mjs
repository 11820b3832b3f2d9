/* tests/e2e/person_unlinked.mjs - somebody whose card nobody vouches for, in a browser, against the running demo: it is bound, logs in, and
 * opens less than a card that is vouched for; the pages say so.
 *
 *     WATASHI_URL=https://localhost:8443/ WATASHI_DEMO=.demo [WATASHI_BUILD=DIR] [SCREENSHOTS=DIR] [NODE_MODULES=DIR] [CHROMIUM=…]
 *         node person_unlinked.mjs
 *
 * A person of its own each time. Prints one line a case: `ok TITLE`, `not ok TITLE: what was found`, `skip TITLE: why`; exits 1 when a case
 * failed.
 */
import { inBrowser, request } from "./browser.mjs";
import {
	account, at, byCard, cardAdded, citizen, demo, enters, isIn, loggedOut, loginBegun, personasAsked, pressed, reviewed, says, seen, step,
} from "./person_acts.mjs";

const unconfirmed = async (page) => {
	/* Who moves house in the middle of it: a certificate that signs is revoked by that, and the law links only what is in force (JPKI Act Arts.
	 * 12, 18(5)). So nobody says that the card which is bound then is the one that signed. */
	const { card, name, revoked } = await citizen("moved");

	enters(page);
	await step("a card that nobody vouches for is added, and the page says that it is not confirmed", async () => {
		await reviewed(page, "Begin with the card", "moved", card);
		await says(page, name, "A new account is opened");
		await pressed(page, "Take this over", /\/accept$/);
		await page.locator("#number").waitFor();
		await revoked();
		await cardAdded(page, "The card was added, not confirmed to be the one you were proved by", card);
		await seen(page, "unconfirmed-added");
	});
	await step("the account says so too, and that by itself it is not enough for what matters more", async () => {
		await page.goto(account("?lang=en#authenticators"));
		await page.getByText("Not confirmed to be the card you were proved by").first().waitFor();
		await says(page, "By itself it is not enough for what matters more");
		await seen(page, "unconfirmed");
	});
	await step("it logs in, but opens no administrative persona: what is missing is told, and that there is nothing that reaches it", async () => {
		await loggedOut(page);
		await loginBegun(page);
		await byCard(page, page.getByRole("link", { name: "My Number card" }), "unconfirmed-login", card);
		await isIn(page);
		await personasAsked(page);
		await page.getByText("One more is needed").first().waitFor();
		await says(page, "Needed: Level 4", "What you have does not reach it");
		await seen(page, "unconfirmed-step-up");
	});
};

await inBrowser("a card that nobody vouches for", async () => {
	if (!demo || (await request("login/")).status === 404) {
		console.log("skip a card that nobody vouches for: WATASHI_DEMO names no demo with persons");
		return;
	}
	await at("enrol/?lang=en", {}, unconfirmed);
});
