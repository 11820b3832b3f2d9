/* enrol/review.js - what the card told, before it is taken over: what is kept, what changes, whose account it becomes. */
import { answered, ask } from "/assets/ask.js";
import { aside, badge, both, element, paragraph } from "/assets/dom.js";
import { action, choice, form } from "/assets/form.js";
import { begin } from "/assets/resume.js";
import { kindWords, stateBadge } from "/assets/means.js";
import { show } from "/assets/view.js";
import { valueOf } from "/assets/held.js";
import { trouble } from "/assets/trouble.js";
import { progress } from "./progress.js";

const accounts = {
	new: ["新しいアカウントを作ります。", "A new account is opened."],
	this: ["いまログインしているアカウントに登録します。", "It goes into the account you are logged in to."],
	existing: ["すでに登録されている、あなたのアカウントが見つかりました。", "The account you already have was found."],
	similar: [
		"同じ氏名、生年月日、性別、住所のアカウントが、すでにあるようです。",
		"There seems to be an account with the same name, date of birth, sex and address.",
	],
};

const title = (of, name) => both(of?.ja ?? name, of?.en ?? name);

const taking = (attributes) =>
	element(
		"dl",
		{ class: "facts facts-large" },
		...attributes.map(({ name, title: of, value }) =>
			element("div", {}, element("dt", {}, title(of, name)), element("dd", {}, valueOf(name, value))),
		),
	);

/* Each as it was and as it will be; who hears the page hears which is which. */
const changes = (list) =>
	element(
		"ul",
		{ class: "held-list" },
		...list.map(({ name, title: of, before, after }) =>
			element(
				"li",
				{ class: "held" },
				element("p", { class: "label" }, title(of, name)),
				element(
					"p",
					{},
					element("span", { class: "aside" }, both("いま：", "Now: ")),
					before ? element("del", {}, valueOf(name, before)) : both("なし", "none"),
				),
				element(
					"p",
					{},
					element("span", { class: "aside" }, both("これから：", "Then: ")),
					after ? element("ins", {}, valueOf(name, after)) : both("なし", "none"),
				),
			),
		),
	);

function similar(flow) {
	const said = element("div", { class: "answer" });

	return element(
		"section",
		{ class: "told told-notice", "aria-labelledby": "similar" },
		element("h2", { id: "similar" }, both("同じ方のアカウントか、確かめてください", "Is it your account?")),
		paragraph(
			"一人に一つのアカウントにするため、このままでは登録できません。何も登録していません。次のどちらかで決まります。",
			"A person has one account, so it cannot go on like this. Nothing was kept. Either of these settles it.",
		),
		element(
			"ul",
			{ class: "ways" },
			element(
				"li",
				{ class: "way" },
				element(
					"div",
					{},
					element("h3", {}, both("そのアカウントにログインできる", "I can log in to that account")),
					aside(
						"ログインすると、ここへ戻り、そのアカウントに登録できます。",
						"Log in; you come back here, and it goes into that account.",
					),
					element(
						"div",
						{ class: "buttons" },
						action(["ログインして続ける", "Log in and go on"], async () => {
							const answer = await begin("/enrol/", null, {
								enrolment: flow.id,
							});

							if (answer)
								said.replaceChildren(trouble(answer));
						}),
					),
					said,
				),
			),
			element(
				"li",
				{ class: "way" },
				element(
					"div",
					{},
					element(
						"h3",
						{},
						both("ログインできない、または別の人のもの", "I cannot log in, or it is somebody else’s"),
					),
					aside(
						"運営者の窓口で、担当者が身分証明書を見て決めます。次の番号を伝えてください。",
						"A registrar settles it at the operator’s desk, by your ID. Quote this number:",
					),
					element("p", {}, element("code", {}, flow.id)),
				),
			),
		),
	);
}

/* Of an authenticator: what it is and, where that is not all, how it stands. */
function option({ id, kind, name, state }, notes, checked) {
	const [ja, en] = kindWords(kind);
	const named = kind !== "recovery" && name && name !== ja && name !== en;
	const badgeOf = (language) => stateBadge(state).querySelector(`[lang="${language}"]`).textContent;
	const all = [...(state === "active" ? [] : [[badgeOf("ja"), badgeOf("en")]]), ...notes];

	return {
		value: id,
		words: named ? [`${name}（${ja}）`, `${name} (${en})`] : [ja, en],
		hint: all.length > 0 ? [all.map(([one]) => one).join("・"), all.map(([, one]) => one).join(" · ")] : null,
		checked,
	};
}

