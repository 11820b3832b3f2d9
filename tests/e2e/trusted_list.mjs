/* tests/e2e/trusted_list.mjs - the trusted list as others read it: by the schema of ETSI TS 119 602 in @owf/eudi-lote, the
 * signature by jose and node's own certificates.
 *
 *     WATASHI_URL=https://localhost:8443/ [WATASHI_CA=ca.pem] [NODE_MODULES=DIR] node trusted_list.mjs
 *
 * Prints one line a case: `ok TITLE`, `not ok TITLE: what was found`, `skip TITLE: why`; exits 1 when a case failed.
 */
import { X509Certificate } from "node:crypto";
import { check, expect, fetched, needed, outcome } from "./case.mjs";

const lote = await needed("the trusted list as others read it", "@owf/eudi-lote");
const jose = await needed("the trusted list as others read it", "jose");

/* RFC 8785 for names and numbers as this list has them: JSON.stringify writes strings and integers as it wants, and sort()
 * compares UTF-16 code units. */
function canonical(value) {
	if (Array.isArray(value))
		return `[${value.map(canonical).join(",")}]`;
	if (value === null || typeof value !== "object")
		return JSON.stringify(value);
	return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

/* A publication may come between the two. */
let plain, signed, parts;

for (let i = 0; i < 5; i++) {
	plain = await fetched("trusted-list.json");
	signed = await fetched("trusted-list.jws");
	parts = signed.body.toString("latin1").split(".");
	if (parts.length === 3 && Buffer.from(parts[1], "base64url").equals(plain.body))
		break;
}

await check("both forms are there", () => {
	expect(plain.status === 200 && signed.status === 200, `${plain.status} and ${signed.status}`);
	expect(plain.type === "application/json" && signed.type === "application/jose", `${plain.type} and ${signed.type}`);
});
if (outcome())
	process.exit(1);

const list = JSON.parse(plain.body.toString("utf8"));
const scheme = list.LoTE.ListAndSchemeInformation;
const members = list.LoTE.TrustedEntitiesList ?? [];

await check("the list is of the schema of TS 119 602", () => {
	/* The standard lets an empty list go; the library does not. */
	const whole = { LoTE: { TrustedEntitiesList: [], ...list.LoTE } };
	const { valid, errors } = lote.validateLoTE(whole);

	expect(valid, JSON.stringify(errors));
});
await check("it has members, each with services", () => {
	expect(members.length > 0, "none");
	expect(members.every((m) => m.TrustedEntityServices.length > 0), "a member without a service");
});
await check("its bytes are canonical", () => expect(canonical(list) === plain.body.toString("utf8"), "they are not"));
await check("the next update is to come", () => expect(new Date(scheme.NextUpdate) > new Date(), scheme.NextUpdate));
await check("each certificate in it can be read", () => {
	const identities = members.flatMap((m) => m.TrustedEntityServices.map((s) => s.ServiceInformation.ServiceDigitalIdentity));
	const certificates = identities.flatMap((i) => i.X509Certificates ?? []);

	expect(certificates.length > 0, "there is none");
	certificates.forEach(({ val }) => new X509Certificate(Buffer.from(val, "base64")));
});
await check("what is signed is the list itself", () => {
	expect(Buffer.from(parts[1], "base64url").equals(plain.body), "the two differ");
});

const header = JSON.parse(Buffer.from(parts[0], "base64url").toString("utf8"));
const certificate = new X509Certificate(Buffer.from(header.x5c?.[0] ?? "", "base64"));

await check("the header is that of JAdES baseline B", () => {
	expect(Object.keys(header).join() === "alg,cty,iat,x5c", Object.keys(header).join());
	expect(Number.isInteger(header.iat) && Math.abs(header.iat - new Date(scheme.ListIssueDateTime) / 1000) < 3600, header.iat);
	expect(header.x5c.length === 1, `${header.x5c.length} certificates`);
});
await check("the signature verifies with the certificate in it", async () => {
	const key = await jose.importX509(certificate.toString(), header.alg);
	const { payload } = await jose.compactVerify(signed.body.toString("latin1"), key);

	expect(Buffer.from(payload).equals(plain.body), "jose read something else");
});
await check("and not when a byte has changed", async () => {
	const key = await jose.importX509(certificate.toString(), header.alg);
	const changed = `${parts[0]}.${Buffer.from(`${plain.body} `).toString("base64url")}.${parts[2]}`;
	const refused = await jose.compactVerify(changed, key).then(() => false, () => true);

	expect(refused, "it verified");
});
await check("its certificate names operator and territory (TS 119 602 s6.8)", () => {
	const subject = Object.fromEntries(certificate.subject.split("\n").map((line) => line.split("=")));
	const operators = scheme.SchemeOperatorName.map(({ value }) => value);

	expect(operators.includes(subject.O) && subject.C === scheme.SchemeTerritory, certificate.subject);
});
process.exit(outcome());
