// A tenant that is ready to send: logged in, impact.com connected, consent and trigger on, a preset mapped.
import assert from 'node:assert/strict';
import { Person } from './person.mjs';
import { ACME, NORTHWIND, calm } from './sandbox.mjs';

export const TRIGGER = { id: 't1', on: 'changed', property: 'dealstage', becomes: ['closedwon'], mode: 'live' };

/** A live trigger; `id` is unique within the document. */
export const created = (id, more = {}) => ({ id, on: 'created', property: '', becomes: [], mode: 'live', ...more });
export const changed = (id, property, more = {}) => ({ id, on: 'changed', property, becomes: [], mode: 'live', ...more });

/** Puts consent, triggers and mapping rows ({field, expression, when}) of an object into a document. */
export function put(document, object, rows, { consent = true, triggers = [] } = {}) {
	const ids = { contacts: 'c', companies: 'o', deals: 'm' };
	document.objects[object] = { consent, triggers: structuredClone(triggers),
		mapping: rows.map(({ field, expression, when = '' }, i) => ({ id: `${ids[object]}${i + 1}`, field, expression, when, active: true })) };
}

/** Takes an object's rules back. */
export const clear = (document, object) => put(document, object, [], { consent: false });

/** Puts consent, trigger and preset of deals into a document. */
export const putDeals = (document, preset, { consent = true, triggers = [TRIGGER] } = {}) => put(document, 'deals', preset.rows, { consent, triggers });

/** The rows of an object's preset, told from its others by what it fills OrderId (or another field) with. */
export async function presetRows(person, object, expression, field = 'OrderId') {
	const { presets } = await person.get('/api/presets');
	const found = presets.filter((p) => p.object === object && p.rows.some((r) => r.field === field && r.expression === expression));
	assert.ok(found.length >= 1, `no preset of ${object} with ${field} <- ${expression}`);
	return structuredClone(found[0].rows);
}

/** The rows with the expression of some fields replaced, or the field added; null removes it. */
export function withRows(rows, changes) {
	const kept = rows.filter((r) => !(r.field in changes));
	return [...kept, ...Object.entries(changes).filter((c) => c[1] !== null).map(([field, expression]) => ({ field, expression }))];
}

export const dealsPreset = async (person) => (await person.get('/api/presets')).presets.find((p) => p.id === 'deals');

export async function loggedIn(portal = NORTHWIND) {
	await calm();
	const person = new Person();
	const path = await person.login(portal);
	assert.ok(!path.includes('problem'), path);
	return person;
}

export async function ready(portal = NORTHWIND, credentials = ACME) {
	const person = await loggedIn(portal);
	const connected = await person.post('/api/live/impact', credentials);
	assert.equal(connected.status, 200, connected.text);
	const preset = await dealsPreset(person);
	const saved = await person.configure((document) => putDeals(document, preset));
	assert.equal(saved.status, 200, saved.text);
	return person;
}
