// Deals beyond their preset: a sale after a lead, conditions, functions, hashes, and far ends that ask to wait.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { until } from '../lib/env.mjs';
import { TRIGGER, changed, clear, created, presetRows, put, ready, withRows } from '../lib/ready.mjs';
import { ACME, CLICK, NORTHWIND, contact, control, deal, fault, log, mark, move, record, submissions, unique } from '../lib/sandbox.mjs';

let person;
let preset;
before(async () => {
	person = await ready();
	preset = await presetRows(person, 'deals', '{contact.hs_object_id}', 'CustomerId');
});
after(() => person.configure((d) => { clear(d, 'contacts'); put(d, 'deals', preset, { triggers: [TRIGGER] }); }));

async function rules(rows, triggers = [TRIGGER], edit = () => {}) {
	const res = await person.configure((d) => { put(d, 'deals', rows, { triggers }); edit(d); });
	assert.equal(res.status, 200, res.text);
}
/** What arrived at impact.com for a deal's stage. */
const arrived = (id, stage = 'closedwon') =>
	until(`the conversion of deal ${id}`, async () => (await submissions(`deal_${stage}_${id}`))[0]?.values, { s: 60 });
const sha = (kind, text) => createHash(kind).update(text).digest('hex');

test('I-10 I-13 I-43 I-52..I-55 journey 3: a lead with a click, then its deal with three line items: the sale is credited by the same CustomerId alone', async () => {
	const once = await presetRows(person, 'contacts', '{hs_object_id}');
	await rules(withRows(preset, { ClickId: null }), [TRIGGER], (d) => put(d, 'contacts', once, { triggers: [created('ct1')] }));
	const who = await contact(NORTHWIND, { lifecyclestage: 'lead' });
	const lead = await person.verdict(who, { object: 'contacts' });
	assert.match(lead.sentence, /^Credited to Robot Review Weekly, payout 1\.50 USD/);
	const { id } = await deal(NORTHWIND, { amount: '300', contacts: [who], lineItems: ['ARM-1', 'LEG-2', 'EYE-3'].map((sku, i) => (
		{ name: `Part ${sku}`, hs_sku: sku, price: '50.00', quantity: String(i + 1) })) });
	await move(NORTHWIND, id);
	const sale = await person.verdict(id);
	assert.equal(sale.state, 'CONFIRMED');
	assert.match(sale.sentence, /^Credited to Robot Review Weekly, payout 24\.00 USD/);
	const sent = await arrived(id);
	assert.equal(sent.CustomerId, who);
	assert.equal((await submissions(who))[0].values.CustomerId, who);
	assert.equal('ClickId' in sent, false);
	assert.deepEqual([1, 2, 3].map((i) => [sent[`ItemSku${i}`], sent[`ItemName${i}`], sent[`ItemCategory${i}`], Number(sent[`ItemPrice${i}`]), Number(sent[`ItemQuantity${i}`])]), [
		['ARM-1', 'Part ARM-1', 'Part ARM-1', 50, 1], ['LEG-2', 'Part LEG-2', 'Part LEG-2', 50, 2], ['EYE-3', 'Part EYE-3', 'Part EYE-3', 50, 3]]);
});

test('I-44 I-46 impact.com\'s own way: a custom deal property that holds the contact\'s id fills CustomerId', async () => {
	await control('POST', `/crm/${NORTHWIND}/properties`, { object: 'deals', name: 'impact_customer_id', label: 'impact.com customer id' }).catch((err) => {
		assert.match(err.message, /already/); // of an earlier run
	});
	await rules(await presetRows(person, 'deals', '{impact_customer_id}', 'CustomerId'));
	const who = await contact(NORTHWIND);
	const { id } = await deal(NORTHWIND, { impact_customer_id: who, contacts: [who] });
	await move(NORTHWIND, id);
	assert.equal((await arrived(id)).CustomerId, who);
});

test('I-29 a deal whose name and type change at once fires once: either is enough, and the other is told as sent already', async () => {
	await rules(preset, [changed('t1', 'dealname'), changed('t2', 'dealtype')]);
	const { id } = await deal(NORTHWIND, { dealtype: 'newbusiness', contacts: [await contact(NORTHWIND)] });
	const second = await person.decision(id, (r) => r.code === 'duplicate_effect', { what: 'the second alternative' });
	assert.equal(second.outcome, 'skipped');
	await arrived(id, 'appointmentscheduled');
	const rows = await person.decisions(id);
	assert.deepEqual(rows.map((r) => r.event.property).sort(), ['dealname', 'dealtype']);
	assert.equal((await submissions(`deal_appointmentscheduled_${id}`)).length, 1);
});

