// Reads what the sandbox shares with the connector: connector.conf and conf/hubspot-app.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { typeName } from './hubspot/types.mjs';

const LINE = /^\s*([A-Za-z_]\w*)\s*[=:]\s*("(?:[^"\\]|\\.)*"|[^;#"\s]+)\s*;?\s*(?:(?:#|\/\/).*)?$/;
const ESCAPES = { n: '\n', r: '\r', t: '\t', f: '\f', '"': '"', '\\': '\\' };

function value(text) {
	if (text.startsWith('"'))
		return text.slice(1, -1).replace(/\\(.)/g, (all, c) => ESCAPES[c] ?? all);
	if (/^(true|false)$/i.test(text))
		return text.toLowerCase() === 'true';
	if (/^[+-]?\d+L{0,2}$/.test(text))
		return Number(text.replace(/L+$/, ''));
	throw new Error(`not a value: ${text}`);
}

/** Flat libconfig: `name = value;` a line, `#` and `//` comments. */
export function parseConf(text, name = 'connector.conf') {
	const out = {};
	let comment = false;
	text.split('\n').forEach((raw, i) => {
		let line = raw;
		if (comment) {
			const end = line.indexOf('*/');
			if (end < 0)
				return;
			line = line.slice(end + 2);
			comment = false;
		}
		if (/^\s*\/\*/.test(line)) {
			comment = !line.includes('*/');
			return;
		}
		if (/^\s*(#.*|\/\/.*)?$/.test(line))
			return;
		const m = LINE.exec(line);
		if (!m)
			throw new Error(`${name}:${i + 1}: expected "key = value;"`);
		out[m[1]] = value(m[2]);
	});
	return out;
}

/** HubSpot fills ${NAME}; a string that is nothing but ${NAME} keeps the variable's type. */
function fill(node, vars) {
	if (typeof node === 'string') {
		const whole = /^\$\{(\w+)\}$/.exec(node);
		const get = (key) => {
			if (!(key in vars))
				throw new Error(`hubspot-app: no value for \${${key}}`);
			return vars[key];
		};
		return whole ? get(whole[1]) : node.replace(/\$\{(\w+)\}/g, (_, key) => String(get(key)));
	}
	if (Array.isArray(node))
		return node.map((n) => fill(n, vars));
	if (node && typeof node === 'object')
		return Object.fromEntries(Object.entries(node).map(([k, v]) => [k, fill(v, vars)]));
	return node;
}

function component(dir, path, type, vars) {
	const doc = fill(JSON.parse(readFileSync(join(dir, path), 'utf8')), vars);
	const extra = Object.keys(doc).filter((k) => !['uid', 'type', 'config', 'dependencies', 'permissions'].includes(k));
	if (extra.length)
		throw new Error(`${path}: unknown field ${extra[0]}`);
	if (!/^[A-Za-z0-9_.-]{1,64}$/.test(doc.uid ?? ''))
		throw new Error(`${path}: uid must be 1 to 64 characters of A-Z a-z 0-9 _ . -`);
	if (doc.type !== type)
		throw new Error(`${path}: type must be ${type}`);
	return doc.config;
}

const MAX_SUBSCRIPTIONS = 1000;
const CLASSIC = ['contact', 'company', 'deal', 'line_item', 'product', 'ticket'];
const KINDS = ['creation', 'deletion', 'merge', 'restore', 'propertyChange', 'associationChange'];
const OTHERS = ['contact.privacyDeletion', 'event.completed', ...['creation', 'deletion', 'newMessage', 'privacyDeletion', 'propertyChange'].map((k) => `conversation.${k}`)];

/** Refuses a subscription that HubSpot does not know or that can never fire. */
function checkSubscription(s) {
	const [object, kind] = s.subscriptionType.split('.');
	const fail = (what) => {
		throw new Error(`webhooks-hsmeta.json: ${s.subscriptionType}: ${what}`);
	};
	if (s.generic ? object !== 'object' || !KINDS.includes(kind) : !OTHERS.includes(s.subscriptionType) && !(CLASSIC.includes(object) && KINDS.includes(kind)))
		fail('no such subscription type here');
	if (s.subscriptionType === 'product.associationChange')
		fail('no such subscription type');
	if (s.generic && !typeName(s.objectType))
		fail(`objectType ${s.objectType} is not known`);
	if (kind === 'propertyChange' && object !== 'conversation' && !s.propertyName)
		fail('propertyName is missing');
	if (['num_unique_conversion_events', 'hs_lastmodifieddate'].includes(s.propertyName))
		fail(`changes of ${s.propertyName} cannot be subscribed`);
}

/** The app as HubSpot would know it after `hs project upload`. */
export function readApp(dir, baseUrl) {
	const vars = { BASE_URL: baseUrl.replace(/\/$/, '') };
	const app = component(dir, 'src/app/app-hsmeta.json', 'app', vars);
	const hooks = component(dir, 'src/app/webhooks/webhooks-hsmeta.json', 'webhooks', vars);
	if (app.distribution === 'marketplace' && app.auth.type !== 'oauth')
		throw new Error('app-hsmeta.json: a marketplace app needs OAuth');
	for (const list of ['fetch', 'iframe', 'img'])
		if (!Array.isArray(app.permittedUrls?.[list]))
			throw new Error(`app-hsmeta.json: permittedUrls needs all three arrays (${list})`);
	const subs = [];
	let id = 6547100;
	for (const s of hooks.subscriptions.crmObjects ?? [])
		subs.push({ id: ++id, generic: true, ...s });
	for (const s of hooks.subscriptions.legacyCrmObjects ?? [])
		subs.push({ id: ++id, generic: false, ...s });
	for (const s of hooks.subscriptions.hubEvents ?? [])
		subs.push({ id: ++id, generic: false, ...s });
	subs.forEach((s) => checkSubscription(s));
	if (subs.length > MAX_SUBSCRIPTIONS)
		throw new Error(`webhooks-hsmeta.json: at most ${MAX_SUBSCRIPTIONS} subscriptions`);
	if (hooks.settings.maxConcurrentRequests !== undefined && !(hooks.settings.maxConcurrentRequests > 5))
		throw new Error('webhooks-hsmeta.json: maxConcurrentRequests must be above 5');
	return {
		name: app.name,
		redirectUrls: app.auth.redirectUrls,
		requiredScopes: app.auth.requiredScopes,
		optionalScopes: app.auth.optionalScopes ?? [],
		conditionalScopes: app.auth.conditionallyRequiredScopes ?? [],
		targetUrl: hooks.settings.targetUrl,
		maxConcurrent: hooks.settings.maxConcurrentRequests ?? 10,
		subscriptions: subs.filter((s) => s.active),
	};
}

/** Everything the sandbox takes from the connector's configuration. */
export function readConnector(file) {
	const conf = parseConf(readFileSync(file, 'utf8'), file);
	for (const key of ['hubspot_client_id', 'hubspot_client_secret', 'hubspot_app_id', 'public_url', 'conf_dir'])
		if (conf[key] === undefined || conf[key] === '')
			throw new Error(`${file}: ${key} is missing`);
	return {
		clientId: String(conf.hubspot_client_id),
		clientSecret: String(conf.hubspot_client_secret),
		appId: Number(conf.hubspot_app_id),
		mailLogin: conf.smtp_user ? { user: String(conf.smtp_user), password: String(conf.smtp_password ?? '') } : null,
		publicUrl: String(conf.public_url).replace(/\/$/, ''),
		app: readApp(join(conf.conf_dir, 'hubspot-app'), String(conf.public_url)),
	};
}
