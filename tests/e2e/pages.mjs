/* tests/e2e/pages.mjs - the pages in a browser: seen in both languages, both palettes and three widths, by axe, and by keyboard alone.
 *
 *     WATASHI_URL=https://localhost:8443/ [EVERY=1] [SCREENSHOTS=DIR] [NODE_MODULES=DIR] [CHROMIUM=/usr/bin/chromium] node pages.mjs
 *
 * Prints one line a case: `ok TITLE`, `not ok TITLE: what was found`, `skip TITLE: why`; exits 1 when a case failed.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { check, expect, fits, hasNoSeriousFindings, inBrowser, looks, open, pictures, prints, request, url,
	widths } from "./browser.mjs";

const pages = [
	{ name: "list", path: "" },
	{ name: "card", path: "members/bank" },
	{ name: "metadata", path: "metadata/" },
	{ name: "anchors", path: "anchors/" },
	{ name: "not-found", path: "404.html" },
	{ name: "sign-on-error", path: "sign-on-error/" },
	{ name: "logged-out", path: "logout/#done" },
];

/* Until the data the page shows has come. */
const settled = {
	list: (page) => page.locator('[data-slot="members"] > li').first().waitFor(),
	card: (page) => page.locator('[data-slot="card"][aria-busy="false"]').waitFor(),
	metadata: (page) => page.locator('[data-slot="verdict"] .badge').waitFor(),
	anchors: (page) => page.locator('[data-slot="keys"] .key, [data-slot="keys"] .badge').first().waitFor(),
	"not-found": async () => {},
	"sign-on-error": async () => {},
	"logged-out": (page) => page.locator('[data-slot="view"][aria-busy="false"]').waitFor(),
};

