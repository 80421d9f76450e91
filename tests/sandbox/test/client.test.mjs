// HubSpot's own client works against the sandbox, unchanged. It is strict about statuses, shapes and dates.
import assert from 'node:assert/strict';
import https from 'node:https';
import { after, before, test } from 'node:test';
import { AssociationTypes, Client } from '@hubspot/api-client';
import { NORTHWIND, request, sandbox, writerApp } from '../harness.mjs';

let box;
let client;
before(async () => {
	box = await sandbox({ app: writerApp(), start: { hubspot_limit: 100000, search_limit: 1000, association_limit: 100000 } });
	https.globalAgent.options.ca = box.ca;
	client = new Client({ basePath: box.base });
	client.setAccessToken((await box.install()).access_token);
});
after(() => box.close());

const isDate = (d) => d instanceof Date && !Number.isNaN(d.getTime());
const status = (code) => (err) => err.code === code;
const spec = (associationTypeId, associationCategory = 'HUBSPOT_DEFINED') => ({ associationCategory, associationTypeId });
const contact = async (properties) => (await client.crm.contacts.basicApi.create({ properties, associations: [] })).id;
const deal = async (properties = {}) => (await client.crm.deals.basicApi.create({ properties: { dealname: 'D', dealstage: 'contractsent', ...properties }, associations: [] })).id;

test('install and tokens: its authorize URL, its token, introspection and revocation calls', async () => {
	const { redirectUrls: [redirect], requiredScopes } = box.w.conf.app;
	const secret = box.w.conf.clientSecret;
	const url = new URL(client.oauth.getAuthorizationUrl('sandbox-client', redirect, requiredScopes.join(' '), undefined, 'st'));
	const page = await request(`${box.site}${url.pathname}${url.search}`);
	assert.match(page.text, />Choose Account</);
	const { location } = await box.control('POST', '/oauth/approve', { portalId: NORTHWIND, url: url.toString() });
	const back = new URL(location);
	assert.equal(back.searchParams.get('state'), 'st');
	const first = await client.oauth.tokensApi.create('authorization_code', back.searchParams.get('code'), redirect, 'sandbox-client', secret);
	assert.equal(first.expiresIn, 1800);
	const next = await client.oauth.tokensApi.create('refresh_token', undefined, undefined, 'sandbox-client', secret, first.refreshToken);
	assert.equal(next.refreshToken, first.refreshToken);
	const info = await client.oauth.accessTokensApi.get(next.accessToken);
	assert.deepEqual([info.hubId, info.userId, info.appId, info.tokenType], [NORTHWIND, 98499705, 39522895, 'Bearer']);
	assert.equal((await client.oauth.refreshTokensApi.get(first.refreshToken)).hubId, NORTHWIND);
	await client.oauth.refreshTokensApi.archive(first.refreshToken);
	await assert.rejects(client.oauth.tokensApi.create('refresh_token', undefined, undefined, 'sandbox-client', secret, first.refreshToken),
		(err) => err.code === 400 && err.body.status === 'BAD_REFRESH_TOKEN');
});

test('contacts and deals: create with association, read, update, list, search, archive', async () => {
	const made = await client.crm.contacts.basicApi.create({ properties: { email: 'client@b.example', firstname: 'Cli' }, associations: [] });
	assert.ok(isDate(made.createdAt) && isDate(made.updatedAt));
	const by = await client.crm.contacts.basicApi.getById('client@b.example', ['firstname'], undefined, undefined, false, 'email');
	assert.equal(by.id, made.id);
	const { id } = await client.crm.deals.basicApi.create({ properties: { dealname: 'By client', dealstage: 'contractsent', amount: '7' },
		associations: [{ to: { id: made.id }, types: [spec(AssociationTypes.dealToContact)] }] });
	const read = await client.crm.deals.basicApi.getById(id, ['dealname', 'pipeline'], ['dealname'], ['contacts']);
	assert.equal(read.properties.pipeline, 'default');
	assert.equal(read.associations.contacts.results[0].id, made.id);
	assert.ok(isDate(read.propertiesWithHistory.dealname[0].timestamp));
	await client.crm.deals.basicApi.update(id, { properties: { dealstage: 'closedwon' } });
	const found = await client.crm.deals.searchApi.doSearch({ filterGroups: [{ filters: [{ propertyName: 'dealname', operator: 'EQ', value: 'By client' }] }],
		properties: ['hs_is_closed_won'], limit: 5, after: '0', sorts: ['dealname'] });
	assert.deepEqual([found.total, found.results[0].properties.hs_is_closed_won], [1, 'true']);
	const page = await client.crm.contacts.basicApi.getPage(1, undefined, ['email']);
	assert.equal(page.results.length, 1);
	const all = await client.crm.contacts.getAll(1, undefined, ['email']);
	assert.ok(all.some((c) => c.id === made.id));
	await client.crm.contacts.basicApi.archive(made.id);
	await assert.rejects(client.crm.contacts.basicApi.getById(made.id), status(404));
	assert.ok(isDate((await client.crm.contacts.basicApi.getById(made.id, undefined, undefined, undefined, true)).archivedAt));
});

