/* tests/e2e/forgeries.mjs - answers that were altered or made up, in a browser: no page calls them recorded, permitted or verified.
 *
 *     WATASHI_URL=https://localhost:8443/ WATASHI_BUILD=DIR WATASHI_CONFIG=FILE node forgeries.mjs
 *
 * All as browser.mjs says. Prints `ok TITLE`, `not ok TITLE: what was found`, `skip TITLE: why`; exits 1 when a case failed.
 */
import { join } from "node:path";
import { canDecide, check, control, decide, expect, fits, hasNoSeriousFindings, inBrowser, languages, open, pictures, widths } from "./browser.mjs";

const nobody = "0".repeat(32);
const main = (page) => page.locator("main").innerText();
const verdict = (page) => page.locator("output .verdict").innerText();
const isUnproved = "What this text says, not yet proved";
const isContradicted = "The answer says otherwise than the record";

function forged(decision, change) {
	const answer = JSON.parse(decision.text);

	change(answer, answer.context);
	return JSON.stringify(answer);
}

const permit = (answer) => { answer.decision = true; };
const allFours = (answer, context) => {
	permit(answer);
	for (const area of Object.values(context.levels))
		area.reached = area.possible = "4";
	context.failed = [];
	context.unknown = [];
};

/* Each says otherwise than the record in one thing: what the page must show of it. */
const altered = [
	["its decision", permit, "Decision", "The answer: Permitted", "The record: Not permitted"],
	["its time", (_, context) => { context.evaluated_at = "2020-01-01T00:00:00Z"; }, "When", "1 Jan 2020"],
	["its policy's version", (_, context) => { context.policy.version = "0.9"; }, "Policy", "jp-idtf 0.9"],
	["its policy's digest", (_, context) => { context.policy.digest = "sha256:00"; }, "Digest of the policy", "sha256:00"],
	["a level reached", (_, context) => { context.levels.token.reached = "4"; }, "Token (authenticator): reached", "The answer: Level 4", "The record: no level"],
	["a level asked for", (_, context) => { context.levels.authentication.required = "1"; }, ": asked for", "The answer: Level 1"],
	["a level left out", (_, context) => { delete context.levels.token; }, "The answer: not said"],
	["an area that is made up", (_, context) => { context.levels.moon = { reached: "4" }; }, "moon: reached", "The record: not said"],
	["a criterion that did not fail", (_, context) => { context.failed.push({ id: "token-4.9" }); }, "Criterion that is not met", "token-4.9"],
	["a criterion that was known", (_, context) => { context.unknown.push({ id: "privacy-1.1" }); }, "Criterion nothing is known about", "privacy-1.1"],
	["a fact's value", (_, context) => {
		const length = [...context.failed, ...context.unknown].flatMap(({ facts }) => facts).find(({ fact, value }) => fact === "token.password_length" && value);

		length.value = 12;
	}, "The answer: 12 characters", "The record: 5 characters"],
	["its commitment", (_, context) => { context.receipt.commitment = "00".repeat(32); }, "Commitment of the record", "00".repeat(32)],
];

/* Nothing here can be compared: what the page must say of it. */
const madeUp = [
	["with a salt of zeros", (answer, context) => { allFours(answer, context); context.receipt.salt = nobody; }, "closed", "The record does not open"],
	["of a number nobody gave", (answer, context) => { allFours(answer, context); context.evaluation_id = nobody; }, "unknown", "Not in the log"],
	["without a salt", (answer, context) => { allFours(answer, context); delete context.receipt.salt; }, "saltless", "Cannot be compared"],
	["without a receipt", (answer, context) => { allFours(answer, context); delete context.receipt; }, "saltless", "Cannot be compared"],
];

async function paste(page, text) {
	await page.locator("#answer").fill(text);
	await page.locator('#show button[type="submit"]').click();
	await page.locator("#receipt").waitFor();
}

const pasted = (text, use, more = {}) => open({ path: "decisions/", language: "en", ...more }, async (page, complaints) => {
	await paste(page, text);
	await use(page, complaints);
});

const state = (page) => page.locator("[data-state]").getAttribute("data-state");
const heading = (page) => page.locator("h1").innerText();

/* Green is the colour of what is proved. */
async function isNotCalledGood(page) {
	expect(await page.locator(".outcome-good, .badge-good").count() === 0, `green: ${await page.locator(".outcome-good, .badge-good").allInnerTexts()}`);
	expect(!(await main(page)).includes("Everything that was asked for was met"), "it is said to have been met");
}

