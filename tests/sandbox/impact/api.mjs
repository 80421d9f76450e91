// impact.com's Brand API: /Advertisers/{SID}/...
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { Window } from '../hubspot/gate.mjs';
import { Router } from '../router.mjs';
import { ACCOUNTS, credentialOf, knownClick, partnerOf, program } from './accounts.mjs';
import { checkConversion } from './fields.mjs';
import * as show from './show.mjs';

const DAY = 86400000;
const VERSIONS = ['11', '12', '13', '14'];

const fail = (status, Message, more = {}) => ({ status, body: { Status: 'ERROR', Message, ...more } });

function companyInformation(c) {
	return { status: 200, body: show.company(c.acc, c.sid) };
}

function campaigns(c) {
	const { error, body } = show.page(c.q, 'Campaigns', c.acc.programs.map((p) => show.campaign(p, c.acc, c.sid)), { size: 1000 });
	return error ? fail(400, error) : { status: 200, body };
}

function campaign(c) {
	const p = program(c.acc, c.params.id);
	return p ? { status: 200, body: show.campaign(p, c.acc, c.sid) } : fail(404, 'The requested resource was not found');
}

function pairsOf(q) {
	if (q.type === 'application/x-www-form-urlencoded')
		return [...q.form()];
	if (q.type === 'application/json')
		return Object.entries(q.json());
	return null;
}

function conversions(c) {
	let pairs;
	try {
		pairs = pairsOf(c.q);
	} catch {
		return fail(400, 'The body is no JSON');
	}
	if (!pairs)
		return fail(400, 'The body must be application/x-www-form-urlencoded or application/json');
	const { values, errors } = checkConversion(pairs, c.w.settings.strict_fields);
	if (errors.length)
		return { status: 400, body: { Status: 'ERROR', errors } };
	const batchId = `A-${randomUUID()}`;
	const now = Date.now();
	const at = c.w.settings.conversion_answer === 'queued' ? now + c.w.settings.judge_ms : now;
	const row = c.w.judge.queue({
		batchId, account: c.account, sid: c.sid, received: now, due: at, status: 'Queued', values, payload: new URLSearchParams(pairs).toString(),
	});
	if (c.w.settings.conversion_answer !== 'queued') {
		const done = c.w.judge.decide(row);
		const uri = `/Advertisers/${c.sid}/Actions/${done.actionId}`;
		if (done.actionId)
			return { status: 200, body: c.w.settings.conversion_answer === 'action' ? { ActionId: done.actionId, ActionUri: uri } : { Status: 'OK', Uri: uri } };
	}
	return { status: 200, body: { Status: 'QUEUED', QueuedUri: `/Advertisers/${c.sid}/APISubmissions/${batchId}` } };
}

function submission(c) {
	const s = c.w.store.get('submission', c.params.id);
	return s && s.account === c.account ? { status: 200, body: show.submission(s, c.sid) } : fail(404, 'The requested resource was not found');
}

/** A pair of dates: {from, to}, {} when absent, or {error}. */
function window(query, first, second) {
	const [a, b] = [query.get(first), query.get(second)];
	if (!a && !b)
		return {};
	if (!a || !b)
		return { error: `${first} and ${second} are required together` };
	const [from, to] = [Date.parse(a), Date.parse(b)];
	if (Number.isNaN(from) || Number.isNaN(to))
		return { error: `${first} and ${second} must be ISO 8601 dates` };
	if (from > to)
		return { error: `${first} is after ${second}` };
	if (to - from > 45 * DAY)
		return { error: `The range of ${first} and ${second} must not be longer than 45 days` };
	if (from < Date.now() - 3 * 365.25 * DAY)
		return { error: `${first} must not be older than 3 years` };
	return { from, to };
}

