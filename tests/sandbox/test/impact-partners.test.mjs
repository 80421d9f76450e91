// impact.com: programs, partners, contracts with event types, groups, clicks and click exports.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { request, sandbox, until } from '../harness.mjs';
import { impact, sale } from '../harness-impact.mjs';

const SID = 'IRacmeFULL7Q2mXv90LkT4bWz6RdYp1sN8';
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

const partners = async (query = '') => (await call('GET', `/MediaPartners${query}`)).json.Partners;
const contracts = async (query = '') => (await call('GET', `/Campaigns/1000/Contracts${query}`)).json.Contracts;
const json = (method, path, body) => box.api(method, `/Advertisers/${SID}${path}`, { json: body,
	headers: { authorization: `Basic ${Buffer.from(`${SID}:sandbox-token-acme-full`).toString('base64')}`, accept: 'application/json', 'ir-version': '14' } });
const ids = (rows) => rows.map((r) => r.Id);

test('a contract names the event types and what each pays; one without terms is not in it', async () => {
	const { json: c } = await call('GET', '/Campaigns/1000/Contracts/S-10000');
	assert.deepEqual([c.Status, c.PartnerId, c.TemplateTerms.Name, c.TemplateTerms.Currency], ['ACTIVE', '10000', 'Public Terms', 'USD']);
	const payouts = c.TemplateTerms.EventPayouts;
	const won = payouts.find((p) => p.EventTypeName === 'Deal won');
	assert.deepEqual([won.DefaultPayoutRate, won.PayoutLevel, won.PayoutGroups[0].Rules[0].Values, won.PayoutGroups[0].PayoutRate], ['8', 'ORDER', ['EXISTING'], '4']);
	assert.equal(payouts.find((p) => p.EventTypeName === 'Contact lead').DefaultPayout, '1.50');
	assert.ok(!payouts.some((p) => p.EventTypeName === 'Without contract terms'));
	const { json: vip } = await call('GET', '/Campaigns/1000/Contracts/S-10877');
	assert.equal(vip.TemplateTerms.EventPayouts.find((p) => p.EventTypeName === 'Deal won').DefaultPayoutRate, '10');
	assert.equal((await far.action(sale({ ClickId: 'MkS0gXd5LqIa9RtY2nVb7KuP' }))).Payout, '13.00', 'credited by its own contract');
});

test('contracts are listed by status (ACTIVE unless told), partner and date', async () => {
	assert.deepEqual(ids(await contracts()), ['S-10000', 'S-10400', 'S-10877', 'S-11201']);
	assert.deepEqual(ids(await contracts('?Status=PENDING')), ['P-25070000', 'P-25070001']);
	assert.deepEqual(ids(await contracts('?Status=EXPIRED')), ['S-11502']);
	assert.deepEqual(ids(await contracts('?PartnerId=10400')), ['S-10400']);
	assert.deepEqual(ids(await contracts('?TemplateId=61002')), ['S-10877']);
	assert.deepEqual(ids(await contracts(`?DateLastUpdatedAfter=${new Date(Date.now() - 60000).toISOString()}`)), []);
	for (const query of ['?Status=GONE', '?StartDateBefore=yesterday'])
		assert.equal((await call('GET', `/Campaigns/1000/Contracts${query}`)).status, 400, query);
	assert.equal((await call('GET', '/Campaigns/4711/Contracts')).status, 404);
});

