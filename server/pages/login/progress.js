/* login/progress.js - how far a login has come: what was shown, what is reached, what is missing and what would bring it. */
import { badge, both, element, label, paragraph } from "/assets/dom.js";
import { wayWords } from "/assets/means.js";
import { link } from "/assets/form.js";
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
				...shown.map(({ way, name, at }) => {
					const [title] = wayWords(way);
					const own = name && !title.includes(name); // a card has no other name unless its person gave one

					return element(
						"li",
						{ class: "row" },
						element("div", {}, badge("good", ...title), own ? ` ${name}` : ""),
						element("p", { class: "aside" }, time(at)),
					);
				}),
			),
		),
	];
}

/* Only once something was shown: before that all is missing, and no news. */
export function missing({ shown, unmet, ways }) {
	if (shown.length === 0 || unmet.length === 0)
		return [];
	const enough = ways.filter((way) => way.enough === true);
	const titles = enough.map(({ way }) => wayWords(way)[0]);

	return [
		element(
			"section",
			{ class: "told told-notice", "aria-labelledby": "missing" },
			element("h2", { id: "missing" }, both("もう一つ確認が必要です", "One more is needed")),
			element(
				"ul",
				{ class: "gaps" },
				...unmet.map((one) =>
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
											both(
												one.reached_title?.ja ?? one.reached,
												one.reached_title?.en ?? one.reached,
											),
										)
									: both("まだありません", "none yet"),
							),
							element(
								"span",
								{},
								both("必要：", "Needed: "),
								element(
									"strong",
									{},
									both(
										one.required_title?.ja ?? one.required,
										one.required_title?.en ?? one.required,
									),
								),
							),
						),
					),
				),
			),
			...(titles.length > 0
				? [
						paragraph(
							`${titles.map(([ja]) => `「${ja}」`).join("か")}で確認すると届きます。`,
							`${titles.map(([, en]) => en).join(" or ")} would bring it.`,
						),
					]
				: [
						paragraph(
							"いまの認証手段だけでは届きません。カードで本人確認をすると届くことがあります。",
							"What you have does not reach it. Proving who you are with your card may.",
						),
						element(
							"div",
							{ class: "buttons" },
							link(["カードで本人確認をする", "Prove it with my card"], "/enrol/"),
						),
					]),
		),
	];
}
