// What a property value may be: checks what is written and brings it into the form in which HubSpot keeps it.
import { owners, account } from './accounts.mjs';
import { validation } from './errors.mjs';
import { enforces } from './rules.mjs';

const MAX_TEXT = 65536;
const DAY = 86400000;
const bad = (error, message) => ({ error, message });

function instant(text) {
	return /^-?\d+$/.test(text) ? Number(text) : /^\d{4}-\d\d-\d\d(T|$)/.test(text) ? Date.parse(text) : NaN;
}

function date(text, version) {
	const ms = instant(text);
	if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15)
		return bad('INVALID_DATE', `${text} is not a valid date.`);
	const value = new Date(ms).toISOString().slice(0, 10);
	if (ms % DAY === 0)
		return { value };
	return enforces(version) ? { value, normalized: true } : bad('INVALID_DATE', `${text} is at ${new Date(ms).toISOString().slice(11, 19)} UTC, not midnight!`);
}

function choice(p, text, old) {
	if (p.externalOptions || (p.options.length === 0 && p.hubspotDefined))
		return { value: text };
	const multi = p.fieldType === 'checkbox';
	const parts = multi ? text.split(';').filter(Boolean) : [text];
	const wrong = parts.find((v) => !p.options.some((o) => o.value === v));
	if (wrong !== undefined)
		return bad('INVALID_OPTION', `${wrong} was not one of the allowed options: [${p.options.map((o) => o.value).join(', ')}]`);
	if (multi && text.startsWith(';'))
		return { value: [...new Set([...(old ?? '').split(';').filter(Boolean), ...parts])].join(';') || null };
	return { value: parts.join(';') || null };
}

function text(p, value) {
	if (p.name === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value))
		return bad('INVALID_EMAIL', `Email address ${value} is invalid`);
	return value.length > MAX_TEXT ? bad('INVALID_LENGTH', `The value has ${value.length} characters, the maximum is ${MAX_TEXT}`) : { value };
}

/** One value: {value, normalized} or {error, message}. old: the value before; version: of the API, none from a page. */
export function checkValue(p, raw, { old, version, portalId } = {}) {
	if (raw === null || raw === '')
		return { value: null };
	if (typeof raw === 'object')
		return bad('INVALID_VALUE', `${JSON.stringify(raw)} is not a single value`);
	const given = String(raw);
	if (p.referencedObjectType === 'OWNER' && portalId)
		return owners(account(portalId)).some((o) => o.id === given) ? { value: given } : bad('INVALID_OPTION', `${given} is not the id of an owner`);
	switch (p.type) {
	case 'number':
		return /^-?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/.test(given) ? { value: given } : bad('INVALID_INTEGER', `${given} was not a valid number.`);
	case 'bool':
		return /^(true|false)$/.test(given) ? { value: given } : bad('INVALID_OPTION', `${given} was not one of the allowed options: [true, false]`);
	case 'datetime': {
		const ms = instant(given);
		return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? { value: new Date(ms).toISOString() } : bad('INVALID_DATE', `${given} is not a valid date.`);
	}
	case 'date':
		return date(given, version);
	case 'enumeration':
		return choice(p, given, old);
	default:
		return text(p, given);
	}
}

/** All values of one write, or HubSpot's complaint about every one that is wrong. warnings: a list to which is added. */
export function checkValues(known, input, { before = {}, version, portalId, warnings } = {}) {
	const out = {};
	const wrong = [];
	const refuse = (name, error, message) => wrong.push({ isValid: false, message, error, name });
	if (input !== undefined && (input === null || typeof input !== 'object' || Array.isArray(input)))
		throw validation('properties must be an object of names and values');
	for (const [name, raw] of Object.entries(input ?? {})) {
		const p = known.get(name);
		if (!p) {
			refuse(name, 'PROPERTY_DOESNT_EXIST', `Property "${name}" does not exist`);
			continue;
		}
		if (p.modificationMetadata.readOnlyValue) {
			refuse(name, 'READ_ONLY_VALUE', `"${name}" is a read only property; its value cannot be set.`);
			continue;
		}
		const checked = checkValue(p, raw, { old: before[name], version, portalId });
		if (checked.error) {
			refuse(name, checked.error, checked.message);
			continue;
		}
		out[name] = checked.value;
		if (checked.normalized)
			warnings?.push({ category: 'PROPERTY_VALUE_NORMALIZED', message: `The value of ${name} was normalized to ${checked.value}`,
				context: { propertyName: [name], rawValue: [String(raw)], normalizedValue: [checked.value] } });
	}
	if (Number(out.price) < 0)
		refuse('price', 'INVALID_NUMBER', 'price must not be negative');
	if (wrong.length)
		throw validation(`Property values were not valid: ${JSON.stringify(wrong)}`,
			wrong.map((e) => ({ message: e.message, code: e.error, context: { propertyName: [e.name] } })));
	return out;
}
