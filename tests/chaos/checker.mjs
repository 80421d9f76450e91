// The judge of a run: a program of its own. It trusts the rules and records of the plan, what the sandbox says it sent, was
// answered and made of it, and the oracle; it compares them with what the product says.
//
//   node tests/chaos/checker.mjs DIR     DIR holds plan.json, calm.json, kills.json, told.json, and of the sandbox:
//                                       log.jsonl (what it was asked), webhooks.jsonl (what it sent), sandbox.json (what impact.com made of it)
//
// One line "ok ..." or "not ok ..." a sentence, with up to 10 examples of what differs.
import { Records, decide, sameBody, toldAs, verdict } from './oracle.mjs';
import { judgeOrder } from './order.mjs';
import { json, readRequests, readWebhooks } from './sent.mjs';

const DIR = process.argv[2];
const SHOWN = 10;
let failures = 0;

function check(sentence, wrong) {
	console.log(`${wrong.length ? 'not ok' : 'ok'} ${sentence}${wrong.length ? `: ${wrong.length}` : ''}`);
	wrong.slice(0, SHOWN).forEach((w) => console.log(`    ${typeof w === 'string' ? w : JSON.stringify(w)}`));
	failures += wrong.length ? 1 : 0;
}
const push = (map, key, value) => (map.get(key) ?? map.set(key, []).get(key)).push(value);

// ---- what was sent

const plan = json(DIR, 'plan.json');
const calm = json(DIR, 'calm.json');
const sandbox = json(DIR, 'sandbox.json');
const told = json(DIR, 'told.json');
const kills = json(DIR, 'kills.json');
const all = [...plan.tenants, plan.calm];
const tenants = new Map(all.map((t) => [t.portal, t]));
const bySid = new Map(all.map((t) => [t.sid, t]));
const TYPES = { '0-1': 'contacts', '0-2': 'companies', '0-3': 'deals' };
const KINDS = { 'object.creation': 'created', 'object.propertyChange': 'changed', 'object.associationChange': 'associated' };

/** The fact that an event tells, or null for what is none. */
function factOf(e) {
	if (!tenants.has(e.portalId) || typeof e.occurredAt !== 'number' || !/^\d+$/.test(String(e.objectId ?? e.fromObjectId)))
		return null;
	return { portal: e.portalId, kind: KINDS[e.subscriptionType], type: TYPES[e.objectTypeId ?? e.fromObjectTypeId], id: String(e.objectId ?? e.fromObjectId),
		property: e.propertyName ?? '', value: e.propertyValue ?? '', at: e.occurredAt, to: e.toObjectId ? String(e.toObjectId) : '',
		echo: e.changeSource === 'INTEGRATION' && e.sourceId === '39522895' };
}
const keyOf = (f) => [f.portal, f.kind, f.type, f.id, f.property, f.value, f.at].join('|');

const facts = new Map();
let strange = 0;
const webhooks = await readWebhooks(DIR, (portal) => tenants.has(portal), (e) => {
	const fact = factOf(e);
	if (fact)
		facts.set(keyOf(fact), fact);
	else if (e.portalId !== 1)
		strange++;
});
const { posts: requests, calls } = await readRequests(DIR, (id) => calm.some((burst) => id > burst.since && id <= burst.upTo));
const planned = all.flatMap((t) => t.waves.flatMap((w) => w.events)).map(factOf).filter(Boolean);
check('every event of the plan was sent', planned.filter((f) => !facts.has(keyOf(f))));
check('every webhook was answered with 200 in the end', webhooks.filter((w) => w.state !== 'done').map((w) => ({ id: w.id, state: w.state, attempts: w.attempts })));

// ---- events and decisions

const events = new Map(told.events.filter((e) => tenants.has(e.portal)).map((e) => [keyOf(e), e]));
check('no event was lost', [...facts.keys()].filter((k) => !events.has(k)));
check('no event was invented', [...events.keys()].filter((k) => !facts.has(k)));
check('nothing is left in the inbox', told.inbox ? [`${told.inbox} batches`] : []);
const odd = told.quarantine.filter((body) => body.includes('no number') || body.includes('yesterday')).length;
check('what is no event is in quarantine, each time it was taken in', odd >= strange && told.quarantine.length === odd ? [] : [`${odd} of ${strange}, ${told.quarantine.length} in all`]);

const records = new Records(all);
const decisions = new Map();
for (const d of told.decisions.filter((x) => tenants.has(x.portal)))
	push(decisions, keyOf(d), d);
