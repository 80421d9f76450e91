// impact.com for a person: credentials, conversions with their verdicts, actions and their updates, partners, clicks.
import { ACCOUNTS, CREDENTIALS, TEMPLATES, allClicks, clickTime, partnerOf } from '../impact/accounts.mjs';
import { REVERSE_CODES } from '../impact/changes.mjs';
import { statusOf } from '../impact/partners.mjs';
import { back, field, html, messageOf, page, select, table, time } from './html.mjs';

const SHOWN = 50;
const tag = (text, tone = '') => html`<span class="tag ${tone}">${text}</span>`;
const fields = (pairs) => html`<dl>${pairs.map(([k, v]) => html`<div><dt>${k}</dt><dd>${v}</dd></div>`)}</dl>`;

function credentialTable() {
	return table('Credentials', ['Account SID', 'Auth Token', 'Program ID', 'Account', 'What it is'], CREDENTIALS.slice(0, SHOWN).map((k) => {
		const acc = ACCOUNTS[k.account];
		return html`<tr><td><code>${k.sid}</code></td><td><code>${k.token}</code></td><td><code>${acc.programs[0].id}</code></td><td>${acc.name}</td>
<td>${tag(k.note, k.note.startsWith('works') ? 'good' : 'bad')}</td></tr>`;
	}));
}

function clickTable(acc) {
	const rows = allClicks(acc).flatMap((c) => [c, ...(c.earlier ?? []).map((e) => ({ ...c, ...e, why: 'an earlier click of the same journey' }))]);
	return table(`Clicks of ${acc.name}`, ['Click id', 'Partner', 'When (UTC)', 'Remark'], rows.map((c) =>
		html`<tr><th scope="row"><code>${c.id}</code></th><td>${partnerOf(acc, c.partnerId).name} (${c.partnerId})</td><td>${time(clickTime(c))}</td><td>${c.why ?? ''}</td></tr>`));
}

const terms = (t) => !t.terms ? 'none' : t.terms.percent ? `${t.terms.percent} % of the sale` : t.terms.flat;
const remark = (t) => [t.active ? '' : 'ACTIONTRACKER_NOT_ACTIVE', t.terms ? '' : 'ACTIONTERMS_NOT_FOUND', t.openEnded ? 'open-ended locking' : '',
	Object.keys(t.dispositions).length ? `disposition codes ${Object.keys(t.dispositions).join(', ')}` : ''].filter(Boolean).join('; ');

function typeTable(p) {
	return table(`Event types of program ${p.id}`, ['Id', 'Name', 'Codes', 'Payout', 'Remark'], p.eventTypes.map((t) =>
		html`<tr><th scope="row">${t.id}</th><td>${t.name}</td><td>${t.codes.map((c, i) => html`${i ? ', ' : ''}<code>${c}</code>`)}</td><td>${terms(t)}</td><td>${remark(t)}</td></tr>`));
}

const hidden = (values) => Object.entries(values).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
const button = (what, text, about) => html`<button name="what" value="${what}" aria-label="${text} ${about}">${text}</button>`;

function contractButtons(account, k, name) {
	const status = statusOf(k);
	const choices = status === 'PENDING' ? [['ACTIVE', 'Accept'], ['DECLINED', 'Decline']] : status === 'DECLINED' ? [] : [['EXPIRED', 'End'], ['ACTIVE', 'Renew']];
	return choices.length ? html`<form method="post" action="/impact" class="inline">${hidden({ account, contract: k.id })}
${choices.map(([value, text]) => html`<button name="status" value="${value}" aria-label="${text} ${name}">${text}</button>`)}</form>` : '';
}

