// Conversions end to end: many accounts with READY conversions, one worker, a fresh TLS connection for each POST,
// SENDING committed before it, the answer committed after it. The far end is nginx.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { BIN, atLeast, cpuSeconds, dropDatabase, ownDatabase, pids, residentMb, row, sleep, start, stop, stub, value } from './lib.mjs';

const ACCOUNTS = 64;
const CONVERSIONS = 320;
const WARM_S = 2;
const MEASURED_S = 12;

const far = await stub();
const own = await ownDatabase('send', { impact_api_url: far.url, impact_calls_per_hour: 1000000, follow_plan_s: '86400', log_level: 'warn' });
execFileSync(join(BIN, 'bench_fill'), ['-c', own.file, String(ACCOUNTS), String(CONVERSIONS)], { stdio: 'inherit' });

const accepted = () => value(own.db, "SELECT COUNT(*) FROM conversion WHERE state = 'ACCEPTED'");
const worker = start(join(BIN, 'connector-worker'), ['-c', own.file]);
for (let i = 0; await accepted() === 0; i++) {
	if (i > 300)
		throw new Error('no conversion was accepted in 30 s');
	await sleep(100);
}
await sleep(WARM_S * 1000);
const before = { n: await accepted(), at: process.hrtime.bigint(), worker: cpuSeconds([worker.pid]), db: cpuSeconds(pids('db')) };
while (Number(process.hrtime.bigint() - before.at) < MEASURED_S * 1e9 && await accepted() < ACCOUNTS * CONVERSIONS)
	await sleep(250);
const n = await accepted() - before.n;
const seconds = Number(process.hrtime.bigint() - before.at) / 1e9;
const us = (v) => Math.round(v * 1e6 / n);

row('conversions sent, fresh TLS, per second and worker', ...atLeast(n / seconds, 500, '/s', 0));
row('... CPU each: worker, database', `${us(cpuSeconds([worker.pid]) - before.worker)} us, ${us(cpuSeconds(pids('db')) - before.db)} us`);
row('... memory of that worker', `${residentMb(worker.pid).toFixed(1)} MB`);
const twice = await value(own.db, "SELECT COUNT(*) FROM conversion WHERE attempts > 1");
row('... sent more than once', `${twice}`, { wanted: '0', ok: twice === 0 });

await stop(worker);
await far.stop();
await dropDatabase(own);
process.exit(0);