async function decisions(decision) {
	await check("an answer as it was given is told to be what was recorded", () => pasted(decision.text, async (page, complaints) => {
		expect(await state(page) === "recorded", await main(page));
		expect(await heading(page) === "Not permitted", await heading(page));
		expect(new URL(page.url()).pathname === `/decisions/${decision.id}` && complaints.length === 0, complaints.join("; "));
	}));
	for (const [title, change, ...shown] of altered) {
		await check(`an answer with ${title} altered is told to differ, first, and the record is shown`, () => pasted(forged(decision, change), async (page) => {
			expect(await state(page) === "contradicted", `${await state(page)}`);
			expect(await heading(page) === isContradicted, await heading(page));
			const note = await page.locator("[data-state]").innerText();

			for (const part of shown)
				expect(note.includes(part), `"${part}" is not in: ${note.replaceAll("\n", " ")}`);
			expect(await page.locator("[data-state] dt").count() === (title === "a level left out" ? 2 : 1), note.replaceAll("\n", " "));
			expect((await page.locator(".outcome").innerText()).includes("The record: Deny"), "the record's decision is not shown");
			expect(await page.locator(".steps").count() === 0, "a way up of an altered answer is shown");
		}));
	}
	for (const [title, change, expected, word] of madeUp) {
		await check(`an answer ${title} is shown as what a text says, not proved`, () => pasted(forged(decision, change), async (page) => {
			expect(await state(page) === expected, `${await state(page)}`);
			expect(await heading(page) === isUnproved, await heading(page));
			expect((await page.locator("[data-state]").innerText()).includes(word), await page.locator("[data-state]").innerText());
			expect((await page.locator(".outcome").last().innerText()).includes("This text says that it was permitted"), "whose word it is is not said");
			expect(new URL(page.url()).pathname === "/decisions/" && new URL(page.url()).hash === "", page.url());
			await isNotCalledGood(page);
		}));
	}
	await check("a criterion that an answer leaves out is shown from the record", () =>
		pasted(forged(decision, (_, context) => { context.failed = []; }), async (page) => {
			expect((await main(page)).includes("Criteria that are not met (1)"), await main(page));
		}));
	await check("while the log does not answer, nothing is called recorded", () => open({ path: "decisions/", language: "en" }, async (page) => {
		await page.route("**/v1/ledger/entries/*", (route) => route.fulfill({ status: 503, body: "{}" }));
		await paste(page, decision.text);
		expect(await state(page) === "unreachable" && await heading(page) === isUnproved, await main(page));
	}));
	await check("an answer of several tells of the first, and a strange one is no answer", () => open({ path: "decisions/", language: "en" }, async (page) => {
		await paste(page, JSON.stringify({ evaluations: [JSON.parse(decision.text), JSON.parse(forged(decision, permit))] }));
		expect(await state(page) === "recorded", await state(page));
		expect((await page.locator("[data-uncompared]").innerText()).includes("Only this one decision was compared."), await main(page));
		await page.goto(new URL("/decisions/?lang=en", page.url()).href);
		await page.locator("#answer").fill(forged(decision, (_, context) => { context.levels.token = null; }));
		await page.locator('#show button[type="submit"]').click();
		await page.locator("#show .error").waitFor();
	}));
}

async function verifyHere(page) {
	await page.getByRole("button", { name: "Verify this record" }).click();
	await page.locator("output .verdict").waitFor();
	return [await verdict(page), await page.locator("output", { has: page.locator(".verdict") }).innerText()];
}

async function records(decision) {
	for (const [title, change, expected, part] of [
		["as it was given", () => {}, "Verified", "number"],
		["with its decision flipped", permit, "The answer says otherwise", "says otherwise than the log’s record"],
		["of a number nobody gave", madeUp[1][1], "Not in the log", "The log knows no decision of this number"],
		["with a salt of zeros", madeUp[0][1], "Only the record is verified", "Do not rely on it"],
	]) {
		await check(`"Verify this record" tells of an answer ${title} what is so`, () => pasted(forged(decision, change), async (page) => {
			const [found, text] = await verifyHere(page);

			expect(found === expected && text.includes(part), text.replaceAll("\n", " "));
		}));
	}
	await check("an address of a number nobody gave says that the log knows no such decision", () =>
		open({ path: `decisions/${nobody}#${decision.salt}`, language: "en" }, (page) => page.getByText("The log knows no decision of this number").waitFor()));
	await check("an address with another salt says that it does not open the record", () =>
		open({ path: `decisions/${decision.id}#${nobody}`, language: "en" }, (page) => page.getByText("this salt does not open it").waitFor()));
}

