// /crm/objects: one record, lists, merge, deletion for privacy.
import { account } from './accounts.mjs';
import { limitOf, listOf, needType, objectType, ownSource, typesOf } from './common.mjs';
import { notFound, validation } from './errors.mjs';
import { jsonBody } from './gate.mjs';
import { canMerge, forget, merge } from './merge.mjs';
import { TYPE_NAMES, typeInfo } from './types.mjs';

const PAGE = 100;
const PAGE_WITH_HISTORY = 50;

/** A record as the API shows it. */
export function show(w, rec, { properties = [], history = [], associations = [] } = {}) {
	const info = typeInfo(rec.type);
	const known = w.properties.of(rec.portalId, rec.type);
	const archived = w.properties.archived(rec.portalId, rec.type);
	const names = new Set(['hs_object_id', info.created, info.modified, ...(properties.length ? properties : info.shown), ...history]);
	const out = { id: rec.id, properties: {} };
	for (const name of names)
		if (known.has(name) || (name in rec.properties && !archived.has(name)))
			out.properties[name] = w.crm.value(rec, name);
	if (history.length)
		out.propertiesWithHistory = Object.fromEntries(history.filter((n) => known.has(n)).map((n) => [n, rec.history[n] ?? []]));
	Object.assign(out, { createdAt: rec.createdAt, updatedAt: rec.updatedAt, archived: rec.archived });
	if (rec.archived)
		out.archivedAt = rec.archivedAt;
	out.url = `https://${account(rec.portalId).uiDomain}/contacts/${rec.portalId}/record/${info.id}/${rec.id}`;
	for (const text of associations) {
		const to = needType(text);
		const results = w.crm.associations(rec.portalId, rec.type, rec.id, to).flatMap((a) => a.types.map((t) => ({ id: a.id, type: linkText(rec.type, to, t) })));
		if (results.length)
			(out.associations ??= {})[to] = { results };
	}
	return out;
}

/** contact_to_company, contact_to_company_primary, or the label's words. */
export function linkText(from, to, type) {
	const base = `${typeInfo(from).singular}_to_${typeInfo(to).singular}`;
	return type.label === null ? base : `${base}_${type.label.toLowerCase().replace(/\W+/g, '_')}`;
}

function shape(q) {
	return { properties: listOf(q, 'properties'), history: listOf(q, 'propertiesWithHistory'), associations: listOf(q, 'associations') };
}

export function listObjects(c) {
	const type = objectType(c, false);
	const wanted = shape(c.q);
	const limit = limitOf(c.q, 10, wanted.history.length ? PAGE_WITH_HISTORY : PAGE);
	const after = c.q.query.get('after');
	if (after !== null && !/^\d+$/.test(after))
		throw validation('after is not one that a page has given');
	const rows = c.w.crm.page(c.portalId, type, after === null ? undefined : Number(after), limit + 1, c.q.query.get('archived') === 'true');
	const body = { results: rows.slice(0, limit).map((r) => show(c.w, r, wanted)) };
	if (rows.length > limit) {
		const next = new URLSearchParams(c.q.query);
		next.set('after', rows[limit - 1].id);
		body.paging = { next: { after: rows[limit - 1].id, link: `https://api.hubapi.com${c.q.path}?${next}` } };
	}
	return { status: 200, body };
}

export function readObject(c) {
	const type = objectType(c, false);
	const rec = c.w.crm.need(c.portalId, type, c.params.id, { idProperty: c.q.query.get('idProperty'), archived: c.q.query.get('archived') === 'true' });
	return { status: 200, body: show(c.w, rec, shape(c.q)) };
}

/** What is to be linked with a new record: [{to, id, types}]. */
function linksOf(c, type, associations) {
	if (associations !== undefined && associations !== null && !Array.isArray(associations))
		throw validation('associations must be a list');
	return (associations ?? []).map((a) => {
		const types = typesOf(a?.types);
		const fits = (to) => c.w.associationTypes.of(c.portalId, type, to).some((t) => t.typeId === types[0].typeId && t.category === types[0].category);
		const to = TYPE_NAMES.find(fits);
		if (!to)
			throw validation(`Association type ${types[0].typeId} does not start from ${type}`);
		types.forEach((t) => c.w.associationTypes.need(c.portalId, type, to, t.category, t.typeId));
		if (!c.w.crm.find(c.portalId, to, a.to?.id))
			throw validation(`No ${typeInfo(to).singular} ${a.to?.id} to associate with`);
		return { to, id: String(a.to.id), types };
	});
}

/** check: only whether it would be accepted. */
export function createOne(c, type, input, check) {
	if (!input || typeof input.properties !== 'object' || input.properties === null)
		throw validation('properties is required');
	const links = linksOf(c, type, input.associations);
	const warnings = [];
	const rec = c.w.crm.create(c.portalId, type, input.properties, ownSource(c.w), { version: c.version, warnings, check });
	if (check)
		return null;
	for (const l of links)
		c.w.links.associate(c.portalId, type, rec.id, l.to, l.id, ownSource(c.w), l.types);
	return written(c, rec, input, warnings);
}

/** A record after a write, with what HubSpot has to say about it. */
export function written(c, rec, input, warnings) {
	const body = show(c.w, rec, { properties: Object.keys(input.properties ?? {}) });
	if (input.objectWriteTraceId)
		body.objectWriteTraceId = input.objectWriteTraceId;
	return warnings.length ? { ...body, warnings } : body;
}

export function updateOne(c, type, id, input, idProperty, check) {
	const warnings = [];
	const rec = c.w.crm.update(c.portalId, type, id, input?.properties, ownSource(c.w), { idProperty, version: c.version, warnings, check });
	return check ? null : written(c, rec, input ?? {}, warnings);
}

/** The object of the path for a write: scope, and that it is not locked. */
export function writeType(c) {
	const type = objectType(c, true);
	c.w.gate.unlocked(c.portalId, type);
	return type;
}

export function createObject(c) {
	return { status: 201, body: createOne(c, writeType(c), jsonBody(c.q)) };
}

export function updateObject(c) {
	return { status: 200, body: updateOne(c, writeType(c), c.params.id, jsonBody(c.q), c.q.query.get('idProperty')) };
}

export function archiveObject(c) {
	c.w.crm.archive(c.portalId, writeType(c), c.params.id, ownSource(c.w));
	return { status: 204 };
}

export function mergeObjects(c) {
	const type = writeType(c);
	if (!canMerge(type, c.version))
		throw notFound();
	const input = jsonBody(c.q);
	for (const key of ['primaryObjectId', 'objectIdToMerge'])
		if (!/^\d+$/.test(String(input[key] ?? '')))
			throw validation(`${key} is required`);
	return { status: 200, body: show(c.w, merge(c.w, c.portalId, type, input.primaryObjectId, input.objectIdToMerge, ownSource(c.w))) };
}

export function gdprDelete(c) {
	if (writeType(c) !== 'contacts')
		throw notFound();
	const input = jsonBody(c.q);
	if (input.objectId === undefined || input.objectId === null || input.objectId === '')
		throw validation('objectId is required');
	forget(c.w, c.portalId, input, ownSource(c.w));
	return { status: 204 };
}
