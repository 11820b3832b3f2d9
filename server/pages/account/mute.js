/* account/mute.js - that the account's phones are not asked from elsewhere, since somebody said "this was not me"; and the way out. */
import { answered, ask } from "/assets/ask.js";
import { element, paragraph, strongly } from "/assets/dom.js";
import { action } from "/assets/form.js";
import { distance, time } from "/assets/time.js";

/* Nodes for the top of a part; none where nothing is muted. */
export function muted(flow) {
	if (!flow.account.muted)
		return [];
	const { since, until } = flow.account.muted;
	const place = element("div", { class: "answer" });

	async function end() {
		const answer = await ask("DELETE", "/v1/account/mute");

		if (!answered(answer)) {
			place.replaceChildren(flow.refused(answer));
			return;
		}
		await flow.again(["スマートフォンに、また依頼が届くようにしました", "Requests reach your phones again"]);
	}

	return [
		element(
			"div",
			{ class: "told told-notice", id: "muted" },
			strongly(
				"ほかの端末からのログインの依頼は、いまスマートフォンに届きません。",
				"Logins on other devices do not reach your phones now.",
			),
			paragraph(
				["アプリで「これは私ではありません」と答えたためです（", time(since), "）。"],
				["Somebody answered “This was not me” in the app (", time(since), ")."],
			),
			paragraph(
				[
					"あなたがスマートフォン以外の方法で一度ログインするか、下のボタンを押すと、また届きます。そのままにしておくと、",
					time(until),
					"（",
					distance(until),
					"）に届くようになります。",
				],
				[
					"Requests reach them again once you have logged in without the phone, or when you press the button; otherwise from ",
					time(until),
					" (",
					distance(until),
					").",
				],
			),
			paragraph(
				[
					"答えたのがあなたでないときは、だれかがあなたのスマートフォンを使ったおそれがあります。",
					element("a", { href: "#authenticators" }, "認証手段"),
					"を確かめてください。",
				],
				[
					"If it was not you who answered, somebody may have used your phone: look at your ",
					element("a", { href: "#authenticators" }, "authenticators"),
					".",
				],
			),
			element(
				"div",
				{ class: "buttons" },
				action(["また届くようにする", "Let them reach me again"], end, { quiet: true }),
			),
			place,
		),
	];
}
