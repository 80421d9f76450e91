// What the tests of the impact.com side share: a sale, its verdict, its action.
import assert from 'node:assert/strict';
import { impactClient, until } from './harness.mjs';

export const CLICK = 'Bd7tLmP0aRk9VwXz2YcN5eGh'; // Bright Deals'
export const sale = (more) => ({ CampaignId: '1000', EventTypeCode: 'deal_closedwon', EventDate: new Date().toISOString(), OrderId: 'deal_closedwon_1', CustomerId: '251',
	ClickId: CLICK, CurrencyCode: 'EUR', ItemSku1: 'A', ItemCategory1: 'Arm', ItemQuantity1: '2', ItemPrice1: '60.25',
	ItemSku2: 'B', ItemCategory2: 'Base', ItemQuantity2: '1', ItemPrice2: '9.50', ...more });
export const without = (form, ...names) => Object.fromEntries(Object.entries(form).filter(([k]) => !names.includes(k)));

/** A client of a sandbox: call, and the ends of what was queued. */
export function impact(box, ...credentials) {
	const call = impactClient(box, ...credentials);
	const submission = (answer) => {
		assert.equal(answer.status, 200, answer.text);
		assert.equal(answer.json.Status, 'QUEUED');
		return until(async () => {
			const { json } = await call('GET', answer.json.QueuedUri);
			return json.Status === 'Complete' && json;
		});
	};
	const verdict = async (form) => submission(await call('POST', '/Conversions', form));
	const list = async (query = '') => (await call('GET', `/Actions?CampaignId=1000${query}`)).json.Actions;
	return {
		call, submission, verdict, list,
		/** A credited conversion's action. */
		action: async (form = sale()) => {
			const done = await verdict(form);
			assert.equal(done.ErrorReason, '');
			return (await list()).find((a) => a.Oid === form.OrderId);
		},
		read: async (id) => (await call('GET', `/Actions/${id}`)).json,
		updates: async (id) => (await call('GET', '/ActionUpdates?CampaignId=1000')).json.ActionUpdates.filter((u) => u.ActionId === id),
		modify: async (form) => submission(await call('PUT', '/Actions', form)),
		reverse: async (form) => submission(await call('DELETE', '/Actions', form)),
	};
}
