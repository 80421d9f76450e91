// The help for expressions, made from the program's own table of functions.
import { html } from '../html.js';
import { text } from '../text.js';
import { fixed } from '../lib/catalogue.js';
import { useLoad } from '../lib/load.js';

const words = text.mappings;

export function FunctionHelp() {
  const { data } = useLoad(() => fixed('functions'));
  return html`<details class="card"><summary>${words.functions}</summary><p class="help">${words.functionsLead}</p>
    <div class="scroll-x" role="group" tabindex="0" aria-label=${words.functions}><table class="table">
      <thead><tr><th scope="col">${words.function}</th><th scope="col">${words.does}</th><th scope="col">${words.example}</th></tr></thead>
      <tbody>${(data?.functions ?? []).map(f => html`<tr key=${f.name}>
        <th scope="row"><code>${f.name}${f.arguments ? `:${f.arguments}` : ''}</code></th><td>${f.help}</td><td><code>${f.example}</code></td></tr>`)}</tbody>
    </table></div></details>`;
}