test('I-02 T-28 a condition of the trigger over deal and contact decides what counts as a conversion', async () => {
	await rules(preset, [{ ...TRIGGER, when: '{amount} >= 1000 and {contact.country} = Austria' }]);
	const austrian = await contact(NORTHWIND, { country: 'Austria' });
	const small = await deal(NORTHWIND, { amount: '999.99', contacts: [austrian] });
	const big = await deal(NORTHWIND, { amount: '1000.00', contacts: [austrian] });
	const abroad = await deal(NORTHWIND, { amount: '5000', contacts: [await contact(NORTHWIND, { country: 'Norway' })] });
	await Promise.all([small, big, abroad].map((d) => move(NORTHWIND, d.id)));
	await arrived(big.id);
	for (const { id } of [small, abroad]) {
		const row = await person.decision(id, (r) => r.event.value === 'closedwon');
		assert.equal(row.outcome, 'skipped');
		assert.equal(row.code, 'condition');
		assert.equal((await submissions(`deal_closedwon_${id}`)).length, 0);
	}
});

test('T-28 T-29 rows with conditions: a field is filled by the first row whose condition holds, and left out when none does', async () => {
	await rules([...preset, { field: 'Text5', expression: 'reseller', when: '{dealtype} = existingbusiness' },
		{ field: 'Text5', expression: 'direct', when: '{dealtype} = newbusiness' }, { field: 'Text6', expression: '{contact.city}', when: '{amount} > 500' }]);
	const who = await contact(NORTHWIND, { city: 'Graz' });
	const make = (properties) => deal(NORTHWIND, { contacts: [who], ...properties }).then((d) => d.id);
	const ids = [await make({ dealtype: 'existingbusiness', amount: '900' }), await make({ dealtype: 'newbusiness', amount: '500' }), await make({ amount: '501' })];
	await Promise.all(ids.map((id) => move(NORTHWIND, id)));
	const sent = await Promise.all(ids.map((id) => arrived(id)));
	assert.deepEqual(sent.map((s) => [s.Text5, s.Text6]), [['reseller', 'Graz'], ['direct', undefined], [undefined, 'Graz']]);
});

test('T-26 T-27 values are reformatted and put together by functions, in decimals and not in floating point', async () => {
	const rows = [...withRows(preset, { OrderSubTotal: '{amount|mul:3|number:2}' }),
		{ field: 'Text5', expression: '{dealname|replace: ,_|upper|substring:1,12}' },
		{ field: 'Text6', expression: '{contact.firstname} {contact.lastname|prefix:(|suffix:)}' },
		{ field: 'Text7', expression: '{dealstage|map:closedwon=SALE,else=LEAD}-{closedate|date:%Y%m}' },
		{ field: 'Text8', expression: '{dealtype|default:unknown}' },
		{ field: 'Text9', expression: '{contact.phone|digits}' },
		{ field: 'Text10', expression: '{closedate|date:%d.%m.%Y %H:%M,Europe/Berlin}' }];
	await rules(rows, [{ ...TRIGGER, becomes: ['contractsent'] }]);
	const who = await contact(NORTHWIND, { firstname: 'Ana', lastname: 'Ivić', phone: '+43 (1) 555-12 34' });
	const { id } = await deal(NORTHWIND, { dealname: 'ten small robots', amount: '0.1', closedate: '2026-02-03T10:00:00Z', contacts: [who] });
	await move(NORTHWIND, id, 'contractsent');
	const sent = await arrived(id, 'contractsent');
	assert.deepEqual([sent.OrderSubTotal, sent.Text5, sent.Text6, sent.Text7, sent.Text8, sent.Text9, sent.Text10],
		['0.30', 'TEN_SMALL_RO', 'Ana (Ivić)', 'LEAD-202602', 'unknown', '4315551234', '03.02.2026 11:00']);
});

