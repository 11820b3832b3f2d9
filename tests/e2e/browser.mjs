/* tests/e2e/browser.mjs - what tests of pages in a browser share: a page in a fresh context, what axe finds, what overflows, a
 * decision to look at, and a line for each case. By itself it tests nothing.
 *
 *     WATASHI_URL=https://localhost:8443/ [SCREENSHOTS=DIR] [NODE_MODULES=DIR] [CHROMIUM=/usr/bin/chromium]
 *
 * For decisions a machine caller of the demo's city office is made (WATASHI_BUILD, where the programs are, and WATASHI_CONFIG).
 */
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const browserPath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const require = createRequire(join(resolve(process.env.NODE_MODULES ?? join(import.meta.dirname, "node_modules")), "x.js"));
const wait = 15_000; // milliseconds

export const url = process.env.WATASHI_URL;
export const canDecide = Boolean(process.env.WATASHI_BUILD && process.env.WATASHI_CONFIG);
export const pictures = process.env.SCREENSHOTS;
export const widths = [375, 768, 1280];
export const languages = ["ja", "en"];
export const palettes = ["light", "dark"];

let failed = 0;
let browser, axeSource;

export async function check(title, run) {
	try {
		await run();
		console.log(`ok ${title}`);
	} catch (error) {
		failed++;
		console.log(`not ok ${title}: ${error.message.split("\n").slice(0, 3).join(" ")}`);
	}
}

export function expect(holds, found) {
	if (!holds)
		throw new Error(found);
}

/* Runs the tests in a browser of its own and ends the process; without what they need, says why not. */
export async function inBrowser(what, run) {
	const skip = (why) => {
		console.log(`skip ${what}: ${why}`);
		process.exit(0);
	};
	let chromium;

	if (!url)
		skip("WATASHI_URL names no server");
	if (!existsSync(browserPath))
		skip(`there is no ${browserPath}`);
	try {
		({ chromium } = require("playwright-core"));
		axeSource = require("axe-core").source;
	} catch (error) {
		skip(`${error.message.split("\n")[0]}; tests/e2e/package.json lists what is needed`);
	}
	if (pictures)
		mkdirSync(pictures, { recursive: true });
	const profile = mkdtempSync(join(tmpdir(), "watashi-e2e-"));

	browser = await chromium.launch({
		executablePath: browserPath,
		args: ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"],
		env: { ...process.env, HOME: profile },
	});
	try {
		await run();
	} finally {
		await browser.close();
		rmSync(profile, { recursive: true, force: true });
	}
	process.exit(failed ? 1 : 0);
}

/* A page with nothing remembered from the one before; `data` by path stands for what the server would tell (null: 404). */
export async function open({ path, language = "ja", palette = "light", width = 1280, data = {}, ...options }, use) {
	const context = await browser.newContext({
		colorScheme: palette, ignoreHTTPSErrors: true, viewport: { width, height: 900 }, locale: language, ...options,
	});

	try {
		const page = await context.newPage();
		const complaints = [];

		page.setDefaultTimeout(wait);
		for (const [of, json] of Object.entries(data))
			await page.route((at) => at.pathname === of, (route) => route.fulfill(json === null ? { status: 404, body: "{}" } : { json }));
		page.on("pageerror", (error) => complaints.push(String(error)));
		page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
		await page.goto(new URL(path, url).href, { waitUntil: "load" });
		if (options.javaScriptEnabled !== false)
			await page.waitForFunction(() => document.documentElement.dataset.language);
		await use(page, complaints);
	} finally {
		await context.close();
	}
}

/* Run through the browser's own tools, so the page's content policy need not be weakened for the test. */
export async function hasNoSeriousFindings(page) {
	await page.evaluate(axeSource);
	const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
	const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");

	expect(serious.length === 0,
		serious.map((v) => `${v.id} (${v.nodes.length}): ${v.nodes[0].target} ${v.nodes[0].failureSummary ?? ""}`).join("; "));
}

export async function fits(page) {
	const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);

	expect(content <= window, `the page is ${content} px wide in a window of ${window}`);
}

export async function request(path, options = {}) {
	const context = await browser.newContext({ ignoreHTTPSErrors: true });

	try {
		const answer = await context.request.fetch(new URL(path, url).href, options);

		return { status: answer.status(), text: await answer.text() };
	} finally {
		await context.close();
	}
}

/* watashictl on the server under test; its JSON. */
export function control(...words) {
	return JSON.parse(execFileSync(join(process.env.WATASHI_BUILD, "watashictl"), ["-c", process.env.WATASHI_CONFIG, ...words, "--json"], { encoding: "utf8" }));
}

const question = {
	subject: { type: "user", id: "pairwise-7f3a" }, action: { name: "login" }, resource: { type: "service", id: "https://rp.example/" },
	context: { framework: "jp-idtf", profile: "administrative-procedure", facts: {
		"proofing.registered": true, "proofing.mode": "remote", "proofing.government_ids": 1, "token.kinds": ["password"], "token.password_length": 5 } },
};

/* A refusal about a person of this name, and its receipt: { text, id, salt, receipt }. */
export async function decide(person = question.subject.id) {
	const made = control("token", "new", `pages-${process.pid}-${person}`, "--member", "city-office", "--right", "decide");
	const asked = { ...question, subject: { type: "user", id: person } };
	const { status, text } = await request("access/v1/evaluation", { method: "POST", data: asked, headers: { Authorization: `Bearer ${made.token}` } });

	expect(status === 200, text);
	const { context } = JSON.parse(text);

	for (let tries = 0; tries < 100; tries++) {
		const receipt = await request(`v1/receipts/${context.evaluation_id}`);

		if (receipt.status === 200)
			return { text, id: context.evaluation_id, salt: context.receipt.salt, receipt: receipt.text };
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
	throw new Error("no checkpoint holds the decision after 20 s");
}
