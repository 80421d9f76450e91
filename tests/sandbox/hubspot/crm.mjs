// The records of the CRM and every way in which they change. Each change tells the webhooks what happened.
import { account, findStage } from './accounts.mjs';
import { HubspotError, notFound, validation } from './errors.mjs';
import { checkValue } from './properties.mjs';
import { TYPE_NAMES, linkTypes, typeInfo } from './types.mjs';

const LIFECYCLE = ['subscriber', 'lead', 'marketingqualifiedlead', 'salesqualifiedlead', 'opportunity', 'customer', 'evangelist', 'other'];

export class Crm {
	#w;
	#byType = new Map();
	#emails = new Map();

	/** w: the world, with store, properties and webhooks. */
	constructor(w) {
		this.#w = w;
		this.reload();
	}

	reload() {
		this.#byType.clear();
		this.#emails.clear();
		for (const rec of this.#w.store.table('record').values())
			this.#index(rec);
	}

	#index(rec) {
		const key = `${rec.portalId}|${rec.type}`;
		if (!this.#byType.has(key))
			this.#byType.set(key, new Map());
		this.#byType.get(key).set(rec.id, rec);
		if (rec.type === 'contacts' && rec.properties.email && !rec.archived)
			this.#emails.set(`${rec.portalId}|${rec.properties.email.toLowerCase()}`, rec.id);
	}

	#save(rec) {
		this.#w.store.put('record', `${rec.portalId}|${rec.type}|${rec.id}`, rec);
		this.#index(rec);
		return rec;
	}

