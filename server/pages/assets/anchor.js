/* assets/anchor.js - signing keys: asking for them, and showing a fingerprint. */
import { element } from "./dom.js";

export async function readAnchors() {
	const answer = await fetch("/v1/anchors", { headers: { Accept: "application/json" } });

	if (!answer.ok)
		throw new Error(`/v1/anchors: ${answer.status}`);
	return (await answer.json()).keys;
}

/* In groups of four pairs, which eyes compare without losing the place. The text that is copied keeps its colons. */
export function fingerprint(text) {
	const pairs = text.split(":");
	const made = element("code", { class: "fingerprint" });

	for (let at = 0; at < pairs.length; at += 4)
		made.append(element("span", {}, pairs.slice(at, at + 4).join(":") + (at + 4 < pairs.length ? ":" : "")));
	return made;
}
