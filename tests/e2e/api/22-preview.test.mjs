// Live preview (B-03, B-20): what would be sent of a record, by the rules as they are edited, before anything is.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../lib/env.mjs';
import { TRIGGER, changed, presetRows, put, ready, withRows } from '../lib/ready.mjs';
import { NORTHWIND, contact, control, deal, fault, log, mark, move, submissions, unique } from '../lib/sandbox.mjs';

let person;
let preset;
let name;
let id;
let customer;
before(async () => {
	person = await ready();
	preset = await presetRows(person, 'deals', '{contact.hs_object_id}', 'CustomerId');
	name = unique('Preview');
	customer = await contact(NORTHWIND);
	({ id } = await deal(NORTHWIND, { dealname: name, amount: '1200', contacts: [customer], lineItems: [{ name: 'Plan', hs_sku: 'P1', price: '1200', quantity: '1' }] }));
});
after(() => control('DELETE', '/faults'));

const find = async (query, object = 'deals') => {
	const res = await person.post('/api/live/records', { object, query });
	assert.equal(res.status, 200, res.text);
	return res.json.records;
};
const preview = async (body) => {
	const res = await person.post('/api/live/preview', { object: 'deals', ...body });
	assert.equal(res.status, 200, res.text);
	return res.json;
};
const one = async (body) => (await preview({ ids: [id], ...body })).records[0];
const draft = async (rows, more = {}) => {
	const { document } = await person.config();
	put(document, 'deals', rows, { triggers: [TRIGGER], ...more });
	return document;
};
const field = (r, n) => r.fields.find((f) => f.name === n);
const codes = (r, n) => (field(r, n)?.notes ?? []).map((x) => x.code);

test('B-03 a record is found by name, by e-mail address and by id', async () => {
	assert.deepEqual((await find(name)).map((r) => r.id), [id]);
	assert.deepEqual((await find(id)).map((r) => [r.id, r.name, r.hint]), [[id, name, '1200']]);
	const { properties } = await control('GET', `/crm/${NORTHWIND}/contacts/${customer}`);
	assert.deepEqual((await find(properties.email, 'contacts')).map((r) => [r.id, r.name]), [[customer, 'Quentin Canaryname']]);
	assert.ok((await find('')).length > 0);
	assert.deepEqual(await find('nobody-is-called-so'), []);
});

test('B-03 the preview is, byte for byte, what is sent when it happens, and sends or records nothing itself', async () => {
	const before = await submissions();
	const r = await one({});
	assert.deepEqual([r.verdict.sends, r.verdict.level, r.event.property, r.event.value], [true, r.verdict.level, 'dealstage', 'closedwon']);
	assert.equal(field(r, 'OrderId').value, `deal_closedwon_${id}`);
	assert.equal(field(r, 'ItemSku1').value, 'P1');
	assert.deepEqual([r.contact.id, r.contact.why, r.line_items], [customer, 'only', 1]);
	assert.equal((await submissions()).length, before.length);
	assert.ok((await person.decisions(id)).every((d) => d.outcome === 'skipped')); // its stage when it was made
	await move(NORTHWIND, id);
	const sent = await until('the conversion', async () => (await submissions(`deal_closedwon_${id}`))[0], { s: 60 });
	const stable = (text) => new URLSearchParams([...new URLSearchParams(text)].filter(([k]) => !['EventDate', 'Text2', 'Text3'].includes(k))).toString();
	assert.equal(stable(new URLSearchParams(sent.values).toString()), stable(r.body));
	await person.verdict(id);
});

test('C-02 what was sent already is named, with the decision to open', async () => {
	const r = await one({});
	assert.equal(r.verdict.sends, false);
	assert.match(r.verdict.sentence, /Sent already on .* under this OrderId/);
	assert.equal(r.earlier.order_id, `deal_closedwon_${id}`);
	assert.equal((await person.get(`/api/activity/${r.earlier.decision_id}`)).row.object_id, id);
	// Under another OrderId it would be held.
	const held = await one({ document: await draft(withRows(preset, { OrderId: 'x{hs_object_id}' })) });
	assert.match(held.verdict.sentence, /under another OrderId/);
});

test('B-03 an edit is judged without another call to HubSpot, until it needs a property that was not read', async () => {
	const other = await deal(NORTHWIND, { amount: '10', dealtype: 'newbusiness', contacts: [await contact(NORTHWIND)] });
	const first = await preview({ ids: [other.id] });
	const since = await mark();
	const edited = await preview({ ids: [other.id], snapshot: first.snapshot, document: await draft(withRows(preset, { Text7: 'as {amount}' })) });
	assert.equal(field(edited.records[0], 'Text7').value, 'as 10');
	assert.equal((await log({ side: 'hubspot', since })).filter((x) => x.path.startsWith('/crm/')).length, 0);
	const more = await preview({ ids: [other.id], snapshot: edited.snapshot, document: await draft(withRows(preset, { Text7: '{dealtype}' })) });
	assert.equal(field(more.records[0], 'Text7').value, 'newbusiness');
	assert.ok((await log({ side: 'hubspot', since })).some((x) => x.path.endsWith('/deals/batch/read')));
});

