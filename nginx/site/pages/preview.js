// Live preview: any record, or the last ones of a kind, as they would be sent by the rules as they are edited.
import { html, useEffect, useMemo, useState } from '../html.js';
import { text } from '../text.js';
import { catalogueStore, loadCatalogue, valueOptions } from '../lib/catalogue.js';
import { draft, loadDraft } from '../lib/draft.js';
import { loadLabels } from '../lib/labels.js';
import { LAST, usePreview } from '../lib/preview.js';
import { setQuery } from '../lib/router.js';
import { connectAddress, obstacle } from '../lib/session.js';
import { useStore } from '../lib/store.js';
import { Combobox } from '../parts/combobox.js';
import { Field } from '../parts/field.js';
import { Refresh } from '../parts/icons.js';
import { Empty, Failed, Notice, PageHead, Skeleton } from '../parts/notice.js';
import { PreviewResult } from '../parts/preview-result.js';
import { PreviewTable } from '../parts/preview-table.js';
import { RecordPicker } from '../parts/record-picker.js';
import { SaveBar } from '../parts/savebar.js';
import { TestConversion } from '../parts/test-conversion.js';
import { Time } from '../parts/time.js';

const words = text.preview;

function Tabs({ object, view }) {
  const suffix = view === 'last' ? '&view=last' : '';
  return html`<nav class="tabs" aria-label=${words.tabs}>${Object.keys(text.objects).map(key => html`<a key=${key} href=${`/preview?object=${key}${suffix}`}
    aria-current=${key === object ? 'page' : undefined}>${text.objects[key].name}</a>`)}</nav>`;
}

function Views({ object, view }) {
  const link = (name, label) => html`<a class=${`btn${view === name ? ' pressed' : ''}`} href=${`/preview?object=${object}${name === 'last' ? '&view=last' : ''}`} aria-current=${view === name ? 'true' : undefined}>${label}</a>`;
  return html`<nav class="actions" aria-label=${words.views}>${link('one', words.viewOne)}${link('last', words.viewLast(LAST))}</nav>`;
}

/** Every event that a trigger of the object waits for, once, as [key, sentence, event]. */
function eventsOf(triggers, object, properties, pipelines) {
  const one = text.objects[object].one;
  const seen = new Map();
  for (const t of triggers) {
    if (t.on === 'created') { seen.set('created', [words.eventCreated(one), { kind: 'created' }]); continue; }
    const property = properties.find(p => p.name === t.property);
    const options = valueOptions(property, pipelines);
    for (const value of t.becomes ?? []) seen.set(`${t.property}=${value}`, [words.eventChanged(property?.label ?? t.property, options.find(o => o.value === value)?.text ?? value), { kind: 'changed', property: t.property, value }]);
  }
  return [...seen].map(([key, [label, event]]) => ({ key, label, event }));
}

function EventPicker({ object, config, onChange }) {
  const catalogue = useStore(catalogueStore(object));
  const [key, setKey] = useState('');
  const [other, setOther] = useState({ property: '', value: '' });
  useEffect(() => loadCatalogue(object), [object]);
  const properties = (catalogue.data?.properties ?? []).filter(p => p.source === 'record');
  const events = useMemo(() => eventsOf(config.triggers, object, properties, catalogue.data?.pipelines ?? []), [config.triggers, catalogue.data]);
  const property = properties.find(p => p.name === other.property);
  const values = valueOptions(property, catalogue.data?.pipelines ?? []);
  const tell = next => { setOther(next); onChange(next.property ? { kind: 'changed', ...next } : null); };
  const choose = chosen => {
    setKey(chosen);
    if (chosen === 'other') tell(other);
    else onChange(events.find(e => e.key === chosen)?.event ?? null);
  };
  return html`<div class="event-picker">
    <${Field} label=${words.eventLabel} help=${words.eventHelp}>${p => html`<select ...${p} value=${key} onChange=${e => choose(e.target.value)}>
      <option value="">${words.eventAuto}</option>${events.map(e => html`<option key=${e.key} value=${e.key}>${e.label}</option>`)}<option value="other">${words.eventOther}</option></select>`}<//>
    ${key === 'other' && html`<div class="two event-other">
      <div class="field"><span class="label" aria-hidden="true">${words.property}</span><${Combobox} label=${words.property} value=${other.property} placeholder=${text.triggers.choose}
        options=${properties.map(p => ({ value: p.name, text: p.label || p.name, hint: p.name, badge: p.type }))} onChange=${name => tell({ property: name, value: '' })} /></div>
      <div class="field"><span class="label" aria-hidden="true">${words.value}</span><${Combobox} label=${words.value} value=${other.value} options=${values} free=${text.triggers.useValue}
        onChange=${value => tell({ ...other, value })} /><p class="help">${words.valueHelp}</p></div></div>`}
  </div>`;
}

