/* tests/e2e/policy_pages.mjs - policies, the ledger and a decision in a browser: read level by level, compared, verified, falsified.
 *
 *     WATASHI_URL=https://localhost:8443/ WATASHI_BUILD=DIR WATASHI_CONFIG=FILE [EVERY=1] node policy_pages.mjs
 *
 * All as browser.mjs says. Prints `ok TITLE`, `not ok TITLE: what was found`, `skip TITLE: why`; exits 1 when a case failed.
 */
import { join } from "node:path";
import { canDecide, check, decide, expect, fits, hasNoSeriousFindings, inBrowser, looks, open, pictures, prints, request,
	widths } from "./browser.mjs";

const ready = {
	policy: (page) => page.locator(".matrix").waitFor(),
	cell: (page) => page.locator(".opened .criterion").first().waitFor(),
	ledger: (page) => page.locator(".log .counts").waitFor(),
	decision: (page) => page.locator("#receipt").waitFor(),
};
const main = (page) => page.locator("main").innerText();

async function look(name, path, language, palette) {
	await open({ path, language, palette }, async (page, complaints) => {
		const title = `${name} in ${language}, ${palette}`;

		await check(`${title}: the language asked for is shown`, async () => {
			await ready[name](page);
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
		await check(`${title}: the browser has no complaints`, async () => expect(complaints.length === 0, complaints.join("; ")));
	});
}

/* Policies */

async function policies() {
	await check("the seed's table is read level by level, merged cells as one", () => open({ path: "policy/" }, async (page) => {
		await ready.policy(page);
		const row = (area) => page.locator(".matrix tbody tr").filter({ has: page.locator("th", { hasText: area }) });

		expect(await row(/^登録/).locator("td").count() === 5, "registration has not five cells");
		expect((await row(/^登録/).locator("td").nth(1).innerText()).includes("身分証明書の提示"), "level 1+ says something else");
		expect((await row(/^トークン（認証要素）/).locator("td").nth(1).innerText()).includes("—"), "a token of level 1+ is made up");
		const merged = row(/^トークン及びクレデンシャル管理/).locator("td");

		expect(await merged.count() === 1 && await merged.getAttribute("colspan") === "5", "the cell of all levels is not one");
		expect(await merged.locator(".opener").count() === 4, "its levels cannot be opened");
		expect(await page.locator("mark.rebuilt", { hasText: "乱数表" }).count() > 0, "rebuilt words are not marked");
		expect((await main(page)).includes("補ったもの"), "what the brackets mean is not said");
	}));
	await check("a cell opens its criteria, with status, source and condition, and has an address", () =>
		open({ path: "policy/", language: "en" }, async (page) => {
			await ready.policy(page);
			await page.locator('.opener[href="#registration-2"]').click();
			await ready.cell(page);
			expect(new URL(page.url()).hash === "#registration-2", page.url());
			expect(await page.evaluate(() => document.activeElement.id) === "registration-2", "the focus did not follow");
			const text = await page.locator(".opened").innerText();

			for (const part of ["Registration: Level 2 (medium)", "registration-2.2", "The seed’s table", "Derived", "Level 1+"])
				expect(text.includes(part), `"${part}" is not shown`);
			const card = page.locator('[id="registration-2.2"]');

			await card.locator("summary").click();
			expect((await card.innerText()).includes("Government-issued documents is at least 1"), await card.innerText());
		}));
	for (const [language, named, classed, none] of [
		["en", "Biometric", "to be handled with special care", "It reads no fact about a person."],
		["ja", "生体", "特に慎重に扱うべきこと", "個人についての事実は見ません。"],
	]) {
		await check(`a criterion says in ${language} what of a person it has to know, and how personal that is`, () =>
			open({ path: "policy/?framework=jp-idtf&version=1.0#all", language }, async (page) => {
				const told = async (id) => {
					const card = page.locator(`[id="${id}"]`);

					await card.locator("summary").click();
					return card.innerText();
				};

				await ready.cell(page);
				const personal = await told("registration-4.4");

				expect(personal.includes(named) && personal.includes(classed), personal);
				expect((await told("token-2.1")).includes(none), await page.locator('[id="token-2.1"]').innerText());
			}));
	}
	await check("an address of one criterion leads to it", () => open({ path: "policy/?framework=jp-idtf&version=1.0#token-2.1" }, async (page) => {
		await ready.cell(page);
		expect(await page.evaluate(() => document.activeElement.id) === "token-2.1", "the focus is elsewhere");
		expect(await page.locator('.opener[aria-current="true"]').getAttribute("data-cell") === "token-2", "its cell is not marked");
	}));
	await check("every framework published here is shown", async () => {
		const { frameworks } = JSON.parse((await request("v1/policy")).text);

		expect(frameworks.length > 1, "there is one only");
		for (const { id, in_force: version } of frameworks) {
			await open({ path: `policy/?framework=${id}`, width: 375, language: "en" }, async (page, complaints) => {
				await ready.policy(page);
				expect((await page.locator("#which").innerText()).includes(version), `${id}: another version`);
				expect(complaints.length === 0, `${id}: ${complaints.join("; ")}`);
				await fits(page);
			});
		}
	});
	await check("all criteria open at once, for a print", () => open({ path: "policy/#all" }, async (page) => {
		await ready.cell(page);
		const { criteria } = JSON.parse((await request("v1/policy/jp-idtf@1.0")).text);

		expect(await page.locator(".criterion").count() === criteria.length, "some are missing");
		await page.setViewportSize({ width: 375, height: 900 });
		await page.evaluate(() => document.querySelectorAll("details").forEach((details) => details.open = true));
		await fits(page);
		await page.emulateMedia({ media: "print" });
		expect(await page.locator(".switch, .chooser").first().isHidden(), "controls are printed");
		await page.setViewportSize({ width: 1280, height: 900 });
		await prints(page, "policy", 50_000);
	}));
	for (const [title, query, told] of [
		["a version", "framework=jp-idtf&version=0.0", "Version “0.0” of the framework “jp-idtf” is not published here."],
		["a framework", "framework=zz", "There is no framework “zz” here."],
	]) {
		await check(`${title} that is not there is told as such, with what is`, () => open({ path: `policy/?${query}`, language: "en" }, async (page) => {
			await page.getByText(told).waitFor();
			expect(await page.locator("form.chooser").isHidden(), "a choice nobody made is shown");
			await page.locator('[data-published] a[href="/policy/?framework=jp-idtf&version=1.0"]').click();
			await page.locator("#framework").waitFor();
			expect(await page.locator("#framework").inputValue() === "jp-idtf", "the choice does not lead there");
		}));
	}
	await comparing();
	await check("by keyboard alone: a cell is opened and left", () => open({ path: "policy/", language: "en" }, async (page) => {
		const at = () => page.evaluate(() => document.activeElement.getAttribute("href") ?? document.activeElement.id);

		await ready.policy(page);
		for (let stop = 0; stop < 40 && await at() !== "#registration-1"; stop++)
			await page.keyboard.press("Tab");
		await page.keyboard.press("Enter");
		await ready.cell(page);
		expect(await at() === "registration-1", `the focus is on ${await at()}`);
		await page.goBack();
		await page.waitForFunction(() => document.querySelectorAll(".opened").length === 0);
	}));
}

/* A version 2 of the test's own, made of the one that is published: something of each kind is changed. */
async function secondVersion() {
	const old = JSON.parse((await request("v1/policy/jp-idtf@1.0")).text);
	const young = structuredClone(old);
	const [gone] = young.criteria.splice(young.criteria.findIndex(({ id }) => id === "token-1.2"), 1);
	const changed = young.criteria.find(({ id }) => id === "token-1.1");
	const valued = young.criteria.find(({ id }) => id === "token-2.5");
	const bank = young.profiles.find(({ id }) => id === "bank-account-opening");

	young.version = "2.0";
	young.criteria.push({ ...structuredClone(gone), id: "token-1.9", title: { ja: "新しい基準", en: "A new criterion" } });
	changed.text = { ja: changed.text.ja.replace("6桁", "9桁"), en: changed.text.en.replace("6 characters", "9 characters") };
	valued.parameters[0].value = 31;
	bank.requires.push({ area: "privacy", level: "1", comparison: "minimum" });
	young.steps.find(({ id }) => id === "sign-with-card").cost = 4;
	young.areas[0].levels[1].title = { ja: "レベル1プラス", en: "Level one plus" };
	young.mappings.push({ area: "registration", level: "2", to: { framework: "ds-511", area: "identity-proofing", level: "2" } });
	young.table[0].text.ja += "新しい文言";
	return young;
}

const engine = {
	before: { framework: "jp-idtf", version: "1.0" }, after: { framework: "jp-idtf", version: "2.0" }, cut_off: false,
	criteria: [
		{ id: "registration-1p.1", change: "same" }, // its level has another name
		{ id: "token-1.1", change: "stricter", newly_refused: { provenance: "claimed", facts: { "token.password_length": 6, "token.kinds": ["password"] } } },
		{ id: "token-2.5", change: "undetermined" }, { id: "token-1.9", change: "added" }, { id: "token-1.2", change: "removed" }],
	levels: [{ area: "registration", level: "1+", change: "same" }, { area: "token", level: "1", change: "looser" }],
	profiles: [{ id: "bank-account-opening", change: "stricter" }, { id: "member-service", change: "same" }],
};

async function comparing() {
	const list = JSON.parse((await request("v1/policy")).text);
	const young = await secondVersion();
	const framework = list.frameworks.find(({ id }) => id === "jp-idtf");
	const path = "policy/?framework=jp-idtf&version=2.0&compare=1.0";

	framework.versions = [framework.versions.find(({ version }) => version === "1.0")];
	framework.versions.push({ ...structuredClone(framework.versions[0]), version: "2.0", in_force: false, valid_from: "2099-01-01T00:00:00Z" });
	const data = { "/v1/policy": list, "/v1/policy/jp-idtf@2.0": young, "/v1/policy/jp-idtf@2.0/difference": engine };
	const outcomes = (page, kind) => page.locator(`#compared-${kind} + .comparison > li`)
		.evaluateAll((items) => items.map((one) => one.dataset.outcome).join(" "));

	for (const [language, palette] of looks) {
		await check(`two versions stand side by side in ${language}, ${palette}, changes marked by word`, () =>
			open({ path, language, palette, data, width: 375 }, async (page, complaints) => {
				await page.locator("#comparison").waitFor();
				const mark = (name) => page.locator(`#compared-criteria + .comparison ${name}`).locator("visible=true").allInnerTexts();

				expect((await mark("del")).some((text) => text.includes("6")) && (await mark("ins")).some((text) => text.includes("9")),
					`${await mark("del")} / ${await mark("ins")}`);
				expect(!(await mark("del")).some((text) => text.length > 30), "more than the words that changed is marked");
				for (const width of widths) {
					await page.setViewportSize({ width, height: 900 });
					await fits(page);
					await hasNoSeriousFindings(page);
					if (pictures)
						await page.screenshot({ path: join(pictures, `comparison-${language}-${palette}-${width}.png`), fullPage: true });
				}
				expect(complaints.length === 0, complaints.join("; "));
			}));
	}
	await check("what became of each thing is the engine's word: criteria, levels, profiles, steps, mappings, the table", () =>
		open({ path, language: "en", data }, async (page) => {
			await page.locator("#comparison").waitFor();
			for (const [kind, expected] of [["criteria", "reworded stricter undetermined added removed"], ["levels", "reworded looser"], ["profiles", "stricter"],
				["areas", "changed"], ["steps", "changed"], ["mappings", "added"], ["table", "changed"], ["documents", ""], ["facts", ""]])
				expect(await outcomes(page, kind) === expected, `${kind}: ${await outcomes(page, kind)}`);
			const text = (await page.locator('section[aria-labelledby="comparison"]').innerText()).replace(/\s+/g, " ");

			for (const part of ["added: 31 )", "Privacy and personal-information protection: Level 1 (low) or higher", "Level one plus",
				"The same in both: documents it rests on; facts it uses"])
				expect(text.includes(part), `"${part}" is not shown`);
			await page.locator("#compared-criteria + .comparison summary").first().click();
			expect((await page.locator("#compared-criteria + .comparison details").first().innerText()).includes("6 characters"), "the example is not shown");
		}));
	await check("without the engine's word all differences are shown, and that it is missing", () =>
		open({ path, language: "en", data: { ...data, "/v1/policy/jp-idtf@2.0/difference": null } }, async (page) => {
			await page.getByText("Strictness cannot be shown").waitFor();
			expect(await outcomes(page, "criteria") === "changed changed changed added removed", await outcomes(page, "criteria"));
		}));
	await check("a version is not compared with what is not there", () => open({ path: "policy/?framework=jp-idtf&version=2.0&compare=9.9", data }, async (page) => {
		await ready.policy(page);
		expect(await page.locator("#comparison").count() === 0, "something is compared");
	}));
	await check("a comparison prints with its examples", () => open({ path, data }, async (page) => {
		await page.locator("#comparison").waitFor();
		await prints(page, "comparison", 50_000);
	}));
}

/* A decision, and its receipt */

const verdict = (page) => page.locator("output .verdict").innerText();

async function verify(page, receipt, answer) {
	await ready.ledger(page);
	await page.locator("#receipt").fill(receipt);
	if (answer) {
		if (await page.locator("#answer").isHidden())
			await page.locator("#verify-receipt summary").first().click();
		await page.locator("#answer").fill(answer);
	}
	await page.locator('#verify-receipt button[type="submit"]').click();
	await page.locator("output .verdict").waitFor();
}

async function ledger(decision) {
	const here = (use) => open({ path: "ledger/", language: "en" }, use);

	await check("a receipt is verified, with the answer and without", () => here(async (page, complaints) => {
		await verify(page, decision.receipt);
		expect(await verdict(page) === "Verified", await main(page));
		await verify(page, decision.receipt, decision.text);
		await page.getByText("The record of the decision in the answer is number").waitFor();
		expect(await verdict(page) === "Verified" && complaints.length === 0, complaints.join("; "));
	}));
	await check("a receipt is verified from its file", () => here(async (page) => {
		await ready.ledger(page);
		await page.locator("#receipt-file").setInputFiles({ name: "a.tlog-proof", mimeType: "text/plain", buffer: Buffer.from(decision.receipt) });
		await page.locator("output .verdict").waitFor();
		expect(await verdict(page) === "Verified", await main(page));
	}));
	const otherHash = decision.receipt.replace(/\n([A-Za-z0-9+/])([A-Za-z0-9+/]{42}=)\n/, (all, first, rest) => `\n${first === "A" ? "B" : "A"}${rest}\n`);
	const otherSize = decision.receipt.replace(/(\/ledger\n)(\d+)\n/, (all, name, size) => `${name}${Number(size) + 1}\n`);

	for (const [title, receipt, answer] of [
		["a hash changed", otherHash, decision.text],
		["the log's size changed", otherSize, decision.text],
		["another decision's answer", decision.receipt, decision.text.replace(/("commitment":")(.)/, (all, name, digit) => name + (digit === "0" ? "1" : "0"))],
	]) {
		await check(`a receipt with ${title} is refused`, () => here(async (page) => {
			await verify(page, receipt, answer);
			expect(await verdict(page) === "Not verified", await page.locator("output").innerText());
			await hasNoSeriousFindings(page);
		}));
	}
	await check("what is no receipt is told as such", () => here(async (page) => {
		await verify(page, "hello");
		expect(await verdict(page) === "Not a receipt", await verdict(page));
	}));
	await check("nothing to verify leaves the focus where something is missing", () => here(async (page) => {
		await ready.ledger(page);
		await page.locator('#verify-receipt button[type="submit"]').click();
		await page.locator("output .error").waitFor();
		expect(await page.evaluate(() => document.activeElement.id) === "receipt", "the focus is elsewhere");
	}));
	await check("the growth has its numbers as a text", () => here(async (page) => {
		await ready.ledger(page);
		await page.locator(".plot summary").click();
		expect(await page.locator(".plot tbody tr").count() > 1, "there are none");
	}));
}

async function decisions(decision) {
	const link = `decisions/${decision.id}#${decision.salt}`;

	await check("a decision is read by who holds its salt: verdict, levels, what was missing, facts", () =>
		open({ path: link, language: "en" }, async (page) => {
			await ready.decision(page);
			const text = await main(page);

			for (const part of ["Not permitted", "Level 3 (high) or higher was asked for", "Not reached", "Criteria that are not met", "Claimed",
				"Kinds of token", "5 characters", "Administrative procedure", "city-office"])
				expect(text.includes(part), `"${part}" is not shown`);
			await page.getByText("the steps are in the answer only", { exact: false }).first().waitFor();
			const about = await page.locator('section[aria-labelledby="facts"] summary').allInnerTexts();

			expect(about.includes("Identity proofing (3)") && about.includes("Token (authenticator) (2)"), `facts are told of ${about}`);
		}));
	await check("its record is verified", () => open({ path: link, language: "en" }, async (page) => {
		await ready.decision(page);
		await page.getByRole("button", { name: "Verify this record" }).click();
		await page.getByText("The record of this decision is number").waitFor();
		expect(await verdict(page) === "Verified", await verdict(page));
	}));
	await check("a criterion of it is found in the policy", () => open({ path: link, language: "en" }, async (page) => {
		await ready.decision(page);
		const to = page.locator('.finding a[href^="/policy/"]').first();
		const id = decodeURIComponent((await to.getAttribute("href")).split("#")[1]);

		await to.click();
		await page.locator(`[id="${id}"]`).waitFor();
	}));
	await check("the pasted answer shows the way up, step by step", () => open({ path: "decisions/", language: "en" }, async (page) => {
		await page.locator("#answer").fill(decision.text);
		await page.getByRole("button", { name: "Open this decision" }).click();
		await ready.decision(page);
		expect(await page.locator(".steps > li").count() > 0, "there are no steps");
		expect((await main(page)).includes("Needed:"), "the value needed is not shown");
		expect(new URL(page.url()).pathname === `/decisions/${decision.id}`, page.url());
		expect(await page.evaluate(() => document.activeElement.tagName) === "H1", "the focus did not follow");
	}));
	await check("without the right salt nobody reads it", () => open({ path: `decisions/${decision.id}#${"0".repeat(32)}`, language: "en" }, (page) =>
		page.locator("h1").getByText("This decision cannot be opened").waitFor()));
	await check("what is no answer is told as such", () => open({ path: "decisions/", language: "en" }, async (page) => {
		await page.locator("#answer").fill("{}");
		await page.keyboard.press("Tab");
		await page.keyboard.press("Enter");
		await page.locator("#show .error").waitFor();
		expect(await page.evaluate(() => document.activeElement.id) === "answer", "the focus is elsewhere");
	}));
	await check("a decision prints", () => open({ path: link }, async (page) => {
		await ready.decision(page);
		await prints(page, "decision", 20_000);
	}));
}

await inBrowser("policies, ledger and decisions in a browser", async () => {
	const looked = [["policy", "policy/"], ["ledger", "ledger/"]];
	let decision = null;

	await policies();
	if (canDecide) {
		await check("a decision is asked for and in the ledger", async () => {
			decision = await decide();
		});
	} else {
		console.log("skip a decision read and verified: WATASHI_BUILD and WATASHI_CONFIG name no federation to ask");
	}
	if (decision) {
		await ledger(decision);
		await decisions(decision);
		looked.push(["decision", `decisions/${decision.id}#${decision.salt}`]);
	}
	await look("cell", "policy/#registration-2", "ja", "dark");
	await look("cell", "policy/#registration-2", "en", "light");
	for (const [name, path] of looked) {
		for (const [language, palette] of looks)
			await look(name, path, language, palette);
	}
});
