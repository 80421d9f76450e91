// Who may call, how often, and with which scopes; and when an account or its records are not to be had at all.
import { HubspotError, expired, locked, missingScopes, moving, rateLimited, unauthorized } from './errors.mjs';

const TEN_S = 10000;
const DAY = 86400000;

/** Times of the calls of a sliding window, by key. */
export class Window {
	#calls = new Map();

	/** How many calls are left after this one (or these n), or -1. */
	take(key, limit, ms, n = 1) {
		const now = Date.now();
		let calls = this.#calls.get(key);
		if (!calls)
			this.#calls.set(key, calls = { times: [], head: 0 });
		while (calls.head < calls.times.length && calls.times[calls.head] <= now - ms)
			calls.head++;
		if (calls.head > 1000 && calls.head * 2 > calls.times.length) {
			calls.times.splice(0, calls.head);
			calls.head = 0;
		}
		const used = calls.times.length - calls.head;
		if (used + n > limit)
			return -1;
		for (let i = 0; i < n; i++)
			calls.times.push(now);
		return limit - used - n;
	}

	/** Milliseconds until the oldest call of the window leaves it. */
	wait(key, ms) {
		const calls = this.#calls.get(key);
		const oldest = calls?.times[calls.head];
		return oldest === undefined ? ms : Math.max(0, oldest + ms - Date.now());
	}

	clear() {
		this.#calls.clear();
	}
}

export class Gate {
	#w;
	#burst = new Window();
	#search = new Window();
	#links = new Window();
	#upserts = new Window();
	#days = new Map();
	#locks = new Map();

	constructor(w) {
		this.#w = w;
	}

	clear() {
		for (const window of [this.#burst, this.#search, this.#links, this.#upserts])
			window.clear();
		this.#days.clear();
		this.#locks.clear();
	}

	/**
	 * The token's row, or a thrown error; headers gets the rate limit headers. limit: search (a limit of its own),
	 * links (one more), batch-links (only that), nothing (the general one).
	 */
	enter(q, limit, headers) {
		const { row, expired: at } = this.#w.oauth.bearer(q.headers.authorization);
		if (at)
			throw expired(at);
		if (!row)
			throw unauthorized();
		const until = this.#w.store.get('account', row.portalId)?.movingUntil ?? 0;
		if (until > Date.now())
			throw moving(Math.ceil((until - Date.now()) / 1000));
		if (limit === 'search')
			this.#take(this.#search, row.portalId, this.#w.settings.search_limit, 1000, 'SECONDLY');
		else if (limit !== 'batch-links')
			this.#general(row.portalId, headers);
		if (limit === 'links' || limit === 'batch-links') {
			this.#take(this.#links, row.portalId, this.#w.settings.association_limit, TEN_S, 'TEN_SECONDLY_ROLLING');
			this.#daily(`links|${row.portalId}`, this.#w.settings.association_daily);
		}
		return row;
	}

	#take(window, key, limit, ms, policy) {
		const left = window.take(key, limit, ms);
		if (left < 0)
			throw rateLimited(policy);
		return left;
	}

	#general(portalId, headers) {
		const { hubspot_limit: limit, daily_limit: daily } = this.#w.settings;
		const left = this.#burst.take(portalId, limit, TEN_S);
		Object.assign(headers, {
			'x-hubspot-ratelimit-max': String(limit), 'x-hubspot-ratelimit-remaining': String(Math.max(0, left)),
			'x-hubspot-ratelimit-interval-milliseconds': String(TEN_S) });
		if (left < 0)
			throw rateLimited('TEN_SECONDLY_ROLLING');
		if (daily > 0)
			this.#daily(portalId, daily, headers);
	}

	#daily(key, limit, headers) {
		const day = Math.floor(Date.now() / DAY);
		const row = this.#days.get(key);
		const n = row?.day === day ? row.n + 1 : 1;
		this.#days.set(key, { day, n });
		if (headers)
			Object.assign(headers, { 'x-hubspot-ratelimit-daily': String(limit), 'x-hubspot-ratelimit-daily-remaining': String(Math.max(0, limit - n)) });
		if (n > limit)
			throw rateLimited('DAILY');
	}

	/** Refused while records of this object are locked. */
	unlocked(portalId, type) {
		if ((this.#locks.get(`${portalId}|${type}`) ?? 0) > Date.now())
			throw locked();
	}

	/** So many records are upserted: a great many within ten seconds lock the object for a while. */
	upserts(portalId, type, n) {
		const key = `${portalId}|${type}`;
		const { lock_upserts: most, lock_ms: ms } = this.#w.settings;
		if (this.#upserts.take(key, most, TEN_S, n) >= 0)
			return;
		this.#locks.set(key, Date.now() + ms);
		this.#upserts.take(key, Infinity, 0);
		throw locked();
	}
}

/** One of the scopes is enough. */
export function anyScope(row, scopes) {
	if (!scopes.some((s) => row.scopes.includes(s)))
		throw missingScopes(scopes);
}

/** JSON body as an object or a list, or HubSpot's complaint. */
export function jsonBody(q) {
	if (q.type !== 'application/json')
		throw new HubspotError(415, { message: 'Content-Type must be application/json' });
	let body;
	try {
		body = q.json();
	} catch {
		throw new HubspotError(400, { message: 'Invalid input JSON on line 1, column 1', category: 'VALIDATION_ERROR' });
	}
	if (body === null || typeof body !== 'object')
		throw new HubspotError(400, { message: 'The body must be a JSON object', category: 'VALIDATION_ERROR' });
	return body;
}
