// HubSpot's tokens over the end of one: refreshed before, once, by whatever process (T-38, T-39).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { URL_BASE, request, until } from '../lib/env.mjs';
import { Person } from '../lib/person.mjs';
import { ready } from '../lib/ready.mjs';
import { NORTHWIND, calm, contact, deal, log, mark, move, refreshes, set } from '../lib/sandbox.mjs';

/* Longer than what a token must have left to be used (30 s); three quarters of it pass until the refresh. */
const LIFE_S = 36;
/* Deals won meanwhile. */
const BUSY = 40;

let person;
before(async () => {
	await calm();
	person = await ready();
});
after(calm);


test('T-38 a token is refreshed before it ends, once for each, and deals go on being sent', { timeout: 120000 }, async () => {
	await set({ token_s: LIFE_S });
	const since = await mark();
	await new Person().login(NORTHWIND);
	await calm(); // the token after it lives as long as any
	for (let i = 0; i < BUSY; i++)
		await move(NORTHWIND, (await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] })).id);
	await until('a refresh', async () => (await refreshes(since)).length > 0, { s: LIFE_S });
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	await move(NORTHWIND, id);
	assert.equal((await person.verdict(id)).state, 'CONFIRMED');
	assert.deepEqual((await refreshes(since)).map((e) => e.status), [200]);
	const calls = (await log({ since, side: 'hubspot', limit: '50000' })).filter((e) => e.status && /^\/(crm|oauth|account-info|integrators)\//.test(e.path) && !/authorize/.test(e.path));
	assert.ok(calls.length > 10, String(calls.length));
	assert.deepEqual(calls.filter((e) => e.status >= 400).map((e) => `${e.status} ${e.path}`), [], 'G-27: no call fails, no 401 and no 429');
});

test('G-27 what the connector counted of its calls is what HubSpot would measure', async () => {
	const { text } = await request(`${URL_BASE}/metrics`);
	const [, ratio] = text.match(/^connector_hubspot_success_ratio ([0-9.]+)$/m);
	const [, calls] = text.match(/^connector_hubspot_calls_30d (\d+)$/m);
	assert.ok(Number(calls) > 0 && Number(ratio) > 0 && Number(ratio) <= 1, `${ratio} of ${calls}`);
});
