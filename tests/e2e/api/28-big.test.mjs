// A big account (F-027): 300 properties more, 2,000 mapping rows, 5,000 decisions, all through the API with generous deadlines.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { BIG, logIn } from '../lib/account.mjs';
import { until } from '../lib/env.mjs';
import { changed, put } from '../lib/ready.mjs';
import { calm, control, unique } from '../lib/sandbox.mjs';

const PROPERTIES = 300;
const ROWS = 1990;
const DECISIONS = 5000;
let person;

before(async () => {
	await calm();
	person = await logIn(BIG);
	assert.equal((await person.post('/api/live/impact', BIG.impact)).status, 200);
});

test('F-027 300 properties more are listed, and a document of 2,000 rows is saved, checked and read', async () => {
	const mark = unique('big').replaceAll('-', '_');
	for (let i = 0; i < PROPERTIES; i++)
		await control('POST', `/crm/${BIG.portal}/properties`, { object: 'contacts', name: `${mark}_${i}`, label: `Big property ${i}` });
	const fresh = await person.post('/api/live/catalogue', { object: 'contacts' });
	assert.equal(fresh.status, 200, fresh.text.slice(0, 300));
	assert.ok(fresh.json.properties.filter((p) => p.name.startsWith(mark)).length >= PROPERTIES);
	const rows = Array.from({ length: ROWS }, (_, i) => ({ field: `Text${i % 40 + 10}`, expression: `{${mark}_${i % PROPERTIES}}`, when: `{zip} > ${i}` }));
	const saved = await person.configure((document) => put(document, 'contacts', rows, { consent: false }));
	assert.equal(saved.status, 200, saved.text.slice(0, 500));
	assert.equal((await person.config()).document.objects.contacts.mapping.length, ROWS);
	const again = await person.post('/api/config/check', { document: (await person.config()).document });
	assert.equal(again.status, 200, again.text.slice(0, 300));
	const before = await person.configure((document) => put(document, 'contacts', [], { consent: false }));
	assert.equal(before.status, 200);
});

test('5,000 decisions are read page by page by cursor, each once', async () => {
	const saved = await person.configure((document) => put(document, 'contacts', [], { consent: true, triggers: [changed('tb', 'lifecyclestage', { mode: 'off', becomes: ['customer'] })] }));
	assert.equal(saved.status, 200, saved.text);
	const now = Date.now();
	const at = 700000000;
	await control('POST', `/crm/${BIG.portal}/load`, { records: Array.from({ length: DECISIONS }, (_, i) => ({ type: 'contacts', id: String(at + i), properties: { email: `big${i}@customer.example` }, at: now })), links: [] });
	await control('POST', `/crm/${BIG.portal}/storm`, { times: 1, overMs: 1000, seed: 7, full: true, events: Array.from({ length: DECISIONS }, (_, i) => ({
		eventId: 5000000 + i, portalId: BIG.portal, occurredAt: now - i, subscriptionType: 'object.propertyChange', objectTypeId: '0-1', objectId: at + i,
		propertyName: 'lifecyclestage', propertyValue: 'customer', changeSource: 'CRM_UI', attemptNumber: 0, subscriptionId: 1, appId: 39522895 })) });
	let seen;
	await until(`${DECISIONS} decisions`, async () => {
		seen = [];
		let cursor = '';
		do {
			const { rows, next_cursor: next } = await person.get(`/api/activity?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
			seen.push(...rows);
			cursor = next;
		} while (cursor);
		return seen.length >= DECISIONS;
	}, { s: 120, every: 2000 });
	assert.equal(new Set(seen.map((r) => r.id)).size, seen.length);
	assert.equal(new Set(seen.map((r) => r.object_id)).size, DECISIONS);
});

test('T-15 all 5,000 of a cause are asked for again, 1,000 a call, each once whatever decide makes of them meanwhile', async () => {
	const total = { asked: 0, asked_before: 0, not_kept: 0 };
	let walk, calls = 0;
	do {
		const { status, text, json } = await person.post('/api/activity/again?code=trigger_off&object=contacts', { note: 'all of them', ...walk && { walk } });
		assert.equal(status, 200, text);
		assert.ok(json.asked <= 1000);
		for (const name of Object.keys(total))
			total[name] += json[name];
		walk = json.walk;
		calls += 1;
	} while (walk);
	assert.deepEqual(total, { asked: DECISIONS, asked_before: 0, not_kept: 0 });
	assert.ok(calls === DECISIONS / 1000 || calls === DECISIONS / 1000 + 1);
	await until('all of them to be decided again', async () => (await person.get('/api/activity/numbers')).asked === 0, { s: 120, every: 2000 });
	const [{ id }] = (await person.get('/api/activity?code=trigger_off&limit=1')).rows;
	const { timeline } = await person.get(`/api/activity/${id}`);
	assert.equal(timeline.filter((s) => s.what === 'person').length, 1);
	for (const wrong of [null, {}, { conversion: 1 }, { conversion: -1, decision: 0, last_conversion: 1, last_decision: 1 }, 7])
		assert.equal((await person.post('/api/activity/again?code=trigger_off', { walk: wrong })).status, 400);
});
