// The CRM for a person: accounts, contacts, deals with line items, links, stages, webhooks.
import { ACCOUNTS, account } from '../hubspot/accounts.mjs';
import { HubspotError } from '../hubspot/errors.mjs';
import { typeInfo } from '../hubspot/types.mjs';
import { ACCOUNTS as IMPACT, partnerOf } from '../impact/accounts.mjs';
import * as op from '../operations.mjs';
import { Router } from '../router.mjs';
import { back, field, html, messageOf, page, redirect, select, table } from './html.mjs';
import { editRecord, recordPage } from './record.mjs';
import { setupPage, setupPost } from './setup.mjs';
import { webhookTable } from './webhooks.mjs';

const SHOWN = 30;

function accountsPage(w, q) {
	return page({ title: 'HubSpot CRM', path: '/crm', theme: 'hubspot', message: messageOf(q), body: html`<h1>HubSpot CRM</h1>
<p>Two accounts live here. Choose the one that you want to work in.</p>
<ul class="cards">${ACCOUNTS.map((a) => {
	const install = w.oauth.install(a.portalId);
	return html`<li class="card"><h2><a href="/crm/${a.portalId}">${a.name}</a></h2>
<p>Account ${a.portalId}, ${a.currency}, ${a.timeZone}</p>
<p>${install ? html`<span class="tag good">Connected app: ${w.conf.app.name}</span>` : html`<span class="tag">No connected app</span>`}</p></li>`;
})}</ul>` });
}

export const typeWord = (type) => typeInfo(type).singular.replace('_', ' ');
export const fullName = (p) => [p.firstname, p.lastname].filter(Boolean).join(' ') || p.email || '(no name)';

export function titleOf(rec) {
	const p = rec.properties;
	const own = { contacts: () => fullName(p), companies: () => p.name ?? p.domain, deals: () => p.dealname, tickets: () => p.subject, tasks: () => p.hs_task_subject,
		quotes: () => p.hs_title, orders: () => p.hs_order_name, leads: () => p.hs_lead_name };
	return (own[rec.type] ?? (() => p.name ?? p.hs_sku))() ?? `${typeWord(rec.type)} ${rec.id}`;
}

/** Clicks to choose from, grouped by impact.com account. */
export function clickOptions() {
	return [['', [['', 'None']]], ...Object.values(IMPACT).map((acc) => [acc.name, acc.clicks.map((c) => [c.id, `${c.id} (${partnerOf(acc, c.partnerId).name})`])]),
		['Clicks that cannot be credited', Object.values(IMPACT).flatMap((acc) => acc.faulty.map((c) => [c.id, `${c.id}: ${c.why}`]))]];
}

export function stageOptions(w, acc) {
	const pipelines = w.pipelines.of(acc.portalId, 'deals');
	return pipelines.map((p) => [pipelines.length > 1 ? p.label : '', p.stages.map((s) => [s.id, s.label])]);
}
const newest = (w, acc, type) => w.crm.list(acc.portalId, type).reverse();
const named = (rows) => rows.slice(0, 500).map((r) => [r.id, `${titleOf(r)} (${r.id})`]);

function contactForm(acc) {
	return html`<form method="post" action="/crm/${acc.portalId}/contacts" class="card" aria-labelledby="new-contact">
<h2 id="new-contact">New contact</h2>
<div class="grid">${field('Email', 'email', '', { type: 'email', id: 'contact-email' })}
${field('First name', 'firstname', '', { id: 'contact-firstname' })}
${field('Last name', 'lastname', '', { id: 'contact-lastname' })}
${field('Company name', 'company', '', { id: 'contact-company' })}</div>
${select('impact.com click id', 'custom_impact_click_id', clickOptions(), '', { id: 'contact-click', hint: 'Came through a partner? Choose the click. None means that nobody is credited.' })}
<p><button class="primary">Create contact</button></p></form>`;
}

const itemRow = (n) => {
	const cell = (label, name, value, more) => field(label, `${name}${n}`, value, { id: `item-${name}${n}`, before: `Line item ${n}`, ...more });
	return html`<fieldset class="row"><legend>Line item ${n}</legend>
${cell('name', 'name', '')}${cell('SKU', 'sku', '')}${cell('price', 'price', '', { inputmode: 'decimal' })}${cell('quantity', 'quantity', '1', { inputmode: 'numeric' })}</fieldset>`;
};

