/* assets/card.js - one member: what it is certified for, by whom and until when; then its entities, certificates and history. */
import { areaMeaning, byArea, areaWords, frameworkWords, kindWords, levelBadge, levelMeaning, named, outside, personaWords, roleWords,
	standingBadge, standingWords } from "./words.js";
import { badge, both, element, fact, fill, section } from "./dom.js";
import { copyable, copyButton } from "./copy.js";
import { distance, time } from "./time.js";
import { fingerprint } from "./anchor.js";
import { startLanguage } from "./language.js";

const id = decodeURIComponent(location.pathname.split("/").pop());
const soon = 30 * 86_400_000; // milliseconds: what ends within them is marked

/* A fact whose value may be missing. */
const maybe = (value, ja, en, show) => (value ? [fact(ja, en, ...[show(value)].flat())] : []);
const said = (text) => text.ja !== "" || text.en !== "";

/* A page of somebody else's, that may have an address for each language. */
function link(address) {
	return address.ja === address.en || address.ja === "" || address.en === ""
		? outside(address.ja || address.en)
		: both([outside(address.ja)], [outside(address.en)]);
}

const until = (text) => [time(text), " ", element("span", { class: "aside" }, distance(text))];

/* The standing: what stops trust comes before everything else. */

const warnings = {
	suspended: ["この参加者は資格を停止されています。メタデータと信頼リストには掲載されていません。新しいログインや情報の受け渡しを行わないでください。",
		"This member is suspended. It is in no metadata and not on the trusted list: do not begin logins or exchanges with it."],
	withdrawn: ["この参加者は脱退しました。メタデータと信頼リストには掲載されていません。以下は、参加していた間の記録です。",
		"This member has left. It is in no metadata and not on the trusted list: what follows is the record of its membership."],
};

function standing(card) {
	const warning = warnings[card.standing];

	if (!warning)
		return [];
	return [element("div", { class: "warning", role: "note" },
		element("p", {}, standingBadge(card.standing)),
		element("p", {}, both(...warning)),
		element("dl", { class: "facts" },
			...maybe(card.since, "いつから", "Since", time),
			...maybe(card.reason, "理由", "Reason", (reason) => reason)))];
}

function heading(card) {
	const first = card.entities[0]?.entity_id ?? card.id;

	return element("div", { class: "card-head" },
		...(card.logo ? [element("img", { class: "logo logo-large", src: card.logo, alt: "", width: "88", height: "88" })] : []),
		element("div", {},
			...(card.kind ? [element("p", { class: "overline" }, both(...kindWords(card.kind)))] : []),
			element("h1", {}, named(card.name, first)),
			...(card.standing === "approved" ? [element("p", { class: "badges card-standing" }, standingBadge(card.standing))] : [])));
}

/* What counts most, at once: the levels in force, each said once. */
function levels(card) {
	const inForce = card.certifications.filter(({ state }) => state === "in-force").sort(byArea);
	const once = [...new Map(inForce.map((held) => [`${held.framework} ${held.area} ${held.level}`, held])).values()];

	return once.length === 0 || card.standing !== "approved" ? []
		: [element("ul", { class: "levels levels-first" }, ...once.map((held) => element("li", {}, levelBadge(held))))];
}

/* Certifications */

const states = {
	"in-force": ["good", "有効", "In force"],
	"not-yet": ["waiting", "まだ始まっていません", "Not yet in force"],
	ended: ["quiet", "期限切れ", "Ended"],
};
const stateOrder = Object.keys(states);
/* What has not ended, but does not count while the member is not in force. */
const idle = {
	suspended: ["quiet", "資格停止中は認められません", "Does not count while suspended"],
	withdrawn: ["quiet", "脱退により認められません", "Does not count any more"],
};

/* What one assessor said at one time about one entity stands together. */
const statement = ({ framework, assessor, from, until: end, entity_id: entity }) => JSON.stringify([assessor, from, end, framework, entity]);

