/* main.mjs ISSUER PORT DEMO - the demo's relying parties (services.mjs), all on one port, each under its own name of .localhost:
 *
 *     https://kakeibo.localhost:PORT/  POST /errand/ID -> Watashi -> /oidc/callback -> /
 *
 * They are not part of Watashi: what they know of it is its issuer, and what any service has of its own. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

import { languageOf, page, style } from './page.mjs';
import { Provider } from './provider.mjs';
import { services } from './services.mjs';
import { leave, visit } from './visits.mjs';

const [issuer, port, demo] = process.argv.slice(2);
if (!demo) {
	console.error('usage: node main.mjs ISSUER PORT DEMO');
	process.exit(2);
}
const hosts = new Map(services.map((service) => {
	const origin = `https://${service.host}:${port}`;
	return [`${service.host}:${port}`, { service, origin, provider: new Provider(service, issuer, origin, demo) }];
}));

const BODY_LARGEST = 16 * 1024;
async function form(request) {
	let text = '';
	for await (const part of request) {
		text += part;
		if (text.length > BODY_LARGEST)
			throw new Error('the body is too large');
	}
	return new URLSearchParams(text);
}

function reply(response, status, type, text) {
	response.writeHead(status, {
		'Content-Type': `${type}; charset=utf-8`,
		'Cache-Control': 'no-store',
		'Content-Security-Policy': "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'",
		'Referrer-Policy': 'same-origin',
		'X-Content-Type-Options': 'nosniff',
	});
	response.end(text);
}
const go = (response, location) => response.writeHead(303, { Location: location, 'Cache-Control': 'no-store' }).end();

/* What the browser was sent away for; a page of another site cannot send it. */
async function begin({ service, origin, provider }, request, response, url, language) {
	const errand = service.errands.find((e) => `/errand/${e.id}` === url.pathname);
	if (!errand || request.headers.origin !== origin)
		return reply(response, 404, 'text/plain', 'there is nothing here');
	const { url: to, asked } = await provider.ask(errand, language);
	visit(request, response, service.host).asked = { ...asked, language };
	return go(response, to.href);
}

async function comeBack({ service, origin, provider }, request, response) {
	const v = visit(request, response, service.host);
	const asked = v.asked;
	v.asked = undefined;
	if (!asked)
		return go(response, '/');
	try {
		v.person = await provider.take(new URL(request.url, origin), asked);
		v.refusal = undefined;
	} catch (error) {
		v.refusal = { error: error.error ?? error.code ?? 'error', description: error.error_description ?? error.message };
		console.error(`${service.host}: ${v.refusal.error}: ${v.refusal.description}`);
	}
	return go(response, `/?lang=${asked.language}`);
}

async function end({ service, origin, provider }, request, response) {
	const v = visit(request, response, service.host);
	const person = v.person;
	if (request.headers.origin !== origin || !person)
		return go(response, '/');
	v.person = undefined;
	return go(response, (await provider.leave(person.idToken)).href);
}

async function told({ service, provider }, request, response) {
	try {
		const left = await provider.left((await form(request)).get('logout_token') ?? '');
		console.log(`${service.host}: ${leave(service.host, left)} logged out`);
		return reply(response, 200, 'text/plain', '');
	} catch (error) {
		console.error(`${service.host}: a logout token was refused: ${error.message}`);
		return reply(response, 400, 'application/json', '{"error":"invalid_request"}');
	}
}

function main(at, request, response, language) {
	const v = visit(request, response, at.service.host);
	const refusal = v.refusal;
	v.refusal = undefined;
	return reply(response, 200, 'text/html', page(language, at.service, issuer, { person: v.person, refusal }));
}

async function serve(request, response) {
	const at = hosts.get(request.headers.host);
	if (!at)
		return reply(response, 421, 'text/plain', [...hosts.values()].map((h) => `${h.origin}/`).join('\n'));
	const url = new URL(request.url, at.origin);
	const language = languageOf(request, url);
	const what = `${request.method} ${url.pathname}`;
	if (what === 'GET /')
		return main(at, request, response, language);
	if (what === 'GET /style.css')
		return reply(response, 200, 'text/css', style(at.service.colour));
	if (what.startsWith('POST /errand/'))
		return begin(at, request, response, url, language);
	if (what === 'GET /oidc/callback')
		return comeBack(at, request, response);
	if (what === 'POST /leave')
		return end(at, request, response);
	if (what === 'POST /oidc/logout')
		return told(at, request, response);
	return reply(response, 404, 'text/plain', 'there is nothing here');
}

const server = createServer({ cert: readFileSync(`${demo}/tls/server.pem`), key: readFileSync(`${demo}/tls/server.key`) },
	(request, response) => serve(request, response).catch((error) => {
		console.error(`${request.headers.host}: ${error.message}${error.cause ? `: ${error.cause.message ?? error.cause}` : ''}`);
		if (!response.headersSent)
			reply(response, 502, 'text/plain', 'Watashi could not be asked; try again');
	}));
for (const signal of ['SIGTERM', 'SIGINT'])
	process.on(signal, () => process.exit(0));
server.listen(Number(port), '127.0.0.1', () => console.log(`services: ready on ${port}`));
