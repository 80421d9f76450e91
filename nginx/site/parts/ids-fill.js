// The back-fill of impact_customer_id: begin, watch, pause, try again.
import { html, useEffect, useState } from '../html.js';
import { get, post } from '../api.js';
import { text } from '../text.js';
import { formatCount, formatDateTime } from '../lib/format.js';
import { recordLink } from '../lib/ids.js';
import { confirm } from './dialog.js';
import { Badge, Notice } from './notice.js';
import { Switch } from './switch.js';

const words = text.ids.fill;
const codes = text.ids.codes;
const KIND = { never: 'plain', running: 'plain', paused: 'warn', done: 'ok', failed: 'bad', stopped: 'plain' };

function Problems({ data, refused }) {
  const [page, setPage] = useState({ rows: [], cursor: null });
  const [error, setError] = useState(null);
  const load = async cursor => {
    try {
      const { problems, next_cursor } = await get(`/api/ids/problems?kind=fill${cursor ? `&cursor=${cursor}` : ''}`);
      setPage(old => ({ rows: cursor ? [...old.rows, ...problems] : problems, cursor: next_cursor }));
      setError(null);
    } catch (e) { setError(e); }
  };
  useEffect(() => { load(null); }, [refused]);
  return html`<details open><summary>${words.problems}</summary>
    ${error && html`<${Notice} kind="bad">${error.message}<//>`}
    <table class="table"><thead><tr>${words.problemColumns.map(c => html`<th scope="col" key=${c}>${c}</th>`)}</tr></thead><tbody>${page.rows.map(p => html`<tr key=${p.id}>
      <th scope="row"><a href=${recordLink(data, p.object, p.id)} target="_blank" rel="noreferrer">${p.id}</a></th><td class="wrap">${codes[p.code] ?? p.message ?? p.code}</td></tr>`)}</tbody></table>
    ${page.cursor && html`<button type="button" class="btn" onClick=${() => load(page.cursor)}>${words.more}</button>`}</details>`;
}

function Progress({ fill }) {
  return html`<progress class="progress" aria-label=${words.label} max=${Math.max(1, fill.total)} value=${fill.total ? fill.seen : fill.state === 'running' ? undefined : 1}></progress>
    <p>${words.seen(formatCount(fill.seen), formatCount(fill.total))} ${fill.eta_s !== null && fill.state === 'running' && text.ids.eta(fill.eta_s)}</p>
    <dl class="run-numbers">${Object.entries(words.numbers).filter(([id]) => ['written', 'waiting', 'refused'].includes(id) || fill[id] > 0).map(([id, name]) => html`<div key=${id} class=${id === 'refused' && fill[id] > 0 ? id : ''}>
      <dt>${name}</dt><dd>${formatCount(fill[id])}</dd></div>`)}</dl>
    <p class="help">${words.started} ${formatDateTime(fill.started_at)}${fill.author ? ` · ${fill.author}` : ''}${fill.ended_at ? ` · ${words.ended} ${formatDateTime(fill.ended_at)}` : ''}</p>`;
}

export function Fill({ data, may, run, ready }) {
  const { fill, keep } = data;
  const [overwrite, setOverwrite] = useState(false);
  const [busy, setBusy] = useState(false);
  const open = fill.state === 'running' || fill.state === 'paused';
  const act = async body => {
    setBusy(true);
    await run(() => post('/api/ids/fill', body));
    setBusy(false);
  };
  const start = async () => {
    const total = data.result?.deals ? `${formatCount(data.result.deals)} deals` : words.allDeals;
    const body = html`<p>${words.confirmBody(total)}</p>${overwrite && html`<p><strong>${words.confirmOverwrite}</strong></p>`}`;
    if (await confirm({ title: words.confirmTitle, body, yes: words.start, kind: overwrite ? 'danger' : 'primary' })) await act({ action: 'start', overwrite });
  };
  const stop = async () => {
    if (await confirm({ title: words.stopTitle, body: words.stopBody, yes: words.stop, kind: 'danger' })) await act({ action: 'stop' });
  };
  return html`<section class="card" aria-labelledby="ids-fill"><h2 id="ids-fill">${words.title} ${fill.state !== 'never' && html`<${Badge} kind=${KIND[fill.state]}>${words.states[fill.state]}<//>`}</h2>
    <p class="help">${words.help}</p>
    <div role="status">${!data.sending && (open || keep.state === 'running') && html`<${Notice} kind="warn">${text.ids.stopped}<//>`}
      ${fill.code && open && html`<${Notice} kind="bad" action=${fill.code === 'scope_missing' && html`<a class="btn" href=${connectAddress()}>${text.ids.properties.reconnect}</a>`}>${codes[fill.code] ?? ''} ${fill.code === 'hubspot_refuses' && fill.message}<//>`}</div>
    ${fill.state !== 'never' && html`<${Progress} fill=${fill} />`}
    ${fill.refused > 0 && html`<${Problems} data=${data} refused=${fill.refused} />`}
    ${!ready && !open && html`<p class="hint">${words.needProperty}</p>`}
    ${may && ready && !open && html`<p><${Switch} visible on=${overwrite} onChange=${setOverwrite} label=${words.overwrite} help=${words.overwriteHelp} /></p>`}
    ${may && (ready || keep.state === 'running') && html`<p><${Switch} visible on=${keep.state === 'running'} onChange=${on => run(() => post('/api/ids/keep', { on }))} label=${words.keep} help=${words.keepHelp} /></p>`}
    ${keep.refused > 0 && html`<p class="hint">${words.keepRefused(formatCount(keep.refused))}</p>`}
    ${may && html`<div class="card-foot">
      ${open && html`<button type="button" class="btn danger" disabled=${busy} onClick=${stop}>${words.stop}</button>`}
      ${fill.state === 'running' && html`<button type="button" class="btn" disabled=${busy} onClick=${() => act({ action: 'pause' })}>${words.pause}</button>`}
      ${fill.state === 'paused' && html`<button type="button" class="btn primary" disabled=${busy} onClick=${() => act({ action: 'resume' })}>${words.resume}</button>`}
      ${fill.state === 'done' && fill.refused > 0 && html`<button type="button" class="btn" disabled=${busy} onClick=${() => act({ action: 'retry' })}>${words.retry(formatCount(fill.refused))}</button>`}
      ${ready && !open && html`<button type="button" class=${`btn ${fill.state === 'never' ? 'primary' : ''}`} disabled=${busy} onClick=${start}>${fill.state === 'never' ? words.start : words.startAgain}</button>`}</div>`}
  </section>`;
}
