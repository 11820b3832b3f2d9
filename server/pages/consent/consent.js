/* consent/consent.js - a service asks who somebody is: who it is, as whom one comes, what it is told; then yes or no, and back to it. */
import { answered, ask } from "/assets/ask.js";
import { aside, both, element, paragraph, section } from "/assets/dom.js";
import { action, choice, link } from "/assets/form.js";
import { startLanguage } from "/assets/language.js";
import { keepOnward } from "/assets/onward.js";
import { time } from "/assets/time.js";
import { told, trouble } from "/assets/trouble.js";
import { until } from "/assets/until.js";
import { show } from "/assets/view.js";
import { personaWords } from "/assets/words.js";
import { itemsOf, withheldItems } from "./items.js";
import { learns } from "./learns.js";
import { inBoth, nameOf, who } from "./who.js";

const state = { id: "", path: "" };
const still = ["まだ何も渡していません。", "Nothing has been passed on yet."];

/* Endings */

function over() {
	show(
		"over",
		{
			heading: ["この依頼は続けられません", "This request cannot go on"],
			lead: [
				"時間が過ぎたか、済んだか、別のブラウザーで始めた依頼です。ここからは何も渡しません。サービスのページから、もう一度お進みください。",
				"It took too long, is done, or was begun in another browser. Nothing is passed on from here. Please begin again at the service’s own page.",
			],
		},
		element("div", { class: "buttons" }, link(["同意したものを見る", "See what I have agreed to"], "/account/#consents")),
	);
}

/* The server finds out what is to be done where nobody is logged in as the service requires. Sent there twice in a row for one request, a
 * browser would go in circles. */
const sentName = "watashi-sign-on-led";

function lead() {
	const path = `/oidc/continue/${state.id}`;

	try {
		if (sessionStorage.getItem(sentName) === state.id)
			return over();
		sessionStorage.setItem(sentName, state.id);
	} catch {
		return over(); // storage switched off: nobody could tell the second time
	}
	return location.replace(path);
}

function forgetLed() {
	try {
		sessionStorage.removeItem(sentName);
	} catch {
		// nothing was kept
	}
}

/* Answering */

/* `place` shows why it was not taken. */
async function answer(place, word, body) {
	const given = await ask("POST", `${state.path}/${word}`, body);

	if (answered(given))
		location.assign(new URL(given.json.location, location.origin).href);
	else if (given.status === 404)
		over();
	else if (given.status === 403)
		lead();
	else
		place.replaceChildren(trouble(given, { still, reference: state.id }));
}

/* As whom */

const of = (asked, persona) => asked.personas.find((one) => one.persona === persona);

function lacking({ withheld }) {
	const needed = withheld.filter((one) => one.required).map(({ name, title }) => inBoth(title) ?? [name, name]);

	return [
		`このサービスに必要な情報（${needed.map(([ja]) => ja).join("、")}）を渡せないため、選べません。`,
		`Not to be had: the service needs what this persona has not (${needed.map(([, en]) => en).join(", ")}).`,
	];
}

const whyNot = {
	level: () => [
		"いまのログインだけでは足りません。選ぶと、もう一段確かめてから、渡す情報をお見せします。",
		"What you logged in with is not enough for it: you confirm once more who you are, and then see what would be told.",
	],
	lacks: lacking,
};

/* Which others there are, and why some are not to be had. */
function personaChoice(asked, changed) {
	const made = choice({
		name: "persona",
		words: ["どの立場で利用しますか", "As which of your personas?"],
		hint: [
			"立場（ペルソナ）ごとに、別の人として見分けられます。立場どうしは結びつきません。",
			"The service knows each persona as another person, and cannot tell that they are one.",
		],
		options: asked.personas.map((one) => ({
			value: one.persona,
			words: personaWords(one.persona),
			hint: one.why_not ? whyNot[one.why_not](one) : null,
			checked: one.persona === asked.persona,
		})),
	});

	for (const input of made.node.querySelectorAll("input")) {
		if (of(asked, input.value).why_not === "lacks")
			input.setAttribute("disabled", "");
		input.addEventListener("change", () => changed(input.value));
	}
	return made.node;
}

function onlyPersona(asked) {
	const [ja, en] = personaWords(asked.personas[0].persona);

	return paragraph(
		["立場（ペルソナ）：", element("strong", {}, ja)],
		["Your persona here: ", element("strong", {}, en)],
	);
}

/* Views */

function before({ remembered }) {
	if (!remembered)
		return [];
	const [ja, en] = personaWords(remembered.persona);

	return [
		aside(
			[`前に「${ja}」として同意しています（`, time(remembered.given), "）。いまの内容を、もう一度確かめてください。"],
			[`You agreed before as “${en}” (`, time(remembered.given), "). Please look at what it is now."],
		),
	];
}

