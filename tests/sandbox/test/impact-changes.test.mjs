// impact.com: actions are modified, approved and reversed by the API, and ActionUpdates tell it.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { sandbox, until } from '../harness.mjs';
import { impact, sale } from '../harness-impact.mjs';

let box;
let far;
before(async () => {
	box = await sandbox({ start: { judge_ms: 20 } });
	far = impact(box);
});
beforeEach(() => box.control('POST', '/reset', {}));
after(() => box.close());

const update = (more) => ({ Reason: 'ORDER_UPDATE', DispositionCode: 'ORDER_UPDATE', ...more });

test('a new amount: payout and cost by contract, the intended values stay, the deltas are told', async () => {
	const { Id } = await far.action();
	const done = await far.modify(update({ ActionId: Id, Amount: '200.00' }));
	assert.deepEqual([done.Type, done.ErrorType, done.OrderId, done.CampaignId], ['Modification', '', 'deal_closedwon_1', '1000']);
	const a = await far.read(Id);
	assert.deepEqual([a.State, a.Amount, a.Payout, a.ClientCost], ['PENDING', '200.00', '16.00', '17.60']);
	assert.deepEqual([a.IntendedAmount, a.IntendedPayout, a.DeltaAmount, a.DeltaPayout], ['130.00', '10.40', '70.00', '5.60']);
	const [second, first] = await far.updates(Id);
	assert.deepEqual([first.Disposition, first.DeltaAmount, first.State, first.ContractId], ['IR_BLANK', '130.00', 'PENDING', 'S-10000']);
	assert.deepEqual([second.Disposition, second.DeltaAmount, second.DeltaPayout, second.PayoutLevel], ['ORDER_UPDATE', '70.00', '5.60', 'ORDER']);
	assert.equal((await far.call('GET', `/ActionUpdates/${second.Id}`)).json.ActionId, Id);
	assert.ok(Object.values(second).every((v) => typeof v === 'string'));
});

test('items: quantity absolute, delta relative, all of them zero reverses; an unknown SKU is refused', async () => {
	const { Id } = await far.action();
	const item = async (sku) => (await far.call('GET', `/Actions/${Id}/Items/${sku}`)).json;
	assert.deepEqual([(await item('A')).SaleAmount, (await item('A')).Payout, (await item('B')).SaleAmount], ['120.50', '9.64', '9.50']);
	await far.modify(update({ ActionId: Id, Sku: 'A', Category: 'Arm', Quantity: '1', Sku2: 'B', Category2: 'Base', ItemSubTotalDelta2: '-2.50' }));
	assert.deepEqual([(await item('A')).SaleAmount, (await item('A')).Quantity, (await item('B')).SaleAmount], ['60.25', '1', '7.00']);
	assert.equal((await item('B')).AdjustmentReason, 'ORDER_UPDATE');
	assert.equal((await far.read(Id)).Amount, '67.25');
	assert.equal((await far.modify(update({ ActionId: Id, Sku: 'C', Quantity: '1' }))).ErrorReason, 'ITEM_NOT_FOUND');
	await far.modify(update({ ActionId: Id, Sku: 'A', Quantity: '0', Sku2: 'B', Quantity2: '0' }));
	assert.equal((await far.read(Id)).State, 'REVERSED');
	assert.equal((await far.call('GET', `/Actions/${Id}/Items`)).json.ActionItems.length, 2);
});

test('amount 0 reverses; RESET undoes it while the action is not locked', async () => {
	const { Id } = await far.action();
	await far.modify(update({ ActionId: Id, Amount: '0' }));
	assert.deepEqual([(await far.read(Id)).State, (await far.read(Id)).Payout], ['REVERSED', '0.00']);
	assert.equal((await far.modify(update({ ActionId: Id, Amount: '5' }))).ErrorReason, 'ACTION_REVERSED');
	assert.equal((await far.modify({ ActionId: Id, Reason: 'RESET' })).ErrorReason, '');
	assert.deepEqual([(await far.read(Id)).State, (await far.read(Id)).Amount, (await far.read(Id)).Payout], ['PENDING', '130.00', '10.40']);
});

