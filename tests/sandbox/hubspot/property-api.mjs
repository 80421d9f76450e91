// /crm/properties and /crm/limits: properties and their groups, one by one and in batches.
import { batchError, batchAnswer, inputsOf, schemaType } from './common.mjs';
import { HubspotError, missingScopes } from './errors.mjs';
import { jsonBody } from './gate.mjs';
import { TYPE_NAMES, schemaReadScopes, typeInfo } from './types.mjs';

const MAX_BATCH = 100;
const properties = (c) => c.w.properties;
const flag = (c, name) => c.q.query.get(name) === 'true';
const fits = (sensitivity) => (p) => p.dataSensitivity === (sensitivity ?? 'non_sensitive');

export function listProperties(c) {
	const type = schemaType(c, false);
	const all = flag(c, 'archived') ? properties(c).archived(c.portalId, type) : properties(c).of(c.portalId, type);
	return { status: 200, body: { results: [...all.values()].filter(fits(c.q.query.get('dataSensitivity'))) } };
}

export function readProperty(c) {
	const type = schemaType(c, false);
	return { status: 200, body: properties(c).need(c.portalId, type, c.params.name, flag(c, 'archived')) };
}

export function createProperty(c) {
	const type = schemaType(c, true);
	return { status: 201, body: properties(c).create(c.portalId, type, jsonBody(c.q)) };
}

export function updateProperty(c) {
	const type = schemaType(c, true);
	return { status: 200, body: properties(c).update(c.portalId, type, c.params.name, jsonBody(c.q)) };
}

export function archiveProperty(c) {
	properties(c).archive(c.portalId, schemaType(c, true), c.params.name);
	return { status: 204 };
}

/** Answers of these batches carry no requestedAt, and a failed input is told by its name. */
function batch(c, status, work) {
	const started = new Date().toISOString();
	const results = [];
	const errors = [];
	const body = jsonBody(c.q);
	for (const input of inputsOf(body, MAX_BATCH)) {
		try {
			const result = work(input, body);
			if (result)
				results.push(result);
		} catch (err) {
			if (!(err instanceof HubspotError))
				throw err;
			errors.push(batchError(err, { name: [String(input.name)] }));
		}
	}
	return batchAnswer(status, results, errors, started);
}

export function batchReadProperties(c) {
	const type = schemaType(c, false);
	return batch(c, 200, (input, body) => properties(c).need(c.portalId, type, input.name, body.archived === true));
}

export function batchCreateProperties(c) {
	const type = schemaType(c, true);
	return batch(c, 201, (input) => properties(c).create(c.portalId, type, input));
}

/** All or none, like every 204. */
export function batchArchiveProperties(c) {
	const type = schemaType(c, true);
	const names = inputsOf(jsonBody(c.q), MAX_BATCH).map((i) => i.name);
	names.forEach((name) => properties(c).need(c.portalId, type, name));
	names.forEach((name) => properties(c).archive(c.portalId, type, name));
	return { status: 204 };
}

export const listGroups = (c) => ({ status: 200, body: { results: [...properties(c).groups(c.portalId, schemaType(c, false)).values()] } });

export const readGroup = (c) => ({ status: 200, body: properties(c).needGroup(c.portalId, schemaType(c, false), c.params.name) });

export function createGroup(c) {
	const type = schemaType(c, true);
	return { status: 201, body: properties(c).putGroup(c.portalId, type, jsonBody(c.q)) };
}

export function updateGroup(c) {
	const type = schemaType(c, true);
	const old = properties(c).needGroup(c.portalId, type, c.params.name);
	return { status: 200, body: properties(c).putGroup(c.portalId, type, { ...jsonBody(c.q), name: old.name }, old) };
}

export function archiveGroup(c) {
	properties(c).removeGroup(c.portalId, schemaType(c, true), c.params.name);
	return { status: 204 };
}

/** How many of an account's own properties there may be, and are. */
export function customPropertyLimits(c) {
	const readable = TYPE_NAMES.filter((type) => schemaReadScopes(type).some((s) => c.row.scopes.includes(s)));
	if (!readable.length)
		throw missingScopes(schemaReadScopes('contacts'));
	const limit = c.w.settings.custom_properties;
	const percent = (usage, of) => of ? Math.round(usage / of * 10000) / 100 : 0;
	const byObjectType = readable.map((type) => {
		const usage = properties(c).count(c.portalId, type);
		const { id, singular } = typeInfo(type);
		return { objectTypeId: id, singularLabel: singular, pluralLabel: type, limit, usage, percentage: percent(usage, limit) };
	});
	const overallUsage = byObjectType.reduce((n, t) => n + t.usage, 0);
	const overallLimit = limit * byObjectType.length;
	return { status: 200, body: { overallLimit, overallUsage, overallPercentage: percent(overallUsage, overallLimit), byObjectType } };
}
