/* desk/documents.js - the documents that were shown: one after another, each with how it was found genuine. */
import { both, element } from "/assets/dom.js";
import { action, choice, tick } from "/assets/form.js";
import { evidenceWords } from "/assets/held.js";
import { chosen } from "/assets/view.js";
import { checks, kinds } from "./words.js";

const most = 6;
let count = 0;

function kindOf(id) {
	const made = element(
		"select",
		{ id, name: "kind" },
		element("option", { value: "" }, chosen(["選んでください", "Please choose"])),
		...kinds.map((kind) => element("option", { value: kind }, chosen(evidenceWords(kind)))),
	);

	return made;
}

/* One document: what it is, how it was looked at, whether it is in force. */
function row(onRemove) {
	const id = `document-${++count}`;
	const select = kindOf(id);
	const looked = choice({
		name: `${id}-checked`,
		words: ["真正であることの確かめ方", "How it was found genuine"],
		several: true,
		options: Object.entries(checks).map(([value, words]) => ({ value, words })),
	});
	const force = tick({ name: `${id}-force`, words: ["有効期限内である", "It is in force"] });
	const node = element(
		"div",
		{ class: "key document" },
		element("label", { for: id }, both("身分証の種類", "Kind of document")),
		element("p", { class: "hint" }, both("番号は入力しません。", "Its number is not asked for.")),
		select,
		looked.node,
		force.node,
	);

	if (onRemove)
		node.append(
			element(
				"div",
				{ class: "buttons" },
				action(["この身分証を除く", "Take this one away"], onRemove, { quiet: true }),
			),
		);
	return {
		node,
		select,
		looked,
		value: () => ({ kind: select.value, checked: looked.values(), in_force: force.input.checked }),
	};
}

/* As form() of form.js wants its fields. */
export function documents() {
	const rows = [];
	const list = element("div", { class: "stack" });
	const wrong = element("p", { class: "error", id: "documents-wrong", hidden: "" });
	const more = action(["身分証をもう1点加える", "Add another document"], () => add(true), { quiet: true });
	const made = {
		name: "documents",
		several: true,
		get input() {
			return (rows.find(({ select, looked }) => select.value === "" || looked.values().length === 0) ?? rows[0])
				.select;
		},
		node: element(
			"fieldset",
			{ class: "question", "aria-describedby": "documents-wrong" },
			element("legend", {}, both("見た身分証", "Documents that were shown")),
			wrong,
			list,
			element("div", { class: "buttons" }, more),
		),
		complain(said) {
			wrong.hidden = !said;
			wrong.replaceChildren(...(said ? [both(...said)] : []));
		},
		wrong() {
			const all = made.values();

			if (all.some(({ kind }) => kind === ""))
				return ["身分証の種類を選んでください。", "Choose the kind of each document."];
			if (all.some(({ checked }) => checked.length === 0))
				return ["確かめ方を1つ以上選んでください。", "Say of each how it was found genuine."];
			return new Set(all.map(({ kind }) => kind)).size < all.length
				? ["同じ種類の身分証は1点だけにしてください。", "Each kind of document once only."]
				: null;
		},
		values: () => rows.map((one) => one.value()),
	};

	function add(removable) {
		const one = row(
			removable
				? () => {
						rows.splice(rows.indexOf(one), 1);
						one.node.remove();
						more.hidden = false;
						rows[0].select.focus();
					}
				: null,
		);

		rows.push(one);
		list.append(one.node);
		more.hidden = rows.length === most;
		if (removable)
			one.select.focus();
	}

	add(false);
	return made;
}
