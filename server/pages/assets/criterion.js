/* assets/criterion.js - one criterion of a policy as a card: what it demands, where that comes from, and how it is found out. */
import { badge, both, element, fact } from "./dom.js";
import { bearerMeaning, bearerWords, factWords, neededWords, privacyWords, valueWords, wordsOf } from "./facts.js";
import { outside } from "./words.js";

const statuses = {
	seed: [["good", "原典の表", "The seed’s table"], ["出発点となった資料の表にある文言です。", "In the words of the founding table."]],
	verified: [["good", "原典と照合済み", "Verified"], ["引用した文書と照合しました。", "Compared with the document it cites."]],
	derived: [["key", "導いた基準", "Derived"], ["引用した文書から、この枠組みの編者が導いたものです。", "Derived from the documents cited, by this framework’s editors."]],
	template: [["notice", "ひな形", "Template"], ["原典に定めがないか確かめていないため、例として置いたものです。運用者が定めてください。",
		"An example, for lack of a source or of its verification: the operator decides."]],
};
const relations = {
	quotes: ["引用", "quoted"],
	derived: ["ここから導いた", "derived from it"],
	equivalent: ["同等とみなす", "held equivalent"],
	see: ["参照", "see"],
};

export const statusList = Object.keys(statuses);
export const statusBadge = (status) => badge(...(statuses[status]?.[0] ?? ["quiet", status, status]));
export const statusMeaning = (status) => both(...(statuses[status]?.[1] ?? ["", ""]));

/* 登録 レベル3 of this framework, with the words its files have. */
export const areasOf = (policy) => [...policy.areas, ...policy.composed];
export const areaOf = (policy, id) => areasOf(policy).find((area) => area.id === id);
export const areaTitle = (policy, id) => wordsOf(areaOf(policy, id)?.title, id);

export function levelTitle(policy, area, level) {
	if (level === "any")
		return ["どのレベルでも", "whatever the level"];
	if (level === "0" || !level)
		return ["どのレベルにも届かない", "no level"];
	return wordsOf(areaOf(policy, area)?.levels.find(({ id }) => id === level)?.title, level);
}

const comparisons = {
	minimum: ["以上", "or higher"], exact: ["ちょうど", "exactly"], maximum: ["以下", "or lower"], better: ["より上", "and better"],
};

/* How a level is asked for: 以上, or higher. */
export const comparisonWords = (how) => comparisons[how] ?? comparisons.minimum;

export const criterionHref = (policy, id) =>
	`/policy/?framework=${encodeURIComponent(policy.framework)}&version=${encodeURIComponent(policy.version)}#${encodeURIComponent(id)}`;

/* A condition as a list in words */

const groups = {
	all: ["次のすべてに当たること", "All of these"],
	any: ["次のいずれかに当たること", "Any of these"],
	not: ["次に当たらないこと", "Not this"],
};

export function conditionList(policy, dictionary, condition, parameters = []) {
	return element("ul", { class: "condition" }, conditionItem(policy, dictionary, condition, parameters));
}

function conditionItem(policy, dictionary, condition, parameters) {
	const inner = (list) => element("ul", {}, ...list.map((one) => conditionItem(policy, dictionary, one, parameters)));

	if (condition.of) {
		return element("li", {}, both(`次のうち${condition.atleast}つ以上に当たること`, `At least ${condition.atleast} of these`), inner(condition.of));
	}
	for (const [name, words] of Object.entries(groups)) {
		if (condition[name])
			return element("li", {}, both(...words), inner([condition[name]].flat()));
	}
	if (condition.ref) {
		return element("li", {}, both("基準 ", "Criterion "), element("a", { href: criterionHref(policy, condition.ref) }, condition.ref),
			both(" を満たすこと", " holds"));
	}
	return element("li", {}, leafWords(dictionary, condition, parameters));
}

