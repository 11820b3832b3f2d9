/* account/authenticators.js - what a person logs in with: each with its state and strength, what can be done with it, and what can be
 * added. */
import { answered, ask } from "/assets/ask.js";
import { addings } from "/assets/adding/list.js";
import { aside, badge, both, element, fact, paragraph } from "/assets/dom.js";
import { action } from "/assets/form.js";
import { kindWords, levelOf, picture, reasonWords, stateBadge, stateMeaning } from "/assets/means.js";
import { levelMeaning } from "/assets/words.js";
import { backToService } from "/assets/onward.js";
import { time } from "/assets/time.js";
import { muted } from "./mute.js";
import { steps } from "./steps.js";

const path = "/v1/account/authenticators";
const final = ({ state }) => state === "revoked" || state === "expired";

const parents = {
	good: ["もとになったカードの電子証明書は有効です", "The card’s certificate it rests on is in force"],
	lapsed: [
		"もとになったカードの電子証明書が、期限切れか失効しています",
		"The card’s certificate it rests on has expired or was revoked",
	],
	unknown: [
		"もとになったカードの電子証明書を、いま確かめられません",
		"The card’s certificate it rests on cannot be checked now",
	],
};

const bindings = {
	unconfirmed: ["本人確認の前に登録", "Added before your identity was confirmed"],
	unlinked: ["本人確認と同じカードかどうかは未確認", "Not confirmed to be the card you were proved by"],
	"proofing-session": ["本人確認のときに登録", "Added when your identity was confirmed"],
	"existing-token": ["ほかの認証手段でログインして登録", "Added after logging in with another one"],
	"in-person": ["対面の窓口で登録", "Added in person at the desk"],
};

/* Of a card what is not confirmed is whose it is. */
const bindingOf = ({ kind, binding }) =>
	bindings[kind === "card" && binding === "unconfirmed" ? "unlinked" : binding] ?? null;

const confirming = () =>
	element(
		"p",
		{},
		element("a", { href: "/enrol/" }, both("カードで本人確認をして、確かめる", "Confirm it with my card")),
	);

/* It logs in, but what takes more refuses it: said where it is seen, with the way out. */
const weak = (one) =>
	one.binding === "unconfirmed" && !final(one)
		? [
				element("p", {}, badge("notice", ...bindingOf(one))),
				aside(
					"これだけでは、大切な手続きには使えません。",
					"By itself it is not enough for what matters more.",
				),
				...(one.kind === "card" ? [] : [confirming()]),
			]
		: [];

const unlocks = {
	pin: ["PIN", "PIN"],
	"screen-lock": ["端末の画面ロック（指紋・顔・暗証）", "The phone’s screen lock"],
};

const first = 2; // of the facts are shown at once
const nameOf = ({ name, kind }) => (name ? [`：${name}`, `: ${name}`] : kindWords(kind).map((word) => `: ${word}`));

const truth = (value, yes, no) => both(...(value ? yes : no));

/* What there is to know of it; what is not known is not said. */
function facts(one) {
	const parent = one.parent && parents[one.parent.status];
	const rows = [
		["最後に使った時", "Last used", one.used ? [time(one.used)] : [both("まだ使っていません", "Not used yet")]],
		["追加した時", "Added", [time(one.issued)]],
		...(one.model ? [["機種", "Model", [one.model]]] : []),
		...(one.platform ? [["端末", "Device", [one.platform]]] : []),
		...(unlocks[one.unlock] ? [["ご本人の確認", "Shown to be you by", [both(...unlocks[one.unlock])]]] : []),
		...(typeof one.synced === "boolean"
			? [
					[
						"同期",
						"Synced",
						[
							truth(
								one.synced,
								["ほかの端末と同期されます", "It is synced to your other devices"],
								["この端末だけにあります", "It is on this device only"],
							),
						],
					],
				]
			: []),
		...(typeof one.attested === "boolean"
			? [
					[
						"製造元の証明",
						"Maker’s word",
						[truth(one.attested, ["確かめました", "Confirmed"], ["ありません", "None"])],
					],
				]
			: []),
		...(typeof one.mobile === "boolean"
			? [
					[
						"電子証明書",
						"Certificate",
						[truth(one.mobile, ["スマートフォンのもの", "On a phone"], ["カードのもの", "On the card"])],
					],
				]
			: []),
		...(typeof one.left === "number" ? [["残り", "Left", [both(`${one.left}個`, `${one.left} codes`)]]] : []),
		...(bindingOf(one) ? [["登録のしかた", "How it was added", [both(...bindingOf(one))]]] : []),
		...(parent
			? [
					[
						"もとの電子証明書",
						"Rests on",
						[
							both(...parent),
							element("br"),
							both(["確かめた時：", time(one.parent.checked)], ["Checked: ", time(one.parent.checked)]),
						],
					],
				]
			: []),
		...(one.expires ? [["期限", "Valid until", [time(one.expires)]]] : []),
	];

	const list = (some) => element("dl", { class: "facts" }, ...some.map(([ja, en, value]) => fact(ja, en, ...value)));

	return [
		list(rows.slice(0, first)),
		...(rows.length > first
			? [
					element(
						"details",
						{},
						element(
							"summary",
							{},
							both("くわしく", "More about it"),
							element("span", { class: "heard" }, both(...nameOf(one))),
						),
						element("div", { class: "inner" }, list(rows.slice(first))),
					),
				]
			: []),
	];
}

function strength({ level }) {
	if (!level)
		return [];
	const meaning = levelMeaning("jp-idtf", level.area, level.level);

	return [
		element(
			"p",
			{ class: "strength" },
			levelOf(level),
			...(meaning ? [element("span", { class: "aside" }, both(...meaning))] : []),
		),
	];
}

