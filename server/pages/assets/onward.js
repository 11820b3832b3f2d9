/* assets/onward.js - where somebody goes on who was sent to prove who they are by a service's login: kept in this tab, until they go. */

const name = "watashi-onward";

/* A path of ours. */
export function keepOnward(path) {
	try {
		sessionStorage.setItem(name, path);
	} catch {
		// storage switched off: the service's own page begins again
	}
}

/* null: nobody was sent. */
export function onward() {
	try {
		const path = sessionStorage.getItem(name);

		return path !== null && new URL(path, location.origin).origin === location.origin ? path : null;
	} catch {
		return null;
	}
}

export function forgetOnward() {
	try {
		sessionStorage.removeItem(name);
	} catch {
		// nothing was kept
	}
}
