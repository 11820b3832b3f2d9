/* tests/e2e/person_answers.mjs - what a server would tell the pages of persons: one person's account, a login, an enrolment. By itself it
 * tests nothing; tests take it, change what their case is about, and look at what the pages make of it.
 *
 *     answers: "METHOD /path" -> json, or (body) => [status, json]
 */

const soon = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
const text = (ja, en) => ({ ja, en });
const id = (letter) => letter.repeat(32);
const passed = "2026-11-20T01:23:00Z";

export const loginId = id("a");
export const enrolmentId = id("e");
export const cardCode = "abcdefghijklmnopqrstuvwxyz";

/* As a picture it says nothing, but is one: a frame with dots. */
const dots = Array.from({ length: 300 }, (_, at) =>
	(at * 7919) % 13 < 6 ? `M${(at % 20) + 4} ${Math.floor(at / 20) + 4}h1v1h-1z` : "",
).join("");
export const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28"><path fill="#fff" d="M0 0h28v28H0z"/><path d="${dots}"/></svg>`;

const levels = {
	registration: {
		area: "registration",
		area_title: text("登録", "Registration"),
		level: "3",
		title: text("レベル3（高）", "Level 3 (high)"),
	},
	token: {
		area: "token",
		area_title: text("トークン（認証要素）", "Token (authenticator)"),
		level: "3",
		title: text("レベル3（高）", "Level 3 (high)"),
	},
};

/* A login */

const ways = (recommended, enough = {}) =>
	["passkey", "app", "card", "code", "recovery"].map((way) => ({
		way,
		recommended: way === recommended,
		enough: enough[way] ?? null,
	}));

export const login = {
	id: loginId,
	state: "waiting",
	relying_party: {
		entity_id: "https://city.example/saml",
		name: text("みどり市役所", "Midori City Office"),
		mark: null,
	},
	why: null,
	wanted: {
		framework: "jp-idtf",
		profile: "administrative-procedure",
		title: text("行政手続", "Administrative procedures"),
		text: text("本人の権利や義務にかかわる手続です。", "Procedures that touch a person’s rights and duties."),
		levels: [levels.registration, levels.token],
	},
	persona: "administrative",
	person: null,
	claimed: false,
	hint: null,
	shown: [],
	unmet: [
		{
			area: "token",
			area_title: levels.token.area_title,
			required: "3",
			required_title: levels.token.title,
			reached: null,
			reached_title: null,
		},
	],
	ways: ways("passkey"),
	enough: false,
	less: false,
	proofing: null,
	app: null,
	card: null,
	until: soon(10),
};
export const claimed = { ...login, claimed: true, ways: ways("app") };
export const shortLogin = {
	...login,
	person: { number: "7K3M-Q2XH-9D" },
	claimed: true,
	shown: [{ way: "code", name: "認証アプリ", at: passed, counts: true }],
	unmet: [
		{
			area: "token",
			area_title: levels.token.area_title,
			required: "3",
			required_title: levels.token.title,
			reached: "2",
			reached_title: text("レベル2（中）", "Level 2 (medium)"),
		},
	],
	ways: ways("passkey", { passkey: true, app: true, card: true, code: false, recovery: false }),
};
/* Only a proofing brings it; what is wanted is only hoped for; who asks wants it shown anew. */
export const proofingLogin = {
	...shortLogin,
	relying_party: { ...login.relying_party, entity_id: "https://shop.example/rp", name: text("うみべ商店", "Umibe Shop") },
	unmet: [
		{
			area: "registration",
			area_title: levels.registration.area_title,
			required: "3",
			required_title: levels.registration.title,
			reached: "1",
			reached_title: text("レベル1（低）", "Level 1 (low)"),
		},
	],
	ways: ways("passkey", { passkey: false, app: false, card: false, code: false, recovery: false }),
	proofing: { page: "/enrol/", return: `/oidc/continue/${id("5")}` },
};
export const lessLogin = { ...shortLogin, less: true };
export const anewLogin = {
	...shortLogin,
	shown: [{ way: "passkey", name: "ノートパソコン", at: passed, counts: false }],
	unmet: [{ ...shortLogin.unmet[0], reached: null, reached_title: null }],
};
export const finished = { ...shortLogin, unmet: [], enough: true };

