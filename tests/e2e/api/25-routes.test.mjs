// Every route x who asks: generated from the route table, so a new route is covered by being there (F-001, F-017, F-018, C-22).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, test } from 'node:test';
import { URL_BASE, conf, request } from '../lib/env.mjs';
import { Person } from '../lib/person.mjs';
import { ready } from '../lib/ready.mjs';
import { fill, follow, routes } from '../lib/routes.mjs';
import { Maker } from '../lib/sample.mjs';
import { ACME, ALPINE, ALPINE_CLICK, BEN, NORTHWIND, VELO, contact, deal, move, unique } from '../lib/sandbox.mjs';

const table = routes();
const api = table.filter((r) => r.path.startsWith('/api/'));
const guarded = api.filter((r) => !['NONE', 'GUEST'].includes(r.auth));
const changes = api.filter((r) => r.change);
const NOBODYS = '999999999999';
// An account that the person belongs to as well, and an invitation that waits: their own tests show what is found there.
const ELSEWHERE = ['/api/config/accounts/:id', '/api/team/invitations/:id/link'];
const CANARY = unique('Owned');

let ada; // owner
let ben; // editor, then viewer
let clara; // owner of the other account

/** A role as an owner would give it; the session looks it up at each request. */
function role(email, value) {
	execFileSync('mariadb', ['--no-defaults', '-S', conf('database_socket'), '-u', conf('database_user'), conf('database_name'), '-e',
		`UPDATE person SET role = '${value}' WHERE email = '${email}'`]);
}

/** The route as a person asks it with something that no route takes: whoever may ask is told so, and nothing changes. */
const ask = (person, route, id = NOBODYS, headers = {}) => route.change
	? person.call(route.method, fill(route, () => id), { 'no such member': 1 }, headers)
	: person.call(route.method, `${fill(route, () => id)}?nosuchparameter=1`, undefined, headers);

/** "/api/activity/again" is an address of the route "/api/activity/:id" too. */
const matches = (pattern, path) => pattern.split('/').length === path.split('/').length && pattern.split('/').every((part, i) => part.startsWith(':') || part === path.split('/')[i]);

async function each(list, look) {
	const wrong = [];
	for (const route of list)
		await look(route, `${route.method} ${route.path}`).catch((err) => wrong.push(`${route.method} ${route.path}: ${err.message.split('\n')[0]}`));
	assert.deepEqual(wrong, []);
}

const code = (res, status, word, what) => {
	assert.equal(res.status, status, `${what}: ${res.status} ${res.text.slice(0, 200)}`);
	assert.equal(res.json?.error?.code, word, `${what}: ${res.text.slice(0, 200)}`);
	assert.ok(res.json.error.message.length > 8, `${what}: in words`);
};

before(async () => {
	ada = await ready(NORTHWIND, ACME);
	clara = await ready(ALPINE, VELO);
	ben = new Person();
	await ben.login(NORTHWIND, { userId: BEN });
	await ada.post('/api/team/invitations', { email: `${unique('guest')}@agency.example`, role: 'viewer' });
	const hers = (await deal(NORTHWIND, { dealname: CANARY, contacts: [await contact(NORTHWIND, { firstname: CANARY })] })).id;
	const his = (await deal(ALPINE, { contacts: [await contact(ALPINE, { click: ALPINE_CLICK })] })).id;
	await Promise.all([move(NORTHWIND, hers), move(ALPINE, his)]);
	await Promise.all([ada.verdict(hers), clara.verdict(his)]);
});

test('F-001 nobody in particular, and who brings an invented session, is refused by every route but those of the login', () =>
	each(guarded, async (route, what) => {
		for (const cookie of [undefined, `connector-${new URL(URL_BASE).port}=${'A'.repeat(43)}`]) {
			const res = await request(URL_BASE + fill(route, () => '1'), { method: route.method, body: route.change ? '{}' : undefined,
				headers: { origin: URL_BASE, 'content-type': 'application/json', ...(cookie ? { cookie } : {}) } });
			code(res, 401, 'unauthenticated', what);
		}
	}));

