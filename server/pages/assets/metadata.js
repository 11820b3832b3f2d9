/* assets/metadata.js - the metadata: how fresh, from where, signed by what. */
import { badge, both, element, fact, fill } from "./dom.js";
import { copyable } from "./copy.js";
import { distance, time } from "./time.js";
import { fingerprint, readAnchors } from "./anchor.js";
import { followFederation, freshness } from "./fresh.js";
import { startLanguage } from "./language.js";
import { startLookup } from "./lookup.js";

const example = "https://idp.example.org/shibboleth";
const metadata = "urn:oasis:names:tc:SAML:2.0:metadata";
const each = 60_000; // milliseconds: distances on the page grow old

const state = { federation: null, live: false, base: new URL("/", location.href).href };

const verdicts = {
	none: [["waiting", "まだ公開されていません", "Nothing is published yet"],
		["最初の公開が終わると、この表示は自動で変わります。", "This changes by itself as soon as the first publication is made."]],
	empty: [["waiting", "参加者はまだいません", "No members yet"],
		["最初の参加者のメタデータが公開されると、ここから取得できます。この表示は自動で変わります。", "Metadata can be fetched here as soon as the first member’s is published. This changes by itself."]],
	valid: [["good", "有効です", "Valid"],
		["公開中のメタデータは有効期限内です。", "The metadata published here is within its validity."]],
	late: [["notice", "更新が遅れています", "The refresh is late"],
		["公開中のメタデータはまだ有効です。運用者が更新を確認する必要があります。", "What is published is still valid. The operator should look after the refresh."]],
	expired: [["bad", "有効期限が切れています", "Expired"],
		["期限切れのメタデータは配布していません。手元に保存した有効なメタデータはそのまま使えます。", "Expired metadata is not served. A copy you hold stays usable until its own validUntil."]],
};

const setNames = {
	all: ["すべてのエンティティ", "All entities"],
	idps: ["IdP（認証する側）のみ", "IdPs only (those who authenticate)"],
	sps: ["SP／RP（利用する側）のみ", "SPs only (those who rely on it)"],
};

function size(bytes) {
	const steps = ["B", "kB", "MB", "GB"];
	let step = 0;

	for (; bytes >= 1000 && step < steps.length - 1; step++)
		bytes /= 1000;
	return `${bytes >= 10 || step === 0 ? Math.round(bytes) : bytes.toFixed(1)} ${steps[step]}`;
}

function showFreshness(federation) {
	const [words, explanation] = verdicts[freshness(federation)];

	fill("verdict", badge(...words));
	fill("explanation", both(...explanation));
	fill("entities", federation.entities.toLocaleString("en-US"));
	fill("idps", federation.idps.toLocaleString("en-US"));
	fill("rps", federation.rps.toLocaleString("en-US"));
	fill("published", ...dated(federation.published));
	fill("valid-until", ...dated(federation.valid_until));
	fill("refresh-at", ...dated(federation.refresh_at));
	fill("generation", federation.generation === 0 ? "—" : String(federation.generation));
}

function showLink() {
	fill("link", state.live
		? both("変更があると自動で更新されます", "Updates by itself when something changes")
		: both("接続を待っています。表示は最後に確認した内容です", "Waiting for the connection; this is what was known last"));
	document.querySelector(".freshness").classList.toggle("live", state.live);
}

/* A set without members is not there to be fetched: no address is offered then. */
const setOf = (federation, name) => federation.sets.find((set) => set.name === name);

function showSets(federation) {
	for (const [path, list] of [["/metadata.xml", federation.sets], ["/trusted-list.json", federation.documents],
		["/trusted-list.jws", federation.documents], ["/v1/members", federation.documents]])
		document.querySelector(`footer a[href="${path}"]`).parentElement.hidden = !list.some(({ url }) => new URL(url).pathname === path);
	fill("sets", ...Object.entries(setNames).map(([name, words]) => {
		const set = setOf(federation, name);
		const file = name === "all" ? "metadata.xml" : `metadata/${name}.xml`;

		return element("li", { class: "row" },
			element("h3", {}, both(...words)),
			element("p", { class: "aside" }, set
				? both(`${size(set.size)}（gzip ${size(set.size_gzip)}）`, `${size(set.size)} (${size(set.size_gzip)} with gzip)`)
				: both("該当するエンティティはまだありません", "No such entity yet")),
			...(set ? [copyable(state.base + file, words)] : []));
	}));
}

const documentNames = {
	all: setNames.all,
	idps: setNames.idps,
	sps: setNames.sps,
	"trusted-list": ["信頼リスト（JSON）", "Trusted list (JSON)"],
	"trusted-list-signed": ["署名つき信頼リスト（JWS）", "Signed trusted list (JWS)"],
	members: ["参加者の一覧（検索用のJSON）", "Members (JSON, for searching)"],
};

const dated = (text) => (text ? [time(text), element("span", { class: "aside" }, distance(text))] : ["—"]);

function showDocuments(federation) {
	const all = [...federation.sets, ...federation.documents];

	fill("documents", ...(all.length === 0 ? [element("li", { class: "row" }, badge("waiting", "まだ公開されていません", "Nothing is published yet"))]
		: all.map(({ name, url, size: bytes, size_gzip: packed, modified, valid_until: until }) => element("li", { class: "row" },
			element("h3", {}, both(...(documentNames[name] ?? [name, name]))),
			element("p", { class: "aside" }, both(`${size(bytes)}（gzip ${size(packed)}）`, `${size(bytes)} (${size(packed)} with gzip)`)),
			element("p", { class: "entity" }, element("a", { href: new URL(url).pathname }, url)),
			element("dl", { class: "facts" },
				fact("内容が変わった日時", "Last changed", ...dated(modified)),
				fact("有効期限", "Valid until", ...(until ? dated(until) : [both("公開全体の期限と同じ", "with the publication")])))))));
}

