// The peer of the HTTP client: undici with as many kept connections, doing what bench_client.c does.
//   asker.mjs URL CONCURRENCY SECONDS CA-FILE      prints requests, seconds and CPU seconds
import { readFileSync } from 'node:fs';
import { Pool } from 'undici';

const [url, concurrency, seconds, ca] = process.argv.slice(2);
const { origin, pathname } = new URL(url);
const pool = new Pool(origin, { connections: Number(concurrency), pipelining: 1, connect: { ca: readFileSync(ca) } });
const body = JSON.stringify({ properties: ['dealname', 'dealstage', 'amount', 'closedate'], propertiesWithHistory: [],
	inputs: [{ id: '332507367156' }, { id: '332507367163' }, { id: '332507367170' }] });
const headers = { 'content-type': 'application/json', authorization: 'Bearer CJSP5qf1KhICAQEYs-gDIIGOBii1hQIyGQAf3xBKmlwHjX7OIpuIFEavB2' };
let answered = 0;
let end;

async function slot() {
	while (performance.now() < end) {
		const res = await pool.request({ method: 'POST', path: pathname, headers, body });
		await res.body.text();
		if (res.statusCode !== 200)
			throw new Error(`answered ${res.statusCode}`);
		answered += 1;
	}
}
async function ask(ms) {
	end = performance.now() + ms;
	await Promise.all(Array.from({ length: Number(concurrency) }, slot));
}

await ask(500);
answered = 0;
const began = performance.now();
const before = process.cpuUsage();
await ask(Number(seconds) * 1000);
const used = process.cpuUsage(before);
console.log(answered, ((performance.now() - began) / 1000).toFixed(3), ((used.user + used.system) / 1e6).toFixed(6));
await pool.close();
