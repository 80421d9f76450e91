// The records of the CRM and every way in which one of them changes. Each change tells the webhooks what happened.
import { account } from './accounts.mjs';
import { derive, fromProduct, valueOf } from './derive.mjs';
import { HubspotError, notFound, validation } from './errors.mjs';
import { RecordIndex } from './record-index.mjs';
import { enforces } from './rules.mjs';
import { typeInfo } from './types.mjs';
import { checkValues } from './values.mjs';

const LIFECYCLE = ['subscriber', 'lead', 'marketingqualifiedlead', 'salesqualifiedlead', 'opportunity', 'customer', 'evangelist', 'other'];
const KEPT_VALUES = 20;
const RESTORABLE_MS = 90 * 86400000;
const ACTIVITIES = ['tasks', 'notes', 'calls', 'emails', 'meetings'];

/** All e-mail addresses of a contact, the first one first. */
export const emailsOf = (rec) => [rec.properties.email, ...(rec.properties.hs_additional_emails ?? '').split(';')].filter(Boolean);

export class Crm {
	#w;
	#types = new Map();

	/** w: the world, with store, properties, pipelines, rules, links and webhooks. */
	constructor(w) {
		this.#w = w;
		this.reload();
	}

	reload() {
		this.#types.clear();
		for (const rec of this.#w.store.table('record').values()) {
			this.#index(rec.portalId, rec.type).put(rec);
			if (!rec.archived)
				this.#claim(rec);
		}
	}

