/* assets/view.js - a page that shows one step after another: each has a heading that says what one does there, which takes the title
 * and the focus, so that those who hear the page know where they are. */
import { both, element, fill } from "./dom.js";

let shown = null;

export function title([ja, en]) {
	const made = document.querySelector("title");

	made.dataset.ja = `${ja}｜Watashi`;
	made.dataset.en = `${en} | Watashi`;
	document.title = made.dataset[document.documentElement.lang] ?? made.dataset.ja;
}

/* Said to those who hear the page, without moving them. */
export function say(ja, en) {
	fill("said", both(ja, en));
}

/* `name` tells views apart: the same one drawn anew leaves the focus where it is. `words`: { over, heading, lead }, each [ja, en]. */
export function show(name, { over, heading, lead }, ...content) {
	const h1 = element("h1", { tabindex: "-1" }, both(...heading));

	fill(
		"view",
		...(over ? [element("p", { class: "overline" }, both(...over))] : []),
		h1,
		...(lead ? [element("p", { class: "lead" }, both(...lead))] : []),
		...content,
	);
	document.querySelector('[data-slot="view"]').setAttribute("aria-busy", "false");
	title(heading);
	if (shown !== null && shown !== name) {
		scrollTo(0, 0);
		h1.focus({ preventScroll: true });
	}
	shown = name;
}

/* Each language by itself: [one in ja, one in en], where an attribute holds one text only. */
export const chosen = ([ja, en]) => (document.documentElement.lang === "en" ? en : ja);
