/* tests/e2e/authzen_metadata.mjs - the decision point's signed metadata as an enforcement point checks it: by jose, with the
 * keys the metadata names.
 *
 *     WATASHI_URL=https://localhost:8443/ [WATASHI_CA=ca.pem] [NODE_MODULES=DIR] node authzen_metadata.mjs
 *
 * Prints one line a case: `ok TITLE`, `not ok TITLE: what was found`, `skip TITLE: why`; exits 1 when a case failed.
 */
import { readFileSync } from "node:fs";
import { get as httpGet } from "node:http";
import { get as httpsGet } from "node:https";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const url = process.env.WATASHI_URL;
const authority = process.env.WATASHI_CA && readFileSync(process.env.WATASHI_CA);
const require = createRequire(join(resolve(process.env.NODE_MODULES ?? join(import.meta.dirname, "node_modules")), "x.js"));

function skipAll(why) {
	console.log(`skip the signed metadata of the decision point: ${why}`);
	process.exit(0);
}

if (!url)
	skipAll("WATASHI_URL names no server");

let jose;

try {
	jose = await import(pathToFileURL(require.resolve("jose")));
} catch (error) {
	skipAll(`${error.message.split("\n")[0]}; tests/e2e/package.json lists what is needed`);
}

let failed = 0;

async function check(title, run) {
	try {
		await run();
		console.log(`ok ${title}`);
	} catch (error) {
		failed++;
		console.log(`not ok ${title}: ${error.message.split("\n").slice(0, 3).join(" ")}`);
	}
}

function expect(holds, found) {
	if (!holds)
		throw new Error(found);
}

/* The metadata may name another origin than the one asked: the same server, by its own name. */
function fetched(path) {
	const target = new URL(new URL(path, url).pathname, url);
	const get = target.protocol === "https:" ? httpsGet : httpGet;

	return new Promise((done, fail) => {
		get(target, { ca: authority }, (answer) => {
			const pieces = [];

			answer.on("data", (piece) => pieces.push(piece));
			answer.on("error", fail);
			answer.on("end", () => done(JSON.parse(Buffer.concat(pieces).toString("utf8"))));
		}).on("error", fail);
	});
}

/* A moment after the first start nothing has been signed yet. */
let metadata;

for (let i = 0; i < 100 && !metadata?.signed_metadata; i++) {
	if (metadata)
		await new Promise((done) => setTimeout(done, 200));
	metadata = await fetched(".well-known/authzen-configuration");
}

const { signed_metadata: token, ...values } = metadata;

await check("the metadata is signed", () => expect(typeof token === "string", JSON.stringify(metadata)));
if (failed)
	process.exit(1);

const keys = await fetched(values.jwks_uri);
const now = Math.floor(Date.now() / 1000);

await check("by a key of the set it names, for this point and this time", async () => {
	const { payload, protectedHeader } = await jose.jwtVerify(token, jose.createLocalJWKSet(keys), {
		issuer: values.policy_decision_point, typ: "JWT", requiredClaims: ["exp", "iat", "nbf"],
		algorithms: ["RS256", "ES256", "ES384"], clockTolerance: 5,
	});

	expect(keys.keys.some((k) => k.kid === protectedHeader.kid), `kid ${protectedHeader.kid}`);
	expect(payload.exp - now > 3600 && payload.iat <= now + 5 && payload.nbf <= now + 5, JSON.stringify(payload));
});
await check("it says what the plain metadata says, and carries no other token", () => {
	const { iss, exp, iat, nbf, ...claims } = jose.decodeJwt(token);

	expect(JSON.stringify(claims) === JSON.stringify(values), JSON.stringify(claims));
});
await check("keys are named by their thumbprints and hold nothing secret", async () => {
	for (const key of keys.keys) {
		expect(await jose.calculateJwkThumbprint(key) === key.kid, `kid ${key.kid}`);
		expect(key.use === "sig" && !("d" in key), JSON.stringify(Object.keys(key)));
	}
});
await check("a changed value is noticed", async () => {
	const [header, payload, signature] = token.split(".");
	const changed = Buffer.from(Buffer.from(payload, "base64url").toString().replace("/access/v1/evaluation", "/access/v2/evaluation"));
	const outcome = await jose.jwtVerify(`${header}.${changed.toString("base64url")}.${signature}`, jose.createLocalJWKSet(keys))
		.then(() => "verified", (error) => error.code);

	expect(outcome === "ERR_JWS_SIGNATURE_VERIFICATION_FAILED", outcome);
});
process.exit(failed ? 1 : 0);
