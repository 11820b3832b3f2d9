/* enrol/progress.js - the line that says where in the enrolment one is. */
import { both, element } from "/assets/dom.js";

const steps = [
	["はじめる", "Begin"],
	["カードで確認", "Card"],
	["内容を確かめる", "Look"],
	["ログインの準備", "Ways to log in"],
];

export function progress(at) {
	return element(
		"ol",
		{
			class: "progress",
			"aria-label":
				document.documentElement.lang === "en"
					? `Step ${at + 1} of ${steps.length}`
					: `${steps.length}段階のうち${at + 1}段階目`,
		},
		...steps.map((words, step) =>
			element(
				"li",
				{ class: step < at ? "done" : null, "aria-current": step === at ? "step" : null },
				element("span", {}, both(...words)),
				...(step < at ? [element("span", { class: "heard" }, both("（終わりました）", " (done)"))] : []),
			),
		),
	);
}
