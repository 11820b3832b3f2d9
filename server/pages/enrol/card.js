/* enrol/card.js - while the card is to sign: the request, shown for whatever reads the card, and what became of it. */
import { answered, ask } from "/assets/ask.js";
import { both, element, paragraph } from "/assets/dom.js";
import { action, link } from "/assets/form.js";
import { cardTask } from "/assets/handover.js";
import { told } from "/assets/trouble.js";
import { show } from "/assets/view.js";
import { progress } from "./progress.js";

const still = ["まだ何も登録していません。", "Nothing has been kept."];

/* What the examination of the card said, in its own words. */
const refusedNote = ({ failed }) =>
	told(
		failed?.why
			? [failed.why.ja, failed.why.en]
			: ["カードの確認ができませんでした。", "The card could not be confirmed."],
		["そのカードでよいかを確かめて、もう一度お試しください。", "Make sure it is the right card, and try again."],
		{ still },
	);

export function waiting(flow) {
	const place = element("div", { class: "stack" });
	const { enrolment } = flow;
	const again = (...notes) =>
		place.replaceChildren(
			...notes,
			element("div", { class: "buttons" }, action(["新しい署名の依頼を作る", "Make a new request"], begin)),
		);

	async function begin() {
		const answer = await ask("POST", `${flow.path}/card`, {});

		if (!answered(answer))
			return again(flow.trouble(answer));
		flow.task = answer.json;
		flow.listen();
		return showTask();
	}

	const showTask = () =>
		place.replaceChildren(
			cardTask(flow.task, "signature", () =>
				again(
					told(
						["依頼の時間が過ぎました。", "The request has expired."],
						["新しい依頼で、もう一度試せます。", "You can try again with a new one."],
						{ kind: "notice", still },
					),
				),
			),
		);

	if (enrolment.failed)
		again(refusedNote(enrolment));
	else if (flow.task)
		showTask();
	else if (enrolment.state === "waiting")
		again(
			paragraph(
				"前に作った依頼の署名を待っています。カードで署名すると、この画面が自動で進みます。見失ったときは、新しく作れます。",
				"Waiting for the request made before: when it is signed, this page goes on by itself. If you have lost it, make a new one.",
			),
		);
	else
		begin();
	show(
		`card-${enrolment.failed ? "refused" : "waiting"}`,
		{
			over: flow.reissue ? ["再発行", "Replacing"] : ["登録", "Enrolling"],
			heading: ["カードで署名する", "Sign with your card"],
			lead: [
				"署名には、氏名、生年月日、性別、住所が入っています。マイナンバー（個人番号）は使いません。",
				"The signature carries your name, date of birth, sex and address. Your My Number itself is never used.",
			],
		},
		progress(1),
		place,
		element(
			"p",
			{ class: "back" },
			element(
				"a",
				{ href: flow.reissue ? "/enrol/#reissue" : "/enrol/" },
				both("やめて、はじめに戻る", "Stop, and back to the beginning"),
			),
		),
	);
}

export function taken(flow) {
	show(
		"taken",
		{
			heading: ["この登録は終わっています", "This enrolment is finished"],
			lead: ["内容はアカウントで確かめられます。", "Your account shows what was kept."],
		},
		element(
			"div",
			{ class: "buttons" },
			link(["アカウントを見る", "Look at my account"], "/account/", { quiet: false }),
		),
	);
	flow.enrolment = null;
}

export function over(flow) {
	show(
		"over",
		{
			heading: ["この登録は続けられません", "This enrolment cannot go on"],
			lead: [
				"時間が過ぎたか、別のブラウザーで始めたものです。何も登録していません。",
				"It took too long, or was begun in another browser. Nothing was kept.",
			],
		},
		element("div", { class: "buttons" }, action(["はじめからやり直す", "Begin again"], flow.restart)),
	);
}
