/* assets/adding/recovery.js - codes for the day everything else is lost: shown once, to be printed or copied. */
import { answered, ask } from "../ask.js";
import { both, element, paragraph, strongly } from "../dom.js";
import { action } from "../form.js";
import { copyButton } from "../copy.js";

const path = "/v1/account/authenticators/recovery";

/* On paper there is nothing but the codes and what they are for. */
function print() {
	const root = document.documentElement;

	root.dataset.print = "codes";
	addEventListener("afterprint", () => delete root.dataset.print, { once: true });
	globalThis.print();
}

/* `had`: there are codes already, which these replace. */
export function addRecovery(host, had = false) {
	const place = element("div", { class: "stack" });
	const said = element("div", { class: "answer" });

	async function make() {
		const answer = await ask("POST", path, {});

		if (!answered(answer)) {
			said.replaceChildren(host.refused(answer, "add-recovery"));
			return;
		}
		const { codes } = answer.json;
		const heading = element("h3", { tabindex: "-1" }, both("回復用コード", "Your recovery codes"));

		place.replaceChildren(
			element(
				"div",
				{ class: "codes-paper" },
				heading,
				paragraph(
					`それぞれ一度だけ使えます。表示するのは、いまだけです。作成：${new Date().toLocaleDateString("ja-JP")}`,
					`Each can be used once. They are shown only now. Made on ${new Date().toLocaleDateString("en-GB")}.`,
				),
				element("ul", { class: "codes" }, ...codes.map((code) => element("li", {}, element("code", {}, code)))),
				element("p", { class: "paper-only" }, location.origin),
			),
			paragraph(
				"印刷するか書き写して、スマートフォンとは別の、安全な場所にしまってください。",
				"Print or copy them, and keep them in a safe place away from your phone.",
			),
			element(
				"div",
				{ class: "buttons" },
				action(["印刷する", "Print"], print, { quiet: true }),
				copyButton(() => codes.join("\n"), ["回復用コード", "the recovery codes"]),
				action(["しまいました", "I have stored them"], () =>
					host.added(null, ["回復用コードを作りました", "Recovery codes were made"]),
				),
			),
		);
		heading.focus();
	}

	place.append(
		paragraph(
			"スマートフォンも鍵もなくしたときに、1つずつ使ってログインするコードを10個作ります。",
			"Makes ten codes; each logs you in once, for when phone and keys are lost.",
		),
		...(had
			? [
					strongly("前に作ったコードは、すべて使えなくなります。", "All codes made before stop working."),
					paragraph(
						"前のコードでログインしたほかの端末やブラウザーは、ログアウトします。この画面でのログインは続きます。",
						"Other devices and browsers that were logged in with one of them are logged out. Here you stay logged in.",
					),
				]
			: []),
		element("div", { class: "buttons" }, action(["回復用コードを作る", "Make recovery codes"], make)),
		said,
	);
	return place;
}
