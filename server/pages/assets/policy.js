/* assets/policy.js - the page of policies: which framework and version, the areas by levels, and what a cell of these demands. */
import { areaOf, areasOf, areaTitle, comparisonWords, criterionCard, levelTitle, statusBadge, statusList, statusMeaning } from "./criterion.js";
import { badge, both, element, fact, fill, section } from "./dom.js";
import { cellId, isRebuilt, matrix } from "./matrix.js";
import { comparison } from "./compare.js";
import { copyable } from "./copy.js";
import { dictionaryOf, wordsOf } from "./facts.js";
import { outside } from "./words.js";
import { startLanguage } from "./language.js";
import { time } from "./time.js";

const form = document.querySelector(".chooser");
const state = { frameworks: [], policy: null, older: null, engine: null, dictionary: null, turn: 0 };
const first = "jp-idtf"; // shown when nothing else is asked for
const everything = "all"; // of the address: all criteria at once

async function fetchJson(path) {
	const answer = await fetch(path, { headers: { Accept: "application/json" } });

	if (!answer.ok)
		throw new Error(`${path}: ${answer.status}`);
	return answer.json();
}

const urlOf = (framework, version) => `/v1/policy/${encodeURIComponent(framework)}@${encodeURIComponent(version)}`;

/* The version */

function standing(framework, version) {
	if (version.in_force)
		return ["good", "施行中", "In force"];
	if (Date.parse(version.valid_from) > Date.now())
		return ["waiting", "これから施行", "Not yet in force"];
	return ["quiet", "以前の版", "Superseded"];
}

function heading(policy, framework, version) {
	const signed = `${urlOf(policy.framework, policy.version)}/note`;

	return element("section", { class: "freshness", "aria-labelledby": "which" },
		element("div", { class: "freshness-head" },
			element("h2", { id: "which" }, both(`${policy.title.ja} 版${policy.version}`, `${policy.title.en}, version ${policy.version}`)),
			badge(...standing(framework, version))),
		...(policy.text ? [element("p", {}, both(policy.text.ja, policy.text.en))] : []),
		element("dl", { class: "facts" },
			fact("施行", "In force from", time(policy.valid_from)),
			fact("公開", "Published", time(policy.published)),
			fact("基準", "Criteria", policy.criteria.length.toLocaleString("en-US"),
				element("span", { class: "aside" }, both(`試験${policy.tests.toLocaleString("en-US")}件つき`, `with ${policy.tests.toLocaleString("en-US")} tests`)))),
		element("p", { class: "label" }, both("この版の要約値（SHA-256）", "Digest of this version (SHA-256)")),
		copyable(policy.digest, ["要約値", "digest"]),
		element("p", { class: "links" },
			element("a", { href: signed }, both("署名（signed note）", "Signature (signed note)")),
			element("a", { href: `/v1/receipts/${encodeURIComponent(policy.ledger.entry)}` }, both("台帳の受領証", "Receipt of the ledger")),
			element("a", { href: urlOf(policy.framework, policy.version) }, both("全体をデータで（JSON）", "All of it as data (JSON)")),
			element("a", { href: "#files" }, both("元のファイル", "Files"))));
}

/* The table */

function legend(policy) {
	const used = statusList.filter((status) => policy.criteria.some((one) => one.status === status));

	return element("dl", { class: "legend" }, ...used.map((status) => element("div", {}, element("dt", {}, statusBadge(status)),
		element("dd", {}, statusMeaning(status)))));
}

