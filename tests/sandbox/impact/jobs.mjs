// ClickExport and the jobs that make its files.
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { allClicks, clickTime, program, stamp } from './accounts.mjs';
import { dateOf, fail, invalid, notFound, ok, page } from './answers.mjs';
import { showClick } from './catalogue.mjs';

const KEPT = 90 * 86400000;
const SIGNED_S = 300;
const KEY = randomBytes(32);

const sign = (id, expires) => createHmac('sha256', KEY).update(`${id} ${expires}`).digest('hex');
const uri = (c, j, rest = '') => `/Advertisers/${c.sid}/Jobs/${j.id}${rest}`;

const put = (c, j) => c.w.store.put('impact_job', j.id, j);
const own = (c, id) => {
	const j = c.w.store.get('impact_job', id);
	return j?.account === c.account && j.made > Date.now() - KEPT ? j : undefined;
};

/** Time makes a job: queued, running, then completed. */
function statusOf(j) {
	const now = Date.now();
	return now >= j.due ? 'COMPLETED' : now >= j.made + (j.due - j.made) * 0.4 ? 'RUNNING' : 'QUEUED';
}

/** The same parameters again give the job that there is; Replay makes it anew. */
export function clickExport(c) {
	if (!program(c.acc, c.params.program))
		return notFound();
	const date = c.q.query.get('Date') ?? '';
	if (!/^\d{4}-\d\d-\d\d$/.test(date) || Number.isNaN(Date.parse(date)))
		return invalid('Date', 'Must be a date such as 2026-11-21');
	const same = [...c.w.store.table('impact_job').values()].find((j) => j.account === c.account && j.programId === c.params.program && j.date === date);
	const now = Date.now();
	const j = same ?? put(c, { id: randomUUID(), account: c.account, programId: c.params.program, date, made: now, due: now + c.w.settings.judge_ms });
	return ok({ Status: 'QUEUED', QueuedUri: uri(c, j), ResultUri: uri(c, j, '/Download'), ReplayUri: uri(c, j, '/Replay') });
}

/** Clicks of the day in the account's time. */
const rowsOf = (c, j) => allClicks(c.acc).flatMap((k) => [k, ...(k.earlier ?? []).map((e) => ({ ...k, ...e }))])
	.filter((k) => stamp(c.acc, clickTime(k)).startsWith(j.date));

function show(c, j) {
	const status = statusOf(j);
	const done = status === 'COMPLETED';
	return { Id: j.id, Type: 'ClickExport', Status: status, StatusMessage: '', PercentageComplete: done ? '100' : '0', RecordsProcessed: done ? String(rowsOf(c, j).length) : '0',
		CreatedDate: stamp(c.acc, j.made), CompletedDate: done ? stamp(c.acc, j.due) : '', Replayable: 'true', ResultUri: done ? uri(c, j, '/Download') : '', Uri: uri(c, j) };
}

export function jobs(c) {
	const [after, before] = [dateOf(c.q.query, 'CreatedAfter'), dateOf(c.q.query, 'CreatedBefore')];
	if (Number.isNaN(after) || Number.isNaN(before))
		return invalid('CreatedAfter', 'CreatedAfter and CreatedBefore must be ISO 8601 dates with offset');
	const rows = [...c.w.store.table('impact_job').values()].filter((j) => own(c, j.id) && (after === undefined || j.made > after) && (before === undefined || j.made < before));
	return page(c, 'Jobs', rows, (j) => show(c, j));
}

export function job(c) {
	const j = own(c, c.params.id);
	return j ? ok(show(c, j)) : notFound();
}

export function replay(c) {
	const j = own(c, c.params.id);
	if (!j)
		return notFound();
	const now = Date.now();
	put(c, { ...j, made: now, due: now + c.w.settings.judge_ms });
	return ok({ Status: 'QUEUED', QueuedUri: uri(c, j), ResultUri: uri(c, j, '/Download'), ReplayUri: uri(c, j, '/Replay') });
}

const cell = (v) => /[",\n]/.test(v) ? `"${v.replace(/"/g, '""')}"` : v;

function file(c, j) {
	const rows = rowsOf(c, j).map((k) => Object.entries(showClick(c, k, j.programId)).filter(([, v]) => typeof v === 'string'));
	const names = (rows[0] ?? []).map(([name]) => name);
	const body = [names, ...rows.map((r) => r.map(([, v]) => cell(v)))].map((r) => r.join(',')).join('\n');
	return { status: 200, file: `${body}\n`, headers: { 'Content-Type': 'text/csv;charset=utf-8' } };
}

export function download(c) {
	const j = own(c, c.params.id);
	if (!j)
		return notFound();
	if (statusOf(j) !== 'COMPLETED')
		return { status: 202, body: { Status: statusOf(j) } };
	if (c.q.query.get('Mode') === 'Stream')
		return file(c, j);
	const expires = Math.floor(Date.now() / 1000) + SIGNED_S;
	return { status: 302, body: {}, headers: { Location: `https://${c.q.headers.host}${uri(c, j, '/File')}?Expires=${expires}&Signature=${sign(j.id, expires)}` } };
}

/** The signed address: whoever has it may read, and credentials have no business there. */
export function signedFile(c) {
	const { query } = c.q;
	const [expires, signature] = [query.get('Expires'), query.get('Signature')];
	const j = c.w.store.get('impact_job', c.params.id);
	if (c.q.headers.authorization)
		return fail(400, 'Only one way to authorize is allowed');
	if (!j || signature !== sign(j.id, expires) || Number(expires) < Date.now() / 1000)
		return fail(403, 'The signature is wrong or has expired');
	return file(c, j);
}
