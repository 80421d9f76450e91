// Sent, Waiting, Skipped, No partner, Failed: each opens its list.
import { html } from '../html.js';
import { text } from '../text.js';
import { formatCount } from '../lib/format.js';

const words = text.activity;

/** `chosen` marks the filter in use; `extra` is kept in the links ("object=deals"). */
export function Counters({ counters, chosen, extra = '' }) {
  const link = outcome => {
    const query = new URLSearchParams(extra);
    if (outcome !== chosen) query.set('outcome', outcome);
    const search = query.toString();
    return `/activity${search ? `?${search}` : ''}`;
  };
  return html`<ul class="counters">${Object.entries(words.counters).map(([outcome, name]) => html`<li key=${outcome}>
    <a href=${link(outcome)} class=${`counter ${outcome}`} aria-current=${outcome === chosen ? 'true' : undefined}>
      <span class="counter-name">${name}</span><strong>${formatCount(counters[outcome])}</strong><span class="counter-help">${words.counterHelp[outcome]}</span></a></li>`)}</ul>`;
}
