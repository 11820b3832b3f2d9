/* tests/e2e/app_pages.mjs - the app on a phone in a browser, against recorded answers: paired with a key that stays there, each call signed
 * as PROTOCOL.md says, every view in both languages, both palettes and on small screens; and what it says when it cannot.
 *
 * Each view in one language, the next in the other; with EVERY=1 each in both.
 *
 *     WATASHI_URL=https://localhost:8443/ [EVERY=1] [SCREENSHOTS=DIR] [NODE_MODULES=DIR] [CHROMIUM=…] node app_pages.mjs
 *
 * Prints one line a case: `ok TITLE`, `not ok TITLE: what was found`, `skip TITLE: why`; exits 1 when a case failed.
 */
import { createHash, createPublicKey, verify } from "node:crypto";
import { join } from "node:path";
import { check, expect, fits, hasNoSeriousFindings, inBrowser, languages, open, palettes, pictures, url } from "./browser.mjs";

const code = "abcdefghijklmnopqrstuvwxyz";
const id = "b".repeat(32);
const device = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const challenge = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8";
const soon = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
const request = {
	id, relying_party: { entity_id: "https://city.example/saml", name: { ja: "みどり市役所", en: "Midori City Office" } },
	why: { ja: "行政手続", en: "Administrative procedures" }, where: "Chrome (Windows), 203.0.113.9", challenge,
	made: soon(0), until: soon(5), same_browser: false,
};
const self = { number: "7K3M-Q2XH-9D", name: "Pixel", state: "active", usable: true, pin: "drawn", passkey: null, issued: soon(-9), used: null, push: false, push_key: null, muted: null };
const usual = {
	"POST /v1/app/pair": [201, { device, number: self.number, pin: "482913", push_key: null }],
	"GET /v1/app/self": [200, self],
	"GET /v1/app/requests": [200, { requests: [], more: false }],
};
const waiting = { "GET /v1/app/requests": [200, { requests: [request], more: false }] };
const muted = { since: soon(-90), until: soon(29 * 1440) };
const silent = { "GET /v1/app/self": [200, { ...self, muted }] };
const another = { ...request, id: "c".repeat(32), where: "Firefox (Linux), 198.51.100.77", made: soon(-2) };
const bombed = { "GET /v1/app/requests": [200, { requests: [another], more: true }] };
const findable = (...requests) => ({ ...bombed, "POST /v1/app/requests/find": [200, { requests, more: false }] });

/* What the phone said: the key it was paired with checks every call that follows. */
function listener() {
	const heard = { key: null, spki: null, calls: [], nonces: new Set(), nonce: {}, wrong: [] };
	const origin = new URL(url).origin;
	const signed = (text, signature) => verify("SHA256", Buffer.from(text), { key: heard.key, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));

	const textOf = (number) => ["watashi-app-1", "answer", origin, device, id, challenge, request.relying_party.entity_id, number].join("\n");
	const isFor = (passkey, type, text) => {
		const client = JSON.parse(Buffer.from(passkey.response.clientDataJSON, "base64url"));

		return client.type === type && client.origin === origin && client.challenge === createHash("sha256").update(text).digest("base64url");
	};

	heard.takeKey = (body) => {
		heard.spki = body.key;
		heard.key = createPublicKey({ key: Buffer.from(body.key, "base64url"), format: "der", type: "spki" });
		if (!signed(`watashi-app-1\npair\n${origin}\n${body.code}\n${body.key}`, body.signature))
			heard.wrong.push("the pairing's signature");
	};
	heard.takeCall = (method, path, body, header) => {
		const [named, at, nonce, signature] = header?.split(" ")[1]?.split(".") ?? [];
		const digest = createHash("sha256").update(body ?? "").digest("base64url");

		if (named !== device || heard.nonces.has(nonce) || !signed(["watashi-app-1", "call", origin, `${method} ${path}`, device, at, nonce, digest].join("\n"), signature))
			heard.wrong.push(`${method} ${path}`);
		heard.nonces.add(nonce);
		heard.nonce[path.split("/").at(-1)] = nonce;
		heard.at = Number(at);
	};
	/* The passkey's ceremonies, as the server's challenge has it: the digest of what the device signs. */
	heard.takePasskey = (body) => {
		const text = `watashi-app-1\npair\n${origin}\n${body.code}\n${body.key}`;

		heard.passkey = body.passkey && { id: body.passkey.id, key: createPublicKey({ key: Buffer.from(body.passkey.response.publicKey, "base64url"), format: "der", type: "spki" }) };
		return isFor(body.passkey, "webauthn.create", text);
	};
	heard.isUnlocked = (said, number) => {
		const { clientDataJSON, authenticatorData, signature } = said.passkey.response;
		const data = Buffer.from(authenticatorData, "base64url");
		const signed = Buffer.concat([data, createHash("sha256").update(Buffer.from(clientDataJSON, "base64url")).digest()]);

		return said.passkey.id === heard.passkey.id && (data[32] & 0x04) !== 0 && verify("SHA256", signed, heard.passkey.key, Buffer.from(signature, "base64url")) &&
			isFor(said.passkey, "webauthn.get", textOf(number));
	};
	/* Something else than an answer: what it was unlocked for has the nonce of its own call. */
	heard.isUnlockedFor = (said, word, what) => isFor(said.passkey, "webauthn.get", ["watashi-app-1", word, origin, device, heard.nonce[word], what].join("\n"));
	heard.isAnswer = (said, number) => signed(textOf(number), said.signature);
	return heard;
}