	#index(portalId, type) {
		const key = `${portalId}|${type}`;
		let index = this.#types.get(key);
		if (!index)
			this.#types.set(key, index = new RecordIndex());
		return index;
	}

	#uniqueValues(rec) {
		return this.#w.properties.unique(rec.portalId, rec.type).flatMap((name) =>
			(name === 'email' && rec.type === 'contacts' ? emailsOf(rec) : [rec.properties[name]]).filter(Boolean).map((value) => [name, value]));
	}

	#claim(rec) {
		for (const [name, value] of this.#uniqueValues(rec))
			this.#index(rec.portalId, rec.type).setUnique(name, value, rec.id);
	}

	#release(rec) {
		for (const [name, value] of this.#uniqueValues(rec))
			this.#index(rec.portalId, rec.type).dropUnique(name, value, rec.id);
	}

	/** Writes a record after its unique values were released. */
	#save(rec) {
		this.#w.store.put('record', `${rec.portalId}|${rec.type}|${rec.id}`, rec);
		this.#index(rec.portalId, rec.type).put(rec);
		if (!rec.archived)
			this.#claim(rec);
		return rec;
	}

	// --- reading --------------------------------------------------------------------------------------------------

	/** All records of a type, in the order of their making. */
	list(portalId, type, archived = false) {
		return [...this.#index(portalId, type).byId.values()].filter((r) => r.archived === archived);
	}

	/** Up to `limit` records after an id, in the order of ids. */
	page(portalId, type, after, limit, archived = false) {
		return this.#index(portalId, type).page(after, limit, (r) => r.archived === archived);
	}

	/** All records changed within two times (ms), oldest change first. */
	changed(portalId, type, from, to) {
		return this.#index(portalId, type).changed(from, to).filter((r) => !r.archived);
	}

	/** One record, also by an id that was merged away; undefined when there is none. */
	find(portalId, type, id, { idProperty, archived = false } = {}) {
		let key = String(id);
		if (idProperty && idProperty !== 'hs_object_id') {
			if (!this.#w.properties.unique(portalId, type).includes(idProperty))
				throw validation(`Property ${idProperty} of ${type} has no unique values and cannot be idProperty`);
			key = this.#index(portalId, type).unique(idProperty, key);
			if (key === undefined)
				return undefined;
		}
		const { byId } = this.#index(portalId, type);
		let rec = byId.get(key);
		if (archived && rec?.archived)
			return rec;
		const aliases = this.#w.store.table('alias');
		for (let alias = key; aliases.size && alias !== undefined; alias = aliases.get(`${portalId}|${type}|${alias}`))
			rec = byId.get(alias);
		return rec && rec.archived === archived ? rec : undefined;
	}

	need(portalId, type, id, options) {
		const rec = this.find(portalId, type, id, options);
		if (!rec)
			throw notFound();
		return rec;
	}

	/** The id of the record that has this value of a unique property. */
	holder(portalId, type, name, value) {
		return this.#index(portalId, type).unique(name, value);
	}

	value(rec, name) {
		return valueOf(this.#w, rec, name);
	}

	associations(portalId, from, id, to) {
		return this.#w.links.list(portalId, from, id, to);
	}

	associate(portalId, from, fromId, to, toId, source, types) {
		return this.#w.links.associate(portalId, from, fromId, to, toId, source, types);
	}

	dissociate(portalId, from, fromId, to, toId, source) {
		this.#w.links.dissociate(portalId, from, fromId, to, toId, source);
	}

	// --- writing --------------------------------------------------------------------------------------------------

	#required(portalId, type, props) {
		const need = (ok, text) => {
			if (!ok)
				throw validation(text);
		};
		if (type === 'contacts')
			need(props.email || props.firstname || props.lastname, 'At least one of email, firstname, lastname must be given');
		if (type === 'companies')
			need(props.name || props.domain, 'At least one of name, domain must be given');
		if (type === 'deals') {
			const pipelines = this.#w.pipelines.of(portalId, 'deals');
			if (pipelines.length === 1)
				props.pipeline ??= pipelines[0].id;
			need(props.dealname && props.dealstage && props.pipeline, 'dealname, dealstage and pipeline are required');
		}
		if (ACTIVITIES.includes(type))
			need(props.hs_timestamp, 'hs_timestamp is required');
	}

	/** No two records with the same value of a unique property, and no e-mail address that is blocked. */
	#free(portalId, type, props, own) {
		for (const name of this.#w.properties.unique(portalId, type)) {
			const value = props[name];
			const other = value ? this.holder(portalId, type, name, value) : undefined;
			if (type === 'contacts' && name === 'email' && value && this.#w.store.get('blocked', `${portalId}|${value.toLowerCase()}`))
				throw validation(`The email address ${value} was deleted for privacy reasons and cannot be used`);
			if (other === undefined || other === own)
				continue;
			if (type === 'contacts' && name === 'email')
				throw new HubspotError(409, { message: `Contact already exists. Existing ID: ${other}`, category: 'CONFLICT' });
			throw new HubspotError(this.#w.settings.unique_status, { message: `${name} ${value} is already used by ${other}. Existing ID: ${other}`, category: this.#w.settings.unique_status === 409 ? 'CONFLICT' : 'VALIDATION_ERROR' });
		}
	}

	#stageFits(portalId, type, props) {
		if (type === 'deals' && !this.#w.pipelines.findStage(portalId, props.dealstage, props.pipeline)) {
			const message = `${props.dealstage} is not a stage of pipeline ${props.pipeline}`;
			throw validation(`Property values were not valid: ${JSON.stringify([{ isValid: false, message, error: 'INVALID_OPTION', name: 'dealstage' }])}`,
				[{ message, code: 'INVALID_OPTION', context: { propertyName: ['dealstage'] } }]);
		}
	}

	#ruled(portalId, type, given, all, creating, version) {
		if (enforces(version))
			this.#w.rules.check(portalId, type, given, all, creating);
	}

	/** options: id, at (ms), version (of the API), warnings (a list to add to), check: nothing is written. */
	create(portalId, type, input, source, { id, at = Date.now(), version, warnings, check } = {}) {
		const known = this.#w.properties.of(portalId, type);
		const props = checkValues(known, input, { version, portalId, warnings });
		if (type === 'line_items')
			fromProduct(this.#w, portalId, props);
		this.#required(portalId, type, props);
		this.#stageFits(portalId, type, props);
		this.#ruled(portalId, type, props, props, true, version);
		this.#free(portalId, type, props);
		if (check)
			return null;
		const acc = account(portalId);
		const key = id ? String(id) : this.newId(portalId, type);
		if (this.#w.store.get('record', `${portalId}|${type}|${key}`))
			throw validation(`${type} ${key} exists already`);
		const rec = { portalId: acc.portalId, type, id: key, properties: {}, history: {}, createdAt: new Date(at).toISOString(), archived: false };
		rec.properties.hs_object_id = key;
		rec.properties[typeInfo(type).created] = rec.createdAt;
		this.#write(rec, props, source, at);
		this.#w.webhooks.created(rec, props, source, at);
		return rec;
	}

	newId(portalId, type) {
		return String(account(portalId).firstId + typeInfo(type).offset + this.#w.store.next(`id|${portalId}|${type}`));
	}

	update(portalId, type, id, input, source, { idProperty, at = Date.now(), version, warnings, check } = {}) {
		const rec = this.need(portalId, type, id, { idProperty });
		const props = checkValues(this.#w.properties.of(portalId, type), input, { before: rec.properties, version, portalId, warnings });
		if (source.changeSource !== 'CRM_UI' && props.lifecyclestage) {
			const [old, now] = [rec.properties.lifecyclestage, props.lifecyclestage].map((v) => LIFECYCLE.indexOf(v));
			if (now >= 0 && now < old)
				delete props.lifecyclestage; // HubSpot ignores a step back
		}
		if (props.dealstage && !props.pipeline && type === 'deals')
			props.pipeline = this.#w.pipelines.findStage(portalId, props.dealstage)?.pipeline.id ?? rec.properties.pipeline;
		const all = { ...rec.properties, ...props };
		if ('dealstage' in props || 'pipeline' in props)
			this.#stageFits(portalId, type, all);
		this.#ruled(portalId, type, props, all, false, version);
		this.#free(portalId, type, props, rec.id);
		const changed = Object.fromEntries(Object.entries(props).filter(([k, v]) => (rec.properties[k] ?? null) !== v));
		if (check || Object.keys(changed).length === 0)
			return rec;
		this.#write(rec, changed, source, at);
		this.#w.webhooks.changed(rec, changed, source, at);
		return rec;
	}

	/** Sets values with their history, then what HubSpot derives from them. */
	#write(rec, props, source, at) {
		const stamp = new Date(at).toISOString();
		const user = /^userId:(\d+)$/.exec(source.sourceId ?? '');
		const set = (name, value) => {
			if ((rec.properties[name] ?? null) === value && !(name in props))
				return;
			rec.properties[name] = value;
			const rows = rec.history[name] ??= [];
			rows.unshift({ value: value ?? '', timestamp: stamp, sourceType: source.changeSource, sourceId: source.sourceId, ...(user ? { updatedByUserId: Number(user[1]) } : {}) });
			rows.length = Math.min(rows.length, KEPT_VALUES);
		};
		this.#release(rec);
		for (const [name, value] of Object.entries(props))
			set(name, value);
		this.stamp(rec, stamp);
		derive(this.#w, rec, props, set);
		this.#save(rec);
	}

	stamp(rec, stamp = new Date().toISOString()) {
		rec.updatedAt = stamp;
		rec.properties[typeInfo(rec.type).modified] = stamp;
	}

	/** For merge.mjs: a record whose values or state `change` alters is kept as it then is. */
	alter(rec, change) {
		this.#release(rec);
		change(rec);
		this.stamp(rec);
		return this.#save(rec);
	}

	/** Nothing stays of it. */
	erase(rec) {
		this.#release(rec);
		this.#index(rec.portalId, rec.type).remove(rec.id);
		this.#w.store.del('record', `${rec.portalId}|${rec.type}|${rec.id}`);
	}

	archive(portalId, type, id, source) {
		const rec = this.find(portalId, type, id);
		if (!rec)
			return;
		this.alter(rec, () => {
			rec.archived = true;
			rec.archivedAt = new Date().toISOString();
		});
		this.#w.webhooks.deleted(rec, source, false);
	}

	/** Deleted records come back within 90 days, merged ones never. */
	restore(portalId, type, id, source) {
		const rec = this.need(portalId, type, id, { archived: true });
		if (rec.mergedInto)
			throw validation(`${type} ${rec.id} was merged into ${rec.mergedInto}; that cannot be undone`);
		if (Date.parse(rec.archivedAt) < Date.now() - RESTORABLE_MS)
			throw validation(`${type} ${rec.id} was deleted more than 90 days ago`);
		this.#free(portalId, type, rec.properties, rec.id);
		this.alter(rec, () => {
			rec.archived = false;
			delete rec.archivedAt;
		});
		this.#w.webhooks.restored(rec, source);
		return rec;
	}
}
