// Webhooks: what is subscribed, signed so that an independent check agrees, retried with a growing attemptNumber.
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readApp } from '../conf.mjs';
import { v1, v2, v3 } from '../hubspot/signature.mjs';
import { NORTHWIND, SECRET, receiver, sandbox, until, writerApp } from '../harness.mjs';

const open = [];
after(() => open.forEach((x) => x.close()));

async function pair(answer, start) {
	const hook = await receiver(answer);
	const box = await sandbox({ publicUrl: hook.url, start });
	open.push(hook, box);
	await box.install();
	return { hook, box };
}

test('a deal with contact and line item: batched, only what is subscribed, both directions', async () => {
	const { hook, box } = await pair();
	const contact = (await box.control('POST', `/crm/${NORTHWIND}/contacts`, { properties: { email: 'a@b.example', city: 'Graz' } })).id;
	const deal = await box.control('POST', `/crm/${NORTHWIND}/deals`, { properties: { dealname: 'D', amount: '5', dealstage: 'closedwon' }, contacts: [contact],
		lineItems: [{ name: 'x', price: '5', quantity: '1' }] });
	const events = await until(() => {
		const all = hook.calls.flatMap((c) => c.events);
		return all.some((e) => e.associationType === 'DEAL_TO_LINE_ITEM') && all;
	});
	const changed = events.filter((e) => e.subscriptionType === 'object.propertyChange').map((e) => e.propertyName);
	assert.ok(changed.includes('dealstage') && changed.includes('email') && !changed.includes('city'));
	assert.ok(events.some((e) => e.subscriptionType === 'object.creation' && e.objectTypeId === '0-3' && e.objectId === Number(deal.id)));
	for (const type of ['DEAL_TO_CONTACT', 'CONTACT_TO_DEAL', 'DEAL_TO_LINE_ITEM'])
		assert.ok(events.some((e) => e.associationType === type), type);
	assert.ok(!events.some((e) => e.associationType === 'LINE_ITEM_TO_DEAL' || e.objectTypeId === '0-8'));
	assert.ok(events.every((e) => e.portalId === NORTHWIND && e.appId === 39522895 && e.attemptNumber === 0));
	assert.match(events.find((e) => e.propertyName === 'closedate').propertyValue, /^\d{13}$/);
});

test('the signature is the documented one over the exact bytes', async () => {
	const { hook, box } = await pair();
	await box.control('POST', `/crm/${NORTHWIND}/contacts`, { properties: { email: 'umlaut@b.example', company: 'Müller & Söhne "Graz"' } });
	const call = await until(() => hook.calls[0]);
	const stamp = call.headers['x-hubspot-request-timestamp'];
	const mac = createHmac('sha256', Buffer.from(SECRET, 'utf8'));
	mac.update(Buffer.concat([Buffer.from(`POST${hook.url}/webhooks/hubspot`), call.raw, Buffer.from(stamp)]));
	assert.equal(call.headers['x-hubspot-signature-v3'], mac.digest('base64'));
	assert.ok(Math.abs(Date.now() - Number(stamp)) < 5000);
	assert.equal(call.headers['x-hubspot-signature'], createHash('sha256').update(SECRET).update(call.raw).digest('hex'));
});

test('every recorded signature vector', () => {
	const vectors = JSON.parse(readFileSync(new URL('../../data/hubspot-signature-vectors.json', import.meta.url), 'utf8'));
	for (const x of vectors.v3)
		assert.equal(v3(x.client_secret, x.method, x.request_url, Buffer.from(x.body_base64, 'base64'), x.timestamp), x.header_x_hubspot_signature_v3, x.id);
	const raw = (x) => x.body_base64 === undefined ? x.body ?? '' : Buffer.from(x.body_base64, 'base64');
	for (const x of vectors.v1)
		assert.equal(v1(x.client_secret, raw(x)), x.header_x_hubspot_signature, x.id);
	for (const x of vectors.v2)
		assert.equal(v2(x.client_secret, x.method, x.url, raw(x)), x.header_x_hubspot_signature, x.id);
});

