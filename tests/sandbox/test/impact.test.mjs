// impact.com: credentials, scopes, validation, judging, actions, limits, faults.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { impactClient, sandbox, until } from '../harness.mjs';
import { impact, sale, without } from '../harness-impact.mjs';

let box;
let call;
let verdict;
before(async () => {
	box = await sandbox();
	({ call, verdict } = impact(box));
});
beforeEach(() => box.control('POST', '/reset', {}));
after(() => box.close());

test('wrong token 401, missing scopes 403, XML unless JSON is asked for', async () => {
	assert.equal((await impactClient(box, 'wrong')('GET', '/CompanyInformation')).status, 401);
	const named = { company: 'IRacmeNOCOMPANYu6Zw1PiS4oDe9Cy3AjF', campaigns: 'IRacmeNOCAMPAIGNSk5Mb8TrX2vLh7Qg1W', conversions: 'IRacmeNOCONVERSIONSd9Ns3UyJ6pHc0Ez' };
	for (const [scope, path, method] of [['company', '/CompanyInformation', 'GET'], ['campaigns', '/Campaigns', 'GET'], ['conversions', '/Conversions', 'POST']])
		assert.equal((await impactClient(box, `sandbox-token-no-${scope}`, named[scope])(method, path, method === 'POST' ? sale() : undefined)).status, 403, scope);
	const company = await call('GET', '/CompanyInformation');
	assert.equal(company.json.Currency, 'USD');
	assert.equal(company.headers['x-ratelimit-limit'], '1000');
	assert.match((await call('GET', '/CompanyInformation', undefined, { accept: '*/*' })).text, /^<\?xml.*<ImpactRadiusResponse>/);
	assert.equal((await call('GET', '/Campaigns/4711')).status, 404);
	assert.ok((await call('GET', '/Campaigns')).json.Campaigns.some((c) => c.Id === '1000' && c.State === 'ACTIVE'));
});

test('a conversion that is not well formed is a 400 that names the field', async () => {
	for (const [form, field] of [
		[without(sale(), 'OrderId'), 'OrderId'],
		[without(sale(), 'EventTypeCode'), 'EventTypeId'],
		[without(sale(), 'ClickId', 'CustomerId'), 'ClickId'],
		[sale({ EventDate: '2026-11-21 10:00' }), 'EventDate'],
		[sale({ OrderId: 'x'.repeat(65) }), 'OrderId'],
		[sale({ Amount: '5.00' }), 'Amount'],
		[sale({ ItemSubTotal1: '5.00' }), 'ItemSubTotal1'],
		[without(sale(), 'ItemCategory2'), 'ItemCategory2'],
		[sale({ ItemPrice1: '1234567.00' }), 'ItemPrice1'],
		[sale({ CustomerEmail: 'a@b.example' }), 'CustomerEmail'],
		[sale({ Text51: 'x' }), 'Text51'],
		[sale({ CurrencyCode: 'euro' }), 'CurrencyCode'],
	]) {
		const res = await call('POST', '/Conversions', form);
		assert.equal(res.status, 400, field);
		assert.equal(res.json.Status, 'ERROR');
		assert.ok(res.json.errors.some((e) => e.field === field), `${field}: ${res.text}`);
	}
	assert.equal(box.w.judge.submissions().length, 0);
});

test('a known click is credited: partner, payout by contract, locking date, every scalar a string', async () => {
	const done = await verdict(sale());
	assert.deepEqual([done.ErrorType, done.ErrorReason, done.MediaPartnerId], ['', '', '10000']);
	const list = await call('GET', '/Actions?CampaignId=1000&PageSize=2000');
	const [action] = list.json.Actions;
	assert.equal(list.json['@total'], '1');
	assert.equal(action.Oid, 'deal_closedwon_1');
	assert.equal(action.Amount, '130.00');
	assert.equal(action.Payout, '10.40');
	assert.equal(action.Currency, 'EUR');
	assert.equal(action.State, 'PENDING');
	assert.match(action.LockingDate, /-08:00$/);
	assert.ok(Object.values(action).every((v) => typeof v === 'string'));
	assert.equal((await call('GET', `/Actions/${action.Id}`)).json.MediaPartnerName, 'Bright Deals');
	await box.control('POST', `/impact/actions/${action.Id}`, { what: 'pay' });
	const paid = (await call('GET', `/Actions/${action.Id}`)).json;
	assert.equal(paid.State, 'APPROVED');
	assert.ok(paid.ClearedDate);
});

