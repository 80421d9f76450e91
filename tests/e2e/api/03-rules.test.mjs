// Event Triggers and Field Mappings as the server keeps them: catalogue, revisions, what may not be saved.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { until } from '../lib/env.mjs';
import { TRIGGER, dealsPreset, loggedIn, putDeals } from '../lib/ready.mjs';
import { ACME, ALPINE, NORTHWIND, control, deal, log, mark, move, unique } from '../lib/sandbox.mjs';

let person;
let preset;
before(async () => {
	person = await loggedIn();
	assert.equal((await person.post('/api/live/impact', ACME)).status, 200);
	preset = await dealsPreset(person);
});
const conf = (name) => JSON.parse(readFileSync(new URL(`../../../conf/${name}.json`, import.meta.url), 'utf8'));

test('I-57 the refresh reads HubSpot now: a property made a moment ago is there and is named as new', async () => {
	assert.equal((await person.post('/api/live/catalogue', { object: 'deals' })).status, 200);
	const name = unique('tier').replaceAll('-', '_');
	await control('POST', `/crm/${NORTHWIND}/properties`, { object: 'deals', name, label: 'Tier of the deal' });
	const res = await person.post('/api/live/catalogue', { object: 'deals' });
	assert.equal(res.status, 200, res.text);
	assert.deepEqual(res.json.new_since_last, [name]);
	const property = res.json.properties.find((p) => p.name === name);
	assert.equal(property.label, 'Tier of the deal');
	assert.equal(property.subscribed, false);
	assert.ok((await person.get('/api/catalogue?object=deals')).properties.some((p) => p.name === name), 'and is kept');
});

test('I-26 I-28 the catalogue has labels, types and options, associated properties, and says which can be triggers', async () => {
	const { properties, pipelines } = (await person.post('/api/live/catalogue', { object: 'deals' })).json;
	const one = (name) => properties.find((p) => p.name === name);
	assert.equal(one('dealstage').label, 'Deal Stage');
	assert.equal(one('amount').type, 'number');
	assert.equal(one('contact.custom_impact_click_id').source, 'contact');
	assert.equal(one('line_item{i}.hs_sku').source, 'line_item');
	assert.ok(properties.some((p) => p.source === 'company'));
	assert.ok(one('deal_[stage]_id').computed && one('deal_[deal stage]').computed);
	const file = JSON.parse(readFileSync(new URL('../../../conf/hubspot-app/src/app/webhooks/webhooks-hsmeta.json', import.meta.url), 'utf8'));
	const subscribed = file.config.subscriptions.crmObjects.filter((s) => s.objectType === 'deal' && s.propertyName).map((s) => s.propertyName);
	// The app's own property is there only once the ID doctor has made it (I-44).
	const there = subscribed.filter((name) => name !== 'impact_customer_id' || one(name));
	assert.deepEqual(properties.filter((p) => p.source === 'record' && p.subscribed).map((p) => p.name).sort(), there.sort());
	const won = pipelines[0].stages.find((s) => s.id === 'closedwon');
	assert.deepEqual(won, { id: 'closedwon', label: 'Closed Won', closed: true, won: true });
});

test('I-26 the pipelines are those of the account: Alpine Cycles has a second one', async () => {
	const clara = await loggedIn(ALPINE);
	const { pipelines } = (await clara.post('/api/live/catalogue', { object: 'deals' })).json;
	assert.deepEqual(pipelines.map((p) => p.label), ['Sales Pipeline', 'Leasing']);
});

test('I-03 the lists that the pages offer are those of conf/', async () => {
	assert.deepEqual(await person.get('/api/presets'), conf('presets'));
	assert.deepEqual(await person.get('/api/triggers'), conf('triggers'));
	assert.deepEqual(await person.get('/api/impact-fields'), conf('impact-fields'));
	assert.ok((await person.get('/api/functions')).functions.length > 5);
});

