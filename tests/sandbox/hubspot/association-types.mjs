// HubSpot's own association types between two objects, both directions, and the labels that an account adds.
import { HubspotError, validation } from './errors.mjs';
import { TYPE_NAMES } from './types.mjs';

// from, to, [type id, type id of the other direction, label, label of the other direction]; the first row has no label.
// A row labelled Primary: the from side has one such link at most. The ids are those of the reference and of HubSpot's own
// client; those that lead from an invoice, an order or a subscription to its line items are in neither (unconfirmed).
const PAIRS = [
	['contacts', 'companies', [279, 280], [1, 2, 'Primary', 'Primary'], [931, 930, 'Billing contact', 'Billing contact']],
	['deals', 'contacts', [3, 4]],
	['deals', 'companies', [341, 342], [5, 6, 'Primary', 'Primary']],
	['deals', 'line_items', [19, 20]],
	['tickets', 'contacts', [16, 15]],
	['tickets', 'companies', [339, 340], [26, 25, 'Primary', 'Primary']],
	['tickets', 'deals', [28, 27]],
	['tasks', 'contacts', [204, 203]], ['tasks', 'companies', [192, 191]], ['tasks', 'deals', [216, 215]], ['tasks', 'tickets', [230, 229]],
	['notes', 'contacts', [202, 201]], ['notes', 'companies', [190, 189]], ['notes', 'deals', [214, 213]], ['notes', 'tickets', [228, 227]],
	['calls', 'contacts', [194, 193]], ['calls', 'companies', [182, 181]], ['calls', 'deals', [206, 205]], ['calls', 'tickets', [220, 219]], ['calls', 'meetings', [399, 400]],
	['emails', 'contacts', [198, 197]], ['emails', 'companies', [186, 185]], ['emails', 'deals', [210, 209]], ['emails', 'tickets', [224, 223]],
	['meetings', 'contacts', [200, 199]], ['meetings', 'companies', [188, 187]], ['meetings', 'deals', [212, 211]], ['meetings', 'tickets', [226, 225]],
	['contacts', 'contacts', [449, 449]],
	['companies', 'companies', [450, 450], [13, 14, 'Child Company', 'Parent Company']],
	['deals', 'deals', [451, 451]],
	['tickets', 'tickets', [452, 452]],
	['quotes', 'deals', [64, 63]], ['quotes', 'contacts', [69, 70]], ['quotes', 'companies', [71, 72]], ['quotes', 'tasks', [217, 218]],
	['line_items', 'quotes', [68, 67]], ['line_items', 'invoices', [410, 409]], ['line_items', 'orders', [514, 513]], ['line_items', 'subscriptions', [302, 301]],
	['leads', 'contacts', [608, 609], [578, null, 'Primary', 'Primary']],
];

const DEFAULTS = new Map();

function add(from, to, row) {
	const key = `${from}|${to}`;
	if (!DEFAULTS.has(key))
		DEFAULTS.set(key, []);
	const list = DEFAULTS.get(key);
	if (row.typeId !== null && !list.some((t) => t.typeId === row.typeId))
		list.push({ category: 'HUBSPOT_DEFINED', ...row });
}

for (const [from, to, ...rows] of PAIRS)
	for (const [typeId, inverse, label = null, inverseLabel = null] of rows) {
		const primary = label === 'Primary';
		add(from, to, { typeId, inverse, label, primary, single: primary });
		add(to, from, { typeId: inverse, inverse: typeId, label: inverseLabel, primary, single: false });
	}

/** [unlabelled type id, primary type id or undefined], or null when the two objects cannot be linked. */
export function linkTypes(from, to) {
	const list = DEFAULTS.get(`${from}|${to}`);
	return list ? [list[0].typeId, list.find((t) => t.primary)?.typeId] : null;
}

/** The objects that can be linked with this one. */
export const linkable = (from) => TYPE_NAMES.filter((to) => DEFAULTS.has(`${from}|${to}`));

const MAX_LABELS = 50; // not in the reference; the real number depends on the account's tier

export class AssociationTypes {
	#store;
	#own = new Map();

	constructor(store) {
		this.#store = store;
		this.reload();
	}

