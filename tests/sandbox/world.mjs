// Everything the sandbox is made of, put together once.
import { readFileSync } from 'node:fs';
import { Faults } from './faults.mjs';
import { AssociationTypes } from './hubspot/association-types.mjs';
import { Crm } from './hubspot/crm.mjs';
import { Gate } from './hubspot/gate.mjs';
import { Links } from './hubspot/links.mjs';
import { OAuth } from './hubspot/oauth.mjs';
import { Pipelines } from './hubspot/pipelines.mjs';
import { Properties } from './hubspot/properties.mjs';
import { Rules } from './hubspot/rules.mjs';
import { Webhooks } from './hubspot/webhooks.mjs';
import { Impact } from './impact/api.mjs';
import { Judge } from './impact/judge.mjs';
import { Partners } from './impact/partners.mjs';
import { RequestLog } from './log.mjs';
import { Mail } from './mail.mjs';
import { Settings } from './settings.mjs';
import { Store } from './store.mjs';

const PARTS = {
	crm: ['record', 'assoc', 'label', 'alias', 'blocked', 'snippet', 'properties', 'groups', 'pipeline', 'audit', 'rule', 'account'],
	installs: ['install', 'code', 'refresh', 'access'],
	impact: ['submission', 'outcome', 'action', 'update', 'verdict', 'impact_partner', 'impact_contract', 'impact_group', 'impact_job'],
};

/** conf: what readConnector gives; start: settings of the command line. */
export function makeWorld({ conf, dir, start = {}, caFile }) {
	const w = { conf, dir, ca: caFile ? readFileSync(caFile) : undefined };
	w.store = new Store(dir);
	w.log = new RequestLog(dir);
	w.settings = new Settings(w.store, start);
	w.mail = new Mail(w.store);
	w.faults = new Faults();
	w.oauth = new OAuth(w);
	w.gate = new Gate(w);
	w.rules = new Rules(w.store);
	w.pipelines = new Pipelines(w);
	w.properties = new Properties(w);
	w.associationTypes = new AssociationTypes(w.store);
	w.webhooks = new Webhooks(w);
	w.crm = new Crm(w);
	w.links = new Links(w);
	w.partners = new Partners(w);
	w.judge = new Judge(w);
	w.impact = new Impact(w);
	w.webhooks.resume();
	w.clock = setInterval(() => w.judge.settle(), 500);
	w.clock.unref?.();
	return w;
}

/** Back to the beginning; keep names parts that stay: crm, installs, impact, log, settings, faults, webhooks. */
export function reset(w, keep = []) {
	const drop = (part) => !keep.includes(part);
	for (const [part, tables] of Object.entries(PARTS))
		if (drop(part))
			tables.forEach((t) => w.store.clear(t));
	if (drop('mail'))
		w.mail.clear();
	if (drop('log'))
		w.log.clear();
	if (drop('settings'))
		w.settings.reset();
	if (drop('faults'))
		w.faults.clear();
	if (drop('webhooks'))
		w.webhooks.clear();
	w.gate.clear();
	w.impact.clear();
	w.properties.reload();
	w.associationTypes.reload();
	w.crm.reload();
	w.links.reload();
	w.partners.reload();
	w.judge.reload();
}

export function closeWorld(w) {
	clearInterval(w.clock);
	w.webhooks.close();
	w.store.close();
	w.log.close();
}
