/* assets/compare.js - two versions of a framework side by side: thing by thing, with what the engine says became of it. */
import { badge, both, element } from "./dom.js";
import { bearerWords, dictionaryOf, factWords, valueWords } from "./facts.js";
import { kinds, toldKey } from "./versions.js";
import { pair } from "./wording.js";

const outcomes = {
	stricter: ["notice", "厳しくなった", "Stricter"],
	looser: ["notice", "緩くなった", "Looser"],
	other: ["notice", "別の条件になった", "Demands something else"],
	undetermined: ["waiting", "厳しさは判定できず", "Strictness not determined"],
	reworded: ["quiet", "求めることは同じ", "Demands the same"],
	same: ["quiet", "求めることは同じ", "Demands the same"],
	changed: ["quiet", "変更", "Changed"],
	added: ["good", "追加", "Added"],
	removed: ["bad", "削除", "Removed"],
};
const moved = ["stricter", "looser", "other", "undetermined"]; // whatever the words do

/* Finding */

function changesOf(before, after) {
	return after.parts.map(([name, text], at) => ({ name, before: before.parts[at][1], after: text }))
		.filter(({ before: [ja, en], after: [newJa, newEn] }) => ja !== newJa || en !== newEn);
}

/* What differs of one kind: [{ outcome, before, after, changes, told }]; what is no more comes last. */
function differencesOf(kind, before, after, engine) {
	const take = (side) => new Map(kind.of(side).map((one) => kind.thing(one, side)).map((thing) => [thing.key, thing]));
	const told = new Map((engine?.[kind.told] ?? []).map((one) => [toldKey(one), one]));
	const [old, young] = [take(before), take(after)];
	const found = [];

	for (const [key, thing] of young) {
		const former = old.get(key);
		const word = told.get(key);
		const changes = former ? changesOf(former, thing) : [];

		if (!former)
			found.push({ outcome: "added", after: thing, changes, told: word });
		else if (moved.includes(word?.change))
			found.push({ outcome: word.change, before: former, after: thing, changes, told: word });
		else if (changes.length > 0)
			found.push({ outcome: word ? "reworded" : "changed", before: former, after: thing, changes });
	}
	for (const [key, thing] of old) {
		if (!young.has(key))
			found.push({ outcome: "removed", before: thing, changes: [], told: told.get(key) });
	}
	return found;
}

/* Showing */

function example(ja, en, witness, dictionary) {
	if (!witness)
		return [];
	const [byJa, byEn] = bearerWords(witness.provenance);

	return [element("details", {}, element("summary", {}, both(ja, en)),
		element("p", { class: "aside" }, both(`次の事実が分かっているとき（${byJa}）`, `When these facts are known (${byEn})`)),
		element("dl", { class: "facts" }, ...Object.entries(witness.facts).map(([id, value]) => element("div", {},
			element("dt", {}, both(...factWords(dictionary, id))), element("dd", {}, both(...valueWords(dictionary.get(id), value)))))))];
}

function card({ outcome, before, after, changes, told }, versions, dictionary) {
	const thing = after ?? before;
	const alone = !after || !before;

	return element("li", { class: "key", "data-outcome": outcome },
		element("div", { class: "key-head" }, element("h4", { class: "prose" }, both(...thing.title),
			...(thing.code ? [" ", element("code", { class: "aside" }, thing.code)] : [])), badge(...outcomes[outcome])),
		...(alone && thing.where ? [element("p", { class: "aside" }, both(...thing.where))] : []),
		...(alone && thing.text[0] !== "" ? [element("p", {}, both(...thing.text))] : []),
		...(changes.length > 0 ? [element("div", { class: "pair pair-head" },
			element("p", { class: "label" }, both("比べる版", "Compared with"), ` ${versions.before}`),
			element("p", { class: "label" }, both("この版", "This version"), ` ${versions.after}`))] : []),
		...changes.map(pair),
		...(alone ? [] : [
			...example("以前は満たし、この版では満たさない例", "An example that was enough before, and is not now", told?.newly_refused, dictionary),
			...example("以前は満たさず、この版では満たす例", "An example that was not enough before, and is now", told?.newly_accepted, dictionary)]));
}

function group({ kind, found }, versions, dictionary) {
	return [element("h3", { id: `compared-${kind.id}` }, both(`${kind.ja}（${found.length}）`, `${kind.en} (${found.length})`)),
		element("ul", { class: "comparison" }, ...found.map((one) => card(one, versions, dictionary)))];
}

const counted = ["stricter", "looser", "other", "reworded", "changed", "added", "removed"];

/* What is not listed demands the same, too: this one counts what is. */
const countedWords = (outcome) => (outcome === "reworded" ? ["文言だけ変わった", "Reworded only"] : outcomes[outcome].slice(1));

function counts(found, engine) {
	const number = (outcome) => found.filter((one) => one.outcome === outcome).length;
	const shown = engine ? counted : ["changed", "added", "removed"];

	return element("dl", { class: "counts" }, ...shown.map((outcome) => element("div", {},
		element("dt", {}, both(...countedWords(outcome))), element("dd", {}, number(outcome).toLocaleString("en-US")))));
}

const warnings = (engine) => [
	...(engine ? [] : [element("p", {}, badge("waiting", "厳しさは示せません", "Strictness cannot be shown"), " ",
		both("文言の違いはすべて示しています。しばらくして読み込み直すと、厳しくなったかどうかも示せます。",
			"All differences in wording are shown. Reload in a while to see what is stricter."))]),
	...(engine?.cut_off ? [element("p", {}, badge("waiting", "一部は判定できず", "Not all determined"), " ",
		both("違いが大きく、厳しくなったかどうかの判定を途中で終えました。判定していないものには、そう記しています。",
			"The difference is large, and the search for what is stricter ended at its limit. What was not determined says so."))] : []),
];

/* `policy` against `older`; `engine` is what `/v1/policy/…/difference` says of both, or null. */
export function comparison(policy, older, engine) {
	const dictionary = dictionaryOf([...older.facts, ...policy.facts]);
	const groups = kinds.map((kind) => ({ kind, found: differencesOf(kind, { policy: older, dictionary }, { policy, dictionary }, engine) }));
	const [different, alike] = [groups.filter(({ found }) => found.length > 0), groups.filter(({ found }) => found.length === 0)];
	const versions = { before: older.version, after: policy.version };

	return element("section", { "aria-labelledby": "comparison" },
		element("h2", { id: "comparison", tabindex: "-1" }, both(`版 ${older.version} から版 ${policy.version} への変更`,
			`From version ${older.version} to version ${policy.version}`)),
		counts(groups.flatMap(({ found }) => found), engine),
		...warnings(engine),
		...different.flatMap((one) => group(one, versions, dictionary)),
		element("p", {}, different.length === 0 ? both("二つの版に違いはありません。", "The two versions are the same.")
			: both(`違いのないもの：${alike.map(({ kind }) => kind.ja).join("、") || "なし"}`,
				`The same in both: ${alike.map(({ kind }) => kind.en.toLowerCase()).join("; ") || "nothing"}`)));
}
