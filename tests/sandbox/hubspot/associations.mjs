// /crm/associations and .../associations/...: links of one record, links in batches, labels.
import { batchAnswer, batchOf, inputsOf, limitOf, needType, ownSource, typesOf } from './common.mjs';
import { HubspotError, validation } from './errors.mjs';
import { anyScope, jsonBody } from './gate.mjs';
import { linkTypes } from './association-types.mjs';
import { objectScopes, schemaReadScopes, schemaWriteScopes, typeInfo } from './types.mjs';

const PAGE = 500;
const MAX_READ = 1000;
const MAX_WRITE = 2000;

/** Both objects of the path, when the app may read or write them and they can be linked. */
export function ends(c, write) {
	const [from, to] = [needType(c.params.from), needType(c.params.to)];
	for (const type of [from, to])
		anyScope(c.row, objectScopes(type, write));
	if (!linkTypes(from, to))
		throw validation(`No association between ${from} and ${to}`);
	return { from, to };
}

function show(c, row) {
	return { toObjectId: c.w.settings.association_ids_as_strings ? row.id : Number(row.id), associationTypes: row.types };
}

function page(rows, after, limit) {
	const start = Number(after ?? 0);
	if (!Number.isInteger(start) || start < 0)
		throw validation('after is not one that a page has given');
	const out = { rows: rows.slice(start, start + limit) };
	if (rows.length > start + limit)
		out.paging = { next: { after: String(start + limit) } };
	return out;
}

export function listAssociations(c) {
	const { from, to } = ends(c, false);
	c.w.crm.need(c.portalId, from, c.params.id);
	const { rows, paging } = page(c.w.links.list(c.portalId, from, c.params.id, to), c.q.query.get('after'), limitOf(c.q, PAGE, PAGE));
	return { status: 200, body: { results: rows.map((r) => show(c, r)), ...(paging ? { paging } : {}) } };
}

/** What batch read says of a record without a link. */
export const nothingThere = (from, to, id) => new HubspotError(404, {
	category: 'OBJECT_NOT_FOUND', subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
	message: `No ${typeInfo(to).singular} is associated with ${typeInfo(from).singular} ${id}.` });

export function batchReadAssociations(c) {
	const { from, to } = ends(c, false);
	return batchOf(inputsOf(jsonBody(c.q), MAX_READ), 200, (input) => {
		const id = String(input.id);
		const { rows, paging } = page(c.w.links.list(c.portalId, from, id, to), input.after, PAGE);
		if (!rows.length)
			throw nothingThere(from, to, id);
		return { from: { id }, to: rows.map((r) => show(c, r)), ...(paging ? { paging } : {}) };
	}, (input) => ({ fromObjectId: [String(input.id)], fromObjectType: [typeInfo(from).singular], toObjectType: [typeInfo(to).singular] }));
}

const pairContext = (input) => ({ fromObjectId: [String(input.from?.id)], toObjectId: [String(input.to?.id)] });

function labelled(c, from, fromId, to, toId, types) {
	const all = c.w.links.associate(c.portalId, from, fromId, to, toId, ownSource(c.w), types);
	const id = (text) => c.w.settings.association_ids_as_strings ? String(text) : Number(text);
	return {
		fromObjectTypeId: typeInfo(from).id, fromObjectId: id(fromId), toObjectTypeId: typeInfo(to).id, toObjectId: id(toId),
		labels: all.map((t) => t.label).filter((l) => l !== null) };
}

export function batchCreateAssociations(c) {
	const { from, to } = ends(c, true);
	return batchOf(inputsOf(jsonBody(c.q), MAX_WRITE), 201, (i) => labelled(c, from, i.from?.id, to, i.to?.id, typesOf(i.types)), pairContext);
}

/** One result for each direction, as the default endpoints give them. */
function plain(c, from, fromId, to, toId) {
	c.w.links.associate(c.portalId, from, fromId, to, toId, ownSource(c.w));
	const one = (f, x, t, y) => ({ from: { id: String(x) }, to: { id: String(y) }, associationSpec: { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: linkTypes(f, t)[0] } });
	return [one(from, fromId, to, toId), one(to, toId, from, fromId)];
}

function withBoth(answer) {
	answer.body.results = answer.body.results.flat();
	return answer;
}

export function batchDefaultAssociations(c) {
	const { from, to } = ends(c, true);
	return withBoth(batchOf(inputsOf(jsonBody(c.q), MAX_WRITE), 200, (i) => plain(c, from, i.from?.id, to, i.to?.id), pairContext));
}

export function putDefaultAssociation(c) {
	const { from, to } = ends(c, true);
	return batchAnswer(200, plain(c, from, c.params.id, to, c.params.toId), [], new Date().toISOString());
}

export function putAssociation(c) {
	const { from, to } = ends(c, true);
	return { status: 201, body: labelled(c, from, c.params.id, to, c.params.toId, typesOf(jsonBody(c.q))) };
}

export function batchArchiveAssociations(c) {
	const { from, to } = ends(c, true);
	const inputs = inputsOf(jsonBody(c.q), MAX_WRITE);
	if (inputs.some((i) => !Array.isArray(i.to)))
		throw validation('to must be a list of {id}');
	for (const i of inputs)
		for (const t of i.to)
			c.w.links.dissociate(c.portalId, from, i.from?.id, to, t?.id, ownSource(c.w));
	return { status: 204 };
}

export function batchArchiveLabels(c) {
	const { from, to } = ends(c, true);
	for (const i of inputsOf(jsonBody(c.q), MAX_WRITE))
		c.w.links.removeTypes(c.portalId, from, i.from?.id, to, i.to?.id, typesOf(i.types), ownSource(c.w));
	return { status: 204 };
}

export function deleteAssociation(c) {
	const { from, to } = ends(c, true);
	c.w.links.dissociate(c.portalId, from, c.params.id, to, c.params.toId, ownSource(c.w));
	return { status: 204 };
}

// --- labels -----------------------------------------------------------------------------------------------------

function labelEnds(c, write) {
	const [from, to] = [needType(c.params.from), needType(c.params.to)];
	anyScope(c.row, [from, to].flatMap(write ? schemaWriteScopes : schemaReadScopes).concat(write ? [from, to].flatMap((t) => objectScopes(t, true)) : []));
	return { from, to };
}

const label = ({ category, typeId, label: text }) => ({ category, typeId, label: text });

export function listLabels(c) {
	const { from, to } = labelEnds(c, false);
	return { status: 200, body: { results: c.w.associationTypes.of(c.portalId, from, to).map(label) } };
}

export function createLabel(c) {
	const { from, to } = labelEnds(c, true);
	return { status: 200, body: { results: c.w.associationTypes.create(c.portalId, from, to, jsonBody(c.q)).map(label) } };
}

export function updateLabel(c) {
	const { from, to } = labelEnds(c, true);
	c.w.associationTypes.update(c.portalId, from, to, jsonBody(c.q));
	return { status: 204 };
}

export function deleteLabel(c) {
	const { from, to } = labelEnds(c, true);
	c.w.links.forgetType(c.portalId, from, to, c.w.associationTypes.remove(c.portalId, from, to, c.params.typeId));
	return { status: 204 };
}
