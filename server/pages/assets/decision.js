/* assets/decision.js - one decision: the verdict, each area reached and required, what was missing, the way up, by whose word, and
 * the receipt. From the ledger's record (the salt stands behind the '#'), or from an answer that was pasted: what a text says is shown
 * as that, until the record says the same; where they differ, the record is what counts. */
import { agreementNote } from "./agreement.js";
import { agreementOf, ask, askPolicy, askReceipt, findRecord } from "./record.js";
import { areaOf, areasOf, areaTitle, conditionList, criterionHref, levelTitle } from "./criterion.js";
import { badge, both, element, fill } from "./dom.js";
import { bearerList, bearerMeaning, bearerWords, dictionaryOf, factWords, neededWords, recordedFacts, valueWords } from "./facts.js";
import { bytesFromHex, commitmentOf } from "./merkle.js";
import { idForm, promiseOf, readAnswer } from "./answer.js";
import { proof } from "./proof.js";
import { several } from "./several.js";
import { startLanguage } from "./language.js";
import { time } from "./time.js";

const form = document.querySelector("#show form");
const place = document.querySelector('[data-slot="decision"]');
const shownLargest = 5; // criteria of one kind shown at once; the others are folded

const fact = (ja, en, ...value) => element("div", {}, element("dt", {}, both(ja, en)), element("dd", {}, ...value));

function section(name, ja, en, ...content) {
	return element("section", { "aria-labelledby": name }, element("h2", { id: name }, both(ja, en)), ...content);
}

/* Without the version's document ids stand for words. */
const unknownPolicy = (framework, version) => ({ framework, version, areas: [], composed: [], criteria: [], documents: [], facts: [], missing: true });

/* What both forms tell, as one: { id, at, permit, barred, levels: [{ area, reached, possible, required, comparison }], failed,
 * unknown: [{ id, text, facts }], disregarded, advice, facts, … }. `answer` is one that no record contradicts, or null. */
function merged(record, answer, policy) {
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

/* Showing */

const comparisons = {
	minimum: ["以上", " or higher"], exact: ["ちょうど", " exactly"], maximum: ["以下", " or lower"], better: ["より上", ", better than it"],
};

function meets(policy, { area, reached, required, comparison }) {
	const height = (level) => areaOf(policy, area)?.levels.findIndex(({ id }) => id === level) ?? -1;
	const [at, need] = [height(reached), height(required)];

	return { minimum: at >= need, exact: at === need, maximum: at <= need, better: at > need }[comparison];
}

function sentence(policy, decision) {
	const short = decision.levels.filter((level) => level.required && !policy.missing && !meets(policy, level));

	if (!decision.entry && decision.permit === null)
		return both("この文は、認められたかどうかを述べていません。", "This text does not say whether it was permitted.");
	if (!decision.entry) {
		return decision.permit ? both("この文は、認められたと述べています。", "This text says that it was permitted.")
			: both("この文は、認められなかったと述べています。", "This text says that it was not permitted.");
	}
	if (decision.permit)
		return both("求められた水準をすべて満たしていたため、認められました。", "Everything that was asked for was met, so it was permitted.");
	if (decision.barred)
		return both("どのレベルでも満たさなければならない基準を満たしていなかったため、認められませんでした。", "A criterion that must hold whatever the level did not, so it was not permitted.");
	if (short.length === 0)
		return both("求められた水準に届かなかったため、認められませんでした。", "What was asked for was not reached, so it was not permitted.");
	const words = short.map(({ area, reached, required, comparison }) => ({ area: areaTitle(policy, area), reached: levelTitle(policy, area, reached),
		required: levelTitle(policy, area, required), how: comparisons[comparison], none: reached === "0" }));

	return both(`認められませんでした。${words.map(({ area, reached, required, how, none }) =>
		`${area[0]}は${required[0]}${how[0]}が求められましたが、${none ? "どのレベルにも届いていません" : `${reached[0]}でした`}。`).join("")}`,
	`It was not permitted. ${words.map(({ area, reached, required, how, none }) =>
		`${area[1]}: ${required[1]}${how[1]} was asked for, ${none ? "and no level is reached" : `${reached[1]} is reached`}.`).join(" ")}`);
}

/* Colour is for what is proved. */
function levelRow(policy, level, isProved) {
	const { area, reached, possible, required, comparison } = level;
	const word = (id) => (id ? both(...levelTitle(policy, area, id)) : "—");
	const state = !required ? badge("quiet", "求められていません", "Not asked for")
		: policy.missing ? "" : meets(policy, level) ? badge(isProved ? "good" : "quiet", "届いています", "Reached")
			: badge(isProved ? "bad" : "quiet", "届いていません", "Not reached");
	const label = (ja, en) => element("span", { class: "cell-label" }, both(ja, en));

	return element("tr", { role: "row" },
		element("th", { role: "rowheader", scope: "row" }, both(...areaTitle(policy, area))),
		element("td", { role: "cell" }, label("届いたレベル", "Reached"), word(reached),
			...(possible !== reached && possible ? [element("span", { class: "block aside" }, both(
				`分かっていないことが確かめられれば、${levelTitle(policy, area, possible)[0]}まで`, `up to ${levelTitle(policy, area, possible)[1]}, once what is unknown is known`))] : [])),
		element("td", { role: "cell" }, label("求められたレベル", "Asked for"), word(required), ...(required ? [both(...comparisons[comparison])] : [])),
		element("td", { role: "cell" }, state));
}

function levels(policy, decision) {
	const asked = decision.levels.filter(({ required }) => required);
	const others = decision.levels.filter(({ required }) => !required);
	const table = (list, label) => element("table", { class: "matrix reached", role: "table", "aria-labelledby": label },
		element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...[["評価軸", "Area"], ["届いたレベル", "Reached"], ["求められたレベル", "Asked for"], ["結果", "Outcome"]]
			.map(([ja, en]) => element("th", { role: "columnheader", scope: "col" }, both(ja, en))))),
		element("tbody", { role: "rowgroup" }, ...list.map((level) => levelRow(policy, level, Boolean(decision.entry)))));

	return section("reached", "届いたレベルと求められたレベル", "What was reached, and what was asked for",
		...(asked.length > 0 ? [table(asked, "reached")] : []),
		...(others.length > 0 ? [element("details", {}, element("summary", { id: "others" }, both("求められていない評価軸", "Areas nothing was asked of")), table(others, "others"))] : []));
}

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
			element("dd", {}, both("いま：", "Now: "), ...valueNow(dictionary, id, recorded.get(id)))))),
		conditionList(policy, dictionary, criterion.condition, criterion.parameters));
}

