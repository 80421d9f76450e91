// /crm/objects/{v}/{type}/batch: up to 100 records at once, 207 when a part of them failed.
import { batchAnswer, batchError, inputsOf, objectType, ownSource } from './common.mjs';
import { HubspotError, notFound, validation } from './errors.mjs';
import { jsonBody } from './gate.mjs';
import { createOne, show, updateOne, writeType } from './objects.mjs';
import { typeInfo } from './types.mjs';

const MAX_BATCH = 100;
const MAX_WITH_HISTORY = 50;

export function batchRead(c) {
	const type = objectType(c, false);
	const started = new Date().toISOString();
	const body = jsonBody(c.q);
	const shaped = { properties: body.properties ?? [], history: body.propertiesWithHistory ?? [] };
	if (!Array.isArray(shaped.properties) || !Array.isArray(shaped.history))
		throw validation('properties and propertiesWithHistory must be lists of names');
	const inputs = inputsOf(body, shaped.history.length ? MAX_WITH_HISTORY : MAX_BATCH);
	const options = { idProperty: body.idProperty, archived: c.q.query.get('archived') === 'true' };
	const missing = [];
	const found = new Map();
	for (const input of inputs) {
		if (typeof input.id !== 'string' && typeof input.id !== 'number')
			throw validation('every input needs an id');
		const rec = c.w.crm.find(c.portalId, type, input.id, options);
		if (rec)
			found.set(rec.id, rec);
		else
			missing.push(String(input.id));
	}
	const errors = missing.length ? [{
		status: 'error', category: 'OBJECT_NOT_FOUND', context: { ids: missing }, errors: [],
		message: `Could not get some ${typeInfo(type).singular.toUpperCase()} objects, they may be deleted or not exist. Check that ids are valid.`,
	}] : [];
	return batchAnswer(200, [...found.values()].map((r) => show(c.w, r, shaped)), errors, started);
}

/** Inputs of a write. Two with the same id are refused as long as the setting says so: the real answer is not known. */
function writeInputs(c, keyOf) {
	const inputs = inputsOf(jsonBody(c.q), MAX_BATCH);
	const keys = keyOf ? inputs.map(keyOf) : [];
	const twice = keys.find((k, i) => keys.indexOf(k) !== i);
	if (twice !== undefined && c.w.settings.refuse_same_ids)
		throw validation(`Duplicate IDs found in batch input: [${twice.split('|')[1]}]. IDs must be unique`);
	return inputs;
}

const keyOf = (input) => `${input.idProperty ?? ''}|${input.id}`;

/**
 * work(input, check) writes one input, or only says whether it would be accepted. One that is not spoils the whole batch
 * before anything is written, unless all have trace ids of their own.
 */
function batchWrite(c, status, inputs, work) {
	const started = new Date().toISOString();
	const traced = inputs.every((i) => i.objectWriteTraceId) && new Set(inputs.map((i) => i.objectWriteTraceId)).size === inputs.length;
	if (!traced)
		inputs.forEach((input) => work(input, true));
	const results = [];
	const errors = [];
	for (const input of inputs) {
		try {
			results.push(work(input, false));
		} catch (err) {
			if (!(err instanceof HubspotError) || !traced)
				throw err;
			errors.push(batchError(err, { objectWriteTraceId: [input.objectWriteTraceId] }));
		}
	}
	return batchAnswer(status, results, errors, started);
}

/** Line items that are alike in all come out as one. */
function once(inputs) {
	const seen = new Set();
	return inputs.filter(({ properties, associations }) => {
		const text = JSON.stringify([properties, associations]);
		return !seen.has(text) && seen.add(text);
	});
}

export function batchCreate(c) {
	const type = writeType(c);
	const inputs = writeInputs(c);
	return batchWrite(c, 201, type === 'line_items' ? once(inputs) : inputs, (input, check) => createOne(c, type, input, check));
}

export function batchUpdate(c) {
	const type = writeType(c);
	return batchWrite(c, 200, writeInputs(c, keyOf), (input, check) => updateOne(c, type, input.id, input, input.idProperty, check));
}

export function batchUpsert(c) {
	const type = writeType(c);
	const inputs = writeInputs(c, keyOf);
	c.w.gate.upserts(c.portalId, type, inputs.length);
	return batchWrite(c, 200, inputs, (input, check) => {
		const { id, idProperty, properties } = input;
		if (id === undefined || id === null || id === '')
			throw validation('every input needs an id');
		const there = c.w.crm.find(c.portalId, type, id, { idProperty });
		if (there)
			return { ...updateOne(c, type, there.id, input, undefined, check), new: false };
		if (!idProperty || idProperty === 'hs_object_id')
			throw notFound();
		return { ...createOne(c, type, { ...input, properties: { ...properties, [idProperty]: properties?.[idProperty] ?? String(id) } }, check), new: true };
	});
}

export function batchArchive(c) {
	const type = writeType(c);
	for (const input of writeInputs(c))
		c.w.crm.archive(c.portalId, type, input.id, ownSource(c.w));
	return { status: 204 };
}
