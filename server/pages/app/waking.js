/* app/waking.js - being woken while the app is closed: the worker, and the push service of this browser (Web Push). */
import { toBytes, toText } from "/assets/base64url.js";
import { call } from "./signed.js";

export async function startWorker(onOpen) {
	try {
		await navigator.serviceWorker?.register("/app/worker.js", { scope: "/app/" });
		navigator.serviceWorker?.addEventListener("message", ({ data }) => data?.request && onOpen(data.request));
	} catch {
		// without a worker the app works as long as it is open
	}
}

/* "on" "off" "denied" "impossible" */
export async function waking(phone) {
	if (!phone.pushKey || !("PushManager" in globalThis) || !navigator.serviceWorker)
		return "impossible";
	if (Notification.permission === "denied")
		return "denied";
	/* Not `ready`: where the worker could not be registered, that would wait for ever. */
	const worker = await navigator.serviceWorker.getRegistration("/app/");

	if (!worker)
		return "impossible";
	return (await worker.pushManager.getSubscription()) ? "on" : "off";
}

/* The answer of the server, or null where the person or the browser said no. */
export async function wake(phone) {
	if ((await Notification.requestPermission()) !== "granted")
		return null;
	try {
		const worker = await navigator.serviceWorker.ready;
		const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: toBytes(phone.pushKey) });

		return await call(phone, "POST", "/v1/app/push",
			{ endpoint: made.endpoint, key: toText(made.getKey("p256dh")), secret: toText(made.getKey("auth")) });
	} catch {
		return null;
	}
}

export async function sleep(phone) {
	const worker = await navigator.serviceWorker.ready;

	await (await worker.pushManager.getSubscription())?.unsubscribe();
	return call(phone, "DELETE", "/v1/app/push");
}
