// kill -9, by a seed: which program dies when. runit starts again what is gone.
import { sleep } from '../e2e/lib/env.mjs';
import { processes } from '../e2e/lib/service.mjs';
import { random } from '../sandbox/random.mjs';
import { sql } from '../e2e/lib/database.mjs';

/** [weight, service, word of its command line, how many of those]. */
const TARGETS = [
	[14, 'worker', '/connector-worker -c', 'one'],
	[8, 'db', 'mariadbd', 'one'],
	[7, 'hooks', '/connector-hooks -c', 'one'],
	[4, 'hooks', '', 'all'],
	[4, 'nginx', '', 'all'],
	[4, 'nginx', 'worker process', 'one'],
	[3, 'site', '/connector-site -c', 'one'],
	[2, 'site', '', 'all'],
	[2, 'live', '/connector-site -c', 'one'],
	[2, 'live', '', 'all'],
];
const PAUSE_MS = [200, 1800];

/** The killings of a seed: every target at least once when there are enough, then by weight. */
export function schedule(seed, n) {
	const chance = random(seed ^ 0x5eed);
	const list = TARGETS.slice();
	while (list.length < n) {
		let at = chance.between(1, TARGETS.reduce((sum, [w]) => sum + w, 0));
		list.push(TARGETS.find(([w]) => (at -= w) <= 0));
	}
	return chance.shuffle(list).slice(0, n).map(([, service, word, many]) => ({ service, word, many, afterMs: chance.between(...PAUSE_MS), which: chance.between(0, 99) }));
}

/** Carries one out; gives how many processes died. A service that is down just now is waited for. */
async function one({ service, word, many, which }) {
	for (let tries = 0; tries < 1200; tries++, await sleep(50)) {
		const all = processes(service, word);
		const chosen = many === 'all' ? all : all.slice(which % all.length, which % all.length + 1);
		let died = 0;
		for (const pid of chosen) {
			try {
				process.kill(pid, 'SIGKILL');
				died++;
			} catch (err) {
				if (err.code !== 'ESRCH')
					throw err;
			}
		}
		if (died)
			return died;
	}
	throw new Error(`${service} (${word || 'all of it'}) did not come back within a minute of an earlier kill`);
}

async function databaseBack() {
	for (let tries = 0; tries < 600; tries++, await sleep(100)) {
		try {
			return void await sql('SELECT 1');
		} catch { /* not yet */ }
	}
	throw new Error('the database did not come back within a minute of a kill');
}

/** Carries the schedule out; `told` is called after each. */
export async function killAll(plan, told) {
	for (const [i, kill] of plan.entries()) {
		await sleep(kill.afterMs);
		const died = await one(kill);
		told(i + 1, kill, died);
		if (kill.service === 'db')
			await databaseBack();
	}
}
