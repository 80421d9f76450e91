// Links between records: every default type, labels, primary companies, batches, limits, and what the app is told.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { NORTHWIND, receiver, sandbox, until, writerApp } from '../harness.mjs';

let hook;
let box;
let token;
before(async () => {
	hook = await receiver();
	box = await sandbox({ publicUrl: hook.url, start: { hubspot_limit: 100000, association_limit: 100000 }, app: writerApp(hook.url, [
		...['contact', 'company', 'deal'].map((objectType) => ({ subscriptionType: 'object.associationChange', objectType })), { subscriptionType: 'deal.associationChange' }]) });
	token = (await box.install()).access_token;
});
after(() => {
	box.close();
	hook.close();
});

const call = (method, path, json) => box.api(method, `/crm/${path}`, { token, json });
const REQUIRED = { contacts: { firstname: 'F' }, companies: { name: 'N' }, deals: { dealname: 'D', dealstage: 'contractsent' } };
async function made(type) {
	const activity = ['tasks', 'notes', 'calls', 'emails', 'meetings'].includes(type) ? { hs_timestamp: '1795597200000' } : {};
	const res = await call('POST', `objects/2026-09/${type}`, { properties: REQUIRED[type] ?? activity });
	assert.equal(res.status, 201, res.text);
	return res.json.id;
}
const types = async (from, id, to) => (await call('GET', `objects/2026-09/${from}/${id}/associations/${to}`)).json.results.flatMap((r) => r.associationTypes.map((t) => t.typeId)).sort((a, b) => a - b);
const told = (find) => until(() => hook.calls.flatMap((c) => c.events).find(find));

test('every default type of the reference leads there and back', async () => {
	const table = [['contacts', 'companies', [1, 279], [2, 280]], ['deals', 'contacts', [3], [4]], ['deals', 'companies', [5, 341], [6, 342]], ['deals', 'line_items', [19], [20]],
		['tickets', 'contacts', [16], [15]], ['tickets', 'companies', [26, 339], [25, 340]], ['tickets', 'deals', [28], [27]], ['tasks', 'contacts', [204], [203]],
		['tasks', 'companies', [192], [191]], ['tasks', 'deals', [216], [215]], ['tasks', 'tickets', [230], [229]], ['notes', 'contacts', [202], [201]],
		['notes', 'companies', [190], [189]], ['notes', 'deals', [214], [213]], ['notes', 'tickets', [228], [227]], ['calls', 'contacts', [194], [193]], ['calls', 'deals', [206], [205]],
		['emails', 'contacts', [198], [197]], ['emails', 'deals', [210], [209]], ['meetings', 'contacts', [200], [199]], ['meetings', 'deals', [212], [211]],
		['contacts', 'contacts', [449], [449]], ['companies', 'companies', [450], [450]], ['deals', 'deals', [451], [451]], ['deals', 'quotes', [63], null],
		['line_items', 'quotes', [68], null], ['line_items', 'invoices', [410], null], ['line_items', 'orders', [514], null], ['line_items', 'subscriptions', [302], null],
		['leads', 'contacts', [578, 608], [609]]];
	for (const [from, to, forth, back] of table) {
		const [a, b] = [await made(from), await made(to)];
		const put = await call('PUT', `objects/2026-09/${from}/${a}/associations/default/${to}/${b}`);
		assert.equal(put.status, 200, `${from} ${to} ${put.text}`);
		assert.deepEqual(await types(from, a, to), forth, `${from} to ${to}`);
		if (back)
			assert.deepEqual(await types(to, b, from), back, `${to} to ${from}`);
	}
	const [note, task] = [await made('notes'), await made('tasks')];
	assert.equal((await call('PUT', `objects/2026-09/notes/${note}/associations/default/tasks/${task}`)).status, 400);
});

