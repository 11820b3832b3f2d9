/* assets/answer.js - an answer of the decision point as it was pasted, and what it says otherwise than its entry in the log. Pure
 * functions of what was read: anybody can write an answer, so nothing of it is taken for granted. */
import { recordedFacts, recordedOf } from "./facts.js";

export const idForm = /^[0-9a-f]{32}$/;
const commitmentForm = /^[0-9a-f]{64}$/;

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const isCriteria = (list) => list === undefined || (Array.isArray(list) && list.every((one) => isObject(one) && typeof one.id === "string"));

function isContext(context) {
	return isObject(context) && idForm.test(context.evaluation_id) && isObject(context.policy) && typeof context.policy.id === "string" &&
		typeof context.policy.version === "string" && isObject(context.levels) && Object.values(context.levels).every(isObject) &&
		isCriteria(context.failed) && isCriteria(context.unknown);
}

/* What was decided, one context each: [{ decision, context }]; a decision may have others beside it, of which only the levels were
 * told (decision: null). Throws when the text is no answer. */
export function readAnswer(text) {
	const given = JSON.parse(text);
	const found = (Array.isArray(given.evaluations) ? given.evaluations : [given]).flatMap(({ decision, context }) => [
		...(typeof decision === "boolean" ? [{ decision, context }] : []),
		...(Array.isArray(context?.also) ? context.also.map((other) => ({ decision: null, context: other })) : []),
	]).filter(({ context }) => isContext(context));

	if (found.length === 0)
		throw new Error("an answer has a decision and its context");
	return found;
}

/* How many decisions a text tells, whatever form they have: what cannot be read is one of them, too. */
export function decisionCount(text) {
	const given = JSON.parse(text);

	return (Array.isArray(given.evaluations) ? given.evaluations : [given])
		.reduce((count, one) => count + 1 + (Array.isArray(one?.context?.also) ? one.context.also.length : 0), 0);
}

/* What opens the entry, and what the answer promised of it; null where the answer does not say. */
export function promiseOf({ context }) {
	const receipt = isObject(context.receipt) ? context.receipt : {};

	return { salt: idForm.test(receipt.salt) ? receipt.salt : null, commitment: commitmentForm.test(receipt.commitment) ? receipt.commitment : null };
}

/* Comparing */

/* As JSON has it: members in any order. */
function equal(a, b) {
	if (!a || !b || typeof a !== "object" || typeof b !== "object")
		return a === b;
	const [of, other] = [Object.keys(a), Object.keys(b)];

	return Array.isArray(a) === Array.isArray(b) && of.length === other.length && of.every((name) => Object.hasOwn(b, name) && equal(a[name], b[name]));
}

const same = [
	["evaluation_id", (context) => context.evaluation_id, (entry) => entry.evaluation],
	["evaluated_at", (context) => context.evaluated_at, (entry) => entry.at],
	["policy", (context) => `${context.policy.id} ${context.policy.version}`, (entry) => `${entry.framework} ${entry.version}`],
	["policy_digest", (context) => context.policy.digest, (entry) => entry.policy],
];

/* Neither says anything of the usual comparison. An entry says what is possible where that is more than is reached, and an answer of
 * an area nothing was asked of neither level nor comparison. */
function levelsOf(answered, recorded, demand) {
	const parts = [["reached", answered?.reached, recorded?.reached], ["possible", answered?.possible, recorded?.possible ?? recorded?.reached],
		["required", answered?.required, demand?.level]];

	if (answered?.required !== undefined && demand)
		parts.push(["comparison", answered.comparison ?? "minimum", demand.comparison ?? "minimum"]);
	return parts;
}

/* An answer tells the criteria that matter to a person, an entry has all. */
function criteriaOf(what, answered, recorded) {
	return (answered ?? []).filter(({ id }) => !recorded.includes(id)).map(({ id }) => ({ what, of: id, answered: id, recorded: undefined }));
}

function factsOf({ failed = [], unknown = [] }, entry) {
	const recorded = recordedFacts(entry);
	const told = [...failed, ...unknown].flatMap(({ facts }) => (Array.isArray(facts) ? facts.filter((one) => isObject(one) && "value" in one) : []));
	const unlike = told.filter(({ fact, value, by }) => !recordedOf(recorded, fact).some((held) => equal({ by, value }, held)));
	const nearest = ({ fact, by }) => recordedOf(recorded, fact).find((held) => held.by === by) ?? recordedOf(recorded, fact)[0];

	return [...new Map(unlike.map((one) => [one.fact, one])).values()]
		.map((one) => ({ what: "fact", of: String(one.fact), answered: { by: one.by, value: one.value }, recorded: nearest(one) }));
}

/* [{ what, of, answered, recorded }]: undefined is what one of them does not say. `of` is an area, a criterion or a fact. What the
 * answer alone has, the way up and what would be needed, cannot be compared. */
export function differencesOf({ decision, context }, entry) {
	const { levels } = entry.result;
	const demand = new Map(entry.demand.map((one) => [one.area, one]));
	const areas = new Set([...Object.keys(levels), ...Object.keys(context.levels), ...demand.keys()]);
	const differences = decision === null ? [] : [{ what: "decision", answered: decision, recorded: entry.result.permit }];

	for (const [what, answered, recorded] of same)
		differences.push({ what, answered: answered(context), recorded: recorded(entry) });
	for (const area of areas) {
		for (const [what, answered, recorded] of levelsOf(context.levels[area], levels[area], demand.get(area)))
			differences.push({ what, of: area, answered, recorded });
	}
	return [...differences.filter(({ answered, recorded }) => !equal(answered, recorded)),
		...criteriaOf("failed", context.failed, entry.result.failed), ...criteriaOf("unknown", context.unknown, entry.result.unknown),
		...factsOf(context, entry)];
}
