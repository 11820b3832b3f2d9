/* assets/facts.js - facts in words: their titles, their values, what is needed of them, and by whose word they are known. Words are
 * [ja, en]. */

export const dictionaryOf = (facts) => new Map(facts.map((fact) => [fact.id, fact]));
export const factWords = (dictionary, id) => wordsOf(dictionary.get(id)?.title, id);
/* A text as our files have it, {ja, en}, or what stands for it. */
export const wordsOf = (text, otherwise) => (text ? [text.ja, text.en] : [otherwise, otherwise]);

/* Whose word it is. */
const bearers = {
	claimed: [["自己申告", "claimed"], ["問い合わせた側がそう述べたもの", "said by the one who asked"]],
	vouched: [["第三者の保証", "vouched for"], ["登録された発行者が署名して保証したもの", "signed for by a registered party"]],
	observed: [["Watashiが確認", "observed"], ["Watashi自身が見て確かめたもの", "seen by Watashi itself"]],
};

export const bearerWords = (by) => bearers[by]?.[0] ?? [by, by];
export const bearerMeaning = (by) => bearers[by]?.[1] ?? null;
export const bearerList = Object.keys(bearers);

/* How personal a fact is; null: it says nothing of a person. */
const privacies = {
	pseudonymous: ["その人について（だれかは言わない）", "of the person, without saying who"],
	personal: ["その人がだれかを言い得る", "may tell who the person is"],
	sensitive: ["その人について、特に慎重に扱うべきこと", "of the person, to be handled with special care"],
};

export const privacyWords = (fact) => privacies[fact?.privacy] ?? null;

/* The facts of an entry, that has them by whose word they are: [[id, { value, by }], …]. A set may stand under two words: what a
 * lesser one says counts beside what the better says, as that the individual number is asked for. */
export const recordedFacts = (entry) => Object.entries(entry?.facts ?? {})
	.flatMap(([by, values]) => Object.entries(values).map(([id, value]) => [id, { value, by }]));
export const recordedOf = (recorded, id) => recorded.filter(([of]) => of === id).map(([, held]) => held);

const units = { s: ["秒", "s"], y: ["年", "years"], bit: ["ビット", "bits"], characters: ["文字", "characters"] };
const spans = [[86400, "日", "day"], [3600, "時間", "hour"], [60, "分", "minute"], [1, "秒", "second"]];

function seconds(value) {
	const found = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(value);

	return found ? found.slice(1).reduce((sum, count, at) => sum + (count ?? 0) * [604800, 86400, 3600, 60, 1][at], 0) : NaN;
}

/* 3660 or "PT1H1M": 1時間1分, 1 hour 1 minute. */
function durationWords(value) {
	let left = typeof value === "number" ? value : seconds(value);
	const ja = [];
	const en = [];

	if (!Number.isFinite(left))
		return [String(value), String(value)];
	for (const [size, jaUnit, enUnit] of spans) {
		const count = Math.floor(left / size);

		if (count === 0)
			continue;
		left -= count * size;
		ja.push(`${count.toLocaleString("en-US")}${jaUnit}`);
		en.push(`${count.toLocaleString("en-US")} ${enUnit}${count === 1 ? "" : "s"}`);
	}
	return ja.length > 0 ? [ja.join(""), en.join(" ")] : ["0秒", "0 seconds"];
}

const wordOf = (fact, id) => wordsOf(fact?.values?.find((value) => value.id === id)?.title, id);
const listWords = (list) => [list.map(([ja]) => `「${ja}」`).join("、"), list.map(([, en]) => `“${en}”`).join(", ")];

/* A value as people read it; of a fact nobody knows, as it stands. */
export function valueWords(fact, value) {
	if (Array.isArray(value))
		return value.length > 0 ? listWords(value.map((one) => valueWords(fact, one).map(unquoted))) : ["なし", "none"];
	if (typeof value === "boolean")
		return value ? ["はい", "yes"] : ["いいえ", "no"];
	if (fact?.type === "duration")
		return durationWords(value);
	if (typeof value === "number") {
		const unit = units[fact?.unit] ?? (fact?.unit ? [fact.unit, fact.unit] : ["", ""]);
		const number = value.toLocaleString("en-US");

		return [`${number}${unit[0]}`, unit[1] ? `${number} ${unit[1]}` : number];
	}
	return fact?.values ? quoted(wordOf(fact, value)) : [String(value), String(value)];
}

const quoted = ([ja, en]) => [`「${ja}」`, `“${en}”`];
const unquoted = (text) => text.replace(/^[「“](.*)[」”]$/, "$1");

/* What a value must be, by operator: `one` takes the words of the operand. */
const operators = {
	is: (ja, en) => [`${ja}であること`, `is ${en}`],
	isnt: (ja, en) => [`${ja}でないこと`, `is not ${en}`],
	in: (ja, en) => [`${ja}のいずれかであること`, `is one of ${en}`],
	has: (ja, en) => [`${ja}を含むこと`, `includes ${en}`],
	has_any: (ja, en) => [`${ja}のいずれかを含むこと`, `includes any of ${en}`],
	has_all: (ja, en) => [`${ja}のすべてを含むこと`, `includes all of ${en}`],
	only: (ja, en) => [`${ja}のほかを含まないこと`, `includes nothing but ${en}`],
	le: (ja, en) => [`${ja}以下であること`, `is at most ${en}`],
	lt: (ja, en) => [`${ja}未満であること`, `is less than ${en}`],
	ge: (ja, en) => [`${ja}以上であること`, `is at least ${en}`],
	gt: (ja, en) => [`${ja}を超えること`, `is more than ${en}`],
	known: () => ["確かめられていること", "is known"],
};

/* {"is": true} of a fact: 「はい」であること. `parameters` by id; an operand may name one, or another fact. */
export function neededWords(dictionary, fact, needed, parameters = []) {
	if (needed.not)
		return neededWords(dictionary, fact, needed.not, parameters).map((words, at) => (at ? `not: ${words}` : `次に当たらないこと：${words}`));
	const [operator, operand] = Object.entries(needed).find(([name]) => name in operators) ?? [];

	if (!operator)
		return [JSON.stringify(needed), JSON.stringify(needed)];
	return operators[operator](...operandWords(dictionary, fact, operand, parameters));
}

function operandWords(dictionary, fact, operand, parameters) {
	if (operand?.fact)
		return quoted(factWords(dictionary, operand.fact));
	if (operand?.param)
		return valueWords(fact, parameters.find(({ id }) => id === operand.param)?.value ?? operand.param);
	if (typeof operand === "boolean")
		return quoted(valueWords(fact, operand));
	return valueWords(fact, operand);
}