test('batches: create, read, update, upsert and archive, whole and in part', async () => {
	const { batchApi } = client.crm.contacts;
	const part = await batchApi.create({ inputs: [['a', 'one@batch.example'], ['b', 'wrong']].map(([objectWriteTraceId, email]) => ({ objectWriteTraceId, properties: { email }, associations: [] })) });
	assert.deepEqual([part.status, part.numErrors, part.results[0].objectWriteTraceId, part.errors[0].context.objectWriteTraceId], ['COMPLETE', 1, 'a', ['b']]);
	const [{ id }] = part.results;
	const read = await batchApi.read({ idProperty: 'email', inputs: [{ id: 'one@batch.example' }, { id: 'two@batch.example' }], properties: ['email'], propertiesWithHistory: ['email'] });
	assert.deepEqual([read.results[0].id, read.errors[0].category, read.errors[0].context.ids], [id, 'OBJECT_NOT_FOUND', ['two@batch.example']]);
	assert.equal(read.results[0].propertiesWithHistory.email.length, 1);
	const updated = await batchApi.update({ inputs: [{ id, properties: { firstname: 'One' } }] });
	assert.equal(updated.results[0].properties.firstname, 'One');
	const upserted = await batchApi.upsert({ inputs: ['one', 'two'].map((n) => ({ id: `${n}@batch.example`, idProperty: 'email', properties: { lastname: 'U' } })) });
	assert.deepEqual(upserted.results.map((r) => r._new).sort(), [false, true]);
	await batchApi.archive({ inputs: upserted.results.map((r) => ({ id: r.id })) });
	assert.equal((await batchApi.read({ inputs: [{ id }], properties: [], propertiesWithHistory: [] })).results.length, 0);
});

test('what the service refuses, as the client gives it on', async () => {
	const id = await contact({ email: 'twice@b.example' });
	await assert.rejects(contact({ email: 'TWICE@b.example' }), (err) => err.code === 409 && err.body.message.endsWith(`Existing ID: ${id}`));
	await assert.rejects(deal({ dealstage: 'nowhere' }), (err) => err.code === 400 && /INVALID_OPTION/.test(err.body.message));
	await assert.rejects(deal({ nope: '1' }), (err) => /PROPERTY_DOESNT_EXIST/.test(err.body.message));
	const poor = new Client({ basePath: box.base });
	poor.setAccessToken('nothing');
	await assert.rejects(poor.crm.contacts.basicApi.getPage(), (err) => err.code === 401 && err.body.category === 'INVALID_AUTHENTICATION');
});

test('merge and deletion for privacy', async () => {
	const [a, b] = [await contact({ email: 'm1@b.example' }), await contact({ email: 'm2@b.example' })];
	const merged = await client.crm.contacts.basicApi.merge({ primaryObjectId: a, objectIdToMerge: b });
	assert.equal(merged.id, a);
	assert.equal((await client.crm.contacts.basicApi.getById(b, ['hs_merged_object_ids'])).properties.hs_merged_object_ids, b);
	await client.crm.contacts.basicApi.purge({ objectId: 'm2@b.example', idProperty: 'email' });
	await assert.rejects(client.crm.contacts.basicApi.getById(a), status(404));
	const [one, two] = [await deal(), await deal()];
	assert.equal((await client.crm.deals.basicApi.merge({ primaryObjectId: one, objectIdToMerge: two })).id, one);
});

