// Intake: what proves that HubSpot sent it, what is refused, and that a batch said twice counts once.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { URL_BASE, request, until } from '../lib/env.mjs';
import { change, send, signed, signedV1, signedV2 } from '../lib/hook.mjs';
import { ready } from '../lib/ready.mjs';
import { NORTHWIND, contact, control, deal, move, set, submissions, unique, webhooks } from '../lib/sandbox.mjs';

let person;
before(async () => { person = await ready(); });

/** A deal of a credited contact that HubSpot has told nobody about yet. */
async function silentDeal(stage = 'closedwon') {
	await set({ webhooks: false });
	const { id } = await deal(NORTHWIND, { dealstage: stage, contacts: [await contact(NORTHWIND)] });
	await set({ webhooks: true });
	return id;
}

test('M-03 a batch with HubSpot\'s v3 signature is taken and becomes a conversion', async () => {
	const id = await silentDeal();
	const body = JSON.stringify([change(NORTHWIND, id, 'dealstage', 'closedwon')]);
	assert.equal((await send(body, signed(body))).status, 200);
	assert.equal((await person.verdict(id)).state, 'CONFIRMED');
});

test('M-03 F-031 of many webhooks at once each is answered for itself: forged ones among them are 401, the others are taken', async () => {
	const deals = await Promise.all(Array.from({ length: 12 }, () => silentDeal()));
	const answers = await Promise.all(Array.from({ length: 48 }, (_, i) => {
		const body = JSON.stringify([change(NORTHWIND, deals[i % 12], 'dealname', `name ${i}`), change(NORTHWIND, deals[i % 12], 'dealstage', 'closedwon')]);
		return send(body, signed(body, i % 4 === 3 ? { key: 'somebody-else' } : {}));
	}));
	assert.deepEqual(answers.map((a) => a.status), answers.map((_, i) => (i % 4 === 3 ? 401 : 200)));
	for (const id of deals.filter((_, i) => i % 4 !== 3))
		assert.equal((await person.verdict(id)).state, 'CONFIRMED');
});

test('F-031 F-035 F-036 a wrong, old, foreign or missing signature is 401, and nothing of it is taken', async () => {
	const id = await silentDeal();
	const body = JSON.stringify([change(NORTHWIND, id, 'dealstage', 'closedwon')]);
	const good = signed(body);
	const refused = {
		'another secret': signed(body, { key: 'somebody-else' }),
		'ten minutes old': signed(body, { stamp: Date.now() - 600000 }),
		'ten minutes ahead': signed(body, { stamp: Date.now() + 600000 }),
		'another address': signed(body, { url: 'https://connector.example.com/webhooks/hubspot' }),
		'another body': signed(`${body} `),
		'no signature': { 'content-type': 'application/json' },
		'no time': { ...good, 'x-hubspot-request-timestamp': '' },
		'a time that is none': { ...good, 'x-hubspot-request-timestamp': 'now' },
		'hexadecimal instead of base64': { ...good, 'x-hubspot-signature-v3': Buffer.from(good['x-hubspot-signature-v3'], 'base64').toString('hex') },
		'a signature cut short': { ...good, 'x-hubspot-signature-v3': good['x-hubspot-signature-v3'].slice(0, 20) },
	};
	for (const [what, headers] of Object.entries(refused))
		assert.equal((await send(body, headers)).status, 401, what);
	assert.equal((await person.decisions(id)).length, 0);
});

test('F-031 v1 and v2 signatures are refused unless they are configured', async () => {
	const body = JSON.stringify([change(NORTHWIND, '1', 'dealstage', 'closedwon')]);
	assert.equal((await send(body, signedV1(body))).status, 401);
	assert.equal((await send(body, signedV2(body))).status, 401);
});

test('F-031 batches that HubSpot signs wrong, old, v1 or v2 are refused with 401 and taken when they come again signed right', async () => {
	for (const kind of ['bad', 'old', 'v1', 'v2']) {
		await set({ webhook_signature: kind });
		const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
		const mine = (w) => w.events.some((e) => String(e.objectId) === id);
		const [first] = await until(`a refused try (${kind})`, async () => {
			const list = await webhooks(mine);
			return list.some((w) => w.attempts.length > 0) && list;
		});
		assert.ok(first.attempts.every((a) => a.status === 401), JSON.stringify(first.attempts));
		await set({ webhook_signature: 'good' });
		await until('the retry', async () => (await webhooks(mine)).every((w) => w.state === 'done'), { s: 60 });
		await person.decision(id, (r) => r.code === 'trigger_other_value');
	}
});

