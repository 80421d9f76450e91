// What would become of one record: the judgement, its triggers, every field with its state in words, the raw request.
import { html, useState } from '../html.js';
import { text } from '../text.js';
import { catalogueStore } from '../lib/catalogue.js';
import { fixLink } from '../lib/fix.js';
import { labelOf, valueLabelOf } from '../lib/labels.js';
import { useStore } from '../lib/store.js';
import { Check, Copy, Cross, Out, Warn } from './icons.js';
import { Badge } from './notice.js';
import { recordUrl } from './decision-row.js';
import { Time } from './time.js';

const words = text.preview;
const ICON = { ok: Check, warn: Warn, bad: Cross };

/** A state as an icon and a word; never by its colour alone. */
export function Level({ level, word = words.levels[level] }) {
  return html`<span class=${`level ${level}`} title=${words.levelHelp[level]}><${ICON[level]}/><span>${word}</span></span>`;
}

export function Fix({ note, object, url }) {
  const to = note.fix === 'hubspot' && url ? { href: url, label: words.open, out: true } : fixLink(note.fix, note.code, object);
  if (!to) return null;
  return html`<a href=${to.href} target=${to.out ? '_blank' : undefined} rel=${to.out ? 'noopener noreferrer' : undefined}>${to.label}${to.out && html` <${Out}/>`}</a>`;
}

function Note({ note, object, url }) {
  return html`<p class=${`remark ${note.level}`}><span class="sr">${words.levels[note.level]}: </span>${note.sentence}
    ${note.advice && html` <span class="muted">${note.advice}</span>`} <${Fix} note=${note} object=${object} url=${url} /></p>`;
}

function Made({ field }) {
  if (!field.expression) return field.from === 'settings' && field.value !== null ? html`<span class="muted">${words.from.settings}</span>` : null;
  return html`<code class="wrap">${field.expression}</code> <span class="muted">${field.expression.includes('{') ? words.from[field.from] : words.from.fixed}</span>`;
}

export function PreviewFields({ record, object, url }) {
  return html`<div class="scroll-x" role="group" tabindex="0" aria-label=${words.fields}><table class="table preview-fields">
    <thead><tr><th scope="col">${words.state}</th><th scope="col">${words.field}</th><th scope="col">${words.fieldValue}</th><th scope="col">${words.made}</th></tr></thead>
    <tbody>${record.fields.map(f => html`<tr key=${f.name} class=${f.level}>
      <td><${Level} level=${f.level} /></td><th scope="row">${f.name}</th>
      <td>${f.value === null ? html`<em class="muted">${words.empty}</em>` : html`<code class="wrap" dir="auto">${f.value}</code>`}
        ${f.notes.map(n => html`<${Note} key=${n.code} note=${n} object=${object} url=${url} />`)}</td>
      <td><${Made} field=${f} /></td></tr>`)}</tbody></table></div>`;
}

export function Body({ body }) {
  const [said, say] = useState('');
  const copy = async () => {
    try { await navigator.clipboard.writeText(body); say(words.copied); } catch { say(words.copyFailed); }
  };
  return html`<details class="raw"><summary>${words.body}</summary>
    <p class="help">${words.bodyHelp}</p>
    <pre tabindex="0" class="wrap-pre">${body}</pre>
    <p class="actions"><button type="button" class="btn small" onClick=${copy}><${Copy}/>${words.copy}</button> <span role="status">${said}</span></p></details>`;
}

function triggerWords(trigger, object) {
  if (trigger.on === 'created') return words.eventCreated(text.objects[object].one);
  return words.eventChanged(labelOf(object, trigger.property), trigger.becomes.length ? valueLabelOf(object, trigger.property, trigger.value) : '');
}

function Triggers({ record, object }) {
  useStore(catalogueStore(object)); // labels, as soon as they are read
  if (!record.triggers.length) return html`<p class="muted">${words.triggersNone(text.objects[object].name)} <a href="/triggers">${words.toTriggers}</a></p>`;
  return html`<ul class="plain-list preview-triggers">${record.triggers.map(t => html`<li key=${t.id}>
    <${Badge} kind=${t.fires ? 'ok' : 'plain'}>${t.fires ? words.fires : words.firesNot}<//>
    <span class="wrap">${triggerWords(t, object)}${t.when && html` <code>${t.when}</code>`}</span>
    ${!t.fires && html`<span class="muted wrap">${t.sentence}</span>`}</li>`)}</ul>`;
}

function Facts({ record, object }) {
  const { contact, earlier } = record;
  const facts = [];
  if (contact) facts.push([words.contact, html`<span dir="auto">${contact.name || words.unnamed(contact.id)}</span> <span class="muted">${contact.id}${contact.why && `, ${words.contactWhy[contact.why]}`}${contact.of > 1 ? ` ${words.contactOf(contact.of)}` : ''}</span>`]);
  else if (record.contact_wanted && record.found) facts.push([words.contact, words.contactNone]);
  if (object === 'deals' && record.found) facts.push([words.items, record.line_items]);
  if (earlier) facts.push([words.earlier, html`<${Time} at=${earlier.at} full /> <code class="wrap">${earlier.order_id}</code>${earlier.decision_id && html` <a href=${`/activity/${earlier.decision_id}`}>${words.earlierOpen}</a>`}`]);
  if (!facts.length) return null;
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd class="wrap">${value}</dd></div>`)}</dl>`;
}

/** The judgement of a record in a line; `head` is what stands above it. */
export function Verdict({ record, object, url }) {
  const { verdict } = record;
  return html`<div class="preview-verdict" role="status">
    <p class="big-sentence"><${Level} level=${verdict.level} word=${verdict.sends ? words.would : words.wouldNot} /> ${verdict.sentence}</p>
    ${verdict.advice && html`<p class="muted">${verdict.advice} <${Fix} note=${verdict} object=${object} url=${url} /></p>`}
    <p class="muted">${record.found ? words.counted(record.bad, record.warn) : ''}</p></div>`;
}

/** All about one record. */
export function PreviewResult({ record, object, session }) {
  const url = recordUrl({ object_type: object, object_id: record.id }, session);
  return html`<section class="card" aria-labelledby="preview-name">
      <div class="toolbar"><h2 id="preview-name" class="wrap" dir="auto">${record.name || words.unnamed(record.id)}</h2>
        ${url && html`<a href=${url} target="_blank" rel="noopener noreferrer">${words.open} <${Out}/></a>`}</div>
      <${Verdict} record=${record} object=${object} url=${url} />
      <${Facts} record=${record} object=${object} />
      ${record.found && html`<h3>${words.triggers}</h3><${Triggers} record=${record} object=${object} />`}</section>
    ${record.found && html`<section class="card" aria-labelledby="preview-fields"><h2 id="preview-fields">${words.fields}</h2><p class="help">${words.fieldsLead}</p>
      <${PreviewFields} record=${record} object=${object} url=${url} /><${Body} body=${record.body} /></section>`}`;
}
