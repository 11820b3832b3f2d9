/* assets/base64url.js - bytes as text and back: base64url without padding (RFC 4648 s5), as WebAuthn's JSON has it. */

export function toText(bytes) {
	return btoa(String.fromCharCode(...new Uint8Array(bytes)))
		.replaceAll("+", "-")
		.replaceAll("/", "_")
		.replaceAll("=", "");
}

export function toBytes(text) {
	return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}
