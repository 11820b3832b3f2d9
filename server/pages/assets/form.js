/* assets/form.js - what a person presses and fills in: buttons that do one thing, forms that say what is missing and keep what was
 * typed. */
import { both, element } from "./dom.js";

/* While `run` goes on the button cannot be pressed again and says so; it keeps the focus. Words are [ja, en]; `of` says of what, for those
 * who hear one of several. */
export function action(words, run, { quiet = false, kind = "button", danger = false, of = null } = {}) {
	const button = element("button", {
		type: kind,
		class: `button${quiet ? " button-quiet" : ""}${danger ? " button-danger" : ""}`,
	});
	const shown = () => [
		both(...words),
		...(of ? [element("span", { class: "heard" }, both(`：${of[0]}`, `: ${of[1]}`))] : []),
	];

	button.append(...shown());
	busyWhile(button, shown, run, kind === "button");
	return button;
}

function busyWhile(button, shown, run, listens) {
	const doing = async () => {
		if (button.getAttribute("aria-disabled"))
			return;
		button.setAttribute("aria-disabled", "true");
		button.replaceChildren(both("お待ちください…", "Please wait…"));
		try {
			await run();
		} finally {
			button.removeAttribute("aria-disabled");
			button.replaceChildren(...shown());
		}
	};

	if (listens)
		button.addEventListener("click", doing);
	button.run = doing;
}

export function link(words, href, { quiet = true } = {}) {
	return element("a", { class: `button${quiet ? " button-quiet" : ""}`, href }, both(...words));
}

let count = 0;

/* One input under its label, with its hint and a place for what is wrong. */
export function field({ name, words, hint = null, missing = null, check = () => null, type = "text", ...attributes }) {
	const id = `field-${++count}`;
	const wrong = element("p", { class: "error", id: `${id}-wrong`, hidden: "" });
	const input = element("input", {
		id,
		name,
		type,
		spellcheck: "false",
		...attributes,
		"aria-describedby": `${hint ? `${id}-hint ` : ""}${id}-wrong`,
	});
	const node = element(
		"div",
		{ class: "question" },
		element("label", { for: id }, both(...words)),
		...(hint ? [element("p", { class: "hint", id: `${id}-hint` }, both(...hint))] : []),
		wrong,
		input,
	);

	return {
		name,
		input,
		node,
		complain(said) {
			wrong.hidden = !said;
			wrong.replaceChildren(...(said ? [both(...said)] : []));
			if (said)
				input.setAttribute("aria-invalid", "true");
			else
				input.removeAttribute("aria-invalid");
		},
		wrong() {
			const value = input.value.trim();

			return value === "" && missing ? missing : check(value);
		},
	};
}

/* One of several, as radio buttons, or any of them, as check boxes: options are { value, words, hint, checked }. */
export function choice({ name, words, hint = null, options, several = false }) {
	const id = `choice-${++count}`;
	const inputs = [];
	const node = element(
		"fieldset",
		{ class: "question", "aria-describedby": hint ? `${id}-hint` : null },
		element("legend", {}, both(...words)),
		...(hint ? [element("p", { class: "hint", id: `${id}-hint` }, both(...hint))] : []),
		...options.map((option, at) => {
			const input = element("input", {
				type: several ? "checkbox" : "radio",
				name,
				value: option.value,
				id: `${id}-${at}`,
				checked: option.checked ? "" : null,
				"aria-describedby": option.hint ? `${id}-${at}-hint` : null,
			});

			inputs.push(input);
			return element(
				"div",
				{ class: "option" },
				input,
				element("label", { for: input.id }, both(...option.words)),
				...(option.hint ? [element("p", { class: "hint", id: `${id}-${at}-hint` }, both(...option.hint))] : []),
			);
		}),
	);
	const values = () => inputs.filter((input) => input.checked).map((input) => input.value);

	return { name, node, input: inputs[0], several, complain() {}, wrong: () => null, values };
}

/* `run(values)` gives what to show under the form (a refusal), or nothing. The first field that is wrong gets the focus. */
export function form({ fields, words, run, danger = false, beside = [] }) {
	const answer = element("div", { class: "answer" });
	const button = action(words, submit, { kind: "submit", danger });
	const made = element(
		"form",
		{ novalidate: "", class: "questions" },
		...fields.map(({ node }) => node),
		answer,
		element("div", { class: "buttons" }, button, ...beside),
	);

	async function submit() {
		const values = Object.fromEntries(
			fields.map((one) => [
				one.name,
				one.values
					? one.several
						? one.values()
						: (one.values()[0] ?? null)
					: one.input.type === "checkbox"
						? one.input.checked
						: one.input.value.trim(),
			]),
		);
		const node = await run(values, answer);

		answer.replaceChildren(...(node ? [node] : []));
	}

	made.addEventListener("submit", (event) => {
		event.preventDefault();
		const wrong = fields.filter((one) => {
			const said = one.wrong();

			one.complain(said);
			return said;
		});

		answer.replaceChildren();
		if (wrong.length > 0)
			wrong[0].input.focus();
		else
			button.run();
	});
	return made;
}

/* A thing that can be switched on, and what it means. */
export function tick({ name, words, hint = null, checked = false }) {
	const made = field({ name, words, hint, type: "checkbox", checked: checked ? "" : null });

	made.node.className = "option";
	made.node.prepend(made.input);
	return made;
}