function partnerTable(w, account, acc) {
	const groups = acc.programs.flatMap((p) => w.partners.groups(account, p.id));
	const rows = w.partners.partners(account).map((p) => {
		const contracts = acc.programs.flatMap((prog) => w.partners.contractsOf(account, prog.id, p.id));
		return html`<tr><th scope="row">${p.name} (${p.id})</th><td>${tag(p.state, p.state === 'ACTIVE' ? 'good' : 'bad')}</td>
<td>${groups.filter((g) => g.partners.includes(p.id)).map((g) => g.name).join(', ')}</td>
<td>${contracts.length ? contracts.map((k) => html`<p>${k.id}, ${TEMPLATES[k.template].name}, ${tag(statusOf(k), statusOf(k) === 'ACTIVE' ? 'good' : '')}</p>`) : 'none'}</td>
<td>${contracts.map((k) => contractButtons(account, k, p.name))}
<form method="post" action="/impact" class="inline">${hidden({ account, partner: p.id, state: p.state === 'ACTIVE' ? 'DEACTIVATED' : 'ACTIVE' })}
<button aria-label="${p.state === 'ACTIVE' ? 'Deactivate' : 'Activate'} ${p.name}">${p.state === 'ACTIVE' ? 'Deactivate' : 'Activate'}</button></form></td></tr>`;
	});
	return table(`Partners of ${acc.name}`, ['Partner', 'State', 'Groups', 'Contracts', 'By hand'], rows);
}

function verdict(w, s) {
	if (s.status !== 'Complete')
		return tag(s.status);
	if (s.errorReason)
		return tag(s.errorReason, 'bad');
	const a = w.ledger.action(s.actionId);
	if (s.type !== 'Conversion')
		return html`${tag('Done', 'good')} ${a.id}`;
	return html`${tag(a.test ? 'Test action' : 'Credited', 'good')} ${w.partners.partner(a.account, a.partnerId).name}, payout ${a.intendedPayout} ${a.currency}`;
}

function conversionTable(w) {
	const rows = w.judge.submissions(SHOWN).reverse().map((s) => html`<tr><td>${time(s.received)}</td><th scope="row">${s.values.OrderId ?? s.oid ?? s.values.ActionId}</th>
<td>${s.type === 'Conversion' ? s.values.EventTypeCode ?? s.values.EventTypeId ?? s.values.ActionTrackerId : s.type}</td><td>${verdict(w, s)}</td>
<td><details><summary>${Object.keys(s.values).length} fields</summary>${fields([...new URLSearchParams(s.payload)])}
<p class="hint">Batch ${s.batchId}</p></details></td></tr>`);
	return table('Conversions', ['Received (UTC)', 'OrderId', 'Event type', 'Verdict', 'Fields sent'], rows, 'No conversion has arrived.');
}

const REASONS = [['', REVERSE_CODES.map((c) => [c, c])]];

function actionForms(a) {
	const id = html`<input type="hidden" name="id" value="${a.id}">`;
	return html`<form method="post" action="/impact" class="inline">${id}${button('lock', 'Lock', a.id)}${button('pay', 'Pay', a.id)}${button('approve', 'Approve', a.id)}${button('reset', 'Reset', a.id)}</form>
<details><summary>Change ${a.id}</summary>
<form method="post" action="/impact">${id}${select('Reason', 'reason', REASONS, 'REJECTED', { id: `reason-${a.id}` })}<p>${button('reverse', 'Reverse', a.id)}</p></form>
<form method="post" action="/impact">${id}${field('New amount', 'amount', a.amount, { id: `amount-${a.id}`, inputmode: 'decimal' })}<p>${button('modify', 'Modify', a.id)}</p></form></details>`;
}

const tone = (state) => state === 'REVERSED' ? 'bad' : state === 'APPROVED' ? 'good' : '';

function updateList(w, a) {
	const count = w.ledger.updatesOf(a.id).length;
	const words = count === 1 ? '1 update' : `${count} updates`;
	return html`<details><summary aria-label="${words} of ${a.id}">${words}</summary><ul>${w.ledger.updatesOf(a.id).map((id) => w.ledger.update(id)).map((u) =>
		html`<li>${time(u.at)}: ${u.state} ${u.disposition}, amount ${u.deltaAmount}, payout ${u.deltaPayout}</li>`)}</ul></details>`;
}

