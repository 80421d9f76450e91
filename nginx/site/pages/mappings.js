// Which HubSpot property fills which impact.com field, a tab per object.
import { html, useCallback, useEffect, useMemo, useState } from '../html.js';
import { text } from '../text.js';
import { byName, catalogueStore, fixed, loadCatalogue, refreshCatalogue } from '../lib/catalogue.js';
import { draft, edit, editObject, faultSentence, faultsAt, faultsByRow, loadDraft } from '../lib/draft.js';
import { combinationHints, expandFields, isItemRow, missingFields, nameMissing, newId, rowChecker } from '../lib/mapping.js';
import { useLoad } from '../lib/load.js';
import { useStore } from '../lib/store.js';
import { ask } from '../parts/dialog.js';
import { ConditionHelp, FunctionHelp } from '../parts/functions.js';
import { Plus, Refresh } from '../parts/icons.js';
import { MappingTable } from '../parts/mapping-table.js';
import { Empty, Failed, Notice, PageHead, Skeleton } from '../parts/notice.js';
import { SaveBar } from '../parts/savebar.js';
import { Time } from '../parts/time.js';

const words = text.mappings;
const OBJECTS = Object.keys(text.objects);

function Tabs({ object, doc }) {
  return html`<nav class="tabs" aria-label=${words.tabs}>${OBJECTS.map(key => html`<a key=${key} href=${`/mappings/${key}`} aria-current=${key === object ? 'page' : undefined}>
    ${text.objects[key].name} <span class="count">${doc ? doc.objects[key].mapping.length : '–'}</span></a>`)}</nav>`;
}

/** The presets of an object to choose from: one that is the answer to another's question is reached through that. */
function presetsOf(list, object) {
  const own = list.presets.filter(p => p.object === object);
  const answers = new Set(own.flatMap(p => (p.question?.answers ?? []).map(a => a.preset).filter(id => id !== p.id)));
  return { all: own, offered: own.filter(p => !answers.has(p.id)) };
}

/** The preset itself, or the one that the person's answer to its question leads to; null when the question is left. */
async function chosenPreset(preset, all) {
  if (!preset.question) return preset;
  const { text: title, help: body, answers } = preset.question;
  const answer = await ask({ title, body, choices: answers.map(a => ({ id: a.preset, label: a.label })) });
  return all.find(p => p.id === answer) ?? null;
}

const toRow = (row, id) => ({ id, field: row.field, expression: row.expression, when: row.when ?? '', active: row.active ?? true });

async function applyPreset(object, offered, all, say) {
  const preset = await chosenPreset(offered, all);
  if (!preset) return;
  const mine = draft.get().doc.objects[object].mapping;
  let how = 'replace';
  if (mine.length) {
    how = await ask({ title: words.presetTitle(preset.label), body: words.presetReplaces(mine.length, preset.rows.length), choices: [
      { id: 'replace', label: words.replace, kind: 'danger' }, { id: 'fill', label: words.fill }] });
    if (how === 'cancel') return;
  }
  const kept = how === 'fill' ? mine : [];
  const fields = new Set(kept.map(r => r.field));
  const added = preset.rows.filter(r => !fields.has(r.field));
  edit(doc => {
    let next = { ...doc, objects: { ...doc.objects, [object]: { ...doc.objects[object], mapping: [...kept] } } };
    for (const row of added) next = withRow(next, object, toRow(row, newId('m', next)));
    return next;
  });
  say(words.presetApplied(preset.label, added.length));
}

function withRow(doc, object, row) {
  const one = doc.objects[object];
  return { ...doc, objects: { ...doc.objects, [object]: { ...one, mapping: [...one.mapping, row] } } };
}

function Presets({ presets, object, say }) {
  const { all, offered } = presets;
  return html`<div class="presets">${offered.map(p => html`<div class="preset" key=${p.id}>
    <button type="button" class="btn" onClick=${() => applyPreset(object, p, all, say)}>${words.applyPreset(p.label)}</button>
    ${p.description && html`<span class="help">${p.description}${p.question && ` ${words.presetAsks}`}</span>`}</div>`)}</div>`;
}

function Missing({ missing, name, live, onAdd }) {
  if (!missing.length) return null;
  return html`<${Notice} kind=${live ? 'bad' : 'warn'} title=${words.missingTitle}>
    ${nameMissing(missing).join('; ')}. ${live ? words.missingLive(name) : words.missingIdle(name)}
    <span class="note-buttons">${missing.map(({ fields: [field] }) => html`<button type="button" class="btn small" key=${field}
      onClick=${() => onAdd(field)}>${words.addMissing(field)}</button>`)}</span><//>`;
}

