// The log of every API request: written when a request has arrived and again when its answer is known, so that
// after any crash it says what really reached the far end. Secrets never enter it.
import { createHash } from 'node:crypto';
import { existsSync, openSync, readFileSync, renameSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const KEEP = 50000;
const SECRET_FIELDS = /^(client_secret|refresh_token|access_token|code|token|code_verifier|client_assertion)$/;

const mark = (secret) => '#' + createHash('sha256').update(secret).digest('hex').slice(0, 10);

function cleanHeaders(headers) {
	const out = {};
	for (const [name, value] of Object.entries(headers)) {
		if (name === 'authorization') {
			const [scheme, rest = ''] = String(value).split(' ');
			out[name] = `${scheme} ${mark(rest)}`;
		} else if (name !== 'cookie') {
			out[name] = value;
		}
	}
	return out;
}

function cleanForm(text) {
	return text.split('&').map((pair) => {
		const [name, value = ''] = pair.split('=');
		return SECRET_FIELDS.test(name) ? `${name}=${encodeURIComponent(mark(decodeURIComponent(value)))}` : pair;
	}).join('&');
}

const cleanPath = (path) => path.replace(/(\/oauth\/v1\/(?:access|refresh)-tokens\/)([^/?]+)/, (_, a, t) => a + mark(t));

export class RequestLog {
	#file;
	#fd;
	entries = [];
	#byId = new Map();
	#nextId = 1;

	constructor(dir) {
		this.#file = join(dir, 'log.jsonl');
		if (existsSync(this.#file))
			for (const line of readFileSync(this.#file, 'utf8').split('\n'))
				this.#replay(line);
		writeFileSync(`${this.#file}.new`, this.entries.map((e) => JSON.stringify(e) + '\n').join(''));
		renameSync(`${this.#file}.new`, this.#file);
		this.#fd = openSync(this.#file, 'a');
	}

	/** A request has arrived in full. Returns its entry; end() completes it. */
	begin(q) {
		const oauth = q.path.startsWith('/oauth/');
		const text = q.body.toString('utf8').slice(0, 65536);
		const entry = {
			id: this.#nextId++,
			time: new Date().toISOString(),
			side: q.path.startsWith('/Advertisers/') ? 'impact' : 'hubspot',
			method: q.method,
			path: cleanPath(q.path),
			query: oauth ? cleanForm(q.search) : q.search,
			headers: cleanHeaders(q.headers),
			body: oauth ? cleanForm(text) : text,
			status: null,
		};
		this.#add(entry);
		this.#write(entry);
		return entry;
	}

	end(entry, more) {
		Object.assign(entry, more, { ms: Date.now() - Date.parse(entry.time) });
		this.#write({ id: entry.id, ...more, ms: entry.ms });
	}

	/** Entries by path prefix, method, side and id or time after which they came. */
	find({ path, method, side, since, limit } = {}) {
		const after = since === undefined ? null : /^\d+$/.test(since) ? Number(since) : String(since);
		const out = this.entries.filter((e) =>
			(!path || e.path.startsWith(path)) && (!method || e.method === method) && (!side || e.side === side)
			&& (after === null || (typeof after === 'number' ? e.id > after : e.time >= after)));
		return limit ? out.slice(-limit) : out;
	}

	clear() {
		this.entries = [];
		this.#byId.clear();
		truncateSync(this.#file, 0);
	}

	#add(entry) {
		this.entries.push(entry);
		this.#byId.set(entry.id, entry);
		if (this.entries.length > KEEP * 1.1) {
			for (const old of this.entries.splice(0, this.entries.length - KEEP))
				this.#byId.delete(old.id);
		}
	}

	#replay(line) {
		let row;
		try {
			row = JSON.parse(line);
		} catch {
			return;
		}
		const known = this.#byId.get(row.id);
		if (known)
			Object.assign(known, row);
		else if (row.method)
			this.#add(row);
		this.#nextId = Math.max(this.#nextId, row.id + 1);
	}

	#write(row) {
		writeSync(this.#fd, JSON.stringify(row) + '\n');
	}
}