function play(page, table, heard) {
	return page.route((at) => at.pathname.startsWith("/v1/app/"), async (route) => {
		const asked = route.request();
		const { pathname } = new URL(asked.url());
		const key = `${asked.method()} ${pathname}`;
		const text = asked.postData();
		const body = text ? JSON.parse(text) : null;

		heard.calls.push({ key, body });
		if (key === "POST /v1/app/pair")
			heard.takeKey(body);
		else if (key !== "POST /v1/app/pair/options")
			heard.takeCall(asked.method(), pathname, text, asked.headers().authorization);
		if (pathname === "/v1/app/events")
			return route.fulfill({ contentType: "text/event-stream", body: ": nothing yet\n\n" });
		const answer = table[key] ?? [404, { status: 404, code: "not-found" }];
		const [status, json] = typeof answer === "function" ? answer(body, heard) : answer;

		return status === 204 ? route.fulfill({ status }) : status === 0 ? route.abort() : route.fulfill({ status, json });
	});
}

const settled = (page) => page.locator('[data-slot="view"][aria-busy="false"]').waitFor();
const press = (name) => (page) => page.locator("main").getByRole("button", { name }).first().click();
const pair = async (page) => {
	await page.getByRole("button", { name: /^(登録する|Pair this phone)/ }).click();
	await page.getByRole("button", { name: /^(覚えました|I will remember)/ }).click();
};
const then = (...acts) => async (page) => {
	for (const act of acts)
		await act(page);
};
const fill = (name, text) => (page) => page.locator(`input[name="${name}"]:visible`).fill(text);
const openFirst = then(press(/^(確かめて答える|Look and answer)/), (page) => page.locator("main .asker").waitFor());
const answer = then(openFirst, fill("code", "482913"), fill("pin", "135790"), press(/^(ログインを認める|Yes, log in)/));
const refusal = (json) => ({ ...waiting, [`POST /v1/app/requests/${id}/answer`]: [json.status ?? 403, { status: 403, code: "denied", ...json }] });

/* A phone with a screen lock, as the browser's own tools make one; the server tells what it has of it. */
async function lockable(page) {
	const cdp = await page.context().newCDPSession(page);

	await cdp.send("WebAuthn.enable");
	const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options: { protocol: "ctap2", transport: "internal",
		hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });

	page.unlocking = (isUserVerified) => cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified });
}
const lockOptions = (body) => [200, {
	challenge: createHash("sha256").update(`watashi-app-1\npair\n${new URL(url).origin}\n${body.code}\n${body.key}`).digest("base64url"),
	rp: { id: new URL(url).hostname, name: "Watashi" }, user: { id: device, name: "7K3M-Q2XH-9D (app)", displayName: "7K3M-Q2XH-9D (app)" },
	pubKeyCredParams: [{ type: "public-key", alg: -7 }], timeout: 600_000, excludeCredentials: [], attestation: "none", extensions: { credProps: true },
	authenticatorSelection: { authenticatorAttachment: "platform", residentKey: "discouraged", requireResidentKey: false, userVerification: "required" },
}];
const locked = {
	"POST /v1/app/pair/options": lockOptions,
	"POST /v1/app/pair": ({ pin }) => [201, { device, number: self.number, pin: pin && "482913", push_key: null }],
	"GET /v1/app/self": (_, heard) => {
		const { passkey } = said(heard, "POST /v1/app/pair");

		return [200, passkey ? { ...self, pin: null, passkey: { rp_id: new URL(url).hostname, id: passkey.id } } : self];
	},
};
const pairLocked = (page) => page.getByRole("button", { name: /^(登録する|Pair this phone)/ }).click();
const unlockIt = /^(画面ロックを解除して認める|Unlock, and log in)/;
const openUnmute = press(/^(また届くようにする|Let them reach me again)/);
const endMute = press(/^(届くようにする|画面ロックを解除して、届く|Let them reach me$|Unlock, and let them)/);
const openFind = press(/^(番号で探す|Find it by its digits)/);
const findIt = press(/^(探す|画面ロックを解除して探す|Find it$|Unlock, and find it)/);
const lock = (told, act) => ({ path: `app/#pair=${code}`, prepare: lockable, told: { ...locked, ...told }, act });

