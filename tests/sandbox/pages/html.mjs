// Pages as tagged templates: everything that is put in is escaped, unless it is html itself.
import { readFileSync } from 'node:fs';

class Html {
	constructor(text) {
		this.text = text;
	}

	toString() {
		return this.text;
	}
}

const ESCAPE = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&#39;' };

function put(value) {
	if (value === null || value === undefined || value === false)
		return '';
	if (value instanceof Html)
		return value.text;
	if (Array.isArray(value))
		return value.map(put).join('');
	return String(value).replace(/[&<>"']/g, (c) => ESCAPE[c]);
}

export const html = (parts, ...values) => new Html(parts.reduce((text, part, i) => text + put(values[i - 1]) + part));

const NAV = [['/', 'Start'], ['/crm', 'HubSpot CRM'], ['/impact', 'impact.com'], ['/mail', 'Mailbox'], ['/log', 'Requests'], ['/switches', 'Switches']];

/** A whole page. theme: hubspot or impact; origin: where its forms may lead besides here. */
export function page({ title, body, path = '', theme = '', status = 200, nav = true, origin = '', message }) {
	const text = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - Sandbox</title>
<link rel="stylesheet" href="/static/sandbox.css">
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<script src="/static/sandbox.js" type="module"></script>
</head>
<body class="${theme}">
<a class="skip" href="#main">Skip to the content</a>
<header><p class="banner"><strong>Sandbox: nothing here is real.</strong> <span>It plays HubSpot and impact.com for the connector.</span></p>
${nav && html`<nav aria-label="Sandbox"><ul>${NAV.map(([href, label]) => html`<li><a href="${href}"${
	(href === '/' ? path === '/' : path.startsWith(href)) ? html` aria-current="page"` : ''}>${label}</a></li>`)}</ul></nav>`}</header>
<main id="main" tabindex="-1">
${message && html`<p class="message ${message.bad ? 'bad' : 'good'}" role="${message.bad ? 'alert' : 'status'}">${message.text}</p>`}
${body}
</main>
</body>
</html>
`.text;
	return {
		status, body: text, headers: {
			'content-type': 'text/html;charset=utf-8', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin',
			'content-security-policy': `default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self' ${origin}; base-uri 'none'; frame-ancestors 'none'`,
		},
	};
}

export const redirect = (location, status = 303) => ({ status, headers: { location, 'cache-control': 'no-store' } });

/** Back to a page with a message for the person. */
export const back = (path, text, bad = false) => redirect(`${path}?${new URLSearchParams(bad ? { problem: text } : { done: text })}`);

export const messageOf = (q) => q.query.get('problem') ? { bad: true, text: q.query.get('problem') }
	: q.query.get('done') ? { bad: false, text: q.query.get('done') } : null;

const STATIC = { 'sandbox.css': 'text/css', 'sandbox.js': 'text/javascript', 'icon.svg': 'image/svg+xml' };

export function staticFile(name) {
	if (!STATIC[name])
		return { status: 404, body: 'not found' };
	return { status: 200, headers: { 'content-type': STATIC[name], 'cache-control': 'no-cache' }, body: readFileSync(new URL(`static/${name}`, import.meta.url)) };
}

/** before: the first words of the label, for those who hear the page without seeing where the field stands. */
export const field = (label, name, value = '', { type = 'text', hint = '', id = name, required = false, inputmode, before = '' } = {}) => html`<div class="field">
<label for="${id}">${before ? html`<span class="unseen">${before} </span>` : ''}${label}</label>
<input id="${id}" name="${name}" type="${type}" value="${value}"${required ? html` required` : ''}${inputmode ? html` inputmode="${inputmode}"` : ''} autocomplete="off"${
	hint ? html` aria-describedby="${id}-hint"` : ''}>
${hint ? html`<p class="hint" id="${id}-hint">${hint}</p>` : ''}</div>`;

/** groups: [[label or '', [[value, text], ...]], ...] */
export const select = (label, name, groups, chosen = '', { id = name, hidden = false, hint = '' } = {}) => html`<div class="field">
<label for="${id}"${hidden ? html` class="unseen"` : ''}>${label}</label>
<select id="${id}" name="${name}"${hint ? html` aria-describedby="${id}-hint"` : ''}>${groups.map(([group, options]) => {
	const rows = options.map(([value, text]) => html`<option value="${value}"${String(value) === String(chosen) ? html` selected` : ''}>${text}</option>`);
	return group ? html`<optgroup label="${group}">${rows}</optgroup>` : rows;
})}</select>
${hint ? html`<p class="hint" id="${id}-hint">${hint}</p>` : ''}</div>`;

/** A table that scrolls sideways on a phone. */
export const table = (caption, heads, rows, empty = 'Nothing yet.') => rows.length === 0 ? html`<p class="empty">${empty}</p>` : html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption class="unseen">${caption}</caption>
<thead><tr>${heads.map((h) => html`<th scope="col">${h}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`;

export const time = (value) => {
	const iso = new Date(value).toISOString();
	return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 19)}</time>`;
};
