/* tests/e2e/desk_views.mjs - the views of the desk, and how to get to each against recorded answers. By itself it tests
 * nothing; person_views.mjs has them among its own.
 */
import { answers, picture, problem, stepUp } from "./person_answers.mjs";

const first = "7K3M-Q2XH-9D";
const second = "4TRN-8WVA-0C";
const someone = "9P0Z-MM2K-7B";
const id = "0".repeat(31);
const soon = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();

const evidence = {
	accounts: ["financial"],
	address_confirmed: ["postal"],
	address_of_record: true,
	all_data_checked: true,
	biometric_recorded: true,
	documents: [
		{ kind: "driving-licence", checked: ["visual", "chip"], in_force: true },
		{ kind: "passport", checked: ["visual", "tactile"], in_force: true },
	],
	loss_checked: true,
	nonrepudiation: ["video-recording"],
	portrait: "both",
	records_checked: ["document-issuer"],
	terms_told: true,
};
const licence = {
	...evidence,
	accounts: [],
	address_of_record: false,
	all_data_checked: false,
	biometric_recorded: false,
	documents: [{ kind: "driving-licence", checked: ["visual"], in_force: true }],
	nonrepudiation: [],
	portrait: "by-agent",
	records_checked: [],
};
/* One of a few cases; as the desk answers it. */
export const deskCase = (number, more = {}) => ({
	id: `${id}${number}`,
	state: "checked",
	opened: "2026-11-22T04:55:00Z",
	changed: "2026-11-22T05:05:00Z",
	registrars: [first],
	account: null,
	evidence: licence,
	similar: [],
	takes_two: false,
	until: "2026-11-23T04:55:00Z",
	...more,
});
const looked = {
	attributes: { name: "試験　太郎", birthdate: "1980-02-17", gender: "male", address: "東京都渋谷区１－１" },
	note: "",
};
const high = { evidence, takes_two: true };
const list = {
	registrar: first,
	cases: [
		deskCase(1),
		deskCase(2, { ...high, registrars: [second] }),
		deskCase(3, { state: "completed", account: someone, until: null, record: `${id}f` }),
		deskCase(4, { state: "withdrawn", until: null }),
	],
	more: false,
};
const caseOf = (number) => `/v1/desk/cases/${id}${number}`;
const completed = {
	...deskCase(1, { state: "completed", account: someone, until: null, record: `${id}f` }),
	handover: {
		code: "a".repeat(26),
		link: `https://localhost/desk/take/#${"a".repeat(26)}`,
		qr: picture,
		until: soon(10),
	},
};

Object.assign(answers, {
	"GET /v1/desk": list,
	[`GET ${caseOf(1)}`]: { ...deskCase(1), ...looked },
	[`GET ${caseOf(2)}`]: { ...deskCase(2, { ...high, registrars: [second] }), ...looked, note: "耳が遠い方です。" },
	[`GET ${caseOf(3)}`]: list.cases[2],
	[`POST ${caseOf(1)}/complete`]: completed,
	[`POST ${caseOf(2)}/second`]: deskCase(2, { ...high, state: "confirmed", registrars: [second, first] }),
	"POST /v1/desk/handover": problem(404),
});

const press = (name) => (page) => page.locator("main").getByRole("button", { name }).first().click();

/* The least that can be said, by somebody who types. */
export async function fillIn(page) {
	await page.locator('input[name="name"]').fill(looked.attributes.name);
	await page.locator('input[name="birthdate"]').fill(looked.attributes.birthdate);
	await page.locator('input[name="address"]').fill(looked.attributes.address);
	await page.locator('select[name="kind"]').selectOption("driving-licence");
	await page.locator('.document input[value="visual"]').check();
}

export const send = press(/^(この内容で記録|Record what)/);

export const deskViews = {
	"desk-stranger": { path: "desk/", told: { "GET /v1/desk": problem(401) } },
	"desk-step-up": { path: "desk/", told: { "GET /v1/desk": stepUp("staff") } },
	"desk-no-registrar": { path: "desk/", told: { "GET /v1/desk": problem(403) } },
	desk: { path: "desk/" },
	"desk-none-yet": { path: "desk/", told: { "GET /v1/desk": { ...list, cases: [] } } },
	"desk-new": { path: "desk/#new", act: press(/^(身分証をもう|Add another)/) },
	"desk-new-empty": { path: "desk/#new", act: send },
	"desk-new-refused": {
		path: "desk/#new",
		told: { "POST /v1/desk/cases": problem(400, { detail: "/portrait: expected none" }) },
		act: async (page) => {
			await fillIn(page);
			await send(page);
			await page.locator(".error:not([hidden])").first().waitFor();
		},
	},
	"desk-case": { path: `desk/#${id}1` },
	"desk-case-second": { path: `desk/#${id}2` },
	"desk-case-confirmed": { path: `desk/#${id}2`, act: press(/^(2人目として|Confirm it)/) },
	"desk-case-similar": {
		path: `desk/#${id}1`,
		told: {
			[`GET ${caseOf(1)}`]: {
				...deskCase(1, {
					similar: [
						{ account: someone, settled: "unsettled", by: null },
						{ account: second, settled: "different", by: first },
					],
				}),
				...looked,
			},
		},
	},
	"desk-case-complete": { path: `desk/#${id}1`, act: press(/^(本人確認を完了|Complete)/) },
	"desk-case-refused": {
		path: `desk/#${id}1`,
		told: { [`POST ${caseOf(1)}/complete`]: problem(409, { detail: "the account is similar: say first" }) },
		act: press(/^(本人確認を完了|Complete)/),
	},
	"desk-case-over": { path: `desk/#${id}3` },
	"desk-take": { path: `desk/take/#${"a".repeat(26)}` },
	"desk-take-used": { path: `desk/take/#${"a".repeat(26)}`, act: press(/^(この端末で続ける|Go on)/) },
	"desk-take-nothing": { path: "desk/take/" },
};
