/* desk/desk.js - the registrar's desk: the list of cases, a new one (#new), one of them (#ID); who may not be here. */
import { answered, ask } from "/assets/ask.js";
import { badge, both, element, fill, paragraph } from "/assets/dom.js";
import { action, link } from "/assets/form.js";
import { begin } from "/assets/resume.js";
import { startLanguage } from "/assets/language.js";
import { say, show } from "/assets/view.js";
import { time } from "/assets/time.js";
import { told, trouble } from "/assets/trouble.js";
import { done, drawCase, lookAt } from "./case.js";
import { opening } from "./opening.js";
import { accountRefusals, states } from "./words.js";

const pass = { kept: null };

function login(words, why) {
	const said = element("div", { class: "answer" });

	return element(
		"div",
		{ class: "stack" },
		element(
			"div",
			{ class: "buttons" },
			action(words, async () => {
				const answer = await begin(`/desk/${location.hash}`, why);

				if (answer)
					said.replaceChildren(trouble(answer));
			}),
		),
		said,
	);
}

const conflicts = {
	second: ["2人目の担当者の確認が先に必要です。", "A second registrar has to confirm it first."],
	similar: [
		"よく似たアカウントがあります。先に、同じ方かどうかを選んでください。",
		"Accounts look alike: say first whose they are.",
	],
};

const ended = {
	taken: ["本人確認が完了しました。", "The proofing is complete."],
	kept: [
		"本人確認が完了しました。登録されている氏名や住所は、より確かな方法で確かめたものなので、変えていません。",
		"The proofing is complete. Name and address stay as they were registered, for stronger evidence showed them.",
	],
};

const flow = {
	registrar: null,
	refused(answer) {
		const detail = answer.json?.detail ?? "";
		const why = answer.json?.step_up?.why;

		if (answer.status === 401 || why)
			return told(
				[
					"窓口の担当者であることを、もう一度確かめる必要があります。",
					"It has to be confirmed again that you are staff.",
				],
				["確かめたあと、この画面に戻ります。", "You come back here afterwards."],
				{ kind: "notice", more: [login(["担当者としてログインする", "Log in as staff"], "staff")] },
			);
		if (answer.status === 409 && /second registrar/.test(detail))
			return told(conflicts.second, ["ほかの担当者に頼んでください。", "Ask another registrar."]);
		if (answer.status === 409 && /similar/.test(detail))
			return told(conflicts.similar, ["この画面を読み込み直してください。", "Read this page anew."]);
		if (answer.status === 403 && /staff|another person's/.test(detail))
			return told(/staff/.test(detail) ? accountRefusals.staff : accountRefusals.other, [
				"この件は取り下げてください。",
				"Withdraw this case.",
			]);
		if (answer.status === 403 && /registrar/.test(detail))
			return told(
				[
					"あなた自身の件か、あなたが先に確認した件です。",
					"It is about your own account, or you checked it first.",
				],
				["ほかの担当者に頼んでください。", "Another registrar has to do this."],
			);
		return trouble(answer);
	},
	opened(found) {
		pass.kept = found;
		location.hash = found.id;
	},
	/* One step; the case as it is then, or why not. */
	async step(found, name, body) {
		const answer = await ask("POST", `/v1/desk/cases/${found.id}/${name}`, body);

		if (!answered(answer)) {
			fill("refused", flow.refused(answer));
			document.querySelector('[data-slot="refused"]').scrollIntoView({ block: "center" });
			return;
		}
		const over = answer.json.state === "completed" || answer.json.state === "withdrawn";

		drawCase(
			flow,
			over ? answer.json : { attributes: found.attributes, note: found.note, ...answer.json },
			answer.json.state === "completed" ? done(...(answer.json.kept ? ended.kept : ended.taken)) : null,
		);
		say("記録しました。", "It was recorded.");
	},
};

/* Views */

function stranger(answer) {
	const staff = answer.status === 401 || answer.json?.step_up;

	show(
		"stranger",
		{
			heading: ["窓口で対面の本人確認をする", "Proof people face to face"],
			lead: [
				"運営者が登録した担当者だけが使えます。担当者も、ほかの方と同じアカウントでログインします。",
				"Only for staff whom the operator has registered. Staff log in with an account, as everybody does.",
			],
		},
		staff
			? login(["担当者としてログインする", "Log in as staff"], "staff")
			: told(
					[
						"このアカウントは、窓口の担当者として登録されていません。",
						"This account is not registered as a registrar’s.",
					],
					[
						"担当者の方は、運営者に登録を頼んでください。",
						"If you are staff, ask the operator to register it.",
					],
					{ kind: "notice", still: ["", ""] },
				),
	);
}

const row = (found) =>
	element(
		"li",
		{ class: "row" },
		element(
			"a",
			{ href: `#${found.id}` },
			both(
				found.account ? `${found.account} の本人確認` : "新しい方の本人確認",
				found.account ? `Proofing of ${found.account}` : "Proofing of a new person",
			),
		),
		element(
			"p",
			{},
			badge(...(states[found.state] ?? ["quiet", found.state, found.state])),
			" ",
			both(
				[`担当：${found.registrars.join("、")}　`, time(found.changed)],
				[`by ${found.registrars.join(", ")}, `, time(found.changed)],
			),
			...(found.takes_two && found.state === "checked"
				? [" ", badge("waiting", "2人目を待っています", "Waits for a second")]
				: []),
		),
	);

function list({ registrar, cases }) {
	flow.registrar = registrar;
	show(
		"list",
		{
			heading: ["窓口での本人確認", "Proofing at the desk"],
			lead: [`担当者 ${registrar} としてログインしています。`, `You are logged in as registrar ${registrar}.`],
		},
		element(
			"div",
			{ class: "buttons" },
			link(["対面での本人確認を始める", "Proof somebody face to face"], "#new", { quiet: false }),
		),
		element(
			"section",
			{ "aria-labelledby": "cases" },
			element("h2", { id: "cases" }, both("このひと月の件", "Cases of this month")),
			cases.length > 0
				? element("ul", { class: "rows" }, ...cases.map(row))
				: paragraph("まだありません。", "There are none yet."),
		),
	);
}

async function draw() {
	const at = location.hash.slice(1);
	const kept = pass.kept;

	pass.kept = null;
	if (kept?.id === at)
		return drawCase(
			flow,
			kept,
			done("記録しました。内容を確かめてください。", "Recorded. Please look at it once more."),
		);
	const answer = await ask("GET", "/v1/desk");

	if (answer.status === 401 || answer.status === 403)
		return stranger(answer);
	if (!answered(answer))
		return show(
			"unreached",
			{ heading: ["窓口", "Desk"] },
			trouble(answer),
			element("div", { class: "buttons" }, action(["もう一度試す", "Try again"], draw)),
		);
	flow.registrar = answer.json.registrar;
	if (at === "new")
		return opening(flow);
	return /^[0-9a-f]{32}$/.test(at) ? lookAt(flow, at) : list(answer.json);
}

/* After logging out, going back must not show what was. */
addEventListener("pageshow", (event) => event.persisted && location.reload());
addEventListener("hashchange", draw);
startLanguage();
draw();
