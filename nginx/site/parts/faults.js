// What keeps a configuration from being saved, each fault with its place.
import { html } from '../html.js';
import { text } from '../text.js';
import { Notice } from './notice.js';

const words = text.configuration;

/** "Deals, mapping of OrderId": as a person finds it; the path itself stands below for those who edit the file. */
function placeOf(path, document) {
  const [top, object, list, id] = path.split('.');
  if (top !== 'objects') return text.difference.names[path.split('.')[1]] ?? text.difference.account;
  const name = text.objects[object]?.name ?? object ?? '';
  const one = document?.objects?.[object]?.[list]?.find?.((candidate, i) => candidate?.id === id || String(i) === id);
  if (!one) return name;
  const what = list === 'mapping' ? `${text.difference.parts.row} ${one.field || id}` : `${text.difference.parts.trigger} ${one.property || id}`;
  return `${name}, ${what}`;
}

export function Faults({ faults, document, title }) {
  return html`<div class="faults" role="alert"><${Notice} kind="bad" title=${title ?? words.faults(faults.length)} />
    <table class="table fault-table"><thead><tr><th scope="col">${words.place}</th><th scope="col">${words.problem}</th></tr></thead>
      <tbody>${faults.map(({ path, message }, i) => html`<tr key=${i}>
        <th scope="row">${path ? html`<span class="wrap">${placeOf(path, document)}</span> <code class="wrap muted">${path}</code>` : words.wholeFile}</th>
        <td class="wrap">${message}</td></tr>`)}</tbody></table></div>`;
}