test('I-09 saving is refused while a required field is missing, and each missing one is named', async () => {
	for (const [field, path] of [['OrderId', 'objects.deals.mapping'], ['EventDate', 'objects.deals.mapping'], ['EventTypeCode', 'objects.deals.mapping']]) {
		const before = await person.config();
		const res = await person.configure((document) => {
			putDeals(document, preset);
			document.objects.deals.mapping = document.objects.deals.mapping.filter((row) => row.field !== field);
		});
		assert.equal(res.status, 422, `${field}: ${res.text}`);
		assert.match(res.json.error.fields[path] ?? JSON.stringify(res.json.error.fields), new RegExp(field));
		assert.equal((await person.config()).revision, before.revision);
	}
	const bare = await person.configure((document) => {
		putDeals(document, preset);
		document.objects.deals.mapping = [];
	});
	assert.equal(bare.status, 422);
	assert.match(JSON.stringify(bare.json.error.fields), /OrderId/);
	assert.match(JSON.stringify(bare.json.error.fields), /EventDate/);
});

test('I-09 a row that is switched off does not count as mapped', async () => {
	const res = await person.configure((document) => {
		putDeals(document, preset);
		document.objects.deals.mapping.find((row) => row.field === 'OrderId').active = false;
	});
	assert.equal(res.status, 422);
	assert.match(JSON.stringify(res.json.error.fields), /OrderId/);
});

test('I-08 I-28 I-45..I-55 I-63 consent, a trigger and the Deals preset are saved as a new revision', async () => {
	await person.configure((document) => { document.objects.deals = { consent: false, triggers: [], mapping: [] }; });
	const before = await person.config();
	const res = await person.configure((document) => putDeals(document, preset));
	assert.equal(res.status, 200, res.text);
	assert.equal(res.json.revision, before.revision + 1);
	assert.equal(res.json.author, 'ada@northwind-robotics.example');
	assert.deepEqual(res.json.document.objects.deals.triggers, [TRIGGER]);
	assert.equal(res.json.document.objects.deals.mapping.length, preset.rows.length);
	const again = await person.put('/api/config', { revision: res.json.revision, document: res.json.document });
	assert.equal(again.json.revision, res.json.revision, 'an unchanged document is no new revision');
});

test('I-27 I-29 "created" and several changed properties are triggers of one object', async () => {
	const triggers = [{ id: 'c1', on: 'created', property: '', becomes: [], mode: 'live' }, TRIGGER, { ...TRIGGER, id: 't2', property: 'dealname', becomes: [] }];
	const res = await person.configure((document) => putDeals(document, preset, { triggers }));
	assert.equal(res.status, 200, res.text);
	assert.equal(res.json.document.objects.deals.triggers.length, 3);
	assert.equal((await person.configure((document) => putDeals(document, preset))).status, 200);
});

test('I-28 a trigger on a property that the app is not told about is refused by name', async () => {
	const res = await person.configure((document) => putDeals(document, preset, { triggers: [{ ...TRIGGER, property: 'hs_priority', becomes: [] }] }));
	assert.equal(res.status, 422);
	assert.match(res.json.error.fields['objects.deals.triggers.t1.property'], /changes of hs_priority\..* connectorctl hubspot-app \+deals\.hs_priority$/);
});

test('I-03 a faulty expression is refused with its column, while typing and when saving', async () => {
	const { revision, document } = await person.config();
	putDeals(document, preset);
	document.objects.deals.mapping[0].expression = '{dealname|nonsense}';
	const path = `objects.deals.mapping.${document.objects.deals.mapping[0].id}.expression`;
	const check = await person.post('/api/config/check', { document });
	assert.equal(check.status, 200);
	assert.match(check.json.faults.find((f) => f.path === path).message, /column \d+/);
	const save = await person.put('/api/config', { revision, document });
	assert.equal(save.status, 422);
	assert.match(save.json.error.fields[path], /column \d+/);
});

test('I-09 a faulty expression in a required field is told once: where it is faulty, and not as missing too', async () => {
	const { document } = await person.config();
	putDeals(document, preset);
	const order = document.objects.deals.mapping.find((row) => row.field === 'OrderId');
	order.expression = '{hs_object_id|nonsense}';
	const { faults } = (await person.post('/api/config/check', { document })).json;
	assert.deepEqual(faults.map((f) => f.path), [`objects.deals.mapping.${order.id}.expression`]);
});

test('T-28 a condition that is joined by another word than "and" is refused with that word and its column', async () => {
	const { document } = await person.config();
	putDeals(document, preset);
	document.objects.deals.mapping[0].when = '{amount} > 100 und {dealtype} = newbusiness';
	const { faults } = (await person.post('/api/config/check', { document })).json;
	assert.equal(faults.length, 1);
	assert.match(faults[0].message, /column 16 of the condition: conditions are joined by "and", not by "und"/);
});