const task = (of) => ({
	code: cardCode,
	link: `https://watashi.example/card/#${cardCode}`,
	command: `watashi-card answer 'https://watashi.example/card/#${cardCode}'`,
	qr: picture,
	until: soon(of),
});

/* An account */

const authenticator = (letter, kind, name, more) => ({
	id: id(letter),
	kind,
	name,
	state: "active",
	usable: true,
	issued: "2026-04-01T00:00:00Z",
	used: passed,
	expires: null,
	reason: null,
	changed: passed,
	model: null,
	synced: null,
	attested: null,
	platform: null,
	mobile: null,
	parent: null,
	replaces: null,
	binding: "existing-token",
	level: levels.token,
	...more,
});

export const authenticators = [
	authenticator("1", "app", "わたしの電話", {
		platform: "Android",
		binding: "proofing-session",
		parent: { status: "good", checked: passed },
	}),
	authenticator("2", "passkey", "ノートパソコン", {
		model: "Example Platform Authenticator",
		synced: true,
		attested: false,
		level: { ...levels.token, level: "2", title: text("レベル2（中）", "Level 2 (medium)") },
	}),
	authenticator("3", "card", "マイナンバーカード", {
		mobile: false,
		level: { ...levels.token, level: "4", title: text("レベル4（特高）", "Level 4 (very high)") },
	}),
	authenticator("4", "one-time", "会社の機器", { state: "suspended", reason: "lost", usable: false, used: null }),
	authenticator("5", "recovery", "Recovery codes", { left: 9, level: null, used: null }),
	authenticator("6", "app", "前の電話", { state: "revoked", usable: false, level: null }),
];

const held = (name, ja, en, value, source = "card") => ({ name, title: text(ja, en), value, source, at: passed });
const proofed = [
	held("name", "氏名", "Name", "山田 花子"),
	held("birthdate", "生年月日", "Date of birth", "1980-02-17"),
	held("gender", "性別", "Sex", "女"),
	held("address", "住所", "Address", "みどり県みどり市みどり一丁目２番３号"),
];

/* After "this was not me". */
export const muted = { since: passed, until: soon(29 * 1440) };

export const account = {
	number: "7K3M-Q2XH-9D",
	standing: "full",
	language: "ja",
	staff: [],
	session: {
		begun: passed,
		expires: soon(300),
		where: "Firefox (Linux), 203.0.113.7",
		authentications: [{ way: "passkey", name: "ノートパソコン", at: passed }],
		levels: [levels.registration, levels.token],
	},
	muted: null,
	contacts: [
		{ address: "hanako@example.jp", confirmed: true, added: passed },
		{ address: "a.rather.long.address.of.somebody@mail.subdomain.example.jp", confirmed: false, added: passed },
	],
	proofings: [{ id: id("7"), method: "card", at: passed, by: [], evidence: [], levels: [levels.registration] }],
	personas: [
		{
			persona: "administrative",
			title: text("行政における個人", "You as a citizen"),
			text: text(
				"行政の手続で使います。確認ずみの情報だけを持ちます。",
				"For dealing with authorities. It holds what was confirmed, and nothing else.",
			),
			asks: { framework: "jp-idtf", profile: null, title: text("トークン レベル4", "Token level 4") },
			attributes: proofed.map((one) => ({ ...one, value: null })),
		},
		{
			persona: "business",
			title: text("ビジネス上の私", "You at work"),
			text: text("仕事で使います。", "For work."),
			asks: null,
			attributes: [proofed[0], held("organization", "勤務先・所属", "Organisation", "うみべ薬局", "self")],
		},
		{
			persona: "private",
			title: text("プライベートな私", "You in private"),
			text: text("買い物などで使います。", "For shopping and the like."),
			asks: null,
			attributes: [held("nickname", "ニックネーム", "Nickname", "はなちゃん", "self")],
		},
	],
};

