/* assets/receipt.js - a receipt (C2SP tlog-proof) read and verified: what holds, what does not, and what could not be looked at. */
import { bytesFromBase64, hashSize, leafHash, rootOf, same } from "./merkle.js";
import { checkNote, readCheckpoint, readNote } from "./note.js";

const headline = "c2sp.org/tlog-proof@v1";
const receiptLargest = 256 * 1024;

/* Throws when the text is no receipt. What was pasted may have lost its last newline, or got Windows' line ends. */
export function readReceipt(pasted) {
	const text = `${pasted.replaceAll("\r\n", "\n").trim()}\n`;
	const end = text.indexOf("\n\n");
	const lines = text.slice(0, end).split("\n");

	if (text.length > receiptLargest || end < 0 || lines.shift() !== headline)
		throw new Error(`a receipt begins with ${headline}`);
	if (lines[0]?.startsWith("extra "))
		lines.shift();
	const [, index] = /^index (0|[1-9][0-9]{0,19})$/.exec(lines.shift() ?? "") ?? [];

	if (index === undefined)
		throw new Error("a receipt tells the entry's index");
	const path = lines.map(bytesFromBase64);

	if (path.some((hash) => hash.length !== hashSize))
		throw new Error("a hash of the proof has another size");
	const note = readNote(text.slice(end + 2));

	return { index: BigInt(index), path, note, checkpoint: readCheckpoint(note.text) };
}

/* { path, signature, holds }: path is "valid" | "invalid"; signature as checkNote() says, or "foreign": of another log's
 * name. `holds` only when both are valid. */
export async function verifyReceipt(receipt, commitment, key) {
	const { checkpoint, index, note } = receipt;
	const root = await rootOf(await leafHash(commitment), index, checkpoint.size, receipt.path);
	const path = root !== null && same(root, checkpoint.root) ? "valid" : "invalid";
	const signature = checkpoint.origin === key.name ? await checkNote(note, key) : "foreign";

	return { path, signature, holds: path === "valid" && signature === "valid" };
}
