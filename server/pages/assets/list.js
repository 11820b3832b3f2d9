/* assets/list.js - the trusted list: everybody who is in, searched and narrowed down here, fifty at a time. */
import { badge, both, element, fill } from "./dom.js";
import { byArea, areaWords, frameworkWords, kindWords, levelBadge, levelHeight, levelWords, named, roleWords, standingBadge,
	standingWords } from "./words.js";
import { distance, time } from "./time.js";
import { followFederation, freshness } from "./fresh.js";
import { startLanguage } from "./language.js";

const portion = 50; // rows shown at once
const quiet = 150; // milliseconds after the last key: then the list follows what was typed
const each = 60_000; // milliseconds: distances on the page grow old

const form = document.querySelector(".finder");
const state = { federation: null, live: false, rows: null, failed: null, shown: portion };

/* Hiragana and katakana, full and half width, upper and lower case are the same to those who search. */
function folded(text) {
	return text.normalize("NFKC").toLowerCase().replace(/[\u3041-\u3096]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 96));
}

const inForce = (row) => !row.standing || row.standing === "approved";
const own = "-"; // of the source filter: registered here, not taken from elsewhere

/* What each filter offers, and whether a row passes it. The words of a value are [ja, en]. */
const filters = {
	role: { of: (row) => row.roles, words: roleWords },
	area: { of: (row) => row.levels.map(({ area }) => area), words: areaWords, compare: (a, b) => byArea({ area: a }, { area: b }) },
	level: {
		of: (row) => row.levels.map(({ level }) => level),
		words: levelWords,
		compare: (a, b) => levelHeight(a) - levelHeight(b) || a.localeCompare(b),
		passes: (row, level, { area, framework }) => row.levels.some((held) => (!area || held.area === area) &&
			(!framework || held.framework === framework) &&
			(held.level === level || levelHeight(held.level) >= levelHeight(level))),
	},
	framework: { of: (row) => row.levels.map(({ framework }) => framework), words: frameworkWords },
	kind: { of: (row) => (row.kind ? [row.kind] : []), words: kindWords },
	source: {
		of: (row) => [row.source ?? own],
		words: (source) => (source === own ? ["この登録簿", "This registry"] : [source, source]),
	},
	standing: {
		of: (row) => (inForce(row) ? [] : [row.standing]),
		words: standingWords,
		first: ["参加中", "Members in force"],
		passes: (row, standing) => row.standing === standing,
	},
};
const names = Object.keys(filters);

function wanted() {
	const data = new FormData(form);

	return Object.fromEntries(["q", ...names].map((name) => [name, String(data.get(name) ?? "").trim()]));
}

function passes(row, question, name) {
	const { of, passes: own } = filters[name];
	const value = question[name];

	return value === "" || (own ? own(row, value, question) : of(row).includes(value));
}

/* All words are to be found. */
function found(question) {
	const words = folded(question.q).split(/\s+/).filter((word) => word !== "");

	return state.rows.filter((row) => words.every((word) => row.searched.includes(word)) &&
		names.every((name) => name === "standing" || passes(row, question, name)));
}

/* The address keeps the question, so that it can be sent on and come back to. */
function keep(question, anew) {
	const url = new URL(location.href);

	for (const [name, value] of Object.entries(question)) {
		if (value === "")
			url.searchParams.delete(name);
		else
			url.searchParams.set(name, value);
	}
	if (url.href !== location.href)
		history[anew ? "pushState" : "replaceState"](null, "", url);
	remember();
}

/* For the way back from a member's card. */
function remember() {
	try {
		sessionStorage.setItem("search", location.search);
	} catch {
		// storage switched off: the way back leads to the whole list
	}
}

function takeFromAddress() {
	const params = new URLSearchParams(location.search);

	form.elements.q.value = params.get("q") ?? "";
	for (const name of names) {
		const select = form.elements[name];

		select.value = params.get(name) ?? "";
		if (select.selectedIndex < 0)
			select.value = "";
	}
}

/* Each language has its own words in one list: an <option> holds text only, so they are written anew when it is switched. */
function offer() {
	const english = document.documentElement.lang === "en";

	for (const [name, { of, words, compare, first }] of Object.entries(filters)) {
		const select = form.elements[name];
		const chosen = select.value || new URLSearchParams(location.search).get(name) || "";
		const values = [...new Set(state.rows.flatMap(of))].sort(compare ?? ((a, b) => a.localeCompare(b)));
		const all = first ?? ["すべて", "All"];

		select.replaceChildren(element("option", { value: "" }, all[english ? 1 : 0]),
			...values.map((value) => element("option", { value }, words(value)[english ? 1 : 0])));
		select.value = values.includes(chosen) ? chosen : "";
		select.parentElement.hidden = values.length < (first ? 1 : 2) && select.value === "";
	}
}

