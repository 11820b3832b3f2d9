/* assets/until.js - how long something may still take: minutes and seconds that run down, said aloud only when they end. */
import { both, element } from "./dom.js";
import { inEnglish, inJapanese } from "./time.js";

function left(text) {
	const seconds = Math.max(0, Math.round((Date.parse(text) - Date.now()) / 1000));
	const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];

	return {
		seconds,
		ja: minutes > 0 ? `${minutes}分${String(rest).padStart(2, "0")}秒` : `${rest}秒`,
		en: minutes > 0 ? `${minutes} min ${String(rest).padStart(2, "0")} s` : `${rest} s`,
	};
}

/* `onOver` is called once, when the time is over and the line is still on the page. `of`: what ends, [ja, en], where several may be seen
 * at one time. */
export function until(text, onOver = () => {}, of = ["", ""]) {
	const line = element("p", { class: "until" });
	const date = new Date(text);
	const say = () => {
		const { seconds, ja, en } = left(text);

		line.replaceChildren(
			element(
				"time",
				{ datetime: text, title: `${inJapanese(date)} / ${inEnglish(date)}` },
				seconds > 0
					? both(`${of[0]}あと${ja}`, `${of[1]}${en} left`)
					: both("時間が過ぎました", "Time is over"),
			),
		);
		return seconds;
	};
	let seen = false;

	if (say() > 0) {
		const timer = setInterval(() => {
			seen ||= line.isConnected;
			if (seen && !line.isConnected)
				clearInterval(timer);
			else if (say() === 0) {
				clearInterval(timer);
				onOver();
			}
		}, 1000);
	}
	return line;
}