test('a submission is Queued, In Progress, Complete, and tells nothing before the end', async () => {
	await box.control('POST', '/settings', { judge_ms: 1500 });
	const { json } = await call('POST', '/Conversions', sale());
	const look = async () => (await call('GET', json.QueuedUri)).json;
	const first = await look();
	assert.deepEqual([first.Status, first.MediaPartnerId, first.CompletionDate], ['Queued', '', '']);
	await until(async () => (await look()).Status === 'In Progress');
	assert.equal((await call('GET', '/Actions?CampaignId=1000')).json.Actions.length, 0);
	await until(async () => (await look()).Status === 'Complete');
	assert.equal((await call('GET', '/Actions?CampaignId=1000')).json.Actions.length, 1);
});

test('the documented codes', async () => {
	for (const [changes, code, type] of [
		[{ ClickId: 'unknown' }, 'ACTION_REF_NOT_FOUND', 'Validation'],
		[{ CampaignId: '4711' }, 'CAMPAIGN_NOT_FOUND', 'Validation'],
		[{ EventTypeCode: 'deal_nowhere' }, 'ACTIONTRACKER_NOT_FOUND', 'Validation'],
		[{ EventTypeCode: 'deal_switchedoff' }, 'ACTIONTRACKER_NOT_ACTIVE', 'Validation'],
		[{ EventTypeCode: 'old_deal_closedwon' }, 'ACTIONTRACKER_CAMPAIGN_MISMATCH', 'Validation'],
		[{ EventTypeCode: 'deal_noterms' }, 'ACTIONTERMS_NOT_FOUND', 'Contract Error'],
		[{ ClickId: 'XXinactivePartner0000001' }, 'PARTNER_NOT_ACTIVE', 'Contract Error'],
		[{ ClickId: 'XXnoContract000000000001' }, 'CONTRACT_NOT_FOUND', 'Contract Error'],
		[{ ClickId: 'XXolderThanWindow0000001' }, 'OUTSIDE_ASSOCIATION_WINDOW', 'Validation'],
		[{ ClickId: 'XXexpiredContract0000001' }, 'CONTRACT_NOT_FOUND', 'Contract Error'],
		[{ ClickId: 'XXapplicant0000000000001' }, 'CONTRACT_NOT_FOUND', 'Contract Error'],
		[{ ClickId: 'XXmalformed0000000000001' }, 'MALFORMED', 'Validation'],
		[{ ClickId: 'XXnotCommissionable00001' }, 'NO_VALID_ACTION_REF', 'Validation'],
		[{ ClickId: 'XXcreditingRule000000001' }, 'CREDITING_RULE_MISMATCH', 'Validation'],
		[{ ClickId: 'XXotherReferral000000001' }, 'OTHER_REF_PRIORITIZED', 'Validation'],
		[{ ClickId: 'XXreferralType0000000001' }, 'REFTYPE_NOT_ACCEPTED', 'Validation'],
		[{ ClickId: 'XXunclaimed0000000000001' }, 'UNCLAIMED', 'Validation'],
		[{ IpAddress: '203.0.113.66' }, 'BLACKLISTED_SOURCE_IP', 'Validation'],
		[{ OrderPromoCode: 'ACMESTAFF' }, 'RESTRICTED_PROMOCODE', 'Validation'],
		[{ PromoCode: 'ACMEOUTLET' }, 'BLOCKED_BY_PROMOCODE', 'Validation'],
	]) {
		const done = await verdict(sale(changes));
		assert.deepEqual([done.ErrorReason, done.ErrorType], [code, type]);
	}
	const bare = Object.fromEntries(Object.entries(sale()).filter(([k]) => !k.startsWith('Item')));
	assert.equal((await verdict(bare)).ErrorReason, 'NO_ITEM');
	assert.equal(box.w.judge.actions().length, 0);
	await box.control('POST', '/impact/verdicts', { order: '^deal_', code: 'UNCLAIMED MAX_RECURRENCES_REACHED' });
	assert.equal((await verdict(sale())).ErrorReason, 'UNCLAIMED MAX_RECURRENCES_REACHED', 'several codes at once, when told');
	assert.equal((await verdict(sale())).ErrorReason, '');
});