test('tried again after 401 and 503, signed afresh, attemptNumber grows, then given up', async () => {
	const { hook, box } = await pair((n) => n === 1 ? 401 : 503);
	await box.control('POST', `/crm/${NORTHWIND}/contacts`, { properties: { email: 'r@b.example' } });
	await until(() => box.w.webhooks.list()[0]?.state === 'given up');
	assert.deepEqual(hook.calls.map((c) => c.events[0].attemptNumber), [0, 1, 2, 3]);
	assert.equal(new Set(hook.calls.map((c) => c.headers['x-hubspot-signature-v3'])).size, 4);
	assert.deepEqual(box.w.webhooks.list()[0].attempts.map((a) => a.status), [401, 503, 503, 503]);
});

test('doubled on request; a bad signature on request; nothing after an uninstall', async () => {
	const { hook, box } = await pair(undefined, { doubled: true });
	const change = (email) => box.control('POST', `/crm/${NORTHWIND}/contacts`, { properties: { email } });
	await change('one@b.example');
	await until(() => hook.calls.length === 2);
	assert.deepEqual(hook.calls[0].events, hook.calls[1].events);
	await box.control('POST', '/settings', { doubled: false, webhook_signature: 'bad' });
	await change('two@b.example');
	const bad = await until(() => hook.calls[2]);
	assert.notEqual(bad.headers['x-hubspot-signature-v3'],
		v3(SECRET, 'POST', `${hook.url}/webhooks/hubspot`, bad.raw, bad.headers['x-hubspot-request-timestamp']));
	await box.control('POST', `/crm/${NORTHWIND}/uninstall`);
	await change('three@b.example');
	await new Promise((resolve) => setTimeout(resolve, 200));
	assert.equal(hook.calls.length, 3);
});

test('every kind of subscription, classic and generic, with its fields and the source of the change', async () => {
	const kinds = ['creation', 'deletion', 'merge', 'restore', 'associationChange'];
	const hook = await receiver();
	const box = await sandbox({ publicUrl: hook.url, app: writerApp(hook.url, [
		...kinds.map((k) => ({ subscriptionType: `company.${k}` })), ...kinds.map((k) => ({ subscriptionType: `object.${k}`, objectType: 'company' })),
		{ subscriptionType: 'company.propertyChange', propertyName: 'name' }, { subscriptionType: 'object.propertyChange', objectType: 'company', propertyName: 'name' },
		{ subscriptionType: 'object.creation', objectType: 'line_item' }, { subscriptionType: 'object.propertyChange', objectType: 'line_item', propertyName: 'amount' }]) });
	open.push(hook, box);
	await box.install();
	const make = async (name, more = {}) => (await box.control('POST', `/crm/${NORTHWIND}/companies`, { properties: { name }, ...more })).id;
	const [one, two] = [await make('One', { changeSource: 'IMPORT' }), await make('Two')];
	const told = (type, id) => until(() => hook.calls.flatMap((c) => c.events).find((e) => e.subscriptionType === type && [e.objectId, e.fromObjectId].includes(Number(id))));
	for (const type of ['company.creation', 'object.creation']) {
		const event = await told(type, one);
		assert.deepEqual([event.changeFlag, event.changeSource, event.sourceId, event.objectTypeId], ['CREATED', 'IMPORT', 'userId:98499705', type[0] === 'o' ? '0-2' : undefined]);
	}
	assert.equal((await told('company.propertyChange', one)).isSensitive, undefined);
	const generic = await told('object.propertyChange', one);
	assert.deepEqual([generic.propertyName, generic.propertyValue, generic.isSensitive], ['name', 'One', false]);
	await box.control('POST', `/crm/${NORTHWIND}/associate`, { from: 'companies', fromId: one, to: 'companies', toId: two, label: 'Child Company' });
	assert.equal((await told('company.associationChange', one)).associationType, 'COMPANY_TO_COMPANY');
	await box.control('DELETE', `/crm/${NORTHWIND}/companies/${two}`);
	await told('object.deletion', two);
	await box.control('POST', `/crm/${NORTHWIND}/companies/${two}/restore`);
	assert.equal((await told('company.restore', two)).changeFlag, undefined);
	await box.control('POST', `/crm/${NORTHWIND}/merge`, { type: 'companies', primaryId: one, otherId: two });
	assert.deepEqual((await told('company.merge', one)).mergedObjectIds, [Number(two)]);
	const deal = await box.control('POST', `/crm/${NORTHWIND}/deals`, { properties: { dealname: 'D', dealstage: 'closedwon' }, lineItems: [{ name: 'x', price: '5', quantity: '3' }] });
	await told('object.creation', deal.lineItems[0]);
	const events = hook.calls.flatMap((c) => c.events);
	assert.ok(events.every((e) => e.attemptNumber === 0 && Number.isInteger(e.eventId) && e.appId === 39522895 && e.portalId === NORTHWIND));
});

