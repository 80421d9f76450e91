// A run under load: many tenants, events doubled and out of order, programs killed meanwhile. Then the checker judges it.
//
//   LOAD_SEED=   the run's seed (printed; the same seed plans the same run)      LOAD_TENANTS= (50)
//   LOAD_EVENTS= facts in all (10000)                                             LOAD_KILLS=   (50)
//   LOAD_CUTS=   replies of impact.com that are lost after it booked (100)
//
// The system under test is where tests/run.sh says. One line "ok ..." or "not ok ..." a sentence.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VAR, sleep, until } from '../e2e/lib/env.mjs';
import { control, mark, set } from '../e2e/lib/sandbox.mjs';
import { healthy } from '../e2e/lib/service.mjs';
import { random } from '../sandbox/random.mjs';
import { dump, ended, open } from './database.mjs';
import { killAll, schedule } from './kills.mjs';
import { WAVES, makePlan } from './plan.mjs';
import { loadRecords, setUp } from './setup.mjs';

const SEED = Number(process.env.LOAD_SEED || Date.now() % 1000000000);
const EVENTS = Number(process.env.LOAD_EVENTS || 10000);
const TENANTS = Number(process.env.LOAD_TENANTS || 50);
const KILLS = Number(process.env.LOAD_KILLS || 50);
const CUTS = Number(process.env.LOAD_CUTS || 100);
const AGAIN = `LOAD_SEED=${SEED} LOAD_EVENTS=${EVENTS} LOAD_TENANTS=${TENANTS} LOAD_KILLS=${KILLS} LOAD_CUTS=${CUTS}`;
const TIMES = 10;
const KILL_EVERY_MS = 1100; // about; a wave is spread over its share of the killing
const PAGES_OF = 3; // tenants whose Activity is read to its end
const OUT = join(VAR, 'load');
const DEADLINE_S = 420;

const began = Date.now();
const say = (text) => console.log(`# ${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}`);

async function storm(plan) {
	const chance = random(SEED ^ 0x57042);
	const overMs = Math.ceil(KILLS * KILL_EVERY_MS / WAVES);
	for (let wave = 0; wave < WAVES; wave++) {
		const began = Date.now();
		let webhooks = 0;
		for (const t of plan.tenants) {
			if (wave > 0)
				await loadRecords(t, wave);
			webhooks += (await control('POST', `/crm/${t.portal}/storm`, {
				events: t.waves[wave].events, times: TIMES, overMs, seed: chance.between(0, 4294967295) })).webhooks;
		}
		say(`wave ${wave + 1}: ${webhooks} webhooks within ${Math.round(overMs / 1000)} s`);
		await sleep(overMs - (Date.now() - began));
	}
}

/** Replies that get lost on the way, spread over the conversions to come: impact.com has booked, nobody knows. */
async function loseReplies() {
	const chance = random(SEED ^ 0xc07);
	for (let i = 0; i < CUTS; i++)
		await control('POST', '/faults', { kind: chance.pick(['cut_after', 'cut_after', 'cut_body', 'garbage']), method: 'POST', path: '/Conversions$',
			skip: chance.between(0, Math.floor(EVENTS * 0.6)) });
}

/** Somebody looks at the pages all the time; what dies under their hands may fail, and the login outlives it. */
async function look(people, over) {
	const chance = random(SEED ^ 0x100c);
	const seen = {};
	while (!over()) {
		const { status } = await chance.pick(people).call('GET', '/api/activity?limit=100').catch((err) => ({ status: err.code ?? err.message }));
		seen[status] = (seen[status] ?? 0) + 1;
		await sleep(250);
	}
	say(`Activity was looked at: ${Object.entries(seen).map(([status, n]) => `${n} x ${status}`).join(', ')}`);
	if (!seen[200] || seen[401] || seen[403])
		throw new Error(`a login was lost, or no page came: ${JSON.stringify(seen)}`);
}

