/* tests/e2e/consent_steps.mjs - what a service is told, decided in the pages: the consent page used, by keyboard alone too; a login that
 * may end with less, or that takes a proofing first; a consent taken back. Against recorded answers.
 *
 *     WATASHI_URL=https://localhost:8443/ [NODE_MODULES=DIR] [CHROMIUM=…] node consent_steps.mjs
 *
 * Prints one line a case: `ok TITLE`, `not ok TITLE: what was found`, `skip TITLE: why`; exits 1 when a case failed.
 */
import { check, expect, inBrowser, request, url } from "./browser.mjs";
import {
	enrolmentId,
	lessLogin,
	loginId,
	nothing,
	plainSignOn,
	preview,
	problem,
	proofingLogin,
	signOn,
} from "./person_answers.mjs";
import { enrolPath, loginPath, press, settled, signOnPath, visit } from "./person_views.mjs";

const english = { language: "en" };
const consent = `consent/#${signOn.id}`;
const body = (asked, path, method = "POST") => asked.find((one) => one.method === method && one.path === path)?.body;
const sentence = (page) => page.locator(".learns").innerText();
const goneOn = (page) => page.waitForURL(/\/oidc\/continue\/5{32}$/);

/* What is sent after these acts, as JSON. */
const agreed = (title, acts, wanted, more = {}) =>
	check(title, () =>
		visit({ path: consent, told: more }, english, async (page, { asked }) => {
			await acts(page);
			await page.getByRole("button", { name: "Allow, and go on" }).click();
			await goneOn(page);
			const sent = JSON.stringify(body(asked, `${signOnPath}/agree`));

			expect(sent === JSON.stringify({ purpose: signOn.purpose, ...wanted }), sent);
		}),
	);

async function choices() {
	await agreed("what is required and what was ticked is told", async () => {}, {
		persona: "private",
		items: ["nickname", "birthdate", "email"],
	});
	await agreed(
		"an age goes in the place of a date of birth, and what is unticked stays",
		async (page) => {
			await page.getByRole("radio", { name: /^Whether 20 or older only/ }).check();
			await page.getByRole("checkbox", { name: "Mail address" }).uncheck();
		},
		{ persona: "private", items: ["nickname", "age_over_20"] },
	);
	await agreed(
		"none of it is told, and what was not asked for before is",
		async (page) => {
			await page.getByRole("radio", { name: "Nothing of it" }).check();
			await page.getByRole("checkbox", { name: "Sex" }).check();
		},
		{ persona: "private", items: ["nickname", "gender", "email"] },
	);
	await agreed(
		"an age that was chosen before is chosen again",
		async () => {},
		{ persona: "private", items: ["age_over_20"] },
		{
			[`GET ${signOnPath}`]: {
				...signOn,
				personas: [
					{
						...signOn.personas[0],
						items: signOn.personas[0].items
							.filter(({ name }) => /^(birthdate|age)/.test(name))
							.map((one) => ({ ...one, chosen: one.name === "age_over_20" })),
					},
				],
			},
		},
	);
	await agreed(
		"a service that asks for nothing is agreed to as well",
		async () => {},
		{ persona: "private", items: [] },
		{ [`GET ${signOnPath}`]: plainSignOn },
	);
	await check("what is required cannot be unticked, and says why", () =>
		visit({ path: consent }, english, async (page) => {
			const item = page.locator('[data-item="nickname"]');

			expect((await item.locator("input").count()) === 0, "it has something to tick");
			expect(/Required/.test(await item.innerText()), "it does not say so");
			expect(/does not work without it/.test(await item.innerText()), "it does not say why");
		}),
	);
	await check("the sentence says what is ticked now, and that the name is the service’s alone", () =>
		visit({ path: consent }, english, async (page) => {
			const before = await sentence(page);

			expect(/a name of its own for you, another at every other service/.test(before), before);
			expect(/nickname, date of birth, mail address/.test(before), before);
			expect(/Level 2 \(medium\)/.test(before), before);
			await page.getByRole("checkbox", { name: "Mail address" }).uncheck();
			await page.getByRole("radio", { name: /^Whether 18 or older only/ }).check();
			const after = await sentence(page);

			expect(/nickname, whether 18 or older, how sure/.test(after), after);
			expect(!/mail|birth/.test(after), after);
		}),
	);
	await check("nowhere on the page stands a word of the trade", () =>
		visit({ path: consent, act: (page) => page.locator("details summary").click() }, english, async (page) => {
			const text = await page.locator("main").innerText();

			expect(!/\b(acr|scopes?|claims?|openid|subject|urn:)\b/i.test(text), text.match(/\b(acr|scopes?|claims?|openid|subject|urn:)\b.*/i)?.[0]);
		}),
	);
}

async function personas() {
	await check("a persona that lacks what is required cannot be chosen, and says what", () =>
		visit({ path: consent }, english, async (page) => {
			expect(await page.locator('input[value="business"]').isDisabled(), "it can");
			await page.getByText("the service needs what this persona has not (Nickname)", { exact: false }).waitFor();
		}),
	);
	await check("one that takes more shows nothing, and is agreed to with nothing: a login follows", () =>
		visit({ path: consent }, english, async (page, { asked }) => {
			await page.locator('input[value="administrative"]').check();
			expect((await page.locator("[data-item]").count()) === 0, "items are shown");
			await page.getByRole("button", { name: "Confirm and go on" }).click();
			await goneOn(page);
			const sent = JSON.stringify(body(asked, `${signOnPath}/agree`));

			expect(sent === JSON.stringify({ purpose: signOn.purpose, persona: "administrative", items: [] }), sent);
		}),
	);
}

