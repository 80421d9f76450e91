// What is on its way while a live mapping is edited, and what becomes of it.
import { html, useEffect, useState } from '../html.js';
import { get } from '../api.js';
import { text } from '../text.js';

const words = text.underway;
const LINKS = { waiting: 'waiting', ready: 'waiting', parked: 'waiting', held_back: 'waiting', unknown: 'waiting', rejected: 'failed' };

/** `wanted`: the mapping of an object with a live trigger was changed.  Says nothing when nothing is on its way. */
export function Underway({ object, wanted }) {
  const [counts, setCounts] = useState(null);
  useEffect(() => {
    if (!wanted) { setCounts(null); return undefined; }
    let here = true; // a help only: without it everything else works
    get(`/api/underway?object=${object}`).then(data => here && setCounts(data), () => {});
    return () => { here = false; };
  }, [object, wanted]);
  const lines = Object.entries(counts ?? {}).filter(([, n]) => n > 0);
  if (!lines.length) return null;
  const { one, name } = text.objects[object];
  return html`<details class="underway"><summary>${words.summary(name, lines.map(([kind, n]) => words.short[kind](n)))}</summary>
    <ul>${lines.map(([kind, n]) => html`<li key=${kind}><a href=${`/activity?object=${object}&outcome=${LINKS[kind]}`}>${words.short[kind](n)}</a>: ${words.then[kind](one)}</li>`)}</ul></details>`;
}