test('a contact has one primary company: another one takes its place, and both changes are told in both directions', async () => {
	const [contact, one, two] = [await made('contacts'), await made('companies'), await made('companies')];
	await call('PUT', `objects/2026-09/contacts/${contact}/associations/default/companies/${one}`);
	await call('PUT', `objects/2026-09/contacts/${contact}/associations/default/companies/${two}`);
	const primary = async () => (await call('GET', `objects/2026-09/contacts/${contact}?properties=associatedcompanyid`)).json.properties.associatedcompanyid;
	assert.equal(await primary(), one);
	const put = await call('PUT', `objects/2026-09/contacts/${contact}/associations/companies/${two}`, [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 1 }]);
	assert.deepEqual([put.status, put.json.labels, put.json.fromObjectTypeId, put.json.toObjectTypeId], [201, ['Primary'], '0-1', '0-2']);
	assert.equal(await primary(), two);
	const mine = (e) => e.isPrimaryAssociation && [e.fromObjectId, e.toObjectId].includes(Number(contact));
	await told((e) => mine(e) && e.associationRemoved && e.associationTypeId === 1 && e.toObjectId === Number(one));
	await told((e) => mine(e) && !e.associationRemoved && e.associationTypeId === 2 && e.fromObjectId === Number(two));
	await told((e) => !e.isPrimaryAssociation && e.associationType === 'COMPANY_TO_CONTACT' && e.fromObjectId === Number(two) && e.associationTypeId === 280);
});

test('a classic subscription hears of the link without type ids', async () => {
	const [deal, contact] = [await made('deals'), await made('contacts')];
	await call('PUT', `objects/2026-09/deals/${deal}/associations/default/contacts/${contact}`);
	const event = await told((e) => e.subscriptionType === 'deal.associationChange' && e.fromObjectId === Number(deal));
	assert.deepEqual(Object.keys(event).sort(), ['appId', 'associationRemoved', 'associationType', 'attemptNumber', 'changeSource', 'eventId', 'fromObjectId', 'isPrimaryAssociation',
		'occurredAt', 'portalId', 'sourceId', 'subscriptionId', 'subscriptionType', 'toObjectId']);
	await call('DELETE', `objects/2026-09/deals/${deal}/associations/contacts/${contact}`);
	await told((e) => e.associationRemoved && e.fromObjectId === Number(contact) && e.associationType === 'CONTACT_TO_DEAL');
	assert.deepEqual(await types('deals', deal, 'contacts'), []);
});

test('own labels: made in pairs, put on links, taken off, renamed, deleted with all their uses', async () => {
	const L = 'associations/2026-09/contacts/deals/labels';
	const { results } = (await call('POST', L, { name: 'referrer', label: 'Referrer', inverseLabel: 'Referred deal' })).json;
	const [forth, back] = results;
	assert.deepEqual([forth.category, forth.label, back.label], ['USER_DEFINED', 'Referrer', 'Referred deal']);
	assert.equal((await call('POST', L, { name: 'referrer', label: 'Referrer' })).status, 409);
	assert.equal((await call('POST', L, { label: 'x' })).status, 400);
	const [contact, deal] = [await made('contacts'), await made('deals')];
	const spec = { associationCategory: 'USER_DEFINED', associationTypeId: forth.typeId };
	const batch = await call('POST', 'associations/2026-09/contacts/deals/batch/create', { inputs: [{ from: { id: contact }, to: { id: deal }, types: [spec] }] });
	assert.deepEqual([batch.status, batch.json.results[0].labels], [201, ['Referrer']]);
	assert.deepEqual(await types('contacts', contact, 'deals'), [forth.typeId, 4].sort((a, b) => a - b));
	await told((e) => e.associationCategory === 'USER_DEFINED' && e.associationTypeId === back.typeId && e.fromObjectId === Number(deal));
	const labels = async () => (await call('GET', 'associations/2026-09/deals/contacts/labels')).json.results.map((t) => t.label);
	assert.deepEqual(await labels(), [null, 'Referred deal']);
	assert.equal((await call('PUT', L, { associationTypeId: forth.typeId, label: 'Introducer', inverseLabel: 'Introduced deal' })).status, 204);
	assert.deepEqual(await labels(), [null, 'Introduced deal']);
	assert.equal((await call('POST', 'associations/2026-09/contacts/deals/batch/labels/archive', { inputs: [{ from: { id: contact }, to: { id: deal }, types: [spec] }] })).status, 204);
	assert.deepEqual(await types('contacts', contact, 'deals'), [4]);
	await call('POST', 'associations/2026-09/contacts/deals/batch/create', { inputs: [{ from: { id: contact }, to: { id: deal }, types: [spec] }] });
	assert.equal((await call('DELETE', `${L}/${forth.typeId}`)).status, 204);
	assert.deepEqual([await types('contacts', contact, 'deals'), await types('deals', deal, 'contacts')], [[4], [3]]);
	assert.equal((await call('DELETE', `${L}/${forth.typeId}`)).status, 400);
});