test('a cleared value is "", a date is milliseconds; the button "Test" sends record 123', async () => {
	const { hook, box } = await pair();
	const { id } = await box.control('POST', `/crm/${NORTHWIND}/deals`, { properties: { dealname: 'D', amount: '5', dealstage: 'contractsent' } });
	await box.control('PATCH', `/crm/${NORTHWIND}/deals/${id}`, { properties: { amount: '', closedate: '2026-11-25' } });
	const events = await until(() => {
		const all = hook.calls.flatMap((c) => c.events);
		return all.some((e) => e.propertyName === 'closedate') && all;
	});
	assert.equal(events.filter((e) => e.propertyName === 'amount').at(-1).propertyValue, '');
	assert.equal(events.find((e) => e.propertyName === 'closedate').propertyValue, String(Date.parse('2026-11-25')));
	const { app } = await box.control('GET', '/state');
	const sub = app.subscriptions.find((s) => s.subscriptionType === 'object.creation');
	await box.control('POST', '/webhooks/test', { portalId: NORTHWIND, subscriptionId: sub.id });
	const test123 = await until(() => hook.calls.flatMap((c) => c.events).find((e) => e.objectId === 123));
	assert.deepEqual([test123.changeFlag, test123.changeSource, test123.subscriptionId], ['NEW', 'CRM', sub.id]);
	await assert.rejects(box.control('POST', '/webhooks/test', { portalId: NORTHWIND, subscriptionId: 1 }), /no subscription 1/);
});

test('no more than 100 events in a webhook, no more webhooks at a time than the app allows, only with the scope', async () => {
	let atOnce = 0;
	let most = 0;
	const server = http.createServer((req, res) => {
		most = Math.max(most, ++atOnce);
		req.resume().on('end', () => setTimeout(() => {
			atOnce--;
			res.end();
		}, 50));
	});
	await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
	const url = `http://localhost:${server.address().port}`;
	const app = { ...writerApp(url, [{ subscriptionType: 'contact.creation' }]), maxConcurrent: 6 };
	const box = await sandbox({ publicUrl: url, app });
	open.push(box, { close: () => server.close() });
	await box.install();
	await box.control('POST', `/crm/${NORTHWIND}/storm`, { events: Array.from({ length: 900 }, (_, i) => ({ subscriptionType: 'contact.creation', objectId: i, portalId: NORTHWIND, occurredAt: 1 })), times: 3 });
	await until(() => box.w.webhooks.list().every((r) => r.state === 'done'));
	assert.ok(box.w.webhooks.list().length > 12 && box.w.webhooks.list().every((r) => r.events.length <= 100));
	assert.ok(most <= 6, `${most} at a time`);
	const install = box.w.oauth.install(NORTHWIND);
	box.w.store.put('install', NORTHWIND, { ...install, scopes: ['oauth'] });
	const before = box.w.webhooks.list().length;
	await box.control('POST', `/crm/${NORTHWIND}/contacts`, { properties: { email: 'unheard@b.example' } });
	assert.equal(box.w.store.table('event').size, 0, 'nothing is collected for an app that may not read contacts');
	assert.equal(box.w.webhooks.list().length, before);
});