/* There is one set of recovery codes at a time: it needs no name of its own. */
const isNamed = ({ kind, name }) => name && kind !== "recovery" && !kindWords(kind).includes(name);

function card(flow, one, context, opened) {
	const place = element("div", { class: "answer" });
	const meaning = stateMeaning(one.state);
	const why = one.state === "active" ? null : reasonWords(one.reason);
	const known = new Map(context.all.map(({ id, name }) => [id, name]));
	const buttons = steps(flow, one, context, place);
	const made = element(
		"li",
		{ class: "authenticator", id: `authenticator-${one.id}` },
		element(
			"div",
			{ class: "authenticator-head" },
			picture(one.kind),
			element(
				"div",
				{},
				element("h3", { tabindex: "-1" }, isNamed(one) ? one.name : both(...kindWords(one.kind))),
				...(isNamed(one) ? [aside(...kindWords(one.kind))] : []),
			),
			stateBadge(one.state),
		),
		...(meaning ? [paragraph(...meaning)] : []),
		...(why
			? [
					element(
						"p",
						{},
						both(`理由：${why[0]}`, `Why: ${why[1]}`),
						" ",
						element("span", { class: "aside" }, time(one.changed)),
					),
				]
			: []),
		...(one.parent?.status === "lapsed"
			? [element("p", {}, badge("notice", "カードで確かめ直してください", "Please confirm with your card again"))]
			: []),
		...(final(one) ? [] : strength(one)),
		...weak(one),
		...(one.synced === true && !final(one)
			? [element("p", {}, badge("quiet", "ほかの端末と同期", "Synced to other devices"))]
			: []),
		...facts(one),
		...(one.replaces
			? [
					aside(
						`「${known.get(one.replaces) ?? "以前のもの"}」の代わりです。`,
						`In the place of “${known.get(one.replaces) ?? "an earlier one"}”.`,
					),
				]
			: []),
		...(buttons.length > 0
			? [element("div", { class: "buttons" }, ...buttons.map(({ node }) => node)), place]
			: []),
	);
	const wanted = buttons.find(({ name }) => opened === `${name}:${one.id}`);

	if (wanted)
		queueMicrotask(wanted.open);
	return made;
}

export async function authenticators(flow, opened) {
	const heading = ["認証手段", "Authenticators"];
	const lead = [
		"ログインに使うものです。なくしたときは、ここですぐに止められます。",
		"What you log in with. If you lose one, stop it here at once.",
	];
	const first = await ask("GET", path);

	if (!answered(first))
		return { heading, lead, content: [flow.refused(first, opened)] };
	const all = first.json.authenticators;
	const usable = all.filter((one) => one.usable && one.kind !== "recovery");
	const context = { all, usable };
	const list = element("ul", { class: "authenticators" });
	const past = element("ul", { class: "authenticators" });
	const pastPlace = element(
		"details",
		{ class: "past", hidden: "" },
		element("summary", {}, both("以前の認証手段", "Earlier ones")),
		element("div", { class: "inner" }, past),
	);
	const more = element("div", { class: "buttons" });
	const put = (ones) => {
		for (const one of ones)
			(final(one) ? past : list).append(card(flow, one, context, opened));
		pastPlace.hidden = past.childElementCount === 0;
	};
	const goOn = (answer) =>
		more.replaceChildren(
			...(answer.json.more
				? [
						action(
							["続きを表示する", "Show more"],
							async () => {
								const last = all.at(-1).id;
								const next = await ask("GET", `${path}?before=${last}`);

								if (!answered(next))
									return more.replaceChildren(flow.refused(next));
								all.push(...next.json.authenticators);
								put(next.json.authenticators);
								goOn(next);
								return list.lastElementChild?.querySelector("button")?.focus();
							},
							{ quiet: true },
						),
					]
				: []),
		);

	put(all);
	goOn(first);
	const host = {
		refused: flow.refused,
		added: (one, words) => flow.again(words, one ? `authenticator-${one.id}` : null),
	};
	const back = backToService();
	const had = all.some(({ kind, state }) => kind === "recovery" && state === "active");

	return {
		heading,
		lead,
		content: [
			...muted(flow),
			...(back ? [element("div", { class: "buttons" }, back)] : []),
			...(usable.length < 2
				? [
						element(
							"div",
							{ class: "told told-notice" },
							element(
								"p",
								{},
								element(
									"strong",
									{},
									usable.length === 0
										? both("いま使える認証手段がありません。", "You have nothing to log in with.")
										: both("使える認証手段が一つだけです。", "You have only one way to log in."),
								),
							),
							paragraph(
								"なくしたときのために、もう一つ追加するか、回復用コードを作っておくと安心です。",
								"Add another, or make recovery codes, for the day it is lost.",
							),
						),
					]
				: []),
			list,
			pastPlace,
			more,
			element(
				"section",
				{ "aria-labelledby": "add" },
				element("h2", { id: "add" }, both("追加する", "Add one")),
				addings(host, { opened, given: { "add-recovery": [had] } }),
			),
			element(
				"section",
				{ "aria-labelledby": "lost" },
				element("h2", { id: "lost" }, both("なくしたとき", "If you have lost one")),
				paragraph(
					"上の一覧で、それを「一時停止する」か「無効にする」を選んでください。ログインできなくなったときは、マイナンバーカードで再発行できます。",
					"Choose “Suspend” or “Revoke” at it above. If you cannot log in any more, your My Number card gets you a new one.",
				),
				element(
					"p",
					{},
					element("a", { href: "/enrol/#reissue" }, both("カードで再発行する", "Replace it with my card")),
				),
			),
		],
	};
}