test('F-046 a body over the limit is 413, whether it is signed or not', async () => {
	const body = JSON.stringify([change(NORTHWIND, '1', 'dealname', 'x'.repeat(3 * 1024 * 1024))]);
	for (const headers of [signed(body), {}]) {
		const res = await send(body, headers).catch((err) => ({ status: `cut: ${err.code}` }));
		assert.ok([413, 'cut: EPIPE', 'cut: ECONNRESET'].includes(res.status), String(res.status));
	}
	const little = `${' '.repeat(1024 * 1024 - 10)}[]`.padEnd(1024 * 1024 + 1);
	assert.equal((await send(little, signed(little))).status, 413);
});

test('only POST is taken at the webhook address, and nothing is below it', async () => {
	for (const method of ['GET', 'PUT', 'DELETE'])
		assert.equal((await request(`${URL_BASE}/webhooks/hubspot`, { method })).status, 405, method);
	assert.equal((await request(`${URL_BASE}/webhooks/other`, { method: 'POST', body: '[]' })).status, 404);
	assert.equal((await request(`${URL_BASE}/webhooks/hubspot/`, { method: 'POST', body: '[]' })).status, 404);
});

test('F-032 signature headers that are given twice are 400', async () => {
	const body = JSON.stringify([change(NORTHWIND, '1', 'dealstage', 'closedwon')]);
	const good = signed(body);
	for (const name of ['x-hubspot-signature-v3', 'x-hubspot-request-timestamp']) {
		const headers = Object.entries(good).flatMap(([k, v]) => k === name ? [[k, v], [k, v]] : [[k, v]]).flat();
		assert.equal((await send(body, [...headers, 'host', 'localhost'])).status, 400, name);
	}
});

test('F-034 F-042 F-043 the same batch again, and the same change under another event id, make no second conversion', async () => {
	const id = await silentDeal();
	const event = change(NORTHWIND, id, 'dealstage', 'closedwon');
	const body = JSON.stringify([event]);
	for (let i = 0; i < 3; i++)
		assert.equal((await send(body, signed(body))).status, 200);
	const again = JSON.stringify([{ ...event, eventId: event.eventId + 1, subscriptionId: 2, attemptNumber: 3 }, { ...event }]);
	assert.equal((await send(again, signed(again))).status, 200);
	await person.verdict(id);
	await send(body, signed(body));
	assert.equal((await submissions(`deal_closedwon_${id}`)).length, 1);
	assert.equal((await person.decisions(id)).length, 1, 'one fact, one decision');
});

test('M-03 F-040 F-041 webhooks that come doubled and out of order make one conversion per deal', async () => {
	await set({ doubled: true, out_of_order: true });
	const ids = [];
	for (let i = 0; i < 8; i++) {
		const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
		await move(NORTHWIND, id, 'contractsent');
		await move(NORTHWIND, id);
		ids.push(id);
	}
	for (const id of ids)
		assert.equal((await person.verdict(id)).state, 'CONFIRMED');
	await until('all webhooks answered', async () => (await webhooks((w) => w.state === 'waiting' || w.state === 'sending')).length === 0);
	await control('DELETE', '/settings');
	for (const id of ids)
		assert.equal((await submissions(`deal_closedwon_${id}`)).length, 1, id);
});

test('F-044 F-045 F-052 F-054 bytes that are no events, events of unknown accounts and of strange shape are taken and block nobody', async () => {
	const strange = ['not json', '{"a":1}', '[]', '[1,null,"x"]', `[${'['.repeat(200)}${']'.repeat(200)}]`,
		JSON.stringify([change(1, '1', 'dealstage', 'closedwon')]),
		JSON.stringify([change(NORTHWIND, 'x', 'dealstage', 'closedwon', { objectId: 'x' })]),
		JSON.stringify([change(NORTHWIND, '1', 'dealstage', 'closedwon', { occurredAt: 'yesterday' })]),
		JSON.stringify([change(NORTHWIND, '1', 'dealstage', 'closedwon', { occurredAt: Date.now() + 40 * 86400000 })]),
		JSON.stringify([change(NORTHWIND, '1', unique('name'), '\u0000\ud800')])];
	for (const body of strange)
		assert.equal((await send(body, signed(body))).status, 200, body.slice(0, 40));
	const id = await silentDeal();
	const mixed = `[${JSON.stringify(change(NORTHWIND, id, 'dealstage', 'closedwon'))},{"broken":true}]`;
	assert.equal((await send(mixed, signed(mixed))).status, 200);
	assert.equal((await person.verdict(id)).state, 'CONFIRMED');
});