const groups = new Map(); // of facts with the same effect
const wrong = [];
const outcomes = {};
for (const [key, fact] of facts) {
	const tenant = tenants.get(fact.portal);
	const wanted = decide(tenant, records, fact);
	const got = decisions.get(key) ?? [];
	const d = got[0];
	outcomes[`${wanted.outcome} ${wanted.code ?? ''}`] = (outcomes[`${wanted.outcome} ${wanted.code ?? ''}`] ?? 0) + 1;
	if (wanted.outcome === 'CONVERSION')
		push(groups, [tenant.sid, wanted.body.EventTypeCode, wanted.body.OrderId].join('|'), { fact, body: wanted.body, d });
	const fits = wanted.outcome === 'NONE' ? got.length === 0
		: got.length === 1 && (wanted.outcome === 'CONVERSION' ? ['CONVERSION', 'SUPPRESSED'].includes(d.outcome) : d.outcome === wanted.outcome && d.code === wanted.code);
	if (!fits)
		wrong.push(`${key}: wanted ${wanted.outcome} ${wanted.code ?? ''}, decided ${got.map((x) => `${x.outcome} ${x.code}`).join(', ') || 'nothing'}`);
}
check('every event is decided as the oracle decides it', wrong);
check('nothing else was decided', [...decisions.keys()].filter((k) => !facts.has(k)));

// ---- conversions: what arrived at impact.com

const posts = new Map();
for (const r of requests)
	if (bySid.has(r.sid))
		push(posts, [r.sid, r.form.EventTypeCode, r.form.OrderId].join('|'), r);
const submissions = new Map();
const byBatch = new Map();
const actions = new Map(sandbox.actions.map((a) => [a.id, a]));
for (const s of sandbox.submissions) {
	byBatch.set(s.batchId, s);
	push(submissions, [s.sid, s.values.EventTypeCode, s.values.OrderId].join('|'), s);
}
const conversions = new Map();
for (const c of told.conversions.filter((x) => tenants.has(x.portal)))
	push(conversions, [tenants.get(c.portal).sid, c.eventType, c.orderId].join('|'), c);
const attempts = new Map();
for (const a of told.attempts)
	push(attempts, `${a.portal}|${a.id}`, a);

check('no conversion was sent that no event asked for', [...posts.keys()].filter((k) => !groups.has(k)));
check('each effect has one conversion', [...groups.keys()].filter((k) => conversions.get(k)?.length !== 1).map((k) => `${k}: ${conversions.get(k)?.length ?? 0}`));
check('the ledger has no other conversion', [...conversions.keys()].filter((k) => !groups.has(k)));

const COUNTED = { CONFIRMED: 'sent', REJECTED: 'failed', DEAD: 'failed', WAITING: 'waiting', SKIPPED: 'skipped', SUPPRESSED: 'skipped' };
// What a page shows of a decision: its conversion's state and code, when it has one.
for (const { portal, rows } of told.shown) {
	const ledger = new Map(told.conversions.filter((c) => c.portal === portal).map((c) => [c.id, c]));
	const counted = (d, c) => c?.state === 'REJECTED' && c.code === 'ACTION_REF_NOT_FOUND' ? 'direct' : COUNTED[c?.state ?? d.outcome];
	const row = (d, c) => [d.id, counted(d, c), c?.state ?? '', c?.code || d.code].join('|');
	const stored = told.decisions.filter((d) => d.portal === portal).map((d) => row(d, d.outcome === 'CONVERSION' ? ledger.get(d.conversion) : null));
	const shown = rows.map((r) => [r.id, r.outcome, r.state, r.code].join('|'));
	const left = shown.slice();
	const missing = stored.filter((s) => left.indexOf(s) < 0 || !left.splice(left.indexOf(s), 1));
	check(`Activity of ${portal} shows every decision, each with its verdict`, [...missing.map((m) => `not shown: ${m}`), ...left.map((m) => `shown: ${m}`)]);
}

const bad = { lost: [], twice: [], unasked: [], booked: [], body: [], answered: [], decided: [], verdict: [], said: [], dead: [] };
const seen = { posts: 0, resends: 0, unanswered: 0, dead: 0 };
const verdicts = {};

// A kill of the worker or the database takes the answers away that are on their way, or are not committed yet.
const DEATHS = kills.filter((k) => k.service === 'worker' || k.service === 'db').map((k) => k.at);
const ON_THE_WAY_MS = 20000; // as long as a call may take
/** Whether the answer to a request got lost, as far as the sandbox and who killed know: cut, no success, or a death soon after. */
const lostReply = (p, next) => p.fault !== '' || !p.done || DEATHS.some((at) => at >= p.at - 1000 && at <= Math.min(next.at, p.at + ON_THE_WAY_MS));

