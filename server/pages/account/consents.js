/* account/consents.js - what a person agreed to: which service may be told what, as which persona, for what, since when; each can be
 * taken back. */
import { answered, ask } from "/assets/ask.js";
import { aside, badge, both, element, fact, paragraph } from "/assets/dom.js";
import { action, form } from "/assets/form.js";
import { time } from "/assets/time.js";
import { personaWords } from "/assets/words.js";

const path = "/v1/account/consents";
const purposes = { enrolment: ["アカウントの登録", "Enrolment of this account"], login: ["ログイン", "Logging in"] };
/* Behind the colon stands what tells its purposes from those of before. */
const signOn = "sign-on:";
const forSigningOn = [
	"このサービスへのログインと、求められたときに示された目的",
	"Logging in to this service, and what it said when it asked",
];

const purposeOf = (purpose) =>
	purpose.startsWith(signOn) ? forSigningOn : (purposes[purpose] ?? [purpose, purpose]);

const titleOf = ({ title }) => [title.ja, title.en];
const listed = (titles) => both(titles.map(([ja]) => ja).join("、"), titles.map(([, en]) => en).join(", "));

function consent(flow, one) {
	const { id, relying_party: entity, purpose, items, persona, given, withdrawn } = one;
	const name = [one.name || entity, one.name || entity];
	const place = element("div", { class: "answer" });
	const words = purposeOf(purpose);
	const told = items.filter((item) => item.told).map(titleOf);
	const declined = items.filter((item) => !item.told).map(titleOf);
	const withdraw = () =>
		place.replaceChildren(
			element(
				"div",
				{ class: "opened-step" },
				paragraph(
					"このサービスへのログインの許可がすべて終わり、これからは何も渡しません。すでに渡したものは、相手のところに残ることがあります。次にログインするときは、もう一度うかがいます。",
					"All that the service holds of your logins ends, and nothing more is passed on. What was passed on already may stay with them. You are asked again when you next log in there.",
				),
				form({
					fields: [],
					words: ["同意を取り消す", "Withdraw consent"],
					danger: true,
					async run() {
						const answer = await ask("DELETE", `${path}/${id}`);

						if (!answered(answer))
							return flow.refused(answer);
						await flow.again(["同意を取り消しました", "Consent was withdrawn"]);
						return null;
					},
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
		element("h2", {}, both(...name)),
		element("p", { class: "aside entity" }, entity),
		element(
			"p",
			{},
			withdrawn ? badge("quiet", "取り消しました", "Withdrawn") : badge("good", "同意しています", "In force"),
		),
		element(
			"dl",
			{ class: "facts" },
			fact(
				"渡す情報",
				"Told",
				told.length > 0 ? listed(told) : both("個人情報は渡しません", "No personal data"),
			),
			...(declined.length > 0 ? [fact("渡さないことにした情報", "Declined", listed(declined))] : []),
			fact("目的", "What for", both(...words)),
			...(persona ? [fact("ペルソナ", "Persona", both(...personaWords(persona)))] : []),
			fact("同意した時", "Since", time(given)),
			...(withdrawn ? [fact("取り消した時", "Withdrawn", time(withdrawn))] : []),
		),
		...(purpose === "enrolment" && !withdrawn
			? [
					aside(
						"アカウントのもとになる同意です。取り消すには、アカウントを消去します。",
						"The account rests on it: to withdraw it, erase the account.",
					),
				]
			: []),
		...(withdrawn || purpose === "enrolment"
			? []
			: [
					element(
						"div",
						{ class: "buttons" },
						action(["同意を取り消す", "Withdraw"], withdraw, {
							quiet: true,
							danger: true,
							of: name,
						}),
					),
					place,
				]),
	);
}

export async function consents(flow) {
	const heading = ["情報の提供への同意", "Consents"];
	const lead = [
		"だれに、何を、何のために渡すことに同意したか。いつでも取り消せます。",
		"Who may get what, and for what. You can take it back at any time.",
	];
	const answer = await ask("GET", path);

	if (!answered(answer))
		return { heading, lead, content: [flow.refused(answer)] };
	return {
		heading,
		lead,
		content: [
			answer.json.consents.length > 0
				? element("ul", { class: "held-list" }, ...answer.json.consents.map((one) => consent(flow, one)))
				: paragraph("まだ、だれにも同意していません。", "You have not consented to anything yet."),
		],
	};
}
