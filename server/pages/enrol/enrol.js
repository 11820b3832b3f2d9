/* enrol/enrol.js - proving once who one is: begin, sign with the card, look at what is taken over, accept, then what to log in with. The
 * same way gets somebody in again whose phone is lost. */
import { answered, ask } from "/assets/ask.js";
import { follow } from "/assets/live.js";
import { resumed } from "/assets/resume.js";
import { startLanguage } from "/assets/language.js";
import { trouble } from "/assets/trouble.js";
import { beginning, provisional } from "./begin.js";
import { over, taken, waiting } from "./card.js";
import { prepare } from "./prepare.js";
import { review } from "./review.js";

const flow = { id: null, path: "", reissue: false, account: null, enrolment: null, task: null };
let stop = () => {};
let turn = 0;
let prepared = false;

const still = ["登録されている内容は、何も変わっていません。", "Nothing that is kept about you was changed."];

flow.trouble = (answer) => trouble(answer, { still, reference: flow.id });

/* POST /v1/enrol, then on. Gives the answer when it failed. */
flow.begin = async (reissue) => {
	const answer = await ask("POST", "/v1/enrol", { reissue, language: document.documentElement.lang });

	if (!answered(answer))
		return answer;
	history.pushState(null, "", `#${answer.json.enrolment}`);
	await route();
	return null;
};

flow.provisional = () => provisional(flow);
/* Each request to the card has its own events. */
flow.listen = () => {
	stop();
	stop = follow(`${flow.path}/events`, ["changed"], look);
};
flow.restart = () => {
	history.pushState(null, "", flow.reissue ? "#reissue" : location.pathname);
	return route();
};

/* It is taken over: from here on there is a session, and the enrolment is no longer asked about. */
flow.prepare = (number, how) => {
	stop();
	prepared = true;
	prepare(flow, number, how);
};

async function look() {
	const mine = ++turn;
	const answer = await ask("GET", flow.path);

	if (mine !== turn || prepared)
		return null;
	if (!answered(answer))
		return answer.status === 0 || answer.status >= 500 ? null : ended(over);
	const before = flow.enrolment;

	flow.enrolment = answer.json;
	flow.reissue = answer.json.reissue;
	return before && phase(before) === phase(answer.json) ? null : draw();
}

function ended(view) {
	stop();
	view(flow);
}

const views = {
	begun: waiting,
	waiting,
	refused: waiting,
	answered: review,
	taken: (of) => ended(() => taken(of)),
	over: (of) => ended(() => over(of)),
};

/* Before and after the request to the card was made one looks at the same. */
const phase = ({ state, failed }) => (state === "begun" ? "waiting" : `${state}${failed ? "-failed" : ""}`);

/* What the card told may still not be acceptable: then it is signed anew. */
function draw() {
	const { state, failed } = flow.enrolment;

	return (failed && state === "answered" ? waiting : (views[state] ?? over))(flow);
}

/* #ID goes on with one; #reissue begins the other way. */
async function route() {
	const name = location.hash.slice(1);

	stop();
	turn++;
	prepared = false;
	Object.assign(flow, { id: null, path: "", enrolment: null, task: null, reissue: name === "reissue" });
	if (!/^[0-9a-f]{32}$/.test(name)) {
		const account = await ask("GET", "/v1/account");

		flow.account = answered(account) ? account.json : null;
		return beginning(flow);
	}
	Object.assign(flow, { id: name, path: `/v1/enrol/${name}`, reissue: false });
	await look();
	if (!flow.enrolment)
		return over(flow);
	if (flow.enrolment.card && !["taken", "over"].includes(flow.enrolment.state))
		flow.listen();
	return null;
}

addEventListener("pageshow", (event) => event.persisted && location.reload());
addEventListener("hashchange", route);
startLanguage();
const doing = resumed();
if (doing?.enrolment)
	history.replaceState(null, "", `#${doing.enrolment}`);
route();
