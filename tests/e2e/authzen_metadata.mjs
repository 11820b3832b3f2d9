/* tests/e2e/authzen_metadata.mjs - the decision point's signed metadata as an enforcement point checks it: by jose, with the
 * keys the metadata names.
 *
 *     WATASHI_URL=https://localhost:8443/ [WATASHI_CA=ca.pem] [NODE_MODULES=DIR] node authzen_metadata.mjs
 *
 * Prints one line a case: `ok TITLE`, `not ok TITLE: what was found`, `skip TITLE: why`; exits 1 when a case failed.
 */
import { check, expect, fetched, needed, outcome } from "./case.mjs";

const jose = await needed("the signed metadata of the decision point", "jose");
const document = async (path) => JSON.parse((await fetched(path)).body.toString("utf8"));

/* A moment after the first start nothing has been signed yet. */
let metadata;

for (let i = 0; i < 150 && !metadata?.signed_metadata; i++) {
	if (metadata)
		await new Promise((done) => setTimeout(done, 200));
	metadata = await document(".well-known/authzen-configuration");
}

const { signed_metadata: token, ...values } = metadata;

await check("the metadata is signed", () => expect(typeof token === "string", JSON.stringify(metadata)));
if (outcome())
	process.exit(1);

const keys = await document(values.jwks_uri);
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
process.exit(outcome());
