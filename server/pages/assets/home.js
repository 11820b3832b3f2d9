/* assets/home.js - the front page: how fresh, from where, signed by what. */
import { badge, both, element, fill } from "./dom.js";
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
	const dated = (text) => (text ? [time(text), element("span", { class: "aside" }, distance(text))] : ["—"]);

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
	document.querySelector('footer a[href="/metadata.xml"]').parentElement.hidden = !setOf(federation, "all");
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
	document.querySelector("title").dataset.ja = `${federation.name.ja}｜Watashi`;
	document.querySelector("title").dataset.en = `${federation.name.en} | Watashi`;
	document.title = document.querySelector("title").dataset[document.documentElement.lang];
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
