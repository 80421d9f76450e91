// What the subjects share: where the system under test is, rows of the table, databases of their own, CPU time.
import { spawn, execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { VAR, conf } from '../e2e/lib/env.mjs';

export const BIN = process.env.CONNECTOR_BIN;
export const RUN = process.env.BENCH_RUN;
export const PORT = Number(process.env.BENCH_PORT);
export { VAR };

/** One line of the table that run.sh prints; `ok` left out: a figure that nothing is wanted of. */
export function row(what, measured, { against = '', wanted = '', ok } = {}) {
	const verdict = ok === undefined ? '' : ok ? 'ok' : 'short';
	appendFileSync(process.env.BENCH_ROWS, `${[what, against, measured, wanted, verdict].join('\t')}\n`);
	console.log(`${what}${against && `, against ${against}`}: ${measured} ${verdict && `(${wanted}: ${verdict})`}`);
}
export const atLeast = (v, least, unit = 'x', digits = 2) => [`${v.toFixed(digits)} ${unit}`, { wanted: `at least ${least} ${unit}`, ok: v >= least }];
export const atMost = (v, most, unit = 'x', digits = 2) => [`${v.toFixed(digits)} ${unit}`, { wanted: `at most ${most} ${unit}`, ok: v <= most }];

export const median = (values) => quantile(values, 0.5);
export function quantile(values, q) {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * q) - 1))];
}
export const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

// ---- processes

/** Ids of the processes of a service of `make run`: its process group. */
export function pids(service) {
	const group = readFileSync(join(RUN, `${service}.pgid`), 'utf8').trim();
	return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && stat(name)?.[2] === group).map(Number);
}
/** Fields of /proc/PID/stat after the name, the state first; undefined when it is gone. */
function stat(pid) {
	try {
		return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /s, '').split(' ');
	} catch {
		return undefined;
	}
}
const TICKS = Number(execFileSync('getconf', ['CLK_TCK']));
/** CPU seconds, user and system, that these processes have used so far. */
export function cpuSeconds(ids) {
	let ticks = 0;
	for (const id of ids) {
		const fields = stat(id);
		ticks += fields ? Number(fields[11]) + Number(fields[12]) : 0;
	}
	return ticks / TICKS;
}
export function residentMb(id) {
	return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}
/** Ends the process and waits for that. */
export function stop(child, signal = 'SIGTERM') {
	if (child.exitCode !== null || child.signalCode !== null)
		return Promise.resolve();
	return new Promise((resolve) => {
		child.on('exit', resolve);
		child.kill(signal);
	});
}
const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill('SIGTERM')));
export function start(program, args, options = {}) {
	const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
	children.add(child);
	child.on('exit', () => children.delete(child));
	return child;
}
export const service = (command, name) => execFileSync('chpst', ['-P', 'sv', '-w', '20', command, join(VAR, 'service', name)], { stdio: 'ignore' });

// ---- databases

export const connect = (database) => mysql.createConnection({ socketPath: join(RUN, 'db.sock'), user: 'bench', password: 'bench', database, supportBigNumbers: true });

/** A file like the system's connector.conf with these keys changed; for programs that a subject starts itself. */
export function confFile(name, changed) {
	const text = readFileSync(join(VAR, 'connector.conf'), 'utf8').split('\n').filter((line) => !(line.split(' = ')[0] in changed));
	for (const [key, value] of Object.entries(changed))
		text.push(`${key} = ${typeof value === 'string' ? JSON.stringify(value) : value};`);
	const path = join(VAR, `bench-${name}.conf`);
	writeFileSync(path, `${text.join('\n')}\n`, { mode: 0o600 });
	return path;
}
/** A database of the product's schema that nobody else works on, and the configuration of it. */
export async function ownDatabase(name, changed = {}) {
	const database = `bench_${name}`;
	const root = await connect();
	await root.query(`DROP DATABASE IF EXISTS ${database}`);
	await root.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
	await root.end();
	const file = confFile(name, { database_name: database, ...changed });
	execFileSync(join(BIN, 'connectorctl'), ['-c', file, 'migrate'], { stdio: ['ignore', 'ignore', 'inherit'] });
	return { database, file, db: await connect(database) };
}
export async function dropDatabase({ database, db }) {
	await db.query(`DROP DATABASE ${database}`);
	await db.end();
}
export const value = async (db, text, args) => Number(Object.values((await db.query(text, args))[0][0])[0]);

// ---- the far end

/** nginx that answers as impact.com and HubSpot would, over TLS, at the cost of almost nothing. */
export async function stub() {
	const port = PORT + 5;
	const file = join(VAR, 'stub.conf');
	writeFileSync(file, readFileSync(new URL('stub.conf.in', import.meta.url), 'utf8')
		.replaceAll('@PORT@', String(port)).replaceAll('@VAR@', VAR).replaceAll('@USER@', process.getuid() === 0 ? 'user root;' : ''));
	const child = start('nginx', ['-p', `${VAR}/`, '-c', file, '-e', 'stderr', '-g', 'daemon off;']);
	for (let i = 0; !existsSync(join(VAR, 'stub.pid')) && i < 200; i++)
		await sleep(25);
	return { url: `https://localhost:${port}`, stop: () => stop(child, 'SIGTERM') };
}
export const caFile = () => conf('ca_file');
