/* assets/onward.js - where somebody goes on who was sent by a service's login, to prove who they are or to add what is stronger: kept in this
 * tab, until they go. */
import { link } from "/assets/form.js";

const name = "watashi-onward";

/* A path of ours. */
export function keepOnward(path) {
	try {
		sessionStorage.setItem(name, path);
	} catch {
		// storage switched off: the service's own page begins again
	}
}

function onward() {
	try {
		const path = sessionStorage.getItem(name);

		return path !== null && new URL(path, location.origin).origin === location.origin ? path : null;
	} catch {
		return null;
	}
}

function forgetOnward() {
	try {
		sessionStorage.removeItem(name);
	} catch {
		// nothing was kept
	}
}

/* null: nobody was sent. */
export function backToService() {
	const path = onward();

	if (path === null)
		return null;
	const made = link(["サービスへのログインに戻る", "Go on logging in to the service"], path, { quiet: false });

	made.addEventListener("click", forgetOnward);
	return made;
}
