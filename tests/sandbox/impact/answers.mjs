// What impact.com's answers have in common: errors, status and URI, pages of lists, bodies, dates in queries.
import { eventTime } from './fields.mjs';

const DAY = 86400000;

export const ok = (body) => ({ status: 200, body });
export const fail = (status, Message, more = {}) => ({ status, body: { Status: 'ERROR', Message, ...more } });
export const notFound = () => fail(404, 'The requested resource was not found');
export const invalid = (Field, Message) => fail(400, 'Validation Failed', { Errors: [{ Field, Message }] });

/** Name and value pairs of a form or a flat JSON object and the same as a form's text, or {error}. */
export function pairsOf(q) {
	if (q.type === 'application/x-www-form-urlencoded') {
		const text = q.body.toString('utf8');
		return { pairs: [...new URLSearchParams(text)], text };
	}
	if (q.type !== 'application/json')
		return { error: 'The body must be application/x-www-form-urlencoded or application/json' };
	try {
		const body = q.json();
		if (!body || typeof body !== 'object' || Array.isArray(body))
			return { error: 'The body must be one JSON object' };
		return { pairs: Object.entries(body), text: new URLSearchParams(Object.entries(body)).toString() };
	} catch {
		return { error: 'The body is no JSON' };
	}
}

/** One page of a list, with impact.com's paging members; render makes an object of a row of this page. */
export function page(c, key, rows, render, { size = 1000, max = 20000, min = 1 } = {}) {
	const { q, w } = c;
	const number = Number(q.query.get('Page') ?? 1);
	const per = Number(q.query.get('PageSize') ?? size);
	if (!Number.isInteger(per) || per < min || per > max)
		return invalid('PageSize', `PageSize must be between ${min} and ${max}`);
	const pages = Math.max(1, Math.ceil(rows.length / per));
	if (!Number.isInteger(number) || number < 1 || number > pages)
		return invalid('Page', `Page must be between 1 and ${pages}`);
	const start = (number - 1) * per;
	const base = w.settings.absolute_uris ? `https://${q.headers.host}` : '';
	const link = (n) => {
		if (n < 1 || n > pages)
			return '';
		const query = new URLSearchParams(q.query);
		query.set('PageSize', per);
		query.set('Page', n);
		return `${base}${q.path}?${query}`;
	};
	const shown = rows.slice(start, start + per).map(render);
	return ok({
		'@page': String(number), '@numpages': String(pages), '@pagesize': String(per), '@total': String(rows.length), '@start': String(start),
		'@end': String(Math.max(start, Math.min(rows.length, start + per) - 1)), '@uri': q.path, '@firstpageuri': link(1), '@previouspageuri': link(number - 1),
		'@nextpageuri': link(number + 1), '@lastpageuri': link(pages), [key]: shown.length === 1 && w.settings.single_as_object ? shown[0] : shown,
	});
}

/** A date of a query in epoch milliseconds, undefined when absent, NaN when it is none. */
export function dateOf(query, name) {
	const text = query.get(name);
	if (text === null || text === '')
		return undefined;
	return text === 'NOW' ? NaN : eventTime(text);
}

/** A pair of dates of the Actions and ActionUpdates lists: {from, to}, {} when absent, or {error}. */
export function windowOf(query, first, second) {
	const [from, to] = [dateOf(query, first), dateOf(query, second)];
	if (from === undefined && to === undefined)
		return {};
	if (from === undefined || to === undefined)
		return { error: `${first} and ${second} are required together` };
	if (Number.isNaN(from) || Number.isNaN(to))
		return { error: `${first} and ${second} must be ISO 8601 dates with offset` };
	if (from > to)
		return { error: `${first} is after ${second}` };
	if (to - from > 45 * DAY)
		return { error: `The range of ${first} and ${second} must not be longer than 45 days` };
	if (from < Date.now() - 3 * 365.25 * DAY)
		return { error: `${first} must not be older than 3 years` };
	return { from, to };
}

const escape = (s) => String(s).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);

function element(name, value) {
	if (Array.isArray(value))
		return value.map((v) => element(name.replace(/s$/, ''), v)).join('');
	if (value && typeof value === 'object')
		return `<${name}>${Object.entries(value).map(([k, v]) => element(k, v)).join('')}</${name}>`;
	return `<${name}>${escape(value ?? '')}</${name}>`;
}

/** The default format of impact.com: what a caller gets that forgets Accept: application/json. */
export function xml(body) {
	const attributes = Object.entries(body).filter(([k]) => k.startsWith('@')).map(([k, v]) => ` ${k.slice(1)}="${escape(v)}"`).join('');
	const inner = Object.entries(body).filter(([k]) => !k.startsWith('@')).map(([k, v]) =>
		Array.isArray(v) ? `<${k}${attributes}>${element(k, v)}</${k}>` : element(k, v)).join('');
	return `<?xml version="1.0" encoding="UTF-8"?><ImpactRadiusResponse>${inner}</ImpactRadiusResponse>`;
}