test('webhooks that had not left when the sandbox was killed leave after its start', async () => {
	const hook = await receiver();
	let box = await sandbox({ publicUrl: hook.url, start: { batch_ms: 60000 } });
	await box.install();
	await box.control('POST', `/crm/${NORTHWIND}/contacts`, { properties: { email: 'late@b.example' } });
	const { dir } = box;
	box.close(true);
	box = await sandbox({ publicUrl: hook.url, dir });
	open.push(hook, box);
	await until(() => hook.calls.flatMap((c) => c.events).some((e) => e.propertyValue === 'late@b.example'));
});

test('subscriptions that HubSpot does not know are refused when the app is read', () => {
	const read = (subscription, settings = {}) => {
		const dir = mkdtempSync(join(tmpdir(), 'sandbox-app-'));
		cpSync(new URL('../../../conf/hubspot-app', import.meta.url), dir, { recursive: true });
		const file = join(dir, 'src/app/webhooks/webhooks-hsmeta.json');
		const doc = JSON.parse(readFileSync(file, 'utf8'));
		doc.config.subscriptions.crmObjects = [subscription];
		Object.assign(doc.config.settings, settings);
		writeFileSync(file, JSON.stringify(doc));
		try {
			return readApp(dir, 'https://connector.example.com').subscriptions;
		} finally {
			rmSync(dir, { recursive: true });
		}
	};
	const good = { subscriptionType: 'object.propertyChange', objectType: 'deal', propertyName: 'amount', active: true };
	assert.equal(read(good).length, 2, 'it and the privacy deletion');
	for (const [change, words] of [[{ subscriptionType: 'object.rename' }, /no such subscription/], [{ objectType: 'unicorn' }, /not known/], [{ propertyName: undefined }, /propertyName is missing/],
		[{ propertyName: 'hs_lastmodifieddate' }, /cannot be subscribed/]])
		assert.throws(() => read({ ...good, ...change }), words);
	assert.throws(() => read(good, { maxConcurrentRequests: 5 }), /above 5/);
});

test('with the setting one webhook holds events of several accounts', async () => {
	const { hook, box } = await pair();
	await box.install(50249912);
	await box.control('POST', '/settings', { mixed_accounts: true, batch_ms: 200 });
	for (const portal of [NORTHWIND, 50249912])
		await box.control('POST', `/crm/${portal}/contacts`, { properties: { email: 'mixed@b.example' } });
	await until(() => hook.calls.some((c) => new Set(c.events.map((e) => e.portalId)).size === 2));
});

test('a sensitive value is told as such, and kept from a classic subscription', async () => {
	const hook = await receiver();
	const box = await sandbox({ publicUrl: hook.url, app: writerApp(hook.url, [
		{ subscriptionType: 'contact.propertyChange', propertyName: 'secret' }, { subscriptionType: 'object.propertyChange', objectType: 'contact', propertyName: 'secret' }]) });
	open.push(hook, box);
	const { access_token: token } = await box.install();
	await box.control('POST', `/crm/${NORTHWIND}/properties`, { object: 'contacts', name: 'secret', label: 'Secret', dataSensitivity: 'sensitive' });
	await box.control('POST', `/crm/${NORTHWIND}/contacts`, { properties: { email: 's@b.example', secret: 'x' } });
	const events = await until(() => hook.calls.flatMap((c) => c.events).length === 2 && hook.calls.flatMap((c) => c.events));
	assert.equal(events.find((e) => e.subscriptionType === 'contact.propertyChange').propertyValue, 'REDACTED');
	assert.deepEqual(events.filter((e) => e.objectTypeId).map((e) => [e.propertyValue, e.isSensitive]), [['x', true]]);
	const names = async (query) => (await box.api('GET', `/crm/properties/2026-09/contacts${query}`, { token })).json.results.map((p) => p.name);
	assert.ok(!(await names('')).includes('secret'));
	assert.deepEqual(await names('?dataSensitivity=sensitive'), ['secret']);
});
