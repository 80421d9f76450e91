// Who may call impact.com, with which version, and how often.
import { Window } from '../hubspot/gate.mjs';
import { credentialsOf } from './accounts.mjs';

const VERSIONS = [11, 12, 13, 14];
const DAILY = 10;

/** A count of calls per key in windows of fixed length: each begun by its first call, or by the clock. */
class Windows {
	#open = new Map();

	/** {left, reset}: calls left after this one (-1: refused) and milliseconds until the window ends. */
	take(key, limit, ms, byClock) {
		const now = Date.now();
		let w = this.#open.get(key);
		if (!w || now >= w.from + ms || now < w.from)
			this.#open.set(key, w = { from: byClock ? now - now % ms : now, used: 0 });
		const left = w.used < limit ? limit - ++w.used : -1;
		return { left, reset: w.from + ms - now };
	}

	clear() {
		this.#open.clear();
	}
}

export class Gate {
	#w;
	#windows = new Windows();
	#sliding = new Window();

	constructor(w) {
		this.#w = w;
	}

	clear() {
		this.#windows.clear();
		this.#sliding.clear();
	}

	/** The credentials of a Basic header when SID and token belong together, else null. */
	credentials(q) {
		const m = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(q.headers.authorization ?? '');
		const pair = m ? Buffer.from(m[1], 'base64').toString('utf8') : '';
		const at = pair.indexOf(':');
		const found = credentialsOf(pair.slice(0, at));
		return found?.token === pair.slice(at + 1) ? found : null;
	}

	/** The version of a request, by header, parameter or token; NaN when there is none such. */
	version(q, key) {
		const version = Number(q.headers['ir-version'] ?? q.query.get('IrVersion') ?? key.version ?? 13);
		return VERSIONS.includes(version) ? version : NaN;
	}

	#take(key, limit, ms) {
		const kind = this.#w.settings.impact_window;
		if (kind !== 'sliding')
			return this.#windows.take(key, limit, ms, kind === 'clock');
		const left = this.#sliding.take(key, limit, ms);
		return { left, reset: this.#sliding.wait(key, ms) };
	}

	/** Counts a call of the group default, conversions or clickExport; false when it is one too many. Fills headers. */
	count(key, group, headers) {
		const { settings } = this.#w;
		if (group === 'conversions' && !settings.conversions_limited)
			return true;
		const day = group === 'clickExport';
		const limit = day ? DAILY : settings.impact_limit;
		const taken = this.#take(`${key.account}/${day ? group : ''}`, limit, settings.hour_seconds * (day ? 24000 : 1000));
		const [left, reset] = [taken.left, Math.max(1, Math.ceil(taken.reset / 1000))];
		const [limitText, leftText] = [String(limit), String(Math.max(0, left))];
		if (settings.limit_headers === 'hour') {
			headers['x-ratelimit-limit-hour'] = limitText;
			headers['x-ratelimit-remaining-hour'] = leftText;
			headers['x-ratelimit-reset'] = String(reset);
		} else {
			headers['X-RateLimit-Limit'] = limitText;
			headers['X-RateLimit-Remaining'] = leftText;
			headers['X-RateLimit-Reset'] = String(settings.limit_headers === 'epoch' ? Math.ceil(Date.now() / 1000) + reset : reset);
		}
		if (left < 0 && settings.retry_after)
			headers['Retry-After'] = String(reset);
		return left >= 0;
	}
}