function level(held) {
	const meaning = levelMeaning(held.framework, held.area, held.level) ?? areaMeaning(held.area);

	return element("li", { class: "level" },
		element("p", { class: "badges" }, levelBadge(held)),
		...(meaning ? [element("p", { class: "aside" }, both(...meaning))] : []),
		...(held.uri ? [element("p", { class: "aside entity" }, held.uri)] : []),
		...(held.document ? [element("p", { class: "aside" }, outside(held.document, both("認定の文書を見る", "See the document"),
			element("span", { class: "heard" }, both(`：${areaWords(held.area)[0]}`, `: ${areaWords(held.area)[1]}`))))] : []));
}

function certification(together, standing) {
	const [held] = together;
	const state = held.state === "in-force" && idle[standing] ? idle[standing] : states[held.state];
	const near = held.state === "in-force" && !idle[standing] && Date.parse(held.until) - Date.now() < soon;

	return element("li", { class: "certification" },
		element("p", { class: "badges" }, badge(...state), ...(near ? [badge("notice", "まもなく期限", "Ends soon")] : [])),
		element("dl", { class: "facts" },
			fact("評価した機関", "Assessed by", held.assessor ?? "—"),
			fact("有効期間", "In force", time(held.from), both("から ", " – "), time(held.until), ...(held.state === "in-force"
				? [both("まで", ""), element("span", { class: "aside" }, distance(held.until))] : [both("まで", "")])),
			fact("基準", "Framework", both(...frameworkWords(held.framework))),
			...maybe(held.entity_id, "対象", "About", (entity) => element("span", { class: "entity" }, entity))),
		element("ul", { class: "level-list" }, ...together.map(level)));
}

function certifications(card) {
	const held = [...card.certifications].sort((a, b) => stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state) || byArea(a, b));
	const together = new Map();

	if (card.source) {
		return section("certifications", "認定", "Certified for", element("p", {}, both(
			`「${card.source}」から受け取った情報です。この登録簿では、この相手の認定を確認していません。`,
			`Received from “${card.source}”. This registry has not checked any certification of it.`)));
	}
	for (const one of held)
		together.set(statement(one), [...(together.get(statement(one)) ?? []), one]);
	return section("certifications", "認定", "Certified for", held.length === 0
		? element("p", {}, both("認定は登録されていません。", "No certification is registered."))
		: element("ul", { class: "certifications" }, ...[...together.values()].map((one) => certification(one, card.standing))));
}

/* What it may do with the My Number card's certificates. */

const bases = {
	accredited: ["主務大臣の認定（公的個人認証法 第\u206017\u2060条）", "Accredited by the competent ministers (Act on JPKI, Art. 17)"],
	"public-body": ["行政機関等", "A public body"],
	court: ["裁判所", "A court"],
	"certification-business": ["認定を受けた認証事業者", "An accredited certification business"],
};
const jpkiUses = {
	signature: ["署名用電子証明書", "signature certificates"],
	authentication: ["利用者証明用電子証明書", "authentication certificates"],
};

function period(held, standing) {
	const state = held.state === "in-force" && idle[standing] ? idle[standing] : states[held.state];

	return [element("p", { class: "badges" }, badge(...state)),
		element("dl", { class: "facts" },
			fact("対象", "For", ...held.uses.flatMap((use, at) => [...(at ? [both("、", ", ")] : []), both(...jpkiUses[use])])),
			fact("有効期間", "In force", time(held.from), both("から ", " – "), time(held.until), both("まで", "")))];
}

/* Another member by its name, once that is known; until then, and where there is no such member, by its id. */
function memberLink(id) {
	const link = element("a", { href: `/members/${encodeURIComponent(id)}` }, id);

	fetch(`/v1/members/${encodeURIComponent(id)}`, { headers: { Accept: "application/json" } })
		.then((answer) => answer.ok ? answer.json() : null)
		.then((other) => other && link.replaceChildren(named(other.name, id)))
		.catch(() => {});
	return link;
}