async function verify(page, receipt, answer) {
	await page.locator(".log .counts").waitFor();
	await page.locator("#receipt").fill(receipt);
	await page.locator("#verify-receipt summary").first().click();
	await page.locator("#answer").fill(answer);
	await page.locator('#verify-receipt button[type="submit"]').click();
	await page.locator("output .verdict").waitFor();
	return [await verdict(page), await page.locator("output").innerText()];
}

async function ledger(decision, other) {
	const whole = JSON.stringify({ evaluations: [JSON.parse(other.text), JSON.parse(decision.text)] });

	for (const [title, answer, expected, ...shown] of [
		["as it was given", decision.text, "Verified", "says of decision, time, policy"],
		["among several", whole, "One decision of several verified", "says of decision, time, policy", "Not compared: 1 other decision of the answer (jp-idtf)"],
		["with a forged one beside it", forged(decision, (_, context) => { context.also = [{ ...JSON.parse(other.text).context, policy: { id: "made-up", version: "1" } }]; }),
			"One decision of several verified", "Not compared: 1 other decision of the answer (made-up)"],
		["with one beside it that cannot be read", forged(decision, (_, context) => { context.also = [{}]; }), "One decision of several verified",
			"Not compared: 1 other decision of the answer, each"],
		["with its decision flipped", forged(decision, permit), "The answer says otherwise", "The answer: Permitted", "The record: Not permitted"],
		["with all levels 4", forged(decision, allFours), "The answer says otherwise", "Level 4"],
		["with another number", forged(decision, (answer, context) => { permit(answer); context.evaluation_id = nobody; }), "Only the record is verified", "Do not rely on"],
		["with another salt", forged(decision, madeUp[0][1]), "Only the record is verified", "does not open it"],
		["without its salt", forged(decision, madeUp[2][1]), "Only the record is verified", "cannot be opened and compared"],
	]) {
		await check(`with a good receipt an answer ${title} is told for what it is`, () => open({ path: "ledger/", language: "en" }, async (page) => {
			const [found, text] = await verify(page, decision.receipt, answer);

			expect(found === expected, text.replaceAll("\n", " "));
			for (const part of shown)
				expect(text.includes(part), `"${part}" is not in: ${text.replaceAll("\n", " ")}`);
		}));
	}
}

async function erased() {
	const decision = await decide(`erased-${process.pid}`);

	control("ledger", "erase", "--subject", `user:erased-${process.pid}`, "--reason", "asked for", "--yes");
	await check("an answer whose record was erased is shown as not proved, and its proof remains", () => pasted(forged(decision, permit), async (page) => {
		expect(await state(page) === "erased" && await heading(page) === isUnproved, await main(page));
		await isNotCalledGood(page);
		const [found, text] = await verifyHere(page);

		expect(found === "Only the record is verified" && text.includes("was erased"), text);
	}));
	await check("an erased record's receipt proves the record, and not what the answer says", () => open({ path: "ledger/", language: "en" }, async (page) => {
		const [found, text] = await verify(page, decision.receipt, forged(decision, permit));

		expect(found === "Only the record is verified" && text.includes("was erased"), text);
	}));
}

async function look(decision) {
	for (const [name, text] of [["altered", forged(decision, allFours)], ["made-up", forged(decision, madeUp[1][1])], ["recorded", decision.text]]) {
		for (const [language, palette] of [["ja", "light"], ["en", "dark"]]) {
			await check(`an answer ${name} in ${language}, ${palette}: axe finds nothing serious, nothing overflows`, () =>
				pasted(text, async (page) => {
					await page.locator("#receipt ~ p .button").first().click();
					await page.locator("output .verdict").waitFor();
					for (const width of widths) {
						await page.setViewportSize({ width, height: 900 });
						await fits(page);
						await hasNoSeriousFindings(page);
						if (pictures)
							await page.screenshot({ path: join(pictures, `answer-${name}-${language}-${palette}-${width}.png`), fullPage: true });
					}
				}, { language, palette }));
		}
	}
	if (pictures) {
		for (const language of languages) {
			await open({ path: "ledger/", language, width: 375 }, async (page) => {
				await verify(page, decision.receipt, forged(decision, permit));
				await page.locator("#verify-receipt output").screenshot({ path: join(pictures, `ledger-altered-${language}.png`) });
			});
		}
	}
}

await inBrowser("answers altered or made up, in a browser", async () => {
	if (!canDecide) {
		console.log("skip answers altered or made up: WATASHI_BUILD and WATASHI_CONFIG name no federation to ask");
		return;
	}
	const decision = await decide();

	await decisions(decision);
	await records(decision);
	await ledger(decision, await decide("somebody-else"));
	await erased();
	await look(decision);
});
