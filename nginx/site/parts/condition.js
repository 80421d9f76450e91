// "Only when": the condition of a mapping or a trigger, and where an expression is wrong.
import { html } from '../html.js';
import { text } from '../text.js';

const words = text.conditions;
const COLUMN = /column (\d+)/i;

/** The column that a fault names, from 1; 0 when it names none. */
export const faultColumn = fault => Number(COLUMN.exec(fault ?? '')?.[1] ?? 0);

/** The expression with the faulty character marked. */
export function Marked({ source, column }) {
  if (!column || !source) return null;
  const at = Math.min(column, source.length + 1) - 1;
  return html`<code class="marked" aria-hidden="true">${source.slice(0, at)}<mark>${source[at] ?? ' '}</mark>${source.slice(at + 1)}</code>`;
}

export function Condition({ value, label, invalid, describedBy, onChange }) {
  return html`<label class="when"><span>${words.when}</span><input type="text" class="mono" aria-label=${label} autocomplete="off" autocapitalize="none" spellcheck=${false}
    aria-invalid=${invalid ? 'true' : undefined} aria-describedby=${describedBy}
    placeholder=${words.example} maxlength="4096" value=${value} onInput=${e => onChange(e.target.value)} /></label>`;
}