test('companies, line items, products, quotes, tickets, tasks, notes, calls, emails, meetings, leads', async () => {
	const { crm } = client;
	const at = { hs_timestamp: '2026-11-25T09:00:00Z' };
	const cases = [[crm.companies, { name: 'N' }], [crm.lineItems, { name: 'L', price: '1' }], [crm.products, { name: 'P' }], [crm.quotes, { hs_title: 'Q' }], [crm.tickets, { subject: 'T' }],
		[crm.objects.tasks, at], [crm.objects.notes, at], [crm.objects.calls, at], [crm.objects.emails, at], [crm.objects.meetings, at], [crm.objects.leads, { hs_lead_name: 'L' }]];
	for (const [api, properties] of cases) {
		const { id } = await api.basicApi.create({ properties, associations: [] });
		assert.equal((await api.basicApi.getById(id)).id, id);
		assert.ok((await api.searchApi.doSearch({ filterGroups: [], properties: [], limit: 1, after: '0', sorts: [] })).total >= 1);
		await api.basicApi.archive(id);
	}
	const { id } = await crm.objects.basicApi.create('orders', { properties: { hs_order_name: 'O' }, associations: [] });
	assert.equal((await crm.objects.batchApi.read('orders', { inputs: [{ id }], properties: ['hs_order_name'], propertiesWithHistory: [] })).results[0].properties.hs_order_name, 'O');
});

test('associations: v4 one by one and in batches, labels, and the v3 form', async () => {
	const [d, c] = [await deal(), await contact({ firstname: 'A' })];
	const { basicApi, batchApi, schema } = client.crm.associations.v4;
	const plain = await basicApi.createDefault('deals', d, 'contacts', c);
	assert.deepEqual(plain.results.map((r) => r.associationSpec.associationTypeId).sort(), [3, 4]);
	assert.equal(String((await basicApi.getPage('deals', d, 'contacts')).results[0].toObjectId), c);
	const made = await schema.definitionsApi.create('deals', 'contacts', { name: 'decider', label: 'Decider' });
	const labelled = await basicApi.create('deals', d, 'contacts', c, [spec(made.results[0].typeId, 'USER_DEFINED')]);
	assert.deepEqual(labelled.labels, ['Decider']);
	const read = await batchApi.getPage('deals', 'contacts', { inputs: [{ id: d }, { id: '1' }] });
	assert.deepEqual(read.results[0].to[0].associationTypes.map((t) => t.label).sort(), ['Decider', null]);
	assert.equal(read.errors[0].subCategory, 'crm.associations.NO_ASSOCIATIONS_FOUND');
	const pair = { _from: { id: d }, to: { id: c } };
	await batchApi.archiveLabels('deals', 'contacts', { inputs: [{ ...pair, types: [spec(made.results[0].typeId, 'USER_DEFINED')] }] });
	await schema.definitionsApi.update('deals', 'contacts', { associationTypeId: made.results[0].typeId, label: 'Buyer' });
	assert.ok((await schema.definitionsApi.getAll('deals', 'contacts')).results.some((t) => t.label === 'Buyer'));
	await schema.definitionsApi.remove('deals', 'contacts', made.results[0].typeId);
	await batchApi.archive('deals', 'contacts', { inputs: [{ _from: { id: d }, to: [{ id: c }] }] });
	assert.deepEqual((await basicApi.getPage('deals', d, 'contacts')).results, []);
	assert.equal((await batchApi.create('deals', 'contacts', { inputs: [{ ...pair, types: [spec(3)] }] })).results.length, 1);
	assert.equal((await batchApi.createDefault('deals', 'contacts', { inputs: [pair] })).results.length, 2);
	await basicApi.archive('deals', d, 'contacts', c);
	const old = client.crm.associations;
	await old.batchApi.create('deals', 'contacts', { inputs: [{ ...pair, type: 'deal_to_contact' }] });
	assert.equal((await old.batchApi.read('deals', 'contacts', { inputs: [{ id: d }] })).results[0].to[0].id, c);
	await old.batchApi.archive('deals', 'contacts', { inputs: [{ ...pair, type: 'deal_to_contact' }] });
	assert.ok((await old.schema.typesApi.getAll('contacts', 'companies')).results.some((t) => t.id === '1'));
});

test('every association type that the client knows between objects of the sandbox is there', async () => {
	const objects = ['contact', 'company', 'deal', 'ticket', 'lineItem', 'quote', 'task', 'note', 'call', 'email', 'meeting'];
	const word = (text) => text.replace(/[A-Z]/g, (x) => `_${x.toLowerCase()}`);
	let seen = 0;
	for (const [name, id] of Object.entries(AssociationTypes)) {
		const m = /^(?:primary|parentTo|childTo)?(\w+?)To([A-Z]\w+)$/.exec(name);
		const [from, to] = /Company$/.test(name) && /^(parent|child)/.test(name) ? ['company', 'company'] : m ? [m[1], m[2]].map((t) => t[0].toLowerCase() + t.slice(1)) : [];
		if (!objects.includes(from) || !objects.includes(to))
			continue;
		const { results } = await client.crm.associations.v4.schema.definitionsApi.getAll(word(from), word(to));
		assert.ok(results.some((t) => t.typeId === id), `${name} ${id}`);
		seen++;
	}
	assert.ok(seen > 60, `${seen} types compared`);
});

