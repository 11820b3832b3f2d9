/* tests/e2e/openid_client.mjs - a stock OpenID Connect library (npm openid-client) drives the running demo: discovery, registration, code with
 * PKCE, each way a client shows who it is, user info, introspection, refresh, revocation, logout. The person is a browser, logged in by a
 * passkey; where it is sent back to is a site of this script.
 *
 *     WATASHI_URL=https://localhost:8443/ WATASHI_DEMO=.demo WATASHI_BUILD=… WATASHI_CONFIG=… NODE_EXTRA_CA_CERTS=.demo/ca.pem
 *         [NODE_MODULES=DIR] [CHROMIUM=…] node openid_client.mjs
 *
 * Prints one line a case: `ok TITLE`, `not ok TITLE: what was found`, `skip TITLE: why`; exits 1 when a case failed.
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:https";
import { join } from "node:path";
import { control, expect, inBrowser, request, url } from "./browser.mjs";
import { needed } from "./case.mjs";
import { answerTo, at, authenticator, button, demo, enrolled, enters, offersNothing, passkeyAdded, pressed, step } from "./person_acts.mjs";

const what = "a stock OpenID Connect library";
const issuer = new URL(new URL(url ?? "https://localhost/").origin);
const client = await needed(what, "openid-client");
const back = () => `https://kakeibo.localhost:${site.port}/back`;
const bye = () => `https://kakeibo.localhost:${site.port}/bye`;

/* The client's own site: what came back to it, a query or a form that was posted. */
const site = { port: 0, came: () => {} };

async function opened() {
	const read = (name) => readFile(join(demo, "tls", name));
	const server = createServer({ cert: await read("server.pem"), key: await read("server.key") }, async (asked, response) => {
		const parts = await asked.toArray();

		response.setHeader("Content-Type", "text/html").end("<!DOCTYPE html><title>back</title>");
		if (asked.url.startsWith("/back") || asked.url.startsWith("/bye")) {
			const to = new URL(asked.url, back());

			site.came(asked.method === "POST" ? new Request(to, { method: "POST", body: Buffer.concat(parts),
				headers: { "Content-Type": asked.headers["content-type"] } }) : to);
		}
	});

	await new Promise((done) => { server.listen(0, "127.0.0.1", done); });
	site.port = server.address().port;
	return server;
}

async function caught(page, act) {
	const came = new Promise((done, fail) => {
		site.came = done;
		setTimeout(() => fail(new Error(`nobody came back: ${page.url()}`)), 60_000).unref();
	});

	came.catch(() => {}); // told below
	await act();
	const one = await came;

	await page.waitForURL((at) => at.port === String(site.port));
	return one;
}

/* Asks; logs in and consents where that is asked for. */
async function asked(page, config, more = {}) {
	const verifier = client.randomPKCECodeVerifier();
	const checks = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce(), idTokenExpected: true };
	const to = client.buildAuthorizationUrl(config, {
		redirect_uri: back(), scope: "openid email", state: checks.expectedState, nonce: checks.expectedNonce,
		code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256", ...more,
	});
	const answer = await caught(page, async () => {
		await page.goto(to.href);
		if (new URL(page.url()).pathname === "/login/") {
			await pressed(page, /^Log in with a passkey|^Log in$/, /\/passkey$/);
			await page.waitForURL((at) => at.pathname !== "/login/");
		}
		if (new URL(page.url()).pathname === "/consent/")
			await answerTo(page, /^\/v1\/sign-on\/[0-9a-f]+\/agree$/, () => button(page, /^Allow/).click());
	});

	return { answer, checks };
}
async function tokens(page, config, more) {
	const { answer, checks } = await asked(page, config, more);

	return client.authorizationCodeGrant(config, answer, checks);
}
async function refused(page, config, more) {
	const { answer, checks } = await asked(page, config, more);

	return client.authorizationCodeGrant(config, answer, checks).then(() => "a code", (error) => error.error ?? error.message);
}

const registered = (metadata, how, token) => client.dynamicClientRegistration(issuer,
	{ redirect_uris: [back()], post_logout_redirect_uris: [bye()], grant_types: ["authorization_code", "refresh_token"], ...metadata }, how,
	{ initialAccessToken: token });

