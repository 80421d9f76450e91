// A deal won in HubSpot becomes a conversion in impact.com, with its verdict: what is sent is compared field by field.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { sleep, until } from '../lib/env.mjs';
import { TRIGGER, dealsPreset, putDeals, ready } from '../lib/ready.mjs';
import { ACME, CLICK, NORTHWIND, contact, control, deal, fault, log, mark, move, record, submissions, webhooks } from '../lib/sandbox.mjs';

let person;
let preset;
before(async () => {
	person = await ready();
	preset = await dealsPreset(person);
	await person.post('/api/live/catalogue', { object: 'deals' }); // as the pages do: Activity takes its labels from what was read
});

const posts = (since) => log({ since, method: 'POST', path: `/Advertisers/${ACME.account_sid}/Conversions` });
const postsOf = async (since, orderId) => (await posts(since)).filter((e) => new URLSearchParams(e.body).get('OrderId') === orderId);
const iso = (text) => new Date(text).toISOString();

test('I-01 I-04 I-43 I-45..I-56 I-63 B-01 a won deal with two line items is posted with exactly its fields and credited, and Activity tells it all', async () => {
	const since = await mark();
	const who = await contact(NORTHWIND);
	const { id } = await deal(NORTHWIND, { amount: '1234.50', contacts: [who], lineItems: [
		{ name: 'Robot arm', hs_sku: 'ARM-1', price: '60.25', quantity: '2' }, { name: 'Base & plate', hs_sku: 'BASE-2', price: '10', quantity: '1' }] });
	await person.decision(id, (r) => r.code === 'trigger_other_value', { what: 'the first stage, looked at and left' });
	await move(NORTHWIND, id);
	const row = await person.verdict(id);
	const properties = (await record(NORTHWIND, 'deals', id)).properties;

	const sent = await postsOf(since, `deal_closedwon_${id}`);
	assert.equal(sent.length, 1);
	const { headers, body } = sent[0];
	assert.equal(headers['content-type'].split(';')[0], 'application/x-www-form-urlencoded');
	assert.match(headers.accept, /application\/json/);
	assert.equal(headers['ir-version'], '14');
	assert.match(headers.authorization, /^Basic /);
	const fields = Object.fromEntries(new URLSearchParams(body));
	assert.match(fields.EventDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
	assert.equal(iso(fields.EventDate).slice(0, 19), properties.hs_lastmodifieddate.slice(0, 19));
	assert.equal(iso(fields.Text3).slice(0, 19), properties.closedate.slice(0, 19));
	// Amounts are compared as numbers: "10" and "10.00" are one amount.
	const numbers = ['OrderSubTotal', 'Text2', 'ItemPrice1', 'ItemPrice2', 'ItemQuantity1', 'ItemQuantity2'];
	const same = Object.fromEntries(Object.entries(fields).map(([k, v]) => [k, numbers.includes(k) ? Number(v) : v]));
	assert.deepEqual(same, {
		CampaignId: '1000', EventTypeCode: 'deal_closedwon', CustomerId: who, OrderId: `deal_closedwon_${id}`, ClickId: CLICK,
		CurrencyCode: 'USD', EventDate: fields.EventDate, Text2: 1, Text3: fields.Text3, OrderSubTotal: 1234.5,
		ItemSku1: 'ARM-1', ItemName1: 'Robot arm', ItemCategory1: 'Robot arm', ItemPrice1: 60.25, ItemQuantity1: 2,
		ItemSku2: 'BASE-2', ItemName2: 'Base & plate', ItemCategory2: 'Base & plate', ItemPrice2: 10, ItemQuantity2: 1,
	});

	assert.equal(row.outcome, 'sent');
	assert.equal(row.state, 'CONFIRMED');
	assert.match(row.sentence, /^Credited to Robot Review Weekly, payout 10\.44 USD, locks \d+ \w{3} \d{4}\.$/);
	assert.deepEqual(row.event.property, 'dealstage');
	assert.equal(row.event.value_label, 'Closed Won');
	assert.equal(row.name, properties.dealname);
	const detail = await person.get(`/api/activity/${row.id}`);
	assert.deepEqual(Object.fromEntries(detail.fields.map((f) => [f.name, f.value])), fields, 'the page shows what was sent');
	assert.equal(detail.fields.find((f) => f.name === 'OrderId').from, 'event');
	assert.equal(detail.fields.find((f) => f.name === 'CustomerId').expression, '{contact.hs_object_id}');
	assert.deepEqual(detail.timeline.map((s) => s.what), ['received', 'read', 'decided', 'built', 'sending', 'answered', 'accepted', 'confirmed']);
	assert.equal(detail.conversion.partner_name, 'Robot Review Weekly');
	assert.equal(detail.conversion.payout, '10.44');
	assert.equal(detail.conversion.currency, 'USD');
	assert.ok(detail.conversion.locking_date > new Date().toISOString());
	assert.equal(detail.conversion.attempts, 1);
	assert.equal(detail.record_url, `https://app.hubspot.com/contacts/${NORTHWIND}/record/0-3/${id}`);
});

test('T-36 I-25 the first accepted send proves the Conversions scope', async () => {
	const checks = (await person.get('/api/settings')).checks;
	assert.equal(checks.find((c) => c.id === 'conversions').state, 'ok');
	const { checklist } = await person.get('/api/overview');
	assert.deepEqual(checklist.filter((c) => c.state !== 'done').map((c) => c.id), ['tracking']);
});

test('I-63 a deal in another currency is sent in that currency', async () => {
	const { id } = await deal(NORTHWIND, { deal_currency_code: 'EUR', contacts: [await contact(NORTHWIND)] });
	await move(NORTHWIND, id);
	const row = await person.verdict(id);
	assert.equal((await submissions(row.order_id))[0].values.CurrencyCode, 'EUR');
	assert.match(row.sentence, / EUR, locks /);
});

test('B-01 a deal whose contact has no click id ends as not partner-driven, with what to do', async () => {
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND, { click: '' })] });
	await move(NORTHWIND, id);
	const row = await person.verdict(id);
	assert.equal(row.outcome, 'direct', 'nothing was lost: no red');
	assert.equal(row.state, 'REJECTED');
	assert.equal(row.code, 'ACTION_REF_NOT_FOUND');
	assert.match(row.sentence, /^Not partner-driven/);
	const detail = await person.get(`/api/activity/${row.id}`);
	assert.match(detail.advice, /click id.*ClickId/);
	assert.equal(detail.fix, 'mappings');
	assert.equal(detail.fields.some((f) => f.name === 'ClickId'), false, 'an empty field is left out');
});

