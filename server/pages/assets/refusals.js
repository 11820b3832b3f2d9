/* assets/refusals.js - why the server said no, in plain sentences: [what happened, what to do now], each [ja, en]. By the machine words
 * of its answers: the step of an examination that failed, the reason of a state, the code of a problem. */

const again = ["もう一度お試しください。", "Please try again."];
const otherWay = [
	"ほかの方法を選ぶか、別の端末の認証手段をお使いください。",
	"Choose another way, or another of your authenticators.",
];
const newOne = [
	"ログインしたあと、アカウントの「認証手段」で新しいものを登録できます。",
	"Once logged in, you can add a new one under “Authenticators” of your account.",
];

const steps = {
	/* of a passkey (WebAuthn L3 s7.1, s7.2) */
	challenge: [
		[
			"画面を開いてから時間がたったか、同じ操作が二度送られました。",
			"The page was open too long, or the same thing was sent twice.",
		],
		again,
	],
	origin: [
		["別のアドレスのページから送られた操作でした。", "It came from a page of another address."],
		[
			"いつものアドレスから開き直してください。似た名前の別のページかもしれません。",
			"Open it from the usual address: this may have been another page with a similar name.",
		],
	],
	"cross-origin": [
		["ほかのページに埋め込まれた画面から送られた操作でした。", "It came from a page shown inside another one."],
		["このページを、新しいタブで開き直してください。", "Open this page in a tab of its own."],
	],
	"rp-id": [["別のサイトのためのパスキーでした。", "It was a passkey for another site."], otherWay],
	"user-present": [
		["鍵に触れたことが確かめられませんでした。", "That you touched the key could not be confirmed."],
		again,
	],
	"user-verified": [
		[
			"画面ロックの解除（暗証番号、指紋、顔）が確かめられませんでした。",
			"Unlocking by PIN, fingerprint or face was not confirmed.",
		],
		[
			"もう一度行い、求められたら暗証番号や指紋で解除してください。",
			"Try again and unlock with PIN or fingerprint when asked.",
		],
	],
	"backup-flags": [
		[
			"パスキーの状態の申告が、つじつまの合わないものでした。",
			"The passkey’s account of itself contradicts itself.",
		],
		otherWay,
	],
	"backup-eligible": [
		[
			"登録したときと、パスキーの種類が変わっています。",
			"The passkey is not of the kind it was when it was registered.",
		],
		otherWay,
	],
	algorithm: [
		["このパスキーの暗号方式は、ここでは使えません。", "The passkey’s kind of cryptography is not accepted here."],
		["別の端末か鍵で、もう一度お試しください。", "Please try another device or key."],
	],
	"credential-id": [
		["このパスキーは、すでに登録されています。", "This passkey is registered already."],
		["登録ずみのパスキーをそのままお使いください。", "Please use the one that is registered."],
	],
	credential: [
		[
			"このパスキーまたはカードは、ログインの手段として登録されていません。",
			"This passkey or card is not registered as a way to log in.",
		],
		["別のものか、ほかの方法をお試しください。", "Please try another one, or another way."],
	],
	"user-handle": [
		["このパスキーは、別のアカウントのものです。", "This passkey belongs to another account."],
		otherWay,
	],
	"attestation-path": [
		["この端末や鍵の製造元を確かめられませんでした。", "The maker of this device or key could not be confirmed."],
		[
			"製造元が確かめられる別の鍵か、ほかの方法をお使いください。",
			"Use a key whose maker can be confirmed, or another way.",
		],
	],
	"model-status": [
		[
			"この機種は、安全に問題があるとして使えなくなっています。",
			"This model is no longer trusted: a flaw was reported.",
		],
		otherWay,
	],
	signature: [
		["署名が正しくありませんでした。", "The signature is not right."],
		[
			"もう一度お試しください。続くときは、ほかの方法でログインし、これを無効にして登録し直してください。",
			"Please try again; if it goes on, log in another way, revoke this one and add it anew.",
		],
	],
	counter: [
		["このパスキーは複製されたおそれがあります。", "This passkey may have been copied."],
		["ほかの方法でログインし、このパスキーを無効にしてください。", "Log in another way and revoke this passkey."],
	],
	/* of the phone */
	pin: [["PINが違います。", "The PIN is not right."], again],
	passkey: [
		["画面ロックの解除を、確かめられませんでした。", "That the phone was unlocked could not be confirmed."],
		again,
	],
	"app-passkey": [
		[
			"これは、スマートフォンのアプリの画面ロックに使うパスキーです。",
			"This passkey unlocks the app on a phone, and nobody logs in with it alone.",
		],
		["「スマートフォン」を選んで、アプリで答えてください。", "Choose “Phone”, and answer in the app."],
	],
	number: [
		["6桁の番号が違います。", "The six digits are not right."],
		["ログイン画面に出ている番号を確かめてください。", "Look at the number on the login page again."],
	],
	/* of whatever is guessed at */
	wait: [
		[
			"まちがいが続いたため、しばらく受け付けられません。",
			"After several wrong tries, no more are taken for a while.",
		],
		[
			"時間をおいて、もう一度お試しください。ほかの方法なら、いまでも使えます。",
			"Please try again later; other ways still work now.",
		],
	],
	/* of codes */
	code: [
		["コードが違うか、すでに使われています。", "The code is not right, or was used already."],
		["新しいコードが出るのを待って、入力してください。", "Wait for the next code and enter that."],
	],
	recovery: [
		[
			"この回復用コードは使えません。すでに使ったか、書き誤りかもしれません。",
			"This recovery code is not valid: it was used already, or is mistyped.",
		],
		["別の回復用コードをお試しください。", "Please try another recovery code."],
	],
	/* of the card */
	certificate: [
		[
			"カードの電子証明書が、有効であることを確かめられませんでした。",
			"The card’s certificate could not be confirmed to be in force.",
		],
		[
			"期限切れや失効のときは、お住まいの市区町村の窓口で更新できます。",
			"If it has expired or was revoked, your municipality renews it.",
		],
	],
	account: [
		["この認証手段は、別のアカウントのものです。", "This authenticator belongs to another account."],
		[
			"ログインし直すか、このアカウントの認証手段をお使いください。",
			"Log in anew, or use an authenticator of this account.",
		],
	],
};

