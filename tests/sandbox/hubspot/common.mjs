// What the handlers of the CRM API share: types and scopes of the path, lists of inputs, answers of batches.
import { HubspotError, validation } from './errors.mjs';
import { anyScope } from './gate.mjs';
import { objectScopes, schemaReadScopes, schemaWriteScopes, typeName } from './types.mjs';

export function needType(text) {
	const type = typeName(text);
	if (!type)
		throw validation(`Unable to infer object type from: ${text}`);
	return type;
}

/** The object of the path, when the app may read or write such records. */
export function objectType(c, write) {
	const type = needType(c.params.type);
	anyScope(c.row, objectScopes(type, write));
	return type;
}

/** The object of the path, when the app may read or change what such records are made of. */
export function schemaType(c, write) {
	const type = needType(c.params.type);
	anyScope(c.row, write ? schemaWriteScopes(type) : schemaReadScopes(type));
	return type;
}

/** Changes by the app come back in webhooks with its id. */
export const ownSource = (w) => ({ changeSource: 'INTEGRATION', sourceId: String(w.conf.appId) });

/** A list in the query: comma separated, repeated, or both. */
export const listOf = (q, name) => q.query.getAll(name).flatMap((s) => s.split(',')).map((s) => s.trim()).filter(Boolean);

/** A whole number of the query between 1 and max. */
export function limitOf(q, usual, max) {
	const limit = Number(q.query.get('limit') ?? usual);
	if (!Number.isInteger(limit) || limit < 1 || limit > max)
		throw validation(`limit must be between 1 and ${max}`);
	return limit;
}

export function inputsOf(body, max) {
	if (!Array.isArray(body?.inputs) || body.inputs.length === 0)
		throw validation('inputs is required and must not be empty');
	if (body.inputs.length > max)
		throw validation(`Request contains ${body.inputs.length} inputs, the maximum is ${max}`);
	if (body.inputs.some((i) => i === null || typeof i !== 'object'))
		throw validation('every input must be an object');
	return body.inputs;
}

/** The association types of a body: [{category, typeId}]. */
export function typesOf(list) {
	if (!Array.isArray(list) || !list.length || list.some((t) => !t?.associationCategory || !/^\d+$/.test(String(t.associationTypeId))))
		throw validation('types needs associationCategory and associationTypeId');
	return list.map((t) => ({ category: t.associationCategory, typeId: Number(t.associationTypeId) }));
}

/** One failed input of a batch. */
export const batchError = (err, context) => ({
	status: 'error', id: err.body.correlationId, category: err.body.category ?? (err.status === 404 ? 'OBJECT_NOT_FOUND' : 'VALIDATION_ERROR'),
	...(err.body.subCategory ? { subCategory: err.body.subCategory } : {}), message: err.body.message, errors: err.body.errors ?? [], context });

/** 200, 201 or 207; results do not come in the order of the inputs. */
export function batchAnswer(status, results, errors, started) {
	const now = new Date().toISOString();
	const body = { status: 'COMPLETE', results: results.reverse(), requestedAt: started, startedAt: started, completedAt: now };
	if (errors.length)
		Object.assign(body, { numErrors: errors.length, errors });
	return { status: errors.length ? 207 : status, body };
}

/** Runs every input on its own: what HubSpot refuses of it is an error of the answer. */
export function batchOf(inputs, status, work, contextOf) {
	const started = new Date().toISOString();
	const results = [];
	const errors = [];
	for (const input of inputs) {
		try {
			const result = work(input);
			if (result !== undefined)
				results.push(result);
		} catch (err) {
			if (!(err instanceof HubspotError))
				throw err;
			errors.push(batchError(err, contextOf(input)));
		}
	}
	return batchAnswer(status, results, errors, started);
}
