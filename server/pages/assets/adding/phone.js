/* assets/adding/phone.js - pairing a phone's app with the account: a picture to scan with it, good for one phone and ten minutes. */
import { answered, ask } from "../ask.js";
import { copyable } from "../copy.js";
import { aside, both, element, paragraph, strongly } from "../dom.js";
import { action, link } from "../form.js";
import { follow } from "../live.js";
import { qr, standing } from "../handover.js";
import { told } from "../trouble.js";
import { until } from "../until.js";

const still = ["スマートフォンは、まだ登録していません。", "No phone was paired."];

/* As one types it from one screen to another. */
const inGroups = (code) => code.match(/.{1,4}/g).join(" ");

export function addPhone(host) {
	const place = element("div", { class: "stack" });
	const button = () =>
		element("div", { class: "buttons" }, action(["QRコードを表示する", "Show the picture to scan"], begin));
	let stop = () => {};

	async function begin() {
		const answer = await ask("POST", "/v1/account/pairing", {});

		if (!answered(answer)) {
			place.replaceChildren(host.refused(answer, "add-phone"), button());
			return;
		}
		stop();
		stop = follow("/v1/account/pairing/events", ["changed", "paired"], look);
		place.replaceChildren(
			element(
				"ol",
				{ class: "steps" },
				element(
					"li",
					{},
					strongly(
						"登録するスマートフォンのカメラで読み取ります",
						"Scan this with the camera of the phone to pair",
					),
					qr(answer.json.qr, ["スマートフォンを登録するQRコード", "QR code that pairs a phone"]),
					until(answer.json.until, over),
					element(
						"details",
						{},
						element(
							"summary",
							{},
							both("読み取れないとき：登録コードを入力する", "If it cannot be scanned: type the code"),
						),
						element(
							"div",
							{ class: "inner" },
							paragraph(
								"スマートフォンでこのサイトのアプリのページを開き、「登録コードを入力する」に入れます。",
								"Open this site’s app page on the phone and enter it under “Type the code instead”.",
							),
							element("p", {}, element("code", {}, new URL("/app/", location.href).href)),
							copyable(inGroups(answer.json.code), ["登録コード", "the pairing code"]),
						),
					),
				),
				element(
					"li",
					{},
					strongly(
						"スマートフォンの案内に沿って、PINか画面ロックを決めます",
						"Follow the phone: choose a PIN or its screen lock",
					),
					standing("スマートフォンを待っています", "Waiting for the phone"),
				),
			),
			element(
				"div",
				{ class: "here" },
				paragraph(
					"登録するのがこの端末のときは、読み取りは要りません。",
					"To pair this very device, there is nothing to scan.",
				),
				link(["この端末をアプリとして登録する", "Pair this device"], answer.json.link),
			),
			aside(
				"このQRコードと登録コードを、ほかの人に見せたり送ったりしないでください。使った人のスマートフォンが、あなたのものとして登録されます。",
				"Show or send this to nobody: whoever scans or types it pairs their phone as yours.",
			),
		);
	}

	function over() {
		stop();
		place.replaceChildren(
			told(
				["QRコードの時間が過ぎました。", "The picture has expired."],
				["もう一度表示できます。", "You can show a new one."],
				{ kind: "notice", still },
			),
			button(),
		);
	}

	async function look() {
		const answer = await ask("GET", "/v1/account/pairing");

		if (!place.isConnected)
			return stop();
		if (["over", "refused"].includes(answer.json?.state))
			return over();
		if (answer.json?.state !== "done")
			return null;
		stop();
		return host.added({ id: answer.json.authenticator }, ["スマートフォンを登録しました", "The phone was paired"]);
	}

	place.append(
		paragraph(
			"登録すると、ログイン画面の番号をこのスマートフォンに入力してログインできます。カードは要りません。",
			"Once paired, you log in by typing the digits of the login page into the phone; no card is needed.",
		),
		button(),
	);
	return place;
}
