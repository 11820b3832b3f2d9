/* assets/live.js - hearing that something changed: server-sent events, and where they do not come, looking again now and then. */

const again = 4_000; // milliseconds between looks without events

/* onChange() at each event of these names, and after each look; gives a function that ends it. */
export function follow(path, names, onChange) {
	let source = null;
	let timer = 0;
	let ended = false;

	const look = () => {
		if (ended)
			return;
		onChange();
		timer = setTimeout(listen, again);
	};

	/* EventSource comes back by itself after a lost connection, not after an answer other than 200. */
	function listen() {
		clearTimeout(timer);
		if (ended)
			return;
		source?.close();
		source = new EventSource(path);
		for (const name of names)
			source.addEventListener(name, onChange);
		source.addEventListener("error", () => {
			if (source.readyState === EventSource.CLOSED)
				timer = setTimeout(look, again);
		});
	}

	/* A phone that slept has missed what was told meanwhile. */
	const woken = () => document.visibilityState === "visible" && onChange();

	document.addEventListener("visibilitychange", woken);
	listen();
	return () => {
		ended = true;
		clearTimeout(timer);
		source?.close();
		document.removeEventListener("visibilitychange", woken);
	};
}
