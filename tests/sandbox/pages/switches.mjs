// Fault switches and settings for a person.
import { KINDS } from '../faults.mjs';
import { ACCOUNTS } from '../hubspot/accounts.mjs';
import { SETTINGS } from '../settings.mjs';
import { reset } from '../world.mjs';
import { back, field, html, messageOf, page, select, table } from './html.mjs';

const words = (name) => name.replace(/_/g, ' ');

function settingInput(w, [name, [like, text]]) {
	if (typeof like === 'boolean')
		return select(words(name), name, [['', [['true', 'on'], ['false', 'off']]]], String(w.settings[name]), { hint: text });
	return field(words(name), name, w.settings[name], { hint: text });
}

function faultTable(w) {
	return table('Active faults', ['Fault', 'Path', 'Method', 'Account', 'Left', 'Met', 'Remove'], w.faults.list().map((f) => html`<tr><th scope="row">${f.kind}${f.kind === 'status' ? ` ${f.status}` : ''}</th>
<td><code>${f.path}</code></td><td>${f.method || 'any'}</td><td>${f.portalId ?? 'any'}</td><td>${f.count === 0 ? 'until removed' : f.left}</td><td>${f.hits}</td>
<td><form method="post" action="/switches/remove"><input type="hidden" name="id" value="${f.id}"><button aria-label="Remove fault ${f.id}">Remove</button></form></td></tr>`), 'Everything works.');
}

function show(w, q) {
	return page({ title: 'Switches', path: '/switches', message: messageOf(q), body: html`<h1>Switches</h1>
<section><h2>Active faults</h2>${faultTable(w)}</section>
<div class="columns">
<form method="post" action="/switches/fault" class="card" aria-labelledby="fault"><h2 id="fault">New fault</h2>
${select('Kind', 'kind', [['', Object.entries(KINDS).map(([k, v]) => [k, `${words(k)}: ${v}`])]])}
<div class="grid">${field('Path (regular expression)', 'path', '/Conversions')}
${select('Method', 'method', [['', [['', 'any'], ['GET', 'GET'], ['POST', 'POST'], ['PUT', 'PUT'], ['PATCH', 'PATCH'], ['DELETE', 'DELETE']]]])}
${select('HubSpot account', 'portal', [['', [['', 'any'], ...ACCOUNTS.map((a) => [a.portalId, a.name])]]])}
${field('How often (0: until removed)', 'count', '1', { inputmode: 'numeric' })}
${field('Status (for kind status)', 'status', '503', { inputmode: 'numeric' })}
${field('Retry-After in seconds (for kind status)', 'retry', '', { inputmode: 'numeric' })}
${select('Limit (for HubSpot\'s 429)', 'policy', [['', [['', 'ten seconds'], ['SECONDLY', 'a second (search)'], ['DAILY', 'a day']]]])}
${field('Milliseconds (for kind slow)', 'ms', '3000', { inputmode: 'numeric' })}</div>
<p><button class="primary">Add fault</button></p></form>
<form method="post" action="/switches/reset" class="card danger" aria-labelledby="reset"><h2 id="reset">Start over</h2>
<p>Removes all records, conversions, actions, webhooks, requests and faults. Connected apps stay connected.</p>
<p><button class="bad">Reset the sandbox</button></p></form></div>
<form method="post" action="/switches/settings" class="card" aria-labelledby="settings"><h2 id="settings">Settings</h2>
<div class="grid">${Object.entries(SETTINGS).map((s) => settingInput(w, s))}</div>
<p><button class="primary">Save settings</button></p></form>` });
}

function addFault(w, form) {
	const retry = form.get('retry');
	const f = w.faults.add({ kind: form.get('kind'), path: form.get('path'), method: form.get('method'), count: form.get('count'),
		status: Number(form.get('status')), ms: Number(form.get('ms')), portalId: form.get('portal'), policy: form.get('policy'), headers: retry ? { 'retry-after': retry } : {} });
	return `Fault ${f.kind} is active`;
}

const FORMS = {
	fault: addFault,
	remove: (w, form) => {
		w.faults.remove(form.get('id'));
		return 'Fault removed';
	},
	settings: (w, form) => {
		const changed = Object.fromEntries([...form].filter(([name, value]) => name in SETTINGS && String(w.settings[name]) !== value));
		w.settings.set(changed);
		return `Saved${Object.keys(changed).length ? `: ${Object.keys(changed).map(words).join(', ')}` : ', nothing was different'}`;
	},
	reset: (w) => {
		reset(w, ['installs', 'settings']);
		return 'The sandbox is empty again';
	},
};

export function switchPages(w, q) {
	if (q.path === '/switches' && q.method === 'GET')
		return show(w, q);
	const name = q.path.slice('/switches/'.length);
	if (q.method !== 'POST' || !FORMS[name])
		return null;
	try {
		return back('/switches', FORMS[name](w, q.form()));
	} catch (err) {
		return back('/switches', err.message, true);
	}
}
