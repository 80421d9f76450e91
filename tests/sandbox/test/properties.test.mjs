// What records are made of: properties, groups, pipelines, owners, the limits of an account.
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

const call = (method, path, json) => box.api(method, `/crm/${path}`, { token, json });
const P = 'properties/2026-09/deals';
const text = (name, more = {}) => ({ name, label: name, type: 'string', fieldType: 'text', groupName: 'dealinformation', ...more });
const create = (name, more) => call('POST', P, text(name, more));

test('a property: made, read, changed, archived, made again', async () => {
	const made = await create('tier', { description: 'd', hasUniqueValue: false, displayOrder: 3 });
	assert.equal(made.status, 201);
	assert.deepEqual([made.json.hubspotDefined, made.json.archived, made.json.calculated, made.json.displayOrder, made.json.modificationMetadata], [
		false, false, false, 3, { archivable: true, readOnlyDefinition: false, readOnlyValue: false, readOnlyOptions: false }]);
	const twice = await create('tier');
	assert.deepEqual([twice.status, twice.json.category, twice.json.subCategory], [409, 'OBJECT_ALREADY_EXISTS', 'Properties.PROPERTY_WITH_NAME_EXISTS']);
	assert.equal((await call('PATCH', `${P}/tier`, { label: 'Tier', hidden: true })).json.label, 'Tier');
	assert.equal((await call('GET', `${P}/tier`)).json.hidden, true);
	assert.equal((await call('PATCH', `${P}/tier`, { type: 'number', fieldType: 'number' })).status, 400);
	assert.equal((await call('DELETE', `${P}/tier`)).status, 204);
	const gone = await call('GET', `${P}/tier`);
	assert.deepEqual([gone.status, gone.json.category], [404, 'OBJECT_NOT_FOUND']);
	assert.deepEqual((await call('GET', `${P}?archived=true`)).json.results.map((p) => p.name), ['tier']);
	assert.equal((await create('tier')).status, 201, 'the name of an archived one restores it');
	assert.deepEqual((await call('GET', `${P}?archived=true`)).json.results, []);
});

test('definitions that HubSpot does not take', async () => {
	for (const [name, more] of [['Upper', {}], ['1st', {}], ['a-b', {}], ['ok', { label: '' }], ['ok', { type: 'json' }], ['ok', { fieldType: 'number' }], ['ok', { groupName: 'nowhere' }],
		['ok', { type: 'enumeration', fieldType: 'select' }], ['ok', { type: 'enumeration', fieldType: 'select', options: [{ label: 'A', value: 'a' }, { label: 'B', value: 'a' }] }],
		['ok', { type: 'bool', fieldType: 'booleancheckbox', options: [{ label: 'Y', value: 'yes' }] }],
		['ok', { type: 'number', fieldType: 'calculation_equation', calculationFormula: 'amount +' }], ['ok', { type: 'number', fieldType: 'calculation_equation', calculationFormula: 'nowhere * 2' }],
		['ok', { type: 'date', fieldType: 'calculation_equation', calculationFormula: 'amount' }]]) {
		const res = await create(name, more);
		assert.deepEqual([res.status, res.json.category], [400, 'VALIDATION_ERROR'], JSON.stringify([name, more]));
	}
});

test('HubSpot\'s own properties keep their definition, but for the options of some; options are replaced as a whole', async () => {
	assert.equal((await call('PATCH', `${P}/dealname`, { label: 'Name' })).status, 400);
	assert.equal((await call('DELETE', `${P}/dealname`)).status, 400);
	assert.equal((await call('PATCH', `${P}/dealstage`, { options: [{ label: 'x', value: 'x' }] })).status, 400);
	const options = [{ label: 'New', value: 'newbusiness', displayOrder: 0, hidden: false }, { label: 'Renewal', value: 'renewal' }];
	assert.deepEqual((await call('PATCH', `${P}/dealtype`, { options })).json.options.map((o) => o.value), ['newbusiness', 'renewal']);
	const deal = { dealname: 'D', dealstage: 'closedwon' };
	assert.equal((await call('POST', 'objects/2026-09/deals', { properties: { ...deal, dealtype: 'renewal' } })).status, 201);
	assert.equal((await call('POST', 'objects/2026-09/deals', { properties: { ...deal, dealtype: 'existingbusiness' } })).status, 400);
});

