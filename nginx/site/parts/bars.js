// Shares as bars, for the eye; the table beside it says the same in figures.
import { html } from '../html.js';

/** rows: [{id, name, n, of}]; a row without anything to count has an empty bar. */
export function Bars({ rows, label, format }) {
  return html`<figure class="chart"><figcaption class="sr">${label}</figcaption><ul class="bars">${rows.map(r => html`<li key=${r.id}>
    <span class="bar-name">${r.name}</span>
    <svg class=${`bar ${r.id.split('_')[0]}`} width="100%" height="14" aria-hidden="true" focusable="false">
      <rect class="bar-all" width="100%" height="14" rx="4"/>${r.of > 0 && r.n > 0 && html`<rect class="bar-part" width=${`${Math.max(1, 100 * r.n / r.of)}%`} height="14" rx="4"/>`}</svg>
    <span class="bar-share">${format(r)}</span></li>`)}</ul></figure>`;
}
