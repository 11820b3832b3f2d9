/* account/account.js - the account: one page whose parts stand behind the address's '#', what they share, and who has not logged in. */
import { answered, ask } from "/assets/ask.js";
import { aside, both, element, strongly } from "/assets/dom.js";
import { action, link } from "/assets/form.js";
import { begin, resumed } from "/assets/resume.js";
import { startLanguage } from "/assets/language.js";
import { say, show } from "/assets/view.js";
import { told, trouble } from "/assets/trouble.js";
import { authenticators } from "./authenticators.js";
import { consents } from "./consents.js";
import { contacts } from "./contacts.js";
import { history as past } from "./history.js";
import { overview } from "./overview.js";
import { personas } from "./personas.js";
import { settings } from "./settings.js";

/* Each part: its words, and what draws it. */
export const parts = {
	overview: { words: ["概要", "Overview"], draw: overview },
	authenticators: { words: ["認証手段", "Authenticators"], draw: authenticators },
	personas: { words: ["ペルソナと個人情報", "Personas and personal data"], draw: personas },
	contacts: { words: ["連絡先", "Contact addresses"], draw: contacts },
	consents: { words: ["情報の提供への同意", "Consents"], draw: consents },
	history: { words: ["これまでの出来事", "History"], draw: past },
	settings: { words: ["言語・ログアウト・消去", "Language, log out, erase"], draw: settings },
};

const state = { account: null, part: null, turn: 0, end: () => {} };

const whys = {
	change: [
		"この変更には、ご本人であることをもう一度確かめる必要があります。",
		"For this change, it has to be confirmed again that it is you.",
	],
	authenticator: [
		"これを追加するには、同じ強さ以上の方法でもう一度確かめる必要があります。",
		"To add this, it has to be confirmed that it is you, by a way at least as strong.",
	],
	erase: [
		"回復用コードだけでは、アカウントを消去できません。ほかの認証手段で、もう一度確かめる必要があります。手もとになければ、先に追加するか、マイナンバーカードで再発行してください。",
		"A recovery code alone does not erase an account. Confirm that it is you by another authenticator; if you have none, add one first, or replace it with your My Number card.",
	],
};
const personaWhy = [
	"表示していない情報を見たり選んだりするには、より確かな方法でもう一度確かめる必要があります。",
	"To see or choose what is not shown now, it has to be confirmed that it is you, by a surer way.",
];

/* Logging in on the way: where it leads back to is this page; what goes on there is kept in this tab. */
function login(words, why, doing, options) {
	const said = element("div", { class: "answer" });

	return element(
		"div",
		{ class: "stack" },
		element(
			"div",
			{ class: "buttons" },
			action(
				words,
				async () => {
					const answer = await begin("/account/", why, doing);

					if (answer)
						said.replaceChildren(trouble(answer));
				},
				options,
			),
		),
		said,
	);
}

/* What the parts share. */
const flow = {
	get account() {
		return state.account;
	},
	login,
	/* What to show for a refusal; `open` names what to come back to. */
	refused(answer, open = null) {
		const doing = { part: state.part, open };

		if (answer.status === 401)
			return told(
				["時間がたったため、ログアウトしました。", "You were logged out after a while."],
				["ログインすると、続きから行えます。", "Log in, and go on from here."],
				{ kind: "notice", more: [login(["ログインする", "Log in"], null, doing)] },
			);
		const why = answer.status === 403 ? answer.json?.step_up?.why : null;

		if (why)
			return told(
				whys[why] ?? personaWhy,
				["確かめたあと、この画面に戻ります。", "You come back here afterwards."],
				{
					kind: "notice",
					more: [login(["もう一度確かめて続ける", "Confirm and go on"], why, doing)],
				},
			);
		return trouble(answer);
	},
	/* Draws the part anew from what the server has now, and says what was done. */
	async again(said = null, open = null) {
		await load();
		await draw(open, said);
	},
	/* The answer to a change that tells the whole account. */
	take(account) {
		if (account?.number)
			state.account = account;
	},
	onEnd(end) {
		state.end = end;
	},
};

