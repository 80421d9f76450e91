// Connections that end, and come back: found out by itself, told once, nothing lost, everything sent once (T-38, T-39, C-20, I-58, I-59).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { URL_BASE, confText, request, until } from '../lib/env.mjs';
import { ready } from '../lib/ready.mjs';
import { ACME, NORTHWIND, calm, contact, control, deal, fault, log, mark, move, submissions } from '../lib/sandbox.mjs';
import { configure, healthy } from '../lib/service.mjs';

const conf = confText();
/* Waits of seconds in place of minutes. */
const SOON = 'hubspot_look_s = 2;\ntoken_second_try_s = 2;\ntoken_retry_s = 2;\nimpact_retry_s = 2;\n';
let person;
let owner;

before(async () => {
	configure(conf + SOON, 'worker');
	person = await ready();
	owner = (await person.get('/api/session')).person.email;
});
after(async () => {
	await calm();
	configure(conf, 'worker');
	await healthy();
});

const tenant = async () => (await person.get('/api/session')).tenant;
const trouble = (word) => until(`the trouble ${word}`, async () => (await tenant()).trouble === word, { s: 60 });
const mails = async (part) => (await control('GET', '/mail')).mails.filter((m) => m.subject.includes(part));
const mailed = (part, n) => until(`${n} e-mails "${part}"`, async () => (await mails(part)).length === n, { s: 30 });
/** The last calls of a connection that has ended: about its refresh token, which the log knows by its hash, and those refused. */
async function lastCalls(since) {
	const calls = await log({ since, side: 'hubspot', limit: '5000' });
	const [, token] = calls.filter((e) => e.path.endsWith('/token') && e.status === 400)[0].body.match(/refresh_token=(%23\w+)/);
	return calls.filter((e) => e.body.includes(token) || e.status === 401).map((e) => e.path.split('/').at(-1));
}

async function won() {
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	await move(NORTHWIND, id);
	return id;
}

/** Each has its verdict, and impact.com got each once. */
async function sentOnce(ids) {
	for (const id of ids) {
		assert.equal((await person.verdict(id)).state, 'CONFIRMED');
		assert.equal((await submissions()).filter((s) => s.values.OrderId.endsWith(`_${id}`)).length, 1, `deal ${id} was sent once`);
	}
}

test('I-58 I-59 an idle account whose app is removed in HubSpot is found in three calls, paused, and goes on after a reinstall with its settings', { timeout: 180000 }, async () => {
	const { document } = await person.config();
	await control('DELETE', '/mail');
	const before = await mark();
	await until('a look', async () => (await log({ since: before, side: 'hubspot', path: '/oauth', limit: '50' })).some((e) => e.path.endsWith('/introspect')));
	const from = await mark();
	await control('POST', `/crm/${NORTHWIND}/uninstall`);
	await trouble('removed');
	await mailed('The connection to HubSpot has ended', 1);
	assert.equal((await tenant()).state, 'paused');
	assert.deepEqual(await lastCalls(from), ['introspect', 'token', 'details']);
	const { attention } = await person.get('/api/overview');
	assert.deepEqual(attention.filter((item) => item.code === 'paused').map((item) => item.sentence), ['The app was removed in HubSpot.']);
	await person.login(NORTHWIND);
	assert.equal((await tenant()).trouble, 'none');
	assert.deepEqual((await person.config()).document, document);
	await sentOnce([await won()]);
});

test('T-39 access that is withdrawn pauses the account; what happens meanwhile is kept, the owner is told once, and a new log-in sends each once', { timeout: 180000 }, async () => {
	await control('DELETE', '/mail');
	await control('POST', `/crm/${NORTHWIND}/withdraw`);
	await trouble('refused');
	const ids = [await won(), await won(), await won()];
	await until('Overview to tell that they are kept', async () => (await person.get('/api/overview')).unread >= ids.length);
	await mailed('The connection to HubSpot has ended', 0); // the one of the test before is less than an hour old
	assert.equal((await submissions()).filter((s) => ids.some((id) => s.values.OrderId.endsWith(`_${id}`))).length, 0);
	await person.login(NORTHWIND);
	await sentOnce(ids);
	await mailed('The connection to HubSpot has ended', 0);
	assert.equal((await tenant()).trouble, 'none');
	await until('nothing to be kept any more', async () => (await person.get('/api/overview')).unread === 0);
});

test('a client secret that is wrong here disconnects nobody: readyz and the pages say whose it is, and mending it is enough', { timeout: 180000 }, async () => {
	configure((conf + SOON).replace(/^hubspot_client_secret = .*$/m, 'hubspot_client_secret = "not the secret";'), 'worker');
	await trouble('client');
	assert.equal((await tenant()).state, 'active');
	const answer = await request(`${URL_BASE}/readyz`);
	assert.deepEqual([answer.status, answer.json.checks.filter((c) => !c.ok).map((c) => c.name)], [503, ['hubspot']]);
	configure(conf + SOON, 'worker');
	await trouble('none');
	await healthy();
	await sentOnce([await won()]);
});

test('C-20 F-100 impact.com credentials that cease to work are found by the clock and told once; when they work again what waited goes out once', { timeout: 180000 }, async () => {
	await control('DELETE', '/mail');
	const { id: refusal } = await fault({ kind: 'status', path: `^/Advertisers/${ACME.account_sid}/`, count: 0, status: 401 });
	const id = await won();
	await trouble('impact_refused');
	await mailed('impact.com no longer accepts the credentials', 1);
	assert.deepEqual((await mails('impact.com no longer'))[0].to, [owner]);
	const { impact, attention } = await person.get('/api/overview');
	assert.equal(impact.state, 'failed');
	assert.deepEqual(attention.map((item) => item.code).filter((code) => /impact|credentials/.test(code)), ['impact_refused'], 'said once');
	assert.equal((await person.get('/api/settings')).checks.find((c) => c.id === 'company').state, 'failed');
	await control('DELETE', `/faults/${refusal}`);
	await trouble('none');
	await sentOnce([id]);
	await mailed('Works again', 1);
	await mailed('impact.com no longer accepts the credentials', 1);
});
