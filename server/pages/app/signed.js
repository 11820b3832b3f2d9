/* app/signed.js - what this phone signs, and its calls to the server (PROTOCOL.md). */
import { toText } from "/assets/base64url.js";

const form = "watashi-app-1";
const encoder = new TextEncoder();

/* Our clock against the server's, milliseconds: learnt from a refusal, kept as long as the page runs. */
let offset = 0;

/* What is signed, and what a passkey is made and unlocked for: these lines as bytes. */
export const lines = (word, ...parts) => encoder.encode([form, word, ...parts].join("\n"));

/* r || s in base64url over them. */
export async function sign(key, word, ...parts) {
	return toText(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, lines(word, ...parts)));
}

export const newNonce = () => toText(crypto.getRandomValues(new Uint8Array(16)));

async function authorization(phone, method, path, body, nonce) {
	const at = String(Date.now() + offset);
	const digest = toText(await crypto.subtle.digest("SHA-256", encoder.encode(body ?? "")));
	const signature = await sign(phone.key, "call", location.origin, `${method} ${path}`, phone.device, at, nonce, digest);

	return `Watashi-App ${phone.device}.${at}.${nonce}.${signature}`;
}

async function fetched(phone, method, path, json, { nonce = newNonce(), ...more } = {}) {
	const body = json === undefined ? undefined : JSON.stringify(json);

	return fetch(path, { ...more, method, body, cache: "no-store", headers: {
		Accept: "application/json", Authorization: await authorization(phone, method, path, body, nonce),
		...(body === undefined ? {} : { "Content-Type": "application/json" }),
	} });
}

async function read(answer) {
	try {
		return JSON.parse(await answer.text());
	} catch {
		return null; // 204, or what stands between us and the server answered instead
	}
}

/* { status, json, until } as assets/ask.js gives it. A clock that is off is put right by the server's, once: before that no nonce is kept, so a
 * `nonce` that something was unlocked for is good still. */
export async function call(phone, method, path, json, nonce = undefined) {
	try {
		let answer = await fetched(phone, method, path, json, { nonce });
		let said = await read(answer);

		if (answer.status === 401 && said?.code === "clock") {
			offset = said.now - Date.now();
			answer = await fetched(phone, method, path, json, { nonce });
			said = await read(answer);
		}
		return { status: answer.status, json: said, until: said?.until ?? null };
	} catch {
		return { status: 0, json: null, until: null };
	}
}

/* Hears "look again" over a stream that is signed as any call, for EventSource has no header fields; calls onState(true | false) when the
 * line is there or lost. Gives a function that ends it. */
export function listen(phone, onChange, onState) {
	const again = [1_000, 2_000, 5_000, 10_000, 30_000]; // milliseconds until the next try
	const ending = new AbortController();
	let tries = 0;

	async function once() {
		const answer = await fetched(phone, "GET", "/v1/app/events", undefined, { signal: ending.signal });

		if (!answer.ok)
			throw new Error("no stream");
		const lines = answer.body.pipeThrough(new TextDecoderStream()).getReader();

		tries = 0;
		onState(true);
		for (let heard = await lines.read(); !heard.done; heard = await lines.read()) {
			if (heard.value.includes("event: changed"))
				onChange();
		}
	}

	async function follow() {
		while (!ending.signal.aborted) {
			try {
				await once();
			} catch {
				if (ending.signal.aborted)
					return;
			}
			onState(false);
			await new Promise((resolve) => setTimeout(resolve, again[Math.min(tries++, again.length - 1)]));
			/* Without a stream, looking now and then is as good. */
			if (!ending.signal.aborted)
				onChange();
		}
	}

	follow();
	return () => ending.abort();
}
