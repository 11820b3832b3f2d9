/* app/lock.js - this phone's own screen lock instead of a PIN: whether it has one, the passkey behind it, having it unlocked (PROTOCOL.md). */
import { toText } from "/assets/base64url.js";
import { canUsePasskeys, createPasskey, usePasskey } from "/assets/passkey.js";
import { told } from "/assets/trouble.js";
import { lines } from "./signed.js";

export const lockWords = ["この端末の画面ロック（指紋・顔・暗証）", "This phone’s screen lock (fingerprint, face or code)"];

export async function canLock() {
	try {
		return canUsePasskeys() && (await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable?.()) === true;
	} catch {
		return false;
	}
}

/* By the server's options; what the browser throws is for lockTrouble(). */
export const makeLock = createPasskey;

/* The person unlocks the phone for these lines alone, which its key signs, too: no other passkey will do, and none of another device. */
export async function unlock({ rp_id: rpId, id }, word, ...parts) {
	const challenge = toText(await crypto.subtle.digest("SHA-256", lines(word, ...parts)));

	return usePasskey({ challenge, rpId, timeout: 120_000, userVerification: "required", allowCredentials: [{ type: "public-key", id, transports: ["internal"] }] });
}

const notUnlocked = [["画面ロックが解除されませんでした。取り消したか、時間が過ぎたのかもしれません。", "The phone was not unlocked: it was cancelled, or took too long."],
	["もう一度お試しください。", "Please try again."]];
const reasons = {
	NotAllowedError: notUnlocked,
	SecurityError: [["このアドレスでは、画面ロックを使えません。", "The screen lock cannot be used at this address."],
		["いつものアドレスから開いているか、確かめてください。似た名前の別のページかもしれません。", "Check that you are at the usual address: this may be another page with a similar name."]],
	NotSupportedError: [["この端末の画面ロックは、求められる種類の鍵を作れません。", "This phone’s screen lock cannot make the kind of key that is asked for."],
		["PINを選んでください。", "Please choose a PIN."]],
	ConstraintError: [["この端末に、画面ロックが設定されていません。", "No screen lock is set up on this phone."],
		["端末の設定で画面ロックを設定するか、PINを選んでください。", "Set one up in the phone’s settings, or choose a PIN."]],
};

/* `lost`: what one can do when it will not be unlocked any more. */
export function lockTrouble(error, still, lost = null) {
	const [happened, todo] = reasons[error?.name] ?? notUnlocked;

	return told(happened, lost ? [`${todo[0]}${lost[0]}`, `${todo[1]} ${lost[1]}`] : todo, { still });
}
