// How an account is set up, and what was deleted in it: properties, association labels, owners, restore, test events.
import { owners } from '../hubspot/accounts.mjs';
import { HubspotError } from '../hubspot/errors.mjs';
import { TYPE_NAMES } from '../hubspot/types.mjs';
import * as op from '../operations.mjs';
import { titleOf, typeWord } from './crm.mjs';
import { back, field, html, messageOf, page, select, table, time } from './html.mjs';

const SHOWN = 50;
const OBJECTS = [['deals', 'Deals'], ['contacts', 'Contacts'], ['companies', 'Companies'], ['line_items', 'Line items']];
const KINDS = {
	text: ['Text', { type: 'string', fieldType: 'text' }], number: ['Number', { type: 'number', fieldType: 'number' }], date: ['Date', { type: 'date', fieldType: 'date' }],
	datetime: ['Date and time', { type: 'datetime', fieldType: 'date' }], bool: ['Yes or no', { type: 'bool', fieldType: 'booleancheckbox' }],
	select: ['One of a list', { type: 'enumeration', fieldType: 'select' }], checkbox: ['Several of a list', { type: 'enumeration', fieldType: 'checkbox' }],
};

const propertyForm = (here) => html`<form method="post" action="${here}" class="card" aria-labelledby="new-property"><h2 id="new-property">New property</h2>
<div class="grid">${select('Object', 'object', [['', OBJECTS]], '', { id: 'property-object' })}
${select('Kind of value', 'kind', [['', Object.entries(KINDS).map(([k, [label]]) => [k, label])]], '', { id: 'property-kind' })}
${field('Label', 'label', '', { id: 'property-label', required: true })}
${field('Internal name', 'name', '', { id: 'property-name', required: true, hint: 'Lower case letters, digits and _' })}</div>
${field('Values of the list', 'options', '', { id: 'property-options', hint: 'For the two kinds of list: separated by commas' })}
${select('The same value twice', 'unique', [['', [['no', 'is allowed'], ['yes', 'is refused (unique)']]]], 'no', { id: 'property-unique' })}
<p><button name="act" value="property">Create property</button></p></form>`;

function propertyTable(w, acc) {
	const rows = OBJECTS.flatMap(([type, label]) => [...w.properties.of(acc.portalId, type).values()].filter((p) => !p.hubspotDefined).map((p) => html`<tr><th scope="row">${p.label}</th>
<td><code>${p.name}</code></td><td>${label}</td><td>${p.type}${p.hasUniqueValue ? ', unique' : ''}</td></tr>`));
	return table('Properties', ['Label', 'Internal name', 'Object', 'Type'], rows);
}

const labelForm = (here) => html`<form method="post" action="${here}" class="card" aria-labelledby="new-label"><h2 id="new-label">New association label</h2>
<div class="grid">${select('From', 'from', [['', OBJECTS]], 'contacts', { id: 'label-from' })}${select('To', 'to', [['', OBJECTS]], 'deals', { id: 'label-to' })}
${field('Label of the link', 'label', '', { id: 'label-label', required: true, hint: 'For example Referrer' })}
${field('Label seen from the other side', 'inverse', '', { id: 'label-inverse', hint: 'Empty: the same' })}</div>
<p><button name="act" value="label">Create label</button></p></form>`;

function ownerTable(acc) {
	const rows = [...owners(acc), ...owners(acc, true)].map((o) => html`<tr><th scope="row">${o.firstName} ${o.lastName}</th><td>${o.email}</td><td>${o.id}</td>
<td>${o.userId ?? o.userIdIncludingInactive ?? ''}</td><td>${o.archived ? 'has left' : o.type.toLowerCase()}</td></tr>`);
	return table('Owners', ['Owner', 'Email', 'Owner id', 'User id', 'What'], rows);
}