function actionTable(w) {
	const rows = w.judge.actions(SHOWN).reverse().map((a) => html`<tr><th scope="row">${a.id}${a.test ? html` ${tag('test')}` : ''}</th><td>${a.oid}</td>
<td>${w.partners.partner(a.account, a.partnerId).name}</td><td class="number">${a.amount} ${a.currency}</td><td class="number">${a.payout} ${a.currency}</td>
<td>${tag(a.state, tone(a.state))} ${a.cleared ? 'paid' : a.detail}</td><td>${a.lockAt ? time(a.lockAt) : 'open-ended'}</td><td>${updateList(w, a)}</td>
<td><details><summary aria-label="Fields of ${a.id}">Fields</summary>${fields(Object.entries(a.values))}</details></td><td>${actionForms(a)}</td></tr>`);
	return table('Actions', ['Action', 'OrderId', 'Partner', 'Amount', 'Payout', 'State', 'Locks (UTC)', 'Updates', 'Fields', 'By hand'], rows,
		'No action yet. A conversion becomes one when a partner is credited.');
}

function partnerSection(w) {
	const programs = Object.entries(ACCOUNTS).slice(0, SHOWN).flatMap(([account, acc]) => acc.programs.map((p) => [`${account}/${p.id}`, `${p.name} (${p.id})`]));
	return html`<section><h2>Partners and contracts</h2><p>A partner is credited only while a contract is in force. Whoever has applied waits for an answer, here or by API.</p>
${Object.entries(ACCOUNTS).slice(0, 2).map(([account, acc]) => html`<h3>${acc.name}</h3>${partnerTable(w, account, acc)}`)}
<form method="post" action="/impact" class="card" aria-labelledby="apply"><h3 id="apply">A new partner applies</h3><div class="grid">
${field('Partner name', 'name', '', { required: true })}${field('Partner email', 'email', '', { type: 'email' })}${select('Program', 'program', [['', programs]])}</div>
<p><button class="primary">Apply</button></p></form></section>`;
}

export function impactPage(w, q) {
	w.judge.settle();
	const own = Object.values(ACCOUNTS).slice(0, 2);
	return page({ title: 'impact.com', path: '/impact', theme: 'impact', message: messageOf(q), body: html`<h1>impact.com</h1>
<section><h2>Credentials</h2><p>Enter one row in the connector's settings. Account SID and Auth Token belong together.</p>${credentialTable()}
<p class="hint">Other Program IDs: ${own.flatMap((a) => a.programs.slice(1)).map((p) => `${p.id} (${p.name}, ${p.state})`).join(', ')}; any other is unknown.</p></section>
<section data-live="conversions"><h2>Conversions received</h2>${conversionTable(w)}</section>
<section data-live="actions"><h2>Actions</h2>${actionTable(w)}</section>
<section><h2>Clicks</h2><p>A conversion is credited to the partner of its <code>ClickId</code>, or to the partner of an earlier event with the same <code>CustomerId</code>.</p>
${own.map((acc) => html`<h3>${acc.name}</h3>${clickTable(acc)}`)}</section>
${partnerSection(w)}
<section><h2>Event types</h2>${own.map((acc) => html`<h3>${acc.programs[0].name} (${acc.programs[0].id})</h3>${typeTable(acc.programs[0])}`)}</section>` });
}

function done(w, form) {
	const f = Object.fromEntries(form);
	if (f.contract)
		return `Contract ${f.contract}: ${statusOf(w.partners.setContract(f.account, f.contract, f.status))}`;
	if (f.partner)
		return `${w.partners.setPartner(f.account, f.partner, { state: f.state }).name} is ${f.state}`;
	if (f.program)
		return `${w.partners.apply(...f.program.split('/'), f.name, f.email || undefined).name} has applied`;
	const a = w.judge.change(f.id, f.what, f);
	return `Action ${a.id} is ${a.cleared ? 'paid' : a.state}`;
}

export function impactPost(w, q) {
	try {
		return back('/impact', done(w, q.form()));
	} catch (err) {
		return back('/impact', err.message, true);
	}
}
