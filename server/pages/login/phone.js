/* login/phone.js - logging in with the app on one's phone: six digits here, to be typed there; or, on the phone itself, a link. */
import { answered, ask } from "/assets/ask.js";
import { aside, both, element, paragraph, strongly } from "/assets/dom.js";
import { action, link } from "/assets/form.js";
import { qr, standing } from "/assets/handover.js";
import { until } from "/assets/until.js";

/* One by one for those who hear them, spaced for those who see them. */
function digits(code) {
	return element(
		"p",
		{ class: "digits" },
		element("span", { class: "heard" }, both([...code].join("、"), [...code].join(", "))),
		...[...code].map((digit) => element("span", { class: "digit", "aria-hidden": "true" }, digit)),
	);
}

const ends = {
	refused: [
		["スマートフォンで、このログインは拒否されました。", "This login was refused on the phone."],
		[
			"ご自身が拒否したのでなければ、スマートフォンの知らせを確かめてください。まだログインしていません。",
			"If that was not you, look at what your phone says. You are not logged in.",
		],
	],
	replaced: [
		["同じ場所からの新しいログインが、代わりに依頼を送りました。", "A newer login from the same place asks the phone instead."],
		[
			"新しい画面の番号を使うか、ここで新しい番号を表示してください。まだログインしていません。",
			"Use the digits of the newer page, or show new ones here. You are not logged in yet.",
		],
	],
	over: [
		["番号の時間が過ぎました。", "The digits have expired."],
		[
			"まだログインしていません。新しい番号で、もう一度試せます。",
			"You are not logged in yet; you can try again with new digits.",
		],
	],
};

export function appPanel(flow) {
	const place = element("div", { class: "stack" });
	let waits = false;

	const stopped = ([happened, todo]) =>
		place.replaceChildren(
			element("div", { class: "told told-notice", role: "alert" }, strongly(...happened), paragraph(...todo)),
			element("div", { class: "buttons" }, action(["新しい番号を表示する", "Show new digits"], begun)),
		);

	function over() {
		if (waits)
			stopped(ends.over);
		waits = false;
	}

	async function begun() {
		const answer = await ask("POST", `${flow.path}/app`, {});

		if (!answered(answer)) {
			waits = false;
			place.replaceChildren(
				flow.trouble(answer),
				element("div", { class: "buttons" }, action(["もう一度試す", "Try again"], begun)),
			);
			return;
		}
		const { code, request, qr: picture, until: end } = answer.json;

		waits = true;
		place.replaceChildren(
			element(
				"ol",
				{ class: "steps" },
				element(
					"li",
					{},
					strongly("スマートフォンでアプリを開きます", "Open the app on your phone"),
					aside(
						"通知が届いたら、それに触れても開きます。",
						"If a notification arrives, tapping it opens the app, too.",
					),
					element(
						"details",
						{},
						element("summary", {}, both("QRコードでアプリを開く", "Open it by scanning a picture")),
						element(
							"div",
							{ class: "inner" },
							qr(picture, ["ログインの依頼を開くQRコード", "QR code that opens the login request"]),
						),
					),
				),
				element(
					"li",
					{},
					strongly("次の番号を入力します", "Type these digits there"),
					digits(code),
					until(end, over, ["この番号は", "These digits: "]),
				),
				element(
					"li",
					{},
					strongly(
						"相手を確かめ、PINか指紋などで答えます",
						"Check who asks, then answer with PIN or fingerprint",
					),
					standing("スマートフォンの答えを待っています", "Waiting for your phone"),
				),
			),
			element(
				"div",
				{ class: "here" },
				paragraph(
					"このスマートフォンにアプリがあるときは、番号は要りません。",
					"If the app is on this very phone, no digits are needed.",
				),
				link(["この端末のアプリで答える", "Answer with the app on this device"], `/app/#request=${request}`),
			),
		);
	}

	function changed({ app }) {
		if (waits && ends[app?.state]) {
			waits = false;
			stopped(ends[app.state]);
		}
	}

	return { node: place, begun, changed };
}
