// The property catalogue: HubSpot's own properties as data, plus what an account or an app added.
import { readFileSync } from 'node:fs';
import { account } from './accounts.mjs';
import { HubspotError, validation } from './errors.mjs';
import { formula } from './formula.mjs';
import { typeInfo } from './types.mjs';

const load = (name) => JSON.parse(readFileSync(new URL(`../data/${name}`, import.meta.url), 'utf8'));
const STANDARD = { ...load('hubspot-properties.json'), ...load('more-properties.json') };
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
const CALCULATED = ['string', 'number', 'bool', 'enumeration'];
const MAX_UNIQUE = 10;
const NAME = /^[a-z][a-z0-9_]*$/;

const groupOf = (type) => GROUPS[type] ?? [`${typeInfo(type).singular}information`, `${typeInfo(type).singular} information`];
const option = ([value, label], i) => ({ label, value, displayOrder: i, hidden: false });

function optionsOf(p, acc, pipelines) {
	if (p.name === 'dealstage' || p.name === 'hs_pipeline_stage')
		return pipelines.flatMap((l) => l.stages.map((s) => [s.id, pipelines.length > 1 ? `${s.label} (${l.label})` : s.label])).map(option);
	if (p.name === 'pipeline' || p.name === 'hs_pipeline')
		return pipelines.map((l) => [l.id, l.label]).map(option);
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

function standard(type, p, acc, pipelines) {
	const readOnly = Boolean(p.readOnly) || Boolean(p.calculated);
	const owner = p.name === 'hubspot_owner_id';
	const fixedOptions = p.type !== 'enumeration' || owner || readOnly || /pipeline|dealstage|currency_code/.test(p.name);
	return {
		updatedAt: MADE, createdAt: MADE, name: p.name, label: p.label, type: p.type, fieldType: p.fieldType, description: '',
		groupName: p.group ?? groupOf(type)[0], options: optionsOf(p, acc, pipelines), ...(owner ? { referencedObjectType: 'OWNER' } : {}),
		displayOrder: -1, calculated: Boolean(p.calculated), externalOptions: Boolean(p.externalOptions) || owner, archived: false,
		hasUniqueValue: p.name === 'hs_object_id' || (type === 'contacts' && p.name === 'email'), hidden: false, hubspotDefined: true,
		modificationMetadata: { archivable: false, readOnlyDefinition: true, readOnlyValue: readOnly, readOnlyOptions: fixedOptions },
		formField: !readOnly, dataSensitivity: 'non_sensitive',
	};
}

const cleanOptions = (options) => (options ?? []).map((o, i) => ({
	label: o.label, value: o.value, description: o.description ?? '', displayOrder: o.displayOrder ?? i, hidden: Boolean(o.hidden) }));

function custom(input) {
	const now = new Date().toISOString();
	const calculated = input.fieldType === 'calculation_equation';
	const options = input.type === 'bool' && !input.options?.length ? [['true', 'Yes'], ['false', 'No']].map(option) : cleanOptions(input.options);
	return {
		updatedAt: now, createdAt: now, name: input.name, label: input.label, type: input.type, fieldType: input.fieldType,
		description: input.description ?? '', groupName: input.groupName, options,
		...(input.referencedObjectType ? { referencedObjectType: input.referencedObjectType } : {}),
		...(calculated ? { calculationFormula: input.calculationFormula } : {}),
		displayOrder: input.displayOrder ?? -1, calculated, externalOptions: input.referencedObjectType === 'OWNER', archived: false,
		hasUniqueValue: Boolean(input.hasUniqueValue), hidden: Boolean(input.hidden), hubspotDefined: false,
		modificationMetadata: { archivable: true, readOnlyDefinition: false, readOnlyValue: calculated, readOnlyOptions: false },
		formField: input.formField ?? !calculated, dataSensitivity: input.dataSensitivity ?? 'non_sensitive',
	};
}

function optionsError(input) {
	const list = input.options;
	if (list !== undefined && !Array.isArray(list))
		return 'options must be a list';
	if (input.type === 'enumeration' && input.fieldType !== 'calculation_equation' && !input.externalOptions && input.referencedObjectType === undefined && !list?.length)
		return 'an enumeration needs options';
	if (input.type === 'bool' && list?.length && list.map((o) => o?.value).sort().join() !== 'false,true')
		return 'the options of a bool property are true and false';
	for (const o of list ?? [])
		if (typeof o?.label !== 'string' || o.label === '' || typeof o.value !== 'string' || o.value === '')
			return 'every option needs a label and a value';
	for (const key of ['value', 'label'])
		if (list && new Set(list.map((o) => o[key])).size !== list.length)
			return `two options have the same ${key}`;
	return null;
}

/** What is wrong with the definition of a new property, or null. */
export function definitionError(input) {
	for (const key of ['name', 'label', 'type', 'fieldType', 'groupName'])
		if (typeof input?.[key] !== 'string' || input[key] === '')
			return `${key} is required`;
	if (!NAME.test(input.name))
		return 'name must be lower case letters, digits and _, starting with a letter';
	if (input.fieldType === 'calculation_equation') {
		if (!CALCULATED.includes(input.type))
			return `a property of type ${input.type} cannot be calculated`;
		try {
			formula(input.calculationFormula ?? '');
		} catch (err) {
			return err.message;
		}
	} else if (!FIELD_TYPES[input.type]?.includes(input.fieldType)) {
		return `fieldType ${input.fieldType} does not fit type ${input.type}`;
	}
	return optionsError(input);
}

export class Properties {
	#w;
	#known = new Map(); // "portal|type" -> {all, archived, unique, calculated}, made when it is first asked for

	/** w: the world, with store, settings, pipelines and rules. */
	constructor(w) {
		this.#w = w;
	}

	reload() {
		this.#known.clear();
	}

	/** What was known of one object type is made anew: a property or a pipeline has changed. */
	forget(portalId, type) {
		this.#known.delete(`${portalId}|${type}`);
	}

	#of(portalId, type) {
		const key = `${portalId}|${type}`;
		let known = this.#known.get(key);
		if (!known) {
			const acc = account(portalId);
			const pipelines = ['deals', 'tickets'].includes(type) ? this.#w.pipelines.of(portalId, type) : [];
			const all = new Map(STANDARD[type].map((p) => [p.name, standard(type, p, acc, pipelines)]));
			if (type === 'contacts')
				all.set('custom_impact_click_id', { ...custom({
					name: 'custom_impact_click_id', label: 'impact.com click id', type: 'string', fieldType: 'text', groupName: 'contactinformation',
					description: 'im_ref of the landing page, written by a hidden form field' }), createdAt: MADE, updatedAt: MADE });
			const archived = new Map();
			for (const p of (this.#w.store.get('properties', key) ?? [])) {
				(p.archived ? archived : all).set(p.name, p);
				if (p.archived)
					all.delete(p.name);
			}
			const live = [...all.values()];
			known = {
				all, archived, unique: live.filter((p) => p.hasUniqueValue && p.name !== 'hs_object_id').map((p) => p.name),
				calculated: live.filter((p) => p.calculationFormula).map((p) => ({ name: p.name, ...formula(p.calculationFormula) })) };
			this.#known.set(key, known);
		}
		return known;
	}

	/** All properties of one object type: Map name -> property. Not to be changed. */
	of = (portalId, type) => this.#of(portalId, type).all;
	archived = (portalId, type) => this.#of(portalId, type).archived;
	/** Names of the properties of which no two records have the same value. */
	unique = (portalId, type) => this.#of(portalId, type).unique;
	/** [{name, names, value(read)}] */
	calculated = (portalId, type) => this.#of(portalId, type).calculated;

	#own(portalId, type) {
		return this.#w.store.get('properties', `${portalId}|${type}`) ?? [];
	}

	#save(portalId, type, p) {
		const rows = this.#own(portalId, type);
		this.#w.store.put('properties', `${portalId}|${type}`, rows.some((r) => r.name === p.name) ? rows.map((r) => r.name === p.name ? p : r) : [...rows, p]);
		this.forget(portalId, type);
		return p;
	}

	/** How many properties of the account's own there are. */
	count(portalId, type) {
		return this.#own(portalId, type).filter((p) => !p.archived && !p.hubspotDefined).length;
	}

	need(portalId, type, name, archived = false) {
		const p = (archived ? this.archived(portalId, type) : this.of(portalId, type)).get(name);
		if (!p)
			throw new HubspotError(404, { message: `Property ${name} does not exist`, category: 'OBJECT_NOT_FOUND' });
		return p;
	}

	create(portalId, type, input) {
		const wrong = definitionError(input);
		if (wrong)
			throw validation(wrong);
		if (!this.groups(portalId, type).has(input.groupName))
			throw validation(`Property group ${input.groupName} does not exist`);
		if (this.of(portalId, type).has(input.name))
			throw new HubspotError(409, { message: `A property named '${input.name}' already exists.`, category: 'OBJECT_ALREADY_EXISTS', subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS' });
		if (input.hasUniqueValue && this.unique(portalId, type).filter((n) => n !== 'email').length >= MAX_UNIQUE)
			throw validation(`At most ${MAX_UNIQUE} properties of an object can have unique values`);
		if (this.count(portalId, type) >= this.#w.settings.custom_properties)
			throw validation(`The limit of ${this.#w.settings.custom_properties} custom properties is reached`);
		for (const name of input.fieldType === 'calculation_equation' ? formula(input.calculationFormula).names : [])
			if (!this.of(portalId, type).has(name))
				throw validation(`calculationFormula: there is no property ${name}`);
		return this.#save(portalId, type, custom(input));
	}

	/** HubSpot's own properties keep their definition, but for the options of some. */
	update(portalId, type, name, input) {
		const p = this.need(portalId, type, name);
		const { readOnlyDefinition, readOnlyOptions } = p.modificationMetadata;
		const changes = Object.fromEntries(['label', 'description', 'options', 'groupName', 'type', 'fieldType', 'hidden', 'formField', 'displayOrder', 'calculationFormula']
			.filter((k) => input[k] !== undefined).map((k) => [k, input[k]]));
		if (readOnlyDefinition && Object.keys(changes).some((k) => k !== 'options' || readOnlyOptions))
			throw validation(`Property ${name} is defined by HubSpot; its definition cannot be changed`);
		if (changes.type !== undefined && changes.type !== p.type)
			throw validation(`The type of ${name} is ${p.type} and cannot be changed to ${changes.type}`);
		const wrong = definitionError({ ...p, ...changes });
		if (wrong)
			throw validation(wrong);
		if (!this.groups(portalId, type).has(changes.groupName ?? p.groupName))
			throw validation(`Property group ${changes.groupName} does not exist`);
		return this.#save(portalId, type, { ...p, ...changes, ...(changes.options ? { options: cleanOptions(changes.options) } : {}), updatedAt: new Date().toISOString() });
	}

	archive(portalId, type, name) {
		const p = this.need(portalId, type, name);
		if (!p.modificationMetadata.archivable)
			throw validation('HubSpot defined properties cannot be archived');
		if (this.#w.rules.names(portalId, type).has(name) || this.calculated(portalId, type).some((c) => c.names.includes(name)))
			throw new HubspotError(400, { message: `Property ${name} is in use and cannot be deleted`, category: 'VALIDATION_ERROR', subCategory: 'PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE' });
		this.#save(portalId, type, { ...p, archived: true, archivedAt: new Date().toISOString() });
	}

	// --- groups -------------------------------------------------------------------------------------------------

	groups(portalId, type) {
		const [name, label] = groupOf(type);
		const out = new Map([[name, { name, label, displayOrder: 0, archived: false }]]);
		for (const p of STANDARD[type])
			if (p.group && !out.has(p.group))
				out.set(p.group, { name: p.group, label: p.group.replace(/_/g, ' '), displayOrder: -1, archived: false });
		for (const g of this.#w.store.get('groups', `${portalId}|${type}`) ?? [])
			out.set(g.name, g);
		return out;
	}

	needGroup(portalId, type, name) {
		const g = this.groups(portalId, type).get(name);
		if (!g)
			throw new HubspotError(404, { message: `Property group ${name} does not exist`, category: 'OBJECT_NOT_FOUND' });
		return g;
	}

	#saveGroups(portalId, type, rows) {
		this.#w.store.put('groups', `${portalId}|${type}`, rows);
	}

	putGroup(portalId, type, { name, label, displayOrder }, old) {
		const at = displayOrder ?? old?.displayOrder ?? -1;
		if (!NAME.test(name ?? '') || typeof (label ?? old?.label) !== 'string' || (label ?? old?.label) === '' || !Number.isInteger(at))
			throw validation('name (lower case letters, digits and _) and label are required, displayOrder is a whole number');
		if (!old && this.groups(portalId, type).has(name))
			throw new HubspotError(409, { message: `Property group ${name} already exists`, category: 'OBJECT_ALREADY_EXISTS' });
		const group = { name, label: label ?? old.label, displayOrder: at, archived: false };
		const rows = this.#w.store.get('groups', `${portalId}|${type}`) ?? [];
		this.#saveGroups(portalId, type, [...rows.filter((g) => g.name !== name), group]);
		return group;
	}

	removeGroup(portalId, type, name) {
		this.needGroup(portalId, type, name);
		if ([...this.of(portalId, type).values()].some((p) => p.groupName === name))
			throw new HubspotError(400, { message: `Property group ${name} has active properties`, category: 'VALIDATION_ERROR', subCategory: 'PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES' });
		this.#saveGroups(portalId, type, (this.#w.store.get('groups', `${portalId}|${type}`) ?? []).filter((g) => g.name !== name));
	}
}
