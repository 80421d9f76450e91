// How much an app may ask, in which version, and how HubSpot says no: 404, 405, 413, 414, 415, 423, 429, 477 and the edge.
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { NORTHWIND, sandbox, until, writerApp } from '../harness.mjs';

const ALPINE = 50249912;
let box;
let token;
beforeEach(async () => {
	box?.close();
	box = await sandbox({ app: writerApp() });
	token = (await box.install()).access_token;
});
after(() => box.close());

const call = (method, path, json) => box.api(method, path, { token, json });
const details = () => call('GET', '/account-info/2026-09/details');
const search = (json = {}) => call('POST', '/crm/objects/2026-09/deals/search', json);

test('ordinary answers tell what is left of the ten seconds; search and association batches do not count', async () => {
	const { headers } = await details();
	assert.deepEqual([headers['x-hubspot-ratelimit-max'], headers['x-hubspot-ratelimit-remaining'], headers['x-hubspot-ratelimit-interval-milliseconds']], ['110', '109', '10000']);
	assert.ok(headers['x-hubspot-correlation-id']);
	assert.equal((await search()).headers['x-hubspot-ratelimit-remaining'], undefined);
	const links = () => call('POST', '/crm/associations/2026-09/deals/contacts/batch/read', { inputs: [{ id: '1' }] });
	assert.equal((await links()).headers['x-hubspot-ratelimit-remaining'], undefined);
	assert.equal((await details()).headers['x-hubspot-ratelimit-remaining'], '108');
	const other = (await box.install(ALPINE)).access_token;
	assert.equal((await box.api('GET', '/account-info/2026-09/details', { token: other })).headers['x-hubspot-ratelimit-remaining'], '109', 'every account has its own');
});

test('429 with the policy that was broken: ten seconds, a second of searches, association requests, a day', async () => {
	const policy = async (settings, ask, times) => {
		await box.control('POST', '/settings', settings);
		let last;
		for (let i = 0; i < times; i++)
			last = await ask();
		await box.control('DELETE', '/settings');
		assert.deepEqual([last.status, last.json.status, last.json.errorType], [429, 'error', 'RATE_LIMIT']);
		assert.ok(last.json.correlationId && last.json.requestId);
		return [last.json.policyName, last.json.message];
	};
	assert.deepEqual(await policy({ association_limit: 2 }, () => call('POST', '/crm/associations/2026-09/deals/contacts/batch/read', { inputs: [{ id: '1' }] }), 3),
		['TEN_SECONDLY_ROLLING', 'You have reached your ten_secondly_rolling limit.']);
	assert.deepEqual(await policy({ association_daily: 4 }, () => call('GET', '/crm/associations/2026-09/deals/contacts/labels'), 4), ['DAILY', 'You have reached your daily limit.']);
	assert.deepEqual(await policy({ search_limit: 1 }, search, 2), ['SECONDLY', 'You have reached your secondly limit.']);
	assert.deepEqual(await policy({ hubspot_limit: 5 }, details, 6), ['TEN_SECONDLY_ROLLING', 'You have reached your ten_secondly_rolling limit.']);
	assert.deepEqual(await policy({ daily_limit: 1, hubspot_limit: 1000 }, details, 2), ['DAILY', 'You have reached your daily limit.']);
});

test('a great many upserts lock the object for a moment: 423, for it alone', async () => {
	await box.control('POST', '/settings', { lock_upserts: 150, lock_ms: 300 });
	await box.control('POST', `/crm/${NORTHWIND}/properties`, { object: 'companies', name: 'ref', label: 'Ref', hasUniqueValue: true });
	const upsert = (n) => call('POST', '/crm/objects/2026-09/companies/batch/upsert', { inputs: Array.from({ length: 100 }, (_, i) => ({ id: `r${n}-${i}`, idProperty: 'ref', properties: { name: 'N' } })) });
	assert.equal((await upsert(1)).status, 200);
	assert.equal((await upsert(2)).status, 423);
	const create = (type, properties) => call('POST', `/crm/objects/2026-09/${type}`, { properties });
	assert.equal((await create('companies', { name: 'x' })).status, 423);
	assert.equal((await create('contacts', { firstname: 'x' })).status, 201);
	assert.equal((await call('GET', '/crm/objects/2026-09/companies')).status, 200, 'reading goes on');
	await until(async () => (await create('companies', { name: 'x' })).status === 201);
});