test('B-03 each field is told apart: missing, too long, no date, hashed, zero, too old, no click', async () => {
	const stranger = await contact(NORTHWIND, { click: '' });
	const poor = await deal(NORTHWIND, { amount: '0', contacts: [stranger], description: 'x'.repeat(70) });
	const rows = withRows(preset, { EventDate: '2019-01-01T00:00:00Z', Text7: '{description}', Date1: '{dealname}', CustomerEmail: '{contact.email}', CurrencyCode: null });
	const [r] = (await preview({ ids: [poor.id], document: await draft(rows) })).records;
	assert.equal(r.verdict.sends, false);
	assert.deepEqual(codes(r, 'EventDate'), ['event_old']);
	assert.deepEqual(codes(r, 'Text7'), ['field_too_long']);
	assert.deepEqual(codes(r, 'Date1'), ['field_type']);
	assert.deepEqual([codes(r, 'CustomerEmail'), field(r, 'CustomerEmail').level], [['email_hashed'], 'ok']);
	assert.match(field(r, 'CustomerEmail').value, /^[0-9a-f]{40}$/);
	assert.deepEqual(codes(r, 'OrderSubTotal'), ['amount_zero']);
	assert.deepEqual([codes(r, 'ClickId'), field(r, 'ClickId').value], [['no_click'], null]);
	assert.equal(field(r, 'CurrencyCode').level, 'bad');
	assert.ok(r.bad >= 3 && r.warn >= 3);
	for (const n of r.fields.flatMap((f) => f.notes).filter((x) => x.level !== 'ok'))
		assert.ok(n.sentence && n.advice, JSON.stringify(n));
});

test('B-20 every trigger says whether it would fire, and if not which condition fails', async () => {
	const other = await deal(NORTHWIND, { amount: '50', contacts: [await contact(NORTHWIND)] });
	const triggers = [{ ...TRIGGER, when: '{amount} > 100' }, changed('t2', 'amount', { mode: 'off' }), changed('t3', 'dealname')];
	const document = await draft(preset, { triggers });
	const [r] = (await preview({ ids: [other.id], document })).records;
	assert.deepEqual(r.triggers.map((t) => [t.id, t.fires, t.code]), [['t1', false, 'condition'], ['t2', false, 'trigger_off'], ['t3', true, '']]);
	assert.match(r.triggers[0].sentence, /The condition is \{amount\} > 100/);
	assert.equal(r.event.property, 'dealname');
	const asked = (await preview({ ids: [other.id], document, event: { kind: 'changed', property: 'dealstage', value: 'contractsent' } })).records[0];
	assert.deepEqual([asked.verdict.sends, asked.verdict.code], [false, 'trigger_other_value']);
	assert.equal(field(asked, 'OrderId').value, `deal_contractsent_${other.id}`);
	const refused = (await preview({ ids: [other.id], document: await draft(preset, { consent: false }) })).records[0];
	assert.deepEqual([refused.verdict.code, refused.verdict.fix], ['no_consent', 'triggers']);
});

test('C-16 the contact that counts, and why', async () => {
	const [plain, clicked] = [await contact(NORTHWIND, { click: '' }), await contact(NORTHWIND)];
	const other = await deal(NORTHWIND, { contacts: [plain, clicked] });
	const r = (await preview({ ids: [other.id] })).records[0];
	assert.deepEqual([r.contact.id, r.contact.why, r.contact.of], [clicked, 'click_id', 2]);
	const alone = await deal(NORTHWIND, {});
	const none = (await preview({ ids: [alone.id] })).records[0];
	assert.deepEqual([none.contact, none.verdict.sends, none.verdict.code], [null, false, 'no_contact']);
});

test('B-03 the last 50 of a kind, won ones only when asked for, and one that is gone', async () => {
	const many = await preview({ last: 50 });
	assert.ok(many.records.length > 3 && many.records.length <= 50);
	assert.ok(many.records.every((r) => r.found && r.fields.length > 0));
	const won = await preview({ last: 5, won: true });
	assert.ok(won.records.some((r) => r.id === id));
	assert.equal((await person.post('/api/live/preview', { object: 'contacts', won: true })).status, 400);
	const gone = (await preview({ ids: ['999999999'] })).records[0];
	assert.deepEqual([gone.found, gone.verdict.code, gone.verdict.sentence], [false, 'record_gone', 'HubSpot has no such record, or it was deleted.']);
});

