// What every part of a long run has: sizes and a seed from the environment, sentences with "ok" or "not ok", a result
// line, and a file of evidence.
//
//   const part = new Part('disk', { TIMES: 20 });   // part.size.TIMES is DISK_TIMES of the environment, else 20
//   await part.step('the disk was full 20 times', () => ...);
//   part.figure('inbox rows at the end', 0);
//   part.end();
//
// The seed is DISK_SEED, else SOAK_SEED, else the time. The evidence is NAME.json in the folder SOAK_EVIDENCE.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

const FOLDER = process.env.SOAK_EVIDENCE ?? new URL('../../build/soak', import.meta.url).pathname;

function told(program, ...args) {
	try {
		return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
			cwd: new URL('../..', import.meta.url).pathname }).trim().split('\n')[0];
	} catch {
		return 'unknown';
	}
}

export class Part {
	#began = Date.now();
	#name;
	#sentences = [];
	#figures = {};
	size = {};

	constructor(name, sizes) {
		this.#name = name;
		const from = (key) => process.env[`${name.toUpperCase()}_${key}`];
		for (const [key, usual] of Object.entries(sizes))
			this.size[key] = Number(from(key) || usual);
		this.seed = Number(from('SEED') || process.env.SOAK_SEED || Date.now() % 1000000000);
		/** What makes the same run again. */
		this.again = [['SEED', this.seed], ...Object.entries(this.size)].map(([key, value]) => `${name.toUpperCase()}_${key}=${value}`).join(' ');
		console.log(`# ${this.again}`);
	}

	/** Milliseconds since the part began. */
	get ms() { return Date.now() - this.#began; }
	get failed() { return this.#sentences.some((s) => !s.ok); }

	say(text) {
		console.log(`# ${(this.ms / 1000).toFixed(1).padStart(6)} s  ${text}`);
	}

	/** One sentence that holds or does not. */
	tell(sentence, ok, why = '') {
		console.log(`${ok ? 'ok' : 'not ok'} ${sentence}${ok || !why ? '' : `: ${why}`}`);
		this.#sentences.push({ sentence, ok, ...(ok || !why ? {} : { why }) });
	}

	/** A sentence that holds when `work` comes to its end; gives what it gives, undefined when it failed. */
	async step(sentence, work) {
		try {
			const value = await work();
			this.tell(sentence, true);
			return value;
		} catch (err) {
			this.tell(sentence, false, err.message);
			return undefined;
		}
	}

	/** A number that the evidence keeps. */
	figure(name, value) {
		this.#figures[name] = value;
	}

	/** Writes the evidence, prints the result, sets the exit code. */
	end() {
		const bad = this.#sentences.filter((s) => !s.ok).length;
		const result = bad || !this.#sentences.length ? 'failed' : 'passed';
		mkdirSync(FOLDER, { recursive: true });
		writeFileSync(join(FOLDER, `${this.#name}.json`), `${JSON.stringify({
			part: this.#name, result, date: new Date(this.#began).toISOString(), seconds: Math.round(this.ms / 1000), seed: this.seed, size: this.size,
			commit: told('git', 'describe', '--always', '--dirty'), versions: {
				node: process.version, database: told('mariadbd', '--version'), nginx: told('sh', '-c', 'nginx -v 2>&1'), curl: told('curl-config', '--version'),
				compiler: told('gcc', '--version'), system: told('uname', '-sr') },
			machine: { cpus: cpus().length, model: cpus()[0]?.model ?? 'unknown', memory_gb: Math.round(totalmem() / 2 ** 30) },
			figures: this.#figures, sentences: this.#sentences }, null, '\t')}\n`);
		console.log(`# ${this.#name}: ${result}, ${this.#sentences.length - bad} of ${this.#sentences.length} sentences hold, ${Math.round(this.ms / 1000)} s, seed ${this.seed}`);
		if (bad) {
			console.log(`# again: ${this.again} make ${this.#name === 'chaos' ? 'chaos' : `soak PARTS=${this.#name}`}`);
			process.exitCode = 1;
		}
	}
}
