// Activity as the site's API: found by whatever one has in hand, filtered, as a file; and what a person does with a decision.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { until } from '../lib/env.mjs';
import { dealsPreset, putDeals, ready } from '../lib/ready.mjs';
import { CLICK, NORTHWIND, change, contact, deal, fault, move, submissions, unique } from '../lib/sandbox.mjs';

let person;
let preset;
before(async () => {
	person = await ready();
	preset = await dealsPreset(person);
});

const list = async (query) => (await person.get(`/api/activity?${new URLSearchParams(query)}`)).rows;
const detail = (row) => person.get(`/api/activity/${row.id}`);
const act = async (row, action, more = {}) => person.post(`/api/activity/${row.id}/act`, { action, version: (await detail(row)).actions.version, ...more });

/** A won deal whose contact has no click id: refused. */
async function refused(name = unique('Refused')) {
	const who = await contact(NORTHWIND, { click: '' });
	const { id } = await deal(NORTHWIND, { contacts: [who], dealname: name });
	await move(NORTHWIND, id);
	return { who, id, row: await person.verdict(id) };
}

test('B-02 a decision is found by link, record, order, action, e-mail and a part of the name; nothing else is', async () => {
	const email = `${unique('find')}@customer.example`;
	const name = unique('Überseehandel 100%');
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND, { email })], dealname: name });
	await move(NORTHWIND, id);
	const row = await person.verdict(id);
	const { conversion } = await detail(row);
	const ways = [`https://app.hubspot.com/contacts/${NORTHWIND}/record/0-3/${id}?x=1`, `https://app.hubspot.com/contacts/${NORTHWIND}/deal/${id}/`, id, row.order_id,
		conversion.action_id, email.toUpperCase(), ` ${name.slice(4)} `, name.toLowerCase()];
	for (const q of ways) {
		const rows = await list({ q });
		assert.ok(rows.some((r) => r.id === row.id), q);
		assert.ok(rows.every((r) => r.object_id === id), q);
	}
	assert.deepEqual(await list({ q: `https://app.hubspot.com/contacts/${NORTHWIND}/record/0-1/${id}` }), [], 'a contact of that id is another record');
	for (const q of ['%', '100_', 'nobody@customer.example', '\u202Eabc', "' OR 1=1 --"])
		assert.ok((await list({ q })).every((r) => r.name.includes(q)), q);
	assert.equal((await person.call('GET', `/api/activity?q=${'x'.repeat(513)}`)).status, 400);
});

test('T-15 filters by outcome, object, cause and period agree with the numbers; pages by cursor hold every line once', async () => {
	const { row } = await refused();
	const { counters, causes } = await person.get('/api/activity/numbers');
	for (const outcome of ['sent', 'waiting', 'skipped', 'direct', 'failed']) {
		let cursor = '';
		const ids = new Set();
		let before = { at: '9', id: Infinity };
		do {
			const page = await person.get(`/api/activity?limit=3&outcome=${outcome}${cursor && `&cursor=${cursor}`}`);
			for (const r of page.rows) {
				assert.ok(!ids.has(r.id), 'no line comes twice');
				assert.ok(r.at < before.at || (r.at === before.at && r.id < before.id), 'the newest first, by the time that is shown');
				assert.equal(r.outcome, outcome);
				ids.add(r.id);
				before = r;
			}
			cursor = page.next_cursor ?? '';
		} while (cursor);
		assert.equal(ids.size, counters[outcome], outcome);
	}
	const cause = causes.find((c) => c.code === 'ACTION_REF_NOT_FOUND');
	assert.equal((await list({ code: 'ACTION_REF_NOT_FOUND', limit: 100 })).length, Math.min(100, cause.count));
	assert.match(cause.sentence, /Not partner-driven/);
	assert.ok(cause.again >= 1);
	const today = new Date().toISOString().slice(0, 10);
	for (const [query, there] of [[{ period: 'today' }, true], [{ period: '30' }, true], [{ from: '2020-01-01', to: '2020-12-31' }, false], [{ object: 'contacts' }, false]])
		assert.equal((await list({ ...query, q: row.object_id })).some((r) => r.id === row.id), there, JSON.stringify(query));
	for (const bad of [`from=${today}x`, 'from=2026-02-01&to=2026-01-01', 'period=8', 'period=7&from=2026-01-01', 'outcome=all', 'cursor=7'])
		assert.equal((await person.call('GET', `/api/activity?${bad}`)).status, 400, bad);
});

