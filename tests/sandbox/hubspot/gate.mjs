// Who may call, how often, and with which scopes.
import { randomUUID } from 'node:crypto';
import { HubspotError, expired, missingScopes, rateLimited, unauthorized } from './errors.mjs';

/** Times of the calls of a sliding window, by key. */
export class Window {
	#calls = new Map();

	/** How many calls are left after this one, or -1. */
	take(key, limit, ms) {
		const now = Date.now();
		const calls = (this.#calls.get(key) ?? []).filter((t) => t > now - ms);
		this.#calls.set(key, calls);
		if (calls.length >= limit)
			return -1;
		calls.push(now);
		return limit - calls.length;
	}

	/** Milliseconds until the oldest call of the window leaves it. */
	wait(key, ms) {
		const oldest = this.#calls.get(key)?.[0];
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

	constructor(w) {
		this.#w = w;
	}

	clear() {
		this.#burst.clear();
		this.#search.clear();
	}

	/** The token's row, or a thrown error; headers gets the rate limit headers. */
	enter(q, limit, headers) {
		headers['x-hubspot-correlation-id'] = randomUUID();
		const { row, expired: at } = this.#w.oauth.bearer(q.headers.authorization);
		if (at)
			throw expired(at);
		if (!row)
			throw unauthorized();
		const { settings } = this.#w;
		if (limit === 'search') {
			if (this.#search.take(row.portalId, settings.search_limit, 1000) < 0)
				throw rateLimited('SECONDLY', 'You have reached your secondly limit.');
		} else if (limit !== 'free') {
			const left = this.#burst.take(row.portalId, settings.hubspot_limit, 10000);
			headers['x-hubspot-ratelimit-max'] = String(settings.hubspot_limit);
			headers['x-hubspot-ratelimit-remaining'] = String(Math.max(0, left));
			headers['x-hubspot-ratelimit-interval-milliseconds'] = '10000';
			if (left < 0)
				throw rateLimited('TEN_SECONDLY_ROLLING', 'You have reached your ten_secondly_rolling limit.');
		}
		return row;
	}
}

/** One of the scopes is enough. */
export function anyScope(row, scopes) {
	if (!scopes.some((s) => row.scopes.includes(s)))
		throw missingScopes(scopes);
}

/** JSON body as an object, or HubSpot's complaint. */
export function jsonBody(q) {
	if (q.type !== 'application/json')
		throw new HubspotError(415, { message: 'Content-Type must be application/json' });
	try {
		return q.json();
	} catch {
		throw new HubspotError(400, { message: 'Invalid input JSON on line 1, column 1', category: 'VALIDATION_ERROR' });
	}
}
