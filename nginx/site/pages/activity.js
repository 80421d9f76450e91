// One line per decision, newest first; new ones appear by themselves.
import { html, useEffect, useMemo, useRef, useState } from '../html.js';
import { get } from '../api.js';
import { text } from '../text.js';
import { usePoll } from '../lib/load.js';
import { loadLabels } from '../lib/labels.js';
import { navigate } from '../lib/router.js';
import { useStore } from '../lib/store.js';
import { Counters } from '../parts/counters.js';
import { DecisionRow, namesOf, recordName } from '../parts/decision-row.js';
import { Empty, Failed, Notice, PageHead, Skeleton } from '../parts/notice.js';

const words = text.activity;
const EVERY_MS = 2000;
const LIMIT = 50;

function address(filters, cursor) {
  const query = new URLSearchParams(Object.entries({ ...filters, cursor, limit: LIMIT }).filter(entry => entry[1]));
  return `/api/activity?${query}`;
}

/** The newest page over what is shown: rows keep their place and identity unless something of them changed. */
function merge(shown, fresh) {
  const old = new Map(shown.map(row => [row.id, row]));
  const kept = fresh.map(row => {
    const before = old.get(row.id);
    old.delete(row.id);
    return before && JSON.stringify(before) === JSON.stringify(row) ? before : row;
  });
  const last = fresh.at(-1);
  const rest = fresh.length < LIMIT ? [] : shown.filter(row => old.has(row.id) && row.id < last.id); // newest first is by id
  return [...kept, ...rest];
}

function useActivity(filters) {
  const key = JSON.stringify(filters);
  const [state, setState] = useState({ key, data: null, error: null, more: false });
  const latest = useRef(key);
  latest.current = key;
  const read = async () => {
    try {
      const fresh = await get(address(filters));
      if (latest.current !== key) return;
      setState(old => {
        const before = old.key === key ? old.data : null;
        const rows = before ? merge(before.rows, fresh.rows) : fresh.rows;
        const next = rows.length > fresh.rows.length && before ? before.next_cursor : fresh.next_cursor;
        return { key, data: { counters: fresh.counters, rows, next_cursor: next }, error: null, more: old.more };
      });
    } catch (error) {
      if (latest.current === key) setState(old => ({ ...old, error }));
    }
  };
  const readMore = async () => {
    setState(old => ({ ...old, more: true }));
    try {
      const page = await get(address(filters, state.data.next_cursor));
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
  usePoll(read, EVERY_MS, [key]);
  return { ...state, stale: state.key !== key, read, readMore };
}

function ObjectFilter({ filters }) {
  const choose = object => {
    const query = new URLSearchParams(Object.entries({ ...filters, object }).filter(entry => entry[1])).toString();
    navigate(`/activity${query ? `?${query}` : ''}`, { replace: true });
  };
  return html`<label class="inline-field"><span>${words.object}</span><select value=${filters.object} onChange=${e => choose(e.target.value)}>
    <option value="">${words.allObjects}</option>${Object.entries(text.objects).map(([key, o]) => html`<option key=${key} value=${key}>${o.name}</option>`)}</select></label>`;
}

function Nothing({ filtered }) {
  if (filtered) return html`<${Empty} title=${words.noneTitle} action=${html`<a class="btn" href="/activity">${words.clear}</a>`}>${words.noneBody}<//>`;
  const todo = html`<a class="btn" href="/triggers">${words.emptyTriggers}</a> <a class="btn" href="/">${words.emptySetup}</a>`;
  return html`<${Empty} title=${words.emptyTitle} action=${todo}>${words.emptyBody}<//>`;
}

export function Activity({ query, session }) {
  const filters = { outcome: words.counters[query.get('outcome')] ? query.get('outcome') : '', object: text.objects[query.get('object')] ? query.get('object') : '' };
  const { data, error, more, stale, read, readMore } = useActivity(filters);
  const labels = useStore(useMemo(loadLabels, []));
  const filtered = Boolean(filters.outcome || filters.object);
  const names = useMemo(() => namesOf(data?.rows ?? []), [data]);
  return html`<${PageHead} title=${words.title} lead=${words.lead} />
    <section aria-label=${words.filters}>
      <${Counters} counters=${data?.counters ?? {}} chosen=${filters.outcome} extra=${filters.object ? `object=${filters.object}` : ''} />
      <div class="toolbar"><${ObjectFilter} filters=${filters} />
        <span class="muted" role="status">${data && words.shown(data.rows.length)}</span>
        ${filtered && html`<a class="link" href="/activity">${words.clear}</a>`}</div>
    </section>
    <div role="status">${data && error && html`<${Notice} kind="warn">${text.common.updatesFail}<//>`}</div>
    ${!data && (error ? html`<${Failed} error=${error} retry=${read} />` : html`<div class="card"><${Skeleton} lines=${10} tall /></div>`)}
    ${data && html`<section class=${`card list${stale ? ' stale' : ''}`} aria-label=${words.list} aria-busy=${stale ? 'true' : 'false'}>
      ${data.rows.length === 0 ? html`<${Nothing} filtered=${filtered} />`
        : html`<ul class="decisions">${data.rows.map(row => html`<${DecisionRow} key=${row.id} row=${row} name=${names.get(recordName(row))} session=${session} labels=${labels} />`)}</ul>`}
      ${data.next_cursor && html`<div class="row-foot"><button type="button" class="btn" disabled=${more} onClick=${readMore}>${more ? words.moreBusy : words.more}</button></div>`}
    </section>`}`;
}
