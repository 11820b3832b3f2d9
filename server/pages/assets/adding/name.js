/* assets/adding/name.js - what a person calls an authenticator. */

const largest = 64; // bytes

export const nameCheck = (value) =>
	new TextEncoder().encode(value).length > largest
		? ["名前が長すぎます。21文字くらいまでにしてください。", "The name is too long: at most 64 letters."]
		: null;

const devices = [
	[/iPhone/, "iPhone"],
	[/iPad/, "iPad"],
	[/Android/, "Android"],
	[/CrOS/, "Chromebook"],
	[/Mac OS X/, "Mac"],
	[/Windows/, "Windows"],
	[/Linux/, "Linux"],
];

/* A first guess, for the person to change. */
export const thisDevice = () => devices.find(([form]) => form.test(navigator.userAgent))?.[1] ?? "";
