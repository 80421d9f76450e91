// The checker must notice what it is there for: a small run made by hand passes, and each fault planted in it does not.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Records, decide, toldAs, verdict } from './oracle.mjs';
import { makePlan } from './plan.mjs';

const DIR = mkdtempSync(join(tmpdir(), 'chaos-'));
after(() => rmSync(DIR, { recursive: true }));
const CHECKER = fileURLToPath(new URL('checker.mjs', import.meta.url));

/** A product without fault, in one pass. */
function perfect() {
	const plan = makePlan({ seed: 7, events: 200, tenants: 1, base: Date.now(), calm: { contacts: 20, deals: 10, sent: 5 } });
	const all = [...plan.tenants, plan.calm];
	const webhooks = all.flatMap((t) => t.waves.map((w) => ({ portalId: t.portal, state: 'done', events: [...w.events] })));
	const sandbox = { submissions: [], actions: [] };
	const records = new Records(all);
	const told = { events: [], decisions: [], conversions: [], attempts: [], quarantine: [], inbox: 0, shown: [{ portal: 60000001, rows: [] }] };
	const log = [];
	for (const t of all)
		for (const e of t.waves.flatMap((w) => w.events)) {
			if (typeof e.occurredAt !== 'number' || e.objectId === 'no number' || e.portalId === 1) {
				if (e.portalId !== 1)
					told.quarantine.push(JSON.stringify(e));
				continue;
			}
			const fact = { portal: t.portal, kind: { creation: 'created', propertyChange: 'changed', associationChange: 'associated' }[e.subscriptionType.slice(7)],
				type: { '0-1': 'contacts', '0-2': 'companies', '0-3': 'deals' }[e.objectTypeId ?? e.fromObjectTypeId], id: String(e.objectId ?? e.fromObjectId),
				property: e.propertyName ?? '', value: e.propertyValue ?? '', at: e.occurredAt, echo: e.changeSource === 'INTEGRATION' };
			told.events.push(fact);
			const { outcome, code, body } = decide(t, records, fact);
			if (outcome === 'NONE')
				continue;
			const first = body && !told.conversions.some((c) => c.portal === t.portal && c.orderId === body.OrderId && c.eventType === body.EventTypeCode);
			told.decisions.push({ ...fact, outcome: body && !first ? 'SUPPRESSED' : outcome, code: body && !first ? 'duplicate_effect' : code ?? '', ...(first ? { conversion: String(told.conversions.length + 1) } : {}) });
			if (t !== plan.calm && body && !first)
				told.shown[0].rows.push({ id: fact.id, outcome: 'skipped', state: '', code: 'duplicate_effect' });
			else if (t !== plan.calm && !body)
				told.shown[0].rows.push({ id: fact.id, outcome: outcome.toLowerCase(), state: '', code });
			if (first)
				convert(t, body, t === plan.calm, { told, log, sandbox });
		}
	const burst = (object, paths) => {
		const since = log.at(-1).id;
		for (const [path, n] of paths)
			log.push({ id: log.length + 1, time: when(log.length + 1), portalId: plan.calm.portal, method: 'POST', path, body: JSON.stringify({ inputs: Array(n).fill({ id: '1' }) }) });
		return { object, events: 20, portal: plan.calm.portal, since, upTo: log.at(-1).id };
	};
	const calm = [burst('contacts', [['/crm/objects/2026-09/contacts/batch/read', 20]]), burst('deals', [['/crm/objects/2026-09/deals/batch/read', 10],
		['/crm/associations/2026-09/deals/contacts/batch/read', 10], ['/crm/objects/2026-09/contacts/batch/read', 10]])];
	return { plan, webhooks, sandbox, told, log, calm, kills: [] };
}

/** Conversions leave one a minute, each when the one before has its verdict. */
const MINUTE = 60000;
const when = (n) => new Date(n * MINUTE).toISOString();

