// The database is away: nothing is half taken, everybody is told to come again, and all goes on by itself.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { URL_BASE, request, until } from '../lib/env.mjs';
import { change, send, signed } from '../lib/hook.mjs';
import { Person } from '../lib/person.mjs';
import { ready } from '../lib/ready.mjs';
import { NORTHWIND, contact, deal, move, set, submissions, webhooks } from '../lib/sandbox.mjs';
import { down, healthy, up } from '../lib/service.mjs';

let person;
before(async () => { person = await ready(); });
after(async () => {
	up('db');
	await healthy();
});

test('F-057 with the database stopped a webhook is 503 with Retry-After, and afterwards its event counts exactly once', async () => {
	await set({ webhooks: false });
	const mine = (await deal(NORTHWIND, { dealstage: 'closedwon', contacts: [await contact(NORTHWIND)] })).id;
	await set({ webhooks: true });
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	await person.decision(id, (r) => r.code === 'trigger_other_value');
	const body = JSON.stringify([change(NORTHWIND, mine, 'dealstage', 'closedwon')]);

	down('db');
	const refused = await send(body, signed(body));
	assert.equal(refused.status, 503);
	assert.ok(Number(refused.headers['retry-after']) > 0);
	await move(NORTHWIND, id);
	const told = await until('HubSpot to be refused', async () => (await webhooks((w) =>
		w.events.some((e) => String(e.objectId) === id && e.propertyValue === 'closedwon') && w.attempts.length > 0))[0]);
	assert.deepEqual([...new Set(told.attempts.map((a) => a.status))], [503]);

	const api = await person.call('GET', '/api/session');
	assert.equal(api.status, 503);
	assert.ok(Number(api.headers['retry-after']) > 0);
	assert.equal(api.json.error.code, 'unavailable');
	assert.equal((await person.put('/api/config', { revision: 1, document: {} })).status, 503);
	const login = await request(`${URL_BASE}/oauth/start`);
	assert.equal(login.headers.location, '/login?problem=database_unavailable');
	assert.equal((await request(`${URL_BASE}/login`)).status, 200, 'the site itself is there');

	up('db');
	await healthy();
	assert.equal((await person.verdict(id, { s: 90 })).state, 'CONFIRMED', 'HubSpot\'s own retry brought it');
	assert.equal((await person.decisions(mine)).length, 0, 'what was refused was not taken');
	assert.equal((await send(body, signed(body))).status, 200);
	assert.equal((await person.verdict(mine)).state, 'CONFIRMED');
	for (const one of [id, mine])
		assert.equal((await submissions(`deal_closedwon_${one}`)).length, 1);
});

test('a session outlives the database\'s absence, and a new login works', async () => {
	assert.equal((await person.get('/api/session')).tenant.portal_id, NORTHWIND);
	assert.ok(!(await new Person().login(NORTHWIND)).includes('problem'));
});