/** The rule of design 12: one POST a revision, one more after a crash or a lost reply when nothing showed the first. */
function judgePosts(key, c, sent) {
	const tries = attempts.get(`${c.portal}|${c.id}`) ?? [];
	const arrived = submissions.get(key) ?? [];
	const bodies = new Map();
	for (const p of sent)
		push(bodies, p.raw, p);
	seen.posts += sent.length;
	seen.resends += sent.length - bodies.size;
	seen.unanswered += tries.filter((a) => a.result === '' || a.result === 'unknown').length;
	if (sent.length > tries.length)
		bad.twice.push(`${key}: ${sent.length} requests in ${tries.length} attempts`);
	if ([...bodies.values()].some((same) => same.length > 2))
		bad.twice.push(`${key}: the same body ${Math.max(...[...bodies.values()].map((x) => x.length))} times`);
	for (const same of bodies.values())
		for (const [k, p] of same.slice(1).entries())
			if (!lostReply(same[k], p))
				bad.unasked.push(`${key}: request ${p.id} repeats ${same[k].id}, whose answer nothing took away`);
	for (const revision of new Set(tries.map((a) => a.revision))) {
		const mine = tries.filter((a) => a.revision === revision).sort((a, b) => a.attempt - b.attempt);
		if (mine.slice(0, -1).some((a) => a.result === 'accepted'))
			bad.answered.push(`${key}: sent again although it had a receipt: ${mine.map((a) => a.result || 'unanswered').join(', ')}`);
	}
	if (bodies.size > tries.at(-1)?.revision)
		bad.body.push(`${key}: ${bodies.size} different bodies in ${tries.at(-1).revision} revisions`);
	if (arrived.filter((s) => s.actionId).length > 1)
		bad.booked.push(`${key}: ${arrived.filter((s) => s.actionId).map((s) => s.actionId).join(', ')}`);
}

/** What the product says of it, against what impact.com made of it. */
function judgeVerdict(key, c, group) {
	const mine = submissions.get(key) ?? [];
	const booked = mine.find((s) => s.actionId);
	const last = byBatch.get(c.batch);
	// In the calm the lead was judged long before its deal.
	const { body } = group[0];
	const expected = toldAs(verdict(tenants.get(c.portal), body) ?? (c.portal === plan.calm.portal ? 'credited' : null), body);
	const said = c.state === 'CONFIRMED' ? 'credited' : c.code;
	verdicts[`${c.state} ${c.code}`] = (verdicts[`${c.state} ${c.code}`] ?? 0) + 1;
	if (c.state === 'DEAD') {
		seen.dead++;
		if (booked || c.unanswered < 2)
			bad.dead.push(`${key}: ${c.unanswered} unanswered, booked as ${booked?.actionId ?? 'nothing'}`);
		return;
	}
	if (c.state === 'CONFIRMED') {
		const action = actions.get(c.action);
		if (!action || action.batchId !== booked?.batchId || action.partnerId !== c.partner || Number(action.payout) !== Number(c.payout))
			bad.verdict.push(`${key}: action ${c.action} of partner ${c.partner}, payout ${c.payout}; booked ${JSON.stringify(action ?? null)}`);
	} else if (c.state !== 'REJECTED' || booked || toldAs(last?.errorReason, body) !== c.code) {
		bad.verdict.push(`${key}: ${c.state} ${c.code}; impact.com: ${mine.map((s) => `${s.completed ? 'Complete' : 'Queued'} ${s.errorReason} ${s.actionId ?? ''}`).join(' | ') || 'nothing'}`);
	}
	if (expected ? said !== expected : !['credited', toldAs('ACTION_REF_NOT_FOUND', body)].includes(said))
		bad.said.push(`${key}: ${said}, by the oracle ${expected ?? 'credited by an earlier one or not attributed'}`);
}

