// Events split and stored: an inbox full of batches of 100, a worker for each core. The accounts are paused, so that
// splitting is all that there is to do. Once every event is one for a trigger, which queues it for decide, and once none is.
import { cpus } from 'node:os';
import { join } from 'node:path';
import { batch } from './batch.mjs';
import { BIN, atLeast, cpuSeconds, dropDatabase, ownDatabase, pids, residentMb, row, sleep, start, stop, value } from './lib.mjs';

const ACCOUNTS = 20;
const BATCHES = 6000;
const MEASURED_S = 15;
const FIRST_PORTAL = 60000001;
const object = (triggers) => ({ consent: true, triggers, mapping: [] });
const TRIGGER = { id: 't1', on: 'changed', property: 'dealstage', becomes: [], mode: 'live' };
const rules = (triggers) => JSON.stringify({ impact: { account_sid: 'IRbench', program_id: '1000' }, options: {},
	objects: { contacts: object([]), companies: object([]), deals: object(triggers) } });

async function split(what, triggers, verdict) {
	const own = await ownDatabase('split', { log_level: 'warn' });
	await own.db.query(`INSERT INTO tenant (portal_id, state, config_revision, data_key, master_key_id, created_at)
		SELECT ? + seq, 'paused', 1, '', '', UTC_TIMESTAMP(3) FROM seq_0_to_${ACCOUNTS - 1}`, [FIRST_PORTAL]);
	await own.db.query(`INSERT INTO config (tenant_id, revision, author, saved_at, document)
		SELECT tenant_id, 1, 'bench', UTC_TIMESTAMP(3), ? FROM tenant`, [rules(triggers)]);
	for (let i = 0; i < BATCHES; i += 50)
		await own.db.query('INSERT INTO inbox (shard, source, packed, received_at, body) VALUES ?',
			[Array.from({ length: 50 }, (_, k) => [(i + k) % 8, 'hubspot', 0, new Date(), Buffer.from(batch(FIRST_PORTAL + (i + k) % ACCOUNTS))])]);

	const left = () => value(own.db, 'SELECT COUNT(*) FROM inbox');
	const workers = cpus().map(() => start(join(BIN, 'connector-worker'), ['-c', own.file]));
	const of = workers.map((w) => w.pid);
	for (let i = 0; await left() === BATCHES; i++) {
		if (i > 1000)
			throw new Error('nothing was split in 30 s');
		await sleep(20);
	}
	const before = { left: await left(), at: process.hrtime.bigint(), worker: cpuSeconds(of), db: cpuSeconds(pids('db')) };
	let now = before.left;
	while (Number(process.hrtime.bigint() - before.at) < MEASURED_S * 1e9 && now > 0) {
		await sleep(20);
		now = await left();
	}
	const seconds = Number(process.hrtime.bigint() - before.at) / 1e9;
	const events = (before.left - now) * 100;
	const us = (v) => (v * 1e6 / events).toFixed(1);
	row(what, ...verdict(events / seconds));
	row('... CPU each: workers, database', `${us(cpuSeconds(of) - before.worker)} us, ${us(cpuSeconds(pids('db')) - before.db)} us`);
	row('... memory of the largest worker', `${Math.max(...of.map(residentMb)).toFixed(1)} MB`);
	await Promise.all(workers.map((w) => stop(w)));

	const stored = await value(own.db, 'SELECT COUNT(*) FROM event');
	const queued = await value(own.db, 'SELECT COUNT(*) FROM pending');
	const expected = (BATCHES - await left()) * 100;
	if (stored !== expected || queued !== (triggers.length > 0 ? expected : 0))
		throw new Error(`${stored} events are stored and ${queued} queued; ${expected} were split`);
	await dropDatabase(own);
}

await split(`events split, stored and queued for decide per second, ${cpus().length} workers`, [TRIGGER], (rate) => atLeast(rate, 50000, '/s', 0));
await split('events split and stored that no trigger looks at, per second', [], (rate) => atLeast(rate, 50000, '/s', 0));