	reload() {
		this.#own.clear();
		for (const [key, rows] of this.#store.table('label'))
			this.#own.set(key, rows);
	}

	/** All types from one object to another: [{category, typeId, inverse, label, primary, single}], the unlabelled one first. */
	of(portalId, from, to) {
		const own = this.#own.get(`${portalId}|${from}|${to}`);
		const base = DEFAULTS.get(`${from}|${to}`) ?? [];
		return own ? [...base, ...own] : base;
	}

	/** The type that a request names, or a refusal. */
	need(portalId, from, to, category, typeId) {
		const found = this.of(portalId, from, to).find((t) => t.typeId === Number(typeId) && (category === undefined || t.category === category));
		if (!found)
			throw validation(`Association type ${category ?? 'HUBSPOT_DEFINED'} ${typeId} does not go from ${from} to ${to}`);
		return found;
	}

	/** The type of the same link seen from the other side; undefined when that side has none. */
	inverse(portalId, from, to, type) {
		return this.of(portalId, to, from).find((t) => t.category === type.category && t.typeId === type.inverse);
	}

	#save(portalId, from, to, rows) {
		const key = `${portalId}|${from}|${to}`;
		this.#own.set(key, rows);
		this.#store.put('label', key, rows);
	}

	#rows(portalId, from, to) {
		return this.#own.get(`${portalId}|${from}|${to}`) ?? [];
	}

	/** A custom label; one row for each direction, as they come back. */
	create(portalId, from, to, { name, label, inverseLabel }) {
		if (typeof name !== 'string' || !/^[A-Za-z]\w*$/.test(name) || typeof label !== 'string' || label === '')
			throw validation('name (letters, digits and _) and label are required');
		const there = this.of(portalId, from, to);
		if (!there.length)
			throw validation(`No association between ${from} and ${to}`);
		if (there.some((t) => t.label === label || t.name === name))
			throw new HubspotError(409, { message: `An association label ${label} (${name}) exists already`, category: 'OBJECT_ALREADY_EXISTS' });
		if (this.#rows(portalId, from, to).length >= MAX_LABELS)
			throw validation(`At most ${MAX_LABELS} custom labels between ${from} and ${to}`);
		const paired = inverseLabel && inverseLabel !== label;
		const same = from === to;
		const typeId = this.#store.next(`label|${portalId}`);
		const inverse = same && !paired ? typeId : this.#store.next(`label|${portalId}`);
		const make = (id, other, text, suffix) => ({ category: 'USER_DEFINED', typeId: id, inverse: other, label: text, name: `${name}${suffix}`, primary: false, single: false });
		const forth = make(typeId, inverse, label, '');
		const back = make(inverse, typeId, inverseLabel ?? label, paired ? '_inverse' : '');
		this.#save(portalId, from, to, [...this.#rows(portalId, from, to), forth, ...(same && paired ? [back] : [])]);
		if (!same)
			this.#save(portalId, to, from, [...this.#rows(portalId, to, from), back]);
		return paired || !same ? [forth, back] : [forth];
	}

	update(portalId, from, to, { associationTypeId, label, inverseLabel }) {
		const type = this.#mine(portalId, from, to, associationTypeId);
		if (typeof label !== 'string' || label === '')
			throw validation('label is required');
		this.#save(portalId, from, to, this.#rows(portalId, from, to).map((t) => t === type ? { ...t, label } : t));
		if (inverseLabel)
			this.#save(portalId, to, from, this.#rows(portalId, to, from).map((t) => t.typeId === type.inverse ? { ...t, label: inverseLabel } : t));
	}

	/** Removes both directions; the two types that are gone. */
	remove(portalId, from, to, typeId) {
		const type = this.#mine(portalId, from, to, typeId);
		const gone = (t) => t.typeId === type.typeId || t.typeId === type.inverse;
		this.#save(portalId, from, to, this.#rows(portalId, from, to).filter((t) => !gone(t)));
		this.#save(portalId, to, from, this.#rows(portalId, to, from).filter((t) => !gone(t)));
		return [type.typeId, type.inverse];
	}

	#mine(portalId, from, to, typeId) {
		const type = this.#rows(portalId, from, to).find((t) => t.typeId === Number(typeId));
		if (!type)
			throw validation(`There is no custom label ${typeId} from ${from} to ${to}`);
		return type;
	}
}
