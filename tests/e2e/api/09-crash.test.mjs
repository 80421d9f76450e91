// The programs die at the points that tests/db does not pass: between curl and the far ends, between the intake's commit
// and its answer, at the worker's leases, tokens, e-mails and erasures (reliability 3.3).  The rows of kind `stack` in
// tests/data/fault-points.txt; only programs built for tests have the points (fcgi/base/fault.h), so tests/run.sh runs
// this file with the sanitizers' build.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { sql } from '../lib/database.mjs';
import { URL_BASE, VAR, confText, request, until } from '../lib/env.mjs';
import { Person } from '../lib/person.mjs';
import { ready } from '../lib/ready.mjs';
import { ACME, NORTHWIND, calm, contact, control, deal, log, mark, move, refreshes, set, submissions, unique, webhooks } from '../lib/sandbox.mjs';
import { configure, healthy } from '../lib/service.mjs';

if (!['san', 'fault'].includes(process.env.CONNECTOR_KIND))
	process.exit(0); // run by hand against programs that have no points

// Conversions wait meanwhile: what dies here leaves none of them between SENDING and its answer.
const BESIDE = ['schedule.claimed@mail', 'mail.claimed', 'mail.sent', 'token.answered', 'token.stored', 'erase.some'];
const WORK = ['hook.received', 'lease.claimed@split', 'lease.claimed@decide', 'lease.found@send', 'lease.claimed@send', 'job.done@send', 'lease.claimed@follow'];
// Of curl's points one a round: a conversion that two deaths left without an answer is for a person to look at.
const SENDS = [
	['W5 before a byte leaves', ['hook.stored', 'http.connected@Conversions']],
	['W6 when all has left', ['hook.answered', 'http.sent@Conversions']],
	['W7 when the answer is there', ['http.answered@Conversions']],
];
const DEALS = 4;
const TOKEN_S = 8;
const EXPIRING = 60000003;
const ERASED = 60000004;
const conf = confText();
const POSTS = { method: 'POST', path: `/Advertisers/${ACME.account_sid}/Conversions`, limit: '100000' };

const file = (point) => join(VAR, 'faults', point);
const arm = (points) => points.forEach((point) => writeFileSync(file(point), ''));
/** A point's file goes as its program dies. */
const fired = (points, s = 60) => until(`deaths at ${points.join(', ')}`, () => points.every((point) => !existsSync(file(point))), { s })
	.catch((err) => { throw new Error(`${err.message}; nobody died at ${points.filter((point) => existsSync(file(point))).join(', ')}`); });
const quarantined = async () => (await sql('SELECT COUNT(*) FROM quarantine'))[0][0];

let person;
let poison;
before(async () => {
	person = await ready();
	configure(conf.replace(/^(lease_s|unknown_wait_s) = .*\n/gm, '') + 'lease_s = 3;\nunknown_wait_s = 4;\n', 'worker');
	await set({ batch_ms: 20 });
	await healthy();
	poison = await quarantined();
});
after(async () => {
	[...BESIDE, ...WORK, ...SENDS.flatMap(([, points]) => points)].forEach((point) => rmSync(file(point), { force: true }));
	await calm();
	configure(conf, 'worker');
	await healthy();
});

/** Deals, won while the points are armed. */
async function won(points) {
	const ids = [];
	for (let i = 0; i < DEALS; i++)
		ids.push((await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] })).id);
	await until('what their making told to be taken in', async () => (await control('GET', '/webhooks/open')).open === 0 && (await sql('SELECT COUNT(*) FROM inbox'))[0][0] === '0');
	arm(points);
	await Promise.all(ids.map((id) => move(NORTHWIND, id)));
	return ids;
}

/** Each is booked once and has its verdict, by nobody's hand; a resend is what was sent. */
async function whole(ids, since) {
	for (const id of ids)
		assert.equal((await person.verdict(id)).state, 'CONFIRMED');
	const booked = await submissions();
	assert.deepEqual(ids.map((id) => [id, booked.filter((s) => s.values.OrderId.endsWith(`_${id}`)).length]), ids.map((id) => [id, 1]));
	const sent = (await log({ since, ...POSTS })).map((e) => [new URLSearchParams(e.body).get('OrderId'), e.body]);
	for (const id of ids) {
		const bodies = sent.filter(([order]) => order.endsWith(`_${id}`)).map(([, body]) => body);
		assert.ok(bodies.length >= 1 && bodies.length <= 2, `deal ${id} was sent ${bodies.length} times`);
		assert.equal(new Set(bodies).size, 1, `deal ${id}: a resend differs`);
	}
	assert.deepEqual((await webhooks((w) => w.state === 'given up')).filter((w) => w.events.some((e) => ids.includes(String(e.objectId)))), []);
	assert.equal(await quarantined(), poison, 'nothing innocent was taken out of a queue');
}