function table(policy) {
	return section("levels", "評価軸とレベル", "Areas and levels",
		element("p", {}, both("あるレベルに届くのは、そのレベルと、それより下のすべてのレベルの基準を満たすときです。「基準」を選ぶと中身が開きます。",
			"A level is reached when its criteria and those of all levels below are met. Choose “criteria” to open them.")),
		...(isRebuilt(policy) ? [element("p", { class: "aside" }, element("mark", { class: "rebuilt" }, both("【　】", "[ ]")),
			both("の中は、元の資料で読めなくなっていた語を補ったものです。「…」は、補えなかったところです。",
				": words lost in the source and rebuilt. “…” stands for what could not be."))] : []),
		matrix(policy, "levels"),
		composed(policy),
		element("h3", {}, both("基準の位置づけ", "Kinds of criteria")),
		legend(policy),
		element("p", {}, element("a", { href: `#${everything}` }, both("すべての基準を一度に開く（印刷などに）", "Open all criteria at once (to print them)"))));
}

function composed(policy) {
	if (policy.composed.length === 0)
		return document.createDocumentFragment();
	return element("div", { class: "composed" },
		element("h3", {}, both("まとめて呼ぶレベル", "Levels that sum up others")),
		element("dl", { class: "facts" }, ...policy.composed.map((area) => fact(area.title.ja, area.title.en,
			both(area.of.map((id) => areaTitle(policy, id)[0]).join("、"), area.of.map((id) => areaTitle(policy, id)[1]).join(", ")),
			both(area.of.length > 1 ? "のうち、もっとも低いレベル" : "のレベル", area.of.length > 1 ? ": the lowest of these" : ": its level")))));
}

/* What is opened */

function criteria(policy, area, level) {
	const list = policy.criteria.filter((one) => one.area === area.id && one.level === level);

	return list.map((one) => criterionCard(policy, state.dictionary, one));
}

function opened(policy, area, level) {
	const [areaJa, areaEn] = areaTitle(policy, area.id);
	const [levelJa, levelEn] = levelTitle(policy, area.id, level);
	const at = area.levels.findIndex(({ id }) => id === level);
	const below = area.levels.slice(0, Math.max(at, 0)).reverse();
	const always = level !== "any" && policy.criteria.some((one) => one.area === area.id && one.level === "any");
	const link = (id) => element("a", { href: `#${cellId(area.id, id)}` }, both(...levelTitle(policy, area.id, id)));
	const held = criteria(policy, area, level);
	const name = cellId(area.id, level);

	return element("section", { class: "opened", "aria-labelledby": name },
		element("h2", { id: name, tabindex: "-1" }, both(`${areaJa}　${levelJa}`, `${areaEn}: ${levelEn}`)),
		...(held.length === 0 ? [element("p", {}, both("このレベルだけの基準はありません。下のレベルの基準を満たせば届きます。",
			"This level has no criteria of its own: those below are enough."))] : held),
		...(below.length > 0 || always ? [element("p", { class: "links" }, both("このほか、次の基準も満たす必要があります：", "These are to be met as well: "),
			...below.map(({ id }) => link(id)), ...(always ? [link("any")] : []))] : []));
}

function openedAll(policy) {
	return policy.areas.flatMap((area) => ["any", ...area.levels.map(({ id }) => id)]
		.filter((level) => policy.criteria.some((one) => one.area === area.id && one.level === level))
		.map((level) => opened(policy, area, level)));
}

/* Which cell the address names: an area and a level, or a criterion in one. */
function cellOf(policy, name) {
	for (const area of areasOf(policy)) {
		const level = ["any", ...area.levels.map(({ id }) => id)].find((id) => cellId(area.id, id) === name);

		if (level)
			return { area, level };
	}
	const one = policy.criteria.find(({ id }) => id === name);

	return one ? { area: areaOf(policy, one.area), level: one.level, criterion: one.id } : null;
}

function openFromAddress(move) {
	const name = decodeURIComponent(location.hash.slice(1));
	const cell = cellOf(state.policy, name);
	const where = document.querySelector('[data-slot="opened"]');

	if (!where)
		return;
	for (const link of document.querySelectorAll(".opener")) {
		if (cell && link.dataset.cell === cellId(cell.area.id, cell.level))
			link.setAttribute("aria-current", "true");
		else
			link.removeAttribute("aria-current");
	}
	if (name === everything)
		where.replaceChildren(...openedAll(state.policy));
	else
		where.replaceChildren(...(cell ? parts(cell).map(({ area, level }) => opened(state.policy, area, level)) : []));
	if (move && (cell || name === everything)) {
		const target = document.getElementById(cell?.criterion ?? "") ?? where.querySelector("h2");

		target.scrollIntoView();
		target.focus({ preventScroll: true });
	}
}

