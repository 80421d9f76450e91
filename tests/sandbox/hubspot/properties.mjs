// The property catalogue: HubSpot's own properties as data, plus what an account or an app added.
import { readFileSync } from 'node:fs';
import { account } from './accounts.mjs';
import { typeInfo } from './types.mjs';

const load = (name) => JSON.parse(readFileSync(new URL(`../data/${name}`, import.meta.url), 'utf8'));
const STANDARD = load('hubspot-properties.json');
const OPTIONS = load('property-options.json');
const GROUPS = {
	contacts: ['contactinformation', 'Contact information'], companies: ['companyinformation', 'Company information'],
	deals: ['dealinformation', 'Deal information'], line_items: ['lineiteminformation', 'Line item information'],
};
const MADE = '2025-02-03T09:00:00.000Z';
const FIELD_TYPES = {
	string: ['text', 'textarea', 'html', 'phonenumber', 'file'], number: ['number'], bool: ['booleancheckbox'],
	enumeration: ['select', 'radio', 'checkbox', 'booleancheckbox'], date: ['date'], datetime: ['date'], phone_number: ['phonenumber'],
};

const option = ([value, label], i) => ({ label, value, displayOrder: i, hidden: false });

function optionsOf(p, acc) {
	if (p.name === 'dealstage')
		return acc.pipelines.flatMap((l) => l.stages.map((s) => [s.id, acc.pipelines.length > 1 ? `${s.label} (${l.label})` : s.label])).map(option);
	if (p.name === 'pipeline')
		return acc.pipelines.map((l) => [l.id, l.label]).map(option);
	if (p.name === 'deal_currency_code' || p.name === 'hs_line_item_currency_code')
		return [acc.currency, ...acc.additionalCurrencies].map((c) => [c, c]).map(option);
	if (p.type === 'bool')
		return [['true', 'Yes'], ['false', 'No']].map(option);
	if (p.type !== 'enumeration' || p.name === 'hubspot_owner_id')
		return [];
	if (OPTIONS[p.name])
		return OPTIONS[p.name].map(option);
	return (p.options ?? []).map((o) => [o, o]).map(option);
}

function standard(type, p, acc) {
	const readOnly = Boolean(p.readOnly);
	const owner = p.name === 'hubspot_owner_id';
	return {
		updatedAt: MADE, createdAt: MADE, name: p.name, label: p.label, type: p.type, fieldType: p.fieldType, description: '',
		groupName: p.group ?? GROUPS[type][0], options: optionsOf(p, acc), ...(owner ? { referencedObjectType: 'OWNER' } : {}),
		displayOrder: -1, calculated: Boolean(p.calculated), externalOptions: Boolean(p.externalOptions) || owner, archived: false,
		hasUniqueValue: p.name === 'hs_object_id' || (type === 'contacts' && p.name === 'email'), hidden: false, hubspotDefined: true,
		modificationMetadata: { archivable: false, readOnlyDefinition: true, readOnlyValue: readOnly },
		formField: !readOnly, dataSensitivity: 'non_sensitive',
	};
}

export function customProperty(input) {
	const now = new Date().toISOString();
	return {
		updatedAt: now, createdAt: now, name: input.name, label: input.label, type: input.type, fieldType: input.fieldType,
		description: input.description ?? '', groupName: input.groupName,
		options: (input.options ?? []).map((o, i) => ({ label: o.label, value: o.value, displayOrder: o.displayOrder ?? i, hidden: Boolean(o.hidden) })),
		displayOrder: input.displayOrder ?? -1, calculated: false, externalOptions: false, archived: false,
		hasUniqueValue: Boolean(input.hasUniqueValue), hidden: Boolean(input.hidden),
		modificationMetadata: { archivable: true, readOnlyDefinition: false, readOnlyValue: false },
		formField: input.formField ?? true, dataSensitivity: 'non_sensitive',
	};
}

/** What is wrong with the definition of a new property, or null. */
export function definitionError(input) {
	for (const key of ['name', 'label', 'type', 'fieldType', 'groupName'])
		if (typeof input?.[key] !== 'string' || input[key] === '')
			return `${key} is required`;
	if (!/^[a-z][a-z0-9_]*$/.test(input.name))
		return 'name must be lower case letters, digits and _, starting with a letter';
	if (!FIELD_TYPES[input.type]?.includes(input.fieldType))
		return `fieldType ${input.fieldType} does not fit type ${input.type}`;
	return null;
}

