/* tests/e2e/case.mjs - what the scripts here share: a line for each case, modules from elsewhere, and a request by node alone. By
 * itself it tests nothing.
 *
 *     WATASHI_URL=https://localhost:8443/ [WATASHI_CA=ca.pem] [NODE_MODULES=DIR]
 */
import { readFileSync } from "node:fs";
import { get as httpGet } from "node:http";
import { get as httpsGet } from "node:https";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const authority = process.env.WATASHI_CA && readFileSync(process.env.WATASHI_CA);

export const url = process.env.WATASHI_URL;
export const require = createRequire(join(resolve(process.env.NODE_MODULES ?? join(import.meta.dirname, "node_modules")), "x.js"));

let failed = 0;

export async function check(title, run) {
	try {
		await run();
		console.log(`ok ${title}`);
	} catch (error) {
		failed++;
		console.log(`not ok ${title}: ${error.message.split("\n").slice(0, 3).join(" ")}`);
	}
}

export function expect(holds, found) {
	if (!holds)
		throw new Error(found);
}

/* The status the script ends with, so far. */
export const outcome = () => (failed ? 1 : 0);

export function skip(what, why) {
	console.log(`skip ${what}: ${why}`);
	process.exit(0);
}

/* A module that package.json names, or the script is skipped; so it is without a server. */
export async function needed(what, name) {
	if (!url)
		skip(what, "WATASHI_URL names no server");
	try {
		return await import(pathToFileURL(require.resolve(name)));
	} catch (error) {
		return skip(what, `${error.message.split("\n")[0]}; tests/e2e/package.json lists what is needed`);
	}
}

/* { status, type, body } of a path of the server under test. An address of another origin is the same server, by its own name. */
export function fetched(path) {
	const named = new URL(path, url);
	const target = new URL(named.pathname + named.search, url);
	const get = target.protocol === "https:" ? httpsGet : httpGet;

	return new Promise((done, fail) => {
		get(target, { ca: authority }, (answer) => {
			const pieces = [];

			answer.on("data", (piece) => pieces.push(piece));
			answer.on("error", fail);
			answer.on("end", () => done({ status: answer.statusCode, type: answer.headers["content-type"], body: Buffer.concat(pieces) }));
		}).on("error", fail);
	});
}
