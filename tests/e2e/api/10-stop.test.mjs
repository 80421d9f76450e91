// A clean stop of the worker at work: what was begun is ended, what was not is left for the next one (F-136).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../lib/env.mjs';
import { ready } from '../lib/ready.mjs';
import { ACME, NORTHWIND, calm, contact, control, deal, fault, log, mark, move, submissions } from '../lib/sandbox.mjs';
import { down, healthy, processes, up } from '../lib/service.mjs';

// More than leave at once.
const DEALS = 40;
const POSTS = { method: 'POST', path: `/Advertisers/${ACME.account_sid}/Conversions` };

let person;
before(async () => {
	person = await ready();
	await healthy();
});
after(async () => {
	await calm();
	up('worker');
	await healthy();
});

test('F-136 a worker that is stopped while it sends ends its conversions first: none is left without an answer, none goes out twice', { timeout: 300000 }, async () => {
	const ids = [];
	for (let i = 0; i < DEALS; i++)
		ids.push((await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] })).id);
	const slow = await fault({ kind: 'slow', path: '/Conversions$', method: 'POST', ms: 700, count: 0 });
	const since = await mark();
	await Promise.all(ids.map((id) => move(NORTHWIND, id)));
	await until('conversions to be on their way', async () => (await log({ since, ...POSTS })).length >= 2, { every: 20 });

	down('worker');
	assert.equal(processes('worker', '/connector-worker -c').length, 0);
	const left = (await person.activity('&object=deals')).rows.filter((r) => ids.includes(r.object_id)).map((r) => r.state);
	assert.deepEqual(left.filter((state) => state === 'SENDING' || state === 'UNKNOWN'), []);
	assert.ok((await log({ since, ...POSTS })).length < DEALS, 'everything was sent before the stop: it was not stopped at work');

	await control('DELETE', `/faults/${slow.id}`);
	up('worker');
	for (const id of ids)
		assert.equal((await person.verdict(id)).state, 'CONFIRMED');
	for (const id of ids)
		assert.equal((await submissions(`deal_closedwon_${id}`)).length, 1);
});
