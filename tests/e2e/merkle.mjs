/* tests/e2e/merkle.mjs - the pages' own verification of receipts, without a browser: our vectors hold, and nothing near them does.
 *
 *     [top_srcdir=DIR] node merkle.mjs
 *
 * Prints one line a case: `ok TITLE`, `not ok TITLE: what was found`; exits 1 when a case failed.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const top = process.env.top_srcdir ?? resolve(import.meta.dirname, "../..");
const here = mkdtempSync(join(tmpdir(), "watashi-merkle-"));
let failed = 0;

/* To Node a .js is a module only where a package.json says so. */
writeFileSync(join(here, "package.json"), '{"type":"module"}');
for (const name of ["merkle.js", "note.js", "receipt.js"])
	cpSync(join(top, "server/pages/assets", name), join(here, name));
const load = (name) => import(pathToFileURL(join(here, name)));
const { bytesFromBase64, bytesFromHex, canonical, commitmentOf, hexOf, leafHash, nodeHash, rootOf, same } = await load("merkle.js");
const { readKey, readNote } = await load("note.js");
const { readReceipt, verifyReceipt } = await load("receipt.js");

async function check(title, run) {
	try {
		await run();
		console.log(`ok ${title}`);
	} catch (error) {
		failed++;
		console.log(`not ok ${title}: ${error.message}`);
	}
}

function expect(holds, found) {
	if (!holds)
		throw new Error(found);
}

async function refuses(run) {
	try {
		await run();
	} catch {
		return;
	}
	throw new Error("it was accepted");
}

const vectors = JSON.parse(readFileSync(join(top, "tests/ledger/receipt_vectors.json"), "utf8"));
const key = await readKey(vectors.key);
const flipped = (bytes, at) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

await check("an empty leaf has the hash RFC 6962 gives it", async () =>
	expect(hexOf(await leafHash(new Uint8Array())) === "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", "another"));

for (const { index, size, commitment, text } of vectors.receipts) {
	const bytes = bytesFromHex(commitment);
	const receipt = readReceipt(text);

	await check(`entry ${index} of ${size} is in the log, and signed for`, async () => {
		const found = await verifyReceipt(receipt, bytes, key);

		expect(found.holds, JSON.stringify(found));
	});
	await check(`another entry is not at ${index} of ${size}`, async () => {
		const found = await verifyReceipt(receipt, flipped(bytes, 31), key);

		expect(found.path === "invalid" && found.signature === "valid" && !found.holds, JSON.stringify(found));
	});
	await check(`entry ${index} is nowhere else in ${size}`, async () => {
		const leaf = await leafHash(bytes);

		for (const other of new Set([0, index - 1, index + 1, size - 1, size])) {
			const root = other === index || other < 0 ? null : await rootOf(leaf, BigInt(other), BigInt(size), receipt.path);

			expect(root === null || !same(root, receipt.checkpoint.root), `it is at ${other} as well`);
		}
	});
	await check(`a proof for ${index} of ${size} with a hash more, less or changed is none`, async () => {
		const { path } = receipt;

		for (const wrong of [[...path, bytes], path.slice(1), path.slice(0, -1), ...path.map((hash, at) => path.with(at, flipped(hash, 0)))]) {
			const found = await verifyReceipt({ ...receipt, path: wrong }, bytes, key);

			expect(wrong.length === 0 && path.length === 0 ? found.holds : !found.holds, `it holds with ${wrong.length} hashes`);
		}
	});
	await check(`a changed size under the signature for ${size} is found out`, async () => {
		const found = await verifyReceipt(readReceipt(text.replace(`\n${size}\n`, `\n${size + 1}\n`)), bytes, key);

		expect(found.signature === "invalid" && !found.holds, JSON.stringify(found));
	});
}

const [{ text: whole, commitment }] = vectors.receipts.slice(-1);

await check("a signature with one bit changed is found out", async () => {
	const receipt = readReceipt(whole);
	const [signature] = receipt.note.signatures;

	signature.signature = flipped(signature.signature, 10);
	expect((await verifyReceipt(receipt, bytesFromHex(commitment), key)).signature === "invalid", "it is valid");
});
await check("another key of the same name has not signed", async () => {
	const found = await verifyReceipt(readReceipt(whole), bytesFromHex(commitment), { ...key, id: flipped(key.id, 0) });

	expect(found.signature === "absent" && !found.holds, JSON.stringify(found));
});
await check("another log's receipt is told as such", async () => {
	const found = await verifyReceipt(readReceipt(whole), bytesFromHex(commitment), { ...key, name: "other.example/ledger" });

	expect(found.signature === "foreign" && !found.holds, JSON.stringify(found));
});
await check("a receipt that was pasted with other line ends is the same", async () => {
	const found = await verifyReceipt(readReceipt(`\n  ${whole.replaceAll("\n", "\r\n").trim()}`), bytesFromHex(commitment), key);

	expect(found.holds, JSON.stringify(found));
});
for (const [title, text] of [
	["nothing", ""],
	["another text", "{}"],
	["a receipt of another version", whole.replace("@v1", "@v2")],
	["one without an index", whole.replace(/index .*\n/, "")],
	["one with zeros before its index", whole.replace("index ", "index 0")],
	["one with a hash that is none", whole.replace(/\n(.{43})=\n/, "\n$1\n")],
	["one without a checkpoint", whole.slice(0, whole.indexOf("\n\n") + 1)],
	["one without a signature", whole.slice(0, whole.lastIndexOf("\n\n") + 2)],
])
	await check(`${title} is no receipt`, () => refuses(async () => readReceipt(text)));
await check("a key whose id is another's is none", () => refuses(() => readKey(vectors.key.replace(/\+./, "+0"))));
await check("a key of another algorithm is none", () => refuses(() => readKey(vectors.key.replace(/(\+.{8}\+)A/, "$1B"))));
await check("a note keeps the newline that is signed", async () =>
	expect(readNote(whole.slice(whole.indexOf("\n\n") + 2)).text.endsWith("=\n"), "it is gone"));
await check("base64 has one spelling", async () => {
	await refuses(async () => bytesFromBase64("QR=="));
	await refuses(async () => bytesFromBase64("QQ"));
	expect(hexOf(bytesFromBase64("QQ==")) === "41", "another byte");
});
await check("an entry is committed to with its salt, in canonical form", async () => {
	const salt = bytesFromHex("00".repeat(16));

	expect(canonical({ b: [1, true, "あ\n"], a: { "": null } }) === '{"a":{"":null},"b":[1,true,"あ\\n"]}', "another form");
	expect(same(await commitmentOf(salt, { a: 1, b: 2 }), await commitmentOf(salt, { b: 2, a: 1 })), "the order counts");
	expect(!same(await commitmentOf(salt, { a: 1 }), await commitmentOf(flipped(salt, 0), { a: 1 })), "the salt does not count");
});
await check("two leaves have the root of their node", async () => {
	const [a, b] = [await leafHash(new Uint8Array([1])), await leafHash(new Uint8Array([2]))];

	expect(same(await rootOf(a, 0n, 2n, [b]), await nodeHash(a, b)), "another root");
});

rmSync(here, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