test('B-01 the same answer to a deal with a click id is a failure: a partner may wait for it', async () => {
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND, { click: 'XXunknownEverywhere00001' })] });
	await move(NORTHWIND, id);
	const row = await person.verdict(id);
	assert.deepEqual([row.outcome, row.code], ['failed', 'click_not_found']);
	assert.match(row.sentence, /with a click id/);
});

test('B-01 other verdicts are told in their own words', async () => {
	for (const [code, words] of [['OUTSIDE_ASSOCIATION_WINDOW', /Too much time passed/], ['PARTNER_NOT_ACTIVE', /no longer active/]]) {
		const click = { OUTSIDE_ASSOCIATION_WINDOW: 'XXolderThanWindow0000001', PARTNER_NOT_ACTIVE: 'XXinactivePartner0000001' }[code];
		const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND, { click })] });
		await move(NORTHWIND, id);
		const row = await person.verdict(id);
		assert.equal(row.code, code);
		assert.match(row.sentence, words);
		assert.ok((await person.get(`/api/activity/${row.id}`)).advice);
	}
});

test('C-16 a deal that is created already won waits for its contact and is sent when the contact is associated 3 s later', async () => {
	const who = await contact(NORTHWIND);
	const { id } = await deal(NORTHWIND, { dealstage: 'closedwon' });
	const waiting = await person.decision(id, (r) => r.outcome === 'waiting', { what: 'WAITING' });
	assert.equal(waiting.code, 'no_contact');
	assert.match(waiting.sentence, /No contact on the deal yet/);
	assert.ok(waiting.waits_until);
	assert.equal((await submissions(`deal_closedwon_${id}`)).length, 0);
	await sleep(3000); // what is tested here is this delay
	await control('POST', `/crm/${NORTHWIND}/associate`, { from: 'deals', fromId: id, to: 'contacts', toId: who });
	const row = await person.verdict(id);
	assert.equal(row.state, 'CONFIRMED');
	assert.equal((await submissions(`deal_closedwon_${id}`))[0].values.CustomerId, who);
	assert.equal((await person.decisions(id)).filter((r) => r.outcome === 'waiting').length, 0);
});

