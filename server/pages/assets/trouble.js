/* assets/trouble.js - what went wrong, told to a person: what happened, what is still as it was, what to do now, and a number by which
 * the operator finds it. */
import { aside, badge, element, paragraph, strongly } from "./dom.js";
import { distance, time } from "./time.js";
import { refusal } from "./refusals.js";

const unchanged = ["何も変わっていません。", "Nothing was changed."];

const statuses = {
	0: [
		["サーバーに届きませんでした。", "The server could not be reached."],
		["つながりを確かめて、もう一度お試しください。", "Check the connection and try again."],
	],
	400: [
		["送った内容を受け取れませんでした。", "What was sent could not be taken."],
		["入力を確かめて、もう一度お試しください。", "Look at what you entered and try again."],
	],
	401: [
		[
			"ログインしていないか、時間がたってログアウトしました。",
			"You are not logged in, or were logged out after a while.",
		],
		["もう一度ログインしてください。", "Please log in again."],
	],
	403: [
		["認められませんでした。", "It was not allowed."],
		["ほかの方法をお試しください。", "Please try another way."],
	],
	404: [
		["見つかりませんでした。", "It was not found."],
		["はじめの画面から、もう一度お進みください。", "Please begin again from the first page."],
	],
	409: [
		["ほかの画面か端末で、先に変更されていました。", "It was changed meanwhile, on another page or device."],
		["いまの内容を確かめて、もう一度お試しください。", "Look at how it is now and try again."],
	],
	410: [
		["時間が過ぎて、使えなくなりました。", "It took too long and is over."],
		["はじめから、もう一度お進みください。", "Please begin again."],
	],
	429: [
		["試した回数が多いため、しばらく受け付けられません。", "There were too many tries."],
		["時間をおいて、もう一度お試しください。", "Please try again after a while."],
	],
	503: [
		["いまは処理できません。", "It cannot be done right now."],
		["しばらくしてから、もう一度お試しください。", "Please try again in a moment."],
	],
};
const otherwise = [
	["サーバーで思わぬことが起きました。", "Something unexpected happened on the server."],
	["しばらくしてから、もう一度お試しください。", "Please try again in a while."],
];

/* `happened` and `todo` are [ja, en]; `still` says what is as it was. Read out at once: role=alert. */
export function told(happened, todo, { still = unchanged, more = [], kind = "bad" } = {}) {
	return element(
		"div",
		{ class: `told told-${kind}`, role: "alert" },
		element(
			"p",
			{ class: "label" },
			badge(kind, ...(kind === "bad" ? ["できませんでした", "Not done"] : ["ご確認ください", "Please note"])),
		),
		strongly(...happened),
		paragraph([`${still[0]}${todo[0]}`], [`${still[1]} ${todo[1]}`]),
		...more,
	);
}

/* An answer that is a refusal; where it brings words for people (`why`), those. `reference` is the flow's id, which the operator's log begins its lines with. */
export function trouble(answer, { still = unchanged, reference = null } = {}) {
	const { why } = answer.json ?? {};
	const [known, todo] = refusal(answer.json) ?? statuses[answer.status] ?? otherwise;
	const happened = why?.ja ? [why.ja, why.en] : known;
	const more = [];

	if (answer.until)
		more.push(
			paragraph(
				["次に試せるとき：", time(answer.until), "（", distance(answer.until), "）"],
				["You can try again ", distance(answer.until), ": ", time(answer.until)],
			),
		);
	if (typeof answer.json?.left === "number")
		more.push(
			paragraph(
				`あと${answer.json.left}回まちがえると、ロックされます。`,
				`It is locked after ${answer.json.left} more wrong tries.`,
			),
		);
	if (reference)
		more.push(
			aside(
				["お問い合わせのときの番号：", element("code", {}, reference)],
				["Number to quote when you ask for help: ", element("code", {}, reference)],
			),
		);
	return told(happened, todo, { still, more });
}