function dealForm(w, acc) {
	const currencies = [acc.currency, ...acc.additionalCurrencies].map((c) => [c, c]);
	return html`<form method="post" action="/crm/${acc.portalId}/deals" class="card wide" aria-labelledby="new-deal">
<h2 id="new-deal">New deal</h2>
<div class="grid">${field('Deal name', 'dealname', '', { id: 'deal-name', required: true })}
${field('Amount', 'amount', '', { id: 'deal-amount', inputmode: 'decimal' })}
${select('Currency', 'deal_currency_code', [['', [['', `Not set (account: ${acc.currency})`], ...currencies]]], '', { id: 'deal-currency' })}
${select('Deal stage', 'dealstage', stageOptions(w, acc), '', { id: 'deal-stage' })}
${select('Contact of the deal', 'contact', [['', [['', 'None'], ...named(newest(w, acc, 'contacts'))]]], '', { id: 'deal-contact' })}
${select('Company of the deal', 'companyId', [['', [['', 'None'], ...named(newest(w, acc, 'companies'))]]], '', { id: 'deal-company' })}</div>
${itemRow(1)}${itemRow(2)}
<p class="hint">Line items without name and SKU are left out. More can be added on the deal's page.</p>
<p><button class="primary">Create deal</button></p></form>`;
}

function dealsTable(w, acc) {
	const rows = newest(w, acc, 'deals').slice(0, SHOWN).map((d) => {
		const p = d.properties;
		const contacts = w.crm.associations(acc.portalId, 'deals', d.id, 'contacts').map((a) => titleOf(w.crm.find(acc.portalId, 'contacts', a.id)));
		const items = w.crm.associations(acc.portalId, 'deals', d.id, 'line_items').length;
		return html`<tr><th scope="row"><a href="/crm/${acc.portalId}/deals/${d.id}">${p.dealname}</a><br><span class="hint">${d.id}</span></th>
<td><form method="post" action="/crm/${acc.portalId}/move" class="inline"><input type="hidden" name="deal" value="${d.id}">
${select(`Stage of ${p.dealname}`, 'stage', stageOptions(w, acc), p.dealstage, { id: `stage-${d.id}`, hidden: true })}
<button aria-label="Move ${p.dealname}">Move</button></form></td>
<td class="number">${p.amount ?? ''} ${p.amount ? p.deal_currency_code ?? acc.currency : ''}</td>
<td>${contacts.join(', ') || html`<span class="hint">no contact</span>`}</td><td class="number">${items}</td></tr>`;
	});
	return table('Deals', ['Deal', 'Stage', 'Amount', 'Contact', 'Line items'], rows, 'No deals yet. Create a contact first, then a deal of that contact.');
}

function contactsTable(w, acc) {
	const rows = newest(w, acc, 'contacts').slice(0, SHOWN).map((c) => html`<tr><th scope="row"><a href="/crm/${acc.portalId}/contacts/${c.id}">${titleOf(c)}</a><br>
<span class="hint">${c.id}</span></th><td>${c.properties.email ?? ''}</td><td>${c.properties.company ?? ''}</td><td><code>${c.properties.custom_impact_click_id ?? ''}</code></td>
<td>${c.properties.lifecyclestage ?? ''}</td></tr>`);
	return table('Contacts', ['Contact', 'Email', 'Company name', 'Click id', 'Lifecycle stage'], rows, 'No contacts yet.');
}

function companiesTable(w, acc) {
	const rows = newest(w, acc, 'companies').slice(0, SHOWN).map((c) => html`<tr><th scope="row"><a href="/crm/${acc.portalId}/companies/${c.id}">${titleOf(c)}</a><br>
<span class="hint">${c.id}</span></th><td>${c.properties.domain ?? ''}</td><td class="number">${w.crm.value(c, 'num_associated_contacts')}</td><td class="number">${w.crm.value(c, 'num_associated_deals')}</td></tr>`);
	return table('Companies', ['Company', 'Domain', 'Contacts', 'Deals'], rows, 'No companies yet.');
}

const companyForm = (acc) => html`<form method="post" action="/crm/${acc.portalId}/companies" class="card" aria-labelledby="new-company">
<h2 id="new-company">New company</h2>
${field('Name of the company', 'name', '', { id: 'company-name', required: true })}${field('Domain', 'domain', '', { id: 'company-domain' })}
<p><button>Create company</button></p></form>`;

