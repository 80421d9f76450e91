// What an operator's monitor sees: alive, ready, metrics; and intake that stops before the disk is full (F-148, F-175).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { URL_BASE, confText, request, until } from '../lib/env.mjs';
import { change, send, signed } from '../lib/hook.mjs';
import { ready } from '../lib/ready.mjs';
import { NORTHWIND, contact, deal, move } from '../lib/sandbox.mjs';
import { configure, down, healthy, up } from '../lib/service.mjs';

const get = (path, headers) => request(URL_BASE + path, { headers });
const conf = confText();
let person;

before(async () => { person = await ready(); });
after(async () => {
	for (const name of ['db', 'worker'])
		up(name);
	configure(conf, 'hooks', 'site');
	await healthy();
});

/** The value of each series of the page of metrics. */
async function metrics() {
	const page = await get('/metrics');
	assert.equal(page.status, 200);
	assert.match(page.headers['content-type'], /^text\/plain; version=0\.0\.4/);
	const values = {};
	for (const line of page.text.trimEnd().split('\n')) {
		if (line.startsWith('# HELP ') || line.startsWith('# TYPE '))
			continue;
		const [, name, labels, value] = line.match(/^(connector_[a-z0-9_]+)((?:\{[a-z]+="[^"\\\n]*"(?:,[a-z]+="[^"\\\n]*")*\})?) (-?\d+(?:\.\d+)?)$/) ?? assert.fail(`not a sample: ${line}`);
		assert.ok(page.text.includes(`# TYPE ${name} `), `${name} has a type`);
		assert.equal(values[name + labels], undefined, `${name}${labels} stands there once`);
		values[name + labels] = Number(value);
	}
	return values;
}
const failing = async () => {
	const answer = await get('/readyz');
	assert.equal(answer.status, answer.json.ready ? 200 : 503);
	return answer.json.checks.filter((c) => !c.ok).map((c) => c.name);
};

test('F-175 alive and ready: seven checks, each with a sentence', async () => {
	assert.deepEqual((await get('/healthz')).json, { alive: true });
	await until('the worker to be heard of', async () => (await failing()).length === 0);
	const { json } = await get('/readyz');
	assert.deepEqual(json.checks.map((c) => c.name).sort(), ['clock', 'database', 'disk', 'hubspot', 'key', 'lag', 'worker']);
	for (const check of json.checks)
		assert.match(check.message, /^[A-Z0-9].*\.$/, check.name);
});

test('F-175 who asks through a proxy, or for somebody else, is refused', async () => {
	for (const path of ['/healthz', '/readyz', '/metrics'])
		for (const name of ['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'Via'])
			assert.equal((await get(path, { [name]: '203.0.113.7' })).status, 403, `${path} with ${name}`);
	assert.equal((await request(`${URL_BASE}/metrics`, { method: 'POST', body: '' })).status, 403);
});

test('metrics follow a deal from its webhook to its verdict', async () => {
	const before = await metrics();
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	await move(NORTHWIND, id);
	await person.verdict(id);
	const forged = await send('[]', { ...signed('[]'), 'x-hubspot-signature-v3': 'AAAA' });
	assert.equal(forged.status, 401);
	const grown = (now, name) => now[`connector_${name}`] > before[`connector_${name}`];
	await until('what the processes counted to be handed over', async () => {
		const now = await metrics();
		return ['intake_batches_total{result="stored"}', 'intake_batches_total{result="refused"}', 'events_total{result="new"}',
			'decisions_total{outcome="conversion"}', 'conversion_moves_total{state="sending"}', 'conversion_moves_total{state="accepted"}',
			'conversion_moves_total{state="confirmed"}', 'calls_total{destination="hubspot",result="ok"}',
			'calls_total{destination="impact",result="ok"}', 'lease_claims_total{result="won"}', 'jobs_total{result="done"}',
		].every((name) => grown(now, name));
	});
	const now = await metrics();
	assert.equal(now.connector_database_up, 1);
	assert.ok(now['connector_process_memory_max_bytes{program="connector-worker"}'] > 1e6);
	assert.ok(now['connector_processes{program="connector-hooks"}'] >= 4);
	assert.ok(now['connector_tenants{state="active"}'] >= 1);
	assert.ok(now['connector_budget_limit{destination="hubspot"}'] > 0);
	assert.ok(now.connector_hubspot_calls_30d > 0 && now.connector_hubspot_success_ratio <= 1);
	assert.ok(!Object.keys(now).some((name) => name.includes('tenant=')), 'nothing is about one account');
});

test('a worker that is gone makes it not ready, and it says so', { timeout: 180000 }, async () => {
	down('worker');
	await until('it to be missed', async () => (await failing()).includes('worker'), { s: 60 });
	up('worker');
	await until('it to be back', async () => (await failing()).length === 0);
});

test('F-175 without a database it lives, is not ready, and the metrics say just that', async () => {
	down('db');
	assert.equal((await get('/healthz')).status, 200);
	assert.deepEqual(await failing(), ['database']);
	assert.deepEqual(await metrics(), { connector_database_up: 0 });
	up('db');
	await healthy();
});

test('F-148 with less free space than disk_free_min_mb webhooks are 503 before the database breaks, and are taken when there is room', async () => {
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	const body = JSON.stringify([change(NORTHWIND, id, 'dealname', `later ${id}`)]);
	configure(`${conf}disk_free_min_mb = 90000000;\nmetrics_per_tenant = true;\n`, 'hooks', 'site');
	const refused = await until('it to be refused', async () => {
		const answer = await send(body, signed(body));
		return answer.status === 503 && answer;
	});
	assert.ok(Number(refused.headers['retry-after']) > 0);
	await until('the site to be back', async () => (await get('/healthz')).status === 200);
	assert.ok((await failing()).includes('disk'));
	assert.ok((await metrics()).connector_disk_full > 0);
	const attention = await until('the overview to tell', async () => (await person.get('/api/overview')).attention.find((x) => x.code === 'storage_full'));
	assert.match(attention.sentence, /Nothing is lost/);
	// What makes the database bigger is refused calmly; what stops or removes something is not.
	const { revision, document } = await person.get('/api/config');
	const saved = await person.put('/api/config', { revision, document });
	assert.equal(saved.status, 503);
	assert.ok(Number(saved.headers['retry-after']) > 0);
	assert.match(saved.json.error.message, /storage is nearly full.*Nothing is lost.*try again/);
	for (const on of [false, true])
		assert.equal((await person.post('/api/sending', { on })).status, 200);
	assert.ok(Object.keys(await metrics()).every((name) => !name.includes('tenant=') || name.startsWith('connector_tenant_queue_rows{')));
	configure(conf, 'hooks', 'site');
	await healthy();
	assert.equal((await send(body, signed(body))).status, 200);
});
