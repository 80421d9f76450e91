// What a burst costs at the far ends: calls to HubSpot for a thousand changed contacts and a thousand deals won (with a
// contact and two line items each), in webhooks of 100, and POSTs to impact.com for each conversion.
import { until } from '../e2e/lib/env.mjs';
import { loggedIn } from '../e2e/lib/ready.mjs';
import { ACME, CLICK, NORTHWIND, control, log, mark } from '../e2e/lib/sandbox.mjs';
import { connect, row, value } from './lib.mjs';

const COUNT = 1000;
const SHARDS = 4; // an account's events are decided in four queues: a burst ends in each with a batch that is not full
const ID = 900000;
const line = (type, field, expression, i) => ({ id: `${type}_${i}`, field, expression, when: '', active: true });
const rules = {
	contacts: ['lifecyclestage', 'lead', { EventTypeCode: 'contact_{lifecyclestage}', OrderId: 'contact_{lifecyclestage}_{hs_object_id}',
		CustomerId: '{hs_object_id}', EventDate: '{event.occurredAt}', ClickId: '{custom_impact_click_id}' }],
	deals: ['dealstage', 'closedwon', { EventTypeCode: '{deal_[deal stage]}', OrderId: '{deal_[stage]_id}', CustomerId: '{contact.hs_object_id}',
		EventDate: '{event.occurredAt}', ClickId: '{contact.custom_impact_click_id}', OrderSubTotal: '{amount}',
		CurrencyCode: '{deal_currency_code|or:account.currency}', 'ItemSku{i}': '{line_item{i}.hs_sku}', 'ItemName{i}': '{line_item{i}.name}', 'ItemCategory{i}': '{line_item{i}.name}',
		'ItemPrice{i}': '{line_item{i}.price}', 'ItemQuantity{i}': '{line_item{i}.quantity}' }],
};

const person = await loggedIn(NORTHWIND);
await person.post('/api/live/impact', ACME);
const saved = await person.configure((document) => {
	for (const [type, [property, becomes, fields]] of Object.entries(rules))
		Object.assign(document.objects[type], { consent: true, triggers: [{ id: `t_${type}`, on: 'changed', property, becomes: [becomes], mode: 'live' }],
			mapping: Object.entries(fields).map(([field, expression], i) => line(type, field, expression, i)) });
});
if (saved.status !== 200)
	throw new Error(`the rules were not saved: ${saved.text}`);

const records = [];
const links = [];
for (let i = 0; i < COUNT; i++) {
	const id = String(ID + i);
	records.push({ type: 'contacts', id, properties: { email: `bench${i}@customer.example`, lifecyclestage: 'lead', custom_impact_click_id: CLICK } },
		{ type: 'deals', id, properties: { dealname: `Deal ${i}`, amount: '150.00', dealstage: 'closedwon' } });
	links.push(['deals', id, 'contacts', id]);
	for (let k = 0; k < 2; k++) {
		const item = String(ID + 2 * i + k);
		records.push({ type: 'line_items', id: item, properties: { name: `Plan ${k}`, hs_sku: `P${k}`, price: '75', quantity: '1' } });
		links.push(['deals', id, 'line_items', item]);
	}
}
for (let at = 0; at < records.length; at += 2000)
	await control('POST', `/crm/${NORTHWIND}/load`, { records: records.slice(at, at + 2000), links: at + 2000 >= records.length ? links : [] });

const db = await connect('connector');
const left = (table) => value(db, `SELECT COUNT(*) FROM ${table}`);
const decided = () => value(db, "SELECT COUNT(*) FROM conversion WHERE state NOT IN ('READY', 'SENDING')");

async function burst(type, typeId) {
	const [propertyName, propertyValue] = rules[type];
	const since = await mark();
	const before = await decided();
	const began = Date.now();
	await control('POST', `/crm/${NORTHWIND}/storm`, { full: true, events: Array.from({ length: COUNT }, (_, i) => ({ portalId: NORTHWIND,
		subscriptionType: 'object.propertyChange', objectTypeId: typeId, objectId: ID + i, propertyName, propertyValue, occurredAt: Date.now() - i,
		changeSource: 'CRM_UI', sourceId: 'userId:98499705', isSensitive: false })) });
	await until(`the conversions of ${COUNT} ${type}`, async () => await decided() - before >= COUNT && await left('inbox') === 0, { s: 120, every: 200 });
	const seconds = (Date.now() - began) / 1000;
	const calls = (await log({ since, side: 'hubspot', limit: '50000' })).filter((e) => e.method === 'POST' && e.path.startsWith('/crm/'))
		.map((e) => ({ path: e.path, full: e.path.startsWith('/crm/associations/') ? 1000 : 100, n: JSON.parse(e.body).inputs.length }));
	const paths = [...new Set(calls.map((c) => c.path))];
	for (const path of paths)
		console.log(`${path} ${calls.filter((c) => c.path === path).map((c) => c.n).join('+')}`);
	// Of each kind of read the last one of each queue may be partly filled.
	const aside = paths.reduce((sum, path) => sum + Math.min(SHARDS, calls.filter((c) => c.path === path && c.n < c.full).length), 0);
	const read = (full) => calls.filter((c) => c.full === full).reduce((sum, c) => sum + c.n, 0);
	return { calls: calls.length, aside, records: read(100), links: read(1000), seconds };
}

const contacts = await burst('contacts', '0-1');
const deals = await burst('deals', '0-3');
const told = ({ calls, aside }, most) => [`${calls - aside}`, { wanted: `at most ${most}`, ok: calls - aside <= most }];
const [few, verdict] = told(contacts, COUNT / 100);
row(`HubSpot calls for ${COUNT} changed contacts, ${contacts.aside} not full ones aside`, few, { against: 'a call and more per event: 1,000 to 3,000', ...verdict });
const [more, dealVerdict] = told(deals, Math.floor(1.2 * (deals.records / 100 + deals.links / 1000)));
row(`... for ${COUNT} deals with a contact and two line items each, ${deals.aside} aside`, more, { against: `${deals.records} records, ${deals.links} associations read`, ...dealVerdict });

const { submissions } = await control('GET', '/impact/submissions');
const orders = submissions.map((s) => s.values.OrderId);
const per = orders.length / new Set(orders).size;
row('conversion POSTs per distinct conversion', per.toFixed(3), { against: `${orders.length} POSTs`, wanted: '1', ok: per === 1 && orders.length >= 2 * COUNT });
row('... webhook to posted, burst of 1,000 deals: the last after', `${deals.seconds.toFixed(1)} s`);
await db.end();
