// The fields of a conversion: which there are, what each may hold, what must come together.
import { readFileSync } from 'node:fs';

const { rules, fields } = JSON.parse(readFileSync(new URL('../data/impact-conversion-fields.json', import.meta.url), 'utf8'));
const ALIASES = { Oid: 'OrderId', Currency: 'CurrencyCode', PromoCode: 'OrderPromoCode', OrderSubtotal: 'OrderSubTotal' };
const MONEY_ITEM = ['ItemPrice', 'ItemSubTotal'];

const BY_NAME = new Map(fields.map((f) => [f.name, f]));
const NUMBERED = /^([A-Za-z]+)([1-9]\d{0,3})(?:_([1-9]\d?))?$/;
const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));
const MONEY = /Amount|SubTotal|Price|Discount|Shipping|Tax|Margin|Money/;
const met = new Map();

function find(key) {
	const plain = BY_NAME.get(key);
	if (plain)
		return key.includes('{') ? null : { field: plain, index: null };
	const [, name, i, n] = NUMBERED.exec(key) ?? [];
	if (!name)
		return null;
	const field = n ? BY_NAME.get(`${name}{i}_{n}`) : BY_NAME.get(`${name}{i}`) ?? BY_NAME.get(`${name}{n}`);
	const slot = field?.name.includes('{n}') ? Number(n ?? i) : 0;
	return field && slot <= (field.range?.[1] ?? 0) ? { field, index: field.name.includes('{i}') ? Number(i) : null } : null;
}

/** The definition of a key as it was sent, with its item index, or null. */
export function fieldOf(key) {
	let found = met.get(key);
	if (found === undefined) {
		found = find(key);
		if (met.size < 20000)
			met.set(key, found);
	}
	return found;
}

/** Epoch milliseconds of an ISO 8601 time with offset, of NOW, or NaN. */
export function eventTime(text, now = Date.now()) {
	if (text === 'NOW')
		return now;
	return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : NaN;
}

function valueError(f, value) {
	const limit = f.max_length ?? 255;
	switch (f.type) {
	case 'integer':
		return /^\d+$/.test(value) && value.length <= Math.min(f.max_length ?? 16, 16) ? null : 'Not a numeric value';
	case 'decimal': {
		const { precision, scale } = f.decimal;
		const m = /^-?(\d+)(?:\.(\d+))?$/.exec(value);
		if (!m)
			return 'Not a decimal value';
		return m[1].replace(/^0+(?=\d)/, '').length > precision - scale || (m[2] ?? '').length > scale
			? `At most ${precision} digits, ${scale} of them decimals` : null;
	}
	case 'datetime':
		return Number.isNaN(eventTime(value)) ? 'Not an ISO 8601 date and time with offset' : null;
	case 'boolean':
		return /^(true|false)$/i.test(value) ? null : 'Not true or false';
	default:
		break;
	}
	if ([...value].length > limit)
		return `Longer than ${limit} characters`;
	if (f.name === 'CurrencyCode' && !CURRENCIES.has(value))
		return 'Not an ISO 4217 currency code';
	if (f.name === 'CustomerEmail' && !/^([0-9a-f]{40}|[0-9a-f]{64})$/i.test(value))
		return 'Must be a SHA-1 or SHA-256 hash';
	return null;
}

/** Somebody else's page wants 7 characters, 3 of them different, and no blank; impact.com's own example is 251. */
const weakCustomer = (id) => id.length < 7 || new Set(id).size < 3 || /\s/.test(id);

function together(values, add, settings) {
	const has = (key) => values[key] !== undefined;
	for (const key of rules.always)
		if (!has(key))
			add(key, 'A value is required');
	if (!rules.event_identifier.some(has))
		add('EventTypeId', `One of ${rules.event_identifier.join(', ')} is required`);
	if (!rules.attribution_key.some(has))
		add('ClickId', `One of ${rules.attribution_key.join(', ')} is required`);
	if (has('MediaId') && has('MediaPartnerId'))
		add('MediaPartnerId', 'Not together with MediaId');
	if (settings.currency_required && !has('CurrencyCode') && Object.keys(values).some((key) => MONEY.test(key)))
		add('CurrencyCode', 'A value is required when any amount is sent');
	if (settings.strict_customer && has('CustomerId') && weakCustomer(values.CustomerId))
		add('CustomerId', 'At least 7 characters, 3 different ones, no blanks');
	items(values, has, add);
}

function items(values, has, add) {
	const found = new Map();
	for (const key of Object.keys(values)) {
		const { index, field } = fieldOf(key) ?? {};
		if (index)
			found.set(index, (found.get(index) ?? new Set()).add(field.name.replace('{i}', '')));
	}
	for (const [i, names] of found) {
		for (const name of ['ItemSku', 'ItemCategory', 'ItemQuantity'])
			if (!names.has(name))
				add(`${name}${i}`, 'A value is required when any field of this item is sent');
		const priced = MONEY_ITEM.filter((n) => names.has(n)).length;
		if (priced === 2)
			add(`ItemSubTotal${i}`, `Not together with ItemPrice${i}`);
		if (has('Amount') && priced)
			add('Amount', `Not together with the price of item ${i}`);
		if (!has('Amount') && !priced)
			add(`ItemPrice${i}`, `One of ItemPrice${i}, ItemSubTotal${i} or Amount is required`);
	}
	if (found.size && has('OrderSubTotalPostDiscount'))
		add('OrderSubTotalPostDiscount', 'Not together with items');
}

/** Before version 14 there were three custom texts. */
const inVersion = (field, key, version) => version >= 14 || field.name !== 'Text{n}' || Number(key.slice(4)) <= 3;

/** {values, errors}: values by their main name, empty ones left out. */
export function checkConversion(pairs, settings, version = 14) {
	const values = {};
	const errors = [];
	const add = (field, message) => errors.push({ field, level: 'ERROR', message });
	for (const [key, raw] of pairs) {
		const name = ALIASES[key] ?? key;
		const known = fieldOf(name);
		if (!known || !inVersion(known.field, name, version)) {
			if (settings.strict_fields)
				add(key, 'Unknown field');
			continue;
		}
		if (raw !== null && typeof raw === 'object') {
			add(key, 'Must be a single value');
			continue;
		}
		const text = String(raw ?? '').trim();
		if (text === '')
			continue;
		if (values[name] !== undefined)
			add(key, 'Sent twice');
		const wrong = valueError(known.field, text);
		if (wrong)
			add(key, wrong);
		values[name] = text;
	}
	together(values, add, settings);
	return { values, errors };
}
