/* assets/reached.js - the levels of a decision: each area reached and required, in a table and in a sentence. */
import { areaTitle, levelTitle } from "./criterion.js";
import { badge, both, element, section } from "./dom.js";
import { meets } from "./decided.js";

const comparisons = {
	minimum: ["以上", " or higher"], exact: ["ちょうど", " exactly"], maximum: ["以下", " or lower"], better: ["より上", ", better than it"],
};

export function sentence(policy, decision) {
	const short = decision.levels.filter((level) => level.required && !policy.missing && !meets(policy, level));

	if (!decision.entry && decision.permit === null)
		return both("この文は、認められたかどうかを述べていません。", "This text does not say whether it was permitted.");
	if (!decision.entry) {
		return decision.permit ? both("この文は、認められたと述べています。", "This text says that it was permitted.")
			: both("この文は、認められなかったと述べています。", "This text says that it was not permitted.");
	}
	if (decision.permit)
		return both("求められた水準をすべて満たしていたため、認められました。", "Everything that was asked for was met, so it was permitted.");
	if (decision.barred)
		return both("どのレベルでも満たさなければならない基準を満たしていなかったため、認められませんでした。", "A criterion that must hold whatever the level did not, so it was not permitted.");
	if (short.length === 0 && decision.unknown.some(({ level }) => level === "any"))
		return both("どのレベルでも満たさなければならない基準に、分かっていないものがあるため、認められませんでした。", "It is not known whether a criterion holds that must, whatever the level, so it was not permitted.");
	if (short.length === 0)
		return both("求められた水準に届かなかったため、認められませんでした。", "What was asked for was not reached, so it was not permitted.");
	const words = short.map(({ area, reached, required, comparison }) => ({ area: areaTitle(policy, area), reached: levelTitle(policy, area, reached),
		required: levelTitle(policy, area, required), how: comparisons[comparison], none: reached === "0" }));

	return both(`認められませんでした。${words.map(({ area, reached, required, how, none }) =>
		`${area[0]}は${required[0]}${how[0]}が求められましたが、${none ? "どのレベルにも届いていません" : `${reached[0]}でした`}。`).join("")}`,
	`It was not permitted. ${words.map(({ area, reached, required, how, none }) =>
		`${area[1]}: ${required[1]}${how[1]} was asked for, ${none ? "and no level is reached" : `${reached[1]} is reached`}.`).join(" ")}`);
}

/* Colour is for what is proved. */
function levelRow(policy, level, isProved) {
	const { area, reached, possible, required, comparison } = level;
	const word = (id) => (id ? both(...levelTitle(policy, area, id)) : "—");
	const state = !required ? badge("quiet", "求められていません", "Not asked for")
		: policy.missing ? "" : meets(policy, level) ? badge(isProved ? "good" : "quiet", "届いています", "Reached")
			: badge(isProved ? "bad" : "quiet", "届いていません", "Not reached");
	const label = (ja, en) => element("span", { class: "cell-label" }, both(ja, en));

	return element("tr", { role: "row" },
		element("th", { role: "rowheader", scope: "row" }, both(...areaTitle(policy, area))),
		element("td", { role: "cell" }, label("届いたレベル", "Reached"), word(reached),
			...(possible !== reached && possible ? [element("span", { class: "block aside" }, both(
				`分かっていないことが確かめられれば、${levelTitle(policy, area, possible)[0]}まで`, `up to ${levelTitle(policy, area, possible)[1]}, once what is unknown is known`))] : [])),
		element("td", { role: "cell" }, label("求められたレベル", "Asked for"), word(required), ...(required ? [both(...comparisons[comparison])] : [])),
		element("td", { role: "cell" }, state));
}

export function levels(policy, decision) {
	const asked = decision.levels.filter(({ required }) => required);
	const others = decision.levels.filter(({ required }) => !required);
	const table = (list, label) => element("table", { class: "matrix reached", role: "table", "aria-labelledby": label },
		element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...[["評価軸", "Area"], ["届いたレベル", "Reached"], ["求められたレベル", "Asked for"], ["結果", "Outcome"]]
			.map(([ja, en]) => element("th", { role: "columnheader", scope: "col" }, both(ja, en))))),
		element("tbody", { role: "rowgroup" }, ...list.map((level) => levelRow(policy, level, Boolean(decision.entry)))));

	return section("reached", "届いたレベルと求められたレベル", "What was reached, and what was asked for",
		...(asked.length > 0 ? [table(asked, "reached")] : []),
		...(others.length > 0 ? [element("details", {}, element("summary", { id: "others" }, both("求められていない評価軸", "Areas nothing was asked of")), table(others, "others"))] : []));
}
