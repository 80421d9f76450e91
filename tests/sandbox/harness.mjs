// What the sandbox's own tests share: a sandbox on free ports in its own folder, and a client for it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiHandler } from './api.mjs';
import { ensureCa } from './ca.mjs';
import { readApp } from './conf.mjs';
import { serve } from './http.mjs';
import { serveMail } from './mail.mjs';
import { siteHandler } from './pages/site.mjs';
import { closeWorld, makeWorld } from './world.mjs';

export const SECRET = '7a1c9b52-0f4e-4c39-9d1e-5b8f0c2d6e41';
export const NORTHWIND = 48975575;
const APP_DIR = fileURLToPath(new URL('../../conf/hubspot-app', import.meta.url));

/** One request; the answer with its body parsed when it is JSON. */
export function request(url, { method = 'GET', headers = {}, body, ca } = {}) {
	const at = new URL(url);
	return new Promise((resolve, reject) => {
		const sized = body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) }; // DELETE has none by itself
		const req = (at.protocol === 'https:' ? https : http).request(at, { method, headers: sized, ca, agent: false }, (res) => {
			const parts = [];
			res.on('data', (part) => parts.push(part));
			res.on('error', reject);
			res.on('aborted', () => reject(Object.assign(new Error('cut'), { code: 'CUT' })));
			res.on('end', () => {
				const text = Buffer.concat(parts).toString('utf8');
				let json = null;
				try {
					json = JSON.parse(text);
				} catch { /* not JSON */ }
				resolve({ status: res.statusCode, headers: res.headers, text, json });
			});
		});
		req.on('error', reject);
		req.end(body);
	});
}

/** An app that may read and write everything, and hears of everything by classic and generic subscriptions if wanted. */
export function writerApp(publicUrl = 'http://localhost:9', subscriptions = []) {
	const objects = ['contacts', 'companies', 'deals', 'line_items', 'products', 'quotes', 'orders', 'leads', 'invoices', 'subscriptions'];
	const scopes = objects.flatMap((o) => [`crm.objects.${o}.read`, `crm.objects.${o}.write`]);
	const schemas = ['contacts', 'companies', 'deals'].map((o) => `crm.schemas.${o}.write`);
	return {
		name: 'Writer', redirectUrls: [`${publicUrl}/oauth/hubspot/callback`], requiredScopes: ['oauth', 'tickets', 'e-commerce', 'crm.objects.owners.read', ...scopes, ...schemas],
		optionalScopes: [], conditionalScopes: [], targetUrl: `${publicUrl}/webhooks/hubspot`, maxConcurrent: 10,
		subscriptions: subscriptions.map((s, i) => ({ id: i + 1, generic: s.subscriptionType.startsWith('object.'), ...s })) };
}

/** A receiver of webhooks: answer decides the status of each call. */
export async function receiver(answer = () => 200) {
	const calls = [];
	const server = http.createServer((req, res) => {
		const parts = [];
		req.on('data', (part) => parts.push(part));
		req.on('end', () => {
			const raw = Buffer.concat(parts);
			calls.push({ headers: req.headers, url: req.url, raw, events: JSON.parse(raw.toString('utf8')) });
			res.writeHead(answer(calls.length));
			res.end();
		});
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	return { calls, url: `http://localhost:${server.address().port}`, close: () => { server.close(); server.closeAllConnections?.(); } };
}

export async function until(check, ms = 5000) {
	const end = Date.now() + ms;
	for (;;) {
		const value = await check();
		if (value)
			return value;
		if (Date.now() > end)
			throw new Error('waited in vain');
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

let sharedCa;

/** Starts a sandbox; publicUrl is where its webhooks go. */
export async function sandbox({ publicUrl = 'http://localhost:9', start = {}, dir, app } = {}) {
	const own = dir ?? mkdtempSync(join(tmpdir(), 'sandbox-'));
	sharedCa ??= ensureCa(mkdtempSync(join(tmpdir(), 'sandbox-ca-')));
	const conf = { clientId: 'sandbox-client', clientSecret: SECRET, appId: 39522895, publicUrl, app: app ?? readApp(APP_DIR, publicUrl) };
	const w = makeWorld({ conf, dir: own, start: { judge_ms: 100, batch_ms: 20, retry_ms: '20 20 20', ...start } });
	const api = await serve(apiHandler(w), 0, sharedCa);
	const pages = await serve(siteHandler(w), 0);
	const mail = await serveMail(w.mail, 0, sharedCa, { user: 'connector', password: 'relay secret' });
	const ca = readFileSync(sharedCa.caFile);
	const site = `http://localhost:${pages.port}`;
	const base = `https://localhost:${api.port}`;
	const box = {
		w, site, base, ca, mailPort: mail.port, dir: own,
		api: (method, path, { token, json, form, headers = {} } = {}) => request(base + path, {
			method, ca,
			headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(json ? { 'content-type': 'application/json' } : {}),
				...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}), ...headers },
			body: json ? JSON.stringify(json) : form ? new URLSearchParams(form).toString() : undefined,
		}),
		control: async (method, path, json) => {
			const res = await request(`${site}/control${path}`, { method, headers: { 'content-type': 'application/json' }, body: json ? JSON.stringify(json) : undefined });
			if (res.status !== 200)
				throw new Error(`${path}: ${res.status} ${res.text}`);
			return res.json;
		},
		close: (keep) => {
			api.close();
			pages.close();
			mail.close();
			closeWorld(w);
			if (!keep && !dir)
				rmSync(own, { recursive: true });
		},
	};
	box.authorizeUrl = (changes = {}) => `${site}/oauth/authorize?${new URLSearchParams({
		client_id: 'sandbox-client', redirect_uri: `${publicUrl}/oauth/hubspot/callback`, scope: conf.app.requiredScopes.join(' '), state: 's/1 ?&', ...changes })}`;
	box.tokenForm = (more) => ({ client_id: 'sandbox-client', client_secret: SECRET, ...more });
	box.install = async (portalId = NORTHWIND) => {
		const { location } = await box.control('POST', '/oauth/approve', { portalId, url: box.authorizeUrl() });
		const code = new URL(location).searchParams.get('code');
		return (await box.api('POST', '/oauth/2026-09/token', { form: box.tokenForm({ grant_type: 'authorization_code', code, redirect_uri: `${publicUrl}/oauth/hubspot/callback` }) })).json;
	};
	return box;
}

/** impact.com with the credentials of one note word: "full", "no-company"... */
export function impactClient(box, token = 'sandbox-token-acme-full', sid = 'IRacmeFULL7Q2mXv90LkT4bWz6RdYp1sN8') {
	const auth = `Basic ${Buffer.from(`${sid}:${token}`).toString('base64')}`;
	return (method, path, form, headers = {}) => box.api(method, path.startsWith('/Advertisers') ? path : `/Advertisers/${sid}${path}`,
		{ form, headers: { authorization: auth, accept: 'application/json', 'ir-version': '14', ...headers } });
}
