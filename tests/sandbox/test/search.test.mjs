// The search: every operator, its limits, and that what an index finds is what a look at everything would find.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { NORTHWIND, sandbox, writerApp } from '../harness.mjs';

let box;
let token;
const ids = [];
before(async () => {
	box = await sandbox({ app: writerApp(), start: { hubspot_limit: 100000, search_limit: 100000 } });
	token = (await box.install()).access_token;
	for (const [dealname, amount, dealtype, dealstage] of [['Red robot arm', '10', 'newbusiness', 'closedwon'], ['Blue robot', '20', 'existingbusiness', 'contractsent'], ['red base', '30', null, 'closedlost'], ['Nothing', null, null, 'contractsent']])
		ids.push((await box.control('POST', `/crm/${NORTHWIND}/deals`, { properties: { dealname, dealstage, ...(amount ? { amount } : {}), ...(dealtype ? { dealtype } : {}) } })).id);
});
after(() => box.close());

const search = (json, type = 'deals') => box.api('POST', `/crm/objects/2026-09/${type}/search`, { token, json });
const found = async (...filters) => {
	const res = await search({ filterGroups: [{ filters }] });
	assert.equal(res.status, 200, res.text);
	return res.json.results.map((r) => ids.indexOf(r.id));
};

test('every operator', async () => {
	const amount = (operator, more) => found({ propertyName: 'amount', operator, ...more });
	assert.deepEqual(await amount('EQ', { value: '20' }), [1]);
	assert.deepEqual(await amount('NEQ', { value: '20' }), [0, 2]);
	assert.deepEqual(await amount('LT', { value: '20' }), [0]);
	assert.deepEqual(await amount('LTE', { value: '20' }), [0, 1]);
	assert.deepEqual(await amount('GT', { value: '20' }), [2]);
	assert.deepEqual(await amount('GTE', { value: '20.0' }), [1, 2]);
	assert.deepEqual(await amount('BETWEEN', { value: '5', highValue: '25' }), [0, 1]);
	assert.deepEqual(await amount('IN', { values: ['10', '30'] }), [0, 2]);
	assert.deepEqual(await amount('NOT_IN', { values: ['10', '30'] }), [1]);
	assert.deepEqual(await amount('HAS_PROPERTY'), [0, 1, 2]);
	assert.deepEqual(await amount('NOT_HAS_PROPERTY'), [3]);
	const name = (operator, value) => found({ propertyName: 'dealname', operator, value });
	assert.deepEqual(await name('EQ', 'BLUE ROBOT'), [1]);
	assert.deepEqual(await name('CONTAINS_TOKEN', 'red'), [0, 2]);
	assert.deepEqual(await name('CONTAINS_TOKEN', 'rob*'), [0, 1]);
	assert.deepEqual(await name('NOT_CONTAINS_TOKEN', 'robot'), [2, 3]);
	assert.deepEqual(await found({ propertyName: 'hs_is_closed_won', operator: 'EQ', value: 'true' }), [0]);
	assert.deepEqual(await found({ propertyName: 'dealtype', operator: 'IN', values: ['newbusiness'] }, { propertyName: 'amount', operator: 'EQ', value: '10' }), [0]);
});

test('groups are alternatives, filters in a group all hold; sorts; words; pages', async () => {
	const either = await search({ filterGroups: [['dealname', 'Nothing'], ['amount', '10']].map(([propertyName, value]) => ({ filters: [{ propertyName, operator: 'EQ', value }] })),
		sorts: [{ propertyName: 'dealname', direction: 'DESCENDING' }], properties: ['dealname'] });
	assert.deepEqual(either.json.results.map((r) => r.properties.dealname), ['Red robot arm', 'Nothing']);
	assert.equal((await search({ query: 'ROBOT' })).json.total, 2);
	const page = (await search({ limit: 3 })).json;
	assert.deepEqual([page.total, page.results.length, page.paging.next.after], [4, 3, '3']);
	assert.equal((await search({ limit: 3, after: '3' })).json.paging, undefined);
});

