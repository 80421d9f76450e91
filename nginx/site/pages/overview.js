// Connection state first, then what needs attention, the set-up, and the counters.
import { html, useEffect } from '../html.js';
import { get } from '../api.js';
import { text } from '../text.js';
import { fixLink } from '../lib/fix.js';
import { formatCount, formatDate, formatHour, isToday } from '../lib/format.js';
import { useLoad, usePoll } from '../lib/load.js';
import { setQuery } from '../lib/router.js';
import { connectAddress, mayEdit, obstacle, warnings } from '../lib/session.js';
import { Checklist, setUp } from '../parts/checklist.js';
import { FixButton } from '../parts/fix.js';
import { Badge, Failed, Notice, PageHead, Skeleton } from '../parts/notice.js';
import { Period } from '../parts/period.js';
import { Time } from '../parts/time.js';

const words = text.overview;
const EVERY_MS = 5000;

const Facts = ({ rows }) => html`<dl class="facts">${rows.filter(r => r[1]).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
const named = (name, id) => [name, id && (name ? `(${id})` : id)].filter(Boolean).join(' ');
const when = (at, fallback) => at || fallback ? html`<${Time} at=${at} fallback=${fallback} />` : null;

function HubSpot({ hubspot, lastEvent, state }) {
  const on = hubspot.state === 'connected';
  return html`<section class="card connection" aria-labelledby="hubspot-name">
    <h2 id="hubspot-name">${words.hubspot.name} <${Badge} kind=${on ? 'ok' : 'bad'}>${on ? words.hubspot.connected : words.hubspot[state === 'paused' ? 'paused' : 'disconnected']}<//></h2>
    <${Facts} rows=${[
      [words.hubspot.account, named(hubspot.name, hubspot.portal_id)],
      [on ? words.hubspot.since : words.hubspot.ended, when(hubspot.since)],
      [words.hubspot.lastEvent, when(lastEvent, text.common.noneYet)],
      [words.hubspot.lastOk, when(hubspot.last_ok_at, text.common.noneYet)],
    ]} />
    ${!on && html`<a class="btn" href=${connectAddress()}>${words.hubspot.reconnect}</a>`}
  </section>`;
}

function Program({ impact }) {
  const closed = impact.program_state && impact.program_state !== 'ACTIVE';
  return html`${named(impact.program_name, impact.program_id)}${closed && html` <${Badge} kind="warn">${words.impact.state(impact.program_state)}<//>`}`;
}

function Impact({ impact }) {
  const kind = { connected: 'ok', failed: 'bad' }[impact.state] ?? 'warn';
  const set = impact.state !== 'not_set';
  return html`<section class="card connection" aria-labelledby="impact-name">
    <h2 id="impact-name">${words.impact.name} <${Badge} kind=${kind}>${words.impact[impact.state]}<//></h2>
    ${!set && html`<p>${words.impact.notSetHelp}</p>`}
    <${Facts} rows=${[
      [words.impact.account, named(impact.company_name, impact.account_sid)],
      [words.impact.program, impact.program_id && html`<${Program} impact=${impact} />`],
      [words.impact.since, when(impact.since)],
      [words.impact.checked, when(impact.checked_at)],
      [words.impact.accepted, set && when(impact.last_accepted_at, text.common.noneYet)],
    ]} />
    ${impact.problem && html`<p class="err">${impact.problem.sentence} ${impact.problem.advice}</p>`}
    ${impact.state !== 'connected' && html`<a class="btn" href="/settings">${set ? words.impact.open : words.impact.setUp}</a>`}
  </section>`;
}

/** What waits for impact.com's hourly limit: no fault of anybody's, so a calm line. */
function Queue({ queue }) {
  const { waiting, calls_per_hour: limit, sent_by: by } = queue;
  const time = formatHour(by);
  const when = isToday(by) ? words.queue.about(time) : words.queue.aboutDay(formatDate(by), time);
  return html`<${Notice} kind="info" title=${words.queue.wait(formatCount(waiting), waiting)} action=${html`<a class="btn" href="/activity?outcome=waiting">${words.seeThem}</a>`}>${words.queue.why(formatCount(limit), when, waiting)}<//>`;
}