test('properties, groups, pipelines, stages and owners', async () => {
	const { coreApi, batchApi, groupsApi } = client.crm.properties;
	assert.ok((await coreApi.getAll('deals')).results.some((p) => p.name === 'dealstage' && p.options.some((o) => o.label === 'Closed Won')));
	const group = await groupsApi.create('deals', { name: 'client_group', label: 'Client', displayOrder: -1 });
	assert.equal((await groupsApi.update('deals', group.name, { label: 'Client 2' })).label, 'Client 2');
	assert.ok((await groupsApi.getAll('deals')).results.some((g) => g.name === group.name));
	const define = (name) => ({ name, label: name, type: 'string', fieldType: 'text', groupName: group.name });
	const made = await coreApi.create('deals', define('impact_note'));
	assert.ok(isDate(made.createdAt) && made.modificationMetadata.archivable);
	await assert.rejects(coreApi.create('deals', define('impact_note')), status(409));
	assert.equal((await coreApi.update('deals', 'impact_note', { label: 'Noted' })).label, 'Noted');
	assert.equal((await batchApi.create('deals', { inputs: [define('impact_b'), define('impact_note')] })).numErrors, 1);
	assert.equal((await batchApi.read('deals', { archived: false, inputs: [{ name: 'impact_b' }] })).results[0].name, 'impact_b');
	await batchApi.archive('deals', { inputs: [{ name: 'impact_b' }] });
	await coreApi.archive('deals', 'impact_note');
	assert.ok(isDate((await coreApi.getByName('deals', 'impact_note', true)).archivedAt));
	await groupsApi.archive('deals', group.name);
	const { pipelinesApi, pipelineStagesApi, pipelineAuditsApi } = client.crm.pipelines;
	assert.equal((await pipelinesApi.getAll('deals')).results[0].stages.length, 7);
	const line = await pipelinesApi.create('deals', { label: 'By client', displayOrder: 5, stages: [{ label: 'S', displayOrder: 0, metadata: { probability: '0.5' } }] });
	const stage = await pipelineStagesApi.create('deals', line.id, { label: 'Won', displayOrder: 1, metadata: { probability: '1.0' } });
	assert.equal((await pipelineStagesApi.getById('deals', line.id, stage.id)).metadata.isClosed, 'true');
	assert.equal((await pipelineStagesApi.update('deals', line.id, stage.id, { label: 'Won!', metadata: {} })).label, 'Won!');
	assert.equal((await pipelinesApi.update('deals', line.id, { label: 'Renamed' })).label, 'Renamed');
	assert.ok((await pipelineAuditsApi.getAudit('deals', line.id)).results.length > 0);
	await pipelineStagesApi.archive('deals', line.id, stage.id);
	await pipelinesApi.archive('deals', line.id);
	const { ownersApi } = client.crm.owners;
	const owners = await ownersApi.getPage();
	assert.ok(owners.results.some((o) => o.type === 'QUEUE'));
	assert.equal((await ownersApi.getById(41629779)).teams[0].name, 'Sales');
});

test('its own retries wait as the limits ask, and its raw requests reach the dated versions', async () => {
	const patient = new Client({ basePath: box.base, numberOfApiCallRetries: 2, limiterOptions: { minTime: 0, maxConcurrent: 4, id: 'sandbox-test' } });
	patient.setAccessToken((await box.install()).access_token);
	await box.control('POST', '/faults', { kind: 'status', status: 429, policy: 'SECONDLY', path: '/crm/v3/objects/deals', count: 1 });
	await box.control('POST', '/faults', { kind: 'status', status: 503, path: '/crm/v3/objects/deals', count: 1, skip: 1 });
	assert.ok(Array.isArray((await patient.crm.deals.basicApi.getPage(1)).results));
	const details = await patient.apiRequest({ path: '/account-info/2026-09/details' });
	assert.equal((await details.json()).portalId, NORTHWIND);
	const gone = await patient.apiRequest({ method: 'DELETE', path: '/appinstalls/2026-09/external-install' });
	assert.equal(gone.status, 204);
	await assert.rejects(patient.crm.deals.basicApi.getPage(1), status(401));
});