export class Properties {
	#store;
	#standard = new Map();

	constructor(store) {
		this.#store = store;
	}

	/** HubSpot's own properties of one object type, with the options of this account. */
	#ownOf(portalId, type) {
		const key = `${portalId}|${type}`;
		if (!this.#standard.has(key))
			this.#standard.set(key, new Map(STANDARD[type].map((p) => [p.name, standard(type, p, account(portalId))])));
		return this.#standard.get(key);
	}

	/** All properties of one object type: Map name -> property. */
	of(portalId, type) {
		const out = new Map(this.#ownOf(portalId, type));
		const prefix = `${portalId}|${type}|`;
		if (type === 'contacts')
			out.set('custom_impact_click_id', { ...customProperty({
				name: 'custom_impact_click_id', label: 'impact.com click id', type: 'string', fieldType: 'text', groupName: 'contactinformation',
				description: 'im_ref of the landing page, written by a hidden form field' }), createdAt: MADE, updatedAt: MADE });
		for (const [key, p] of this.#store.table('property'))
			if (key.startsWith(prefix))
				out.set(p.name, p);
		return out;
	}

	add(portalId, type, input) {
		return this.#store.put('property', `${portalId}|${type}|${input.name}`, customProperty(input));
	}

	drop(portalId, type, name) {
		this.#store.del('property', `${portalId}|${type}|${name}`);
	}

	groups(portalId, type) {
		const out = new Map([[GROUPS[type][0], { name: GROUPS[type][0], label: GROUPS[type][1], displayOrder: 0, archived: false }]]);
		for (const p of this.#ownOf(portalId, type).values())
			if (!out.has(p.groupName))
				out.set(p.groupName, { name: p.groupName, label: p.groupName.replace(/_/g, ' '), displayOrder: -1, archived: false });
		const prefix = `${portalId}|${type}|`;
		for (const [key, g] of this.#store.table('group'))
			if (key.startsWith(prefix))
				out.set(g.name, g);
		return out;
	}

	addGroup(portalId, type, { name, label, displayOrder = -1 }) {
		return this.#store.put('group', `${portalId}|${type}|${name}`, { name, label, displayOrder, archived: false });
	}
}

/** Checks one value; returns {value} in the form in which HubSpot keeps it, or {error, message}. */
export function checkValue(p, raw) {
	if (raw === null || raw === '')
		return { value: null };
	const text = String(raw);
	const bad = (error, message) => ({ error, message });
	switch (p.type) {
	case 'number':
		return /^-?\d+(\.\d+)?$/.test(text) ? { value: text } : bad('INVALID_INTEGER', `${text} was not a valid number.`);
	case 'bool':
		return /^(true|false)$/.test(text) ? { value: text } : bad('INVALID_OPTION', `${text} was not one of the allowed options: [true, false]`);
	case 'datetime': {
		const ms = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
		return Number.isFinite(ms) ? { value: new Date(ms).toISOString() } : bad('INVALID_DATE', `${text} is not a valid date.`);
	}
	case 'date': {
		const ms = /^\d+$/.test(text) ? Number(text) : Date.parse(`${text}T00:00:00Z`);
		return Number.isFinite(ms) && ms % 86400000 === 0 ? { value: new Date(ms).toISOString().slice(0, 10) }
			: bad('INVALID_DATE', `${text} is not at midnight!`);
	}
	case 'enumeration': {
		if (p.externalOptions || p.options.length === 0)
			return { value: text };
		const parts = p.fieldType === 'checkbox' ? text.split(';').filter(Boolean) : [text];
		const wrong = parts.find((v) => !p.options.some((o) => o.value === v));
		return wrong === undefined ? { value: text } : bad('INVALID_OPTION',
			`${wrong} was not one of the allowed options: [${p.options.map((o) => o.value).join(', ')}]`);
	}
	default:
		if (p.name === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text))
			return bad('INVALID_EMAIL', `Email address ${text} is invalid`);
		return text.length > 65536 ? bad('INVALID_LENGTH', 'The value is too long') : { value: text };
	}
}

export const modifiedName = (type) => typeInfo(type).modified;
