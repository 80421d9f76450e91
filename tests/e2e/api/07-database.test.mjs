// The database is away: nothing is half taken, everybody is told to come again, and all goes on by itself.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { userInfo } from 'node:os';
import { after, before, test } from 'node:test';
import { URL_BASE, conf, request, until } from '../lib/env.mjs';
import { change, send, signed } from '../lib/hook.mjs';
import { Person } from '../lib/person.mjs';
import { ready } from '../lib/ready.mjs';
import { NORTHWIND, calm, contact, deal, fault, move, set, submissions, webhooks } from '../lib/sandbox.mjs';
import { down, healthy, kill, processes, up } from '../lib/service.mjs';
import { sql } from '../lib/database.mjs';

let person;
before(async () => { person = await ready(); });
after(async () => {
	await calm();
	signal('SIGCONT');
	up('db');
	await healthy();
});
const signal = (name) => processes('db', 'mariadbd').forEach((pid) => process.kill(pid, name));

test('F-057 with the database stopped a webhook is 503 with Retry-After, and afterwards its event counts exactly once', async () => {
	await set({ webhooks: false });
	const mine = (await deal(NORTHWIND, { dealstage: 'closedwon', contacts: [await contact(NORTHWIND)] })).id;
	await set({ webhooks: true });
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	await person.decision(id, (r) => r.code === 'trigger_other_value');
	const body = JSON.stringify([change(NORTHWIND, mine, 'dealstage', 'closedwon')]);

	down('db');
	const refused = await send(body, signed(body));
	assert.equal(refused.status, 503);
	assert.ok(Number(refused.headers['retry-after']) > 0);
	await move(NORTHWIND, id);
	const told = await until('HubSpot to be refused', async () => (await webhooks((w) =>
		w.events.some((e) => String(e.objectId) === id && e.propertyValue === 'closedwon') && w.attempts.length > 0))[0]);
	assert.deepEqual([...new Set(told.attempts.map((a) => a.status))], [503]);

	const api = await person.call('GET', '/api/session');
	assert.equal(api.status, 503);
	assert.ok(Number(api.headers['retry-after']) > 0);
	assert.equal(api.json.error.code, 'unavailable');
	assert.equal((await person.put('/api/config', { revision: 1, document: {} })).status, 503);
	const login = await request(`${URL_BASE}/oauth/start`);
	assert.equal(login.headers.location, '/login?problem=database_unavailable');
	assert.equal((await request(`${URL_BASE}/login`)).status, 200, 'the site itself is there');

	up('db');
	await healthy();
	assert.equal((await person.verdict(id, { s: 90 })).state, 'CONFIRMED', 'HubSpot\'s own retry brought it');
	assert.equal((await person.decisions(mine)).length, 0, 'what was refused was not taken');
	assert.equal((await send(body, signed(body))).status, 200);
	assert.equal((await person.verdict(mine)).state, 'CONFIRMED');
	for (const one of [id, mine])
		assert.equal((await submissions(`deal_closedwon_${one}`)).length, 1);
});

test('F-122 with the database standing still in the middle of its work everybody is told 503 in time, and afterwards all goes on', async () => {
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	await person.decision(id, (r) => r.code === 'trigger_other_value');
	signal('SIGSTOP');
	const body = JSON.stringify([change(NORTHWIND, id, 'dealname', 'while it stood')]);
	// As many at once as there are processes, twice: the second ones are told what the first ones found out.
	for (let round = 0; round < 2; round++)
		for (const refused of await Promise.all(Array.from({ length: 6 }, () => send(body, signed(body))))) {
			assert.equal(refused.status, 503);
			assert.ok(Number(refused.headers['retry-after']) > 0);
		}
	const api = await person.call('GET', '/api/session');
	assert.equal(api.status, 503);
	assert.ok(Number(api.headers['retry-after']) > 0);
	assert.match(api.json.error.message, /[Tt]ry again/);
	assert.equal((await request(`${URL_BASE}/login`)).status, 200, 'the site itself is there');
	await move(NORTHWIND, id);
	signal('SIGCONT');
	await healthy();
	assert.equal((await person.verdict(id, { s: 90 })).state, 'CONFIRMED');
	assert.equal((await submissions(`deal_closedwon_${id}`)).length, 1);
});