function deletedTable(w, acc, here) {
	const gone = TYPE_NAMES.flatMap((type) => w.crm.list(acc.portalId, type, true)).sort((a, b) => b.archivedAt.localeCompare(a.archivedAt)).slice(0, SHOWN);
	const rows = gone.map((r) => html`<tr><th scope="row">${titleOf(r)}<br><span class="hint">${r.id}</span></th><td>${typeWord(r.type)}</td><td>${time(r.archivedAt)}</td>
<td>${r.mergedInto ? html`<a href="/crm/${acc.portalId}/${r.type}/${r.id}">merged into ${r.mergedInto}</a>` : html`<form method="post" action="${here}"><input type="hidden" name="type" value="${r.type}"><input type="hidden" name="id" value="${r.id}">
<button name="act" value="restore" aria-label="Restore ${titleOf(r)}">Restore</button></form>`}</td></tr>`);
	return table('Deleted records', ['Record', 'Object', 'Deleted (UTC)', 'Restore'], rows, 'Nothing was deleted.');
}

function testForm(w, here) {
	const subs = w.conf.app.subscriptions.map((s) => [s.id, [s.subscriptionType, s.objectType, s.propertyName].filter(Boolean).join(' ')]);
	return subs.length === 0 ? '' : html`<form method="post" action="${here}" class="card" aria-labelledby="test-event"><h2 id="test-event">Test event</h2>
<p>What the button "Test" of the app's page at HubSpot sends: an event of record 123, which does not exist.</p>
${select('Subscription', 'subscription', [['', subs]], '', { id: 'test-subscription' })}
<p><button name="act" value="test">Send test event</button></p></form>`;
}

export function setupPage(w, q, acc) {
	const here = `/crm/${acc.portalId}/setup`;
	return page({ title: `Set-up of ${acc.name}`, path: '/crm', theme: 'hubspot', message: messageOf(q), body: html`<p class="crumbs"><a href="/crm">All accounts</a> / <a href="/crm/${acc.portalId}">${acc.name}</a></p>
<h1>Set-up of ${acc.name}</h1>
<div class="columns">${propertyForm(here)}${labelForm(here)}${testForm(w, here)}</div>
<section><h2>Properties of its own</h2>${propertyTable(w, acc)}</section>
<section><h2>Owners</h2>${ownerTable(acc)}</section>
<section data-live="deleted"><h2>Deleted records</h2>
<p>They can be restored for 90 days, with their links. What was merged or deleted for privacy (GDPR) cannot.</p>${deletedTable(w, acc, here)}</section>` });
}

const text = (form, name) => (form.get(name) ?? '').trim();

const ACTS = {
	property: (w, acc, form) => {
		const [, kind] = KINDS[form.get('kind')] ?? KINDS.text;
		const values = text(form, 'options').split(',').map((v) => v.trim()).filter(Boolean);
		const made = op.addProperty(w, acc, op.needType(form.get('object')), {
			...kind, name: text(form, 'name'), label: text(form, 'label'), hasUniqueValue: form.get('unique') === 'yes',
			...(kind.type === 'enumeration' ? { options: values.map((v) => ({ label: v, value: v })) } : {}) });
		return `Property ${made.label} (${made.name}) created`;
	},
	label: (w, acc, form) => {
		const [made] = op.addLabel(w, acc, op.needType(form.get('from')), op.needType(form.get('to')), { label: text(form, 'label'), inverseLabel: text(form, 'inverse') || undefined });
		return `Label ${made.label} created`;
	},
	restore: (w, acc, form) => `${titleOf(op.restore(w, acc, op.needType(form.get('type')), form.get('id')))} is back`,
	test: (w, acc, form) => {
		if (!w.oauth.install(acc.portalId))
			throw new op.Refused('No app is connected to this account');
		w.webhooks.test(acc.portalId, form.get('subscription'));
		return 'Test event sent';
	},
};

export function setupPost(w, q, acc) {
	const here = `/crm/${acc.portalId}/setup`;
	const form = q.form();
	if (!ACTS[form.get('act')])
		return null;
	try {
		return back(here, ACTS[form.get('act')](w, acc, form));
	} catch (err) {
		if (err instanceof op.Refused || err instanceof HubspotError)
			return back(here, op.explain(err), true);
		throw err;
	}
}
