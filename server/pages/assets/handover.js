/* assets/handover.js - a task for another device, shown so that it gets there: as a picture to scan, a link, and a command; and how it
 * stands meanwhile. */
import { aside, badge, both, element, paragraph, strongly } from "./dom.js";
import { chosen } from "./view.js";
import { copyable } from "./copy.js";
import { until } from "./until.js";

/* The picture is the server's; as an image nothing in it is run or fetched. */
export function qr(svg, alt) {
	return element("img", {
		class: "qr",
		src: `data:image/svg+xml,${encodeURIComponent(svg)}`,
		alt: chosen(alt),
		width: "220",
		height: "220",
	});
}

/* Where it stands, read out when it changes: waiting, then what became of it. */
export function standing(ja, en, kind = "waiting") {
	return element("p", { class: "standing", role: "status" }, badge(kind, ja, en));
}

const asked = {
	signature: ["署名用パスワード（6〜16文字の英数字）", "signature password (6 to 16 letters and digits)"],
	authentication: ["利用者証明用暗証番号（4桁の数字）", "four-digit PIN for user authentication"],
};

/* `task`: { link, command, qr, until } of a card's task; `purpose` which of the card's secrets is asked for. */
export function cardTask(task, purpose, onOver) {
	return element(
		"div",
		{ class: "handover" },
		element(
			"ol",
			{ class: "steps" },
			element(
				"li",
				{},
				strongly(
					"カードを読める機器で、この署名の依頼を開きます",
					"Open this request at a device that reads cards",
				),
				paragraph(
					"区役所や店頭などの端末では、QRコードを読み取らせます。自分のパソコンでは、下の命令を実行します。",
					"At a terminal of an office or shop, let it scan the picture. At your own computer, run the command below.",
				),
				qr(task.qr, ["署名の依頼を開くQRコード", "QR code that opens the request to sign"]),
				element(
					"details",
					{},
					element(
						"summary",
						{},
						both("自分のパソコンとカードリーダーを使う", "Use my own computer and card reader"),
					),
					element(
						"div",
						{ class: "inner" },
						paragraph(
							"カードリーダーをつないだパソコンの端末（コマンド入力画面）で、次の命令を実行してください。",
							"Run this in a terminal of the computer the card reader is connected to.",
						),
						copyable(task.command, ["カードで署名する命令", "the command that signs with the card"]),
						paragraph(
							"リンクを開くと、同じ説明を別の機器で読めます。",
							"The link shows the same on another device.",
						),
						copyable(task.link, ["署名の依頼のリンク", "the link of the request"]),
					),
				),
			),
			element(
				"li",
				{},
				strongly(
					`文面を読み、${asked[purpose][0]}を入力します`,
					`Read the text and enter the card’s ${asked[purpose][1]}`,
				),
				aside(
					"暗証番号やパスワードは、カードの中で確かめられます。このサーバーには送られません。",
					"The card itself checks it; it is never sent to this server.",
				),
			),
			element(
				"li",
				{},
				strongly("終わると、この画面が自動で進みます", "When it is done, this page goes on by itself"),
				standing("カードの署名を待っています", "Waiting for the card’s signature"),
				until(task.until, onOver),
			),
		),
	);
}
