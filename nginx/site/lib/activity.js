// Activity's filters as they stand in the address, its lines and numbers, and what is folded in it.
import { get } from '../api.js';
import { text } from '../text.js';
import { navigate } from './router.js';
import { useEffect, useRef, useState } from '../html.js';
import { usePoll } from './load.js';

export const LIMIT = 50;
const EVERY_MS = 2000;
const NUMBERS_EVERY_MS = 10000;
const SHARE = 10; // of the time, at most a tenth is spent on asking
const READING_PX = 160; // scrolled down further than this, somebody reads
const FOLD_MS = 10 * 60 * 1000; // changes of one record within so long are one line
const NOISE = new Set(['trigger_other_value', 'trigger_off', 'not_concerned', 'echo']);

const FILTERS = ['outcome', 'object', 'code', 'q', 'period', 'from', 'to'];
const DATE = /^\d{4}-\d\d-\d\d$/;
const KNOWN = {
  outcome: v => v === 'held' || v in text.activity.counters,
  object: v => v in text.objects,
  code: v => v.length <= 255,
  q: v => v.trim() !== '' && v.length <= 500,
  period: v => v in text.activity.periods,
  from: v => DATE.test(v),
  to: v => DATE.test(v),
};

/** The filters of an address; what is not known is left out. */
export function readFilters(query) {
  const filters = Object.fromEntries(FILTERS.map(name => [name, query.get(name) ?? '']));
  for (const name of FILTERS) if (filters[name] && !KNOWN[name](filters[name])) filters[name] = '';
  if (filters.period) filters.from = filters.to = '';
  if (filters.from && filters.to && filters.from > filters.to) filters.to = '';
  return filters;
}

export const queryOf = (filters, more = {}) => new URLSearchParams(Object.entries({ ...filters, ...more }).filter(entry => entry[1])).toString();

/** Where the list is that was looked at last: a decision leads back to it. */
let list = '/activity';
export const keepList = filters => { list = addressOf(filters); };
export const lastList = () => list;

const addressOf = filters => { const query = queryOf(filters); return `/activity${query ? `?${query}` : ''}`; };

export function choose(filters, change) {
  return navigate(addressOf({ ...filters, ...change }));
}

const later = (a, b) => a.at > b.at || (a.at === b.at && a.id > b.id);

/** The newest page over what is shown: a row keeps its place, and its identity unless something of it changed. */
function merge(shown, fresh, withNew) {
  const now = new Map(fresh.map(row => [row.id, row]));
  const kept = shown.map(row => {
    const after = now.get(row.id);
    now.delete(row.id);
    return after && JSON.stringify(after) !== JSON.stringify(row) ? after : row;
  });
  const last = fresh.at(-1);
  // What is within the newest page and not in it has left what the filters ask for.
  const gone = row => fresh.length < LIMIT || later(row, last);
  const fits = new Set(fresh.map(row => row.id));
  const rest = kept.filter(row => fits.has(row.id) || !gone(row));
  const fresher = [...now.values()];
  return withNew ? { rows: [...fresher, ...rest].sort((a, b) => later(a, b) ? -1 : 1), waiting: 0 } : { rows: rest, waiting: fresher.length };
}

const isRead = () => scrollY > READING_PX || document.activeElement?.closest?.('.decisions');

/** Asks again and again, but never more than a part of the time. */
function useGentlePoll(read, everyMs, deps) {
  const next = useRef(0);
  usePoll(async () => {
    const begun = Date.now();
    if (begun < next.current) return;
    await read();
    next.current = Date.now() + (Date.now() - begun) * SHARE;
  }, everyMs, deps);
}

export function useLines(filters) {
  const key = queryOf(filters);
  const [state, setState] = useState({ key, data: null, error: null, more: false });
  const latest = useRef(key);
  latest.current = key;
  const read = async (asked = true) => {
    try {
      const fresh = await get(`/api/activity?${queryOf(filters, { limit: LIMIT })}`);
      if (latest.current !== key) return;
      setState(old => {
        const before = old.key === key ? old.data : null;
        if (!before) return { key, data: { ...fresh, waiting: 0 }, error: null, more: false };
        const { rows, waiting } = merge(before.rows, fresh.rows, asked || !isRead());
        const next = rows.length > fresh.rows.length ? before.next_cursor : fresh.next_cursor;
        return { key, data: { rows, waiting, next_cursor: next }, error: null, more: old.more };
      });
    } catch (error) {
      if (latest.current === key) setState(old => ({ ...old, error, data: old.key === key ? old.data : null, key }));
    }
  };
  const readMore = async () => {
    setState(old => ({ ...old, more: true }));
    try {
      const page = await get(`/api/activity?${queryOf(filters, { limit: LIMIT, cursor: state.data.next_cursor })}`);
      if (latest.current !== key) return;
      setState(old => {
        const known = new Set(old.data.rows.map(r => r.id));
        return { ...old, more: false, data: { ...old.data, rows: [...old.data.rows, ...page.rows.filter(r => !known.has(r.id))], next_cursor: page.next_cursor } };
      });
    } catch (error) {
      setState(old => ({ ...old, more: false, error }));
    }
  };
  useEffect(() => { read(); }, [key]);
  useGentlePoll(() => read(false), EVERY_MS, [key]);
  return { ...state, stale: state.key !== key, read, readMore };
}

/** How many lines ended where, and why, of what object, period and search leave. */
export function useNumbers({ object, q, period, from, to }) {
  const key = queryOf({ object, q, period, from, to });
  const [state, setState] = useState(null);
  const everyMs = state?.asked > 0 ? EVERY_MS : NUMBERS_EVERY_MS; // somebody waits for what was asked again
  const latest = useRef(key);
  latest.current = key;
  const read = async () => {
    const numbers = await get(`/api/activity/numbers?${key}`).catch(() => null); // the list says when nothing can be had
    if (numbers && latest.current === key) setState(numbers);
  };
  useEffect(() => { read(); }, [key]);
  useGentlePoll(read, everyMs, [key, everyMs]);
  return { numbers: state, readNumbers: read };
}

/** [{row, more}]: changes of one record that concern no trigger, one after the other, are one line with the others in it. */
export function fold(rows) {
  const lines = [];
  const open = new Map();
  for (const row of rows) {
    const key = NOISE.has(row.code) ? `${row.object_type}/${row.object_id}/${row.code}` : null;
    const line = key && open.get(key);
    if (line && Date.parse((line.more.at(-1) ?? line.row).at) - Date.parse(row.at) <= FOLD_MS) {
      line.more.push(row);
      continue;
    }
    const fresh = { row, more: [] };
    lines.push(fresh);
    if (key) open.set(key, fresh);
  }
  return lines;
}