function CatalogueState({ object, catalogue }) {
  const { data, error, busy, news } = catalogue;
  const again = html`<button type="button" class="btn" onClick=${() => refreshCatalogue(object)}>${text.common.retry}</button>`;
  const labels = (news ?? []).map(name => data.properties.find(p => p.name === name)?.label ?? name);
  return html`<div role="status">
    ${error && !busy && html`<${Notice} kind="bad" action=${again}>${error.message}<//>`}
    ${news && !busy && !error && html`<${Notice} kind=${labels.length ? 'ok' : 'info'}>${labels.length ? words.news(labels) : words.noNews}<//>`}
  </div>`;
}

function ObjectMapping({ object, state, fields, presets }) {
  const { name } = text.objects[object];
  const config = state.doc.objects[object];
  const rows = config.mapping;
  const catalogue = useStore(catalogueStore(object));
  const [newest, setNewest] = useState(null);
  const [itemIds, setItemIds] = useState(() => new Set()); // new rows that belong to the line items though still empty
  const [said, say] = useState('');
  useEffect(() => loadCatalogue(object), [object]);

  const properties = catalogue.data?.properties ?? [];
  const propertyByName = useMemo(() => byName(properties), [catalogue.data]);
  const expanded = useMemo(() => expandFields(fields), [fields]);
  const fieldByName = useMemo(() => byName(expanded), [expanded]);
  const check = useMemo(() => rowChecker(fieldByName, propertyByName), [fieldByName, propertyByName]);
  const notes = check(rows);
  const rowIds = useMemo(() => new Set(rows.map(r => r.id)), [rows]);
  const rowFaults = useMemo(() => faultsByRow(state.faults, object), [state.faults, object]);
  const live = config.triggers.some(t => t.mode === 'live');
  const missing = missingFields(rows, fields);
  const hints = combinationHints(rows, fields, fieldByName);
  const general = faultsAt(state.faults, `objects.${object}`).filter(f => f.path.split('.')[2] !== 'mapping' || !rowIds.has(f.path.split('.')[3]));
  const inItems = row => object === 'deals' && (isItemRow(row) || itemIds.has(row.id));

  const add = (field, item) => {
    const id = newId('m', state.doc);
    if (item) setItemIds(old => new Set([...old, id]));
    edit(doc => withRow(doc, object, { id, field, expression: '', when: '', active: true }));
    setNewest(id);
  };
  const change = useCallback((id, part) => editObject(object, o => ({ ...o, mapping: o.mapping.map(r => r.id === id ? { ...r, ...part } : r) })), [object]);
  const remove = useCallback(id => editObject(object, o => ({ ...o, mapping: o.mapping.filter(r => r.id !== id) })), [object]);
  const table = item => html`<${MappingTable} caption=${item ? words.itemsTitle : words.rows(name)} rows=${rows} shown=${r => inItems(r) === item} item=${item}
    properties=${properties} fields=${expanded} fieldByName=${fieldByName} notes=${notes} faults=${rowFaults} newest=${newest} onChange=${change} onRemove=${remove} />`;

  const problems = [];
  if (live && missing.length) problems.push(`${words.missingTitle} ${name}: ${nameMissing(missing).join('; ')}.`);
  if (live) problems.push(...hints);
  rows.forEach((row, i) => { if (notes.get(row.id)?.error) problems.push(`${name} ${i + 1}: ${notes.get(row.id).error}`); });

  return html`
    <div class="toolbar"><span class="muted">${words.fetched} <${Time} at=${catalogue.data?.fetched_at} fallback="…" /></span>
      <button type="button" class="btn" disabled=${catalogue.busy} onClick=${() => refreshCatalogue(object)}><${Refresh}/>${catalogue.busy ? words.refreshing : words.refresh}</button></div>
    <${CatalogueState} object=${object} catalogue=${catalogue} />
    <div role="status">
      ${(rows.length > 0 || live) && html`<${Missing} missing=${missing} name=${name} live=${live} onAdd=${field => add(field, false)} />`}
      ${!missing.length && !hints.length && general.map(f => html`<${Notice} key=${f.path} kind="bad">${faultSentence(f, state.doc)}<//>`)}
      ${said && state.dirty && html`<${Notice} kind="ok">${said}<//>`}
      ${hints.map(h => html`<${Notice} key=${h} kind=${live ? 'bad' : 'warn'}>${h}<//>`)}
    </div>
    <section class="card" aria-label=${words.rows(name)}>
      ${rows.length === 0 && html`<${Empty} title=${words.emptyTitle(name)}>${words.emptyBody}<//>`}
      ${rows.some(r => !inItems(r)) && table(false)}
      <div class="row-foot"><button type="button" class="btn" onClick=${() => add('', false)}><${Plus}/>${words.add}</button>
        <${Presets} presets=${presets} object=${object} say=${say} /></div>
    </section>
    ${object === 'deals' && html`<section class="card" aria-labelledby="items"><h2 id="items">${words.itemsTitle}</h2><p class="help">${words.itemsHelp}</p>
      ${rows.some(inItems) && table(true)}
      <button type="button" class="btn" onClick=${() => add('', true)}><${Plus}/>${words.addItem}</button></section>`}
    <${FunctionHelp} /><${ConditionHelp} />
    <${SaveBar} state=${state} problems=${problems} />`;
}

export function Mappings({ object = 'deals' }) {
  const state = useStore(draft);
  const lists = useLoad(() => Promise.all([fixed('impact-fields'), fixed('presets')]));
  useEffect(() => { loadDraft(); }, []);
  const failed = state.status === 'failed' ? state.error : lists.error;
  const ready = state.status === 'ready' && lists.data;
  return html`<${PageHead} title=${words.title} lead=${words.lead} />
    <${Tabs} object=${object} doc=${state.doc} />
    ${!ready && (failed ? html`<${Failed} error=${failed} retry=${() => { loadDraft(); lists.reload(); }} />` : html`<div class="card"><${Skeleton} lines=${12} tall /></div>`)}
    ${ready && html`<div class="stack" key=${object}><${ObjectMapping} object=${object} state=${state} fields=${lists.data[0]} presets=${presetsOf(lists.data[1], object)} /></div>`}`;
}
