/* app/scan.js - scanning a QR code inside the app, where the browser can: elsewhere the phone's own camera opens the same link. */
import { element } from "/assets/dom.js";
import { chosen } from "/assets/view.js";

export const canScan = () => "BarcodeDetector" in globalThis && Boolean(navigator.mediaDevices?.getUserMedia);

/* Shows the camera in `place` until onFound(text) takes a text (gives true). Gives a function that ends it; throws where there is no camera
 * for us. */
export async function scan(place, onFound) {
	const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
	const detector = new globalThis.BarcodeDetector({ formats: ["qr_code"] });
	const video = element("video", { class: "scanner", playsinline: "", muted: "", "aria-label": chosen(["カメラの映像", "Camera"]) });
	let timer = 0;

	function end() {
		clearTimeout(timer);
		for (const track of stream.getTracks())
			track.stop();
		video.remove();
	}

	async function look() {
		if (!video.isConnected)
			return end();
		const found = await detector.detect(video).catch(() => []);

		if (found.some(({ rawValue }) => onFound(rawValue)))
			return end();
		timer = setTimeout(look, 250);
		return null;
	}

	place.replaceChildren(video);
	video.srcObject = stream;
	await video.play();
	look();
	return end;
}
