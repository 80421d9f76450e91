// Faults of the web front that no other file shows: what impact.com echoes, a request for another host, the same save twice.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { URL_BASE } from '../lib/env.mjs';
import { loggedIn, ready } from '../lib/ready.mjs';
import { ACME, calm, fault } from '../lib/sandbox.mjs';

test('F-011 markup in an error that impact.com echoes stays text in JSON and is kept short', async () => {
	const person = await loggedIn();
	const markup = `<script>alert(1)</script>${'x'.repeat(5000)}`;
	await fault({ kind: 'status', path: '/CompanyInformation', status: 400, body: JSON.stringify({ Status: 'ERROR', Message: markup }) });
	const res = await person.post('/api/live/impact', ACME);
	await calm();
	assert.ok(res.status >= 400, res.text);
	assert.match(res.headers['content-type'], /^application\/json/);
	assert.equal(res.headers['x-content-type-options'], 'nosniff');
	assert.ok(res.json.error.message.length <= 600, `${res.json.error.message.length} characters`);
	for (const [field, words] of Object.entries(res.json.error.fields ?? {}))
		assert.ok(words.length <= 600, `${field}: ${words.length} characters`);
});

/** The raw answer to a request as it stands here. */
const raw = (text) => new Promise((resolve, reject) => {
	const { hostname, port } = new URL(URL_BASE);
	const socket = connect(Number(port), hostname, () => socket.end(text));
	let answer = '';
	socket.on('data', (part) => { answer += part; });
	socket.on('end', () => resolve(answer));
	socket.on('error', reject);
});

test('F-026 another Host or an absolute target does not change where the login leads', async () => {
	for (const [target, host] of [['/oauth/start', 'evil.example'], ['http://evil.example/oauth/start', 'evil.example'], ['http://evil.example/oauth/start', 'localhost']]) {
		const answer = await raw(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
		assert.ok(!/evil\.example/.test(answer), answer);
		const location = /^location: (.*)\r$/im.exec(answer)?.[1];
		if (location?.includes('redirect_uri'))
			assert.equal(new URL(location).searchParams.get('redirect_uri'), `${URL_BASE}/oauth/hubspot/callback`);
	}
});

test('F-025 the same save sent twice, and two at once, makes one revision', async () => {
	const person = await ready();
	const { revision, document } = await person.config();
	document.objects.contacts.consent = !document.objects.contacts.consent;
	const both = await Promise.all([person.put('/api/config', { revision, document }), person.put('/api/config', { revision, document })]);
	assert.deepEqual([...new Set(both.map((r) => r.status).filter((s) => ![200, 409].includes(s)))], [], both.map((r) => r.text.slice(0, 200)).join('\n'));
	assert.ok(both.some((r) => r.status === 200));
	const after = await person.config();
	assert.equal(after.revision, revision + 1);
	const again = await person.put('/api/config', { revision: after.revision, document });
	assert.equal(again.status, 200);
	assert.equal((await person.config()).revision, after.revision, 'what is stored already is no new revision');
	document.objects.contacts.consent = !document.objects.contacts.consent;
	assert.equal((await person.put('/api/config', { revision: after.revision, document })).status, 200);
});

test('F-028 clients that send a byte now and then are dropped, and nobody waits for them', async () => {
	const { hostname, port } = new URL(URL_BASE);
	const began = Date.now();
	const slow = Array.from({ length: 100 }, (_, i) => new Promise((resolve) => {
		const socket = connect(Number(port), hostname, () => {
			socket.write(i % 2 ? 'GET /api/session HTTP/1.1\r\nHost: x\r\nX-Slow: ' : `POST /api/sending HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`);
			socket.timer = setInterval(() => { if (i % 2) socket.write('x'); }, 1000);
		});
		socket.resume();
		socket.on('error', () => {});
		socket.on('close', () => { clearInterval(socket.timer); resolve(Date.now() - began); });
	}));
	const person = await loggedIn();
	for (let i = 0; i < 20; i++)
		await person.get('/api/overview');
	const closed = await Promise.race([Promise.all(slow), new Promise((_, reject) => { setTimeout(() => reject(new Error('a slow client is still there after 60 s')), 60000).unref(); })]);
	assert.equal(closed.length, 100);
});
