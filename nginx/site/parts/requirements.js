// What impact.com demands of a mapping, as a list that ticks itself off.
import { html } from '../html.js';
import { text } from '../text.js';
import { Check, Warn } from './icons.js';

const words = text.mappings;

/** `items`: of requirements() in lib/mapping.js.  `live`: nothing can be saved while one is open. */
export function Requirements({ items, name, live, onAdd, readOnly }) {
  const open = items.filter(item => !item.done).length;
  return html`<section class="card requirements" aria-labelledby="requirements"><h2 id="requirements">${words.requiredTitle}</h2>
    <p class=${open ? (live ? 'err' : 'hint') : 'help'} role="status">${open ? (live ? words.requiredLive(open, name) : words.requiredOpen(open, name)) : words.requiredDone}</p>
    <ul>${items.map(item => html`<li key=${item.fields[0]} class=${item.done ? (item.trouble ? 'trouble' : 'done') : 'open'}>
      <span class="tick" aria-hidden="true">${item.trouble ? html`<${Warn}/>` : item.done ? html`<${Check}/>` : ''}</span>
      <div><strong>${item.by ?? words.eitherOf(item.fields)}</strong> <span class="sr">${item.trouble ? words.requiredTrouble : item.done ? words.requiredIs : words.requiredIsNot}</span>
        <span class="help">${item.trouble ? words.requiredTroubleHelp : words.why[item.why]?.(item.because) ?? ''}${item.trouble && item.at && html` <a href=${item.at.href}>${item.at.label}</a>`}</span></div>
      ${!item.done && !readOnly && html`<button type="button" class="btn small" onClick=${() => onAdd(item.fields[0])}>${words.addMissing(item.fields[0])}</button>`}</li>`)}</ul></section>`;
}
