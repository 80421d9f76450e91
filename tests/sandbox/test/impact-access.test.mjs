// impact.com: tokens and their scopes, versions, limits and their headers, pages of lists.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { sandbox } from '../harness.mjs';
import { impact, sale } from '../harness-impact.mjs';

let box;
let far;
let call;
before(async () => {
	box = await sandbox({ start: { judge_ms: 20 } });
	far = impact(box);
	({ call } = far);
});
beforeEach(() => box.control('POST', '/reset', {}));
after(() => box.close());

test('a token without a scope gets 403 there and nowhere else; a read-only one on every write; a disabled one everywhere', async () => {
	const changes = impact(box, 'sandbox-token-no-changes', 'IRacmeNOCHANGESf3Lq7WdT0hRz5BnKx8Uv').call;
	const { Id } = await far.action();
	for (const method of ['PUT', 'DELETE'])
		assert.equal((await changes(method, '/Actions', { ActionId: Id, Reason: 'ORDER_UPDATE', DispositionCode: 'ORDER_UPDATE' })).status, 403);
	assert.equal((await changes('GET', `/Actions/${Id}`)).status, 200);
	const partners = impact(box, 'sandbox-token-no-partners', 'IRacmeNOPARTNERSa1Gt6YpJ9mEc4SoXw2I').call;
	for (const path of ['/MediaPartners', '/MediaPartners/10000', '/Campaigns/1000/Contracts', '/Campaigns/1000/MediaPartnerGroups', '/Campaigns/1000/Contacts'])
		assert.equal((await partners('GET', path)).status, 403, path);
	assert.equal((await partners('GET', '/Campaigns')).status, 200);
	const reader = impact(box, 'sandbox-token-read-only', 'IRacmeREADONLYv8Ck2QnH5zUb0DrLf7Mj').call;
	assert.equal((await reader('GET', '/Campaigns')).status, 200);
	assert.equal((await reader('POST', '/Conversions', sale())).status, 403);
	assert.equal((await reader('PUT', '/Actions', { ActionId: Id, Reason: 'ORDER_UPDATE' })).status, 403);
	const disabled = impact(box, 'sandbox-token-disabled', 'IRacmeDISABLEDg4Oi2YtR8wKx5Vl1BfQm').call;
	assert.equal((await disabled('GET', '/CompanyInformation')).status, 403);
});

test('the version of the token, of the header, of the parameter; one that does not exist is a 400', async () => {
	const reader = impact(box, 'sandbox-token-read-only', 'IRacmeREADONLYv8Ck2QnH5zUb0DrLf7Mj');
	const get = async (query, headers) => Object.keys((await reader.call('GET', `/MediaPartners${query}`, undefined, headers)).json);
	const bare = (path) => box.api('GET', `/Advertisers/IRacmeREADONLYv8Ck2QnH5zUb0DrLf7Mj${path}`, { headers: {
		authorization: `Basic ${Buffer.from('IRacmeREADONLYv8Ck2QnH5zUb0DrLf7Mj:sandbox-token-read-only').toString('base64')}`, accept: 'application/json' } });
	assert.ok('MediaPartners' in (await bare('/MediaPartners')).json, 'a token of version 11');
	assert.ok('Partners' in (await bare('/MediaPartners?IrVersion=14')).json);
	assert.ok((await get('', { 'ir-version': '12' })).includes('Partners'));
	assert.equal((await call('GET', '/Campaigns', undefined, { 'ir-version': '15' })).status, 400);
	assert.equal((await call('POST', '/Conversions', sale({ Text4: 'x' }), { 'ir-version': '13' })).json.errors[0].field, 'Text4', 'three texts before version 14');
});

test('the limit: every answer says how many are left, in one of three ways; conversions may be free; Retry-After may be missing', async () => {
	await box.control('POST', '/settings', { impact_limit: 4, hour_seconds: 3600 });
	const first = (await call('GET', '/Campaigns')).headers;
	assert.deepEqual([first['x-ratelimit-limit'], first['x-ratelimit-remaining'], first['x-ratelimit-reset']], ['4', '3', '3600']);
	await box.control('POST', '/settings', { limit_headers: 'epoch' });
	assert.ok(Math.abs(Number((await call('POST', '/Conversions', sale())).headers['x-ratelimit-reset']) - Date.now() / 1000 - 3600) < 60);
	await box.control('POST', '/settings', { limit_headers: 'hour', retry_after: false });
	const third = (await call('GET', '/MediaPartners/4711')).headers;
	assert.deepEqual([third['x-ratelimit-limit-hour'], third['x-ratelimit-remaining-hour'], third['x-ratelimit-limit']], ['4', '1', undefined]);
	await call('GET', '/Campaigns');
	const over = await call('POST', '/Conversions', sale());
	assert.deepEqual([over.status, over.json.Status, over.headers['retry-after']], [429, 'ERROR', undefined]);
	await box.control('POST', '/settings', { conversions_limited: false });
	assert.equal((await call('POST', '/Conversions', sale())).status, 200);
	const alpine = impact(box, 'sandbox-token-alpine-full', 'IRalpineFULLc3HnE5uJ8xGf2Ka7VtBq0M').call;
	assert.equal((await alpine('GET', '/Campaigns')).status, 200, 'another account has its own');
});

