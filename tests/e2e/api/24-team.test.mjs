// Who belongs to an account, how they come in, and what is written down of it (C-22, F-002, F-003, F-029).
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { URL_BASE, until } from '../lib/env.mjs';
import { Person } from '../lib/person.mjs';
import { ALPINE, BEN, NORTHWIND, control, unique } from '../lib/sandbox.mjs';

let ada; // owner
let clara; // owner of the other account

const mails = async (to) => (await control('GET', `/mail?to=${encodeURIComponent(to)}`)).mails;
const token = (text, page) => new RegExp(`${URL_BASE}/${page}#([\\w.-]+)`).exec(text)?.[1];
const address = () => `${unique('mia')}@agency.example`;

/** The tokens of a kind that were mailed to somebody. */
const tokens = async (to, page) => (await mails(to)).map((m) => token(m.text, page)).filter(Boolean);
/** The n-th of them, as soon as it is there. */
const mailed = (to, page, n = 1) => until(`${page} ${n} to ${to}`, async () => (await tokens(to, page))[n - 1]);

async function invite(owner, email, role = 'viewer') {
	const res = await owner.post('/api/team/invitations', { email, role });
	assert.equal(res.status, 201, res.text);
	return res.json;
}

/** Somebody who came in by an invitation. */
async function joined(owner, email, role) {
	const who = new Person();
	const { link } = await invite(owner, email, role);
	const res = await who.post('/api/invitation/accept', { token: link.split('#')[1] });
	assert.equal(res.status, 200, res.text);
	who.csrf = (await who.get('/api/session')).csrf_token;
	return who;
}

const member = async (owner, email) => (await owner.get('/api/team')).people.find((p) => p.email === email);
const changes = async (who, query = '') => (await who.get(`/api/audit?${query}`)).rows;

before(async () => {
	ada = new Person();
	clara = new Person();
	await ada.login(NORTHWIND);
	await clara.login(ALPINE);
});

test('C-22 an invitation goes by e-mail, is good once and for its role; the page can be opened without using it up', async () => {
	const email = address();
	const made = await invite(ada, email.toUpperCase(), 'editor');
	assert.equal(made.email, email);
	const secret = await mailed(email, 'invitation');
	assert.equal(made.link, `${URL_BASE}/invitation#${secret}`);
	await until('the list says that it was sent', async () => (await ada.get('/api/team')).invitations.find((i) => i.email === email).mail === 'sent');
	const mia = new Person();
	for (let i = 0; i < 2; i++) {
		const seen = await mia.post('/api/invitation', { token: secret });
		assert.equal(seen.json.role, 'editor');
		assert.equal(seen.json.account, 'northwind-robotics.example');
		assert.equal(seen.json.email, email);
	}
	assert.equal((await mia.post('/api/invitation/accept', { token: secret })).status, 200);
	const session = await mia.get('/api/session');
	assert.equal(session.person.role, 'editor');
	assert.equal(session.tenant.portal_id, NORTHWIND);
	for (const path of ['/api/invitation', '/api/invitation/accept'])
		assert.equal((await new Person().post(path, { token: secret })).status, 404);
	assert.deepEqual((await mia.get('/api/accounts')).accounts, [], 'an invitation proves nothing but itself');
	const [row] = await changes(ada, `person=${encodeURIComponent(email)}`);
	assert.equal(row.action, 'person.joined');
	assert.deepEqual(row.after, { role: 'editor' });
});