/** What HubSpot reported and cannot be read there right now: it stands in no counter yet. */
const Unread = ({ n }) => html`<${Notice} kind="info" title=${words.unread.kept(formatCount(n), n)}>${words.unread.then}<//>`;

const listOf = item => ({ href: `/activity?outcome=${item.outcome}&code=${encodeURIComponent(item.code)}`, label: words.seeThem });

/** The one place that mends it; what has to be looked at one by one is a list. */
function fixOf(item) {
  if (item.since && item.outcome) return { href: `/activity?outcome=${item.outcome}`, label: words.seeThem };
  if (item.page === 'activity' && item.outcome) return listOf(item);
  return fixLink(item.page, item.code, item.object);
}

const hour = iso => isToday(iso) ? formatHour(iso) : `${formatDate(iso)}, ${formatHour(iso)}`;

/** Of a far end that does not answer: for how long, and when it is tried again. */
function awayOf(item) {
  if (!item.since || !item.again_at) return '';
  const later = new Date(item.again_at) > new Date();
  return ` ${words.away(hour(item.since), later ? words.awayAt(hour(item.again_at)) : words.awaySoon)}`;
}

/** `above`: something is said by a notice above the page already. */
function Attention({ items, above }) {
  return html`<section aria-labelledby="attention"><h2 id="attention">${words.attention}</h2>
    ${items.length === 0 && html`<p class="muted">${above ? words.attentionAbove : words.attentionNone}</p>`}
    ${items.map((item, i) => html`<${Notice} key=${item.code + i} kind="warn" title=${item.sentence} action=${html`<${FixButton} to=${fixOf(item)} />`}>${item.advice}${awayOf(item)}
      ${item.outcome && item.page !== 'activity' && html` <a href=${listOf(item).href}>${words.seeThem}</a>`}<//>`)}
  </section>`;
}

function Bones() {
  return html`<div class="stack"><div class="two"><div class="card"><${Skeleton} lines=${5} /></div><div class="card"><${Skeleton} lines=${5} /></div></div>
    <${Skeleton} lines=${1} /><div class="card"><${Skeleton} lines=${8} tall /></div></div>`;
}

// The notices above every page say these already; of the others they do not say which.
const NAMED = ['hubspot_scopes', 'impact_scopes'];
const said = session => [...warnings(session).filter(w => !NAMED.includes(w)), ...(session.tenant.state === 'paused' ? ['paused'] : [])];

export function Overview({ session, query }) {
  const { data, error, reload } = useLoad(() => get('/api/overview'));
  usePoll(reload, EVERY_MS, [reload]);
  const asked = query.get('show') === 'set-up'; // a link to what is missing
  useEffect(() => {
    if (!asked || !data) return;
    const title = document.getElementById('checklist');
    title?.focus({ preventScroll: true });
    title?.scrollIntoView();
    setQuery({ show: '' });
  }, [asked, data]);
  const state = obstacle(session);
  const ready = data && setUp(data.checklist);
  const list = data && html`<${Checklist} items=${data.checklist} editor=${mayEdit(session)} />`;
  return html`<${PageHead} title=${words.title} lead=${words.lead} />
    <div role="status">${data && error && html`<${Notice} kind="warn">${text.common.updatesFail}<//>`}</div>
    ${!data && (error ? html`<${Failed} error=${error} retry=${reload} />` : html`<${Bones} />`)}
    ${data && html`<div class="stack">
      <section aria-labelledby="connections"><h2 class="sr" id="connections">${words.connections}</h2>
        <div class="two"><${HubSpot} hubspot=${data.hubspot} lastEvent=${data.last_event_at} state=${session.tenant.state} /><${Impact} impact=${data.impact} /></div></section>
      ${data.unread > 0 && html`<${Unread} n=${data.unread} />`}
      ${data.queue && html`<${Queue} queue=${data.queue} />`}
      <${Attention} items=${data.attention.filter(item => !said(session).includes(item.code))} above=${warnings(session).length > 0} />
      ${!ready && list}
      <${Period} ready=${ready} />
      ${ready && list}
    </div>`}`;
}
