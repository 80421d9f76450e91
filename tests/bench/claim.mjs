// What it costs to take work from decide's queue when five million events wait, against ten thousand: the product's own
// statements (bench_claim.c), two databases on one server, rounds take turns.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BIN, atMost, dropDatabase, median, ownDatabase, row } from './lib.mjs';

const ROUNDS = 5;
const CLAIMS = 200;
const ACCOUNTS = 25;
const SHARDS = 4;
const SMALL = 10000;
const LARGE = 5000000;
const run = promisify(execFile);

/** Waiting events, the same number for each account and shard, due at any second of the last hour. */
async function queue(name, rows) {
	const own = await ownDatabase(name);
	await own.db.query(`INSERT INTO tenant (portal_id, state, data_key, master_key_id, created_at)
		SELECT 60000000 + seq, 'active', '', '', UTC_TIMESTAMP(3) FROM seq_1_to_${ACCOUNTS}`);
	await own.db.query(`INSERT INTO lease (tenant_id, stage, shard, due)
		SELECT t.tenant_id, 'decide', s.seq, UTC_TIMESTAMP(3) FROM tenant t JOIN seq_0_to_${SHARDS - 1} s`);
	const of = rows / ACCOUNTS / SHARDS;
	await own.db.query('SET SESSION innodb_lock_wait_timeout = 5, autocommit = 0');
	for (let tenant = 1; tenant <= ACCOUNTS; tenant++) {
		await own.db.query(`INSERT INTO pending (tenant_id, shard, event_key, due, kind, object_type, object_id, property, value, occurred_at, received_at)
			SELECT ?, s.seq, UNHEX(LPAD(HEX(n.seq), 64, '0')), UTC_TIMESTAMP(3) - INTERVAL (n.seq * 7919 MOD 3600) SECOND, 'changed', 'deals',
			332507367156 + n.seq, 'dealstage', 'closedwon', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)
			FROM seq_0_to_${SHARDS - 1} s JOIN seq_1_to_${of} n`, [tenant]);
		await own.db.query('COMMIT');
	}
	return own;
}

const began = Date.now();
const queues = { small: await queue('claim_small', SMALL), large: await queue('claim_large', LARGE) };
console.log(`filled in ${Math.round((Date.now() - began) / 1000)} s`);
const seen = { small: [], large: [] };
for (let i = 0; i < ROUNDS; i++) {
	for (const [name, own] of Object.entries(queues)) {
		const [p50, p99] = (await run(join(BIN, 'bench_claim'), ['-c', own.file, String(CLAIMS)])).stdout.trim().split('\n').at(-1).split(' ').map(Number);
		seen[name].push({ p50, p99 });
	}
	console.log(Object.entries(seen).map(([name, rounds]) => `${name} p50 ${rounds[i].p50} us, p99 ${rounds[i].p99} us`).join(';  '));
}
const of = (name, figure) => median(seen[name].map((r) => r[figure]));
const [ratio, verdict] = atMost(of('large', 'p50') / of('small', 'p50'), 1.2);
row(`claim of 100 rows, 5 million waiting: p50 ${of('large', 'p50')} us, p99 ${of('large', 'p99')} us`, ratio,
	{ against: `10 thousand waiting: ${of('small', 'p50')} us`, ...verdict });
for (const own of Object.values(queues))
	await dropDatabase(own);
