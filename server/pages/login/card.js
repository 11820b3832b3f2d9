/* login/card.js - logging in with the My Number card: a task that is handed to whatever reads the card. */
import { answered, ask } from "/assets/ask.js";
import { element } from "/assets/dom.js";
import { action } from "/assets/form.js";
import { cardTask } from "/assets/handover.js";
import { told } from "/assets/trouble.js";

export function cardPanel(flow) {
	const place = element("div", { class: "stack" });
	let taken = true;

	const again = (...why) => {
		taken = true;
		place.replaceChildren(
			...why,
			element("div", { class: "buttons" }, action(["新しい依頼を作る", "Make a new request"], begun)),
		);
	};

	async function begun() {
		const answer = await ask("POST", `${flow.path}/card`, {});

		if (!answered(answer))
			return again(flow.trouble(answer));
		taken = false;
		return place.replaceChildren(
			cardTask(answer.json, "authentication", () =>
				again(
					told(
						["依頼の時間が過ぎました。", "The request has expired."],
						["新しい依頼で、もう一度試せます。", "You can try again with a new request."],
						{
							kind: "notice",
							still: ["まだログインしていません。", "You are not logged in yet."],
						},
					),
				),
			),
		);
	}

	/* What the card has answered counts once it is taken here, by the browser that asked. */
	async function changed({ card }) {
		if (taken || card?.state !== "answered")
			return;
		taken = true;
		const answer = await ask("POST", `${flow.path}/card/finish`, {});

		if (answered(answer))
			await flow.moved(answer.json);
		else if (answer.json?.code === "waiting")
			taken = false;
		else
			again(flow.trouble(answer));
	}

	return { node: place, begun, changed };
}