function actions(c) {
	const { query } = c.q;
	if (!query.get('CampaignId'))
		return fail(400, 'Validation Failed', { Errors: [{ Field: 'CampaignId', Message: 'A value is required' }] });
	let rows = c.w.judge.actions().filter((a) => a.account === c.account && a.programId === query.get('CampaignId'));
	let dated = false;
	for (const [first, second, member] of [['StartDate', 'EndDate', 'updated'], ['ActionDateStart', 'ActionDateEnd', 'eventAt'], ['LockingDateStart', 'LockingDateEnd', 'lockAt']]) {
		const { from, to, error } = window(query, first, second);
		if (error)
			return fail(400, 'Validation Failed', { Errors: [{ Field: first, Message: error }] });
		if (from === undefined)
			continue;
		dated = true;
		rows = rows.filter((a) => Math.floor(a[member] / 1000) * 1000 >= from && Math.floor(a[member] / 1000) * 1000 <= to);
	}
	if (!dated)
		rows = rows.filter((a) => a.updated >= Date.now() - 7 * DAY);
	const state = query.get('State');
	if (state && !['PENDING', 'APPROVED', 'REVERSED'].includes(state))
		return fail(400, 'Validation Failed', { Errors: [{ Field: 'State', Message: 'Must be PENDING, APPROVED or REVERSED' }] });
	if (state)
		rows = rows.filter((a) => a.state === state);
	rows.sort((a, b) => b.created - a.created || b.seq - a.seq);
	const size = Number(query.get('PageSize') ?? 20000);
	if (rows.length > 10 * size)
		return fail(400, 'Too many records, narrow the date range');
	const { error, body } = show.page(c.q, 'Actions', rows.map((a) => show.action(a, c.sid)), { size: 20000, min: 2000 });
	return error ? fail(400, 'Validation Failed', { Errors: [{ Field: 'PageSize', Message: error }] }) : { status: 200, body };
}

function action(c) {
	const a = c.w.store.get('action', c.params.id);
	return a && a.account === c.account ? { status: 200, body: show.action(a, c.sid) } : fail(404, 'The requested resource was not found');
}

function actionItems(c) {
	const a = c.w.store.get('action', c.params.id);
	if (!a || a.account !== c.account)
		return fail(404, 'The requested resource was not found');
	const v = a.values;
	const indexes = Object.keys(v).map((k) => /^ItemSku(\d+)$/.exec(k)?.[1]).filter(Boolean);
	const items = indexes.map((i) => ({
		Sku: v[`ItemSku${i}`], ItemName: v[`ItemName${i}`] ?? '', Category: v[`ItemCategory${i}`], Quantity: v[`ItemQuantity${i}`],
		SaleAmount: v[`ItemSubTotal${i}`] ?? (Number(v[`ItemPrice${i}`]) * Number(v[`ItemQuantity${i}`])).toFixed(2), SaleAmountCurrency: a.currency,
		Payout: '', PayoutCurrency: a.currency, Uri: `/Advertisers/${c.sid}/Actions/${a.id}/Items/${v[`ItemSku${i}`]}`,
	}));
	if (!items.length)
		items.push({ Sku: 'default', ItemName: '', Category: 'default', Quantity: '1', SaleAmount: a.amount, SaleAmountCurrency: a.currency, Payout: a.payout, PayoutCurrency: a.currency, Uri: '' });
	const { error, body } = show.page(c.q, 'ActionItems', items, { size: 1000 });
	return error ? fail(400, error) : { status: 200, body };
}

function partners(c) {
	const wanted = c.q.query.get('Id')?.split(',');
	const rows = c.acc.partners.filter((p) => !wanted || wanted.includes(p.id)).map((p) => show.partner(p, c.acc, c.sid));
	const { error, body } = show.page(c.q, 'Partners', rows, { size: 1000 });
	return error ? fail(400, error) : { status: 200, body };
}

function partner(c) {
	const p = partnerOf(c.acc, c.params.id);
	return p ? { status: 200, body: show.partner(p, c.acc, c.sid) } : fail(404, 'The requested resource was not found');
}

function clicks(c) {
	const found = program(c.acc, c.params.program) && knownClick(c.acc, c.params.id);
	if (!found)
		return fail(404, 'The requested resource was not found');
	const { error, body } = show.page(c.q, 'Clicks', [show.click(found, c.acc, c.sid)], { size: 1000 });
	return error ? fail(400, error) : { status: 200, body };
}