	/** All records of a type, oldest first. */
	list(portalId, type, archived = false) {
		return [...(this.#byType.get(`${portalId}|${type}`)?.values() ?? [])].filter((r) => r.archived === archived);
	}

	/** One record, also by an id that was merged away; undefined when there is none. */
	find(portalId, type, id, { idProperty, archived = false } = {}) {
		let key = String(id);
		if (idProperty && idProperty !== 'hs_object_id') {
			key = type === 'contacts' && idProperty === 'email' ? this.#emails.get(`${portalId}|${key.toLowerCase()}`)
				: this.list(portalId, type).find((r) => r.properties[idProperty] === key)?.id;
			if (key === undefined)
				return undefined;
		}
		key = this.#w.store.get('alias', `${portalId}|${type}|${key}`) ?? key;
		const rec = this.#byType.get(`${portalId}|${type}`)?.get(key);
		return rec && rec.archived === archived ? rec : undefined;
	}

	need(portalId, type, id, options) {
		const rec = this.find(portalId, type, id, options);
		if (!rec)
			throw notFound();
		return rec;
	}

	#clean(portalId, type, input, source) {
		const known = this.#w.properties.of(portalId, type);
		const out = {};
		const wrong = [];
		for (const [name, raw] of Object.entries(input ?? {})) {
			const p = known.get(name);
			if (!p) {
				wrong.push({ isValid: false, message: `Property "${name}" does not exist`, error: 'PROPERTY_DOESNT_EXIST', name });
			} else if (p.modificationMetadata.readOnlyValue) {
				wrong.push({ isValid: false, message: `"${name}" is a read only property; its value cannot be set.`, error: 'READ_ONLY_VALUE', name });
			} else {
				const checked = checkValue(p, raw);
				if (checked.error)
					wrong.push({ isValid: false, message: checked.message, error: checked.error, name });
				else
					out[name] = checked.value;
			}
		}
		if (Number(out.price) < 0)
			wrong.push({ isValid: false, message: 'price must not be negative', error: 'INVALID_NUMBER', name: 'price' });
		if (wrong.length)
			throw validation(`Property values were not valid: ${JSON.stringify(wrong)}`,
				wrong.map((e) => ({ message: e.message, code: e.error, context: { propertyName: [e.name] } })));
		if (source.changeSource !== 'CRM_UI')
			this.#forwardOnly(out);
		return out;
	}

	#forwardOnly(props) {
		if (props.lifecyclestage)
			props.lifecyclestage = { forward: props.lifecyclestage };
	}

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
			const acc = account(portalId);
			if (acc.pipelines.length === 1)
				props.pipeline ??= acc.pipelines[0].id;
			need(props.dealname && props.dealstage && props.pipeline, 'dealname, dealstage and pipeline are required');
		}
		if (type === 'contacts' && props.email) {
			const other = this.#emails.get(`${portalId}|${props.email.toLowerCase()}`);
			if (other)
				throw new HubspotError(409, { message: `Contact already exists. Existing ID: ${other}`, category: 'CONFLICT' });
		}
	}

	create(portalId, type, input, source, { id, at = Date.now() } = {}) {
		const props = this.#clean(portalId, type, input, source);
		for (const [k, v] of Object.entries(props))
			props[k] = v?.forward ?? v;
		this.#required(portalId, type, props);
		this.#stageFits(portalId, type, props);
		const acc = account(portalId);
		const key = id ? String(id) : String(acc.firstId + typeInfo(type).offset + this.#w.store.next(`id|${portalId}|${type}`));
		if (this.#w.store.get('record', `${portalId}|${type}|${key}`))
			throw validation(`${type} ${key} exists already`);
		const rec = { portalId: acc.portalId, type, id: key, properties: {}, history: {}, createdAt: new Date(at).toISOString(), archived: false };
		rec.properties.hs_object_id = key;
		rec.properties.createdate = rec.createdAt;
		this.#write(rec, props, source, at);
		this.#w.webhooks.created(rec, props, source, at);
		return rec;
	}

	update(portalId, type, id, input, source, { idProperty, at = Date.now() } = {}) {
		const rec = this.need(portalId, type, id, { idProperty });
		const props = this.#clean(portalId, type, input, source);
		if (props.lifecyclestage?.forward) {
			const [old, now] = [rec.properties.lifecyclestage, props.lifecyclestage.forward].map((v) => LIFECYCLE.indexOf(v));
			if (now >= 0 && now < old)
				delete props.lifecyclestage; // HubSpot ignores a step back
			else
				props.lifecyclestage = props.lifecyclestage.forward;
		}
		if (props.dealstage && !props.pipeline && type === 'deals')
			props.pipeline = findStage(account(portalId), props.dealstage)?.pipeline.id ?? rec.properties.pipeline;
		this.#stageFits(portalId, type, { ...rec.properties, ...props });
		const changed = Object.fromEntries(Object.entries(props).filter(([k, v]) => (rec.properties[k] ?? null) !== v));
		if (Object.keys(changed).length === 0)
			return rec;
		this.#write(rec, changed, source, at);
		this.#w.webhooks.changed(rec, changed, source, at);
		return rec;
	}

	#stageFits(portalId, type, props) {
		if (type === 'deals' && !findStage(account(portalId), props.dealstage, props.pipeline))
			throw validation(`Property values were not valid: ${JSON.stringify([{ isValid: false,
				message: `${props.dealstage} is not a stage of pipeline ${props.pipeline}`, error: 'INVALID_OPTION', name: 'dealstage' }])}`);
	}

	/** Sets values with their history, then what HubSpot derives from them. */
	#write(rec, props, source, at) {
		const stamp = new Date(at).toISOString();
		const set = (name, value) => {
			rec.properties[name] = value;
			(rec.history[name] ??= []).unshift({ value: value ?? '', timestamp: stamp, sourceType: source.changeSource, sourceId: source.sourceId });
			rec.history[name].length = Math.min(rec.history[name].length, 20);
		};
		for (const [name, value] of Object.entries(props))
			set(name, value);
		if (rec.type === 'deals')
			this.#deriveDeal(rec, props, set, stamp);
		if (rec.type === 'line_items') {
			const net = Number(rec.properties.price ?? 0) * Number(rec.properties.quantity ?? 1) - Number(rec.properties.discount ?? 0) * Number(rec.properties.quantity ?? 1);
			rec.properties.amount = String(Math.round(net * 100) / 100);
		}
		rec.updatedAt = stamp;
		rec.properties[typeInfo(rec.type).modified] = stamp;
		this.#save(rec);
	}

	#deriveDeal(rec, props, set, stamp) {
		const found = findStage(account(rec.portalId), rec.properties.dealstage, rec.properties.pipeline);
		const { isClosed, probability } = found.stage.metadata;
		rec.properties.hs_deal_stage_probability = String(Number(probability));
		rec.properties.hs_is_closed = isClosed;
		rec.properties.hs_is_closed_won = String(isClosed === 'true' && probability === '1.0');
		rec.properties.hs_is_closed_lost = String(isClosed === 'true' && probability === '0.0');
		if ('dealstage' in props && isClosed === 'true' && !('closedate' in props)) {
			props.closedate = stamp;
			set('closedate', stamp);
		}
		if (rec.properties.amount && (rec.properties.deal_currency_code ?? account(rec.portalId).currency) === account(rec.portalId).currency)
			rec.properties.amount_in_home_currency = rec.properties.amount;
	}

	archive(portalId, type, id, source, { privacy = false } = {}) {
		const rec = this.find(portalId, type, id);
		if (!rec)
			return;
		if (rec.properties.email)
			this.#emails.delete(`${portalId}|${rec.properties.email.toLowerCase()}`);
		rec.archived = true;
		rec.archivedAt = new Date().toISOString();
		if (privacy)
			this.#w.store.del('record', `${portalId}|${type}|${rec.id}`);
		else
			this.#save(rec);
		if (privacy)
			this.#byType.get(`${portalId}|${type}`).delete(rec.id);
		this.#w.webhooks.deleted(rec, source, privacy);
	}

	restore(portalId, type, id, source) {
		const rec = this.need(portalId, type, id, { archived: true });
		rec.archived = false;
		delete rec.archivedAt;
		this.#save(rec);
		this.#w.webhooks.restored(rec, source);
	}

	/** The loser's empty-field values, links and id go to the survivor. */
	merge(portalId, type, primaryId, otherId, source) {
		const a = this.need(portalId, type, primaryId);
		const b = this.need(portalId, type, otherId);
		let moved = 0;
		for (const [name, value] of Object.entries(b.properties))
			if (value && !a.properties[name] && name !== 'hs_object_id') {
				a.properties[name] = value;
				moved++;
			}
		for (const to of TYPE_NAMES)
			for (const [id, types] of Object.entries(this.#links(portalId, type, b.id, to))) {
				this.#link(portalId, type, a.id, to, id, types);
				this.#link(portalId, to, id, type, a.id, this.#links(portalId, to, id, type)[b.id] ?? []);
			}
		a.properties.hs_merged_object_ids = [a.properties.hs_merged_object_ids, b.id].filter(Boolean).join(';');
		b.archived = true;
		b.archivedAt = new Date().toISOString();
		this.#save(b);
		this.#save(a);
		this.#w.store.put('alias', `${portalId}|${type}|${b.id}`, a.id);
		this.#w.webhooks.merged(a, b, moved, source);
		return a;
	}

	// --- associations -------------------------------------------------------------------------------------------

	#links(portalId, from, id, to) {
		return this.#w.store.get('link', `${portalId}|${from}|${id}|${to}`) ?? {};
	}

	#link(portalId, from, id, to, toId, types) {
		const row = { ...this.#links(portalId, from, id, to) };
		if (types.length)
			row[toId] = types;
		else
			delete row[toId];
		this.#w.store.put('link', `${portalId}|${from}|${id}|${to}`, row);
	}

	/** [{id, types:[{category,typeId,label}]}] of the records that are still there. */
	associations(portalId, from, id, to) {
		return Object.entries(this.#links(portalId, from, String(id), to))
			.filter(([toId]) => this.find(portalId, to, toId))
			.map(([toId, types]) => ({ id: toId, types }));
	}

	/** Links two records both ways; typeIds: those of the from side, default the unlabelled one. */
	associate(portalId, from, fromId, to, toId, source, typeIds = []) {
		const a = this.need(portalId, from, fromId);
		const b = this.need(portalId, to, toId);
		const known = linkTypes(from, to);
		if (!known)
			throw validation(`No default association from ${from} to ${to}`);
		if (typeIds.some((t) => !known.includes(t)))
			throw validation(`Association type ${typeIds.find((t) => !known.includes(t))} does not go from ${from} to ${to}`);
		if (from === 'line_items' || to === 'line_items')
			this.#oneParent(portalId, from === 'line_items' ? a : b, from === 'line_items' ? b : a);
		const primary = typeIds.includes(known[1]) || (known.length > 1 && !this.#hasPrimary(portalId, from, a.id, to, known[1]));
		for (const [f, t, x, y] of [[from, to, a, b], [to, from, b, a]]) {
			const [plain, first] = linkTypes(f, t);
			const types = [{ category: 'HUBSPOT_DEFINED', typeId: plain, label: null }];
			if (primary && first)
				types.unshift({ category: 'HUBSPOT_DEFINED', typeId: first, label: 'Primary' });
			this.#link(portalId, f, x.id, t, y.id, types);
		}
		this.#w.webhooks.associated(portalId, from, a.id, to, b.id, { removed: false, primary }, source);
		return primary;
	}

	#hasPrimary(portalId, from, id, to, typeId) {
		return Object.values(this.#links(portalId, from, id, to)).some((types) => types.some((t) => t.typeId === typeId));
	}

	#oneParent(portalId, item, parent) {
		if (this.associations(portalId, 'line_items', item.id, 'deals').some((d) => d.id !== parent.id))
			throw validation(`Line item ${item.id} belongs to another deal`);
	}

	dissociate(portalId, from, fromId, to, toId, source) {
		if (!this.#links(portalId, from, String(fromId), to)[toId])
			return;
		this.#link(portalId, from, String(fromId), to, String(toId), []);
		this.#link(portalId, to, String(toId), from, String(fromId), []);
		this.#w.webhooks.associated(portalId, from, String(fromId), to, String(toId), { removed: true, primary: false }, source);
	}
}
