/* tests/e2e/browser.mjs - what tests of pages in a browser share: a page in a fresh context, what axe finds, what overflows, a
 * decision to look at, and a line for each case. By itself it tests nothing.
 *
 *     WATASHI_URL=https://localhost:8443/ [SCREENSHOTS=DIR] [NODE_MODULES=DIR] [CHROMIUM=/usr/bin/chromium]
 *
 * For decisions a machine caller of the demo's city office is made (WATASHI_BUILD, where the programs are, and WATASHI_CONFIG).
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { check, expect, outcome, require, skip, url } from "./case.mjs";

export { check, expect, url };

const browserPath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const wait = 30_000; // milliseconds: a machine may be slow

export const canDecide = Boolean(process.env.WATASHI_BUILD && process.env.WATASHI_CONFIG);
export const pictures = process.env.SCREENSHOTS;
export const widths = [375, 768, 1280];
export const languages = ["ja", "en"];
export const palettes = ["light", "dark"];
/* How a page is looked at: in each language and in each palette; with EVERY=1 in each palette of each language. */
export const looks = process.env.EVERY ? languages.flatMap((language) => palettes.map((palette) => [language, palette])) :
	languages.map((language, at) => [language, palettes[at]]);

let browser, axeSource;

/* Runs the tests in a browser of its own and ends the process; without what they need, says why not. */
export async function inBrowser(what, run) {
	let chromium;

	if (!url)
		skip(what, "WATASHI_URL names no server");
	if (!existsSync(browserPath))
		skip(what, `there is no ${browserPath}`);
	try {
		({ chromium } = require("playwright-core"));
		axeSource = require("axe-core").source;
	} catch (error) {
		skip(what, `${error.message.split("\n")[0]}; tests/e2e/package.json lists what is needed`);
	}
	if (pictures)
		mkdirSync(pictures, { recursive: true });
	const profile = mkdtempSync(join(tmpdir(), "watashi-e2e-"));

	browser = await chromium.launch({
		executablePath: browserPath,
		/* A service worker's script is not fetched with the context's leave to take any certificate. */
		args: ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage", "--ignore-certificate-errors"],
		env: { ...process.env, HOME: profile },
	});
	try {
		await run();
	} finally {
		await browser.close();
		rmSync(profile, { recursive: true, force: true });
	}
	process.exit(outcome());
}

/* A page with nothing remembered from the one before; `data` by path (null: 404), and `events`, stand for what the server would
 * tell; `prepare(page)` comes before it is opened. */
export async function open({ path, language = "ja", palette = "light", width = 1280, events = null, data = {}, prepare = () => {}, ...options }, use) {
	const context = await browser.newContext({
		colorScheme: palette, ignoreHTTPSErrors: true, viewport: { width, height: 900 }, locale: language, ...options,
	});

	try {
		const page = await context.newPage();
		const complaints = [];

		page.setDefaultTimeout(wait);
		if (events)
			await page.route("**/v1/federation/events", (route) => route.fulfill({ contentType: "text/event-stream", body: events }));
		for (const [of, json] of Object.entries(data))
			await page.route((at) => at.pathname === of, (route) => route.fulfill(json === null ? { status: 404, body: "{}" } : { json }));
		page.on("pageerror", (error) => complaints.push(String(error)));
		page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
		await prepare(page);
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
	if (!(await page.evaluate(() => "axe" in globalThis)))
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

/* A browser shrinks every page of a print when something in it is wider than the paper, and nothing on the screen shows that. */
export async function prints(page, name, least) {
	await page.emulateMedia({ media: "print" });
	const pdf = await page.pdf({ format: "A4", ...(pictures ? { path: join(pictures, `${name}.pdf`) } : {}) });

	expect(pdf.length > least, "the print is empty");
	for (let at = pdf.indexOf("stream\n"); at >= 0; at = pdf.indexOf("stream\n", at + 1)) {
		let text = "";

		try {
			text = inflateSync(pdf.subarray(at + 7)).toString("latin1");
		} catch {
			continue;
		}
		/* The page's own scale, 300 dots to an inch, then the content's, 96. */
		const scale = /^\.23999999 0 0 -\.23999999 .* cm\nq\n.* re\nW\*? n\nq\n([\d.]+) 0 0 [\d.]+ /.exec(text);

		if (scale) {
			expect(Math.abs(scale[1] - 300 / 96) < 0.01, `it is printed at ${Math.round(scale[1] * 9600 / 300)} % of its size`);
			return;
		}
	}
	throw new Error("its scale is not found in the print");
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

	for (let tries = 0; tries < 150; tries++) {
		const receipt = await request(`v1/receipts/${context.evaluation_id}`);

		if (receipt.status === 200)
			return { text, id: context.evaluation_id, salt: context.receipt.salt, receipt: receipt.text };
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
	throw new Error("no checkpoint holds the decision after 30 s");
}
