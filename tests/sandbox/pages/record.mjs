// One CRM record: its values, what it is linked with, its history, and every property to change.
import { HubspotError } from '../hubspot/errors.mjs';
import { owners } from '../hubspot/accounts.mjs';
import * as op from '../operations.mjs';
import { clickOptions, stageOptions, titleOf, typeWord } from './crm.mjs';
import { back, field, html, messageOf, page, select, table, time } from './html.mjs';
import { RELATION_ACTS, associateForm, linkList, mergeForm } from './relations.mjs';

const EDIT = {
	contacts: ['email', 'firstname', 'lastname', 'company', 'jobtitle', 'lifecyclestage', 'hs_lead_status', 'custom_impact_click_id', 'city', 'country', 'zip', 'hubspot_owner_id'],
	companies: ['name', 'domain', 'industry', 'type', 'lifecyclestage', 'hs_lead_status', 'hubspot_owner_id'],
	deals: ['dealname', 'amount', 'deal_currency_code', 'dealstage', 'dealtype', 'closedate', 'hubspot_owner_id'],
	line_items: ['name', 'hs_sku', 'price', 'quantity', 'discount'],
};

function input(w, acc, p, rec) {
	const value = rec.properties[p.name] ?? '';
	const id = `edit-${p.name}`;
	if (p.name === 'dealstage')
		return select(p.label, p.name, stageOptions(w, acc), value, { id });
	if (p.name === 'custom_impact_click_id') {
		const options = clickOptions();
		if (value && !options.some(([, rows]) => rows.some(([v]) => v === value)))
			options.push(['Other', [[value, value]]]);
		return select(p.label, p.name, options, value, { id });
	}
	if (p.name === 'hubspot_owner_id')
		return select('Owner', p.name, [['', [['', 'Nobody'], ...owners(acc).map((o) => [o.id, `${o.firstName} ${o.lastName}`])]]], value, { id });
	if (p.options.length)
		return select(p.label, p.name, [['', [['', 'Not set'], ...p.options.map((o) => [o.value, o.label])]]], value, { id });
	return field(p.label, p.name, value, { id });
}

function history(rec) {
	const rows = Object.entries(rec.history).flatMap(([name, list]) => list.map((h) => ({ name, ...h })))
		.sort((a, b) => b.timestamp.localeCompare(a.timestamp)).slice(0, 40)
		.map((h) => html`<tr><td>${time(h.timestamp)}</td><th scope="row"><code>${h.name}</code></th><td>${h.value || html`<span class="hint">cleared</span>`}</td><td>${h.sourceType} ${h.sourceId}</td></tr>`);
	return table('History', ['Time (UTC)', 'Property', 'Value', 'By'], rows);
}

const itemForm = (here) => html`<form method="post" action="${here}" class="card" aria-labelledby="add-item"><h2 id="add-item">Add a line item</h2>
<div class="grid">${field('Line item name', 'name', '', { id: 'add-name' })}${field('Line item SKU', 'hs_sku', '', { id: 'add-sku' })}
${field('Line item price', 'price', '', { id: 'add-price', inputmode: 'decimal' })}${field('Line item quantity', 'quantity', '1', { id: 'add-quantity', inputmode: 'numeric' })}</div>
<p><button name="act" value="item">Add line item</button></p></form>`;

