/* tests/e2e/receipts.mjs - our receipts as others verify them: signed note and inclusion proof by @sigstore/verify, which npm
 * itself verifies provenance with.
 *
 *     top_srcdir=DIR [NODE_MODULES=DIR] [WATASHI_RECEIPTS=FILE] node receipts.mjs
 *
 * FILE is like tests/ledger/receipt_vectors.json, which is read without it. Prints one line a case: `ok TITLE`, `not ok TITLE:
 * what was found`, `skip TITLE: why`; exits 1 when a case failed.
 */
import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

const top = process.env.top_srcdir ?? resolve(import.meta.dirname, "../..");
const require = createRequire(join(resolve(process.env.NODE_MODULES ?? join(import.meta.dirname, "node_modules")), "x.js"));
let verifyCheckpoint, verifyMerkleInclusion;

try {
	/* It exports whole bundles' verification only; what is under it stands beside it. */
	const beside = join(dirname(require.resolve("@sigstore/verify")), "tlog");

	({ verifyCheckpoint } = require(join(beside, "checkpoint.js")));
	({ verifyMerkleInclusion } = require(join(beside, "merkle.js")));
} catch (error) {
	console.log(`skip receipts as others verify them: ${error.message.split("\n")[0]}; tests/e2e/package.json lists what is needed`);
	process.exit(0);
}

const vectors = JSON.parse(readFileSync(process.env.WATASHI_RECEIPTS ?? join(top, "tests/ledger/receipt_vectors.json"), "utf8"));
const [name, id, key] = vectors.key.split(/\+(.{8})\+/);
const log = {
	baseURL: `https://${name}`,
	logID: Buffer.from(id, "hex"),
	publicKey: createPublicKey({ format: "der", type: "spki",
		key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), Buffer.from(key, "base64").subarray(1)]) }),
};

/* C2SP tlog-proof: index, hashes, an empty line, the checkpoint. */
function verify(text, commitment) {
	const end = text.indexOf("\n\n");
	const [version, index, ...hashes] = text.slice(0, end).split("\n");

	if (version !== "c2sp.org/tlog-proof@v1" || !/^index (0|[1-9][0-9]*)$/.test(index))
		throw new Error("it is no tlog-proof");
	const entry = {
		canonicalizedBody: Buffer.from(commitment, "hex"),
		inclusionProof: {
			logIndex: index.slice(6),
			hashes: hashes.map((hash) => Buffer.from(hash, "base64")),
			checkpoint: { envelope: text.slice(end + 2) },
		},
	};
	const checkpoint = verifyCheckpoint(entry, [log]);

	verifyMerkleInclusion(entry, checkpoint);
	return checkpoint;
}

let failed = 0;

function report(title, found) {
	console.log(found ? `not ok ${title}: ${found}` : `ok ${title}`);
	if (found)
		failed++;
}

function refused(title, text, commitment) {
	try {
		verify(text, commitment);
		report(title, "it was accepted");
	} catch {
		report(title);
	}
}

for (const { index, size, commitment, text } of vectors.receipts) {
	try {
		const checkpoint = verify(text, commitment);

		report(`entry ${index} of ${size} is in the log`,
			checkpoint.origin === vectors.origin && checkpoint.logSize === BigInt(size) ? "" : "of another log or size");
	} catch (error) {
		report(`entry ${index} of ${size} is in the log`, error.message);
	}
	refused(`another entry is not at ${index} of ${size}`, text, commitment.replace(/^../, (byte) => byte === "00" ? "01" : "00"));
	refused(`entry ${index} is not in a changed log of ${size}`, text.replace(`\n${size}\n`, `\n${size + 1}\n`), commitment);
}
process.exit(failed ? 1 : 0);
