/* assets/way.js - the way up: steps that would have helped. */
import { both, element, section } from "./dom.js";

const readings = {
	person: [["本人だけでできる方法", "What the person alone can do"]],
	remote: [["窓口に行かない方法", "Without a visit"]],
	cheapest: [["もっとも手間の少ない方法", "The least effort, whoever makes it"]],
};
const actors = { person: ["本人", "the person"], idp: ["認証する側（IdP）", "the identity provider"], rp: ["利用する側（RP）", "the relying party"], operator: ["運用者", "the operator"] };

function way(policy, { reading, steps }) {
	return [element("h3", {}, both(...(readings[reading]?.[0] ?? [reading, reading]))),
		element("ol", { class: "steps" }, ...steps.map((step) => {
			const written = policy.steps?.find(({ id }) => id === step.id);

			return element("li", {}, element("h4", {}, both(step.title.ja, step.title.en)),
				...(written?.text ? [element("p", {}, both(written.text.ja, written.text.en))] : []),
				element("p", { class: "aside" }, both("行う人：", "By: "), both(...(actors[step.who] ?? [step.who, step.who])),
					...(step.in_person ? [both("（窓口で）", " (in person)")] : [])));
		}))];
}

export function waysUp(policy, decision) {
	const ways = (decision.advice ?? []).filter(({ found: is, steps }) => is && steps.length > 0);
	const different = ways.filter((one, at) => ways.findIndex((other) => other.steps.map(({ id }) => id).join() === one.steps.map(({ id }) => id).join()) === at);

	if (decision.permit)
		return [];
	if (!decision.advice) {
		return [section("way", "どうすれば届くか", "The way up", element("p", {}, both(
			"届くための手順は、判断の回答にだけ書かれています。下に回答をはり付けると、ここに表示します。",
			"The steps are in the answer only, not in the record: paste the answer below to see them here.")))];
	}
	return [section("way", "どうすれば届くか", "The way up", ...(different.length > 0 ? different.flatMap((one) => way(policy, one))
		: [element("p", {}, both("この枠組みが知る手順だけでは、求められた水準に届きません。", "With the steps this framework knows, what was asked for cannot be reached."))]))];
}
