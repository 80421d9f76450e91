// What a burst of a million events leaves behind: 10,000 signed webhooks of 100 different events each, as fast as they are
// taken in; then the memory of every process, when all of it is split (or after a minute) and the worker is busy with
// deciding.
import http from 'node:http';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { TARGET, signed } from '../e2e/lib/hook.mjs';
import { loggedIn } from '../e2e/lib/ready.mjs';
import { NORTHWIND } from '../e2e/lib/sandbox.mjs';
import { batch } from './batch.mjs';
import { atMost, connect, pids, row, sleep, value } from './lib.mjs';

const WEBHOOKS = 10000;
const CONNECTIONS = 16;
const LIMIT_MB = 64;
const PATIENCE_S = 60;

await loggedIn(NORTHWIND);
const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
function send(body) {
	return new Promise((resolve, reject) => {
		const req = http.request(TARGET, { method: 'POST', agent, headers: { ...signed(body), 'content-length': Buffer.byteLength(body) } }, (res) => {
			res.resume().on('end', () => resolve(res.statusCode));
		});
		req.on('error', reject);
		req.end(body);
	});
}

const began = Date.now();
const since = () => (Date.now() - began) / 1000;
let sent = 0;
let refused = 0;
async function sender() {
	while (sent < WEBHOOKS) {
		sent += 1;
		const body = batch(NORTHWIND);
		while (await send(body) !== 200) // HubSpot would come again later
			refused += 1;
	}
}
await Promise.all(Array.from({ length: CONNECTIONS }, sender));
const taken = since();
agent.destroy();
const db = await connect('connector');
const left = () => value(db, 'SELECT COUNT(*) FROM inbox');
let rest = await left();
for (const end = since() + PATIENCE_S; rest > 0 && since() < end; rest = await left())
	await sleep(250);
const split = since();
const stored = await value(db, 'SELECT COUNT(*) FROM event');
await db.end();
if (stored + rest * 100 < WEBHOOKS * 100)
	throw new Error(`${stored} of ${WEBHOOKS * 100} events are stored, ${rest} batches wait`);

/** The largest of each program, now and at its highest. */
const largest = new Map();
for (const service of ['nginx', 'hooks', 'site', 'live', 'worker'])
	for (const pid of pids(service)) {
		const name = basename(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0]).replace(/:.*/, '');
		const mb = (key) => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
		const seen = largest.get(name) ?? { now: 0, peak: 0 };
		largest.set(name, { now: Math.max(seen.now, mb('VmRSS')), peak: Math.max(seen.peak, mb('VmHWM')) });
	}
row(`a million events: taken in after ${taken.toFixed(0)} s, split after ${split.toFixed(0)} s`, `${((1 - rest / WEBHOOKS) * 100).toFixed(0)} %`, { against: `${refused} webhooks sent again` });
for (const name of ['nginx', 'connector-hooks', 'connector-site', 'connector-worker']) {
	const { now, peak } = largest.get(name);
	const [mb, verdict] = atMost(now, LIMIT_MB, 'MB', 1);
	row(`... memory of ${name} then`, mb, { against: `at its highest ${peak.toFixed(1)} MB`, ...verdict });
}
