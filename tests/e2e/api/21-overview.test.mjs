// Overview, Settings and Uninstall by the API: the set-up, the counters of a period, another account, the end of a connection.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { sql } from '../lib/database.mjs';
import { until } from '../lib/env.mjs';
import { TRIGGER, clear, dealsPreset, put, ready } from '../lib/ready.mjs';
import { ACME, CLICK, NORTHWIND, control, fault, log, mark } from '../lib/sandbox.mjs';

let person;
before(async () => { person = await ready(); });

const overview = () => person.get('/api/overview');
const line = (o, id) => o.checklist.find((row) => row.id === id);
const win = (contact) => control('POST', `/crm/${NORTHWIND}/deals`, { properties: { dealname: 'Overview', amount: '10', dealstage: 'closedwon' }, contacts: [contact], lineItems: [] });
const contact = async () => (await control('POST', `/crm/${NORTHWIND}/contacts`, { properties: { email: `o${Date.now()}@x.example`, custom_impact_click_id: CLICK } })).id;

test('I-15 I-16 I-17 the set-up tells what is done, what is to do, and what cannot be told', async () => {
	const o = await overview();
	assert.deepEqual(o.checklist.map((row) => row.id), ['hubspot', 'impact', 'program', 'consent', 'trigger', 'mapping', 'event_types', 'gateway', 'tracking', 'first_conversion']);
	for (const id of ['hubspot', 'impact', 'program', 'consent', 'trigger', 'mapping', 'gateway'])
		assert.equal(line(o, id).state, 'done', id);
	assert.equal(line(o, 'gateway').detail, 'im_ref');
	assert.equal(line(o, 'tracking').state, 'unknown');
	assert.ok(o.hubspot.since && o.hubspot.last_ok_at);
	assert.equal(o.impact.program_name, 'Acme Partner Program');
});

test('I-09 a live trigger without what impact.com requires, and one without consent, need attention with one fix each', async () => {
	const { revision, document } = await person.config();
	const res = await person.put('/api/config', { revision, document: { ...document, objects: { ...document.objects, deals: { ...document.objects.deals, consent: false } } } });
	assert.equal(res.status, 200, res.text);
	const items = (await overview()).attention.filter((item) => item.code === 'no_consent');
	assert.equal(items.length, 1);
	assert.equal(items[0].object, 'deals');
	assert.equal(items[0].page, 'triggers');
	person = await ready();
	assert.equal((await overview()).attention.filter((item) => item.code === 'no_consent').length, 0);
});

test('the frame says that the set-up is finished only once an object has consent, a live trigger and its mapping, and impact.com its credentials', async () => {
	const setUp = async (change) => {
		if (change) assert.equal((await person.configure(change)).status, 200);
		return (await person.get('/api/session')).tenant.set_up;
	};
	const rows = (await dealsPreset(person)).rows;
	assert.equal(await setUp(), true);
	assert.equal(await setUp((document) => clear(document, 'deals')), false);
	assert.equal(await setUp((document) => put(document, 'deals', [])), false, 'consent alone');
	assert.equal(await setUp((document) => put(document, 'deals', rows)), false, 'no trigger');
	assert.equal(await setUp((document) => put(document, 'deals', rows, { triggers: [{ ...TRIGGER, mode: 'off' }] })), false, 'none that is live');
	const others = (document) => { put(document, 'deals', rows, { triggers: [TRIGGER], consent: false }); put(document, 'contacts', []); };
	assert.equal(await setUp(others), false, 'the consent is for another object');
	assert.equal(line(await overview(), 'consent').state, 'todo', 'and the checklist tells it');
	assert.equal(await setUp((document) => clear(document, 'contacts')), false);
	person = await ready();
	assert.equal(await setUp(), true);
});

