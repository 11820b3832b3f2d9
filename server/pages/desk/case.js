/* desk/case.js - one case: what was seen, who looks alike, and what can be done with it now. */
import { answered, ask } from "/assets/ask.js";
import { aside, badge, both, element, fact, paragraph, section, strongly } from "/assets/dom.js";
import { action, link } from "/assets/form.js";
import { qr } from "/assets/handover.js";
import { evidenceWords, valueOf } from "/assets/held.js";
import { show } from "/assets/view.js";
import { time } from "/assets/time.js";
import { told } from "/assets/trouble.js";
import { until } from "/assets/until.js";
import { accounts, addresses, checks, nonrepudiation, portraits, records, states, statements } from "./words.js";

const items = (list) => element("ul", {}, ...list.map((words) => element("li", {}, both(...words))));

const named = (words, all) => words.map((word) => all[word] ?? [word, word]);

function documentOf({ kind, checked, in_force: force }) {
	const [ja, en] = evidenceWords(kind);
	const how = named(checked, checks);

	return [
		`${ja}（${force ? "有効期限内" : "期限切れ"}）：${how.map(([said]) => said).join("、")}`,
		`${en} (${force ? "in force" : "expired"}): ${how.map(([, said]) => said).join(", ")}`,
	];
}

function evidenceOf(evidence) {
	const sets = [
		[["照合した記録", "Records checked"], records, evidence.records_checked],
		[["個別番号が示された契約", "Accounts"], accounts, evidence.accounts],
		[["否認を防ぐ手段", "Against denial"], nonrepudiation, evidence.nonrepudiation],
		[["届くことを確かめた連絡先", "Reached at"], addresses, evidence.address_confirmed],
	];
	const stated = Object.keys(statements).filter((name) => evidence[name]);

	return section(
		"seen",
		"確かめたこと",
		"What was seen",
		element(
			"dl",
			{ class: "facts" },
			fact("身分証", "Documents", items(evidence.documents.map(documentOf))),
			fact(
				"写真との比較",
				"Portrait",
				both(...(portraits[evidence.portrait] ?? [evidence.portrait, evidence.portrait])),
			),
			...sets
				.filter(([, , found]) => found.length > 0)
				.map(([words, all, found]) => fact(...words, items(named(found, all)))),
			...(stated.length > 0 ? [fact("そのほか", "And", items(named(stated, statements)))] : []),
		),
	);
}

const attributeWords = {
	name: ["氏名", "Name"],
	birthdate: ["生年月日", "Date of birth"],
	gender: ["性別", "Sex"],
	address: ["住所", "Address"],
};

function personOf({ attributes, note }) {
	if (!attributes)
		return [];
	return [
		section(
			"person",
			"申請する方",
			"The person",
			element(
				"dl",
				{ class: "facts" },
				...Object.entries(attributeWords).map(([name, words]) =>
					fact(...words, valueOf(name, attributes[name])),
				),
			),
			...(note ? [paragraph(["伝言：", note], ["Note: ", note])] : []),
			aside("この内容を見たことは、台帳に記録されます。", "That you looked at this is in the ledger."),
		),
	];
}

/* Each account with the same name, date of birth, sex and address: only its number is shown. */
function similarOf(flow, found) {
	const settle = (account, same) => () => flow.step(found, "same", { account, same });
	const words = { same: ["good", "同じ方", "The same person"], different: ["quiet", "別の方", "Another person"] };

	if (found.similar.length === 0)
		return [];
	return [
		section(
			"similar",
			"よく似たアカウント",
			"Accounts that look alike",
			paragraph(
				"氏名、生年月日、性別、住所が同じアカウントがあります。同じ方のものかどうかを、本人に確かめて選んでください。",
				"There are accounts with the same name, date of birth, sex and address. Ask whether they are this person’s.",
			),
			element(
				"ul",
				{ class: "rows" },
				...found.similar.map(({ account, settled }) =>
					element(
						"li",
						{ class: "row" },
						element(
							"p",
							{},
							element("code", {}, account),
							" ",
							...(words[settled] ? [badge(...words[settled])] : []),
						),
						...(settled === "unsettled"
							? [
									element(
										"div",
										{ class: "buttons" },
										action(["同じ方のもの", "It is the same person’s"], settle(account, true), {
											of: [account, account],
										}),
										action(["別の方のもの", "It is another person’s"], settle(account, false), {
											quiet: true,
											of: [account, account],
										}),
									),
								]
							: []),
					),
				),
			),
		),
	];
}

