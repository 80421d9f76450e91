// /control: the sandbox's remote control for tests, JSON in and out. README.md lists every call.
import { CREDENTIALS, ACCOUNTS as IMPACT } from './impact/accounts.mjs';
import { ACCOUNTS } from './hubspot/accounts.mjs';
import { HubspotError } from './hubspot/errors.mjs';
import * as op from './operations.mjs';
import { approve } from './pages/consent.mjs';
import { Router } from './router.mjs';
import { reset } from './world.mjs';

const ok = (body) => ({ status: 200, body });
const record = (r) => ({ id: r.id, type: r.type, properties: r.properties, archived: r.archived, createdAt: r.createdAt, updatedAt: r.updatedAt });

function input(q) {
	if (!q.body.length)
		return {};
	try {
		return q.json();
	} catch {
		throw new op.Refused('the body is no JSON');
	}
}

/** Handlers of one account get acc and the body. */
const crm = (work) => (w, q, p) => work(w, op.needAccount(p.portal), input(q), p, q);

const CRM = [
	['POST', '/control/crm/:portal/deals', crm((w, acc, b) => {
		const { deal, items } = op.createDeal(w, acc, b);
		return ok({ id: deal.id, lineItems: items.map((i) => i.id) });
	})],
	['POST', '/control/crm/:portal/deals/:id/line-items', crm((w, acc, b, p) => ok({ id: op.addLineItem(w, acc, p.id, b.properties).id }))],
	['POST', '/control/crm/:portal/move', crm((w, acc, b) => ok(record(op.move(w, acc, b.deal, b.stage))))],
	['POST', '/control/crm/:portal/associate', crm((w, acc, b) => {
		const types = op.associate(w, acc, op.needType(b.from), b.fromId, op.needType(b.to), b.toId, b.primary ? 'Primary' : b.label);
		return ok({ types: types.map(({ category, typeId, label }) => ({ category, typeId, label })) });
	})],
	['POST', '/control/crm/:portal/dissociate', crm((w, acc, b) => {
		op.dissociate(w, acc, op.needType(b.from), b.fromId, op.needType(b.to), b.toId);
		return ok({});
	})],
	['POST', '/control/crm/:portal/merge', crm((w, acc, b) => ok(record(op.merge(w, acc, op.needType(b.type), b.primaryId, b.otherId))))],
	['POST', '/control/crm/:portal/properties', crm((w, acc, b) => {
		const { object, ...definition } = b;
		return ok(op.addProperty(w, acc, op.needType(object), definition));
	})],
	['POST', '/control/crm/:portal/labels', crm((w, acc, b) => ok({ types: op.addLabel(w, acc, op.needType(b.from), op.needType(b.to), b) }))],
	['POST', '/control/crm/:portal/rules', crm((w, acc, b) => ok(op.setRules(w, acc, op.needType(b.object), b)))],
	['POST', '/control/crm/:portal/moving', crm((w, acc, b) => ok(op.moveAccount(w, acc, b.seconds) ?? {}))],
	['POST', '/control/crm/:portal/gone', crm((w, acc, b) => ok(op.closeAccount(w, acc, b.gone ?? true) ?? {}))],
	['POST', '/control/crm/:portal/burst', crm((w, acc, b) => ok({ made: op.burst(w, acc, b) }))],
	['POST', '/control/crm/:portal/load', crm((w, acc, b) => {
		op.load(w, acc, b);
		return ok({});
	})],
	['POST', '/control/crm/:portal/storm', crm((w, acc, b) => ok({ webhooks: w.webhooks.storm(acc.portalId, b.events, b) }))],
	['POST', '/control/crm/:portal/uninstall', crm((w, acc) => {
		w.oauth.uninstall(acc.portalId);
		return ok({});
	})],
	['POST', '/control/crm/:portal/withdraw', crm((w, acc) => {
		w.oauth.withdraw(acc.portalId);
		return ok({});
	})],
	['POST', '/control/crm/:portal/:type', crm((w, acc, b, p) => ok({ id: op.create(w, acc, op.needType(p.type), b.properties, b).id }))],
	['GET', '/control/crm/:portal/:type', crm((w, acc, b, p, q) => ok({ results: w.crm.list(acc.portalId, op.needType(p.type), q.query.get('archived') === 'true').map(record) }))],
	['GET', '/control/crm/:portal/:type/:id', crm((w, acc, b, p) => ok(record(w.crm.need(acc.portalId, op.needType(p.type), p.id))))],
	['PATCH', '/control/crm/:portal/:type/:id', crm((w, acc, b, p) => ok(record(op.update(w, acc, op.needType(p.type), p.id, b.properties, b.changeSource))))],
	['DELETE', '/control/crm/:portal/:type/:id', crm((w, acc, b, p, q) => {
		op.remove(w, acc, op.needType(p.type), p.id, q.query.get('privacy') === 'true');
		return ok({});
	})],
	['POST', '/control/crm/:portal/:type/:id/restore', crm((w, acc, b, p) => {
		op.restore(w, acc, op.needType(p.type), p.id);
		return ok({});
	})],
];

