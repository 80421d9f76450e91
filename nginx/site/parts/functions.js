// The help for conditions and expressions; that of functions is made from the program's own table.
import { html, useState } from '../html.js';
import { text } from '../text.js';
import { fixed } from '../lib/catalogue.js';
import { useLoad } from '../lib/load.js';

const words = text.mappings;
const conditions = text.conditions;

/** Drawn when it is opened. */
function Help({ title, lead, head, Rows }) {
  const [open, setOpen] = useState(false);
  return html`<details class="card" onToggle=${e => setOpen(e.currentTarget.open)}><summary>${title}</summary>${open && html`<p class="help">${lead}</p>
    <div class="scroll-x" role="group" tabindex="0" aria-label=${title}><table class="table">
      <thead><tr>${head.map(name => html`<th scope="col" key=${name}>${name}</th>`)}</tr></thead><tbody><${Rows} /></tbody></table></div>`}</details>`;
}

const Conditions = () => conditions.table.map(([example, holds]) => html`<tr key=${example}><th scope="row"><code>${example}</code></th><td>${holds}</td></tr>`);

function Functions() {
  const { data, error } = useLoad(() => fixed('functions'));
  if (error) return html`<tr><td colspan="3">${error.message}</td></tr>`;
  return (data?.functions ?? []).map(f => html`<tr key=${f.name}>
    <th scope="row"><code>${f.name}${f.arguments ? `:${f.arguments}` : ''}</code></th><td>${f.help}</td><td><code>${f.example}</code></td></tr>`);
}

export const ConditionHelp = () => html`<${Help} title=${conditions.title} lead=${conditions.lead} head=${[conditions.comparison, conditions.holds]} Rows=${Conditions} />`;

export const FunctionHelp = () => html`<${Help} title=${words.functions} lead=${words.functionsLead} head=${[words.function, words.does, words.example]} Rows=${Functions} />`;
