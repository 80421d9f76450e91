// The CRM API: scopes, batches with 207, associations, search limits, rate limit.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { NORTHWIND, sandbox } from '../harness.mjs';

let box;
let token;
let deal;
let contact;
before(async () => {
	box = await sandbox();
	token = (await box.install()).access_token;
	contact = (await box.control('POST', `/crm/${NORTHWIND}/contacts`, { properties: { email: 'Zoe@Example.com', firstname: 'Zoe' } })).id;
	deal = await box.control('POST', `/crm/${NORTHWIND}/deals`, {
		properties: { dealname: 'Arms', amount: '120.50', dealstage: 'contractsent' }, contacts: [contact],
		lineItems: [{ name: 'Arm', hs_sku: 'ARM-1', price: '60.25', quantity: '2' }] });
});
after(() => box.close());

const get = (path) => box.api('GET', path, { token });
const post = (path, json) => box.api('POST', path, { token, json });

test('without a token 401, without a scope 403 with the scope\'s name', async () => {
	const none = await box.api('GET', '/crm/objects/2026-09/deals');
	assert.deepEqual([none.status, none.json.category], [401, 'INVALID_AUTHENTICATION']);
	const owners = await get('/crm/owners/2026-09');
	assert.deepEqual([owners.status, owners.json.category], [403, 'MISSING_SCOPES']);
	assert.deepEqual(owners.json.errors[0].context.requiredGranularScopes, ['crm.objects.owners.read']);
	const write = await post('/crm/objects/2026-09/contacts', { properties: { email: 'x@y.example' } });
	assert.equal(write.status, 403);
	assert.equal((await get('/crm/objects/2030-01/deals')).status, 404);
});

test('batch read answers 207 with the ids that it does not find, and knows names, ids and e-mails', async () => {
	const read = await post('/crm/objects/2026-09/0-3/batch/read', { inputs: [{ id: deal.id }, { id: '12' }], properties: ['dealname', 'hs_is_closed_won', 'nonsense', 'closedate'] });
	assert.equal(read.status, 207);
	assert.deepEqual(read.json.errors[0].context.ids, ['12']);
	const { properties } = read.json.results[0];
	assert.equal(properties.hs_is_closed_won, 'false');
	assert.equal(properties.closedate, null);
	assert.ok(!('nonsense' in properties));
	const mail = await post('/crm/objects/2026-09/contacts/batch/read', { idProperty: 'email', inputs: [{ id: 'zoe@example.com' }] });
	assert.equal(mail.json.results[0].id, contact);
	const many = await post('/crm/objects/2026-09/deals/batch/read', { inputs: Array.from({ length: 101 }, (_, i) => ({ id: String(i) })) });
	assert.deepEqual([many.status, many.json.category], [400, 'VALIDATION_ERROR']);
});

test('associations by batch: types, numbers, 207 for records without any', async () => {
	const read = await post('/crm/associations/2026-09/deals/contacts/batch/read', { inputs: [{ id: deal.id }, { id: '12' }] });
	assert.equal(read.status, 207);
	assert.deepEqual(read.json.results[0].to, [{ toObjectId: Number(contact), associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: 3, label: null }] }]);
	assert.equal(read.json.errors[0].subCategory, 'crm.associations.NO_ASSOCIATIONS_FOUND');
	const items = await post('/crm/associations/2026-03/deal/line_item/batch/read', { inputs: [{ id: deal.id }] });
	assert.equal(items.json.results[0].to[0].associationTypes[0].typeId, 19);
	const item = await get(`/crm/objects/2026-09/line_items/${deal.lineItems[0]}?properties=amount,hs_sku`);
	assert.equal(item.json.properties.amount, '120.5');
});

test('stages and properties are read live; a new property appears', async () => {
	const pipelines = await get('/crm/pipelines/2026-09/deals');
	const won = pipelines.json.results[0].stages.find((s) => s.label === 'Closed Won');
	assert.deepEqual(won.metadata, { isClosed: 'true', probability: '1.0' });
	const names = async () => (await get('/crm/properties/2026-09/deals')).json.results.map((p) => p.name);
	assert.ok((await get('/crm/properties/2026-09/contacts')).json.results.some((p) => p.name === 'custom_impact_click_id' && !p.hubspotDefined));
	assert.ok(!(await names()).includes('tier'));
	await box.control('POST', `/crm/${NORTHWIND}/properties`, { object: 'deals', name: 'tier', label: 'Tier' });
	assert.ok((await names()).includes('tier'));
});

test('a move to Closed Won sets what HubSpot derives', async () => {
	await box.control('POST', `/crm/${NORTHWIND}/move`, { deal: deal.id, stage: 'closedwon' });
	const { properties } = (await get(`/crm/objects/2026-09/deals/${deal.id}?properties=hs_is_closed_won,closedate,hs_deal_stage_probability`)).json;
	assert.equal(properties.hs_is_closed_won, 'true');
	assert.ok(properties.closedate);
	assert.equal(properties.hs_deal_stage_probability, '1');
});

test('search keeps its limits', async () => {
	const search = (json) => post('/crm/objects/2026-09/deals/search', json);
	const found = await search({ filterGroups: [{ filters: [{ propertyName: 'hs_lastmodifieddate', operator: 'GTE', value: '1795000000000' }] }], limit: 200 });
	assert.equal(found.json.total, 1);
	assert.equal(found.headers['x-hubspot-ratelimit-max'], undefined);
	assert.equal((await search({ limit: 201 })).status, 400);
	assert.equal((await search({ after: '9990', limit: 20 })).status, 400);
	await search({ limit: 1 });
	await search({ limit: 1 });
	const sixth = await search({ limit: 1 });
	assert.deepEqual([sixth.status, sixth.json.policyName], [429, 'SECONDLY']);
});

test('the 111th call within ten seconds is too many', async () => {
	let last;
	for (let i = 0; i < 111; i++)
		last = await get('/account-info/2026-09/details');
	assert.deepEqual([last.status, last.json.policyName], [429, 'TEN_SECONDLY_ROLLING']);
	assert.equal(last.headers['x-hubspot-ratelimit-remaining'], '0');
});
