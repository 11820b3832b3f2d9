/* assets/decided.js - one decision as data: what the ledger's record and an answer tell of it, as one. */
import { areaOf, areasOf } from "./criterion.js";

/* Without the version's document ids stand for words. */
export const unknownPolicy = (framework, version) => ({ framework, version, areas: [], composed: [], criteria: [], documents: [], facts: [], missing: true });

/* What both forms tell, as one: { id, at, permit, barred, levels: [{ area, reached, possible, required, comparison }], failed,
 * unknown: [{ id, text, facts }], disregarded, advice, facts, … }. `answer` is one that no record contradicts, or null. */
export function merged(record, answer, policy) {
	const entry = record?.entry;
	const context = answer?.context;
	const required = new Map((entry?.demand ?? []).map((one) => [one.area, one]));
	const levels = Object.entries(entry?.result.levels ?? context.levels).map(([area, { reached, possible }]) => ({
		area, reached, possible,
		required: required.get(area)?.level ?? context?.levels[area]?.required ?? null,
		comparison: required.get(area)?.comparison ?? context?.levels[area]?.comparison ?? "minimum",
	}));
	const order = areasOf(policy).map(({ id }) => id);

	levels.sort((a, b) => order.indexOf(a.area) - order.indexOf(b.area));
	return {
		id: entry?.evaluation ?? context.evaluation_id,
		at: entry?.at ?? context.evaluated_at,
		permit: entry ? entry.result.permit : answer.decision,
		barred: entry?.result.barred ?? false,
		levels,
		failed: criteriaOf(context?.failed, entry?.result.failed, policy, levels),
		unknown: criteriaOf(context?.unknown, entry?.result.unknown, policy, levels),
		disregarded: context?.disregarded ?? [],
		advice: context?.advice ?? null,
		entry,
	};
}

/* Those an answer tells, with the value needed, and those of the record that it leaves out. */
function criteriaOf(answered = [], recorded = [], policy, levels) {
	return [...answered.map((one) => inWordsOf(policy, one)),
		...ofRecord(recorded.filter((id) => !answered.some((one) => one.id === id)), policy, levels)];
}

/* Words, area and level are the policy's, whatever a text says. */
function inWordsOf(policy, one) {
	const criterion = policy.criteria.find(({ id }) => id === one.id);

	return criterion ? { ...one, area: criterion.area, level: criterion.level, text: criterion.reason } : one;
}

/* The record has every criterion that was not met; a reader wants those that stood in the way: up to the level required. */
function ofRecord(ids, policy, levels) {
	return ids.map((id) => policy.criteria.find((one) => one.id === id) ?? { id }).filter((one) => matters(one, policy, levels))
		.map((one) => ({ id: one.id, area: one.area, level: one.level, text: one.reason, criterion: one }));
}

function matters(one, policy, levels) {
	if (!one.area || one.level === "any")
		return true;
	const asking = levels.filter(({ area, required }) => required && (area === one.area || areaOf(policy, area)?.of?.includes(one.area)));
	const height = (area, level) => areaOf(policy, area)?.levels.findIndex(({ id }) => id === level) ?? -1;

	return asking.some(({ required }) => height(one.area, one.level) <= height(one.area, required));
}

export function meets(policy, { area, reached, required, comparison }) {
	const height = (level) => areaOf(policy, area)?.levels.findIndex(({ id }) => id === level) ?? -1;
	const [at, need] = [height(reached), height(required)];

	return { minimum: at >= need, exact: at === need, maximum: at <= need, better: at > need }[comparison];
}