test('a configuration that this version cannot read takes nobody the frame: sending can be stopped, and its history be opened', async () => {
	const AT = `tenant_id = (SELECT tenant_id FROM tenant WHERE portal_id = ${NORTHWIND})`;
	const now = `${AT} AND revision = (SELECT config_revision FROM tenant WHERE portal_id = ${NORTHWIND})`;
	await sql(`UPDATE config SET document = JSON_INSERT(document, '$.of_a_later_version', true) WHERE ${now}`);
	try {
		const { tenant } = await person.get('/api/session');
		assert.equal(tenant.set_up, false);
		for (const on of [false, true])
			assert.equal((await person.post('/api/sending', { on })).status, 200);
		await person.get('/api/config/revisions');
	} finally {
		await sql(`UPDATE config SET document = JSON_REMOVE(document, '$.of_a_later_version') WHERE ${now}`);
	}
});

test('V-07 Advocate cannot be switched on while a live trigger sends no e-mail address', async () => {
	const refused = await person.configure((document) => { document.options.advocate = true; });
	assert.equal(refused.status, 422, refused.text);
	assert.match(refused.json.error.fields['objects.deals.mapping'], /CustomerEmail is required/);
	const saved = await person.configure((document) => {
		document.options = { ...document.options, advocate: true, event_date: 'occurred' };
		document.objects.deals.mapping.push({ id: 'mail', field: 'CustomerEmail', expression: '{contact.email}', when: '', active: true });
	});
	assert.equal(saved.status, 200, saved.text);
	assert.equal((await person.config()).document.options.event_date, 'occurred');
	assert.equal((await person.configure((document) => { document.options = {}; })).status, 200);
});

test('counters are of days in the account\'s time zone, and the sum of a period is that of its days', async () => {
	const before = await person.get('/api/overview/counters?days=1');
	assert.equal(before.time_zone_known, true);
	assert.equal(before.rows.length, 1);
	await win(await contact());
	await until('the new deal is counted', async () => {
		const { totals } = await person.get('/api/overview/counters?days=1');
		return Object.values(totals).reduce((a, b) => a + b) > Object.values(before.totals).reduce((a, b) => a + b);
	});
	const year = await person.get('/api/overview/counters?days=366');
	assert.equal(year.per, 'week');
	assert.ok(year.rows.length <= 53);
	const month = await person.get('/api/overview/counters?days=30');
	assert.equal(month.per, 'day');
	assert.equal(month.rows.length, 30);
	for (const key of ['sent', 'waiting', 'skipped', 'direct', 'failed'])
		assert.equal(month.rows.reduce((n, row) => n + row[key], 0), month.totals[key], key);
	const same = await person.get(`/api/overview/counters?from=${month.from}&to=${month.to}`);
	assert.equal(same.rows.length, 30);
	const list = await person.get(`/api/activity?from=${month.from}&to=${month.to}`);
	assert.ok(list.rows.length > 0, 'the same period opens its list');
	for (const wrong of ['days=0', 'days=367', 'days=x', 'from=2026-01-01', 'from=2026-01-02&to=2026-01-01', 'from=2024-01-01&to=2026-01-01', 'days=7&from=2026-01-01', 'from=2026-02-30&to=2026-03-01'])
		assert.equal((await person.call('GET', `/api/overview/counters?${wrong}`)).status, 400, wrong);
});