test('reversed by event type and OrderId: the newest of several; the reason is in the update', async () => {
	const first = await far.action();
	const second = await far.action();
	const done = await far.reverse({ ActionTrackerId: second.ActionTrackerId, OrderId: second.Oid, DispositionCode: 'CONS_FRAUD' });
	assert.deepEqual([done.Type, done.ErrorReason], ['Reversal', '']);
	assert.deepEqual((await far.list()).map((a) => a.State), ['REVERSED', 'PENDING']);
	const newest = (await far.list())[0];
	assert.notEqual(newest.Id, first.Id);
	const [reversal] = await far.updates(newest.Id);
	assert.deepEqual([reversal.State, reversal.StateDetail, reversal.DeltaAmount, reversal.DeltaPayout], ['REVERSED', 'CONS_FRAUD', '-130.00', '-10.40']);
	await box.control('POST', '/settings', { reversal_deltas: 'positive' });
	assert.equal((await far.updates(newest.Id))[0].DeltaAmount, '130.00');
	assert.equal((await far.reverse({ ActionId: newest.Id, DispositionCode: 'REJECTED' })).ErrorReason, 'ACTION_REVERSED');
});

test('a customer status that the contract pays otherwise', async () => {
	const { Id } = await far.action();
	await far.modify(update({ ActionId: Id, CustomerStatus: 'EXISTING' }));
	assert.deepEqual([(await far.read(Id)).CustomerStatus, (await far.read(Id)).Payout], ['EXISTING', '5.20']);
	assert.equal((await far.modify(update({ ActionId: Id, CustomerStatus: 'OLD' }))).ErrorReason, 'CUSTOMER_STATUS_NOT_FOUND');
	assert.equal((await far.action(sale({ OrderId: 'o2', CustomerStatus: 'EXISTING' }))).Payout, '5.20');
});

test('approved only by a disposition code that the event type has; case matters; then nothing can be changed', async () => {
	const lead = await far.action(sale({ EventTypeCode: 'lead', OrderId: 'l1' }));
	assert.equal((await far.modify({ ActionId: lead.Id, Reason: 'APPROVED' })).ErrorReason, 'DISPOSITION_NOT_FOUND', 'the event type has no such code');
	const { Id } = await far.action();
	const code = (c) => ({ ActionId: Id, Reason: c, DispositionCode: c });
	assert.equal((await far.modify(code('approved'))).ErrorReason, 'DISPOSITION_NOT_FOUND');
	await far.modify(code('QUALIFIED'));
	assert.equal((await far.read(Id)).State, 'PENDING');
	assert.equal((await far.updates(Id))[0].StateDetail, 'QUALIFIED');
	assert.equal((await far.modify(code('APPROVED'))).ErrorReason, '');
	assert.equal((await far.read(Id)).State, 'APPROVED');
	assert.equal((await far.modify(update({ ActionId: Id, Amount: '1' }))).ErrorReason, 'ACTION_LOCKED');
	assert.equal((await far.reverse({ ActionId: Id, DispositionCode: 'REJECTED' })).ErrorReason, 'ACTION_LOCKED');
});

test('what an approval does is open: the locking date comes forward, or nothing changes', async () => {
	for (const [effect, state] of [['lock', 'APPROVED'], ['none', 'PENDING']]) {
		await box.control('POST', '/settings', { approve_effect: effect });
		const { Id } = await far.action(sale({ OrderId: effect }));
		await far.modify({ ActionId: Id, Reason: 'APPROVED' });
		await until(async () => (await far.read(Id)).State === state);
		assert.equal(Date.parse((await far.read(Id)).LockingDate) <= Date.now(), effect === 'lock');
	}
});

test('open-ended locking: no locking date, and an order update approves', async () => {
	const { Id, LockingDate } = await far.action(sale({ EventTypeCode: 'deal_openended' }));
	assert.equal(LockingDate, '');
	assert.equal((await far.updates(Id))[0].StateDetail, 'OPEN');
	await far.modify(update({ ActionId: Id, Amount: '100' }));
	assert.deepEqual([(await far.read(Id)).State, (await far.read(Id)).Amount], ['APPROVED', '100.00']);
});

test('after the locking date nothing is changed, and an action is modified 1,000 times at most', async () => {
	const { Id } = await far.action();
	box.w.ledger.change(box.w.ledger.action(Id), { modifications: 999 });
	assert.equal((await far.modify(update({ ActionId: Id, Amount: '9' }))).ErrorReason, '');
	assert.equal((await far.modify(update({ ActionId: Id, Amount: '8' }))).ErrorReason, 'MODIFICATION_LIMIT_REACHED');
	const late = await far.action(sale({ OrderId: 'late' }));
	await box.control('POST', `/impact/actions/${late.Id}`, { what: 'lock' });
	assert.equal((await far.reverse({ ActionId: late.Id, DispositionCode: 'REJECTED' })).ErrorReason, 'ACTION_LOCKED');
	assert.equal((await far.updates(late.Id)).length, 1, 'locking is no update');
});