/* [kind, name, detail, actor]: a detail is a word whose meaning depends on the kind. */
export const events = [
	["login", "みどり市役所", "passkey", "person"],
	["released", "とまった商店", "private", "person"],
	["login-refused", "とまった商店", "unmet_authentication_requirements", "person"],
	["consent-withdrawn", "みどり市立図書館", "sign-on:fedcba9876543210", "person"],
	["credential-changed", "会社の機器", "suspended lost", "person"],
	["credential-changed", "前の電話", "locked wrong-pin", "system"],
	["credential-added", "Recovery codes", "recovery", "person"],
	["login-refused", "みどり市役所", "one-time", "person"],
	["mute-ended", "わたしのスマートフォン", null, "person"],
	["not-me", "みどり市役所", null, "person"],
	["attribute-changed", "ニックネーム", "stated", "person"],
	["contact-changed", "hanako@example.jp", "added", "person"],
	["consent-given", "わたしデモ連携基盤", "enrolment", "person"],
	["proofed", null, "desk", "registrar:9ABC-DEFG-HJ"],
	["opened", null, "full", "person"],
].map(([kind, name, detail, actor], at) => ({
	id: at.toString(16).repeat(32).slice(0, 32),
	kind,
	at: passed,
	actor,
	name,
	detail,
	where: kind.startsWith("login") ? "Firefox (Linux), 203.0.113.7" : null,
	credential: null,
	decision: at === 0 || kind === "released" ? id("d") : null,
	...(kind === "released"
		? {
				relying_party: "https://shop.example/rp",
				items: [
					{ name: "nickname", title: text("ニックネーム", "Nickname") },
					{ name: "age_over_20", title: text("20歳以上かどうか", "Whether 20 or older") },
				],
				consent: id("8"),
			}
		: {}),
}));

const consents = [
	{
		id: id("8"),
		relying_party: "https://shop.example/rp",
		name: "とまった商店",
		purpose: "sign-on:0123456789abcdef",
		items: [
			{ name: "nickname", title: text("ニックネーム", "Nickname"), told: true },
			{ name: "age_over_20", title: text("20歳以上かどうか", "Whether 20 or older"), told: true },
			{ name: "birthdate", title: text("生年月日", "Date of birth"), told: false },
			{
				name: "offline_access",
				title: text("ログアウトしたあとの利用", "Use after you have logged out"),
				told: true,
			},
		],
		persona: "private",
		given: passed,
		withdrawn: null,
	},
	{
		id: id("6"),
		relying_party: "https://library.example/rp",
		name: "みどり市立図書館",
		purpose: "sign-on:fedcba9876543210",
		items: [],
		persona: "private",
		given: passed,
		withdrawn: passed,
	},
	{
		id: id("9"),
		relying_party: "https://watashi.example/",
		name: "Watashi",
		purpose: "enrolment",
		items: [{ name: "name", title: text("氏名", "Name"), told: true }],
		persona: null,
		given: passed,
		withdrawn: null,
	},
];

/* An enrolment */

export const enrolment = { state: "begun", reissue: false, card: null, preview: null, failed: null, next: [] };
export const preview = {
	...enrolment,
	state: "answered",
	card: { state: "answered", purpose: "signature", until: soon(5) },
	preview: {
		attributes: proofed.map(({ name, title, value }) => ({ name, title, value })),
		changes: [
			{
				name: "address",
				title: text("住所", "Address"),
				before: "うみべ県うみべ市一丁目１番",
				after: proofed[3].value,
			},
		],
		account: "new",
		number: null,
	},
};
export const reissue = {
	...preview,
	reissue: true,
	preview: {
		...preview.preview,
		changes: [],
		account: "existing",
		number: account.number,
		authenticators: authenticators
			.slice(0, 4)
			.map(({ id: of, kind, name, state, binding, issued }) => ({ id: of, kind, name, state, binding, issued })),
		provisional: false,
	},
};
/* An account that was opened at this browser, by whomever. */
export const finishing = {
	...preview,
	preview: {
		...reissue.preview,
		account: "this",
		authenticators: reissue.preview.authenticators.slice(0, 2).map((one) => ({ ...one, binding: "unconfirmed" })),
		provisional: true,
	},
};

/* A service that asks who somebody is. */

