// Which HubSpot property fills which impact.com field, a tab per object.
import { html, useCallback, useEffect, useMemo, useRef, useState } from '../html.js';
import { text } from '../text.js';
import { byName, catalogueStore, fixed, loadCatalogue, refreshCatalogue } from '../lib/catalogue.js';
import { draft, edit, editObject, faultSentence, faultsAt, faultsByRow, loadDraft, rowLink } from '../lib/draft.js';
import { combinationHints, expandFields, findRows, isItemRow, missingFields, nameMissing, newId, requirements, rowChecker } from '../lib/mapping.js';
import { formatCount } from '../lib/format.js';
import { useLoad, useParts } from '../lib/load.js';
import { presetsOf } from '../lib/presets.js';
import { same } from '../lib/same.js';
import { setQuery } from '../lib/router.js';
import { mayEdit } from '../lib/session.js';
import { useStore } from '../lib/store.js';
import { offerUndo } from '../lib/undo.js';
import { ConditionHelp, FunctionHelp } from '../parts/functions.js';
import { Plus, Refresh } from '../parts/icons.js';
import { MappingTable } from '../parts/mapping-table.js';
import { Empty, Failed, Notice, PageHead, Skeleton } from '../parts/notice.js';
import { Presets } from '../parts/presets.js';
import { PreviewPanel } from '../parts/preview-panel.js';
import { Requirements } from '../parts/requirements.js';
import { SaveBar } from '../parts/savebar.js';
import { Time } from '../parts/time.js';
import { Underway } from '../parts/underway.js';

const words = text.mappings;
const OBJECTS = Object.keys(text.objects);
const MANY = 15; // rows from which on a box to find one is of use
const PARTS = ['head', 'top', 'rows', 'items', 'below']; // in the order in which a phone shows them
const ON_TOP = 8; // rows that fill a screen
const NONE = [];

const isLive = config => config.triggers.some(t => t.mode === 'live');

/** The tab that an address without an object opens: what lacks a required field, else what is live, else deals. */
function firstObject(doc, fields) {
  const live = OBJECTS.filter(object => isLive(doc.objects[object]));
  return live.find(object => missingFields(doc.objects[object].mapping, fields, doc.options).length) ?? live[0] ?? OBJECTS[0];
}

function Tabs({ object, doc }) {
  return html`<nav class="tabs" aria-label=${words.tabs}>${OBJECTS.map(key => html`<a key=${key} href=${`/mappings/${key}`} aria-current=${key === object ? 'page' : undefined}>
    ${text.objects[key].name} <span class="count">${formatCount(doc?.objects[key].mapping.length)}</span></a>`)}</nav>`;
}

function withRow(doc, object, row) {
  const one = doc.objects[object];
  return { ...doc, objects: { ...doc.objects, [object]: { ...one, mapping: [...one.mapping, row] } } };
}