test('what is on its way of an object is counted for whoever changes its mapping: a deal without a contact waits', async () => {
	assert.equal((await person.configure((document) => putDeals(document, preset))).status, 200);
	const before = await person.get('/api/underway?object=deals');
	const { id } = await deal(NORTHWIND);
	await move(NORTHWIND, id);
	const now = await until('the deal is counted as waiting', async () => {
		const counts = await person.get('/api/underway?object=deals');
		return counts.waiting > before.waiting && counts;
	});
	assert.deepEqual(Object.keys(now).sort(), ['held_back', 'parked', 'ready', 'rejected', 'unknown', 'waiting']);
	assert.equal((await person.get('/api/underway?object=companies')).waiting, 0);
	assert.equal((await person.call('GET', '/api/underway?object=tickets')).status, 400);
});

test('F-018 a document with an unknown member or a wrong type is refused by path', async () => {
	for (const spoil of [(d) => { d.tenant_id = 1; }, (d) => { d.objects.deals.consent = 'yes'; }, (d) => { d.objects.deals.triggers[0].role = 'x'; }]) {
		const res = await person.configure((document) => {
			putDeals(document, preset);
			spoil(document);
		});
		assert.equal(res.status, 422, res.text);
		assert.ok(Object.keys(res.json.error.fields).length > 0);
	}
});

test('F-022 of two who edit the same revision the second gets a conflict with what is there now', async () => {
	const { revision, document } = await person.config();
	const mine = structuredClone(document);
	document.objects.contacts.consent = !document.objects.contacts.consent;
	assert.equal((await person.put('/api/config', { revision, document })).status, 200);
	mine.objects.companies.consent = !mine.objects.companies.consent;
	const second = await person.put('/api/config', { revision, document: mine });
	assert.equal(second.status, 409);
	assert.equal(second.json.current.revision, revision + 1);
	assert.deepEqual(second.json.current.document, document);
});

test('I-22 the account and the program are changed in Settings only', async () => {
	const res = await person.configure((document) => { document.impact.program_id = '1001'; });
	assert.equal(res.status, 422);
	assert.ok(res.json.error.fields.impact);
});

test('T-38 every call to HubSpot goes to the dated endpoints; the old OAuth path is never used', async () => {
	const since = await mark();
	await loggedIn();
	await person.post('/api/live/catalogue', { object: 'deals' });
	const calls = await log({ side: 'hubspot', since });
	assert.ok(calls.some((e) => /^\/oauth\/\d{4}-\d\d\/token$/.test(e.path)), calls.map((e) => e.path).join(' '));
	assert.deepEqual(calls.filter((e) => e.deprecated || e.path.startsWith('/oauth/v1')).map((e) => e.path), []);
});

test('I-30 2,000 long mappings are tried and saved, one more is refused in words, and so is a body without end', async () => {
	const rows = (n) => Array.from({ length: n }, (_, i) => ({ id: `r${i}`, field: `Text${i % 50 + 1}`, active: true,
		expression: `{name|replace:${'ab'.repeat(120)},c|substring:1,${i + 1}}`, when: `{city} is not empty and {numberofemployees} > ${i}` }));
	const { revision, document } = await person.config();
	const before = document.objects.companies;
	const room = 2000 - document.objects.deals.mapping.length - document.objects.contacts.mapping.length;
	document.objects.companies = { consent: false, triggers: [], mapping: rows(room) };
	const check = await person.post('/api/config/check', { document });
	assert.deepEqual(check.json, { faults: [] });
	const saved = await person.put('/api/config', { revision, document });
	assert.equal(saved.status, 200, saved.text.slice(0, 300));
	assert.equal((await person.config()).document.objects.companies.mapping.length, room);
	document.objects.companies.mapping = rows(room + 1);
	const more = await person.put('/api/config', { revision: saved.json.revision, document });
	assert.equal(more.status, 422);
	assert.match(JSON.stringify(more.json.error.fields), /too many rows \(2000 in all\)/);
	assert.equal((await person.configure((d) => { d.objects.companies = before; })).status, 200);
	assert.equal((await person.put('/api/config', `{"document":"${'x'.repeat(1200 * 1024)}"}`)).status, 413);
});
