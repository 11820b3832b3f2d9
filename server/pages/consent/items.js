/* consent/items.js - what would be told as one persona: what must be, what may be, what less may be given instead, what is not to be
 * had. */
import { aside, badge, both, element, label } from "/assets/dom.js";
import { valueOf } from "/assets/held.js";
import { inBoth } from "./who.js";

const sources = {
	card: ["カードで確認", "From the card"],
	desk: ["窓口で確認", "Confirmed at the desk"],
	self: ["自己申告", "Stated by you"],
	confirmed: ["届くことを確認", "Confirmed to reach you"],
};

const answers = { true: ["はい", "Yes"], false: ["いいえ", "No"] };

function shownValue({ name, value }) {
	return answers[value] ? both(...answers[value]) : valueOf(name, value);
}

const titleOf = ({ title }) => inBoth(title);

/* What it is for, whose word it is. */
function origin(item) {
	const purpose = inBoth(item.purpose);
	const source = sources[item.source];

	return [
		...(purpose ? [aside(`目的：${purpose[0]}`, `What for: ${purpose[1]}`)] : []),
		...(source ? [aside(...source)] : []),
	];
}

/* `id` ties it to the control. */
const said = (item, id) =>
	element("div", { class: "told-of", id }, element("p", { class: "held-value" }, shownValue(item)), ...origin(item));

function required(item, id) {
	return element(
		"li",
		{ class: "held", "data-item": item.name },
		element(
			"div",
			{ class: "told-head" },
			label(...titleOf(item)),
			badge("key", "必須", "Required"),
		),
		said(item, id),
		aside("これがないと、このサービスは利用できません。", "The service does not work without it."),
	);
}

function optional(item, id, changed) {
	const input = element("input", {
		type: "checkbox",
		id: `${id}-tick`,
		name: item.name,
		checked: item.chosen ? "" : null,
		"aria-describedby": id,
	});

	input.addEventListener("change", changed);
	return {
		node: element(
			"li",
			{ class: "held", "data-item": item.name },
			element(
				"div",
				{ class: "option" },
				input,
				element("label", { for: input.id }, both(...titleOf(item).map((word, at) => word + ["を渡す", ""][at]))),
			),
			said(item, id),
		),
		names: () => (input.checked ? [item.name] : []),
	};
}

/* The whole, what follows from it, or nothing: one of them. */
function either(item, instead, id, changed) {
	const options = [
		{ name: item.name, words: titleOf(item), shown: shownValue(item), checked: item.chosen },
		...instead.map((one) => ({
			name: one.name,
			words: titleOf(one).map((word, at) => word + ["だけ", " only"][at]),
			shown: shownValue(one),
			checked: one.chosen && !item.chosen,
		})),
		{ name: "", words: ["渡さない", "Nothing of it"], shown: null, checked: false },
	];

	if (!options.some(({ checked }) => checked))
		options.at(-1).checked = true;
	const inputs = options.map(({ name, checked }, at) => {
		const input = element("input", {
			type: "radio",
			name: `instead-${item.name}`,
			value: name,
			id: `${id}-${at}`,
			checked: checked ? "" : null,
		});

		input.addEventListener("change", changed);
		return input;
	});

	return {
		node: element(
			"li",
			{ class: "held", "data-item": item.name },
			element(
				"fieldset",
				{ class: "question" },
				element("legend", {}, both(...titleOf(item).map((word, at) => word + ["：どこまで渡すか", ": how much of it"][at]))),
				...options.map(({ words, shown }, at) =>
					element(
						"div",
						{ class: "option" },
						inputs[at],
						element(
							"label",
							{ for: inputs[at].id },
							both(...words),
							...(shown === null ? [] : [element("strong", { class: "option-value" }, shown)]),
						),
					),
				),
			),
			element("div", { class: "told-of" }, ...origin(item)),
		),
		names: () => inputs.filter((input) => input.checked && input.value !== "").map((input) => input.value),
	};
}

const whys = {
	"not-registered": ["このサービスには、求めることが認められていません。", "The service is not approved to ask for it."],
	"not-of-persona": ["このペルソナでは見せない情報です。", "This persona does not show it."],
	"not-known": ["アカウントに登録されていません。", "It is not in your account."],
	"no-such": ["Watashiでは扱っていない情報です。", "Watashi does not keep it."],
};

/* What is asked for and stays here. */
export function withheldItems(withheld) {
	if (withheld.length === 0)
		return [];
	return [
		element(
			"details",
			{},
			element(
				"summary",
				{},
				both(`求められているが、渡さない情報（${withheld.length}件）`, `Asked for, and not passed on (${withheld.length})`),
			),
			element(
				"ul",
				{ class: "inner withheld" },
				...withheld.map(({ name, title, why }) =>
					element(
						"li",
						{},
						element("strong", {}, both(...(inBoth(title) ?? [name, name]))),
						" ",
						both(...(whys[why] ?? whys["no-such"])),
					),
				),
			),
		),
	];
}

/* { node, names(): what is told as it is ticked now, titles(): the same in words }. */
export function itemsOf({ items }, changed) {
	const parts = [];
	const nodes = [];

	for (const [at, item] of items.entries()) {
		const id = `item-${at}`;
		const instead = items.filter((one) => one.instead_of === item.name);

		if (item.instead_of && items.some(({ name }) => name === item.instead_of))
			continue;
		if (item.required) {
			nodes.push(required(item, id));
			parts.push(() => [item.name]);
			continue;
		}
		const made = instead.length > 0 ? either(item, instead, id, changed) : optional(item, id, changed);

		nodes.push(made.node);
		parts.push(made.names);
	}
	const names = () => parts.flatMap((one) => one());

	return {
		node:
			nodes.length > 0
				? element("ul", { class: "held-list" }, ...nodes)
				: element("p", {}, both("渡す個人情報はありません。", "No personal data is told.")),
		names,
		titles: () => names().map((name) => titleOf(items.find((one) => one.name === name))),
	};
}
