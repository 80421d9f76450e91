// /crm/objects: one record, lists, batches.
import { account } from './accounts.mjs';
import { HubspotError, notFound, validation } from './errors.mjs';
import { anyScope, jsonBody } from './gate.mjs';
import { linkTypes, typeInfo, typeName } from './types.mjs';

const DEFAULTS = {
	contacts: ['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname'],
	companies: ['createdate', 'domain', 'hs_lastmodifieddate', 'hs_object_id', 'name'],
	deals: ['amount', 'closedate', 'createdate', 'dealname', 'dealstage', 'hs_lastmodifieddate', 'hs_object_id', 'pipeline'],
	line_items: ['createdate', 'hs_lastmodifieddate', 'hs_object_id', 'quantity'],
};
const MAX_BATCH = 100;
/** A list in the query: comma separated, repeated, or both. */
const list = (q, name) => q.query.getAll(name).flatMap((s) => s.split(',')).map((s) => s.trim()).filter(Boolean);

export function needType(text) {
	const type = typeName(text);
	if (!type)
		throw validation(`Unable to infer object type from: ${text}`);
	return type;
}

/** A record as the API shows it. */
export function show(w, rec, { properties = [], history = [], associations = [] } = {}) {
	const known = w.properties.of(rec.portalId, rec.type);
	const names = new Set(['hs_object_id', 'createdate', typeInfo(rec.type).modified, ...(properties.length ? properties : DEFAULTS[rec.type]), ...history]);
	const out = { id: rec.id, properties: {} };
	for (const name of names)
		if (known.has(name) || name in rec.properties)
			out.properties[name] = rec.properties[name] ?? null;
	if (history.length)
		out.propertiesWithHistory = Object.fromEntries(history.filter((n) => known.has(n)).map((n) => [n, rec.history[n] ?? []]));
	Object.assign(out, { createdAt: rec.createdAt, updatedAt: rec.updatedAt, archived: rec.archived });
	if (rec.archived)
		out.archivedAt = rec.archivedAt;
	out.url = `https://${account(rec.portalId).uiDomain}/contacts/${rec.portalId}/record/${typeInfo(rec.type).id}/${rec.id}`;
	for (const text of associations) {
		const to = needType(text);
		const rows = w.crm.associations(rec.portalId, rec.type, rec.id, to);
		if (rows.length)
			(out.associations ??= {})[to] = { results: rows.map((a) => ({ id: a.id, type: `${typeInfo(rec.type).singular}_to_${typeInfo(to).singular}` })) };
	}
	return out;
}

const scopes = (type, write) => [`crm.objects.${type}.${write ? 'write' : 'read'}`, ...(type === 'line_items' ? ['e-commerce'] : [])];
const ownSource = (w) => ({ changeSource: 'INTEGRATION', sourceId: String(w.conf.appId) });

/** Reads the type of the path and asks for its scope. */
function enter(c, write) {
	const type = needType(c.params.type);
	anyScope(c.row, scopes(type, write));
	return type;
}

function shape(q) {
	return { properties: list(q, 'properties'), history: list(q, 'propertiesWithHistory'), associations: list(q, 'associations') };
}

export function listObjects(c) {
	const type = enter(c, false);
	const limit = Number(c.q.query.get('limit') ?? 10);
	if (!Number.isInteger(limit) || limit < 1 || limit > 100)
		throw validation('limit must be between 1 and 100');
	const after = c.q.query.get('after');
	const all = c.w.crm.list(c.portalId, type, c.q.query.get('archived') === 'true').sort((a, b) => Number(a.id) - Number(b.id))
		.filter((r) => !after || Number(r.id) > Number(after));
	const body = { results: all.slice(0, limit).map((r) => show(c.w, r, shape(c.q))) };
	if (all.length > limit)
		body.paging = { next: { after: all[limit - 1].id, link: `https://api.hubapi.com${c.q.path}?after=${all[limit - 1].id}` } };
	return { status: 200, body };
}

export function readObject(c) {
	const type = enter(c, false);
	const rec = c.w.crm.need(c.portalId, type, c.params.id, { idProperty: c.q.query.get('idProperty'), archived: c.q.query.get('archived') === 'true' });
	return { status: 200, body: show(c.w, rec, shape(c.q)) };
}

function createOne(c, type, input) {
	if (!input || typeof input.properties !== 'object')
		throw validation('properties is required');
	const links = (input.associations ?? []).map((a) => {
		const typeIds = (a.types ?? []).map((t) => Number(t.associationTypeId));
		const to = ['contacts', 'companies', 'deals', 'line_items'].find((t) => linkTypes(type, t)?.includes(typeIds[0]));
		if (!to || !c.w.crm.find(c.portalId, to, a.to?.id))
			throw validation(`Association to ${a.to?.id} with type ${typeIds.join(', ')} is not possible`);
		return { to, id: a.to.id, typeIds };
	});
	const rec = c.w.crm.create(c.portalId, type, input.properties, ownSource(c.w));
	for (const l of links)
		c.w.crm.associate(c.portalId, type, rec.id, l.to, l.id, ownSource(c.w), l.typeIds);
	return show(c.w, rec, { properties: Object.keys(input.properties) });
}