/* What was lost is revoked in the same step; apps stand ticked, since most who come here have lost a phone. */
const lost = (authenticators) =>
	choice({
		name: "revoke",
		several: true,
		words: ["無効にするもの", "What to revoke"],
		hint: [
			"なくしたものを選んでください。元には戻せません。手もとにあるものは、選ばないでください。",
			"Choose what you have lost. It cannot be undone; leave out what you still have.",
		],
		options: authenticators.map((one) => option(one, [], one.kind === "app")),
	});

/* Who was at this browser before may have added what no proofing stands behind: that is ticked by the person alone. */
const kept = (authenticators) =>
	choice({
		name: "keep",
		several: true,
		words: ["これからもログインに使うもの", "What you keep to log in with"],
		hint: [
			"ご自分で登録したものだけを選んでください。選ばないものは無効になり、元には戻せません。",
			"Choose only what you added yourself. What you leave out is revoked for good.",
		],
		options: authenticators.map((one) =>
			option(
				one,
				[
					[`${dayIn("ja", one.issued)}に登録`, `added ${dayIn("en", one.issued)}`],
					...(unproved(one) ? [["本人確認の前に登録", "added before your identity was confirmed"]] : []),
				],
				!unproved(one),
			),
		),
	});

const dayIn = (language, at) => new Date(at).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
const unproved = ({ kind, binding }) => binding === "unconfirmed" && kind !== "card";

/* What accept takes of what was ticked. */
function chosen(reissues, authenticators, values) {
	if (authenticators.length === 0)
		return {};
	if (reissues)
		return { revoke: values.revoke };
	return {
		revoke: authenticators.map(({ id }) => id).filter((id) => !values.keep.includes(id)),
		keep: values.keep,
	};
}

export function review(flow) {
	const { attributes, changes: changed = [], account, number, authenticators = [] } = flow.enrolment.preview;
	const reissues = flow.reissue && authenticators.length > 0;
	const fields = authenticators.length > 0 ? [(reissues ? lost : kept)(authenticators)] : [];
	const words = reissues ? ["この内容で再発行へ進む", "Go on with this"] : ["この内容で登録する", "Take this over"];

	const stopping = action(["登録せずにやめる", "Stop without keeping it"], flow.restart, { quiet: true });
	const accepting = form({
		fields,
		words,
		async run(values) {
			const answer = await ask("POST", `${flow.path}/accept`, chosen(reissues, authenticators, values));

			if (answer.status === 409 && answer.json?.settle)
				return similar(flow);
			if (!answered(answer))
				return flow.trouble(answer);
			flow.prepare(answer.json.number, reissues ? "reissue" : account);
			return null;
		},
		beside: [stopping],
	});

	show(
		"review",
		{
			over: reissues ? ["再発行", "Replacing"] : ["登録", "Enrolling"],
			heading: ["登録する内容を確かめる", "Look at what is taken over"],
			lead: [
				"カードの確認ができました。まだ何も登録していません。",
				"The card was confirmed. Nothing has been kept yet.",
			],
		},
		progress(2),
		element(
			"p",
			{},
			badge(account === "similar" ? "notice" : "key", ...(accounts[account] ?? [account, account])),
			...(number ? [" ", element("code", {}, number)] : []),
		),
		...(attributes.length > 0
			? [
					element(
						"section",
						{ "aria-labelledby": "taken" },
						element("h2", { id: "taken" }, both("カードから受け取る情報", "What is taken from the card")),
						taking(attributes),
						aside(
							"受け取らないもの：マイナンバー（個人番号）、顔写真、暗証番号、電子証明書の発行番号。",
							"Not taken: your My Number, your photo, your PINs, and the certificate’s serial number.",
						),
					),
				]
			: []),
		...(changed.length > 0
			? [
					element(
						"section",
						{ "aria-labelledby": "changed" },
						element("h2", { id: "changed" }, both("変わるところ", "What changes")),
						changes(changed),
					),
				]
			: []),
		element(
			"section",
			{ "aria-labelledby": "then" },
			element("h2", { id: "then" }, both("このあと", "What happens then")),
			paragraph(
				"これらの情報は、あなたのアカウントだけに保存します。ほかのサービスに渡るのは、そのつどあなたが同意したときだけです。",
				"It is kept in your account alone. Another service gets it only when you agree, each time.",
			),
			...(account === "similar" ? [similar(flow), element("div", { class: "buttons" }, stopping)] : [accepting]),
		),
	);
}
