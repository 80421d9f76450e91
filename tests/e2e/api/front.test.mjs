// nginx in front: what it lets through, what it refuses, what it says and what it writes down.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import test from 'node:test';
import { until } from '../lib/env.mjs';
import { Person } from '../lib/person.mjs';
import { NORTHWIND } from '../lib/sandbox.mjs';

const { CONNECTOR_URL, CONNECTOR_VAR } = process.env;
const port = Number(new URL(CONNECTOR_URL).port);
const get = (path, options) => fetch(CONNECTOR_URL + path, { redirect: 'manual', ...options });

/** fetch() would tidy the request: this sends bytes and gives back what comes. */
function raw(text) {
	return new Promise((resolve, reject) => {
		let got = '';
		const socket = net.connect(port, 'localhost', () => socket.write(text));
		socket.setEncoding('latin1');
		socket.on('data', (part) => { got += part; });
		socket.on('end', () => resolve(got));
		socket.on('error', reject);
		socket.setTimeout(8000, () => socket.destroy(new Error('no end')));
	});
}
const request = (method, path, headers = []) =>
	raw([`${method} ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', ''].join('\r\n'));

test('pages get the site, files that are not there get 404', async () => {
	const home = await get('/');
	assert.equal(home.status, 200);
	assert.match(home.headers.get('content-type'), /^text\/html/);
	assert.equal(home.headers.get('cache-control'), 'no-cache');
	assert.ok(home.headers.get('etag'));
	assert.equal((await get('/activity')).status, 200);
	assert.equal((await get('/nothing.js')).status, 404);
	assert.equal((await get('/.git/config')).status, 404);
	assert.match((await get('/app.js')).headers.get('content-type'), /javascript/);
});

test('a file that has not changed is 304', async () => {
	const tag = (await get('/app.js')).headers.get('etag');
	assert.equal((await get('/app.js', { headers: { 'if-none-match': tag } })).status, 304);
});

test('what is long is compressed: the site, and answers of the API; a download is not', async () => {
	const person = new Person();
	await person.login(NORTHWIND);
	const coding = async (path) => (await get(path, { headers: { cookie: person.cookieHeader(), 'accept-encoding': 'gzip' } })).headers.get('content-encoding');
	for (const path of ['/app.js', '/site.css', '/api/impact-fields'])
		assert.equal(await coding(path), 'gzip', path);
	assert.equal(await coding('/api/download/configuration'), null);
});

test('every kind of answer carries the security headers', async () => {
	for (const path of ['/', '/app.js', '/nothing.js', '/api/session', '/api/live/nothing', '/a%2fb', '/oauth/nothing']) {
		const answer = await get(path);
		assert.equal(answer.headers.get('content-security-policy'),
			"default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'", path);
		assert.equal(answer.headers.get('x-content-type-options'), 'nosniff', path);
		assert.equal(answer.headers.get('referrer-policy'), 'same-origin', path);
		assert.equal(answer.headers.get('server'), 'nginx', path);
	}
});

test('encoded slashes, backslashes and NULs in a path are refused, in a query they are data', async () => {
	for (const path of ['/api/a%2fb', '/api/a%2Fb', '/api/a%5cb', '/webhooks/hubspot%00'])
		assert.match(await request('GET', path), /^HTTP\/1\.1 400 /, path);
	assert.match(await request('GET', '/api/overview?next=%2Factivity'), /^HTTP\/1\.1 401\b/);
	assert.equal((await get('/?next=%2Factivity')).status, 200);
});

test('methods that nothing uses are refused', async () => {
	assert.match(await request('FOO', '/'), /^HTTP\/1\.1 405 /);
	assert.match(await request('TRACE', '/'), /^HTTP\/1\.1 405 /);
	assert.match(await request('POST', '/', ['Content-Length: 0']), /^HTTP\/1\.1 (403|405) /);
});

test('a body that is too large is 413, as JSON where JSON is spoken', async () => {
	const large = { method: 'POST', body: 'x'.repeat(1200 * 1024), headers: { 'content-type': 'application/json' } };
	assert.equal((await get('/webhooks/hubspot', large)).status, 413);
	const answer = await get('/api/config', large);
	assert.equal(answer.status, 413);
	assert.equal((await answer.json()).error.code, 'too_large');
});

test('a webhook that proves nothing is refused', async () => {
	const answer = await get('/webhooks/hubspot', { method: 'POST', body: '[]' });
	assert.equal(answer.status, 401);
});

test('the logs hold paths, no query string and no header', async () => {
	const canary = `canary${Date.now()}`;
	await get(`/?q=${canary}`, { headers: { cookie: `a=${canary}`, authorization: `Bearer ${canary}` } });
	await get(`/api/session?q=${canary}`);
	await get(`/oauth/hubspot/callback?code=${canary}&state=${canary}`);
	const log = (name) => readFileSync(`${CONNECTOR_VAR}/log/${name}/current`, 'utf8');
	const paths = () => log('nginx').split('\n').filter((line) => /^\{.*\}$/.test(line)).map((line) => JSON.parse(line).path);
	await until('the log to tell of the request', () => paths().includes('/oauth/hubspot/callback'));
	for (const name of ['nginx', 'site', 'live'])
		assert.ok(!log(name).includes(canary), name);
});
