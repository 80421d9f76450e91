// Webhooks taken in: nginx, connector-hooks and InnoDB against a receiver in Node, against the same with our inbox row,
// and against InnoDB without HTTP. The same requests from the same wrk with 32 connections; rounds take turns.
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { conf } from '../e2e/lib/env.mjs';
import { signed } from '../e2e/lib/hook.mjs';
import { batch } from './batch.mjs';
import { BIN, PORT, RUN, VAR, atLeast, atMost, connect, cpuSeconds, dropDatabase, median, ownDatabase, pids, row, service, sleep, start, stop } from './lib.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const ROUND_S = Number(process.env.BENCH_ROUND_S ?? 4);
const CONNECTIONS = 32;
const BODIES = 16;
const folder = join(VAR, 'intake');
const run = promisify(execFile);

mkdirSync(folder, { recursive: true });
for (let i = 1; i <= BODIES; i++) {
	const body = batch(48975575);
	const headers = signed(body);
	writeFileSync(join(folder, `${i}.body`), body);
	writeFileSync(join(folder, `${i}.signature`), headers['x-hubspot-signature-v3']);
	writeFileSync(join(folder, `${i}.timestamp`), headers['x-hubspot-request-timestamp']);
}

service('down', 'worker');
const own = await ownDatabase('intake');
await own.db.query(`CREATE TABLE received (id BIGINT AUTO_INCREMENT PRIMARY KEY, event_id BIGINT, subscription_id BIGINT, portal_id BIGINT,
	app_id BIGINT, occurred_at DATETIME(3), subscription_type VARCHAR(64), attempt INT, object_id BIGINT, object_type VARCHAR(16),
	property VARCHAR(128), value TEXT, change_source VARCHAR(64), source_id VARCHAR(64), received_at DATETIME(3),
	KEY object (portal_id, object_id)) ENGINE=InnoDB`);
const ours = await connect('connector');

function peer(kind, port) {
	const child = start('node', [new URL('receiver.mjs', import.meta.url).pathname, kind, String(port), join(RUN, 'db.sock'), own.database,
		conf('public_url')], { env: { ...process.env, HUBSPOT_SECRET: conf('hubspot_client_secret') } });
	return { port, child, ids: () => [child.pid, ...pids('db')] };
}
const doors = {
	ours: { port: PORT, ids: () => ['nginx', 'hooks', 'db'].flatMap(pids) },
	rows: peer('rows', PORT + 6),
	inbox: peer('inbox', PORT + 7),
};

async function listens(port) {
	for (let i = 0; i < 200; i++) {
		const socket = net.connect(port, '127.0.0.1');
		const ok = await new Promise((resolve) => { socket.on('connect', () => resolve(true)); socket.on('error', () => resolve(false)); });
		socket.destroy();
		if (ok)
			return;
		await sleep(50);
	}
	throw new Error(`nobody listens on ${port}`);
}

async function empty() {
	await ours.query('TRUNCATE inbox');
	await own.db.query('TRUNCATE inbox');
	await own.db.query('TRUNCATE received');
	await sleep(500);
}
async function round(door, seconds) {
	await empty();
	const ids = door.ids();
	const before = cpuSeconds(ids);
	const { stdout } = await run('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '-s', new URL('intake.lua', import.meta.url).pathname,
		`http://127.0.0.1:${door.port}`, '--', folder]);
	const [n, us, p50, p99, wrong] = stdout.trim().split('\n').at(-1).split(' ').map(Number);
	if (wrong > 0 || n === 0)
		throw new Error(`${wrong} of ${n} requests went wrong on port ${door.port}:\n${stdout}`);
	return { rate: n / (us / 1e6), p50: p50 / 1000, p99: p99 / 1000, cpu: (cpuSeconds(ids) - before) * 1e6 / n };
}
async function limit(seconds) {
	await empty();
	const { stdout } = await run(join(BIN, 'bench_inbox'), ['-c', own.file, '6', String(seconds), join(folder, '1.body')]);
	return { rate: Number(stdout.trim().split('\n').at(-1)) };
}

const seen = { ours: [], rows: [], inbox: [], limit: [] };
for (const door of Object.values(doors)) {
	await listens(door.port);
	await round(door, 1);
}
for (let i = 0; i < ROUNDS; i++) {
	for (const [name, door] of Object.entries(doors))
		seen[name].push(await round(door, ROUND_S));
	seen.limit.push(await limit(ROUND_S));
	console.log(Object.entries(seen).map(([name, rounds]) => `${name} ${Math.round(rounds[i].rate)}/s` +
		(rounds[i].p99 ? ` p50 ${rounds[i].p50.toFixed(1)} p99 ${rounds[i].p99.toFixed(1)} ms, ${Math.round(rounds[i].cpu)} us` : '')).join(';  '));
}
const of = (name, figure) => median(seen[name].map((r) => r[figure]));
const rate = of('ours', 'rate');

row('webhooks of 100 events, verified and durable', `${Math.round(rate)} /s`);
for (const [name, against, least] of [['rows', 'fastify + mysql2, multi-row INSERT', 4], ['inbox', 'the same with our inbox row', 1.8]]) {
	const [measured, verdict] = atLeast(rate / of(name, 'rate'), least);
	row('... per second', measured, { against: `${against}: ${Math.round(of(name, 'rate'))} /s`, ...verdict });
}
const [share, verdict] = atLeast(rate / of('limit', 'rate') * 100, 45, '%', 0);
row('... per second', share, { against: `InnoDB without HTTP: ${Math.round(of('limit', 'rate'))} /s`, ...verdict });
const [tail, tailVerdict] = atMost(of('ours', 'p99') / of('rows', 'p99'), 0.5);
row(`... p99 with ${CONNECTIONS} connections: ${of('ours', 'p99').toFixed(1)} ms`, tail, { against: `fastify, multi-row: ${of('rows', 'p99').toFixed(1)} ms`, ...tailVerdict });
row('... server CPU each (nginx, hooks, database)', ...atMost(of('ours', 'cpu'), 400, 'us', 0));

for (const door of Object.values(doors))
	if (door.child)
		await stop(door.child);
await ours.query('TRUNCATE inbox');
await ours.end();
await dropDatabase(own);
service('up', 'worker');
