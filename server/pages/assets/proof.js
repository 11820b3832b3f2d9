/* assets/proof.js - verifying a receipt as the reader sees it: each thing looked at with its outcome, and one sentence for all. */
import { badge, both, element } from "./dom.js";
import { besideMeaning, differenceList, stateBadge, stateMeaning } from "./agreement.js";
import { agreementOf, ask, askPolicy } from "./record.js";
import { base64Of, bytesFromHex, commitmentOf, hexOf } from "./merkle.js";
import { decisionCount, promiseOf, readAnswer } from "./answer.js";
import { dictionaryOf } from "./facts.js";
import { readKey } from "./note.js";
import { readReceipt, verifyReceipt } from "./receipt.js";

const width = 256n; // entries of a tile
const entrySize = 34; // two bytes of size before a commitment

export const canVerify = () => Boolean(globalThis.crypto?.subtle);

/* The commitment that stands in the log's public list at this place (C2SP tlog-tiles, entry bundles). */
async function publicCommitment(index, size) {
	const tile = index / width;
	const part = size - tile * width;
	const digits = String(tile).padStart(Math.ceil(String(tile).length / 3) * 3, "0").match(/.{3}/g);
	const path = digits.map((group, at) => (at < digits.length - 1 ? `x${group}` : group)).join("/");
	const answer = await fetch(`/tile/entries/${path}${part < width ? `.p/${part}` : ""}`);

	if (!answer.ok)
		throw new Error(`/tile/entries/${path}: ${answer.status}`);
	const bytes = new Uint8Array(await answer.arrayBuffer());
	const at = Number(index % width) * entrySize;

	return bytes.slice(at + 2, at + entrySize);
}

/* What the reader has of a decision: an opened entry, or the answer, that may tell of several. One of them is to be in the log:
 * [{ commitment, opened, agree, others }]: `opened` when entry and salt were there, so that the commitment was computed and not only read;
 * agree() asks for the entry that an answer is compared with, and says agreementOf() or, of no answer, null;
 * others: { count, frameworks } of the answer's other decisions, each of which has its own receipt. */
export async function choicesIn(text) {
	const given = JSON.parse(text);

	if (given.entry && given.salt)
		return [{ commitment: await commitmentOf(bytesFromHex(given.salt), given.entry), opened: true, agree: async () => null }];
	const answers = readAnswer(text);
	const count = decisionCount(text) - 1;
	const choices = answers.map((answer) => ({ promise: promiseOf(answer).commitment, answer })).filter(({ promise }) => promise)
		.map(({ promise, answer }) => ({ commitment: bytesFromHex(promise), opened: false, agree: () => agreementOf(answer),
			others: { count, frameworks: answers.filter((other) => other !== answer).map(({ context }) => context.policy.id) } }));

	if (choices.length === 0)
		throw new Error("the answer names no commitment");
	return choices;
}

const outcome = (kind, ja, en, ...more) => element("li", {}, badge(kind, ja, en), ...more);

const signatures = {
	valid: ["good", "署名は台帳の鍵によるもの", "Signed by the log’s key"],
	invalid: ["bad", "署名が合いません", "The signature does not hold"],
	absent: ["bad", "この鍵による署名がありません", "Not signed by this key"],
	foreign: ["bad", "別の台帳の受領証です", "A receipt of another log"],
	unable: ["notice", "署名は確かめられません", "Signature not verified"],
};

/* verdict: [kind, ja, en], then what it means, nodes that tell more, what was looked at, and what all this does not show. */
function told(verdict, sentence, more, checks = [], limits = null, open = null) {
	return [element("p", { class: "verdict" }, badge(...verdict)), element("p", {}, both(...sentence)), ...more,
		...(checks.length > 0 ? [element("ul", { class: "checks" }, ...checks)] : []),
		...(limits ? [element("p", { class: "aside" }, both(...limits))] : []),
		...(open ? [element("details", {}, element("summary", {}, both("計算した値", "Values computed")), open)] : [])];
}

const fact = (ja, en, value) => element("div", {}, element("dt", {}, both(ja, en)), element("dd", { class: "entity" }, value));

function values(receipt, commitment) {
	const { checkpoint, index } = receipt;

	return element("dl", { class: "facts" },
		fact("台帳", "Log", checkpoint.origin),
		fact("番号", "Index", index.toLocaleString("en-US")),
		fact("台帳の大きさ", "Size", checkpoint.size.toLocaleString("en-US")),
		fact("記録の要約値", "Commitment", hexOf(commitment)),
		fact("全体の要約値", "Root", base64Of(checkpoint.root)));
}

const limit = ["示されたのは、この記録がその時点の台帳に含まれていたことです。判断の内容が正しいかどうかは示されません。",
	"This shows that the record was in the log at that time, not that what was decided is right."];

/* `source`: what the commitment came from: "opened" (computed from the record itself), "answer", or "log" (its public list). */
const sources = {
	opened: ["good", "記録の中身から要約値を計算", "Commitment computed from the record itself"],
	answer: ["good", "要約値は回答に書かれたもの", "Commitment as the answer has it"],
	log: ["notice", "要約値は台帳の公開一覧のもの", "Commitment as the log’s public list has it"],
};
const subjects = {
	opened: ["この判断の記録", "The record of this decision"],
	answer: ["回答に書かれた判断の記録", "The record of the decision in the answer"],
	log: ["受領証の番号の記録", "The record at the receipt’s index"],
};