test('a calculated property follows its formula and is read only; what it needs is in use', async () => {
	assert.equal((await create('rate', { type: 'number', fieldType: 'number' })).status, 201);
	const made = await create('bonus', { type: 'number', fieldType: 'calculation_equation', calculationFormula: '(amount - 10) * rate / 100' });
	assert.deepEqual([made.json.calculated, made.json.modificationMetadata.readOnlyValue], [true, true]);
	const deal = (await call('POST', 'objects/2026-09/deals', { properties: { dealname: 'D', dealstage: 'closedwon', amount: '110', rate: '5' } })).json.id;
	const bonus = async () => (await call('GET', `objects/2026-09/deals/${deal}?properties=bonus`)).json.properties.bonus;
	assert.equal(await bonus(), '5');
	await call('PATCH', `objects/2026-09/deals/${deal}`, { properties: { rate: '' } });
	assert.equal(await bonus(), null);
	assert.equal((await call('PATCH', `objects/2026-09/deals/${deal}`, { properties: { bonus: '1' } })).json.errors[0].code, 'READ_ONLY_VALUE');
	const used = await call('DELETE', `${P}/rate`);
	assert.deepEqual([used.status, used.json.subCategory], [400, 'PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE']);
});

test('groups: made, read, changed, deleted once they are empty', async () => {
	const made = await call('POST', `${P}/groups`, { name: 'impact_partner', label: 'impact.com', displayOrder: -1 });
	assert.deepEqual([made.status, made.json], [201, { name: 'impact_partner', label: 'impact.com', displayOrder: -1, archived: false }]);
	assert.equal((await call('POST', `${P}/groups`, { name: 'impact_partner', label: 'x' })).status, 409);
	assert.equal((await call('PATCH', `${P}/groups/impact_partner`, { label: 'Partner' })).json.label, 'Partner');
	assert.equal((await call('GET', `${P}/groups/impact_partner`)).json.label, 'Partner');
	await create('in_group', { groupName: 'impact_partner' });
	const used = await call('DELETE', `${P}/groups/impact_partner`);
	assert.deepEqual([used.status, used.json.subCategory], [400, 'PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES']);
	await call('DELETE', `${P}/in_group`);
	assert.equal((await call('DELETE', `${P}/groups/impact_partner`)).status, 204);
	assert.equal((await call('GET', `${P}/groups/impact_partner`)).status, 404);
});

test('batches of properties: 201 or 207, read with the missing ones named, archived together', async () => {
	const inputs = [text('many_a'), text('many_b'), text('dealname')];
	const part = await call('POST', `${P}/batch/create`, { inputs });
	assert.deepEqual([part.status, part.json.results.length, part.json.errors[0].category, part.json.errors[0].context], [207, 2, 'OBJECT_ALREADY_EXISTS', { name: ['dealname'] }]);
	assert.equal((await call('POST', `${P}/batch/create`, { inputs: [text('many_c')] })).status, 201);
	const read = await call('POST', `${P}/batch/read`, { archived: false, inputs: [{ name: 'many_a' }, { name: 'many_x' }] });
	assert.deepEqual([read.status, read.json.results.map((p) => p.name), read.json.errors[0].context], [207, ['many_a'], { name: ['many_x'] }]);
	assert.equal((await call('POST', `${P}/batch/archive`, { inputs: ['a', 'b', 'c'].map((x) => ({ name: `many_${x}` })) })).status, 204);
	assert.equal((await call('GET', `${P}/many_c`)).status, 404);
	assert.equal((await call('POST', `${P}/batch/archive`, { inputs: [{ name: 'rate' }] })).status, 400, 'one that is in use');
});

test('at most ten unique properties an object; the number of custom ones is limited and can be asked for', async () => {
	for (let i = 0; i < 10; i++)
		assert.equal((await call('POST', 'properties/2026-09/companies', text(`key_${i}`, { groupName: 'companyinformation', hasUniqueValue: true }))).status, 201);
	assert.equal((await call('POST', 'properties/2026-09/companies', text('key_10', { groupName: 'companyinformation', hasUniqueValue: true }))).status, 400);
	const limits = (await call('GET', 'limits/2026-09/custom-properties')).json;
	assert.deepEqual((({ usage, limit, percentage }) => [usage, limit, percentage])(limits.byObjectType.find((t) => t.objectTypeId === '0-2')), [10, 1000, 1]);
	await box.control('POST', '/settings', { custom_properties: 10 });
	assert.equal((await call('POST', 'properties/2026-09/companies', text('one_more', { groupName: 'companyinformation' }))).status, 400);
	await box.control('DELETE', '/settings');
});

