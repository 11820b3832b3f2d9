/* tests/e2e/pages.mjs - the pages in a browser: seen in both languages, both palettes and three widths, by axe, and by keyboard alone.
 *
 *     WATASHI_URL=https://localhost:8443/ [SCREENSHOTS=DIR] [NODE_MODULES=DIR] [CHROMIUM=/usr/bin/chromium] node pages.mjs
 *
 * Prints one line a case: `ok TITLE`, `not ok TITLE: what was found`, `skip TITLE: why`; exits 1 when a case failed.
 */
import { createRequire } from "node:module";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const url = process.env.WATASHI_URL;
const pictures = process.env.SCREENSHOTS;
const browserPath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const require = createRequire(join(resolve(process.env.NODE_MODULES ?? join(import.meta.dirname, "node_modules")), "x.js"));

const pages = [
	{ name: "home", path: "" },
	{ name: "anchors", path: "anchors/" },
	{ name: "not-found", path: "404.html" },
];
const widths = [375, 768, 1280];
const languages = ["ja", "en"];
const palettes = ["light", "dark"];
const wait = 10_000; // milliseconds

function skipAll(why) {
	console.log(`skip the pages in a browser: ${why}`);
	process.exit(0);
}

if (!url)
	skipAll("WATASHI_URL names no server");
if (!existsSync(browserPath))
	skipAll(`there is no ${browserPath}`);

let chromium, axeSource;

try {
	({ chromium } = require("playwright-core"));
	axeSource = require("axe-core").source;
} catch (error) {
	skipAll(`${error.message.split("\n")[0]}; tests/e2e/package.json lists what is needed`);
}

let failed = 0;

async function check(title, run) {
	try {
		await run();
		console.log(`ok ${title}`);
	} catch (error) {
		failed++;
		console.log(`not ok ${title}: ${error.message.split("\n").slice(0, 3).join(" ")}`);
	}
}

function expect(holds, found) {
	if (!holds)
		throw new Error(found);
}

