// The configuration as revisions and as a file (B-11), and the deletion of an account (I-60).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { URL_BASE, VAR, conf, request, until } from '../lib/env.mjs';
import { Person } from '../lib/person.mjs';
import { loggedIn, ready } from '../lib/ready.mjs';
import { ACME, ALPINE, ALPINE_CLICK, NORTHWIND, VELO, contact, deal, fault, log, mark, move, unique } from '../lib/sandbox.mjs';
import { healthy, processes } from '../lib/service.mjs';

const BIN = join(process.env.CONNECTOR_BIN ?? new URL('../../../build/release', import.meta.url).pathname, 'connectorctl');
const folder = mkdtempSync(join(tmpdir(), 'configuration-'));
let ada;
before(async () => { ada = await ready(); });
after(() => rmSync(folder, { recursive: true }));

function ctl(...args) {
	const { status, stdout, stderr } = spawnSync(BIN, ['-c', join(VAR, 'connector.conf'), ...args], { encoding: 'utf8' });
	return { status, stdout, stderr };
}
const tenantOf = async (person) => String((await person.get('/api/session')).tenant.id);
const download = (person, what) => person.call('GET', `/api/download/${what}`);

test('B-11 every save is a revision with its author; the history goes by cursor, newest first, without gaps', async () => {
	for (let i = 0; i < 3; i++)
		assert.equal((await ada.configure((d) => { d.objects.companies.consent = !d.objects.companies.consent; })).status, 200);
	const now = await ada.config();
	const all = [];
	let before = '';
	do {
		const page = await ada.get(`/api/config/revisions?limit=2${before && `&before=${before}`}`);
		all.push(...page.revisions);
		before = page.next_before;
	} while (before);
	assert.deepEqual(all.map((r) => r.revision), Array.from({ length: now.revision }, (_, i) => now.revision - i));
	assert.equal(all[0].author, now.author);
	assert.equal(all[0].origin, '');
	assert.deepEqual((await ada.get(`/api/config/revisions/${now.revision}`)).document, now.document);
	for (const id of ['0', '-1', 'x', '99999999', '99999999999999999999'])
		assert.equal((await ada.call('GET', `/api/config/revisions/${id}`)).status, 404, id);
});

test('B-11 going back makes a new revision that says where it came from; a fault of today refuses it in words', async () => {
	const old = await ada.config();
	assert.equal((await ada.configure((d) => { d.objects.deals.mapping.pop(); d.objects.deals.triggers[0].mode = 'off'; })).status, 200);
	const { revision } = await ada.config();
	const back = await ada.put('/api/config', { revision, document: old.document, origin: `rollback ${old.revision}` });
	assert.equal(back.status, 200, back.text);
	assert.deepEqual(back.json.document, old.document);
	assert.equal(back.json.origin, `rollback ${old.revision}`);
	const broken = structuredClone(old.document);
	broken.objects.deals.mapping[0].expression = '{nothing|nofunction}';
	const refused = await ada.put('/api/config', { revision: back.json.revision, document: broken, origin: 'rollback 1' });
	assert.equal(refused.status, 422);
	assert.match(JSON.stringify(refused.json.error.fields), /there is no function/);
	for (const origin of ['operator', 'rollback', 'rollback x', 'somewhere'])
		assert.equal((await ada.put('/api/config', { revision: back.json.revision, document: old.document, origin })).status, 400, origin);
});

test('B-11 the file holds no secret, stands in a fixed order, and comes back into another account without its impact.com part', async () => {
	const res = await download(ada, 'configuration');
	assert.equal(res.status, 200);
	assert.match(res.headers['content-disposition'], new RegExp(`^attachment; filename="configuration-${NORTHWIND}-revision-\\d+\\.json"$`));
	assert.equal(res.headers['x-content-type-options'], 'nosniff');
	assert.equal(res.headers['cache-control'], 'no-store');
	assert.ok(!res.text.includes(ACME.auth_token));
	assert.deepEqual(Object.keys(res.json), ['format', 'product', 'account', 'revision', 'author', 'saved_at', 'configuration']);
	assert.deepEqual(Object.keys(res.json.configuration), ['impact', 'options', 'objects']);
	assert.ok(res.text.split('\n').length > 50, 'readable');
	assert.deepEqual(res.json.configuration.objects, (await ada.config()).document.objects);
	assert.equal((await download(ada, 'configuration?revision=1')).json.revision, 1);

	const clara = await ready(ALPINE, VELO);
	const read = await clara.post('/api/config/file', { text: res.text });
	assert.equal(read.status, 200, read.text);
	assert.equal(read.json.from.portal_id, NORTHWIND);
	assert.deepEqual(read.json.faults, []);
	const { revision, document } = await clara.config();
	const foreign = { ...read.json.document };
	const refused = await clara.put('/api/config', { revision, document: foreign, origin: 'import' });
	assert.equal(refused.status, 422, 'the program is not overwritten by the way');
	assert.deepEqual((await clara.config()).document, document, 'nothing gets in half');
	const saved = await clara.put('/api/config', { revision, document: { ...foreign, impact: document.impact }, origin: 'import' });
	assert.equal(saved.status, 200, saved.text);
	assert.deepEqual(saved.json.document.objects, res.json.configuration.objects, 'ids kept');
	const ticked = await clara.put('/api/config', { revision: saved.json.revision, document: foreign, origin: 'import', impact: true, confirm: true });
	assert.equal(ticked.json.document.impact.account_sid, ACME.account_sid);
	assert.equal((await clara.post('/api/live/impact', VELO)).status, 200);
});

