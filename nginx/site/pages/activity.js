// One line per decision, newest first; filters stand in the address; new lines appear by themselves and move nothing that is read.
import { html, useEffect, useMemo, useState } from '../html.js';
import { text } from '../text.js';
import { LIMIT, choose, fold, keepList, queryOf, readFilters, useLines, useNumbers } from '../lib/activity.js';
import { formatCount } from '../lib/format.js';
import { loadLabels } from '../lib/labels.js';
import { useStore } from '../lib/store.js';
import { BulkAgain } from '../parts/again.js';
import { Counters } from '../parts/counters.js';
import { DecisionRow, namesOf, recordName } from '../parts/decision-row.js';
import { Empty, Failed, Notice, PageHead, Skeleton } from '../parts/notice.js';

const words = text.activity;

function Search({ filters }) {
  const [typed, setTyped] = useState(filters.q);
  useEffect(() => { setTyped(filters.q); }, [filters.q]);
  const go = e => { e.preventDefault(); choose(filters, { q: typed.trim() }); };
  return html`<form class="search" role="search" onSubmit=${go}>
    <label class="label" for="activity-q">${words.search}</label>
    <div class="search-line"><input id="activity-q" type="search" value=${typed} maxlength="500" autocomplete="off" spellcheck=${false} aria-describedby="activity-q-help"
      onInput=${e => { setTyped(e.target.value); if (!e.target.value && filters.q) choose(filters, { q: '' }); }} />
      <button type="submit" class="btn">${words.searchGo}</button></div>
    <p class="help" id="activity-q-help">${words.searchHelp}</p></form>`;
}

const Select = ({ label, value, onChange, children }) => html`<label class="inline-field"><span>${label}</span>
  <select value=${value} onChange=${e => onChange(e.target.value)}>${children}</select></label>`;

function Period({ filters }) {
  const [own, setOwn] = useState(Boolean(filters.from || filters.to));
  useEffect(() => { if (filters.period) setOwn(false); else if (filters.from || filters.to) setOwn(true); }, [filters.period, filters.from, filters.to]);
  const pick = value => {
    setOwn(value === 'own');
    if (value !== 'own') choose(filters, { period: value, from: '', to: '' });
  };
  const day = name => html`<label class="inline-field"><span>${words[name]}</span><input type="date" value=${filters[name]}
    min=${name === 'to' ? filters.from || undefined : undefined} max=${name === 'from' ? filters.to || undefined : undefined}
    onChange=${e => choose(filters, { [name]: e.target.value, period: '' })} /></label>`;
  return html`<${Select} label=${words.period} value=${own ? 'own' : filters.period} onChange=${pick}>
    <option value="">${words.allTime}</option>${Object.entries(words.periods).map(([key, name]) => html`<option key=${key} value=${key}>${name}</option>`)}
    <option value="own">${words.ownDates}</option><//>${own && html`${day('from')}${day('to')}`}`;
}

function Cause({ filters, causes }) {
  const fits = causes.filter(c => filters.outcome === '' || c.outcome === (filters.outcome === 'held' ? 'waiting' : filters.outcome));
  const sums = new Map();
  for (const c of fits) sums.set(c.code, { ...c, count: c.count + (sums.get(c.code)?.count ?? 0) });
  if (filters.code && !sums.has(filters.code)) sums.set(filters.code, { code: filters.code, sentence: filters.code, count: 0 });
  return html`<${Select} label=${words.cause} value=${filters.code} onChange=${code => choose(filters, { code })}>
    <option value="">${words.allCauses}</option>${[...sums.values()].map(c => html`<option key=${c.code} value=${c.code}>${`${formatCount(c.count)} × ${c.sentence}`}</option>`)}<//>`;
}