/* A page in a fresh context: nothing remembered from the one before. `events` stands for what the server would tell. */
async function open(browser, { path, language = "ja", palette = "light", width = 1280, events = null, ...options }, use) {
	const context = await browser.newContext({
		colorScheme: palette, ignoreHTTPSErrors: true, viewport: { width, height: 900 }, locale: language, ...options,
	});

	try {
		const page = await context.newPage();
		const complaints = [];

		page.setDefaultTimeout(wait);
		if (events)
			await page.route("**/v1/federation/events", (route) => route.fulfill({ contentType: "text/event-stream", body: events }));
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

/* Until the data the page shows has come. */
const settled = {
	home: (page) => page.locator('[data-slot="verdict"] .badge').waitFor(),
	anchors: (page) => page.locator('[data-slot="keys"] .key, [data-slot="keys"] .badge').first().waitFor(),
	"not-found": async () => {},
};

async function hasNoSeriousFindings(page) {
	/* Run through the browser's own tools, so the page's content policy need not be weakened for the test. */
	await page.evaluate(axeSource);
	const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
	const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");

	expect(serious.length === 0,
		serious.map((v) => `${v.id} (${v.nodes.length}): ${v.nodes[0].target} ${v.nodes[0].failureSummary ?? ""}`).join("; "));
}

async function fits(page) {
	const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);

	expect(content <= window, `the page is ${content} px wide in a window of ${window}`);
}

/* One page in one language and palette; its width changes under it, as a turned phone's does. */
async function look(browser, { name, path }, language, palette) {
	await open(browser, { path, language, palette }, async (page, complaints) => {
		const title = `${name} in ${language}, ${palette}`;

		await check(`${title}: the language asked for is shown`, async () => {
			await settled[name](page);
			expect(await page.evaluate(() => document.documentElement.lang) === language, "another language is shown");
		});
		for (const width of widths) {
			await check(`${title}, ${width} px: nothing overflows and axe finds nothing serious`, async () => {
				await page.setViewportSize({ width, height: 900 });
				await fits(page);
				await hasNoSeriousFindings(page);
				if (pictures)
					await page.screenshot({ path: join(pictures, `${name}-${language}-${palette}-${width}.png`), fullPage: true });
			});
		}
		await check(`${title}: the browser has no complaints`, async () => {
			/* That 404.html is a 404 is what it is for. */
			const own = complaints.filter((text) => !(name === "not-found" && text.includes("404")));

			expect(own.length === 0, own.join("; "));
		});
	});
}

async function looks(browser) {
	for (const page of pages) {
		for (const language of languages) {
			for (const palette of palettes)
				await look(browser, page, language, palette);
		}
	}
}

/* What a person with a keyboard does: skip to the content, change the language, ask for an entity. */
async function byKeyboard(browser) {
	const active = (page) => page.evaluate(() => {
		const e = document.activeElement;

		return e.id || e.dataset.switch || e.getAttribute("href") || e.textContent.trim();
	});

	await check("by keyboard alone: the first stop skips to the content", () => open(browser, { path: "" }, async (page) => {
		await page.keyboard.press("Tab");
		expect(await active(page) === "#main", `the first stop is ${await active(page)}`);
		await page.keyboard.press("Enter");
		expect(await active(page) === "main", `Enter led to ${await active(page)}`);
	}));
	await check("by keyboard alone: the language is switched, and kept on the next page", () =>
		open(browser, { path: "" }, async (page) => {
			for (let stop = 0; stop < 20 && await active(page) !== "en"; stop++)
				await page.keyboard.press("Tab");
			await page.keyboard.press("Enter");
			expect(await page.evaluate(() => document.documentElement.lang) === "en", "the page is not in English");
			await page.goto(new URL("anchors/", url).href);
			expect(await page.evaluate(() => document.documentElement.lang) === "en", "the choice was forgotten");
		}));
	await check("by keyboard alone: an unknown entity is looked up and the answer says so", () =>
		open(browser, { path: "", language: "en" }, async (page) => {
			await settled.home(page);
			for (let stop = 0; stop < 40 && await active(page) !== "entity-id"; stop++)
				await page.keyboard.press("Tab");
			await page.keyboard.type("https://nobody.example.invalid/a b+c");
			await page.keyboard.press("Enter");
			await page.locator("output .verdict").waitFor();
			const text = await page.locator("output").innerText();

			expect(/Not registered|Could not be checked/.test(text), text);
			expect(text.includes("entities/https%3A%2F%2Fnobody.example.invalid%2Fa%20b%2Bc"), text);
		}));
	await check("by keyboard alone: an empty question is answered with what is missing", () =>
		open(browser, { path: "", language: "en" }, async (page) => {
			await page.locator("#entity-id").focus();
			await page.keyboard.press("Enter");
			await page.locator("output .error").waitFor();
			expect(await active(page) === "entity-id", "the focus left the field");
		}));
	await check("by keyboard alone: every stop shows its focus", () => open(browser, { path: "" }, async (page) => {
		await settled.home(page);
		for (let stop = 0; stop < 30; stop++) {
			await page.keyboard.press("Tab");
			const seen = await page.evaluate(() => {
				const e = document.activeElement;

				return e === document.body || parseFloat(getComputedStyle(e).outlineWidth) >= 4;
			});

			expect(seen, `${await active(page)} has no outline`);
		}
	}));
}

async function fetchJson(browser, path) {
	const context = await browser.newContext({ ignoreHTTPSErrors: true });

	try {
		return await (await context.request.get(new URL(path, url).href)).json();
	} finally {
		await context.close();
	}
}

async function otherwise(browser) {
	await check("without JavaScript both languages are shown, with links to the data", () =>
		open(browser, { path: "", javaScriptEnabled: false }, async (page) => {
			const text = await page.locator("main").innerText();

			expect(text.includes("署名つきメタデータ") && text.includes("signed"), text);
			for (const path of ["/metadata.xml", "/entities"])
				expect(await page.locator(`a[href="${path}"]`).first().isVisible(), `no link to ${path}`);
		}));
	await check("?lang= decides the language", () => open(browser, { path: "?lang=en", language: "ja" }, async (page) => {
		expect(await page.evaluate(() => document.documentElement.lang) === "en", "the page is not in English");
		expect(await page.locator("h2#fresh").innerText() === "What is published", "the text is not English");
	}));
	await check("at 200 % zoom nothing is cut off", () =>
		open(browser, { path: "", width: 640, deviceScaleFactor: 2 }, async (page) => {
			await settled.home(page);
			await fits(page);
		}));
	await check("targets are large enough to touch", () => open(browser, { path: "", width: 375 }, async (page) => {
		await settled.home(page);
		const small = await page.locator("button, input, nav a, .brand").evaluateAll((all) => all
			.filter((e) => e.offsetParent && e.getBoundingClientRect().height < 44)
			.map((e) => e.outerHTML));

		expect(small.length === 0, small.join(" "));
	}));
	const federation = await fetchJson(browser, "v1/federation");
	const told = (change) => `event: publication\ndata: ${JSON.stringify({ ...federation, ...change })}\n\n`;

	await check("the command that verifies fits one member as well as many", () =>
		open(browser, { path: "", language: "en" }, async (page) => {
			await page.locator('[data-slot="command"] .copyable').waitFor();
			const text = await page.locator('[data-slot="command"] pre').innerText();

			for (const root of ["EntitiesDescriptor", "EntityDescriptor"])
				expect(text.includes(`--id-attr:ID urn:oasis:names:tc:SAML:2.0:metadata:${root} `), text);
		}));
	await check("a federation without members says so and offers nothing that is not there", () =>
		open(browser, { path: "", language: "en", events: told({ entities: 0, idps: 0, rps: 0, sets: [] }) }, async (page) => {
			await settled.home(page);
			const text = await page.locator("main").innerText();

			expect(text.includes("No members yet"), text);
			await page.getByText("nothing to verify").waitFor();
			expect(!(await page.locator("body").innerText()).includes("/metadata.xml"), "an address of /metadata.xml is offered");
			expect(await page.locator('a[href="/metadata.xml"]:visible').count() === 0, "a link to /metadata.xml is offered");
		}));
	await check("the pages print", () => open(browser, { path: "anchors/" }, async (page) => {
		await settled.anchors(page);
		await page.emulateMedia({ media: "print" });
		expect(await page.locator(".switch").isHidden(), "the language switch is printed");
		const options = pictures ? { path: join(pictures, "anchors.pdf") } : {};

		expect((await page.pdf({ format: "A4", ...options })).length > 10_000, "the print is empty");
	}));
}

if (pictures)
	mkdirSync(pictures, { recursive: true });
const profile = mkdtempSync(join(tmpdir(), "watashi-e2e-"));
const browser = await chromium.launch({
	executablePath: browserPath,
	args: ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"],
	env: { ...process.env, HOME: profile },
});

try {
	await looks(browser);
	await byKeyboard(browser);
	await otherwise(browser);
} finally {
	await browser.close();
	rmSync(profile, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
