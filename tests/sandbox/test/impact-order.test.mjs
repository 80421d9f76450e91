// impact.com under a long queue: judged in order, a slice at a time; indexes by time; a kill between two rows.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { sandbox, until } from '../harness.mjs';
import { impact, sale } from '../harness-impact.mjs';
import { Due, Line } from '../impact/order.mjs';
import { random } from '../random.mjs';

let box;
let far;
before(async () => {
	box = await sandbox({ start: { judge_ms: 20 } });
	far = impact(box);
});
beforeEach(() => box.control('POST', '/reset', {}));
after(() => box.close());

test('what is due comes earliest first, whatever the order it was put in', () => {
	const chance = random(11);
	const due = new Due();
	const times = Array.from({ length: 2000 }, () => chance.between(1, 500));
	times.forEach((at) => due.push({ at }));
	const out = [];
	while (due.next)
		out.push(due.pop().at);
	assert.deepEqual(out, [...times].sort((a, b) => a - b));
});

test('a line finds what lies between two times, both included, as looking through everything does', () => {
	const chance = random(12);
	const line = new Line();
	let rows = Array.from({ length: 1000 }, (_, seq) => ({ at: chance.between(0, 90000), seq, id: `id${seq}` }));
	rows.forEach((r) => line.add(r.at, r.seq, r.id));
	for (const r of rows.filter(() => chance.chance(0.3))) {
		line.remove(r.at, r.seq);
		rows = rows.filter((x) => x !== r);
	}
	const whole = (ms) => Math.floor(ms / 1000) * 1000;
	for (let i = 0; i < 200; i++) {
		const from = chance.between(0, 90000);
		const to = from + chance.between(0, 20000);
		const wanted = rows.filter((r) => whole(r.at) >= from && whole(r.at) <= to).map((r) => r.id).sort();
		assert.deepEqual(line.between(from, to).sort(), wanted, `${from} to ${to}`);
	}
});

test('a thousand conversions due at once are judged in their order and not in one go', async () => {
	const now = Date.now();
	const ledger = box.w.ledger;
	for (let i = 0; i < 1000; i++)
		ledger.addSubmission({ batchId: `A-${i}`, account: 'acme', type: 'Conversion', received: now - 1000 + i, due: now - 1000 + i, values: sale({ OrderId: `o${i}` }), payload: '' });
	box.w.judge.settle();
	const judged = () => box.w.store.table('outcome').size;
	const first = judged();
	assert.ok(first > 0 && first < 1000, `${first} in the first slice`);
	await until(() => judged() === 1000);
	const actions = [...box.w.store.table('action').values()];
	assert.deepEqual(actions.map((a) => a.oid), Array.from({ length: 1000 }, (_, i) => `o${i}`));
});

test('a kill between the action and the outcome, or the change and its outcome, books nothing twice', async () => {
	const { Id } = await far.action();
	const change = await far.modify({ ActionId: Id, Reason: 'ORDER_UPDATE', Sku: 'A', ItemSubTotalDelta: '-20.50' });
	const batches = [box.w.ledger.action(Id).batchId, change.BatchId];
	batches.forEach((id) => box.w.store.del('outcome', id));
	box.w.judge.reload();
	await until(() => batches.every((id) => box.w.store.get('outcome', id)));
	assert.deepEqual(batches.map((id) => box.w.store.get('outcome', id).actionId), [Id, Id]);
	assert.equal((await far.list()).length, 1);
	assert.deepEqual([(await far.read(Id)).Amount, (await far.updates(Id)).length], ['109.50', 2]);
});
