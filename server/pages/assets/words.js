/* assets/words.js - what the framework's words mean, in both languages: roles, kinds, areas, levels, standings. A word that is not
 * here (of another framework, of a later release) is shown as it stands. */
import { badge, both, element } from "./dom.js";

const roles = {
	idp: ["IdP（認証する側）", "IdP (it authenticates)"],
	rp: ["SP／RP（利用する側）", "SP/RP (it relies on it)"],
	ap: ["属性提供者", "Attribute provider"],
	platform: ["プラットフォーム事業者（公的個人認証の検証を担う）", "Platform operator (verifies JPKI for others)"],
	"authn-provider": ["認証プラットフォーム事業者", "Authentication platform operator"],
	"proofing-provider": ["本人確認プラットフォーム", "Identity-proofing platform"],
	other: ["その他の役割", "Another role"],
};

const kinds = {
	public: ["行政機関", "Public administration"],
	education: ["教育・研究機関", "Education and research"],
	medical: ["医療機関", "Health care"],
	finance: ["金融機関", "Finance"],
	business: ["民間事業者", "Business"],
	platform: ["プラットフォーム事業者", "Platform operator"],
	other: ["その他", "Other"],
};

/* Each with what it looks at. */
const areas = {
	registration: [["登録", "Registration"],
		["本人であることを、登録のときにどう確かめたか", "how the person’s identity was proven at registration"]],
	token: [["トークン", "Token"],
		["ログインに使う認証要素の強さ", "how strong the means of logging in are"]],
	"credential-management": [["トークン及びクレデンシャル管理", "Token and credential management"],
		["認証要素の発行、保管、失効などの運用", "how these means are issued, kept and revoked"]],
	"authentication-process": [["認証プロセス", "Authentication process"],
		["認証のやりとりを狙う攻撃への備え", "protection against attacks on the login itself"]],
	assertion: [["アサーション", "Assertion"],
		["認証の結果を相手に伝えるときの安全性", "how safely the outcome is passed on"]],
	privacy: [["プライバシー及び個人情報保護", "Privacy and personal data"],
		["個人情報の取り扱いへの信頼の程度", "how far its handling of personal data can be trusted"]],
};

const heights = {
	"1": ["低", "low"], "2": ["中", "medium"], "3": ["高", "high"], "4": ["特高", "very high"],
};

/* Of the framework jp-idtf, after the table of levels of METI's 2016 report; where that tells no levels apart, nothing is said. */
const meanings = {
	registration: {
		"1": ["自己申告による登録です。身元の確認は行いません。", "Self-asserted; identity is not proven."],
		"1+": ["身分証明書の提示を受けて登録します。", "An identity document is shown."],
		"2": ["写真つきの公的身分証明書（対面）、または公的身分証と口座などの番号を記録と照合して（非対面）登録します。",
			"A government photo ID in person; or, remotely, a government ID and an account number checked against records."],
		"3": ["レベル2に加え、申請内容を公的機関などの記録と照合し、後から否認できないようにして登録します。",
			"Level 2, with the application checked against the records of public bodies, and made non-repudiable."],
		"4": ["対面に限り、公的身分証明書を2種類など確かめ、すべての申請内容を記録と照合し、生体情報を記録して登録します。",
			"In person only: two government IDs or the like, everything checked against records, a biometric recorded."],
	},
	token: {
		"1": ["パスワードなど、一つの要素で認証します。", "One factor, such as a password."],
		"2": ["長めのパスワードやワンタイムパスワードなど、より強い一つの要素で認証します。",
			"One stronger factor, such as a longer password or a one-time password."],
		"3": ["ICカードとパスワードなど、二つ以上の要素を組み合わせて認証します。", "Two or more factors, such as an IC card and a password."],
		"4": ["暗証番号や指紋で守られた専用の機器で認証します。", "A device of its own, guarded by a PIN or a fingerprint."],
	},
};

const standings = {
	applied: [["waiting", "申請中", "Applied"]],
	approved: [["good", "参加中", "Member"]],
	suspended: [["bad", "資格停止中", "Suspended"]],
	withdrawn: [["quiet", "脱退", "Withdrawn"]],
};

const as = (word) => [word, word];

const personas = {
	administrative: ["行政における個人", "Administrative"],
	business: ["ビジネス上の私", "Business"],
	private: ["プライベートな私", "Private"],
};

export const personaWords = (persona) => personas[persona] ?? as(persona);
export const roleWords = (role) => roles[role] ?? as(role);
export const kindWords = (kind) => kinds[kind] ?? as(kind);
export const areaWords = (area) => areas[area]?.[0] ?? as(area);
export const areaMeaning = (area) => areas[area]?.[1] ?? null;
export const frameworkWords = (framework) => (framework === "jp-idtf"
	? ["ID連携トラストフレームワーク（jp-idtf）", "ID trust framework (jp-idtf)"] : as(framework));
export const standingWords = (standing) => standings[standing]?.[0].slice(1) ?? as(standing);

export function levelWords(level) {
	const height = heights[level];

	return height ? [`レベル${level}（${height[0]}）`, `level ${level} (${height[1]})`] : [`レベル${level}`, `level ${level}`];
}

export function levelMeaning(framework, area, level) {
	return framework === "jp-idtf" ? meanings[area]?.[level] ?? null : null;
}

/* 「登録 レベル3（高）」: the same badge everywhere. */
export function levelBadge({ area, level }) {
	const [areaJa, areaEn] = areaWords(area);
	const [levelJa, levelEn] = levelWords(level);

	return badge("level", `${areaJa} ${levelJa}`, `${areaEn} ${levelEn}`);
}

export function standingBadge(standing) {
	const [kind] = standings[standing]?.[0] ?? ["quiet"];

	return badge(kind, ...standingWords(standing));
}

/* The order of the seed, then what is not in it. */
const order = Object.keys(areas);
export const byArea = (a, b) => (order.indexOf(a.area) + 99) % 99 - (order.indexOf(b.area) + 99) % 99 || a.area.localeCompare(b.area);

/* 0 < 1 < 1+ < 2: for "at least". NaN for words. */
export const levelHeight = (level) => parseFloat(level) + (level.endsWith("+") ? 0.5 : 0);

/* A name that may be there in one language only: that one is shown to all. */
export function named(name, otherwise) {
	const ja = name.ja || name.en || otherwise;
	const en = name.en || name.ja || otherwise;

	return ja === en ? element("span", {}, ja) : both(ja, en);
}

/* An address of somebody else's, to be followed only when it is one of the web. */
export function outside(address, ...words) {
	const known = /^https?:\/\//i.test(address);
	const text = words.length > 0 ? words : [address];

	return known ? element("a", { href: address, rel: "noopener noreferrer external" }, ...text) : element("span", {}, address);
}
