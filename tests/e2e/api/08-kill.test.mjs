// kill -9 of each program in turn while deals are won and sent: nothing acknowledged is lost, nothing is sent twice.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../lib/env.mjs';
import { ready } from '../lib/ready.mjs';
import { ACME, NORTHWIND, calm, contact, control, deal, fault, log, mark, move, set, submissions, webhooks } from '../lib/sandbox.mjs';
import { healthy, kill, processes } from '../lib/service.mjs';

const PER_ROUND = 10;
// What dies: a service, and which of its processes.  runit starts again what is gone.
const ROUNDS = [
	['hooks', '/connector-hooks -c', 'all receivers at once'],
	['site', '/connector-site -c', 'all site processes at once'],
	['live', '/connector-site -c', 'the live pool'],
	['worker', '/connector-worker -c', 'the worker'],
	['nginx', '', 'nginx, master and workers'],
	['db', 'mariadbd', 'the database'],
	['hooks', '', 'the whole pool of receivers with its parent'],
	['worker', '/connector-worker -c', 'the worker once more'],
];

const POSTS = { method: 'POST', path: `/Advertisers/${ACME.account_sid}/Conversions` };

let person;
before(async () => {
	person = await ready();
	await healthy();
});
after(async () => {
	await calm();
	await healthy();
});

test('design 4 and 12: every program is killed at work; each deal ends with its verdict and is booked once', { timeout: 600000 }, async (t) => {
	const since = await mark();
	const ids = [];
	await set({ batch_ms: 20 });
	for (const [service, word, what] of ROUNDS) {
		const sends = service === 'worker' || service === 'db';
		const mine = [];
		for (let i = 0; i < PER_ROUND; i++)
			mine.push((await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)], lineItems: [{ name: 'One', hs_sku: 'ONE', price: '5', quantity: '1' }] })).id);
		ids.push(...mine);
		// impact.com takes its time to answer, so that a crash finds conversions that have been sent and not been answered.
		const slow = sends ? await fault({ kind: 'slow', path: '/Conversions$', method: 'POST', ms: 700, count: 0 }) : null;
		const before = await mark();
		const winning = Promise.all(mine.map((id) => move(NORTHWIND, id)));
		if (sends)
			await until('conversions of this round to be on their way', async () => (await log({ since: before, ...POSTS })).length >= 3, { every: 20 });
		assert.ok(kill(service, word) > 0, `${what}: nothing to kill`);
		await winning;
		if (slow)
			await control('DELETE', `/faults/${slow.id}`);
		await until(`${what} to be back`, () => processes(service, word).length > 0, { s: 60 });
	}
	await healthy();

	await until('every webhook to be answered', async () => (await webhooks((w) => w.state === 'waiting' || w.state === 'sending')).length === 0, { s: 120 });
	assert.deepEqual((await webhooks((w) => w.state === 'given up')).filter((w) => w.events.some((e) => ids.includes(String(e.objectId)))).map((w) => w.id), []);

	const rows = new Map();
	await until('a verdict of every deal', async () => {
		rows.clear();
		for (let cursor = ''; cursor !== null && rows.size < ids.length;) {
			const page = await person.activity(`&object=deals${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
			for (const r of page.rows)
				if (ids.includes(r.object_id) && r.event.value === 'closedwon')
					rows.set(r.object_id, r);
			cursor = page.next_cursor;
		}
		return [...rows.values()].filter((r) => ['CONFIRMED', 'REJECTED', 'DEAD'].includes(r.state)).length === ids.length;
	}, { s: 240, every: 1000 }).catch((err) => {
		const open = ids.filter((id) => !['CONFIRMED', 'REJECTED', 'DEAD'].includes(rows.get(id)?.state));
		throw new Error(`${err.message}; open: ${open.map((id) => `${id} ${rows.get(id)?.state} ${rows.get(id)?.code}`).join(', ')}`);
	});
	assert.deepEqual([...new Set([...rows.values()].map((r) => r.state))], ['CONFIRMED']);

	const booked = new Map(ids.map((id) => [id, 0]));
	for (const s of await submissions()) {
		const id = s.values.OrderId.split('_')[2];
		if (booked.has(id))
			booked.set(id, booked.get(id) + 1);
	}
	const sends = (await log({ since, ...POSTS })).length;
	const listings = (await log({ since, method: 'GET' })).filter((e) => /^\/Advertisers\/[^/]+\/Actions$/.test(e.path)).length;
	t.diagnostic(`${ids.length} deals, ${sends} requests, ${listings} listings of actions, ${[...booked.values()].filter((n) => n > 1).length} booked twice`);
	assert.ok(listings > 0, 'conversions without an answer are looked for');
	// impact.com shows what it has credited, so a crash must find it there and not send it again.
	assert.deepEqual([...booked].filter(([, n]) => n !== 1), []);
	assert.ok(sends <= ids.length + ROUNDS.length * PER_ROUND);
	const bodies = new Map();
	for (const e of await log({ since, ...POSTS })) {
		const order = new URLSearchParams(e.body).get('OrderId');
		assert.equal(bodies.get(order) ?? e.body, e.body, `${order}: a resend differs`);
		bodies.set(order, e.body);
	}
});

test('the system is whole after all that: a deal goes its way in seconds', async () => {
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	await move(NORTHWIND, id);
	assert.equal((await person.verdict(id)).state, 'CONFIRMED');
});