/* Each view there is. */
const views = {
	unpaired: { path: "app/" },
	typed: { path: "app/", act: then((page) => page.locator("summary").click(), fill("code", "abc"), press(/^(続ける|Continue)/)) },
	pairing: { path: `app/#pair=${code}` },
	own: { path: `app/#pair=${code}`, act: then((page) => page.locator('input[value="own"]').check(), fill("pin", "12345678"), press(/^(登録する|Pair this phone)/)) },
	"code-over": { path: `app/#pair=${code}`, told: { "POST /v1/app/pair": [404, { status: 404 }] }, act: press(/^(登録する|Pair this phone)/) },
	pin: { path: `app/#pair=${code}`, act: press(/^(登録する|Pair this phone)/) },
	home: { path: `app/#pair=${code}`, act: pair },
	waiting: { path: `app/#pair=${code}`, told: waiting, act: pair },
	request: { path: `app/#pair=${code}`, told: waiting, act: then(pair, openFirst) },
	"same-phone": { path: `app/#pair=${code}`, told: { "GET /v1/app/requests": [200, { requests: [{ ...request, same_browser: true }], more: false }] }, act: then(pair, openFirst) },
	"wrong-number": { path: `app/#pair=${code}`, told: refusal({ step: "number", left: 2 }), act: then(pair, answer) },
	"wrong-pin": { path: `app/#pair=${code}`, told: refusal({ step: "pin", left: 3 }), act: then(pair, answer) },
	"too-many": { path: `app/#pair=${code}`, told: refusal({ status: 429, until: soon(3) }), act: then(pair, answer) },
	answered: { path: `app/#pair=${code}`, told: { ...waiting, [`POST /v1/app/requests/${id}/answer`]: [200, { answered: true }] }, act: then(pair, answer) },
	stranger: { path: `app/#pair=${code}`, told: { ...waiting, [`POST /v1/app/requests/${id}/refuse`]: [200, { answered: true }] }, act: then(pair, openFirst, press(/^(これは私では|This was not me)/)) },
	over: { path: `app/#pair=${code}`, told: { ...waiting, [`POST /v1/app/requests/${id}/answer`]: [404, { status: 404 }] }, act: then(pair, answer) },
	locked: { path: `app/#pair=${code}`, told: { "GET /v1/app/self": [200, { ...self, state: "locked", usable: false }] }, act: pair },
	suspended: { path: `app/#pair=${code}`, told: { "GET /v1/app/self": [200, { ...self, state: "suspended", usable: false }] }, act: pair },
	revoked: { path: `app/#pair=${code}`, told: { "GET /v1/app/self": [401, { status: 401, code: "unpaired" }] }, act: pair },
	clock: { path: `app/#pair=${code}`, told: { "GET /v1/app/self": [401, { status: 401, code: "clock", now: Date.now() }] }, act: pair },
	"lock-pairing": lock({}, () => {}),
	"lock-refused": lock({ "POST /v1/app/pair/options": [403, { status: 403, code: "denied", step: "passkey", reason: "level" }] }, pairLocked),
	"lock-cancelled": lock({}, async (page) => {
		await page.unlocking(false);
		await pairLocked(page);
	}),
	"lock-home": lock({}, pairLocked),
	"lock-request": lock(waiting, (page) => then(pairLocked, openFirst)(page)),
	"lock-answered": lock({ ...waiting, [`POST /v1/app/requests/${id}/answer`]: [200, { answered: true }] }, (page) => then(pairLocked, openFirst, fill("code", "482913"), press(unlockIt))(page)),
	"lock-not-unlocked": lock(waiting, (page) => then(pairLocked, openFirst, fill("code", "482913"), () => page.unlocking(false), press(unlockIt))(page)),
	"lock-copied": lock(refusal({ step: "passkey", reason: "counter" }), (page) => then(pairLocked, openFirst, fill("code", "482913"), press(unlockIt))(page)),
	"lock-same-phone": lock({ "GET /v1/app/requests": [200, { requests: [{ ...request, same_browser: true }], more: false }] }, (page) => then(pairLocked, openFirst)(page)),
	muted: { path: `app/#pair=${code}`, told: silent, act: pair },
	unmute: { path: `app/#pair=${code}`, told: silent, act: then(pair, openUnmute) },
	"unmute-wrong": { path: `app/#pair=${code}`, told: { ...silent, "POST /v1/app/unmute": [403, { status: 403, code: "denied", step: "pin", left: 3 }] },
		act: then(pair, openUnmute, fill("pin", "135790"), endMute) },
	unmuted: { path: `app/#pair=${code}`, told: { ...silent, "POST /v1/app/unmute": [200, { answered: true }] }, act: then(pair, openUnmute, fill("pin", "135790"), endMute) },
	bombed: { path: `app/#pair=${code}`, told: bombed, act: pair },
	find: { path: `app/#pair=${code}`, told: bombed, act: then(pair, openFind) },
	"find-wrong": { path: `app/#pair=${code}`, told: { ...bombed, "POST /v1/app/requests/find": [403, { status: 403, code: "denied", step: "number" }] },
		act: then(pair, openFind, fill("code", "482913"), fill("pin", "135790"), findIt) },
	"find-over": { path: `app/#pair=${code}`, told: findable(), act: then(pair, openFind, fill("code", "482913"), fill("pin", "135790"), findIt) },
	found: { path: `app/#pair=${code}`, told: findable(request), act: then(pair, openFind, fill("code", "482913"), fill("pin", "135790"), findIt) },
	"found-two": { path: `app/#pair=${code}`, told: findable(request, another), act: then(pair, openFind, fill("code", "482913"), fill("pin", "135790"), findIt) },
	"lock-unmute": lock({ "POST /v1/app/unmute": [200, { answered: true }], "GET /v1/app/self": (body, heard) => {
		const [status, told] = locked["GET /v1/app/self"](body, heard);

		return [status, { ...told, muted }];
	} }, (page) => then(pairLocked, openUnmute)(page)),
	"lock-find": lock(findable(request), (page) => then(pairLocked, openFind)(page)),
	lost: { path: `app/#pair=${code}`, told: { "GET /v1/app/self": [0], "GET /v1/app/requests": [0] }, act: pair },
};
const ends = { muted: ".told", unmute: "dl", "unmute-wrong": ".told-bad", unmuted: "h1", bombed: ".told", "find-wrong": ".told-bad", "find-over": ".told", found: ".asker",
	"found-two": ".app-requests", "lock-unmute": "dl", "lock-find": "form", pin: "role=img", home: "dl", waiting: ".app-requests", request: ".asker", answered: "h1", "wrong-number": ".told", "wrong-pin": ".told", "too-many": ".told",
	"code-over": ".told", "lock-refused": ".told", "lock-cancelled": ".told", "lock-home": "dl", "lock-request": ".asker", "lock-answered": "h1",
	"lock-not-unlocked": ".told", "lock-copied": ".told", "lock-same-phone": ".asker", own: ".error:visible", typed: ".error:visible", revoked: ".told", lost: ".told" };

