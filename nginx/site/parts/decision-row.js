// One decision as a line: when, which record, what happened, what became of it.
import { html, Component } from '../html.js';
import { text } from '../text.js';
import { labelOf } from '../lib/labels.js';
import { Badge } from './notice.js';
import { Chevron, Out } from './icons.js';
import { Time } from './time.js';

const words = text.activity;
const TYPE_ID = { contacts: '0-1', companies: '0-2', deals: '0-3' };
const KIND = { sent: 'ok', waiting: 'warn', skipped: 'plain', direct: 'plain', failed: 'bad' };

export const outcomeBadge = outcome => html`<${Badge} kind=${KIND[outcome]}>${words.counters[outcome] ?? outcome}<//>`;

/** "Deal Stage became Closed Won", as far as the event tells. */
export function eventWords(row) {
  const { kind, property, value, value_label: label } = row.event ?? {};
  const one = text.objects[row.object_type]?.one ?? row.object_type;
  if (!property) return words.kinds[kind]?.(one) ?? one;
  const name = labelOf(row.object_type, property);
  return value === '' ? words.emptied(name) : words.changed(name, label || value);
}

export function recordUrl(row, session) {
  const type = TYPE_ID[row.object_type];
  return type && session.ui_domain ? `https://${session.ui_domain}/contacts/${session.tenant.portal_id}/record/${type}/${row.object_id}` : null;
}

/** Names of the records among these decisions, by recordName(). */
export const namesOf = rows => new Map(rows.filter(row => row.name).reverse().map(row => [recordName(row), row.name]));

export const recordName = row => `${text.objects[row.object_type]?.one ?? row.object_type} ${row.object_id}`;

export class DecisionRow extends Component {
  shouldComponentUpdate(next) {
    return ['row', 'labels', 'name', 'more'].some(key => next[key] !== this.props[key]);
  }
  /** `more`: what is folded into it.  `name`: what the record is called by another decision, when this one has not read it. */
  render({ row, session, name = row.name, more }) {
    const url = recordUrl(row, session);
    return html`<li class="decision">
      <span class="d-time"><${Time} at=${row.at} /></span>
      <span class="d-badge">${outcomeBadge(row.outcome)}</span>
      <div class="d-main"><a class="d-sentence" href=${`/activity/${row.id}`}>${row.sentence}<span class="d-open" aria-hidden="true"><${Chevron}/></span></a>
        <span class="d-event">${eventWords(row)}${row.order_id && html` · <code>${row.order_id}</code>`}
          ${row.waits_until && html` · ${words.until} <${Time} at=${row.waits_until} />`}</span></div>
      <span class="d-record">${name && html`<strong class="cut" dir="auto" title=${name}>${name}</strong>`}
        ${url ? html`<a href=${url} target="_blank" rel="noopener noreferrer" aria-label=${`${recordName(row)}: ${words.openIn}`}>${recordName(row)} <${Out}/></a>`
      : html`<span>${recordName(row)}</span>`}</span>
      ${more}
    </li>`;
  }
}
