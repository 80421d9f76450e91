// A run in trouble: many tenants, events doubled and out of order, programs killed and replies lost meanwhile. Then the
// checker judges it.
//
//   CHAOS_SEED=   the run's seed (printed; the same seed plans the same run)      CHAOS_TENANTS= (50)
//   CHAOS_EVENTS= facts in all (10000)                                            CHAOS_KILLS=   (50)
//   CHAOS_CUTS=   replies of impact.com that are lost after it booked (500)
//
// The system under test is where tests/run.sh says. One line "ok ..." or "not ok ..." a sentence.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { VAR, sleep, until } from '../e2e/lib/env.mjs';
import { control, mark, set } from '../e2e/lib/sandbox.mjs';
import { healthy } from '../e2e/lib/service.mjs';
import { random } from '../sandbox/random.mjs';
import { Part } from '../soak/part.mjs';
import { dump, ended, open } from './database.mjs';
import { killAll, schedule } from './kills.mjs';
import { WAVES, makePlan } from './plan.mjs';
import { loadRecords, setUp } from './setup.mjs';

const part = new Part('chaos', { EVENTS: 10000, TENANTS: 50, KILLS: 50, CUTS: 500 });
const { EVENTS, TENANTS, KILLS, CUTS } = part.size;
const SEED = part.seed;
const say = (text) => part.say(text);
const TIMES = 10;
const KILL_EVERY_MS = 1100; // about; a wave is spread over its share of the killing
const PAGES_OF = 3; // tenants whose Activity is read to its end
const OUT = join(VAR, 'chaos');
const DEADLINE_S = 420 + Math.ceil(EVENTS / 100);

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

/** The checker's sentences, which become the run's; what begins with "#" are its figures. */
function judge() {
	return new Promise((resolve, reject) => {
		const checker = spawn(process.execPath, ['--max-old-space-size=8192', fileURLToPath(new URL('checker.mjs', import.meta.url)), OUT], { stdio: ['ignore', 'pipe', 'inherit'] });
		const figures = [];
		createInterface({ input: checker.stdout }).on('line', (line) => {
			const [, not, sentence, why = ''] = /^(not )?ok (.*?)(?:: (\d+))?$/.exec(line) ?? [];
			if (sentence)
				return void part.tell(sentence, !not, why);
			console.log(line);
			if (line.startsWith('# '))
				figures.push(line.slice(2));
		});
		checker.on('error', reject).on('close', (code) => {
			part.figure('checker', figures);
			if (code !== 0 && !part.failed)
				part.tell('the checker came to its end', false, `exit code ${code}`);
			resolve();
		});
	});
}

async function main() {
	say(`what it leaves: ${OUT}, logs: ${VAR}/log`);
	mkdirSync(OUT, { recursive: true });
	const plan = makePlan({ seed: SEED, events: EVENTS, tenants: TENANTS, cuts: CUTS, base: Date.now() });
	writeFileSync(join(OUT, 'plan.json'), JSON.stringify(plan));
	await set({ retry_ms: '300 600 1200 2500 5000 8000 8000 8000 8000 8000' });
	const people = await part.step(`${TENANTS + 1} tenants connect, enter their credentials and save their rules`, () => setUp([...plan.tenants, plan.calm]));
	if (!people)
		return;
	say('set up');
	await part.step('a burst of one tenant comes to its end, and what it leads to', () => calmly(plan.calm));
	await loseReplies();
	let over = false;
	const looking = part.step('a login outlives every kill', () => look(people, () => over));
	const kills = [];
	await part.step(`${KILLS} kills at work, and every program comes back`, async () => {
		await Promise.all([storm(plan), killAll(schedule(SEED, KILLS), (n, k, died) => {
			kills.push({ at: Date.now(), service: k.service, died });
			say(`kill ${n}: ${k.service} ${k.word || 'all of it'} (${died})`);
		})]);
		await healthy(900); // late work is done by then, too
	}).finally(() => { over = true; });
	await looking;
	await part.step('every event comes to its end', everythingEnded);
	part.figure('kills', kills.reduce((sum, k) => ({ ...sum, [k.service]: (sum[k.service] ?? 0) + 1 }), {}));
	writeFileSync(join(OUT, 'kills.json'), JSON.stringify(kills));
	writeFileSync(join(OUT, 'told.json'), JSON.stringify({ ...await dump(), shown: await shown(plan, people) }));
	for (const log of ['log.jsonl', 'webhooks.jsonl'])
		copyFileSync(join(VAR, 'sandbox', log), join(OUT, log));
	writeFileSync(join(OUT, 'sandbox.json'), JSON.stringify({ ...await control('GET', '/impact/submissions'), ...await control('GET', '/impact/actions') }));
	say('judging');
	await judge();
}

main().catch((err) => part.tell('the run went through', false, err.stack)).finally(() => part.end());