function convert(t, body, calm, { told, log, sandbox }) {
	const id = String(told.conversions.length + 1);
	const said = verdict(t, body) ?? (calm ? 'credited' : 'ACTION_REF_NOT_FOUND');
	const credited = said === 'credited';
	const at = (log.length + 1) * MINUTE;
	log.push({ id: log.length + 1, time: when(log.length + 1), status: 200, done: true, method: 'POST', path: `/Advertisers/${t.sid}/Conversions`, body: String(new URLSearchParams(body)) });
	sandbox.submissions.push({ batchId: `A-${id}`, sid: t.sid, received: at, completed: at + 800, values: body, status: 'Complete', errorReason: credited ? '' : said, ...(credited ? { actionId: `x.${id}` } : {}) });
	if (credited)
		sandbox.actions.push({ id: `x.${id}`, batchId: `A-${id}`, partnerId: '1', payout: '2.00' });
	told.conversions.push({ portal: t.portal, id, state: credited ? 'CONFIRMED' : 'REJECTED', code: credited ? '' : toldAs(said, body), revision: 1, attempts: 1, unanswered: 0, eventType: body.EventTypeCode,
		orderId: body.OrderId, batch: `A-${id}`, action: credited ? `x.${id}` : '', partner: '1', payout: '2.0000', made: at - 1000 });
	if (!calm)
		told.shown[0].rows.push({ id: told.decisions.at(-1).id, outcome: credited ? 'sent' : toldAs(said, body) === 'ACTION_REF_NOT_FOUND' ? 'direct' : 'failed', state: credited ? 'CONFIRMED' : 'REJECTED',
			code: credited ? '' : toldAs(said, body) });
	told.attempts.push({ portal: t.portal, id, attempt: 1, revision: 1, status: 200, result: 'accepted', at: at - 5 });
}

function run({ plan, webhooks, sandbox, told, log, calm, kills }) {
	const lines = (name, rows) => writeFileSync(join(DIR, name), rows.map((r) => JSON.stringify(r)).join('\n'));
	lines('log.jsonl', log);
	lines('webhooks.jsonl', webhooks.flatMap((w, id) => [{ id, portalId: w.portalId, events: w.events }, { id, state: w.state, attempt: { status: 200 } }]));
	for (const [name, value] of Object.entries({ plan, sandbox, told, calm, kills }))
		writeFileSync(join(DIR, `${name}.json`), JSON.stringify(value));
	const { status, stdout, stderr } = spawnSync(process.execPath, [CHECKER, DIR], { encoding: 'utf8' });
	return { status, said: stdout + stderr, failed: stdout.split('\n').filter((l) => l.startsWith('not ok')) };
}

test('a run without fault passes', () => {
	const { status, said, failed } = run(perfect());
	assert.deepEqual(failed, [], said);
	assert.equal(status, 0, said);
	assert.match(said, /WAITING|SKIPPED/);
});

const confirmed = (r) => r.told.conversions.find((c) => c.state === 'CONFIRMED');
const postOf = (r, c) => r.log.find((e) => e.body.includes(`OrderId=${c.orderId}`));
const again = (r, c, change = (x) => x) => r.log.push({ ...postOf(r, c), id: r.log.length + 1, time: when(r.log.length + 1), body: change(postOf(r, c).body) });
const tried = (r, c, ...results) => {
	const { at } = r.told.attempts.find((a) => a.id === c.id);
	r.told.attempts = r.told.attempts.filter((a) => a.id !== c.id);
	results.forEach((result, k) => r.told.attempts.push({ portal: c.portal, id: c.id, attempt: k + 1, revision: 1, status: 0, result, at: at + k * MINUTE }));
};
/** The tries of two conversions of one customer, of different event types, in the order in which they happened. */
const pair = (r) => {
	for (const c of r.told.conversions)
		for (const d of r.told.conversions)
			if (c.portal === 60000001 && d.portal === c.portal && /^contact_lead/.test(c.orderId) && d.orderId === c.orderId.replace('lead', 'customer'))
				return [c, d].map((x) => ({ c: x, a: r.told.attempts.find((t) => t.id === x.id), s: r.sandbox.submissions.find((t) => t.batchId === x.batch), post: postOf(r, x) }));
	throw new Error('the plan has no two conversions of one customer');
};
const rejected = (r) => r.told.conversions.find((c) => c.state === 'REJECTED');

