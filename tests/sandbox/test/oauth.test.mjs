// OAuth as HubSpot does it: exact scopes, single-use codes, errors of both styles, no parameters in the query.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { NORTHWIND, request, sandbox } from '../harness.mjs';

let box;
before(async () => { box = await sandbox(); });
after(() => box.close());

const page = (changes) => request(box.authorizeUrl(changes));

test('authorize refuses whatever does not fit the app', async () => {
	const scopes = box.w.conf.app.requiredScopes;
	for (const [changes, words] of [
		[{ client_id: 'other' }, 'client_id'],
		[{ redirect_uri: 'http://localhost:9/elsewhere' }, 'redirect_uri'],
		[{ scope: scopes.slice(1).join(' ') }, 'scope lacks'],
		[{ scope: `${scopes.join(' ')} crm.objects.deals.write` }, 'scope asks for more'],
		[{ optional_scope: 'automation' }, 'optional_scope'],
	]) {
		const res = await page(changes);
		assert.equal(res.status, 400, JSON.stringify(changes));
		assert.match(res.text, new RegExp(words));
	}
});

test('a person chooses an account, reviews the access and connects; the state comes back unchanged', async () => {
	const first = await page();
	assert.equal(first.status, 200);
	assert.match(first.text, />Choose Account</);
	const form = { ...Object.fromEntries(new URL(box.authorizeUrl()).searchParams), portal: String(NORTHWIND) };
	const post = (url, fields) => request(url, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(fields).toString() });
	const chosen = await post(`${box.site}/oauth/authorize`, form);
	assert.equal(chosen.status, 303);
	const review = await request(box.site + chosen.headers.location);
	assert.match(review.text, />Connect app</);
	for (const scope of box.w.conf.app.requiredScopes)
		assert.ok(review.text.includes(scope), scope);
	delete form.portal;
	const granted = await post(`${box.site}/oauth/${NORTHWIND}/authorize`, { ...form, decision: 'connect' });
	assert.equal(granted.status, 302);
	const back = new URL(granted.headers.location);
	assert.equal(back.searchParams.get('state'), 's/1 ?&');
	assert.ok(back.searchParams.get('code'));
	const refused = new URL((await post(`${box.site}/oauth/${NORTHWIND}/authorize`, { ...form, decision: 'cancel' })).headers.location);
	assert.equal(refused.searchParams.get('error'), 'access_denied');
	assert.equal(refused.searchParams.get('state'), 's/1 ?&');
});

test('a code works once, for its redirect_uri, from the body', async () => {
	const { location } = await box.control('POST', '/oauth/approve', { portalId: NORTHWIND, url: box.authorizeUrl() });
	const code = new URL(location).searchParams.get('code');
	const form = box.tokenForm({ grant_type: 'authorization_code', code, redirect_uri: 'http://localhost:9/oauth/hubspot/callback' });
	const inQuery = await box.api('POST', `/oauth/2026-09/token?${new URLSearchParams(form)}`, { form: { x: '1' } });
	assert.equal(inQuery.status, 400);
	const wrongUri = await box.api('POST', '/oauth/2026-09/token', { form: { ...form, redirect_uri: 'http://localhost:9/x' } });
	assert.equal(wrongUri.json.status, 'BAD_REDIRECT_URI');
	const wrongSecret = await box.api('POST', '/oauth/2026-09/token', { form: { ...form, client_secret: 'x' } });
	assert.deepEqual([wrongSecret.json.error, wrongSecret.json.status], ['invalid_client', 'BAD_CLIENT_SECRET']);
	const good = await box.api('POST', '/oauth/2026-09/token', { form });
	assert.equal(good.status, 200);
	assert.equal(good.json.hub_id, NORTHWIND);
	assert.equal(good.json.expires_in, 1800);
	const again = await box.api('POST', '/oauth/2026-09/token', { form });
	assert.deepEqual([again.status, again.json.error, again.json.status], [400, 'invalid_grant', 'BAD_AUTH_CODE']);
});

test('refresh, introspection, expiry and uninstall', async () => {
	const tokens = await box.install();
	const info = await box.api('POST', '/oauth/2026-09/token/introspect', { form: box.tokenForm({ token: tokens.access_token, token_type_hint: 'access_token' }) });
	assert.equal(info.json.active, true);
	assert.equal(info.json.user, 'ada@northwind-robotics.example');
	const refresh = () => box.api('POST', '/oauth/2026-03/token', { form: box.tokenForm({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token }) });
	const next = await refresh();
	assert.equal(next.json.refresh_token, tokens.refresh_token);
	assert.notEqual(next.json.access_token, tokens.access_token);
	const details = (token) => box.api('GET', '/account-info/2026-09/details', { token });
	assert.equal((await details(tokens.access_token)).json.portalId, NORTHWIND, 'an old token stays valid');
	await box.control('POST', '/settings', { token_s: 0 });
	const dead = await refresh();
	const late = await details(dead.json.access_token);
	assert.deepEqual([late.status, late.json.category], [401, 'EXPIRED_AUTHENTICATION']);
	await box.control('DELETE', '/settings');
	const gone = await box.api('DELETE', '/appinstalls/2026-09/external-install', { token: tokens.access_token });
	assert.equal(gone.status, 204);
	assert.equal((await details(tokens.access_token)).status, 401);
	assert.equal((await refresh()).json.status, 'BAD_REFRESH_TOKEN');
});

test('the old endpoints work and are marked in the log; the log keeps no secret', async () => {
	const tokens = await box.install();
	const old = await box.api('POST', '/oauth/v1/token', { form: box.tokenForm({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token }) });
	assert.equal(old.status, 200);
	assert.equal(old.json.hub_id, undefined);
	await box.api('GET', `/oauth/v1/access-tokens/${tokens.access_token}`);
	await box.api('GET', '/account-info/2026-09/details', { token: tokens.access_token });
	const { entries } = await box.control('GET', '/log');
	assert.equal(entries.filter((e) => e.deprecated).length, 2);
	const text = JSON.stringify(entries);
	for (const secret of [tokens.access_token, tokens.refresh_token, box.w.conf.clientSecret])
		assert.ok(!text.includes(secret));
});