test('the time of change, ids and links are looked up, and what is archived or not yet visible is left out', async () => {
	const [first] = (await search({ sorts: [{ propertyName: 'hs_lastmodifieddate', direction: 'ASCENDING' }], limit: 1 })).json.results;
	await box.control('PATCH', `/crm/${NORTHWIND}/deals/${ids[0]}`, { properties: { amount: '11' } });
	const since = Date.parse(first.updatedAt);
	const changed = (operator, value, highValue) => found({ propertyName: 'hs_lastmodifieddate', operator, value: String(value), ...(highValue ? { highValue: String(highValue) } : {}) });
	assert.equal((await changed('GTE', since)).length, 4, 'a record that changed twice is there once');
	assert.equal((await changed('BETWEEN', since, Date.now())).length, 4);
	assert.deepEqual(await changed('GT', Date.now()), []);
	assert.deepEqual(await found({ propertyName: 'hs_object_id', operator: 'IN', values: [ids[1], ids[3], '1'] }), [1, 3]);
	assert.deepEqual(await found({ propertyName: 'hs_object_id', operator: 'GT', value: ids[1] }), [2, 3]);
	const contact = (await box.control('POST', `/crm/${NORTHWIND}/contacts`, { properties: { email: 'Sea@rch.example', phone: '+43 664 1234567' } })).id;
	await box.control('POST', `/crm/${NORTHWIND}/associate`, { from: 'deals', fromId: ids[2], to: 'contacts', toId: contact });
	assert.deepEqual(await found({ propertyName: 'associations.contact', operator: 'EQ', value: contact }), [2]);
	assert.deepEqual(await found({ propertyName: 'associations.contact', operator: 'NOT_HAS_PROPERTY' }), [0, 1, 3]);
	const people = async (filter) => (await search(filter, 'contacts')).json.total;
	assert.equal(await people({ filterGroups: [{ filters: [{ propertyName: 'email', operator: 'EQ', value: 'sea@rch.example' }] }] }), 1);
	assert.equal(await people({ query: '06641234567' }), 1, 'phone numbers without the country');
	await box.control('DELETE', `/crm/${NORTHWIND}/deals/${ids[3]}`);
	assert.equal((await search({})).json.total, 3);
	await box.control('POST', '/settings', { search_lag_ms: 60000 });
	assert.equal((await search({})).json.total, 0);
	await box.control('DELETE', '/settings');
});

test('what the search refuses', async () => {
	const filter = { propertyName: 'amount', operator: 'EQ', value: '1' };
	const group = (n) => ({ filters: Array.from({ length: n }, () => filter) });
	for (const [what, json] of Object.entries({
		'six groups': { filterGroups: Array.from({ length: 6 }, () => group(1)) }, 'seven filters': { filterGroups: [group(7)] }, 'nineteen in all': { filterGroups: [6, 6, 6, 1].map(group) },
		'an unknown operator': { filterGroups: [{ filters: [{ ...filter, operator: 'LIKE' }] }] }, 'an unknown property': { filterGroups: [{ filters: [{ ...filter, propertyName: 'x' }] }] },
		'no value': { filterGroups: [{ filters: [{ propertyName: 'amount', operator: 'EQ' }] }] }, 'half a range': { filterGroups: [{ filters: [{ ...filter, operator: 'BETWEEN' }] }] },
		'capitals in IN': { filterGroups: [{ filters: [{ propertyName: 'dealname', operator: 'IN', values: ['A'] }] }] }, 'no number': { filterGroups: [{ filters: [{ ...filter, value: 'x' }] }] },
		'two sorts': { sorts: ['amount', 'dealname'].map((propertyName) => ({ propertyName })) }, 'a page of 201': { limit: 201 }, 'no page': { limit: 0 }, 'a strange after': { after: 'x' },
		'more than 10,000': { after: '9900', limit: 101 }, 'a long body': { query: 'x'.repeat(3000) } })) {
		const res = await search(json);
		assert.deepEqual([res.status, res.json.category], [400, 'VALIDATION_ERROR'], what);
	}
	assert.equal((await search({ after: '9900', limit: 100 })).status, 200);
	assert.equal((await search({ filterGroups: [6, 6, 6].map(group) })).status, 200);
});
