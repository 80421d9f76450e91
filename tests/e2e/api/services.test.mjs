// runit: whatever dies comes back, with nothing of it left behind; while a pool is away its callers are told when to come again.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import test from 'node:test';

const { CONNECTOR_URL, SANDBOX_URL, CONNECTOR_VAR } = process.env;
const run = dirname(/^pid (.*);$/m.exec(readFileSync(`${CONNECTOR_VAR}/nginx.conf`, 'utf8'))[1]);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const status = (url, options) => fetch(url, options).then((r) => r.status, () => 0);
const group = (name) => Number(readFileSync(`${run}/${name}.pgid`, 'utf8'));
const sv = (verb, name) => execFileSync('sv', ['-w', '20', verb, `${CONNECTOR_VAR}/service/${name}`]);

async function until(what, holds) {
	for (let i = 0; i < 300; i++) {
		if (await holds())
			return;
		await sleep(100);
	}
	assert.fail(`never: ${what}`);
}

/** The living processes of a process group; a zombie is not living. */
function members(pgid) {
	return readdirSync('/proc').filter((p) => /^\d+$/.test(p)).filter((p) => {
		try {
			const [state, , pgrp] = readFileSync(`/proc/${p}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
			return Number(pgrp) === pgid && state !== 'Z';
		} catch {
			return false; // gone meanwhile
		}
	});
}

async function allUp() {
	return (await status(`${CONNECTOR_URL}/`)) === 200 && (await status(`${CONNECTOR_URL}/api/session`)) === 200 &&
		(await status(`${SANDBOX_URL}/`)) === 200 &&
		(await status(`${CONNECTOR_URL}/webhooks/hubspot`, { method: 'POST', body: '[]' })) === 401;
}

for (const name of ['site', 'live', 'hooks', 'worker', 'sandbox', 'nginx', 'db']) {
	test(`${name} comes back after kill -9 of its first process, and its orphans are gone`, async () => {
		const before = group(name);
		process.kill(before, 'SIGKILL');
		await until(`a new ${name}`, () => {
			try {
				return group(name) !== before && members(group(name)).length > 0;
			} catch {
				return false; // between the two
			}
		});
		// Killed is not gone: the kernel first takes back the memory, of a sanitizer's quarantine hundreds of MB.
		await until('the end of the old group', () => members(before).length === 0);
		await until('everything is up', allUp);
	});
}

test('a killed program of a pool is replaced while the others serve', async () => {
	const pool = group('site');
	const [victim] = members(pool).filter((p) => Number(p) !== pool);
	process.kill(Number(victim), 'SIGKILL');
	assert.equal(await status(`${CONNECTOR_URL}/api/session`), 200);
	await until('four again', () => members(pool).length === 5);
});

test('while the hooks are away a webhook is answered 503 with Retry-After, so that HubSpot sends it again', async () => {
	sv('down', 'hooks');
	try {
		const answer = await fetch(`${CONNECTOR_URL}/webhooks/hubspot`, { method: 'POST', body: '[]' });
		assert.equal(answer.status, 503);
		assert.equal(answer.headers.get('retry-after'), '30');
	} finally {
		sv('up', 'hooks');
	}
	await until('everything is up', allUp);
});

test('while the site pool is away the API says so as JSON', async () => {
	sv('down', 'site');
	try {
		const answer = await fetch(`${CONNECTOR_URL}/api/session`);
		assert.equal(answer.status, 503);
		assert.equal((await answer.json()).error.code, 'away');
	} finally {
		sv('up', 'site');
	}
	await until('everything is up', allUp);
});

test('while the database is away the site is served and its programs stay; they find it again by themselves', async () => {
	const before = members(group('site')).sort();
	sv('down', 'db');
	try {
		assert.equal(await status(`${CONNECTOR_URL}/`), 200);
		const answer = await status(`${CONNECTOR_URL}/api/session`);
		assert.ok(answer === 200 || answer === 503, `status ${answer}`);
	} finally {
		sv('up', 'db');
	}
	await until('everything is up', allUp);
	assert.deepEqual(members(group('site')).sort(), before);
});
