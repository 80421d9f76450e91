// A storm of expiring tokens (G-07, F-080..F-083): many accounts, short-lived tokens, several workers, some of them killed.
//
//   REFRESH_SEED=   REFRESH_TENANTS= (50)   REFRESH_PROCESSES= (8)   REFRESH_EXPIRIES= (20, of each account and round)
//   REFRESH_KILLS=  in the rounds with kills (40)                     REFRESH_LIFE_S= life of a token (30)
//
// Three rounds: refresh tokens that stay, without kills; that change at each use, with kills and the short grace that
// services which do so give; that stay, with kills (REFRESH_ROUNDS=2: not this one). The far end's log is the truth: one successful refresh for each that
// the connector stored, one more at most for each kill, none refused, and nobody disconnected.
//
// It runs alone against a stack that runs (tests/run.sh says where), which has as many accounts and token_retry_s = 1.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { sleep, until } from '../e2e/lib/env.mjs';
import { Person } from '../e2e/lib/person.mjs';
import { calm, mark, refreshes, set } from '../e2e/lib/sandbox.mjs';
import { sql } from '../e2e/lib/database.mjs';
import { random } from '../sandbox/random.mjs';
import { Part } from './part.mjs';

const part = new Part('refresh', { TENANTS: 50, PROCESSES: 8, EXPIRIES: 20, KILLS: 40, LIFE_S: 30, ROUNDS: 3 });
const { TENANTS, PROCESSES, EXPIRIES, KILLS, LIFE_S, ROUNDS } = part.size;
const FIRST = 60000001;
const portals = Array.from({ length: TENANTS }, (_, i) => FIRST + i);
const chance = random(part.seed);

/** Workers beside the stack's own one; who dies is replaced. */
class Workers {
	#list = [];
	#over = false;
	deaths = 0;

	#start(i) {
		const child = spawn(join(process.env.CONNECTOR_BIN, 'connector-worker'), ['-c', process.env.CONNECTOR_CONF], { stdio: 'ignore' });
		this.#list[i] = child;
		child.on('exit', () => { if (!this.#over) this.#start(i); });
	}

	start(n) {
		for (let i = 0; i < n; i++)
			this.#start(i);
	}

	kill() {
		chance.pick(this.#list).kill('SIGKILL');
		this.deaths++;
	}

	async stop() {
		this.#over = true;
		await Promise.all(this.#list.map((c) => new Promise((gone) => {
			if (c.exitCode !== null || c.signalCode !== null)
				gone();
			c.on('exit', gone);
			c.kill('SIGTERM');
		})));
	}
}

const IN = `t.portal_id IN (${portals.join()})`;
/** How many tokens each account has been given and kept, by its version; and how many are no longer connected. */
const stored = async () => Object.fromEntries((await sql(`SELECT t.portal_id, i.version FROM install i JOIN tenant t ON t.tenant_id = i.tenant_id WHERE ${IN}`)).map(([p, v]) => [p, Number(v)]));
const brief = async () => Number((await sql(`SELECT COUNT(*) FROM install i JOIN tenant t ON t.tenant_id = i.tenant_id WHERE ${IN} AND (i.expires_at IS NULL OR i.expires_at < UTC_TIMESTAMP() + INTERVAL 10 MINUTE)`))[0][0]);
const lost = async () => Number((await sql(`SELECT COUNT(*) FROM install i JOIN tenant t ON t.tenant_id = i.tenant_id WHERE ${IN} AND (i.state <> 'connected' OR t.state <> 'active' OR i.refused > 0)`))[0][0]);

/** Every account logs in anew, so that each begins with a token of that life. */
async function connect() {
	const queue = portals.slice();
	await Promise.all(Array.from({ length: 4 }, async () => {
		for (let portal = queue.shift(); portal; portal = queue.shift())
			await new Person().login(portal);
	}));
}

async function round(name, settings, kills) {
	await set({ token_s: LIFE_S, ...settings });
	await connect();
	const workers = new Workers();
	const before = await stored();
	const since = await mark();
	const grown = (now) => portals.map((p) => now[p] - before[p]);
	workers.start(PROCESSES - 1);
	const everyMs = EXPIRIES * LIFE_S * 750 / (kills + 1);
	let over = false;
	const killing = (async () => {
		for (let i = 0; i < kills && !over; i++) {
			await sleep(chance.between(everyMs / 2, everyMs * 1.5));
			if (!over)
				workers.kill();
		}
	})();
	await part.step(`${name}: every account's token is refreshed ${EXPIRIES} times`, () => until('the last refresh',
		async () => grown(await stored()).every((n) => n >= EXPIRIES), { s: EXPIRIES * LIFE_S * 2 + 120, every: 500 }));
	over = true;
	await killing;
	await set({ token_s: 1800 }); // what is refreshed from here on lives long
	await until('every token to live long', async () => await brief() === 0, { s: LIFE_S * 2 + 120, every: 500 });
	await workers.stop();
	const calls = await refreshes(since);
	const good = calls.filter((e) => e.status === 200).length;
	const kept = grown(await stored()).reduce((sum, n) => sum + n, 0);
	part.say(`${name}: ${kept} stored, ${good} answered, ${calls.length} asked for, ${workers.deaths} kills, ${calls.length - good} refused`);
	part.figure(name, { stored: kept, answered: good, asked: calls.length, kills: workers.deaths });
	/* A killed worker may have been answered for several accounts at once: it refreshes as many as are due together. */
	part.tell(`${name}: one refresh for each expiry`, kills === 0 ? good === kept && calls.length <= kept * 1.01 : good - kept <= workers.deaths * 2 && good >= kept,
		`${good} answered, ${kept} stored, ${workers.deaths} kills`);
	part.tell(`${name}: none is refused, and nobody is disconnected`, good === calls.length && await lost() === 0,
		`${calls.length - good} refused, ${await lost()} disconnected`);
}

async function main() {
	await calm();
	await round('tokens that stay', { rotate_refresh: false }, 0);
	await round('tokens that change, with kills', { rotate_refresh: true, rotate_grace: true }, KILLS);
	if (ROUNDS > 2)
		await round('tokens that stay, with kills', { rotate_refresh: false }, KILLS);
	await calm();
	part.end();
}

main().catch((err) => {
	part.tell('the run went through', false, err.stack);
	part.end();
});