test('C-16 of several contacts the one with a click id is taken, and the trace says which and why', async () => {
	const plain = await contact(NORTHWIND, { click: '' });
	const clicked = await contact(NORTHWIND);
	const { id } = await deal(NORTHWIND, { contacts: [plain, clicked] });
	await move(NORTHWIND, id);
	const row = await person.verdict(id);
	assert.equal((await submissions(row.order_id))[0].values.CustomerId, clicked);
	const { timeline } = await person.get(`/api/activity/${row.id}`);
	assert.match(timeline.find((s) => s.what === 'read').sentence, new RegExp(`contact ${clicked}\\b.*click id`));
});

test('I-08 C-12 without consent nothing is sent, and the decision says no_consent', async () => {
	assert.equal((await person.configure((d) => { d.objects.deals.consent = false; })).status, 200);
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	await move(NORTHWIND, id);
	const row = await person.decision(id, (r) => r.event.value === 'closedwon');
	assert.equal(row.outcome, 'skipped');
	assert.equal(row.code, 'no_consent');
	assert.match(row.sentence, /No consent/);
	assert.equal((await person.configure((d) => putDeals(d, preset))).status, 200);
	assert.equal((await submissions(`deal_closedwon_${id}`)).length, 0);
});

test('I-04 a stage that no trigger waits for is looked at and skipped; a trigger that is off sends nothing', async () => {
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	await move(NORTHWIND, id, 'contractsent');
	const row = await person.decision(id, (r) => r.event.value === 'contractsent');
	assert.equal(row.code, 'trigger_other_value');
	assert.equal((await person.configure((d) => putDeals(d, preset, { triggers: [{ ...TRIGGER, mode: 'off' }] }))).status, 200);
	await move(NORTHWIND, id);
	assert.equal((await person.decision(id, (r) => r.event.value === 'closedwon')).code, 'trigger_off');
	assert.equal((await person.configure((d) => putDeals(d, preset))).status, 200);
	assert.equal((await submissions(`deal_closedwon_${id}`)).length, 0);
});

test('C-01 I-47 a deal that passes two stages before it is read makes two conversions, each with its own stage', async () => {
	assert.equal((await person.configure((d) => putDeals(d, preset, { triggers: [{ ...TRIGGER, becomes: ['contractsent', 'closedwon'] }] }))).status, 200);
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	await move(NORTHWIND, id, 'contractsent');
	await move(NORTHWIND, id, 'closedwon');
	await until('both verdicts', async () => (await person.decisions(id)).filter((r) => r.state === 'CONFIRMED').length === 2);
	for (const stage of ['contractsent', 'closedwon']) {
		const [one, ...more] = await submissions(`deal_${stage}_${id}`);
		assert.equal(more.length, 0);
		assert.equal(one.values.EventTypeCode, `deal_${stage}`);
	}
	assert.equal((await person.configure((d) => putDeals(d, preset))).status, 200);
});

test('I-27 "Active" makes a conversion of a deal that is created', async () => {
	const triggers = [{ id: 'c1', on: 'created', property: '', becomes: [], mode: 'live' }];
	assert.equal((await person.configure((d) => putDeals(d, preset, { triggers }))).status, 200);
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	const row = await person.verdict(id);
	assert.equal(row.event.kind, 'created');
	assert.equal(row.order_id, `deal_appointmentscheduled_${id}`);
	assert.equal((await person.configure((d) => putDeals(d, preset))).status, 200);
});

test('design 4: leaving and reaching the stage again is the same effect and is not sent twice', async () => {
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	await move(NORTHWIND, id);
	await person.verdict(id);
	await move(NORTHWIND, id, 'contractsent');
	await move(NORTHWIND, id);
	const row = await person.decision(id, (r) => r.code === 'duplicate_effect', { what: 'SUPPRESSED' });
	assert.match(row.sentence, /sent already/);
	assert.equal((await submissions(`deal_closedwon_${id}`)).length, 1);
});

test('"stop all sending" holds what is due, and starting again sends it', async () => {
	assert.deepEqual((await person.post('/api/sending', { on: false })).json, { sending: false });
	assert.equal((await person.get('/api/session')).tenant.sending, false);
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	await move(NORTHWIND, id);
	const held = await person.decision(id, (r) => r.outcome === 'waiting' && r.event.value === 'closedwon', { what: 'a stopped conversion' });
	assert.ok(['PARKED', 'READY', null].includes(held.state), held.state);
	assert.equal((await submissions(`deal_closedwon_${id}`)).length, 0);
	assert.deepEqual((await person.post('/api/sending', { on: true })).json, { sending: true });
	assert.equal((await person.verdict(id)).state, 'CONFIRMED');
});