/* What went wrong, by its code: the sentence with addresses and files in it is for the operator alone. */
const troubles = {
	syntax: ["受け取ったものをXMLとして読み取れません。", "What came cannot be read as XML."],
	limit: ["大きすぎるか、上限を超えています。", "It is larger than what is taken in."],
	invalid: ["署名がないか、有効期限またはその他の記載が受け入れられる形ではありません。",
		"It is not signed, or its validity or another part of it is not as it must be."],
	crypto: ["署名が、登録された鍵によるものではありません。", "Its signature is not by the key registered for it."],
	unavailable: ["配布元から応答がありません。", "Where it comes from does not answer."],
	"not-found": ["配布元に見つかりません。", "It is not to be found where it comes from."],
	denied: ["一度に変わる量が多いなどの理由で、受け取りを控えています。",
		"It is not taken over, because too much would change at once or it lies where it must not."],
};
const elsewhere = ["この連携の側で処理できませんでした。", "It could not be dealt with on our side."];

function sourceState(source) {
	if (source.held)
		return ["notice", "運用者の確認待ち", "Waits for an operator"];
	if (source.code !== null)
		return ["bad", "更新できません", "Cannot be refreshed"];
	return source.succeeded === null ? ["waiting", "まだ受け取っていません", "Not received yet"] : ["good", "正常", "In order"];
}

function showSources(federation) {
	document.querySelector("#sources").hidden = federation.sources.length === 0;
	fill("sources", ...federation.sources.map((source, at) => element("article", { class: "key", "aria-labelledby": `source-${at}` },
		element("div", { class: "key-head" }, element("h3", { id: `source-${at}` }, source.name), badge(...sourceState(source))),
		...(source.held || source.code !== null ? [element("p", {}, both(
			"前に受け取った内容を、その有効期限まで公開し続けます。", "What was received before stays published until it expires."))] : []),
		element("dl", { class: "facts" },
			fact("エンティティ", "Entities", source.entities.toLocaleString("en-US")),
			...(source.refused > 0 ? [fact("取り込まなかったもの", "Not taken over", source.refused.toLocaleString("en-US"))] : []),
			fact("最後に受け取った日時", "Last received", ...dated(source.succeeded)),
			...(source.attempted !== source.succeeded ? [fact("最後に試みた日時", "Last tried", ...dated(source.attempted))] : []),
			fact("次の更新", "Next refresh", ...dated(source.next)),
			fact("受け取った内容の有効期限", "Valid until", ...dated(source.valid_until)),
			...(source.code === null ? [] : [fact("問題", "Problem", both(...(troubles[source.code] ?? elsewhere)))])))));
}

async function showKey(federation) {
	let keys = [];

	try {
		keys = await readAnchors();
	} catch {
		return; // the page says where the certificates are; it goes on without the shortcut
	}
	const key = keys.find((candidate) => candidate.name === federation.key) ?? keys.find((candidate) => candidate.state === "active");

	if (!key)
		return;
	fill("key", key.name);
	fill("fingerprint", fingerprint(key.fingerprint));
	showCommand(federation, key);
	document.querySelector("#verify").classList.add("known");
}

/* Of one member only, the root is its EntityDescriptor (SAML metadata s2.3): xmlsec1 is told which attribute is the ID of both. */
function showCommand(federation, key) {
	if (!setOf(federation, "all")) {
		fill("command", element("p", {}, both("参加者がまだいないため、検証するものはありません。",
			"There are no members yet, so there is nothing to verify.")));
		return;
	}
	fill("command", copyable([
		`curl -fsO ${state.base}metadata.xml`,
		`curl -fsO ${state.base}anchors/${key.name}.cer`,
		`xmlsec1 --verify --enabled-key-data key-name \\`,
		`  --pubkey-cert-der ${key.name}.cer \\`,
		`  --id-attr:ID ${metadata}:EntitiesDescriptor \\`,
		`  --id-attr:ID ${metadata}:EntityDescriptor \\`,
		"  metadata.xml",
	].join("\n"), ["確認のコマンド", "verification commands"], "pre"));
}

function showNames(federation) {
	fill("federation", both(federation.name.ja, federation.name.en));
	fill("authority", federation.registration_authority);
}

function showUrls() {
	fill("mdq-base", copyable(state.base, ["MDQのベースURL", "MDQ base URL"]));
	fill("mdq-example", copyable(`${state.base}entities/${encodeURIComponent(example)}`, ["MDQの例", "MDQ example"]));
}

function show(federation) {
	const first = state.federation === null;
	const another = first || state.federation.key !== federation.key ||
		!setOf(state.federation, "all") !== !setOf(federation, "all");

	state.federation = federation;
	state.base = federation.base_url;
	showNames(federation);
	showFreshness(federation);
	showSets(federation);
	showDocuments(federation);
	showSources(federation);
	showUrls();
	if (another)
		showKey(federation);
}

startLanguage();
showUrls();
startLookup(document.querySelector("#lookup form"), () => state.base);
followFederation(show, (live) => {
	state.live = live;
	showLink();
});
setInterval(() => state.federation && showFreshness(state.federation), each);