test('parent and child companies are two sides of one label', async () => {
	const [parent, child] = [await made('companies'), await made('companies')];
	await call('PUT', `objects/2026-09/companies/${parent}/associations/companies/${child}`, [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 13 }]);
	assert.deepEqual([await types('companies', parent, 'companies'), await types('companies', child, 'companies')], [[13, 450], [14, 450]]);
	assert.equal((await call('PUT', `objects/2026-09/companies/${parent}/associations/default/companies/${parent}`)).status, 400);
});

test('batches: up to 1000 read and 2000 written, a part that fails is told; lists go page by page', async () => {
	const deal = await made('deals');
	const inputs = [];
	for (let i = 0; i < 7; i++)
		inputs.push({ from: { id: deal }, to: { id: await made('contacts') } });
	const B = 'associations/2026-09/deals/contacts/batch';
	const part = await call('POST', `${B}/associate/default`, { inputs: [...inputs, { from: { id: deal }, to: { id: '1' } }] });
	assert.deepEqual([part.status, part.json.results.length, part.json.errors[0].category, part.json.errors[0].context.toObjectId], [207, 14, 'OBJECT_NOT_FOUND', ['1']]);
	const page = (await call('GET', `objects/2026-09/deals/${deal}/associations/contacts?limit=4`)).json;
	assert.deepEqual([page.results.length, page.paging.next.after], [4, '4']);
	assert.equal((await call('GET', `objects/2026-09/deals/${deal}/associations/contacts?limit=4&after=4`)).json.results.length, 3);
	assert.equal((await call('GET', `objects/2026-09/deals/${deal}/associations/contacts?limit=501`)).status, 400);
	assert.equal((await call('POST', `${B}/archive`, { inputs: [{ from: { id: deal }, to: inputs.slice(0, 3).map((i) => i.to) }] })).status, 204);
	assert.equal((await types('deals', deal, 'contacts')).length, 4);
	const many = (n) => ({ inputs: Array.from({ length: n }, (_, i) => ({ id: String(i), from: { id: '1' }, to: { id: '2' } })) });
	assert.equal((await call('POST', `${B}/read`, many(1001))).status, 400);
	assert.equal((await call('POST', `${B}/read`, many(1000))).status, 207);
	assert.equal((await call('POST', `${B}/associate/default`, many(2001))).status, 400);
	await box.control('POST', '/settings', { association_ids_as_strings: true });
	const read = await call('POST', `${B}/read`, { inputs: [{ id: deal }] });
	assert.equal(typeof read.json.results[0].to[0].toObjectId, 'string');
	await box.control('DELETE', '/settings');
});

test('a link to a deleted record is not shown, and is there again with the record', async () => {
	const [deal, contact] = [await made('deals'), await made('contacts')];
	await call('PUT', `objects/2026-09/deals/${deal}/associations/default/contacts/${contact}`);
	await call('DELETE', `objects/2026-09/contacts/${contact}`);
	assert.deepEqual(await types('deals', deal, 'contacts'), []);
	await box.control('POST', `/crm/${NORTHWIND}/contacts/${contact}/restore`);
	assert.deepEqual(await types('deals', deal, 'contacts'), [3]);
});

test('the v3 form names the types in words', async () => {
	const [contact, company] = [await made('contacts'), await made('companies')];
	const old = (method, path, json) => box.api(method, `/crm/v3/${path}`, { token, json });
	assert.ok((await old('GET', 'associations/contacts/companies/types')).json.results.some((t) => t.id === '279' && t.name === 'contact_to_company'));
	const made3 = await old('POST', 'associations/contacts/companies/batch/create', { inputs: [{ from: { id: contact }, to: { id: company }, type: 'contact_to_company' }] });
	assert.equal(made3.status, 201, made3.text);
	const read = await old('POST', 'associations/contacts/companies/batch/read', { inputs: [{ id: contact }, { id: '1' }] });
	assert.deepEqual([read.status, read.json.results[0].to.map((t) => t.type).sort()], [207, ['contact_to_company', 'contact_to_company_primary']]);
	assert.equal((await old('GET', `objects/contacts/${contact}/associations/companies`)).json.results[0].id, company);
	assert.equal((await old('DELETE', `objects/contacts/${contact}/associations/companies/${company}/279`)).status, 204);
	assert.deepEqual(await types('contacts', contact, 'companies'), []);
	assert.equal((await old('PUT', `objects/contacts/${contact}/associations/companies/${company}/contact_to_company`)).status, 200);
	assert.equal((await box.api('GET', '/crm/v4/objects/contacts', { token })).status, 404, 'v4 is associations only');
});
