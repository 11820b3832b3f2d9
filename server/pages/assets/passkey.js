/* assets/passkey.js - the browser's part of a passkey: making one, using one, offering one in a field. JSON in and out, as the server
 * has it (WebAuthn L3 s5.1.9, s5.1.10); browsers without these functions get them here. */
import { toBytes, toText } from "./base64url.js";

export const canUsePasskeys = () => Boolean(globalThis.PublicKeyCredential && navigator.credentials);

export async function canOfferInField() {
	return canUsePasskeys() && (await PublicKeyCredential.isConditionalMediationAvailable?.()) === true;
}

const described = (list) => list?.map((one) => ({ ...one, id: toBytes(one.id) }));

/* Those members of the options that are bytes; what else there is stays as it came. */
function creationOptions(json) {
	if (PublicKeyCredential.parseCreationOptionsFromJSON)
		return PublicKeyCredential.parseCreationOptionsFromJSON(json);
	return {
		...json,
		challenge: toBytes(json.challenge),
		user: { ...json.user, id: toBytes(json.user.id) },
		excludeCredentials: described(json.excludeCredentials),
	};
}

function requestOptions(json) {
	if (PublicKeyCredential.parseRequestOptionsFromJSON)
		return PublicKeyCredential.parseRequestOptionsFromJSON(json);
	return { ...json, challenge: toBytes(json.challenge), allowCredentials: described(json.allowCredentials) };
}

function written(credential) {
	if (credential.toJSON)
		return credential.toJSON();
	const { response } = credential;
	const bytes = ["attestationObject", "authenticatorData", "clientDataJSON", "signature", "userHandle"];

	return {
		id: credential.id,
		rawId: toText(credential.rawId),
		type: credential.type,
		authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
		clientExtensionResults: credential.getClientExtensionResults(),
		response: {
			...Object.fromEntries(bytes.filter((name) => response[name]).map((name) => [name, toText(response[name])])),
			...(response.getTransports ? { transports: response.getTransports() } : {}),
		},
	};
}

/* Both throw what the browser throws: a DOMException whose name tells why. */
export async function createPasskey(json) {
	return written(await navigator.credentials.create({ publicKey: creationOptions(json) }));
}

/* `field`: offered among a field's suggestions, until it is taken or the signal ends it. */
export async function usePasskey(json, { field = false, signal } = {}) {
	return written(
		await navigator.credentials.get({
			publicKey: requestOptions(json),
			signal,
			...(field ? { mediation: "conditional" } : {}),
		}),
	);
}

/* The server does not know it any more: whoever keeps it need not offer it again. */
export function forgetPasskey(rpId, credentialId) {
	PublicKeyCredential.signalUnknownCredential?.({ rpId, credentialId }).catch(() => {});
}

const reasons = {
	NotAllowedError: [
		["操作が取り消されたか、時間が過ぎました。", "It was cancelled, or took too long."],
		[
			"もう一度お試しください。この端末にパスキーがないときは、ほかの方法を選べます。",
			"Please try again; if this device has no passkey, choose another way.",
		],
	],
	InvalidStateError: [
		[
			"この端末（または鍵）のパスキーは、すでに登録されています。",
			"A passkey of this device or key is registered already.",
		],
		[
			"登録ずみのパスキーをそのまま使えます。別の端末のものを加えるときは、その端末を選んでください。",
			"You can use that one. To add another device, choose that device.",
		],
	],
	SecurityError: [
		["このアドレスでは、パスキーを使えません。", "Passkeys cannot be used at this address."],
		[
			"いつものアドレスから開いているか、確かめてください。似た名前の別のページかもしれません。",
			"Check that you are at the usual address: this may be another page with a similar name.",
		],
	],
	NotSupportedError: [
		[
			"この端末や鍵は、求められる種類のパスキーを作れません。",
			"This device or key cannot make the kind of passkey that is asked for.",
		],
		["別の端末か、別の方法をお試しください。", "Please try another device, or another way."],
	],
	ConstraintError: [
		["この鍵には、暗証番号や指紋などの本人確認の設定がありません。", "This key has no PIN or fingerprint set up."],
		["鍵に暗証番号を設定してから、もう一度お試しください。", "Set up a PIN on the key, then try again."],
	],
};

/* [what happened, what to do], each [ja, en]. */
export const passkeyTrouble = (error) => reasons[error?.name] ?? reasons.NotAllowedError;
