// tests/bench/oidc_peer.mjs - oidc-provider beside Watashi: its own store in memory, its interactions finished by themselves.
//
//     oidc_peer.mjs PORT CLIENT     CLIENT: JSON text of its only client's metadata; a key of each algorithm is made
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(process.cwd() + "/");
const { Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));

const [port, client] = process.argv.slice(2);

function key(kind, how, more) {
	return { ...generateKeyPairSync(kind, how).privateKey.export({ format: "jwk" }), use: "sig", ...more };
}

const provider = new Provider(`http://127.0.0.1:${port}`, {
	clients: [JSON.parse(client)],
	jwks: { keys: [key("ec", { namedCurve: "P-256" }, { alg: "ES256", kid: "es256" }),
		key("rsa", { modulusLength: 2048 }, { alg: "RS256", kid: "rs256" })] },
	cookies: { keys: ["of the benchmark alone"] },
	claims: { openid: ["sub"], profile: ["name"] },
	features: { devInteractions: { enabled: false }, introspection: { enabled: true } },
	pkce: { required: () => true },
	findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: "緑川　花子" }) }),
});
const answer = provider.callback();
let people = 0;

async function finish(request, response) {
	const { prompt, params, session } = await provider.interactionDetails(request, response);
	let result = { login: { accountId: `person-${++people}` } };
	if (prompt.name === "consent") {
		const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
		grant.addOIDCScope(params.scope);
		result = { consent: { grantId: await grant.save() } };
	}
	await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
}

createServer((request, response) => {
	if (request.url.startsWith("/interaction/")) finish(request, response);
	else answer(request, response);
}).listen(Number(port), "127.0.0.1");
