// POST /crm/objects/{v}/{type}/search, with its limits.
import { objectType } from './common.mjs';
import { validation } from './errors.mjs';
import { jsonBody } from './gate.mjs';
import { show } from './objects.mjs';
import { typeInfo, typeName } from './types.mjs';

const MAX_RESULTS = 10000;
const MAX_BODY = 3000;
const [MAX_GROUPS, MAX_FILTERS, MAX_ALL] = [5, 6, 18];
const PAGE = 200;
const OPERATORS = ['EQ', 'NEQ', 'LT', 'LTE', 'GT', 'GTE', 'BETWEEN', 'IN', 'NOT_IN', 'HAS_PROPERTY', 'NOT_HAS_PROPERTY', 'CONTAINS_TOKEN', 'NOT_CONTAINS_TOKEN'];
const SEARCHABLE = {
	contacts: ['email', 'firstname', 'lastname', 'phone', 'mobilephone', 'company', 'hs_additional_emails'], companies: ['name', 'domain', 'website', 'phone'],
	deals: ['dealname', 'description', 'dealtype'], line_items: ['name', 'hs_sku'], tickets: ['subject', 'content'], products: ['name', 'hs_sku'],
	tasks: ['hs_task_subject', 'hs_task_body'], notes: ['hs_note_body'],
};

/** Numbers and times compare as numbers, everything else as lower-case text. */
function comparable(type, value) {
	if (value === null || value === undefined || value === '')
		return null;
	if (type === 'number')
		return Number(value);
	if (type === 'date' || type === 'datetime')
		return /^-?\d+$/.test(value) ? Number(value) : Date.parse(value);
	return String(value).toLowerCase();
}

