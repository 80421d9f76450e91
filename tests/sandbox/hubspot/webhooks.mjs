// Collects events, batches them, signs and sends them, and tries again when they are not answered well.
import http from 'node:http';
import https from 'node:https';
import { random } from '../random.mjs';
import { eventMaker } from './events.mjs';
import { v1, v2, v3 } from './signature.mjs';

const MAX_EVENTS = 100;
const KEEP = 5000;
const SCOPE = { '0-1': 'crm.objects.contacts.read', '0-2': 'crm.objects.companies.read', '0-3': 'crm.objects.deals.read', '0-8': 'crm.objects.line_items.read' };

function shuffle(list) {
	for (let i = list.length - 1; i > 0; i--) {
		const j = Math.floor(Math.random() * (i + 1));
		[list[i], list[j]] = [list[j], list[i]];
	}
	return list;
}

export class Webhooks {
	#w;
	#make;
	#waiting = new Map();
	#inFlight = new Map();
	#timer;
	#quiet = false;

	constructor(w) {
		this.#w = w;
		this.#make = eventMaker(w.conf.app);
		for (const row of w.store.table('webhook').values())
			if (row.state === 'sending')
				w.store.put('webhook', row.id, { ...row, state: 'waiting', due: Date.now() });
		this.#timer = setInterval(() => this.#pump(), 100);
		this.#timer.unref?.();
	}