const B = '/Advertisers/:sid';
const ROUTES = new Router([
	['GET', `${B}/CompanyInformation`, companyInformation, 'company'],
	['GET', `${B}/Campaigns`, campaigns, 'campaigns'],
	['GET', `${B}/Campaigns/:id`, campaign, 'campaigns'],
	['GET', `${B}/Campaigns/:program/Clicks/:id`, clicks, 'clicks'],
	['POST', `${B}/Conversions`, conversions, 'conversions'],
	['GET', `${B}/APISubmissions/:id`, submission, 'submissions'],
	['GET', `${B}/Actions`, actions, 'actions'],
	['GET', `${B}/Actions/:id`, action, 'actions'],
	['GET', `${B}/Actions/:id/Items`, actionItems, 'actions'],
	['GET', `${B}/MediaPartners`, partners, 'partners'],
	['GET', `${B}/MediaPartners/:id`, partner, 'partners'],
]);

const same = (a, b) => timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());

/** The credentials of a Basic header when SID and token belong together, else null. */
function credentials(q) {
	const m = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(q.headers.authorization ?? '');
	const pair = m ? Buffer.from(m[1], 'base64').toString('utf8') : '';
	const at = pair.indexOf(':');
	const found = credentialOf(pair.slice(0, at));
	return found && same(found.token, pair.slice(at + 1)) ? found : null;
}

export class Impact {
	#w;
	#hour = new Window();

	constructor(w) {
		this.#w = w;
	}

	clear() {
		this.#hour.clear();
	}

	#limit(key, headers) {
		const { impact_limit: limit, hour_seconds: seconds } = this.#w.settings;
		const left = this.#hour.take(key.account, limit, seconds * 1000);
		const reset = Math.max(1, Math.ceil(this.#hour.wait(key.account, seconds * 1000) / 1000));
		headers['X-RateLimit-Limit'] = String(limit);
		headers['X-RateLimit-Remaining'] = String(Math.max(0, left));
		headers['X-RateLimit-Reset'] = String(reset);
		if (left < 0)
			headers['Retry-After'] = String(reset);
		return left >= 0;
	}

	#answer(q, note, headers) {
		const path = q.path.replace(/\.json$/, '');
		const sid = path.split('/')[2];
		const key = credentials(q);
		if (!key || key.sid !== sid)
			return { ...fail(401, 'Authentication failed: the Account SID or the Auth Token is wrong'), headers: { 'WWW-Authenticate': 'Basic realm="impact.com"' } };
		note.sid = sid;
		if (!this.#limit(key, headers))
			return fail(429, 'Too many requests');
		const version = q.headers['ir-version'] ?? q.query.get('IrVersion') ?? '13';
		if (!VERSIONS.includes(String(version)))
			return fail(400, `Unknown API version ${version}`);
		const found = ROUTES.find(q.method, path);
		if (!found)
			return fail(404, 'The requested resource was not found');
		if (found.allowed)
			return fail(405, `${q.method} is not possible here`);
		if (!key.scopes.includes(found.extra))
			return fail(403, 'Access denied: the token has no scope for this endpoint');
		this.#w.judge.settle();
		return found.handler({ w: this.#w, q, params: found.params, acc: ACCOUNTS[key.account], account: key.account, sid });
	}

	/** {answer, sid} for one request. XML, unless the caller asks for JSON. */
	handle(q) {
		const note = {};
		const headers = {};
		const answer = this.#answer(q, note, headers);
		const json = /application\/json/.test(q.headers.accept ?? '') || q.path.endsWith('.json');
		return { ...note, answer: {
			status: answer.status, body: json ? JSON.stringify(answer.body) : show.xml(answer.body),
			headers: { ...headers, 'Content-Type': json ? 'application/json;charset=utf-8' : 'application/xml;charset=utf-8', ...answer.headers },
		} };
	}
}
