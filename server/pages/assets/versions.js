/* assets/versions.js - what a version consists of, as things that can be compared: kind by kind, each with an id that stays the same
 * and what it says part by part. Texts are [ja, en]. */
import { areaTitle, comparisonWords, conditionText, levelTitle } from "./criterion.js";
import { bearerWords, factWords, valueWords, wordsOf } from "./facts.js";

const as = (text) => [text, text];
const nothing = as("");
const words = (text) => wordsOf(text, "");
const lines = (list) => [0, 1].map((at) => list.map((one) => one[at]).join("\n"));
const between = ([ja, en], jaSign, enSign, [moreJa, moreEn]) => [`${ja}${jaSign}${moreJa}`, `${en}${enSign}${moreEn}`];
const levelOf = (policy, area, level) => between(areaTitle(policy, area), "　", ": ", levelTitle(policy, area, level));

const statuses = { seed: ["原典の表", "the seed’s table"], verified: ["原典と照合済み", "verified"], derived: ["導いた基準", "derived"], template: ["ひな形", "template"] };
const statusOf = ({ status }) => statuses[status] ?? as(status ?? "");
const provenanceOf = ({ provenance }) => bearerWords(provenance ?? "claimed");

/* Criteria */

function criterion(one, { policy, dictionary }) {
	const parameters = one.parameters ?? [];
	const condition = (what) => conditionText(policy, dictionary, what, parameters);

	return {
		key: one.id, code: one.id, title: words(one.title), where: levelOf(policy, one.area, one.level), text: words(one.text),
		parts: [
			[["題", "Title"], words(one.title)],
			[["求めること", "Demands"], words(one.text)],
			[["評価軸とレベル", "Area and level"], levelOf(policy, one.area, one.level)],
			[["位置づけ", "Status"], statusOf(one)],
			[["だれの言葉で足りるか", "On whose word"], provenanceOf(one)],
			[["決められた値", "Values set"], lines(parameters.map((of) => between(wordsOf(of.label, of.id), "：", ": ", valueWords({ type: of.type }, of.value))))],
			[["当てはまる場合", "Applies when"], one.when ? condition(one.when) : ["いつでも", "always"]],
			[["満たす条件", "Met when"], condition(one.condition)],
			[["根拠", "Sources"], as(one.sources.map(({ document: id, at, relation }) => `${id} ${at} (${relation})`).join("\n"))],
			[["満たさないときの説明", "Said when not met"], words(one.reason)],
		],
	};
}

/* Areas and levels */

const area = (one, { policy }) => ({
	key: one.id, code: one.id, title: words(one.title), text: words(one.text),
	parts: [
		[["名前", "Name"], words(one.title)],
		[["説明", "Explanation"], words(one.text)],
		[["レベル（低い順）", "Levels, the lowest first"], lines(one.levels.map(({ id, title }) => wordsOf(title, id)))],
		[["まとめる評価軸", "Areas it sums up"], lines((one.of ?? []).map((id) => areaTitle(policy, id)))],
	],
});

const level = (one, { policy }) => ({
	key: `${one.area}/${one.id}`, title: levelOf(policy, one.area, one.id), text: nothing,
	parts: [
		[["名前", "Name"], words(one.title)],
		[["acr値", "acr values"], as((one.acr ?? []).join("\n"))],
		[["AuthnContext値", "AuthnContext values"], as((one.authn_context ?? []).join("\n"))],
		[["eduPersonAssurance値", "eduPersonAssurance values"], as((one.assurance ?? []).join("\n"))],
	],
});

/* What services ask for, and what helps */

const required = (policy) => ({ area: of, level: least, comparison }) => between(levelOf(policy, of, least), "", " ", comparisonWords(comparison));

const profile = (one, { policy }) => ({
	key: one.id, code: one.id, title: words(one.title), text: words(one.text),
	parts: [
		[["名前", "Name"], words(one.title)],
		[["説明", "Explanation"], words(one.text)],
		[["求めるレベル", "Levels asked for"], lines(one.requires.map(required(policy)))],
		[["だれの言葉で足りるか", "On whose word"], provenanceOf(one)],
		[["このサービスで変わる値", "Values of its own"], lines(Object.entries(one.parameters ?? {}).map(([id, value]) => as(`${id}: ${value}`)))],
		[["このサービスで変わる基準", "Criteria that read otherwise here"], lines(one.reworded.map(({ criterion: id, text }) => between(as(id), "　", " ", words(text))))],
		[["当てはめない基準", "Criteria left out"], lines((one.exclusions ?? []).map(({ criterion: id, reason }) => between(as(id), "　", " ", words(reason))))],
		[["位置づけ", "Status"], statusOf(one)],
	],
});

