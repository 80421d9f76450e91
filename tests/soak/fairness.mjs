// Fairness (design 6, G-13): one tenant with a mountain of events whose far ends hang, first its HubSpot, then its
// impact.com; how late are the others meanwhile? Their leads come one by one; the lag of one is the time from the moment
// when HubSpot first sends its webhook to the moment when the conversion arrives at impact.com, by the sandbox's clock.
//   FAIRNESS_EVENTS= of the noisy tenant (100000)   FAIRNESS_TENANTS= in all (50)   FAIRNESS_S= how long, half of it each (180)
//   FAIRNESS_RATE= leads a second of the others (5)   FAIRNESS_LAG_MS= the p99 that is allowed (5000)
import { join } from 'node:path';
import { open } from '../chaos/database.mjs';
import { sql } from '../e2e/lib/database.mjs';
import { makePlan } from '../chaos/plan.mjs';
import { eachLine } from '../chaos/sent.mjs';
import { loadRecords, setUp } from '../chaos/setup.mjs';
import { VAR, sleep, until } from '../e2e/lib/env.mjs';
import { control, fault } from '../e2e/lib/sandbox.mjs';
import { random } from '../sandbox/random.mjs';
import { Part } from './part.mjs';

const part = new Part('fairness', { EVENTS: 100000, TENANTS: 50, S: 180, RATE: 5, LAG_MS: 5000 });
const { EVENTS, TENANTS, S, RATE, LAG_MS } = part.size;
const HANG_MS = 60000; // longer than any call may take
const CALM_S = 20;
const A_TIME = 5000; // events of one request to the sandbox
const HOUR = 3600000;

const chance = random(part.seed);
const plan = makePlan({ seed: part.seed, events: 0, tenants: TENANTS, base: Date.now(), calm: { contacts: 0, deals: 0, sent: 0 } });
const [noisy, ...quiet] = plan.tenants;
const leads = []; // of the quiet ones, in the order in which they come

function lead(t) {
	const id = t.contact(t.good());
	t.changed(0, 'contacts', id, 'lifecyclestage', 'lead');
	return t.waves[0].events.at(-1);
}
for (let n = 0; n < EVENTS; n++)
	lead(noisy).occurredAt = plan.base - HOUR + Math.floor(n * HOUR / 2 / EVENTS);
for (let n = 0; n < (CALM_S + S) * RATE; n++) {
	const t = quiet[n % quiet.length];
	leads.push({ t, event: lead(t), phase: '' });
}

/** One lead after the other for so many seconds, whatever becomes of it. */
async function trickle(phase, seconds) {
	const began = Date.now();
	let n = 0;
	for (; n < seconds * RATE; n++) {
		const one = leads.find((l) => !l.phase);
		one.phase = phase;
		one.event.occurredAt = Date.now();
		await control('POST', `/crm/${one.t.portal}/storm`, { events: [one.event], seed: chance.between(0, 4294967295) });
		await sleep(began + (n + 1) * 1000 / RATE - Date.now());
	}
	const { inbox, pending, ...states } = await open();
	part.say(`${phase}: ${n} leads; ${inbox} inbox, ${pending} pending, ${Object.entries(states).map(([s, k]) => `${k} ${s}`).join(', ')}`);
}

const keyOf = (sid, id) => `${sid}|contact_lead_${id}`;

/** {sent, arrived}: when each lead's webhook first left, and when its conversion first arrived. */
async function times() {
	const events = new Map();
	const sent = new Map();
	const arrived = new Map();
	await eachLine(join(VAR, 'sandbox'), 'webhooks.jsonl', (line) => {
		const row = JSON.parse(line);
		if (row.events?.length === 1)
			events.set(row.id, `${row.portalId}|${row.events[0].objectId}`);
		else if (row.attempt?.number === 0 && events.has(row.id))
			sent.set(events.get(row.id), Date.parse(row.attempt.at));
	});
	await eachLine(join(VAR, 'sandbox'), 'log.jsonl', (line) => {
		const row = JSON.parse(line);
		const sid = row.method === 'POST' && /^\/Advertisers\/([^/]+)\/Conversions$/.exec(row.path)?.[1];
		if (!sid)
			return;
		const key = `${sid}|${new URLSearchParams(row.body).get('OrderId')}`;
		if (!arrived.has(key))
			arrived.set(key, Date.parse(row.time));
	});
	return { sent, arrived };
}