	stop() {
		clearInterval(this.#timer);
	}

	created(rec, props, source, at) { this.#collect(rec.portalId, this.#make.created(rec, props, source, at)); }
	changed(rec, props, source, at) { this.#collect(rec.portalId, this.#make.changed(rec, props, source, at)); }
	deleted(rec, source, privacy) { this.#collect(rec.portalId, this.#make.deleted(rec, source, privacy)); }
	restored(rec, source) { this.#collect(rec.portalId, this.#make.restored(rec, source)); }
	merged(a, b, moved, source) { this.#collect(a.portalId, this.#make.merged(a, b, moved, source)); }
	associated(portalId, from, fromId, to, toId, what, source) {
		this.#collect(Number(portalId), this.#make.associated(Number(portalId), from, fromId, to, toId, what, source));
	}

	/** Sends events as given, signed and batched: what a test wants to say word for word. */
	inject(portalId, events) {
		this.#collect(Number(portalId), events, true);
	}

	/** What `work` changes is told to nobody: records that were there before the app was. */
	quietly(work) {
		this.#quiet = true;
		try {
			return work();
		} finally {
			this.#quiet = false;
		}
	}

	/**
	 * A storm: every event leaves 1 to `times` times, in batches of up to 100, in any order, within `overMs`.
	 * The same seed gives the same storm. Returns how many webhooks that are.
	 */
	storm(portalId, events, { times = 1, overMs = 0, seed = 1 }) {
		const chance = random(seed);
		const copies = chance.shuffle(events.flatMap((e) => Array.from({ length: chance.between(1, times) }, () => e)));
		let n = 0;
		for (let at = 0; at < copies.length; n++) {
			const size = chance.between(1, MAX_EVENTS);
			const part = copies.slice(at, at + size).map((e) => ({ eventId: chance.between(0, 4294967295), appId: this.#w.conf.appId, ...e }));
			this.#queue(portalId, part, chance.between(0, overMs));
			at += size;
		}
		this.#trim();
		this.#pump();
		return n;
	}

	#queue(portalId, events, inMs) {
		const { store } = this.#w;
		const id = store.next('webhook');
		store.put('webhook', id, { id, portalId: Number(portalId), events, state: 'waiting', due: Date.now() + inMs, attempts: [] });
	}

	#collect(portalId, events, raw = false) {
		const install = this.#w.oauth.install(portalId);
		if (this.#quiet || !events.length || !this.#w.settings.webhooks || !install)
			return;
		const granted = raw ? events : events.filter((e) => {
			const scope = SCOPE[e.objectTypeId ?? e.fromObjectTypeId];
			return !scope || install.scopes.includes(scope);
		});
		const full = granted.map((e) => ({ eventId: Math.floor(Math.random() * 4294967296), appId: this.#w.conf.appId, ...e }));
		let box = this.#waiting.get(portalId);
		if (!box) {
			this.#waiting.set(portalId, box = []);
			setTimeout(() => this.#flush(portalId), this.#w.settings.batch_ms);
		}
		// also kept on disk, so that a kill between the change and the webhook loses nothing
		for (const e of full) {
			const key = String(this.#w.store.next('event'));
			this.#w.store.put('event', key, e);
			box.push([key, e]);
		}
	}

	#flush(portalId) {
		const box = this.#waiting.get(portalId) ?? [];
		this.#waiting.delete(portalId);
		const { settings, store } = this.#w;
		const list = shuffle(box.slice());
		if (!settings.out_of_order)
			list.sort((a, b) => a[1].occurredAt - b[1].occurredAt);
		for (let i = 0; i < list.length; i += MAX_EVENTS) {
			const part = list.slice(i, i + MAX_EVENTS);
			for (let copy = 0; copy < (settings.doubled ? 2 : 1); copy++) {
				const late = settings.out_of_order ? Math.floor(Math.random() * 1500) : copy * 150;
				this.#queue(portalId, part.map(([, e]) => e), late);
			}
			for (const [key] of part)
				store.del('event', key);
		}
		this.#trim();
		this.#pump();
	}

	/** Events that were collected when the sandbox was killed. */
	resume() {
		const byPortal = new Map();
		for (const [key, e] of this.#w.store.table('event'))
			byPortal.set(e.portalId, [...(byPortal.get(e.portalId) ?? []), [key, e]]);
		for (const [portalId, box] of byPortal) {
			this.#waiting.set(portalId, box);
			this.#flush(portalId);
		}
	}

	#trim() {
		const { store } = this.#w;
		const rows = store.table('webhook');
		for (const [key, row] of rows) {
			if (rows.size <= KEEP)
				break;
			if (row.state === 'done' || row.state === 'given up')
				store.del('webhook', key);
		}
	}

	list() {
		return [...this.#w.store.table('webhook').values()];
	}

	clear() {
		this.#waiting.clear();
		this.#w.store.clear('event');
		this.#w.store.clear('webhook');
	}

	#pump() {
		const now = Date.now();
		for (const row of this.#w.store.table('webhook').values()) {
			if (row.state !== 'waiting' || row.due > now)
				continue;
			const busy = this.#inFlight.get(row.portalId) ?? 0;
			if (busy >= this.#w.conf.app.maxConcurrent)
				continue;
			this.#inFlight.set(row.portalId, busy + 1);
			this.#send(row);
		}
	}

	async #send(row) {
		const { store, settings } = this.#w;
		const attempt = row.attempts.length;
		const at = Date.now();
		store.put('webhook', row.id, { ...row, state: 'sending' });
		const result = await this.#post(JSON.stringify(row.events.map((e) => ({ ...e, attemptNumber: attempt }))));
		this.#inFlight.set(row.portalId, this.#inFlight.get(row.portalId) - 1);
		if (!store.get('webhook', row.id))
			return; // cleared meanwhile
		const attempts = [...row.attempts, { number: attempt, at: new Date(at).toISOString(), ms: Date.now() - at, ...result }];
		const plan = settings.retry_ms.split(' ').map(Number);
		const ok = result.status >= 200 && result.status < 300;
		const over = attempt >= Math.min(10, plan.length) || !this.#w.oauth.install(row.portalId);
		const state = ok ? 'done' : over ? 'given up' : 'waiting';
		store.put('webhook', row.id, { ...row, attempts, state, due: Date.now() + (plan[attempt] ?? 0) * (0.9 + Math.random() * 0.2) });
		this.#pump();
	}

	#headers(body) {
		const { clientSecret, app } = this.#w.conf;
		const kind = this.#w.settings.webhook_signature;
		const secret = kind === 'bad' ? `${clientSecret}-wrong` : clientSecret;
		const stamp = Date.now() - (kind === 'old' ? 600000 : 0);
		const headers = { 'content-type': 'application/json', 'user-agent': 'HubSpot Connect 2.0 (sandbox) - WebHooks', 'content-length': Buffer.byteLength(body) };
		if (kind === 'v2')
			return { ...headers, 'x-hubspot-signature': v2(secret, 'POST', app.targetUrl, body), 'x-hubspot-signature-version': 'v2' };
		Object.assign(headers, { 'x-hubspot-signature': v1(secret, body), 'x-hubspot-signature-version': 'v1' });
		if (kind !== 'v1')
			Object.assign(headers, { 'x-hubspot-signature-v3': v3(secret, 'POST', app.targetUrl, body, stamp), 'x-hubspot-request-timestamp': String(stamp) });
		return headers;
	}

	#post(body) {
		const url = new URL(this.#w.conf.app.targetUrl);
		const timeout = this.#w.settings.webhook_timeout_ms;
		return new Promise((resolve) => {
			const req = (url.protocol === 'https:' ? https : http).request(url, {
				method: 'POST', headers: this.#headers(body), agent: false, autoSelectFamily: true, ca: this.#w.ca,
			}, (res) => {
				let text = '';
				res.setEncoding('utf8');
				res.on('data', (part) => { text = (text + part).slice(0, 500); });
				res.on('end', () => finish({ status: res.statusCode, answer: text }));
				res.on('error', (err) => finish({ status: 0, error: err.code ?? err.message }));
			});
			const clock = setTimeout(() => req.destroy(new Error(`no answer within ${timeout} ms`)), timeout);
			const finish = (result) => {
				clearTimeout(clock);
				resolve(result);
			};
			req.on('error', (err) => finish({ status: 0, error: err.code ?? err.message }));
			req.end(body);
		});
	}
}
