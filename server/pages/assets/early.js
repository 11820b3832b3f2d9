/* assets/early.js - chooses the language before anything is shown: `?lang=`, in this address or earlier in this tab's visit, else what was
 * chosen here before, else the browser's.
 * A classic script, loaded first: without it both languages are shown. */
"use strict";
(() => {
	const known = ["ja", "en"];
	const kept = (where) => {
		try {
			return window[where].getItem("language");
		} catch {
			return null; // storage switched off: nothing is remembered
		}
	};
	const wanted = [
		new URLSearchParams(location.search).get("lang"),
		kept("sessionStorage"),
		kept("localStorage"),
		...navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()),
	];

	document.documentElement.lang = wanted.find((language) => known.includes(language)) ?? "en";
	document.documentElement.dataset.language = document.documentElement.lang;
})();
