// The revisions of the configuration: who, when, what changed; look at one, go back to one.
import { html, useEffect, useState } from '../html.js';
import { get } from '../api.js';
import { text } from '../text.js';
import { difference, labelled, sentences } from '../lib/difference.js';
import { useLabels } from '../lib/labels.js';
import { same } from '../lib/same.js';
import { keepImpact, readRevision, revision, saveFrom } from '../lib/revisions.js';
import { confirm } from './dialog.js';
import { Difference } from './difference.js';
import { Faults } from './faults.js';
import { Badge, Failed, Notice, Skeleton } from './notice.js';
import { Time } from './time.js';

const words = text.configuration;
const PAGE = 10;
const SHOWN = 4;

/** Reads what rows show, so that the list appears as it stays; a row whose reading fails tells of it itself. */
const readRows = rows => Promise.allSettled(rows.flatMap(row => row.revision > 1 ? [row.revision - 1, row.revision] : []).map(n => revision(n)));


function originWords(origin) {
  const [word, n] = origin.split(' ');
  const said = words.origins[word];
  return typeof said === 'function' ? said(n) : said;
}

/** What two revisions differ in, as soon as both are read: null until then. */
export function useDifference(from, to) {
  const atOnce = () => {
    const [a, b] = [readRevision(from), readRevision(to)];
    return { entries: a && b ? difference(a.document, b.document) : null, error: null };
  };
  const [state, setState] = useState(atOnce);
  const load = async () => {
    const there = atOnce();
    setState(there);
    if (there.entries) return;
    try {
      const [a, b] = await Promise.all([revision(from), revision(to)]);
      setState({ entries: difference(a.document, b.document), error: null });
    } catch (error) {
      setState({ entries: null, error });
    }
  };
  useEffect(() => { if (from > 0 && to > 0) load(); }, [from, to]);
  return { ...state, reload: load };
}

function Changes({ row, open }) {
  const { entries, error, reload } = useDifference(row.revision - 1, row.revision);
  useLabels(labelled(entries ?? []));
  if (row.revision === 1) return html`<p class="muted">${words.first}</p>`;
  if (error) return html`<p class="err">${error.message} <button type="button" class="link-btn" onClick=${reload}>${text.common.retry}</button></p>`;
  if (!entries) return html`<div class="rev-line"><${Skeleton} lines=${1} /></div>`;
  if (open) return html`<${Difference} entries=${entries} sides=${words.anySides(row.revision - 1, row.revision)} />`;
  const lines = sentences(entries);
  if (!lines.length) return html`<p class="muted">${words.nothingChanged}</p>`;
  return html`<ul class="rev-changes">${lines.slice(0, SHOWN).map(line => html`<li key=${line}>${line}</li>`)}
    ${lines.length > SHOWN && html`<li class="muted">${words.more(lines.length - SHOWN)}</li>`}</ul>`;
}

function Row({ row, now, editor, onBack }) {
  const [open, setOpen] = useState(false);
  const current = row.revision === now;
  const toggle = () => setOpen(!open);
  return html`<li class="rev">
    <div class="rev-head"><h3>${words.revision(row.revision)}</h3>${current && html`<${Badge} kind="ok">${words.inUse}<//>`}
      ${row.origin && html`<${Badge}>${originWords(row.origin)}<//>`}
      <span class="muted rev-who"><span class="wrap">${words.by(row.author)}</span>, <${Time} at=${row.at} full /></span></div>
    <${Changes} row=${row} open=${open} />
    <div class="actions">
      ${row.revision > 1 && html`<button type="button" class="btn small" aria-expanded=${open ? 'true' : 'false'} aria-label=${open ? words.hideChanges(row.revision) : words.showChanges(row.revision)} onClick=${toggle}>${open ? words.hide : words.show}</button>`}
      <a class="btn small" href=${`/api/download/configuration?revision=${row.revision}`} download aria-label=${words.downloadOf(row.revision)}>${text.common.download}</a>
      ${editor && !current && html`<button type="button" class="btn small" aria-label=${words.backTo(row.revision)} onClick=${() => onBack(row.revision)}>${words.back}</button>`}
    </div>
  </li>`;
}

/** As high as the rows that come, as far as one can know. */
const Waiting = ({ rows }) => html`<div class="revs">${Array.from({ length: rows }, (_, i) => html`<div class="rev rev-wait" key=${i}><${Skeleton} lines=${3} /></div>`)}</div>`;

/** `now`: the revision in use; `onSaved(revision)` after one was made. */
export function History({ now, editor, onSaved }) {
  const [list, setList] = useState({ rows: [], next: null, loading: true, error: null });
  const [said, setSaid] = useState(null); // {kind, title} or {faults, document, title}
  const load = async before => {
    setList(old => ({ ...old, loading: true, error: null }));
    try {
      const page = await get(`/api/config/revisions?limit=${PAGE}${before ? `&before=${before}` : ''}`);
      await readRows(page.revisions);
      setList(old => ({ rows: before ? [...old.rows, ...page.revisions] : page.revisions, next: page.next_before, loading: false, error: null }));
    } catch (error) {
      setList(old => ({ ...old, loading: false, error }));
    }
  };
  useEffect(() => { load(null); }, [now]);

  const onBack = async n => {
    setSaid(null);
    try {
      const [current, old] = await Promise.all([get('/api/config'), revision(n)]);
      const target = keepImpact(old.document, current.document);
      const entries = difference(current.document, target);
      if (!entries.length) { setSaid({ kind: 'info', title: (same(old.document.impact, current.document.impact) ? words.backSame : words.backOnlyImpact)(n) }); return; }
      const body = html`<p>${words.backBody}</p><${Difference} entries=${entries} sides=${words.anySides(current.revision, n)} /><p class="help">${words.backImpact}</p>`;
      if (!await confirm({ title: words.backTitle(n), body, yes: words.backYes, kind: 'primary' })) return;
      const result = await saveFrom(current.revision, target, `rollback ${n}`);
      if (result.saved) { setSaid({ kind: 'ok', title: words.saved(result.saved.revision) }); onSaved(result.saved.revision); }
      else if (result.faults) setSaid({ faults: result.faults, document: target, title: words.backRefused(n) });
      else if (result.conflict) { setSaid({ kind: 'warn', title: words.conflict }); onSaved(); }
      else throw result.error;
    } catch (error) {
      setSaid({ kind: 'bad', title: error.message });
    }
  };
  return html`<section class="card conf" aria-labelledby="history"><h2 id="history">${words.historyTitle}</h2><p class="help">${words.historyHelp}</p>
    <div role="status">${said?.kind && html`<${Notice} kind=${said.kind}>${said.title}<//>`}</div>
    ${said?.faults && html`<${Faults} ...${said} />`}
    <ul class="revs">${list.rows.map(row => html`<${Row} key=${row.revision} row=${row} now=${now} editor=${editor} onBack=${onBack} />`)}</ul>
    ${list.loading && html`<${Waiting} rows=${list.rows.length ? 2 : Math.min(now, PAGE)} />`}
    ${list.error && html`<${Failed} error=${list.error} retry=${() => load(list.next)} />`}
    ${list.next && !list.loading && html`<div class="row-foot"><button type="button" class="btn" onClick=${() => load(list.next)}>${words.older}</button></div>`}
  </section>`;
}
