// From a change in HubSpot to the conversion at impact.com, on an idle system: the sandbox's webhook, split, decide with
// its reads from HubSpot, send.
import { sleep, until } from '../e2e/lib/env.mjs';
import { ready } from '../e2e/lib/ready.mjs';
import { NORTHWIND, contact, deal, log, mark, move } from '../e2e/lib/sandbox.mjs';
import { quantile, row } from './lib.mjs';

const DEALS = 80;
// Between two deals, so that HubSpot's 90 calls in 10 s are never the limit: then the system would not be idle.
const PAUSE_MS = 600;

const person = await ready(NORTHWIND);

/** One deal: ms until its conversion arrived at impact.com, and until Activity shows it. */
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

const deals = [];
for (let i = 0; i < DEALS; i++) {
	deals.push(await one());
	await sleep(PAUSE_MS);
}
const ms = (figure, q, most) => {
	const v = quantile(deals.map((d) => d[figure]), q);
	return [`${Math.round(v)} ms`, most ? { wanted: `under ${most} s`, ok: v < most * 1000 } : {}];
};
row(`deal won to conversion posted, idle, ${DEALS} deals: p50`, ...ms('posted', 0.5, 1));
row('... p99', ...ms('posted', 0.99, 3));
row('... until Activity shows it, p99', ...ms('shown', 0.99));
