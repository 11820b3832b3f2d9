/* assets/ask.js - one question to this server, and its answer as JSON, whatever comes of it. */

/* { status, json, until }: status 0 is no answer at all; the json of a refusal is a problem (RFC 9457); `until` says from when on
 * asking again makes sense, or is null. */
export async function ask(method, path, body) {
	const fields = { Accept: "application/json" };

	/* Whatever changes something says it is JSON: no other site's form can. */
	if (method !== "GET")
		fields["Content-Type"] = "application/json";
	try {
		const answer = await fetch(path, {
			method,
			cache: "no-store",
			headers: fields,
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		const text = await answer.text();
		const json = text === "" ? null : read(text);
		const seconds = Number(answer.headers.get("Retry-After"));

		return {
			status: answer.status,
			json,
			until: json?.until ?? (seconds > 0 ? new Date(Date.now() + seconds * 1000).toISOString() : null),
		};
	} catch {
		return { status: 0, json: null, until: null };
	}
}

function read(text) {
	try {
		return JSON.parse(text);
	} catch {
		return null; // what stands between us and the server answered instead
	}
}

export const answered = ({ status }) => status >= 200 && status < 300;