const asked = (name, ja, en, value, more = {}) => ({
	name,
	title: text(ja, en),
	purpose: text("会員の登録のため", "To register you as a member"),
	value,
	source: "card",
	at: passed,
	required: false,
	asked: true,
	instead_of: null,
	chosen: true,
	...more,
});
const ofPrivate = [
	asked("nickname", "ニックネーム", "Nickname", "はなちゃん", { required: true, source: "self" }),
	asked("birthdate", "生年月日", "Date of birth", "1980-02-17", {
		purpose: text("お酒を売ってよい年齢かを確かめるため", "To see whether alcohol may be sold to you"),
	}),
	asked("age_over_18", "18歳以上かどうか", "Whether 18 or older", "true", {
		asked: false,
		chosen: false,
		instead_of: "birthdate",
	}),
	asked("age_over_20", "20歳以上かどうか", "Whether 20 or older", "true", {
		asked: false,
		chosen: false,
		instead_of: "birthdate",
	}),
	asked("gender", "性別", "Sex", "female", { purpose: null, chosen: false }),
	asked("email", "メールアドレス", "Mail address", "hanako@example.jp", { source: "confirmed", at: null }),
];

export const signOn = {
	id: id("5"),
	relying_party: {
		entity_id: "https://shop.example/rp",
		name: text("うみべ商店オンライン", "Umibe Shop Online"),
		member: text("うみべ商事株式会社", "Umibe Trading"),
		description: text("海辺の町の食べものとお酒を、お届けします。", "Food and drink from a town by the sea."),
		information_url: text("https://shop.example/about", "https://shop.example/about?en"),
		privacy_url: text("https://shop.example/privacy", ""),
		mark: null,
		privacy: { framework: "jp-idtf", level: "2", title: text("レベル2（中）", "Level 2 (medium)") },
	},
	person: { number: account.number },
	purpose: "sign-on:0123456789abcdef",
	persona: "private",
	personas: [
		{
			persona: "private",
			possible: true,
			why_not: null,
			items: ofPrivate,
			withheld: [
				{ name: "phone_number", title: text("電話番号", "Telephone number"), why: "not-known", required: false },
				{ name: "address", title: text("住所", "Address"), why: "not-of-persona", required: false },
				{ name: "name", title: text("氏名", "Name"), why: "not-registered", required: false },
				{ name: "shoe_size", title: null, why: "no-such", required: false },
			],
		},
		{
			persona: "business",
			possible: false,
			why_not: "lacks",
			items: [],
			withheld: [
				{ name: "nickname", title: text("ニックネーム", "Nickname"), why: "not-of-persona", required: true },
			],
		},
		{ persona: "administrative", possible: false, why_not: "level", items: [], withheld: [] },
	],
	learns: {
		pseudonym: true,
		level: {
			acr: "urn:example:loa:2",
			framework: "jp-idtf",
			area_title: text("トークン", "Token"),
			title: text("レベル2（中）", "Level 2 (medium)"),
		},
		proofing: true,
	},
	offline: true,
	remembered: { consent: id("8"), persona: "private", given: passed },
	until: soon(28),
};
/* Of a service that nobody certified and that wants next to nothing. */
export const plainSignOn = {
	...signOn,
	relying_party: {
		...signOn.relying_party,
		name: null,
		member: null,
		description: null,
		information_url: null,
		privacy_url: null,
		privacy: null,
	},
	personas: [{ ...signOn.personas[0], items: [], withheld: [] }],
	learns: { pseudonym: true, level: null, proofing: false },
	offline: false,
	remembered: null,
};

export const nothing = () => [204, null];
export const problem = (status, more) => () => [
	status,
	{ status, title: "", detail: "what the log says", clause: "", ...more },
];
export const stepUp = (why) => problem(403, { step_up: { login_for: "account", why } });

const loginPath = `/v1/login/${loginId}`;
const signOnPath = `/v1/sign-on/${signOn.id}`;
const enrolPath = `/v1/enrol/${enrolmentId}`;
const creation = {
	rp: { id: "localhost", name: "Watashi" },
	user: { id: "AAECAwQFBgcICQoLDA0ODw", name: "7K3M-Q2XH-9D", displayName: "7K3M-Q2XH-9D" },
	challenge: "A".repeat(43),
	pubKeyCredParams: [{ type: "public-key", alg: -7 }],
	timeout: 60_000,
	excludeCredentials: [],
	authenticatorSelection: { residentKey: "required", userVerification: "required" },
	attestation: "none",
};