export function createObject(c) {
	const type = enter(c, true);
	return { status: 201, body: createOne(c, type, jsonBody(c.q)) };
}

export function updateObject(c) {
	const type = enter(c, true);
	const input = jsonBody(c.q);
	const rec = c.w.crm.update(c.portalId, type, c.params.id, input.properties, ownSource(c.w), { idProperty: c.q.query.get('idProperty') });
	return { status: 200, body: show(c.w, rec, { properties: Object.keys(input.properties ?? {}) }) };
}

export function archiveObject(c) {
	const type = enter(c, true);
	c.w.crm.archive(c.portalId, type, c.params.id, ownSource(c.w));
	return { status: 204 };
}

export function mergeObjects(c) {
	const type = enter(c, true);
	const input = jsonBody(c.q);
	const rec = c.w.crm.merge(c.portalId, type, input.primaryObjectId, input.objectIdToMerge, ownSource(c.w));
	return { status: 200, body: show(c.w, rec) };
}

// --- batches ----------------------------------------------------------------------------------------------------

export function inputsOf(body, max) {
	if (!Array.isArray(body?.inputs) || body.inputs.length === 0)
		throw validation('inputs is required and must not be empty');
	if (body.inputs.length > max)
		throw validation(`Request contains ${body.inputs.length} inputs, the maximum is ${max}`);
	return body.inputs;
}

/** 200, 201 or 207; results do not come in the order of the inputs. */
export function batchAnswer(status, results, errors, started) {
	const now = new Date().toISOString();
	const body = { status: 'COMPLETE', results: results.reverse(), requestedAt: started, startedAt: started, completedAt: now };
	if (errors.length)
		Object.assign(body, { numErrors: errors.length, errors });
	return { status: errors.length ? 207 : status, body };
}

export function batchRead(c) {
	const type = enter(c, false);
	const started = new Date().toISOString();
	const body = jsonBody(c.q);
	const inputs = inputsOf(body, MAX_BATCH);
	const options = { idProperty: body.idProperty, archived: c.q.query.get('archived') === 'true' };
	const missing = [];
	const found = new Map();
	for (const input of inputs) {
		if (typeof input?.id !== 'string' && typeof input?.id !== 'number')
			throw validation('every input needs an id');
		const rec = c.w.crm.find(c.portalId, type, input.id, options);
		if (rec)
			found.set(rec.id, rec);
		else
			missing.push(String(input.id));
	}
	const shaped = { properties: body.properties ?? [], history: body.propertiesWithHistory ?? [] };
	const errors = missing.length ? [{
		status: 'error', category: 'OBJECT_NOT_FOUND', context: { ids: missing },
		message: `Could not get some ${typeInfo(type).singular.toUpperCase()} objects, they may be deleted or not exist. Check that ids are valid.`,
	}] : [];
	return batchAnswer(200, [...found.values()].map((r) => show(c.w, r, shaped)), errors, started);
}

/** Runs every input on its own; one without a trace id that fails spoils the whole batch. */
function batchWrite(c, status, work) {
	const started = new Date().toISOString();
	const body = jsonBody(c.q);
	const inputs = inputsOf(body, MAX_BATCH);
	const traced = inputs.every((i) => i.objectWriteTraceId) && new Set(inputs.map((i) => i.objectWriteTraceId)).size === inputs.length;
	const results = [];
	const errors = [];
	for (const input of inputs) {
		try {
			const result = work(input);
			results.push(input.objectWriteTraceId ? { ...result, objectWriteTraceId: input.objectWriteTraceId } : result);
		} catch (err) {
			if (!(err instanceof HubspotError) || !traced)
				throw err;
			errors.push({ status: 'error', category: err.body.category ?? 'VALIDATION_ERROR', message: err.body.message, id: err.body.correlationId,
				context: { objectWriteTraceId: [input.objectWriteTraceId] } });
		}
	}
	return batchAnswer(status, results, errors, started);
}

export function batchCreate(c) {
	const type = enter(c, true);
	return batchWrite(c, 201, (input) => createOne(c, type, input));
}

export function batchUpdate(c) {
	const type = enter(c, true);
	return batchWrite(c, 200, (input) => {
		const rec = c.w.crm.find(c.portalId, type, input.id, { idProperty: input.idProperty });
		if (!rec)
			throw notFound();
		c.w.crm.update(c.portalId, type, rec.id, input.properties, ownSource(c.w));
		return show(c.w, rec, { properties: Object.keys(input.properties ?? {}) });
	});
}

export function batchArchive(c) {
	const type = enter(c, true);
	for (const input of inputsOf(jsonBody(c.q), MAX_BATCH))
		c.w.crm.archive(c.portalId, type, input.id, ownSource(c.w));
	return { status: 204 };
}
