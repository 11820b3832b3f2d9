/* assets/plot.js - how the log grew, as a small plot; the numbers stand beside it as a table. */
import { both, element } from "./dom.js";
import { time } from "./time.js";

const width = 640;
const height = 160;
const left = 8;
const base = height - 8;

function svg(name, attributes, ...children) {
	const made = document.createElementNS("http://www.w3.org/2000/svg", name);

	for (const [key, value] of Object.entries(attributes))
		made.setAttribute(key, value);
	made.append(...children);
	return made;
}

/* The size holds from one checkpoint to the next: steps, not slopes. */
function steps(points, x, y) {
	return points.map(({ at, size }, i) => (i === 0 ? `M${x(at)} ${y(size)}` : `H${x(at)}V${y(size)}`)).join("");
}

const tabled = 12; // rows; the newest

/* points: [{ at, size }], oldest first. */
export function growthPlot(points) {
	const from = Date.parse(points[0].at);
	const span = Math.max(Date.parse(points.at(-1).at) - from, 1);
	const most = Math.max(...points.map(({ size }) => size), 1);
	const x = (at) => (left + (Date.parse(at) - from) / span * (width - 2 * left)).toFixed(1);
	const y = (size) => (base - size / most * (base - 12)).toFixed(1);
	const line = steps(points, x, y);

	return element("figure", { class: "plot" },
		svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", preserveAspectRatio: "none" },
			svg("path", { class: "plot-area", d: `${line}V${base}H${left}Z` }),
			svg("path", { class: "plot-base", d: `M${left} ${base}H${width - left}` }),
			svg("path", { class: "plot-line", d: line, "vector-effect": "non-scaling-stroke" })),
		element("figcaption", {}, time(points[0].at), both(`の${points[0].size.toLocaleString("en-US")}件から、`, `: ${points[0].size.toLocaleString("en-US")} records; `),
			time(points.at(-1).at), both(`の${points.at(-1).size.toLocaleString("en-US")}件まで`, `: ${points.at(-1).size.toLocaleString("en-US")} records`)),
		element("details", {}, element("summary", {}, both("数値で見る", "As numbers")),
			element("table", { class: "numbers" },
				element("thead", {}, element("tr", {}, element("th", { scope: "col" }, both("日時", "When")), element("th", { scope: "col" }, both("記録の数", "Records")))),
				element("tbody", {}, ...points.slice(-tabled).reverse().map(({ at, size }) => element("tr", {},
					element("td", {}, time(at)), element("td", {}, size.toLocaleString("en-US"))))))));
}