test('C-09 an e-mail address leaves as a hash only: SHA-1 of it trimmed and in small letters, or SHA-256 when that is chosen', async () => {
	const rows = [...preset, { field: 'CustomerEmail', expression: '{contact.email}' }];
	for (const kind of ['sha1', 'sha256']) {
		await rules(rows, [TRIGGER], (d) => { d.options.email_hash = kind; });
		const mail = `${unique('Mixed.Case')}@Customer.Example`;
		const since = await mark();
		const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND, { email: mail })] });
		await move(NORTHWIND, id);
		assert.equal((await arrived(id)).CustomerEmail, sha(kind, mail.trim().toLowerCase()));
		const bodies = (await log({ since, method: 'POST', side: 'impact' })).map((e) => decodeURIComponent(e.body).toLowerCase());
		assert.ok(bodies.every((b) => !b.includes('@')), 'no address in any body');
	}
});

test('C-09 an e-mail address mapped to CustomerId leaves as its contact\'s id; in a field of another kind nothing is sent, and it says what to do', async () => {
	await rules(withRows(preset, { CustomerId: '{contact.email}' }));
	const who = await contact(NORTHWIND);
	const { id } = await deal(NORTHWIND, { contacts: [who] });
	await move(NORTHWIND, id);
	assert.equal((await arrived(id)).CustomerId, who);
	await rules([...preset, { field: 'Text5', expression: 'of {contact.email}' }]);
	const { id: other } = await deal(NORTHWIND, { contacts: [who] });
	await move(NORTHWIND, other);
	const row = await person.decision(other, (r) => r.event.value === 'closedwon');
	assert.equal(row.code, 'email_as_id');
	const { advice, fix, timeline } = await person.get(`/api/activity/${row.id}`);
	assert.match(advice, /hash/);
	assert.equal(fix, 'mappings');
	assert.equal(JSON.stringify(timeline).includes('@'), false);
	assert.equal((await submissions(`deal_closedwon_${other}`)).length, 0);
});

test('V-08..V-15 C-03 C-17 Advocate\'s preset sends the associated contact\'s id and hashed e-mail, and the deal\'s figures', async () => {
	await rules(await presetRows(person, 'deals', '{closedate}', 'Date3'), [TRIGGER], (d) => { d.options.email_hash = 'sha1'; });
	const mail = `${unique('advocate')}@customer.example`;
	const who = await contact(NORTHWIND, { email: mail });
	const { id } = await deal(NORTHWIND, { amount: '75.5', contacts: [who] });
	await move(NORTHWIND, id);
	const sent = await arrived(id);
	const { properties } = await record(NORTHWIND, 'deals', id);
	const day = (text) => new Date(text).toISOString().slice(0, 19);
	assert.deepEqual([sent.CustomerId, sent.CustomerEmail, sent.OrderId, sent.EventTypeCode, Number(sent.OrderSubTotal), Number(sent.Text2)],
		[who, sha('sha1', mail), `deal_closedwon_${id}`, 'deal_closedwon', 75.5, 1]);
	assert.equal(day(sent.EventDate), day(properties.hs_lastmodifieddate));
	assert.equal(day(sent.Date3), day(properties.closedate));
});

test('C-16 of several contacts without a click id the one created first is taken, and the trace says so', async () => {
	await rules(preset);
	const first = await contact(NORTHWIND, { click: '' });
	const second = await contact(NORTHWIND, { click: '' });
	const { id } = await deal(NORTHWIND, { contacts: [second, first] });
	await move(NORTHWIND, id);
	assert.equal((await arrived(id)).CustomerId, first);
	const row = await person.decision(id, (r) => r.event.value === 'closedwon');
	const { timeline } = await person.get(`/api/activity/${row.id}`);
	assert.match(timeline.find((s) => s.what === 'read').sentence, new RegExp(`contact ${first}\\b.*created first`));
});

