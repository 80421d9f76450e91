// The ID doctor: where ids are missing, and what mends it.
import { html, useState } from '../html.js';
import { get, post } from '../api.js';
import { text } from '../text.js';
import { formatCount, formatDateTime } from '../lib/format.js';
import { findings, percent, propertyState, recordLink, shares, verdicts } from '../lib/ids.js';
import { useLoad, usePoll } from '../lib/load.js';
import { connectAddress } from '../lib/session.js';
import { Bars } from '../parts/bars.js';
import { confirm } from '../parts/dialog.js';
import { Fill } from '../parts/ids-fill.js';
import { Snippet } from '../parts/ids-snippet.js';
import { Badge, Failed, Notice, PageHead, Skeleton } from '../parts/notice.js';

const words = text.ids;
const EVERY_MS = 2000;
const BUSY = ['running'];

function Shares({ data }) {
  const rows = shares(data.result, data.sources).map(r => ({ ...r, name: words.check.rows[r.id][0], help: words.check.rows[r.id][1] }));
  return html`<${Bars} rows=${rows} label=${words.check.chart} format=${percent} />
    <details><summary>${words.check.caption}</summary>
      <table class="table"><thead><tr>${words.check.columns.map((c, i) => html`<th scope="col" class=${i ? 'number' : ''} key=${c}>${c}</th>`)}</tr></thead>
        <tbody>${rows.map(r => html`<tr key=${r.id}><th scope="row">${r.name}<span class="help">${r.help}</span></th>
          <td class="number">${formatCount(r.n)}</td><td class="number">${r.sample ? words.check.sample(formatCount(r.of)) : formatCount(r.of)}</td><td class="number">${percent(r)}</td></tr>`)}</tbody></table></details>`;
}