test('every point of the table that the programs pass is one at which they die here', () => {
	const rows = readFileSync(new URL('../../data/fault-points.txt', import.meta.url), 'utf8').split('\n').filter((line) => line && !line.startsWith('#')).map((line) => line.split(';'));
	const wanted = rows.filter((row) => row[3] === 'stack').map(([, point, value]) => (value ? `${point}@${value}` : point));
	assert.ok(wanted.length > 0);
	assert.deepEqual([...BESIDE, ...WORK, ...SENDS.flatMap(([, points]) => points)].sort(), wanted.sort());
});

const mailed = async (to) => (await control('GET', `/mail?to=${encodeURIComponent(to)}`)).mails.length;
const invited = [0, 1].map(() => `${unique('guest')}@agency.example`);

test('W1 W4 W9 death before an event is stored, at each lease, at a token, an e-mail and an erasure: each is ended by who comes next, once', { timeout: 600000 }, async () => {
	const since = await mark();
	const owner = new Person();
	await owner.login(ERASED);
	await set({ token_s: TOKEN_S });
	await new Person().login(EXPIRING);
	await set({ token_s: 1800 });
	const version = async () => (await sql(`SELECT i.version, i.state, i.refused, t.state FROM install i JOIN tenant t ON t.tenant_id = i.tenant_id WHERE t.portal_id = ${EXPIRING}`))[0];
	const [before] = await version();

	arm(BESIDE);
	for (const email of invited)
		assert.equal((await person.post('/api/team/invitations', { email, role: 'viewer' })).status, 201);
	const asked = await owner.post('/api/account/erase', { confirm: String(ERASED) });
	assert.equal(asked.status, 200, asked.text);
	const ids = await won(WORK);
	await fired(WORK);
	await fired(BESIDE);
	await whole(ids, since);

	const done = await until('the account to be erased', async () => {
		const { json } = await request(`${URL_BASE}/api/account/erasure?receipt=${asked.json.receipt}`);
		return json.state === 'done' && json;
	}, { s: 60 });
	assert.equal(done.uninstall, 'done');
	assert.deepEqual(await sql(`SELECT 1 FROM tenant WHERE portal_id = ${ERASED}`), []);
	assert.equal((await log({ since, method: 'DELETE', limit: '10000' })).filter((e) => /external-install/.test(e.path)).length, 1);

	// The first answer died with its reader; its token is good at HubSpot, and the next one is kept.
	await until('the token after it to be kept', async () => Number((await version())[0]) === Number(before) + 1);
	assert.deepEqual((await version()).slice(1), ['connected', '0', 'active']);
	const tokens = await refreshes(since);
	assert.ok(tokens.length >= 2, String(tokens.length));
	assert.deepEqual(tokens.filter((e) => e.status !== 200), []);
});

for (const [what, points] of SENDS)
	test(`${what}: the worker dies in curl; nothing is lost, nothing is booked twice, and no hand is needed`, { timeout: 300000 }, async () => {
		const since = await mark();
		const ids = await won(points);
		await fired(points);
		await whole(ids, since);
		const [[unanswered]] = await sql(`SELECT SUM(unanswered) FROM conversion WHERE object_id IN (${ids.map((id) => `'${id}'`)})`);
		assert.ok(Number(unanswered) >= 1, 'the death left none without an answer: it came elsewhere');
	});

test('an e-mail whose sender died is sent when its hold ends, one that was sent is not sent again', { timeout: 300000 }, async () => {
	await until('both to be told as sent', async () => (await person.get('/api/team')).invitations.filter((i) => invited.includes(i.email) && i.mail === 'sent').length === 2, { s: 150 }); // a hold lasts a minute
	assert.deepEqual([await mailed(invited[0]), await mailed(invited[1])], [1, 1]);
});