test('F-001 a change with a foreign, opaque or missing Origin, no token, a foreign token, or no JSON, is refused by every route', () =>
	each(changes, async (route, what) => {
		for (const [how, headers] of Object.entries({ 'a foreign Origin': { origin: 'http://evil.example' }, 'an opaque Origin': { origin: 'null' },
			'our Origin with a path': { origin: `${URL_BASE}/` }, 'another port': { origin: 'http://localhost:1' }, 'no Origin': { origin: undefined },
			'a cross-site page': { origin: undefined, 'sec-fetch-site': 'cross-site' }, 'no token': { 'x-csrf-token': undefined },
			'a token nobody has': { 'x-csrf-token': 'x'.repeat(43) }, 'the token of another person': { 'x-csrf-token': ben.csrf },
			'the token of another account': { 'x-csrf-token': clara.csrf } })) {
			if (['NONE', 'GUEST'].includes(route.auth) && /token/.test(how))
				continue; // nobody is logged in there, so there is no token yet
			code(await ask(ada, route, NOBODYS, headers), 403, 'forbidden', `${what}, ${how}`);
		}
		for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', undefined])
			assert.equal((await ask(ada, route, NOBODYS, { 'content-type': type })).status, 415, `${what}, ${type}`);
	}));

test('C-22 a viewer sees everything and changes nothing, an editor does not do what only an owner may', async () => {
	const allowed = { viewer: ['NONE', 'GUEST', 'MEMBER'], editor: ['NONE', 'GUEST', 'MEMBER', 'EDITOR'], owner: ['NONE', 'GUEST', 'MEMBER', 'EDITOR', 'OWNER'] };
	try {
		for (const [as, auths] of Object.entries(allowed)) {
			role('ben@northwind-robotics.example', as);
			assert.equal((await ben.get('/api/session')).person.role, as);
			await each(api, async (route, what) => {
				const res = await ask(ben, route);
				if (auths.includes(route.auth))
					assert.ok(![401, 403].includes(res.status), `${as}, ${what}: ${res.status} ${res.text.slice(0, 200)}`);
				else
					code(res, 403, 'forbidden', `${as}, ${what}`);
			});
		}
	} finally {
		role('ben@northwind-robotics.example', 'editor');
	}
});

test('F-018 no route takes a member, a parameter or a body that it does not know', async () => {
	const tenant = (await ada.get('/api/session')).tenant;
	await each(api, async (route, what) => {
		if (!route.change) {
			for (const query of ['nosuchparameter=1', 'tenant_id=1', 'role=owner'])
				code(await ada.call('GET', `${fill(route, () => '1')}?${query}`), 400, 'invalid', `${what}?${query}`);
			return;
		}
		for (const body of ['{"tenant_id":1}', '{"role":"owner"}', '{"no such member":1}', '[]', '"x"', '1', 'null', '{', '', '{"a":1,"a":1}', '{"a":"\ud800"}']) {
			const res = await ada.call(route.method, fill(route, () => NOBODYS), body);
			assert.ok([400, 404].includes(res.status), `${what} ${body}: ${res.status} ${res.text.slice(0, 200)}`);
		}
		const big = await ada.call(route.method, fill(route, () => NOBODYS), `{"pad":"${'x'.repeat(1100 * 1024)}"}`);
		assert.equal(big.status, 413, `${what}, 1.1 MB`);
	});
	assert.deepEqual((await ada.get('/api/session')).tenant, tenant);
});

test('every address knows its methods: another is told which there are, and no change is made by GET', () =>
	each(api, async (route) => {
		const here = table.filter((r) => matches(r.path, route.path)).map((r) => r.method);
		for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((m) => !here.includes(m))) {
			const res = await ada.call(method, fill(route, () => '1'), method === 'GET' ? undefined : {});
			assert.equal(res.status, 405, `${method} ${route.path}`);
			for (const one of here)
				assert.ok(res.headers.allow.split(', ').includes(one), `${method} ${route.path} allows ${res.headers.allow}`);
		}
	}));

