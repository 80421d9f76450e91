// A person at a browser, without the browser: keeps cookies, comes from the site's own pages, logs in through HubSpot.
import assert from 'node:assert/strict';
import { URL_BASE, request, until } from './env.mjs';
import { control } from './sandbox.mjs';

export class Person {
	cookies = new Map();
	csrf = '';

	#keep(res) {
		for (const line of res.headers['set-cookie'] ?? []) {
			const [pair, ...attributes] = line.split(';').map((s) => s.trim());
			const at = pair.indexOf('=');
			const ended = attributes.some((a) => /^max-age=0$/i.test(a));
			if (ended)
				this.cookies.delete(pair.slice(0, at));
			else
				this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
		}
		return res;
	}

	cookieHeader() {
		return [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
	}

	async call(method, path, body, headers = {}) {
		const all = { cookie: this.cookieHeader(), ...(method === 'GET' ? {} : {
			'content-type': 'application/json', origin: URL_BASE, 'x-csrf-token': this.csrf }), ...headers };
		for (const name of Object.keys(all))
			if (all[name] === undefined || all[name] === '')
				delete all[name];
		return this.#keep(await request(URL_BASE + path, {
			method, headers: all, body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body) }));
	}

	/** GET that must work; gives the answer's JSON. */
	async get(path) {
		const res = await this.call('GET', path);
		assert.equal(res.status, 200, `GET ${path}: ${res.status} ${res.text}`);
		return res.json;
	}

	post(path, body = {}, headers) { return this.call('POST', path, body, headers); }
	put(path, body, headers) { return this.call('PUT', path, body, headers); }

	/** "Click here to log in through HubSpot": HubSpot's address that it leads to. */
	async begin() {
		const res = await this.call('GET', '/oauth/start');
		assert.equal(res.status, 302, res.text);
		return res.headers.location;
	}

	/** HubSpot's pages up to "Connect app" (or "Cancel"): the path with the answer. */
	async approve(authorizeUrl, portalId, { userId, cancel = false } = {}) {
		const { location } = await control('POST', '/oauth/approve', { url: authorizeUrl, portalId, userId, cancel });
		assert.ok(location.startsWith(`${URL_BASE}/oauth/hubspot/callback?`), location);
		return location.slice(URL_BASE.length);
	}

	/** The whole way in; gives the path where the person ends. */
	async login(portalId, options) {
		const back = await this.approve(await this.begin(), portalId, options);
		const res = await this.call('GET', back);
		assert.equal(res.status, 303, res.text);
		if (!res.headers.location.includes('problem='))
			this.csrf = (await this.get('/api/session')).csrf_token;
		return res.headers.location;
	}

	config() { return this.get('/api/config'); }

	/** Saves an edit of the current document; `edit` changes the document in place. */
	async configure(edit) {
		const { revision, document } = await this.config();
		edit(document);
		return this.put('/api/config', { revision, document });
	}

	async activity(query = '') { return this.get(`/api/activity?limit=100${query}`); }

	/** Decisions about one record, newest first. */
	async decisions(objectId, object = 'deals') {
		return (await this.activity(`&object=${object}`)).rows.filter((r) => r.object_id === String(objectId));
	}

	/** The decision about a record that `fits`, as soon as there is one. */
	decision(objectId, fits, { what = 'a decision', s = 30, object = 'deals' } = {}) {
		let seen = [];
		return until(`${what} of record ${objectId}`, async () => {
			seen = await this.decisions(objectId, object);
			return seen.find(fits);
		}, { s }).catch((err) => {
			throw new Error(`${err.message}; there were: ${seen.map((r) => `${r.outcome} ${r.state} ${r.code} ${r.sentence}`).join(' | ') || 'none'}`);
		});
	}

	/** The decision whose conversion has its verdict. */
	verdict(objectId, options) {
		return this.decision(objectId, (r) => ['CONFIRMED', 'REJECTED', 'DEAD'].includes(r.state), { what: 'a verdict', s: 90, ...options });
	}
}