function jpki(card) {
	const own = card.accreditations.map((held) => element("li", { class: "certification" }, ...period(held, card.standing),
		element("dl", { class: "facts" }, fact("根拠", "Ground", both(...bases[held.basis])), fact("名称", "Document", held.name),
			fact("機構への届出", "J-LIS notified", time(held.notified)))));
	const entrusted = card.entrustments.map((held) => element("li", { class: "certification" }, ...period(held, card.standing),
		element("dl", { class: "facts" },
			fact("委託先", "Entrusted to", memberLink(held.to)),
			fact("大臣への報告", "Reported", time(held.reported)))));

	if (!own.length && !entrusted.length)
		return [];
	return [section("jpki", "マイナンバーカードの電子証明書の確認", "Checking My Number card certificates",
		element("ul", { class: "certifications" }, ...own, ...entrusted))];
}

function organisation(card) {
	const address = [card.postal_code && `〒${card.postal_code}`, card.locality, card.street_address].filter(Boolean).join(" ");
	const facts = [
		...(card.url && said(card.url) ? [fact("ウェブサイト", "Website", link(card.url))] : []),
		...maybe(address, "所在地", "Address", (text) => text),
		...(card.support.length > 0 ? [fact("問い合わせ先", "Support", ...card.support.map((mail) =>
			element("a", { class: "block", href: `mailto:${encodeURI(mail)}` }, mail)))] : []),
		...maybe(card.registered, "登録", "Registered", time),
		...maybe(card.confirmed, "内容を最後に確認した日", "Last confirmed as a whole", time),
		...(card.registration_policy && said(card.registration_policy)
			? [fact("登録の方針", "Registration policy", link(card.registration_policy))] : []),
	];

	return section("organisation", "組織", "The organisation",
		...(card.description && said(card.description) ? [element("p", {}, named(card.description, ""))] : []),
		element("dl", { class: "facts" }, ...facts));
}

/* Entities */

const protocols = {
	saml: ["SAML 2.0", "SAML 2.0"],
	"oidc-client": ["OpenID Connect（利用する側）", "OpenID Connect (client)"],
	"oidc-provider": ["OpenID Connect（認証する側）", "OpenID Connect (provider)"],
};

function requirement({ framework, levels, profile }) {
	return [element("span", { class: "block" }, both(...frameworkWords(framework))),
		...(profile ? [element("span", { class: "block entity" }, profile)] : []),
		...Object.entries(levels ?? {}).map(([area, level]) => levelBadge({ area, level }))];
}

function words(list, of) {
	const pairs = list.map(of);

	return both(pairs.map(([ja]) => ja).join("、"), pairs.map(([, en]) => en).join(", "));
}

function attribute(wanted) {
	return element("li", { class: "attribute" },
		element("p", { class: "badges" }, element("strong", {}, wanted.friendly_name ?? wanted.name),
			wanted.required ? badge("key", "必須", "Required") : badge("quiet", "任意", "Optional")),
		...(wanted.friendly_name ? [element("p", { class: "aside entity" }, wanted.name)] : []),
		...(said(wanted.purpose) || wanted.legal_basis ? [element("dl", { class: "facts" },
			...(said(wanted.purpose) ? [fact("利用目的", "Purpose", named(wanted.purpose, ""))] : []),
			...maybe(wanted.legal_basis, "法的な根拠", "Legal basis", (basis) => basis))] : []));
}

const endpointWords = {
	SingleSignOnService: ["ログインの受付", "Login"],
	SingleLogoutService: ["ログアウト", "Logout"],
	AssertionConsumerService: ["ログイン結果の受け取り", "Receives assertions"],
	ArtifactResolutionService: ["アーティファクトの解決", "Artifact resolution"],
	AttributeService: ["属性の問い合わせ", "Attribute query"],
};

