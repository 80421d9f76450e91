// The audit log: who changed what, when, and what was there before.
import { html, useEffect, useState } from '../html.js';
import { get } from '../api.js';
import { text } from '../text.js';
import { setQuery } from '../lib/router.js';
import { useLoad } from '../lib/load.js';
import { Empty, Failed, Notice, Skeleton } from '../parts/notice.js';
import { Time } from '../parts/time.js';

const words = text.audit;
const DAY_MS = 24 * 3600 * 1000;

function sentence(row) {
  const known = words.actions[row.action];
  if (!known) return row.subject ? `${row.action}: ${row.subject}` : row.action;
  return known.replace('%s', () => row.subject);
}

/** What was there, in words. */
function Facts({ facts }) {
  if (!facts) return words.nothing;
  if ('set' in facts) return facts.set ? `${words.tokenSet}${facts.last4 ? `, ${words.names.last4} ${facts.last4}` : ''}` : words.tokenNone;
  return Object.entries(facts).map(([name, value], i) => {
    const shown = value !== null && typeof value === 'object' ? JSON.stringify(value) : words.values[String(value)] ?? String(value ?? words.nothing);
    return html`<span key=${name}>${i > 0 && html`<br />`}${words.names[name] ?? name}: <bdi>${shown}</bdi></span>`;
  });
}

function Row({ row }) {
  return html`<tr><td data-label=${words.columns.at}><${Time} at=${row.at} full /></td>
    <td data-label=${words.columns.who}><bdi>${row.email || words.nobody}</bdi></td>
    <th scope="row" data-label=${words.columns.what}><bdi>${sentence(row)}</bdi></th>
    <td data-label=${words.columns.before}><${Facts} facts=${row.before} /></td><td data-label=${words.columns.after}><${Facts} facts=${row.after} /></td></tr>`;
}

/** Local midnight of a day as it stands in a date field, `days` later, in UTC. */
function moment(day, days) {
  const at = new Date(`${day}T00:00:00`);
  return Number.isNaN(at.getTime()) ? '' : new Date(at.getTime() + days * DAY_MS).toISOString();
}

function address(query, cursor) {
  const q = new URLSearchParams();
  for (const key of ['person', 'action']) if (query.get(key)) q.set(key, query.get(key));
  if (query.get('from')) q.set('from', moment(query.get('from'), 0));
  if (query.get('until')) q.set('until', moment(query.get('until'), 1));
  if (cursor) q.set('cursor', cursor);
  return `/api/audit?${q}`;
}

function Filters({ query, people }) {
  const field = (key, label, body) => html`<label class="filter">${label}${body}</label>`;
  const select = (key, all, options) => html`<select value=${query.get(key) ?? ''} onChange=${e => setQuery({ [key]: e.target.value })}>
    <option value="">${all}</option>${options.map(([value, name]) => html`<option key=${value} value=${value} selected=${value === query.get(key)}>${name}</option>`)}</select>`;
  const date = key => html`<input type="date" value=${query.get(key) ?? ''} onChange=${e => setQuery({ [key]: e.target.value })} />`;
  return html`<fieldset class="audit-filters"><legend class="sr">${words.filters}</legend>
    ${field('person', words.person, select('person', words.everybody, people.map(p => [p, p])))}
    ${field('action', words.kind, select('action', words.everything, Object.entries(words.kinds)))}
    ${field('from', words.from, date('from'))}${field('until', words.until, date('until'))}</fieldset>`;
}

export function Changes({ query }) {
  const key = address(query);
  const { data, error, loading, reload } = useLoad(() => get(key), [key]);
  const [people, setPeople] = useState([]);
  const [older, setOlder] = useState({ rows: [], next: undefined, busy: false, error: null });
  useEffect(() => { setOlder({ rows: [], next: undefined, busy: false, error: null }); }, [key]);
  useEffect(() => {
    get('/api/team').then(t => setPeople([...t.people, ...t.removed].map(p => p.email).filter(Boolean)), () => {});
  }, []);
  const next = older.next === undefined ? data?.next_cursor : older.next;
  const more = async () => {
    setOlder(old => ({ ...old, busy: true, error: null }));
    try {
      const page = await get(address(query, next));
      setOlder(old => ({ rows: [...old.rows, ...page.rows], next: page.next_cursor, busy: false, error: null }));
    } catch (failed) {
      setOlder(old => ({ ...old, busy: false, error: failed }));
    }
  };
  const rows = [...(data?.rows ?? []), ...older.rows];
  return html`<section class="card" aria-labelledby="changes"><h2 id="changes">${words.title}</h2><p class="help">${words.lead}</p>
    <${Filters} query=${query} people=${people} />
    ${!data && (error && !loading ? html`<${Failed} error=${error} retry=${reload} />` : html`<${Skeleton} lines=${8} tall />`)}
    ${data && !rows.length && html`<${Empty} title=${words.noneTitle}>${words.none}<//>`}
    ${rows.length > 0 && html`<table class="table team-table"><thead><tr>${Object.values(words.columns).map(c => html`<th key=${c} scope="col">${c}</th>`)}</tr></thead>
      <tbody>${rows.map(r => html`<${Row} key=${r.id} row=${r} />`)}</tbody></table>`}
    <div role="alert">${older.error && html`<${Notice} kind="bad">${older.error.message}<//>`}</div>
    ${next && html`<p><button type="button" class="btn" disabled=${older.busy} onClick=${more}>${older.busy ? words.moreWait : words.more}</button></p>`}</section>`;
}