test('a click that is credited once, a journey of several clicks, a promo code, a media id, a generated order id', async () => {
	const once = { ClickId: 'XXonlyOnce00000000000001', CustomerId: '9' };
	assert.equal((await verdict(sale({ ...once, OrderId: 'o1' }))).ErrorReason, '');
	assert.equal((await verdict(sale({ ...once, OrderId: 'o2' }))).ErrorReason, 'MAX_RECURRENCES_REACHED');
	const journey = 'Jny2cLk7TwOo4PaRt9NeRs1X';
	const clicks = (await call('GET', `/Campaigns/1000/Clicks/${journey}`)).json.Clicks;
	assert.deepEqual(clicks.map((c) => c.MediaId), ['10000', '10400']);
	const between = new Date((Date.parse(clicks[0].EventDate) + Date.parse(clicks[1].EventDate)) / 2).toISOString();
	assert.equal((await verdict(sale({ ClickId: journey, OrderId: 'o3' }))).MediaPartnerId, '10000');
	assert.equal((await verdict(sale({ ClickId: journey, OrderId: 'o4', EventDate: between }))).MediaPartnerId, '10400', 'the latest click that is not after the event');
	assert.equal((await verdict(without(sale({ PromoCode: 'MAKER5', OrderId: 'o5' }), 'ClickId'))).MediaPartnerId, '10877');
	assert.equal((await verdict(without(sale({ MediaId: '10400', OrderId: 'o6' }), 'ClickId'))).MediaPartnerId, '10400');
	const own = await verdict(sale({ OrderId: 'IR_AN_64_TS' }));
	assert.match(own.OrderId, /^[0-9a-z]{40,64}$/);
});

test('what the references leave open is a setting', async () => {
	const refused = async (changes, form, field) => {
		await box.control('POST', '/settings', changes);
		const res = await call('POST', '/Conversions', form);
		assert.equal(res.status, 400, field);
		assert.ok(res.json.errors.some((e) => e.field === field), res.text);
		await box.control('DELETE', '/settings');
		assert.equal((await call('POST', '/Conversions', form)).status, 200, field);
	};
	await refused({ currency_required: true }, without(sale(), 'CurrencyCode'), 'CurrencyCode');
	await refused({ strict_customer: true }, sale({ CustomerId: '251' }), 'CustomerId');
	const old = new Date(Date.now() - 100 * 86400000);
	const aged = without(sale({ EventDate: old.toISOString(), MediaId: '10000' }), 'ClickId');
	const eventDate = async () => Date.parse((await call('GET', '/Actions?CampaignId=1000')).json.Actions[0].EventDate);
	await verdict({ ...aged, OrderId: 'rewritten' });
	assert.ok(Date.now() - await eventDate() < 60000);
	await box.control('POST', '/settings', { old_events: 'keep' });
	await verdict({ ...aged, OrderId: 'kept' });
	assert.equal(await eventDate(), Math.floor(old / 1000) * 1000);
	await box.control('POST', '/settings', { old_events: 'refuse' });
	assert.equal((await verdict({ ...aged, OrderId: 'by media id' })).ErrorReason, '', '398 days with MediaId');
	assert.equal((await verdict({ ...without(aged, 'MediaId'), ClickId: 'unknown', OrderId: 'refused' })).ErrorReason, 'OUTSIDE_ASSOCIATION_WINDOW');
});

test('the answer at once: with the ActionId, or Status OK with its Uri; and flat JSON instead of a form', async () => {
	await box.control('POST', '/settings', { conversion_answer: 'action' });
	const first = (await call('POST', '/Conversions', sale())).json;
	assert.equal(first.ActionUri.split('/').pop(), first.ActionId);
	await box.control('POST', '/settings', { conversion_answer: 'uri' });
	const second = (await call('POST', '/Conversions', sale({ OrderId: 'o2' }))).json;
	assert.deepEqual([second.Status, second.Uri.split('/').slice(-2, -1)[0]], ['OK', 'Actions']);
	assert.equal((await call('POST', '/Conversions', sale({ OrderId: 'o3', ClickId: 'unknown', CustomerId: '8' }))).json.Status, 'QUEUED', 'nobody is credited');
	const json = (body) => box.api('POST', '/Advertisers/IRacmeFULL7Q2mXv90LkT4bWz6RdYp1sN8/Conversions.json', { json: body,
		headers: { authorization: `Basic ${Buffer.from('IRacmeFULL7Q2mXv90LkT4bWz6RdYp1sN8:sandbox-token-acme-full').toString('base64')}` } });
	assert.equal((await json(sale({ OrderId: 'o4' }))).json.Status, 'OK');
	assert.equal((await json({ ...sale(), ItemSku1: ['A'] })).json.errors[0].field, 'ItemSku1');
	assert.equal((await json([sale()])).status, 400);
});