test('F-014 the list as a file holds the same lines, and no cell is a formula', async () => {
	const name = `=HYPERLINK("http://x","${unique('pay')}")`;
	const { id, row } = await refused(name);
	const file = await person.call('GET', `/api/download/activity?q=${id}`);
	assert.equal(file.status, 200, file.text);
	assert.match(file.headers['content-disposition'], /attachment; filename=/);
	const lines = file.text.trim().split('\r\n');
	assert.equal(lines.length, 1 + (await list({ q: id })).length);
	assert.ok(lines.some((line) => line.includes(row.order_id)));
	assert.ok(file.text.includes(`"'${name.replaceAll('"', '""')}"`), 'an apostrophe stands before it');
});

test('design 4: what was refused is sent again when the record is mended; the first verdict stays in the timeline', async () => {
	const { who, row } = await refused();
	const same = await person.post(`/api/live/activity/${row.id}`);
	assert.equal(same.status, 200, same.text);
	assert.deepEqual([same.json.sends, same.json.same, same.json.same_helps], [true, true, false]);
	await change(NORTHWIND, 'contacts', who, { custom_impact_click_id: CLICK });
	const now = (await person.post(`/api/live/activity/${row.id}`)).json;
	assert.deepEqual(now.changes.filter((c) => c.name === 'ClickId'), [{ name: 'ClickId', before: null, now: CLICK }]);
	const { version } = (await detail(row)).actions;
	const clicks = await Promise.all([1, 2].map(() => person.post(`/api/activity/${row.id}/act`, { action: 'again', version, note: 'click id filled in' })));
	assert.deepEqual(clicks.map((c) => c.status).sort(), [200, 409], 'a double click asks once');
	await until('the second verdict', async () => (await detail(row)).row.state === 'CONFIRMED', { s: 60 });
	assert.equal((await submissions(row.order_id)).length, 2);
	const { timeline } = await detail(row);
	const told = timeline.filter((s) => ['direct', 'person', 'confirmed'].includes(s.what));
	assert.deepEqual(told.map((s) => s.what).sort(), ['confirmed', 'direct', 'person']);
	assert.equal(told.at(-1).what, 'confirmed');
	assert.match(told.find((s) => s.what === 'direct').sentence, /Not partner-driven/);
	assert.equal(told.find((s) => s.what === 'person').detail.note, 'click id filled in');
	assert.match(timeline.findLast((s) => s.what === 'sending').sentence, /revision 2/);
});

test('design 4: a fault mended in impact.com: its words are told with the refusal, and exactly the same is sent again', async () => {
	const said = `<b>Invalid</b> EventTypeCode ${'x'.repeat(2000)}`;
	await fault({ kind: 'status', path: '/Conversions$', method: 'POST', count: 1, status: 400, body: JSON.stringify({ Message: said }) });
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	await move(NORTHWIND, id);
	const row = await person.verdict(id);
	assert.equal(row.code, 'http_400');
	const { conversion, timeline } = await detail(row);
	for (const words of [conversion.message, timeline.find((s) => s.what === 'rejected').detail.message]) {
		assert.match(words, /<b>Invalid<\/b> EventTypeCode x/, 'as it was said');
		assert.ok(words.length <= 500, `${words.length} characters`);
	}
	const now = (await person.post(`/api/live/activity/${row.id}`)).json;
	assert.deepEqual([now.sends, now.same, now.same_helps], [true, true, true]);
	assert.equal((await act(row, 'again', { note: 'event type added' })).status, 200);
	const after = await until('it is credited', async () => { const d = await detail(row); return d.row.state === 'CONFIRMED' && d; }, { s: 60 });
	assert.deepEqual(after.timeline.map((s) => s.what).filter((what) => !['received', 'read', 'decided', 'built', 'accepted'].includes(what)),
		['sending', 'answered', 'rejected', 'person', 'sending', 'answered', 'confirmed']);
	assert.equal(after.conversion.message, '');
});

