/* assets/agreement.js - how far an answer is proved, as the reader sees it: one sentence for each state, and what differs. */
import { areaTitle, comparisonWords, levelTitle } from "./criterion.js";
import { badge, both, element } from "./dom.js";
import { bearerWords, factWords, valueWords } from "./facts.js";
import { time } from "./time.js";

/* kind, the word for it, and what it means. Of "recorded" the way up is left out: no entry has it. */
const states = {
	recorded: ["good", ["記録のとおりです", "This is what was recorded"],
		["はり付けられた回答は、判断・日時・基準・レベル・満たしていない基準について、台帳の記録と同じことを述べています。手順と「必要」の値は記録になく、回答だけが述べていることです。",
			"The answer that was pasted says of decision, time, policy, levels and criteria what the log’s record says. The way up and the values needed are not in the record: only the answer says them."]],
	contradicted: ["bad", ["回答は記録と違います", "The answer says otherwise"],
		["はり付けられた回答は、台帳の記録と違うことを述べています。回答は作られたあとで書き換えられたか、作りものです。正しいのは記録です。",
			"The answer that was pasted says otherwise than the log’s record: it was altered after it was given, or made up. What counts is the record."]],
	unknown: ["bad", ["台帳にありません", "Not in the log"],
		["台帳は、この番号の判断を知りません。この回答を信じないでください。", "The log knows no decision of this number. Do not rely on this answer."]],
	closed: ["bad", ["記録を開けません", "The record does not open"],
		["この番号の判断は台帳にありますが、回答の合言葉（salt）では開けません。回答は書き換えられたか、作りものです。信じないでください。",
			"The log has a decision of this number, but the answer’s salt does not open it: the answer was altered, or made up. Do not rely on it."]],
	erased: ["notice", ["記録は消去されました", "The record was erased"],
		["この判断の記録は消去され、回答が記録のとおりかどうかは、もう確かめられません。台帳の番号と証明は残っています。",
			"This decision’s record was erased, so whether the answer says what was recorded can no longer be told. Its place in the log and its proof remain."]],
	saltless: ["notice", ["確かめられません", "Cannot be compared"],
		["回答に合言葉（salt）がないため、台帳の記録を開いて比べることができません。", "The answer has no salt, so the log’s record cannot be opened and compared with it."]],
	unreachable: ["notice", ["まだ確かめられません", "Not compared yet"],
		["いまは台帳の記録を取得できません。しばらくしてから、もう一度お試しください。", "The log’s record cannot be fetched now. Please try again in a while."]],
};

export const stateBadge = (state) => badge(states[state][0], ...states[state][1]);
export const stateMeaning = (state) => both(...states[state][2]);

/* An answer may tell of more than was compared. */
export function besideMeaning({ count, frameworks }) {
	const named = frameworks.length > 0 ? [`（${frameworks.join("、")}）`, ` (${frameworks.join(", ")})`] : ["", ""];

	return both(`比べたのは、この一つの判断だけです。回答にあるほかの${count}件の判断${named[0]}は、まだ比べていません。それぞれの受領証で確かめてください。`,
		`Only this one decision was compared. Not compared: ${count} other ${count === 1 ? "decision" : "decisions"} of the answer${named[1]}, each of which has its own receipt.`);
}

/* Differences */

const parts = {
	decision: () => ["判断", "Decision"],
	evaluation_id: () => ["判断の番号", "Number of the decision"],
	evaluated_at: () => ["日時", "When"],
	policy: () => ["基準", "Policy"],
	policy_digest: () => ["基準の要約値", "Digest of the policy"],
	commitment: () => ["記録の要約値", "Commitment of the record"],
	reached: (area) => [`${area[0]}：届いたレベル`, `${area[1]}: reached`],
	possible: (area) => [`${area[0]}：届きうるレベル`, `${area[1]}: possible`],
	required: (area) => [`${area[0]}：求められたレベル`, `${area[1]}: asked for`],
	comparison: (area) => [`${area[0]}：求め方`, `${area[1]}: how it was asked for`],
	failed: () => ["満たしていない基準", "Criterion that is not met"],
	unknown: () => ["まだ分からない基準", "Criterion nothing is known about"],
	fact: (area, fact) => fact,
};
const leveled = ["reached", "possible", "required"];

/* What an answer has may be anything: what is not of the form expected is shown as it stands. */
function valueOf({ what, of }, value, policy, dictionary) {
	if (value === undefined)
		return both("述べていません", "not said");
	if (what === "decision")
		return value ? both("許可", "Permitted") : both("不許可", "Not permitted");
	if (what === "evaluated_at" && !Number.isNaN(Date.parse(value)))
		return element("span", {}, time(value), " ", element("span", { class: "aside" }, String(value)));
	if (what === "comparison")
		return both(...comparisonWords(value));
	if (leveled.includes(what) && typeof value === "string")
		return both(...levelTitle(policy, of, value));
	if (what === "fact")
		return both(...[0, 1].map((at) => `${valueWords(dictionary.get(of), value.value)[at]}（${bearerWords(value.by)[at]}）`));
	return element("span", { class: "entity" }, typeof value === "string" ? value : JSON.stringify(value));
}

export function differenceList(differences, policy, dictionary) {
	return element("dl", { class: "needs" }, ...differences.map((one) => element("div", {},
		element("dt", {}, both(...parts[one.what](areaTitle(policy, one.of), factWords(dictionary, one.of)))),
		element("dd", {}, both("回答：", "The answer: "), valueOf(one, one.answered, policy, dictionary)),
		element("dd", {}, both("記録：", "The record: "), valueOf(one, one.recorded, policy, dictionary)))));
}

/* What stands first where an answer was given: its state, what differs, and what else the answer tells, as besideMeaning() has it. */
export function agreementNote({ state, differences }, policy, dictionary, others) {
	const [kind] = states[state];

	return element("div", { class: kind === "bad" ? "warning" : `outcome outcome-${kind}`, role: "note", "data-state": state },
		element("p", {}, stateBadge(state)), element("p", {}, stateMeaning(state)),
		...(differences.length > 0 ? [differenceList(differences, policy, dictionary)] : []),
		...(others.count > 0 ? [element("p", { "data-uncompared": others.count }, besideMeaning(others))] : []));
}
