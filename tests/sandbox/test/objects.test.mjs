// Records through the API: what HubSpot accepts, keeps, refuses and answers, one by one and in batches.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { NORTHWIND, sandbox, writerApp } from '../harness.mjs';

let box;
let token;
before(async () => {
	box = await sandbox({ app: writerApp(), start: { hubspot_limit: 100000 } });
	token = (await box.install()).access_token;
});
after(() => box.close());

const call = (method, path, json, v = '2026-09') => box.api(method, `/crm/objects/${v}${path}`, { token, json });
const post = (path, json, v) => call('POST', path, json, v);
const get = (path, v) => call('GET', path, undefined, v);
async function made(type, properties, associations) {
	const res = await post(`/${type}`, { properties, ...(associations ? { associations } : {}) });
	assert.equal(res.status, 201, res.text);
	return res.json.id;
}
const deal = (properties = {}) => made('deals', { dealname: 'D', dealstage: 'contractsent', ...properties });

test('what is required on creation, for every object that the reference names', async () => {
	for (const [type, properties] of [['contacts', { phone: '1' }], ['companies', { phone: '1' }], ['deals', { dealname: 'x' }], ['deals', { dealstage: 'closedwon' }],
		['tasks', { hs_task_subject: 'x' }], ['notes', { hs_note_body: 'x' }]])
		assert.deepEqual([(await post(`/${type}`, { properties })).status, type], [400, type]);
	assert.ok(await made('tasks', { hs_timestamp: '2026-11-25T09:00:00Z', hs_task_status: 'NOT_STARTED', hs_task_priority: 'HIGH', hs_task_type: 'CALL' }));
	assert.ok(await made('notes', { hs_timestamp: '1795597200000', hs_note_body: '<p>x</p>' }));
	for (const type of ['tickets', 'products', 'quotes', 'orders', 'leads', 'line_items'])
		assert.ok(await made(type, {}), type);
});