test('C-01 I-09 what impact.com would refuse is not sent: an OrderId over 64 bytes and a date that is none are told with what to do', async () => {
	const who = await contact(NORTHWIND);
	const wrong = async (changes, properties, code, words) => {
		await rules(withRows(preset, changes));
		const { id } = await deal(NORTHWIND, { contacts: [who], ...properties });
		const since = await mark();
		await move(NORTHWIND, id);
		const row = await person.decision(id, (r) => r.event.value === 'closedwon');
		assert.equal(row.outcome, 'skipped');
		assert.equal(row.code, code);
		assert.match(row.sentence, words);
		assert.ok((await person.get(`/api/activity/${row.id}`)).advice);
		assert.deepEqual((await log({ since, method: 'POST', side: 'impact' })).filter((e) => e.body.includes(`CustomerId=${who}`)), []);
	};
	await wrong({ OrderId: '{dealname}' }, { dealname: 'x'.repeat(65) }, 'order_id_too_long', /longer than 64 bytes/);
	await wrong({ Date3: '{dealname}' }, { dealname: 'next spring' }, 'field_type', /not of the kind/);
});

test('C-02 two deals of one name, which is the OrderId: the second is not sent, and is told as a collision with another record', async () => {
	const order = unique('order');
	await rules(withRows(preset, { OrderId: '{dealname}' }));
	const who = await contact(NORTHWIND);
	const [one, two] = [await deal(NORTHWIND, { dealname: order, contacts: [who] }), await deal(NORTHWIND, { dealname: order, contacts: [who] })];
	await move(NORTHWIND, one.id);
	await until('the first', async () => (await submissions(order)).length === 1);
	await move(NORTHWIND, two.id);
	const row = await person.decision(two.id, (r) => r.event.value === 'closedwon');
	assert.equal(row.code, 'duplicate_collision');
	assert.match(row.sentence, /Another record was sent with the same OrderId/);
	assert.equal((await submissions(order)).length, 1);
});

test('T-40 T-45 HubSpot asks to wait: nothing is read before that time, the records come in batches, and the deal is sent', async () => {
	await rules(preset);
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	await person.decision(id, (r) => r.code === 'trigger_other_value');
	const since = await mark();
	await fault({ kind: 'status', path: '/crm/.*/batch/read$', method: 'POST', status: 429, headers: { 'retry-after': '2' },
		body: { status: 'error', errorType: 'RATE_LIMIT', policyName: 'TEN_SECONDLY_ROLLING', message: 'You have reached your ten_secondly limit.' } });
	await move(NORTHWIND, id);
	assert.equal((await arrived(id)).ClickId, CLICK);
	const reads = (await log({ since, side: 'hubspot' })).filter((e) => e.path.startsWith('/crm/'));
	const refused = reads.find((e) => e.status === 429);
	const later = reads.filter((e) => new Date(e.time) > new Date(refused.time));
	assert.ok(later.length > 0);
	// One round's requests leave together; after the refusal nothing leaves for 2 s.
	const pause = Math.min(...later.filter((e) => new Date(e.time) - new Date(refused.time) > 500).map((e) => new Date(e.time) - new Date(refused.time)));
	assert.ok(pause >= 1900, `${pause} ms`);
	assert.ok(reads.every((e) => e.method === 'POST' && e.path.includes('/batch/')), reads.map((e) => `${e.method} ${e.path}`).join(' '));
	const row = await person.decision(id, (r) => r.event.value === 'closedwon');
	const { timeline } = await person.get(`/api/activity/${row.id}`);
	assert.deepEqual(timeline.slice(0, 4).map((s) => s.what), ['received', 'waiting', 'read', 'decided']);
	// The number stands there when it was this deal's own call that was refused, and not that of another one just before it.
	assert.match(timeline[1].sentence, /^HubSpot asked to slow down( \(answer 429\))?: it waited (\d+ times, )?\d+ seconds?( in all)?, and then went on\.$/);
});

test('T-40 impact.com asks to wait: the trace shows the refusal, and the answer that followed', async () => {
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	await fault({ kind: 'status', path: `/Advertisers/${ACME.account_sid}/Conversions$`, method: 'POST', status: 429, headers: { 'retry-after': '1' } });
	await move(NORTHWIND, id);
	const row = await person.verdict(id);
	assert.equal(row.state, 'CONFIRMED');
	const { timeline, conversion } = await person.get(`/api/activity/${row.id}`);
	const answers = timeline.filter((s) => s.what === 'answered').map((s) => s.sentence);
	assert.equal(answers.length, 2);
	assert.match(answers[0], /429/);
	assert.match(answers[1], /200/);
	assert.equal(conversion.attempts, 2);
	assert.equal((await submissions(`deal_closedwon_${id}`)).length, 1);
});