/** Every row that Activity shows to some of the owners, to hold against the ledger. */
async function shown(plan, people) {
	const chance = random(SEED ^ 0x5403);
	const out = [];
	for (const i of chance.shuffle(plan.tenants.map((_, k) => k)).slice(0, PAGES_OF)) {
		const rows = [];
		for (let cursor = ''; cursor !== null;) {
			const page = await people[i].get(`/api/activity?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
			rows.push(...page.rows);
			cursor = page.next_cursor;
		}
		out.push({ portal: plan.tenants[i].portal, rows: rows.map((r) => ({ id: r.object_id, outcome: r.outcome, state: r.state ?? '', code: r.code ?? '', conversion: r.conversion_id })) });
	}
	return out;
}

/** One tenant's bursts, one after the other, each to its last verdict; calm.json says which requests belong to which. */
async function calmly(tenant) {
	const bursts = [];
	for (const [wave, object] of ['contacts', 'deals'].entries()) {
		const since = Number(await mark());
		await control('POST', `/crm/${tenant.portal}/storm`, { events: tenant.waves[wave].events, full: true, seed: SEED });
		await everythingEnded();
		bursts.push({ object, events: tenant.waves[wave].events.length, portal: tenant.portal, since, upTo: Number(await mark()) });
	}
	writeFileSync(join(OUT, 'calm.json'), JSON.stringify(bursts));
}

async function everythingEnded() {
	let last = '';
	let quiet = 0;
	await until('every event to have its end', async () => {
		const o = await open();
		const waiting = (await control('GET', '/webhooks/open')).open;
		const now = `${waiting} webhooks, ${Object.entries(o).map(([k, n]) => `${n} ${k}`).join(', ')}`;
		if (now !== last)
			say(last = now);
		quiet = waiting === 0 && ended(o) ? quiet + 1 : 0;
		return quiet === 2;
	}, { s: DEADLINE_S, every: 2000 });
}

function judge() {
	return new Promise((resolve) => {
		spawn(process.execPath, [fileURLToPath(new URL('checker.mjs', import.meta.url)), OUT], { stdio: 'inherit' }).on('exit', (code) => resolve(code === 0));
	});
}

async function step(sentence, work) {
	try {
		const value = await work();
		console.log(`ok ${sentence}`);
		return value;
	} catch (err) {
		console.log(`not ok ${sentence}: ${err.message}`);
		process.exitCode = 1;
		return undefined;
	}
}

async function main() {
	console.log(`# ${AGAIN}; what it leaves: ${OUT}, logs: ${VAR}/log`);
	mkdirSync(OUT, { recursive: true });
	const plan = makePlan({ seed: SEED, events: EVENTS, tenants: TENANTS, base: began });
	writeFileSync(join(OUT, 'plan.json'), JSON.stringify(plan));
	await set({ retry_ms: '300 600 1200 2500 5000 8000 8000 8000 8000 8000' });
	const people = await step(`${TENANTS + 1} tenants connect, enter their credentials and save their rules`, () => setUp([...plan.tenants, plan.calm]));
	if (!people)
		return;
	say('set up');
	await step('a burst of one tenant comes to its end, and what it leads to', () => calmly(plan.calm));
	await loseReplies();
	let over = false;
	const looking = step('a login outlives every kill', () => look(people, () => over));
	await step(`${KILLS} kills at work, and every program comes back`, async () => {
		await Promise.all([storm(plan), killAll(schedule(SEED, KILLS), (n, k, died) => say(`kill ${n}: ${k.service} ${k.word || 'all of it'} (${died})`))]);
		await healthy();
	}).finally(() => { over = true; });
	await looking;
	await step('every event comes to its end', everythingEnded);
	writeFileSync(join(OUT, 'told.json'), JSON.stringify({ ...await dump(), shown: await shown(plan, people) }));
	copyFileSync(join(VAR, 'sandbox', 'log.jsonl'), join(OUT, 'log.jsonl'));
	writeFileSync(join(OUT, 'sandbox.json'), JSON.stringify({
		...await control('GET', '/webhooks'), ...await control('GET', '/impact/submissions'), ...await control('GET', '/impact/actions') }));
	say('judging');
	if (!await judge()) {
		console.log(`# again: ${AGAIN} make load`);
		process.exitCode = 1;
	}
}

main().catch((err) => {
	console.log(`not ok the run went through (LOAD_SEED=${SEED}): ${err.stack}`);
	process.exitCode = 1;
});