test('M-03 a burst of 100 won deals is read in batches, never one by one, and every deal ends with its verdict', async (t) => {
	const who = await contact(NORTHWIND);
	const ids = [];
	for (let i = 0; i < 100; i++)
		ids.push((await deal(NORTHWIND, { contacts: [who], lineItems: [{ name: 'One', hs_sku: 'ONE', price: '5', quantity: '1' }] })).id);
	await until('all first stages decided', async () => (await person.decisions(ids.at(-1))).length > 0, { s: 60 });
	await until('silence', async () => {
		const open = (await webhooks((w) => w.state !== 'done' && w.state !== 'given up')).length;
		return open === 0;
	});
	await sleep(1500); // the first stages' reads are over
	const since = await mark();
	await control('POST', '/settings', { batch_ms: 1500 });
	await Promise.all(ids.map((id) => move(NORTHWIND, id)));
	await until('all verdicts', async () => (await submissions()).filter((s) => s.status === 'Complete' && ids.includes(s.values.OrderId.split('_')[2])).length === 100, { s: 90 });
	const reads = (await log({ since, side: 'hubspot' })).filter((e) => e.path.startsWith('/crm/'));
	const kinds = {};
	for (const e of reads) {
		assert.equal(e.method, 'POST', `${e.method} ${e.path}: a single read`);
		const { inputs } = JSON.parse(e.body);
		assert.ok(inputs.length <= 100, `${inputs.length} in one call`);
		(kinds[e.path] ??= []).push(inputs.length);
	}
	t.diagnostic(`records asked for per call: ${JSON.stringify(kinds)}`);
	// Each of the 4 shards of decide reads its part of a burst in one call per kind; the end of the burst may come apart.
	assert.ok(reads.length <= 30, `${reads.length} calls for 100 deals: ${JSON.stringify(kinds)}`);
	await control('DELETE', '/settings');
	for (const id of ids)
		assert.equal((await submissions(`deal_closedwon_${id}`)).length, 1);
});

test('design 4: a reply that is cut after impact.com has booked is found and not sent again', async () => {
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	const since = await mark();
	await fault({ kind: 'cut_after', path: '/Conversions$', method: 'POST' });
	await move(NORTHWIND, id);
	const unknown = await person.decision(id, (r) => r.state === 'UNKNOWN', { what: 'UNKNOWN' });
	assert.ok(unknown.sentence);
	const row = await person.verdict(id, { s: 90 });
	assert.equal(row.state, 'CONFIRMED');
	assert.equal((await submissions(`deal_closedwon_${id}`)).length, 1);
	assert.equal((await postsOf(since, `deal_closedwon_${id}`)).length, 1);
});

test('design 4: a request that never arrived is sent again, byte for byte the same, only after impact.com was asked', async () => {
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	const since = await mark();
	await fault({ kind: 'cut_before', path: '/Conversions$', method: 'POST' });
	await move(NORTHWIND, id);
	const row = await person.verdict(id, { s: 90 });
	assert.equal(row.state, 'CONFIRMED');
	assert.equal((await submissions(`deal_closedwon_${id}`)).length, 1);
	const sent = await postsOf(since, `deal_closedwon_${id}`);
	assert.equal(sent.length, 2);
	assert.equal(sent[0].body, sent[1].body);
	const asked = (await log({ since, side: 'impact' })).filter((e) => e.method === 'GET' && e.path.endsWith('/Actions') && e.id > sent[0].id && e.id < sent[1].id);
	assert.ok(asked.length >= 1, 'reconciled before the second send');
});

test('I-25 impact.com that is busy or broken for a moment loses nothing: 429 and 503 are tried again', async () => {
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	await fault({ kind: 'status', path: '/Conversions$', method: 'POST', status: 429, headers: { 'retry-after': '1' } });
	await fault({ kind: 'status', path: '/batch/read$', method: 'POST', status: 503 });
	await move(NORTHWIND, id);
	assert.equal((await person.verdict(id, { s: 90 })).state, 'CONFIRMED');
	assert.equal((await submissions(`deal_closedwon_${id}`)).length, 1);
});
