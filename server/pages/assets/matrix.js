/* assets/matrix.js - a framework's areas by its levels, as a table; where there is the source's own table, in its words and with its
 * merged cells. */
import { both, element } from "./dom.js";
import { levelTitle } from "./criterion.js";

const named = 3; // criteria told by their titles where there is no table

/* Lost words that were rebuilt stand in 【 】 and [ ]: marked for the eye, and left in for those who hear the page. */
function rebuilt(text) {
	const parts = text.split(/(【[^】]*】|\[[^\]]*\]|\n)/);

	return parts.filter((part) => part !== "").map((part) => {
		if (part === "\n")
			return element("br");
		return /^[【[]/.test(part) ? element("mark", { class: "rebuilt" }, part) : part;
	});
}

export const isRebuilt = (policy) => policy.table.some(({ text }) => /【/.test(text.ja));

export const cellId = (area, level) => `${area}-${level}`;
const criteriaAt = (policy, area, level) => policy.criteria.filter((one) => one.area === area && one.level === level);

function opener(policy, area, level, short) {
	const count = criteriaAt(policy, area.id, level.id).length;
	const [ja, en] = levelTitle(policy, area.id, level.id);

	return element("a", { class: "opener", href: `#${cellId(area.id, level.id)}`, "data-cell": cellId(area.id, level.id) },
		both(`${short ? `${ja}：` : ""}基準${count}件`, `${short ? `${en}: ` : ""}${count === 1 ? "1 criterion" : `${count} criteria`}`),
		element("span", { class: "heard" }, both(`（${area.title.ja} ${ja}）`, ` (${area.title.en}, ${en})`)));
}

/* Which level a cell is of, where the column's head cannot be seen: on a small phone. */
const levelLabel = (policy, area, levels) => element("p", { class: "cell-level" },
	both(levels.map((id) => levelTitle(policy, area.id, id)[0]).join("・"), levels.map((id) => levelTitle(policy, area.id, id)[1]).join(", ")));

function cell(policy, area, levels, text, columns) {
	return element("td", { role: "cell", colspan: columns > 1 ? String(columns) : null },
		levelLabel(policy, area, levels.map(({ id }) => id)),
		...(text ? [element("p", { class: "cell-text" }, both(rebuilt(text.ja), rebuilt(text.en)))] : []),
		...(text ? [] : titles(policy, area, levels[0])),
		element("p", { class: "openers" }, ...levels.map((level) => opener(policy, area, level, levels.length > 1))));
}

function titles(policy, area, level) {
	const all = criteriaAt(policy, area.id, level.id);
	const shown = all.slice(0, named);

	return shown.length === 0 ? [] : [element("ul", { class: "cell-titles" },
		...shown.map(({ title }) => element("li", {}, both(title.ja, title.en))),
		...(all.length > named ? [element("li", {}, both(`ほか${all.length - named}件`, `and ${all.length - named} more`))] : []))];
}

/* One row: cells in the columns' order. A text over several levels is one cell, and a column between them is in it. */
function row(policy, area, columns) {
	const made = [];
	let at = 0;

	while (at < columns.length) {
		const level = area.levels.find(({ id }) => id === columns[at]);
		const written = level && policy.table.find((one) => one.area === area.id && one.levels.includes(level.id));
		const last = written ? Math.max(...written.levels.map((id) => columns.indexOf(id))) : at;

		if (level) {
			made.push(cell(policy, area, written ? area.levels.filter(({ id }) => written.levels.includes(id)) : [level], written?.text, last - at + 1));
		} else {
			made.push(element("td", { role: "cell", class: "no-level" }, element("span", { "aria-hidden": "true" }, "—"),
				element("span", { class: "heard" }, both("このレベルはありません", "There is no such level"))));
		}
		at = last + 1;
	}
	return element("tr", { role: "row" }, areaHead(area), ...made);
}

const areaHead = (area) => element("th", { role: "rowheader", scope: "row" }, both(area.title.ja, area.title.en),
	...(area.text ? [element("span", { class: "area-text" }, both(area.text.ja, area.text.en))] : []));

/* The levels of the area that has most, where all areas have levels out of these. */
function columnsOf(policy) {
	const most = policy.areas.reduce((a, b) => (b.levels.length > a.levels.length ? b : a)).levels.map(({ id }) => id);

	return policy.areas.every(({ levels }) => levels.every(({ id }) => most.includes(id))) ? most : null;
}

const columnTitle = (policy, level) => levelTitle(policy, policy.areas.find(({ levels }) => levels.some(({ id }) => id === level)).id, level);
/* Areas may call the same level differently (IAL1, AAL1): then the column says its number alone. */
function columnWords(policy, level) {
	const titles = new Set(policy.areas.flatMap(({ levels }) => levels).filter(({ id }) => id === level).map(({ title }) => title.ja));

	return titles.size === 1 ? columnTitle(policy, level) : [`レベル${level}`, `Level ${level}`];
}

export function matrix(policy, label) {
	const columns = columnsOf(policy);
	const heads = columns ? columns.map((level) => columnWords(policy, level)) : [["レベルと基準", "Levels and criteria"]];
	const rows = policy.areas.map((area) => (columns ? row(policy, area, columns)
		: element("tr", { role: "row" }, areaHead(area), element("td", { role: "cell" },
			element("ul", { class: "cell-levels" }, ...area.levels.map((level) => element("li", {}, opener(policy, area, level, true))))))));

	return element("table", { class: columns ? "matrix" : "matrix matrix-list", role: "table", "aria-labelledby": label },
		element("thead", { role: "rowgroup" }, element("tr", { role: "row" },
			element("th", { role: "columnheader", scope: "col" }, both("評価軸", "Area")),
			...heads.map((words) => element("th", { role: "columnheader", scope: "col" }, both(...words))))),
		element("tbody", { role: "rowgroup" }, ...rows));
}
