// Contacts: a lead that is created, and each stage that it reaches, as the seed's two presets map them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../lib/env.mjs';
import { changed, clear, created, presetRows, put, ready } from '../lib/ready.mjs';
import { CLICK, NORTHWIND, change, contact, control, record, submissions, unique } from '../lib/sandbox.mjs';

const STAGE = changed('ct2', 'lifecyclestage');
const STATUS = changed('ct3', 'hs_lead_status');
let person;
let perStatus; // I-35: the lead status is kept at every stage
let once; // I-36: it is not

before(async () => {
	person = await ready();
	assert.equal((await person.post('/api/live/catalogue', { object: 'contacts' })).status, 200);
	perStatus = await presetRows(person, 'contacts', '{contact_[lead_status]_id}');
	once = await presetRows(person, 'contacts', '{hs_object_id}');
});
after(() => person.configure((d) => clear(d, 'contacts')));

const rules = async (rows, triggers, more) => {
	const res = await person.configure((d) => put(d, 'contacts', rows, { triggers, ...more }));
	assert.equal(res.status, 200, res.text);
};
const of = (id) => person.decisions(id, 'contacts');
const decided = (id, fits, what) => person.decision(id, fits, { object: 'contacts', what });
/** What arrived at impact.com for a contact, as soon as it is that many. */
const arrived = (id, n) => until(`${n} conversions of contact ${id}`, async () => {
	const list = (await submissions()).filter((s) => s.values.CustomerId === id);
	return list.length >= n && list.map((s) => s.values);
}, { s: 60 });

test('I-01 I-07 I-11 I-27 I-33 I-34 I-36..I-42 a contact with a click id that is created is a lead, sent with exactly the preset\'s fields', async () => {
	await rules(once, [created('ct1')]);
	const id = await contact(NORTHWIND, { lifecyclestage: 'lead', company: 'Quiet Pumps & Sons', city: 'Zürich', country: 'Switzerland', zip: '8001' });
	const row = await person.verdict(id, { object: 'contacts' });
	const { properties } = await record(NORTHWIND, 'contacts', id);
	const [{ EventDate, ...fields }, ...more] = await arrived(id, 1);
	assert.equal(more.length, 0);
	assert.equal(new Date(EventDate).toISOString().slice(0, 19), properties.lastmodifieddate.slice(0, 19));
	assert.match(EventDate, /Z$/);
	assert.deepEqual(fields, { CampaignId: '1000', EventTypeCode: 'lead', CustomerId: id, OrderId: id, Text3: 'Quiet Pumps & Sons',
		CustomerCity: 'Zürich', CustomerCountry: 'Switzerland', CustomerPostCode: '8001', ClickId: CLICK });
	assert.match(row.sentence, /^Credited to Robot Review Weekly, payout 1\.50 USD/);
	assert.equal(row.event.kind, 'created');
	assert.equal(row.name, 'Quentin C.', 'known again, without the whole name');
	const detail = await person.get(`/api/activity/${row.id}`);
	assert.equal(detail.record_url, `https://app.hubspot.com/contacts/${NORTHWIND}/record/0-1/${id}`);
	assert.deepEqual(detail.timeline.map((s) => s.what), ['received', 'read', 'decided', 'built', 'sending', 'answered', 'accepted', 'confirmed']);
});

test('I-28 I-33 T-16 T-17 each lifecycle stage is an event type of its own, taken from the change itself, with the same CustomerId', async () => {
	await rules(once, [STAGE]);
	const id = await contact(NORTHWIND, { lifecyclestage: 'lead' });
	// Two changes before anything is read: each is sent with its own stage.
	await change(NORTHWIND, 'contacts', id, { lifecyclestage: 'marketingqualifiedlead' });
	await change(NORTHWIND, 'contacts', id, { lifecyclestage: 'customer' });
	const sent = await arrived(id, 3);
	assert.deepEqual(sent.map((s) => s.EventTypeCode).sort(), ['customer', 'lead', 'marketingqualifiedlead']);
	assert.deepEqual(sent.map((s) => s.OrderId), [id, id, id]);
	const rows = await of(id);
	assert.deepEqual(rows.map((r) => r.event.value).sort(), ['customer', 'lead', 'marketingqualifiedlead']);
	assert.equal(rows.find((r) => r.event.value === 'customer').event.value_label, 'Customer');
});

test('I-28 C-11 "only when it becomes": a stage that the trigger does not wait for sends nothing and says so', async () => {
	await rules(once, [{ ...STAGE, becomes: ['customer'] }]);
	const id = await contact(NORTHWIND, { lifecyclestage: 'lead' });
	assert.equal((await decided(id, (r) => r.event.value === 'lead')).code, 'trigger_other_value');
	await change(NORTHWIND, 'contacts', id, { lifecyclestage: 'customer' });
	assert.deepEqual((await arrived(id, 1)).map((s) => s.EventTypeCode), ['customer']);
});

test('I-29 a stage and a lead status that change at once are alternatives: one conversion, the other is told as sent already', async () => {
	await rules(once, [STAGE, STATUS]);
	const id = await contact(NORTHWIND, { lifecyclestage: 'opportunity', hs_lead_status: 'OPEN_DEAL' });
	const second = await decided(id, (r) => r.code === 'duplicate_effect', 'the second of two alternatives');
	assert.equal(second.outcome, 'skipped');
	assert.match(second.sentence, /sent already/);
	assert.equal((await arrived(id, 1)).length, 1);
});