const FAULTS = [
	['an event that was not sent', /every event of the plan was sent/, (r) => { r.webhooks[0].events.splice(3, 1); }],
	['a webhook that nobody took', /answered with 200/, (r) => { r.webhooks[0].state = 'given up'; }],
	['a lost event', /no event was lost/, (r) => { r.told.events.pop(); }],
	['an invented event', /no event was invented/, (r) => { r.told.events.push({ ...r.told.events[0], at: 5 }); }],
	['a lost quarantine', /in quarantine/, (r) => { r.told.quarantine.pop(); }],
	['a lost decision', /decided as the oracle/, (r) => { r.told.decisions.shift(); }],
	['two decisions of one event', /decided as the oracle/, (r) => { r.told.decisions.push(r.told.decisions[0]); }],
	['another reason', /decided as the oracle/, (r) => { r.told.decisions.find((d) => d.code === 'trigger_other_value').code = 'no_consent'; }],
	['a conversion that never left', /no conversion was lost/, (r) => { postOf(r, confirmed(r)).path = '/elsewhere'; }],
	['a conversion of no event', /that no event asked for/, (r) => again(r, confirmed(r), (b) => b.replace('OrderId=', 'OrderId=other'))],
	['a request more than attempts', /sent twice/, (r) => again(r, confirmed(r))],
	['three times the same', /sent twice/, (r) => {
		tried(r, rejected(r), '', '', 'accepted');
		again(r, rejected(r));
		again(r, rejected(r));
	}],
	['a resend that nothing asked for', /without a crash or a lost reply/, (r) => {
		tried(r, rejected(r), '', 'accepted');
		again(r, rejected(r));
		r.kills.push({ at: Date.parse(postOf(r, rejected(r)).time) + 5 * MINUTE, service: 'worker', died: 1 }, { at: Date.parse(postOf(r, rejected(r)).time), service: 'nginx', died: 1 });
	}],
	['one that overtakes an earlier one of its customer', /one after the other/, (r) => {
		const [first, second] = pair(r);
		first.c.made -= MINUTE;
		second.a.at = first.a.at - 1000;
	}],
	['one that does not wait for the verdict of its parent', /one after the other/, (r) => {
		const [first, second] = pair(r);
		first.c.made -= MINUTE;
		[first.a.at, second.a.at] = [first.a.at - 30, first.a.at + 400];
		second.post.time = new Date(second.a.at + 5).toISOString();
	}],
	['fewer lost replies than planned', /replies were lost/, (r) => { r.plan.cuts = 1; }],
	['a program that was never killed', /every program and the database were killed/, (r) => {
		r.kills = Array.from({ length: 60 }, () => ({ at: 0, service: 'worker', died: 1 }));
	}],
	['a resend in spite of a receipt', /given a receipt/, (r) => {
		tried(r, confirmed(r), 'accepted', 'accepted');
		again(r, confirmed(r));
	}],
	['a resend with other bytes', /resend has the same bytes/, (r) => {
		tried(r, rejected(r), '', 'accepted');
		again(r, rejected(r), (b) => `${b}&Text2=x`);
	}],
	['a double booking', /booked twice/, (r) => {
		const c = confirmed(r);
		r.sandbox.submissions.push({ ...r.sandbox.submissions.find((x) => x.batchId === c.batch), batchId: 'A-x', actionId: 'y' });
	}],
	['a wrong amount', /what the oracle builds/, (r) => {
		const post = r.log.find((e) => /OrderSubTotal=/.test(e.body));
		post.body = post.body.replace(/OrderSubTotal=\d/, 'OrderSubTotal=77');
	}],
	['a verdict that is not impact.com\'s', /impact\.com's/, (r) => { rejected(r).code = 'SOMETHING'; }],
	['a click that nobody knows, told as nobody\'s sale', /its case asks for/, (r) => {
		r.told.conversions.find((c) => c.code === 'click_not_found').code = 'ACTION_REF_NOT_FOUND';
	}],
	['a payout that is not impact.com\'s', /impact\.com's/, (r) => { confirmed(r).payout = '3.00'; }],
	['given up although booked', /given up/, (r) => { Object.assign(confirmed(r), { state: 'DEAD', unanswered: 2 }); }],
	['given up too early', /given up/, (r) => { Object.assign(rejected(r), { state: 'DEAD', unanswered: 1 }); }],
	['another tenant\'s verdict', /impact\.com's/, (r) => {
		const [a, b] = r.told.conversions.filter((c) => c.state === 'CONFIRMED');
		[a.action, b.action] = [b.action, a.action];
	}],
	['a decision that Activity does not show', /Activity of 60000001/, (r) => { r.told.shown[0].rows.pop(); }],
	['a verdict that Activity shows otherwise', /Activity of 60000001/, (r) => { r.told.shown[0].rows.find((x) => x.state === 'REJECTED').state = 'CONFIRMED'; }],
	['a call for each record', /design 12: at most/, (r) => {
		r.calm[0].upTo += 30;
		for (let i = 0; i < 30; i++)
			r.log.push({ ...r.log.find((e) => e.path.includes('contacts/batch')), id: r.log.length + 1 });
	}],
];
for (const [what, sentence, plant] of FAULTS)
	test(`it notices ${what}`, () => {
		const r = perfect();
		plant(r);
		const { status, said, failed } = run(r);
		assert.equal(status, 1, said);
		assert.ok(failed.some((line) => sentence.test(line)), failed.join('\n') || said);
	});

test('a resend after a lost answer or a kill, of what was not booked, is within the rule', () => {
	const r = perfect();
	tried(r, rejected(r), '', 'accepted');
	again(r, rejected(r));
	Object.assign(postOf(r, rejected(r)), { fault: 'cut_after' });
	assert.deepEqual(run(r).failed, []);
	delete postOf(r, rejected(r)).fault;
	r.kills.push({ at: Date.parse(postOf(r, rejected(r)).time) + 10, service: 'worker', died: 1 });
	assert.deepEqual(run(r).failed, []);
});
