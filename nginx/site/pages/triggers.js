// Which events become conversions: per object a consent switch, "created", and properties that change.
import { html, useEffect, useMemo, useState } from '../html.js';
import { text } from '../text.js';
import { byName, catalogueStore, fixed, loadCatalogue } from '../lib/catalogue.js';
import { draft, editObject, edit, faultsAt, loadDraft } from '../lib/draft.js';
import { missingFields, nameMissing, newId } from '../lib/mapping.js';
import { useLoad } from '../lib/load.js';
import { useStore } from '../lib/store.js';
import { Failed, Notice, PageHead, Skeleton } from '../parts/notice.js';
import { SaveBar } from '../parts/savebar.js';
import { Switch } from '../parts/switch.js';
import { AddTrigger, Trigger } from '../parts/trigger.js';

const words = text.triggers;
const OBJECTS = Object.keys(text.objects);

const predefinedOf = (list, object) => list.objects[object] ?? [];

function setCreated(object, on) {
  edit(doc => {
    const one = doc.objects[object];
    const mode = on ? 'live' : 'off';
    const has = one.triggers.some(t => t.on === 'created');
    const triggers = has ? one.triggers.map(t => t.on === 'created' ? { ...t, mode } : t)
      : [{ id: newId('t', doc), on: 'created', property: '', becomes: [], mode }, ...one.triggers];
    return { ...doc, objects: { ...doc.objects, [object]: { ...one, triggers } } };
  });
}

function addTrigger(object, property) {
  edit(doc => {
    const one = doc.objects[object];
    const trigger = { id: newId('t', doc), on: 'changed', property, becomes: [], mode: 'live' };
    return { ...doc, objects: { ...doc.objects, [object]: { ...one, triggers: [...one.triggers, trigger] } } };
  });
}

const setTriggers = (object, fn) => editObject(object, one => ({ ...one, triggers: fn(one.triggers) }));

function ObjectCard({ object, config, faults, predefined, missing }) {
  const { name, one } = text.objects[object];
  const catalogue = useStore(catalogueStore(object));
  const properties = useMemo(() => byName(catalogue.data?.properties ?? []), [catalogue.data]);
  const [newest, setNewest] = useState(null);
  const created = config.triggers.find(t => t.on === 'created');
  const changed = config.triggers.filter(t => t.on === 'changed');
  const live = config.triggers.some(t => t.mode === 'live');
  const here = faultsAt(faults, `objects.${object}.triggers`).filter(f => !config.triggers.some(t => f.path.includes(`.${t.id}`)));
  return html`<section class="card object" aria-labelledby=${`object-${object}`}>
    <h2 id=${`object-${object}`}>${name}</h2>
    <${Switch} visible on=${config.consent} label=${words.consent(name)} onChange=${consent => editObject(object, o => ({ ...o, consent }))}
      help=${config.consent ? words.consentOn(one) : words.consentOff(one)} />
    <div role="status">
      ${live && !config.consent && html`<${Notice} kind="warn">${words.consentMissing(name)}<//>`}
      ${live && missing.length > 0 && html`<${Notice} kind="warn" action=${html`<a class="btn" href=${`/mappings/${object}`}>${words.toMapping}</a>`}>
        ${words.needsMapping(name, nameMissing(missing).join(', '))} ${words.kept}<//>`}
      ${here.map(f => html`<${Notice} key=${f.path} kind="bad">${f.message}<//>`)}
    </div>
    <${Switch} visible on=${created?.mode === 'live'} label=${words.created} onChange=${on => setCreated(object, on)} help=${words.createdHelp(one)} />
    <h3>${words.changedTitle(one)}</h3>
    ${changed.length === 0 && html`<p class="muted">${words.none}</p>`}
    <ol class="triggers">${changed.map((trigger, i) => html`<${Trigger} key=${trigger.id} trigger=${trigger} first=${i === 0}
      property=${properties.get(trigger.property)} known=${properties.size > 0} pipelines=${catalogue.data?.pipelines}
      focus=${trigger.id === newest} faults=${faultsAt(faults, `objects.${object}.triggers.${trigger.id}`)}
      onChange=${next => setTriggers(object, list => list.map(t => t.id === trigger.id ? { ...t, ...next } : t))}
      onRemove=${() => setTriggers(object, list => list.filter(t => t.id !== trigger.id))} />`)}</ol>
    <${AddTrigger} object=${object} catalogue=${catalogue} predefined=${predefined}
      onAdd=${property => { addTrigger(object, property); setNewest(draft.get().doc.objects[object].triggers.at(-1).id); }} />
  </section>`;
}

export function Triggers() {
  const state = useStore(draft);
  const lists = useLoad(() => Promise.all([fixed('triggers'), fixed('impact-fields')]));
  const catalogues = OBJECTS.map(object => useStore(catalogueStore(object)));
  useEffect(() => { loadDraft(); OBJECTS.forEach(loadCatalogue); }, []);
  const failed = state.status === 'failed' ? state.error : lists.error;
  const retry = () => { loadDraft(); lists.reload(); };
  // Triggers are drawn with the properties they name, so that nothing jumps when those arrive.
  const named = OBJECTS.every((object, i) => catalogues[i].data || catalogues[i].error || !state.doc?.objects[object].triggers.some(t => t.on === 'changed'));
  const ready = state.status === 'ready' && lists.data && named;
  const missing = {};
  const problems = [];
  if (ready) {
    for (const [object, config] of Object.entries(state.doc.objects)) {
      missing[object] = missingFields(config.mapping, lists.data[1]);
      if (missing[object].length && config.triggers.some(t => t.mode === 'live')) {
        problems.push(words.needsMapping(text.objects[object].name, nameMissing(missing[object]).join(', ')));
      }
    }
  }
  return html`<${PageHead} title=${words.title} lead=${words.lead} />
    ${!ready && (failed ? html`<${Failed} error=${failed} retry=${retry} />`
      : html`<div class="stack">${[1, 2, 3].map(n => html`<div class="card" key=${n}><${Skeleton} lines=${7} tall /></div>`)}</div>`)}
    ${ready && html`<div class="stack">${OBJECTS.map(object => html`<${ObjectCard} key=${object} object=${object}
      config=${state.doc.objects[object]} faults=${state.faults} predefined=${predefinedOf(lists.data[0], object)} missing=${missing[object]} />`)}
      <${SaveBar} state=${state} problems=${problems} /></div>`}`;
}