test('B-11 a file that does not fit is refused whole, all faults with their place', async () => {
	const good = (await download(ada, 'configuration')).json;
	const bad = structuredClone(good);
	bad.configuration.objects.deals.mapping[0].expression = '{amount|nofunction}';
	bad.configuration.objects.deals.mapping[1].field = 'NoSuchField';
	bad.configuration.objects.contacts.consent = 'yes';
	const shape = (await ada.post('/api/config/file', { text: JSON.stringify(bad) })).json.faults;
	assert.deepEqual(shape.map((f) => f.path), ['objects.contacts.consent']);
	bad.configuration.objects.contacts.consent = true;
	const { faults } = (await ada.post('/api/config/file', { text: JSON.stringify(bad) })).json;
	const [first, second] = bad.configuration.objects.deals.mapping;
	for (const id of [first.id, second.id])
		assert.ok(faults.some((f) => f.path.startsWith(`objects.deals.mapping.${id}`)), JSON.stringify(faults));
	for (const [text, words] of [['{"a":', /no readable JSON/], ['{"a":1,"a":2}', /no readable JSON/], ['[]', /not a configuration/], ['{"format":2}', /reads format 1/], ['{"format":1}', /"configuration" is missing/], ['', /no readable JSON/]]) {
		const res = await ada.post('/api/config/file', { text });
		assert.equal(res.status, 400, text);
		assert.match(res.json.error.message, words);
	}
});

test('B-11 connectorctl export and import: the same file, the same checks, for CI', async () => {
	const tenant = await tenantOf(ada);
	const exported = ctl('export', tenant);
	assert.equal(exported.status, 0, exported.stderr);
	assert.equal(exported.stdout, (await download(ada, 'configuration')).text);
	const file = join(folder, 'acme.json');
	writeFileSync(file, exported.stdout);
	assert.match(ctl('import', tenant, file).stdout, /what tenant \d+ has already/);
	const changed = JSON.parse(exported.stdout);
	changed.configuration.objects.companies.consent = !changed.configuration.objects.companies.consent;
	changed.configuration.impact.program_id = '4711';
	writeFileSync(file, JSON.stringify(changed));
	const before = (await ada.config()).revision;
	assert.match(ctl('import', tenant, file, '--check').stdout, /can be saved/);
	assert.equal((await ada.config()).revision, before);
	assert.equal(ctl('import', tenant, file).status, 0);
	const now = await ada.config();
	assert.equal(now.author, 'connectorctl');
	assert.equal(now.origin, 'operator');
	assert.equal(now.document.impact.program_id, ACME.program_id);
	changed.configuration.objects.deals.mapping[0].expression = '{x|nofunction}';
	writeFileSync(file, JSON.stringify(changed));
	const refused = ctl('import', tenant, file);
	assert.equal(refused.status, 1);
	assert.match(refused.stdout, /^objects\.deals\.mapping\.\S+: .*there is no function/m);
	assert.match(refused.stderr, /nothing was changed/);
	assert.equal(ctl('export', '999999').status, 1);
	assert.equal(ctl('import', tenant, join(folder, 'nowhere.json')).status, 1);
});