/* What is proved is the record: an answer is only when it was compared with it. */
function heldVerdict(source, agreement, others) {
	if (agreement?.state === "contradicted")
		return ["bad", "回答は記録と違います", "The answer says otherwise"];
	if (agreement?.state === "recorded" && others)
		return ["notice", "一つの判断だけ検証できました", "One decision of several verified"];
	return source === "answer" && agreement.state !== "recorded" ? ["notice", "記録があることだけ検証できました", "Only the record is verified"]
		: ["good", "検証できました", "Verified"];
}

function verdictOf(receipt, found, source, agreement, others) {
	const size = receipt.checkpoint.size.toLocaleString("en-US");
	const [ja, en] = subjects[source];

	if (found.holds) {
		return [heldVerdict(source, agreement, others),
			[`${ja}は、${size}件ある台帳の ${receipt.index + 1n} 件目にあり、台帳の鍵で署名されたチェックポイントに含まれています。`,
				`${en} is number ${receipt.index + 1n} of ${size} in the log, and in the checkpoint signed with the log’s key.`]];
	}
	if (found.path === "valid" && found.signature === "unable") {
		return [["notice", "一部だけ検証できました", "Verified in part"],
			[`${ja}は、受領証のチェックポイントに含まれています。ただし、このブラウザはEd25519の署名を確かめられないため、チェックポイントが台帳のものかどうかは分かりません。新しいブラウザか、別のソフトウェアで確かめてください。`,
				`${en} is in the receipt’s checkpoint. This browser cannot verify Ed25519 signatures, so whether the checkpoint is the log’s is not known: use a newer browser, or other software.`]];
	}
	return [["bad", "検証できません", "Not verified"], found.path === "valid"
		? ["受領証のチェックポイントが、この台帳の鍵で署名されたものではありません。受領証が改められたか、別の台帳または別の鍵のものです。",
			"The receipt’s checkpoint is not signed with this log’s key: the receipt was altered, or is of another log or key."]
		: [`${ja}は、この受領証では台帳にあることを示せません。受領証か記録が改められたか、別の判断の受領証です。`,
			`This receipt does not show that ${en[0].toLowerCase()}${en.slice(1)} is in the log: one of them was altered, or it is another decision’s receipt.`]];
}

/* The words of the policy that a record names, for what differs from it; without them ids are shown. */
async function differencesIn({ record, differences }) {
	if (differences.length === 0)
		return [];
	const [policy, all] = await Promise.all([askPolicy(record.entry.framework, record.entry.version), ask("/v1/policy/facts")]);

	return [differenceList(differences, policy.json ?? { areas: [], composed: [] }, dictionaryOf([...(policy.json?.facts ?? []), ...(all.json?.facts ?? [])]))];
}

/* Which of an answer's decisions the receipt is of: the first, when it is of none. */
async function chosen(receipt, choices, key) {
	for (const choice of choices) {
		const found = await verifyReceipt(receipt, choice.commitment, key);

		if (found.path === "valid" || choices.length === 1)
			return { choice, found };
	}
	return { choice: choices[0], found: await verifyReceipt(receipt, choices[0].commitment, key) };
}

/* Nodes for the place where the outcome is shown. `of`: what the reader has, as choicesIn() says, or null: the public list is asked. */
export async function proof(receiptText, of, keyText) {
	let receipt, key, choices;

	if (!canVerify()) {
		return told(["notice", "ここでは検証できません", "Cannot be verified here"],
			["このブラウザでは暗号の計算が使えません（https のページでだけ使えます）。", "This browser offers no cryptography here (it does on https pages only)."], []);
	}
	try {
		receipt = readReceipt(receiptText);
	} catch {
		return told(["bad", "受領証として読めません", "Not a receipt"],
			["受領証の形をしていないか、途中で欠けています。取得したときのまま、全体を入れてください。", "It has not the form of a receipt, or a part is missing. Give all of it, as it was fetched."], []);
	}
	try {
		key = await readKey(keyText);
	} catch {
		return told(["bad", "台帳の公開鍵として読めません", "Not a key of a log"],
			["鍵は「名前+番号+鍵」の形です。欄を確かめてください。", "A key has the form name+id+key. Please look at the field again."], []);
	}
	try {
		choices = of ?? [{ commitment: await publicCommitment(receipt.index, receipt.checkpoint.size), agree: async () => null }];
	} catch {
		return told(["notice", "確かめられませんでした", "Could not be checked"],
			["台帳の公開一覧から、この番号の記録を取得できませんでした。判断の回答を合わせて入れると、一覧なしで確かめられます。",
				"The record of this index could not be fetched from the log’s public list. With the decision’s answer it can be checked without."], []);
	}
	const { choice, found } = await chosen(receipt, choices, key);
	const source = of ? (choice.opened ? "opened" : "answer") : "log";
	const path = found.path === "valid" ? ["good", "記録から全体の要約値まで計算が合う", "The proof leads from the record to the root"]
		: ["bad", "記録から全体の要約値まで計算が合いません", "The proof does not lead to the root"];
	/* A salt is shown to nobody for a receipt that is of something else. */
	const agreement = found.path === "valid" ? await choice.agree() : null;
	const others = choice.others?.count ? choice.others : null;
	const [verdict, sentence] = verdictOf(receipt, found, source, agreement, others);

	return told(verdict, sentence, [...(agreement ? [element("p", {}, stateMeaning(agreement.state)), ...await differencesIn(agreement)] : []),
		...(others ? [element("p", { "data-uncompared": others.count }, besideMeaning(others))] : [])],
		[outcome(...sources[source]), outcome(...path), outcome(...signatures[found.signature]), ...(agreement ? [element("li", {}, stateBadge(agreement.state))] : [])],
		found.holds ? limit : null, values(receipt, choice.commitment));
}