test('pipelines and stages are made, changed and deleted; a deal\'s stage must be one of its pipeline', async () => {
	const stage = (label, probability) => ({ label, displayOrder: 0, metadata: { probability } });
	const made = await call('POST', 'pipelines/2026-09/deals', { label: 'Partners', displayOrder: 1, stages: [stage('Open', '0.5'), stage('Won', '1.0')] });
	assert.equal(made.status, 201);
	const [open, won] = made.json.stages;
	assert.deepEqual([open.metadata, won.metadata], [{ isClosed: 'false', probability: '0.5' }, { isClosed: 'true', probability: '1.0' }]);
	const S = `pipelines/2026-09/deals/${made.json.id}/stages`;
	const lost = await call('POST', S, stage('Lost', '0.0'));
	assert.equal(lost.status, 201);
	assert.equal((await call('PATCH', `${S}/${lost.json.id}`, { label: 'Gone' })).json.label, 'Gone');
	assert.equal((await call('GET', `${S}/${lost.json.id}`)).json.metadata.probability, '0.0');
	assert.equal((await call('POST', S, stage('Gone', '0.0'))).status, 409);
	assert.equal((await call('POST', S, { label: 'No probability', displayOrder: 1 })).status, 400);
	const deal = (properties) => call('POST', 'objects/2026-09/deals', { properties: { dealname: 'D', ...properties } });
	assert.equal((await deal({ dealstage: won.id })).status, 400, 'two pipelines: none is the default');
	assert.equal((await deal({ dealstage: won.id, pipeline: 'default' })).json.errors[0].code, 'INVALID_OPTION');
	assert.equal((await deal({ dealstage: won.id, pipeline: made.json.id })).status, 201);
	assert.ok((await call('GET', `${P}/dealstage`)).json.options.some((o) => o.value === won.id));
	assert.equal((await call('DELETE', `${S}/${won.id}`)).status, 400, 'in use');
	assert.equal((await call('DELETE', `${S}/${lost.json.id}`)).status, 204);
	assert.deepEqual((await call('GET', `${S}/${open.id}/audit`)).json.results, []);
	assert.equal((await call('PATCH', `pipelines/2026-09/deals/${made.json.id}`, { label: 'Partner sales' })).json.label, 'Partner sales');
	assert.deepEqual((await call('GET', `pipelines/2026-09/deals/${made.json.id}/audit`)).json.results.map((a) => a.action), ['UPDATE', 'CREATE']);
	assert.equal((await call('GET', 'pipelines/2026-09/deals/none')).status, 404);
	assert.equal((await call('GET', 'pipelines/2026-09/contacts')).status, 400);
	assert.equal((await call('GET', 'pipelines/2026-09/tickets')).json.results.length, 1);
});

test('owners: pages, by e-mail, by either id, queues, and those who have left', async () => {
	const first = (await call('GET', 'owners/2026-09?limit=2')).json;
	assert.equal(first.results.length, 2);
	const second = (await call('GET', `owners/2026-09?limit=2&after=${first.paging.next.after}`)).json;
	assert.deepEqual([...first.results, ...second.results].map((o) => o.type), ['PERSON', 'PERSON', 'QUEUE']);
	const [ada] = (await call('GET', 'owners/2026-09?email=ADA@northwind-robotics.example')).json.results;
	assert.deepEqual(ada.teams, [{ id: '178588', name: 'Sales', primary: true }]);
	assert.equal((await call('GET', `owners/2026-09/${ada.id}`)).json.userId, ada.userId);
	assert.equal((await call('GET', `owners/2026-09/${ada.userId}?idProperty=userId`)).json.id, ada.id);
	const [left] = (await call('GET', 'owners/2026-09?archived=true')).json.results;
	assert.deepEqual([left.userId, left.userIdIncludingInactive, left.archived], [null, 98499700, true]);
	assert.equal((await call('GET', 'owners/2026-09/1')).status, 404);
	assert.equal((await call('GET', 'owners/2026-09?limit=501')).status, 400);
});

test('what was made of an account survives a restart', async () => {
	const { dir } = box;
	box.close(true);
	box = await sandbox({ dir, app: writerApp(), start: { hubspot_limit: 100000 } });
	assert.equal((await call('GET', `${P}/bonus`)).status, 200);
	assert.equal((await call('GET', 'pipelines/2026-09/deals')).json.results.length, 2);
	assert.equal((await box.control('GET', `/crm/${NORTHWIND}/deals`)).results.length > 0, true);
});
