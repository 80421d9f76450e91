// Companies: their preset is credited through the associated contact, and their ids never meet those of other objects.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../lib/env.mjs';
import { changed, clear, created, presetRows, put, ready } from '../lib/ready.mjs';
import { CLICK, NORTHWIND, change, company, contact, control, record, submissions } from '../lib/sandbox.mjs';

const STAGE = changed('ot1', 'lifecyclestage');
let person;
let rows;
before(async () => {
	person = await ready();
	rows = await presetRows(person, 'companies', 'company_{hs_object_id}');
	await rules([STAGE]);
});
after(() => person.configure((d) => clear(d, 'companies')));

async function rules(triggers, more) {
	const res = await person.configure((d) => put(d, 'companies', rows, { triggers, ...more }));
	assert.equal(res.status, 200, res.text);
}
const decided = (id, fits, what) => person.decision(id, fits, { object: 'companies', what });
const arrived = (order) => until(`conversion ${order}`, async () => (await submissions(order))[0]?.values, { s: 60 });

test('I-06 I-28 I-32 I-43 a company that becomes a customer is sent with the preset\'s fields, for its contact, and credited', async () => {
	const who = await contact(NORTHWIND);
	const id = await company(NORTHWIND, { city: 'Linz', country: 'Austria', zip: '4020', contacts: [who] });
	await change(NORTHWIND, 'companies', id, { lifecyclestage: 'customer' });
	const row = await person.verdict(id, { object: 'companies' });
	assert.equal(row.state, 'CONFIRMED');
	assert.match(row.sentence, /^Credited to Robot Review Weekly/);
	const { properties } = await record(NORTHWIND, 'companies', id);
	assert.equal(row.name, properties.name);
	assert.equal(row.event.value_label, 'Customer');
	assert.equal(row.order_id, `company_${id}`);
	const sent = await arrived(`company_${id}`);
	const { EventDate, ...fields } = sent;
	assert.equal(new Date(EventDate).toISOString().slice(0, 19), properties.hs_lastmodifieddate.slice(0, 19));
	assert.deepEqual(fields, { CampaignId: '1000', EventTypeCode: 'customer', CustomerId: who, OrderId: `company_${id}`, Text3: properties.name,
		CustomerCity: 'Linz', CustomerCountry: 'Austria', CustomerPostCode: '4020', ClickId: CLICK });
	const detail = await person.get(`/api/activity/${row.id}`);
	assert.equal(detail.record_url, `https://app.hubspot.com/contacts/${NORTHWIND}/record/0-2/${id}`);
	assert.deepEqual(Object.fromEntries(detail.fields.map((f) => [f.name, f.value])), sent);
});

test('I-32 I-57 the fields that a company\'s mapping may use are offered: its own, and those of its contact', async () => {
	const { properties } = (await person.post('/api/live/catalogue', { object: 'companies' })).json;
	const source = (name) => properties.find((p) => p.name === name)?.source;
	assert.equal(source('industry'), 'record');
	assert.equal(source('contact.custom_impact_click_id'), 'contact');
	assert.equal(source('contact.hs_object_id'), 'contact');
	assert.equal(source('event.occurredAt'), 'event');
});

test('I-32 C-16 a company without a contact waits, and is sent for the contact that is added', async () => {
	const id = await company(NORTHWIND);
	await change(NORTHWIND, 'companies', id, { lifecyclestage: 'customer' });
	const waiting = await decided(id, (r) => r.outcome === 'waiting', 'a company that waits');
	assert.equal(waiting.code, 'no_contact');
	assert.match(waiting.sentence, /^No contact on the company yet/);
	const { timeline } = await person.get(`/api/activity/${waiting.id}`);
	assert.equal(timeline.find((s) => s.what === 'waiting').sentence.split('No contact on the company yet').length, 2, 'it is said once');
	const who = await contact(NORTHWIND);
	await control('POST', `/crm/${NORTHWIND}/associate`, { from: 'companies', fromId: id, to: 'contacts', toId: who });
	assert.equal((await arrived(`company_${id}`)).CustomerId, who);
});

test('I-02 I-27 I-29 "Active" with a condition, or another type: whichever holds makes the one conversion of a company', async () => {
	await rules([created('ot2', { when: '{industry} = COMPUTER_SOFTWARE' }), changed('ot3', 'type', { becomes: ['PARTNER'] })]);
	const who = await contact(NORTHWIND);
	const id = await company(NORTHWIND, { lifecyclestage: 'lead', industry: 'RETAIL', contacts: [who] });
	assert.equal((await decided(id, (r) => r.event.kind === 'created')).code, 'condition');
	await change(NORTHWIND, 'companies', id, { type: 'PARTNER' });
	assert.equal((await arrived(`company_${id}`)).EventTypeCode, 'lead');
	const other = await company(NORTHWIND, { lifecyclestage: 'lead', industry: 'COMPUTER_SOFTWARE', contacts: [who] });
	assert.equal((await arrived(`company_${other}`)).CustomerId, who);
});

test('I-08 C-12 without consent for companies nothing of a company is sent, and it says so', async () => {
	await rules([STAGE], { consent: false });
	const id = await company(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	await change(NORTHWIND, 'companies', id, { lifecyclestage: 'customer' });
	const row = await decided(id, (r) => r.event.value === 'customer');
	assert.equal(row.code, 'no_consent');
	assert.equal(row.sentence, 'No consent for companies.');
	assert.equal(row.name, '', 'a record that may not be sent is not read');
	assert.equal((await submissions(`company_${id}`)).length, 0);
});

test('I-09 companies do not go live while a required field is not mapped, and each is named', async () => {
	for (const field of ['OrderId', 'EventDate', 'EventTypeCode']) {
		const res = await person.configure((d) => put(d, 'companies', rows.filter((r) => r.field !== field), { triggers: [STAGE] }));
		assert.equal(res.status, 422, field);
		assert.match(res.json.error.fields['objects.companies.mapping'], new RegExp(field));
	}
});