function missing(policy, dictionary, decision) {
	const list = (all) => element("ul", { class: "findings" }, ...all.map((one) => shortOf(policy, dictionary, decision, one)));
	const folded = (all) => [list(all.slice(0, shownLargest)), ...(all.length > shownLargest ? [element("details", {},
		element("summary", {}, both(`ほか${all.length - shownLargest}件`, `${all.length - shownLargest} more`)), list(all.slice(shownLargest)))] : [])];

	return [
		...(decision.failed.length > 0 ? [section("failed", `満たしていない基準（${decision.failed.length}件）`, `Criteria that are not met (${decision.failed.length})`,
			...folded(decision.failed))] : []),
		...(decision.unknown.length > 0 ? [section("unknown", `まだ分からない基準（${decision.unknown.length}件）`, `Criteria nothing is known about (${decision.unknown.length})`,
			element("p", {}, both("確かめる材料がそろっていないものです。分からないことは、満たしたことにはなりません。", "There was not enough to tell. What is not known does not count as met.")),
			...folded(decision.unknown))] : []),
	];
}

function disregarded(dictionary, decision) {
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

/* The way up */

const readings = {
	person: [["本人だけでできる方法", "What the person alone can do"]],
	remote: [["窓口に行かない方法", "Without a visit"]],
	cheapest: [["もっとも手間の少ない方法", "The least effort, whoever makes it"]],
};
const actors = { person: ["本人", "the person"], idp: ["認証する側（IdP）", "the identity provider"], rp: ["利用する側（RP）", "the relying party"], operator: ["運用者", "the operator"] };

function way(policy, { reading, steps }) {
	return [element("h3", {}, both(...(readings[reading]?.[0] ?? [reading, reading]))),
		element("ol", { class: "steps" }, ...steps.map((step) => {
			const written = policy.steps?.find(({ id }) => id === step.id);

			return element("li", {}, element("h4", {}, both(step.title.ja, step.title.en)),
				...(written?.text ? [element("p", {}, both(written.text.ja, written.text.en))] : []),
				element("p", { class: "aside" }, both("行う人：", "By: "), both(...(actors[step.who] ?? [step.who, step.who])),
					...(step.in_person ? [both("（窓口で）", " (in person)")] : [])));
		}))];
}

function waysUp(policy, decision) {
	const ways = (decision.advice ?? []).filter(({ found: is, steps }) => is && steps.length > 0);
	const different = ways.filter((one, at) => ways.findIndex((other) => other.steps.map(({ id }) => id).join() === one.steps.map(({ id }) => id).join()) === at);

	if (decision.permit)
		return [];
	if (!decision.advice) {
		return [section("way", "どうすれば届くか", "The way up", element("p", {}, both(
			"届くための手順は、判断の回答にだけ書かれています。下に回答をはり付けると、ここに表示します。",
			"The steps are in the answer only, not in the record: paste the answer below to see them here.")))];
	}
	return [section("way", "どうすれば届くか", "The way up", ...(different.length > 0 ? different.flatMap((one) => way(policy, one))
		: [element("p", {}, both("この枠組みが知る手順だけでは、求められた水準に届きません。", "With the steps this framework knows, what was asked for cannot be reached."))]))];
}

/* Facts, and whose word they are */

function statements(dictionary, entry) {
	const all = [...recordedFacts(entry)];

	if (!entry)
		return [];
	return [section("facts", "判断に使われた事実", "Facts it was decided on",
		element("p", {}, both("だれの言葉によるものかを合わせて示します。", "Each with whose word it is.")),
		...(all.length === 0 ? [element("p", {}, both("何も述べられていません。", "Nothing was said."))]
			: bearerList.filter((by) => all.some(([, held]) => held.by === by)).flatMap((by) => [
				element("h3", {}, both(...bearerWords(by))),
				element("p", { class: "aside" }, both(...bearerMeaning(by))),
				element("dl", { class: "facts" }, ...all.filter(([, held]) => held.by === by).map(([id, { value }]) =>
					fact(...factWords(dictionary, id), both(...valueWords(dictionary.get(id), value)))))])))];
}

function asked(policy, decision) {
	const { entry } = decision;
	const profile = policy.profiles?.find(({ id }) => id === entry?.profile);

	return section("asked", "何が問われたか", "What was asked",
		element("dl", { class: "facts" },
			fact("日時", "When", time(decision.at)),
			fact("基準", "Policy", element("a", { href: `/policy/?framework=${encodeURIComponent(policy.framework)}&version=${encodeURIComponent(policy.version)}` },
				policy.title ? both(`${policy.title.ja} 版${policy.version}`, `${policy.title.en}, version ${policy.version}`) : `${policy.framework} ${policy.version}`)),
			...(entry?.profile ? [fact("サービスの種類", "Profile", profile ? both(profile.title.ja, profile.title.en) : entry.profile)] : []),
			...(entry ? [
				fact("何をするとき", "Action", element("span", { class: "entity" }, entry.action)),
				fact("どのサービスで", "Resource", element("span", { class: "entity" }, entry.resource.id)),
				fact("だれについて", "About", element("span", { class: "entity" }, entry.subject.id)),
				fact("問い合わせた者", "Asked by", element("span", { class: "entity" }, entry.member || entry.caller))] : []),
			...(entry?.purpose ? [fact("目的", "Purpose", entry.purpose)] : []),
			fact("判断の番号", "Number of the decision", element("span", { class: "entity" }, decision.id))));
}

/* The receipt */

function receipt(decision, given) {
	const output = element("output", { "aria-live": "polite" });
	const button = element("button", { class: "button", type: "button" }, both("この記録を検証する", "Verify this record"));

	button.addEventListener("click", async () => {
		output.replaceChildren(element("p", {}, badge("waiting", "計算しています", "Computing")));
		output.replaceChildren(...await verified(decision, given));
	});
	return section("receipt", "受領証", "Receipt",
		element("p", {}, both("この判断が台帳に記録され、書き換えられていないことを、このブラウザで計算して確かめます。",
			"That this decision is in the ledger and was not altered is computed in this browser.")),
		element("p", { class: "links" }, button, element("a", { class: "button button-quiet", href: `/v1/receipts/${decision.id}`, download: `${decision.id}.tlog-proof` },
			both("受領証を保存する", "Save the receipt"))),
		output);
}

/* Verifying */

const unverified = (kind, verdict, ...sentence) => [element("p", { class: "verdict" }, badge(kind, ...verdict)), element("p", {}, both(...sentence))];

async function verified(decision, { record, answer, agreement }) {
	const [log, { status, text }] = await Promise.all([ask("/v1/ledger"), askReceipt(decision.id)]);

	if (status === 404)
		return unverified("bad", ["台帳にありません", "Not in the log"], "台帳は、この番号の判断を知りません。証明できる記録はありません。", "The log knows no decision of this number: there is no record to verify.");
	if (!log.json?.key || text === null) {
		return unverified("notice", ["いまは検証できません", "Cannot be verified now"], "受領証をまだ取得できません。台帳の記録はそのままです。少したってから、もう一度お試しください。",
			"The receipt cannot be fetched yet; what the log has is as it was. Please try again in a moment.");
	}
	const promise = answer ? promiseOf(answer).commitment : null;
	const of = record && globalThis.crypto?.subtle ? { commitment: await commitmentOf(bytesFromHex(record.salt), record.entry), opened: true }
		: promise ? { commitment: bytesFromHex(promise), opened: false } : null;

	/* What differs stands first on the page already. */
	return proof(text, of && [{ ...of, agree: async () => agreement && { ...agreement, differences: [] } }], log.json.key);
}

/* The page */

const verdicts = {
	permitted: [["認められました", "Permitted"], ["認められた判断", "Permitted"]],
	refused: [["認められませんでした", "Not permitted"], ["認められなかった判断", "Not permitted"]],
	contradicted: [["回答は記録と違います", "The answer says otherwise than the record"], ["記録と違う回答", "An answer that says otherwise"]],
	unproved: [["この文が述べていること（まだ証明されていません）", "What this text says, not yet proved"], ["証明されていない回答", "An answer not proved"]],
};

function verdictOf(decision, agreement) {
	if (!decision.entry)
		return verdicts.unproved;
	return agreement?.state === "contradicted" ? verdicts.contradicted : verdicts[decision.permit ? "permitted" : "refused"];
}

function title([ja, en]) {
	const made = document.querySelector("title");

	made.dataset.ja = `${ja}｜Watashi`;
	made.dataset.en = `${en} | Watashi`;
	document.title = made.dataset[document.documentElement.lang];
}

/* Green and red are for what the record says. */
function outcome(policy, decision, agreement) {
	const word = { true: ["許可", "Permit"], false: ["不許可", "Deny"], null: ["判断なし", "No verdict"] }[decision.permit];
	const [of, kind] = !decision.entry ? [["この文：", "The text: "], "quiet"]
		: [agreement?.state === "contradicted" ? ["記録：", "The record: "] : ["", ""], decision.permit ? "good" : "bad"];

	return element("div", { class: `outcome outcome-${kind}` },
		element("p", {}, badge(kind, `${of[0]}${word[0]}`, `${of[1]}${word[1]}`)), element("p", {}, sentence(policy, decision)));
}

function besideIn(answers, shown) {
	const others = answers.filter((one) => one !== shown);

	return { count: others.length, frameworks: others.map(({ context }) => context.policy.id) };
}

/* `given`: { record, answer, agreement, answers }: the answer that is shown, and all of its text; null, and none, when none was
 * pasted. */
async function show(given) {
	const { record, answer, agreement, answers } = given;
	const of = record ? { id: record.entry.framework, version: record.entry.version } : answer.context.policy;
	const [found, all] = await Promise.all([askPolicy(of.id, of.version), ask("/v1/policy/facts")]);
	const policy = found.json ?? unknownPolicy(of.id, of.version);
	const dictionary = dictionaryOf([...policy.facts, ...(all.json?.facts ?? [])]);
	const decision = merged(record, agreement?.state === "contradicted" ? null : answer, policy);
	const [heading, named] = verdictOf(decision, agreement);
	const content = [
		element("p", { class: "overline" }, both("判断の記録", "A decision")),
		element("h1", {}, both(...heading)),
		...several(answers, answer, (other) => showOne(answers, other)),
		...(agreement ? [agreementNote(agreement, policy, dictionary, besideIn(answers, answer))] : []),
		outcome(policy, decision, agreement),
		...(policy.missing ? [element("p", { class: "aside" }, both("基準の内容を取得できなかったため、番号で示しています。", "The policy could not be fetched, so names stand for its words."))] : []),
		levels(policy, decision),
		...missing(policy, dictionary, decision),
		...waysUp(policy, decision),
		...disregarded(dictionary, decision),
		...statements(dictionary, decision.entry),
		asked(policy, decision),
		receipt(decision, given)];

	title(named);
	fill("told", both(...heading));
	fill("decision", ...content);
	/* The way up is in the answer: while it is not there, there is a place for it; for another answer too, when this one is not proved. */
	document.querySelector("#show").hidden = agreement ? agreement.state === "recorded" : decision.permit;
	place.setAttribute("aria-busy", "false");
}

function showNothing(heading, ja, en) {
	fill("told", both(...heading));
	fill("decision", element("h1", {}, both(...heading)), element("p", { class: "lead" }, both(ja, en)));
	document.querySelector("#show").hidden = false;
	place.setAttribute("aria-busy", "false");
}

const lost = ["この判断の記録は開けません", "This decision cannot be opened"];
const unopened = {
	erased: [["この判断の記録は消去されました", "This decision was erased"],
		"記録の中身は消去され、元に戻せません。台帳の番号と証明は残ります。回答をお持ちなら、下にはり付けて、その内容を読めます。",
		"The record’s contents were erased and cannot be brought back; its place in the log and every proof remain. If you have the answer, paste it below to read that."],
	unknown: [lost, "台帳は、この番号の判断を知りません。アドレスを確かめてください。", "The log knows no decision of this number. Please look at the address again."],
	proofing: [["これは判断ではありません", "This is no decision"],
		"この番号は、カードによる本人確認（電子証明書と署名の検証）の記録です。台帳での位置と証明は、台帳のページで確かめられます。",
		"This is the record of a proofing by the card: a certificate and a signature were verified. Its place in the log and its proof can be checked on the log’s page."],
	closed: [lost, "この番号の判断は台帳にありますが、この合言葉（salt）では開けません。アドレスを確かめるか、下に回答をはり付けてください。",
		"The log has a decision of this number, but this salt does not open it. Please look at the address again, or paste the answer below."],
	unreachable: [lost, "いまは記録を取得できません。記録に変わりはありません。しばらくしてから、このページを読み込み直してください。",
		"The record cannot be fetched now. Nothing happened to it. Please reload this page in a while."],
};

async function openFromAddress() {
	const id = location.pathname.split("/").pop();
	const salt = location.hash.slice(1);

	place.setAttribute("aria-busy", "true");
	if (!idForm.test(id) || !idForm.test(salt)) {
		showNothing(["判断の理由を確かめる", "See why it was decided so"],
			"認められた理由、認められなかった理由と、どうすれば届くかを読めます。", "Why it was yes or no, and what would help.");
		return;
	}
	fill("decision", element("h1", {}, both("判断の理由を確かめる", "See why it was decided so")), element("p", { class: "lead" }, badge("waiting", "記録を読み込んでいます", "The record is being read")));
	const { found, record } = await findRecord(id, salt);

	if (record)
		show({ record, answer: null, agreement: null, answers: [] });
	else
		showNothing(...unopened[found]);
}

function complain(output, field) {
	field.setAttribute("aria-invalid", "true");
	output.replaceChildren(element("p", { class: "error" }, both("判断の回答として読めません。受け取ったJSONの全体をはり付けてください。",
		"It cannot be read as the answer of a decision. Please paste all of the JSON you received.")));
	field.focus();
}

/* The address is that of the record: without one it names none. */
async function showOne(answers, answer) {
	const agreement = await agreementOf(answer);
	const { record } = agreement;

	await show({ record, answer, agreement, answers });
	history.replaceState(null, "", record ? `/decisions/${record.id}${location.search}#${record.salt}` : `/decisions/${location.search}`);
	const heading = document.querySelector("h1");

	heading.tabIndex = -1;
	heading.scrollIntoView();
	heading.focus({ preventScroll: true });
}

async function openFromAnswer(event) {
	const field = form.elements.answer;
	const output = form.querySelector("output");

	event.preventDefault();
	field.removeAttribute("aria-invalid");
	output.replaceChildren(element("p", {}, badge("waiting", "記録を読み込んでいます", "The record is being read")));
	try {
		const answers = readAnswer(field.value);

		await showOne(answers, answers[0]);
	} catch {
		complain(output, field);
		return;
	}
	output.replaceChildren();
}

addEventListener("hashchange", openFromAddress);
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((details) => details.open = true));
startLanguage();
form.addEventListener("submit", openFromAnswer);
openFromAddress();
