/* logout/logout.js - a service asks that the person be logged out here, too: yes or no; and what it looks like afterwards. */
import { answered, ask } from "/assets/ask.js";
import { aside, element, paragraph } from "/assets/dom.js";
import { action, link } from "/assets/form.js";
import { startLanguage } from "/assets/language.js";
import { show } from "/assets/view.js";
import { trouble } from "/assets/trouble.js";

const still = ["まだログインしたままです。", "You are still logged in."];

function done() {
	show(
		"done",
		{
			heading: ["ログアウトしました", "You are logged out"],
			lead: [
				"このブラウザーでは、Watashiにログインしていません。ここからログインした各サービスにも、ログアウトを知らせています。",
				"Nobody is logged in to Watashi in this browser. The services you logged in to from here are being told.",
			],
		},
		aside(
			"サービスによっては、そのサービスの画面でもログアウトが必要です。共用の端末では、ブラウザーの窓もすべて閉じてください。",
			"Some services have to be logged out of on their own pages, too. On a shared device, close all windows of the browser.",
		),
		element("div", { class: "buttons" }, link(["アカウントを見る", "See your account"], "/account/")),
	);
}

/* A name in one language only stands for both. */
function named({ ja, en }) {
	return [ja || en, en || ja];
}

function question({ client, returns }, wish) {
	const [ja, en] = client === null ? ["サービス", "A service"] : named(client).map((name, i) => (i ? `“${name}”` : `「${name}」`));
	const leave = async () => {
		const answer = await ask("POST", "/v1/logout", wish);

		if (answered(answer)) location.replace(answer.json.location);
		else question.trouble(trouble(answer, { still }));
	};
	const told = element("div", {});

	question.trouble = (what) => told.replaceChildren(what);
	show(
		"ask",
		{
			heading: ["Watashiからもログアウトしますか", "Log out of Watashi, too?"],
			lead: [
				`${ja}から、ログアウトの依頼が届きました。このブラウザーでのWatashiのログインを終わらせると、ここからログインしたほかのサービスにもログアウトを知らせます。`,
				`${en} asks for that. If your login here ends, the other services you logged in to from this browser are told, too.`,
			],
		},
		...(returns
			? [paragraph("ログアウトすると、サービスの画面に戻ります。", "When you have logged out you go back to the service.")]
			: []),
		told,
		element(
			"div",
			{ class: "buttons" },
			action(["ログアウトする", "Log out"], leave),
			link(["ログインしたままにする", "Stay logged in"], "/account/"),
		),
	);
}

async function start() {
	const asked = new URLSearchParams(location.hash.slice(1));
	const wish = {};

	for (const name of ["client_id", "post_logout_redirect_uri", "state"])
		if (asked.has(name)) wish[name] = asked.get(name);
	if (!asked.has("ask")) return done();
	const { client_id = "", post_logout_redirect_uri = "" } = wish;
	const answer = await ask("GET", `/v1/logout?${new URLSearchParams({ client_id, post_logout_redirect_uri })}`);

	if (!answered(answer))
		return show(
			"unreached",
			{ heading: ["ログアウト", "Log out"] },
			trouble(answer, { still }),
			element("div", { class: "buttons" }, action(["もう一度", "Try again"], start)),
		);
	return answer.json.logged_in ? question(answer.json, wish) : done();
}

startLanguage();
start();
