/* assets/held.js - what is kept of a person, as people write it: dates, words for what is kept as a word; and what it was seen in. */
import { both } from "./dom.js";

const genders = {
	male: ["男性", "Male"],
	female: ["女性", "Female"],
	unspecified: ["記載なし", "Not stated"],
	unknown: ["不明", "Unknown"],
};

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function day(value) {
	const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value) ?? [];

	return year
		? both(
				`${Number(year)}年${Number(month)}月${Number(date)}日`,
				`${Number(date)} ${months[month - 1] ?? month} ${year}`,
			)
		: value;
}

/* A text or nodes. */
export function valueOf(name, value) {
	if (name === "birthdate")
		return day(value);
	return name === "gender" && genders[value] ? both(...genders[value]) : value;
}

/* Documents that a registrar saw (schemas/desk-case.schema.json). */
const evidence = {
	"driving-licence": ["運転免許証", "driving licence"],
	"my-number-card": ["マイナンバーカード", "My Number card"],
	passport: ["旅券（パスポート）", "passport"],
	"residence-card": ["在留カード", "residence card"],
	"special-permanent-resident-certificate": ["特別永住者証明書", "special permanent resident certificate"],
	"driving-history-certificate": ["運転経歴証明書", "driving history certificate"],
	"disability-certificate": ["身体障害者手帳", "physical disability certificate"],
	"rehabilitation-certificate": ["療育手帳", "rehabilitation certificate"],
	"mental-disability-certificate": ["精神障害者保健福祉手帳", "mental disability certificate"],
	"government-staff-card": ["官公庁の職員証", "government staff card"],
	"health-certificate": ["健康保険の資格確認書", "health insurance certificate"],
	"pension-book": ["年金手帳", "pension book"],
	"resident-record": ["住民票の写し", "copy of the resident record"],
	"seal-certificate": ["印鑑登録証明書", "seal registration certificate"],
	"child-allowance-certificate": ["児童扶養手当証書", "child allowance certificate"],
	"student-card": ["学生証", "student card"],
	"company-card": ["社員証", "company card"],
	"utility-bill": ["公共料金の領収書", "utility bill"],
};

export const evidenceWords = (word) => evidence[word] ?? [word, word];
