/* assets/lookup.js - is this entity known here? Asks MDQ as SAML software would, and shows how to ask. */
import { badge, both, element } from "./dom.js";
import { copyable } from "./copy.js";
import { inEnglish, inJapanese } from "./time.js";

/* encodeURIComponent leaves no '/' and writes a blank as %20, as MDQ wants its one path segment (draft-young-md-query-21 s3.2.1). */
const pathOf = (id) => `entities/${encodeURIComponent(id)}`;

async function ask(id) {
	try {
		return await fetch(`/${pathOf(id)}`, {
			method: "HEAD",
			headers: { Accept: "application/samlmetadata+xml" },
		});
	} catch {
		return null;
	}
}

function verdict(answer) {
	if (answer?.status === 200)
		return badge("good", "登録されています", "Registered");
	if (answer?.status === 404)
		return badge("quiet", "登録されていません", "Not registered");
	return badge("bad", "確認できませんでした", "Could not be checked");
}

function explanation(answer) {
	const modified = answer?.headers.get("Last-Modified");

	if (answer?.status === 200 && modified) {
		const date = new Date(modified);

		return both(`署名つきメタデータを取得できます。最終更新：${inJapanese(date)}`,
			`Its signed metadata can be fetched. Last changed: ${inEnglish(date)}`);
	}
	if (answer?.status === 200)
		return both("署名つきメタデータを取得できます。", "Its signed metadata can be fetched.");
	if (answer?.status === 404)
		return both("このエンティティIDのメタデータは公開されていません。大文字・小文字や末尾の「/」も区別されます。相手の組織が示すIDと同じかお確かめください。",
			"No metadata of this entity ID is published here. Upper and lower case and a final “/” count: compare it with the ID the organisation gives.");
	return both("登録の有無はまだ分かりません。しばらくしてからもう一度お試しください。",
		"Whether it is registered is not known yet. Please try again in a while.");
}

/* `base` gives the base URL the world knows us by, once that is known. */
export function startLookup(form, base) {
	const input = form.querySelector("input");
	const output = form.querySelector("output");
	let turn = 0;

	form.addEventListener("submit", async (event) => {
		const id = input.value.trim();
		const mine = ++turn;

		event.preventDefault();
		input.removeAttribute("aria-invalid");
		if (id === "") {
			input.setAttribute("aria-invalid", "true");
			output.replaceChildren(element("p", { class: "error" },
				both("エンティティIDを入力してください。", "Please enter an entity ID.")));
			input.focus();
			return;
		}
		output.replaceChildren(element("p", {}, badge("waiting", "確認しています", "Checking")));
		const answer = await ask(id);

		if (mine !== turn)
			return; // a later question was asked meanwhile
		output.replaceChildren(
			element("p", { class: "verdict" }, verdict(answer)),
			element("p", { class: "entity" }, id),
			element("p", {}, explanation(answer)),
			element("p", { class: "label" }, both("このエンティティのMDQ URL", "MDQ URL of this entity")),
			copyable(base() + pathOf(id), ["MDQ URL", "MDQ URL"]),
		);
	});
}