function visit({ path, told = {}, prepare = () => {}, act = () => {} }, options, use) {
	const heard = listener();
	const ready = async (page) => {
		await play(page, { ...usual, ...told }, heard);
		await prepare(page);
	};

	return open({ path, serviceWorkers: "block", ...options, prepare: ready }, async (page, complaints) => {
		await settled(page);
		await act(page);
		await use(page, { heard, complaints });
		expect(heard.wrong.length === 0, `not signed as it should be: ${heard.wrong.join(", ")}`);
	});
}

async function look(name, language, palette) {
	await check(`${name} in ${language}, ${palette}: nothing overflows on a phone or at 200 %, and axe finds nothing serious`, () =>
		visit(views[name], { language, palette, width: 375 }, async (page, { complaints }) => {
			if (ends[name])
				await page.locator("main").locator(ends[name]).first().waitFor();
			for (const width of [320, 375, 768]) {
				await page.setViewportSize({ width, height: 812 });
				await fits(page);
				if (pictures && width !== 320)
					await page.screenshot({ path: join(pictures, `app-${name}-${language}-${palette}-${width}.png`), fullPage: true });
			}
			await hasNoSeriousFindings(page);
			const text = await page.locator("main").innerText();

			if (language === "en")
				expect(!/[\u3040-\u30ff]/.test(text.replaceAll("デジタルwatashi認証アプリ", "")), `Japanese on the English page: ${text}`);
			const own = complaints.filter((one) => !/the server responded with a status of|net::ERR_FAILED/.test(one));

			expect(own.length === 0, own.join("; "));
		}));
}

