/* assets/time.js - dates as people read them: 2026年11月22日（日）14:05 and 22 Nov 2026, 14:05 JST, in a <time>. */
import { both, element } from "./dom.js";

const zone = "Asia/Tokyo";
const parts = (locale, options) => {
	const format = new Intl.DateTimeFormat(locale, { timeZone: zone, hourCycle: "h23", ...options });

	return (date) => Object.fromEntries(format.formatToParts(date).map(({ type, value }) => [type, value]));
};
const minute = { hour: "2-digit", minute: "2-digit" };
const japanese = parts("ja-JP", { year: "numeric", month: "numeric", day: "numeric", weekday: "short", ...minute });
const english = parts("en-GB", { year: "numeric", month: "short", day: "numeric", ...minute });

export function inJapanese(date) {
	const p = japanese(date);

	return `${p.year}年${p.month}月${p.day}日（${p.weekday}）${p.hour}:${p.minute}`;
}

/* "Sept" is British for what everybody else writes in three letters. */
export function inEnglish(date) {
	const p = english(date);

	return `${p.day} ${p.month.slice(0, 3)} ${p.year}, ${p.hour}:${p.minute} JST`;
}

/* `text` is RFC 3339 as our JSON has it. */
export function time(text) {
	const date = new Date(text);

	return element("time", { datetime: text }, both(inJapanese(date), inEnglish(date)));
}

const units = [
	["日", "day", 86400],
	["時間", "hour", 3600],
	["分", "minute", 60],
];

/* How far away, in the largest unit that fits: 「あと13日」, "in 13 days"; 「3分前」, "3 minutes ago". */
export function distance(text, now = Date.now()) {
	const seconds = (Date.parse(text) - now) / 1000;
	const [ja, en, size] = units.find(([, , unit]) => Math.abs(seconds) >= unit) ?? units.at(-1);
	const count = Math.floor(Math.abs(seconds) / size);
	const plural = count === 1 ? en : `${en}s`;

	if (count === 0)
		return seconds < 0 ? both("たった今", "just now") : both("まもなく", "in a moment");
	return seconds < 0 ? both(`${count}${ja}前`, `${count} ${plural} ago`) : both(`あと${count}${ja}`, `in ${count} ${plural}`);
}
