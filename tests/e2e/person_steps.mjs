/* tests/e2e/person_steps.mjs - the pages of persons used: what each sends, and says, when it is told this or that; passkeys; by keyboard
 * alone. Against recorded answers.
 *
 *     WATASHI_URL=https://localhost:8443/ [NODE_MODULES=DIR] [CHROMIUM=…] node person_steps.mjs
 *
 * Prints one line a case: `ok TITLE`, `not ok TITLE: what was found`, `skip TITLE: why`; exits 1 when a case failed.
 */
import { check, expect, inBrowser, request, url } from "./browser.mjs";
import { account, authenticators, claimed, finished, login, loginId, nothing, preview, shortLogin } from "./person_answers.mjs";
import { enrolPath, loginPath, nobody, press, settled, told, unfold, views, visit } from "./person_views.mjs";

const body = (asked, path, method = "POST") => asked.find((one) => one.method === method && one.path === path)?.body;
const english = { language: "en" };
const heading = (page) => page.locator("h1").innerText();
const active = (page) =>
	page.evaluate(
		() =>
			document.activeElement.closest("input, a, button, summary, h1, h2, h3, h4")?.textContent.trim() ??
			document.activeElement.tagName,
	);

async function logins() {
	await check("a claim is sent as it was typed, and what needs it is offered then", () => {
		let known = false;
		const more = {
			[`GET ${loginPath}`]: () => [200, known ? claimed : login],
			[`POST ${loginPath}/claim`]: () => [((known = true), 204), null],
		};

		return visit({ path: `login/#${loginId}`, told: more }, english, async (page, { asked }) => {
			expect(
				(await page
					.locator(".ways .way-link")
					.allInnerTexts()
					.then((all) => all.join())) === "My Number card",
				"more is offered before anybody is claimed",
			);
			await page.locator('input[name="who"]').fill(" 7k3m-q2xh-9d ");
			await page.locator('input[name="remember"]').check();
			await page.keyboard.press("Enter");
			await page.getByRole("button", { name: "Show the digits" }).waitFor();
			expect(
				JSON.stringify(body(asked, `${loginPath}/claim`)) === '{"who":"7k3m-q2xh-9d","remember":true}',
				JSON.stringify(asked),
			);
		});
	});
	await check("whom a service hints at stands there to be taken", () => {
		const hinted = { ...login, hint: "hanako@person.example" };
		const more = { [`GET ${loginPath}`]: () => [200, hinted], [`POST ${loginPath}/claim`]: () => [204, null] };

		return visit({ path: `login/#${loginId}`, told: more }, english, async (page, { asked }) => {
			const who = page.locator('input[name="who"]');

			expect((await who.inputValue()) === "hanako@person.example", await who.inputValue());
			await who.press("Enter");
			await page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => name.endsWith("/claim")));
			expect(
				JSON.stringify(body(asked, `${loginPath}/claim`)) === '{"who":"hanako@person.example","remember":false}',
				JSON.stringify(asked),
			);
		});
	});
	for (const [title, name, row] of [
		["a card that was shown is named once", "マイナンバーカード", "My Number card"],
		["and by its own name, where it has one", "母のカード", "My Number card 母のカード"],
	])
		await check(title, () => {
			const shown = [{ ...shortLogin.shown[0], way: "card", name }];

			return visit({ path: `login/#${loginId}`, told: { [`GET ${loginPath}`]: { ...shortLogin, shown } } }, english, async (page) => {
				const said = await page.locator('section[aria-labelledby="shown"] .row > div').allInnerTexts();

				expect(said.join().replace(/\s+/g, " ") === row, said.join());
			});
		});
	await check("an empty claim is asked for, and nothing is sent", () =>
		visit({ path: `login/#${loginId}` }, english, async (page, { asked }) => {
			await page.getByRole("button", { name: "Continue" }).click();
			await page.getByText("Please enter your number or mail address.").waitFor();
			expect((await page.evaluate(() => document.activeElement.name)) === "who", "the focus is elsewhere");
			expect(!body(asked, `${loginPath}/claim`), "it was sent");
		}),
	);
	await check("who goes back after a good login is told that it is done, and anybody else that it cannot go on", () => {
		let gone = false;
		const more = {
			[`GET ${loginPath}`]: () => (gone ? [404, { status: 404 }] : [200, finished]),
			[`GET /v1/login/${"9".repeat(32)}`]: () => [404, { status: 404 }],
		};

		return visit({ path: `login/#${loginId}`, told: more }, english, async (page) => {
			await page.waitForURL(/\/account\//);
			gone = true;
			await page.goto(new URL(`login/#${loginId}`, url).href);
			await page.getByRole("heading", { name: "This login is done" }).waitFor();
			await page.goto(new URL("account/", url).href);
			await page.goto(new URL(`login/#${"9".repeat(32)}`, url).href);
			await page.getByRole("heading", { name: "This login" }).waitFor();
			expect((await heading(page)) !== "This login is done", "another login is said to be done");
		});
	});
	await check("a phone that cannot scan is given the code to type", () =>
		visit({ path: "account/#authenticators" }, english, async (page) => {
			await page.getByText("Pair a phone", { exact: true }).click();
			await page.getByRole("button", { name: "Show the picture to scan" }).click();
			await page.getByText("If it cannot be scanned: type the code").click();
			await page.getByText("xxxx xxxx xxxx xxxx xxxx xxxx xx", { exact: true }).waitFor();
		}),
	);
	await check("the six digits are seen and heard, and a finished login leads on", () => {
		let done = false;
		const more = {
			[`GET ${loginPath}`]: () => [200, done ? finished : claimed],
			[`GET ${loginPath}/events`]: told,
		};

		return visit({ path: `login/#${loginId}/app`, told: more }, english, async (page, { asked }) => {
			expect(
				(await page
					.locator(".digit")
					.allInnerTexts()
					.then((all) => all.join(""))) === "482913",
				"the digits are others",
			);
			expect(
				(await page.locator('.digits .heard [lang="en"]').innerText()) === "4, 8, 2, 9, 1, 3",
				"they are not heard one by one",
			);
			expect(
				(await page.getByRole("link", { name: "Answer with the app on this device" }).getAttribute("href")) ===
					`/app/#request=${"b".repeat(32)}`,
				"another request",
			);
			done = true;
			await page.waitForURL("**/account/");
			expect(body(asked, `${loginPath}/finish`), "it was not finished");
		});
	});
	await check("a card that has answered is taken once, by the page that asked", () => {
		let state = "waiting";
		const more = {
			[`GET ${loginPath}`]: () => [200, { ...login, card: { state } }],
			[`GET ${loginPath}/events`]: told,
			[`POST ${loginPath}/card/finish`]: () => [200, finished],
		};

		return visit({ path: `login/#${loginId}/card`, told: more }, english, async (page, { asked }) => {
			await page.getByText("watashi-card answer", { exact: false }).first().waitFor({ state: "attached" });
			expect(!body(asked, `${loginPath}/card/finish`), "it was taken before it was there");
			state = "answered";
			await page.waitForURL("**/account/");
			expect(asked.filter(({ path }) => path.endsWith("/card/finish")).length === 1, "it was taken twice");
		});
	});
	await check("a wrong code says what happened, what is as it was and what to do, and keeps what was typed", () =>
		visit(views["login-code-wrong"], english, async (page) => {
			const said = await page.getByRole("alert").innerText();

			for (const part of [
				"not right, or was used already",
				"You are not logged in yet",
				"Wait for the next code",
				"after 3 more",
				loginId,
			])
				expect(said.includes(part), `"${part}" is not said: ${said}`);
			expect(
				(await page.locator('input[name="code"]').first().inputValue()) === "123456",
				"what was typed is gone",
			);
		}),
	);
	await check("what is not enough tells what is reached, what is needed and what would bring it", () =>
		visit(views["login-short"], english, async (page) => {
			const said = await page.locator(".told-notice").innerText();

			for (const part of [
				"Level 2 (medium)",
				"Level 3 (high)",
				"Passkey or The app on your phone or My Number card",
			])
				expect(said.includes(part), `"${part}" is not said: ${said}`);
		}),
	);
	await check("going back leads from a way to the choice, and the heading has the focus", () =>
		visit({ path: `login/#${loginId}`, told: { [`GET ${loginPath}`]: claimed } }, english, async (page) => {
			await page.getByRole("link", { name: "One-time code" }).click();
			await page.getByRole("heading", { level: 1, name: "One-time code" }).waitFor();
			expect((await active(page)) === "ワンタイムコードOne-time code", `the focus is on ${await active(page)}`);
			await page.goBack();
			await page.getByRole("button", { name: "Show the digits" }).waitFor();
		}),
	);
	await check("an answer leads to no other kind of address", () =>
		visit(
			{
				path: `login/#${loginId}`,
				told: { [`POST ${loginPath}/cancel`]: { location: "javascript:document.title='taken'" } },
			},
			english,
			async (page) => {
				await press("Do not log in")(page);
				await page.waitForTimeout(200);
				expect(!(await page.title()).includes("taken"), "it was run");
			},
		),
	);
}

