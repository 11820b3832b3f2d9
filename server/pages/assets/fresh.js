/* assets/fresh.js - what is published, kept up to date: /v1/federation at first, then its events. */

const again = 30_000; // milliseconds until the next try when the server does not answer

/* onState(federation) for each state; onLink(true | false) when we begin or cease to hear of changes. EventSource reconnects by
 * itself after a lost connection, not after an answer other than 200: then we start anew. */
export function followFederation(onState, onLink) {
	const source = new EventSource("/v1/federation/events");

	source.addEventListener("publication", (event) => {
		onLink(true);
		onState(JSON.parse(event.data));
	});
	source.addEventListener("error", () => {
		onLink(false);
		if (source.readyState === EventSource.CLOSED)
			setTimeout(() => followFederation(onState, onLink), again);
	});
}

/* One word for how good what is published is, at this moment. */
export function freshness(federation, now = Date.now()) {
	if (federation.generation === 0)
		return "none";
	if (federation.entities === 0)
		return "empty";
	if (Date.parse(federation.valid_until) <= now)
		return "expired";
	/* A refresh takes a moment; an hour late is late. */
	if (federation.refresh_at && Date.parse(federation.refresh_at) + 3_600_000 < now)
		return "late";
	return "valid";
}
