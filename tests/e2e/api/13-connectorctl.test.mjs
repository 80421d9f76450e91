// connectorctl, as an operator uses it on the running system.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { URL_BASE, VAR, until } from '../lib/env.mjs';
import { change, send, signed } from '../lib/hook.mjs';
import { ready } from '../lib/ready.mjs';
import { NORTHWIND, contact, deal } from '../lib/sandbox.mjs';

const BIN = join(process.env.CONNECTOR_BIN ?? new URL('../../../build/release', import.meta.url).pathname, 'connectorctl');
const CONF = join(VAR, 'connector.conf');
const folder = mkdtempSync(join(tmpdir(), 'connectorctl-'));
let person;

before(async () => { person = await ready(); });
after(() => rmSync(folder, { recursive: true }));

function ctl(args, conf = CONF) {
	const { status, stdout, stderr } = spawnSync(BIN, ['-c', conf, ...args], { encoding: 'utf8' });
	return { status, stdout, stderr, lines: stdout.trimEnd().split('\n') };
}
/** connector.conf with other values. */
function confWith(values) {
	const file = join(folder, 'connector.conf');
	const kept = readFileSync(CONF, 'utf8').split('\n').filter((l) => !Object.keys(values).some((k) => l.startsWith(`${k} = `)));
	writeFileSync(file, [...kept, ...Object.entries(values).map(([k, v]) => `${k} = ${v};`), ''].join('\n'), { mode: 0o600 });
	return file;
}
const wrong = (answer) => answer.lines.filter((l) => l.startsWith('WRONG'));

test('check finds the running system in order: every line a sentence, exit code 0', async () => {
	await until('the worker to be heard of', () => ctl(['check']).lines.some((l) => /^ok +worker/.test(l)));
	const answer = ctl(['check']);
	assert.equal(answer.status, 0, answer.stdout + answer.stderr);
	assert.deepEqual(wrong(answer), []);
	assert.ok(answer.lines.length >= 12);
	for (const line of answer.lines)
		assert.match(line, /^(ok|note) +\S.*[.A-Za-z0-9]$/);
});

test('check tells each thing that is wrong, what to do about it, and ends with 1', () => {
	const broken = ctl(['check'], confWith({ public_url: '"http://connect.example.com"', ca_file: '"/nowhere/ca.pem"',
		disk_free_min_mb: 90000000 }));
	assert.equal(broken.status, 1);
	assert.match(broken.stderr, /3 things are wrong/);
	for (const part of [/Certificate authorities: .*correct ca_file/, /public_url .* https/, /disk: .*make room/])
		assert.ok(wrong(broken).some((l) => part.test(l)), `${part} in\n${broken.stdout}`);
	const away = ctl(['check'], confWith({ database_socket: '"/nowhere/db.sock"' }));
	assert.equal(away.status, 1);
	assert.ok(wrong(away).some((l) => l.includes('database')), away.stdout);
	const key = join(folder, 'other.key');
	writeFileSync(key, `${'0123456789abcdef'.repeat(4)}\n`, { mode: 0o600 });
	assert.ok(wrong(ctl(['check'], confWith({ master_key_file: `"${key}"` }))).some((l) => /another master key/.test(l)), 'F-160');
	for (const [name, value] of [['public_url', '"nonsense"'], ['hubspot_app_dir', '"/nowhere"']]) {
		const unread = ctl(['check'], confWith({ [name]: value }));
		assert.equal(unread.status, 78, name);
		assert.match(unread.stderr, /cannot start/);
	}
});

test('what could not be read is listed, shown, tried again once it can be, or dropped', async () => {
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)] });
	const late = change(NORTHWIND, id, 'dealname', `tomorrow ${id}`, { occurredAt: Date.now() + 3 * 86400000 });
	for (const batch of [[late], [{ ...late, objectId: 0, nonsense: id }]]) {
		const body = JSON.stringify(batch);
		assert.equal((await send(body, signed(body))).status, 200);
	}
	const mine = () => ctl(['quarantine']).lines.slice(1).map((l) => l.split(/\s+/)[0])
		.filter((n) => ctl(['quarantine', 'show', n]).stdout.includes(id));
	await until('both to be in quarantine', () => mine().length === 2);
	const [second, first] = mine();
	assert.match(ctl(['quarantine', 'show', first]).stdout, /more than a day ahead/);
	assert.equal(ctl(['quarantine', 'retry', first]).status, 0);
	await until('it to come back under another id', () => !mine().includes(first) && mine().length === 2);
	assert.equal(ctl(['quarantine', 'drop', second]).status, 0);
	assert.equal(ctl(['quarantine', 'drop', second]).status, 1);
	assert.ok(!mine().includes(second));
	for (const bad of [['show'], ['retry', 'x'], ['melt', '1'], ['drop', '1', '2']])
		assert.equal(ctl(['quarantine', ...bad]).status, 1, bad.join(' '));
});

test('queues and tenants show what waits and whose it is', () => {
	const queues = ctl(['queues']);
	for (const name of ['inbox', 'pending', 'delivery.send', 'delivery.follow', 'delivery.reconcile'])
		assert.match(queues.stdout, new RegExp(`^${name.replace('.', '\\.')} +all +\\d+ +\\d+ +\\d+$`, 'm'));
	assert.match(ctl(['tenants']).stdout, new RegExp(`^\\d+ +${NORTHWIND} +active`, 'm'));
});

test('I-64 hubspot-app writes a definition that HubSpot can be given, with the properties asked for and public_url', async () => {
	const dir = join(folder, 'app');
	const first = ctl(['hubspot-app', dir, '+deals.priority', '+contacts.hs_lastmodifieddate']);
	assert.equal(first.status, 0, first.stderr);
	assert.match(first.stdout, /^added: deals\.priority$/m);
	assert.match(first.stdout, /^not possible: contacts\.hs_lastmodifieddate/m);
	assert.match(first.stdout, /hs project upload --profile prod/);
	const hooks = JSON.parse(readFileSync(join(dir, 'src/app/webhooks/webhooks-hsmeta.json'), 'utf8'));
	assert.ok(hooks.config.subscriptions.crmObjects.some((s) => s.objectType === 'deal' && s.propertyName === 'priority' && s.active));
	assert.equal(JSON.parse(readFileSync(join(dir, 'hsprofile.prod.json'), 'utf8')).variables.BASE_URL, URL_BASE);

	// The folder that the connector reads: what is in it is instant, and nothing has to be done twice.
	const own = confWith({ hubspot_app_dir: `"${dir}"` });
	const again = ctl(['hubspot-app'], own);
	assert.match(again.stdout, /^Nothing changed/m);
	assert.ok(!wrong(ctl(['check'], own)).some((l) => l.includes('app')));
	const triggers = (await person.config()).document.objects.deals.triggers.filter((t) => t.on === 'changed').map((t) => t.property);
	for (const property of triggers)
		assert.ok(hooks.config.subscriptions.crmObjects.some((s) => s.propertyName === property), property);
	assert.equal(ctl(['hubspot-app', dir, 'another']).status, 1);
});
