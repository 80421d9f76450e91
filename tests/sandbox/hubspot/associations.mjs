// Associations: of one record, and in batches.
import { validation } from './errors.mjs';
import { anyScope, jsonBody } from './gate.mjs';
import { batchAnswer, inputsOf, needType } from './objects.mjs';
import { linkTypes, typeInfo } from './types.mjs';

const PAGE = 500;

function ends(c, write) {
	const [from, to] = [needType(c.params.from), needType(c.params.to)];
	for (const type of [from, to])
		anyScope(c.row, [`crm.objects.${type}.${write ? 'write' : 'read'}`]);
	if (!linkTypes(from, to))
		throw validation(`No association between ${from} and ${to}`);
	return { from, to };
}

const source = (c) => ({ changeSource: 'INTEGRATION', sourceId: String(c.w.conf.appId) });

function show(c, row) {
	const id = c.w.settings.association_ids_as_strings ? row.id : Number(row.id);
	return { toObjectId: id, associationTypes: row.types };
}

function page(rows, after, limit) {
	const start = Number(after ?? 0);
	const out = { rows: rows.slice(start, start + limit) };
	if (rows.length > start + limit)
		out.paging = { next: { after: String(start + limit) } };
	return out;
}

export function listAssociations(c) {
	const { from, to } = ends(c, false);
	c.w.crm.need(c.portalId, from, c.params.id);
	const limit = Number(c.q.query.get('limit') ?? PAGE);
	if (!Number.isInteger(limit) || limit < 1 || limit > PAGE)
		throw validation(`limit must be between 1 and ${PAGE}`);
	const { rows, paging } = page(c.w.crm.associations(c.portalId, from, c.params.id, to), c.q.query.get('after'), limit);
	return { status: 200, body: { results: rows.map((r) => show(c, r)), ...(paging ? { paging } : {}) } };
}

export function batchReadAssociations(c) {
	const { from, to } = ends(c, false);
	const started = new Date().toISOString();
	const results = [];
	const errors = [];
	for (const input of inputsOf(jsonBody(c.q), 1000)) {
		const id = String(input?.id);
		const { rows, paging } = page(c.w.crm.associations(c.portalId, from, id, to), input?.after, PAGE);
		if (rows.length)
			results.push({ from: { id }, to: rows.map((r) => show(c, r)), ...(paging ? { paging } : {}) });
		else
			errors.push({
				status: 'error', category: 'OBJECT_NOT_FOUND', subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
				message: `No ${typeInfo(to).singular} is associated with ${typeInfo(from).singular} ${id}.`,
				context: { fromObjectId: [id], fromObjectType: [typeInfo(from).singular], toObjectType: [typeInfo(to).singular] },
			});
	}
	return batchAnswer(200, results, errors, started);
}

function created(c, from, fromId, to, toId, typeIds) {
	c.w.crm.associate(c.portalId, from, fromId, to, toId, source(c), typeIds);
	return { from: { id: String(fromId) }, to: { id: String(toId) }, associationSpec: {
		associationCategory: 'HUBSPOT_DEFINED', associationTypeId: typeIds[0] ?? linkTypes(from, to)[0] } };
}

export function batchCreateAssociations(c) {
	const { from, to } = ends(c, true);
	const started = new Date().toISOString();
	const results = inputsOf(jsonBody(c.q), 2000).map((i) =>
		created(c, from, i.from?.id, to, i.to?.id, (i.types ?? []).map((t) => Number(t.associationTypeId))));
	return batchAnswer(201, results, [], started);
}

export function batchDefaultAssociations(c) {
	const { from, to } = ends(c, true);
	const started = new Date().toISOString();
	return batchAnswer(200, inputsOf(jsonBody(c.q), 2000).map((i) => created(c, from, i.from?.id, to, i.to?.id, [])), [], started);
}

export function batchArchiveAssociations(c) {
	const { from, to } = ends(c, true);
	for (const i of inputsOf(jsonBody(c.q), 2000))
		for (const t of i.to ?? [])
			c.w.crm.dissociate(c.portalId, from, i.from?.id, to, t.id, source(c));
	return { status: 204 };
}

export function putDefaultAssociation(c) {
	const { from, to } = ends(c, true);
	return batchAnswer(200, [created(c, from, c.params.id, to, c.params.toId, [])], [], new Date().toISOString());
}

export function putAssociation(c) {
	const { from, to } = ends(c, true);
	const specs = jsonBody(c.q);
	if (!Array.isArray(specs) || !specs.length)
		throw validation('a list of association types is required');
	c.w.crm.associate(c.portalId, from, c.params.id, to, c.params.toId, source(c), specs.map((s) => Number(s.associationTypeId)));
	return { status: 201, body: { fromObjectTypeId: typeInfo(from).id, fromObjectId: Number(c.params.id), toObjectTypeId: typeInfo(to).id, toObjectId: Number(c.params.toId), labels: [] } };
}

export function deleteAssociation(c) {
	const { from, to } = ends(c, true);
	c.w.crm.dissociate(c.portalId, from, c.params.id, to, c.params.toId, source(c));
	return { status: 204 };
}
