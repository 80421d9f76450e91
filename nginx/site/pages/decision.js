// One decision: what was decided and why, the exact fields, impact.com's verdict, and what to do.
import { html, useMemo, useState } from '../html.js';
import { get } from '../api.js';
import { text } from '../text.js';
import { lastList } from '../lib/activity.js';
import { formatDate, formatMoney } from '../lib/format.js';
import { loadLabels } from '../lib/labels.js';
import { useLoad, usePoll } from '../lib/load.js';
import { fixLink } from '../lib/fix.js';
import { useStore } from '../lib/store.js';
import { Acts } from '../parts/again.js';
import { DataTable } from '../parts/data-table.js';
import { FixButton } from '../parts/fix.js';
import { Out } from '../parts/icons.js';
import { Empty, Failed, Notice, PageHead, Skeleton } from '../parts/notice.js';
import { eventWords, outcomeBadge, recordName, recordUrl } from '../parts/decision-row.js';
import { Time } from '../parts/time.js';

const words = text.decision;
const EVERY_MS = 2000;
const capital = s => s.charAt(0).toUpperCase() + s.slice(1);

function Verdict({ conversion, code, outcome, title = words.verdict }) {
  if (!conversion) return html`<section class="card" aria-labelledby="verdict"><h2 id="verdict">${words.verdict}</h2><p class="muted">${words.verdictNone}</p></section>`;
  const c = conversion;
  const facts = [
    ['state', words.states[outcome === 'direct' ? outcome : c.state] ?? c.state],
    ['partner', [c.partner_name, c.partner_id && (c.partner_name ? `(${c.partner_id})` : c.partner_id)].filter(Boolean).join(' ')],
    ['payout', formatMoney(c.payout, c.currency)],
    ['amount', formatMoney(c.amount, c.currency)],
    ['locking', formatDate(c.locking_date)],
    ['cleared', formatDate(c.cleared_date)],
    ['actionState', words.actionStates[c.action_state] ?? c.action_state],
    ['action', c.action_id],
    ['order', c.order_id],
    ['eventType', c.event_type],
    ['program', c.program_id],
    ['batch', c.batch_id],
    ['attempts', c.attempts],
    ['code', c.error_code || code],
    ['message', c.message],
  ].filter(f => f[1] !== '' && f[1] !== null && f[1] !== undefined);
  return html`<section class="card" aria-labelledby="verdict"><h2 id="verdict">${title}</h2>
    <dl class="facts">${facts.map(([key, value]) => html`<div key=${key}><dt>${words.facts[key]}</dt><dd class="wrap">${value}</dd></div>`)}</dl></section>`;
}

function Made({ field }) {
  if (!field.expression) return html`<span class="muted">${words.from.settings}</span>`;
  return html`<code class="wrap">${field.expression}</code> <span class="muted">${(field.expression.includes('{') ? words.from[field.from] : words.from.fixed) ?? ''}</span>`;
}

function Fields({ fields, sent }) {
  const title = sent ? words.fields : words.fieldsBuilt;
  return html`<section class="card" aria-labelledby="fields"><h2 id="fields">${fields.length ? title : words.fields}</h2>
    ${fields.length === 0 ? html`<p class="muted">${words.fieldsNone}</p>` : html`<div class="scroll-x" role="group" tabindex="0" aria-labelledby="fields"><table class="table fields">
      <thead><tr><th scope="col">${words.field}</th><th scope="col">${words.value}</th><th scope="col">${words.made}</th></tr></thead>
      <tbody>${fields.map(f => html`<tr key=${f.name}><th scope="row">${f.name}</th><td><code class="wrap">${f.value}</code></td>
        <td><${Made} field=${f} /></td></tr>`)}</tbody></table></div>`}</section>`;
}

const Quoted = ({ by, children }) => html`<blockquote class="note-said" dir="auto"><span class="sr">${by}: </span>${children}</blockquote>`;

