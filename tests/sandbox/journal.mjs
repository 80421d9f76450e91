// A file of lines. All lines of one turn of the event loop are written together, in a microtask: that is after the work
// that asked for them and before any answer about it leaves.
import { closeSync, openSync, truncateSync, writeSync } from 'node:fs';

export class Journal {
	#file;
	#fd;
	#waiting = '';
	/** Bytes written since the file was opened. */
	written = 0;

	constructor(file) {
		this.#file = file;
		this.#fd = openSync(file, 'a');
	}

	append(row) {
		if (this.#waiting === '')
			queueMicrotask(() => this.flush());
		this.#waiting += `${JSON.stringify(row)}\n`;
	}

	flush() {
		if (this.#waiting === '' || this.#fd === null)
			return;
		const bytes = Buffer.from(this.#waiting, 'utf8');
		this.#waiting = '';
		this.written += bytes.length;
		for (let at = 0; at < bytes.length;)
			at += writeSync(this.#fd, bytes, at);
	}

	/** Forgets everything. */
	empty() {
		this.#waiting = '';
		truncateSync(this.#file, 0);
	}

	close() {
		this.flush();
		if (this.#fd !== null)
			closeSync(this.#fd);
		this.#fd = null;
	}
}
