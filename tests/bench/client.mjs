// The HTTP client on kept TLS connections against Node's undici: the same request to the same nginx, as many under way.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BIN, VAR, atLeast, atMost, caFile, median, row, stub } from './lib.mjs';

const ROUNDS = 3;
const ROUND_S = 3;
const CONCURRENCY = 32;
const run = promisify(execFile);
const far = await stub();
const url = `${far.url}/crm/objects/2026-09/deals/batch/read`;
const askers = {
	ours: [join(BIN, 'bench_client'), ['-c', join(VAR, 'connector.conf'), url, String(CONCURRENCY), String(ROUND_S)]],
	undici: ['node', [new URL('asker.mjs', import.meta.url).pathname, url, String(CONCURRENCY), String(ROUND_S), caFile()]],
};

const seen = { ours: [], undici: [] };
for (let i = 0; i < ROUNDS; i++) {
	for (const [name, [program, args]] of Object.entries(askers)) {
		const [n, s, cpu] = (await run(program, args)).stdout.trim().split('\n').at(-1).split(' ').map(Number);
		seen[name].push({ rate: n / s, cpu: cpu * 1e6 / n });
	}
	console.log(Object.entries(seen).map(([name, rounds]) => `${name} ${Math.round(rounds[i].rate)}/s, ${rounds[i].cpu.toFixed(1)} us CPU each`).join(';  '));
}
const of = (name, figure) => median(seen[name].map((r) => r[figure]));

const [rate, verdict] = atLeast(of('ours', 'rate') / of('undici', 'rate'), 1.5);
row(`HTTP client, ${CONCURRENCY} kept TLS connections: ${Math.round(of('ours', 'rate'))} requests/s`, rate, { against: `undici: ${Math.round(of('undici', 'rate'))} /s`, ...verdict });
const [cpu, cpuVerdict] = atMost(of('ours', 'cpu') / of('undici', 'cpu'), 0.6);
row(`... CPU each: ${of('ours', 'cpu').toFixed(1)} us`, cpu, { against: `undici: ${of('undici', 'cpu').toFixed(1)} us`, ...cpuVerdict });
await far.stop();
