/* app/worker.js - the app's service worker: shows that a login waits or that the account changed, opens it, and keeps the shell for when
 * there is no line. What is asked of the server is never kept here, and a notification says nothing of the person. */
"use strict";

const shell = "watashi-shell-1";
const files = ["/app/", "/app/app.css", "/app/app.js", "/app/beside.js", "/app/fields.js", "/app/keeper.js", "/app/lock.js",
	"/app/pairing.js", "/app/request.js", "/app/scan.js", "/app/signed.js",
	"/app/waking.js", "/assets/ask.js", "/assets/base64url.js", "/assets/dom.js", "/assets/early.js", "/assets/form.js", "/assets/language.js", "/assets/mark.svg",
	"/assets/passkey.js", "/assets/person.css", "/assets/refusals.js", "/assets/time.js", "/assets/trouble.js", "/assets/until.js", "/assets/view.js",
	"/assets/watashi.css"];

const look = {
	ja: "お心当たりがないときは、触れてアカウントを確かめてください。",
	en: "If this was not you, tap and look at your account.",
};

/* By the kind of what was pushed: in a title what happened, below what can be done. */
const texts = {
	"app-request": {
		ja: ["ログインの依頼が届いています", "触れると、相手と理由を確かめて答えられます。"],
		en: ["A login is waiting for you", "Tap to see who asks and why, and to answer."],
	},
	proofed: { ja: ["本人確認が完了しました", look.ja], en: ["Your identity was proved", look.en] },
	"credential-added": { ja: ["認証器が追加されました", look.ja], en: ["An authenticator was added", look.en] },
	"credential-revoked": { ja: ["認証器が失効しました", look.ja], en: ["An authenticator was revoked", look.en] },
	"credential-replaced": { ja: ["認証器が再発行されました", look.ja], en: ["An authenticator was re-issued", look.en] },
};
/* A newer server's, of which this worker knows no more: browsers want something shown for every push. */
const other = { ja: ["アカウントのお知らせ", look.ja], en: ["News of your account", look.en] };

self.addEventListener("install", (event) => {
	event.waitUntil(caches.open(shell).then((cache) => cache.addAll(files)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
	event.waitUntil(caches.keys()
		.then((names) => Promise.all(names.filter((name) => name !== shell).map((name) => caches.delete(name))))
		.then(() => self.clients.claim()));
});

/* The server's first, for a page and its scripts must be of one release; what is kept only where it does not answer. */
async function served(request) {
	try {
		return await fetch(request);
	} catch (lost) {
		const found = await caches.match(request, { ignoreSearch: true });

		if (found)
			return found;
		throw lost;
	}
}

self.addEventListener("fetch", (event) => {
	const url = new URL(event.request.url);

	if (event.request.method === "GET" && url.origin === location.origin && files.includes(url.pathname))
		event.respondWith(served(event.request));
});

function told(data) {
	try {
		return data.json();
	} catch {
		return {};
	}
}

self.addEventListener("push", (event) => {
	const said = event.data ? told(event.data) : {};
	const kind = said.kind ?? "app-request";
	const words = Object.hasOwn(texts, kind) ? texts[kind] : other;
	const [title, body] = words[navigator.language.startsWith("ja") ? "ja" : "en"];

	event.waitUntil(self.registration.showNotification(title, { body, tag: said.request ?? `watashi-${kind}`, icon: "/assets/mark.svg",
		data: { kind, request: said.request ?? null } }));
});

async function open(request) {
	const path = request ? `/app/#request=${request}` : "/app/";
	const pages = await self.clients.matchAll({ type: "window" });
	const page = pages.find(({ url }) => new URL(url).pathname === "/app/");

	if (!page)
		return self.clients.openWindow(path);
	page.postMessage({ request });
	return page.focus();
}

self.addEventListener("notificationclick", (event) => {
	const { kind = "app-request", request = null } = event.notification.data ?? {};

	event.notification.close();
	event.waitUntil(kind === "app-request" ? open(request) : self.clients.openWindow("/account/"));
});