function token(text, pattern) {
	const source = pattern.toLowerCase().split('*').map((s) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
	return text !== null && (String(text).match(/[^\s]+/g) ?? []).some((word) => new RegExp(`^${source}$`).test(word));
}

/** The test that one filter is: a function of the comparable value of a record. */
function matcher(f, kind) {
	const value = comparable(kind, f.value);
	const values = (f.values ?? []).map((v) => comparable(kind, v));
	const high = comparable(kind, f.highValue);
	const among = (have) => values.includes(have);
	const tests = {
		EQ: (have) => have === value, NEQ: (have) => have !== value,
		LT: (have) => have < value, LTE: (have) => have <= value, GT: (have) => have > value, GTE: (have) => have >= value,
		BETWEEN: (have) => have >= value && have <= high, IN: among, NOT_IN: (have) => !among(have), HAS_PROPERTY: () => true,
	};
	if (f.operator === 'NOT_HAS_PROPERTY')
		return (have) => have === null;
	if (f.operator === 'CONTAINS_TOKEN')
		return (have) => token(have, String(f.value));
	if (f.operator === 'NOT_CONTAINS_TOKEN')
		return (have) => !token(have, String(f.value));
	return (have) => have !== null && tests[f.operator](have);
}

const isDate = (kind) => kind === 'date' || kind === 'datetime';

function checkFilter(f, known) {
	if (!f || typeof f.propertyName !== 'string' || !OPERATORS.includes(f.operator))
		throw validation(`A filter needs propertyName and an operator of ${OPERATORS.join(', ')}`);
	const p = known.get(f.propertyName);
	if (!p && !/^associations\.\w+$/.test(f.propertyName))
		throw validation(`There was a problem with the request: property ${f.propertyName} does not exist`);
	const list = f.operator === 'IN' || f.operator === 'NOT_IN';
	if (!Array.isArray(f.values ?? []))
		throw validation('values must be a list');
	if (list && (!Array.isArray(f.values) || f.values.length === 0))
		throw validation(`${f.operator} needs a list of values`);
	if (list && p?.type === 'string' && f.values.some((v) => String(v) !== String(v).toLowerCase()))
		throw validation('values of IN and NOT_IN must be a list of lower-case strings');
	if (!list && !f.operator.endsWith('HAS_PROPERTY') && (f.value === undefined || f.value === null))
		throw validation(`${f.operator} needs a value`);
	if (f.operator === 'BETWEEN' && (f.highValue === undefined || f.highValue === null))
		throw validation('BETWEEN needs a highValue');
	for (const v of list || f.operator.endsWith('HAS_PROPERTY') ? f.values ?? [] : [f.value, ...(f.operator === 'BETWEEN' ? [f.highValue] : [])])
		if ((p?.type === 'number' || isDate(p?.type)) && !/TOKEN/.test(f.operator) && Number.isNaN(comparable(p.type, v)))
			throw validation(`${v} is not a ${p.type} for ${f.propertyName}`);
}

function check(q, body, known) {
	if (q.body.toString('utf8').length > MAX_BODY)
		throw validation(`The request body must not be longer than ${MAX_BODY} characters`);
	const groups = body.filterGroups ?? [];
	if (!Array.isArray(groups) || groups.some((g) => g === null || typeof g !== 'object' || !Array.isArray(g.filters ?? [])))
		throw validation('filterGroups must be a list of {filters: []}');
	const all = groups.flatMap((g) => g.filters ?? []);
	if (groups.length > MAX_GROUPS || groups.some((g) => (g.filters ?? []).length > MAX_FILTERS) || all.length > MAX_ALL)
		throw validation(`At most ${MAX_GROUPS} filter groups, ${MAX_FILTERS} filters in a group and ${MAX_ALL} in total`);
	all.forEach((f) => checkFilter(f, known));
	if (!Array.isArray(body.sorts ?? []) || !Array.isArray(body.properties ?? []))
		throw validation('sorts and properties must be lists');
	if ((body.sorts ?? []).length > 1)
		throw validation('Only one sort is possible');
	const limit = Number(body.limit ?? 10);
	const after = Number(body.after ?? 0);
	if (!Number.isInteger(limit) || limit < 1 || limit > PAGE)
		throw validation(`limit must be between 1 and ${PAGE}`);
	if (!Number.isInteger(after) || after < 0)
		throw validation('after is not one that a page has given');
	if (after + limit > MAX_RESULTS)
		throw validation('The search can only page through 10,000 results');
	return { groups, limit, after };
}

/** The records that one filter leaves over, when an index knows them; null when all have to be looked at. */
function indexed(c, type, f) {
	const { crm, links } = c.w;
	const link = /^associations\.(\w+)$/.exec(f.propertyName);
	if (link && f.operator === 'EQ' && typeName(link[1]))
		return links.list(c.portalId, typeName(link[1]), f.value, type).map((a) => crm.find(c.portalId, type, a.id));
	if (f.propertyName === typeInfo(type).modified) {
		const [value, high] = [f.value, f.highValue].map((v) => comparable('datetime', v));
		const range = { GTE: [value, Infinity], GT: [value, Infinity], BETWEEN: [value, high], EQ: [value, value], LT: [-Infinity, value], LTE: [-Infinity, value] }[f.operator];
		return range ? crm.changed(c.portalId, type, ...range) : null;
	}
	if (f.propertyName === 'hs_object_id' && (f.operator === 'EQ' || f.operator === 'IN'))
		return (f.values ?? [f.value]).map((id) => crm.find(c.portalId, type, id)).filter(Boolean);
	if (f.operator === 'EQ' && c.w.properties.unique(c.portalId, type).includes(f.propertyName)) {
		const rec = crm.find(c.portalId, type, f.value, { idProperty: f.propertyName });
		return rec ? [rec] : [];
	}
	return null;
}

function candidates(c, type, groups) {
	const parts = groups.map((g) => {
		for (const f of g.filters ?? []) {
			const found = indexed(c, type, f);
			if (found)
				return found;
		}
		return null;
	});
	return parts.length && parts.every(Boolean) ? [...new Set(parts.flat())] : c.w.crm.list(c.portalId, type);
}

/** One filter as a function of a record. */
function passes(c, type, f, known) {
	const link = /^associations\.(\w+)$/.exec(f.propertyName);
	if (!link) {
		const kind = f.propertyName === 'hs_object_id' ? 'number' : known.get(f.propertyName).type;
		const test = matcher(f, kind);
		return (rec) => test(comparable(kind, c.w.crm.value(rec, f.propertyName)));
	}
	const to = typeName(link[1]);
	const wanted = (f.values ?? [f.value]).map(String);
	const has = (rec) => (to ? c.w.links.list(c.portalId, type, rec.id, to) : []).map((a) => a.id);
	const tests = {
		EQ: (ids) => ids.some((id) => wanted.includes(id)), IN: (ids) => ids.some((id) => wanted.includes(id)),
		HAS_PROPERTY: (ids) => ids.length > 0, NOT_HAS_PROPERTY: (ids) => ids.length === 0 };
	if (!tests[f.operator])
		throw validation(`${f.operator} is not possible with ${f.propertyName}`);
	return (rec) => tests[f.operator](has(rec));
}

const digits = (text) => text.replace(/\D/g, '');

function hasWords(type, query) {
	const wanted = String(query).toLowerCase();
	return (rec) => (SEARCHABLE[type] ?? []).some((n) => {
		const text = String(rec.properties[n] ?? '').toLowerCase();
		return /phone/.test(n) && digits(wanted).length > 4 ? digits(text).endsWith(digits(wanted).slice(-10)) : text.includes(wanted);
	});
}

function sorted(c, rows, sort, known) {
	const by = typeof sort === 'string' ? { propertyName: sort } : sort ?? { propertyName: 'hs_object_id' };
	const kind = by.propertyName === 'hs_object_id' ? 'number' : known.get(by.propertyName)?.type;
	if (!kind)
		throw validation(`There was a problem with the request: property ${by.propertyName} does not exist`);
	const sign = by.direction === 'DESCENDING' ? -1 : 1;
	return rows.map((r) => [comparable(kind, c.w.crm.value(r, by.propertyName)) ?? '', r])
		.sort(([x], [y]) => x < y ? -sign : x > y ? sign : 0).map(([, r]) => r);
}

export function search(c) {
	const type = objectType(c, false);
	const body = jsonBody(c.q);
	const known = c.w.properties.of(c.portalId, type);
	const { groups, limit, after } = check(c.q, body, known);
	const seen = Date.now() - c.w.settings.search_lag_ms;
	const tests = groups.map((g) => (g.filters ?? []).map((f) => passes(c, type, f, known)));
	let rows = candidates(c, type, groups).filter((r) => Date.parse(r.updatedAt) <= seen);
	if (tests.length)
		rows = rows.filter((r) => tests.some((all) => all.every((test) => test(r))));
	if (body.query)
		rows = rows.filter(hasWords(type, body.query));
	rows = sorted(c, rows, (body.sorts ?? [])[0], known);
	const answer = { total: rows.length, results: rows.slice(after, after + limit).map((r) => show(c.w, r, { properties: body.properties ?? [] })) };
	if (rows.length > after + limit)
		answer.paging = { next: { after: String(after + limit) } };
	return { status: 200, body: answer };
}