/* A device that has a screen lock, and unlocks at once. */
async function device(page) {
	const tools = await page.context().newCDPSession(page);

	await tools.send("WebAuthn.enable");
	await tools.send("WebAuthn.addVirtualAuthenticator", {
		options: {
			protocol: "ctap2",
			transport: "internal",
			hasResidentKey: true,
			hasUserVerification: true,
			isUserVerified: true,
			automaticPresenceSimulation: true,
		},
	});
}

/* With the browser's own functions for JSON, and with ours where it has none. */
async function passkeys() {
	for (const own of [false, true]) {
		await check(`a passkey is made and used, ${own ? "by our conversion" : "by the browser’s"}`, () => {
			let shown = false;
			const more = {
				[`GET ${loginPath}`]: () => [200, shown ? finished : login],
				[`POST ${loginPath}/passkey`]: () => [((shown = true), 200), finished],
			};

			return visit({ path: "account/#authenticators", told: more }, english, async (page, { asked }) => {
				await device(page);
				if (own) {
					await page.addInitScript(() => {
						delete PublicKeyCredential.parseCreationOptionsFromJSON;
						delete PublicKeyCredential.parseRequestOptionsFromJSON;
						delete PublicKeyCredential.prototype.toJSON;
					});
					await page.reload();
					await settled(page);
				}
				await unfold("add-passkey")(page);
				await press("Make a passkey")(page);
				await page.getByText("The passkey was added").first().waitFor();
				const made = body(asked, "/v1/account/authenticators/passkey");

				expect(
					made.name.length > 0 &&
						made.credential.id === made.credential.rawId &&
						made.credential.type === "public-key",
					JSON.stringify(made),
				);
				expect(
					/^[\w-]+$/.test(made.credential.response.attestationObject) &&
						Array.isArray(made.credential.response.transports),
					JSON.stringify(made.credential.response),
				);
				const client = JSON.parse(Buffer.from(made.credential.response.clientDataJSON, "base64url"));

				expect(
					client.type === "webauthn.create" && client.challenge === "A".repeat(43),
					JSON.stringify(client),
				);
				await page.goto(new URL(`login/#${loginId}/passkey`, url).href);
				await settled(page);
				await press("Log in with a passkey")(page);
				await page.waitForURL("**/account/");
				const used = body(asked, `${loginPath}/passkey`);

				expect(
					used.rawId === made.credential.rawId &&
						/^[\w-]+$/.test(used.response.signature) &&
						used.response.userHandle === "AAECAwQFBgcICQoLDA0ODw",
					JSON.stringify(used),
				);
			});
		});
	}
}