test('a child without a click is credited by its parent\'s CustomerId, and only after the parent', async () => {
	const child = without(sale({ CustomerId: '777' }), 'ClickId');
	assert.equal((await verdict(child)).ErrorReason, 'ACTION_REF_NOT_FOUND');
	assert.equal((await verdict({ ...without(sale(), 'OrderId'), CustomerId: '777', EventTypeCode: 'lead', OrderId: 'lead_777' })).ErrorReason, '');
	const done = await verdict({ ...child, OrderId: 'deal_closedwon_2' });
	assert.deepEqual([done.ErrorReason, done.MediaPartnerId], ['', '10000']);
});

test('no deduplication unless told', async () => {
	await verdict(sale());
	assert.equal((await verdict(sale())).ErrorReason, '');
	assert.equal(box.w.judge.actions().length, 2);
	await box.control('POST', '/settings', { dedup: true });
	assert.equal((await verdict(sale())).ErrorReason, 'CONV_DUPLICATE');
	assert.equal((await verdict(sale({ EventTypeCode: 'lead' }))).ErrorReason, '', 'another event type has its own orders');
	await box.control('POST', '/settings', { dedup_s: 0 });
	assert.equal((await verdict(sale())).ErrorReason, '', 'outside the window it is a second action');
});

test('the rules of the Actions list', async () => {
	for (const query of ['PageSize=2000', 'CampaignId=1000&PageSize=100', 'CampaignId=1000&StartDate=2026-11-01T00:00:00Z',
		'CampaignId=1000&ActionDateStart=2026-09-01T00:00:00Z&ActionDateEnd=2026-11-01T00:00:00Z', 'CampaignId=1000&StartDate=2020-01-01T00:00:00Z&EndDate=2020-01-10T00:00:00Z'])
		assert.equal((await call('GET', `/Actions?${query}`)).status, 400, query);
	await verdict(sale());
	const [from, to] = [-3600000, 3600000].map((d) => new Date(Date.now() + d).toISOString());
	assert.equal((await call('GET', `/Actions?CampaignId=1000&ActionDateStart=${from}&ActionDateEnd=${to}`)).json.Actions.length, 1);
	assert.equal((await call('GET', '/Actions?CampaignId=1001')).json.Actions.length, 0);
});

test('the hourly limit, in a shortened hour', async () => {
	await box.control('POST', '/settings', { impact_limit: 3, hour_seconds: 1 });
	for (let i = 0; i < 3; i++)
		assert.equal((await call('GET', '/Campaigns')).status, 200);
	const over = await call('GET', '/Campaigns');
	assert.deepEqual([over.status, over.headers['x-ratelimit-remaining'], over.headers['retry-after']], [429, '0', '1']);
	await new Promise((resolve) => setTimeout(resolve, 1050));
	assert.equal((await call('GET', '/Campaigns')).status, 200);
});

test('faults: a status, a reply cut after the booking, garbage; the log tells what was done', async () => {
	await box.control('POST', '/faults', { kind: 'status', path: '/Conversions$', method: 'POST', status: 503, count: 1, headers: { 'retry-after': '2' } });
	const first = await call('POST', '/Conversions', sale());
	assert.deepEqual([first.status, first.headers['retry-after'], box.w.judge.submissions().length], [503, '2', 0]);
	await box.control('POST', '/faults', { kind: 'cut_after', path: '/Conversions$', count: 1 });
	await assert.rejects(call('POST', '/Conversions', sale()));
	assert.equal(box.w.judge.submissions().length, 1, 'it was booked');
	await box.control('POST', '/faults', { kind: 'cut_before', path: '/Conversions$', count: 1 });
	await assert.rejects(call('POST', '/Conversions', sale()));
	assert.equal(box.w.judge.submissions().length, 1, 'it was not booked');
	await box.control('POST', '/faults', { kind: 'garbage', path: '/Conversions$', count: 1 });
	const odd = await call('POST', '/Conversions', sale());
	assert.deepEqual([odd.status, odd.json], [200, null]);
	const { entries } = await box.control('GET', '/log?side=impact&method=POST');
	assert.deepEqual(entries.map((e) => [e.fault, e.done]), [['status', false], ['cut_after', true], ['cut_before', false], ['garbage', true]]);
});
