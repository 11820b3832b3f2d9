/* account/contacts.js - where important notices go: addresses, confirmed by a code that was sent there. */
import { answered, ask } from "/assets/ask.js";
import { badge, both, element, paragraph, strongly } from "/assets/dom.js";
import { action, field, form } from "/assets/form.js";
import { time } from "/assets/time.js";

const path = "/v1/account/contacts";

async function change(flow, open, done, ...request) {
	const answer = await ask(...request);

	if (!answered(answer))
		return flow.refused(answer, open);
	flow.take(answer.json);
	await flow.again(done, open);
	return null;
}

function confirming(flow, address) {
	const code = field({
		name: "code",
		words: ["届いたコード", "The code that arrived"],
		autocomplete: "one-time-code",
		inputmode: "numeric",
		maxlength: "20",
		class: "code-input",
		hint: [
			"メールに書かれた数字。届かないときは、迷惑メールの中も確かめてください。",
			"The digits in the mail. If none arrives, look among the junk mail, too.",
		],
		missing: ["コードを入力してください。", "Please enter the code."],
	});

	return form({
		fields: [code],
		words: ["この連絡先を確かめる", "Confirm this address"],
		run: (values) =>
			change(
				flow,
				"addresses",
				["連絡先を確かめました", "The address was confirmed"],
				"POST",
				`${path}/confirm`,
				{ address, code: values.code.normalize("NFKC").replace(/[\s-]/g, "") },
			),
		beside: [
			action(
				["コードをもう一度送る", "Send the code again"],
				async () =>
					change(flow, "addresses", ["コードを送りました", "The code was sent"], "POST", path, { address }),
				{ quiet: true },
			),
		],
	});
}

function contact(flow, { address, confirmed, added }, last) {
	const place = element("div", { class: "answer" });
	const ask_ = () =>
		place.replaceChildren(
			element(
				"div",
				{ class: "opened-step" },
				paragraph(
					"この連絡先には、もう何も届かなくなります。ログインのときの名前としても使えなくなります。",
					"Nothing is sent there any more, and it no longer says which account is yours.",
				),
				...(last
					? [
							strongly(
								"ただ一つの連絡先です。なくすと、見知らぬ変更があってもお知らせできません。",
								"It is the only one: without it, you cannot be told of changes that were not yours.",
							),
						]
					: []),
				form({
					fields: [],
					words: ["この連絡先を消す", "Remove this address"],
					danger: true,
					run: () =>
						change(flow, "addresses", ["連絡先を消しました", "The address was removed"], "DELETE", path, {
							address,
						}),
					beside: [
						action(["やめる", "Cancel"], () => place.replaceChildren(), {
							quiet: true,
						}),
					],
				}),
			),
		);

	return element(
		"li",
		{ class: "held" },
		element("p", { class: "held-value" }, address),
		element(
			"p",
			{ class: "held-source" },
			confirmed
				? badge("good", "確認ずみ", "Confirmed")
				: badge("waiting", "まだ確認していません", "Not confirmed yet"),
			element("span", { class: "aside" }, time(added)),
		),
		...(confirmed ? [] : [confirming(flow, address)]),
		element("div", { class: "buttons" }, action(["消す", "Remove"], ask_, { quiet: true, of: [address, address] })),
		place,
	);
}

export function contacts(flow) {
	const { contacts: all } = flow.account;
	const address = field({
		name: "address",
		words: ["メールアドレス", "Mail address"],
		type: "email",
		autocomplete: "email",
		autocapitalize: "none",
		inputmode: "email",
		maxlength: "254",
		missing: ["メールアドレスを入力してください。", "Please enter a mail address."],
		check: (value) =>
			/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value.normalize("NFKC"))
				? null
				: [
						"メールアドレスの形ではありません。例：taro@example.jp",
						"It does not look like a mail address, such as taro@example.jp.",
					],
	});

	return {
		heading: ["連絡先", "Contact addresses"],
		lead: [
			"認証手段の追加や停止など、大切な変更があったときにお知らせします。確認ずみの連絡先は、ログインのときの名前としても使えます。",
			"You are told here when something important changes, such as an authenticator being added. A confirmed one also says which account is yours when you log in.",
		],
		content: [
			element(
				"section",
				{ id: "addresses", "aria-labelledby": "addresses-heading" },
				element(
					"h2",
					{ id: "addresses-heading", tabindex: "-1" },
					both("登録している連絡先", "Your addresses"),
				),
				all.length > 0
					? element("ul", { class: "held-list" }, ...all.map((one) => contact(flow, one, all.length === 1)))
					: paragraph("まだありません。", "None yet."),
			),
			...(all.length < 4
				? [
						element(
							"section",
							{ "aria-labelledby": "new" },
							element("h2", { id: "new" }, both("連絡先を加える", "Add an address")),
							form({
								fields: [address],
								words: ["確認のコードを送る", "Send a code to confirm it"],
								run: (values) =>
									change(
										flow,
										"addresses",
										["確認のコードを送りました", "A code was sent"],
										"POST",
										path,
										values,
									),
							}),
						),
					]
				: [paragraph("連絡先は四つまでです。", "There can be four at most.")]),
		],
	};
}