const lanes = new Map();
for (const [key, group] of groups) {
	const [c] = conversions.get(key) ?? [];
	const sent = posts.get(key) ?? [];
	if (!c)
		continue; // told above
	if (!sent.length && c.state !== 'DEAD')
		bad.lost.push(`${key}: ${c.state}`);
	for (const p of sent)
		if (!group.some((m) => sameBody(m.body, p.form)))
			bad.body.push(`${key}: sent ${JSON.stringify(p.form)}, wanted ${JSON.stringify(group[0].body)}`);
	const made = group.filter((m) => m.d?.outcome === 'CONVERSION').length;
	if (made !== c.revision || group.some((m) => m.d?.outcome === 'SUPPRESSED' && m.d.code !== 'duplicate_effect'))
		bad.decided.push(`${key}: ${made} of ${group.length} decisions made revision ${c.revision}: ${group.map((m) => `${m.d?.outcome} ${m.d?.code}`).join(', ')}`);
	judgePosts(key, c, sent);
	judgeVerdict(key, c, group);
	const { sid } = tenants.get(c.portal);
	if (c.revision === 1)
		push(lanes, `${sid}|${group[0].body.CustomerId}`, { key, eventType: c.eventType, made: c.made, occurred: group.find((m) => m.d?.outcome === 'CONVERSION')?.fact.at,
			posts: sent, submissions: submissions.get(key) ?? [], tries: (attempts.get(`${c.portal}|${c.id}`) ?? []).sort((a, b) => a.attempt - b.attempt) });
}
check('no conversion was lost', bad.lost);
check('none was sent twice beyond the rule of design 12', bad.twice);
check('none was sent again without a crash or a lost reply', bad.unasked);
check('none was sent again that impact.com had given a receipt for', bad.answered);
check('none was booked twice', bad.booked);
check('every body is what the oracle builds, and a resend has the same bytes', bad.body);
check('the same effect made one conversion; others were suppressed, or its next revision after a refusal', bad.decided);
const order = judgeOrder(lanes.values());
check('conversions of one customer went one after the other', order.wrong);
const cuts = requests.filter((r) => ['cut_after', 'cut_body', 'garbage'].includes(r.fault) && r.done).length;
check('replies were lost after impact.com had booked, as many as the plan says', cuts < plan.cuts ? [`${cuts} of ${plan.cuts}`] : []);
check('every program and the database were killed', kills.length < 50 ? [] : ['nginx', 'hooks', 'site', 'live', 'worker', 'db'].filter((s) => !kills.some((k) => k.service === s && k.died > 0)));
check('every verdict that the product shows is impact.com\'s', bad.verdict);
check('every verdict is the one that its case asks for', bad.said);
check('given up was only what had no answer twice and was not booked', bad.dead);

// ---- HubSpot's calls in the calm (design 12)

// A tenant's events are decided in four queues. In each a burst ends with a batch that is not full: twice when a busy machine
// took it in in two parts, the first of which was decided meanwhile.
const PARTLY = 2 * 4;
const READS = { batch: /^\/crm\/objects\/[^/]+\/([^/]+)\/batch\/read$/, links: /^\/crm\/associations\/[^/]+\/(.+)\/batch\/read$/ };
for (const burst of calm) {
	const mine = calls.filter((r) => r.portalId === burst.portal && r.id > burst.since && r.id <= burst.upTo);
	const kinds = new Map();
	let [records, links, other] = [0, 0, 0];
	for (const r of mine) {
		const [, type] = READS.batch.exec(r.path) ?? [];
		const [, pair] = READS.links.exec(r.path) ?? [];
		if (!type && !pair)
			other++;
		const n = type || pair ? JSON.parse(r.body).inputs.length : 0;
		push(kinds, type ?? pair ?? r.path, n);
		[records, links] = [records + (type ? n : 0), links + (pair ? n : 0)];
	}
	const full = (kind) => kind.includes('/') ? 1000 : 100;
	const aside = [...kinds].reduce((sum, [kind, sizes]) => sum + Math.min(PARTLY, sizes.filter((n) => n < full(kind)).length), 0);
	const limit = links ? 1.2 * (records / 100 + links / 1000) : burst.events / 100;
	const told = [...kinds].map(([kind, sizes]) => `${kind} ${sizes.join('+')}`).join('; ');
	check(`design 12: at most ${Math.floor(limit)} calls to HubSpot for ${burst.events} events of ${burst.object}, batches at the burst's end aside`,
		mine.length - aside > limit || records === 0 || other ? [`${mine.length} calls, ${aside} of them partly filled at the end: ${told}`] : []);
	console.log(`# HubSpot: ${mine.length} calls for ${burst.events} events of ${burst.object}: ${told}`);
}

const show = (counts) => Object.entries(counts).sort(([, a], [, b]) => b - a).map(([k, n]) => `${n} ${k.trim()}`).join(', ');
console.log(`# ${facts.size} events in ${webhooks.length} webhooks (${webhooks.reduce((n, w) => n + w.attempts, 0)} requests, ${webhooks.reduce((n, w) => n + w.events, 0)} events in them)`);
console.log(`# decisions: ${show(outcomes)}`);
console.log(`# conversions: ${groups.size}, ${seen.posts} requests, ${seen.resends} resends, ${cuts} lost replies, ${seen.unanswered} attempts without an answer, ${seen.dead} given up, ${order.judged} pairs in order; ${show(verdicts)}`);
process.exit(failures ? 1 : 0);