function Check({ data, may, run }) {
  const { check } = data;
  const busy = BUSY.includes(check.state);
  return html`<section class="card" aria-labelledby="ids-check"><h2 id="ids-check">${words.check.title}</h2><p class="help">${words.check.help}</p>
    ${check.state === 'failed' && html`<${Notice} kind="bad" title=${words.check.failed}>${words.codes[check.code] ?? ''} ${check.message}<//>`}
    <div role="status">${busy && html`<progress class="progress" aria-label=${words.check.runningLabel} max=${Math.max(1, check.total)} value=${check.total ? check.seen : undefined}></progress>
      <p>${words.check.running(formatCount(check.seen), check.total)} ${check.eta_s !== null && words.eta(check.eta_s)}</p>`}</div>
    ${data.result ? html`<${Shares} data=${data} />` : !busy && html`<div class="empty"><h3>${words.check.never}</h3><p>${words.check.neverHelp}</p></div>`}
    <div class="card-foot">${data.checked_at && html`<p class="help">${words.check.last}: ${formatDateTime(data.checked_at)}</p>`}
      ${may && !busy && html`<button type="button" class=${`btn ${data.result ? '' : 'primary'}`} onClick=${() => run(() => post('/api/ids/check'))}>${data.result ? words.check.again : words.check.start}</button>`}</div></section>`;
}

function Sources({ sources }) {
  const rows = verdicts(sources);
  const bad = rows.some(r => ['other', 'email', 'missing'].includes(r.verdict));
  const KIND = { same: 'ok', alike: 'ok', other: 'bad', email: 'bad', missing: 'warn' };
  return html`<section class="card" aria-labelledby="ids-sources"><h2 id="ids-sources">${words.sources.title}</h2><p class="help">${words.sources.help}</p>
    ${rows.some(r => r.verdict === 'other') && html`<${Notice} kind="warn" title=${words.sources.differ}>${words.sources.differHelp}<//>`}
    ${!bad && rows.some(r => r.mapped) && html`<${Notice} kind="ok">${words.sources.ok}<//>`}
    ${!rows.some(r => r.mapped) && html`<p>${words.sources.nothing}</p>`}
    <table class="table sources"><thead><tr>${words.sources.columns.map(c => html`<th scope="col" key=${c}>${c}</th>`)}</tr></thead><tbody>${rows.map(r => html`<tr key=${r.object}>
      <th scope="row">${text.objects[r.object].name}</th><td>${r.expression ? html`<code class="wrap">${r.expression}</code>` : html`<span class="muted">${r.mapped ? words.sources.none : words.sources.unused}</span>`}</td>
      <td>${r.verdict !== 'unused' && html`<${Badge} kind=${KIND[r.verdict]}>${words.sources[r.verdict]}<//> `}${['other', 'email', 'missing'].includes(r.verdict)
    && html`<a href=${`/mappings/${r.object}`}>${words.sources.fix(text.objects[r.object].name)}</a>`}</td></tr>`)}</tbody></table></section>`;
}

function Findings({ data }) {
  const list = findings(data.result);
  const count = f => words.findings.count(formatCount(f.n), words.findings.objects[f.object][f.n === 1 ? 0 : 1]);
  return html`<section class="card" aria-labelledby="ids-findings"><h2 id="ids-findings">${words.findings.title}</h2>
    ${list.length === 0 ? html`<p>${words.findings.none}</p>` : html`<ul class="findings">${list.map(f => html`<li key=${f.id}>
      <strong>${words.findings[f.id][0](count(f))}</strong><p>${words.findings[f.id][1]}</p>
      ${f.examples.length > 0 && html`<p class="examples">${words.findings.examples}: ${f.examples.map(id => html`<a key=${id} href=${recordLink(data, f.object, id)} target="_blank" rel="noreferrer">${id}</a>`)}</p>`}</li>`)}</ul>`}
  </section>`;
}

function Properties({ data, may, made, setMade, onMade }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const states = Object.fromEntries(['click_id', 'customer_id'].map(id => [id, propertyState(data, id, made)]));
  const wanted = Object.keys(states).filter(id => ['missing', 'unknown'].includes(states[id]));
  const scopes = made?.filter(p => p.state === 'scope_missing').map(p => p.scope) ?? [];
  const lacking = scopes.length ? scopes : data.missing_scopes.filter(s => s.includes('.schemas.'));
  const create = async () => {
    const body = html`<p>${words.properties.confirmBody}</p><ul>${wanted.map(id => html`<li key=${id}>${words.properties.confirmLines[id]}</li>`)}</ul>`;
    if (!await confirm({ title: words.properties.confirmTitle, body, yes: words.properties.create })) return;
    setBusy(true);
    setError(null);
    try {
      setMade((await post('/api/live/ids/properties', { which: wanted })).properties);
      onMade();
    } catch (e) { setError(e); }
    setBusy(false);
  };
  const KIND = { there: 'ok', missing: 'warn', wrong: 'bad', unknown: 'plain' };
  return html`<section class="card" aria-labelledby="ids-properties"><h2 id="ids-properties">${words.properties.title}</h2><p class="help">${words.properties.help}</p>
    ${Object.entries(words.properties.list).map(([id, [label, name, help]]) => html`<div class="property" key=${id}><div><strong>${label}</strong> <code>${name}</code><p class="muted">${help}</p>
      ${states[id] === 'wrong' && html`<p class="err">${words.properties.wrongHelp}</p>`}</div>
      <${Badge} kind=${KIND[states[id]]}>${states[id] === 'wrong' ? words.properties.states.wrong(made?.find(p => p.id === id)?.type ?? data.result?.[id === 'click_id' ? 'click_type' : 'customer_type'])
    : words.properties.states[states[id]]}<//></div>`)}
    <div role="status">${error && html`<${Notice} kind="bad">${error.message}<//>`}
      ${lacking.length > 0 && wanted.length > 0 && html`<${Notice} kind="warn" title=${words.properties.scopes} action=${may && html`<a class="btn" href=${connectAddress()}>${words.properties.reconnect}</a>`}>${words.properties.scopesHelp(lacking)}<//>`}
      ${made?.some(p => p.state === 'created') && html`<${Notice} kind="ok">${words.properties.done}<//>`}</div>
    ${may && wanted.length > 0 && html`<div class="card-foot"><button type="button" class="btn primary" disabled=${busy} onClick=${create}>${words.properties.create}</button></div>`}
  </section>`;
}

export function Ids({ session }) {
  const { data: loaded, error, reload } = useLoad(() => get('/api/ids'));
  const [fresh, setFresh] = useState(null); // an answer to a change, newer than what was loaded
  const [failed, setFailed] = useState(null);
  const [made, setMade] = useState(null);
  const data = fresh ?? loaded;
  const may = session.person.role !== 'viewer';
  const refresh = async () => { try { setFresh(await get('/api/ids')); } catch { /* the next round asks again */ } };
  const moving = data && (BUSY.includes(data.check.state) || BUSY.includes(data.fill.state));
  usePoll(refresh, moving ? EVERY_MS : 10 * EVERY_MS, [moving]);
  const run = async change => {
    setFailed(null);
    try { setFresh(await change()); } catch (e) {
      setFailed(e);
      await refresh();
    }
  };
  if (error && !data) return html`<${PageHead} title=${words.title} lead=${words.lead} /><${Failed} error=${error} retry=${reload} />`;
  if (!data) return html`<${PageHead} title=${words.title} lead=${words.lead} /><${Skeleton} lines=${12} tall />`;
  return html`<${PageHead} title=${words.title} lead=${words.lead} />
    <div class="stack ids">
      <div role="status">${failed && html`<${Notice} kind="bad">${failed.message}<//>`}
        ${!data.connected && html`<${Notice} kind="warn" title=${words.connect.title} action=${html`<a class="btn" href=${connectAddress()}>${words.connect.action}</a>`}>${words.connect.body}<//>`}</div>
      <${Check} data=${data} may=${may && data.connected} run=${run} />
      ${data.result && html`<${Findings} data=${data} />`}
      <${Sources} sources=${data.sources} />
      <${Properties} data=${data} may=${may && data.connected} made=${made} setMade=${setMade} onMade=${refresh} />
      <${Fill} data=${data} may=${may && data.connected} run=${run} ready=${propertyState(data, 'customer_id', made) === 'there'} />
      <${Snippet} />
    </div>`;
}
