// What survives a kill -9, what the configuration may look like, and the certificate authority.
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseConf } from '../conf.mjs';
import { NORTHWIND, impactClient, sandbox, until } from '../harness.mjs';

const dir = mkdtempSync(join(tmpdir(), 'sandbox-state-'));
after(() => rmSync(dir, { recursive: true }));

test('after a restart on the same folder everything is still there, a cut last line too', async () => {
	let box = await sandbox({ dir, start: { judge_ms: 300 } });
	const { access_token: token, refresh_token: refresh } = await box.install();
	const { id } = await box.control('POST', `/crm/${NORTHWIND}/contacts`, { properties: { email: 'k@b.example' } });
	const queued = await impactClient(box)('POST', '/Conversions', { CampaignId: '1000', EventTypeCode: 'lead', EventDate: 'NOW', OrderId: 'k1', ClickId: 'MkS4pTn6UvBr1OwE8yJc3ZfH' });
	await box.control('POST', '/settings', { dedup: true });
	const logged = (await box.control('GET', '/log')).entries.length;
	box.close(true);
	appendFileSync(join(dir, 'state.jsonl'), '["record","x",{"cu');
	appendFileSync(join(dir, 'log.jsonl'), '{"id":99,"me');
	box = await sandbox({ dir, start: { judge_ms: 300 } });
	assert.equal((await box.api('GET', `/crm/objects/2026-09/contacts/${id}`, { token })).json.properties.email, 'k@b.example');
	assert.equal((await box.api('POST', '/oauth/2026-09/token', { form: box.tokenForm({ grant_type: 'refresh_token', refresh_token: refresh }) })).status, 200);
	assert.equal((await box.control('GET', '/settings')).dedup, true);
	assert.equal((await box.control('GET', '/log')).entries.length, logged + 2);
	const done = await until(async () => {
		const { json } = await impactClient(box)('GET', queued.json.QueuedUri);
		return json.Status === 'Complete' && json;
	});
	assert.equal(done.MediaPartnerId, '10877');
	await box.control('POST', '/reset', { keep: ['installs'] });
	assert.equal((await box.api('GET', `/crm/objects/2026-09/contacts/${id}`, { token })).status, 404);
	assert.equal((await box.api('GET', '/account-info/2026-09/details', { token })).status, 200);
	box.close();
});

test('connector.conf: flat keys, comments, escapes; any other line is named', () => {
	const conf = parseConf('# c\na = "x // no comment \\" y"; // c\n/* long\n comment */\nb = 12;\nc = true; # c\nd: -5\n');
	assert.deepEqual(conf, { a: 'x // no comment " y', b: 12, c: true, d: -5 });
	assert.throws(() => parseConf('a = 1;\nnonsense\n', 'f'), /f:2/);
});