test('an application is accepted or declined once, as JSON; the partner is credited from then on', async () => {
	const since = new Date().toISOString();
	const click = { ClickId: 'XXapplicant0000000000001', EventDate: 'NOW' };
	assert.equal((await far.verdict(sale({ ...click, OrderId: 'before' }))).ErrorReason, 'CONTRACT_NOT_FOUND');
	const body = { contractId: 'P-25070000', groupId: '5001' };
	assert.equal((await call('POST', '/Programs/1000/Contracts', body)).status, 400, 'a form is refused');
	assert.equal((await json('POST', '/Programs/1000/Contracts', body)).json.Status, 'OK');
	assert.equal((await json('POST', '/Programs/1000/Contracts', body)).status, 409);
	assert.equal((await json('DELETE', '/Programs/1000/Contracts', body)).status, 409);
	const [joined] = await contracts(`?DateLastUpdatedAfter=${since}`);
	assert.match(joined.Id, /^S-/);
	assert.equal(joined.PartnerId, '11410');
	assert.equal((await far.verdict(sale({ ...click, OrderId: 'after' }))).ErrorReason, '');
	assert.ok((await call('GET', '/Campaigns/1000/MediaPartnerGroups/5001')).json.MediaPartners.some((p) => p.PartnerId === '11410'));
	assert.equal((await json('DELETE', '/Programs/1000/Contracts', { contractId: 'P-25070001', reason: 'no' })).json.Status, 'OK');
	assert.deepEqual(ids(await contracts('?Status=DECLINED')), ['P-25070001']);
	assert.equal((await json('POST', '/Programs/1000/Contracts', { contractId: 'P-1' })).status, 404);
});

test('partners by id, program, group, country, state, relationship and date', async () => {
	assert.deepEqual(ids(await partners('?Id=10000,10400')), ['10000', '10400']);
	assert.deepEqual(ids(await partners('?CampaignId=1000&RelationshipState=ACTIVE')), ['10000', '10400', '10877', '11201']);
	assert.ok(ids(await partners('?RelationshipState=INACTIVE')).includes('11305'));
	assert.deepEqual(ids(await partners('?GroupId=5002')), ['10400', '10877']);
	assert.deepEqual(ids(await partners('?Country=DE')), ['10877']);
	assert.deepEqual(ids(await partners('?State=DEACTIVATED')), ['11201']);
	assert.deepEqual(ids(await partners(`?startDate=${new Date(Date.now() - 60000).toISOString()}`)), []);
	assert.equal((await call('GET', '/MediaPartners?RelationshipState=SOME')).status, 400);
	const { json: p } = await call('GET', '/MediaPartners/10000');
	assert.deepEqual(p.Programs.map((x) => [x.Id, x.ContractId, x.ContractName]), [['1000', 'S-10000', 'Public Terms']]);
	assert.equal(p.Contacts[0].IsPrimary, 'true');
	assert.equal((await call('GET', '/MediaPartners/4711')).status, 404);
	const old = (await call('GET', '/MediaPartners?Id=10000', undefined, { 'ir-version': '11' })).json.MediaPartners[0];
	assert.deepEqual([old.RelationshipState, old.Campaigns[0].InsertionOrderId, old.Groups[0].GroupName, old.MpValue1], ['ACTIVE', 'S-10000', 'Gold', 'vip']);
});

test('a partner applies and joins by hand; whether that changes DateLastUpdated is a setting', async () => {
	const since = encodeURIComponent(new Date(Date.now() + 1000).toISOString());
	const join = async (name) => {
		const { id } = await box.control('POST', '/impact/acme/partners', { program: '1000', name });
		const application = (await contracts(`?Status=PENDING&PartnerId=${id}`))[0].Id;
		await new Promise((resolve) => setTimeout(resolve, 1100));
		await box.control('POST', `/impact/acme/contracts/${application}`, { status: 'ACTIVE' });
		return id;
	};
	await join('Newcomer');
	assert.deepEqual(ids(await partners(`?startDate=${since}`)), []);
	await box.control('POST', '/settings', { join_bumps_partner: true });
	const id = await join('Late Newcomer');
	assert.ok(ids(await partners(`?startDate=${since}`)).includes(id));
});

test('a contract that ends credits what happened before, and nobody is credited to a deactivated partner', async () => {
	const before = new Date(Date.now() - 3600000).toISOString();
	await box.control('POST', '/impact/acme/contracts/S-10000', { status: 'EXPIRED' });
	assert.equal((await far.verdict(sale({ EventDate: before }))).ErrorReason, '');
	assert.equal((await far.verdict(sale({ EventDate: 'NOW', OrderId: 'late' }))).ErrorReason, 'CONTRACT_NOT_FOUND');
	await box.control('POST', '/impact/acme/partners/10400', { state: 'DEACTIVATED' });
	assert.equal((await far.verdict(sale({ ClickId: 'RRw9bHy2CeGi7LkD0sXz5QaW' }))).ErrorReason, 'PARTNER_NOT_ACTIVE');
});

