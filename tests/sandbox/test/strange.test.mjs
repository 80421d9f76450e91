// Whatever an app sends, HubSpot answers with a refusal in its own words and never fails itself.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiHandler } from '../api.mjs';
import { NORTHWIND, sandbox, writerApp } from '../harness.mjs';
import { Request } from '../http.mjs';
import { random } from '../random.mjs';

let box;
let token;
let ids;
before(async () => {
	box = await sandbox({ app: writerApp(), start: { hubspot_limit: 1e9, association_limit: 1e9, association_daily: 1e9, search_limit: 1e9, webhooks: false } });
	token = (await box.install()).access_token;
	const deal = await box.control('POST', `/crm/${NORTHWIND}/deals`, { properties: { dealname: 'D', dealstage: 'closedwon' } });
	const contact = await box.control('POST', `/crm/${NORTHWIND}/contacts`, { properties: { email: 'odd@b.example' } });
	ids = [deal.id, contact.id, '1', 'x', '%20', '9'.repeat(40)];
});
after(() => box.close());

const TYPES = ['deals', 'contacts', '0-8', 'tickets', 'unicorns'];
const PATHS = ['objects/V/T', 'objects/V/T/ID', 'objects/V/T/search', 'objects/V/T/merge', 'objects/V/T/gdpr-delete', 'objects/V/T/batch/read', 'objects/V/T/batch/create', 'objects/V/T/batch/update',
	'objects/V/T/batch/upsert', 'objects/V/T/batch/archive', 'properties/V/T', 'properties/V/T/dealname', 'properties/V/T/batch/read', 'properties/V/T/batch/create', 'properties/V/T/batch/archive',
	'properties/V/T/groups', 'properties/V/T/groups/x', 'pipelines/V/T', 'pipelines/V/T/default', 'pipelines/V/T/default/stages', 'pipelines/V/T/default/stages/closedwon', 'owners/V', 'owners/V/ID',
	'associations/V/T/T/batch/read', 'associations/V/T/T/batch/create', 'associations/V/T/T/batch/archive', 'associations/V/T/T/batch/associate/default', 'associations/V/T/T/batch/labels/archive',
	'associations/V/T/T/labels', 'associations/V/T/T/labels/3', 'objects/V/T/ID/associations/T', 'objects/V/T/ID/associations/T/ID', 'objects/V/T/ID/associations/default/T/ID'];

/** A body that may be anything, mostly nearly right. */
function body(chance) {
	const odd = () => chance.pick([null, undefined, 0, -1, '', 'x', true, [], {}, [null], { id: null }, '9'.repeat(30), '\u0000', 1e300]);
	const maybe = (value) => chance.chance(0.7) ? value : odd();
	const id = () => maybe(chance.pick(ids));
	const spec = () => maybe({ associationCategory: maybe('HUBSPOT_DEFINED'), associationTypeId: maybe(chance.pick([3, 4, 19, 449])) });
	const properties = () => maybe({ dealname: odd(), amount: odd(), dealstage: maybe('closedwon'), email: odd(), firstname: odd(), closedate: odd(), hubspot_owner_id: odd(), lifecyclestage: odd(), [String(odd())]: odd() });
	const input = () => maybe({ id: id(), idProperty: chance.chance(0.2) ? odd() : undefined, objectWriteTraceId: odd(), properties: properties(), from: maybe({ id: id() }), to: maybe(chance.chance(0.5) ? { id: id() } : [{ id: id() }]),
		types: maybe([spec()]), associations: chance.chance(0.3) ? maybe([{ to: maybe({ id: id() }), types: maybe([spec()]) }]) : undefined, name: maybe('dealname'), type: odd() });
	const filter = () => maybe({ propertyName: maybe(chance.pick(['amount', 'dealname', 'associations.contact', 'hs_object_id', 'hs_lastmodifieddate'])), operator: maybe(chance.pick(['EQ', 'IN', 'BETWEEN', 'CONTAINS_TOKEN', 'HAS_PROPERTY'])), value: odd(), values: odd(), highValue: odd() });
	return chance.pick([odd(), [spec()], { ...input(), inputs: maybe([input(), input()]), filterGroups: chance.chance(0.5) ? maybe([maybe({ filters: maybe([filter()]) })]) : undefined, sorts: chance.chance(0.2) ? odd() : undefined, limit: chance.chance(0.2) ? odd() : undefined,
		query: odd(), primaryObjectId: id(), objectIdToMerge: id(), objectId: id(), label: odd(), name: maybe('n'), groupName: maybe('dealinformation'), fieldType: maybe('text'), options: odd(), stages: maybe([maybe({ label: odd(), metadata: odd() })]),
		metadata: odd(), displayOrder: odd(), propertiesWithHistory: chance.chance(0.2) ? odd() : undefined, associationTypeId: odd(), inverseLabel: odd(), calculationFormula: odd() }]);
}

test('twenty thousand strange requests to every path, with a seed: all answered, every refusal in HubSpot\'s form', async () => {
	const chance = random(20261121);
	const handle = apiHandler(box.w); // without the network
	for (let i = 0; i < 20000; i++) {
		const path = `/crm/${chance.pick(PATHS)}`.replace('V', chance.pick(['2026-09', '2026-03'])).replace(/\bT\b/g, () => chance.pick(TYPES)).replace(/\bID\b/g, () => chance.pick(ids));
		const method = chance.pick(['GET', 'POST', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE']);
		const query = chance.chance(0.3) ? `?limit=${chance.pick(['0', '5', 'x'])}&after=${chance.pick(['0', '-1', 'x'])}&idProperty=${chance.pick(['email', 'amount', ''])}&properties=,,` : '';
		const json = JSON.stringify(body(chance)) ?? 'undefined';
		const said = `${i}: ${method} ${path}${query} ${json}`;
		const request = new Request({ method, url: path + query, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } }, Buffer.from(json));
		const answer = await handle(request).catch((err) => assert.fail(`${said}: ${err.stack}`));
		if (answer.status < 400)
			continue;
		assert.ok(answer.status < 500, said);
		const told = JSON.parse(answer.body.toString('utf8'));
		assert.ok(told.status === 'error' && typeof told.message === 'string' && told.correlationId, said);
	}
});

test('after a restart everything that was kept can be read again', async () => {
	const { dir } = box;
	box.close(true);
	box = await sandbox({ dir, app: writerApp(), start: { hubspot_limit: 1e9, search_limit: 1e9 } });
	for (const type of ['deals', 'contacts', 'line_items', 'tickets']) {
		assert.equal((await box.api('GET', `/crm/objects/2026-09/${type}?limit=100`, { token })).status, 200, type);
		assert.equal((await box.api('GET', `/crm/properties/2026-09/${type}`, { token })).status, 200, type);
	}
});
