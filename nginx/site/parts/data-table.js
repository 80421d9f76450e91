// What belongs to a step as names and values, what is nested by dotted names; as JSON for whoever wants that.
import { html, useState } from '../html.js';
import { text } from '../text.js';
import { copyText } from './copy.js';

const words = text.decision.data;
const SAID_MS = 3000;

/** [name, value] of all that is no object or list; what is in a list goes by its place. */
function flat(value, path = []) {
  if (value === null || typeof value !== 'object') return [[path.join('.'), value]];
  return Object.entries(value).flatMap(([name, one]) => flat(one, [...path, Array.isArray(value) ? Number(name) + 1 : name]));
}

const Value = ({ value }) => value === '' || value === null ? html`<span class="muted">${words.empty}</span>` : html`<code class="wrap">${String(value)}</code>`;

export function DataTable({ data }) {
  const [said, setSaid] = useState(null);
  const json = JSON.stringify(data, null, 2);
  const copy = async () => {
    const done = await copyText(json);
    setSaid(done ? 'copied' : 'yourself');
    if (done) setTimeout(() => setSaid(null), SAID_MS);
  };
  return html`<div class="data"><div class="scroll-x" role="group" tabindex="0" aria-label=${words.title}><table class="table fields"><caption class="sr">${words.title}</caption>
      <thead><tr><th scope="col">${words.name}</th><th scope="col">${words.value}</th></tr></thead>
      <tbody>${flat(data).map(([name, value]) => html`<tr key=${name}><th scope="row">${name}</th><td><${Value} value=${value} /></td></tr>`)}</tbody></table></div>
    <button type="button" class="btn small" onClick=${copy}><span aria-live="polite">${said === 'copied' ? words.copied : words.copy}</span></button>
    ${said === 'yourself' && html`<p class="help" role="status">${words.yourself}</p><pre tabindex="0" aria-label=${words.json}>${json}</pre>`}</div>`;
}
