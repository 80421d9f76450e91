// Logging in through HubSpot, sessions, and what a request must bring to be listened to.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { URL_BASE, request } from '../lib/env.mjs';
import { Person } from '../lib/person.mjs';
import { loggedIn } from '../lib/ready.mjs';
import { BEN, NORTHWIND, calm, control, log, mark } from '../lib/sandbox.mjs';

before(calm);

test('I-18 I-19 I-20 I-21 logging in through HubSpot leads back to the connector, which knows account and person', async () => {
	const person = new Person();
	const path = await person.login(NORTHWIND);
	assert.ok(['/', '/settings?connected=1'].includes(path), path);
	const session = await person.get('/api/session');
	assert.equal(session.tenant.portal_id, NORTHWIND);
	assert.equal(session.person.email, 'ada@northwind-robotics.example');
	assert.equal(session.person.role, 'owner');
	assert.ok(session.csrf_token.length >= 32);
	const { hubspot } = await person.get('/api/overview');
	assert.equal(hubspot.state, 'connected');
	assert.equal(hubspot.portal_id, NORTHWIND);
});

test('I-20 the access asked for is exactly what the app file of conf/hubspot-app requires', async () => {
	const url = new URL(await new Person().begin());
	const app = JSON.parse(readFileSync(new URL('../../../conf/hubspot-app/src/app/app-hsmeta.json', import.meta.url), 'utf8'));
	assert.deepEqual(url.searchParams.get('scope').split(' ').sort(), [...app.config.auth.requiredScopes].sort());
	assert.equal(url.searchParams.get('redirect_uri'), `${URL_BASE}/oauth/hubspot/callback`);
	assert.ok(url.searchParams.get('state').length >= 32);
});

test('C-22 the first login of an account makes its owner, a later one by somebody else an editor', async () => {
	await loggedIn();
	const ben = new Person();
	await ben.login(NORTHWIND, { userId: BEN });
	const session = await ben.get('/api/session');
	assert.equal(session.person.email, 'ben@northwind-robotics.example');
	assert.equal(session.person.role, 'editor');
});

test('F-008 "Cancel" at HubSpot ends on the login page with access_denied, and nobody is logged in', async () => {
	const person = new Person();
	assert.equal(await person.login(NORTHWIND, { cancel: true }), '/login?problem=access_denied');
	assert.equal((await person.get('/api/session')).signed_in, false);
});

test('F-005 a state works once', async () => {
	const person = new Person();
	const back = await person.approve(await person.begin(), NORTHWIND);
	assert.ok(!(await person.call('GET', back)).headers.location.includes('problem'));
	assert.equal((await person.call('GET', back)).headers.location, '/login?problem=state_unknown');
});

test('F-005 a state works only in the browser that began', async () => {
	const victim = new Person();
	const attacker = new Person();
	const back = await attacker.approve(await attacker.begin(), NORTHWIND);
	assert.equal((await victim.call('GET', back)).headers.location, '/login?problem=state_unknown', 'without any cookie');
	await victim.begin();
	assert.equal((await victim.call('GET', back)).headers.location, '/login?problem=state_unknown', 'with a cookie of another login');
	assert.equal((await victim.get('/api/session')).signed_in, false);
});

test('F-005 a missing or invented state is refused before HubSpot is asked anything', async () => {
	const person = new Person();
	const url = new URL(URL_BASE + await person.approve(await person.begin(), NORTHWIND));
	const since = await mark();
	url.searchParams.delete('state');
	assert.equal((await person.call('GET', url.pathname + url.search)).headers.location, '/login?problem=state_missing');
	url.searchParams.set('state', 'A'.repeat(43));
	assert.equal((await person.call('GET', url.pathname + url.search)).headers.location, '/login?problem=state_unknown');
	assert.deepEqual((await log({ since, side: 'hubspot', path: '/oauth' })).map((e) => e.path), []);
});

test('F-008 each refusal of HubSpot has a word of its own for the login page', async () => {
	const refused = async (change) => {
		const person = new Person();
		const url = new URL(URL_BASE + await person.approve(await person.begin(), NORTHWIND));
		change(url.searchParams);
		return (await person.call('GET', url.pathname + url.search)).headers.location;
	};
	assert.equal(await refused((q) => q.set('code', 'invented')), '/login?problem=code_refused');
	assert.equal(await refused((q) => { q.delete('code'); q.set('error', 'invalid_scope'); }), '/login?problem=scopes_missing');
	await control('POST', '/faults', { kind: 'status', path: '/token$', method: 'POST', status: 503, count: 0 });
	assert.equal(await refused(() => {}), '/login?problem=hubspot_unavailable');
	await calm();
});