/* A level that sums up others is opened as these. */
function parts({ area, level }) {
	return area.of ? area.of.map((id) => ({ area: areaOf(state.policy, id), level })).filter(({ area: one }) => one.levels.some(({ id }) => id === level))
		: [{ area, level }];
}

/* Profiles, mappings, sources, files */

function required(policy, { area, level, comparison: how }) {
	const [areaJa, areaEn] = areaTitle(policy, area);
	const [levelJa, levelEn] = levelTitle(policy, area, level);
	const [howJa, howEn] = comparisonWords(how);

	return element("li", {}, element("a", { href: `#${cellId(area, level)}` }, both(`${areaJa}　${levelJa}${howJa}`, `${areaEn}: ${levelEn} ${howEn}`)));
}

function profile(policy, one) {
	return element("article", { class: "key", "aria-labelledby": `profile-${one.id}` },
		element("div", { class: "key-head" }, element("h3", { id: `profile-${one.id}`, class: "prose" }, both(one.title.ja, one.title.en)),
			statusBadge(one.status)),
		...(one.text ? [element("p", {}, both(one.text.ja, one.text.en))] : []),
		element("ul", { class: "requires" }, ...one.requires.map((item) => required(policy, item))),
		...(one.reworded.length > 0 ? [element("p", { class: "label" }, both("このサービスで変わる基準", "Criteria that read otherwise here")),
			element("ul", {}, ...one.reworded.map((item) => element("li", {}, element("a", { href: `#${item.criterion}` }, item.criterion), " ",
				both(item.text.ja, item.text.en))))] : []),
		...((one.exclusions ?? []).length > 0 ? [element("p", { class: "label" }, both("当てはめない基準とその理由", "Criteria left out, and why")),
			element("ul", {}, ...one.exclusions.map((item) => element("li", {}, element("a", { href: `#${item.criterion}` }, item.criterion), " ",
				both(item.reason.ja, item.reason.en))))] : []));
}

function mapping(policy, { area, level, to, note }) {
	const [areaJa, areaEn] = areaTitle(policy, area);
	const [levelJa, levelEn] = levelTitle(policy, area, level);

	return element("li", { class: "row" }, element("p", {}, both(`${areaJa}　${levelJa}`, `${areaEn}: ${levelEn}`), " → ",
		element("a", { href: `/policy/?framework=${encodeURIComponent(to.framework)}#${cellId(to.area, to.level)}` }, `${to.framework} ${to.area} ${to.level}`)),
	element("p", {}), ...(note ? [element("p", { class: "aside" }, both(note.ja, note.en))] : []));
}

function cited(one) {
	const excluded = (one.clauses ?? []).filter((clause) => clause.excluded);
	const used = (one.clauses ?? []).filter((clause) => !clause.excluded);
	const clause = ({ at, title, excluded: why }) => element("li", {}, element("code", {}, at), " ", ...(title ? [both(...wordsOf(title, at))] : []),
		...(why ? [element("span", { class: "block aside" }, both(why.ja, why.en))] : []));
	const list = (ja, en, clauses) => (clauses.length === 0 ? [] : [element("details", {},
		element("summary", {}, both(`${ja}（${clauses.length}）`, `${en} (${clauses.length})`)), element("ul", { class: "clauses" }, ...clauses.map(clause)))]);

	return element("li", { class: "source" },
		element("h3", {}, one.url ? outside(one.url, both(one.title.ja, one.title.en)) : both(one.title.ja, one.title.en)),
		element("p", { class: "aside" }, [one.version, one.date].filter(Boolean).join(" · ")),
		...list("基準の根拠とした箇所", "Clauses the criteria rest on", used),
		...list("採らなかった箇所とその理由", "Clauses left out, and why", excluded));
}

