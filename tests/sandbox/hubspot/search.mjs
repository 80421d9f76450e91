// POST /crm/objects/{v}/{type}/search, with its limits.
import { validation } from './errors.mjs';
import { anyScope, jsonBody } from './gate.mjs';
import { needType, show } from './objects.mjs';
import { typeName } from './types.mjs';

const MAX_RESULTS = 10000;
const SEARCHABLE = {
	contacts: ['email', 'firstname', 'lastname', 'phone', 'company'], companies: ['name', 'domain', 'website', 'phone'],
	deals: ['dealname', 'description', 'dealtype'], line_items: ['name', 'hs_sku'],
};

/** Numbers and times compare as numbers, everything else as lower-case text. */
function comparable(type, value) {
	if (value === null || value === undefined || value === '')
		return null;
	if (type === 'number')
		return Number(value);
	if (type === 'date' || type === 'datetime')
		return /^\d+$/.test(value) ? Number(value) : Date.parse(value);
	return String(value).toLowerCase();
}

function token(text, pattern) {
	const source = pattern.toLowerCase().split('*').map((s) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
	return text !== null && (String(text).match(/[^\s]+/g) ?? []).some((word) => new RegExp(`^${source}$`).test(word));
}

function matches(f, have, type) {
	const value = () => comparable(type, f.value);
	switch (f.operator) {
	case 'EQ': return have !== null && have === value();
	case 'NEQ': return have !== null && have !== value();
	case 'LT': return have !== null && have < value();
	case 'LTE': return have !== null && have <= value();
	case 'GT': return have !== null && have > value();
	case 'GTE': return have !== null && have >= value();
	case 'BETWEEN': return have !== null && have >= value() && have <= comparable(type, f.highValue);
	case 'IN': return have !== null && f.values.some((v) => comparable(type, v) === have);
	case 'NOT_IN': return have !== null && !f.values.some((v) => comparable(type, v) === have);
	case 'HAS_PROPERTY': return have !== null;
	case 'NOT_HAS_PROPERTY': return have === null;
	case 'CONTAINS_TOKEN': return token(have, String(f.value));
	case 'NOT_CONTAINS_TOKEN': return !token(have, String(f.value));
	default: throw validation(`Unknown operator ${f.operator}`);
	}
}

function check(body, q) {
	if (q.body.length > 3000)
		throw validation('The request body must not be longer than 3000 characters');
	const groups = body.filterGroups ?? [];
	if (groups.length > 5 || groups.some((g) => (g.filters ?? []).length > 6) || groups.reduce((n, g) => n + (g.filters ?? []).length, 0) > 18)
		throw validation('At most 5 filter groups, 6 filters in a group and 18 in total');
	for (const f of groups.flatMap((g) => g.filters ?? [])) {
		if (['IN', 'NOT_IN'].includes(f.operator) && (!Array.isArray(f.values) || f.values.some((v) => String(v) !== String(v).toLowerCase())))
			throw validation('values of IN and NOT_IN must be a list of lower-case strings');
	}
	if ((body.sorts ?? []).length > 1)
		throw validation('Only one sort is possible');
	const limit = Number(body.limit ?? 10);
	const after = Number(body.after ?? 0);
	if (!Number.isInteger(limit) || limit < 1 || limit > 200)
		throw validation('limit must be between 1 and 200');
	if (!Number.isInteger(after) || after < 0 || after + limit > MAX_RESULTS)
		throw validation('The search can only page through 10,000 results');
	return { groups, limit, after };
}

export function search(c) {
	const type = needType(c.params.type);
	anyScope(c.row, [`crm.objects.${type}.read`]);
	const body = jsonBody(c.q);
	const { groups, limit, after } = check(body, c.q);
	const known = c.w.properties.of(c.portalId, type);
	const passes = (rec) => (f) => {
		const link = /^associations\.(\w+)$/.exec(f.propertyName ?? '');
		if (link) {
			const to = typeName(link[1]);
			const ids = to ? c.w.crm.associations(c.portalId, type, rec.id, to).map((a) => a.id) : [];
			return f.operator === 'EQ' ? ids.includes(String(f.value)) : f.operator === 'IN' ? f.values.some((v) => ids.includes(String(v))) : ids.length > 0;
		}
		const p = known.get(f.propertyName);
		if (!p)
			throw validation(`There was a problem with the request: property ${f.propertyName} does not exist`);
		const kind = f.propertyName === 'hs_object_id' ? 'number' : p.type;
		return matches(f, comparable(kind, rec.properties[f.propertyName]), kind);
	};
	const seen = Date.now() - c.w.settings.search_lag_ms;
	let rows = c.w.crm.list(c.portalId, type).filter((r) => Date.parse(r.updatedAt) <= seen);
	if (groups.length)
		rows = rows.filter((r) => groups.some((g) => (g.filters ?? []).every(passes(r))));
	if (body.query)
		rows = rows.filter((r) => SEARCHABLE[type].some((n) => String(r.properties[n] ?? '').toLowerCase().includes(String(body.query).toLowerCase())));
	const [sort] = body.sorts ?? [];
	const by = typeof sort === 'string' ? { propertyName: sort } : sort ?? { propertyName: 'hs_object_id' };
	const kind = by.propertyName === 'hs_object_id' ? 'number' : known.get(by.propertyName)?.type;
	const sign = by.direction === 'DESCENDING' ? -1 : 1;
	rows.sort((a, b) => {
		const [x, y] = [a, b].map((r) => comparable(kind, r.properties[by.propertyName]) ?? '');
		return x < y ? -sign : x > y ? sign : 0;
	});
	const answer = { total: rows.length, results: rows.slice(after, after + limit).map((r) => show(c.w, r, { properties: body.properties ?? [] })) };
	if (rows.length > after + limit)
		answer.paging = { next: { after: String(after + limit) } };
	return { status: 200, body: answer };
}
