/* page.mjs - a service's page: who it is, what can be done there, and what it got to know. */

const words = {
	ja: {
		in: 'ログイン中',
		learned: 'このサービスに知らされたこと',
		nothing: '属性は知らされていません。',
		subject: 'このサービスでのあなたの名前（ほかのサービスとは異なります）',
		level: '当人確認のレベル（acr）',
		none: '示されていません',
		decision: 'この判定について',
		reached: '達したレベル',
		failed: '満たされなかった基準',
		receipt: '受領証',
		record: '判定の記録を見る',
		leave: 'ログアウト',
		again: 'もう一度',
		refused: 'ログインできませんでした',
		raw: '受け取った内容のすべて',
		demo: 'デモ用の架空のサービスです。',
		other: 'English',
	},
	en: {
		in: 'Logged in',
		learned: 'What this service was told',
		nothing: 'It was told no attributes.',
		subject: 'Your name at this service (another at every other one)',
		level: 'Level of authentication (acr)',
		none: 'none was told',
		decision: 'About this decision',
		reached: 'Levels reached',
		failed: 'Criteria not met',
		receipt: 'Receipt',
		record: 'See the record of the decision',
		leave: 'Log out',
		again: 'Once more',
		refused: 'You could not log in',
		raw: 'All that was received',
		demo: 'A made-up service of the demo.',
		other: '日本語',
	},
};

export function languageOf(request, url) {
	const asked = url.searchParams.get('lang');
	if (asked in words)
		return asked;
	return /^\s*ja\b/.test(request.headers['accept-language'] ?? '') ? 'ja' : 'en';
}

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text) => String(text).replace(/[&<>"']/g, (c) => escapes[c]);

/* Values in a template are escaped, but for what a template made. */
class Html {
	constructor(text) { this.text = text; }
	toString() { return this.text; }
}
function show(value) {
	if (value instanceof Html)
		return value.text;
	return Array.isArray(value) ? value.map(show).join('') : escape(value ?? '');
}
const html = (parts, ...values) => new Html(parts.reduce((text, part, i) => text + show(values[i - 1]) + part));

const OF_PROTOCOL = new Set(['iss', 'aud', 'exp', 'iat', 'nonce', 'at_hash', 'azp', 'sid', 'sub', 'acr', 'amr', 'auth_time', 'txn',
	'verified_claims']);

/* One line a thing that the person is told of; objects one level down. */
function rows(object, before = '') {
	return Object.entries(object).filter(([name]) => !OF_PROTOCOL.has(name)).flatMap(([name, value]) =>
		value !== null && typeof value === 'object' && !Array.isArray(value)
			? rows(value, `${before}${name} `)
			: [[`${before}${name}`, Array.isArray(value) ? value.join(', ') : value]]);
}

function learned(w, person) {
	const verified = [person.userinfo.verified_claims ?? []].flat();
	const told = [
		...rows(person.userinfo),
		...verified.flatMap((v) => [...rows(v.claims, '✓ '), ...rows({ trust_framework: v.verification.trust_framework,
			assurance_level: v.verification.assurance_level ?? '–' })]),
	];
	if (!told.length)
		return html`<p>${w.nothing}</p>`;
	return html`<dl>${told.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

function decided(w, issuer, decision) {
	if (!decision)
		return '';
	const { result } = decision.entry;
	const levels = Object.entries(result.levels).map(([area, level]) => html`<dt>${area}</dt><dd>${level.reached}</dd>`);
	return html`<section id="decision"><h2>${w.decision}</h2>
		<h3>${w.reached}</h3><dl>${levels}</dl>
		${result.failed.length ? html`<h3>${w.failed}</h3><p>${result.failed.join(', ')}</p>` : ''}
		<p><a href="${issuer}/decisions/${decision.id}#${decision.salt}">${w.record}</a> ·
		<a href="${issuer}${decision.receipt}">${w.receipt}</a></p></section>`;
}

function inside(w, language, service, issuer, person) {
	const errand = service.errands.find((e) => e.id === person.errand);
	return html`<p class="in">${w.in}</p>
		<p class="done">${errand.done[language]}</p>
		<section id="learned"><h2>${w.learned}</h2>
		<dl><dt>${w.subject}</dt><dd class="subject">${person.claims.sub}</dd>
		<dt>${w.level}</dt><dd class="acr">${person.claims.acr ?? w.none}</dd></dl>
		${learned(w, person)}</section>
		${decided(w, issuer, person.decision)}
		<details><summary>${w.raw}</summary><pre>${JSON.stringify({ id_token: person.claims, userinfo: person.userinfo }, null, 2)}</pre></details>
		<form method="post" action="/leave?lang=${language}"><button>${w.leave}</button></form>`;
}

function asking(language, service) {
	return service.errands.map((e) => html`<form method="post" action="/errand/${e.id}?lang=${language}">
		<button class="errand">${e.name[language]}</button></form>`);
}

export function page(language, service, issuer, { person, refusal }) {
	const w = words[language];
	const other = language === 'ja' ? 'en' : 'ja';
	return `<!DOCTYPE html>${html`<html lang="${language}"><head><meta charset="utf-8">
		<meta name="viewport" content="width=device-width, initial-scale=1">
		<title>${service.name[language]}</title><link rel="stylesheet" href="/style.css?${service.colour.slice(1)}"></head><body>
		<header><h1>${service.name[language]}</h1><a href="/?lang=${other}" lang="${other}">${w.other}</a></header>
		<main><p>${service.text[language]}</p>
		${refusal ? html`<section id="refused" role="alert"><h2>${w.refused}</h2><p><code>${refusal.error}</code>
			${refusal.description}</p></section>` : ''}
		${person ? inside(w, language, service, issuer, person) : ''}
		<section id="errands">${asking(language, service)}</section></main>
		<footer>${w.demo}</footer></body></html>`}`;
}

export const style = (colour) => `:root { --own: ${colour}; color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; font: 1rem/1.7 system-ui, "Noto Sans CJK JP", sans-serif; color: #1c1c1c; background: #fff; }
header { background: var(--own); color: #fff; padding: 1rem; display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; }
header h1 { font-size: 1.25rem; margin: 0; }
header a { color: #fff; }
main, footer { max-width: 44rem; margin: 0 auto; padding: 1rem; }
footer { color: #555; font-size: .875rem; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
dl { margin: 0; }
dt { color: #555; font-size: .875rem; }
dd { margin: 0 0 .5rem; overflow-wrap: anywhere; }
pre { overflow: auto; background: #f4f4f4; padding: .75rem; font-size: .8rem; }
button { font: inherit; padding: .6rem 1rem; border: 2px solid var(--own); border-radius: .4rem; background: #fff; color: var(--own);
	cursor: pointer; }
button.errand { background: var(--own); color: #fff; width: 100%; margin: .25rem 0; }
button:focus-visible, a:focus-visible, summary:focus-visible { outline: 3px solid #e0a100; outline-offset: 2px; }
.done { font-size: 1.25rem; font-weight: 600; }
.in { color: var(--own); font-weight: 600; margin-bottom: 0; }
#refused { border-left: 4px solid #b00020; padding: .25rem 1rem; }
`;