test('an account that is being moved answers 477 with Retry-After to everything, the other one works', async () => {
	await box.control('POST', `/crm/${NORTHWIND}/moving`, { seconds: 90 });
	for (const ask of [details, search]) {
		const res = await ask();
		assert.equal(res.status, 477);
		assert.ok(Number(res.headers['retry-after']) > 80 && Number(res.headers['retry-after']) <= 90);
	}
	const other = (await box.install(ALPINE)).access_token;
	assert.equal((await box.api('GET', '/account-info/2026-09/details', { token: other })).status, 200);
	await box.control('POST', `/crm/${NORTHWIND}/moving`, { seconds: 0 });
	assert.equal((await details()).status, 200);
});

test('switches: a status in HubSpot\'s own words, of one account if wanted, and the edge\'s HTML', async () => {
	const other = (await box.install(ALPINE)).access_token;
	const fault = (f) => box.control('POST', '/faults', { kind: 'status', path: 'account-info', ...f });
	await fault({ status: 429, policy: 'DAILY', portalId: ALPINE });
	assert.equal((await details()).status, 200);
	const mine = await box.api('GET', '/account-info/2026-09/details', { token: other });
	assert.deepEqual([mine.status, mine.json.policyName], [429, 'DAILY']);
	await fault({ status: 423 });
	assert.equal((await details()).status, 423);
	await fault({ status: 477, headers: { 'retry-after': '5' } });
	assert.equal((await details()).headers['retry-after'], '5');
	await fault({ status: 524 });
	const edge = await details();
	assert.deepEqual([edge.status, edge.headers['content-type'], edge.json], [524, 'text/html', null]);
	await fault({ status: 500 });
	assert.equal((await details()).json.status, 'error');
	await assert.rejects(fault({ status: 429, policy: 'X' }), /policy must be one of/);
});

test('versions: the two dated ones, v3 and v4 where they were; anything else is 404', async () => {
	for (const [path, status] of [['/crm/objects/2026-03/deals', 200], ['/crm/objects/2026-09/0-3', 200], ['/crm/v3/objects/deals', 200], ['/crm/v3/properties/deals', 200], ['/crm/v3/owners', 200],
		['/crm/v3/pipelines/deals', 200], ['/account-info/v3/details', 200], ['/crm/objects/v3/deals', 404], ['/crm/objects/2025-09/deals', 404], ['/crm/objects/2027-03/deals', 404],
		['/crm/v4/objects/deals', 404], ['/crm/v1/objects/deals', 404], ['/account-info/v4/details', 404], ['/nowhere', 404]])
		assert.equal((await call('GET', path)).status, status, path);
	const { entries } = await box.control('GET', '/log?path=/crm/v3');
	assert.ok(entries.length && entries.every((e) => e.deprecated));
	assert.ok((await box.control('GET', '/log?path=/crm/objects/2026')).entries.every((e) => !e.deprecated));
});

test('405 for another method, 415 for another type, 414 for a long address, 413 for a long body', async () => {
	assert.equal((await call('PUT', '/crm/objects/2026-09/deals')).status, 405);
	assert.equal((await box.api('POST', '/crm/objects/2026-09/deals', { token, form: { a: 'b' } })).status, 415);
	assert.equal((await box.api('POST', '/crm/objects/2026-09/deals', { token, json: 5 })).status, 400);
	assert.equal((await call('GET', `/crm/objects/2026-09/deals?properties=${'x'.repeat(8000)}`)).status, 414);
	assert.equal((await call('POST', '/crm/objects/2026-09/deals', { properties: { dealname: 'x'.repeat(11 * 1024 * 1024) } })).status, 413);
	assert.equal((await call('GET', '/crm/objects/2026-09/unicorns')).status, 400);
});
