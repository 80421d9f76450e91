// Which records are linked with which, as what, and every way in which that changes. Each change tells the webhooks.
import { validation } from './errors.mjs';
import { TYPE_NAMES } from './types.mjs';

const PARENTS = ['deals', 'quotes', 'invoices', 'orders', 'subscriptions'];
const NONE = new Map();
const code = (type) => `${type.category[0]}${type.typeId}`;

export class Links {
	#w;
	#byRecord = new Map(); // "portal|type|id" -> to type -> to id -> codes such as H279

	/** w: the world, with store, crm, associationTypes and webhooks. */
	constructor(w) {
		this.#w = w;
		this.reload();
	}

	reload() {
		this.#byRecord.clear();
		for (const [key, codes] of this.#w.store.table('assoc')) {
			const [portalId, from, id, to, toId] = key.split('|');
			this.#set(portalId, from, id, to, toId, codes);
		}
	}

	#set(portalId, from, id, to, toId, codes) {
		const key = `${portalId}|${from}|${id}`;
		let types = this.#byRecord.get(key);
		if (!types)
			this.#byRecord.set(key, types = new Map());
		if (!types.has(to))
			types.set(to, new Map());
		if (codes.length)
			types.get(to).set(toId, codes);
		else
			types.get(to).delete(toId);
	}

	#put(portalId, from, id, to, toId, codes) {
		this.#set(portalId, from, id, to, toId, codes);
		const key = `${portalId}|${from}|${id}|${to}|${toId}`;
		if (codes.length)
			this.#w.store.put('assoc', key, codes);
		else
			this.#w.store.del('assoc', key);
	}

	#codes(portalId, from, id, to) {
		return this.#byRecord.get(`${portalId}|${from}|${id}`)?.get(to) ?? NONE;
	}

	#types(portalId, from, to, codes) {
		const known = this.#w.associationTypes.of(portalId, from, to);
		return codes.map((c) => known.find((t) => code(t) === c)).filter(Boolean);
	}

	/** [{id, types:[{category,typeId,label}]}] of the records that are still there. */
	list(portalId, from, id, to) {
		const out = [];
		for (const [toId, codes] of this.#codes(portalId, from, String(id), to))
			if (this.#w.crm.find(portalId, to, toId))
				out.push({ id: toId, types: this.#types(portalId, from, to, codes).map(({ category, typeId, label }) => ({ category, typeId, label })) });
		return out;
	}

	count(portalId, from, id, to) {
		return this.#codes(portalId, from, id, to).size === 0 ? 0 : this.list(portalId, from, id, to).length;
	}

	/** The id of the record that is the primary one; undefined when there is none. */
	primaryOf(portalId, from, id, to) {
		const primary = this.#w.associationTypes.of(portalId, from, to).find((t) => t.single);
		if (primary)
			for (const [toId, codes] of this.#codes(portalId, from, id, to))
				if (codes.includes(code(primary)) && this.#w.crm.find(portalId, to, toId))
					return toId;
		return undefined;
	}

	/**
	 * Links two records both ways, always with the unlabelled type, besides with the wanted [{category, typeId}] of the
	 * from side. The first company of a contact or a deal becomes its primary one. Returns all types that the link has.
	 */
	associate(portalId, from, fromId, to, toId, source, wanted = []) {
		const { crm, associationTypes } = this.#w;
		const a = crm.need(portalId, from, fromId);
		const b = crm.need(portalId, to, toId);
		const known = associationTypes.of(portalId, from, to);
		if (!known.length)
			throw validation(`No default association from ${from} to ${to}`);
		if (a === b)
			throw validation(`${from} ${a.id} cannot be associated with itself`);
		const types = new Set([...wanted.map((t) => associationTypes.need(portalId, from, to, t.category, t.typeId)), known[0]]);
		if (from === 'line_items' || to === 'line_items')
			this.#oneParent(portalId, ...from === 'line_items' ? [a, to, b] : [b, from, a]);
		const primary = known.find((t) => t.primary);
		if (primary && !this.#primaryTaken(portalId, primary, from, a.id, to, b.id))
			types.add(primary);
		const had = this.#codes(portalId, from, a.id, to).get(b.id) ?? [];
		const made = [...types].filter((t) => !had.includes(code(t)));
		if (made.includes(primary))
			this.#dropPrimary(portalId, primary, from, a.id, to, b.id, source);
		if (made.length) {
			this.#write(portalId, from, a.id, to, b.id, [...new Set([...this.#types(portalId, from, to, had), ...made])]);
			this.#w.webhooks.associated(portalId, from, a.id, to, b.id, { removed: false, types: made.sort((x, y) => known.indexOf(x) - known.indexOf(y)) }, source);
		}
		return this.#types(portalId, from, to, this.#codes(portalId, from, a.id, to).get(b.id));
	}

	#write(portalId, from, fromId, to, toId, types) {
		const order = (list) => [...list].sort((x, y) => y.primary - x.primary).map(code);
		this.#put(portalId, from, fromId, to, toId, order(types));
		const back = types.map((t) => this.#w.associationTypes.inverse(portalId, from, to, t)).filter(Boolean);
		this.#put(portalId, to, toId, from, fromId, order(new Set(back)));
	}

	/** The side that may have one primary link only: [its object, its id, the other object]. */
	#singleSide(primary, from, fromId, to, toId) {
		return primary.single ? [from, fromId, to] : [to, toId, from];
	}

	#primaryTaken(portalId, primary, from, fromId, to, toId) {
		return this.primaryOf(portalId, ...this.#singleSide(primary, from, fromId, to, toId)) !== undefined;
	}

	#dropPrimary(portalId, primary, from, fromId, to, toId, source) {
		const [side, id, other] = this.#singleSide(primary, from, fromId, to, toId);
		const old = this.primaryOf(portalId, side, id, other);
		if (old === undefined)
			return;
		const types = this.#types(portalId, side, other, this.#codes(portalId, side, id, other).get(old));
		this.#write(portalId, side, id, other, old, types.filter((t) => !t.primary));
		this.#w.webhooks.associated(portalId, side, id, other, old, { removed: true, types: types.filter((t) => t.primary) }, source);
	}

	#oneParent(portalId, item, parentType, parent) {
		for (const type of PARENTS)
			if (this.list(portalId, 'line_items', item.id, type).some((p) => type !== parentType || p.id !== parent.id))
				throw validation(`Line item ${item.id} belongs to another ${type.slice(0, -1)}`);
	}

	/** Takes labels from a link; what has no type left is no link any more. */
	removeTypes(portalId, from, fromId, to, toId, unwanted, source) {
		const gone = unwanted.map((t) => this.#w.associationTypes.need(portalId, from, to, t.category, t.typeId));
		const had = this.#types(portalId, from, to, this.#codes(portalId, from, String(fromId), to).get(String(toId)) ?? []);
		const removed = had.filter((t) => gone.includes(t));
		if (!removed.length)
			return;
		this.#write(portalId, from, String(fromId), to, String(toId), had.filter((t) => !removed.includes(t)));
		this.#w.webhooks.associated(portalId, from, String(fromId), to, String(toId), { removed: true, types: removed }, source);
	}

	/** Removes a link with all its labels. */
	dissociate(portalId, from, fromId, to, toId, source) {
		const codes = this.#codes(portalId, from, String(fromId), to).get(String(toId));
		if (!codes)
			return;
		const types = this.#types(portalId, from, to, codes).sort((x, y) => x.primary - y.primary);
		this.#write(portalId, from, String(fromId), to, String(toId), []);
		this.#w.webhooks.associated(portalId, from, String(fromId), to, String(toId), { removed: true, types }, source);
	}

	/** A label is gone from the account: from every link too. */
	forgetType(portalId, from, to, typeIds) {
		const dead = typeIds.map((id) => `U${id}`);
		for (const [key, types] of this.#byRecord) {
			const [portal, type, id] = key.split('|');
			if (portal !== String(portalId) || (type !== from && type !== to))
				continue;
			const other = type === from ? to : from;
			for (const [toId, codes] of [...types.get(other) ?? NONE])
				if (codes.some((c) => dead.includes(c)))
					this.#put(portalId, type, id, other, toId, codes.filter((c) => !dead.includes(c)));
		}
	}

	/** All links of one record go over to another, or with toId null away. */
	move(portalId, type, id, toId) {
		for (const to of TYPE_NAMES)
			for (const [other, codes] of [...this.#codes(portalId, type, id, to)]) {
				const back = this.#codes(portalId, to, other, type).get(id) ?? [];
				this.#put(portalId, type, id, to, other, []);
				this.#put(portalId, to, other, type, id, []);
				if (toId === null || other === toId)
					continue;
				const single = this.#types(portalId, type, to, codes).find((t) => t.single);
				const keep = single && this.primaryOf(portalId, type, toId, to) !== undefined;
				const inverse = single && this.#w.associationTypes.inverse(portalId, type, to, single);
				const merged = (have, more, without) => [...new Set([...have ?? [], ...more.filter((c) => !keep || !without || c !== code(without))])];
				this.#put(portalId, type, toId, to, other, merged(this.#codes(portalId, type, toId, to).get(other), codes, single));
				this.#put(portalId, to, other, type, toId, merged(this.#codes(portalId, to, other, type).get(toId), back, inverse));
			}
	}
}
