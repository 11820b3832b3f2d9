/* account/history.js - what happened to the account, newest first: logins, changes, what was passed on. */
import { answered, ask } from "/assets/ask.js";
import { aside, both, element, paragraph } from "/assets/dom.js";
import { action } from "/assets/form.js";
import { kindWords, reasonWords, stateBadge } from "/assets/means.js";
import { time } from "/assets/time.js";

const path = "/v1/account/history";

const kinds = {
	opened: ["アカウントを作りました", "The account was opened"],
	proofed: ["本人確認をしました", "Your identity was confirmed"],
	login: ["ログインしました", "Logged in"],
	"login-refused": ["ログインが認められませんでした", "A login was refused"],
	logout: ["ログアウトしました", "Logged out"],
	"credential-added": ["認証手段を追加しました", "An authenticator was added"],
	"credential-changed": ["認証手段の状態が変わりました", "An authenticator’s state changed"],
	"contact-changed": ["連絡先を変えました", "A contact address was changed"],
	"attribute-changed": ["個人情報を変えました", "Personal data was changed"],
	"consent-given": ["情報の提供に同意しました", "You consented to passing something on"],
	"consent-withdrawn": ["同意を取り消しました", "Consent was withdrawn"],
	released: ["サービスにログインしました", "Logged in to a service"],
	"not-me": ["「自分ではない」と知らせがありました", "Somebody said “this was not me”"],
	"mute-ended": ["スマートフォンに、また依頼が届くようにしました", "Requests were let reach your phones again"],
};

const actors = {
	person: ["ご本人", "You"],
	system: ["Watashi（自動）", "Watashi, by itself"],
	operator: ["運営者", "The operator"],
};

const personas = {
	administrative: ["行政における個人として", "As your administrative persona"],
	business: ["ビジネス上の私として", "As your business persona"],
	private: ["プライベートな私として", "As your private persona"],
};

const details = {
	"attribute-changed": {
		stated: ["自分で書き加えました", "Stated by you"],
		removed: ["消しました", "Removed"],
		chosen: ["ペルソナで使うものを選びました", "Chosen for a persona"],
	},
	"contact-changed": {
		added: ["加えました", "Added"],
		confirmed: ["確認しました", "Confirmed"],
		removed: ["消しました", "Removed"],
	},
	"consent-given": { enrolment: ["アカウントの登録のため", "For enrolling this account"], ...personas },
	"login-refused": {
		unmet_authentication_requirements: [
			"サービスが求める確かさに届きませんでした",
			"It did not reach what the service asks for",
		],
	},
	logout: { everywhere: ["すべての端末とブラウザーで", "On all devices and browsers"] },
	released: personas,
	opened: { provisional: ["仮登録", "Provisional"], full: ["本登録", "Registered"] },
	proofed: {
		card: ["マイナンバーカードで", "With the My Number card"],
		terminal: ["端末でマイナンバーカードを使って", "With the My Number card, at a terminal"],
		desk: ["対面の窓口で", "At the desk, in person"],
	},
};

function actorWords(actor) {
	if (actor?.startsWith("registrar:"))
		return [`窓口の担当者 ${actor.slice(10)}`, `Registrar ${actor.slice(10)}`];
	return actors[actor] ?? [actor, actor];
}

/* What the word means depends on what happened; one that is not known is not shown. */
function detailOf(kind, detail) {
	if (!detail)
		return [];
	if (kind === "credential-changed") {
		const [state, reason] = detail.split(" ");
		const why = reasonWords(reason);

		return [element("p", {}, stateBadge(state), ...(why ? [" ", both(...why)] : []))];
	}
	const [ja, en] = details[kind]?.[detail] ?? kindWords(detail);

	return ja === detail && en === detail ? [] : [paragraph(ja, en)];
}

/* Of what a service was told: what, and by which consent. */
function released({ kind, items, relying_party: entity, consent }) {
	if (kind !== "released")
		return [];
	const told = items.map(({ title }) => [title.ja, title.en]);

	return [
		element("p", { class: "aside entity" }, entity),
		told.length > 0
			? paragraph(
					`渡した情報：${told.map(([ja]) => ja).join("、")}`,
					`Told: ${told.map(([, en]) => en).join(", ")}`,
				)
			: paragraph(
					"個人情報は渡していません。このサービスだけの呼び名で見分けられました。",
					"No personal data was told: the service knew you by its own name for you.",
				),
		...(consent
			? [element("p", { class: "aside" }, element("a", { href: "#consents" }, both("同意を見る", "See the consents")))]
			: []),
	];
}

function event(one) {
	const { kind, at, actor, name, detail, where, decision } = one;
	const [ja, en] = kinds[kind] ?? [kind, kind];

	return element(
		"li",
		{ tabindex: "-1" },
		element(
			"p",
			{},
			element("strong", {}, both(ja, en)),
			name && detail !== "recovery" ? element("span", {}, both(`（${name}）`, ` (${name})`)) : "",
		),
		...detailOf(kind, detail),
		...released(one),
		element("p", { class: "aside" }, time(at), ...(where ? [" ", element("span", {}, where)] : [])),
		...(actor && actor !== "person"
			? [aside(`行った者：${actorWords(actor)[0]}`, `By: ${actorWords(actor)[1]}`)]
			: []),
		...(decision
			? [
					element(
						"p",
						{ class: "aside" },
						element("a", { href: `/decisions/${decision}` }, both("判断の記録", "Its decision")),
					),
				]
			: []),
	);
}

export async function history(flow) {
	const heading = ["これまでの出来事", "History"];
	const lead = [
		"心当たりのないものがあれば、認証手段を止めてください。",
		"If something here was not you, stop the authenticator it used.",
	];
	const first = await ask("GET", path);

	if (!answered(first))
		return { heading, lead, content: [flow.refused(first)] };
	const list = element("ol", { class: "timeline" });
	const more = element("div", { class: "buttons" });
	let last = null;
	const put = ({ json }) => {
		const made = json.events.map(event);

		list.append(...made);
		last = json.events.at(-1)?.id ?? last;
		more.replaceChildren(
			...(json.more
				? [
						action(
							["もっと前を見る", "Show earlier"],
							async () => {
								const next = await ask("GET", `${path}?before=${last}`);

								if (answered(next))
									put(next)?.focus();
								else
									more.append(flow.refused(next));
							},
							{ quiet: true },
						),
					]
				: []),
		);
		return made[0];
	};

	put(first);
	return {
		heading,
		lead,
		content: [
			element(
				"p",
				{},
				element("a", { href: "#authenticators" }, both("認証手段を見る", "Look at the authenticators")),
			),
			list.childElementCount > 0 ? list : paragraph("まだ何もありません。", "Nothing yet."),
			more,
		],
	};
}