test('B-01 what impact.com refuses for a fault that can be mended needs attention, with its advice, its page and its list; a sale of nobody\'s partner does not', async () => {
	const clickless = (await control('POST', `/crm/${NORTHWIND}/contacts`, { properties: { email: `d${Date.now()}@x.example` } })).id;
	assert.equal((await person.verdict((await win(clickless)).id)).outcome, 'direct');
	await fault({ kind: 'status', path: '/Conversions$', method: 'POST', count: 1, status: 400, body: JSON.stringify({ Message: 'Invalid EventTypeCode' }) });
	const row = await person.verdict((await win(await contact())).id);
	assert.equal(row.code, 'http_400');
	const { attention } = await overview();
	const items = attention.filter((item) => item.code === row.code);
	assert.equal(items.length, 1, JSON.stringify(attention));
	assert.match(items[0].sentence, /^\d+ conversions? (was|were) refused: impact\.com refused the data that was sent\.$/);
	assert.match(items[0].advice, /Correct the mapping, or mend in impact\.com/);
	assert.deepEqual([items[0].page, items[0].outcome], ['mappings', 'failed']);
	assert.ok((await person.get(`/api/activity?outcome=${items[0].outcome}&code=${items[0].code}`)).rows.some((r) => r.id === row.id));
	assert.deepEqual(attention.filter((item) => item.code === 'ACTION_REF_NOT_FOUND'), []);
});

test('another Account SID while a conversion has no answer is asked about first; then it is given up, and never sent twice', async () => {
	const { id } = await fault({ kind: 'cut_after', path: '/Conversions$', method: 'POST', count: 0 });
	const deal = await win(await contact());
	await until('it is without an answer', async () => (await person.decisions(deal.id)).some((row) => row.state === 'UNKNOWN'));
	const other = { account_sid: 'IRacmeNOCOMPANYu6Zw1PiS4oDe9Cy3AjF', auth_token: 'sandbox-token-no-company', program_id: '1000' };
	const asked = await person.post('/api/live/impact', other);
	assert.equal(asked.status, 409, asked.text);
	assert.equal(asked.json.open.account_changes, true);
	assert.ok(asked.json.open.in_doubt >= 1);
	assert.equal((await person.get('/api/settings')).account_sid, ACME.account_sid);
	const since = await mark();
	assert.equal((await person.post('/api/live/impact', { ...other, confirm: true })).status, 200);
	await control('DELETE', `/faults/${id}`);
	await until('it is given up', async () => (await person.decisions(deal.id)).some((row) => row.state === 'DEAD' && row.code === 'account_changed'));
	const posts = await log({ since, method: 'POST', path: `/Advertisers/${other.account_sid}/Conversions` });
	assert.equal(posts.filter((e) => JSON.stringify(e.body).includes(deal.id)).length, 0, 'nothing of it is sent to the new account');
	person = await ready();
});

test('I-58 I-59 disconnecting from here uninstalls the app, and connecting again brings the same settings back', async () => {
	const before = await person.config();
	const since = await mark();
	const res = await person.post('/api/live/disconnect');
	assert.equal(res.status, 200, res.text);
	assert.deepEqual(res.json, { disconnected: true, already: false });
	const asked = await log({ since, side: 'hubspot' });
	assert.ok(asked.some((e) => e.method === 'DELETE' && /^\/appinstalls\/20\d\d-\d\d\/external-install$/.test(e.path)));
	const { tenant } = await person.get('/api/session');
	assert.equal(tenant.state, 'disconnected');
	const o = await overview();
	assert.equal(o.hubspot.state, 'disconnected');
	assert.ok(o.attention.some((item) => item.code === 'disconnected'));
	assert.deepEqual((await person.post('/api/live/disconnect')).json, { disconnected: true, already: true });
	await person.login(NORTHWIND);
	assert.equal((await person.get('/api/session')).tenant.state, 'active');
	assert.deepEqual((await person.config()).document, before.document);
});

test('F-024 I-58 I-59 an app that was uninstalled in HubSpot is disconnected here without asking more of HubSpot, and goes on after a new log-in', async () => {
	const someone = await contact();
	await control('POST', `/crm/${NORTHWIND}/uninstall`);
	assert.deepEqual((await person.post('/api/live/disconnect')).json, { disconnected: true, already: true });
	await person.login(NORTHWIND);
	const deal = await win(someone);
	await person.decision(deal.id, (row) => row.outcome !== 'waiting' || row.state, { what: 'the first decision after the new log-in' });
	assert.equal((await person.decisions(deal.id)).length, 1);
});