test('F-018 a request that makes no sense is refused; HubSpot away is told in words', async () => {
	for (const body of [{ object: 'tickets' }, { ids: [] }, { ids: ['1', '1'] }, { ids: ['abc'] }, { ids: Array.from({ length: 51 }, (_, i) => String(i + 1)) },
		{ last: 51 }, { event: { kind: 'merged' } }, { event: { kind: 'changed' } }, { document: [] }, { snapshot: 1 }, { other: 1 }, { document: { impact: 1 } }])
		assert.ok([400, 422].includes((await person.post('/api/live/preview', { object: 'deals', ...body })).status), JSON.stringify(body));
	await fault({ kind: 'status', path: '/search$', status: 500, count: 0 });
	const res = await person.post('/api/live/records', { object: 'deals', query: 'x' });
	assert.equal(res.status, 502);
	assert.match(res.json.error.message, /HubSpot answered 500/);
	await control('DELETE', '/faults');
	await fault({ kind: 'status', path: '/deals/batch/read$', status: 503, count: 1 });
	const away = (await preview({ ids: [id] })).records[0];
	assert.deepEqual([away.found, away.verdict.code], [false, 'unreadable']);
});

const TEST_CLICK = 'TSTacmeTestAction0000001';
const sendTest = (body, who = person) => who.post('/api/live/test-conversion', { object: 'deals', id, click_id: TEST_CLICK, ...body });

test('B-03 a test conversion goes the way of all others, with ids of its own, and ends as a test action that pays nothing', async () => {
	const res = await sendTest({});
	assert.equal(res.status, 200, res.text);
	const { decision_id: decision, order_id: order } = res.json;
	assert.match(order, /^connector-test-[0-9a-f]{16}$/);
	const end = await until('the verdict of the test', async () => {
		const { row, conversion } = await person.get(`/api/activity/${decision}`);
		return conversion.state === 'CONFIRMED' && { row, conversion };
	}, { s: 90 });
	assert.match(end.row.sentence, /^Test: impact\.com made a test action of it for partner 10000\. It pays nothing/);
	const [sent] = await submissions(order);
	assert.deepEqual([sent.values.ClickId, sent.values.CustomerId, sent.values.OrderSubTotal, sent.values.ItemSku1], [TEST_CLICK, order, '1200.00', 'P1']);
	for (const which of ['&object=deals', '&object=deals&outcome=sent', '&outcome=sent&period=today'])
		assert.ok((await person.activity(which)).rows.some((r) => r.id === decision), `it stands in Activity: ${which}`);
	// It is nobody's parent and in nobody's way.
	const r = await one({});
	assert.equal(r.earlier.order_id, `deal_closedwon_${id}`);
});

test('B-03 a test does not keep the real conversion of the same record from being sent', async () => {
	const other = await deal(NORTHWIND, { amount: '77', contacts: [await contact(NORTHWIND)] });
	assert.equal((await sendTest({ id: other.id })).status, 200);
	await move(NORTHWIND, other.id);
	const row = await person.verdict(other.id, { what: 'the real verdict' });
	assert.ok(row);
	await until('the real conversion', async () => (await submissions(`deal_closedwon_${other.id}`))[0], { s: 60 });
});

test('B-03 a test says why it is not sent, and a refused one leaves its event type alone', async () => {
	const blank = await sendTest({ click_id: 'a b' });
	assert.deepEqual([blank.status, Object.keys(blank.json.error.fields)], [422, ['click_id']]);
	const gone = await sendTest({ id: '999999999' });
	assert.deepEqual([gone.status, gone.json.fix], [422, 'hubspot']);
	assert.equal((await person.configure((d) => { d.objects.deals.consent = false; })).status, 200);
	const refused = await sendTest({});
	assert.deepEqual([refused.status, refused.json.fix], [422, 'triggers']);
	assert.match(refused.json.error.message, /No consent for deals/);
	assert.equal((await person.configure((d) => put(d, 'deals', withRows(preset, { EventTypeCode: 'no_such_code' }), { triggers: [TRIGGER] }))).status, 200);
	const { decision_id: decision } = (await sendTest({})).json;
	const end = await until('the refusal of the test', async () => {
		const { row, conversion } = await person.get(`/api/activity/${decision}`);
		return conversion.state === 'REJECTED' && row;
	}, { s: 90 });
	assert.equal(end.sentence, 'Test: impact.com knows no event type with this code or number.');
	assert.deepEqual((await person.get(`/api/activity/${decision}`)).actions.allowed, [], 'and is not built again');
	assert.deepEqual(codes(await one({}), 'EventTypeCode'), ['event_type_new']);
	assert.equal((await person.configure((d) => put(d, 'deals', preset, { triggers: [TRIGGER] }))).status, 200);
});
