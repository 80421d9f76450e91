// One mapping: on or off, a property or an expression, an arrow, an impact.com field; below it what is wrong.
import { html, useRef, useState } from '../html.js';
import { text } from '../text.js';
import { plainProperty } from '../lib/mapping.js';
import { Combobox } from './combobox.js';
import { Condition, faultColumn, Marked } from './condition.js';
import { Arrow, Braces, Cross } from './icons.js';
import { Switch } from './switch.js';

const words = text.mappings;

function Source({ row, number, sources, expert, invalid, describedBy, onChange }) {
  if (expert) {
    return html`<input type="text" class="mono" aria-label=${words.expressionLabel(number)} aria-invalid=${invalid ? 'true' : undefined} aria-describedby=${describedBy}
      autocomplete="off" autocapitalize="none" spellcheck=${false} placeholder="{dealname}" maxlength="4096"
      value=${row.expression} onInput=${e => onChange({ expression: e.target.value })} />
      ${!row.expression && html`<span class="help">${words.expressionHelp}</span>`}`;
  }
  return html`<${Combobox} label=${words.sourceLabel(number)} options=${sources} value=${plainProperty(row.expression) ?? ''} invalid=${invalid} describedBy=${describedBy}
    placeholder=${words.searchProperties} onChange=${name => onChange({ expression: `{${name}}` })} />`;
}

export function MappingRow({ row, number, sources, targets, note, faultText, help, onChange, onRemove }) {
  const simple = row.expression === '' || plainProperty(row.expression) !== null;
  const [wantsExpert, setExpert] = useState(false);
  const written = useRef(false); // an expression that is being written stays a text box, whatever is left of it on the way
  if (!simple) written.current = true;
  const expert = wantsExpert || written.current;
  const more = wantsExpert || row.when !== '';
  const id = `row-${row.id}`;
  const error = note?.error ?? faultText;
  const said = note?.error ? [] : (faultText ?? '').split('\n').filter(Boolean);
  const ofCondition = line => /of the condition/.test(line);
  const inCondition = said.some(ofCondition);
  const inSource = said.some(line => !ofCondition(line));
  const described = [error && `${id}-error`, note?.hint && `${id}-hint`].filter(Boolean).join(' ') || undefined;
  const sourceBad = inSource || (error && !row.expression);
  const fieldBad = Boolean(note?.error) && (!row.field || Boolean(row.expression));
  return html`<tr class=${`${error ? 'bad' : ''}${row.active ? '' : ' is-off'}`}>
    <td class="c-on"><span class="row-no" aria-hidden="true">${number}</span><${Switch} on=${row.active} label=${words.rowOn(number)} words=${null} onChange=${active => onChange({ active })} /></td>
    <td class="c-source"><${Source} row=${row} number=${number} sources=${sources} expert=${expert} invalid=${sourceBad} describedBy=${described} onChange=${onChange} />
      ${more && html`<${Condition} value=${row.when} label=${words.whenLabel(number)} invalid=${inCondition} describedBy=${described} onChange=${when => onChange({ when })} />`}</td>
    <td class="c-arrow arrow" aria-hidden="true"><${Arrow}/></td>
    <td class="c-field"><${Combobox} label=${words.fieldLabel(number)} options=${targets} value=${row.field} invalid=${fieldBad} describedBy=${described}
        placeholder=${words.searchFields} onChange=${field => onChange({ field })} />
      ${more && help && html`<p class="help">${help}</p>`}
      ${error && html`<div id=${`${id}-error`}>${(said.length ? said : [error]).map(line => html`<p class="err" key=${line}>${line}</p>
        ${said.length > 0 && html`<${Marked} source=${ofCondition(line) ? row.when : row.expression} column=${faultColumn(line)} />`}`)}</div>`}
      ${note?.hint && html`<p class="hint" id=${`${id}-hint`}>${note.hint}</p>`}
      ${note?.eventDate && html`<p class="hint">${words.eventDateHint} <button type="button" class="link-btn"
        onClick=${() => onChange({ expression: '{event.occurredAt}' })}>${words.eventDateUse}</button></p>`}</td>
    <td class="c-end"><button type="button" class="icon" aria-label=${words.more(number)} title=${words.moreShort} aria-pressed=${more ? 'true' : 'false'}
        disabled=${row.when !== ''} onClick=${() => { written.current = false; setExpert(!wantsExpert); }}><${Braces}/></button>
      <button type="button" class="icon danger" aria-label=${words.remove(number, row.field)} onClick=${onRemove}><${Cross}/></button></td>
  </tr>`;
}
