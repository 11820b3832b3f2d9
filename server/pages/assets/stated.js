/* assets/stated.js - the facts a decision was taken on: by whose word, and of each what they are about. */
import { bearerList, bearerMeaning, bearerWords, factWords, recordedFacts, valueWords } from "./facts.js";
import { both, element, fact, section } from "./dom.js";

const shownLargest = 12; // facts by one's word shown at once; more are folded

/* What a fact is about is what its name begins with; without it "signed: yes" tells little. */
const subjects = {
	txn: ["取引", "The transaction"],
	proofing: ["身元確認", "Identity proofing"],
	token: ["トークン（認証要素）", "Token (authenticator)"],
	credential: ["トークン及びクレデンシャルの管理", "Management of tokens and credentials"],
	process: ["認証プロセス", "Authentication process"],
	assertion: ["アサーション", "Assertion"],
	identifier: ["識別子", "Identifier"],
	attribute: ["属性", "Attributes"],
	privacy: ["プライバシー及び個人情報保護", "Privacy and personal-information protection"],
	rp: ["提供先", "Relying party"],
	idp: ["認証提供者", "Identity provider"],
	operator: ["運用者", "Operator"],
};
const subjectOf = ([id]) => id.split(".")[0];
const capital = ([ja, en]) => [ja, en.charAt(0).toUpperCase() + en.slice(1)];

export function stated(dictionary, entry) {
	if (!entry)
		return [];
	const all = recordedFacts(entry);

	return [section("facts", "判断に使われた事実", "Facts it was decided on",
		element("p", {}, all.length === 0 ? both("何も述べられていません。", "Nothing was said.")
			: both("だれの言葉によるものかを合わせて示します。", "Each with whose word it is.")),
		...bearerList.flatMap((by) => byWord(dictionary, by, all.filter(([, held]) => held.by === by))))];
}

function byWord(dictionary, by, said) {
	const order = [...new Set([...Object.keys(subjects), ...said.map(subjectOf)])];

	if (said.length === 0)
		return [];
	return [
		element("h3", {}, both(...capital(bearerWords(by)))),
		element("p", { class: "aside" }, both(...bearerMeaning(by))),
		...order.flatMap((subject) => about(dictionary, subject, said.filter((one) => subjectOf(one) === subject), said.length <= shownLargest))];
}

function about(dictionary, subject, said, open) {
	const [ja, en] = subjects[subject] ?? [subject, subject];

	if (said.length === 0)
		return [];
	return [element("details", open ? { open: "" } : {}, element("summary", {}, both(`${ja}（${said.length}件）`, `${en} (${said.length})`)),
		element("dl", { class: "facts" }, ...said.map(([id, { value }]) =>
			fact(...factWords(dictionary, id), both(...valueWords(dictionary.get(id), value))))))];
}