/* The simulated device takes what is offered at once. */
async function offers() {
	await check("a passkey that the field offers logs in without the button", () => {
		let shown = false;
		const more = {
			[`GET ${loginPath}`]: () => [200, shown ? finished : login],
			[`POST ${loginPath}/passkey`]: () => [((shown = true), 200), finished],
		};

		return visit({ path: "account/#authenticators", told: more }, english, async (page, { asked }) => {
			await device(page);
			await unfold("add-passkey")(page);
			await press("Make a passkey")(page);
			await page.getByText("The passkey was added").first().waitFor();
			await page.goto(new URL(`login/#${loginId}`, url).href);
			await page.waitForURL("**/account/");
			expect(body(asked, `${loginPath}/passkey/options`).conditional === true, JSON.stringify(asked));
		});
	});
}

async function accounts() {
	await check("whoever is not logged in is led to a login that comes back here", () =>
		visit({ path: "account/", told: nobody }, english, async (page, { asked }) => {
			await press("Log in")(page);
			await page.waitForURL("**/login/#*");
			expect(
				JSON.stringify(body(asked, "/v1/login")) === '{"for":"account","return":"/account/","why":null}',
				JSON.stringify(asked),
			);
		}),
	);
	await check("a step-up is told, leads to a login for that, and goes on where one was", () =>
		visit(views["step-up"], english, async (page, { asked }) => {
			await press("Confirm and go on")(page);
			await page.waitForURL("**/login/#*");
			expect(body(asked, "/v1/login").why === "authenticator", JSON.stringify(body(asked, "/v1/login")));
			await page.goto(new URL("account/", url).href);
			await page.getByText("It was confirmed that it is you.").first().waitFor();
			expect(
				(await heading(page)) === "Authenticators" &&
					(await page.locator("#add-phone").evaluate((one) => one.open)),
				"it does not go on with the phone",
			);
		}),
	);
	await check("revoking says what follows, and is sent with its reason after that", () => {
		const path = `/v1/account/authenticators/${authenticators[0].id}/revoke`;

		return visit(
			{ path: "account/#authenticators", told: { [`POST ${path}`]: authenticators[5] } },
			english,
			async (page, { asked }) => {
				await press(/^Revoke/)(page);
				expect((await active(page)) === "無効にするRevoke" && !body(asked, path), "it was sent at once");
				await page.getByText("It can never be used again. This cannot be undone").waitFor();
				await page.getByLabel("It was stolen").check();
				await press("Revoke it")(page);
				await page.getByText("It was revoked").first().waitFor();
				expect(
					JSON.stringify(body(asked, path)) === '{"reason":"stolen","confirm":true}',
					JSON.stringify(body(asked, path)),
				);
			},
		);
	});
	await check("the last usable one is told as such", () =>
		visit(views["authenticators-one"], english, async (page) => {
			await page.getByText("This is the only one you can log in with.").waitFor();
		}),
	);
	await check("what happened is told in words, whatever the word for it was", () =>
		visit(views.history, english, async (page) => {
			const told_ = await page.locator(".timeline").innerText();

			for (const part of [
				"Logged in",
				"Suspended It was lost",
				"Locked Too many wrong PINs",
				"By: Watashi, by itself",
				"Stated by you",
				"At the desk, in person",
				"By: Registrar 9ABC-DEFG-HJ",
			])
				expect(told_.replace(/\s+/g, " ").includes(part), `"${part}" is not told: ${told_}`);
			expect(!/wrong-pin|one-time|stated\b|enrolment\b/.test(told_), `a word of the server's is shown: ${told_}`);
		}));
	await check("recovery codes are all there is on their paper", () =>
		visit(views["add-recovery"], english, async (page) => {
			await page.getByText("ABC0-EFGH-JKMN-PQRS").waitFor();
			await page.evaluate(() => (document.documentElement.dataset.print = "codes"));
			await page.emulateMedia({ media: "print" });
			for (const gone of [".masthead", "h1", ".authenticator >> nth=0", ".adding summary >> nth=0", "footer"])
				expect(!(await page.locator(gone).first().isVisible()), `${gone} is printed`);
			expect(await page.locator(".codes li").last().isVisible(), "the codes are not printed");
		}),
	);
	await check("what a person says of oneself is sent by its name and personas", () => {
		const path = "/v1/account/attributes/name%23ja-Kana-JP";

		return visit(
			{ path: "account/#personas", told: { [`PUT ${path}`]: nothing } },
			english,
			async (page, { asked }) => {
				await page.locator("#state-name").selectOption("name#ja-Kana-JP");
				await page.locator('input[name="value"]').fill("ヤマダ ハナコ");
				await page.getByRole("group", { name: "Which personas use it" }).getByLabel("You at work").uncheck();
				await press("Add it")(page);
				await page.getByText("It was added").first().waitFor();
				expect(
					JSON.stringify(body(asked, path, "PUT")) === '{"value":"ヤマダ ハナコ","personas":["private"]}',
					JSON.stringify(asked),
				);
			},
		);
	});
	await check("the account is erased only when its number is typed", () =>
		visit(views.settings, english, async (page, { asked }) => {
			await page.locator('input[name="number"]').fill("1111");
			await press("Erase my account")(page);
			await page.getByText("That is not your number. Nothing was erased.").waitFor();
			expect(!body(asked, "/v1/account/erase"), "it was sent");
			await page.locator('input[name="number"]').fill("7k3m q2xh 9d");
			await press("Erase my account")(page);
			await page.getByRole("heading", { name: "The account was erased" }).waitFor();
			expect(body(asked, "/v1/account/erase").number === "7k3m q2xh 9d", JSON.stringify(asked));
		}),
	);
	await check("every change says that it is JSON", () =>
		visit(views.settings, english, async (page, { asked }) => {
			await page.locator('input[value="en"]').check();
			await press("Use this language")(page);
			await page.getByText("The language of notices was changed").first().waitFor();
			const changes = asked.filter(({ method }) => method !== "GET");

			expect(
				changes.length === 1 && changes[0].type === "application/json" && changes[0].body.language === "en",
				JSON.stringify(changes),
			);
		}),
	);
}