async function endings() {
	await check("a no is sent, and the browser goes on", () =>
		visit({ path: consent }, english, async (page, { asked }) => {
			await page.getByRole("button", { name: "Refuse" }).click();
			await goneOn(page);
			expect(JSON.stringify(body(asked, `${signOnPath}/deny`)) === "{}", JSON.stringify(asked));
			expect(!body(asked, `${signOnPath}/agree`), "a yes was sent as well");
		}),
	);
	await check("what changed meanwhile is told, and nothing is lost", () =>
		visit(
			{ path: consent, told: { [`POST ${signOnPath}/agree`]: problem(409, { code: "conflict" }) } },
			english,
			async (page) => {
				await page.getByRole("checkbox", { name: "Mail address" }).uncheck();
				await page.getByRole("button", { name: "Allow, and go on" }).click();
				await page.getByText("Nothing has been passed on yet.", { exact: false }).waitFor();
				expect(!(await page.getByRole("checkbox", { name: "Mail address" }).isChecked()), "it is ticked again");
			},
		),
	);
	await check("where nobody is logged in the browser is led on, once", () =>
		visit({ path: "consent/", told: { [`GET ${signOnPath}`]: problem(403) } }, english, async (page) => {
			await page.goto(new URL(consent, url).href);
			await goneOn(page);
			await page.goto(new URL(`?lang=en#${signOn.id}`, new URL("consent/", url)).href);
			await page.getByRole("heading", { name: "This request cannot go on" }).waitFor();
		}),
	);
	await check("by keyboard alone an age is chosen and agreed to", () =>
		visit({ path: consent }, english, async (page, { asked }) => {
			const reach = async (selector) => {
				for (let stop = 0; stop < 60; stop++) {
					await page.keyboard.press("Tab");
					if (await page.evaluate((one) => document.activeElement.matches(one), selector))
						return;
				}
				throw new Error(`${selector} is not reached`);
			};

			await reach('input[name="instead-birthdate"]');
			await page.keyboard.press("ArrowDown");
			await page.keyboard.press("ArrowDown");
			await reach('input[name="email"]');
			await page.keyboard.press("Space");
			await reach("button:not(.button-quiet)");
			await page.keyboard.press("Enter");
			await goneOn(page);
			const sent = JSON.stringify(body(asked, `${signOnPath}/agree`).items);

			expect(sent === '["nickname","age_over_20"]', sent);
		}),
	);
}

async function logins() {
	await check("who may go on with less says so, and is let", () =>
		visit({ path: `login/#${loginId}`, told: { [`GET ${loginPath}`]: lessLogin } }, english, async (page, { asked }) => {
			await page.getByRole("button", { name: "Go on as it is" }).click();
			await page.waitForURL("**/account/");
			expect(JSON.stringify(body(asked, `${loginPath}/finish`)) === '{"less":true}', JSON.stringify(asked));
		}),
	);
	await check("a proofing that is needed is said so, and leads back to the service afterwards", () =>
		visit(
			{
				path: `login/#${loginId}`,
				told: { [`GET ${loginPath}`]: proofingLogin, [`GET ${enrolPath}`]: preview },
			},
			english,
			async (page) => {
				await page.getByText("asks for proof of who you are, by the My Number card", { exact: false }).waitFor();
				expect((await page.locator(".way").count()) === 0, "ways that do not help are offered");
				await page.getByRole("link", { name: "Prove it with my My Number card" }).click();
				await page.waitForURL("**/enrol/");
				await page.goto(new URL(`enrol/#${enrolmentId}`, url).href);
				await page.reload();
				await settled(page);
				await press(/^Take this/)(page);
				const back = page.getByRole("link", { name: "Go on logging in to the service" });

				await back.waitFor();
				expect((await back.getAttribute("href")) === proofingLogin.proofing.return, await back.getAttribute("href"));
			},
		),
	);
}

async function account() {
	await check("a consent taken back says what ends, and is sent once it is meant", () => {
		const path = `/v1/account/consents/${"8".repeat(32)}`;

		return visit({ path: "account/#consents", told: { [`DELETE ${path}`]: nothing } }, english, async (page, { asked }) => {
			await page.getByRole("button", { name: /^Withdraw/ }).first().click();
			await page.getByText("All that the service holds of your logins ends", { exact: false }).waitFor();
			expect(!asked.some(({ method }) => method === "DELETE"), "it was sent at once");
			await page.getByRole("button", { name: "Withdraw consent" }).click();
			await page.getByText("Consent was withdrawn").first().waitFor();
			expect(asked.filter(({ method, path: to }) => method === "DELETE" && to === path).length === 1, "not sent once");
		});
	});
	await check("what was declined is told apart from what is told", () =>
		visit({ path: "account/#consents" }, english, async (page) => {
			const text = await page.locator(".held").first().innerText();

			expect(/Told\s+Nickname, Whether 20 or older/.test(text), text);
			expect(/Declined\s+Date of birth/.test(text), text);
		}),
	);
}

await inBrowser("what a service is told, in a browser", async () => {
	if ((await request("login/")).status === 404) {
		console.log("skip what a service is told: this server is not configured to have persons");
		return;
	}
	await choices();
	await personas();
	await endings();
	await logins();
	await account();
});
