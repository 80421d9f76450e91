// Two configurations side by side: every thing that differs, by object, its old and its new values.
import { html } from '../html.js';
import { text } from '../text.js';
import { labelled, nameOf, shown } from '../lib/difference.js';
import { useLabels } from '../lib/labels.js';
import { Badge } from './notice.js';

const words = text.difference;
const KIND = { added: 'ok', removed: 'bad', changed: 'warn' };
const MONO = new Set(['expression', 'when', 'property', 'becomes', 'account_sid', 'program_id', 'field']);

function Value({ name, value, side }) {
  const empty = value === undefined || value === '' || (Array.isArray(value) && !value.length);
  const said = shown(name, value);
  return html`<td data-label=${side} class=${empty ? 'muted' : ''}>${!empty && MONO.has(name) ? html`<code class="wrap">${said}</code>` : html`<span class="wrap">${said}</span>`}</td>`;
}

function Entry({ one, sides, pick }) {
  const name = nameOf(one);
  return html`<section class="diff-entry">
    <h4>${pick ? html`<label><input type="checkbox" checked=${pick.has(one.key)} onChange=${() => pick.toggle(one.key)} /> <span>${words.parts[one.part] ?? ''} <strong class="wrap">${name}</strong></span></label>`
    : html`${words.parts[one.part] ?? ''} <strong class="wrap">${name}</strong>`} <${Badge} kind=${KIND[one.how]}>${words.how[one.how]}<//></h4>
    ${one.part === 'order' ? html`<p class="help">${words.orderHelp}</p>` : html`<table class="table diff-table">
      <caption class="sr">${words.caption(name)}</caption>
      <thead><tr><th scope="col">${words.what}</th><th scope="col">${sides[0]}</th><th scope="col">${sides[1]}</th></tr></thead>
      <tbody>${one.fields.map(f => html`<tr key=${f.name}><th scope="row">${words.fields[f.name] ?? f.name}</th>
        <${Value} name=${f.name} value=${f.before} side=${sides[0]} /><${Value} name=${f.name} value=${f.after} side=${sides[1]} /></tr>`)}</tbody></table>`}
  </section>`;
}

/**
 * `entries`: of lib/difference.js.  `sides`: what the two are called.  `pick` ({has(key), toggle(key)}): with a box
 * before each entry.
 */
export function Difference({ entries, sides = words.sides, pick = null }) {
  useLabels(labelled(entries));
  if (!entries.length) return html`<p class="muted">${words.none}</p>`;
  return html`<div class="diff">${['', ...Object.keys(text.objects)].map(object => {
    const mine = entries.filter(one => one.object === object);
    return mine.length > 0 && html`<section key=${object} class="diff-object"><h3>${object ? text.objects[object].name : words.account}</h3>
      ${mine.map(one => html`<${Entry} key=${one.key} one=${one} sides=${sides} pick=${pick} />`)}</section>`;
  })}</div>`;
}
