// The last records of a kind as a table of problems.
import { html, useRef, useState } from '../html.js';
import { text } from '../text.js';
import { LAST, previewLast } from '../lib/preview.js';
import { Level } from './preview-result.js';
import { Empty, Failed, Notice, Skeleton } from './notice.js';
import { Time } from './time.js';

const words = text.previewTable;
const common = text.preview;
const SHOWN = 3; // sentences of one record; its page has all

function Row({ record, object }) {
  const notes = record.fields.flatMap(f => f.notes.map(n => ({ ...n, field: f.name }))).filter(n => n.level !== 'ok')
    .sort((a, b) => (a.level === b.level ? 0 : a.level === 'bad' ? -1 : 1));
  const own = !record.verdict.sends && !notes.some(n => n.sentence === record.verdict.sentence) ? [{ ...record.verdict, field: '' }] : [];
  const all = [...own, ...notes];
  const name = record.name || common.unnamed(record.id);
  return html`<tr class=${record.verdict.level}>
    <td><${Level} level=${record.verdict.level} word=${record.verdict.sends ? common.would : common.wouldNot} /></td>
    <th scope="row"><a class="wrap" dir="auto" href=${`/preview?object=${object}&id=${record.id}`} aria-label=${words.open(name)}>${name}</a> <span class="muted">${record.id}</span></th>
    <td>${all.length === 0 ? html`<span class="muted">${words.noProblems}</span>` : html`<ul class="plain-list">${all.slice(0, SHOWN).map((n, i) => html`<li key=${i} class=${`remark ${n.level}`}>
      <span class="sr">${common.levels[n.level]}: </span>${n.field && !n.sentence.startsWith(n.field) && html`<strong>${n.field}: </strong>`}${n.sentence}</li>`)}</ul>`}
      ${all.length > SHOWN && html`<span class="muted">${common.counted(record.bad, record.warn)}</span>`}</td></tr>`;
}

/** `document`: as it is edited, null for the saved one. */
export function PreviewTable({ object, document }) {
  const [state, setState] = useState({ data: null, error: null, loading: false, document: null });
  const [won, setWon] = useState(object === 'deals');
  const round = useRef(0);
  const run = async only => {
    const mine = ++round.current;
    setState(old => ({ ...old, loading: true, error: null }));
    try {
      const data = await previewLast(object, document, only);
      if (mine === round.current) setState({ data, error: null, loading: false, document });
    } catch (error) {
      if (mine === round.current) setState(old => ({ ...old, error, loading: false }));
    }
  };
  const { data, error, loading } = state;
  const records = data?.records ?? [];
  const count = level => records.filter(r => r.verdict.level === level).length;
  const filter = object === 'deals' && html`<label class="inline-field"><input type="checkbox" checked=${won} onChange=${e => { setWon(e.target.checked); if (data) run(e.target.checked); }} /> ${words.won}</label>`;
  const button = primary => html`<button type="button" class=${`btn${primary ? ' primary' : ''}`} disabled=${loading} onClick=${() => run(won)}>${loading ? words.busy : data ? words.again : words.run(LAST)}</button>`;
  if (error && !loading) return html`<${Failed} error=${error} retry=${() => run(won)} title=${common.failed} />`;
  if (!data) {
    return html`<section class="card preview-table">${loading ? html`<${Skeleton} lines=${8} tall />`
      : html`<${Empty} title=${words.startTitle} action=${html`<div class="empty-actions">${filter}${button(true)}</div>`}>${words.startBody}<//>`}</section>`;
  }
  return html`<section class="card preview-table" aria-label=${words.caption(text.objects[object].name)}>
    <div class="toolbar">${filter}<span class="muted">${common.readAt} <${Time} at=${data.read_at} /></span>${button(false)}</div>
    <div role="status">${records.length > 0 && html`<p>${words.summary(records.length, count('bad'), count('warn'))}</p>`}
      ${state.document !== document && html`<${Notice} kind="info">${words.stale}<//>`}</div>
    ${records.length === 0 ? html`<${Empty} title=${words.noneTitle}>${words.noneBody}<//>` : html`<div class=${`scroll-x${loading ? ' stale' : ''}`} role="group" tabindex="0" aria-label=${words.caption(text.objects[object].name)}><table class="table">
      <thead><tr><th scope="col">${words.result}</th><th scope="col">${words.record}</th><th scope="col">${words.problems}</th></tr></thead>
      <tbody>${records.map(r => html`<${Row} key=${r.id} record=${r} object=${object} />`)}</tbody></table></div>`}
  </section>`;
}
