/* login/progress.js - how far a login has come: what was shown, what is reached, what is missing and what would bring it. */
import { aside, badge, both, element, label, paragraph } from "/assets/dom.js";
import { wayWords } from "/assets/means.js";
import { action, link } from "/assets/form.js";
import { keepOnward } from "/assets/onward.js";
import { time } from "/assets/time.js";

export function shownSoFar({ shown }) {
	if (shown.length === 0)
		return [];
	return [
		element(
			"section",
			{ "aria-labelledby": "shown" },
			element("h2", { id: "shown" }, both("確認できたもの", "Confirmed so far")),
			element(
				"ul",
				{ class: "rows" },
				...shown.map(({ way, name, at, counts }) => {
					const [title] = wayWords(way);
					const own = name && !title.includes(name); // a card has no other name unless its person gave one

					return element(
						"li",
						{ class: "row" },
						element("div", {}, badge(counts ? "good" : "quiet", ...title), own ? ` ${name}` : ""),
						element("p", { class: "aside" }, time(at)),
						...(counts
							? []
							: [
									aside(
										"前に確認したものです。このサービスは、いま新しく確認することを求めています。",
										"This was before. The service asks you to confirm it anew.",
									),
								]),
					);
				}),
			),
		),
	];
}

/* What stands between what was shown and what is asked. */
const gap = (one, less) =>
	element(
		"li",
		{},
		label(one.area_title?.ja ?? one.area, one.area_title?.en ?? one.area),
		element(
			"p",
			{ class: "gap" },
			element(
				"span",
				{},
				both("いま：", "Now: "),
				one.reached
					? element(
							"strong",
							{},
							both(one.reached_title?.ja ?? one.reached, one.reached_title?.en ?? one.reached),
						)
					: both("まだありません", "none yet"),
			),
			element(
				"span",
				{},
				less ? both("希望：", "Hoped for: ") : both("必要：", "Needed: "),
				element("strong", {}, both(one.required_title?.ja ?? one.required, one.required_title?.en ?? one.required)),
			),
		),
	);

/* What is missing is said once about the person, with the card; then it goes on here. */
function proofed({ page, return: back }) {
	const way = link(["マイナンバーカードで本人確認をする", "Prove it with my My Number card"], page, { quiet: false });

	way.addEventListener("click", () => keepOnward(back));
	return [
		paragraph(
			"このサービスは、マイナンバーカードでの本人確認を求めています。本人確認がすむと、このログインの続きに戻れます。",
			"This service asks for proof of who you are, by the My Number card. Afterwards you can go on with this login.",
		),
		element("div", { class: "buttons" }, way),
	];
}

function whatHelps({ ways, proofing }) {
	const titles = ways.filter((way) => way.enough === true).map(({ way }) => wayWords(way)[0]);

	if (titles.length > 0)
		return [
			paragraph(
				`${titles.map(([ja]) => `「${ja}」`).join("か")}で確認すると届きます。`,
				`${titles.map(([, en]) => en).join(" or ")} would bring it.`,
			),
		];
	if (proofing)
		return proofed(proofing);
	const stronger = link(["認証手段を見る", "Look at my authenticators"], "/account/#authenticators");

	stronger.addEventListener("click", () => keepOnward(`${location.pathname}${location.hash}`));
	return [
		paragraph(
			"お持ちの認証手段では届きません。より強いものをアカウントで加えてから、このログインに戻れます。",
			"What you have does not reach it. You can add something stronger in your account, and then go on with this login.",
		),
		element("div", { class: "buttons" }, stronger),
	];
}

/* What is missing is only hoped for: with less, one can go on. */
const orLess = ({ login: { less }, goOnWithLess }) =>
	less
		? [
				paragraph(
					"このまま続けることもできます。サービスによっては、できることが限られます。",
					"You can also go on as it is; the service may then offer less.",
				),
				element("div", { class: "buttons" }, action(["このまま続ける", "Go on as it is"], goOnWithLess, { quiet: true })),
			]
		: [];

/* Only once something was shown: before that all is missing, and no news. */
export function missing(flow) {
	const { shown, unmet, less } = flow.login;

	if (shown.length === 0 || unmet.length === 0)
		return [];
	return [
		element(
			"section",
			{ class: "told told-notice", "aria-labelledby": "missing" },
			element(
				"h2",
				{ id: "missing" },
				less
					? both("もう一つ確認すると、より確かになります", "One more would make it surer")
					: both("もう一つ確認が必要です", "One more is needed"),
			),
			element("ul", { class: "gaps" }, ...unmet.map((one) => gap(one, less))),
			...whatHelps(flow.login),
			...orLess(flow),
		),
	];
}