async function enrolments() {
	await check(
		"nothing is taken over before it was shown and accepted, and then there is something to log in with",
		() => {
			let state = { state: "begun", reissue: false, card: null, preview: null, failed: null, next: [] };
			const more = { ...nobody, [`GET ${enrolPath}`]: () => [200, state], [`GET ${enrolPath}/events`]: told };

			return visit({ path: "enrol/", told: more }, english, async (page, { asked }) => {
				await press("Begin with the card")(page);
				await page.getByRole("heading", { level: 1, name: "Sign with your card" }).waitFor();
				expect(
					JSON.stringify(body(asked, "/v1/enrol")) === '{"reissue":false,"language":"en"}',
					JSON.stringify(asked),
				);
				expect(
					(await page.locator('.progress [aria-current="step"]').innerText()) === "Card",
					"the line says otherwise",
				);
				state = preview;
				await page.getByRole("heading", { level: 1, name: "Look at what is taken over" }).waitFor();
				const shown = await page.locator("main").innerText();

				for (const part of [
					"山田 花子",
					"17 Feb 1980",
					"うみべ県うみべ市一丁目１番",
					"A new account is opened",
				])
					expect(shown.includes(part), `"${part}" is not shown`);
				expect(!body(asked, `${enrolPath}/accept`), "it was accepted already");
				await press("Take this over")(page);
				await page.getByRole("heading", { level: 1, name: "You are enrolled" }).waitFor();
				expect(JSON.stringify(body(asked, `${enrolPath}/accept`)) === "{}", JSON.stringify(asked));
				expect((await page.locator(".own code").innerText()) === account.number, "no number");
				expect((await page.locator(".adding").count()) === 5, "nothing to add");
			});
		},
	);
	await check("of what an account had before its proofing only that is kept which was ticked", () =>
		visit(views["enrol-finishing"], english, async (page, { asked }) => {
			expect((await page.getByRole("checkbox", { checked: true }).count()) === 0, "something is ticked already");
			await page.getByRole("checkbox").first().check();
			await press("Take this over")(page);
			await page.getByRole("heading", { level: 1, name: "You are enrolled" }).waitFor();
			const told = body(asked, `${enrolPath}/accept`);

			expect(told.keep.join() === authenticators[0].id, JSON.stringify(told));
			expect(told.revoke.join() === authenticators[1].id, JSON.stringify(told));
		}),
	);
	await check("what was lost is revoked as it was ticked", () =>
		visit(views["enrol-existing"], english, async (page, { asked }) => {
			await page.getByLabel(/ノートパソコン/).check();
			await press("Go on with this")(page);
			await page.getByRole("heading", { level: 1, name: "It was revoked. Now add a new one" }).waitFor();
			expect(
				body(asked, `${enrolPath}/accept`).revoke.join() === `${authenticators[0].id},${authenticators[1].id}`,
				JSON.stringify(asked),
			);
		}),
	);
	await check("whoever looks like somebody known settles it by logging in, and comes back", () =>
		visit(views["enrol-similar"], english, async (page, { asked }) => {
			await press("Log in and go on")(page);
			await page.waitForURL("**/login/#*");
			expect(body(asked, "/v1/login").return === "/enrol/", JSON.stringify(asked));
			await page.goto(new URL("enrol/", url).href);
			await page.getByRole("heading", { level: 1, name: "Look at what is taken over" }).waitFor();
		}),
	);
}