export const answers = {
	"POST /v1/login": () => [201, { login: loginId, page: `/login/#${loginId}` }],
	[`GET ${loginPath}`]: login,
	[`POST ${loginPath}/claim`]: nothing,
	[`POST ${loginPath}/passkey/options`]: {
		challenge: "A".repeat(43),
		rpId: "localhost",
		timeout: 60_000,
		userVerification: "required",
		allowCredentials: [],
	},
	[`POST ${loginPath}/app`]: { code: "482913", request: id("b"), qr: picture, until: soon(5) },
	[`POST ${loginPath}/card`]: task(10),
	[`POST ${loginPath}/finish`]: { location: "/account/" },
	[`POST ${loginPath}/cancel`]: { location: "/account/" },
	[`GET ${signOnPath}`]: signOn,
	[`POST ${signOnPath}/agree`]: { location: `/oidc/continue/${signOn.id}` },
	[`POST ${signOnPath}/deny`]: { location: `/oidc/continue/${signOn.id}` },
	"GET /v1/logout": { logged_in: true, returns: true, client: { ja: "オンライン家計簿", en: "Household book" } },
	"POST /v1/logout": { location: "/logout/#done" },
	"GET /v1/account": account,
	"GET /v1/account/authenticators": { authenticators, more: false },
	"GET /v1/account/history": { events, more: false },
	"GET /v1/account/consents": { consents },
	"POST /v1/account/pairing": {
		code: "x".repeat(26),
		link: "https://watashi.example/app/#pair=x",
		qr: picture,
		until: soon(10),
	},
	"GET /v1/account/pairing": { state: "waiting", until: soon(10) },
	"POST /v1/account/authenticators/passkey/options": creation,
	"POST /v1/account/authenticators/passkey": () => [201, authenticators[1]],
	"POST /v1/account/authenticators/one-time": {
		id: id("c"),
		uri: "otpauth://totp/Watashi:7K3M?secret=ABCD",
		secret: "ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567",
		qr: picture,
	},
	[`POST /v1/account/authenticators/one-time/${id("c")}`]: () => [201, authenticators[3]],
	"POST /v1/account/authenticators/recovery": {
		codes: Array.from({ length: 10 }, (_, at) => `ABC${at}-EFGH-JKMN-PQRS`),
	},
	"PUT /v1/account/language": account,
	"POST /v1/account/logout": nothing,
	"POST /v1/account/erase": nothing,
	"POST /v1/account/contacts": () => [202, null],
	"POST /v1/enrol": () => [201, { enrolment: enrolmentId }],
	[`GET ${enrolPath}`]: enrolment,
	[`POST ${enrolPath}/card`]: task(10),
	[`POST ${enrolPath}/bind-card`]: task(10),
	[`POST ${enrolPath}/provisional`]: () => [201, { number: account.number }],
	[`POST ${enrolPath}/accept`]: { location: "/account/", number: account.number },
	[`GET /v1/card/${cardCode}`]: {
		text: "Watashi（https://watashi.example/）で本人確認をします。\n目的：アカウントの登録\n時刻：2026-11-22T14:05:00+09:00\n番号：0123456789abcdef0123456789abcdef\n",
		purpose: "signature",
		until: soon(10),
		asker: "https://watashi.example/account",
		asker_name: text("Watashi", "Watashi"),
	},
};

/* Answers every request of a page to /v1/; what is not in the table is an error of the test's, told by `unknown`. `asked` collects what
 * the page sent: { method, path, body, type }. */
export async function play(page, table, { asked = [], unknown = [] } = {}) {
	await page.route(
		(at) => at.pathname.startsWith("/v1/"),
		async (route) => {
			const request = route.request();
			const { pathname } = new URL(request.url());
			const key = `${request.method()} ${pathname}`;

			if (pathname.endsWith("/events"))
				return route.fulfill({ contentType: "text/event-stream", body: table[key] ?? ": nothing yet\n\n" });
			const body = request.postData() ? JSON.parse(request.postData()) : null;

			asked.push({
				method: request.method(),
				path: pathname,
				body,
				type: request.headers()["content-type"] ?? null,
			});
			if (!(key in table)) {
				unknown.push(key);
				return route.fulfill({ status: 404, json: { status: 404 } });
			}
			const answer = table[key];
			const [status, json] = typeof answer === "function" ? answer(body) : [200, answer];

			return status === 204 || json === null
				? route.fulfill({ status, body: "" })
				: route.fulfill({
						status,
						json,
						contentType: status < 400 ? "application/json" : "application/problem+json",
					});
		},
	);
}
