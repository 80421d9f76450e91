// The pipelines of an account and their stages: those of the start, and what was changed since.
import { account } from './accounts.mjs';
import { HubspotError, validation } from './errors.mjs';

const MAX_STAGES = 100;
// The reference has no default pipeline of tickets; this is one of our own making.
const TICKET_STAGES = [['1', 'New', 'OPEN'], ['2', 'Waiting on contact', 'OPEN'], ['3', 'Waiting on us', 'OPEN'], ['4', 'Closed', 'CLOSED']];
const MADE = '2025-02-03T09:00:00.000Z';
const SUPPORT = [{
	label: 'Support Pipeline', displayOrder: 0, id: '0', createdAt: MADE, updatedAt: MADE, archived: false,
	stages: TICKET_STAGES.map(([id, label, ticketState], i) => ({
		label, displayOrder: i, metadata: { isClosed: String(ticketState === 'CLOSED'), ticketState }, createdAt: MADE, updatedAt: MADE, archived: false, id,
		writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT' })),
}];

export const HAVE_PIPELINES = ['deals', 'tickets'];
const stageProperty = { deals: 'dealstage', tickets: 'hs_pipeline_stage' };
const missing = (what, id) => new HubspotError(404, { message: `${what} ${id} does not exist`, category: 'OBJECT_NOT_FOUND' });

export class Pipelines {
	#w;

	/** w: the world, with store, crm and properties. */
	constructor(w) {
		this.#w = w;
	}

	of(portalId, type) {
		return this.#w.store.get('pipeline', `${portalId}|${type}`) ?? (type === 'tickets' ? SUPPORT : account(portalId).pipelines);
	}

	/** The stage of any pipeline of the account: {pipeline, stage} or null. */
	findStage(portalId, stageId, pipelineId, type = 'deals') {
		for (const p of this.of(portalId, type))
			if (!pipelineId || p.id === pipelineId)
				for (const s of p.stages)
					if (s.id === stageId)
						return { pipeline: p, stage: s };
		return null;
	}

	need(portalId, type, id) {
		const found = this.of(portalId, type).find((p) => p.id === id);
		if (!found)
			throw missing('Pipeline', id);
		return found;
	}

	needStage(portalId, type, id, stageId) {
		const found = this.need(portalId, type, id).stages.find((s) => s.id === stageId);
		if (!found)
			throw missing('Stage', stageId);
		return found;
	}

	#save(portalId, type, list, entry) {
		const { store, properties } = this.#w;
		store.put('pipeline', `${portalId}|${type}`, list.slice().sort((a, b) => a.displayOrder - b.displayOrder));
		const key = `${portalId}|${type}|${entry.identifier}`;
		store.put('audit', key, [{ portalId: Number(portalId), timestamp: new Date().toISOString(), ...entry }, ...store.get('audit', key) ?? []]);
		properties.forget(portalId, type);
	}

	audit(portalId, type, identifier) {
		return this.#w.store.get('audit', `${portalId}|${type}|${identifier}`) ?? [];
	}

	#label(input, siblings) {
		if (typeof input?.label !== 'string' || input.label === '')
			throw validation('label is required');
		if (siblings.some((s) => s.label === input.label))
			throw new HubspotError(409, { message: `The label ${input.label} is used already`, category: 'CONFLICT' });
	}

	#newStage(type, input, siblings, old) {
		this.#label(input, siblings);
		const probability = input.metadata?.probability;
		if (type === 'deals' && !(probability !== undefined && probability !== '' && Number(probability) >= 0 && Number(probability) <= 1))
			throw validation('metadata.probability between 0.0 and 1.0 is required');
		const now = new Date().toISOString();
		const closed = type === 'deals' ? [0, 1].includes(Number(probability)) : input.metadata?.ticketState === 'CLOSED';
		return {
			label: input.label, displayOrder: input.displayOrder ?? siblings.length,
			metadata: { ...(type === 'deals' ? { isClosed: String(closed), probability: Number(probability).toFixed(1) } : { isClosed: String(closed), ticketState: closed ? 'CLOSED' : 'OPEN' }) },
			createdAt: old?.createdAt ?? now, updatedAt: now, archived: false, id: old?.id ?? input.stageId ?? String(900000000 + this.#w.store.next('stage')),
			writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT',
		};
	}

	#stages(type, inputs) {
		if (!Array.isArray(inputs))
			throw validation('stages is required');
		if (inputs.length > MAX_STAGES)
			throw validation(`A pipeline has at most ${MAX_STAGES} stages`);
		return inputs.reduce((made, input) => [...made, this.#newStage(type, input, made)], []);
	}

	/** A new pipeline, or with `id` all of an old one anew. */
	put(portalId, type, input, id) {
		const list = this.of(portalId, type);
		const old = id === undefined ? null : this.need(portalId, type, id);
		this.#label(input, list.filter((p) => p !== old));
		const now = new Date().toISOString();
		const stages = this.#stages(type, input.stages);
		if (old)
			this.#unused(portalId, type, old.stages.filter((s) => !stages.some((n) => n.id === s.id)));
		const made = {
			label: input.label, displayOrder: input.displayOrder ?? list.length, id: id ?? input.pipelineId ?? String(800000000 + this.#w.store.next('pipeline')),
			stages, createdAt: old?.createdAt ?? now, updatedAt: now, archived: false };
		this.#save(portalId, type, [...list.filter((p) => p !== old), made], { identifier: made.id, action: old ? 'UPDATE' : 'CREATE', rawObject: made });
		return made;
	}

	change(portalId, type, id, { label, displayOrder }) {
		const old = this.need(portalId, type, id);
		if (label !== undefined)
			this.#label({ label }, this.of(portalId, type).filter((p) => p !== old));
		const now = { ...old, label: label ?? old.label, displayOrder: displayOrder ?? old.displayOrder, updatedAt: new Date().toISOString() };
		this.#save(portalId, type, this.of(portalId, type).map((p) => p === old ? now : p), { identifier: id, action: 'UPDATE', rawObject: now });
		return now;
	}

	remove(portalId, type, id) {
		const old = this.need(portalId, type, id);
		this.#unused(portalId, type, old.stages);
		if (this.of(portalId, type).length === 1)
			throw validation('The last pipeline cannot be deleted');
		this.#save(portalId, type, this.of(portalId, type).filter((p) => p !== old), { identifier: id, action: 'DELETE', rawObject: old });
	}

	/** Adds a stage, or with stageId changes one; whole: all of it anew. */
	putStage(portalId, type, id, input, stageId, whole = true) {
		const line = this.need(portalId, type, id);
		const old = stageId === undefined ? null : this.needStage(portalId, type, id, stageId);
		if (!old && line.stages.length >= MAX_STAGES)
			throw validation(`A pipeline has at most ${MAX_STAGES} stages`);
		const full = whole || !old ? input : { ...old, ...input, metadata: { ...old.metadata, ...input.metadata } };
		const made = this.#newStage(type, full, line.stages.filter((s) => s !== old), old);
		const stages = [...line.stages.filter((s) => s !== old), made].sort((a, b) => a.displayOrder - b.displayOrder);
		this.#replace(portalId, type, line, stages, { identifier: made.id, action: old ? 'UPDATE' : 'CREATE', rawObject: made });
		return made;
	}

	removeStage(portalId, type, id, stageId) {
		const old = this.needStage(portalId, type, id, stageId);
		this.#unused(portalId, type, [old]);
		const line = this.need(portalId, type, id);
		if (line.stages.length === 1)
			throw validation('The last stage of a pipeline cannot be deleted');
		this.#replace(portalId, type, line, line.stages.filter((s) => s !== old), { identifier: stageId, action: 'DELETE', rawObject: old });
	}

	#replace(portalId, type, line, stages, entry) {
		const now = { ...line, stages, updatedAt: new Date().toISOString() };
		this.#save(portalId, type, this.of(portalId, type).map((p) => p === line ? now : p), entry);
	}

	/** A stage in which records are stays: nobody could say afterwards where they are. */
	#unused(portalId, type, stages) {
		const ids = stages.map((s) => s.id);
		const used = this.#w.crm.list(portalId, type).find((r) => ids.includes(r.properties[stageProperty[type]]));
		if (used)
			throw validation(`The stage ${used.properties[stageProperty[type]]} is in use, for example by ${type} ${used.id}`);
	}
}