test('partner values and groups are changed; contacts are found by account', async () => {
	assert.equal((await call('PUT', '/MediaPartners/10000', { MPValue2: 'gold' })).json.Status, 'OK');
	assert.deepEqual((await call('GET', '/MediaPartners/10000')).json.PartnerValues, { Value1: 'vip', Value2: 'gold', Value3: '' });
	assert.equal((await call('PUT', '/MediaPartners/10000', { Name: 'x' })).status, 400);
	const path = '/Campaigns/1000/MediaPartnerGroups';
	const made = await call('POST', path, { Name: 'Bronze' });
	assert.equal((await call('PUT', made.json.Uri, { MediaPartnersAdd: '10000,10400', MediaPartnersRemove: '10400' })).status, 200);
	assert.deepEqual((await call('GET', path)).json.Groups.map((g) => [g.Name, g.MediaPartners.length]), [['Gold', 1], ['Silver', 2], ['Bronze', 1]]);
	assert.equal((await call('PUT', made.json.Uri, { MediaPartnersAdd: '4711' })).status, 400);
	assert.equal((await call('DELETE', made.json.Uri)).json.Status, 'DELETED');
	assert.equal((await call('GET', made.json.Uri)).status, 404);
	assert.deepEqual((await call('GET', '/Campaigns/1000/Contacts?AccountId=10400')).json.Contacts.map((k) => [k.Id, k.Accounts[0].Name]), [['M10400', 'Robot Review Weekly']]);
});

test('programs: their state, their type since version 14, the click id in the tracking template', async () => {
	const { json: p } = await call('GET', '/Campaigns/1000');
	assert.deepEqual([p.State, p.Type], ['ACTIVE', 'Performance']);
	assert.match(p.GatewayTrackingSettings.CampaignTrackingTemplate, /im_ref=\{clickid\}/);
	assert.equal((await call('GET', '/Campaigns/1000', undefined, { 'ir-version': '13' })).json.Type, undefined);
	assert.equal((await call('GET', '/Campaigns/1001')).json.State, 'CLOSED');
});

test('a click export is a job: not ready, then a signed address for which credentials are no use; the same export is the same job', async () => {
	await box.control('POST', '/settings', { judge_ms: 300 });
	const click = (await call('GET', '/Campaigns/1000/Clicks/RRw9bHy2CeGi7LkD0sXz5QaW')).json.Clicks[0];
	const path = `/Programs/1000/ClickExport?Date=${click.EventDate.slice(0, 10)}`;
	const asked = (await call('GET', path)).json;
	assert.equal((await call('GET', asked.ResultUri)).status, 202);
	await until(async () => (await call('GET', asked.QueuedUri)).json.Status === 'COMPLETED');
	const found = await call('GET', asked.ResultUri);
	assert.equal(found.status, 302);
	assert.equal((await request(found.headers.location, { ca: box.ca, headers: { authorization: 'Basic x' } })).status, 400);
	const file = await request(found.headers.location, { ca: box.ca });
	assert.match(file.text, /^Id,EventDate,MediaId/);
	assert.ok(file.text.includes(`${click.Id},${click.EventDate},10400`), file.text);
	assert.equal((await request(found.headers.location.replace(/Signature=./, 'Signature=x'), { ca: box.ca })).status, 403);
	assert.equal((await call('GET', `${asked.ResultUri}?Mode=Stream`)).text, file.text);
	assert.equal((await call('GET', path)).json.QueuedUri, asked.QueuedUri);
	assert.equal((await call('PUT', asked.ReplayUri)).json.Status, 'QUEUED');
	assert.equal((await call('GET', asked.ResultUri)).status, 202, 'replayed');
	assert.equal((await call('GET', '/Jobs')).json.Jobs.length, 1);
	assert.equal((await call('GET', '/Programs/1000/ClickExport?Date=yesterday')).status, 400);
	for (let i = 0; i < 7; i++)
		assert.equal((await call('GET', path)).status, 200);
	assert.equal((await call('GET', path)).status, 429, 'ten a day');
});
