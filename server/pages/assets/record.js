/* assets/record.js - the log's entry of one decision as this server shows it, and whether an answer agrees with it. */
import { bytesFromHex, commitmentOf, hexOf } from "./merkle.js";
import { differencesOf, promiseOf } from "./answer.js";

export async function ask(path, fields = {}) {
	try {
		const answer = await fetch(path, { headers: { Accept: "application/json", ...fields }, cache: "no-cache" });

		return { status: answer.status, json: answer.ok ? await answer.json() : null };
	} catch {
		return { status: 0, json: null };
	}
}

export const askPolicy = (framework, version) => ask(`/v1/policy/${encodeURIComponent(framework)}@${encodeURIComponent(version)}`);

/* The receipt's text, or why there is none: 404 when the log has no entry of this number. */
export async function askReceipt(id) {
	try {
		const answer = await fetch(`/v1/receipts/${id}`);

		return { status: answer.status, text: answer.ok ? await answer.text() : null };
	} catch {
		return { status: 0, text: null };
	}
}

/* { found, record }: found is "shown", "unknown" (the log has no such decision), "proofing" (what it has is one of these), "closed" (it
 * has, and this salt does not open it), "erased" or "unreachable". Who may not see an entry is told the same as when there is none: only the receipt's address tells. */
export async function findRecord(id, salt) {
	const { status, json } = await ask(`/v1/ledger/entries/${id}`, { Authorization: `Receipt ${salt}` });

	if (json)
		return json.kind === "decision" ? { found: "shown", record: json } : { found: json.kind === "proofing" ? "proofing" : "unknown", record: null };
	if (status !== 404)
		return { found: status === 410 ? "erased" : "unreachable", record: null };
	return { found: { 200: "closed", 404: "unknown" }[(await askReceipt(id)).status] ?? "unreachable", record: null };
}

/* Computed where the browser can; elsewhere it is the server's word, as the entry itself is. */
async function commitmentIn({ salt, entry, commitment }) {
	return globalThis.crypto?.subtle ? hexOf(await commitmentOf(bytesFromHex(salt), entry)) : commitment;
}

/* How far an answer is proved: { state, record, differences }. State is "recorded" (it says what its entry says, and its commitment
 * is that entry's), "contradicted", "saltless" (it names none to open its entry with), or as findRecord() says. */
export async function agreementOf(answer) {
	const { salt, commitment } = promiseOf(answer);

	if (!salt)
		return { state: "saltless", record: null, differences: [] };
	const { found, record } = await findRecord(answer.context.evaluation_id, salt);

	if (!record)
		return { state: found === "proofing" ? "unknown" : found, record, differences: [] };
	const recorded = await commitmentIn(record);
	const differences = [...differencesOf(answer, record.entry),
		...(commitment === recorded ? [] : [{ what: "commitment", answered: commitment ?? undefined, recorded }])];

	return { state: differences.length > 0 ? "contradicted" : "recorded", record, differences };
}
