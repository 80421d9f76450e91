// Settings: impact.com's credentials are checked with impact.com, and every refusal is said in words.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { loggedIn } from '../lib/ready.mjs';
import { ACME, calm, log, mark } from '../lib/sandbox.mjs';

let person;
before(async () => { person = await loggedIn(); });
const submit = (change) => person.post('/api/live/impact', { ...ACME, ...change });
const check = (list, id) => list.find((c) => c.id === id);

test('I-22 I-23 I-25 a wrong Auth Token is refused in words at the token, and nothing is saved', async () => {
	const before = await person.config();
	const res = await submit({ auth_token: 'sandbox-token-of-somebody-else' });
	assert.equal(res.status, 422, res.text);
	assert.match(res.json.error.fields.auth_token, /does not accept this Account SID and Auth Token/);
	assert.equal(check(res.json.checks, 'company').state, 'failed');
	assert.ok(check(res.json.checks, 'company').advice);
	assert.equal((await person.config()).revision, before.revision);
});

test('I-24 I-25 a Program ID that the account does not have is refused at the program, naming those that it has', async () => {
	const res = await submit({ program_id: '9999' });
	assert.equal(res.status, 422, res.text);
	assert.match(res.json.error.fields.program_id, /Acme Partner Program \(1000\)/);
	assert.equal(check(res.json.checks, 'company').state, 'ok');
	assert.equal(check(res.json.checks, 'program').state, 'failed');
	assert.deepEqual(res.json.programs.map((p) => p.id), ['1000', '1001']);
});

test('I-25 a disabled token that may do nothing is refused in words', async () => {
	const res = await submit({ account_sid: 'IRacmeDISABLEDg4Oi2YtR8wKx5Vl1BfQm', auth_token: 'sandbox-token-disabled' });
	assert.equal(res.status, 422, res.text);
	assert.match(res.json.error.fields.auth_token, /disabled, or it has no scopes/);
});

test('I-25 a token without the scope for company information connects, and the check says what is missing', async () => {
	const res = await submit({ account_sid: 'IRacmeNOCOMPANYu6Zw1PiS4oDe9Cy3AjF', auth_token: 'sandbox-token-no-company' });
	assert.equal(res.status, 200, res.text);
	assert.equal(check(res.json.checks, 'company').state, 'no_scope');
	assert.match(check(res.json.checks, 'company').sentence, /may not read the company/);
	assert.equal(check(res.json.checks, 'program').state, 'ok');
});

test('I-25 a token without the scope for campaigns is saved with a warning: the program could not be checked', async () => {
	const res = await submit({ account_sid: 'IRacmeNOCAMPAIGNSk5Mb8TrX2vLh7Qg1W', auth_token: 'sandbox-token-no-campaigns' });
	assert.equal(res.status, 200, res.text);
	assert.equal(check(res.json.checks, 'program').state, 'no_scope');
	assert.match(check(res.json.checks, 'program').sentence, /could not be checked/);
});

for (const [id, other, sid, words, cost] of [
	['actions', 'submissions', 'IRacmeNOACTIONSr6Vd1KmS9tXb3QeZ7Hy', /may not read Actions/, /credited, approved or paid, and one that got no answer cannot be looked for/],
	['submissions', 'actions', 'IRacmeNOSUBMISSIONSj2Fn8GwP5uLc0Ta4', /may not read API submissions/, /whether a conversion was accepted or refused/]])
	test(`I-25 a token without the scope for ${id} connects, and the check says what is missing and what it costs`, async () => {
		const since = await mark();
		const res = await submit({ account_sid: sid, auth_token: `sandbox-token-no-${id}` });
		assert.equal(res.status, 200, res.text);
		assert.equal(check(res.json.checks, id).state, 'no_scope');
		assert.match(check(res.json.checks, id).sentence, words);
		assert.match(check(res.json.checks, id).advice, cost);
		assert.equal(check(res.json.checks, other).state, 'ok');
		assert.equal(check(res.json.checks, 'company').state, 'ok');
		const asked = await log({ since, side: 'impact', path: `/Advertisers/${sid}/${id === 'actions' ? 'Actions' : 'APISubmissions/'}` });
		assert.ok(asked.length > 0 && asked.every((e) => e.status === 403), 'the sandbox refuses it as impact.com does');
	});

test('I-22 I-23 I-24 I-25 right values are saved after CompanyInformation and Campaigns were asked; the Conversions scope is proved by the first send', async () => {
	const since = await mark();
	const res = await submit({});
	assert.equal(res.status, 200, res.text);
	assert.equal(res.json.company_name, 'Acme Robotics Inc. (sandbox)');
	assert.equal(check(res.json.checks, 'company').state, 'ok');
	assert.equal(check(res.json.checks, 'program').state, 'ok');
	assert.ok(['ok', 'unproved'].includes(check(res.json.checks, 'conversions').state));
	if (check(res.json.checks, 'conversions').state === 'unproved')
		assert.equal(check(res.json.checks, 'conversions').sentence, 'Proved by the first send.');
	const asked = await log({ since, side: 'impact' });
	assert.ok(asked.some((e) => e.path.endsWith('/CompanyInformation')));
	assert.ok(asked.some((e) => /\/Campaigns(\/1000)?$/.test(e.path)));
	for (const e of asked) {
		assert.match(e.headers.accept, /application\/json/, e.path);
		assert.equal(e.headers['ir-version'], '14', e.path);
	}
});

test('I-23 F-020 the Auth Token is write-only: Settings shows its last four characters, no answer has the rest', async () => {
	await submit({});
	const settings = await person.get('/api/settings');
	assert.equal(settings.account_sid, ACME.account_sid);
	assert.equal(settings.program_id, ACME.program_id);
	assert.equal(settings.auth_token.set, true);
	assert.equal(settings.auth_token.last4, ACME.auth_token.slice(-4));
	assert.deepEqual(settings.impact_account, { company_name: 'Acme Robotics Inc. (sandbox)', currency: 'USD', time_zone: settings.impact_account.time_zone,
		program_name: 'Acme Partner Program', program_state: 'ACTIVE' });
	for (const path of ['/api/settings', '/api/overview', '/api/config', '/api/session', '/api/activity'])
		assert.ok(!(await person.call('GET', path)).text.includes(ACME.auth_token), path);
});

test('I-23 the stored Auth Token may be kept while the Program ID changes', async () => {
	const { auth_token: token, ...rest } = ACME;
	assert.ok(token);
	assert.equal((await person.post('/api/live/impact', rest)).status, 200);
	const wrong = await person.post('/api/live/impact', { ...rest, program_id: '9999' });
	assert.equal(wrong.status, 422);
	assert.equal((await person.get('/api/settings')).program_id, '1000');
});

test('I-22 I-23 I-24 empty values are refused at their field', async () => {
	for (const field of ['account_sid', 'program_id']) {
		const res = await submit({ [field]: '' });
		assert.equal(res.status, 422, field);
		assert.ok(res.json.error.fields[field], res.text);
	}
	await calm();
});

test('B-01 what was saved is shown on the overview', async () => {
	await submit({});
	const { impact, checklist } = await person.get('/api/overview');
	assert.equal(impact.state, 'connected');
	assert.equal(impact.company_name, 'Acme Robotics Inc. (sandbox)');
	assert.equal(checklist.find((c) => c.id === 'impact').state, 'done');
});