const journey = async (page) => {
	let token, basic, told, one;

	enters(page);
	await step("a person is there, with a passkey", async () => {
		await enrolled(page);
		await authenticator(page);
		const made = await passkeyAdded(page, "For the services");

		expect(made.state === "active", JSON.stringify(made));
	});
	await step("the provider is discovered under its issuer", async () => {
		const found = await client.discovery(issuer, "nobody");

		expect(new URL(found.serverMetadata().issuer).origin === issuer.origin, found.serverMetadata().issuer);
		expect(found.serverMetadata().supportsPKCE(), "it says nothing of S256");
	});
	await step("a client registers itself with its member's token, and with none it does not", async () => {
		({ token } = control("token", "new", `registrar-${Date.now()}`, "--member", "household-book", "--right", "register"));
		basic = await registered({ id_token_signed_response_alg: "RS256" }, client.ClientSecretBasic(), token);
		expect(basic.clientMetadata().client_id.startsWith("c_"), JSON.stringify(basic.clientMetadata()));
		const none = await registered({}, undefined, "wrong").then(() => "registered", (error) => error.status ?? error.message);

		expect(none === 401, none);
	});
	await step("code with PKCE, the secret by Basic, an ID token in RS256", async () => {
		told = await tokens(page, basic, { scope: "openid email offline_access", prompt: "consent" });
		one = told.claims();
		expect(one.sub.length === 43 && one.acr && one.auth_time, JSON.stringify(one));
		expect(JSON.parse(Buffer.from(told.id_token.split(".")[0], "base64url")).alg === "RS256", told.id_token.split(".")[0]);
		expect(!("email" in one), "what was asked of user info stands in the ID token");
	});
	await step("user info is the same person's", async () => {
		const info = await client.fetchUserInfo(basic, told.access_token, one.sub);

		expect(info.sub === one.sub, JSON.stringify(info));
	});
	await step("introspection tells level, time and whom", async () => {
		const found = await client.tokenIntrospection(basic, told.access_token);

		expect(found.active && found.sub === one.sub && found.acr === one.acr && found.auth_time === one.auth_time, JSON.stringify(found));
	});
	await step("a refresh token brings another access token for the same person", async () => {
		const again = await client.refreshTokenGrant(basic, told.refresh_token);

		expect(again.access_token !== told.access_token && (!again.claims() || again.claims().sub === one.sub), JSON.stringify(again));
		expect((await client.tokenIntrospection(basic, again.access_token)).active, "it is not in force");
		told = { ...told, refresh_token: again.refresh_token ?? told.refresh_token, second: again.access_token };
	});
	await step("nobody is asked twice: with the consent remembered the code comes at once", async () => {
		const again = await tokens(page, basic, { prompt: "none" });

		expect(again.claims().sub === one.sub && again.claims().auth_time === one.auth_time, JSON.stringify(again.claims()));
	});
	await step("what is revoked is in force no more: one access token, then all of a refresh token's", async () => {
		await client.tokenRevocation(basic, told.access_token);
		expect(!(await client.tokenIntrospection(basic, told.access_token)).active, "the access token is in force");
		await client.tokenRevocation(basic, told.refresh_token);
		expect(!(await client.tokenIntrospection(basic, told.second)).active, "an access token of it is in force");
		const error = await client.refreshTokenGrant(basic, told.refresh_token).then(() => "tokens", (e) => e.error);

		expect(error === "invalid_grant", error);
	});
	await step("the answer comes as a posted form, where that is asked for", async () => {
		const { answer, checks } = await asked(page, basic, { response_mode: "form_post" });

		expect(answer instanceof Request, "it came as a query");
		expect((await client.authorizationCodeGrant(basic, answer, checks)).claims().sub === one.sub, "another person");
	});
	await step("private_key_jwt, and an ID token in ES256", async () => {
		const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]);
		const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", keys.publicKey);
		const config = await registered({ token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [{ kty, crv, x, y, use: "sig", kid: "1" }] },
			id_token_signed_response_alg: "ES256" }, client.PrivateKeyJwt({ key: keys.privateKey, kid: "1" }), token);
		const got = await tokens(page, config, { scope: "openid" });

		expect(got.claims().sub === one.sub, "clients of one sector know a person by one name");
		expect((await client.tokenIntrospection(config, got.access_token)).active, "it is not in force");
	});
	await step("a secret in the form", async () => {
		const config = await registered({ token_endpoint_auth_method: "client_secret_post" }, client.ClientSecretPost(), token);

		expect((await tokens(page, config, { scope: "openid" })).claims().sub === one.sub, "another person");
	});
	await step("a public client, by PKCE alone, whose refresh tokens are used once", async () => {
		const config = await registered({ token_endpoint_auth_method: "none" }, client.None(), token);
		const got = await tokens(page, config, { scope: "openid offline_access", prompt: "consent" });
		const next = await client.refreshTokenGrant(config, got.refresh_token);

		expect(next.refresh_token && next.refresh_token !== got.refresh_token, "it was not rotated");
	});
	await step("levels: who asks for one that was not reached is told so, and gets no other", async () => {
		const error = await refused(page, basic, { prompt: "none",
			claims: JSON.stringify({ id_token: { acr: { essential: true, values: ["urn:watashi:jp-idtf:1.0:authentication:4"] } } }) });

		expect(["unmet_authentication_requirements", "interaction_required"].includes(error), error);
	});
	await step("max_age: an authentication that is too old is asked for anew", async () => {
		await new Promise((done) => { setTimeout(done, 1500); });
		expect((await refused(page, basic, { max_age: "1", prompt: "none" })) === "login_required", "it counted");
	});
	await step("logging out by the relying party leads back to it, and ends the session", async () => {
		const got = await tokens(page, basic, {});
		const to = client.buildEndSessionUrl(basic, { id_token_hint: got.id_token, post_logout_redirect_uri: bye(), state: "after" });
		const answer = await caught(page, () => page.goto(to.href));

		expect(answer.href === `${bye()}?state=after`, answer.href);
		expect((await refused(page, basic, { prompt: "none" })) === "login_required", "the session goes on");
	});
};

await inBrowser(what, async () => {
	if (!demo || (await request(".well-known/openid-configuration")).status === 404) {
		console.log(`skip ${what}: WATASHI_DEMO names no demo with an OpenID Provider`);
		return;
	}
	const server = await opened();

	await at("enrol/?lang=en", { prepare: offersNothing }, journey);
	server.closeAllConnections();
	server.close();
});
