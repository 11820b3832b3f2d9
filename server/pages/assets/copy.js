/* assets/copy.js - a button that copies a text, and says that it did. */
import { both, element } from "./dom.js";

const shown = 2500; // milliseconds

/* navigator.clipboard is there on secure pages only; plain HTTP behind a proxy takes the old way. */
async function copy(text) {
	if (navigator.clipboard)
		return navigator.clipboard.writeText(text);
	const area = element("textarea", { class: "unseen", readonly: "", "aria-hidden": "true" });

	area.value = text;
	document.body.append(area);
	area.select();
	const done = document.execCommand("copy");
	area.remove();
	if (!done)
		throw new Error("the browser did not copy");
}

/* `text` is called when the button is pressed; `what` names it for those who hear the page: [ja, en]. */
export function copyButton(text, what) {
	const word = element("span", { "aria-live": "polite" }, both("コピー", "Copy"));
	const button = element("button", { type: "button", class: "button button-quiet copy" }, word,
		element("span", { class: "heard" }, both(`：${what[0]}`, `: ${what[1]}`)));
	let timer = 0;

	button.addEventListener("click", async () => {
		try {
			await copy(text());
			word.replaceChildren(both("コピーしました", "Copied"));
		} catch {
			word.replaceChildren(both("コピーできません", "Cannot copy"));
		}
		clearTimeout(timer);
		timer = setTimeout(() => word.replaceChildren(both("コピー", "Copy")), shown);
	});
	return button;
}

/* A text to be taken along, with its button beside it. */
export function copyable(text, what, tag = "code") {
	return element("div", { class: "copyable" }, element(tag, { class: "code", tabindex: tag === "pre" ? "0" : null }, text),
		copyButton(() => text, what));
}
