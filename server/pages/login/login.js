/* login/login.js - logging in to somebody: who asks, how it can be shown that it is oneself, what is still missing, and back. */
import { answered, ask } from "/assets/ask.js";
import { both, element } from "/assets/dom.js";
import { action, link } from "/assets/form.js";
import { follow } from "/assets/live.js";
import { startLanguage } from "/assets/language.js";
import { trouble } from "/assets/trouble.js";
import { until } from "/assets/until.js";
import { say, show } from "/assets/view.js";
import { asker, headingFor } from "./asked.js";
import { noneLeft, panelOf, recommendedOf, somebodyElse, waysBelow } from "./ways.js";
import { missing, shownSoFar } from "./progress.js";

const state = { id: "", path: "", login: null, panel: null, way: null, looking: Promise.resolve(), finishing: false };
const still = ["まだログインしていません。", "You are not logged in yet."];

/* The address: #ID is the choice of ways, #ID/app one of them, so that going back goes back. */
function readAddress() {
	const [id, way = null] = location.hash.slice(1).split("/");

	return { id, way };
}

/* What each view needs of the rest. */
const flow = {
	get login() {
		return state.login;
	},
	get path() {
		return state.path;
	},
	trouble: (answer) => trouble(answer, { still, reference: state.id }),
	/* The login as the server has it now, after somebody or something moved it on. */
	async moved(login) {
		const before = state.login;

		/* What the end itself changes is no news. */
		if (state.finishing)
			return null;
		state.login = login;
		if (login.state !== "waiting")
			return ended(login.state);
		if (login.enough)
			return finish();
		if (login.shown.length > (before?.shown.length ?? 0)) {
			say("確認できました。あと一つ必要です。", "That was confirmed. One more is needed.");
			return choose();
		}
		return state.panel?.changed?.(login);
	},
	refresh,
	/* At its address already (it was first asked whose account it is), nobody would tell us. */
	open(way) {
		if (location.hash === `#${state.id}/${way}`)
			openWay(way);
		else
			location.hash = `${state.id}/${way}`;
	},
	choose,
	goOnWithLess: () => finish({ less: true }),
};

/* One look after the other: who has changed something and looks sees it, whatever else asks for a look meanwhile. */
function refresh() {
	state.looking = state.looking.then(look);
	return state.looking;
}

async function look() {
	const { path } = state;
	const answer = state.finishing ? null : await ask("GET", path);

	if (path !== state.path || state.finishing)
		return;
	if (answer.status === 404 || answer.status === 401)
		ended("over");
	else if (answered(answer))
		await flow.moved(answer.json);
}

/* Endings */

/* With its end the browser's cookie is gone, and for who comes back nobody knows the login: that it is done, this tab remembers. */
const doneName = "watashi-login-done";

function rememberDone() {
	try {
		sessionStorage.setItem(doneName, state.id);
	} catch {
		// storage switched off: whoever comes back is told that it cannot go on
	}
}

function isDone() {
	try {
		return state.id !== "" && sessionStorage.getItem(doneName) === state.id;
	} catch {
		return false;
	}
}

const endings = {
	done: [
		["このログインは、もう済んでいます", "This login is done"],
		[
			"ログインできています。もう一度行うときは、ログインを求めたページからお進みください。",
			"You were logged in. To log in again, begin at the page that asked for it.",
		],
	],
	refused: [
		["ログインは取りやめられました", "This login was stopped"],
		["ログインはしていません。相手には何も渡していません。", "You are not logged in, and nothing was passed on."],
	],
	over: [
		["このログインは続けられません", "This login cannot go on"],
		[
			"時間が過ぎたか、別のブラウザーで始めたログインです。何も変わっていません。ログインを求めたページから、もう一度お進みください。",
			"It took too long, or was begun in another browser. Nothing was changed. Please begin again at the page that asked for it.",
		],
	],
};

let stop = () => {};

function ended(how) {
	const known = how === "over" && isDone() ? "done" : how;
	const [heading, lead] = endings[known] ?? endings.over;

	stop();
	leavePanel();
	show(
		`ended-${known}`,
		{ heading, lead },
		element("div", { class: "buttons" }, link(["自分のアカウントを見る", "Look at my account"], "/account/")),
	);
}

