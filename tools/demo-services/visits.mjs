/* visits.mjs - who is in which browser at one of the services: kept in memory, by a cookie, gone with the process. */
import { randomBytes } from 'node:crypto';

const COOKIE = '__Host-visit';
const LASTS = 60 * 60 * 1000;
const MOST = 10000;
const visits = new Map();

function read(request) {
	for (const part of (request.headers.cookie ?? '').split(';')) {
		const [name, value] = part.trim().split('=');
		if (name === COOKIE)
			return value;
	}
	return undefined;
}

/* The browser's visit to this host; it begins when there is none. */
export function visit(request, response, host) {
	const found = visits.get(read(request));
	if (found && found.host === host && Date.now() - found.begun < LASTS)
		return found;
	if (visits.size >= MOST)
		visits.delete(visits.keys().next().value);
	const id = randomBytes(24).toString('base64url');
	const begun = { id, host, begun: Date.now(), asked: undefined, person: undefined };
	visits.set(id, begun);
	response.setHeader('Set-Cookie', `${COOKIE}=${id}; Path=/; Secure; HttpOnly; SameSite=Lax`);
	return begun;
}

/* Whoever Watashi says has logged out is logged out here: by the session, else by the person. How many that were. */
export function leave(host, { sid, sub }) {
	let count = 0;
	for (const v of visits.values())
		if (v.host === host && v.person && (sid ? v.person.claims.sid === sid : v.person.claims.sub === sub)) {
			v.person = undefined;
			count++;
		}
	return count;
}