test('every wrong value is told at once, with its property and code', async () => {
	const res = await post('/deals', { properties: { dealname: 'x', dealstage: 'closedwon', amount: '1,5', closedate: 'soon', dealtype: 'NewBusiness', nope: '1', hs_object_id: '5', hubspot_owner_id: '1' } });
	assert.equal(res.status, 400);
	assert.equal(res.json.category, 'VALIDATION_ERROR');
	assert.match(res.json.message, /^Property values were not valid: \[\{"isValid":false,/);
	assert.deepEqual(Object.fromEntries(res.json.errors.map((e) => [e.context.propertyName[0], e.code])), {
		amount: 'INVALID_INTEGER', closedate: 'INVALID_DATE', dealtype: 'INVALID_OPTION', nope: 'PROPERTY_DOESNT_EXIST', hs_object_id: 'READ_ONLY_VALUE', hubspot_owner_id: 'INVALID_OPTION' });
	assert.equal(res.headers['x-hubspot-correlation-id'], res.json.correlationId);
	const mail = await post('/contacts', { properties: { email: 'no-mail' } });
	assert.equal(mail.json.errors[0].code, 'INVALID_EMAIL');
	assert.equal((await post('/line_items', { properties: { price: '-1' } })).status, 400);
	assert.equal((await post('/contacts', { properties: { firstname: 'x'.repeat(65537) } })).status, 400);
	const id = await made('contacts', { firstname: 'x'.repeat(65536), hubspot_owner_id: '41629779' });
	assert.equal((await get(`/contacts/${id}?properties=firstname`)).json.properties.firstname.length, 65536);
});

test('values come back as strings or null, in HubSpot\'s form; "" clears', async () => {
	const id = await deal({ amount: 12.5, closedate: '1795597200000', dealtype: 'newbusiness' });
	const read = await get(`/deals/${id}?properties=amount,closedate,dealtype,description,nonsense`);
	assert.deepEqual(['amount', 'closedate', 'dealtype', 'description', 'nonsense'].map((n) => read.json.properties[n]), ['12.5', '2026-11-25T09:00:00.000Z', 'newbusiness', null, undefined]);
	assert.match(read.json.url, new RegExp(`/contacts/${NORTHWIND}/record/0-3/${id}$`));
	const cleared = await call('PATCH', `/deals/${id}`, { properties: { amount: '' } });
	assert.equal(cleared.json.properties.amount, null);
});

test('a date that is not midnight is refused before 2026-09 and put right with a warning from then on', async () => {
	await box.control('POST', `/crm/${NORTHWIND}/properties`, { object: 'deals', name: 'due', label: 'Due', type: 'date', fieldType: 'date' });
	const properties = { dealname: 'D', dealstage: 'contractsent', due: '1795597200000' };
	const old = await post('/deals', { properties }, '2026-03');
	assert.deepEqual([old.status, old.json.errors[0].code], [400, 'INVALID_DATE']);
	const now = await post('/deals', { properties });
	assert.equal(now.json.properties.due, '2026-11-25');
	assert.deepEqual(now.json.warnings[0].context, { propertyName: ['due'], rawValue: ['1795597200000'], normalizedValue: ['2026-11-25'] });
	assert.equal(now.json.warnings[0].category, 'PROPERTY_VALUE_NORMALIZED');
	assert.equal((await post('/deals', { properties: { ...properties, due: '2026-11-25' } }, '2026-03')).json.warnings, undefined);
});

test('rules of the account\'s administrator bind writes of 2026-09 and no older ones', async () => {
	await box.control('POST', `/crm/${NORTHWIND}/rules`, { object: 'companies', required: ['domain'], conditional: [{ when: 'country', require: 'state' }] });
	const noDomain = await post('/companies', { properties: { name: 'N' } });
	assert.deepEqual([noDomain.status, noDomain.json.errors[0].code, noDomain.json.errors[0].message, noDomain.json.errors[0].context.propertyName],
		[400, 'MISSING_REQUIRED_PROPERTY', 'A value for domain must be provided', ['domain']]);
	assert.equal((await post('/companies', { properties: { name: 'N' } }, '2026-03')).status, 201);
	const id = await made('companies', { name: 'N', domain: 'n.example' });
	const noState = await call('PATCH', `/companies/${id}`, { properties: { country: 'USA' } });
	assert.deepEqual([noState.status, noState.json.errors[0].code], [400, 'MISSING_CONDITIONAL_REQUIRED_PROPERTY']);
	assert.equal(noState.json.errors[0].message, 'state is required because of a conditional property rule based on [country]');
	assert.equal((await call('PATCH', `/companies/${id}`, { properties: { country: 'USA', state: 'OH' } })).status, 200);
	await box.control('POST', `/crm/${NORTHWIND}/rules`, { object: 'companies' });
});

test('the lifecycle stage only moves forward, unless it is cleared first; a multi-checkbox with a leading ; adds', async () => {
	const id = await made('contacts', { email: 'stage@b.example', lifecyclestage: 'customer' });
	const set = async (value) => (await call('PATCH', `/contacts/${id}`, { properties: { lifecyclestage: value } })).json.properties.lifecyclestage;
	assert.equal(await set('lead'), 'customer');
	assert.equal(await set(''), null);
	assert.equal(await set('lead'), 'lead');
	await box.control('POST', `/crm/${NORTHWIND}/properties`, { object: 'contacts', name: 'topics', label: 'Topics', type: 'enumeration', fieldType: 'checkbox',
		options: ['a', 'b', 'c'].map((v) => ({ label: v.toUpperCase(), value: v })) });
	const topics = async (value) => (await call('PATCH', `/contacts/${id}`, { properties: { topics: value } })).json.properties?.topics;
	assert.equal(await topics('a;b'), 'a;b');
	assert.equal(await topics(';c'), 'a;b;c');
	assert.equal(await topics('b'), 'b');
	assert.equal(await topics('b;x'), undefined);
});

test('history: every value with its time and source, newest first, one by one, in lists and in batches', async () => {
	const id = await deal({ amount: '1' });
	await call('PATCH', `/deals/${id}`, { properties: { amount: '2' } });
	await box.control('PATCH', `/crm/${NORTHWIND}/deals/${id}`, { properties: { amount: '3' } });
	const one = (await get(`/deals/${id}?propertiesWithHistory=amount,dealname`)).json;
	assert.deepEqual(one.propertiesWithHistory.amount.map((h) => [h.value, h.sourceType, h.sourceId]),
		[['3', 'CRM_UI', 'userId:98499705'], ['2', 'INTEGRATION', '39522895'], ['1', 'INTEGRATION', '39522895']]);
	assert.equal(one.properties.amount, '3');
	const batch = await post('/deals/batch/read', { inputs: [{ id }], properties: [], propertiesWithHistory: ['amount'] });
	assert.equal(batch.json.results[0].propertiesWithHistory.amount.length, 3);
	assert.equal((await get('/deals?limit=51&propertiesWithHistory=amount')).status, 400);
	assert.equal((await post('/deals/batch/read', { inputs: Array.from({ length: 51 }, (_, i) => ({ id: String(i) })), propertiesWithHistory: ['amount'] })).status, 400);
});

test('lists go by id, up to 100 a page, the archived ones apart', async () => {
	const ids = [];
	for (let i = 0; i < 5; i++)
		ids.push(await made('products', { name: `P${i}` }));
	await call('DELETE', `/products/${ids[1]}`);
	const seen = [];
	let after = '';
	do {
		const { json } = await get(`/products?limit=2&properties=name${after && `&after=${after}`}`);
		seen.push(...json.results.map((r) => r.id));
		after = json.paging?.next.after ?? '';
		assert.ok(!after || json.paging.next.link.includes(`after=${after}`));
	} while (after);
	assert.deepEqual(seen.filter((id) => ids.includes(id)), ids.filter((id) => id !== ids[1]));
	const [gone] = (await get('/products?archived=true')).json.results;
	assert.deepEqual([gone.id, gone.archived, typeof gone.archivedAt], [ids[1], true, 'string']);
	assert.equal((await get('/products?limit=101')).status, 400);
	assert.equal((await get(`/products/${ids[1]}`)).status, 404);
	assert.equal((await get(`/products/${ids[1]}?archived=true`)).status, 200);
	assert.equal((await call('DELETE', `/products/${ids[1]}`)).status, 204, 'an archived one again');
});

test('a batch in which all inputs have trace ids fails in part, any other as a whole', async () => {
	const inputs = [{ objectWriteTraceId: 'a', properties: { email: 'trace@b.example' } }, { objectWriteTraceId: 'b', properties: { email: 'wrong' } }];
	const part = await post('/contacts/batch/create', { inputs });
	assert.deepEqual([part.status, part.json.status, part.json.numErrors, part.json.results[0].objectWriteTraceId], [207, 'COMPLETE', 1, 'a']);
	assert.deepEqual(part.json.errors[0].context, { objectWriteTraceId: ['b'] });
	assert.equal(part.json.errors[0].category, 'VALIDATION_ERROR');
	const { id } = part.json.results[0];
	const whole = await post('/contacts/batch/update', { inputs: [{ id, properties: { firstname: 'T' } }, { id: '1', properties: {} }] });
	assert.equal(whole.status, 404);
	assert.equal((await get(`/contacts/${id}`)).json.properties.firstname, null, 'nothing of it was done');
	const twice = await post('/contacts/batch/update', { inputs: [{ id, properties: { firstname: 'T' } }, { id, properties: { firstname: 'U' } }] });
	assert.equal(twice.status, 400);
	await box.control('POST', '/settings', { refuse_same_ids: false });
	assert.equal((await post('/contacts/batch/update', { inputs: [{ id, properties: { firstname: 'T' } }, { id, properties: { firstname: 'U' } }] })).status, 200);
	assert.equal((await get(`/contacts/${id}`)).json.properties.firstname, 'U');
	await box.control('DELETE', '/settings');
	for (const op of ['read', 'create', 'update', 'upsert', 'archive'])
		assert.equal((await post(`/contacts/batch/${op}`, { inputs: Array.from({ length: 101 }, (_, i) => ({ id: String(i), properties: {} })) })).status, 400, op);
	assert.equal((await post('/contacts/batch/archive', { inputs: [{ id }, { id: '1' }] })).status, 204);
});

test('upsert makes what is not there and changes what is, by a unique property', async () => {
	await box.control('POST', `/crm/${NORTHWIND}/properties`, { object: 'deals', name: 'action_id', label: 'Action', hasUniqueValue: true });
	const upsert = (id, properties) => post('/deals/batch/upsert', { inputs: [{ id, idProperty: 'action_id', properties: { dealname: 'U', dealstage: 'contractsent', ...properties } }] });
	const first = (await upsert('imp-1', {})).json.results[0];
	assert.equal(first.new, true);
	const again = (await upsert('imp-1', { amount: '5' })).json.results[0];
	assert.deepEqual([again.new, again.id, again.properties.amount], [false, first.id, '5']);
	assert.equal((await get('/deals/imp-1?idProperty=action_id')).json.id, first.id);
	const taken = await post('/deals', { properties: { dealname: 'V', dealstage: 'contractsent', action_id: 'imp-1' } });
	assert.equal(taken.status, 409);
	assert.ok(taken.json.message.includes(first.id));
	assert.equal((await post('/companies/batch/upsert', { inputs: [{ id: 'x.example', idProperty: 'domain', properties: {} }] })).status, 400, 'domain is not unique');
	const mail = await post('/contacts/batch/upsert', { inputs: [{ id: 'up@b.example', idProperty: 'email', properties: { firstname: 'Up' } }] });
	assert.equal(mail.json.results[0].new, true);
});

test('line items: one parent, alike ones in a batch are one, a product lends its name and price, the amount is worked out', async () => {
	const [one, two] = [await deal(), await deal()];
	const to = (id) => [{ to: { id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 20 }] }];
	const product = await made('products', { name: 'Arm', price: '60', hs_sku: 'ARM' });
	const item = await post('/line_items', { properties: { hs_product_id: product, quantity: '2', discount: '5' }, associations: to(one) });
	const read = (await get(`/line_items/${item.json.id}?properties=name,price,amount,hs_sku&associations=deals`)).json;
	assert.deepEqual([read.properties.name, read.properties.price, read.properties.amount, read.properties.hs_sku], ['Arm', '60', '110', 'ARM']);
	assert.deepEqual(read.associations.deals.results, [{ id: one, type: 'line_item_to_deal' }]);
	const link = await box.api('PUT', `/crm/objects/2026-09/line_items/${item.json.id}/associations/default/deals/${two}`, { token });
	assert.equal(link.status, 400);
	const batch = await post('/line_items/batch/create', { inputs: [1, 2, 3].map((n) => ({ properties: { name: 'same', quantity: '1', price: n === 3 ? '2' : '1' }, associations: to(two) })) });
	assert.equal(batch.json.results.length, 2);
});

test('creation with associations links, counts and finds the primary company; a wrong type is refused before anything is made', async () => {
	const company = await made('companies', { name: 'N' });
	const contact = await made('contacts', { email: 'linked@b.example' }, [{ to: { id: company }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 279 }] }]);
	assert.equal((await get(`/contacts/${contact}?properties=associatedcompanyid`)).json.properties.associatedcompanyid, company);
	assert.equal((await get(`/companies/${company}?properties=num_associated_contacts`)).json.properties.num_associated_contacts, '1');
	const wrong = await post('/contacts', { properties: { email: 'never@b.example' }, associations: [{ to: { id: company }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 3 }] }] });
	assert.equal(wrong.status, 400);
	assert.equal((await get('/contacts/never@b.example?idProperty=email')).status, 404);
});
