// Which events become conversions: per object a consent switch, "created", and properties that change.
import { html, useEffect, useMemo, useState } from '../html.js';
import { text } from '../text.js';
import { byName, catalogueStore, fixed, loadCatalogue } from '../lib/catalogue.js';
import { draft, editObject, edit, faultsAt, faultsIn, loadDraft } from '../lib/draft.js';
import { missingFields, nameMissing, newId } from '../lib/mapping.js';
import { useLoad } from '../lib/load.js';
import { mayEdit } from '../lib/session.js';
import { useStore } from '../lib/store.js';
import { offerUndo } from '../lib/undo.js';
import { Badge, Failed, Notice, PageHead, Skeleton } from '../parts/notice.js';
import { SaveBar } from '../parts/savebar.js';
import { Switch } from '../parts/switch.js';
import { ConditionHelp, FunctionHelp } from '../parts/functions.js';
import { AddTrigger, Trigger, TriggerCondition } from '../parts/trigger.js';

const words = text.triggers;
const OBJECTS = Object.keys(text.objects);

const predefinedOf = (list, object) => list.objects[object] ?? [];

function setCreated(object, on) {
  edit(doc => {
    const one = doc.objects[object];
    const mode = on ? 'live' : 'off';
    const has = one.triggers.some(t => t.on === 'created');
    const triggers = has ? one.triggers.map(t => t.on === 'created' ? { ...t, mode } : t)
      : [{ id: newId('t', doc), on: 'created', property: '', becomes: [], when: '', mode }, ...one.triggers];
    return { ...doc, objects: { ...doc.objects, [object]: { ...one, triggers } } };
  });
}

function addTrigger(object, property) {
  edit(doc => {
    const one = doc.objects[object];
    const trigger = { id: newId('t', doc), on: 'changed', property, becomes: [], when: '', mode: 'live' };
    return { ...doc, objects: { ...doc.objects, [object]: { ...one, triggers: [...one.triggers, trigger] } } };
  });
}

const setTriggers = (object, fn) => editObject(object, one => ({ ...one, triggers: fn(one.triggers) }));

/** "Active": a conversion for every record that is created, or for those that fulfil a condition. */
function Created({ object, trigger, faults, onChange }) {
  const { one } = text.objects[object];
  const on = trigger?.mode === 'live';
  return html`<li class="trigger"><div class=${`trigger-line created${on ? '' : ' is-off'}`}>
    <${Switch} visible on=${on} label=${words.created(one)} onChange=${value => setCreated(object, value)} help=${words.createdHelp(one)} />
    ${trigger && (on || trigger.when) && html`<${TriggerCondition} trigger=${trigger} label=${words.createdLabel(one)} faults=${faults} onChange=${onChange} />`}</div>
    ${faults.filter(f => f.path !== 'when').map(f => html`<p class="err" key=${f.path}>${f.message}</p>`)}</li>`;
}

/** Triggers that fire for what an earlier one fires for already: the same property, and a value in common. */
function repeated(triggers) {
  const found = new Set();
  triggers.forEach((t, i) => {
    const before = triggers.slice(0, i).some(o => o.property === t.property && o.mode === t.mode && !o.when && (!o.becomes.length || (t.becomes.length && t.becomes.every(v => o.becomes.includes(v)))));
    if (before) found.add(t.id);
  });
  return found;
}

