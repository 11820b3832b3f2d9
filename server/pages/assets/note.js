/* assets/note.js - signed notes (C2SP signed-note): a text, and Ed25519 signatures under it, checked by WebCrypto. */
import { bytesFromBase64, bytesFromHex, joined, same, sha256 } from "./merkle.js";

const ed25519 = 1; // the algorithm, as a key says it
const noteLargest = 128 * 1024;
const signaturesLargest = 64;
const utf8 = new TextEncoder();

/* "name+id+key", the id checked against the rest. Throws a sentence for those who program. */
export async function readKey(text) {
	const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim()) ?? [];

	if (!name)
		throw new Error("a key has the form name+id+base64");
	const key = bytesFromBase64(encoded);

	if (key.length !== 33 || key[0] !== ed25519)
		throw new Error("the key is not one of Ed25519");
	const right = (await sha256(joined(utf8.encode(`${name}\n`), key))).slice(0, 4);

	if (!same(right, bytesFromHex(id)))
		throw new Error("the key's id is not that of its name and bytes");
	return { name, id: bytesFromHex(id), bytes: key.slice(1) };
}

/* Form only. The text keeps its last newline: it is what is signed. */
export function readNote(note) {
	const end = note.lastIndexOf("\n\n");

	if (note.length > noteLargest || end < 0 || !note.endsWith("\n"))
		throw new Error("a note is a text, an empty line, and signatures");
	const lines = note.slice(end + 2, -1).split("\n");

	if (lines.length > signaturesLargest)
		throw new Error("the note has too many signatures");
	return {
		text: note.slice(0, end + 1),
		signatures: lines.map((line) => {
			const [, name, encoded] = /^\u2014 ([^+\s]+) (\S+)$/.exec(line) ?? [];

			if (!name)
				throw new Error("a line of the note is no signature");
			const bytes = bytesFromBase64(encoded);

			if (bytes.length < 5)
				throw new Error("a signature of the note is too short");
			return { name, id: bytes.slice(0, 4), signature: bytes.slice(4) };
		}),
	};
}

/* "valid", "invalid", "absent" (no signature by this key), or "unable": this browser knows no Ed25519. */
export async function checkNote(note, key) {
	const own = note.signatures.filter(({ name, id }) => name === key.name && same(id, key.id));
	let known;

	if (own.length === 0)
		return "absent";
	try {
		known = await crypto.subtle.importKey("raw", key.bytes, { name: "Ed25519" }, false, ["verify"]);
	} catch {
		return "unable";
	}
	for (const { signature } of own) {
		if (!await crypto.subtle.verify({ name: "Ed25519" }, known, signature, utf8.encode(note.text)))
			return "invalid";
	}
	return "valid";
}

/* Origin, size and root (C2SP tlog-checkpoint). */
export function readCheckpoint(text) {
	const [origin, size, root] = text.split("\n");

	if (!origin || !/^(0|[1-9][0-9]{0,19})$/.test(size ?? "") || root === undefined)
		throw new Error("a checkpoint has an origin, a size and a root, a line each");
	return { origin, size: BigInt(size), root: bytesFromBase64(root) };
}
