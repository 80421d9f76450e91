// POST Conversions, and what became of what was submitted.
import { randomBytes, randomUUID } from 'node:crypto';
import { fail, notFound, ok, page, pairsOf } from './answers.mjs';
import { checkConversion } from './fields.mjs';
import * as show from './show.mjs';

const KEPT = 90 * 86400000;
const OWN_ID = 'IR_AN_64_TS';

/** Takes a submission into the queue; returns its row. */
export function queue(c, type, values, payload, dueIn = c.w.settings.judge_ms) {
	const now = Date.now();
	return c.w.ledger.addSubmission({
		batchId: `A-${randomUUID()}`, account: c.account, sid: c.sid, type, received: now, due: now + dueIn, values, payload,
	});
}

export function queued(c, row) {
	const base = c.w.settings.absolute_uris ? `https://${c.q.headers.host}` : '';
	return ok({ Status: 'QUEUED', QueuedUri: `${base}/Advertisers/${c.sid}/APISubmissions/${row.batchId}` });
}

export function convert(c) {
	const { pairs, text, error } = pairsOf(c.q);
	if (error)
		return fail(400, error);
	const { settings, judge } = c.w;
	const { values, errors } = checkConversion(pairs, settings, c.version);
	if (errors.length)
		return { status: 400, body: { Status: 'ERROR', errors } };
	if (values.OrderId === OWN_ID)
		values.OrderId = `${randomBytes(20).toString('hex')}${Date.now()}`;
	const now = settings.conversion_answer !== 'queued';
	const row = queue(c, 'Conversion', values, text, now ? 0 : settings.judge_ms);
	const { actionId } = now ? judge.decide(row) : {};
	if (actionId) {
		const uri = `/Advertisers/${c.sid}/Actions/${actionId}`;
		return ok(settings.conversion_answer === 'action' ? { ActionId: actionId, ActionUri: uri } : { Status: 'OK', Uri: uri });
	}
	return queued(c, row);
}

export function submission(c) {
	const s = c.w.ledger.submission(c.params.id);
	return s?.account === c.account && s.received > Date.now() - KEPT ? ok(show.submission(s, c.sid)) : notFound();
}

export function submissions(c) {
	return page(c, 'APISubmission', c.w.ledger.batchesOf(c.account), (id) => show.submission(c.w.ledger.submission(id), c.sid));
}
