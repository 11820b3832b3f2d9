/* login/ways.js - the ways there are to log in: which is recommended, which need to know whose account it is, and the list of the
 * others. A way's panel is { node, heading, lead, begun(), changed(login), end() }. */
import { aside, both, element, paragraph } from "/assets/dom.js";
import { action, link } from "/assets/form.js";
import { picture, wayWords } from "/assets/means.js";
import { appPanel } from "./phone.js";
import { cardPanel } from "./card.js";
import { codePanel, recoveryPanel } from "./code.js";
import { passkeyPanel } from "./passkey.js";
import { whoForm } from "./who.js";

/* `claimed`: it needs to be said whose account it is before it can begin. */
const panels = {
	passkey: { make: passkeyPanel, claimed: false },
	app: { make: appPanel, claimed: true },
	card: { make: cardPanel, claimed: false },
	code: { make: codePanel, claimed: true },
	recovery: { make: recoveryPanel, claimed: true },
};

const isKnown = ({ claimed, person }) => claimed || person !== null;
const isOpen = (login, way) => !panels[way].claimed || isKnown(login);
const offered = ({ ways }) => ways.filter(({ way }) => panels[way]);

/* null: there is no such way here. One that needs to know whose account it is asks that first, then goes on. */
export function panelOf(flow, way) {
	if (!panels[way] || !flow.login.ways.some((one) => one.way === way))
		return null;
	const [title, text] = wayWords(way);

	if (!isOpen(flow.login, way)) {
		return {
			heading: ["どなたのアカウントですか", "Whose account is it?"],
			lead: [
				`${title[0]}を使うために、登録の番号かメールアドレスを教えてください。`,
				`To use “${title[1]}”, say which account it is by its number or mail address.`,
			],
			node: whoForm(flow, () => flow.open(way), false),
		};
	}
	return { heading: title, lead: text, ...panels[way].make(flow) };
}

function hint({ enough }) {
	return enough === false
		? aside(
				"これだけでは足りません。ほかの方法と合わせて使えます。",
				"Not enough by itself; it counts together with another.",
			)
		: "";
}

/* What stands first. Who said whose account it is has passed over what needs no such word: then it is the first of what does. */
function firstOf(login) {
	const all = offered(login);
	const said = login.claimed && login.person === null && all.find(({ way }) => panels[way].claimed);

	return said || all.find(({ recommended }) => recommended) || all[0];
}

/* The first screen's large part: what is pressed at once, or the question whose account it is. */
export function recommendedOf(flow) {
	const one = firstOf(flow.login);

	if (!one) {
		return { node: paragraph("ここで使える認証手段がありません。", "There is no way to log in here.") };
	}
	const [title, text, button] = wayWords(one.way);
	const heading = element(
		"div",
		{ class: "way-head" },
		picture(one.way),
		element("h2", { id: "recommended" }, both(...title)),
	);

	if (!isOpen(flow.login, one.way)) {
		return {
			way: one.way,
			node: element(
				"section",
				{ class: "way way-large", "aria-labelledby": "recommended" },
				heading,
				paragraph(...text),
				whoForm(flow, () => flow.open(one.way), false),
			),
		};
	}
	if (one.way === "passkey") {
		const panel = passkeyPanel(flow, !isKnown(flow.login));

		return {
			...panel,
			way: "passkey",
			node: element(
				"section",
				{ class: "way way-large", "aria-labelledby": "recommended" },
				heading,
				paragraph(...text),
				hint(one),
				panel.node,
			),
		};
	}
	return {
		way: one.way,
		node: element(
			"section",
			{ class: "way way-large", "aria-labelledby": "recommended" },
			heading,
			paragraph(...text),
			hint(one),
			element(
				"div",
				{ class: "buttons" },
				action(button, () => flow.open(one.way)),
			),
		),
	};
}

/* A browser may remember somebody else, and numbers are mistyped. */
export function somebodyElse(flow) {
	const { claimed, shown, person } = flow.login;

	if (!claimed || shown.length > 0)
		return [];
	return [
		element(
			"details",
			{},
			element(
				"summary",
				{},
				person
					? both("別のアカウントでログインする", "Log in to another account")
					: both("番号やメールアドレスを入れ直す", "Enter another number or address"),
			),
			element(
				"div",
				{ class: "inner" },
				whoForm(flow, () => flow.choose(), false),
			),
		),
	];
}

/* Nobody is locked out for good: the card brings back in who has nothing else left. */
export function noneLeft({ login }) {
	if (login.shown.length > 0)
		return [];
	return [
		element(
			"details",
			{},
			element("summary", {}, both("どれも使えないとき", "If you can use none of these")),
			element(
				"div",
				{ class: "inner" },
				paragraph(
					"なくしたときや壊れたときは、マイナンバーカードで本人確認をすると、登録し直せます。ここでのログインは、そのあとでやり直してください。",
					"If what you log in with is lost or broken, prove who you are with your My Number card and register something new. Then begin this login again.",
				),
				element(
					"div",
					{ class: "buttons" },
					link(["カードで再発行する", "Replace it with my card"], "/enrol/#reissue"),
					link(["まだ登録していない", "I have not enrolled yet"], "/enrol/"),
				),
			),
		),
	];
}

const oneOf = (words) => new Intl.ListFormat("en", { type: "disjunction" }).format(words);

/* Those that can begin at once as a list; before them the question whose account it is, while some cannot. */
export function waysBelow(flow) {
	const first = firstOf(flow.login);
	const others = offered(flow.login).filter((one) => one !== first);
	const open = others.filter(({ way }) => isOpen(flow.login, way));
	const shut = others.filter(({ way }) => !isOpen(flow.login, way));

	if (others.length === 0)
		return [];
	return [
		element(
			"section",
			{ "aria-labelledby": "others" },
			element("h2", { id: "others" }, both("ほかの方法", "Other ways")),
			...(open.length > 0
				? [
						element(
							"ul",
							{ class: "ways" },
							...open.map((one) => {
								const [title, text] = wayWords(one.way);

								return element(
									"li",
									{ class: "way" },
									picture(one.way),
									element(
										"div",
										{},
										element(
											"a",
											{
												class: "way-link",
												href: `#${flow.path.split("/").pop()}/${one.way}`,
											},
											both(...title),
										),
										aside(...text),
										hint(one),
									),
								);
							}),
						),
					]
				: []),
			...(shut.length > 0 && panels[first.way].claimed === false
				? [
						element(
							"div",
							{ class: "way way-who" },
							element(
								"h3",
								{},
								both(
									`${shut.map(({ way }) => wayWords(way)[0][0]).join("・")}でログインする`,
									`Log in with ${oneOf(shut.map(({ way }) => wayWords(way)[0][1].toLowerCase()))}`,
								),
							),
							whoForm(flow, () => flow.choose(), true),
						),
					]
				: []),
		),
	];
}