function CatalogueState({ object, catalogue }) {
  const { data, error, busy, news } = catalogue;
  const again = html`<button type="button" class="btn" onClick=${() => refreshCatalogue(object)}>${text.common.retry}</button>`;
  const labels = (news ?? []).map(name => data.properties.find(p => p.name === name)?.label ?? name);
  return html`<div role="status">
    ${error && !busy && html`<${Notice} kind="bad" action=${again}>${data ? words.refreshFailed : words.readFailed} ${error.message}<//>`}
    ${news && !busy && !error && html`<${Notice} kind=${labels.length ? 'ok' : 'info'}>${labels.length ? words.news(labels) : words.noNews}<//>`}
  </div>`;
}

function Toolbar({ object, catalogue, rows, compare, onCompare, find, onFind, readOnly }) {
  return html`<div class="toolbar map-tools">
    ${rows.length > MANY && html`<input type="search" class="map-find" aria-label=${words.find} placeholder=${words.find} value=${find} onInput=${e => onFind(e.target.value)} />`}
    <span class="muted">${words.fetched} <${Time} at=${catalogue.data?.fetched_at} fallback="…" /></span>
    <span class="actions">${rows.length > 0 && !readOnly && html`<button type="button" class="btn" aria-expanded=${compare ? 'true' : 'false'} aria-controls="presets" onClick=${onCompare}>${words.presets}</button>`}
      <button type="button" class="btn" disabled=${catalogue.busy} onClick=${() => refreshCatalogue(object)}><${Refresh}/>${catalogue.busy ? words.refreshing : words.refresh}</button></span></div>`;
}

/** Rows, what they need, and what may be done with them. */
function useRows(object, state, fields, catalogue) {
  const rows = state.doc.objects[object].mapping;
  const properties = catalogue.data?.properties ?? NONE;
  const propertyByName = useMemo(() => byName(properties), [properties]);
  const expanded = useMemo(() => expandFields(fields), [fields]);
  const fieldByName = useMemo(() => byName(expanded), [expanded]);
  const check = useMemo(() => rowChecker(fieldByName, propertyByName), [fieldByName, propertyByName]);
  const faults = useMemo(() => faultsByRow(state.faults, object), [state.faults, object]);
  const notes = useMemo(() => check(rows), [check, rows]);
  const needs = useMemo(() => requirements(rows, fields, state.doc.options).map(item => {
    const bad = item.done ? item.ids.find(id => faults.has(id) || notes.get(id)?.error || notes.get(id)?.unknown) : undefined;
    return { ...item, trouble: bad !== undefined, at: bad === undefined ? null : rowLink(object, bad, rows.findIndex(row => row.id === bad) + 1) };
  }), [object, rows, fields, state.doc.options, faults, notes]);
  const hints = useMemo(() => combinationHints(rows, fields), [rows, fields]);
  return { rows, properties, expanded, fieldByName, notes, faults, needs, hints };
}

/** Sentences that refuse a save before it is tried. */
function problemsOf({ rows, notes, needs, hints }, object, live) {
  const { name } = text.objects[object];
  const problems = [];
  const missing = needs.filter(item => !item.done);
  if (live && missing.length) problems.push(words.missingFirst(name, nameMissing(missing).join('; ')));
  if (live) problems.push(...hints);
  rows.forEach((row, i) => { if (notes.get(row.id)?.error) problems.push({ text: `${name} ${i + 1}: ${notes.get(row.id).error}`, ...rowLink(object, row.id, i + 1) }); });
  return problems;
}

/** The rows of the table above and of that of the line items, each with its number. */
function linesOf(rows, inItems) {
  const lines = [[], []];
  rows.forEach((row, i) => lines[inItems(row) ? 1 : 0].push({ row, number: i + 1 }));
  return lines;
}

/** Faults that stand at no row. */
function generalFaults(faults, object, rows) {
  const ids = faults.length ? new Set(rows.map(row => row.id)) : null;
  const ofRow = path => path[2] === 'mapping' && (!path[3] || ids.has(path[3]));
  return faultsAt(faults, `objects.${object}`).filter(f => !ofRow(f.path.split('.')));
}

function ObjectMapping({ object, state, fields, list, readOnly, session, query }) {
  const { name } = text.objects[object];
  const config = state.doc.objects[object];
  const catalogue = useStore(catalogueStore(object));
  const { rows, ...of } = useRows(object, state, fields, catalogue);
  const { needs, hints, notes } = of;
  const [target, setTarget] = useState(null); // the row to go to, {id, cell}
  const [itemIds, setItemIds] = useState(() => new Set()); // new rows that belong to the line items though still empty
  const [said, say] = useState('');
  const [compare, setCompare] = useState(false);
  const [find, setFind] = useState('');
  const page = useRef(null);
  const shown = useParts(PARTS);
  useEffect(() => loadCatalogue(object), [object]);

  const presets = useMemo(() => presetsOf(list, object, state.doc.options), [list, object, state.doc.options]);
  const live = isLive(config);
  const general = useMemo(() => generalFaults(state.faults, object, rows), [state.faults, object, rows]);
  const [plain, items] = useMemo(() => linesOf(rows, row => object === 'deals' && (isItemRow(row) || itemIds.has(row.id))), [rows, object, itemIds]);
  const wanted = find.trim().toLowerCase();
  // What was found stays while it is edited, whatever becomes of its letters.
  const found = useMemo(() => wanted ? findRows(rows, wanted).add(target?.id) : null, [rows.length, wanted, target]);
  const problems = useMemo(() => problemsOf({ rows, notes, needs, hints }, object, live), [rows, notes, needs, hints, object, live]);
  const goTo = (id, cell = 'c-source') => setTarget({ id, cell, done: false });
  const asked = query.get('row'); // a link to a row
  useEffect(() => {
    if (!asked) return;
    setFind('');
    goTo(asked);
    setQuery({ row: '' });
  }, [asked]);

  const add = (field, item) => {
    const id = newId('m', state.doc);
    if (item) setItemIds(old => new Set([...old, id]));
    setFind('');
    edit(doc => withRow(doc, object, { id, field, expression: field === 'EventDate' && doc.options.event_date === 'occurred' ? '{event.occurredAt}' : '', when: '', active: true }));
    goTo(id);
  };
  const change = useCallback((id, part) => {
    const before = draft.get().doc.objects[object].mapping.find(r => r.id === id);
    const after = { ...before, ...part };
    editObject(object, o => ({ ...o, mapping: o.mapping.map(r => r.id === id ? after : r) }));
    if (isItemRow(before) !== isItemRow(after)) goTo(id, 'field' in part ? 'c-field' : 'c-source'); // it stands in the other table now
  }, [object]);
  const remove = useCallback(id => {
    const line = document.activeElement?.closest?.('tr');
    const next = line?.nextElementSibling ?? line?.previousElementSibling;
    const { mapping } = draft.get().doc.objects[object];
    const at = mapping.findIndex(r => r.id === id);
    editObject(object, o => ({ ...o, mapping: o.mapping.filter(r => r.id !== id) }));
    offerUndo(words.removed(mapping[at].field, at + 1), () => {
      editObject(object, o => ({ ...o, mapping: o.mapping.toSpliced(Math.min(at, o.mapping.length), 0, mapping[at]) }));
      goTo(id);
    });
    (next?.querySelector('.icon.danger') ?? page.current?.querySelector('.row-foot button'))?.focus();
  }, [object]);
  const table = item => html`<${MappingTable} caption=${item ? words.itemsTitle : words.rows(name)} lines=${item ? items : plain} count=${rows.length} find=${wanted} found=${found} item=${item} readOnly=${readOnly}
    properties=${of.properties} news=${catalogue.data?.new_since_last ?? NONE} fields=${of.expanded} fieldByName=${of.fieldByName} notes=${notes} faults=${of.faults}
    target=${target} most=${shown('rows') ? Infinity : ON_TOP} onAdd=${() => add('', item)} onChange=${change} onRemove=${remove} />`;
  const changed = live && !same(config.mapping, state.base.document.objects[object].mapping);

  if (!shown('head')) return html`<div class="card"><${Skeleton} lines=${12} tall /></div>`;
  return html`<${Toolbar} object=${object} catalogue=${catalogue} rows=${rows} compare=${compare} onCompare=${() => setCompare(!compare)} find=${find} onFind=${setFind} readOnly=${readOnly} />
    <${CatalogueState} object=${object} catalogue=${catalogue} />
    <div role="status">
      ${general.map(f => html`<${Notice} key=${f.path} kind="bad">${faultSentence(f, state.doc)}<//>`)}
      ${said && html`<${Notice} kind="ok">${said}<//>`}
      ${hints.map(h => html`<${Notice} key=${h} kind=${live ? 'bad' : 'warn'}>${h}<//>`)}
    </div>
    <div class="map-page" ref=${page}>
      <div class="stack">
        ${compare && rows.length > 0 && html`<section class="card" id="presets" aria-labelledby="presets-title"><h2 id="presets-title">${words.presets}</h2><p class="help">${words.presetsHelp}</p>
          <${Presets} presets=${presets} doc=${state.doc} object=${object} compare say=${say} /></section>`}
        ${!shown('top') ? html`<div class="card"><${Skeleton} lines=${12} tall /></div>` : html`<section class="card" aria-label=${words.rows(name)}>
          ${rows.length === 0 && html`<${Empty} title=${words.emptyTitle(name)}>${words.emptyBody}<//>`}
          ${rows.length === 0 && !readOnly && html`<${Presets} presets=${presets} doc=${state.doc} object=${object} say=${say} />`}
          ${plain.length > 0 && table(false)}
          ${found && !rows.some(row => found.has(row.id)) && html`<p class="muted" role="status">${words.findNone(find)}</p>`}
          ${shown('rows') && !readOnly && html`<div class="row-foot"><button type="button" class="btn" onClick=${() => add('', false)}><${Plus}/>${words.add}</button>
            ${rows.length > 0 && html`<span class="help">${words.keys}</span>`}</div>`}
        </section>`}
        ${shown('items') && object === 'deals' && html`<section class="card" aria-labelledby="items"><h2 id="items">${words.itemsTitle}</h2><p class="help">${words.itemsHelp}</p>
          ${items.length > 0 && table(true)}
          ${!readOnly && html`<div class="row-foot"><button type="button" class="btn" onClick=${() => add('', true)}><${Plus}/>${words.addItem}</button></div>`}</section>`}
      </div>
      <${Requirements} items=${needs} name=${name} live=${live} readOnly=${readOnly} onAdd=${field => add(field, field.includes('{i}'))} />
    </div>
    ${shown('below') && html`<${PreviewPanel} key=${`preview ${object}`} object=${object} document=${state.dirty ? state.doc : null} session=${session} />
    <${FunctionHelp} /><${ConditionHelp} />
    <${SaveBar} state=${state} readOnly=${readOnly} problems=${problems}><${Underway} object=${object} wanted=${changed} /><//>`}`;
}

const readLists = () => Promise.all([fixed('impact-fields'), fixed('presets')]);

export function Mappings({ object: asked, session, query }) {
  const state = useStore(draft);
  const lists = useLoad(readLists);
  useEffect(() => { loadDraft(); }, []);
  const failed = state.status === 'failed' ? state.error : lists.error;
  const ready = state.status === 'ready' && lists.data;
  const first = useRef(null); // stays what it was when the page opened
  if (ready && !first.current) first.current = firstObject(state.doc, lists.data[0]);
  const object = asked ?? first.current;
  return html`<${PageHead} title=${words.title} lead=${words.lead} />
    <${Tabs} object=${object} doc=${state.doc} />
    ${!ready && (failed ? html`<${Failed} error=${failed} retry=${() => { loadDraft(); lists.reload(); }} />` : html`<div class="card"><${Skeleton} lines=${12} tall /></div>`)}
    ${ready && html`<div class="stack" key=${object}><${ObjectMapping} object=${object} state=${state} fields=${lists.data[0]} list=${lists.data[1]} session=${session} query=${query} readOnly=${!mayEdit(session)} /></div>`}`;
}

Mappings.ahead = ({ object }) => {
  readLists().catch(() => {});
  loadDraft();
  if (object) loadCatalogue(object);
};