test('I-35 C-01 with the lead status kept at every stage, OrderId tells status and contact, and each status is a conversion', async () => {
	await rules(perStatus, [STATUS]);
	const id = await contact(NORTHWIND, { lifecyclestage: 'lead', hs_lead_status: 'NEW' });
	await change(NORTHWIND, 'contacts', id, { hs_lead_status: 'IN_PROGRESS' });
	const sent = await arrived(id, 2);
	assert.deepEqual(sent.map((s) => [s.OrderId, s.EventTypeCode]).sort(), [[`contact_IN_PROGRESS_${id}`, 'lead'], [`contact_NEW_${id}`, 'lead']]);
	const row = await decided(id, (r) => r.event.value === 'NEW');
	const { fields } = await person.get(`/api/activity/${row.id}`);
	assert.equal(fields.find((f) => f.name === 'OrderId').from, 'event');
});

test('I-35 C-01 a stage reached without a lead status has no OrderId: it is skipped at once, with what to do', async () => {
	await rules(perStatus, [STAGE]);
	const id = await contact(NORTHWIND, { lifecyclestage: 'lead' });
	const row = await decided(id, (r) => r.event.value === 'lead');
	assert.equal(row.outcome, 'skipped');
	assert.equal(row.code, 'lead_status_empty');
	assert.match(row.sentence, /lead status is empty/);
	assert.match((await person.get(`/api/activity/${row.id}`)).advice, /map the contact's record id to OrderId/);
	assert.deepEqual(await of(id).then((rows) => rows.filter((r) => r.state)), []);
});

test('I-02 B-02 a condition of a trigger decides which leads count, and a lead that does not count says which condition', async () => {
	await rules(once, [created('ct1', { when: '{country} in Austria,Switzerland and {email} is not empty' })]);
	const yes = await contact(NORTHWIND, { lifecyclestage: 'lead', country: 'Austria' });
	const no = await contact(NORTHWIND, { lifecyclestage: 'lead', country: 'Norway' });
	await arrived(yes, 1);
	const row = await decided(no, (r) => r.outcome === 'skipped');
	assert.equal(row.code, 'condition');
	const { timeline, advice, fix } = await person.get(`/api/activity/${row.id}`);
	assert.match(timeline.find((s) => s.what === 'decided').sentence, /\{country\} in Austria,Switzerland/);
	assert.ok(advice);
	assert.equal(fix, 'triggers');
	assert.equal((await submissions(no)).length, 0);
});

test('I-02 I-29 alternatives with conditions: the stage counts only here, the status everywhere', async () => {
	await rules(once, [{ ...STAGE, when: '{country} = Austria' }, { ...STATUS, when: '{hs_lead_status} = CONNECTED' }]);
	const id = await contact(NORTHWIND, { lifecyclestage: 'lead', country: 'Norway' });
	assert.equal((await decided(id, (r) => r.event.property === 'lifecyclestage')).code, 'condition');
	await change(NORTHWIND, 'contacts', id, { hs_lead_status: 'OPEN' });
	assert.equal((await decided(id, (r) => r.event.value === 'OPEN')).code, 'condition');
	await change(NORTHWIND, 'contacts', id, { hs_lead_status: 'CONNECTED' });
	assert.equal((await arrived(id, 1)).length, 1);
});

test('I-02 a condition with a fault is refused at its column, and may be tried before saving', async () => {
	const { revision, document } = await person.config();
	put(document, 'contacts', once, { triggers: [created('ct1', { when: '{country} is' })] });
	const path = 'objects.contacts.triggers.ct1.when';
	const { faults } = (await person.post('/api/config/check', { document })).json;
	assert.match(faults.find((f) => f.path === path).message, /column \d+/);
	const res = await person.put('/api/config', { revision, document });
	assert.equal(res.status, 422);
	assert.match(res.json.error.fields[path], /column \d+/);
});

test('I-09 contacts do not go live while a required field is not mapped, and each is named', async () => {
	for (const field of ['OrderId', 'EventDate', 'EventTypeCode']) {
		const res = await person.configure((d) => put(d, 'contacts', once.filter((r) => r.field !== field), { triggers: [created('ct1')] }));
		assert.equal(res.status, 422, field);
		assert.match(res.json.error.fields['objects.contacts.mapping'], new RegExp(field));
	}
	const off = await person.configure((d) => put(d, 'contacts', [], { triggers: [created('ct1', { mode: 'off' })] }));
	assert.equal(off.status, 200, 'what is off may be unfinished');
});

test('I-08 C-12 without consent for contacts nothing of a contact is sent, and it says so; deals keep theirs', async () => {
	await rules(once, [created('ct1')], { consent: false });
	const id = await contact(NORTHWIND, { lifecyclestage: 'lead' });
	const row = await decided(id, (r) => r.event.kind === 'created');
	assert.equal(row.outcome, 'skipped');
	assert.equal(row.code, 'no_consent');
	assert.equal(row.sentence, 'No consent for contacts.');
	assert.equal((await submissions(id)).length, 0);
	assert.equal((await person.config()).document.objects.deals.consent, true);
});

test('I-57 a property that was just made in HubSpot is there after a refresh, and can be mapped and sent', async () => {
	const name = unique('funnel').replaceAll('-', '_');
	await control('POST', `/crm/${NORTHWIND}/properties`, { object: 'contacts', name, label: 'Funnel' });
	const fresh = await person.post('/api/live/catalogue', { object: 'contacts' });
	assert.ok(fresh.json.new_since_last.includes(name));
	await rules([...once, { field: 'Text7', expression: `{${name}|upper}` }], [created('ct1')]);
	const id = await contact(NORTHWIND, { lifecyclestage: 'lead', [name]: 'blue' });
	assert.equal((await arrived(id, 1))[0].Text7, 'BLUE');
});