function Toolbar({ filters, numbers, filtered, shown }) {
  const held = numbers?.counters.held ?? 0;
  return html`<div class="toolbar filters">
    <${Select} label=${words.object} value=${filters.object} onChange=${object => choose(filters, { object })}>
      <option value="">${words.allObjects}</option>${Object.entries(text.objects).map(([key, o]) => html`<option key=${key} value=${key}>${o.name}</option>`)}<//>
    <${Period} filters=${filters} /><${Cause} filters=${filters} causes=${numbers?.causes ?? []} />
    ${(held > 0 || filters.outcome === 'held') && html`<a class="chip" href=${`/activity?${queryOf({ ...filters, outcome: filters.outcome === 'held' ? '' : 'held', code: '' })}`}
      aria-current=${filters.outcome === 'held' ? 'true' : undefined}>${words.held(held)}</a>`}
    <span class="toolbar-end"><span class="muted" role="status">${shown}</span>
      ${filtered && html`<a class="link" href="/activity">${words.clear}</a>`}
      <a class="link" href=${`/api/download/activity?${queryOf(filters)}`} download>${words.download}</a></span></div>`;
}

function Nothing({ filtered, searched }) {
  if (filtered) return html`<${Empty} title=${words.noneTitle} action=${html`<a class="btn" href="/activity">${words.clear}</a>`}>${searched ? words.noneFound : words.noneBody}<//>`;
  const todo = html`<a class="btn" href="/triggers">${words.emptyTriggers}</a> <a class="btn" href="/">${words.emptySetup}</a>`;
  return html`<${Empty} title=${words.emptyTitle} action=${todo}>${words.emptyBody}<//>`;
}

function Lines({ rows, session, labels }) {
  const names = useMemo(() => namesOf(rows), [rows]);
  const lines = useMemo(() => fold(rows), [rows]);
  const draw = (row, more) => html`<${DecisionRow} key=${row.id} row=${row} more=${more} name=${names.get(recordName(row))} session=${session} labels=${labels} />`;
  return html`<ul class="decisions">${lines.map(({ row, more }) => draw(row, more.length > 0 && html`<details class="fold"><summary>${words.folded(more.length)}</summary>
    <ul class="decisions">${more.map(one => draw(one))}</ul></details>`))}</ul>`;
}

export function Activity({ query, session }) {
  const filters = readFilters(query);
  keepList(filters);
  const { data, error, more, stale, read, readMore } = useLines(filters);
  const { numbers, readNumbers } = useNumbers(filters);
  const labels = useStore(useMemo(loadLabels, []));
  const filtered = queryOf(filters) !== '';
  const { outcome, code, ...rest } = filters;
  const showNew = async () => { await read(true); readNumbers(); scrollTo(0, 0); };
  return html`<${PageHead} title=${words.title} lead=${words.lead} />
    <section aria-label=${words.filters}>
      <${Search} filters=${filters} />
      <${Counters} counters=${numbers?.counters ?? {}} chosen=${outcome} extra=${queryOf(rest)} />
      <${Toolbar} filters=${filters} numbers=${numbers} filtered=${filtered} shown=${data && words.shown(data.rows.length, Boolean(data.next_cursor))} />
    </section>
    ${code && session.person.role !== 'viewer' && html`<${BulkAgain} key=${queryOf(filters)} filters=${filters} causes=${numbers?.causes ?? []} asked=${numbers?.asked ?? 0} done=${() => { read(true); readNumbers(); }} />`}
    <div role="status">${data && error && html`<${Notice} kind="warn">${text.common.updatesFail}<//>`}</div>
    <div role="status" class="fresh">${data?.waiting > 0 && html`<button type="button" class="btn" onClick=${showNew}>${words.fresh(data.waiting, data.waiting >= LIMIT)}</button>`}</div>
    ${!data && (error ? html`<${Failed} error=${error} retry=${() => read(true)} />` : html`<div class="card"><${Skeleton} lines=${10} tall /></div>`)}
    ${data && html`<section class=${`card list${stale ? ' stale' : ''}`} aria-label=${words.list} aria-busy=${stale ? 'true' : 'false'}>
      ${data.rows.length === 0 ? html`<${Nothing} filtered=${filtered} searched=${filters.q} />` : html`<${Lines} rows=${data.rows} session=${session} labels=${labels} />`}
      ${data.next_cursor && html`<div class="row-foot"><button type="button" class="btn" disabled=${more} onClick=${readMore}>${more ? words.moreBusy : words.more}</button></div>`}
    </section>`}`;
}
