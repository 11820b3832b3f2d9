/* assets/several.js - the decisions that one answer tells, each with a button that shows it. */
import { both, element } from "./dom.js";

const words = new Map([[true, ["許可", "Permit"]], [false, ["不許可", "Deny"]], [null, ["ほかの枠組み", "Another framework"]]]);

/* `answers` as readAnswer() gives them, `shown` one of them. Of one alone there is nothing to choose. */
export function several(answers, shown, choose) {
	if (answers.length < 2)
		return [];
	const buttons = answers.map((answer, at) => {
		const { decision, context } = answer;
		const [ja, en] = words.get(decision);
		const button = element("button", { class: answer === shown ? "button" : "button button-quiet", type: "button",
			"aria-current": answer === shown ? "true" : null }, both(`${at + 1}. ${ja}、${context.policy.id}`, `${at + 1}. ${en}, ${context.policy.id}`));

		button.addEventListener("click", () => choose(answer));
		return button;
	});

	return [element("nav", { "aria-labelledby": "several" },
		element("p", { id: "several" }, both(`この文には${answers.length}件の判断があります。`, `This text tells ${answers.length} decisions.`)),
		element("p", { class: "links" }, ...buttons))];
}
