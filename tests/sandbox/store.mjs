// The sandbox's memory: tables of JSON rows, every change one line of a journal. A line is written before the
// answer leaves, so that a kill -9 loses nothing that somebody was told.
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Journal } from './journal.mjs';

const COMPACT_AT = 128 * 1024 * 1024;
const PART = 8 * 1024 * 1024;
const BLOCK = 50;

export class Store {
	#tables = new Map();
	#file;
	#journal = null;
	#reserved = new Map();
	closed = false;

	constructor(dir) {
		mkdirSync(dir, { recursive: true });
		this.#file = join(dir, 'state.jsonl');
		if (existsSync(this.#file))
			for (const line of readFileSync(this.#file, 'utf8').split('\n'))
				this.#replay(line);
		this.#compact();
	}

	/** The rows of one table, by key. Change them through put and del only. */
	table(name) {
		let t = this.#tables.get(name);
		if (!t)
			this.#tables.set(name, t = new Map());
		return t;
	}

	get(name, key) {
		return this.table(name).get(String(key));
	}

	put(name, key, row) {
		this.table(name).set(String(key), row);
		this.#write([name, String(key), row]);
		return row;
	}

	del(name, key) {
		if (this.table(name).delete(String(key)))
			this.#write([name, String(key)]);
	}

	clear(name) {
		const keys = [...this.table(name).keys()];
		if (keys.length)
			this.delAll(name, keys);
	}

	/** Many rows of a table at once, one line. */
	delAll(name, keys) {
		const table = this.table(name);
		for (const key of keys)
			table.delete(String(key));
		this.#write([name, keys]);
	}

	/** The next number of a counter that survives a restart; numbers are put aside in blocks, a restart skips the rest of one. */
	next(counter, first = 1) {
		const row = this.#reserved.get(counter) ?? { next: this.get('counter', counter) ?? first, end: 0 };
		if (row.next >= row.end) {
			row.end = row.next + BLOCK;
			this.put('counter', counter, row.end);
			this.#reserved.set(counter, row);
		}
		return row.next++;
	}

	close() {
		this.closed = true;
		this.#journal.close();
	}

	#write(entry) {
		this.#journal.append(entry);
		if (this.#journal.written > COMPACT_AT)
			this.#compact();
	}

	#replay(line) {
		let entry;
		try {
			entry = JSON.parse(line);
		} catch {
			return; // the last line of a killed process may be cut
		}
		if (entry.length === 2)
			[entry[1]].flat().forEach((key) => this.table(entry[0]).delete(key));
		else
			this.table(entry[0]).set(entry[1], entry[2]);
	}

	/** The journal becomes the present rows and nothing else. */
	#compact() {
		const file = openSync(`${this.#file}.new`, 'w');
		let text = ''; // in parts: all of it may be longer than a string can be
		for (const [name, rows] of this.#tables)
			for (const [key, row] of rows) {
				text += JSON.stringify([name, key, row]) + '\n';
				if (text.length > PART) {
					writeFileSync(file, text);
					text = '';
				}
			}
		writeFileSync(file, text);
		closeSync(file);
		this.#journal?.close();
		renameSync(`${this.#file}.new`, this.#file);
		this.#journal = new Journal(this.#file);
	}
}
