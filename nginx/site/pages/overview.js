// Connection state first, then what needs attention, the set-up, and the counters.
import { html } from '../html.js';
import { get } from '../api.js';
import { text } from '../text.js';
import { fixLink } from '../lib/fix.js';
import { useLoad, usePoll } from '../lib/load.js';
import { obstacle } from '../lib/session.js';
import { Counters } from '../parts/counters.js';
import { FixButton } from '../parts/fix.js';
import { Check } from '../parts/icons.js';
import { Badge, Failed, Notice, PageHead, Skeleton } from '../parts/notice.js';
import { Time } from '../parts/time.js';

const words = text.overview;
const EVERY_MS = 5000;

const Facts = ({ rows }) => html`<dl class="facts">${rows.filter(r => r[1]).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

function HubSpot({ hubspot, lastEvent }) {
  const on = hubspot.state === 'connected';
  return html`<section class="card connection" aria-labelledby="hubspot-name">
    <h2 id="hubspot-name">${words.hubspot.name} <${Badge} kind=${on ? 'ok' : 'bad'}>${on ? words.hubspot.connected : words.hubspot.disconnected}<//></h2>
    <${Facts} rows=${[
      [words.hubspot.account, hubspot.portal_id],
      [words.hubspot.lastOk, html`<${Time} at=${hubspot.last_ok_at} fallback=${text.common.noneYet} />`],
      [words.hubspot.lastEvent, html`<${Time} at=${lastEvent} fallback=${text.common.noneYet} />`],
    ]} />
    ${!on && html`<a class="btn" href="/oauth/start">${words.hubspot.reconnect}</a>`}
  </section>`;
}

function Impact({ impact }) {
  const kind = { connected: 'ok', failed: 'bad' }[impact.state] ?? 'warn';
  const named = (name, id) => [name, id && (name ? `(${id})` : id)].filter(Boolean).join(' ');
  return html`<section class="card connection" aria-labelledby="impact-name">
    <h2 id="impact-name">${words.impact.name} <${Badge} kind=${kind}>${words.impact[impact.state]}<//></h2>
    <${Facts} rows=${[
      [words.impact.account, named(impact.company_name, impact.account_sid)],
      [words.impact.program, named(impact.program_name, impact.program_id)],
      [words.impact.checked, impact.checked_at && html`<${Time} at=${impact.checked_at} />`],
    ]} />
    ${impact.problem && html`<p class="err">${impact.problem.sentence} ${impact.problem.advice}</p>`}
    ${impact.state !== 'connected' && html`<a class="btn" href="/settings">${impact.state === 'not_set' ? words.impact.setUp : words.impact.open}</a>`}
  </section>`;
}

function Attention({ items }) {
  return html`<section aria-labelledby="attention"><h2 id="attention">${words.attention}</h2>
    ${items.length === 0 && html`<p class="muted">${words.attentionNone}</p>`}
    ${items.map((item, i) => html`<${Notice} key=${item.code + i} kind="warn" title=${item.sentence} action=${html`<${FixButton} to=${fixLink(item.page, item.code)} />`}>${item.advice}<//>`)}
  </section>`;
}

function Checklist({ items }) {
  const done = items.filter(i => i.done).length;
  const complete = done === items.length;
  return html`<section class="card" aria-labelledby="checklist">
    <h2 id="checklist">${words.checklist} <span class="muted">${complete ? words.complete : words.progress(done, items.length)}</span></h2>
    <progress class="progress" max=${items.length} value=${done} aria-labelledby="checklist"></progress>
    <ol class="checklist">${items.map(item => html`<li key=${item.id} class=${item.done ? 'done' : ''}>
      <span class="tick" aria-hidden="true">${item.done && html`<${Check}/>`}</span>
      <span class="sr">${item.done ? words.done : words.open}: </span>
      <span>${item.sentence}</span>
      ${!item.done && html`<a href=${item.page === 'hubspot' ? '/oauth/start' : fixLink(item.page)?.href ?? '/'}>${words.checklistLinks[item.id]}</a>`}
    </li>`)}</ol>
  </section>`;
}

function Bones() {
  return html`<div class="two"><div class="card"><${Skeleton} lines=${4} /></div><div class="card"><${Skeleton} lines=${4} /></div></div>
    <${Skeleton} lines=${1} /><div class="card"><${Skeleton} lines=${3} /></div><div class="card"><${Skeleton} lines=${6} tall /></div>`;
}

// The banner above every page says these already.
const BANNER = { stopped: 'stopped', disconnected: 'disconnected', paused: 'disconnected' };

export function Overview({ session }) {
  const { data, error, reload } = useLoad(() => get('/api/overview'));
  usePoll(reload, EVERY_MS, [reload]);
  return html`<${PageHead} title=${words.title} lead=${words.lead} />
    <div role="status">${data && error && html`<${Notice} kind="warn">${text.common.updatesFail}<//>`}</div>
    ${!data && (error ? html`<${Failed} error=${error} retry=${reload} />` : html`<${Bones} />`)}
    ${data && html`<div class="stack">
      <section aria-labelledby="connections"><h2 class="sr" id="connections">${words.connections}</h2>
        <div class="two"><${HubSpot} hubspot=${data.hubspot} lastEvent=${data.last_event_at} /><${Impact} impact=${data.impact} /></div></section>
      <${Attention} items=${data.attention.filter(item => item.code !== BANNER[obstacle(session)])} />
      <section aria-labelledby="counters"><h2 id="counters">${words.counters}</h2><${Counters} counters=${data.counters} /></section>
      <${Checklist} items=${data.checklist} />
    </div>`}`;
}