function faultRoutes() {
	const refuse = (work) => {
		try {
			return ok(work());
		} catch (err) {
			throw new op.Refused(err.message);
		}
	};
	return [
		['GET', '/control/faults', (w) => ok({ faults: w.faults.list() })],
		['POST', '/control/faults', (w, q) => refuse(() => w.faults.add(input(q)))],
		['DELETE', '/control/faults', (w) => ok(w.faults.clear() ?? {})],
		['DELETE', '/control/faults/:id', (w, q, p) => ok(w.faults.remove(p.id) ?? {})],
		['GET', '/control/settings', (w) => ok(w.settings.all())],
		['POST', '/control/settings', (w, q) => refuse(() => {
			w.settings.set(input(q));
			return w.settings.all();
		})],
		['DELETE', '/control/settings', (w) => {
			w.settings.reset();
			return ok(w.settings.all());
		}],
	];
}

function impactRoutes() {
	const work = (f) => (w, q, p) => {
		w.judge.settle(Infinity);
		try {
			return ok(f(w, q, p));
		} catch (err) {
			throw new op.Refused(err.message);
		}
	};
	const some = (q, rows) => {
		const { order, limit } = Object.fromEntries(q.query);
		const found = order ? rows.filter((r) => r.values.OrderId === order) : rows;
		return limit ? found.slice(-Number(limit)) : found;
	};
	return [
		['GET', '/control/impact', work(() => ({ credentials: CREDENTIALS, accounts: IMPACT }))],
		['GET', '/control/impact/submissions', work((w, q) => ({ submissions: some(q, w.judge.submissions()) }))],
		['GET', '/control/impact/actions', work((w, q) => ({ actions: some(q, w.judge.actions()) }))],
		['POST', '/control/impact/actions/:id', work((w, q, p) => {
			const { what, ...more } = input(q);
			return w.judge.change(p.id, what, more);
		})],
		['POST', '/control/impact/verdicts', work((w, q) => w.judge.force(input(q)))],
		['POST', '/control/impact/:account/partners', work((w, q, p) => {
			const { program, name, email } = input(q);
			return w.partners.apply(p.account, program, name, email);
		})],
		['POST', '/control/impact/:account/partners/:id', work((w, q, p) => w.partners.setPartner(p.account, p.id, input(q)))],
		['POST', '/control/impact/:account/contracts/:id', work((w, q, p) => w.partners.setContract(p.account, p.id, input(q).status))],
	];
}

const ROUTES = new Router([
	...CRM,
	...faultRoutes(),
	...impactRoutes(),
	['GET', '/control/state', (w) => ok({
		clientId: w.conf.clientId, appId: w.conf.appId, publicUrl: w.conf.publicUrl, app: w.conf.app, installs: w.oauth.installs(),
		accounts: ACCOUNTS.map((a) => ({ portalId: a.portalId, name: a.name, users: a.users, pipelines: w.pipelines.of(a.portalId, 'deals') })),
	})],
	['GET', '/control/log', (w, q) => ok({ entries: w.log.find(Object.fromEntries(q.query)) })],
	['GET', '/control/mail', (w, q) => ok({ mails: w.mail.list(q.query.get('to') ?? '') })],
	['DELETE', '/control/mail', (w) => ok(w.mail.clear() ?? {})],
	['POST', '/control/mail/refuse', (w, q) => ok(w.mail.refuse(input(q)) ?? {})],
	['DELETE', '/control/log', (w) => ok(w.log.clear() ?? {})],
	['GET', '/control/webhooks', (w) => ok({ webhooks: w.webhooks.list() })],
	['GET', '/control/webhooks/open', (w) => ok({ open: w.webhooks.open() })],
	['DELETE', '/control/webhooks', (w) => ok(w.webhooks.clear() ?? {})],
	['POST', '/control/webhooks', (w, q) => {
		const { portalId, events } = input(q);
		if (!Array.isArray(events))
			throw new op.Refused('events must be a list');
		w.webhooks.inject(portalId, events);
		return ok({});
	}],
	['POST', '/control/webhooks/test', (w, q) => {
		const { portalId, subscriptionId } = input(q);
		try {
			return ok(w.webhooks.test(portalId, subscriptionId) ?? {});
		} catch (err) {
			throw new op.Refused(err.message);
		}
	}],
	['POST', '/control/oauth/approve', (w, q) => {
		const { url, portalId, userId, cancel } = input(q);
		const { error, location } = approve(w, op.needAccount(portalId), new URL(url).searchParams, { userId, cancel });
		if (error)
			throw new op.Refused(error.join('; '));
		return ok({ location });
	}],
	['POST', '/control/reset', (w, q) => ok(reset(w, input(q).keep) ?? {})],
]);

export function control(w, q) {
	const found = ROUTES.find(q.method, q.path);
	if (!found)
		return { status: 404, body: { error: `no ${q.path}` } };
	if (found.allowed)
		return { status: 405, body: { error: `${q.method} is not possible here` } };
	try {
		return found.handler(w, q, found.params);
	} catch (err) {
		if (err instanceof op.Refused || err instanceof HubspotError)
			return { status: err.status ?? 400, body: { error: op.explain(err) } };
		throw err;
	}
}
