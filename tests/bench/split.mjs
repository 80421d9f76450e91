// Events split and stored: an inbox full of batches of 100, one worker. The accounts are paused, so that splitting is
// all that there is to do.
import { join } from 'node:path';
import { batch } from './batch.mjs';
import { BIN, atLeast, cpuSeconds, dropDatabase, ownDatabase, pids, residentMb, row, sleep, start, stop, value } from './lib.mjs';

const ACCOUNTS = 20;
const BATCHES = 10000;
const MEASURED_S = 25;
const FIRST_PORTAL = 60000001;

const own = await ownDatabase('split', { log_level: 'warn' });
await own.db.query(`INSERT INTO tenant (portal_id, state, data_key, master_key_id, created_at)
	SELECT ? + seq, 'paused', '', '', UTC_TIMESTAMP(3) FROM seq_0_to_${ACCOUNTS - 1}`, [FIRST_PORTAL]);
for (let i = 0; i < BATCHES; i += 50)
	await own.db.query('INSERT INTO inbox (shard, source, packed, received_at, body) VALUES ?',
		[Array.from({ length: 50 }, (_, k) => [(i + k) % 8, 'hubspot', 0, new Date(), Buffer.from(batch(FIRST_PORTAL + (i + k) % ACCOUNTS))])]);

const left = () => value(own.db, 'SELECT COUNT(*) FROM inbox');
const worker = start(join(BIN, 'connector-worker'), ['-c', own.file]);
for (let i = 0; await left() === BATCHES; i++) {
	if (i > 300)
		throw new Error('nothing was split in 30 s');
	await sleep(20);
}
const before = { left: await left(), at: process.hrtime.bigint(), worker: cpuSeconds([worker.pid]), db: cpuSeconds(pids('db')) };
let now = before.left;
while (Number(process.hrtime.bigint() - before.at) < MEASURED_S * 1e9 && now > 0) {
	await sleep(50);
	now = await left();
}
const seconds = Number(process.hrtime.bigint() - before.at) / 1e9;
const events = (before.left - now) * 100;
const us = (v) => (v * 1e6 / events).toFixed(1);

row('events split and stored per second, one worker', ...atLeast(events / seconds, 50000, '/s', 0));
row('... CPU each: worker, database', `${us(cpuSeconds([worker.pid]) - before.worker)} us, ${us(cpuSeconds(pids('db')) - before.db)} us`);
row('... memory of that worker', `${residentMb(worker.pid).toFixed(1)} MB`);
const stored = await value(own.db, 'SELECT COUNT(*) FROM event');
const expected = (BATCHES - await left()) * 100;
if (stored < events || Math.abs(stored - expected) > 16000)
	throw new Error(`${stored} events are stored, ${expected} were split`);

await stop(worker);
await dropDatabase(own);