function handoverOf({ handover }) {
	if (!handover)
		return [];
	return [
		section(
			"handover",
			"ご本人のスマートフォンで続ける",
			"Go on with the person’s own phone",
			paragraph(
				"ご本人に、このQRコードを自分のスマートフォンで読み取ってもらってください。その端末で、ログインに使うものを登録できます。一度だけ使えます。",
				"Let the person scan this with the own phone, where authenticators are then added. It works once.",
			),
			qr(handover.qr, ["ご本人の端末で続けるためのQRコード", "QR code to go on with the person’s own device"]),
			until(handover.until, () => {}),
		),
	];
}

function actionsOf(flow, found) {
	const open = found.state === "checked" || found.state === "confirmed";
	const mine = found.registrars.includes(flow.registrar);
	const unsettled = found.similar.some(({ settled }) => settled === "unsettled");
	const lacksSecond = found.takes_two && found.state !== "confirmed";

	if (!open)
		return [];
	return [
		...(lacksSecond
			? [
					told(
						["2人目の担当者の確認が必要です。", "A second registrar has to confirm it."],
						mine
							? [
									"ほかの担当者に、この画面で確認してもらってください。",
									"Ask another registrar to do so, at this page.",
								]
							: [
									"本人と身分証を自分でも見てから、確認してください。",
									"Look at person and documents yourself first.",
								],
						{ kind: "notice", still: ["", ""] },
					),
				]
			: []),
		element(
			"div",
			{ class: "buttons" },
			...(mine && !unsettled && !lacksSecond
				? [action(["本人確認を完了する", "Complete the proofing"], () => flow.step(found, "complete", {}))]
				: []),
			...(!mine && found.state === "checked"
				? [action(["2人目として確認する", "Confirm it as the second"], () => flow.step(found, "second", {}))]
				: []),
			action(["取り下げる", "Withdraw it"], () => flow.step(found, "withdraw", {}), {
				quiet: true,
				danger: true,
			}),
		),
		paragraph(["待てるのは ", time(found.until), " までです。"], ["It waits until ", time(found.until), "."]),
	];
}

export function drawCase(flow, found, note = null) {
	show(
		`case-${found.id}-${found.state}`,
		{
			over: ["窓口", "Desk"],
			heading: found.account
				? [`${found.account} の本人確認`, `Proofing of ${found.account}`]
				: ["新しい方の本人確認", "Proofing of a new person"],
		},
		element(
			"p",
			{},
			badge(...(states[found.state] ?? ["quiet", found.state, found.state])),
			" ",
			both(
				[`担当：${found.registrars.join("、")}　`, time(found.changed)],
				[`by ${found.registrars.join(", ")}, `, time(found.changed)],
			),
		),
		element("div", { class: "answer", "data-slot": "refused" }, ...(note ? [note] : [])),
		...handoverOf(found),
		...similarOf(flow, found),
		...personOf(found),
		evidenceOf(found.evidence),
		...actionsOf(flow, found),
		element("div", { class: "buttons" }, link(["一覧へ戻る", "Back to the list"], "#")),
	);
}

export async function lookAt(flow, id) {
	const answer = await ask("GET", `/v1/desk/cases/${id}`);

	if (answered(answer))
		drawCase(flow, answer.json);
	else
		show(
			"no-case",
			{ over: ["窓口", "Desk"], heading: ["この件を開けません", "This case cannot be opened"] },
			flow.refused(answer),
			element("div", { class: "buttons" }, link(["一覧へ戻る", "Back to the list"], "#")),
		);
}

export const done = (ja, en) => element("div", { class: "told told-good" }, strongly(ja, en));
