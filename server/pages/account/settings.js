/* account/settings.js - the language one is written to in, logging out, and erasing the account. */
import { answered, ask } from "/assets/ask.js";
import { aside, both, element, paragraph } from "/assets/dom.js";
import { choice, field, form, tick } from "/assets/form.js";
import { show } from "/assets/view.js";

const plain = (number) =>
	number
		.normalize("NFKC")
		.toUpperCase()
		.replace(/[^0-9A-Z]/g, "")
		.replaceAll("O", "0")
		.replaceAll("I", "1")
		.replaceAll("L", "1");

function language(flow) {
	return element(
		"section",
		{ "aria-labelledby": "language" },
		element("h2", { id: "language" }, both("お知らせの言語", "Language of notices")),
		form({
			fields: [
				choice({
					name: "language",
					words: ["メールなどのことば", "Mails and notices are written in"],
					options: [
						{
							value: "ja",
							words: ["日本語", "Japanese"],
							checked: flow.account.language === "ja",
						},
						{
							value: "en",
							words: ["英語", "English"],
							checked: flow.account.language === "en",
						},
					],
				}),
			],
			words: ["この言語にする", "Use this language"],
			async run(values) {
				const answer = await ask("PUT", "/v1/account/language", values);

				if (!answered(answer))
					return flow.refused(answer);
				await flow.again(["お知らせの言語を変えました", "The language of notices was changed"]);
				return null;
			},
		}),
		aside(
			"この画面のことばは、上の「日本語・English」で切り替えます。",
			"The language of these pages is switched at the top.",
		),
	);
}

function logout(flow) {
	return element(
		"section",
		{ "aria-labelledby": "logout" },
		element("h2", { id: "logout" }, both("ログアウト", "Log out")),
		form({
			fields: [
				tick({
					name: "all",
					words: [
						"ほかの端末やブラウザーでも、すべてログアウトする",
						"Log out on all other devices and browsers, too",
					],
				}),
			],
			words: ["ログアウトする", "Log out"],
			async run({ all }) {
				const answer = await ask("POST", "/v1/account/logout", { all });

				if (!answered(answer) && answer.status !== 401)
					return flow.refused(answer);
				show(
					"left",
					{
						heading: ["ログアウトしました", "You are logged out"],
						lead: all
							? [
									"ほかの端末とブラウザーでも、ログアウトしました。",
									"On all other devices and browsers, too.",
								]
							: ["このブラウザーでのログインを終えました。", "In this browser."],
					},
					element(
						"div",
						{ class: "buttons" },
						element(
							"a",
							{ class: "button button-quiet", href: "/" },
							both("はじめの画面へ", "To the front page"),
						),
					),
				);
				return null;
			},
		}),
	);
}

function erase(flow) {
	const number = field({
		name: "number",
		words: ["確かめるため、あなたの番号を入力してください", "To confirm, type your number"],
		autocomplete: "off",
		autocapitalize: "characters",
		maxlength: "20",
		class: "code-input",
		hint: [`あなたの番号：${flow.account.number}`, `Your number: ${flow.account.number}`],
		missing: ["番号を入力してください。", "Please type your number."],
		check: (value) =>
			plain(value) === plain(flow.account.number)
				? null
				: ["番号が違います。何も消していません。", "That is not your number. Nothing was erased."],
	});

	return element(
		"section",
		{ id: "erase", "aria-labelledby": "erase-heading" },
		element("h2", { id: "erase-heading", tabindex: "-1" }, both("アカウントの消去", "Erase the account")),
		element(
			"details",
			{},
			element("summary", {}, both("アカウントを消去する", "Erase my account")),
			element(
				"div",
				{ class: "inner" },
				paragraph("次のものを消します。元には戻せません。", "This is erased, and cannot be brought back:"),
				element(
					"ul",
					{},
					element(
						"li",
						{},
						both(
							"個人情報、連絡先、認証手段、同意と出来事の記録",
							"personal data, addresses, authenticators, consents and history",
						),
					),
					element(
						"li",
						{},
						both(
							"ログイン。どの方法でも、このアカウントには入れなくなります",
							"the login: no way leads into this account any more",
						),
					),
				),
				paragraph(
					"残るものは、台帳にある、だれのものか分からない証明だけです。すでにほかのサービスへ渡した情報は、そのサービスに残ることがあります。",
					"What stays are proofs in the ledger that tell nothing of whose they are. What other services got already may stay with them.",
				),
				form({
					fields: [number],
					words: ["アカウントを消去する", "Erase my account"],
					danger: true,
					async run(values) {
						const answer = await ask("POST", "/v1/account/erase", values);

						if (!answered(answer))
							return flow.refused(answer, "erase");
						show(
							"erased",
							answer.json?.unread ? erasedInPart(answer.json.unread) : erasedWhole,
							element(
								"div",
								{ class: "buttons" },
								element(
									"a",
									{ class: "button button-quiet", href: "/" },
									both("はじめの画面へ", "To the front page"),
								),
							),
						);
						return null;
					},
				}),
			),
		),
	);
}

const erasedWhole = {
	heading: ["アカウントを消去しました", "The account was erased"],
	lead: [
		"個人情報と認証手段を消しました。また使うときは、新しく登録できます。",
		"Your data and authenticators are gone. You can enrol anew at any time.",
	],
};

const erasedInPart = (unread) => ({
	heading: ["アカウントを消去しましたが、残りがあるかもしれません", "The account was erased, but something may be left"],
	lead: [
		`このアカウントにはもう入れません。ただし、読み取れない記録が${unread}件あったため、その記録だけが指していたものが残っているかもしれません。サービスの窓口にお知らせください。`,
		`Nobody can log in to it any more. But ${unread} of its records could not be read, so what only these led to may be left. Please tell the service.`,
	],
});

export function settings(flow) {
	return {
		heading: ["言語・ログアウト・消去", "Language, log out, erase"],
		content: [language(flow), logout(flow), erase(flow)],
	};
}
