/* assets/language.js - the language switch. The page holds both languages; `data-language` on the root says which one is shown
 * (watashi.css hides the other), so a switch keeps the place, the focus and what was typed. */

const root = document.documentElement;

function show(language) {
	root.lang = language;
	root.dataset.language = language;
	const title = document.querySelector("title");
	document.title = title.dataset[language] ?? document.title;
	for (const link of document.querySelectorAll("[data-switch]")) {
		if (link.dataset.switch === language)
			link.setAttribute("aria-current", "true");
		else
			link.removeAttribute("aria-current");
	}
}

/* What a person chose is kept; what an address asks for, a relying party's too, holds for this tab's visit only. */
function keep(language, chosen) {
	try {
		sessionStorage.setItem("language", language);
		if (chosen)
			localStorage.setItem("language", language);
	} catch {
		// storage switched off: the language holds for this page
	}
	const url = new URL(location.href);
	url.searchParams.delete("lang");
	history.replaceState(null, "", url);
}

/* The switch's links carry `?lang=`, so they also work opened elsewhere. */
export function startLanguage() {
	for (const link of document.querySelectorAll("[data-switch]")) {
		link.addEventListener("click", (event) => {
			event.preventDefault();
			keep(link.dataset.switch, true);
			show(link.dataset.switch);
		});
	}
	if (new URLSearchParams(location.search).has("lang"))
		keep(root.lang, false);
	show(root.lang);
	document.querySelector(".switch").hidden = false;
}
