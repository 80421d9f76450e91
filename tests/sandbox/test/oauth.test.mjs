// OAuth as HubSpot does it: exact scopes, single-use codes, errors of both styles, no parameters in the query.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { NORTHWIND, request, sandbox, writerApp } from '../harness.mjs';

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
		[{ scope: `${scopes.join(' ')} crm.objects.quotes.write` }, 'scope asks for more'],
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

test('a code that was asked for with a challenge needs its verifier', async () => {
	const verifier = 'v'.repeat(50);
	const url = box.authorizeUrl({ code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' });
	const { location } = await box.control('POST', '/oauth/approve', { portalId: NORTHWIND, url });
	const form = box.tokenForm({ grant_type: 'authorization_code', code: new URL(location).searchParams.get('code'), redirect_uri: 'http://localhost:9/oauth/hubspot/callback' });
	for (const more of [{}, { code_verifier: 'other' }]) {
		const res = await box.api('POST', '/oauth/2026-09/token', { form: { ...form, ...more } });
		assert.deepEqual([res.status, res.json.status, res.json.error], [400, 'BAD_CODE_VERIFIER', 'invalid_grant']);
	}
	assert.equal((await box.api('POST', '/oauth/2026-09/token', { form: { ...form, code_verifier: verifier } })).status, 200);
});

test('errors bear both styles: grant, client, scope, hub', async () => {
	const { refresh_token: refresh } = await box.install();
	const error = async (changes) => {
		const { status, json } = await box.api('POST', '/oauth/2026-09/token', { form: box.tokenForm({ grant_type: 'refresh_token', refresh_token: refresh, ...changes }) });
		assert.equal(json.message, json.error_description);
		return [status, json.status, json.error];
	};
	assert.deepEqual(await error({ grant_type: 'password' }), [400, 'BAD_GRANT_TYPE', 'unsupported_grant_type']);
	assert.deepEqual(await error({ client_id: 'x' }), [400, 'BAD_CLIENT_ID', 'invalid_client']);
	assert.deepEqual(await error({ scope: 'automation' }), [400, 'BAD_SCOPES', 'invalid_scope']);
	assert.deepEqual(await error({ grant_type: 'client_credentials', scope: 'developer.webhooks_journal.read' }), [400, 'BAD_SCOPES', 'invalid_scope']);
	await box.control('POST', `/crm/${NORTHWIND}/gone`, {});
	assert.deepEqual(await error({}), [400, 'BAD_HUB', 'access_denied']);
	await box.control('POST', `/crm/${NORTHWIND}/gone`, { gone: false });
	assert.equal((await box.api('POST', '/oauth/v3/token', { form: box.tokenForm({ grant_type: 'refresh_token', refresh_token: refresh }) })).status, 200);
});

test('revocation ends the refresh token, not the access tokens, nor the install; introspection tells', async () => {
	const tokens = await box.install();
	const post = (path, more) => box.api('POST', `/oauth/2026-09/token/${path}`, { form: box.tokenForm({ token: tokens.refresh_token, token_type_hint: 'refresh_token', ...more }) });
	const live = (await post('introspect')).json;
	assert.deepEqual([live.active, live.hub_id, live.token_use, live.expires_in], [true, NORTHWIND, 'refresh_token', undefined]);
	const access = (await post('introspect', { token: tokens.access_token, token_type_hint: 'access_token' })).json;
	assert.deepEqual([access.token_type, access.signed_access_token.hubId, access.is_private_distribution], ['Bearer', NORTHWIND, false]);
	assert.equal((await post('revoke')).status, 200);
	assert.deepEqual((await post('introspect')).json, { active: false });
	assert.equal((await box.api('GET', '/account-info/2026-09/details', { token: tokens.access_token })).status, 200);
});

test('refresh tokens that change: the old one ends at once, or with a grace when the new one is used', async () => {
	const tokens = await box.install();
	const refresh = async (token) => (await box.api('POST', '/oauth/2026-09/token', { form: box.tokenForm({ grant_type: 'refresh_token', refresh_token: token }) })).json;
	await box.control('POST', '/settings', { rotate_refresh: true, rotate_grace: true });
	const first = await refresh(tokens.refresh_token);
	assert.notEqual(first.refresh_token, tokens.refresh_token);
	const second = await refresh(tokens.refresh_token); // whoever got the first one died with it
	assert.ok(second.access_token);
	const third = await refresh(second.refresh_token);
	assert.ok(third.access_token);
	assert.equal((await refresh(tokens.refresh_token)).status, 'BAD_REFRESH_TOKEN');
	await box.control('POST', '/settings', { rotate_grace: false });
	const strict = await refresh(third.refresh_token);
	assert.equal((await refresh(third.refresh_token)).status, 'BAD_REFRESH_TOKEN');
	await box.control('DELETE', '/settings');
	await box.control('POST', `/crm/${NORTHWIND}/withdraw`);
	assert.equal((await refresh(strict.refresh_token)).status, 'BAD_REFRESH_TOKEN');
	assert.equal((await box.api('GET', '/account-info/2026-09/details', { token: strict.access_token })).status, 200, 'the app is still there');
});

test('with the setting a token outlives the uninstall; without it it does not; the old path uninstalls too', async () => {
	const details = (token) => box.api('GET', '/account-info/2026-09/details', { token });
	const { access_token: token } = await box.install();
	assert.equal((await box.api('DELETE', '/appinstalls/v3/external-install', { token })).status, 204);
	assert.equal((await details(token)).status, 401);
	await box.control('POST', '/settings', { uninstalled_token_works: true });
	assert.equal((await details(token)).status, 200);
	await box.control('DELETE', '/settings');
	const again = await box.install();
	assert.equal((await details(token)).status, 401, 'a new install does not bring an old token back');
	assert.equal((await details(again.access_token)).status, 200);
});

test('scopes that an account\'s tier lacks: optional ones are left out, a required one blocks the install', async () => {
	const ALPINE = 50249912;
	const wide = { ...writerApp(), optionalScopes: ['automation.sequences.read'] };
	const other = await sandbox({ app: wide });
	const approve = (portalId, changes) => other.control('POST', '/oauth/approve', { portalId, url: other.authorizeUrl(changes) });
	const scopes = async (portalId) => {
		const { location } = await approve(portalId, { optional_scope: 'automation.sequences.read' });
		const form = other.tokenForm({ grant_type: 'authorization_code', code: new URL(location).searchParams.get('code'), redirect_uri: 'http://localhost:9/oauth/hubspot/callback' });
		return (await other.api('POST', '/oauth/2026-09/token', { form })).json.scopes;
	};
	assert.ok((await scopes(NORTHWIND)).includes('automation.sequences.read'));
	assert.ok(!(await scopes(ALPINE)).includes('automation.sequences.read'));
	wide.requiredScopes.push('automation');
	const scope = wide.requiredScopes.join(' ');
	await approve(NORTHWIND, { scope });
	await assert.rejects(approve(ALPINE, { scope }), /does not have the scope automation/);
	other.close();
});
