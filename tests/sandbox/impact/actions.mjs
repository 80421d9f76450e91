// Actions, their items and updates; and PUT and DELETE on them, which are queued like conversions.
import { fail, invalid, notFound, ok, page, pairsOf, windowOf } from './answers.mjs';
import { REFUSED, checkChange } from './changes.mjs';
import { queue, queued } from './conversions.mjs';
import * as show from './show.mjs';

const WEEK = 7 * 86400000;
const STATES = ['PENDING', 'APPROVED', 'REVERSED'];
const WINDOWS = [['StartDate', 'EndDate', 'updated'], ['ActionDateStart', 'ActionDateEnd', 'event'], ['LockingDateStart', 'LockingDateEnd', 'lock']];

/** Windows of a list: {ranges: {updated, event, lock}} or {answer}. Without any, the last week. */
function ranges(query) {
	if (!query.get('CampaignId'))
		return { answer: invalid('CampaignId', 'A value is required') };
	const state = query.get('State');
	if (state && !STATES.includes(state))
		return { answer: invalid('State', `Must be ${STATES.join(', ')}`) };
	const found = {};
	for (const [first, second, line] of WINDOWS) {
		const { from, to, error } = windowOf(query, first, second);
		if (error)
			return { answer: invalid(first, error) };
		if (from !== undefined)
			found[line] = [from, to];
	}
	return { ranges: Object.keys(found).length ? found : { updated: [Date.now() - WEEK, Date.now()] } };
}

const second = (ms) => Math.floor(ms / 1000) * 1000;
const within = (ms, range) => !range || (ms !== null && second(ms) >= range[0] && second(ms) <= range[1]);

const shown = (c, a) => !a.test || c.w.settings.test_actions_listed;

function list(c, key, rows, render) {
	const size = Number(c.q.query.get('PageSize') ?? 20000);
	if (rows.length > 10 * size && size >= 2000)
		return fail(400, 'Too many records, narrow the date range');
	return page(c, key, rows, render, { size: 20000, min: 2000 });
}

export function actions(c) {
	const { query } = c.q;
	const { ranges: wanted, answer } = ranges(query);
	if (answer)
		return answer;
	const [[line, [from, to]]] = Object.entries(wanted);
	const [state, tracker] = [query.get('State'), c.w.settings.tracker_filter ? query.get('ActionTrackerId') : null];
	const rows = c.w.ledger.between(c.account, query.get('CampaignId'), line, from, to).map((id) => c.w.ledger.action(id)).filter((a) => shown(c, a)
		&& within(a.eventAt, wanted.event) && within(a.lockAt, wanted.lock) && (!state || a.state === state) && (!tracker || String(a.trackerId) === tracker));
	rows.sort((a, b) => b.created - a.created || b.seq - a.seq);
	return list(c, 'Actions', rows, (a) => show.action(c, a));
}

/** The action of the path when it is this account's, else undefined. */
function own(c, id) {
	const a = c.w.ledger.action(id);
	return a?.account === c.account && shown(c, a) ? a : undefined;
}

export function action(c) {
	const a = own(c, c.params.id);
	return a ? ok(show.action(c, a)) : notFound();
}

export function actionItems(c) {
	const a = own(c, c.params.id);
	return a ? page(c, 'ActionItems', show.items(c, a), (item) => item) : notFound();
}

export function actionItem(c) {
	const a = own(c, c.params.id);
	const item = a && show.items(c, a).find((i) => i.Sku === c.params.sku);
	return item ? ok(item) : notFound();
}

export function updates(c) {
	const { query } = c.q;
	const { ranges: wanted, answer } = ranges(query);
	if (answer)
		return answer;
	const { ledger } = c.w;
	const [[line, [from, to]]] = Object.entries(wanted);
	const programId = query.get('CampaignId');
	const ids = line === 'updated' ? ledger.between(c.account, programId, 'change', from, to)
		: ledger.between(c.account, programId, line, from, to).flatMap((id) => ledger.updatesOf(id));
	const state = query.get('State');
	const rows = ids.map((id) => ledger.update(id)).map((u) => ({ u, a: ledger.action(u.actionId) })).filter(({ u, a }) => shown(c, a)
		&& within(a.eventAt, wanted.event) && within(a.lockAt, wanted.lock) && (!state || u.state === state));
	rows.sort((x, y) => y.u.at - x.u.at);
	return list(c, 'ActionUpdates', rows, ({ u, a }) => show.update(c, u, a));
}

export function update(c) {
	const u = c.w.ledger.update(c.params.id);
	const a = u && own(c, u.actionId);
	return a ? ok(show.update(c, u, a)) : notFound();
}

function change(c, type) {
	const { pairs, text, error } = pairsOf(c.q);
	if (error)
		return fail(400, error);
	const { settings, judge } = c.w;
	const { values, errors } = checkChange(pairs, type, c.version, settings.strict_fields);
	if (errors.length)
		return fail(400, 'Validation Failed', { Errors: errors });
	const code = settings.change_refusal === 'request' ? judge.changes.refusal(c.account, type, values) : null;
	if (code)
		return invalid(code === 'DISPOSITION_NOT_FOUND' ? 'DispositionCode' : 'ActionId', REFUSED[code]);
	return queued(c, queue(c, type, values, text));
}

export const modify = (c) => change(c, 'Modification');
export const reverse = (c) => change(c, 'Reversal');