/** Everything in a JSON value that names a thing by a number: members `id` and `*_id`, revisions. */
function ids(json, found = new Set()) {
	if (Array.isArray(json))
		json.forEach((one) => ids(one, found));
	else if (json !== null && typeof json === 'object')
		for (const [key, value] of Object.entries(json))
			if (['string', 'number'].includes(typeof value) && /(^|_)(id|revision)$/.test(key) && /^[1-9]\d{0,14}$/.test(String(value)))
				found.add(String(value));
			else
				ids(value, found);
	return found;
}

/** What a person reads from all addresses: {path: answer}, those of single things too. */
async function everything(person) {
	const seen = {};
	const required = (r) => (r.operation.parameters ?? []).map(follow).filter((p) => p.in === 'query' && p.required);
	const maker = new Maker(1);
	for (const route of guarded.filter((r) => !r.change && !r.path.includes(':')))  {
		const query = new URLSearchParams(required(route).map((p) => [p.name, maker.value(p.schema)])).toString();
		const path = route.path + (query ? `?${query}` : '');
		seen[path] = await person.call('GET', path);
	}
	return seen;
}

test('F-017 F-020 what another account owns is 404 in the words of what does not exist, by every address that names a thing', async () => {
	const [hers, his] = [await everything(ada), await everything(clara)];
	const all = (seen) => Object.values(seen).reduce((found, res) => ids(res.json, found), new Set());
	const own = all(his);
	const theirs = [...all(hers)];
	const foreign = theirs.filter((id) => !own.has(id)).slice(0, 120);
	assert.ok(foreign.length > 0);
	const before = (await ada.config());
	const maker = new Maker(2);
	const reached = new Set();
	await each(guarded.filter((r) => r.path.includes(':')), async (route, what) => {
		const schema = route.operation.requestBody && follow(route.operation.requestBody).content['application/json'].schema;
		const body = schema && maker.value(schema);
		const none = await clara.call(route.method, fill(route, () => NOBODYS), body);
		for (const id of foreign) {
			const res = await clara.call(route.method, fill(route, () => id), body);
			if (![400, 422].includes(res.status))
				assert.equal(`${res.status} ${res.text}`, `${none.status} ${none.text}`, `${what} of ${id}`);
		}
		for (const id of theirs)
			if (!route.change && !reached.has(what) && (await ada.call('GET', fill(route, () => id))).status === 200)
				reached.add(what);
		if (!route.change && none.status === 404 && !ELSEWHERE.includes(route.path))
			assert.ok(reached.has(what), `${what}: none of the ids that its own account reads is found there; the test would prove nothing`);
	});
	assert.deepEqual(await ada.config(), before);
	const secret = [CANARY, ACME.account_sid, ACME.auth_token, 'northwind', String(NORTHWIND), 'Acme Robotics', VELO.auth_token, ada.csrf];
	for (const [path, { text }] of Object.entries(his))
		for (const word of secret)
			assert.ok(!text.toLowerCase().includes(word.toLowerCase()), `${path} has ${word}`);
	for (const [path, { text }] of Object.entries(hers))
		assert.ok(!text.includes(ACME.auth_token), `${path} has the Auth Token`);
});

test('F-015 F-018 names of paths that no route has, and ids that are none, are 400 or 404', async () => {
	for (const path of ['/api/', '/api/nothing', '/api//config', '/api/config/', '/api/activity/%00', '/api/activity/1%2f2', '/oauth/nothing'])
		assert.ok([400, 404].includes((await ada.call('GET', path)).status), path);
	await each(guarded.filter((r) => r.path.includes(':') && !r.change), async (route, what) => {
		for (const id of ['0', '-1', '1e3', '9223372036854775808', '\' OR 1=1--', '..', '<b>', 'ä', 'x'.repeat(2000), '1;DROP TABLE person'])
			assert.ok([400, 404].includes((await ada.call('GET', fill(route, () => id))).status), `${what} of ${id.slice(0, 30)}`);
	});
});