test('F-118 an answer of impact.com that comes while the database is gone is kept: accepted at the first attempt', async () => {
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	await fault({ kind: 'slow', method: 'POST', path: '/Conversions$', ms: 2000 });
	await move(NORTHWIND, id);
	await until('the conversion to be on its way', async () => (await sql(`SELECT state FROM conversion WHERE object_id = '${id}'`))[0]?.[0] === 'SENDING', { every: 20 });
	down('db');
	await until('it to be answered', async () => (await submissions(`deal_closedwon_${id}`)).length === 1);
	assert.equal((await send('[]', signed('[]'))).status, 503);
	up('db');
	await healthy();
	assert.equal((await person.verdict(id, { s: 60 })).state, 'CONFIRMED');
	assert.deepEqual(await sql(`SELECT attempt, result FROM attempt a JOIN conversion c ON c.tenant_id = a.tenant_id AND c.conversion_id = a.effect_id WHERE c.object_id = '${id}'`),
		[['1', 'accepted']]);
	assert.equal((await submissions(`deal_closedwon_${id}`)).length, 1);
});

test('F-118 what was acknowledged while the database was killed is there, what was not comes again, and each counts once', async () => {
	const deals = [];
	for (let i = 0; i < 12; i++)
		deals.push((await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] })).id);
	const bodies = deals.map((id) => JSON.stringify([change(NORTHWIND, id, 'dealstage', 'closedwon')]));
	const sent = bodies.map((body, i) => new Promise((done) => setTimeout(done, i * 15)).then(() => send(body, signed(body))));
	await sent[3];
	assert.equal(kill('db', 'mariadbd'), 1);
	const answers = await Promise.all(sent);
	for (const { status } of answers)
		assert.ok([200, 503].includes(status), String(status));
	await healthy();
	for (const [i, { status }] of answers.entries())
		if (status !== 200)
			assert.equal((await send(bodies[i], signed(bodies[i]))).status, 200);
	for (const id of deals) {
		await until(`deal ${id} to be sent`, async () => (await submissions(`deal_closedwon_${id}`)).length > 0, { s: 60 });
		assert.equal((await submissions(`deal_closedwon_${id}`)).length, 1);
	}
});

test('F-123 who finds rows held by somebody for long is told to try again, not that another has changed them', async () => {
	const held = spawn('mariadb', ['--no-defaults', '-S', conf('database_socket'), '-u', userInfo().username, 'connector', '--unbuffered', '-N', '-e',
		`BEGIN; SELECT 'held' FROM tenant WHERE portal_id = ${NORTHWIND} FOR UPDATE; SELECT SLEEP(60); ROLLBACK`], { stdio: ['ignore', 'pipe', 'inherit'] });
	try {
		await once(held.stdout, 'data');
		const busy = await person.post('/api/sending', { on: true });
		assert.equal(busy.status, 503);
		assert.equal(busy.json.error.code, 'unavailable');
		assert.ok(Number(busy.headers['retry-after']) > 0);
		assert.doesNotMatch(busy.text, /1205|1213|lock/i);
	} finally {
		held.kill('SIGKILL');
	}
	await until('it to be done', async () => (await person.post('/api/sending', { on: true })).status === 200);
});

test('F-123 who saves what another has changed meanwhile is shown that, also when the other kept the rows for long', async () => {
	const mine = await person.get('/api/config');
	const other = spawn('mariadb', ['--no-defaults', '-S', conf('database_socket'), '-u', userInfo().username, 'connector', '--unbuffered', '-N'],
		{ stdio: ['pipe', 'pipe', 'inherit'] });
	// The server makes this table anew only for who has not read it for a tenth of a second.
	const waits = async (but) => (await sql(`SELECT trx_wait_started FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT' AND trx_query LIKE '%SET config_revision%'`))
		.flat().find((since) => since !== but);
	try {
		other.stdin.write(`BEGIN; INSERT INTO config SELECT tenant_id, revision + 1, author, origin, saved_at, document FROM config WHERE revision = ${mine.revision}
			AND tenant_id = (SELECT tenant_id FROM tenant WHERE portal_id = ${NORTHWIND});
			UPDATE tenant SET config_revision = config_revision + 1 WHERE portal_id = ${NORTHWIND}; SELECT 'held';\n`);
		await once(other.stdout, 'data');
		const options = { ...mine.document.options, computed_prefix: !mine.document.options.computed_prefix };
		const saved = person.put('/api/config', { revision: mine.revision, document: { ...mine.document, options } });
		const first = await until('the save to wait', () => waits(), { every: 250 });
		await until('it to try again', () => waits(first), { every: 250 });
		other.stdin.write('COMMIT;\n');
		const told = await saved;
		assert.equal(told.status, 409);
		assert.equal(told.json.current.revision, mine.revision + 1);
	} finally {
		other.kill('SIGKILL');
	}
});

test('a session outlives the database\'s absence, and a new login works', async () => {
	assert.equal((await person.get('/api/session')).tenant.portal_id, NORTHWIND);
	assert.ok(!(await new Person().login(NORTHWIND)).includes('problem'));
});