async function byKeyboard() {
	const tabs = async (page, wanted, most = 40) => {
		for (let stop = 0; stop < most; stop++) {
			await page.keyboard.press("Tab");
			if ((await page.evaluate(() => document.activeElement.innerText ?? "")).includes(wanted))
				return;
		}
		throw new Error(`${most} stops do not lead to "${wanted}"`);
	};

	await check("by keyboard alone: a code is chosen, typed and taken", () => {
		let done = false;

		return visit(
			{
				path: `login/#${loginId}`,
				told: {
					[`GET ${loginPath}`]: () => [200, done ? finished : claimed],
					[`POST ${loginPath}/code`]: () => [((done = true), 200), finished],
				},
			},
			english,
			async (page, { asked }) => {
				await tabs(page, "One-time code");
				await page.keyboard.press("Enter");
				await page.getByRole("heading", { level: 1, name: "One-time code" }).waitFor();
				await page.keyboard.press("Tab");
				await page.keyboard.type("１２３ 456");
				await page.keyboard.press("Enter");
				await page.waitForURL("**/account/");
				expect(body(asked, `${loginPath}/code`).code === "123456", JSON.stringify(asked));
			},
		);
	});
	await check("by keyboard alone: a phone is suspended, and every stop shows its focus", () => {
		const path = `/v1/account/authenticators/${authenticators[0].id}/suspend`;

		return visit(
			{ path: "account/#authenticators", told: { [`POST ${path}`]: authenticators[0] } },
			english,
			async (page, { asked }) => {
				await tabs(page, "Suspend");
				await page.keyboard.press("Enter");
				await page.keyboard.press("Tab");
				await page.keyboard.press("ArrowDown");
				await page.keyboard.press("Tab");
				await page.keyboard.press("Enter");
				await page.getByText("It was suspended").first().waitFor();
				expect(body(asked, path).reason === "stolen", JSON.stringify(body(asked, path)));
				for (let stop = 0; stop < 40; stop++) {
					await page.keyboard.press("Tab");
					const seen = await page.evaluate(() => {
						const e = document.activeElement;
						const widest = (of) => Math.max(parseFloat(getComputedStyle(e, of).outlineWidth), 0);

						return e === document.body || Math.max(widest(null), widest("::after")) >= 4;
					});

					expect(seen, `${await active(page)} has no outline`);
				}
			},
		);
	});
}

await inBrowser("the pages of persons in use", async () => {
	if ((await request("login/")).status === 404) {
		console.log("skip the pages of persons: this server is not configured to have persons");
		return;
	}
	await logins();
	await passkeys();
	await offers();
	await accounts();
	await enrolments();
	await byKeyboard();
});