test('design 4: what is not sent again because it is the same stands in the timeline after the refusal, by its own name', async () => {
	const { row } = await refused();
	for (let times = 1; times <= 2; times++) {
		assert.equal((await act(row, 'again', { note: 'once more' })).status, 200);
		await until('it is looked at', async () => (await detail(row)).timeline.filter((s) => s.what === 'not_again').length === times, { s: 60 });
	}
	const { timeline } = await detail(row);
	assert.deepEqual(timeline.slice(-5).map((s) => s.what), ['direct', 'person', 'not_again', 'person', 'not_again']);
	assert.deepEqual(timeline.slice(-5).map((s) => s.at), timeline.slice(-5).map((s) => s.at).sort());
	assert.match(timeline.at(-1).sentence, /^Not sent again:/);
});

test('B-25 a second conversion needs another OrderId and a reason, and is a line of its own', async () => {
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	await move(NORTHWIND, id);
	const row = await person.verdict(id);
	const order = unique('second');
	assert.equal((await act(row, 'second', { order_id: order })).status, 400, 'without a reason');
	assert.equal((await act(row, 'second', { order_id: row.order_id, note: 'x' })).status, 409, 'the same OrderId');
	assert.equal((await act(row, 'release', { note: 'x' })).status, 409, 'it is not held');
	assert.equal((await act(row, 'nonsense')).status, 400);
	const made = await act(row, 'second', { order_id: order, note: 'renewal, agreed with the partner' });
	assert.equal(made.status, 200, made.text);
	assert.notEqual(made.json.id, row.id);
	const second = await until('its verdict', async () => { const d = await detail(made.json); return d.row.state === 'CONFIRMED' && d; }, { s: 60 });
	assert.equal(second.row.order_id, order);
	assert.equal(second.timeline.find((s) => s.what === 'person').detail.note, 'renewal, agreed with the partner');
	assert.equal((await submissions(order)).length, 1);
	assert.equal((await submissions(row.order_id)).length, 1);
});

test('B-25 what the guard holds back is released or dropped by a person', async () => {
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	await move(NORTHWIND, id);
	await person.verdict(id);
	const other = unique('order');
	const edited = { ...preset, rows: preset.rows.map((r) => (r.field === 'OrderId' ? { ...r, expression: `${other}_{hs_object_id}` } : r)) };
	assert.equal((await person.configure((d) => putDeals(d, edited))).status, 200);
	await move(NORTHWIND, id, 'contractsent');
	await move(NORTHWIND, id);
	const held = await person.decision(id, (r) => r.code === 'held_other_order', { what: 'HELD' });
	assert.ok((await list({ outcome: 'held' })).some((r) => r.id === held.id));
	const { actions, conversion } = await detail(held);
	assert.deepEqual(actions.allowed, ['release', 'drop']);
	assert.equal(conversion.order_id, `deal_closedwon_${id}`, 'what was sent before');
	assert.equal((await act(held, 'release')).status, 400, 'a reason is needed');
	assert.equal((await act(held, 'release', { note: 'a sale of its own' })).status, 200);
	await until('its verdict', async () => (await detail(held)).row.state === 'CONFIRMED', { s: 60 });
	assert.equal((await submissions(`${other}_${id}`)).length, 1);
	assert.equal((await person.configure((d) => putDeals(d, preset))).status, 200);
});

test('T-15 all of a cause are tried again at once, and what is skipped is decided with the rules of now', async () => {
	assert.equal((await person.configure((d) => { d.objects.deals.consent = false; })).status, 200);
	const ids = [];
	for (let i = 0; i < 3; i++) {
		const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
		await move(NORTHWIND, id);
		ids.push(id);
	}
	for (const id of ids)
		await person.decision(id, (r) => r.code === 'no_consent' && r.event.value === 'closedwon');
	assert.equal((await person.configure((d) => putDeals(d, preset))).status, 200);
	assert.equal((await person.post('/api/activity/again', {})).status, 400, 'a cause is named');
	const asked = await person.post('/api/activity/again?code=no_consent&object=deals', { note: 'consent was given late' });
	assert.equal(asked.status, 200, asked.text);
	assert.ok(asked.json.asked >= 3);
	for (const id of ids)
		assert.equal((await person.verdict(id)).state, 'CONFIRMED');
	assert.equal((await person.get('/api/activity/numbers')).asked, 0);
	for (const id of ids)
		assert.equal((await submissions(`deal_closedwon_${id}`)).length, 1);
});
