// A tenant that is ready to send: logged in, impact.com connected, consent and trigger on, the Deals preset mapped.
import assert from 'node:assert/strict';
import { Person } from './person.mjs';
import { ACME, NORTHWIND, calm } from './sandbox.mjs';

export const TRIGGER = { id: 't1', on: 'changed', property: 'dealstage', becomes: ['closedwon'], mode: 'live' };

/** Puts consent, trigger and preset of deals into a document. */
export function putDeals(document, preset, { consent = true, triggers = [TRIGGER] } = {}) {
	document.objects.deals.consent = consent;
	document.objects.deals.triggers = structuredClone(triggers);
	document.objects.deals.mapping = preset.rows.map((row, i) => ({ id: `m${i + 1}`, field: row.field, expression: row.expression, when: '', active: true }));
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
