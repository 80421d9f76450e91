// How far the set-up is: each line done, to do, or not to be told from here, with its reason and one link.
import { html } from '../html.js';
import { text } from '../text.js';
import { connectAddress } from '../lib/session.js';
import { Check } from './icons.js';

const words = text.overview;
const PLACES = {
  impact: '/settings', program: '/settings', consent: '/triggers', trigger: '/triggers', mapping: '/mappings',
  event_types: '/activity', gateway: '/ids', tracking: 'https://help.impact.com/', first_conversion: '/activity',
};

const say = (what, row) => typeof what === 'function' ? what(row) : what ?? '';
const placeOf = row => row.id === 'hubspot' ? connectAddress() : row.id === 'mapping' && row.names.length ? `/mappings/${row.names[0]}` : PLACES[row.id];

function Line({ row, next }) {
  const line = words.lines[row.id];
  const place = placeOf(row);
  const out = place.startsWith('https:');
  return html`<li class=${`${row.state}${next ? ' next' : ''}`}>
    <span class="tick" aria-hidden="true">${row.state === 'done' ? html`<${Check}/>` : row.state === 'unknown' && '?'}</span>
    <div class="line-text"><span class="sr">${words.states[row.state]}: </span><span class="line-name">${line.name}</span>
      ${row.state === 'unknown' && html` <span class="muted" aria-hidden="true">· ${words.states.unknown}</span>`}
      <p class="help">${say(line.why[row.state], row)}</p></div>
    ${row.state !== 'done' && html`<a class=${next ? 'btn primary' : ''} href=${place} target=${out ? '_blank' : undefined} rel=${out ? 'noopener noreferrer' : undefined}>${line.link}</a>`}
  </li>`;
}

/** Lines that cannot be told from here keep nobody from being done. */
export const setUp = items => items.every(row => row.state !== 'todo');

export function Checklist({ items, editor }) {
  const known = items.filter(row => row.state !== 'unknown');
  const done = known.filter(row => row.state === 'done').length;
  const next = editor ? items.find(row => row.state === 'todo')?.id : null;
  const list = html`<progress class="progress" max=${known.length} value=${done} aria-label=${words.checklist}></progress>
    <ol class="checklist">${items.map(row => html`<${Line} key=${row.id} row=${row} next=${row.id === next} />`)}</ol>`;
  if (setUp(items)) return html`<details class="card folded"><summary>${words.checklist}: ${words.complete}</summary>${list}</details>`;
  return html`<section class="card" aria-labelledby="checklist">
    <h2 id="checklist" tabindex="-1">${words.checklist} <span class="muted">${words.progress(done, known.length, items.length - known.length)}</span></h2>
    <p class="help">${words.checklistLead}</p>${list}</section>`;
}