function endpoints(list) {
	return element("details", {},
		element("summary", {}, both(`接続先（${list.length}件）`, `Endpoints (${list.length})`)),
		element("ul", { class: "endpoints" }, ...list.map(({ element: name, binding, location: at }) => element("li", {},
			element("p", {}, ...(endpointWords[name] ? [both(...endpointWords[name]), " "] : []),
				element("span", { class: "aside" }, `${name} · ${(binding ?? "").split(":").pop()}`)),
			element("p", { class: "entity" }, at ?? "—")))));
}

const uses = {
	signing: ["署名の検証", "Verifies signatures"],
	encryption: ["暗号化", "Encryption"],
};

function pairs(hex) {
	return hex.toUpperCase().match(/../g).join(":");
}

/* The file is made of what the card brought: saved as it is in the metadata, byte for byte. */
function certificate(key, number) {
	const text = pairs(key.sha256);
	const name = `${id}-${number}`;

	return element("li", { class: "certificate" },
		element("h4", {}, ...(key.subject ? [key.subject] : [both("証明書", "Certificate")])),
		element("p", { class: "label" }, both("指紋（SHA-256）", "Fingerprint (SHA-256)")),
		element("div", { class: "copyable" }, fingerprint(text), copyButton(() => text, ["証明書の指紋", "fingerprint of the certificate"])),
		element("dl", { class: "facts" },
			fact("用途", "Use", words([...key.uses], (use) => uses[use] ?? ["署名の検証と暗号化", "Signatures and encryption"])),
			...(key.from && key.until ? [fact("証明書の期間", "Certificate dates", time(key.from), " – ", time(key.until))] : [])),
		element("p", {}, element("a", { class: "button button-quiet", href: `data:application/pkix-cert;base64,${key.der}`, download: `${name}.cer` },
			both("証明書を保存する（.cer）", "Save the certificate (.cer)"))));
}

/* The same certificate often stands in several roles and for both uses. */
function certificates(list) {
	const once = new Map();

	for (const key of list) {
		once.set(key.sha256, once.get(key.sha256) ?? { ...key, uses: new Set() });
		once.get(key.sha256).uses.add(key.use);
	}
	return [element("h3", {}, both("証明書", "Certificates")),
		element("p", { class: "aside" }, both("信頼するのは鍵です。証明書に書かれた期間は目安で、メタデータに載っている間は有効です。",
			"It is the key that is trusted. The dates in a certificate are a hint: it holds while it stands in the metadata.")),
		element("ul", { class: "certificates" }, ...[...once.values()].map((key, at) => certificate(key, at + 1)))];
}

const findingLevels = {
	error: ["bad", "誤り", "Error"],
	warning: ["notice", "注意", "Warning"],
};

function finding(found) {
	return element("li", { class: "finding" },
		element("p", { class: "badges" }, badge(...(findingLevels[found.level] ?? ["quiet", found.level, found.level])),
			element("code", {}, found.rule)),
		element("p", {}, both(found.right.ja || found.right.en, found.right.en || found.right.ja)),
		element("dl", { class: "facts" },
			...maybe(found.element, "場所", "Where", (where) => element("span", { class: "entity" }, where)),
			...maybe(found.found, "いまの内容", "Found", (what) => element("span", { class: "entity" }, what)),
			...maybe(found.error_from, "誤りとして扱う日", "An error from", time),
			...maybe(found.clause, "根拠", "Rule from", (clause) => clause)));
}