const english = { language: "en", width: 375 };
const said = (heard, key) => heard.calls.find((one) => one.key === key)?.body;
/* The same once it was. */
async function sent(heard, key) {
	const until = Date.now() + 30_000;

	while (!said(heard, key)) {
		expect(Date.now() < until, `${key} was not sent`);
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	return said(heard, key);
}
/* No other heading that has its words. */
const headed = (page, name) => page.getByRole("heading", { name, exact: true }).waitFor();

async function done() {
	await check("a phone is paired with a key that signs for it, and shows its PIN once", () => visit(views.pin, english, async (page, { heard }) => {
		const body = await sent(heard, "POST /v1/app/pair");

		expect(body.code === code && body.pin === "drawn" && Buffer.from(body.key, "base64url").length === 91, JSON.stringify(body));
		expect(await page.getByRole("img").getAttribute("aria-label") === "4 8 2 9 1 3", "the PIN is not there to be heard");
		expect(!new URL(page.url()).hash, "the code stands in the address still");
		await press("I will remember it")(page);
		await page.getByText("Waiting for requests").waitFor();
		await page.reload();
		await page.getByText("Waiting for requests").waitFor();
		expect(!(await page.content()).includes("482913"), "the PIN is shown again");
	}));
	await check("the key cannot be taken out of the browser", () => visit(views.home, english, async (page) => {
		const refused = await page.evaluate(async () => {
			const base = await new Promise((resolve) => {
				const asked = indexedDB.open("watashi-app", 1);

				asked.onsuccess = () => resolve(asked.result);
			});
			const phone = await new Promise((resolve) => {
				const asked = base.transaction("phone").objectStore("phone").get("paired");

				asked.onsuccess = () => resolve(asked.result);
			});

			return [phone.key.extractable, await crypto.subtle.exportKey("pkcs8", phone.key).catch(({ name }) => name)];
		});

		expect(refused[0] === false && refused[1] === "InvalidAccessError", JSON.stringify(refused));
	}));
	await check("an answer carries number and PIN, and is signed over who asks", () => visit(views.answered, english, async (page, { heard }) => {
		await headed(page, "You are logged in");
		const body = await sent(heard, `POST /v1/app/requests/${id}/answer`);

		expect(body.code === "482913" && body.pin === "135790", JSON.stringify(body));
		expect(heard.isAnswer(body, "482913"), "the signature is over something else");
	}));
	await check("on the login's own phone no number is asked for", () => {
		const told = { ...views["same-phone"].told, [`POST /v1/app/requests/${id}/answer`]: [200, { answered: true }] };

		return visit({ ...views["same-phone"], told }, english, async (page, { heard }) => {
			expect(await page.locator('input[name="code"]').count() === 0, "a number is asked for");
			await fill("pin", "135790")(page);
			await press("Yes, log in")(page);
			await headed(page, "You are logged in");
			const body = await sent(heard, `POST /v1/app/requests/${id}/answer`);

			expect(body.code === null && heard.isAnswer(body, "-"), JSON.stringify(body));
		});
	});
	await check("a phone with a screen lock is paired by it: a passkey made for the code and the key, and no PIN", () => visit(views["lock-home"], english, async (page, { heard }) => {
		await page.getByText("Waiting for requests").waitFor();
		const body = await sent(heard, "POST /v1/app/pair");

		expect(body.pin === null && heard.takePasskey(body), JSON.stringify(body));
		expect(heard.calls.findIndex(({ key }) => key === "POST /v1/app/pair/options") < heard.calls.findIndex(({ key }) => key === "POST /v1/app/pair"), "it was made before the code was looked at");
		expect((await page.locator("main dl").innerText()).includes("screen lock"), "what unlocks it is not said");
		await page.reload();
		await page.getByText("Waiting for requests").waitFor();
	}));
	await check("it answers by being unlocked for this request, these digits and who asks; a PIN is not asked for", () => visit(views["lock-request"], english, async (page, { heard }) => {
		heard.takePasskey(await sent(heard, "POST /v1/app/pair"));
		expect(await page.locator('input[name="pin"]').count() === 0, "a PIN is asked for");
		await press(unlockIt)(page);
		await page.getByText("Please enter the number.").waitFor();
		await fill("code", "482913")(page);
		await press(unlockIt)(page);
		await headed(page, "This request is over");
		const body = await sent(heard, `POST /v1/app/requests/${id}/answer`);

		expect(body.pin === null && heard.isUnlocked(body, "482913") && heard.isAnswer(body, "482913"), JSON.stringify(body));
	}));
	await check("on the login's own phone unlocking is all that is asked for", () => visit(views["lock-same-phone"], english, async (page, { heard }) => {
		heard.takePasskey(await sent(heard, "POST /v1/app/pair"));
		expect(await page.locator("main form input").count() === 0, "something else is asked for");
		await page.keyboard.press("Tab");
		await page.getByRole("button", { name: unlockIt }).focus();
		await page.keyboard.press("Enter");
		await headed(page, "This request is over");
		const body = await sent(heard, `POST /v1/app/requests/${id}/answer`);

		expect(body.code === null && heard.isUnlocked(body, "-") && heard.isAnswer(body, "-"), JSON.stringify(body));
	}));
	await check("a phone that is not unlocked sends nothing, says so, and can try again", () => visit(views["lock-not-unlocked"], english, async (page, { heard }) => {
		await page.getByText("The phone was not unlocked").waitFor();
		expect(!said(heard, `POST /v1/app/requests/${id}/answer`), "it was sent");
		expect(await page.locator('input[name="code"]').inputValue() === "482913", "the number has to be typed again");
		await page.unlocking(true);
		await press(unlockIt)(page);
		await headed(page, "This request is over");
	}));
	await check("one that was not unlocked is not paired, and the PIN is there to choose", () => visit(views["lock-cancelled"], english, async (page, { heard }) => {
		await page.getByText("The phone was not unlocked").waitFor();
		expect(!said(heard, "POST /v1/app/pair"), "it was paired");
		await page.locator('input[value="drawn"]').check();
		await pairLocked(page);
		await page.getByRole("button", { name: /I will remember/ }).waitFor();
		const body = await sent(heard, "POST /v1/app/pair");

		expect(body.pin === "drawn" && body.passkey === null, "not by a PIN");
	}));
	await check("where there is no screen lock, none is offered", () => visit(views.pairing, english, async (page) => {
		expect(await page.locator('input[name="kind"]').count() === 2 && await page.locator('input[value="drawn"]').isChecked(), "another choice");
	}));
	await check("a number that comes with an address is not taken: anybody sends addresses", () => visit({ ...views.waiting, act: then(pair, (page) => page.evaluate((at) => {
		location.hash = at;
	}, `code=482913&request=${id}`)) }, english, async (page) => {
		await page.locator('input[name="code"]').waitFor();
		expect(await page.locator('input[name="code"]').inputValue() === "" && await page.locator('input[name="pin"]').inputValue() === "", "a sender's number is filled in");
	}));
	await check("without number and PIN nothing is sent, and the first that is missing has the focus", () => visit(views.request, english, async (page, { heard }) => {
		await press("Yes, log in")(page);
		await page.getByText("Please enter the number.").waitFor();
		expect(await page.evaluate(() => document.activeElement.name) === "code", "the focus is elsewhere");
		expect(!said(heard, `POST /v1/app/requests/${id}/answer`), "it was sent");
	}));
	await check("there is no way to say yes without number or PIN", () => visit(views.request, english, async (page) => {
		expect((await page.locator("main button").allInnerTexts()).join("|") === "Yes, log in|This was not me|Not now", "other buttons");
		expect(await page.locator("main form input").count() === 2, "the form asks for something else");
	}));
	await check("a stranger's request is ended in one press, and what follows is said", () => visit(views.stranger, english, async (page, { heard }) => {
		await headed(page, "It was stopped");
		expect((await sent(heard, `POST /v1/app/requests/${id}/refuse`)).not_me === true, "it was said otherwise");
	}));
	await check("a wrong PIN says how many tries are left, and is not kept in the page", () => visit(views["wrong-pin"], english, async (page) => {
		await page.getByText("after 3 more wrong tries").waitFor();
		expect(await page.locator('input[name="pin"]').inputValue() === "", "the PIN stands there still");
	}));
	await check("a clock that is off is put right by the server's", () => {
		let first = true;
		const now = Date.now() + 3_600_000;
		const told = { "GET /v1/app/self": () => {
			const answered = first ? [401, { status: 401, code: "clock", now }] : [200, self];

			first = false;
			return answered;
		} };

		return visit({ ...views.home, told }, english, async (page, { heard }) => {
			await page.getByText("Waiting for requests").waitFor();
			expect(Math.abs(heard.at - now) < 60_000, "the next call tells another time");
		});
	});
	await check("a mute is shown, since when and until when, and ended by the PIN", () => visit(views.unmuted, english, async (page, { heard }) => {
		await headed(page, "Requests reach you again");
		const body = await sent(heard, "POST /v1/app/unmute");

		expect(body.since === muted.since && body.pin === "135790" && body.passkey === null, JSON.stringify(body));
	}));
	await check("where nothing is muted, nothing is said of it", () => visit(views.home, english, async (page) => {
		await page.getByText("Waiting for requests").waitFor();
		expect(await page.getByRole("button", { name: "Let them reach me again" }).count() === 0, "it is offered");
		expect(await page.getByRole("button", { name: "Find it by its digits" }).count() === 0, "digits are asked for");
	}));
	await check("with a screen lock it is ended by unlocking for this very call", () => visit(views["lock-unmute"], english, async (page, { heard }) => {
		heard.takePasskey(await sent(heard, "POST /v1/app/pair"));
		await endMute(page);
		await headed(page, "Requests reach you again");
		const body = await sent(heard, "POST /v1/app/unmute");

		expect(body.pin === null && heard.isUnlockedFor(body, "unmute", muted.since), JSON.stringify(body));
	}));
	await check("what digits found is looked at and answered with them", () => {
		const told = { ...views.found.told, [`POST /v1/app/requests/${id}/answer`]: [200, { answered: true }] };

		return visit({ ...views.found, told }, english, async (page, { heard }) => {
			await page.getByText("203.0.113.9").waitFor();
			expect(!said(heard, `POST /v1/app/requests/${id}/answer`), "it was answered unseen");
			await press("Yes, log in")(page);
			await headed(page, "You are logged in");
			const body = await sent(heard, `POST /v1/app/requests/${id}/answer`);

			expect(body.code === "482913" && body.pin === "135790" && heard.isAnswer(body, "482913"), JSON.stringify(body));
		});
	});
	await check("with a screen lock digits are looked for by unlocking for this very call", () => visit(views["lock-find"], english, async (page, { heard }) => {
		heard.takePasskey(await sent(heard, "POST /v1/app/pair"));
		await fill("code", "482913")(page);
		await findIt(page);
		await page.getByText("203.0.113.9").waitFor();
		const body = await sent(heard, "POST /v1/app/requests/find");

		expect(body.pin === null && heard.isUnlockedFor(body, "find", "482913"), JSON.stringify(body));
	}));
	await check("a phone that was revoked forgets its key and says so", () => visit(views.revoked, english, async (page) => {
		await page.getByText("not paired any more").waitFor();
		await page.reload();
		await headed(page, "Pair this phone");
		expect(await page.getByText("not paired any more").count() === 0, "it is known still");
	}));
	await check("by keyboard alone a login is answered", () => visit(views.waiting, english, async (page) => {
		await page.locator(".app-requests button").focus();
		await page.keyboard.press("Enter");
		await page.locator('input[name="code"]').waitFor();
		await page.keyboard.type("482913");
		await page.keyboard.press("Tab");
		await page.keyboard.type("135790");
		await page.keyboard.press("Enter");
		await headed(page, "This request is over");
	}));
	for (const [title, ...push] of pushes)
		await check(title, () => pushedTo(...push));
	await check("the app can be installed, and its worker keeps the shell for when there is no line", () => open({ path: "app/", ...english }, async (page, complaints) => {
		await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
		await page.waitForFunction(() => navigator.serviceWorker.controller);
		const manifest = await page.evaluate(() => fetch(document.querySelector('link[rel="manifest"]').href).then((answered) => answered.json()));

		expect(manifest.start_url === "/app/" && manifest.display === "standalone", JSON.stringify(manifest));
		await page.context().setOffline(true);
		await page.reload();
		await headed(page, "Pair this phone");
		await page.context().setOffline(false);
		expect(await page.evaluate(async () => (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map((one) => one.url)))).flat()
			.every((one) => !one.includes("/v1/"))), "answers are kept");
		expect(complaints.filter((one) => !/ERR_INTERNET_DISCONNECTED|Failed to fetch|404/.test(one)).length === 0, complaints.join("; "));
	}));
}

