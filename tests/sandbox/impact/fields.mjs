// The fields of a conversion: which there are, what each may hold, what must come together.
import { readFileSync } from 'node:fs';

const { rules, fields } = JSON.parse(readFileSync(new URL('../data/impact-conversion-fields.json', import.meta.url), 'utf8'));
const ALIASES = { Oid: 'OrderId', Currency: 'CurrencyCode', PromoCode: 'OrderPromoCode', OrderSubtotal: 'OrderSubTotal' };
const MONEY_ITEM = ['ItemPrice', 'ItemSubTotal'];

const PATTERNS = fields.map((f) => ({
	...f, regex: new RegExp(`^${f.name.replace('{i}', '([1-9]\\d{0,3})').replace('{n}', '([1-9]\\d?)')}$`),
}));

/** The definition of a key as it was sent, with its item index. */
export function fieldOf(key) {
	for (const f of PATTERNS) {
		const m = f.regex.exec(key);
		if (!m)
			continue;
		const n = f.name.includes('{n}') ? Number(m[m.length - 1]) : null;
		if (n !== null && n > f.range[1])
			continue;
		return { field: f, index: f.name.includes('{i}') ? Number(m[1]) : null };
	}
	return null;
}

/** Epoch milliseconds of an ISO 8601 time with offset, of NOW, or NaN. */
export function eventTime(text) {
	if (text === 'NOW')
		return Date.now();
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
	if (f.name === 'CurrencyCode' && !/^[A-Z]{3}$/.test(value))
		return 'Not an ISO 4217 currency code';
	if (f.name === 'CustomerEmail' && !/^([0-9a-f]{40}|[0-9a-f]{64})$/i.test(value))
		return 'Must be a SHA-1 or SHA-256 hash';
	return null;
}

function together(values, add) {
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
	const items = new Map();
	for (const key of Object.keys(values)) {
		const { index, field } = fieldOf(key) ?? {};
		if (index)
			items.set(index, [...(items.get(index) ?? []), field.name.replace('{i}', '')]);
	}
	for (const [i, names] of items) {
		for (const name of ['ItemSku', 'ItemCategory', 'ItemQuantity'])
			if (!names.includes(name))
				add(`${name}${i}`, 'A value is required when any field of this item is sent');
		if (MONEY_ITEM.every((n) => names.includes(n)))
			add(`ItemSubTotal${i}`, `Not together with ItemPrice${i}`);
		if (has('Amount') && MONEY_ITEM.some((n) => names.includes(n)))
			add('Amount', `Not together with the price of item ${i}`);
		if (!has('Amount') && !MONEY_ITEM.some((n) => names.includes(n)))
			add(`ItemPrice${i}`, `One of ItemPrice${i}, ItemSubTotal${i} or Amount is required`);
	}
	if (items.size && has('OrderSubTotalPostDiscount'))
		add('OrderSubTotalPostDiscount', 'Not together with items');
	return items.size;
}

/** {values, errors, items}: values by their main name, empty ones left out. */
export function checkConversion(pairs, strict) {
	const values = {};
	const errors = [];
	const add = (field, message) => errors.push({ field, level: 'ERROR', message });
	for (const [key, raw] of pairs) {
		const name = ALIASES[key] ?? key;
		const known = fieldOf(name);
		const text = String(raw).trim();
		if (!known) {
			if (strict)
				add(key, 'Unknown field');
			continue;
		}
		if (text === '')
			continue;
		if (values[name] !== undefined)
			add(key, 'Sent twice');
		const wrong = valueError(known.field, text);
		if (wrong)
			add(key, wrong);
		values[name] = text;
	}
	const items = together(values, add);
	return { values, errors, items };
}
