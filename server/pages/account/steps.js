/* account/steps.js - what a person can do with one authenticator: name it, suspend it, resume it, revoke it; each told with what follows
 * from it before it is done. */
import { answered, ask } from "/assets/ask.js";
import { both, element, paragraph, strongly } from "/assets/dom.js";
import { action, choice, field, form } from "/assets/form.js";
import { nameCheck } from "/assets/adding/name.js";

const path = (one) => `/v1/account/authenticators/${one.id}`;

const reasons = [
	{ value: "lost", words: ["なくした", "I have lost it"], checked: true },
	{
		value: "stolen",
		words: ["盗まれた、だれかに使われたかもしれない", "It was stolen, or somebody may have used it"],
	},
	{ value: "replaced", words: ["新しいものに替えた", "I have a new one instead"] },
	{ value: "unused", words: ["もう使わない", "I no longer use it"] },
	{ value: "other", words: ["そのほか", "Something else"] },
];

/* The last one that is usable: what then. */
function lastOne(one, { usable }) {
	if (usable.length !== 1 || usable[0].id !== one.id)
		return [];
	return [
		strongly("これが、いま使えるただ一つの認証手段です。", "This is the only one you can log in with."),
		paragraph(
			"あとでログインするには、回復用コードを使うか、マイナンバーカードで再発行します。先に別のものを追加しておくこともできます。",
			"To log in later you will need a recovery code, or replace it with your My Number card. You can add another one first.",
		),
	];
}

const kinds = {
	rename: {
		words: ["名前を変える", "Rename"],
		from: ["issued", "active", "suspended", "locked"],
		form(flow, one, context, close) {
			const name = field({
				name: "name",
				words: ["新しい名前", "New name"],
				value: one.name ?? "",
				maxlength: "64",
				autocomplete: "off",
				missing: ["名前を入力してください。", "Please enter a name."],
				check: nameCheck,
			});

			return form({
				fields: [name],
				words: ["この名前にする", "Use this name"],
				beside: [close],
				run: (values) =>
					change(
						flow,
						one,
						"rename",
						["PUT", `${path(one)}/name`, values],
						["名前を変えました", "The name was changed"],
					),
			});
		},
	},
	resume: {
		words: ["再開する", "Resume"],
		from: ["suspended", "locked"],
		form: (flow, one, context, close) =>
			element(
				"div",
				{ class: "stack" },
				paragraph(
					"手もとにあることを確かめてから再開してください。再開すると、これでまたログインできます。",
					"Make sure that you have it. It can be used to log in again at once.",
				),
				form({
					fields: [],
					words: ["再開する", "Resume"],
					beside: [close],
					run: () =>
						change(
							flow,
							one,
							"resume",
							["POST", `${path(one)}/resume`, { reason: "other", confirm: true }],
							["再開しました", "It was resumed"],
						),
				}),
			),
	},
	suspend: {
		words: ["一時停止する", "Suspend"],
		from: ["active", "locked"],
		form: (flow, one, context, close) =>
			element(
				"div",
				{ class: "stack" },
				paragraph(
					"再開するまで、だれもこれでログインできません。見つかれば、いつでも再開できます。",
					"Nobody can log in with it until it is resumed. If it turns up, resume it at any time.",
				),
				...lastOne(one, context),
				form({
					fields: [
						choice({
							name: "reason",
							words: ["理由", "Reason"],
							options: reasons.filter(({ value }) => value !== "replaced"),
						}),
					],
					words: ["一時停止する", "Suspend"],
					beside: [close],
					run: (values) =>
						change(
							flow,
							one,
							"suspend",
							["POST", `${path(one)}/suspend`, { ...values, confirm: true }],
							["一時停止しました", "It was suspended"],
						),
				}),
			),
	},
	revoke: {
		words: ["無効にする", "Revoke"],
		from: ["issued", "active", "suspended", "locked"],
		danger: true,
		form: (flow, one, context, close) =>
			element(
				"div",
				{ class: "stack" },
				paragraph(
					"無効にすると、もう使えません。元には戻せませんが、同じ端末や鍵を新しく登録することはできます。",
					"It can never be used again. This cannot be undone, but the same device or key can be added anew.",
				),
				...lastOne(one, context),
				form({
					fields: [choice({ name: "reason", words: ["理由", "Reason"], options: reasons })],
					words: ["無効にする", "Revoke it"],
					danger: true,
					beside: [close],
					run: (values) =>
						change(
							flow,
							one,
							"revoke",
							["POST", `${path(one)}/revoke`, { ...values, confirm: true }],
							["無効にしました", "It was revoked"],
						),
				}),
			),
	},
};

async function change(flow, one, name, request, done) {
	const answer = await ask(...request);

	if (!answered(answer))
		return flow.refused(answer, `${name}:${one.id}`);
	await flow.again(done, `authenticator-${one.id}`);
	return null;
}

/* The buttons that fit its state; each opens its question in `place`. */
export function steps(flow, one, context, place) {
	return Object.entries(kinds)
		.filter(([, { from }]) => from.includes(one.state))
		.map(([name, { words, form: made, danger }]) => {
			const named = one.name ? [`：${one.name}`, `: ${one.name}`] : null;
			const button = element(
				"button",
				{
					type: "button",
					class: `button button-quiet${danger ? " button-danger" : ""}`,
					"aria-expanded": "false",
				},
				both(...words),
				...(named ? [element("span", { class: "heard" }, both(...named))] : []),
			);

			function open() {
				const close = action(
					["やめる", "Cancel"],
					() => {
						place.replaceChildren();
						button.setAttribute("aria-expanded", "false");
						button.focus();
					},
					{ quiet: true },
				);
				const heading = element("h4", { tabindex: "-1" }, both(...words));

				for (const other of button.parentElement.querySelectorAll("[aria-expanded]"))
					other.setAttribute("aria-expanded", "false");
				button.setAttribute("aria-expanded", "true");
				place.replaceChildren(
					element("div", { class: "opened-step" }, heading, made(flow, one, context, close)),
				);
				heading.focus();
			}

			button.addEventListener("click", open);
			return { name, node: button, open };
		});
}
