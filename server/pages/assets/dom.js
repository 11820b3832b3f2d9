/* assets/dom.js - making elements. Text is always a text node: nothing from outside is ever read as HTML. */

/* element("p", { class: "note" }, "text", child, …); an attribute of null is left out. */
export function element(name, attributes = {}, ...children) {
	const made = document.createElement(name);

	for (const [key, value] of Object.entries(attributes)) {
		if (value !== null)
			made.setAttribute(key, value);
	}
	made.append(...children);
	return made;
}

/* The same thing said in both languages; the one not chosen is hidden by watashi.css. Each is a text or a list of nodes. */
export function both(ja, en) {
	const made = document.createDocumentFragment();

	made.append(element("span", { lang: "ja" }, ...[ja].flat()), element("span", { lang: "en" }, ...[en].flat()));
	return made;
}

/* A paragraph in both: as it is, with weight, as a note, as the name of what follows. */
export const paragraph = (ja, en) => element("p", {}, both(ja, en));
export const strongly = (ja, en) => element("p", {}, element("strong", {}, both(ja, en)));
export const aside = (ja, en) => element("p", { class: "aside" }, both(ja, en));
export const label = (ja, en) => element("p", { class: "label" }, both(ja, en));

/* One of a list of facts (a `dl`): its name, and what it is. */
export function fact(ja, en, ...value) {
	return element("div", {}, element("dt", {}, both(ja, en)), element("dd", {}, ...value));
}

/* A part of the page under its heading; `name` is the heading's id. */
export function section(name, ja, en, ...content) {
	return element("section", { "aria-labelledby": name }, element("h2", { id: name }, both(ja, en)), ...content);
}

/* Replaces what stands in the page's place of this name (data-slot); a page without it is passed over. */
export function fill(slot, ...children) {
	document.querySelector(`[data-slot="${slot}"]`)?.replaceChildren(...children);
}

const shapes = {
	good: "M9.5 16.2 5.3 12l-1.4 1.4 5.6 5.6 11-11-1.4-1.4z",
	notice: "M12 2 1 21h22L12 2zm1 16h-2v-2h2v2zm0-4h-2v-4h2v4z",
	bad: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm1 15h-2v-2h2v2zm0-4h-2V7h2v6z",
	quiet: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm5 11H7v-2h10v2z",
	level: "M12 1 3 5v6c0 5.5 3.8 10.7 9 12 5.2-1.3 9-6.5 9-12V5l-9-4zm-2 16-4-4 1.4-1.4 2.6 2.6 6.6-6.6L18 10l-8 7z",
	key: "M12 2 15 9l7 .6-5.3 4.6 1.6 7-6.3-3.8-6.3 3.8 1.6-7L2 9.6 9 9z",
	waiting: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm1 11h-2V6h2v7zm4 3-4-3 1-1.6 4 3L17 16z",
};

/* A shape that goes with a word; by itself it says nothing (aria-hidden). */
export function icon(kind) {
	const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
	const path = document.createElementNS("http://www.w3.org/2000/svg", "path");

	svg.setAttribute("viewBox", "0 0 24 24");
	svg.setAttribute("class", "icon");
	svg.setAttribute("aria-hidden", "true");
	path.setAttribute("d", shapes[kind]);
	svg.append(path);
	return svg;
}

/* A badge is a word with a shape, the same everywhere: good, notice, bad, quiet, waiting, key, level. */
export function badge(kind, ja, en) {
	return element("span", { class: `badge badge-${kind}` }, icon(kind), both(ja, en));
}