/* Back to who asked; an address of the web, or a path of ours. */
function addressOf(location_) {
	const target = new URL(location_, location.href);

	return target.protocol === "https:" || target.origin === location.origin ? target.href : "/account/";
}

/* `body`: {}, or { less: true } for who goes on with less than was hoped for. */
async function finish(body = {}) {
	state.finishing = true;
	const answer = await ask("POST", `${state.path}/finish`, body);

	if (answered(answer)) {
		rememberDone();
		stop();
		leavePanel();
		show(
			"finished",
			{
				heading: ["ログインできました", "You are logged in"],
				lead: ["続きの画面へ移ります。", "You are being taken on."],
			},
			element("div", { class: "buttons" }, link(["続ける", "Continue"], addressOf(answer.json.location))),
		);
		location.assign(addressOf(answer.json.location));
		return;
	}
	state.finishing = false;
	if (answer.status === 403 && answer.json?.unmet) {
		const { unmet, ways = state.login.ways, less = false, proofing = null } = answer.json;

		state.login = { ...state.login, unmet, ways, less, proofing };
		choose();
	} else {
		choose(flow.trouble(answer));
	}
}

async function cancel() {
	const answer = await ask("POST", `${state.path}/cancel`, {});

	if (answered(answer))
		location.assign(addressOf(answer.json.location));
	else
		ended("over");
}

/* Views */

function leavePanel() {
	state.panel?.end?.();
	state.panel = null;
	state.way = null;
}

const foot = () =>
	element(
		"div",
		{ class: "foot" },
		action(["ログインをやめる", "Do not log in"], cancel, { quiet: true }),
		until(state.login.until, () => ended("over"), ["このログインは", "This login: "]),
	);

/* What the card alone brings, no other way does. */
const leadsToCard = ({ proofing, shown }) => proofing !== null && shown.length > 0;

/* One recommended way large, with what it needs; the others below. */
function choose(...notes) {
	const { login } = state;

	leavePanel();
	if (location.hash !== `#${state.id}`)
		history.replaceState(null, "", `#${state.id}`);
	const recommended = leadsToCard(login) ? null : recommendedOf(flow);

	state.panel = recommended;
	show(
		`choose-${login.shown.length}${login.claimed ? "-said" : ""}`,
		{ heading: headingFor(login) },
		asker(login),
		...notes,
		...shownSoFar(login),
		...missing(flow),
		...(recommended ? [recommended.node] : []),
		...(leadsToCard(login) ? [] : waysBelow(flow)),
		...somebodyElse(flow),
		...noneLeft(flow),
		foot(),
	);
	recommended?.begun?.();
}

function openWay(way) {
	leavePanel();
	state.way = way;
	state.panel = panelOf(flow, way);
	if (!state.panel)
		return choose();
	const { node, heading, lead, begun } = state.panel;

	show(
		`way-${way}`,
		{ over: headingFor(state.login), heading, lead },
		node,
		element(
			"p",
			{ class: "back" },
			element("a", { href: `#${state.id}` }, both("ほかの方法を選ぶ", "Choose another way")),
		),
		foot(),
	);
	return begun?.();
}

function route() {
	const { id, way } = readAddress();

	if (id !== state.id)
		return start();
	return way === null ? choose() : openWay(way);
}

async function start() {
	const { id, way } = readAddress();

	stop();
	leavePanel();
	state.finishing = false;
	state.id = id;
	state.path = `/v1/login/${id}`;
	state.login = null;
	if (!/^[0-9a-f]{32}$/.test(id))
		return ended("over");
	const answer = await ask("GET", state.path);

	if (answer.status === 0 || answer.status >= 500) {
		return show(
			"unreached",
			{ heading: ["ログインする", "Log in"] },
			trouble(answer, { still }),
			element("div", { class: "buttons" }, action(["もう一度試す", "Try again"], start)),
		);
	}
	if (!answered(answer) || answer.json.state !== "waiting")
		return ended(answer.json?.state ?? "over");
	state.login = answer.json;
	stop = follow(`${state.path}/events`, ["changed"], refresh);
	if (answer.json.enough)
		return finish();
	return way === null ? choose() : openWay(way);
}

/* A page come back to from the browser's memory shows what was; the server knows what is. */
addEventListener("pageshow", (event) => event.persisted && location.reload());
addEventListener("hashchange", route);
startLanguage();
start();
