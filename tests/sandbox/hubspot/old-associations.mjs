// The v3 form of associations, which names types in words. It ends in 2027; HubSpot's own client still has it.
import { ends, nothingThere } from './associations.mjs';
import { batchOf, inputsOf, limitOf, ownSource } from './common.mjs';
import { notFound, validation } from './errors.mjs';
import { jsonBody } from './gate.mjs';
import { linkText } from './objects.mjs';

const MAX_READ = 1000;
const MAX_WRITE = 2000;

/** A type of the path or the body: its number or its words. */
function typeOf(c, from, to, text) {
	const found = c.w.associationTypes.of(c.portalId, from, to).find((t) => String(t.typeId) === String(text) || linkText(from, to, t) === text);
	if (!found)
		throw validation(`${text} is no association type from ${from} to ${to}`);
	return found;
}

const worded = (from, to, rows) => rows.flatMap((r) => r.types.map((t) => ({ id: r.id, type: linkText(from, to, t) })));
const context = (input) => ({ fromObjectId: [String(input.from?.id ?? input.id)], toObjectId: [String(input.to?.id)] });

export function readTypes(c) {
	const { from, to } = ends(c, false);
	return { status: 200, body: { results: c.w.associationTypes.of(c.portalId, from, to).map((t) => ({ id: String(t.typeId), name: linkText(from, to, t) })) } };
}

export function batchRead(c) {
	const { from, to } = ends(c, false);
	return batchOf(inputsOf(jsonBody(c.q), MAX_READ), 200, (input) => {
		const rows = c.w.links.list(c.portalId, from, String(input.id), to);
		if (!rows.length)
			throw nothingThere(from, to, input.id);
		return { from: { id: String(input.id) }, to: worded(from, to, rows) };
	}, context);
}

export function batchCreate(c) {
	const { from, to } = ends(c, true);
	return batchOf(inputsOf(jsonBody(c.q), MAX_WRITE), 201, (i) => {
		c.w.links.associate(c.portalId, from, i.from?.id, to, i.to?.id, ownSource(c.w), [typeOf(c, from, to, i.type)]);
		return { from: { id: String(i.from.id) }, to: { id: String(i.to.id) }, type: i.type };
	}, context);
}

export function batchArchive(c) {
	const { from, to } = ends(c, true);
	for (const i of inputsOf(jsonBody(c.q), MAX_WRITE))
		c.w.links.dissociate(c.portalId, from, i.from?.id, to, i.to?.id, ownSource(c.w));
	return { status: 204 };
}

export function list(c) {
	const { from, to } = ends(c, false);
	c.w.crm.need(c.portalId, from, c.params.id);
	const results = worded(from, to, c.w.links.list(c.portalId, from, c.params.id, to));
	return { status: 200, body: { results: results.slice(0, limitOf(c.q, 500, 500)) } };
}

export function put(c) {
	const { from, to } = ends(c, true);
	c.w.links.associate(c.portalId, from, c.params.id, to, c.params.toId, ownSource(c.w), [typeOf(c, from, to, c.params.typeId)]);
	return { status: 200, body: { id: c.params.id } };
}

export function remove(c) {
	const { from, to } = ends(c, true);
	const type = typeOf(c, from, to, c.params.typeId);
	if (!c.w.crm.find(c.portalId, from, c.params.id))
		throw notFound();
	if (type.label === null)
		c.w.links.dissociate(c.portalId, from, c.params.id, to, c.params.toId, ownSource(c.w));
	else
		c.w.links.removeTypes(c.portalId, from, c.params.id, to, c.params.toId, [type], ownSource(c.w));
	return { status: 204 };
}
