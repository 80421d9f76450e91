// From a change in HubSpot to the conversion at impact.com, on an idle system and in a burst. Started by run.sh.
import { readFileSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { VAR, sleep, until } from '../e2e/lib/env.mjs';
import { ready } from '../e2e/lib/ready.mjs';
import { NORTHWIND, contact, control, deal, log, mark, move, submissions } from '../e2e/lib/sandbox.mjs';

const IDLE_DEALS = 100;
const BURST_DEALS = 1000;
const BURST = 100;
// Between two deals, so that HubSpot's 90 calls in 10 s are never the limit: then the system would not be idle.
const PAUSE_MS = 800;

const rows = process.argv.slice(2).map((arg) => arg.split('|'));
const row = (what, measured, wanted = '') => rows.push([what, measured, wanted]);
const ms = (v) => `${Math.round(v)} ms`;
const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * q) - 1)];

const person = await ready(NORTHWIND);

/** One deal on an idle system: ms until its conversion arrived at impact.com, and until Activity shows it. */
async function one() {
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)], lineItems: [{ name: 'Plan', hs_sku: 'P', price: '100', quantity: '1' }] });
	await until('the creation to be read', async () => (await person.get('/api/overview')).last_event_at);
	const since = await mark();
	const began = Date.now();
	await move(NORTHWIND, id);
	const posted = until('the conversion', async () => (await log({ since, side: 'impact', method: 'POST' }))[0], { every: 5 });
	const shown = until('Activity', async () => (await person.decisions(id)).some((r) => r.conversion_id), { every: 5 })
		.then(() => Date.now() - began);
	const entry = await posted;
	return { posted: new Date(entry.time).getTime() - began, shown: await shown };
}

const idle = [];
for (let i = 0; i < IDLE_DEALS; i++) {
	idle.push(await one());
	await sleep(PAUSE_MS);
}
const posted = idle.map((v) => v.posted).sort((a, b) => a - b);
const shown = idle.map((v) => v.shown).sort((a, b) => a - b);
row('deal won to conversion posted, idle, p50', ms(quantile(posted, 0.5)), 'under 1 s');
row('deal won to conversion posted, idle, p99', ms(quantile(posted, 0.99)), 'under 3 s');
row('deal won to Activity shows it, idle, p99', ms(quantile(shown, 0.99)), 'under 3 s');

/** Many deals at once: calls to HubSpot, conversions per deal, how long until every one has its verdict. */
await until('an idle system', async () => (await person.get('/api/overview')).counters.waiting === 0, { s: 60 });
const since = await mark();
const before = (await submissions()).length;
const began = Date.now();
for (let i = 0; i < BURST_DEALS / BURST; i++)
	await control('POST', `/crm/${NORTHWIND}/burst`, { count: BURST, stage: 'closedwon', click: 'RRw3xKq8ZtUo1JnM6vPa4SdF', lineItems: 2 });
await until('every conversion of the burst', async () => (await submissions()).length - before >= BURST_DEALS, { s: 300, every: 200 });
const seconds = (Date.now() - began) / 1000;
await until('every verdict of the burst', async () => (await person.get('/api/overview')).counters.waiting === 0, { s: 300, every: 200 });

const orders = (await submissions()).slice(before).map((s) => s.values.OrderId);
row('conversion POSTs per distinct conversion', (orders.length / new Set(orders).size).toFixed(3), '1');
row(`conversions per second, burst of ${BURST_DEALS} deals`, Math.round(BURST_DEALS / seconds));
const calls = (await log({ since, side: 'hubspot', limit: '50000' })).filter((e) => e.method === 'POST' && e.path.startsWith('/crm/')).length;
row(`HubSpot reads per 1,000 deals (deal, contact, 2 line items each)`, Math.round((calls * 1000) / BURST_DEALS));

/** The largest resident set of each program. */
const largest = new Map();
for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
	try {
		const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
		const name = command[0].split('/').pop();
		if (!name.startsWith('connector-') || !command.some((word) => word.startsWith(VAR)))
			continue;
		const kb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
		largest.set(name, Math.max(largest.get(name) ?? 0, kb));
	} catch { /* it ended meanwhile */ }
}
for (const [name, kb] of largest)
	row(`memory of ${name} after the burst`, `${(kb / 1024).toFixed(1)} MB`, 'under 64 MB');

const width = Math.max(...rows.map(([what]) => what.length));
console.log(`\n${new Date().toISOString().slice(0, 10)}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, node ${process.version}`);
for (const [what, measured, wanted = ''] of rows)
	console.log(`${what.padEnd(width)}  ${String(measured).padStart(10)}  ${wanted}`);