function boardPage(w, q, acc) {
	const install = w.oauth.install(acc.portalId);
	return page({ title: acc.name, path: '/crm', theme: 'hubspot', message: messageOf(q), body: html`<p class="crumbs"><a href="/crm">All accounts</a></p>
<h1>${acc.name}</h1>
<p>Account ${acc.portalId}. ${install ? html`<span class="tag good">Connected app: ${w.conf.app.name}</span>`
	: html`<span class="tag bad">No connected app: changes here send no webhooks</span> <a href="${w.conf.publicUrl}">Connect it</a>`}</p>
<p>A record's own page links, merges and deletes it. <a href="/crm/${acc.portalId}/setup">Set-up: properties, labels, owners, deleted records</a></p>
<div class="columns two"><div>${contactForm(acc)}${companyForm(acc)}</div>${dealForm(w, acc)}</div>
<section data-live="deals"><h2>Deals</h2>${dealsTable(w, acc)}</section>
<section data-live="contacts"><h2>Contacts</h2>${contactsTable(w, acc)}</section>
<section data-live="companies"><h2>Companies</h2>${companiesTable(w, acc)}</section>
<section data-live="webhooks"><h2>Webhooks</h2>${webhookTable(w.webhooks.last(acc.portalId, 25))}</section>
${install ? html`<form method="post" action="/crm/${acc.portalId}/uninstall" class="card danger" aria-labelledby="uninstall"><h2 id="uninstall">Connected app</h2>
<p>HubSpot tells nobody about an uninstall: the app's tokens stop working and no more webhooks are sent.</p>
${field('Type uninstall to confirm', 'confirm', '', { id: 'uninstall-confirm' })}
<p><button class="bad">Uninstall</button></p></form>` : ''}` });
}

// --- forms --------------------------------------------------------------------------------------------------------

const taken = (form, names) => Object.fromEntries(names.map((n) => [n, (form.get(n) ?? '').trim()]).filter(([, v]) => v !== ''));

function newContact(w, acc, form) {
	const rec = op.create(w, acc, 'contacts', taken(form, ['email', 'firstname', 'lastname', 'company', 'custom_impact_click_id']));
	return `Contact ${titleOf(rec)} created (${rec.id})`;
}

function newDeal(w, acc, form) {
	const lineItems = [1, 2].map((n) => taken(form, [`name${n}`, `sku${n}`, `price${n}`, `quantity${n}`]))
		.map((row, i) => ({ name: row[`name${i + 1}`], hs_sku: row[`sku${i + 1}`], price: row[`price${i + 1}`], quantity: row[`quantity${i + 1}`] }))
		.filter((row) => row.name || row.hs_sku)
		.map((row) => Object.fromEntries(Object.entries(row).filter(([, v]) => v !== undefined)));
	const { deal } = op.createDeal(w, acc, {
		properties: taken(form, ['dealname', 'amount', 'deal_currency_code', 'dealstage']), lineItems,
		contacts: form.get('contact') ? [form.get('contact')] : [], companies: form.get('companyId') ? [form.get('companyId')] : [],
	});
	return `Deal ${titleOf(deal)} created (${deal.id})`;
}

const FORMS = {
	contacts: newContact,
	deals: newDeal,
	companies: (w, acc, form) => `Company ${titleOf(op.create(w, acc, 'companies', taken(form, ['name', 'domain'])))} created`,
	move: (w, acc, form) => {
		const rec = op.move(w, acc, form.get('deal'), form.get('stage'));
		return `${titleOf(rec)} is now in ${w.pipelines.findStage(acc.portalId, rec.properties.dealstage).stage.label}`;
	},
	uninstall: (w, acc, form) => {
		if (form.get('confirm') !== 'uninstall')
			throw new op.Refused('Type the word uninstall to confirm');
		w.oauth.uninstall(acc.portalId);
		return 'The app is uninstalled';
	},
};

function postForm(w, q, acc, name) {
	const here = `/crm/${acc.portalId}`;
	if (!FORMS[name])
		return null;
	try {
		return back(here, FORMS[name](w, acc, q.form()));
	} catch (err) {
		if (err instanceof op.Refused || err instanceof HubspotError)
			return back(here, op.explain(err), true);
		throw err;
	}
}

const ROUTES = new Router([
	['GET', '/crm', accountsPage],
	['GET', '/crm/:portal', (w, q, p, acc) => boardPage(w, q, acc)],
	['GET', '/crm/:portal/setup', (w, q, p, acc) => setupPage(w, q, acc)],
	['POST', '/crm/:portal/setup', (w, q, p, acc) => setupPost(w, q, acc)],
	['POST', '/crm/:portal/:form', (w, q, p, acc) => postForm(w, q, acc, p.form)],
	['GET', '/crm/:portal/:type/:id', (w, q, p, acc) => recordPage(w, q, acc, p)],
	['POST', '/crm/:portal/:type/:id', (w, q, p, acc) => editRecord(w, q, acc, p)],
]);

export function crmPages(w, q) {
	const found = ROUTES.find(q.method, q.path);
	if (!found || found.allowed)
		return null;
	const { portal, type } = found.params;
	if (portal && !account(portal))
		return redirect('/crm');
	if (type && !typeInfo(type))
		return null;
	return found.handler(w, q, found.params, portal ? account(portal) : null);
}
