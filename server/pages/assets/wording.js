/* assets/wording.js - two wordings of the same text side by side, what changed marked word by word. */
import { both, element } from "./dom.js";

const wordsLargest = 1500; // of one text; a longer one is shown whole, unmarked

/* Words, in Japanese as well, where the browser knows them; else single characters. */
function cut(text, language) {
	return Intl.Segmenter ? [...new Intl.Segmenter(language, { granularity: "word" }).segment(text)].map(({ segment }) => segment) : [...text];
}

/* [{ kind: "same" | "gone" | "new", text }], the longest common row of words kept. */
export function difference(before, after, language) {
	const a = cut(before, language);
	const b = cut(after, language);
	const found = [];
	const add = (kind, text) => (found.at(-1)?.kind === kind ? found.at(-1).text += text : found.push({ kind, text }));

	if (a.length > wordsLargest || b.length > wordsLargest)
		return before === after ? [{ kind: "same", text: before }] : [{ kind: "gone", text: before }, { kind: "new", text: after }];
	const common = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));

	for (let i = a.length - 1; i >= 0; i--) {
		for (let j = b.length - 1; j >= 0; j--)
			common[i][j] = a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
	}
	for (let i = 0, j = 0; i < a.length || j < b.length;) {
		if (i < a.length && j < b.length && a[i] === b[j]) {
			add("same", a[i++]);
			j++;
		} else if (i < a.length && (j === b.length || common[i + 1][j] >= common[i][j + 1])) {
			add("gone", a[i++]);
		} else {
			add("new", b[j++]);
		}
	}
	return found;
}

/* What each side shows of a difference: marked, and said to those who hear it. */
function side(parts, kind, language) {
	const heard = { ja: { gone: ["（削除：", "）"], new: ["（追加：", "）"] }, en: { gone: ["(removed: ", ") "], new: ["(added: ", ") "] } }[language];

	return parts.filter((part) => part.kind === "same" || part.kind === kind).map((part) => (part.kind === "same" ? part.text
		: element(kind === "gone" ? "del" : "ins", {}, element("span", { class: "heard" }, heard[kind][0]), part.text,
			element("span", { class: "heard" }, heard[kind][1]))));
}

const none = { ja: "（なし）", en: "(none)" };

/* `before` and `after` are [ja, en]; `name` says what of it this is. Where the two stand one below the other, each says which it is. */
export function pair({ name, before, after }) {
	const [ja, en] = [difference(before[0], after[0], "ja"), difference(before[1], after[1], "en")];
	const shown = (parts, kind, language, text) => (text === "" ? element("span", { class: "aside" }, none[language]) : side(parts, kind, language));
	const column = (kind, text, ...which) => element("div", { class: "side" }, element("p", { class: "side-name" }, both(...which)), both(shown(ja, kind, "ja", text[0]), shown(en, kind, "en", text[1])));

	return element("div", { class: "pair" }, element("p", { class: "label" }, both(...name)),
		column("gone", before, "比べる版", "Compared with"), column("new", after, "この版", "This version"));
}