function One({ object, id, state, session }) {
  const [name, setName] = useState('');
  const [event, setEvent] = useState(null);
  const document = state.dirty ? state.doc : null;
  const { data, error, loading, reload } = usePreview(object, id, document, event);
  const record = data?.records[0];
  const choose = chosen => { setName(chosen.name); setQuery({ object, id: chosen.id }); };
  const one = text.objects[object].one;
  return html`<section class="card preview-ask" aria-label=${words.find(one)}><div class="two">
      <${RecordPicker} object=${object} chosen=${id ? { id, name: name || record?.name } : null} onChoose=${choose} />
      <${EventPicker} object=${object} config=${state.doc.objects[object]} onChange=${setEvent} /></div>
      <div class="toolbar"><span class="muted">${state.dirty ? words.rulesDraft : words.rulesSaved}${data && html` ${words.readAt} <${Time} at=${data.read_at} />.`}</span>
        ${id && html`<button type="button" class="btn" disabled=${loading} onClick=${reload}><${Refresh}/>${words.again}</button>`}</div></section>
    ${!id && html`<section class="card"><${Empty} title=${words.start(one)}>${words.startBody}<//></section>`}
    ${id && error && !loading && html`<${Failed} error=${error} retry=${reload} title=${words.failed} />`}
    ${id && !record && !error && html`<div class="card"><${Skeleton} lines=${10} tall /></div>`}
    ${record && !error && html`<div class=${`stack${loading ? ' stale' : ''}`} aria-busy=${loading ? 'true' : undefined}><${PreviewResult} record=${record} object=${object} session=${session} />
      ${record.found && html`<${TestConversion} object=${object} record=${record} session=${session} dirty=${state.dirty} />`}</div>`}`;
}

function Content({ object, view, id, state, session }) {
  if (['disconnected', 'paused'].includes(obstacle(session))) {
    return html`<section class="card"><${Empty} title=${words.offTitle} action=${html`<a class="btn primary" href=${connectAddress()}>${text.sending.reconnect}</a>`}>${words.offBody}<//></section>`;
  }
  if (!state.doc.objects[object].mapping.length) {
    return html`<section class="card"><${Empty} title=${words.noMapping(text.objects[object].name)} action=${html`<a class="btn primary" href=${`/mappings/${object}`}>${words.toMapping}</a>`}>${words.noMappingBody}<//></section>`;
  }
  return html`<${Views} object=${object} view=${view} />
    ${view === 'last' ? html`<p class="help">${text.previewTable.lead}</p><${PreviewTable} key=${object} object=${object} document=${state.dirty ? state.doc : null} />`
      : html`<${One} key=${object} object=${object} id=${id} state=${state} session=${session} />`}`;
}

export function Preview({ session, query }) {
  const state = useStore(draft);
  useStore(loadLabels());
  useEffect(() => { loadDraft(); }, []);
  const object = text.objects[query.get('object')] ? query.get('object') : 'deals';
  const view = query.get('view') === 'last' ? 'last' : 'one';
  const id = /^[1-9]\d{0,17}$/.test(query.get('id') ?? '') ? query.get('id') : null;
  return html`<${PageHead} title=${words.title} lead=${words.lead} />
    <${Tabs} object=${object} view=${view} />
    ${state.status === 'failed' && html`<${Failed} error=${state.error} retry=${loadDraft} />`}
    ${state.status === 'loading' && html`<div class="card"><${Skeleton} lines=${10} tall /></div>`}
    ${state.status === 'ready' && html`<div class="stack">
      <${Content} object=${object} view=${view} id=${id} state=${state} session=${session} />
      ${state.dirty && html`<${SaveBar} state=${state} />`}</div>`}`;
}