const refuse = (place) => action(["渡さずにやめる", "Refuse"], () => answer(place, "deny", {}), { quiet: true });

/* Whoever adds there what lacks goes on here. */
function personasLink(words) {
	const way = element("a", { href: "/account/#personas" }, words);

	way.addEventListener("click", () => keepOnward(`${location.pathname}${location.hash}`));
	return way;
}

/* Of one that takes more, or cannot be had, nothing is shown. */
function shut(asked, one, place) {
	if (one.why_not === "lacks") {
		return [
			told(["この立場では利用できません。", "The service cannot be used as this persona."], lacking(one), {
				still,
				kind: "notice",
				more: [
					paragraph(
						["アカウントの", personasLink("「ペルソナと個人情報」"), "で情報を加えてから、この画面に戻れます。"],
						["You can add what lacks under ", personasLink("“Personas” of your account"), ", and come back here."],
					),
				],
			}),
			place,
			element("div", { class: "buttons" }, refuse(place)),
		];
	}
	return [
		told(
			["この立場には、もう一段の確認が必要です。", "This persona takes one more confirmation."],
			[
				"確かめたあと、この画面に戻り、渡す情報を選べます。",
				"Afterwards you come back here, and choose what is told.",
			],
			{ still, kind: "notice" },
		),
		place,
		element(
			"div",
			{ class: "buttons" },
			action(["もう一度確かめて続ける", "Confirm and go on"], () =>
				answer(place, "agree", { purpose: asked.purpose, persona: one.persona, items: [] }),
			),
			refuse(place),
		),
	];
}

function open(asked, one, place) {
	const whole = learns(asked, one.persona);
	const items = itemsOf(one, () => whole.tell(items.titles()));

	whole.tell(items.titles());
	return [
		section("items", "渡す情報", "What is told", items.node, ...withheldItems(one.withheld)),
		whole.node,
		element(
			"div",
			{ class: "stack" },
			paragraph(
				[
					"この選択は覚えておき、求められるものが変わるまで、もう聞きません。アカウントの",
					element("a", { href: "/account/#consents" }, "「情報の提供への同意」"),
					"で、いつでも取り消せます。",
				],
				[
					"This is remembered, and you are not asked again until more is asked for. You can withdraw it at any time under ",
					element("a", { href: "/account/#consents" }, "“Consents” of your account"),
					".",
				],
			),
			place,
			element(
				"div",
				{ class: "buttons" },
				action(["この内容で渡して、続ける", "Allow, and go on"], () =>
					answer(place, "agree", { purpose: asked.purpose, persona: one.persona, items: items.names() }),
				),
				refuse(place),
			),
		),
	];
}

function draw(asked) {
	const name = nameOf(asked);
	const rest = element("div", { class: "part" });
	const as = (persona) => {
		const one = of(asked, persona);
		const place = element("div", { class: "answer" });

		rest.replaceChildren(...(one.possible ? open(asked, one, place) : shut(asked, one, place)));
	};

	as(asked.persona);
	show(
		"consent",
		{
			heading: [`${name[0]}に渡す情報を選ぶ`, `Choose what ${name[1]} is told`],
			lead: [
				"このサービスが、ログインのために次の情報を求めています。",
				"To log you in, the service asks for what follows.",
			],
		},
		who(asked),
		...before(asked),
		asked.personas.length > 1 ? personaChoice(asked, as) : onlyPersona(asked),
		rest,
		element(
			"div",
			{ class: "foot" },
			element(
				"p",
				{ class: "aside" },
				both(["アカウント ", element("code", {}, asked.person.number)], ["Account ", element("code", {}, asked.person.number)]),
			),
			until(asked.until, over, ["この依頼は", "This request: "]),
		),
	);
}

async function start() {
	state.id = location.hash.slice(1);
	state.path = `/v1/sign-on/${state.id}`;
	if (!/^[0-9a-f]{32}$/.test(state.id))
		return over();
	const looked = await ask("GET", state.path);

	if (looked.status === 0 || looked.status >= 500)
		return show(
			"unreached",
			{ heading: ["渡す情報を確かめる", "See what a service is told"] },
			trouble(looked, { still }),
			element("div", { class: "buttons" }, action(["もう一度試す", "Try again"], start)),
		);
	if (looked.status === 403)
		return lead();
	if (!answered(looked))
		return over();
	forgetLed();
	return draw(looked.json);
}

/* A page come back to from the browser's memory shows what was; the server knows what is. */
addEventListener("pageshow", (event) => event.persisted && location.reload());
addEventListener("hashchange", start);
startLanguage();
start();
