/* assets/merkle.js - the log's tree, computed here: SHA-256 by WebCrypto, hashes of RFC 6962 s2.1, proofs of RFC 9162 s2.1.3.2.
 * Pure functions of bytes; nothing here knows of the page. */

export const hashSize = 32;
const pathLargest = 64;

export function bytesFromHex(text) {
	if (!/^([0-9a-f]{2})*$/i.test(text))
		throw new Error("not hexadecimal");
	return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export const hexOf = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/* Strict: standard alphabet, padded, no blanks, one spelling only. */
export function bytesFromBase64(text) {
	if (!/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text))
		throw new Error("not base64");
	const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

	if (base64Of(bytes) !== text)
		throw new Error("not base64 as it is written");
	return bytes;
}

export const base64Of = (bytes) => btoa(String.fromCharCode(...bytes));

export const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);

export function joined(...parts) {
	const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
	let at = 0;

	for (const part of parts) {
		all.set(part, at);
		at += part.length;
	}
	return all;
}

export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
export const leafHash = (entry) => sha256(joined([0], entry));
export const nodeHash = (left, right) => sha256(joined([1], left, right));

/* The root to which the path leads from this leaf, or null: no proof of `index` in a tree of `size` has this form. Both are
 * BigInt: a log may be larger than what a number counts exactly. */
export async function rootOf(leaf, index, size, path) {
	let at = index;
	let last = size - 1n;
	let root = leaf;

	if (index < 0n || index >= size || path.length > pathLargest || path.some((hash) => hash.length !== hashSize))
		return null;
	for (const hash of path) {
		if (last === 0n)
			return null; // more hashes than the tree is high
		if (at % 2n === 1n || at === last) {
			root = await nodeHash(hash, root);
			while (at % 2n === 0n && at !== 0n) {
				at /= 2n;
				last /= 2n;
			}
		} else {
			root = await nodeHash(root, hash);
		}
		at /= 2n;
		last /= 2n;
	}
	return last === 0n ? root : null;
}

/* What the log writes down of an entry: SHA-256 of its salt and its canonical JSON (RFC 8785). */
export function canonical(value) {
	if (Array.isArray(value))
		return `[${value.map(canonical).join(",")}]`;
	if (value !== null && typeof value === "object")
		return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
	return JSON.stringify(value);
}

export const commitmentOf = (salt, entry) => sha256(joined(salt, new TextEncoder().encode(canonical(entry))));
