// How values are made (C-01, C-03, C-09) and Advocate (V-01, V-07): options of the configuration document.
import { html } from '../html.js';
import { text } from '../text.js';
import { edit, editObject } from '../lib/draft.js';
import { newId } from '../lib/mapping.js';
import { Field } from './field.js';
import { Check } from './icons.js';
import { Notice } from './notice.js';
import { Switch } from './switch.js';

const words = text.settings;
/** What holds when the document does not say. */
const FIRST = { computed_prefix: true, computed_value: 'internal', email_hash: 'sha1', event_date: 'preset', advocate: false };
const EMAIL = { contacts: '{email}', companies: '{contact.email}', deals: '{contact.email}' };
const SAMPLE = { internal: ['closedwon', 'OPEN_DEAL'], label: ['Closed_Won', 'Open_deal'] };

const set = part => edit(doc => ({ ...doc, options: { ...doc.options, ...part } }));

function Choice({ label, help, value, choices, disabled, onChange }) {
  return html`<${Field} label=${label} help=${help}>${attributes => html`<select ...${attributes} value=${value} disabled=${disabled} onChange=${e => onChange(e.target.value)}>
    ${Object.entries(choices).map(([key, name]) => html`<option key=${key} value=${key} selected=${key === value}>${name}</option>`)}</select>`}<//>`;
}

/** What the computed fields of decision C-01 come out as. */
function Examples({ options }) {
  const [stage, status] = SAMPLE[options.computed_value];
  const before = prefix => options.computed_prefix ? prefix : '';
  const rows = [[words.examples.stage, `${before('deal_')}${stage}`], [words.examples.stageId, `${before('deal_')}${stage}_9001`], [words.examples.statusId, `${before('contact_')}${status}_151`]];
  return html`<div class="example" role="status"><p class="label">${words.example}</p><dl class="facts">${rows.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd><code>${value}</code></dd></div>`)}</dl></div>`;
}

export function Options({ doc, editor }) {
  const options = { ...FIRST, ...doc.options };
  return html`<section class="card form" aria-labelledby="options"><h2 id="options">${words.optionsTitle}</h2><p class="help lead">${words.optionsLead}</p>
    <${Switch} visible on=${options.computed_prefix} label=${words.prefix} help=${words.prefixHelp} disabled=${!editor} onChange=${on => set({ computed_prefix: on })} />
    <${Choice} label=${words.value} help=${words.valueHelp} value=${options.computed_value} choices=${words.values} disabled=${!editor} onChange=${computed_value => set({ computed_value })} />
    <${Examples} options=${options} />
    <${Choice} label=${words.hash} help=${words.hashHelp} value=${options.email_hash} choices=${words.hashes} disabled=${!editor} onChange=${email_hash => set({ email_hash })} />
    <${Choice} label=${words.eventDate} help=${words.eventDateHelp} value=${options.event_date} choices=${words.eventDates} disabled=${!editor} onChange=${event_date => set({ event_date })} /></section>`;
}

const isLive = object => object.triggers.some(t => t.mode === 'live');
const hasEmail = object => object.mapping.some(row => row.active && row.field === 'CustomerEmail' && row.expression);

/** Objects that keep Advocate from being switched on. */
export const advocateLacks = doc => doc.options.advocate ? Object.keys(text.objects).filter(key => isLive(doc.objects[key]) && !hasEmail(doc.objects[key])) : [];

function addEmail(key) {
  editObject(key, object => ({ ...object, mapping: [...object.mapping.filter(row => row.field !== 'CustomerEmail'),
    { id: newId('m', { objects: { [key]: object } }), field: 'CustomerEmail', expression: EMAIL[key], when: '', active: true }] }));
}

export function Advocate({ doc, presets, editor }) {
  const on = doc.options.advocate ?? FIRST.advocate;
  const lacks = advocateLacks(doc);
  const mapped = on ? Object.keys(text.objects).filter(key => isLive(doc.objects[key]) && hasEmail(doc.objects[key])) : [];
  const preset = presets?.find(p => p.id === 'deals-advocate');
  return html`<section class="card form" aria-labelledby="advocate"><h2 id="advocate">${words.advocateTitle}</h2>
    <${Switch} visible on=${on} label=${words.advocate} help=${words.advocateHelp} disabled=${!editor} onChange=${advocate => set({ advocate })} />
    ${on && html`<div class="advocate"><p>${words.advocateNeeds}</p>
      <div role="status">${lacks.map(key => html`<${Notice} key=${key} kind="warn" action=${editor && html`<button type="button" class="btn" onClick=${() => addEmail(key)}>${words.advocateAdd(text.objects[key].name)}</button>`}>
        ${words.advocateMissing(text.objects[key].name)}<//>`)}
      ${mapped.map(key => html`<p class="good" key=${key}><${Check}/> ${words.advocateAdded(text.objects[key].name)}</p>`)}</div>
      ${preset && html`<p class="help">${words.advocatePreset(preset.label)} <a href="/mappings/deals">${words.advocatePresetLink}</a></p>`}</div>`}</section>`;
}