function ObjectCard({ object, config, faults, predefined, missing, readOnly }) {
  const { name, one } = text.objects[object];
  const catalogue = useStore(catalogueStore(object));
  const properties = useMemo(() => byName(catalogue.data?.properties ?? []), [catalogue.data]);
  const [newest, setNewest] = useState(null);
  const created = config.triggers.find(t => t.on === 'created');
  const changed = config.triggers.filter(t => t.on === 'changed');
  const live = config.triggers.some(t => t.mode === 'live');
  const of = id => faultsIn(faults, `objects.${object}.triggers.${id}`);
  const here = faultsAt(faults, `objects.${object}.triggers`).filter(f => !config.triggers.some(t => t.id === f.path.split('.')[3]));
  const change = (id, part) => setTriggers(object, list => list.map(t => t.id === id ? { ...t, ...part } : t));
  const twice = repeated(changed);
  const remove = trigger => {
    const at = config.triggers.findIndex(t => t.id === trigger.id);
    const back = config.triggers[at];
    setTriggers(object, list => list.filter(t => t.id !== trigger.id));
    offerUndo(words.removed(properties.get(trigger.property)?.label || trigger.property), () => setTriggers(object, list => list.toSpliced(Math.min(at, list.length), 0, back)));
    document.getElementById(`object-${object}`)?.focus();
  };
  return html`<section class="card object" aria-labelledby=${`object-${object}`}>
    <h2 id=${`object-${object}`} tabindex="-1">${name} <${Badge} kind=${live && config.consent && !missing.length ? 'ok' : live ? 'warn' : 'plain'}>${live ? config.consent && !missing.length ? words.stateLive : words.stateWaits : words.stateOff}<//></h2>
    <fieldset class="plain" disabled=${readOnly}><legend class="sr">${words.legend(name)}</legend>
    <${Switch} visible on=${config.consent} label=${words.consent(name)} onChange=${consent => editObject(object, o => ({ ...o, consent }))}
      help=${config.consent ? words.consentOn(one) : words.consentOff(one)} />
    <div role="status">
      ${live && !config.consent && html`<${Notice} kind="warn">${words.consentMissing(name)}<//>`}
      ${live && missing.length > 0 && html`<${Notice} kind="warn" action=${html`<a class="btn" href=${`/mappings/${object}`}>${words.toMapping}</a>`}>
        ${words.needsMapping(name, nameMissing(missing).join(', '))} ${words.kept}<//>`}
      ${here.map(f => html`<${Notice} key=${f.path} kind="bad">${f.message}<//>`)}
    </div>
    <h3>${words.listTitle(one)}</h3>
    <ol class="triggers"><${Created} object=${object} trigger=${created} faults=${created ? of(created.id) : []} onChange=${part => change(created.id, part)} />
      ${changed.map(trigger => html`<${Trigger} key=${trigger.id} object=${object} trigger=${trigger} twice=${twice.has(trigger.id)}
      property=${properties.get(trigger.property)} known=${properties.size > 0} pipelines=${catalogue.data?.pipelines}
      focus=${trigger.id === newest} faults=${of(trigger.id)} onChange=${part => change(trigger.id, part)} onRemove=${() => remove(trigger)} />`)}</ol>
    <${AddTrigger} object=${object} catalogue=${catalogue} predefined=${predefined}
      onAdd=${property => { addTrigger(object, property); setNewest(draft.get().doc.objects[object].triggers.at(-1).id); }} />
    </fieldset>
  </section>`;
}

const readLists = () => Promise.all([fixed('triggers'), fixed('impact-fields')]);

export function Triggers({ session }) {
  const state = useStore(draft);
  const lists = useLoad(readLists);
  const catalogues = OBJECTS.map(object => useStore(catalogueStore(object)));
  useEffect(() => { loadDraft(); OBJECTS.forEach(loadCatalogue); }, []);
  const failed = state.status === 'failed' ? state.error : lists.error;
  const retry = () => { loadDraft(); lists.reload(); };
  // Triggers are drawn with the properties they name, so that nothing jumps when those arrive.
  const named = OBJECTS.every((object, i) => catalogues[i].data || catalogues[i].error || !state.doc?.objects[object].triggers.some(t => t.on === 'changed'));
  const ready = state.status === 'ready' && lists.data && named;
  const readOnly = !mayEdit(session);
  const missing = {};
  const problems = [];
  if (ready) {
    for (const [object, config] of Object.entries(state.doc.objects)) {
      missing[object] = missingFields(config.mapping, lists.data[1], state.doc.options);
      if (missing[object].length && config.triggers.some(t => t.mode === 'live')) {
        problems.push({ text: words.needsMapping(text.objects[object].name, nameMissing(missing[object]).join(', ')), href: `/mappings/${object}`, label: words.toMapping });
      }
    }
  }
  return html`<${PageHead} title=${words.title} lead=${words.lead} />
    ${!ready && (failed ? html`<${Failed} error=${failed} retry=${retry} />`
      : html`<div class="stack">${[1, 2, 3].map(n => html`<div class="card" key=${n}><${Skeleton} lines=${7} tall /></div>`)}</div>`)}
    ${ready && html`<div class="stack">${OBJECTS.map(object => html`<${ObjectCard} key=${object} object=${object}
      config=${state.doc.objects[object]} faults=${state.faults} predefined=${predefinedOf(lists.data[0], object)} missing=${missing[object]} readOnly=${readOnly} />`)}
      <${ConditionHelp} /><${FunctionHelp} />
      <${SaveBar} state=${state} problems=${problems} readOnly=${readOnly} /></div>`}`;
}

Triggers.ahead = () => {
  readLists().catch(() => {});
  loadDraft();
  OBJECTS.forEach(loadCatalogue);
};
