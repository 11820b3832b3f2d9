/* assets/decision.js - one decision: the verdict, each area reached and required, what was missing, the way up, by whose word, and
 * the receipt. From the ledger's record (the salt stands behind the '#'), or from an answer that was pasted: what a text says is shown
 * as that, until the record says the same; where they differ, the record is what counts. */
import { agreementNote } from "./agreement.js";
import { agreementOf, ask, askPolicy, askReceipt, findRecord } from "./record.js";
import { badge, both, element, fact, fill, section } from "./dom.js";
import { dictionaryOf } from "./facts.js";
import { bytesFromHex, commitmentOf } from "./merkle.js";
import { disregarded, missing, stopping } from "./unmet.js";
import { idForm, promiseOf, readAnswer } from "./answer.js";
import { levels, sentence } from "./reached.js";
import { merged, unknownPolicy } from "./decided.js";
import { proof } from "./proof.js";
import { several } from "./several.js";
import { startLanguage } from "./language.js";
import { stated } from "./stated.js";
import { time } from "./time.js";
import { waysUp } from "./way.js";

const form = document.querySelector("#show form");
const place = document.querySelector('[data-slot="decision"]');

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
		...stopping(policy, dictionary, decision),
		levels(policy, decision),
		...missing(policy, dictionary, decision),
		...waysUp(policy, decision),
		...disregarded(dictionary, decision),
		...stated(dictionary, decision.entry),
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