test('the limit may count the hour that has just passed, or hours of the clock', async () => {
	await box.control('POST', '/settings', { impact_limit: 2, hour_seconds: 1, impact_window: 'sliding' });
	const status = async () => (await call('GET', '/Campaigns')).status;
	const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
	assert.equal(await status(), 200);
	await pause(600);
	assert.deepEqual([await status(), await status()], [200, 429]);
	await pause(500);
	assert.deepEqual([await status(), await status()], [200, 429], 'only the first one is over an hour ago');
	await box.control('POST', '/settings', { impact_window: 'clock', hour_seconds: 3600 });
	const { headers } = await call('GET', '/Campaigns');
	const left = 3600 - Date.now() / 1000 % 3600;
	assert.ok(Math.abs(Number(headers['x-ratelimit-reset']) - left) < 60, headers['x-ratelimit-reset']);
});

test('pages: follow the next address until it is empty; past the end is a 400; absolute addresses and a lone row when told', async () => {
	const seen = [];
	for (let path = '/MediaPartners?PageSize=3'; path;) {
		const { json } = await call('GET', path);
		seen.push(...json.Partners.map((p) => p.Id));
		assert.equal(json['@total'], '8');
		path = json['@nextpageuri'];
	}
	assert.equal(new Set(seen).size, 8);
	for (const query of ['PageSize=3&Page=4', 'Page=0', 'PageSize=0', 'PageSize=20001', 'Page=x'])
		assert.equal((await call('GET', `/MediaPartners?${query}`)).status, 400, query);
	await box.control('POST', '/settings', { absolute_uris: true, single_as_object: true });
	const { json } = await call('GET', '/MediaPartners?PageSize=1');
	assert.ok(json['@nextpageuri'].startsWith(`${box.base}/Advertisers/`));
	assert.equal(json.Partners.Id, '10000');
	assert.ok((await call('POST', '/Conversions', sale())).json.QueuedUri.startsWith(`${box.base}/Advertisers/`));
});

test('the lists of actions: windows, newest first, a tracker when told; submissions are listed', async () => {
	for (let i = 0; i < 3; i++)
		await far.verdict(sale({ OrderId: `o${i}`, EventTypeCode: i ? 'lead' : 'deal_closedwon', EventDate: new Date(Date.now() - i * 86400000 / 2).toISOString() }));
	assert.deepEqual((await far.list()).map((a) => a.Oid), ['o2', 'o1', 'o0']);
	const range = (name, from, to) => `&${name}Start=${new Date(Date.now() + from).toISOString()}&${name}End=${new Date(Date.now() + to).toISOString()}`;
	assert.deepEqual((await far.list(range('ActionDate', -20 * 3600000, 0))).map((a) => a.Oid), ['o1', 'o0']);
	assert.equal((await far.list(range('LockingDate', 0, 86400000))).length, 0);
	assert.equal((await far.list(range('LockingDate', 0, 20 * 86400000))).length, 3);
	assert.equal((await far.list('&State=REVERSED')).length, 0);
	const tracker = (await far.list())[2].ActionTrackerId;
	assert.equal((await far.list(`&ActionTrackerId=${tracker}`)).length, 3, 'undocumented');
	await box.control('POST', '/settings', { tracker_filter: true });
	assert.deepEqual((await far.list(`&ActionTrackerId=${tracker}`)).map((a) => a.Oid), ['o0']);
	assert.deepEqual((await call('GET', '/APISubmissions')).json.APISubmission.map((s) => s.OrderId), ['o0', 'o1', 'o2']);
	assert.equal((await call('GET', '/ActionUpdates')).status, 400);
	assert.equal((await call('GET', `/ActionUpdates?CampaignId=1000${range('ActionDate', -3600000, 0)}`)).json.ActionUpdates.length, 1);
	const unescaped = `&StartDate=2026-11-01T00:00:00+01:00&EndDate=2026-11-02T00:00:00+01:00`;
	assert.equal((await call('GET', `/Actions?CampaignId=1000${unescaped}`)).status, 400, 'a plus sign in a query is a blank');
});

test('more actions than ten pages hold are an error: narrow the range, or take larger pages', async () => {
	const { Id } = await far.action();
	const { ledger } = box.w;
	const a = ledger.action(Id);
	for (let i = 1; i <= 20000; i++)
		ledger.book({ ...a, id: `${Id}${i}`, seq: a.seq + i });
	assert.equal((await call('GET', '/Actions?CampaignId=1000&PageSize=2000')).status, 400);
	const { json } = await call('GET', '/Actions?CampaignId=1000&PageSize=3000&Page=7');
	assert.deepEqual([json['@total'], json['@numpages'], json.Actions.length], ['20001', '7', 2001]);
});
