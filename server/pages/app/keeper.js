/* app/keeper.js - the phone's key and what belongs to it, kept in this browser: made by WebCrypto, never to leave it. */

const name = "watashi-app";
const store = "phone";
const entry = "paired";

function opened() {
	return new Promise((resolve, reject) => {
		const request = indexedDB.open(name, 1);

		request.onupgradeneeded = () => request.result.createObjectStore(store);
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});
}

async function done(mode, run) {
	const base = await opened();

	try {
		return await new Promise((resolve, reject) => {
			const transaction = base.transaction(store, mode);
			const request = run(transaction.objectStore(store));

			transaction.oncomplete = () => resolve(request.result ?? null);
			transaction.onerror = () => reject(transaction.error);
			transaction.onabort = () => reject(transaction.error);
		});
	} finally {
		base.close();
	}
}

/* { key (CryptoKey, of signing alone), device, number, pushKey, passkey ({ rp_id, id } behind the screen lock, or null) }; null: this phone is not paired. */
export const kept = () => done("readonly", (rows) => rows.get(entry));
export const keep = (phone) => done("readwrite", (rows) => rows.put(phone, entry));
export const forget = () => done("readwrite", (rows) => rows.delete(entry));

/* A browser may throw away what a page keeps; asked, most do not. Who says no has a phone that works all the same. */
export async function persist() {
	try {
		await navigator.storage?.persist?.();
	} catch {
		// the browser decides
	}
}

/* `key` cannot be exported: whoever gets at this page's memory can use it, never take it along. */
export async function newKey() {
	const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);

	return { key: pair.privateKey, spki: new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey)) };
}