/* What is pushed; whose language; what the phone then shows, and what one more of its kind takes the place of. */
const pushes = [
	["a login that waits is shown", { kind: "app-request", request: id }, "ja", "ログインの依頼が届いています", id],
	["a new authenticator is shown, in Japanese", { kind: "credential-added" }, "ja", "認証器が追加されました", "watashi-credential-added"],
	["and in English", { kind: "credential-added" }, "en", "An authenticator was added", "watashi-credential-added"],
	["so is one that was revoked", { kind: "credential-revoked" }, "en", "An authenticator was revoked", "watashi-credential-revoked"],
	["one that was re-issued", { kind: "credential-replaced" }, "en", "An authenticator was re-issued", "watashi-credential-replaced"],
	["a proofing", { kind: "proofed" }, "ja", "本人確認が完了しました", "watashi-proofed"],
	["and what a newer server has to tell", { kind: "constructor" }, "en", "News of your account", "watashi-constructor"],
];

/* Ready is a worker that is about to be active, too; one that is not yet may miss what is pushed. */
const activated = (page) => page.evaluate(async () => {
	const { active } = await navigator.serviceWorker.ready;

	while (active.state !== "activated")
		await new Promise((changed) => active.addEventListener("statechange", changed, { once: true }));
});

const shownBy = (page) => page.evaluate(async () => {
	const registration = await navigator.serviceWorker.ready;

	for (let tries = 0; tries < 40; tries++) {
		const all = await registration.getNotifications();

		if (all.length > 0)
			return all.map(({ title, body, tag }) => ({ title, body, tag }));
		await new Promise((soon) => setTimeout(soon, 50));
	}
	return [];
});