function files(policy) {
	return section("files", "元のファイル", "Files",
		element("p", {}, both("公開されたときのまま、1バイトも変えずに取得できます。要約値はマニフェストに書かれ、マニフェストの要約値に署名されています。",
			"Each as it was published, byte for byte. Their digests stand in the manifest, whose own digest is signed.")),
		element("ul", { class: "files" }, ...policy.files.map(({ name, size }) => element("li", {},
			element("a", { href: `${urlOf(policy.framework, policy.version)}?file=${encodeURIComponent(name)}` }, name), " ",
			element("span", { class: "aside" }, `${size.toLocaleString("en-US")} B`)))));
}

/* The page */

function show() {
	const { policy, older, engine } = state;
	const framework = state.frameworks.find(({ id }) => id === policy.framework);
	const version = framework.versions.find((one) => one.version === policy.version);

	state.dictionary = dictionaryOf(policy.facts);
	fill("policy",
		heading(policy, framework, version),
		...(older ? [comparison(policy, older, engine)] : []),
		table(policy),
		element("div", { "data-slot": "opened" }),
		...(policy.profiles.length > 0 ? [section("profiles", "サービスごとの要求", "What services ask for",
			element("div", { class: "keys" }, ...policy.profiles.map((one) => profile(policy, one))))] : []),
		...(policy.mappings.length > 0 ? [section("mappings", "ほかの枠組みとの対応", "How it relates to other frameworks",
			element("ul", { class: "rows" }, ...policy.mappings.map((one) => mapping(policy, one))))] : []),
		section("sources", "根拠とした文書", "Documents it rests on", element("ul", { class: "source-list" }, ...policy.documents.map(cited))),
		files(policy));
	openFromAddress(location.hash.length > 1);
}

function showNothing(ja, en) {
	fill("policy", element("p", {}, badge("bad", "基準を表示できません", "The criteria cannot be shown")), element("p", {}, both(ja, en)));
}

/* An address may name what is not here: then there is no choice to show as made, but what can be chosen. */
function showMissing(framework) {
	const params = new URLSearchParams(location.search);
	const [asked, version] = [params.get("framework") ?? framework?.id ?? "", params.get("version") ?? ""];
	const row = (one) => element("li", {}, element("a", { href: `/policy/?framework=${encodeURIComponent(one.id)}` }, both(...wordsOf(one.title, one.id))), ` ${one.id}: `,
		...one.versions.flatMap((of, at) => [at ? ", " : "",
			element("a", { href: `/policy/?framework=${encodeURIComponent(one.id)}&version=${encodeURIComponent(of.version)}` }, of.version)]));

	fill("policy", element("p", {}, badge("bad", ...(framework ? ["その版はありません", "No such version"] : ["その枠組みはありません", "No such framework"]))),
		element("p", {}, framework ? both(`枠組み「${asked}」に、版「${version}」は公開されていません。`, `Version “${version}” of the framework “${asked}” is not published here.`)
			: both(`「${asked}」という枠組みは公開されていません。`, `There is no framework “${asked}” here.`)),
		element("p", {}, both("公開されているのは次のとおりです。", "These are published:")),
		element("ul", { "data-published": "" }, ...state.frameworks.map(row)));
}

/* The choice stands in the address, for links and for going back. */
function wanted() {
	const params = new URLSearchParams(location.search);
	const framework = state.frameworks.find(({ id }) => id === params.get("framework")) ??
		(params.has("framework") ? null : state.frameworks.find(({ id }) => id === first) ?? state.frameworks[0]);
	const has = (version) => framework?.versions.some((one) => one.version === version);
	const version = params.get("version") ?? framework?.in_force ?? framework?.versions.at(-1)?.version;

	return { framework, version: has(version) ? version : null, compare: has(params.get("compare")) && params.get("compare") !== version ? params.get("compare") : null };
}

