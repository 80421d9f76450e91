// The mapping language on the running system: time zones, currencies, an e-mail used as the customer's id, what is refused.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { until } from '../lib/env.mjs';
import { TRIGGER, presetRows, put, ready, withRows } from '../lib/ready.mjs';
import { CLICK, NORTHWIND, contact, deal, move, submissions, unique } from '../lib/sandbox.mjs';

let person;
let preset;
before(async () => {
	person = await ready(); // Northwind's account is in US/Eastern
	preset = await presetRows(person, 'deals', '{contact.hs_object_id}', 'CustomerId');
});
after(() => person.configure((d) => put(d, 'deals', preset, { triggers: [TRIGGER] })));

const save = (rows, edit = () => {}) => person.configure((d) => { put(d, 'deals', rows, { triggers: [TRIGGER] }); edit(d); });
async function sent(rows, properties, { contacts } = {}) {
	const res = await save(rows);
	assert.equal(res.status, 200, res.text);
	const { id } = await deal(NORTHWIND, { contacts: contacts ?? [await contact(NORTHWIND)], ...properties });
	await move(NORTHWIND, id);
	return until(`the conversion of deal ${id}`, async () => (await submissions(`deal_closedwon_${id}`))[0]?.values, { s: 60 });
}
const sha1 = (text) => createHash('sha1').update(text).digest('hex');

test('T-26 dates go out in UTC: what names no offset is in the account\'s time zone, or in the one that the expression names', async () => {
	const values = await sent(withRows(preset, {
		Date1: '2026-11-21', // midnight in US/Eastern
		Date2: '2026-07-04T12:00:00',
		Date3: '{description|date:,Asia/Kathmandu}',
		Text4: '{description|date:%Y-%m-%d %H:%M %z}',
		Text5: '{description|date:%d.%m.%Y %H:%M,Europe/Berlin}',
	}), { description: '2026-11-21T02:30:00Z' });
	assert.deepEqual([values.Date1, values.Date2, values.Date3, values.Text4, values.Text5],
		['2026-11-21T05:00:00Z', '2026-07-04T16:00:00Z', '2026-11-21T02:30:00Z', '2026-11-20 21:30 -05:00', '21.11.2026 03:30']);
	assert.match(values.EventDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});

test('I-09 a time zone that nobody knows, a path in its place, and a date without its offset are refused at their column', async () => {
	const wrong = {
		'{closedate|date:%Y,Mars/Olympus}': /column 12: date needs a time zone such as Europe\/Berlin: there is no time zone "Mars\/Olympus"/,
		'{closedate|date:%Y,../../etc/passwd}': /there is no time zone/,
		'{closedate|date:%Y-%m-%d %H:%M,Europe/Berlin}': /needs its offset: add %z/,
		NOW: /must be a date/,
	};
	for (const [expression, sentence] of Object.entries(wrong)) {
		const res = await save(withRows(preset, { Date1: expression }));
		assert.equal(res.status, 422, expression);
		assert.match(Object.values(res.json.error.fields).join(' '), sentence);
	}
});

test('I-09 a text that impact.com would not take, and an OrderId that is the same for every deal, are refused before saving', async () => {
	for (const [field, text, sentence] of [
		['OrderId', 'order', /OrderId must differ from record to record/],
		['CurrencyCode', 'Euro', /CurrencyCode must be a currency code/],
		['GiftPurchase', 'perhaps', /GiftPurchase must be true or false/],
		['EventTypeId', '18500', /EventTypeId and EventTypeCode must not be sent together/],
	]) {
		const res = await save(withRows(preset, { [field]: text }));
		assert.equal(res.status, 422, field);
		assert.match(Object.values(res.json.error.fields).join(' '), sentence);
	}
});

test('I-51 amounts have their currency\'s decimal places, two at most: yen none, dinars two', async () => {
	const item = [{ name: 'Part', hs_sku: 'P', price: '99.5675', quantity: '1' }];
	const yen = await sent(withRows(preset, { CurrencyCode: 'JPY' }), { amount: '1200.5', lineItems: item });
	assert.deepEqual([yen.CurrencyCode, yen.OrderSubTotal, yen.ItemPrice1], ['JPY', '1201', '100']);
	const dinar = await sent(withRows(preset, { CurrencyCode: 'BHD' }), { amount: '1200.567', lineItems: item });
	assert.deepEqual([dinar.CurrencyCode, dinar.OrderSubTotal, dinar.ItemPrice1], ['BHD', '1200.57', '99.57']);
});

test('C-09 an e-mail address as CustomerId goes out as the id of the contact who has it, else as its hash', async () => {
	const email = `${unique('person')}@customer.example`;
	const who = await contact(NORTHWIND, { email });
	const rows = withRows(preset, { CustomerId: '{contact.email}', ClickId: CLICK });
	assert.equal((await sent(rows, {}, { contacts: [who] })).CustomerId, who);
	const other = unique('Other');
	const hashed = withRows(preset, { CustomerId: '{dealname}', ClickId: CLICK });
	assert.equal((await sent(hashed, { dealname: `${other}@Customer.Example` }, { contacts: [who] })).CustomerId,
		sha1(`${other}@customer.example`.toLowerCase()));
	assert.equal((await sent(hashed, { dealname: email.toUpperCase() }, { contacts: [who] })).CustomerId, who);
});
