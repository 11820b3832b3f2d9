/* tests/e2e/person_pages.mjs - the pages of persons seen: every view in both languages, both palettes and all widths, by axe, against
 * recorded answers.
 *
 * Each view in one language, the next in the other; with EVERY=1 each in both, which takes many minutes.
 *
 *     WATASHI_URL=https://localhost:8443/ [EVERY=1] [SCREENSHOTS=DIR] [ONLY=login,…] [NODE_MODULES=DIR] [CHROMIUM=…] node person_pages.mjs
 *
 * Prints one line a case: `ok TITLE`, `not ok TITLE: what was found`, `skip TITLE: why`; exits 1 when a case failed.
 */
import { join } from "node:path";
import { check, expect, fits, hasNoSeriousFindings, inBrowser, languages, palettes, pictures, request, widths } from "./browser.mjs";
import { account, answers, authenticators, login, plainSignOn, preview, proofingLogin, shortLogin } from "./person_answers.mjs";
import { views, visit } from "./person_views.mjs";

/* Texts of the answers themselves may be in one language only. */
const strings = (value) =>
	typeof value === "string"
		? [value]
		: value && typeof value === "object"
			? Object.values(value).flatMap(strings)
			: [];
const data = strings([
	account,
	authenticators,
	login,
	shortLogin,
	plainSignOn,
	proofingLogin,
	preview,
	Object.values(answers).filter((one) => typeof one !== "function"),
])
	.filter((one) => /[\u3040-\u30ff\u4e00-\u9fff]/.test(one))
	.sort((a, b) => b.length - a.length);

async function isWhollyEnglish(page) {
	const text = await page.locator("main").innerText();
	const rest = data
		.reduce((left, one) => left.replaceAll(one, ""), text)
		.split("\n")
		.filter((line) => /[\u3040-\u30ff\u4e00-\u9fff]/.test(line));

	expect(rest.length === 0, `Japanese on the English page: ${rest[0]}`);
}

const every = Boolean(process.env.EVERY);

/* One view in one language; palette and width change under it. */
async function look(name, language, axed) {
	await check(
		`${name} in ${language}: in both palettes nothing overflows at any width or zoom, and axe finds nothing serious`,
		() =>
			visit(views[name], { language, width: widths[0] }, async (page, { complaints }) => {
				await page.waitForTimeout(150); // what a view asks for when it begins
				for (const palette of palettes) {
					await page.emulateMedia({ colorScheme: palette, reducedMotion: "reduce" });
					/* 320 px: a window of 640 px at 200 %. */
					for (const width of [320, ...widths]) {
						await page.setViewportSize({ width, height: 900 });
						await fits(page);
						if (every ? width === widths[0] || (width === widths.at(-1) && palette === "light") : width === widths[0] && palette === axed)
							await hasNoSeriousFindings(page);
						if (pictures && width !== 320)
							await page.screenshot({
								path: join(pictures, `${name}-${language}-${palette}-${width}.png`),
								fullPage: true,
							});
					}
				}
				if (language === "en")
					await isWhollyEnglish(page);
				/* What is told as refused is no complaint of the page's. */
				const own = complaints.filter((text) => !/the server responded with a status of/.test(text));

				expect(own.length === 0, own.join("; "));
			}),
	);
}

await inBrowser("the pages of persons in a browser", async () => {
	if ((await request("login/")).status === 404) {
		console.log("skip the pages of persons: this server is not configured to have persons");
		return;
	}
	const names = process.env.ONLY ? process.env.ONLY.split(",") : Object.keys(views);

	for (const [at, name] of names.entries()) {
		for (const language of every ? languages : [languages[at % 2]])
			await look(name, language, palettes[(at >> 1) % 2]);
	}
});