/* States of an authenticator that is known but not usable. */
const reasons = {
	issued: [
		["この認証手段は、登録がまだ終わっていません。", "This authenticator has not been set up to the end."],
		newOne,
	],
	suspended: [
		["この認証手段は、一時停止中です。", "This authenticator is suspended."],
		[
			"ほかの方法でログインすると、アカウントで再開できます。",
			"Log in another way, then you can resume it in your account.",
		],
	],
	locked: [
		[
			"まちがいが続いたため、この認証手段はロックされています。",
			"This authenticator is locked, after too many wrong tries.",
		],
		[
			"ほかの方法でログインすると、アカウントで再開できます。",
			"Log in another way, then you can resume it in your account.",
		],
	],
	revoked: [["この認証手段は、無効にされています。", "This authenticator was revoked."], newOne],
	expired: [["この認証手段は、期限が切れています。", "This authenticator has expired."], newOne],
};

const codes = {
	waiting: [
		["カードの署名がまだ届いていません。", "The card’s signature has not arrived yet."],
		[
			"カードを読むコンピューターで、署名を終えてください。",
			"Please finish signing at the computer that reads the card.",
		],
	],
};

/* null: no words of our own for it. */
export function refusal(problem) {
	/* Of an examination within another: which of its steps it was. */
	const within = problem?.step === "passkey" ? steps[problem.reason] : null;

	return within ?? steps[problem?.step] ?? reasons[problem?.reason] ?? codes[problem?.code] ?? null;
}
