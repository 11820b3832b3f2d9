// tests/bench/oidc_client.mjs - software of a relying party, and the browsers of those who sign on to it: the same for every provider.
//
//     oidc_client.mjs SETTINGS     a JSON file: at (origin of the server), authorize, token, userinfo, introspect, jwks (paths), issuer,
//                                  client_id, client_secret, redirect_uri, scope, alg, connections, cookies (of each connection; none: it
//                                  signs on first, by whatever pages redirect it)
//
// Says "ready"; then for each line "flow SECONDS" or "introspect SECONDS" says how many were answered. A flow: the authorization request
// with PKCE, the code for tokens, the userinfo. Anything but the right answer ends it.
import { connect } from "node:net";
import { createHash, createPublicKey, randomBytes, verify } from "node:crypto";
import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";

const settings = JSON.parse(readFileSync(process.argv[2], "utf8"));
const at = new URL(settings.at);
const basic = Buffer.from([settings.client_id, settings.client_secret].map(encodeURIComponent).join(":")).toString("base64");
const FORM = "application/x-www-form-urlencoded";

function need(holds, what) {
	if (!holds) throw new Error(typeof what === "string" ? what : JSON.stringify(what));
}

// One connection, one question at a time. It is kept; between the runs the server may close it.
class Connection {
	open() {
		this.text = "";
		this.socket = connect({ host: at.hostname, port: at.port, noDelay: true });
		this.socket.setEncoding("latin1");
		this.socket.on("data", (text) => this.take(text));
		this.socket.on("error", (error) => this.fail?.(error));
		this.socket.on("close", () => this.fail?.(new Error("the connection was closed")));
	}

	take(text) {
		this.text += text;
		const end = this.text.indexOf("\r\n\r\n");
		if (end < 0) return;
		const head = this.text.slice(0, end + 2);
		const size = /\r\ncontent-length: *(\d+)/i.exec(head);
		need(size, `an answer without its length: ${head}`);
		if (this.text.length < end + 4 + Number(size[1])) return;
		const body = this.text.slice(end + 4);
		this.text = "";
		this.told({ status: Number(head.slice(9, 12)), head, body });
	}

	ask(method, path, fields, body = "") {
		if (!this.socket || this.socket.destroyed) this.open();
		return new Promise((told, fail) => {
			Object.assign(this, { told, fail });
			this.socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${at.host}\r\n${fields}` +
				(body ? `Content-Type: ${FORM}\r\nContent-Length: ${body.length}\r\n\r\n${body}` : "\r\n"), "latin1");
		});
	}
}

function location(answer) {
	return /\r\nlocation: *(.*)\r\n/i.exec(answer.head)?.[1];
}

// A browser at its connection.
class Browser extends Connection {
	constructor(cookies) {
		super();
		this.cookies = new Map(cookies ?? []);
		this.known = Boolean(cookies);
	}

	async goes(path) {
		const cookies = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
		const answer = await this.ask("GET", path, cookies ? `Cookie: ${cookies}\r\n` : "");
		for (const [, name, value, rest] of answer.head.matchAll(/\r\nset-cookie: *([^=]+)=([^;\r]*)([^\r]*)/gi)) {
			if (!value || /expires=thu, 01 jan 1970/i.test(rest)) this.cookies.delete(name);
			else this.cookies.set(name, value);
		}
		return answer;
	}

	// Only who signs on for the first time may be sent about at the server.
	async authorizes(challenge, state) {
		const query = new URLSearchParams({ client_id: settings.client_id, redirect_uri: settings.redirect_uri, response_type: "code",
			scope: settings.scope, state, nonce: state, code_challenge: challenge, code_challenge_method: "S256" });
		let answer = await this.goes(`${settings.authorize}?${query}`);
		for (let i = 0; !this.known && i < 10; i++) {
			const to = new URL(location(answer), at);
			if (to.origin !== at.origin) break;
			answer = await this.goes(to.pathname + to.search);
		}
		need(answer.status === 303 && location(answer)?.startsWith(settings.redirect_uri), answer);
		const told = new URL(location(answer)).searchParams;
		need(told.get("code") && told.get("state") === state && told.get("iss") === settings.issuer, answer);
		return told.get("code");
	}

	async flow() {
		const verifier = randomBytes(32).toString("base64url"), state = randomBytes(12).toString("base64url");
		const code = await this.authorizes(createHash("sha256").update(verifier).digest("base64url"), state);
		const form = `grant_type=authorization_code&code=${encodeURIComponent(code)}&code_verifier=${verifier}` +
			`&redirect_uri=${encodeURIComponent(settings.redirect_uri)}`;
		const answer = await this.ask("POST", settings.token, `Authorization: Basic ${basic}\r\n`, form);
		need(answer.status === 200, answer);
		const tokens = JSON.parse(answer.body);
		const claims = JSON.parse(Buffer.from(tokens.id_token.split(".")[1], "base64url"));
		need(claims.iss === settings.issuer && claims.nonce === state, claims);
		const info = await this.ask("GET", settings.userinfo, `Authorization: Bearer ${tokens.access_token}\r\n`);
		const told = JSON.parse(Buffer.from(info.body, "latin1"));
		need(info.status === 200 && told.sub === claims.sub && told.name, info);
		this.known = true;
		this.token = tokens.access_token;
		return tokens;
	}

	async introspects() {
		const answer = await this.ask("POST", settings.introspect, `Authorization: Basic ${basic}\r\n`, `token=${this.token}`);
		need(answer.status === 200 && JSON.parse(answer.body).active === true, answer);
	}

	// The first ID token is looked at closely; the rest is a matter of the servers.
	async prepares(keys) {
		const tokens = await this.flow(), [head, claims, signature] = tokens.id_token.split(".");
		const { alg, kid } = JSON.parse(Buffer.from(head, "base64url"));
		const key = createPublicKey({ key: keys.find((one) => one.kid === kid), format: "jwk" });
		need(alg === settings.alg && verify("sha256", Buffer.from(`${head}.${claims}`),
			alg === "ES256" ? { key, dsaEncoding: "ieee-p1363" } : key, Buffer.from(signature, "base64url")), tokens);
	}
}

async function during(seconds, act) {
	const until = performance.now() + seconds * 1000;
	let answered = 0;
	await Promise.all(browsers.map(async (browser) => {
		for (; performance.now() < until; answered++) await act(browser);
	}));
	return answered;
}

const acts = { flow: (browser) => browser.flow(), introspect: (browser) => browser.introspects() };
const browsers = Array.from({ length: settings.connections }, (_, i) => new Browser(settings.cookies?.[i]));
const { keys } = JSON.parse((await browsers[0].ask("GET", settings.jwks, "")).body);
for (const browser of browsers) await browser.prepares(keys);
console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
	const [act, seconds] = line.split(" ");
	console.log(await during(Number(seconds), acts[act]));
}
process.exit(0);
