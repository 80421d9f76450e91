// Webhooks: what is subscribed, signed so that an independent check agrees, retried with a growing attemptNumber.
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { v1, v2, v3 } from '../hubspot/signature.mjs';
import { NORTHWIND, SECRET, receiver, sandbox, until } from '../harness.mjs';

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
