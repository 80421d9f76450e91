// The services of `make run` under CONNECTOR_VAR: stop, start and kill them as runit and a crash would.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONF, URL_BASE, VAR, request, until } from './env.mjs';

const dir = (name) => join(VAR, 'service', name);
const sv = (...args) => execFileSync('sv', args, { encoding: 'utf8', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` } });

export const down = (name) => sv('-w', '20', 'down', dir(name));
export const up = (name) => sv('-w', '20', 'up', dir(name));
/** These programs work by another configuration. */
export function configure(text, ...names) {
	writeFileSync(CONF, text);
	names.forEach(down);
	names.forEach(up);
}

const pidOf = (name) => Number(readFileSync(join(dir(name), 'supervise', 'pid'), 'utf8'));

function stat(pid) {
	try {
		const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
		const [state, , group] = text.slice(text.lastIndexOf(')') + 2).split(' ');
		return { state, group: Number(group) };
	} catch {
		return null; // gone
	}
}

/** The service's processes whose command line contains `word`: it leads a process group of its own. */
export function processes(name, word = '') {
	const group = pidOf(name);
	return readdirSync('/proc').filter((d) => /^\d+$/.test(d)).map(Number).filter((pid) => {
		const now = stat(pid);
		if (!now || now.group !== group || now.state === 'Z')
			return false;
		try {
			return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').includes(word);
		} catch {
			return false;
		}
	});
}

/** kill -9 of these processes of a service. */
export function kill(name, word) {
	const pids = processes(name, word);
	for (const pid of pids) {
		try {
			process.kill(pid, 'SIGKILL');
		} catch (err) {
			if (err.code !== 'ESRCH')
				throw err;
		}
	}
	return pids.length;
}

/** The site answers from the database, the intake takes requests, and no work is late. */
export const healthy = (s = 60) => until('the system to be up again', async () => {
	const ready = await request(`${URL_BASE}/readyz`, { timeout: 5000 });
	const hook = await request(`${URL_BASE}/webhooks/hubspot`, { method: 'POST', body: '[]', timeout: 5000 });
	const live = await request(`${URL_BASE}/oauth/start`, { timeout: 5000 });
	return ready.status === 200 && hook.status === 401 && live.headers.location?.includes('/oauth/authorize');
}, { s });
