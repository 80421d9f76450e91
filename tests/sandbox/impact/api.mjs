// impact.com's Brand API: /Advertisers/{SID}/...
import { Router } from '../router.mjs';
import { ACCOUNTS, credentialsOf } from './accounts.mjs';
import * as act from './actions.mjs';
import { fail, notFound, xml } from './answers.mjs';
import * as cat from './catalogue.mjs';
import * as conv from './conversions.mjs';
import { Gate } from './gate.mjs';
import * as job from './jobs.mjs';

const B = '/Advertisers/:sid';
const G = `${B}/Campaigns/:program/MediaPartnerGroups`;

/** [method, path, handler, [scope, group of the rate limit]], the busiest first. */
const ROUTES = new Router([
	['POST', `${B}/Conversions`, conv.convert, ['conversions', 'conversions']],
	['GET', `${B}/APISubmissions/:id`, conv.submission, ['submissions']],
	['GET', `${B}/Actions`, act.actions, ['actions']],
	['PUT', `${B}/Actions`, act.modify, ['action_changes']],
	['DELETE', `${B}/Actions`, act.reverse, ['action_changes']],
	['GET', `${B}/Actions/:id`, act.action, ['actions']],
	['GET', `${B}/Actions/:id/Items`, act.actionItems, ['actions']],
	['GET', `${B}/Actions/:id/Items/:sku`, act.actionItem, ['actions']],
	['GET', `${B}/ActionUpdates`, act.updates, ['action_updates']],
	['GET', `${B}/ActionUpdates/:id`, act.update, ['action_updates']],
	['GET', `${B}/APISubmissions`, conv.submissions, ['submissions']],
	['GET', `${B}/CompanyInformation`, cat.company, ['company']],
	['GET', `${B}/Campaigns`, cat.campaigns, ['campaigns']],
	['GET', `${B}/Campaigns/:id`, cat.campaign, ['campaigns']],
	['GET', `${B}/Campaigns/:program/Clicks/:id`, cat.clicks, ['clicks']],
	['GET', `${B}/MediaPartners`, cat.partners, ['partners']],
	['GET', `${B}/MediaPartners/:id`, cat.partner, ['partners']],
	['PUT', `${B}/MediaPartners/:id`, cat.setPartner, ['partner_changes']],
	['GET', `${B}/Campaigns/:program/Contracts`, cat.contracts, ['contracts']],
	['GET', `${B}/Campaigns/:program/Contracts/:id`, cat.contract, ['contracts']],
	['POST', `${B}/Programs/:program/Contracts`, cat.accept, ['contract_changes']],
	['DELETE', `${B}/Programs/:program/Contracts`, cat.decline, ['contract_changes']],
	['GET', G, cat.groups, ['groups']],
	['POST', G, cat.addGroup, ['group_changes']],
	['GET', `${G}/:id`, cat.group, ['groups']],
	['PUT', `${G}/:id`, cat.setGroup, ['group_changes']],
	['DELETE', `${G}/:id`, cat.removeGroup, ['group_changes']],
	['GET', `${B}/Campaigns/:program/Contacts`, cat.contacts, ['contacts']],
	['GET', `${B}/Programs/:program/ClickExport`, job.clickExport, ['clicks', 'clickExport']],
	['GET', `${B}/Jobs`, job.jobs, ['jobs']],
	['GET', `${B}/Jobs/:id`, job.job, ['jobs']],
	['GET', `${B}/Jobs/:id/Download`, job.download, ['jobs']],
	['PUT', `${B}/Jobs/:id/Replay`, job.replay, ['jobs']],
]);
const SIGNED = new Router([['GET', `${B}/Jobs/:id/File`, job.signedFile]]);

/** A client without PUT and DELETE may POST with the parameter _method. */
function methodOf(q) {
	if (q.method !== 'POST')
		return q.method;
	const named = q.query.get('_method') ?? (q.type === 'application/x-www-form-urlencoded' && q.body.includes('_method=') ? q.form().get('_method') : null);
	return ['PUT', 'DELETE'].includes(named) ? named : 'POST';
}

export class Impact {
	#w;
	#gate;

	constructor(w) {
		this.#w = w;
		this.#gate = new Gate(w);
	}

	clear() {
		this.#gate.clear();
	}

	#answer(q, note, headers) {
		const path = q.path.replace(/\.json$/, '');
		const sid = path.split('/', 3)[2];
		const signed = SIGNED.find(q.method, path);
		if (signed?.handler && credentialsOf(sid)) {
			const { account } = credentialsOf(sid);
			return signed.handler({ w: this.#w, q, params: signed.params, acc: ACCOUNTS[account], account, sid });
		}
		const key = this.#gate.credentials(q);
		if (!key || key.sid !== sid)
			return { ...fail(401, 'Authentication failed: the Account SID or the Auth Token is wrong'), headers: { 'WWW-Authenticate': 'Basic realm="impact.com"' } };
		note.sid = sid;
		const method = methodOf(q);
		const found = ROUTES.find(method, path);
		const [scope, group = 'default'] = found?.extra ?? [];
		if (!this.#gate.count(key, group, headers))
			return fail(429, 'Too many requests');
		const version = this.#gate.version(q, key);
		if (Number.isNaN(version))
			return fail(400, 'Unknown API version');
		if (!found)
			return notFound();
		if (found.allowed)
			return fail(405, `${method} is not possible here`);
		if (key.readOnly && method !== 'GET')
			return fail(403, 'Access denied: the token is read only');
		if (!key.scopes.includes(scope))
			return fail(403, 'Access denied: the token has no scope for this endpoint');
		this.#w.judge.settle();
		return found.handler({ w: this.#w, q, params: found.params, acc: ACCOUNTS[key.account], account: key.account, sid, version });
	}

	/** {answer, sid} for one request. XML, unless the caller asks for JSON. */
	handle(q) {
		const note = {};
		const headers = {};
		const { status, body, file, headers: own } = this.#answer(q, note, headers);
		const json = /application\/json/.test(q.headers.accept ?? '') || q.path.endsWith('.json');
		return { ...note, answer: {
			status, body: file ?? (json ? JSON.stringify(body) : xml(body)),
			headers: { ...headers, 'Content-Type': json ? 'application/json;charset=utf-8' : 'application/xml;charset=utf-8', ...own },
		} };
	}
}