const askers = { person: ["本人", "the person"], idp: ["認証する側", "who authenticates"], rp: ["利用する側", "who relies on it"], operator: ["運用者", "the operator"] };

function effect(dictionary, { fact: id, set, add }) {
	const fact = dictionary.get(id);
	const value = valueWords(fact, add ?? set);

	return between(factWords(dictionary, id), add ? "に加わる：" : "：", add ? " gains: " : ": ", value);
}

const step = (one, { policy, dictionary }) => ({
	key: one.id, code: one.id, title: words(one.title), text: words(one.text),
	parts: [
		[["名前", "Name"], words(one.title)],
		[["すること", "What is done"], words(one.text)],
		[["だれがするか", "By whom"], askers[one.who] ?? as(one.who)],
		[["対面", "In person"], valueWords(null, one.in_person)],
		[["手間", "Cost"], as(String(one.cost))],
		[["できる場合", "Possible when"], one.needs ? conditionText(policy, dictionary, one.needs) : ["いつでも", "always"]],
		[["変わる事実", "Facts it changes"], lines((one.effects ?? []).map((of) => effect(dictionary, of)))],
		[["分かる事実", "Facts it finds out"], lines((one.collects ?? []).map((id) => factWords(dictionary, id)))],
	],
});

/* Where it comes from, and how it relates */

const theirs = ({ framework, area: of, level: at }) => `${framework} ${of} ${at}`;
const mapping = (one, { policy }) => ({
	key: `${one.area}/${one.level} ${theirs(one.to)}`, title: between(levelOf(policy, one.area, one.level), " → ", " → ", as(theirs(one.to))),
	text: words(one.note), parts: [[["説明", "Note"], words(one.note)]],
});

const cell = (one, { policy }) => ({
	key: `${one.area}/${one.levels.join(",")}`,
	title: between(areaTitle(policy, one.area), "　", ": ", [0, 1].map((at) => one.levels.map((id) => levelTitle(policy, one.area, id)[at]).join(at ? ", " : "・"))),
	text: words(one.text), parts: [[["表の文言", "The table’s words"], words(one.text)], [["位置づけ", "Status"], statusOf(one)]],
});

const clause = ({ at, title, excluded }) => between(as(at), "　", " ", lines([words(title), ...(excluded ? [words(excluded)] : [])]));
const source = (one) => ({
	key: one.id, code: one.id, title: words(one.title), text: as([one.version, one.date].filter(Boolean).join(" · ")),
	parts: [
		[["題", "Title"], words(one.title)],
		[["版と日付", "Version and date"], as([one.version, one.date].filter(Boolean).join(" · "))],
		[["所在", "Address"], as(one.url ?? "")],
		[["箇所", "Clauses"], lines((one.clauses ?? []).map(clause))],
	],
});

const fact = (one) => ({ key: one.id, code: one.id, title: words(one.title), text: words(one.text), parts: [[["意味", "Meaning"], words(one.text)]] });

/* `told` is the name under which the engine tells what became of these (`/v1/policy/…/difference`). */
export const kinds = [
	{ id: "criteria", ja: "基準", en: "Criteria", told: "criteria", of: ({ policy }) => policy.criteria, thing: criterion },
	{ id: "levels", ja: "レベル", en: "Levels", told: "levels", thing: level,
		of: ({ policy }) => [...policy.areas, ...policy.composed].flatMap((one) => one.levels.map((at) => ({ ...at, area: one.id }))) },
	{ id: "profiles", ja: "サービスごとの要求", en: "What services ask for", told: "profiles", of: ({ policy }) => policy.profiles, thing: profile },
	{ id: "areas", ja: "評価軸", en: "Areas", of: ({ policy }) => [...policy.areas, ...policy.composed], thing: area },
	{ id: "steps", ja: "満たすための手順", en: "Steps that help", of: ({ policy }) => policy.steps, thing: step },
	{ id: "mappings", ja: "ほかの枠組みとの対応", en: "How it relates to other frameworks", of: ({ policy }) => policy.mappings, thing: mapping },
	{ id: "table", ja: "原典の表", en: "The source’s table", of: ({ policy }) => policy.table, thing: cell },
	{ id: "documents", ja: "根拠とした文書", en: "Documents it rests on", of: ({ policy }) => policy.documents, thing: source },
	{ id: "facts", ja: "使われる事実", en: "Facts it uses", of: ({ policy }) => policy.facts, thing: fact },
];

/* The engine's word on a thing goes by the same key. */
export const toldKey = (one) => one.id ?? `${one.area}/${one.level}`;
