// One trigger on a changed property, and the box that adds another.
import { html, useEffect, useMemo, useRef, useState } from '../html.js';
import { text } from '../text.js';
import { refreshCatalogue, valueOptions } from '../lib/catalogue.js';
import { Combobox } from './combobox.js';
import { Condition, faultColumn, Marked } from './condition.js';
import { Cross, Plus } from './icons.js';
import { Badge, Notice } from './notice.js';
import { Switch } from './switch.js';

const words = text.triggers;

function Values({ trigger, label, options, onChange, describedBy, invalid }) {
  const chosen = trigger.becomes.map(value => {
    const known = options.find(o => o.value === value);
    return { value, text: known?.text ?? value, badge: known ? known.badge : options.length ? words.goneBadge : undefined };
  });
  const left = options.filter(o => !trigger.becomes.includes(o.value));
  return html`<div class="values">
    ${chosen.length === 0 && html`<span class="chip any">${words.anyValue}</span>`}
    ${chosen.map(c => html`<span class="chip" key=${c.value}>${c.text}${c.badge && html` <small>${c.badge}</small>`}
      <button type="button" class="chip-x" aria-label=${words.removeValue(c.text)} onClick=${() => onChange(trigger.becomes.filter(v => v !== c.value))}><${Cross}/></button></span>`)}
    ${(left.length > 0 || options.length === 0) && html`<div class="values-add"><${Combobox} key=${chosen.length} label=${words.becomes(label)} options=${left} value=""
      invalid=${invalid} describedBy=${describedBy} placeholder=${chosen.length ? words.addAnother : words.addValue} free=${options.length ? undefined : words.useValue}
      onChange=${value => onChange([...trigger.becomes, value])} /></div>`}
  </div>`;
}

/** The condition of a trigger with what is wrong with it, or the offer to write one. */
export function TriggerCondition({ trigger, label, faults, onChange }) {
  const [open, setOpen] = useState(false);
  const box = useRef(null);
  const id = `trigger-${trigger.id}-when`;
  const when = trigger.when ?? '';
  const said = faults.filter(f => f.path === 'when').map(f => f.message).join(' ');
  useEffect(() => { if (open) box.current?.querySelector('input')?.focus(); }, [open]);
  if (!open && !when) {
    return html`<div class="trigger-when"><button type="button" class="link-btn" aria-label=${words.addConditionTo(label)} onClick=${() => setOpen(true)}>${words.addCondition}</button></div>`;
  }
  return html`<div class="trigger-when" ref=${box}>
    <${Condition} value=${when} label=${words.conditionLabel(label)} invalid=${Boolean(said)} describedBy=${said ? id : undefined} onChange=${value => onChange({ when: value })} />
    ${said && html`<p class="err" id=${id}>${said}</p><${Marked} source=${when} column=${faultColumn(said)} />`}</div>`;
}

/** `faults` have paths within the trigger: "property", "becomes", "when". */
export function Trigger({ object, trigger, property, known, pipelines, focus, twice, faults, onChange, onRemove }) {
  const row = useRef(null);
  const label = property?.label || trigger.property;
  const options = useMemo(() => valueOptions(property, pipelines), [property, pipelines]);
  const gone = known && !property;
  const silent = property && property.subscribed === false;
  useEffect(() => { if (focus) row.current?.querySelector('input')?.focus(); }, [focus]);
  const errorId = `trigger-${trigger.id}-error`;
  const own = faults.filter(f => f.path !== 'when');
  return html`<li class="trigger" ref=${row}>
    <span class="or">${words.or}</span>
    <div class=${`trigger-line${trigger.mode === 'off' ? ' is-off' : ''}`}>
      <div class="trigger-name"><strong>${label}</strong> <code>${trigger.property}</code>
        ${gone && html` <${Badge} kind="bad">${words.goneBadge}<//>`}
        ${silent && html` <${Badge} kind="warn">${words.notSubscribedShort}<//>`}
        ${property && !silent && html` <${Badge} title=${words.instantHelp}>${words.instant}<//>`}</div>
      <span class="trigger-word">${words.changes}</span>
      <${Values} trigger=${trigger} label=${label} options=${options} invalid=${own.length > 0}
        describedBy=${own.length ? errorId : undefined} onChange=${becomes => onChange({ becomes })} />
      <div class="trigger-end">
        <${Switch} on=${trigger.mode === 'live'} label=${words.mode(label)} words=${[words.live, words.off]} onChange=${on => onChange({ mode: on ? 'live' : 'off' })} />
        <button type="button" class="icon danger" aria-label=${words.remove(label)} onClick=${onRemove}><${Cross}/></button>
      </div>
      <${TriggerCondition} trigger=${trigger} label=${label} faults=${faults} onChange=${onChange} />
    </div>
    ${twice && html`<p class="hint">${words.twice(label)}</p>`}
    ${gone && html`<p class="err">${words.gone}</p>`}
    ${silent && html`<p class="hint">${words.notSubscribed(object, trigger.property)}</p>`}
    ${own.length > 0 && html`<p class="err" id=${errorId}>${own.map(f => f.message).join(' ')}</p>`}
  </li>`;
}

/** Predefined ones first, then every other property; those that HubSpot does not report to the app say so. */
function triggerOptions(object, properties, predefined) {
  const names = predefined.map(t => t.property);
  const own = properties.filter(p => p.source === 'record' && !p.computed);
  const rank = p => p.subscribed === false ? 2 : names.includes(p.name) ? 0 : 1;
  const order = p => { const i = names.indexOf(p.name); return i < 0 ? names.length : i; };
  return own.map((p, i) => ({ p, i, rank: rank(p) }))
    .sort((a, b) => a.rank - b.rank || order(a.p) - order(b.p) || a.i - b.i)
    .map(({ p, rank: r }) => ({ value: p.name, text: p.label || p.name, hint: p.name, badge: [words.instant, words.predefined, words.notInstant][r === 0 ? 1 : r === 1 ? 0 : 2],
      disabled: r === 2, reason: r === 2 ? words.notSubscribed(object, p.name) : predefined.find(t => t.property === p.name)?.hint }));
}

export function AddTrigger({ object, catalogue, predefined, onAdd }) {
  const [open, setOpen] = useState(false);
  const box = useRef(null);
  const button = useRef(null);
  const options = useMemo(() => triggerOptions(object, catalogue.data?.properties ?? [], predefined), [object, catalogue.data, predefined]);
  useEffect(() => { // the list opens at once: predefined ones come first
    const input = open && box.current?.querySelector('input');
    if (input) { input.focus(); input.click(); }
  }, [open, catalogue.busy]);
  const close = () => { setOpen(false); setTimeout(() => button.current?.focus()); };
  if (!open) return html`<button type="button" class="btn" ref=${button} onClick=${() => setOpen(true)}><${Plus}/>${words.add}</button>`;
  if (!catalogue.data) {
    return catalogue.error && !catalogue.busy
      ? html`<${Notice} kind="bad" action=${html`<button type="button" class="btn" onClick=${() => refreshCatalogue(object)}>${text.common.retry}</button>`}>${catalogue.error.message}<//>`
      : html`<p class="muted" role="status">${words.loadProperties}</p>`;
  }
  return html`<div class="add-trigger" ref=${box} onKeyDown=${e => { if (e.key === 'Escape') close(); }}>
    <${Combobox} label=${words.addLabel(text.objects[object].one)} options=${options} value="" placeholder=${words.choose}
      onChange=${property => { setOpen(false); onAdd(property); }} />
    <button type="button" class="btn" onClick=${close}>${text.common.cancel}</button></div>`;
}