/* One page in one language and palette; its width changes under it, as a turned phone's does. */
async function look({ name, path }, language, palette) {
	await open({ path, language, palette }, async (page, complaints) => {
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

async function lookAtAll() {
	for (const page of pages) {
		for (const [language, palette] of looks)
			await look(page, language, palette);
	}
}

/* What a person with a keyboard does: skip to the content, change the language, ask for an entity. */
async function byKeyboard() {
	const active = (page) => page.evaluate(() => {
		const e = document.activeElement;

		return e.id || e.dataset.switch || e.getAttribute("href") || e.textContent.trim();
	});

	await check("by keyboard alone: the first stop skips to the content", () => open({ path: "" }, async (page) => {
		await page.keyboard.press("Tab");
		expect(await active(page) === "#main", `the first stop is ${await active(page)}`);
		await page.keyboard.press("Enter");
		expect(await active(page) === "main", `Enter led to ${await active(page)}`);
	}));
	await check("by keyboard alone: the language is switched, and kept on the next page", () =>
		open({ path: "" }, async (page) => {
			for (let stop = 0; stop < 20 && await active(page) !== "en"; stop++)
				await page.keyboard.press("Tab");
			await page.keyboard.press("Enter");
			expect(await page.evaluate(() => document.documentElement.lang) === "en", "the page is not in English");
			await page.goto(new URL("anchors/", url).href);
			expect(await page.evaluate(() => document.documentElement.lang) === "en", "the choice was forgotten");
		}));
	await check("by keyboard alone: a member is searched for, opened, and come back from", () =>
		open({ path: "", language: "en", data: list(members) }, async (page) => {
			await settled.list(page);
			for (let stop = 0; stop < 20 && await active(page) !== "q"; stop++)
				await page.keyboard.press("Tab");
			await page.keyboard.type("ｳﾐﾍﾞ");
			await page.keyboard.press("Enter");
			await page.locator(".member").getByText("Umibe Pharmacy").waitFor();
			expect(await page.locator(".member").count() === 1, "more than one member is found");
			for (let stop = 0; stop < 20 && await active(page) !== "/members/umibe"; stop++)
				await page.keyboard.press("Tab");
			await page.keyboard.press("Enter");
			await settled.card(page);
			expect(await page.locator('[data-slot="back"]').evaluate((a) => a.pathname + a.search) === `/?q=${encodeURIComponent("ｳﾐﾍﾞ")}`,
				"the way back leads elsewhere");
			await page.goBack();
			await settled.list(page);
			expect(await page.locator("#q").inputValue() === "ｳﾐﾍﾞ", "the search was forgotten");
			expect(await page.locator(".member").count() === 1, "the list is another one");
		}));
	await check("by keyboard alone: an unknown entity is looked up and the answer says so", () =>
		open({ path: "metadata/", language: "en" }, async (page) => {
			await settled.metadata(page);
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
		open({ path: "metadata/", language: "en" }, async (page) => {
			await page.locator("#entity-id").focus();
			await page.keyboard.press("Enter");
			await page.locator("output .error").waitFor();
			expect(await active(page) === "entity-id", "the focus left the field");
		}));
	await check("by keyboard alone: every stop shows its focus", () => open({ path: "" }, async (page) => {
		await settled.list(page);
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

async function otherwise() {
	await check("without JavaScript both languages are shown, with links to the data", () =>
		open({ path: "", javaScriptEnabled: false }, async (page) => {
			const text = await page.locator("main").innerText();

			expect(text.includes("信頼できる相手") && text.includes("whom you can trust"), text);
			for (const path of ["/v1/members", "/trusted-list.json", "/metadata.xml"])
				expect(await page.locator(`a[href="${path}"]`).first().isVisible(), `no link to ${path}`);
		}));
	await check("?lang= decides the language", () => open({ path: "metadata/?lang=en", language: "ja" }, async (page) => {
		expect(await page.evaluate(() => document.documentElement.lang) === "en", "the page is not in English");
		expect(await page.locator("h2#fresh").innerText() === "What is published", "the text is not English");
	}));
	await check("?lang= holds for its visit, and is not the person's own choice", () =>
		open({ path: "metadata/?lang=en", language: "ja" }, async (page) => {
			const shown = (of) => of.evaluate(() => document.documentElement.lang);

			await page.goto(new URL("anchors/", url).href);
			expect(await shown(page) === "en", "the visit's language was forgotten on the next page");
			const another = await page.context().newPage();
			await another.goto(new URL("anchors/", url).href);
			expect(await shown(another) === "ja", "another visit is in the language of an address");
			await another.locator('[data-switch="en"]').click();
			const third = await page.context().newPage();
			await third.goto(new URL("anchors/", url).href);
			expect(await shown(third) === "en", "what was chosen is forgotten");
		}));
	await check("at 200 % zoom nothing is cut off", () =>
		open({ path: "", width: 640, deviceScaleFactor: 2 }, async (page) => {
			await settled.list(page);
			await fits(page);
		}));
	await check("targets are large enough to touch", () => open({ path: "", width: 375 }, async (page) => {
		await settled.list(page);
		await page.locator(".filters summary").click();
		const small = await page.locator("button, input, select, summary, nav a, .brand").evaluateAll((all) => all
			.filter((e) => e.offsetParent && e.getBoundingClientRect().height < 44)
			.map((e) => e.outerHTML));

		expect(small.length === 0, small.join(" "));
	}));
	const federation = JSON.parse((await request("v1/federation")).text);
	const told = (change) => `event: publication\ndata: ${JSON.stringify({ ...federation, ...change })}\n\n`;

	await check("the command that verifies fits one member as well as many", () =>
		open({ path: "metadata/", language: "en" }, async (page) => {
			await page.locator('[data-slot="command"] .copyable').waitFor();
			const text = await page.locator('[data-slot="command"] pre').innerText();

			for (const root of ["EntitiesDescriptor", "EntityDescriptor"])
				expect(text.includes(`--id-attr:ID urn:oasis:names:tc:SAML:2.0:metadata:${root} `), text);
		}));
	await check("a federation without members says so and offers nothing that is not there", () =>
		open({ path: "metadata/", language: "en", events: told({ entities: 0, idps: 0, rps: 0, sets: [], documents: [] }) }, async (page) => {
			await settled.metadata(page);
			const text = await page.locator("main").innerText();

			expect(text.includes("No members yet"), text);
			await page.getByText("nothing to verify").waitFor();
			expect(!(await page.locator("body").innerText()).includes("/metadata.xml"), "an address of /metadata.xml is offered");
			expect(await page.locator('a[href="/metadata.xml"]:visible').count() === 0, "a link to /metadata.xml is offered");
		}));
	await check("a source that cannot be refreshed is told on both pages", async () => {
		const source = { name: "partner", attempted: federation.published, succeeded: null, next: null, valid_until: null, entities: 0,
			refused: 0, held: false, code: "crypto" };
		const events = told({ sources: [source] });

		await open({ path: "", language: "en", events }, (page) => page.getByText("A problem with updates from partner").waitFor());
		await open({ path: "metadata/", language: "ja", events }, async (page) => {
			await page.locator("#sources .badge-bad").waitFor();
			expect((await page.locator("#sources").innerText()).includes("登録された鍵"), "the problem is not told");
		});
	});
	await check("the list and a card print: everything in them, nothing to press", () => open({ path: "", data: list(members) }, async (page) => {
		await settled.list(page);
		await page.emulateMedia({ media: "print" });
		for (const gone of [".search", ".filters", ".switch"])
			expect(await page.locator(gone).isHidden(), `${gone} is printed`);
		expect(await page.locator(".member").first().isVisible(), "no member is printed");
		await prints(page, "list", 10_000);
		await page.goto(new URL("members/umibe", url).href);
		await settled.card(page);
		await prints(page, "card", 10_000);
	}));
	await check("the pages print", () => open({ path: "anchors/" }, async (page) => {
		await settled.anchors(page);
		await page.emulateMedia({ media: "print" });
		expect(await page.locator(".switch").isHidden(), "the language switch is printed");

		await prints(page, "anchors", 10_000);
	}));
}

/* Members of the test's own, as the server would tell of them. */

const level = (area, held, until = "2028-01-01T00:00:00Z") => ({ area, level: held, framework: "jp-idtf", until });
const row = (id, ja, en, more) => ({ id, standing: "approved", name: { ja, en }, kind: "medical", roles: ["rp"], levels: [], until: null,
	source: null, entities: [`https://${id}.example/saml`], logo: null, since: "2026-04-01T00:00:00Z", ...more });
const members = [
	row("umibe", "うみべ薬局", "Umibe Pharmacy", { levels: [level("privacy", "2")], until: "2028-01-01T00:00:00Z" }),
	row("midori", "みどり市役所", "Midori City Office", { kind: "public", roles: ["idp"],
		levels: [level("registration", "3"), level("token", "1+")], until: "2028-01-01T00:00:00Z" }),
	row("sazanami", "さざなみ銀行", "Sazanami Bank", { kind: "finance", roles: ["idp", "rp"], levels: [level("registration", "2")] }),
	row("tomatta", "とまった商店", "Tomatta Shop", { kind: "business", standing: "suspended" }),
];

const certification = (state, until) => ({ framework: "jp-idtf", area: "registration", level: "3", uri: "https://f.example/r3",
	assessor: "Assessor <b>One</b>", from: "2026-01-01T00:00:00Z", until, state, document: "https://a.example/1.pdf", entity_id: null });
const text = (ja, en) => ({ ja, en });
const umibe = {
	id: "umibe", standing: "approved", since: "2026-04-01T00:00:00Z", reason: null, registered: "2026-04-01T00:00:00Z", confirmed: null,
	source: null, name: text("うみべ薬局", "Umibe Pharmacy"), description: text("薬局です。", "A pharmacy."),
	url: text("javascript:alert(1)", "javascript:alert(1)"), kind: "medical", street_address: "1-2-3", locality: "Umibe", postal_code: "000-0000",
	country: "JP", logo: null, registration_policy: text("", ""), support: ["help@umibe.example"], accreditations: [], entrustments: [],
	certifications: [certification("ended", "2026-02-01T00:00:00Z"), certification("in-force", "2027-01-01T00:00:00Z")],
	entities: [{
		entity_id: "https://umibe.example/saml", published: true, roles: ["rp"], protocols: ["saml"], registered: "2026-04-01T00:00:00Z",
		changed: "2026-04-01T00:00:00Z", valid_until: null, name: text("お薬手帳", "Medicine notebook"), description: text("", ""),
		information_url: text("", ""), privacy_url: text("https://umibe.example/p", ""), organization: text("", ""),
		organization_url: text("", ""), scopes: ["umibe.example"], requires: null, personas: [], sector: null, categories: [], supported_categories: [], certified: [],
		attributes: [{ name: "urn:oid:2.5.4.3", friendly_name: "cn", required: true, purpose: text("お渡しのとき", "On delivery"), legal_basis: "Act 1" }],
		endpoints: [{ role: "SPSSODescriptor", element: "AssertionConsumerService", binding: "urn:x:HTTP-POST", location: "https://umibe.example/acs" }],
		certificates: ["signing", "encryption"].map((use) => ({ role: "SPSSODescriptor", use, sha256: "ab".repeat(32), subject: "CN=umibe",
			from: "2026-01-01T00:00:00Z", until: "2036-01-01T00:00:00Z", der: "MAMCAQE=" })),
		registration_authority: null, registration_instant: null, looked: null,
		findings: [{ rule: "ui.logo-https", level: "warning", element: "Logo[1]", found: "<script>alert(1)</script>",
			right: text("httpsのURLにしてください。", "Use an https URL."), clause: "MDUI", error_from: null }],
		refused_at: null, refused: [],
	}],
	history: [
		{ at: "2026-04-01T00:00:00Z", event: "member.approved", standing: "approved", reason: null, actor: "operator" },
		{ at: "2026-03-01T00:00:00Z", event: "member.applied", standing: "applied", reason: "新規", actor: "operator" },
	],
};
const list = (rows) => ({ "/v1/members": { generation: 1, rows }, "/v1/members/umibe": umibe });

async function searching() {
	const names = (page) => page.locator(".member h3").allInnerTexts();
	const count = (page) => page.locator("#count").innerText();

	await check("the list shows who is in force, and tells how many", () => open({ path: "", language: "en", data: list(members) }, async (page) => {
		await settled.list(page);
		expect((await names(page)).length === 3, `${await names(page)}`);
		expect(await count(page) === "3 members", await count(page));
		expect((await page.locator(".member").nth(1).innerText()).includes("Registration level 3 (high)"), "no level with its meaning");
	}));
	await check("a search finds names of both languages, in any width and kana, and entity IDs", () =>
		open({ path: "", language: "ja", data: list(members) }, async (page) => {
			await settled.list(page);
			for (const [words, found] of [["ミドリ", "みどり市役所"], ["ＳＡＺＡＮＡＭＩ bank", "さざなみ銀行"], ["umibe.example/saml", "うみべ薬局"]]) {
				await page.locator("#q").fill(words);
				await page.waitForFunction((name) => [...document.querySelectorAll(".member h3")].map((e) => e.innerText).join() === name, found);
			}
			expect(await count(page) === "3件のうち1件が当てはまります", await count(page));
		}));
	await check("filters narrow the list, the address keeps them, and going back undoes them", () =>
		open({ path: "", language: "en", data: list(members) }, async (page) => {
			await settled.list(page);
			await page.locator("#role").selectOption("idp");
			await page.locator("#level").selectOption("2");
			expect((await names(page)).join() === "Midori City Office,Sazanami Bank", `${await names(page)}`);
			await page.locator("#level").selectOption("3");
			expect((await names(page)).join() === "Midori City Office", `${await names(page)}`);
			expect(new URL(page.url()).search === "?role=idp&level=3", page.url());
			await page.goBack();
			await page.waitForFunction(() => document.querySelectorAll(".member").length === 2);
			expect(await page.locator("#level").inputValue() === "2", "the filter shows another level");
			await page.locator('button[type="reset"]').click();
			await page.waitForFunction(() => document.querySelectorAll(".member").length === 3);
			expect(new URL(page.url()).search === "", page.url());
		}));
	await check("an address with a search in it opens that search", () =>
		open({ path: "members/?q=bank&kind=finance", language: "en", data: list(members) }, async (page) => {
			await settled.list(page);
			expect((await names(page)).join() === "Sazanami Bank", `${await names(page)}`);
			expect(await page.locator("#kind").inputValue() === "finance", "the filter is not set");
		}));
	await check("who is suspended is not on the list, but found out about", () =>
		open({ path: "?q=tomatta", language: "en", data: list(members) }, async (page) => {
			await page.getByText("Nobody matches").waitFor();
			await page.getByRole("button", { name: "Show them" }).click();
			await page.locator(".member .badge-bad").getByText("Suspended").waitFor();
		}));
	await check("ten thousand rows: shown, searched and gone through quickly", () => {
		const many = Array.from({ length: 10_000 }, (_, at) => row(`m${at}`, `第${at}組織`, `Organisation ${at}`,
			{ source: "feed", standing: undefined, levels: [level("token", String(1 + at % 4))] }));

		return open({ path: "", language: "en", data: list(many) }, async (page) => {
			await settled.list(page);
			expect((await names(page)).length === 50, "more than a portion is shown at first");
			const ms = await page.evaluate(async () => {
				const q = document.querySelector("#q");
				const begun = performance.now();

				q.value = "organisation 9999";
				q.form.requestSubmit();
				return performance.now() - begun;
			});
			expect((await names(page)).join() === "Organisation 9999", `${await names(page)}`);
			expect(ms < 200, `a search takes ${Math.round(ms)} ms`);
			await page.locator("#q").fill("");
			await page.keyboard.press("Enter");
			await page.getByRole("button", { name: /Show more \(9,950 left\)/ }).click();
			expect((await names(page)).length === 100, "no more are shown");
			expect(await page.evaluate(() => document.activeElement.getAttribute("href")) === "/members/m50", "the focus is not on the first new one");
		});
	});
	await check("without a list the page says that nothing happened to anybody", () =>
		open({ path: "", language: "en", data: { "/v1/members": null } }, async (page) => {
			await page.getByText("No list of members is published yet").waitFor();
		}));
}

async function cards() {
	const card = (more) => ({ "/v1/members/umibe": { ...umibe, ...more } });

	await check("a card says first what the member is certified for, by whom and until when", () =>
		open({ path: "members/umibe", language: "ja", data: card({}) }, async (page) => {
			await settled.card(page);
			const shown = await page.locator("main").innerText();

			for (const part of ["うみべ薬局", "登録 レベル3（高）", "Assessor <b>One</b>", "期限切れ", "https://umibe.example/saml", "umibe.example",
				"必須", "お渡しのとき", "Act 1", "AB:AB:AB:AB", "httpsのURLにしてください。", "<script>alert(1)</script>", "承認しました", "新規"])
				expect(shown.includes(part), `"${part}" is not shown`);
			expect(shown.indexOf("有効") < shown.indexOf("期限切れ"), "what has ended stands before what is in force");
			expect(await page.title() === "うみべ薬局｜Watashi", await page.title());
			expect(await page.locator('a[href^="javascript:"]').count() === 0, "an address that is none of the web is a link");
			expect(await page.locator(".certificate").count() === 1, "one certificate is shown twice");
		}));
	await check("to whom the work is entrusted is told by its name, and by its id where it is no member", () => {
		const entrusted = (to) => ({ to, from: "2026-01-01T00:00:00Z", until: "2027-01-01T00:00:00Z", state: "in-force", uses: ["signature"],
			reported: "2026-01-01T00:00:00Z" });
		const data = { ...card({ entrustments: [entrusted("midori"), entrusted("nobody")] }),
			"/v1/members/midori": { ...umibe, id: "midori", name: text("みどり市役所", "Midori City Office") } };

		return open({ path: "members/umibe", language: "ja", data }, async (page) => {
			await settled.card(page);
			await page.locator('a[href="/members/midori"]').getByText("みどり市役所").waitFor();
			expect(await page.locator('a[href="/members/nobody"]').innerText() === "nobody", "no id where there is no name");
		});
	});
	await check("a certificate is saved as it is", () => open({ path: "members/umibe", language: "en", data: card({}) }, async (page) => {
		await settled.card(page);
		const [download] = await Promise.all([page.waitForEvent("download"), page.locator("a[download]").first().click()]);

		expect(download.suggestedFilename() === "umibe-1.cer", download.suggestedFilename());
		expect(readFileSync(await download.path()).toString("hex") === "3003020101", "other bytes are saved");
	}));
	await check("a suspended member says so before everything else, since when and why", () =>
		open({ path: "members/umibe", language: "en", data: card({ standing: "suspended", reason: "A key was lost." }) }, async (page) => {
			await settled.card(page);
			const shown = await page.locator('[data-slot="card"]').innerText();

			expect(shown.trimStart().startsWith("Suspended"), shown.slice(0, 80));
			expect(shown.includes("A key was lost.") && shown.includes("1 Apr 2026"), shown.slice(0, 300));
			expect(await page.locator(".levels-first, .card .badge-good:not(.key *)").count() === 0, "its levels are shown as if they counted");
			await hasNoSeriousFindings(page);
		}));
	await check("a member that is not there is told as such", () =>
		open({ path: "members/nobody-of-this-name", language: "en" }, async (page) => {
			await page.getByText("This member is not here").waitFor();
		}));
}

await inBrowser("the pages in a browser", async () => {
	await lookAtAll();
	await searching();
	await cards();
	await byKeyboard();
	await otherwise();
});
