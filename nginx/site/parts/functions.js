// The help for conditions and expressions; that of functions is made from the program's own table.
import { html } from '../html.js';
import { text } from '../text.js';
import { fixed } from '../lib/catalogue.js';
import { useLoad } from '../lib/load.js';

const words = text.mappings;
const conditions = text.conditions;

function Help({ title, lead, head, children }) {
  return html`<details class="card"><summary>${title}</summary><p class="help">${lead}</p>
    <div class="scroll-x" role="group" tabindex="0" aria-label=${title}><table class="table">
      <thead><tr>${head.map(name => html`<th scope="col" key=${name}>${name}</th>`)}</tr></thead><tbody>${children}</tbody></table></div></details>`;
}

export function ConditionHelp() {
  return html`<${Help} title=${conditions.title} lead=${conditions.lead} head=${[conditions.comparison, conditions.holds]}>
    ${conditions.table.map(([example, holds]) => html`<tr key=${example}><th scope="row"><code>${example}</code></th><td>${holds}</td></tr>`)}<//>`;
}

export function FunctionHelp() {
  const { data } = useLoad(() => fixed('functions'));
  return html`<${Help} title=${words.functions} lead=${words.functionsLead} head=${[words.function, words.does, words.example]}>
    ${(data?.functions ?? []).map(f => html`<tr key=${f.name}>
      <th scope="row"><code>${f.name}${f.arguments ? `:${f.arguments}` : ''}</code></th><td>${f.help}</td><td><code>${f.example}</code></td></tr>`)}<//>`;
}
