/* assets/unmet.js - what stood in the way of a decision: criteria not met or unknown, and what was said and did not count. */
import { areaTitle, conditionList, criterionHref, levelTitle } from "./criterion.js";
import { bearerWords, factWords, neededWords, recordedFacts, recordedOf, valueWords } from "./facts.js";
import { both, element, section } from "./dom.js";

const shownLargest = 5; // criteria of one kind shown at once; the others are folded

export function missing(policy, dictionary, decision) {
	const list = (all) => element("ul", { class: "findings" }, ...all.map((one) => shortOf(policy, dictionary, decision, one)));
	const folded = (all) => [list(all.slice(0, shownLargest)), ...(all.length > shownLargest ? [element("details", {},
		element("summary", {}, both(`ほか${all.length - shownLargest}件`, `${all.length - shownLargest} more`)), list(all.slice(shownLargest)))] : [])];

	const [failed, unknown] = [decision.failed, decision.unknown].map((all) => all.filter((one) => decision.permit || !stops(one)));

	return [
		...(failed.length > 0 ? [section("failed", `満たしていない基準（${failed.length}件）`, `Criteria that are not met (${failed.length})`,
			...(decision.permit ? [beyond()] : []), ...folded(failed))] : []),
		...(unknown.length > 0 ? [section("unknown", `まだ分からない基準（${unknown.length}件）`, `Criteria nothing is known about (${unknown.length})`,
			...(decision.permit ? [beyond()] : []),
			element("p", {}, both("確かめる材料がそろっていないものです。分からないことは、満たしたことにはなりません。", "There was not enough to tell. What is not known does not count as met.")),
			...folded(unknown))] : []),
	];
}

/* What must hold whatever is required: each of them alone stops everything, in an area nothing was asked of, too. */
const stops = ({ level }) => level === "any";

export function stopping(policy, dictionary, decision) {
	const all = [...decision.failed, ...decision.unknown].filter(stops);

	return decision.permit || all.length === 0 ? []
		: [section("unmet", `どのレベルでも満たすべき基準（${all.length}件）`, `What must hold whatever is asked for (${all.length})`,
			element("p", {}, both("満たしていないか、分かっていません。これだけで認められません。", "Not met, or not known. That alone is why it is not permitted.")),
			element("ul", { class: "findings" }, ...all.map((one) => shortOf(policy, dictionary, decision, one))))];
}

/* Who reads that it was permitted must not take these for what was asked. */
const beyond = () => element("p", {}, both("求められたレベルの妨げにはなっていません。さらに上のレベルには必要なものです。",
	"None of this stood in the way of what was asked for; it keeps higher levels from being reached."));

/* A criterion that stood in the way: what it says, and what of each fact was found and needed. */
function shortOf(policy, dictionary, decision, one) {
	const criterion = one.criterion ?? policy.criteria.find(({ id }) => id === one.id);
	const [areaJa, areaEn] = areaTitle(policy, one.area);
	const [levelJa, levelEn] = levelTitle(policy, one.area, one.level);

	return element("li", { class: "finding" },
		element("p", {}, one.text ? both(one.text.ja, one.text.en) : one.id),
		element("p", { class: "aside" }, ...(one.area ? [both(`${areaJa}　${levelJa}`, `${areaEn}, ${levelEn}`), " · "] : []),
			element("a", { href: criterionHref(policy, one.id) }, both(`基準 ${one.id} を見る`, `Criterion ${one.id}`))),
		...(one.facts ? [needs(dictionary, one.facts)] : criterion?.facts ? [found(policy, dictionary, decision, criterion)] : []));
}

const valueNow = (dictionary, id, held) => (held ? [both(...valueWords(dictionary.get(id), held.value)), " ", element("span", { class: "aside" }, both(`（${bearerWords(held.by)[0]}）`, ` (${bearerWords(held.by)[1]})`))]
	: [both("分かっていません", "not known")]);

const valuesNow = (dictionary, id, all) => (all.length === 0 ? valueNow(dictionary, id, null)
	: all.flatMap((held, at) => [...(at > 0 ? [both("、", ", ")] : []), ...valueNow(dictionary, id, held)]));

/* Of the answer: value at hand and value needed. */
function needs(dictionary, list) {
	return element("dl", { class: "needs" }, ...list.map((one) => element("div", {},
		element("dt", {}, both(...factWords(dictionary, one.fact))),
		element("dd", {}, both("いま：", "Now: "), ...valueNow(dictionary, one.fact, "value" in one ? one : null)),
		element("dd", {}, both("必要：", "Needed: "), both(...neededWords(dictionary, dictionary.get(one.fact), one.needed))))));
}

/* Of the record: the values at hand, and the whole condition. */
function found(policy, dictionary, decision, criterion) {
	const recorded = recordedFacts(decision.entry);

	return element("details", {}, element("summary", {}, both("いまの値と条件", "Values at hand, and the condition")),
		element("dl", { class: "needs" }, ...criterion.facts.map((id) => element("div", {},
			element("dt", {}, both(...factWords(dictionary, id))),
			element("dd", {}, both("いま：", "Now: "), ...valuesNow(dictionary, id, recordedOf(recorded, id)))))),
		conditionList(policy, dictionary, criterion.condition, criterion.parameters));
}

export function disregarded(dictionary, decision) {
	return decision.disregarded.length === 0 ? []
		: [section("disregarded", "数えなかった申し立て", "What was said and did not count",
			element("ul", { class: "findings" }, ...decision.disregarded.map(({ fact: id, why }) => element("li", { class: "finding" },
				element("p", {}, both(...factWords(dictionary, id))), element("p", { class: "aside" }, ...reasonWords(why))))))];
}

/* Of policy/facts.json: whose word counts. */
const asserters = { watashi: ["Watashi", "Watashi"], idp: ["認証提供者", "the identity provider"], "proofing-provider": ["身元確認提供者", "the proofing provider"],
	platform: ["プラットフォーム事業者", "the platform"], rp: ["提供先", "the relying party"], registry: ["登録簿", "the registry"] };

function asserterWords(ids) {
	const names = ids.map((id) => asserters[id] ?? [id, id]);

	return both(`これを述べることができるのは、${names.map(([ja]) => ja).join("、")}だけです。`, `Only ${names.map(([, en]) => en).join(" or ")} may state it.`);
}

function reasonWords(why) {
	const [, had, needed] = /^(.*) where (\w+) is needed$/.exec(why) ?? [];
	const [, only] = /^only (.*) may state it$/.exec(why) ?? [];
	const [, said, known] = /^(\w+) otherwise than (\w+)$/.exec(why) ?? [];
	const [, age] = /^older than (P\w+)$/.exec(why) ?? [];

	if (age) {
		const [ja, en] = valueWords({ type: "duration" }, age);

		return [both(`確かめられたのが${ja}より前です。`, `It was found out more than ${en} before.`)];
	}
	if (only)
		return [asserterWords(only.split(", "))];
	if (known) {
		return [both(`「${bearerWords(said)[0]}」の値は、優先される「${bearerWords(known)[0]}」の値と違います。`,
			`What was ${bearerWords(said)[1]} differs from what was ${bearerWords(known)[1]}, which counts.`)];
	}
	if (!needed)
		return [why];
	const words = had.split(" or ").map(bearerWords);

	return [both(`${words.map(([ja]) => ja).join("または")}でしたが、「${bearerWords(needed)[0]}」以上が必要です。`,
		`It was ${words.map(([, en]) => en).join(" or ")}, and must be ${bearerWords(needed)[1]}.`)];
}