/* By the browser's own hand, as its push service would: again as long as nothing is shown, and what has the same tag takes the place of the one before. */
async function pushedTo(pushed, language, told, tag) {
	await open({ path: "app/", language, width: 375, permissions: ["notifications"] }, async (page) => {
		await activated(page);
		const context = page.context();
		const worker = context.serviceWorkers()[0] ?? await context.waitForEvent("serviceworker");

		/* A context's language is its pages' alone. */
		await worker.evaluate((language) => Object.defineProperty(navigator, "language", { value: language }), language);
		const tools = await context.newCDPSession(page);
		const registered = new Promise((found) => tools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) =>
			registrations.length > 0 && found(registrations[0].registrationId)));

		await tools.send("ServiceWorker.enable");
		const push = { origin: new URL(url).origin, registrationId: await registered, data: JSON.stringify(pushed) };
		let shown = [];

		for (let tries = 0; tries < 15 && shown.length === 0; tries++) {
			await tools.send("ServiceWorker.deliverPushMessage", push);
			shown = await shownBy(page);
		}
		expect(shown.length === 1 && shown[0].title === told && shown[0].tag === tag && shown[0].body.length > 0, JSON.stringify(shown));
	});
}

await inBrowser("the app in a browser", async () => {
	await done();
	const names = Object.keys(views).filter((one) => !process.env.ONLY || process.env.ONLY.split(",").includes(one));

	for (const [at, name] of names.entries()) {
		for (const language of process.env.EVERY ? languages : [languages[at % 2]]) {
			/* The palettes are one for all languages. */
			for (const palette of process.env.EVERY && language === "ja" ? palettes : [palettes[(at >> 1) % 2]])
				await look(name, language, palette);
		}
	}
});
