/* tests/e2e/desk_keyboard.mjs - the registrar's desk by keyboard alone: a case is opened, settled, completed and handed over; the
 * person's own phone goes on. Against recorded answers.
 *
 *     WATASHI_URL=https://localhost:8443/ [NODE_MODULES=DIR] [CHROMIUM=…] node desk_keyboard.mjs
 *
 * Prints one line a case: `ok TITLE`, `not ok TITLE: what was found`, `skip TITLE: why`; exits 1 when a case failed.
 */
import { check, expect, inBrowser, request } from "./browser.mjs";
import { deskCase } from "./desk_views.mjs";
import { problem } from "./person_answers.mjs";
import { visit } from "./person_views.mjs";

const english = { language: "en" };
const id = "0".repeat(31);
const caseOf = (number) => `/v1/desk/cases/${id}${number}`;
const sent = (asked, path) => asked.find((one) => one.method === "POST" && one.path === path)?.body;
const heading = (page, name) => page.getByRole("heading", { name }).first().waitFor();

/* What has the focus, in a sighted person's words: its own, its label's, its name. */
const focused = (page) =>
	page.evaluate(() => {
		const e = document.activeElement;

		return [e.innerText ?? "", ...(e.labels ? [...e.labels].map((label) => label.innerText) : []), e.name ?? ""].join(" ");
	});

/* On with Tab to what says so; the focus is seen at every stop. */
async function tabTo(page, wanted, most = 90) {
	for (let stop = 0; stop < most; stop++) {
		await page.keyboard.press("Tab");
		const seen = await page.evaluate(() => {
			const e = document.activeElement;
			const box = e.closest("label") ?? e;
			const widest = (node, of) => parseFloat(getComputedStyle(node, of).outlineWidth) || 0;

			return e === document.body || Math.max(widest(e, null), widest(e, "::after"), widest(box, null)) >= 2;
		});

		expect(seen, `"${await focused(page)}" has no outline`);
		if ((await focused(page)).includes(wanted))
			return;
	}
	throw new Error(`${most} stops do not lead to "${wanted}"`);
}

const onTo = async (page, wanted) => {
	await tabTo(page, wanted);
	await page.keyboard.press("Enter");
};

const tick = async (page, wanted) => {
	await tabTo(page, wanted);
	await page.keyboard.press("Space");
};

const type = async (page, wanted, text) => {
	await tabTo(page, wanted);
	await page.keyboard.type(text);
};

async function opens() {
	await check("a proofing is recorded: person, a document and how it was looked at", () =>
		visit({ path: "desk/", told: { "POST /v1/desk/cases": () => [201, deskCase(1)] } }, english, async (page, { asked }) => {
			await onTo(page, "Proof somebody face to face");
			await page.locator('input[name="name"]').waitFor();
			await type(page, "Name, as the document has it", "Taro Shiken");
			await type(page, "Date of birth", "02171980");
			await type(page, "Address", "Shibuya 1-1");
			await tabTo(page, "Kind of document");
			await page.keyboard.type("Driving");
			await tick(page, "By eye");
			await tick(page, "It is in force");
			await onTo(page, "Record what");
			await page.waitForURL(`**/desk/#${id}1`);
			const body = sent(asked, "/v1/desk/cases");

			expect(
				JSON.stringify(body.attributes) ===
					'{"name":"Taro Shiken","birthdate":"1980-02-17","gender":"unspecified","address":"Shibuya 1-1"}',
				JSON.stringify(body.attributes),
			);
			expect(
				JSON.stringify(body.documents) === '[{"kind":"driving-licence","checked":["visual"],"in_force":true}]',
				JSON.stringify(body.documents),
			);
		}),
	);
	await check("what is missing is where the focus goes, in the order of the form", () =>
		visit({ path: "desk/#new" }, english, async (page, { asked }) => {
			await page.locator('input[name="name"]').waitFor();
			await onTo(page, "Record what");
			await page.getByText("Please enter the name.").waitFor();
			expect((await page.evaluate(() => document.activeElement.name)) === "name", await focused(page));
			expect(!sent(asked, "/v1/desk/cases"), "it was sent");
		}),
	);
	await check("a second document is added and taken away, and the focus follows", () =>
		visit({ path: "desk/#new" }, english, async (page) => {
			await page.locator('input[name="name"]').waitFor();
			await onTo(page, "Add another document");
			expect((await page.locator(".document").count()) === 2, "there is no second");
			expect(
				await page.evaluate(() => document.activeElement === document.querySelectorAll(".document select")[1]),
				`the focus is at "${await focused(page)}"`,
			);
			await onTo(page, "Take this one away");
			expect((await page.locator(".document").count()) === 1, "it is still there");
			expect(
				await page.evaluate(() => document.activeElement === document.querySelector(".document select")),
				`the focus is at "${await focused(page)}"`,
			);
		}),
	);
}

async function decides() {
	const similar = (settled) => ({
		...deskCase(1, { similar: [{ account: "9P0Z-MM2K-7B", settled, by: null }] }),
		attributes: { name: "試験　太郎", birthdate: "1980-02-17", gender: "male", address: "東京都渋谷区１－１" },
		note: "",
	});

	await check("somebody who looks alike is settled, then the proofing is completed and handed over", () =>
		visit(
			{
				path: `desk/#${id}1`,
				told: { [`GET ${caseOf(1)}`]: similar("unsettled"), [`POST ${caseOf(1)}/same`]: similar("different") },
			},
			english,
			async (page, { asked }) => {
				await heading(page, "Accounts that look alike");
				await onTo(page, "It is another person");
				await page.getByText("Another person", { exact: true }).first().waitFor();
				expect(
					JSON.stringify(sent(asked, `${caseOf(1)}/same`)) === '{"account":"9P0Z-MM2K-7B","same":false}',
					JSON.stringify(asked),
				);
				await onTo(page, "Complete the proofing");
				await heading(page, "Go on with the person");
				await page.getByRole("img", { name: "QR code to go on" }).waitFor();
			},
		),
	);
	await check("the second registrar confirms", () =>
		visit({ path: `desk/#${id}2` }, english, async (page, { asked }) => {
			await heading(page, "What was seen");
			await onTo(page, "Confirm it as the second");
			await page.getByText("It was recorded.").first().waitFor({ state: "attached" });
			expect(sent(asked, `${caseOf(2)}/second`), JSON.stringify(asked));
		}),
	);
	await check("a refusal is where the eye is, and the same button is still there", () =>
		visit(
			{
				path: `desk/#${id}1`,
				told: { [`POST ${caseOf(1)}/complete`]: problem(409, { detail: "the account is similar: say first" }) },
			},
			english,
			async (page) => {
				await heading(page, "What was seen");
				await onTo(page, "Complete the proofing");
				await page.getByText("Accounts look alike").waitFor();
				expect((await focused(page)).includes("Complete"), `the focus is at "${await focused(page)}"`);
			},
		),
	);
	await check("the person goes on with the own phone", () =>
		visit(
			{
				path: `desk/take/#${"a".repeat(26)}`,
				told: { "POST /v1/desk/handover": () => [200, { location: "/account/" }] },
			},
			english,
			async (page, { asked }) => {
				await onTo(page, "Go on");
				await page.waitForURL("**/account/**");
				expect(sent(asked, "/v1/desk/handover").code === "a".repeat(26), JSON.stringify(asked));
			},
		),
	);
}

await inBrowser("the desk by keyboard", async () => {
	if ((await request("desk/")).status === 404) {
		console.log("skip the desk by keyboard: this server is not configured to have persons");
		return;
	}
	await opens();
	await decides();
});
