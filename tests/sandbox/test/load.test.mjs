// Many accounts at once: what tests under load are built on.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { addAccounts as addHubspot } from '../hubspot/accounts.mjs';
import { addAccounts as addImpact } from '../impact/accounts.mjs';
import { impactClient, receiver, sandbox, until } from '../harness.mjs';

const TENANT = 60000003;
const open = [];
after(() => open.forEach((x) => x.close()));

addHubspot(3);
addImpact(3);

async function start() {
	const hook = await receiver();
	const box = await sandbox({ publicUrl: hook.url });
	open.push(hook, box);
	return { hook, box, token: (await box.install(TENANT)).access_token };
}
const events = (n) => Array.from({ length: n }, (_, i) => ({
	subscriptionType: 'object.creation', objectTypeId: '0-1', objectId: i + 1, portalId: TENANT, occurredAt: 1700000000000 + i }));

test('--accounts makes HubSpot accounts with an impact.com account each, and no page shows them', async () => {
	const { box, token } = await start();
	const details = await box.api('GET', '/account-info/2026-09/details', { token });
	assert.equal(details.json.portalId, TENANT);
	const call = impactClient(box, 'sandbox-token-tenant-3', 'IRtenant0003');
	assert.deepEqual((await call('GET', '/Campaigns')).json.Campaigns.map((c) => c.Id), ['30003']);
	assert.equal((await impactClient(box, 'sandbox-token-tenant-2', 'IRtenant0003')('GET', '/Campaigns')).status, 401, 'a token opens its own account');
	const sent = await call('POST', '/Conversions', { CampaignId: '30003', EventTypeCode: 'lead', EventDate: new Date().toISOString(), OrderId: '1', ClickId: 'T3goodClick000000000001' });
	assert.equal((await until(async () => {
		const { json } = await call('GET', sent.json.QueuedUri);
		return json.Status === 'Complete' && json;
	})).ErrorReason, '');
	for (const path of ['/', '/crm', '/impact'])
		assert.doesNotMatch((await (await fetch(box.site + path)).text()), /IRtenant|Tenant 3|60000003/, path);
});

test('records are loaded without a webhook, made or changed, with their links and their time', async () => {
	const { hook, box, token } = await start();
	const at = 1700000000000;
	await box.control('POST', `/crm/${TENANT}/load`, {
		records: [{ type: 'contacts', id: '5', properties: { email: 'x@y.example' }, at }, { type: 'deals', id: '6', properties: { dealname: 'D', dealstage: 'closedwon' }, at }],
		links: [['deals', '6', 'contacts', '5']] });
	await box.control('POST', `/crm/${TENANT}/load`, { records: [{ type: 'deals', id: '6', properties: { amount: '7' }, at: at + 1000 }] });
	const { properties } = (await box.api('GET', '/crm/objects/2026-09/deals/6?properties=amount,hs_lastmodifieddate', { token })).json;
	assert.equal(properties.amount, '7');
	assert.equal(properties.hs_lastmodifieddate, new Date(at + 1000).toISOString());
	const links = await box.api('POST', '/crm/associations/2026-09/deals/contacts/batch/read', { token, json: { inputs: [{ id: '6' }] } });
	assert.equal(String(links.json.results[0].to[0].toObjectId), '5');
	await box.control('POST', `/crm/${TENANT}/storm`, { events: events(1) });
	await until(() => hook.calls.length === 1);
	assert.deepEqual(hook.calls[0].events.map((e) => e.objectId), [1], 'nothing but the storm was sent');
});

test('a storm sends every event, some of them again, in batches of up to 100; the same seed gives the same one', async () => {
	const [a, b] = [await start(), await start()];
	const seen = [];
	for (const { hook, box } of [a, b]) {
		const { webhooks } = await box.control('POST', `/crm/${TENANT}/storm`, { events: events(250), times: 10, overMs: 100, seed: 42 });
		await until(() => hook.calls.length === webhooks);
		seen.push(hook.calls.map((c) => JSON.stringify(c.events.map((e) => [e.objectId, e.eventId]))).sort());
		const times = new Map();
		for (const e of hook.calls.flatMap((c) => c.events))
			times.set(e.objectId, (times.get(e.objectId) ?? 0) + 1);
		assert.equal(times.size, 250);
		assert.deepEqual([Math.min(...times.values()), Math.max(...times.values())], [1, 10]);
		assert.ok(hook.calls.every((c) => c.events.length <= 100));
	}
	assert.deepEqual(seen[0], seen[1]);
});
