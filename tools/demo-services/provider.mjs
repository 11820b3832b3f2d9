/* provider.mjs - Watashi, as one of the services sees it: a stock OpenID Connect client, which is all that a service needs. */
import { readFileSync } from 'node:fs';
import * as client from 'openid-client';

async function key(path) {
	const pem = readFileSync(path, 'utf8').replace(/-----[^-]+-----|\s/g, '');
	return crypto.subtle.importKey('pkcs8', Buffer.from(pem, 'base64'), { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
}

export class Provider {
	/* `service` of services.mjs; `origin` is where browsers reach it; `demo` holds its key and its member's token. */
	constructor(service, issuer, origin, demo) {
		Object.assign(this, { service, issuer: new URL(issuer), origin, demo });
		this.clientId = `https://${service.host}/saml`;
		this.callback = `${origin}/oidc/callback`;
	}

	async configuration() {
		this.found ??= client.discovery(this.issuer, this.clientId, { id_token_signed_response_alg: 'ES256' },
			client.PrivateKeyJwt(await key(`${this.demo}/members/${this.service.keys}.key`)));
		try {
			return await this.found;
		} catch (error) {
			this.found = undefined;
			throw error;
		}
	}

	/* Where the browser is sent, and what has to match when it comes back. */
	async ask(errand, language) {
		const verifier = client.randomPKCECodeVerifier();
		const asked = { errand: errand.id, verifier, state: client.randomState(), nonce: client.randomNonce() };
		const { claims, ...parameters } = errand.parameters;
		asked.maxAge = parameters.max_age === undefined ? undefined : Number(parameters.max_age);
		const url = client.buildAuthorizationUrl(await this.configuration(), {
			redirect_uri: this.callback,
			code_challenge: await client.calculatePKCECodeChallenge(verifier),
			code_challenge_method: 'S256',
			state: asked.state,
			nonce: asked.nonce,
			ui_locales: language,
			...parameters,
			...(claims ? { claims: JSON.stringify(claims) } : {}),
		});
		return { url, asked };
	}

	/* What came back: who it is, what of them, and why it was decided so. */
	async take(url, asked) {
		const configuration = await this.configuration();
		const tokens = await client.authorizationCodeGrant(configuration, url, {
			pkceCodeVerifier: asked.verifier,
			expectedState: asked.state,
			expectedNonce: asked.nonce,
			maxAge: asked.maxAge,
			idTokenExpected: true,
		});
		const claims = tokens.claims();
		const userinfo = await client.fetchUserInfo(configuration, tokens.access_token, claims.sub);
		return { errand: asked.errand, claims, userinfo, idToken: tokens.id_token, decision: await this.decision(claims.txn) };
	}

	/* The ledger's entry of the decision, which concerns the service's member: with its token it may read it. */
	async decision(id) {
		if (!id)
			return undefined;
		const token = readFileSync(`${this.demo}/services/${this.service.member}-token`, 'utf8').trim();
		const answer = await fetch(new URL(`/v1/ledger/entries/${id}`, this.issuer), { headers: { Authorization: `Bearer ${token}` } });
		return answer.ok ? answer.json() : undefined;
	}

	async leave(idToken) {
		return client.buildEndSessionUrl(await this.configuration(), {
			id_token_hint: idToken,
			post_logout_redirect_uri: `${this.origin}/`,
		});
	}

	/* A logout token (OpenID Connect Back-Channel Logout 1.0 s2.6): whose session has ended. */
	async left(token) {
		const { createRemoteJWKSet, jwtVerify } = await import('jose');
		const server = (await this.configuration()).serverMetadata();
		this.keys ??= createRemoteJWKSet(new URL(server.jwks_uri));
		const { payload } = await jwtVerify(token, this.keys, {
			issuer: server.issuer, audience: this.clientId, typ: 'logout+jwt', requiredClaims: ['iat', 'jti', 'exp'],
		});
		if (!payload.events?.['http://schemas.openid.net/event/backchannel-logout'] || 'nonce' in payload || !(payload.sid || payload.sub))
			throw new Error('it is no logout token');
		return payload;
	}
}
