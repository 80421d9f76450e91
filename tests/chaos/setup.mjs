// Makes tenants ready, as their admins would: log in through HubSpot, enter impact.com's credentials, save the rules.
import assert from 'node:assert/strict';
import { Person } from '../e2e/lib/person.mjs';
import { control } from '../e2e/lib/sandbox.mjs';

const TOGETHER = 4;
const PART = 2000;

async function ready(tenant) {
	const person = new Person();
	const path = await person.login(tenant.portal);
	assert.ok(!path.includes('problem'), `${tenant.portal}: ${path}`);
	const connected = await person.post('/api/live/impact', { account_sid: tenant.sid, auth_token: tenant.token, program_id: tenant.program });
	assert.equal(connected.status, 200, connected.text);
	const saved = await person.configure((document) => Object.assign(document.objects, structuredClone(tenant.objects)));
	assert.equal(saved.status, 200, saved.text);
	return person;
}

/** A wave's records, told to nobody. */
export async function loadRecords(tenant, wave) {
	const { records, links } = tenant.waves[wave];
	for (let at = 0; at === 0 || at < records.length; at += PART)
		await control('POST', `/crm/${tenant.portal}/load`, { records: records.slice(at, at + PART), links: at + PART >= records.length ? links : [] });
}

/** The tenants' owners, in order. */
export async function setUp(tenants) {
	const people = [];
	const queue = [...tenants.entries()];
	await Promise.all(Array.from({ length: TOGETHER }, async () => {
		for (let next = queue.shift(); next; next = queue.shift()) {
			const [i, tenant] = next;
			await loadRecords(tenant, 0);
			people[i] = await ready(tenant);
		}
	}));
	return people;
}