test('I-25 B-11 a file with another account or program is asked about as in Settings while conversions are not finished, and the old check is forgotten', async () => {
	const clara = await ready(ALPINE, VELO);
	const tenant = await tenantOf(clara);
	await clara.post('/api/sending', { on: false });
	const id = (await deal(ALPINE, { contacts: [await contact(ALPINE, { click: ALPINE_CLICK })] })).id;
	await move(ALPINE, id);
	await clara.decision(id, (r) => ['PARKED', 'READY'].includes(r.state), { what: 'a stopped conversion' });
	assert.equal((await clara.get('/api/settings')).impact_account.program_name.length > 0, true);
	const { revision, document } = await clara.config();
	const body = { revision, document: { ...document, impact: { ...document.impact, program_id: '4711' } }, origin: 'import', impact: true };
	const asked = await clara.put('/api/config', body);
	assert.equal(asked.status, 409, asked.text);
	assert.equal(asked.json.open.program_changes, true);
	assert.equal(asked.json.open.account_changes, false);
	assert.ok(asked.json.open.waiting >= 1);
	assert.equal((await clara.put('/api/config', { ...body, confirm: 'yes' })).status, 400);
	assert.equal((await clara.config()).revision, revision, 'nothing was saved');

	const file = join(folder, 'moved.json');
	const exported = JSON.parse(ctl('export', tenant).stdout);
	exported.configuration.impact.program_id = '4711';
	writeFileSync(file, JSON.stringify(exported));
	const refused = ctl('import', tenant, file, '--impact');
	assert.equal(refused.status, 1);
	assert.match(refused.stdout, /Another program.* not finished: [1-9]/);
	assert.match(refused.stderr, /--confirm/);
	assert.equal((await clara.config()).revision, revision);
	const done = ctl('import', tenant, file, '--impact', '--confirm');
	assert.equal(done.status, 0, done.stderr);
	assert.match(done.stdout, /check the connection in Settings/);
	const settings = await clara.get('/api/settings');
	assert.equal(settings.program_id, '4711');
	assert.equal(settings.checks, null, 'the check of the old program is no check of the new one');
	assert.equal(settings.impact_account, null);

	const back = await clara.put('/api/config', { revision: revision + 1, document, origin: `rollback ${revision}`, impact: true, confirm: true });
	assert.equal(back.status, 200, back.text);
	assert.equal((await clara.post('/api/live/impact', VELO)).status, 200);
	await clara.post('/api/sending', { on: true });
	await clara.verdict(id);
});

test('F-017 nobody compares with an account that is not theirs', async () => {
	const clara = await loggedIn(ALPINE);
	assert.deepEqual((await clara.get('/api/accounts')).accounts.map((a) => a.portal_id), [ALPINE]);
	assert.equal((await clara.call('GET', `/api/config/accounts/${await tenantOf(ada)}`)).status, 404);
});