function findings(entity) {
	const made = [];

	if (entity.refused.length > 0) {
		made.push(element("h3", {}, both("取り込まれなかった新しい内容", "A newer copy that was not taken over")),
			element("p", {}, badge("bad", "以前の内容を公開しています", "The copy before is published")),
			element("p", {}, both("新しい内容に誤りがあるため、以前の正しい内容を公開し続けています。次を直すと取り込まれます。",
				"The newer copy has errors, so the last good one stays published. It is taken over once these are mended."),
				...(entity.refused_at ? [" ", time(entity.refused_at)] : [])),
			element("ul", { class: "findings" }, ...entity.refused.map(finding)));
	}
	if (entity.findings.length > 0) {
		made.push(element("h3", {}, both(`公開中の内容で改善できること（${entity.findings.length}件）`, `What could be better (${entity.findings.length})`)),
			element("ul", { class: "findings" }, ...entity.findings.map(finding)));
	}
	return made;
}

const roleList = (entity) => words(entity.roles.length > 0 ? entity.roles : ["other"], roleWords);

function entityCard(card, entity, number) {
	const name = `entity-${number}`;

	return element("article", { class: "key", "aria-labelledby": name },
		element("div", { class: "key-head" },
			element("h3", { id: name, class: "prose" }, said(entity.name) ? named(entity.name, "") : roleList(entity)),
			entity.published ? badge("good", "公開中", "Published")
				: badge("quiet", card.standing === "approved" ? "メタデータは公開していません" : "公開していません",
					card.standing === "approved" ? "No metadata published" : "Not published")),
		element("p", { class: "label" }, both("エンティティID", "Entity ID")),
		copyable(entity.entity_id, ["エンティティID", "entity ID"]),
		...(said(entity.description) ? [element("p", {}, named(entity.description, ""))] : []),
		element("dl", { class: "facts" },
			fact("役割", "Role", roleList(entity)),
			...(entity.protocols.length > 0 ? [fact("方式", "Protocol", words(entity.protocols, (name) => protocols[name] ?? [name, name]))] : []),
			...(said(entity.organization) && card.source ? [fact("組織", "Organisation", named(entity.organization, ""))] : []),
			...(entity.requires ? [fact("ログインに求める水準", "What a login must reach", ...requirement(entity.requires))] : []),
			...(entity.personas.length > 0 ? [fact("利用者の立場", "As whom people come", words(entity.personas, personaWords))] : []),
			...maybe(entity.sector, "利用者の識別子の範囲", "Where it knows people by one name", (host) => element("span", { class: "entity" }, host)),
			...(said(entity.information_url) ? [fact("案内", "Information", link(entity.information_url))] : []),
			...(said(entity.privacy_url) ? [fact("プライバシーの方針", "Privacy statement", link(entity.privacy_url))] : []),
			...(entity.scopes.length > 0 ? [fact("スコープ（利用者の所属の範囲）", "Scopes (whose users it vouches for)",
				...entity.scopes.map((scope) => element("span", { class: "block entity" }, scope)))] : []),
			...(entity.categories.length > 0 ? [fact("エンティティカテゴリ", "Entity categories",
				...entity.categories.map((category) => element("span", { class: "block entity" }, category)))] : []),
			...(entity.supported_categories.length > 0 ? [fact("対応するカテゴリ", "Categories supported",
				...entity.supported_categories.map((category) => element("span", { class: "block entity" }, category)))] : []),
			...(entity.certified.length > 0 ? [fact("メタデータに記された認定", "Certifications in its metadata",
				...entity.certified.map((uri) => element("span", { class: "block entity" }, uri)))] : []),
			...maybe(entity.registration_authority, "登録機関", "Registration authority", (authority) => element("span", { class: "entity" }, authority)),
			...maybe(entity.changed, "最終更新", "Last changed", time),
			...maybe(entity.valid_until, "有効期限", "Valid until", until)),
		...(entity.attributes.length > 0 ? [
			element("h3", {}, both("求める情報とその目的", "What it asks for, and why")),
			element("ul", { class: "attributes" }, ...entity.attributes.map(attribute))] : []),
		...(entity.certificates.length > 0 ? certificates(entity.certificates) : []),
		...(entity.endpoints.length > 0 ? [endpoints(entity.endpoints)] : []),
		...findings(entity));
}

