// impact.com's hourly limit (G-28): 5,000 conversions against 1,000 calls in an hour of seconds, counted as strictly as it
// can be, over the hour that has just passed.  Half of the conversions are a partner's and show in listings; of the
// others each needs its submission read.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { Window } from '../sandbox/hubspot/gate.mjs';
import { BIN, PORT, VAR, atLeast, dropDatabase, ownDatabase, row, sleep, start, stop, value } from './lib.mjs';

const HOUR_S = 40;
const LIMIT = 1000;
const OURS = LIMIT * 0.98;
const CONVERSIONS = 5000;
const PAGE = 2000;

const limit = new Window();
const calls = []; // when each was counted
const posts = new Map(); // OrderId -> how often
let refused = 0;
let lastPost = 0;

function answer(method, path, query, body) {
	if (method === 'POST' && path.endsWith('/Conversions')) {
		const order = new URLSearchParams(body).get('OrderId');
		posts.set(order, (posts.get(order) ?? 0) + 1);
		lastPost = Date.now();
		return { Status: 'QUEUED', QueuedUri: `${path.replace('/Conversions', '/APISubmissions')}/A-${order}` };
	}
	const credited = (order) => Number(order.split('-')[0]) % 2 === 0;
	const [, order] = path.match(/\/APISubmissions\/A-(.+)$/) ?? [];
	if (order)
		return { BatchId: `A-${order}`, OrderId: order, Status: 'Complete', ...(credited(order) ? { ErrorType: '', ErrorReason: '' } : { ErrorType: 'Validation', ErrorReason: 'ACTION_REF_NOT_FOUND' }) };
	const page = Number(query.get('Page') ?? 1);
	const all = [...posts.keys()].filter(credited);
	return { '@page': String(page), '@numpages': String(Math.ceil(all.length / PAGE)), '@nextpageuri': all.length > page * PAGE ? `${path}?Page=${page + 1}` : '',
		Actions: all.slice((page - 1) * PAGE, page * PAGE).map((oid) => ({ Id: `1000.1.${oid.split('-')[0]}`, CampaignId: '1000', EventCode: 'WON', State: 'PENDING', Oid: oid })) };
}

const tls = (name) => readFileSync(join(VAR, 'sandbox', name));
const far = createServer({ cert: tls('server.pem'), key: tls('server.key') }, (req, res) => {
	let body = '';
	req.on('data', (part) => { body += part; });
	req.on('end', () => {
		const left = limit.take('account', LIMIT, HOUR_S * 1000);
		const url = new URL(req.url, 'https://localhost');
		const headers = { 'content-type': 'application/json', 'X-RateLimit-Limit': String(LIMIT), 'X-RateLimit-Remaining': String(Math.max(0, left)),
			'X-RateLimit-Reset': String(Math.ceil(limit.wait('account', HOUR_S * 1000) / 1000)) };
		if (left < 0)
			refused++;
		else
			calls.push(Date.now());
		res.writeHead(left < 0 ? 429 : 200, headers).end(JSON.stringify(left < 0 ? { Status: 'ERROR', Message: 'Rate limit' } : answer(req.method, url.pathname, url.searchParams, body)));
	});
});
await new Promise((resolve) => { far.listen(PORT + 6, '127.0.0.1', resolve); });

const own = await ownDatabase('budget', { impact_api_url: `https://localhost:${PORT + 6}`, impact_hour_s: HOUR_S, impact_margin_ms: 400,
	follow_plan_s: '1 1 2 5', follow_listing_s: 7, follow_busy_plan_s: '13 40', follow_confirmed_s: 3600, log_level: 'warn' });
execFileSync(join(BIN, 'bench_fill'), ['-c', own.file, '1', String(CONVERSIONS)], { stdio: 'inherit' });
const worker = start(join(BIN, 'connector-worker'), ['-c', own.file]);
for (let i = 0; posts.size < CONVERSIONS; i++) {
	if (i > 20 * HOUR_S)
		throw new Error(`${posts.size} of ${CONVERSIONS} conversions were sent in ${i} s`);
	await sleep(1000);
}
// Until the last conversion there was always something to call for: the whole hours of that time.
const hours = Math.floor((lastPost - calls[0]) / (HOUR_S * 1000));
const used = calls.filter((at) => at < calls[0] + hours * HOUR_S * 1000).length;
const before = calls.filter((at) => at <= lastPost).length;
const theory = Math.ceil(before / OURS) - 1;
const twice = [...posts.values()].filter((n) => n > 1).length;
const told = await value(own.db, "SELECT COUNT(*) FROM conversion WHERE state IN ('CONFIRMED', 'REJECTED')");

row(`impact.com's ${LIMIT} calls an hour, ${CONVERSIONS} conversions queued: used`, ...atLeast(used * 100 / (hours * OURS), 98, '%', 1));
row('... calls answered 429', String(refused), { wanted: '0', ok: refused === 0 });
row('... the last one sent, in hours', ((lastPost - calls[0]) / HOUR_S / 1000).toFixed(2), {
	against: `${theory} hours for ${before} calls at ${OURS}`, wanted: `at most ${(theory * 1.02 + 0.2).toFixed(2)}`, ok: (lastPost - calls[0]) / HOUR_S / 1000 <= theory * 1.02 + 0.2 });
row('... verdicts known by then', `${told} of ${CONVERSIONS}`);
row('... sent more than once', String(twice), { wanted: '0', ok: twice === 0 });

await stop(worker);
far.close();
far.closeAllConnections();
await dropDatabase(own);
process.exit(0);