/* An <option> holds text only: they are written anew when the language is switched. */
function offer() {
	const english = document.documentElement.lang === "en" ? 1 : 0;
	const { framework, version, compare } = wanted();
	const option = (value, words, chosen) => {
		const made = element("option", { value }, words[english]);

		made.selected = chosen;
		return made;
	};
	const named = (one) => {
		const [, ja, en] = standing(framework, one);

		return [`${one.version}（${ja}）`, `${one.version} (${en.toLowerCase()})`];
	};

	form.hidden = !framework || !version;
	form.elements.framework.replaceChildren(...state.frameworks.map((one) => option(one.id, wordsOf(one.title, one.id), one === framework)));
	form.elements.version.replaceChildren(...(framework?.versions ?? []).map((one) => option(one.version, named(one), one.version === version)));
	form.elements.compare.replaceChildren(option("", ["比べない", "None"], !compare),
		...(framework?.versions ?? []).filter((one) => one.version !== version).map((one) => option(one.version, named(one), one.version === compare)));
	form.elements.compare.parentElement.hidden = (framework?.versions.length ?? 0) < 2;
}

async function load() {
	const mine = ++state.turn;
	const place = document.querySelector('[data-slot="policy"]');
	const { framework, version, compare } = wanted();

	offer();
	if (!framework || !version) {
		showMissing(framework);
		place.setAttribute("aria-busy", "false");
		return;
	}
	place.setAttribute("aria-busy", "true");
	try {
		const [policy, older, engine] = await Promise.all([
			...[version, compare].map((one) => (one ? fetchJson(urlOf(framework.id, one)) : null)),
			compare ? fetchJson(`${urlOf(framework.id, version)}/difference?from=${encodeURIComponent(compare)}`).catch(() => null) : null]);

		if (mine !== state.turn)
			return; // another was chosen meanwhile
		Object.assign(state, { policy, older, engine });
		show();
		fill("told", both(`${policy.title.ja} 版${policy.version} を表示しています`, `${policy.title.en}, version ${policy.version}, is shown`));
	} catch {
		if (mine === state.turn)
			showNothing("公開された基準に変わりはありません。しばらくしてから、このページを読み込み直してください。",
				"What is published is as it was. Please reload this page in a while.");
	}
	place.setAttribute("aria-busy", "false");
}

function choose(event) {
	const url = new URL(location.href);
	const { framework, version, compare } = form.elements;

	url.hash = "";
	url.searchParams.set("framework", framework.value);
	url.searchParams.delete("compare");
	if (event.target === framework) {
		url.searchParams.delete("version");
	} else {
		url.searchParams.set("version", version.value);
		if (compare.value && compare.value !== version.value)
			url.searchParams.set("compare", compare.value);
	}
	history.pushState(null, "", url);
	load();
}

async function start() {
	try {
		state.frameworks = (await fetchJson("/v1/policy")).frameworks;
	} catch {
		showNothing("公開された基準に変わりはありません。しばらくしてから、このページを読み込み直してください。",
			"What is published is as it was. Please reload this page in a while.");
		return;
	}
	if (state.frameworks.length === 0) {
		fill("policy", element("p", {}, badge("waiting", "まだ公開されていません", "Nothing is published yet")));
		return;
	}
	load();
}

startLanguage();
form.addEventListener("change", choose);
form.addEventListener("submit", (event) => event.preventDefault());
new MutationObserver(() => state.frameworks.length > 0 && offer()).observe(document.documentElement, { attributeFilter: ["lang"] });
addEventListener("popstate", () => {
	const { framework, version, compare } = wanted();

	/* Going back within a version moves the hash only, which hashchange tells. */
	if (state.policy?.framework !== framework?.id || state.policy?.version !== version || (state.older?.version ?? null) !== compare)
		load();
});
addEventListener("hashchange", () => state.policy && openFromAddress(true));
/* On paper nothing is folded. */
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((details) => details.open = true));
start();
