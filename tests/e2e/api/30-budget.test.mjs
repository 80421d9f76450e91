// impact.com's hourly limit, in hours of seconds: all goes out, no call too many is made, and the page tells when (G-28).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { confText, until } from '../lib/env.mjs';
import { ready } from '../lib/ready.mjs';
import { NORTHWIND, calm, contact, control, log, mark, set } from '../lib/sandbox.mjs';
import { configure, healthy } from '../lib/service.mjs';

const conf = confText();
const HOUR_S = 6;
const LIMIT = 50;
const DEALS = 110;
let person;

before(async () => {
	configure(`${conf.replace(/^impact_hour_s = .*/m, `impact_hour_s = ${HOUR_S};`)}\nimpact_margin_ms = 500;\n`, 'worker', 'site');
	await healthy();
	person = await ready();
});
after(async () => {
	await calm();
	configure(conf, 'worker', 'site');
	await healthy();
});

const queue = async () => (await person.get('/api/overview')).queue;

test('G-28 more conversions than an hour allows: no 429 from a far end that counts the hour just passed, each sent once, and the end foretold', async () => {
	await set({ impact_window: 'sliding', hour_seconds: HOUR_S, impact_limit: LIMIT });
	const since = await mark();
	const customer = await contact(NORTHWIND);
	await control('POST', `/crm/${NORTHWIND}/deals`, { properties: { dealname: 'One', amount: '1', dealstage: 'closedwon' }, contacts: [customer], lineItems: [] });
	assert.equal(await queue(), null, 'one conversion has not to wait');
	for (let i = 0; i < DEALS; i++)
		await control('POST', `/crm/${NORTHWIND}/deals`, { properties: { dealname: `Many ${i}`, amount: '10', dealstage: 'closedwon' }, contacts: [await contact(NORTHWIND)], lineItems: [] });
	const told = await until('the page tells of the queue', queue);
	assert.equal(told.calls_per_hour, LIMIT);
	assert.ok(told.waiting > 0 && told.waiting <= DEALS + 1, String(told.waiting));
	assert.ok(Date.parse(told.sent_by) > Date.now() - 1000, told.sent_by);
	const sent = async () => (await log({ since, limit: '50000' })).filter((r) => r.method === 'POST' && /\/Conversions$/.test(r.path));
	await until('all are sent', async () => new Set((await sent()).filter((r) => r.status === 200).map((r) => new URLSearchParams(r.body).get('OrderId'))).size === DEALS + 1, { s: 90 });
	const calls = (await log({ since, limit: '50000' })).filter((r) => /^\/Advertisers\//.test(r.path));
	assert.deepEqual(calls.filter((r) => r.status === 429).map((r) => r.path), []);
	assert.equal((await sent()).length, DEALS + 1, 'one POST for each');
	await until('nothing waits any more', async () => await queue() === null);
});