test('F-002 a new login gives a new session and ends the one before in this browser', async () => {
	const person = await loggedIn();
	const old = person.cookieHeader();
	await person.login(NORTHWIND);
	assert.notEqual(person.cookieHeader(), old);
	assert.equal((await request(`${URL_BASE}/api/overview`, { headers: { cookie: old } })).status, 401);
});

test('F-003 logging out ends the session on the server', async () => {
	const person = await loggedIn();
	const cookie = person.cookieHeader();
	assert.equal((await person.post('/api/session/logout')).status, 204);
	assert.equal((await request(`${URL_BASE}/api/overview`, { headers: { cookie } })).status, 401);
	assert.equal((await request(`${URL_BASE}/api/session`, { headers: { cookie } })).json.signed_in, false);
});

test('F-001 the session cookie is HttpOnly, SameSite=Lax, and carries the port on plain http', async () => {
	const person = new Person();
	const res = await person.call('GET', await person.approve(await person.begin(), NORTHWIND));
	const line = res.headers['set-cookie'].find((c) => c.startsWith(`connector-${new URL(URL_BASE).port}=`));
	assert.ok(line, res.headers['set-cookie'].join('\n'));
	assert.match(line, /; HttpOnly/);
	assert.match(line, /; SameSite=Lax/);
	assert.match(line, /; Path=\//);
});

test('F-001 a change needs our Origin, the session\'s token and JSON', async () => {
	const person = await loggedIn();
	const { revision, document } = await person.config();
	const change = (headers) => person.put('/api/config', { revision, document }, headers);
	assert.equal((await change({})).status, 200);
	assert.equal((await change({ origin: 'http://evil.example' })).status, 403, 'a foreign Origin');
	assert.equal((await change({ origin: 'null' })).status, 403, 'an opaque Origin');
	assert.equal((await change({ origin: undefined })).status, 403, 'no Origin and no Sec-Fetch-Site');
	assert.equal((await change({ origin: undefined, 'sec-fetch-site': 'same-origin' })).status, 200, 'the browser says same-origin');
	assert.equal((await change({ origin: undefined, 'sec-fetch-site': 'cross-site' })).status, 403, 'the browser says cross-site');
	assert.equal((await change({ 'x-csrf-token': undefined })).status, 403, 'no token');
	assert.equal((await change({ 'x-csrf-token': 'x'.repeat(43) })).status, 403, 'a wrong token');
	assert.equal((await change({ 'content-type': 'text/plain' })).status, 415, 'no JSON');
	const other = await loggedIn();
	assert.equal((await change({ 'x-csrf-token': other.csrf })).status, 403, 'the token of another session');
});

test('F-018 a body must be one JSON object with known members, and not too large', async () => {
	const person = await loggedIn();
	for (const body of ['', '{', '[]', '"x"', '{"on":true,"on":false}', '{"on":true,"more":1}', '{"on":"yes"}', '{}']) {
		const res = await person.post('/api/sending', body);
		assert.ok([400, 422].includes(res.status), `${body}: ${res.status}`);
		assert.equal(res.json.error.code, 'invalid');
	}
	assert.equal((await person.post('/api/sending', `{"on":true,"pad":"${'x'.repeat(300 * 1024)}"}`)).status, 413);
	assert.equal((await person.call('GET', '/api/activity?outcome=sent&nonsense=1')).status, 400);
	assert.equal((await person.call('GET', '/api/activity?limit=1&limit=2')).status, 400, 'F-019: a parameter given twice');
	assert.equal((await person.call('GET', '/api/activity?cursor=%27%20OR%201--')).status, 400, 'F-015');
	assert.equal((await person.call('GET', '/api/nothing')).status, 404);
	const wrong = await person.post('/api/overview');
	assert.equal(wrong.status, 405);
	assert.equal(wrong.headers.allow, 'GET');
});

test('F-012 F-013 F-021 answers of the API are never kept by a browser, and no page may be framed or run foreign code', async () => {
	const person = await loggedIn();
	for (const path of ['/', '/login', '/settings', '/api/session', '/api/settings', '/oauth/start']) {
		const { headers } = await person.call('GET', path);
		assert.match(headers['content-security-policy'], /default-src 'self'.*frame-ancestors 'none'/, path);
		assert.equal(headers['x-content-type-options'], 'nosniff', path);
		if (path.startsWith('/api/') || path.startsWith('/oauth/'))
			assert.match(headers['cache-control'] ?? '', /no-store/, path);
	}
});
