// Requests made from openapi.json, valid, nearly valid and hostile: no 5xx of ours, and no answer that the document does not name
// (lib/env.mjs holds each one against it).  FUZZ_SEED makes a run again, FUZZ_S makes it longer.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, test } from 'node:test';
import { EMPTY } from '../lib/account.mjs';
import { URL_BASE, request } from '../lib/env.mjs';
import { ready } from '../lib/ready.mjs';
import { follow, routes } from '../lib/routes.mjs';
import { HOSTILE, Maker } from '../lib/sample.mjs';

const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31));
const SECONDS = Number(process.env.FUZZ_S ?? 8);
const MODES = ['valid', 'bent', 'bent', 'hostile', 'broken'];
const table = routes().filter((r) => r.path.startsWith('/api/') && r.path !== '/api/session/logout');
const maker = new Maker(SEED);
let person; // the only owner of an account: a valid request cannot take that away
let rules;

before(async () => {
	person = await ready(EMPTY.portal, EMPTY.impact);
	rules = (await person.config()).document;
});
after(async () => { // as it was: what was taken may have stopped the sending, or rewritten the rules
	person = await ready(EMPTY.portal, EMPTY.impact);
	assert.equal((await person.post('/api/sending', { on: true })).status, 200);
	assert.equal((await person.put('/api/config', { revision: (await person.config()).revision, document: rules })).status, 200);
});

function query(route, mode) {
	const parameters = (route.operation.parameters ?? []).map(follow).filter((p) => p.in === 'query');
	const pairs = [];
	for (const p of parameters)
		if (p.required || maker.chance(0.5))
			pairs.push([p.name, mode === 'valid' || maker.chance(0.6) ? String(maker.value(p.schema)) : String(maker.one(HOSTILE))]);
	if (mode !== 'valid' && maker.chance(0.1))
		pairs.push(maker.one([...pairs, ['nosuchparameter', '1']]));
	const text = pairs.map(([k, v]) => `${encodeURIComponent(k)}=${mode === 'broken' && maker.chance(0.3) ? '%zz%' : encodeURIComponent(v.toWellFormed?.() ?? v.replace(/[\ud800-\udfff]/g, ''))}`).join('&');
	return text ? `?${text}` : '';
}

function body(route, mode) {
	const content = route.operation.requestBody && follow(route.operation.requestBody).content;
	const schema = content?.['application/json']?.schema;
	if (!schema)
		return route.change ? '{}' : undefined;
	let value = maker.value(schema);
	for (let n = mode === 'bent' ? 1 + maker.below(2) : mode === 'hostile' ? 5 : 0; n > 0; n--)
		value = maker.bent(value);
	const text = JSON.stringify(value) ?? '';
	if (mode !== 'broken')
		return text;
	const at = maker.below(text.length + 1);
	return maker.one([text.slice(0, at), `${text.slice(0, at)}\u0000${text.slice(at)}`, `${text.slice(0, at)}\\ud800${text.slice(at)}`, text + text, '['.repeat(5000), text.replaceAll('"', '\'')]);
}

const path = (route, mode) => route.template.replace(/\{(\w+)\}/g, () => {
	const text = mode === 'valid' ? String(maker.below(50) + 1) : String(maker.one([...HOSTILE.filter((h) => h.length < 500), maker.below(1000)]));
	return encodeURIComponent(text.replace(/[\ud800-\udfff]/g, '')) || '%20';
});

async function one() {
	const route = maker.one(table);
	const mode = maker.one(MODES);
	const target = path(route, mode) + query(route, mode);
	const sent = body(route, mode);
	const headers = { cookie: person.cookieHeader(), ...(route.change ? { 'content-type': 'application/json', origin: URL_BASE, 'x-csrf-token': person.csrf } : {}) };
	const what = `${route.method} ${target.slice(0, 400)} ${sent?.slice(0, 600) ?? ''}`;
	let res;
	try {
		res = await request(URL_BASE + target, { method: route.method, headers, body: sent });
	} catch (err) {
		throw new Error(`${err.message}\nasked: ${what}`, { cause: err });
	}
	// HubSpot's own limit on searches is reached by asking this fast, and a valid request may have disconnected it: a live route says so with 502.
	const said = res.status === 502 && route.path.startsWith('/api/live/') && /slow down|not connected/.test(res.text);
	assert.ok(res.status < 500 || said, `${res.status} ${res.text.slice(0, 300)}\nasked: ${what}`);
	if (res.status === 401 || (res.status === 403 && route.path !== '/api/session'))
		person = await ready(EMPTY.portal, EMPTY.impact); // a valid request may have ended the session, or the account
	return `${mode} ${res.status < 300 ? 'taken' : 'refused'}`;
}

test(`no request made from the document gets a 5xx or an answer that it does not name (FUZZ_SEED=${SEED})`, async (t) => {
	t.diagnostic(`FUZZ_SEED=${SEED}`);
	const end = Date.now() + SECONDS * 1000;
	const seen = {};
	let n = 0;
	while (Date.now() < end || n < 100) {
		const what = await one();
		seen[what] = (seen[what] ?? 0) + 1;
		n++;
	}
	t.diagnostic(`${n} requests: ${JSON.stringify(seen)}`);
	assert.ok(seen['valid taken'] > 0, `some valid requests are taken: ${JSON.stringify(seen)}`);
	assert.ok(!seen['broken taken'] || seen['broken refused'] > 0, 'broken ones are refused');
});
