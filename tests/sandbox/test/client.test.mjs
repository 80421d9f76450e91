// HubSpot's own client works against the sandbox. It is strict about statuses, shapes and dates.
import assert from 'node:assert/strict';
import https from 'node:https';
import { after, before, test } from 'node:test';
import { Client } from '@hubspot/api-client';
import { NORTHWIND, sandbox } from '../harness.mjs';

let box;
let client;
before(async () => {
	const scopes = ['contacts', 'companies', 'deals', 'line_items'].flatMap((o) => [`crm.objects.${o}.read`, `crm.objects.${o}.write`]);
	const app = { name: 'Writer', redirectUrls: ['http://localhost:9/oauth/hubspot/callback'], requiredScopes: ['oauth', ...scopes, 'crm.schemas.deals.write'],
		optionalScopes: [], conditionalScopes: [], targetUrl: 'http://localhost:9/', maxConcurrent: 10, subscriptions: [] };
	box = await sandbox({ app });
	https.globalAgent.options.ca = box.ca;
	client = new Client({ basePath: box.base });
	client.setAccessToken((await box.install()).access_token);
});
after(() => box.close());

test('tokens by its OAuth module', async () => {
	const { refresh_token: refresh } = await box.install();
	const tokens = await client.oauth.tokensApi.create('refresh_token', undefined, undefined, 'sandbox-client', box.w.conf.clientSecret, refresh);
	assert.equal(tokens.refreshToken, refresh);
	const info = await client.oauth.accessTokensApi.get(tokens.accessToken);
	assert.equal(info.hubId, NORTHWIND);
});

test('contacts and deals: create with association, read, update, batch, search, archive', async () => {
	const contact = await client.crm.contacts.basicApi.create({ properties: { email: 'client@b.example', firstname: 'Cli' }, associations: [] });
	assert.ok(contact.createdAt instanceof Date && !Number.isNaN(contact.createdAt.getTime()));
	const deal = await client.crm.deals.basicApi.create({ properties: { dealname: 'By client', dealstage: 'contractsent', amount: '7' },
		associations: [{ to: { id: contact.id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 3 }] }] });
	const read = await client.crm.deals.basicApi.getById(deal.id, ['dealname', 'pipeline'], undefined, ['contacts']);
	assert.equal(read.properties.pipeline, 'default');
	assert.equal(read.associations.contacts.results[0].id, contact.id);
	await client.crm.deals.basicApi.update(deal.id, { properties: { dealstage: 'closedwon' } });
	const batch = await client.crm.deals.batchApi.read({ inputs: [{ id: deal.id }], properties: ['hs_is_closed_won'], propertiesWithHistory: ['dealstage'] });
	assert.equal(batch.results[0].properties.hs_is_closed_won, 'true');
	assert.equal(batch.results[0].propertiesWithHistory.dealstage.length, 2);
	const found = await client.crm.deals.searchApi.doSearch({ filterGroups: [{ filters: [{ propertyName: 'dealname', operator: 'EQ', value: 'By client' }] }], properties: ['dealname'], limit: 5, after: '0', sorts: [] });
	assert.equal(found.total, 1);
	const linked = await client.crm.associations.v4.batchApi.getPage('deals', 'contacts', { inputs: [{ id: deal.id }] });
	assert.equal(String(linked.results[0].to[0].toObjectId), contact.id);
	await client.crm.contacts.basicApi.archive(contact.id);
	await assert.rejects(client.crm.contacts.basicApi.getById(contact.id), (err) => err.code === 404);
});

test('an existing e-mail is a conflict that names the id; a bad value names the property', async () => {
	const first = await client.crm.contacts.basicApi.create({ properties: { email: 'twice@b.example' }, associations: [] });
	await assert.rejects(client.crm.contacts.basicApi.create({ properties: { email: 'TWICE@b.example' }, associations: [] }),
		(err) => err.code === 409 && err.body.message.endsWith(`Existing ID: ${first.id}`));
	await assert.rejects(client.crm.deals.basicApi.create({ properties: { dealname: 'x', dealstage: 'nowhere' }, associations: [] }),
		(err) => err.code === 400 && /INVALID_OPTION/.test(err.body.message));
	await assert.rejects(client.crm.deals.basicApi.create({ properties: { dealname: 'x', dealstage: 'closedwon', nope: '1' }, associations: [] }),
		(err) => /PROPERTY_DOESNT_EXIST/.test(err.body.message));
});

test('properties and pipelines', async () => {
	const { results } = await client.crm.properties.coreApi.getAll('deals');
	assert.ok(results.some((p) => p.name === 'dealstage' && p.options.some((o) => o.label === 'Closed Won')));
	const made = await client.crm.properties.coreApi.create('deals', { name: 'impact_note', label: 'Note', type: 'string', fieldType: 'text', groupName: 'dealinformation' });
	assert.equal(made.name, 'impact_note');
	await assert.rejects(client.crm.properties.coreApi.create('deals', { name: 'impact_note', label: 'Note', type: 'string', fieldType: 'text', groupName: 'dealinformation' }), (err) => err.code === 409);
	const pipelines = await client.crm.pipelines.pipelinesApi.getAll('deals');
	assert.equal(pipelines.results[0].stages.length, 7);
});
