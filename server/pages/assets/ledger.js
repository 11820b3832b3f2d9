/* assets/ledger.js - the page of the ledger: its newest checkpoint and growth, and receipts verified in the browser. */
import { badge, both, element, fact, fill } from "./dom.js";
import { choicesIn, proof } from "./proof.js";
import { copyable } from "./copy.js";
import { distance, time } from "./time.js";
import { growthPlot } from "./plot.js";
import { startLanguage } from "./language.js";

const form = document.querySelector("#verify-receipt form");
const largest = 256 * 1024; // bytes of a receipt

function showLog(log) {
	fill("verdict", log.halted ? badge("bad", "停止中", "Halted") : badge("good", "記録しています", "Recording"));
	fill("log",
		...(log.halted ? [element("div", { class: "warning", role: "note" }, element("p", {}, both(
			"台帳に食い違いが見つかったため、新しいチェックポイントへの署名を止めています。これまでの記録はそのまま確かめられます。",
			"Something in the log does not agree, so no new checkpoint is signed. What was recorded before can still be verified.")),
		element("p", { class: "entity" }, log.halted))] : []),
		element("dl", { class: "counts counts-one" }, element("div", {}, element("dt", {}, both("記録", "records")),
			element("dd", {}, log.size.toLocaleString("en-US")))),
		element("dl", { class: "facts" },
			fact("チェックポイントの日時", "Checkpoint of", time(log.at), element("span", { class: "aside" }, distance(log.at))),
			fact("台帳の名前", "Name of the log", element("span", { class: "entity" }, log.origin))),
		element("p", { class: "label" }, both("全体の要約値（根）", "Root: digest of all records")),
		copyable(log.root, ["全体の要約値", "root"]),
		element("p", { class: "label" }, both("台帳の公開鍵", "Public key of the log")),
		log.key ? copyable(log.key, ["台帳の公開鍵", "public key of the log"]) : element("p", {}, both("公開していません", "not published")),
		...(log.growth.length > 1 ? [element("p", { class: "label" }, both("記録の増え方", "Growth")), growthPlot(log.growth)] : []));
	if (log.key && form.elements.key.value === "")
		form.elements.key.value = log.key;
}

function showNothing(status) {
	fill("verdict", status === 503 ? badge("waiting", "まだチェックポイントがありません", "No checkpoint yet")
		: badge("bad", "状況を取得できませんでした", "The state could not be fetched"));
	fill("log", element("p", {}, status === 503
		? both("最初の署名が済むと、ここに現れます。", "It appears here as soon as the first one is signed.")
		: both("記録に変わりはありません。しばらくしてから、このページを読み込み直してください。", "Nothing happened to the records. Please reload this page in a while.")));
}

async function readLog() {
	let answer;

	try {
		answer = await fetch("/v1/ledger", { headers: { Accept: "application/json" }, cache: "no-cache" });
	} catch {
		answer = null;
	}
	if (answer?.ok)
		showLog(await answer.json());
	else
		showNothing(answer?.status);
}

/* Verifying */

function complain(output, field, ja, en) {
	field.setAttribute("aria-invalid", "true");
	output.replaceChildren(element("p", { class: "error" }, both(ja, en)));
	for (let around = field.closest("details"); around; around = around.parentElement.closest("details"))
		around.open = true;
	field.focus();
}

async function verify(event) {
	const { receipt, answer, key } = form.elements;
	const output = form.querySelector("output");
	let of = null;

	event.preventDefault();
	for (const field of [receipt, answer, key])
		field.removeAttribute("aria-invalid");
	if (receipt.value.trim() === "") {
		complain(output, receipt, "受領証を選ぶか、はり付けてください。", "Please choose a receipt, or paste it.");
		return;
	}
	if (answer.value.trim() !== "") {
		try {
			of = await choicesIn(answer.value);
		} catch {
			complain(output, answer, "回答として読めません。受け取ったJSONの全体を入れるか、空にしてください。",
				"It cannot be read as an answer. Give all of the JSON you received, or nothing.");
			return;
		}
	}
	output.replaceChildren(element("p", {}, badge("waiting", "計算しています", "Computing")));
	output.replaceChildren(...await proof(receipt.value, of, key.value));
}

async function take(file) {
	const output = form.querySelector("output");

	if (!file)
		return;
	if (file.size > largest) {
		complain(output, form.elements.receipt, "このファイルは受領証より大きすぎます。", "This file is too large for a receipt.");
		return;
	}
	form.elements.receipt.value = await file.text();
	form.requestSubmit();
}

function startDropping() {
	const place = form.querySelector("[data-drop]");

	form.querySelector("#receipt-file").addEventListener("change", ({ target }) => take(target.files[0]));
	for (const name of ["dragenter", "dragover"]) {
		place.addEventListener(name, (event) => {
			event.preventDefault();
			place.classList.add("dropping");
		});
	}
	for (const name of ["dragleave", "drop"])
		place.addEventListener(name, () => place.classList.remove("dropping"));
	place.addEventListener("drop", (event) => {
		event.preventDefault();
		take(event.dataTransfer.files[0]);
	});
}

startLanguage();
form.addEventListener("submit", verify);
startDropping();
readLog();
