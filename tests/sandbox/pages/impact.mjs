// impact.com for a person: credentials, clicks, event types, conversions with their verdicts, actions.
import { ACCOUNTS, CREDENTIALS, clickTime, partnerOf } from '../impact/accounts.mjs';
import { back, html, messageOf, page, table, time } from './html.mjs';

function credentialTable() {
	return table('Credentials', ['Account SID', 'Auth Token', 'Program ID', 'Account', 'What it is'], CREDENTIALS.map((k) => {
		const acc = ACCOUNTS[k.account];
		return html`<tr><td><code>${k.sid}</code></td><td><code>${k.token}</code></td><td><code>${acc.programs[0].id}</code></td><td>${acc.name}</td>
<td><span class="tag ${k.note.startsWith('works') ? 'good' : 'bad'}">${k.note}</span></td></tr>`;
	}));
}

function clickTable(acc) {
	return table(`Clicks of ${acc.name}`, ['Click id', 'Partner', 'When (UTC)', 'Remark'], [...acc.clicks, ...acc.faulty].map((c) =>
		html`<tr><th scope="row"><code>${c.id}</code></th><td>${partnerOf(acc, c.partnerId).name} (${c.partnerId})</td><td>${time(clickTime(c))}</td><td>${c.why ?? ''}</td></tr>`));
}

const terms = (t) => !t.terms ? 'none' : t.terms.percent ? `${t.terms.percent} % of the sale` : t.terms.flat;

function typeTable(p) {
	return table(`Event types of program ${p.id}`, ['Id', 'Name', 'Codes', 'Payout', 'Remark'], p.eventTypes.map((t) =>
		html`<tr><th scope="row">${t.id}</th><td>${t.name}</td><td>${t.codes.map((c, i) => html`${i ? ', ' : ''}<code>${c}</code>`)}</td><td>${terms(t)}</td>
<td>${t.active ? t.terms ? '' : 'ACTIONTERMS_NOT_FOUND' : 'ACTIONTRACKER_NOT_ACTIVE'}</td></tr>`));
}

function verdict(w, s) {
	if (s.status !== 'Complete')
		return html`<span class="tag">${s.status}</span>`;
	if (s.errorReason)
		return html`<span class="tag bad">${s.errorReason}</span>`;
	const a = w.store.get('action', s.actionId);
	return html`<span class="tag good">Credited</span> ${partnerOf(ACCOUNTS[a.account], a.partnerId).name}, payout ${a.payout} ${a.currency}`;
}

function conversionTable(w) {
	const rows = w.judge.submissions().slice(-50).reverse().map((s) => html`<tr><td>${time(s.received)}</td><th scope="row">${s.values.OrderId}</th>
<td>${s.values.EventTypeCode ?? s.values.EventTypeId ?? s.values.ActionTrackerId}</td><td>${verdict(w, s)}</td>
<td><details><summary>${Object.keys(s.values).length} fields</summary><dl>${[...new URLSearchParams(s.payload)].map(([k, v]) => html`<div><dt>${k}</dt><dd>${v}</dd></div>`)}</dl>
<p class="hint">Batch ${s.batchId}</p></details></td></tr>`);
	return table('Conversions', ['Received (UTC)', 'OrderId', 'Event type', 'Verdict', 'Fields sent'], rows, 'No conversion has arrived.');
}

function actionTable(w) {
	const rows = w.judge.actions().slice(-50).reverse().map((a) => html`<tr><th scope="row">${a.id}</th><td>${a.values.OrderId}</td><td>${partnerOf(ACCOUNTS[a.account], a.partnerId).name}</td>
<td class="number">${a.amount} ${a.currency}</td><td class="number">${a.payout} ${a.currency}</td>
<td><span class="tag ${a.state === 'REVERSED' ? 'bad' : a.state === 'APPROVED' ? 'good' : ''}">${a.state}</span>${a.cleared ? ' paid' : ''}</td><td>${time(a.lockAt)}</td>
<td><details><summary aria-label="Fields of ${a.id}">Fields</summary><dl>${Object.entries(a.values).map(([k, v]) => html`<div><dt>${k}</dt><dd>${v}</dd></div>`)}</dl></details></td>
<td><form method="post" action="/impact" class="inline"><input type="hidden" name="id" value="${a.id}">
<button name="what" value="lock" aria-label="Lock ${a.id} now">Lock</button><button name="what" value="pay" aria-label="Pay ${a.id} now">Pay</button>
<button name="what" value="reverse" aria-label="Reverse ${a.id}">Reverse</button></form></td></tr>`);
	return table('Actions', ['Action', 'OrderId', 'Partner', 'Amount', 'Payout', 'State', 'Locks (UTC)', 'Fields', 'By hand'], rows, 'No action yet. A conversion becomes one when a partner is credited.');
}

export function impactPage(w, q) {
	w.judge.settle();
	return page({ title: 'impact.com', path: '/impact', theme: 'impact', message: messageOf(q), body: html`<h1>impact.com</h1>
<section><h2>Credentials</h2><p>Enter one row in the connector's settings. Account SID and Auth Token belong together.</p>${credentialTable()}
<p class="hint">Other Program IDs: ${Object.values(ACCOUNTS).flatMap((a) => a.programs.slice(1)).map((p) => `${p.id} (${p.name}, ${p.state})`).join(', ')}; any other is unknown.</p></section>
<section data-live="conversions"><h2>Conversions received</h2>${conversionTable(w)}</section>
<section data-live="actions"><h2>Actions</h2>${actionTable(w)}</section>
<section><h2>Clicks and partners</h2><p>A conversion is credited to the partner of its <code>ClickId</code>, or to the partner of an earlier event with the same <code>CustomerId</code>.</p>
${Object.values(ACCOUNTS).map((acc) => html`<h3>${acc.name}</h3>${clickTable(acc)}`)}</section>
<section><h2>Event types</h2>${Object.values(ACCOUNTS).map((acc) => html`<h3>${acc.programs[0].name} (${acc.programs[0].id})</h3>${typeTable(acc.programs[0])}`)}</section>` });
}

export function impactPost(w, q) {
	const form = q.form();
	try {
		const a = w.judge.change(form.get('id'), form.get('what'));
		return back('/impact', `Action ${a.id} is ${a.cleared ? 'paid' : a.state}`);
	} catch (err) {
		return back('/impact', err.message, true);
	}
}
