// Messages, badges, and what stands where something is loading or could not be loaded.
import { html, useEffect } from '../html.js';
import { text } from '../text.js';
import { titleShown } from '../lib/title.js';
import { Check, Info, Warn } from './icons.js';

/** kind: 'ok' | 'warn' | 'bad' | 'info' */
export function Notice({ kind = 'info', title, children, action }) {
  const Icon = { ok: Check, info: Info }[kind] ?? Warn;
  return html`<div class=${`note ${kind}`}>
    <span class="note-icon"><${Icon}/></span>
    <div class="note-text">${title && html`<strong>${title} </strong>`}${children}</div>
    ${action && html`<div class="note-action">${action}</div>`}
  </div>`;
}

/** A word in a coloured frame; kind: 'ok' | 'warn' | 'bad' | 'plain' */
export function Badge({ kind = 'plain', children, title }) {
  return html`<span class=${`badge ${kind}`} title=${title}>${children}</span>`;
}

/** Grey bars with the height that the content will have, so that nothing jumps. */
export function Skeleton({ lines = 4, tall = false }) {
  return html`<div class=${`skeleton${tall ? ' tall' : ''}`} aria-busy="true">
    <span class="sr" role="status">${text.common.loading}</span>
    ${Array.from({ length: lines }, (_, i) => html`<span class="bone" key=${i} aria-hidden="true"></span>`)}
  </div>`;
}

export function Failed({ error, retry, title = text.common.failedTitle }) {
  return html`<div class="card load-failed" role="alert">
    <h2>${title}</h2><p>${error?.message}</p>
    ${retry && html`<button type="button" class="btn" onClick=${retry}>${text.common.retry}</button>`}
  </div>`;
}

/** What a page says when there is nothing: a title, what to do, one button. */
export function Empty({ title, children, action }) {
  return html`<div class="empty"><h2>${title}</h2><p>${children}</p>${action}</div>`;
}

export function PageHead({ title, lead, children }) {
  useEffect(titleShown, []);
  return html`<header class="page-head">
    <div><h1 id="page-title" tabindex="-1">${title}</h1>${lead && html`<p>${lead}</p>`}</div>
    ${children && html`<div class="actions">${children}</div>`}
  </header>`;
}