function Timeline({ steps }) {
  return html`<section class="card" aria-labelledby="timeline"><h2 id="timeline">${words.timeline}</h2>
    ${steps.length === 0 && html`<p class="muted">${words.timelineNone}</p>`}
    <ol class="timeline">${steps.map((s, i) => html`<li key=${i} class=${`step ${s.what}`}>
      <span class="step-head"><strong>${words.steps[s.what] ?? s.what}</strong> <${Time} at=${s.at} /></span>
      <p>${s.sentence}${s.detail?.value_before && html` <span class="muted">${words.was(s.detail.value_before)}</span>`}</p>
      ${s.what === 'person' && s.detail?.note && html`<${Quoted} by=${words.note}>${s.detail.note}<//>`}
      ${s.what === 'rejected' && s.detail?.message && html`<${Quoted} by=${words.said}>${s.detail.message}<//>`}
      ${s.detail && s.what !== 'person' && html`<details><summary>${words.detail}</summary><${DataTable} data=${s.detail} /></details>`}
    </li>`)}</ol></section>`;
}

function CopyLink() {
  const [copied, setCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(location.href).then(() => { setCopied(true); setTimeout(() => setCopied(false), 3000); }, () => {});
  return html`<button type="button" class="btn" onClick=${copy}><span aria-live="polite">${copied ? words.copied : words.copy}</span></button>`;
}

function Story({ id, data, session, reload }) {
  const { row, advice, fix, conversion } = data;
  const url = data.record_url || recordUrl(row, session);
  const to = fixLink(fix, row.code ?? '', row.object_type, url);
  return html`<div class="stack">
    <section class="card verdict-line" aria-label=${text.activity.result}>
      <p class="big-sentence" role="status">${outcomeBadge(row.outcome)} ${row.sentence}</p>
      <p class="muted">${capital(eventWords(row))}, <${Time} at=${row.event?.occurred_at ?? row.at} full />
        ${url && html` · <a href=${url} target="_blank" rel="noopener noreferrer">${text.activity.openIn} <${Out}/></a>`}
        ${' · '}<a href=${`/preview?${new URLSearchParams({ object: row.object_type, id: row.object_id })}`}>${words.preview}</a>
        ${' · '}<a href=${`/configuration?revision=${data.revision}`}>${words.rules(data.revision)}</a></p>
      ${advice && html`<${Notice} kind=${row.outcome === 'failed' ? 'bad' : 'info'} title=${`${words.advice}:`} action=${html`<${FixButton} to=${to} />`}>${advice}<//>`}
    </section>
    ${session.person.role !== 'viewer' && html`<${Acts} id=${id} data=${data} reload=${reload} />`}
    <div class="two wide-left"><${Timeline} steps=${data.timeline} /><${Verdict} conversion=${conversion} code=${row.code} outcome=${row.outcome} title=${row.conversion_id && !row.state ? words.inTheWay : undefined} /></div>
    <${Fields} fields=${data.fields} sent=${Boolean(conversion) && conversion.attempts !== 0} />
  </div>`;
}

export function Decision({ id, session }) {
  const { data, error, reload } = useLoad(() => get(`/api/activity/${id}`), [id]);
  usePoll(reload, EVERY_MS, [reload]);
  useStore(useMemo(loadLabels, [])); // drawn again when the labels are there
  const record = data && capital(recordName(data.row));
  const name = data?.row.name; // HubSpot's word, so it may be anything
  if (!data && error?.status === 404) return html`<p class="crumb"><a href=${lastList()}>${words.back}</a></p><${PageHead} title=${words.missing} />
    <${Empty} title=${words.missing} action=${html`<a class="btn" href="/activity">${words.back}</a>`}>${words.missingHelp}<//>`;
  return html`<p class="crumb"><a href=${lastList()}>${words.back}</a></p>
    <${PageHead} title=${name || record || text.activity.title} lead=${name && record}>${data && html`<${CopyLink} />`}<//>
    <div role="status">${data && error && html`<${Notice} kind="warn">${text.common.updatesFail}<//>`}</div>
    ${!data && (error ? html`<${Failed} error=${error} retry=${reload} />` : html`<div class="card"><${Skeleton} lines=${12} tall /></div>`)}
    ${data && html`<${Story} id=${id} data=${data} session=${session} reload=${reload} />`}`;
}
