// Two HubSpot accounts in one connector: neither sees, changes or sends anything of the other.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { ready } from '../lib/ready.mjs';
import { ACME, ALPINE, ALPINE_CLICK, NORTHWIND, VELO, contact, control, deal, fault, log, mark, move, submissions } from '../lib/sandbox.mjs';

let ada;
let clara;
before(async () => {
	ada = await ready(NORTHWIND, ACME);
	clara = await ready(ALPINE, VELO);
});

test('C-12 F-017 two accounts win deals at once: each conversion goes to its own impact.com account, and nobody sees the other\'s', async () => {
	const since = await mark();
	const hers = (await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] })).id;
	const his = (await deal(ALPINE, { amount: '200', contacts: [await contact(ALPINE, { click: ALPINE_CLICK })] })).id;
	await Promise.all([move(NORTHWIND, hers), move(ALPINE, his)]);
	const a = await ada.verdict(hers);
	const c = await clara.verdict(his);
	assert.match(a.sentence, /^Credited to Robot Review Weekly, payout 8\.00 USD/);
	assert.match(c.sentence, /^Credited to Mountain Blog, payout 12\.00 EUR/);
	const sids = async (id) => (await log({ since, method: 'POST', side: 'impact' })).filter((e) => e.body.includes(`_${id}`)).map((e) => e.sid);
	assert.deepEqual(await sids(hers), [ACME.account_sid]);
	assert.deepEqual(await sids(his), [VELO.account_sid]);
	assert.equal((await submissions(`deal_closedwon_${his}`))[0].values.CurrencyCode, 'EUR');
	assert.deepEqual(await ada.decisions(his), []);
	assert.deepEqual(await clara.decisions(hers), []);
});

test('F-017 another tenant\'s decision is 404, in the same words as one that does not exist', async () => {
	const [row] = (await ada.activity()).rows;
	assert.equal((await ada.call('GET', `/api/activity/${row.id}`)).status, 200);
	const foreign = await clara.call('GET', `/api/activity/${row.id}`);
	const nobodys = await clara.call('GET', '/api/activity/999999999');
	assert.equal(foreign.status, 404);
	assert.equal(nobodys.status, 404);
	assert.equal(foreign.text, nobodys.text);
	for (const id of ['0', '-1', 'x', '1e3', '99999999999999999999999', '%2e%2e'])
		assert.ok([400, 404].includes((await clara.call('GET', `/api/activity/${id}`)).status), id);
});

test('F-017 settings, configuration and lists are those of the session\'s account', async () => {
	const settings = await clara.get('/api/settings');
	assert.equal(settings.account_sid, VELO.account_sid);
	assert.equal(settings.account.currency, 'EUR');
	assert.equal(settings.impact_account.company_name, 'Alpine Cycles GmbH (sandbox)');
	const before = await ada.config();
	const saved = await clara.configure((d) => { d.objects.contacts.consent = !d.objects.contacts.consent; });
	assert.equal(saved.status, 200);
	assert.equal(saved.json.author, 'clara@alpine-cycles.example');
	assert.deepEqual(await ada.config(), before);
	const both = [await ada.activity(), await clara.activity()].map((a) => new Set(a.rows.map((r) => r.id)));
	assert.deepEqual([...both[0]].filter((id) => both[1].has(id)), []);
});

test('I-08 stopping one account does not stop the other', async () => {
	assert.equal((await ada.post('/api/sending', { on: false })).status, 200);
	const hers = (await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] })).id;
	const his = (await deal(ALPINE, { contacts: [await contact(ALPINE, { click: ALPINE_CLICK })] })).id;
	await Promise.all([move(NORTHWIND, hers), move(ALPINE, his)]);
	assert.equal((await clara.verdict(his)).state, 'CONFIRMED');
	assert.equal((await submissions(`deal_closedwon_${hers}`)).length, 0);
	assert.equal((await ada.post('/api/sending', { on: true })).status, 200);
	assert.equal((await ada.verdict(hers)).state, 'CONFIRMED');
});

test('F-100 credentials that impact.com no longer takes hold one account only, are said, and go on when entered anew', async () => {
	const refused = await fault({ kind: 'status', path: `/Advertisers/${VELO.account_sid}/`, status: 401, count: 0 });
	const his = (await deal(ALPINE, { contacts: [await contact(ALPINE, { click: ALPINE_CLICK })] })).id;
	const hers = (await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] })).id;
	await Promise.all([move(ALPINE, his), move(NORTHWIND, hers)]);
	const held = await clara.decision(his, (r) => r.state === 'PARKED', { what: 'PARKED' });
	assert.equal(held.code, 'credentials_refused');
	assert.equal((await ada.verdict(hers)).state, 'CONFIRMED');
	assert.ok((await clara.get('/api/overview')).attention.length > 0);
	await control('DELETE', `/faults/${refused.id}`);
	assert.equal((await clara.post('/api/live/impact', VELO)).status, 200);
	assert.equal((await clara.verdict(his)).state, 'CONFIRMED');
	assert.equal((await submissions(`deal_closedwon_${his}`)).length, 1);
});