function leafWords(dictionary, leaf, parameters) {
	const [titleJa, titleEn] = factWords(dictionary, leaf.fact);
	const [ja, en] = neededWords(dictionary, dictionary.get(leaf.fact), leaf, parameters);

	return both(`${titleJa}が${ja}`, `${titleEn} ${en}`);
}

/* The condition as plain text, for comparing: [ja, en]. */
export function conditionText(policy, dictionary, condition, parameters = []) {
	const list = conditionList(policy, dictionary, condition, parameters);
	const text = (language) => {
		const copy = list.cloneNode(true);

		copy.querySelectorAll(`[lang]:not([lang="${language}"])`).forEach((other) => other.remove());
		copy.querySelectorAll("li").forEach((item) => item.append("\n"));
		copy.querySelectorAll("ul").forEach((inner) => inner.before("\n"));
		return copy.textContent.replace(/\n+/g, "\n").trim();
	};

	return [text("ja"), text("en")];
}

/* Where it comes from */

function source(policy, { document: id, at, relation }) {
	const cited = policy.documents.find((one) => one.id === id);
	const clause = cited?.clauses?.find((one) => one.at === at);
	const [ja, en] = wordsOf(cited?.title, id);
	const title = both(ja, en);

	return element("li", {}, element("span", { class: "relation" }, both(...(relations[relation] ?? [relation, relation]))), " ",
		cited?.url ? outside(cited.url, title) : title, " ",
		element("span", { class: "aside" }, ...(clause?.title ? [both(clause.title.ja, clause.title.en), " "] : []), element("code", {}, at)));
}

/* What of a person it has to know, and how personal that is. */
function personal(dictionary, { facts = [] }) {
	const found = facts.filter((id) => privacyWords(dictionary.get(id)));

	return found.length === 0 ? both("個人についての事実は見ません。", "It reads no fact about a person.")
		: element("ul", { class: "personal" }, ...found.map((id) => element("li", {}, both(...factWords(dictionary, id)), " ",
			element("span", { class: "aside" }, both(...privacyWords(dictionary.get(id)))))));
}

export function criterionCard(policy, dictionary, criterion) {
	const parameters = criterion.parameters ?? [];
	const provenance = criterion.provenance ?? "claimed";

	return element("article", { class: "key criterion", id: criterion.id, tabindex: "-1", "aria-labelledby": `title-${criterion.id}` },
		element("div", { class: "key-head" },
			element("h3", { id: `title-${criterion.id}`, class: "prose" }, both(criterion.title.ja, criterion.title.en), " ",
				element("code", { class: "aside" }, criterion.id)),
			statusBadge(criterion.status)),
		element("p", {}, both(criterion.text.ja, criterion.text.en)),
		element("p", { class: "aside" }, statusMeaning(criterion.status)),
		element("h4", {}, both("根拠", "Where it comes from")),
		element("ul", { class: "sources" }, ...criterion.sources.map((one) => source(policy, one))),
		element("details", {},
			element("summary", {}, both("何をもって満たすとするか", "When it counts as met")),
			...(criterion.when ? [
				element("h4", {}, both("この場合にだけ当てはまります", "Applies only when")),
				conditionList(policy, dictionary, criterion.when, parameters)] : []),
			element("h4", {}, both("満たす条件", "Met when")),
			conditionList(policy, dictionary, criterion.condition, parameters),
			element("dl", { class: "facts" },
				fact("だれの言葉で足りるか", "On whose word", both(...bearerWords(provenance)),
					element("span", { class: "aside" }, both(...(bearerMeaning(provenance) ?? ["", ""])),
						...(provenance === "observed" ? [] : [both("。より確かなものでも足ります", "; firmer words do as well")]))),
				fact("見る事実のうち個人に関わるもの", "Of what it reads, what is personal", personal(dictionary, criterion)),
				...parameters.map((one) => fact(one.label?.ja ?? one.id, one.label?.en ?? one.id,
					both(...valueWords({ type: one.type }, one.value)))),
				fact("満たさないときの説明", "Said when it is not met", both(criterion.reason.ja, criterion.reason.en)))));
}
