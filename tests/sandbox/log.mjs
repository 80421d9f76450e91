// The log of every API request: written when a request has arrived and again when its answer is known, so that
// after any crash it says what really reached the far end. Secrets never enter it.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Journal } from './journal.mjs';

const KEEP = 50000;
const SECRET_FIELDS = /^(client_secret|refresh_token|access_token|code|token|code_verifier|client_assertion)$/;

const marks = new Map();

/** The start of a secret's SHA-256; the same few come with every request. */
function mark(secret) {
	let found = marks.get(secret);
	if (!found) {
		found = `#${createHash('sha256').update(secret).digest('hex').slice(0, 10)}`;
		if (marks.size > 10000)
			marks.clear();
		marks.set(secret, found);
	}
	return found;
}

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

/** The beginning of a text, without keeping the whole of it in memory. */
const cut = (text, length) => text.length > length ? Buffer.from(text.slice(0, length), 'utf8').toString('utf8') : text;

const cleanPath = (path) => path.replace(/(\/oauth\/v1\/(?:access|refresh)-tokens\/)([^/?]+)/, (_, a, t) => a + mark(t));

export class RequestLog {
	#file;
	#journal;
	entries = [];
	#nextId = 1;

	constructor(dir) {
		this.#file = join(dir, 'log.jsonl');
		const byId = new Map();
		if (existsSync(this.#file))
			for (const line of readFileSync(this.#file, 'utf8').split('\n'))
				this.#replay(line, byId);
		writeFileSync(`${this.#file}.new`, this.entries.map((e) => JSON.stringify(e) + '\n').join(''));
		renameSync(`${this.#file}.new`, this.#file);
		this.#journal = new Journal(this.#file);
	}

	/** A request has arrived in full. Returns its entry; end() completes it. */
	begin(q) {
		const oauth = q.path.startsWith('/oauth/');
		const text = cut(q.body.toString('utf8'), 65536);
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
		this.#journal.empty();
	}

	close() {
		this.#journal.close();
	}

	#add(entry) {
		this.entries.push(entry);
		if (this.entries.length > KEEP * 1.1)
			this.entries.splice(0, this.entries.length - KEEP);
	}

	#replay(line, byId) {
		let row;
		try {
			row = JSON.parse(line);
		} catch {
			return;
		}
		const known = byId.get(row.id);
		if (known) {
			Object.assign(known, row);
		} else if (row.method) {
			byId.set(row.id, row);
			this.#add(row);
		}
		this.#nextId = Math.max(this.#nextId, row.id + 1);
	}

	#write(row) {
		this.#journal.append(row);
	}
}
