// Sends webhooks: signed, so many at a time for an account, again when they are not answered well.
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { Journal } from '../journal.mjs';
import { v1, v2, v3 } from './signature.mjs';

const KEEP = 5000;
const TRIES = 10;

/**
 * The rows of all webhooks are in two tables: what is sent, once, and what became of it. webhooks.jsonl forgets none of
 * them: a line {id, portalId, events} when it is made, one {id, state, attempt} after each attempt.
 */
export class Delivery {
	#w;
	#log;
	#ready = new Map(); // account -> ids that are due
	#busy = new Map();
	#timers = new Set();
	#sending = new Set();
	#over = [];

	/** w: the world, with conf, store, settings and oauth. */
	constructor(w) {
		this.#w = w;
		this.#log = new Journal(join(w.dir, 'webhooks.jsonl'));
		for (const [id] of w.store.table('webhook'))
			if (this.#ended(id))
				this.#over.push(id);
			else
				this.#later(id, 0);
	}

	stop() {
		this.#timers.forEach(clearTimeout);
		this.#timers.clear();
	}

	close() {
		this.stop();
		this.#log.close();
	}

	/** A webhook that leaves in so many milliseconds. */
	add(portalId, events, inMs = 0) {
		const { store } = this.#w;
		const id = String(store.next('webhook'));
		this.#log.append(store.put('webhook', id, { id: Number(id), portalId: Number(portalId), events }));
		this.#later(id, inMs);
	}

	#row(id) {
		const { store } = this.#w;
		const past = store.get('delivery', id) ?? { state: 'waiting', attempts: [] };
		return { ...store.get('webhook', id), ...past, state: this.#sending.has(id) ? 'sending' : past.state };
	}

	#ended = (id) => ['done', 'given up'].includes(this.#w.store.get('delivery', id)?.state);

	/** [{id, portalId, events, state: waiting, sending, done or given up, attempts}] */
	list() {
		return [...this.#w.store.table('webhook').keys()].map((id) => this.#row(id));
	}

	/** How many have not ended yet. */
	get open() {
		return this.#w.store.table('webhook').size - this.#over.length;
	}

	/** The last n of an account, without a look at the others' events. */
	last(portalId, n) {
		const ids = [...this.#w.store.table('webhook')].filter(([, row]) => row.portalId === portalId).slice(-n).map(([id]) => id);
		return ids.map((id) => this.#row(id));
	}

	clear() {
		this.stop();
		this.#ready.clear();
		this.#over = [];
		this.#w.store.clear('webhook');
		this.#w.store.clear('delivery');
		this.#log.empty();
	}

	#later(id, ms) {
		const timer = setTimeout(() => {
			this.#timers.delete(timer);
			const row = this.#w.store.get('webhook', id);
			if (!row)
				return; // cleared meanwhile
			if (!this.#ready.has(row.portalId))
				this.#ready.set(row.portalId, []);
			this.#ready.get(row.portalId).push(id);
			this.#next(row.portalId);
		}, ms);
		timer.unref?.();
		this.#timers.add(timer);
	}

	#next(portalId) {
		const ready = this.#ready.get(portalId);
		while (ready?.length && (this.#busy.get(portalId) ?? 0) < this.#w.conf.app.maxConcurrent) {
			const id = ready.shift();
			if (this.#w.store.get('webhook', id))
				this.#send(id, portalId);
		}
	}

	async #send(id, portalId) {
		const { store, settings } = this.#w;
		this.#busy.set(portalId, (this.#busy.get(portalId) ?? 0) + 1);
		this.#sending.add(id);
		const past = store.get('delivery', id)?.attempts ?? [];
		const attempt = past.length;
		const at = Date.now();
		const events = store.get('webhook', id).events.map((e) => ({ ...e, attemptNumber: attempt }));
		const result = await this.#post(JSON.stringify(events));
		this.#busy.set(portalId, this.#busy.get(portalId) - 1);
		this.#sending.delete(id);
		if (store.get('webhook', id) && !store.closed) {
			const plan = settings.retry_ms.split(' ').map(Number);
			const ok = result.status >= 200 && result.status < 300;
			const over = attempt >= Math.min(TRIES, plan.length) || !this.#w.oauth.install(portalId);
			const told = { number: attempt, at: new Date(at).toISOString(), ms: Date.now() - at, ...result };
			const { state } = store.put('delivery', id, { state: ok ? 'done' : over ? 'given up' : 'waiting', attempts: [...past, told] });
			this.#log.append({ id: Number(id), state, attempt: told });
			if (ok || over)
				this.#end(id);
			else
				this.#later(id, plan[attempt] * (0.9 + Math.random() * 0.2));
		}
		this.#next(portalId);
	}

	/** The oldest of too many finished ones are forgotten. */
	#end(id) {
		this.#over.push(id);
		while (this.#over.length > KEEP) {
			const old = this.#over.shift();
			this.#w.store.del('webhook', old);
			this.#w.store.del('delivery', old);
		}
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