/* A member without a logo has the first letter of its name: it is for the eye alone. */
function mark(row) {
	if (row.logo)
		return element("img", { class: "logo", src: row.logo, alt: "", width: "56", height: "56", loading: "lazy" });
	return element("span", { class: "logo logo-letter", "aria-hidden": "true" },
		[...(row.name.ja || row.name.en || row.entities[0]?.replace(/^[a-z]+:\/*/i, "") || "?")][0]);
}

function about(row) {
	const words = [...row.roles.map(roleWords), ...(row.kind ? [kindWords(row.kind)] : []),
		...(row.source ? [[`${row.source} から`, `from ${row.source}`]] : [])];

	return both(words.map(([ja]) => ja).join("・"), words.map(([, en]) => en).join(" · "));
}

function item(row) {
	const levels = [...row.levels].sort(byArea);

	return element("li", { class: inForce(row) ? "member" : "member member-ended" },
		mark(row),
		element("div", { class: "member-name" },
			element("h3", {}, element("a", { href: `/members/${row.id}` }, named(row.name, row.entities[0] ?? row.id))),
			...(inForce(row) ? [] : [element("p", {}, standingBadge(row.standing))]),
			element("p", { class: "aside" }, about(row)),
			...(row.entities.length > 0 && row.source ? [element("p", { class: "aside entity" }, row.entities[0])] : []),
			...(levels.length > 0 ? [element("ul", { class: "levels" }, ...levels.map((level) => element("li", {}, levelBadge(level))))] : [])),
		element("p", { class: "member-until" }, ...(row.until
			? [element("span", { class: "aside" }, both("有効期限", "Valid until")), time(row.until)]
			: [element("span", { class: "aside" }, row.source
				? both("期限の定めなし", "No end is given") : both("有効な認定はありません", "No certification in force"))])));
}

const number = (count) => count.toLocaleString("en-US");

function showCount(count, of) {
	fill("count", count === of ? both(`${number(count)}件`, count === 1 ? "1 member" : `${number(count)} members`)
		: both(`${number(of)}件のうち${number(count)}件が当てはまります`, `${number(count)} of ${number(of)} match`));
}

/* Who is suspended or gone is not on the list, but whoever looks for them is told. */
function showAlso(question, ended) {
	if (question.standing !== "" || ended.length === 0 || question.q === "") {
		fill("also");
		return;
	}
	const button = element("button", { type: "button", class: "button button-quiet" },
		both("それを表示する", "Show them"));

	button.addEventListener("click", () => {
		form.elements.standing.value = ended[0].standing;
		search(true);
		form.elements.q.focus();
	});
	fill("also", both(`資格停止中または脱退した組織に、${number(ended.length)}件当てはまります。`,
		`${number(ended.length)} suspended or withdrawn ${ended.length === 1 ? "organisation matches" : "organisations match"}. `), button);
}

function showMore(all) {
	const left = all.length - state.shown;

	if (left <= 0) {
		fill("more");
		return;
	}
	const button = element("button", { type: "button", class: "button button-quiet" },
		both(`続きを表示する（残り${number(left)}件）`, `Show more (${number(left)} left)`));

	button.addEventListener("click", () => {
		const list = document.querySelector('[data-slot="members"]');
		const next = list.children.length;

		list.append(...all.slice(next, next + portion).map(item));
		state.shown = next + portion;
		showMore(all);
		list.children[next].querySelector("a").focus();
	});
	fill("more", button);
}

function nobody(question) {
	return [element("li", { class: "nobody" },
		element("p", {}, badge("quiet", "当てはまる参加者はいません", "Nobody matches")),
		element("p", {}, question.q === ""
			? both("条件を減らしてお試しください。", "Try with fewer conditions.")
			: both("表記を変えるか、条件を減らしてお試しください。ここにない組織は、この枠組みに参加していません。",
				"Try another spelling or fewer conditions. Who is not here is not a member of this framework.")))];
}

function show() {
	const question = wanted();
	const matching = found(question);
	const ended = matching.filter((row) => !inForce(row));
	const members = question.standing === "" ? matching.filter(inForce) : matching.filter((row) => row.standing === question.standing);
	const all = state.rows.filter((row) => (question.standing === "" ? inForce(row) : row.standing === question.standing));

	showCount(members.length, all.length);
	showAlso(question, ended);
	fill("members", ...(members.length > 0 ? members.slice(0, state.shown).map(item) : nobody(question)));
	showMore(members);
}

/* `anew`: a step that can be taken back with the browser's own button. */
function search(anew) {
	if (state.rows === null)
		return;
	keep(wanted(), anew);
	state.shown = portion;
	show();
}

const verdicts = {
	none: ["waiting", "まだ公開されていません", "Nothing is published yet"],
	empty: ["waiting", "公開中のメタデータはまだありません", "No metadata is published yet"],
	valid: ["good", "有効です", "Valid"],
	late: ["notice", "更新が遅れています", "The refresh is late"],
	expired: ["bad", "有効期限が切れています", "Expired"],
};

function showFreshness() {
	const { federation } = state;
	const word = freshness(federation);

	fill("federation", both(federation.name.ja, federation.name.en));
	fill("freshness", badge(...verdicts[word]),
		...(federation.published ? [
			element("span", {}, both("公開：", "Published "), time(federation.published), " ",
				element("span", { class: "aside" }, distance(federation.published))),
			element("span", {}, both("有効期限：", "Valid until "), time(federation.valid_until)),
		] : []),
		...(federation.sources ?? []).filter(({ code, held }) => code || held).map(({ name }) =>
			badge("notice", `${name} からの更新に問題があります`, `A problem with updates from ${name}`)),
		element("span", { class: "aside" }, state.live ? both("変更は自動で反映されます", "Follows changes by itself")
			: both("接続を待っています", "Waiting for the connection")),
		element("a", { href: "/metadata/" }, both("公開状況の詳細", "Details")));
}

async function read() {
	let answer;

	try {
		answer = await fetch("/v1/members", { headers: { Accept: "application/json" }, cache: "no-cache" });
		if (!answer.ok)
			throw new Error(`/v1/members: ${answer.status}`);
		const { rows } = await answer.json();

		for (const row of rows)
			row.searched = folded([row.name.ja, row.name.en, row.id, ...row.entities].join("\n"));
		rows.sort((a, b) => (a.source ? 1 : 0) - (b.source ? 1 : 0));
		state.rows = rows;
	} catch {
		if (state.rows === null)
			showFailure(answer?.status);
		return;
	}
	offer();
	takeFromAddress();
	remember();
	show();
}

function showFailure(status) {
	const nothing = status === 404 || (status === 503 && state.federation?.generation === 0);

	fill("count");
	fill("members", element("li", { class: "nobody" },
		element("p", {}, nothing ? badge("waiting", "参加者の一覧はまだ公開されていません", "No list of members is published yet")
			: badge("bad", "参加者の一覧を取得できませんでした", "The list of members could not be fetched")),
		element("p", {}, nothing ? both("最初の公開が終わると、この表示は自動で変わります。", "This changes by itself after the first publication.")
			: both("登録の内容に変わりはありません。しばらくしてから、このページを読み込み直してください。",
				"Nothing happened to any registration. Please reload this page in a while."))));
}

let typing = 0;

form.addEventListener("input", (event) => {
	clearTimeout(typing);
	if (event.target.id === "q")
		typing = setTimeout(() => search(false), quiet);
	else
		search(true);
});
form.addEventListener("submit", (event) => {
	event.preventDefault();
	clearTimeout(typing);
	search(true);
});
/* After the controls have been emptied. */
form.addEventListener("reset", () => setTimeout(() => search(true)));
addEventListener("popstate", () => {
	if (state.rows === null)
		return;
	takeFromAddress();
	remember();
	state.shown = portion;
	show();
});
new MutationObserver(() => state.rows && offer()).observe(document.documentElement, { attributeFilter: ["lang"] });

startLanguage();
if (matchMedia("(max-width: 60rem)").matches)
	document.querySelector(".filters-fold").open = false;
fill("count", both("一覧を読み込んでいます", "The list is being read"));
read();
followFederation((federation) => {
	const another = state.federation !== null && state.federation.generation !== federation.generation;

	state.federation = federation;
	showFreshness();
	if (another || state.rows === null)
		read();
}, (live) => {
	state.live = live;
	if (state.federation)
		showFreshness();
});
setInterval(() => state.federation && showFreshness(), each);