test('time locks and pays: no update, found by the locking date, cleared in the end', async () => {
	await box.control('POST', '/settings', { lock_s: 1, pay_s: 1 });
	const { Id } = await far.action();
	await until(async () => (await far.read(Id)).State === 'APPROVED');
	await until(async () => (await far.read(Id)).ClearedDate !== '');
	assert.equal((await far.updates(Id)).length, 1);
	const window = `&LockingDateStart=${new Date(Date.now() - 3600000).toISOString()}&LockingDateEnd=${new Date(Date.now() + 3600000).toISOString()}`;
	assert.deepEqual((await far.list(`&State=APPROVED${window}`)).map((a) => a.Id), [Id]);
});

test('what is not well formed is a 400 at once; the form may come by POST with _method', async () => {
	const { Id } = await far.action();
	for (const [method, form, field] of [
		['PUT', { Reason: 'ORDER_UPDATE' }, 'ActionId'], ['PUT', { OrderId: 'x', Reason: 'ORDER_UPDATE' }, 'ActionId'], ['PUT', { ActionId: Id, Amount: '1' }, 'Reason'],
		['PUT', update({ ActionId: Id, Amount: '-1' }), 'Amount'], ['PUT', update({ ActionId: Id, Quantity: '1' }), 'Sku'], ['PUT', update({ ActionId: Id, Text1: 'x' }), 'Text1'],
		['DELETE', { ActionId: Id }, 'DispositionCode'], ['DELETE', { ActionId: Id, DispositionCode: 'REJECTED', Amount: '1' }, 'Amount'],
	]) {
		const res = await far.call(method, '/Actions', form);
		assert.equal(res.status, 400, field);
		assert.deepEqual([res.json.Message, res.json.Errors[0].Field], ['Validation Failed', field]);
	}
	const older = await far.call('PUT', '/Actions', { ActionId: Id, Reason: 'ORDER_UPDATE' }, { 'ir-version': '13' });
	assert.equal(older.json.Errors[0].Field, 'DispositionCode', 'before version 14');
	await far.submission(await far.call('POST', '/Actions', { _method: 'DELETE', ActionId: Id, DispositionCode: 'REJECTED' }));
	assert.equal((await far.read(Id)).State, 'REVERSED');
	assert.equal((await far.call('POST', '/Actions', update({ ActionId: Id }))).status, 405);
});

test('an unknown action is told by the submission, or at once when told so; another account\'s does not exist', async () => {
	const { Id } = await far.action();
	const alpine = impact(box, 'sandbox-token-alpine-full', 'IRalpineFULLc3HnE5uJ8xGf2Ka7VtBq0M');
	assert.equal((await alpine.call('GET', `/Actions/${Id}`)).status, 404);
	assert.equal((await alpine.reverse({ ActionId: Id, DispositionCode: 'REJECTED' })).ErrorReason, 'ACTION_NOT_FOUND');
	await box.control('POST', '/settings', { change_refusal: 'request' });
	const res = await alpine.call('DELETE', '/Actions', { ActionId: Id, DispositionCode: 'REJECTED' });
	assert.deepEqual([res.status, res.json.Errors[0].Field], [400, 'ActionId']);
	assert.equal((await far.read(Id)).State, 'PENDING');
});

test('a test action pays nothing and is not listed, unless told', async () => {
	const form = sale({ ClickId: 'TSTacmeTestAction0000001', OrderId: 'test' });
	assert.equal((await far.verdict(form)).ErrorReason, '');
	assert.equal((await far.list()).length, 0);
	const [{ id }] = (await box.control('GET', '/impact/actions?order=test')).actions;
	assert.equal((await far.call('GET', `/Actions/${id}`)).status, 404);
	await box.control('POST', '/settings', { test_actions_listed: true });
	assert.deepEqual((await far.list()).map((a) => a.Id), [id]);
	await assert.rejects(box.control('POST', `/impact/actions/${id}`, { what: 'pay' }), /not paid/);
});

test('everything of this survives a restart', async () => {
	const { Id } = await far.action();
	await far.modify(update({ ActionId: Id, Amount: '200' }));
	const before = [await far.read(Id), await far.updates(Id)];
	box.close(true);
	box = await sandbox({ dir: box.dir, start: { judge_ms: 20 } });
	far = impact(box);
	assert.deepEqual([await far.read(Id), await far.updates(Id)], before);
	assert.equal((await far.reverse({ ActionTrackerId: before[0].ActionTrackerId, OrderId: before[0].Oid, DispositionCode: 'REJECTED' })).ErrorReason, '');
});