const rank = (sorted, p) => sorted[Math.max(0, Math.ceil(sorted.length * p) - 1)];

async function judge() {
	const { sent, arrived } = await times();
	const lags = {};
	const lost = [];
	for (const { t, event, phase } of leads.filter((l) => l.phase)) {
		const from = sent.get(`${t.portal}|${event.objectId}`);
		const to = arrived.get(keyOf(t.sid, event.objectId));
		if (from && to)
			(lags[phase] ??= []).push(to - from);
		else
			lost.push(`${t.sid} ${event.objectId}: ${from ? 'no conversion arrived' : 'its webhook was not answered'}`);
	}
	part.tell('each lead of the others became a conversion', !lost.length, `${lost.length}: ${lost.slice(0, 5).join('; ')}`);
	for (const [phase, list] of Object.entries(lags)) {
		list.sort((a, b) => a - b);
		const told = { leads: list.length, p50_ms: rank(list, 0.5), p99_ms: rank(list, 0.99), most_ms: list.at(-1) };
		part.figure(phase, told);
		part.tell(`${phase}: p99 of the others' lag is under ${LAG_MS} ms`, told.p99_ms < LAG_MS, JSON.stringify(told));
		part.say(`${phase}: ${JSON.stringify(told)}`);
	}
}

async function main() {
	if (!await part.step(`${TENANTS} tenants connect, enter their credentials and save their rules`, () => setUp(quiet.concat({ ...noisy, waves: [{ records: [], links: [] }] }))))
		return;
	await loadRecords(noisy, 0);
	part.say(`set up; ${EVENTS} records of the noisy one`);
	await trickle('alone', CALM_S);
	const hubspot = await fault({ kind: 'slow', ms: HANG_MS, path: '^/crm/', portalId: noisy.portal, count: 0 });
	const impact = await fault({ kind: 'slow', ms: HANG_MS, path: `^/Advertisers/${noisy.sid}/`, count: 0 });
	const { events } = noisy.waves[0];
	for (let i = 0; i < events.length; i += A_TIME)
		await control('POST', `/crm/${noisy.portal}/storm`, { events: events.slice(i, i + A_TIME), full: true, overMs: Math.min(20000, S * 200), seed: part.seed + i });
	await trickle('a neighbour\'s HubSpot hangs', S / 2);
	await control('DELETE', `/faults/${hubspot.id}`);
	await trickle('a neighbour\'s impact.com hangs', S / 2);
	const hits = Object.fromEntries((await control('GET', '/faults')).faults?.map((f) => [f.id, f.hits]) ?? []);
	await part.step('the others\' leads come to their end', () => until('all verdicts', async () => {
		const [[n]] = await sql(`SELECT COUNT(*) FROM conversion c JOIN tenant t ON t.tenant_id = c.tenant_id WHERE t.portal_id <> ${noisy.portal} AND c.state IN ('CONFIRMED', 'REJECTED', 'DEAD')`);
		return Number(n) >= leads.filter((l) => l.phase).length;
	}, { s: 120, every: 1000 }));
	await judge();
	const [[n]] = await sql(`SELECT COUNT(*) FROM event e JOIN tenant t ON t.tenant_id = e.tenant_id WHERE t.portal_id = ${noisy.portal}`);
	part.tell(`the noisy one's ${EVENTS} events are all stored`, Number(n) === EVENTS, `${n}`);
	part.tell('its impact.com was hanging indeed', hits[impact.id] > 0, JSON.stringify(hits));
	part.figure('calls that hung at impact.com', hits[impact.id]);
}

main().catch((err) => part.tell('the run went through', false, err.stack)).finally(() => part.end());
