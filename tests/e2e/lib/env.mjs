// Where the system under test is, and how to wait for it.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { hold } from './contract.mjs';

export const URL_BASE = process.env.CONNECTOR_URL ?? 'http://localhost:8080';
export const SANDBOX = process.env.SANDBOX_URL ?? 'http://localhost:8081';
export const VAR = process.env.CONNECTOR_VAR ?? new URL('../../../var', import.meta.url).pathname;

/** A program built with sanitizers is several times slower, one under valgrind more; deadlines are generous anyway. */
const PATIENCE = { san: 3, valgrind: 10 }[process.env.CONNECTOR_KIND] ?? 1;

export const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** Asks again until `look` gives something true; says what was awaited when it never does. */
export async function until(what, look, { s = 30, every = 100 } = {}) {
	const end = Date.now() + s * 1000 * PATIENCE;
	let last;
	for (;;) {
		try {
			const value = await look();
			if (value)
				return value;
			last = undefined;
		} catch (err) {
			last = err;
		}
		if (Date.now() > end)
			throw new Error(`waited ${s * PATIENCE} s in vain: ${what}${last ? ` (${last.message})` : ''}`, { cause: last });
		await sleep(every);
	}
}

/** The generated connector.conf, and its whole text now. */
export const CONF = join(VAR, 'connector.conf');
export const confText = () => readFileSync(CONF, 'utf8');

/** A value of it. */
export function conf(key) {
	const line = confText().split('\n').find((l) => l.startsWith(`${key} = `));
	return line?.slice(key.length + 3).replace(/;$/, '').replace(/^"|"$/g, '');
}

/**
 * One request on a connection of its own. `headers` may be a flat list of names and values, so that one can be given twice.
 * An answer of the connector that nginx/site/openapi.json does not describe is an error.
 */
export function request(url, { method = 'GET', headers = {}, body, timeout = 60000 } = {}) {
	return new Promise((resolve, reject) => {
		const req = http.request(new URL(url), { method, headers, agent: false, timeout }, (res) => {
			const parts = [];
			res.on('data', (part) => parts.push(part));
			res.on('error', reject);
			res.on('aborted', () => reject(new Error('the answer was cut')));
			res.on('end', () => {
				const text = Buffer.concat(parts).toString('utf8');
				let json = null;
				try {
					json = JSON.parse(text);
				} catch { /* no JSON */ }
				try {
					if (String(url).startsWith(`${URL_BASE}/`))
						hold({ method, url: String(url), status: res.statusCode, headers: res.headers, text });
				} catch (err) {
					reject(err);
				}
				resolve({ status: res.statusCode, headers: res.headers, text, json });
			});
		});
		req.on('timeout', () => req.destroy(new Error(`no answer within ${timeout} ms`)));
		req.on('error', reject);
		req.end(body);
	});
}
