/* tests/e2e/person_views.mjs - the views that the pages of persons have, and how to get to each against recorded answers. By itself it
 * tests nothing.
 */
import { expect, open } from "./browser.mjs";
import { deskViews } from "./desk_views.mjs";
import {
	account,
	answers,
	anewLogin,
	authenticators,
	cardCode,
	claimed,
	enrolmentId,
	loginId,
	play,
	finishing,
	lessLogin,
	muted,
	plainSignOn,
	preview,
	problem,
	proofingLogin,
	reissue,
	shortLogin,
	signOn,
	stepUp,
} from "./person_answers.mjs";

export const loginPath = `/v1/login/${loginId}`;
export const enrolPath = `/v1/enrol/${enrolmentId}`;
export const signOnPath = `/v1/sign-on/${signOn.id}`;
export const told = "event: changed\ndata: {}\n\n";
export const nobody = { "GET /v1/account": problem(401) };
export const press = (name) => (page) => page.locator("main").getByRole("button", { name }).first().click();
export const unfold = (name) => (page) => page.locator(`#${name} summary`).click();
export const both =
	(...acts) =>
	async (page) => {
		for (const act of acts)
			await act(page);
	};
export const typed = (name, text) => async (page) => {
	await page.locator(`input[name="${name}"]:visible`).first().fill(text);
	await page.keyboard.press("Enter");
};

