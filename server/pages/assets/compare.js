/* assets/compare.js - two versions of a framework side by side: criteria by their ids, their texts word by word. */
import { badge, both, element } from "./dom.js";
import { areaTitle, conditionText, levelTitle } from "./criterion.js";
import { dictionaryOf } from "./facts.js";

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

/* What a criterion says, part by part: [ja, en] each. */
const parts = [
	[["題", "Title"], ({ one }) => [one.title.ja, one.title.en]],
	[["求めること", "Demands"], ({ one }) => [one.text.ja, one.text.en]],
	[["レベル", "Level"], ({ one, policy }) => levelTitle(policy, one.area, one.level)],
	[["評価軸", "Area"], ({ one, policy }) => areaTitle(policy, one.area)],
	[["位置づけ", "Status"], ({ one }) => [one.status, one.status]],
	[["だれの言葉で足りるか", "On whose word"], ({ one }) => [one.provenance ?? "claimed", one.provenance ?? "claimed"]],
	[["当てはまる場合", "Applies when"], ({ one, policy, dictionary }) =>
		(one.when ? conditionText(policy, dictionary, one.when, one.parameters) : ["いつでも", "always"])],
	[["満たす条件", "Met when"], ({ one, policy, dictionary }) => conditionText(policy, dictionary, one.condition, one.parameters)],
	[["根拠", "Sources"], ({ one }) => Array(2).fill(one.sources.map(({ document: id, at, relation }) => `${id} ${at} (${relation})`).join("\n"))],
	[["満たさないときの説明", "Said when not met"], ({ one }) => [one.reason.ja, one.reason.en]],
];

function changes(before, after) {
	return parts.map(([name, of]) => ({ name, old: of(before), young: of(after) }))
		.filter(({ old, young }) => old[0] !== young[0] || old[1] !== young[1]);
}

function pair({ name, old, young }) {
	const [ja, en] = [difference(old[0], young[0], "ja"), difference(old[1], young[1], "en")];
	const column = (kind) => element("div", { class: "side" }, both(side(ja, kind, "ja"), side(en, kind, "en")));

	return element("div", { class: "pair" }, element("p", { class: "label" }, both(...name)), column("gone"), column("new"));
}

function changed(before, after) {
	return element("li", { class: "key" },
		element("div", { class: "key-head" }, element("h3", { class: "prose" }, both(after.one.title.ja, after.one.title.en), " ",
			element("code", { class: "aside" }, after.one.id)), badge("notice", "変更", "Changed")),
		element("div", { class: "pair pair-head" }, element("p", { class: "label" }, both("比べる版", "Compared with"), ` ${before.policy.version}`),
			element("p", { class: "label" }, both("この版", "This version"), ` ${after.policy.version}`)),
		...changes(before, after).map(pair));
}

function alone({ one, policy }, kind, ja, en) {
	const [areaJa, areaEn] = areaTitle(policy, one.area);
	const [levelJa, levelEn] = levelTitle(policy, one.area, one.level);

	return element("li", { class: "key" },
		element("div", { class: "key-head" }, element("h3", { class: "prose" }, both(one.title.ja, one.title.en), " ", element("code", { class: "aside" }, one.id)),
			badge(kind, ja, en)),
		element("p", { class: "aside" }, both(`${areaJa} ${levelJa}`, `${areaEn}, ${levelEn}`)),
		element("p", {}, both(one.text.ja, one.text.en)));
}

/* `policy` against `older`: what is new, what is gone, what says something else. */
export function comparison(policy, older) {
	const take = (of) => {
		const dictionary = dictionaryOf(of.facts);

		return new Map(of.criteria.map((one) => [one.id, { one, policy: of, dictionary }]));
	};
	const before = take(older);
	const after = take(policy);
	const added = [...after.values()].filter(({ one }) => !before.has(one.id));
	const removed = [...before.values()].filter(({ one }) => !after.has(one.id));
	const other = [...after.values()].filter(({ one }) => before.has(one.id) && changes(before.get(one.id), after.get(one.id)).length > 0);
	const count = (list, ja, en) => element("div", {}, element("dt", {}, both(ja, en)), element("dd", {}, list.length.toLocaleString("en-US")));

	return element("section", { "aria-labelledby": "comparison" },
		element("h2", { id: "comparison", tabindex: "-1" }, both(`版 ${older.version} から版 ${policy.version} への変更`,
			`From version ${older.version} to version ${policy.version}`)),
		element("dl", { class: "counts" }, count(added, "加わった基準", "added"), count(removed, "なくなった基準", "removed"),
			count(other, "変わった基準", "changed")),
		added.length + removed.length + other.length === 0
			? element("p", {}, both("基準に違いはありません。", "The criteria are the same."))
			: element("ul", { class: "comparison" },
				...other.map(({ one }) => changed(before.get(one.id), after.get(one.id))),
				...added.map((one) => alone(one, "good", "追加", "Added")),
				...removed.map((one) => alone(one, "bad", "削除", "Removed"))));
}
