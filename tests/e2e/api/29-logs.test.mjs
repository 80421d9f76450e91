// What the logs must never hold: secrets, tokens, people.  It looks at everything that the runs before have written.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { URL_BASE, VAR, conf, request } from '../lib/env.mjs';
import { change, send, signed } from '../lib/hook.mjs';
import { Person } from '../lib/person.mjs';
import { ready } from '../lib/ready.mjs';
import { ACME, NORTHWIND, VELO, contact, deal, fault, move, unique } from '../lib/sandbox.mjs';

function files(dir) {
	return readdirSync(dir, { withFileTypes: true }).flatMap((d) => d.isDirectory() ? files(join(dir, d.name)) : [join(dir, d.name)]);
}

/** Tokens that the sandbox has given out: its own state is the only place that tells them. */
function hubspotTokens() {
	const path = join(VAR, 'sandbox', 'state.jsonl');
	const found = new Set();
	for (const m of (existsSync(path) ? readFileSync(path, 'utf8') : '').matchAll(/"(?:access|refresh)","([^"]{30,})"/g))
		found.add(m[1]);
	return [...found];
}

test('F-020 T-38 no log file has a secret, a token, a cookie, an e-mail address, a name or a query string of a login', async () => {
	const person = await ready();
	const mail = `${unique('canary')}@customer.example`;
	const { id } = await deal(NORTHWIND, { dealname: 'Canarydeal', contacts: [await contact(NORTHWIND, { email: mail, lastname: 'Canarysurname' })] });
	// Every kind of trouble that could make a program talkative.
	await fault({ kind: 'garbage', path: '/batch/read$', method: 'POST' });
	await fault({ kind: 'status', path: '/Conversions$', method: 'POST', status: 500, body: { Status: 'ERROR', Message: `refused ${mail}` } });
	await move(NORTHWIND, id);
	await person.verdict(id, { s: 120 });
	const wrong = await person.post('/api/live/impact', { ...ACME, auth_token: 'canary-token-that-is-wrong' });
	assert.equal(wrong.status, 422);
	await person.put('/api/config', `{"document": {"${mail}": `);
	const body = JSON.stringify([change(NORTHWIND, id, 'email', mail, { objectTypeId: '0-1' }), { email: mail, broken: 'Canarysurname' }]);
	await send(body, signed(body));
	await send(body, { ...signed(body), 'x-hubspot-signature-v3': 'canary-signature' });
	const other = new Person();
	const back = await other.approve(await other.begin(), NORTHWIND);
	const query = new URLSearchParams(back.split('?')[1]);
	await new Person().call('GET', back);
	await other.call('GET', back);
	await request(`${URL_BASE}/api/activity?outcome=${encodeURIComponent(mail)}`);

	const canaries = {
		'the client secret': conf('hubspot_client_secret'), 'the master key': readFileSync(join(VAR, 'master.key'), 'utf8').trim(),
		'impact.com\'s token': ACME.auth_token, 'another token': VELO.auth_token, 'a wrong token': 'canary-token-that-is-wrong',
		'a Basic header': Buffer.from(`${ACME.account_sid}:${ACME.auth_token}`).toString('base64').slice(0, 40),
		'a session': [...person.cookies.values()][0], 'a session\'s token': person.csrf, 'a code': query.get('code'), 'a state': query.get('state'),
		'a customer\'s address': mail, 'a customer\'s name': 'Canarysurname', 'a login\'s address': 'ada@northwind-robotics.example',
		'another login': 'clara@alpine-cycles.example', 'a deal\'s name': 'Canarydeal', 'a signature': 'canary-signature',
	};
	hubspotTokens().forEach((token, i) => { canaries[`HubSpot token ${i + 1}`] = token; });
	const found = [];
	const all = files(join(VAR, 'log'));
	assert.ok(all.length > 5);
	for (const path of all) {
		const text = readFileSync(path, 'utf8');
		for (const [what, canary] of Object.entries(canaries))
			if (canary && text.includes(canary))
				found.push(`${path}: ${what}: ${text.split('\n').find((l) => l.includes(canary)).slice(0, 200)}`);
	}
	assert.deepEqual(found, []);
	assert.ok(hubspotTokens().length >= 2, 'the tokens to look for are known');
});

test('logs are lines with time, level, program and event', () => {
	for (const [service, program] of [['hooks', 'connector-hooks'], ['site', 'connector-site'], ['live', 'connector-site'], ['worker', 'connector-worker']]) {
		const lines = readFileSync(join(VAR, 'log', service, 'current'), 'utf8').split('\n').filter((l) => l.includes(` ${program} `));
		assert.ok(lines.length > 0, service);
		for (const line of lines)
			assert.match(line, new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z (debug|info|warn|error) ${program} ([a-z]+=\\S+ )*[a-z_.]+( [a-z0-9_]+=("([^"\\\\]|\\\\.)*"|\\S*))*$`), line);
	}
});