/* Each view there is: where it is, what is answered otherwise than usually, what is done to get there. */
export const views = {
	login: { path: `login/#${loginId}` },
	"login-asked": { path: `login/#${loginId}`, act: (page) => page.locator(".asked summary").click() },
	"login-nobody-said": { path: `login/#${loginId}/app` },
	"login-claimed": { path: `login/#${loginId}`, told: { [`GET ${loginPath}`]: claimed } },
	"login-app": { path: `login/#${loginId}/app`, told: { [`GET ${loginPath}`]: claimed } },
	"login-app-refused": {
		path: `login/#${loginId}/app`,
		told: { [`GET ${loginPath}`]: { ...claimed, app: { state: "refused" } }, [`GET ${loginPath}/events`]: told },
		act: (page) => page.locator(".told").waitFor(),
	},
	"login-card": { path: `login/#${loginId}/card` },
	"login-code-wrong": {
		path: `login/#${loginId}/code`,
		told: {
			[`GET ${loginPath}`]: claimed,
			[`POST ${loginPath}/code`]: problem(403, { code: "denied", step: "code", left: 3 }),
		},
		act: typed("code", "123456"),
	},
	"login-too-often": {
		path: `login/#${loginId}/recovery`,
		told: {
			[`GET ${loginPath}`]: claimed,
			[`POST ${loginPath}/recovery`]: problem(429, { until: "2030-01-01T00:00:00Z" }),
		},
		act: typed("code", "ABCD-EFGH-JKMN-PQRS"),
	},
	"login-short": { path: `login/#${loginId}`, told: { [`GET ${loginPath}`]: shortLogin } },
	"login-proofing": { path: `login/#${loginId}`, told: { [`GET ${loginPath}`]: proofingLogin } },
	"login-less": { path: `login/#${loginId}`, told: { [`GET ${loginPath}`]: lessLogin } },
	"login-anew": { path: `login/#${loginId}`, told: { [`GET ${loginPath}`]: anewLogin } },
	"login-over": { path: `login/#${loginId}`, told: { [`GET ${loginPath}`]: problem(404) } },
	"login-unreached": { path: `login/#${loginId}`, told: { [`GET ${loginPath}`]: problem(503) } },
	consent: { path: `consent/#${signOn.id}`, act: (page) => page.locator("details summary").click() },
	"consent-plain": { path: `consent/#${signOn.id}`, told: { [`GET ${signOnPath}`]: plainSignOn } },
	"consent-step-up": {
		path: `consent/#${signOn.id}`,
		act: (page) => page.locator('input[value="administrative"]').check(),
	},
	"consent-changed": {
		path: `consent/#${signOn.id}`,
		told: { [`POST ${signOnPath}/agree`]: problem(409, { code: "conflict" }) },
		act: press(/^(この内容で渡して|Allow)/),
	},
	"consent-over": { path: `consent/#${signOn.id}`, told: { [`GET ${signOnPath}`]: problem(404) } },
	logout: { path: "logout/#ask&client_id=book" },
	"logout-unknown": {
		path: "logout/#ask",
		told: { "GET /v1/logout": { logged_in: true, returns: false, client: null } },
	},
	"logout-failed": {
		path: "logout/#ask&client_id=book",
		told: { "POST /v1/logout": problem(503, { code: "unavailable" }) },
		act: press(/^(ログアウトする|Log out)/),
	},
	"logout-done": { path: "logout/#done" },
	card: { path: `card/#${cardCode}` },
	"card-over": { path: `card/#${cardCode}`, told: { [`GET /v1/card/${cardCode}`]: problem(404) } },
	stranger: { path: "account/", told: nobody },
	overview: { path: "account/" },
	provisional: {
		path: "account/",
		told: {
			"GET /v1/account": {
				...account,
				standing: "provisional",
				proofings: [],
				session: { ...account.session, authentications: [], levels: [] },
			},
		},
	},
	muted: { path: "account/", told: { "GET /v1/account": { ...account, muted } } },
	"muted-step-up": {
		path: "account/#authenticators",
		told: { "GET /v1/account": { ...account, muted }, "DELETE /v1/account/mute": stepUp("change") },
		act: press(/^(また届くようにする|Let them reach me again)/),
	},
	authenticators: { path: "account/#authenticators" },
	"authenticators-one": {
		path: "account/#authenticators",
		told: { "GET /v1/account/authenticators": { authenticators: authenticators.slice(0, 1), more: true } },
		act: press(/^(無効にする|Revoke)/),
	},
	rename: { path: "account/#authenticators", act: press(/^(名前を変える|Rename)/) },
	"step-up": {
		path: "account/#authenticators",
		told: { "POST /v1/account/pairing": stepUp("authenticator") },
		act: both(unfold("add-phone"), press(/^(QRコードを|Show the picture)/)),
	},
	"add-passkey": { path: "account/#authenticators", act: unfold("add-passkey") },
	"add-phone": {
		path: "account/#authenticators",
		act: both(unfold("add-phone"), press(/^(QRコードを|Show the picture)/)),
	},
	"add-card": { path: "account/#authenticators", act: unfold("add-card") },
	"add-codes": { path: "account/#authenticators", act: both(unfold("add-codes"), typed("name", "App")) },
	"add-recovery": {
		path: "account/#authenticators",
		act: both(unfold("add-recovery"), press(/^(回復用コードを作る|Make recovery)/)),
	},
	personas: { path: "account/#personas" },
	contacts: { path: "account/#contacts" },
	consents: { path: "account/#consents" },
	"consents-withdraw": { path: "account/#consents", act: press(/^(同意を取り消す|Withdraw)/) },
	history: { path: "account/#history" },
	settings: { path: "account/#settings", act: unfold("erase") },
	enrol: { path: "enrol/", told: nobody },
	"enrol-provisional": { path: "enrol/", told: nobody, act: press(/^(仮登録へ進む|Open a provisional)/) },
	"enrol-reissue": { path: "enrol/#reissue", told: nobody },
	"enrol-card": { path: `enrol/#${enrolmentId}` },
	"enrol-failed": {
		path: `enrol/#${enrolmentId}`,
		told: {
			[`GET ${enrolPath}`]: {
				state: "refused",
				card: null,
				reissue: false,
				preview: null,
				failed: {
					step: "revocation",
					why: { ja: "電子証明書が失効しています。", en: "The certificate was revoked." },
				},
				next: [],
			},
		},
	},
	"enrol-review": { path: `enrol/#${enrolmentId}`, told: { [`GET ${enrolPath}`]: preview } },
	"enrol-similar": {
		path: `enrol/#${enrolmentId}`,
		told: {
			[`GET ${enrolPath}`]: preview,
			[`POST ${enrolPath}/accept`]: problem(409, { code: "similar", settle: ["login", "registrar"] }),
		},
		act: press(/^(この内容で|Take this)/),
	},
	"enrol-finishing": { path: `enrol/#${enrolmentId}`, told: { [`GET ${enrolPath}`]: finishing } },
	"enrol-existing": { path: `enrol/#${enrolmentId}`, told: { [`GET ${enrolPath}`]: reissue } },
	"enrol-other-account": {
		path: `enrol/#${enrolmentId}`,
		told: {
			[`GET ${enrolPath}`]: {
				...preview,
				preview: null,
				failed: {
					step: "other-account",
					why: { ja: "このカードは、別のアカウントのものです。", en: "The card is of another account." },
				},
			},
		},
	},
	"enrol-looks-like": {
		path: `enrol/#${enrolmentId}`,
		told: { [`GET ${enrolPath}`]: { ...preview, preview: { ...preview.preview, account: "similar" } } },
	},
	"enrol-bind": {
		path: `enrol/#${enrolmentId}`,
		told: { [`GET ${enrolPath}`]: preview },
		act: both(press(/^(この内容で|Take this)/), unfold("add-card"), press(/^(カードを登録する|Add the card)/)),
	},
	"enrol-prepare": {
		path: `enrol/#${enrolmentId}`,
		told: { [`GET ${enrolPath}`]: preview },
		act: press(/^(この内容で|Take this)/),
	},
	...deskViews,
};

export const settled = (page) => page.locator('[data-slot="view"][aria-busy="false"]').waitFor();

/* Opens a page that is told these things; `use(page, { asked, complaints })`. */
export function visit({ path, told: more = {}, act = () => {} }, options, use) {
	const asked = [];
	const unknown = [];

	return open(
		{ path, ...options, prepare: (page) => play(page, { ...answers, ...more }, { asked, unknown }) },
		async (page, complaints) => {
			await settled(page);
			await act(page);
			await use(page, { asked, complaints });
			expect(unknown.length === 0, `the page asked for ${unknown.join(", ")}`);
		},
	);
}
