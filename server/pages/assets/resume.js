/* assets/resume.js - logging in on the way: what one was doing is kept in this tab, the login begins, and afterwards it goes on from
 * there. */
import { ask, answered } from "./ask.js";

const name = "watashi-resume";

function keep(doing) {
	try {
		sessionStorage.setItem(name, JSON.stringify(doing));
	} catch {
		// storage switched off: one comes back to the page's beginning
	}
}

/* What was kept by begin(), once; null: nothing. */
export function resumed() {
	try {
		const kept = sessionStorage.getItem(name);

		sessionStorage.removeItem(name);
		return kept === null ? null : JSON.parse(kept);
	} catch {
		return null;
	}
}

/* `back`: a path of ours; `why`: null, or what it is for ("change", "persona:administrative" …); `doing`: what to go on with. Gives the
 * answer when it was none to follow. */
export async function begin(back, why = null, doing = null) {
	const answer = await ask("POST", "/v1/login", { for: "account", return: back, why });

	if (!answered(answer))
		return answer;
	keep(doing);
	location.assign(answer.json.page);
	return null;
}