test('F-014 the ledger as a file: every conversion, no formula, the verdict with it', async () => {
	const clara = await ready(ALPINE, VELO);
	const name = unique('Deal');
	const id = (await deal(ALPINE, { dealname: `=HYPERLINK("http://x";"${name}")`, contacts: [await contact(ALPINE, { click: ALPINE_CLICK })] })).id;
	await move(ALPINE, id);
	await clara.verdict(id);
	const res = await download(clara, 'ledger');
	assert.equal(res.headers['content-type'], 'text/csv; charset=utf-8');
	assert.match(res.headers['content-disposition'], new RegExp(`"ledger-${ALPINE}\\.csv"`));
	const lines = res.text.replace(/^\uFEFF/, '').trimEnd().split('\r\n');
	assert.match(lines[0], /^"Conversion","Made \(UTC\)"/);
	const mine = lines.find((l) => l.includes(`"${id}"`));
	assert.match(mine, /"CONFIRMED"/);
	assert.match(mine, /"Mountain Blog"/);
	for (const cell of lines.flatMap((l) => l.split(',')))
		assert.doesNotMatch(cell, /^"?[=+@\t]/);
});

test('a download that cannot be finished is seen as failed: a part never passes for the whole', async () => {
	const tenant = await tenantOf(ada);
	const sql = (text) => {
		const { status, stderr } = spawnSync('mariadb', ['--no-defaults', '-S', conf('database_socket'), '-u', conf('database_user'), conf('database_name'), '-e', text], { encoding: 'utf8' });
		assert.equal(status, 0, stderr);
	};
	// Far more than nginx and the sockets hold.
	sql(`INSERT INTO conversion (tenant_id, effect_key, lane, program_id, event_type_id, event_type, order_id, object_type, object_id, state, message, body_hash, event_date, occurred_at, created_at)
		SELECT ${tenant}, 'x', 'x', '1', 0, 'CUT', CONCAT('cut-', seq), 'deals', '0', 'ERASED', REPEAT('x', 400), 'x', NOW(), NOW(), NOW() FROM seq_1_to_40000`);
	try {
		await assert.rejects(new Promise((resolve, reject) => {
			http.get(`${URL_BASE}/api/download/ledger`, { headers: { cookie: ada.cookieHeader() }, agent: false }, (res) => {
				res.once('data', () => {
					res.pause();
					for (const pid of processes('site', 'connector-site').filter((p) => !readFileSync(`/proc/${p}/cmdline`, 'utf8').includes('multiwatch')))
						process.kill(pid, 'SIGTERM');
					res.resume();
				});
				res.on('error', reject);
				res.on('end', () => resolve('whole'));
			}).on('error', reject);
		}), /aborted|hang up|ECONNRESET/);
		await healthy();
		const whole = await download(ada, 'ledger');
		assert.equal(whole.text.match(/"cut-\d+"/g).length, 40000);
	} finally {
		sql(`DELETE FROM conversion WHERE tenant_id = ${tenant} AND event_type = 'CUT'`);
	}
});

test('F-023 I-60 an owner who types another number deletes nothing; the right one deletes all, uninstalls the app, and a new log-in starts from scratch', async () => {
	const clara = await ready(ALPINE, VELO);
	const second = await loggedIn(ALPINE);
	const wrong = await clara.post('/api/account/erase', { confirm: String(NORTHWIND) });
	assert.equal(wrong.status, 422);
	assert.match(wrong.json.error.fields.confirm, new RegExp(String(ALPINE)));
	assert.equal((await clara.get('/api/session')).tenant.state, 'active');
	const tenant = await tenantOf(clara);
	const since = await mark();
	const asked = await clara.post('/api/account/erase', { confirm: ` ${ALPINE} ` });
	assert.equal(asked.status, 200, asked.text);
	const follow = () => request(`${URL_BASE}/api/account/erasure?receipt=${asked.json.receipt}`);
	assert.ok(['erasing', 'done'].includes((await follow()).json.state));
	assert.equal((await second.call('GET', '/api/config')).status, 401, 'F-003: every session ended');
	assert.match(ctl('tenants').stdout, new RegExp(`^${tenant} +${ALPINE} +deleting`, 'm'));

	await until('the app to be removed', async () => (await follow()).json.uninstall !== 'pending');
	const early = new Person();
	assert.match(await early.login(ALPINE), /problem=account_deleting/);
	const won = (await deal(ALPINE, { contacts: [await contact(ALPINE, { click: ALPINE_CLICK })] })).id;
	await move(ALPINE, won);

	const done = await until('the account to be erased', async () => {
		const now = (await follow()).json;
		return now.state === 'done' && now;
	}, { s: 60 });
	assert.equal(done.uninstall, 'done');
	assert.ok(done.erased > 10);
	const entries = await log({ since });
	assert.ok(entries.filter((e) => e.method === 'DELETE' && /external-install/.test(e.path ?? e.url)).length === 2, 'by the worker, and after the log-in that came too early');
	assert.deepEqual(entries.filter((e) => e.method === 'POST' && e.side === 'impact').map((e) => e.path), [], 'nothing was sent');
	assert.doesNotMatch(ctl('tenants').stdout, new RegExp(`\\b${ALPINE}\\b`));

	const anew = await loggedIn(ALPINE);
	assert.notEqual(await tenantOf(anew), tenant);
	assert.equal((await anew.config()).revision, 1);
	assert.deepEqual((await anew.activity()).rows, []);
	assert.equal((await anew.get('/api/settings')).auth_token.set, false);
	assert.equal((await ada.get('/api/session')).tenant.state, 'active', 'the neighbour');
});

test('I-60 when HubSpot cannot be reached the account is erased all the same, and that is said', async () => {
	const clara = await loggedIn(ALPINE);
	await fault({ kind: 'status', path: 'external-install', method: 'DELETE', status: 503, count: 100 });
	const { json: { receipt } } = await clara.post('/api/account/erase', { confirm: String(ALPINE) });
	const done = await until('the account to be erased', async () => {
		const { json } = await request(`${URL_BASE}/api/account/erasure?receipt=${receipt}`);
		return json.state === 'done' && json;
	}, { s: 60 });
	assert.equal(done.uninstall, 'unreached');
	for (const unknown of ['', 'x', 'A'.repeat(43)])
		assert.equal((await request(`${URL_BASE}/api/account/erasure?receipt=${unknown}`)).status, 404);
	await ready(ALPINE, VELO); // as the other tests expect it
});