export function recordPage(w, q, acc, { type, id }) {
	const rec = w.crm.find(acc.portalId, type, id);
	if (!rec)
		return null;
	const here = `/crm/${acc.portalId}/${type}/${rec.id}`;
	const known = w.properties.of(acc.portalId, type);
	const others = [...known.values()].filter((p) => !p.modificationMetadata.readOnlyValue && !EDIT[type]?.includes(p.name)).map((p) => [p.name, `${p.label} (${p.name})`]);
	const set = Object.entries(rec.properties).filter(([, v]) => v !== null).sort().map(([n, v]) => html`<tr><th scope="row"><code>${n}</code></th><td>${v}</td></tr>`);
	const links = linkList(w, acc, rec, here);
	return page({ title: titleOf(rec), path: '/crm', theme: 'hubspot', message: messageOf(q), body: html`<p class="crumbs"><a href="/crm">All accounts</a> / <a href="/crm/${acc.portalId}">${acc.name}</a></p>
<h1>${titleOf(rec)}</h1>
<p>${typeWord(type)} ${rec.id}, created ${time(rec.createdAt)} UTC${rec.properties.hs_merged_object_ids ? `, ${rec.properties.hs_merged_object_ids.split(';').join(' and ')} merged into it` : ''}</p>
${links.length ? html`<section><h2>Linked with</h2><ul class="links">${links}</ul></section>` : ''}
<div class="columns${EDIT[type] ? ' two' : ''}">
${EDIT[type] ? html`<form method="post" action="${here}" class="card" aria-labelledby="edit"><h2 id="edit">Edit</h2>
<div class="grid">${(EDIT[type] ?? []).map((n) => known.get(n)).filter(Boolean).map((p) => input(w, acc, p, rec))}</div>
<p><button class="primary" name="act" value="edit">Save</button></p></form>` : ''}
<div class="columns">
<form method="post" action="${here}" class="card" aria-labelledby="other"><h2 id="other">Any other property</h2>
${select('Property', 'property', [['', others]], '', { id: 'other-property' })}${field('Value', 'value', '', { id: 'other-value', hint: 'Empty clears it' })}
<p><button name="act" value="set">Set</button></p></form>
${type === 'deals' ? itemForm(here) : ''}
${associateForm(w, acc, rec, here)}
${mergeForm(w, acc, rec, here)}
<form method="post" action="${here}" class="card danger" aria-labelledby="delete"><h2 id="delete">Delete</h2>
<p>A deleted record can be restored on the set-up page.${type === 'contacts' ? ' Deletion for privacy (GDPR) leaves nothing.' : ''}</p>
<p class="buttons"><button class="bad" name="act" value="delete">Delete</button>${type === 'contacts' ? html` <button class="bad" name="act" value="privacy">Delete permanently (GDPR)</button>` : ''}</p></form>
</div></div>
<section><h2>Values</h2>${table('Values', ['Property', 'Value'], set)}</section>
<section><h2>History</h2>${history(rec)}</section>` });
}

const ACTS = {
	...RELATION_ACTS,
	edit: (w, acc, rec, form) => {
		op.update(w, acc, rec.type, rec.id, Object.fromEntries(EDIT[rec.type].filter((n) => form.has(n)).map((n) => [n, form.get(n).trim()])));
		return 'Saved';
	},
	set: (w, acc, rec, form) => {
		op.update(w, acc, rec.type, rec.id, { [form.get('property')]: form.get('value').trim() });
		return `${form.get('property')} is set`;
	},
	item: (w, acc, rec, form) => {
		const props = Object.fromEntries(['name', 'hs_sku', 'price', 'quantity'].map((n) => [n, (form.get(n) ?? '').trim()]).filter(([, v]) => v));
		if (!props.name && !props.hs_sku)
			throw new op.Refused('A line item needs a name or a SKU');
		op.addLineItem(w, acc, rec.id, props);
		return 'Line item added';
	},
};

export function editRecord(w, q, acc, { type, id }) {
	const rec = w.crm.find(acc.portalId, type, id);
	if (!rec)
		return null;
	const here = `/crm/${acc.portalId}/${type}/${rec.id}`;
	const form = q.form();
	const act = form.get('act');
	try {
		if (act === 'delete' || act === 'privacy') {
			op.remove(w, acc, type, rec.id, act === 'privacy');
			return back(`/crm/${acc.portalId}`, `${titleOf(rec)} is deleted`);
		}
		return ACTS[act] ? back(here, ACTS[act](w, acc, rec, form)) : null;
	} catch (err) {
		if (err instanceof op.Refused || err instanceof HubspotError)
			return back(here, op.explain(err), true);
		throw err;
	}
}