async function load() {
	const answer = await ask("GET", "/v1/account");

	if (answered(answer))
		state.account = answer.json;
	else if (answer.status === 401)
		state.account = null;
	return answer;
}

/* Views */

function stranger() {
	show(
		"stranger",
		{
			heading: ["自分のアカウントを見る", "Look at your account"],
			lead: [
				"ログインの手段、登録した情報、だれに何を渡したかを確かめ、変えられます。",
				"See and change how you log in, what is kept about you, and who was given what.",
			],
		},
		login(["ログインする", "Log in"], null, null),
		element(
			"section",
			{ "aria-labelledby": "not-yet" },
			element("h2", { id: "not-yet" }, both("ログインできないとき", "If you cannot log in")),
			element(
				"ul",
				{ class: "ways" },
				element(
					"li",
					{ class: "way" },
					element(
						"div",
						{},
						element(
							"a",
							{ class: "way-link", href: "/enrol/" },
							both("まだ登録していない", "I have not enrolled yet"),
						),
						aside(
							"マイナンバーカードで一度だけ本人確認をして、登録します。",
							"You prove once who you are, with your My Number card.",
						),
					),
				),
				element(
					"li",
					{ class: "way" },
					element(
						"div",
						{},
						element(
							"a",
							{ class: "way-link", href: "/enrol/#reissue" },
							both("スマートフォンや鍵をなくした", "I have lost my phone or key"),
						),
						aside(
							"カードで本人確認をして、新しい手段を登録し直します。",
							"Prove who you are with your card and register a new one.",
						),
					),
				),
			),
		),
	);
}

function unreached(answer) {
	show(
		"unreached",
		{ heading: ["アカウント", "Your account"] },
		trouble(answer),
		element("div", { class: "buttons" }, action(["もう一度試す", "Try again"], start)),
	);
}

const navigation = () =>
	element(
		"nav",
		{
			class: "parts",
			"aria-label": document.documentElement.lang === "en" ? "Your account" : "アカウント",
		},
		element(
			"ul",
			{},
			...Object.entries(parts).map(([name, { words }]) =>
				element(
					"li",
					{},
					element(
						"a",
						{
							href: `#${name}`,
							"aria-current": name === state.part ? "page" : null,
						},
						both(...words),
					),
				),
			),
		),
	);

function partOf(address) {
	const name = address.slice(1).split("/")[0];

	return parts[name] ? name : "overview";
}

async function draw(open = null, said = null) {
	const turn = ++state.turn;

	if (!state.account)
		return stranger();
	state.end();
	state.end = () => {};
	state.part = partOf(location.hash);
	const drawn = await parts[state.part].draw(flow, open);

	if (turn !== state.turn)
		return null;
	const note = said ? [element("div", { class: "told told-good" }, strongly(...said))] : [];

	show(
		`${state.part}-${turn}`,
		{
			over: state.part === "overview" ? null : ["アカウント", "Your account"],
			heading: drawn.heading,
			lead: drawn.lead,
		},
		...(state.part === "overview"
			? []
			: [
					element(
						"p",
						{ class: "back" },
						element("a", { href: "#overview" }, both("概要へ戻る", "Back to the overview")),
					),
				]),
		element("div", { class: "parted" }, navigation(), element("div", { class: "part" }, ...note, ...drawn.content)),
	);
	if (said)
		say(...said);
	const target = open && (document.getElementById(open) ?? document.querySelector(".opened-step"));

	if (target) {
		target.scrollIntoView({ block: "start" });
		(target.querySelector("h3, h4, summary") ?? target).focus({ preventScroll: true });
	}
	return null;
}

async function start() {
	const doing = resumed();
	const answer = await load();

	if (!answered(answer) && answer.status !== 401)
		return unreached(answer);
	if (doing?.part && state.account) {
		history.replaceState(null, "", `#${doing.part}`);
		return draw(
			doing.open,
			doing.open
				? ["ご本人であることを確かめました。続けてください。", "It was confirmed that it is you. Please go on."]
				: null,
		);
	}
	return draw();
}

/* After logging out, going back must not show what was. */
addEventListener("pageshow", (event) => event.persisted && location.reload());
addEventListener("hashchange", () => draw());
startLanguage();
start();