test('C-22 a revoked and a replaced invitation are dead; a link that was made up, too', async () => {
	const email = address();
	const first = await invite(ada, email);
	const again = (await ada.post(`/api/team/invitations/${first.id}/again`)).json;
	const look = (link) => new Person().post('/api/invitation', { token: link.split('#')[1] });
	assert.notEqual(first.link, again.link);
	assert.equal((await look(first.link)).status, 404);
	assert.equal((await look(again.link)).status, 200);
	assert.equal((await look(`${again.link.slice(0, -1)}${again.link.endsWith('A') ? 'B' : 'A'}`)).status, 404);
	assert.equal((await look(again.link.replace(/#i\.(\d+)/, (all, n) => `#i.${Number(n) + 1}`))).status, 404);
	assert.equal((await ada.post(`/api/team/invitations/${first.id}/revoke`)).status, 204);
	assert.equal((await look(again.link)).status, 404);
	assert.equal((await clara.post(`/api/team/invitations/${first.id}/again`)).status, 404);
	for (const bad of ['', 'x', 'a@b', 'a b@c.example', 'a@c.example\r\nBcc: x@y.example', 'a@c.example>', '<a@c.example', 'a@-c.example', `${'a'.repeat(300)}@c.example`])
		assert.match((await ada.post('/api/team/invitations', { email: bad, role: 'viewer' })).json.error.fields.email, /address/i, bad);
});

test('F-003 a changed role counts at the next request, and who is removed is out at once and cannot come back alone', async () => {
	const ben = new Person();
	await ben.login(NORTHWIND, { userId: BEN });
	const { email } = (await ben.get('/api/session')).person;
	const { id } = await member(ada, email);
	assert.equal((await ben.put(`/api/team/people/${id}`, { role: 'owner' })).status, 403);
	assert.equal((await ada.put(`/api/team/people/${id}`, { role: 'viewer' })).status, 200);
	assert.equal((await ben.get('/api/session')).person.role, 'viewer');
	assert.equal((await ben.post('/api/sending', { on: true })).status, 403);
	assert.equal((await ada.post(`/api/team/people/${id}/remove`)).status, 204);
	assert.equal((await ben.call('GET', '/api/team')).status, 401);
	assert.match(await new Person().login(NORTHWIND, { userId: BEN }), /^\/login\?problem=removed$/);
	assert.ok((await ada.get('/api/team')).removed.some((p) => p.email === email));
	await invite(ada, email, 'editor');
	await ben.login(NORTHWIND, { userId: BEN });
	assert.equal((await ben.get('/api/session')).person.role, 'editor', 'the invitation lets the person in again, by HubSpot, too');
	const actions = (await changes(ada, 'limit=20')).filter((r) => r.subject === email).map((r) => r.action);
	assert.deepEqual(actions.slice(0, 4), ['person.joined', 'invitation.made', 'person.removed', 'person.role_changed']);
});

test('C-22 the last owner cannot leave, step down or be removed, under two requests at once either', async () => {
	const me = (await ada.get('/api/session')).person;
	const mia = await joined(ada, address(), 'owner');
	const her = (await mia.get('/api/session')).person;
	const [one, two] = await Promise.all([
		ada.put(`/api/team/people/${her.id}`, { role: 'viewer' }), mia.put(`/api/team/people/${me.id}`, { role: 'viewer' })]);
	assert.deepEqual([one.status, two.status].sort(), [200, 403]);
	const left = one.status === 200 ? ada : mia;
	const back = one.status === 200 ? her : me;
	const owner = (await left.get('/api/session')).person;
	assert.equal((await left.put(`/api/team/people/${owner.id}`, { role: 'editor' })).status, 409);
	assert.equal((await left.post('/api/team/leave')).status, 409);
	assert.equal((await left.post(`/api/team/people/${owner.id}/remove`)).status, 409);
	assert.equal((await left.put(`/api/team/people/${back.id}`, { role: 'owner' })).status, 200);
	await Promise.all([mia.post('/api/team/leave'), ada.put(`/api/team/people/${her.id}`, { role: 'viewer' })]);
	assert.equal((await mia.call('GET', '/api/team')).status, 401);
	assert.equal((await ada.get('/api/session')).person.role, 'owner');
});

test('F-002 a sign-in link opens the accounts of its address, once; going to another one is a new session', async () => {
	const email = address();
	await joined(ada, email, 'viewer');
	await joined(clara, email, 'editor');
	const mia = new Person();
	assert.equal((await mia.post('/api/sign-in/link', { email: ` ${email.toUpperCase()} ` })).status, 202);
	const secret = await mailed(email, 'sign-in');
	const entered = await mia.post('/api/sign-in', { token: secret });
	assert.equal(entered.json.accounts, 2);
	assert.equal((await new Person().post('/api/sign-in', { token: secret })).status, 404);
	mia.csrf = (await mia.get('/api/session')).csrf_token;
	const { accounts } = await mia.get('/api/accounts');
	assert.deepEqual(accounts.map((a) => [a.portal_id, a.role]).sort(), [[NORTHWIND, 'viewer'], [ALPINE, 'editor']].sort());
	const other = accounts.find((a) => !a.current);
	const old = mia.cookieHeader();
	assert.equal((await mia.post('/api/accounts/switch', { id: other.id })).status, 204);
	assert.equal((await mia.get('/api/session')).tenant.id, other.id);
	assert.notEqual(mia.cookieHeader(), old);
	assert.equal((await mia.call('GET', '/api/team', undefined, { cookie: old })).status, 401);
	mia.csrf = (await mia.get('/api/session')).csrf_token;
	assert.equal((await mia.post('/api/accounts/switch', { id: 999999 })).status, 404);
});

test('F-029 asking for a sign-in link tells nobody who is a member, and is limited', async () => {
	const stranger = address();
	const known = address();
	await joined(ada, known);
	const answers = [];
	for (const email of [stranger, known])
		answers.push((await new Person().post('/api/sign-in/link', { email })).text);
	assert.equal(answers[0], answers[1]);
	for (let i = 0; i < 6; i++)
		assert.equal((await new Person().post('/api/sign-in/link', { email: known })).status, 202);
	await mailed(known, 'sign-in', 5);
	const mark = address(); // queued behind all of them
	await invite(ada, mark);
	await mailed(mark, 'invitation');
	assert.equal((await tokens(known, 'sign-in')).length, 5);
	assert.equal((await mails(stranger)).length, 0);
});

test('an e-mail that the relay puts off is sent later; one that it refuses is given up, and the list says why', async () => {
	const late = address();
	await control('POST', '/mail/refuse', { code: 451, text: 'later' });
	await invite(ada, late);
	await mailed(late, 'invitation');
	const never = address();
	await control('POST', '/mail/refuse', { code: 550, text: 'no such user' });
	await invite(ada, never);
	const row = await until('it is given up', async () => (await ada.get('/api/team')).invitations.find((i) => i.email === never && i.mail === 'failed'));
	assert.match(row.mail_problem, /refuses.*550/);
});

test('F-005 a log-in that is meant for one account does not connect another', async () => {
	const who = new Person();
	const start = await who.call('GET', `/oauth/start?portal=${NORTHWIND}`);
	assert.match(start.headers.location, new RegExp(`/oauth/${NORTHWIND}/authorize`));
	const back = await who.approve(start.headers.location.replace(`/${NORTHWIND}/`, '/'), ALPINE);
	assert.equal((await who.call('GET', back)).headers.location, `/login?problem=wrong_account&chosen=${ALPINE}&wanted=${NORTHWIND}`);
	assert.equal((await who.get('/api/session')).signed_in, false);
});

test('the audit log: by cursor, by person, by kind, by time; of the own account only, and never a secret', async () => {
	assert.equal((await ada.post('/api/sending', { on: false })).status, 200);
	assert.equal((await ada.post('/api/sending', { on: true })).status, 200);
	const [on, off] = await changes(ada, 'limit=2');
	assert.deepEqual([off.action, off.before, off.after], ['sending.switched', { sending: true }, { sending: false }]);
	assert.deepEqual(on.after, { sending: true });
	assert.equal(on.email, (await ada.get('/api/session')).person.email);
	const first = await ada.get('/api/audit?limit=1');
	const second = await ada.get(`/api/audit?limit=1&cursor=${first.next_cursor}`);
	assert.deepEqual([first.rows[0].id, second.rows[0].id], [on.id, off.id]);
	assert.ok((await changes(ada, 'action=person.&limit=200')).every((r) => r.action.startsWith('person.')));
	assert.deepEqual(await changes(ada, `until=${off.at}&from=${off.at}`), []);
	assert.deepEqual((await changes(ada, `from=${on.at}`)).map((r) => r.id), [on.id]);
	assert.ok(!(await changes(clara, 'limit=200')).some((r) => r.id === on.id));
	for (const bad of ['limit=0', 'cursor=x', 'from=yesterday'])
		assert.equal((await ada.call('GET', `/api/audit?${bad}`)).status, 400, bad);
});