function entities(card) {
	return section("entities", card.source ? "登録内容" : "エンティティ（接続の単位）", card.source ? "What is registered" : "Entities",
		...(card.entities.length === 0 ? [element("p", {}, both("エンティティは登録されていません。", "No entity is registered."))]
			: [element("div", { class: "keys" }, ...card.entities.map((entity, at) => entityCard(card, entity, at)))]));
}

/* History */

const events = {
	"member.applied": ["参加の申請を受け付けました", "Applied"],
	"member.approved": ["承認しました", "Approved"],
	"member.changed": ["登録内容を変更しました", "Record changed"],
	"member.suspended": ["資格を停止しました", "Suspended"],
	"member.reinstated": ["資格の停止を解除しました", "Reinstated"],
	"member.withdrawn": ["脱退しました", "Withdrawn"],
	"member.confirmed": ["登録内容を確認しました", "Record confirmed"],
	"member.certification-began": ["認定の期間が始まりました", "Certification began"],
	"member.certification-ended": ["認定の期間が終わりました", "Certification ended"],
};

function event(entry) {
	return element("li", {},
		element("p", { class: "label" }, both(...(events[entry.event] ?? [entry.event, entry.event]))),
		element("p", { class: "aside" }, time(entry.at), ...(entry.standing ? [" · ", both(...standingWords(entry.standing))] : []),
			" · ", entry.actor === "steward" ? both("自動処理", "automatic") : both("運用者", "operator")),
		...(entry.reason ? [element("p", {}, both("理由：", "Reason: "), entry.reason)] : []));
}

function history(card) {
	return card.history.length === 0 ? []
		: [section("history", "履歴", "History", element("ol", { class: "timeline" }, ...card.history.map(event)))];
}

/* The page */

function title(card) {
	const first = card.entities[0]?.entity_id ?? card.id;
	const made = document.querySelector("title");

	made.dataset.ja = `${card.name.ja || card.name.en || first}｜Watashi`;
	made.dataset.en = `${card.name.en || card.name.ja || first} | Watashi`;
	document.title = made.dataset[document.documentElement.lang];
}

function show(card) {
	title(card);
	fill("card", ...standing(card), heading(card), ...levels(card), certifications(card), ...jpki(card),
		...(card.source ? [] : [organisation(card)]), entities(card), ...history(card),
		element("p", { class: "aside" }, element("a", { href: `/v1/members/${card.id}` }, both("このページの内容をデータ（JSON）で見る", "This page as data (JSON)"))));
}

function showNothing(status) {
	const missing = status === 404;

	fill("card",
		element("h1", {}, missing ? both("この参加者は見つかりません", "This member is not here")
			: both("参加者の情報を取得できませんでした", "The member’s card could not be fetched")),
		element("p", { class: "lead" }, missing
			? both("このアドレスの参加者は登録されていません。名前やエンティティIDで探し直してください。",
				"Nobody is registered at this address. Please search by name or entity ID.")
			: both("登録の内容に変わりはありません。しばらくしてから、このページを読み込み直してください。",
				"Nothing happened to any registration. Please reload this page in a while.")));
}

async function read() {
	let answer;

	try {
		answer = await fetch(`/v1/members/${encodeURIComponent(id)}`, { headers: { Accept: "application/json" }, cache: "no-cache" });
	} catch {
		answer = null;
	}
	if (answer?.ok)
		show(await answer.json());
	else
		showNothing(answer?.status);
	document.querySelector('[data-slot="card"]').setAttribute("aria-busy", "false");
}

/* From the list one goes back to the very search one came from (list.js keeps it). */
try {
	document.querySelector('[data-slot="back"]').search = sessionStorage.getItem("search") ?? "";
} catch {
	// storage switched off: the way back leads to the whole list
}
/* On paper nothing is folded. */
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((details) => details.open = true));

startLanguage();
read();
