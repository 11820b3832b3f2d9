/* assets/adding/card.js - binding the My Number card itself, as a way to log in: its user-authentication certificate signs once. */
import { answered, ask } from "../ask.js";
import { element, paragraph } from "../dom.js";
import { action, link } from "../form.js";
import { cardTask } from "../handover.js";
import { follow } from "../live.js";
import { told } from "../trouble.js";

const still = ["カードは、まだ登録していません。", "The card was not added."];

/* It is bound to the account right after a proofing by the same card: `enrolment` is that one. Without it, the proofing comes first. */
export function addCard(host, enrolment = null) {
	if (enrolment === null) {
		return element(
			"div",
			{ class: "stack" },
			paragraph(
				"カードで本人確認をしたあとに、続けて登録できます。本人確認からはじめてください。",
				"It is added right after proving who you are with the same card. Begin with that.",
			),
			element(
				"div",
				{ class: "buttons" },
				link(["カードで本人確認をする", "Prove who I am with my card"], "/enrol/"),
			),
		);
	}
	const place = element("div", { class: "stack" });
	const button = () => element("div", { class: "buttons" }, action(["カードを登録する", "Add the card"], begin));
	let stop = () => {};
	let taken = false;

	const again = (node) => {
		stop();
		place.replaceChildren(node, button());
	};

	async function begin() {
		const path = `/v1/enrol/${enrolment}`;
		const answer = await ask("POST", `${path}/bind-card`, {});

		if (!answered(answer))
			return again(host.refused(answer, "add-card"));
		taken = false;
		stop();
		stop = follow(`${path}/events`, ["changed"], () => look(path));
		return place.replaceChildren(
			cardTask(answer.json, "authentication", () =>
				again(
					told(
						["依頼の時間が過ぎました。", "The request has expired."],
						["もう一度試せます。", "You can try again."],
						{ kind: "notice", still },
					),
				),
			),
		);
	}

	async function look(path) {
		if (!place.isConnected)
			return stop();
		const state = await ask("GET", path);

		if (
			taken ||
			!answered(state) ||
			state.json.card?.state !== "answered" ||
			state.json.card.purpose !== "authentication"
		)
			return null;
		taken = true;
		const answer = await ask("POST", `${path}/bind-card/finish`, {});

		if (answer.json?.code === "waiting")
			return (taken = false);
		if (answer.status === 409)
			return again(
				told(
					["このカードは、すでに認証手段として登録されています。", "This card is an authenticator already."],
					[
						"そのままログインに使えます。",
						"You can log in with it as it is.",
					],
					{ kind: "notice", still: ["新しくは登録していません。", "It was not added again."] },
				),
			);
		if (!answered(answer))
			return again(host.refused(answer, "add-card"));
		stop();
		return host.added(
			answer.json,
			answer.json.binding === "unconfirmed"
				? [
						"カードを追加しました。本人確認と同じカードかは未確認です",
						"The card was added, not confirmed to be the one you were proved by",
					]
				: ["カードを追加しました", "The card was added"],
		);
	}

	place.append(
		paragraph(
			"カードの利用者証明用電子証明書（4桁の暗証番号）で、ログインできるようにします。本人確認と同じカードだと確かめられれば、いちばん強い方法です。",
			"Lets you log in with the card’s certificate for user authentication (the four-digit PIN). It is the strongest way, once it is confirmed to be the card you were proved by.",
		),
		button(),
	);
	return place;
}
