// What a person may do with one decision, and with all of a cause: each says first what it will do, and asks why where it matters.
import { html, useEffect, useRef, useState } from '../html.js';
import { post } from '../api.js';
import { text } from '../text.js';
import { queryOf } from '../lib/activity.js';
import { formatCount } from '../lib/format.js';
import { fixLink } from '../lib/fix.js';
import { navigate } from '../lib/router.js';
import { Field } from './field.js';
import { FixButton } from './fix.js';
import { useLeaveGuard } from './leave.js';
import { Notice, Skeleton } from './notice.js';

const words = text.act;
const DANGER = new Set(['drop', 'resend', 'second']);
const NEEDS_NOTE = new Set(['release', 'drop', 'found', 'resend', 'second']);
const COMPARED = new Set(['again', 'redecide']);

function Changes({ result }) {
  if (result.changes.length === 0) return null;
  return html`<div class="scroll-x" role="group" tabindex="0" aria-label=${words.changes}><table class="table fields"><caption class="sr">${words.changes}</caption>
    <thead><tr><th scope="col">${words.field}</th><th scope="col">${words.before}</th><th scope="col">${words.now}</th></tr></thead>
    <tbody>${result.changes.map(c => html`<tr key=${c.name}><th scope="row">${c.name}</th>
      <td>${c.before === null ? html`<span class="muted">${words.absent}</span>` : html`<code class="wrap">${c.before}</code>`}</td>
      <td>${c.now === null ? html`<span class="muted">${words.absent}</span>` : html`<code class="wrap">${c.now}</code>`}</td></tr>`)}</tbody></table></div>`;
}

/** What the rules and records of now would send, beside what was sent; whether it makes sense to go on. */
function Compared({ action, result, object, fix, code, record }) {
  if (!result.sends) {
    const to = fixLink(fix, result.code || code || '', object, record);
    return html`<${Notice} kind="warn" title=${result.waits ? words.wouldWait : words.wouldNot} action=${html`<${FixButton} to=${to} />`}>${result.why}<//>`;
  }
  if (action === 'redecide') return html`<p>${words.wouldSend}</p><${Changes} result=${result} />`;
  if (!result.same) return html`<p>${words.differs}</p><${Changes} result=${result} />`;
  return html`<${Notice} kind=${result.same_helps ? 'info' : 'warn'} title=${words.same}>${result.same_helps ? words.sameHelps : words.sameUseless}<//>`;
}

const sensible = (action, result) => result.sends && (action === 'redecide' || !result.same || result.same_helps);

/** The form of one action: what it does, what it compared, why, and its button. */
function Form({ id, action, data, close, done }) {
  const [note, setNote] = useState('');
  const [order, setOrder] = useState('');
  const [result, setResult] = useState(null);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState({});
  const say = words.actions[action];
  const { row, actions, conversion } = data;
  const compare = async () => {
    setBusy(true); setError(null);
    try { setResult(await post(`/api/live/activity/${id}`)); } catch (e) { setError(e); }
    setBusy(false);
  };
  useState(() => { if (COMPARED.has(action)) compare(); });
  const go = async e => {
    e.preventDefault();
    const faults = {};
    if (NEEDS_NOTE.has(action) && !note.trim()) faults.note = words.noteMissing;
    if (action === 'second' && !order.trim()) faults.order = words.orderMissing;
    setMissing(faults);
    if (Object.keys(faults).length) return;
    setBusy(true); setError(null);
    try {
      const body = { action, version: actions.version, note: note.trim() };
      if (action === 'second') body.order_id = order.trim();
      const answer = await post(`/api/activity/${id}/act`, body);
      await done(say.done);
      if (answer.id !== row.id) navigate(`/activity/${answer.id}`);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  const ready = !COMPARED.has(action) || (result && sensible(action, result));
  return html`<form class="act-form" onSubmit=${go} noValidate>
    <h3>${say.title}</h3><p>${typeof say.body === 'function' ? say.body(conversion ?? {}) : say.body}</p>
    ${COMPARED.has(action) && !result && busy && html`<p class="muted" role="status">${words.reading}</p><${Skeleton} lines=${3} />`}
    ${result && html`<${Compared} action=${action} result=${result} object=${row.object_type} fix=${data.fix} code=${row.code} record=${data.record_url} />`}
    ${ready && action === 'second' && html`<${Field} label=${words.order} help=${words.orderHelp(conversion.order_id)} error=${missing.order} required>${props => html`
      <input type="text" ...${props} maxlength="64" value=${order} autocomplete="off" spellcheck=${false} onInput=${e => setOrder(e.target.value)} />`}<//>`}
    ${ready && action !== 'look' && html`<${Field} label=${words.note} help=${words.noteHelp} error=${missing.note} required=${NEEDS_NOTE.has(action)}>${props => html`
      <textarea rows="2" ...${props} maxlength="1000" value=${note} onInput=${e => setNote(e.target.value)}></textarea>`}<//>`}
    <div role="status">${error && html`<${Notice} kind="bad" action=${!result && COMPARED.has(action) && html`<button type="button" class="btn" onClick=${compare}>${text.common.retry}</button>`}>${error.message}<//>`}</div>
    <div class="actions act-foot"><button type="button" class="btn" onClick=${close}>${text.common.cancel}</button>
      ${ready && html`<button type="submit" class=${`btn ${DANGER.has(action) ? 'danger' : 'primary'}`} disabled=${busy}>${busy ? words.busy : say.yes}</button>`}</div>
  </form>`;
}

/** The buttons of what may be done with a decision. */
export function Acts({ id, data, reload, advised }) {
  const [action, setAction] = useState(null);
  const [said, setSaid] = useState(null);
  const allowed = data.actions.allowed;
  const done = async sentence => { setSaid(sentence); setAction(null); await reload(); };
  if (allowed.length === 0 && !said) return null;
  return html`<section class="card" aria-labelledby="acts"><h2 id="acts">${words.title}</h2>
    <div role="status">${said && html`<${Notice} kind="ok">${said}<//>`}</div>
    ${advised && !action && html`<p class="muted">${advised}</p>`}
    ${action && allowed.includes(action) ? html`<${Form} key=${action} id=${id} action=${action} data=${data} close=${() => setAction(null)} done=${done} />`
    : html`<div class="actions">${allowed.map(name => html`<button key=${name} type="button" class="btn" onClick=${() => { setSaid(null); setAction(name); }}>${words.actions[name].button}</button>`)}</div>`}
  </section>`;
}

const COUNTS = ['asked', 'asked_before', 'not_kept'];
const walkedOf = state => COUNTS.reduce((sum, name) => sum + state[name], 0);

/** Asks for all of the choice, some at a time, until its end or somebody's stop; the page that goes away stops it, too. */
function useWalk(filters, done) {
  const [state, setState] = useState(null);
  const stopped = useRef(false);
  useEffect(() => () => { stopped.current = true; }, []);
  const go = async begun => {
    const { object, code, period, from, to } = filters;
    let now = { ...begun, going: true, stopping: false, error: null };
    stopped.current = false;
    setState(now);
    try {
      do {
        const answer = await post(`/api/activity/again?${queryOf({ object, code, period, from, to })}`, { note: now.note, ...now.walk && { walk: now.walk } });
        now = { ...now, walk: answer.walk, ...Object.fromEntries(COUNTS.map(name => [name, now[name] + answer[name]])) };
        setState(now);
      } while (now.walk && !stopped.current);
      now = { ...now, ended: !now.walk };
    } catch (error) { now = { ...now, error }; }
    setState({ ...now, going: false });
    done();
  };
  return {
    state,
    begin: (note, total) => go({ note, total, asked: 0, asked_before: 0, not_kept: 0, walk: null }),
    goOn: () => go(state),
    stop: () => { stopped.current = true; setState(old => ({ ...old, stopping: true })); },
  };
}

/** How far it is, how it ended, and what could not be asked for.  `asked`: how many are still to be looked at. */
function Walked({ state, asked, stop, goOn }) {
  const walked = walkedOf(state);
  const of = [formatCount(walked), formatCount(Math.max(walked, state.total))];
  if (state.going) return html`<div class="toolbar"><progress class="progress" max=${Math.max(walked, state.total)} value=${walked} aria-label=${words.bulkWalk}></progress>
    <span role="status">${words.bulkProgress(...of)}</span><button type="button" class="btn" disabled=${state.stopping} onClick=${stop}>${state.stopping ? words.bulkStopping : words.bulkStop}</button></div>`;
  const rest = html`${state.not_kept > 0 && html` ${words.bulkNotKept(formatCount(state.not_kept))}`}${state.asked_before > 0 && html` ${words.bulkBefore(formatCount(state.asked_before))}`}`;
  if (state.ended) return html`<div role="status"><${Notice} kind=${state.not_kept > 0 ? 'info' : 'ok'} title=${words.bulkDone(formatCount(state.asked))}>${asked > 0 ? words.bulkThen : words.bulkLooked}${rest}<//></div>`;
  return html`<div role="status"><${Notice} kind=${state.error ? 'bad' : 'warn'} title=${words.bulkStopped(...of)} action=${html`<button type="button" class="btn" onClick=${goOn}>${words.bulkGoOn}</button>`}>
    ${state.error ? `${state.error.message} ` : ''}${words.bulkRest}${rest}<//></div>`;
}

/** "Send these again": all of the chosen cause, with how many, how far it is, and how many are left. */
export function BulkAgain({ filters, causes, asked, done }) {
  const [open, setOpen] = useState(false);
  const [note, setNote] = useState('');
  const { state, begin, goOn, stop } = useWalk(filters, done);
  const walked = useRef(null); // keeps the focus, whatever button goes
  const focused = act => () => { walked.current.focus(); act(); };
  useLeaveGuard(Boolean(state?.going), words.bulkLeave);
  const n = causes.filter(c => c.code === filters.code && (!filters.outcome || c.outcome === filters.outcome)).reduce((sum, c) => sum + c.again, 0);
  const plain = !filters.q && (!filters.outcome || ['failed', 'skipped'].includes(filters.outcome));
  const go = e => {
    e.preventDefault();
    setOpen(false); setNote('');
    focused(() => begin(note.trim(), n))();
  };
  const left = asked > 0 && html`<p class="muted" role="status">${words.bulkLeft(formatCount(asked))}</p>`;
  if (!(n > 0 && plain) && !state) return left || null;
  return html`<section class="card bulk" aria-label=${words.bulk(formatCount(n))}>
    <div ref=${walked} tabindex="-1" class="walked">${state && html`<${Walked} state=${state} asked=${asked} stop=${focused(stop)} goOn=${focused(goOn)} />`}</div>${left}
    ${open ? html`<form onSubmit=${go} noValidate><h2>${words.bulkTitle(formatCount(n))}</h2><p>${words.bulkBody}</p>
      <${Field} label=${words.note} help=${words.noteHelp}>${props => html`<textarea rows="2" ...${props} maxlength="1000" value=${note} onInput=${e => setNote(e.target.value)}></textarea>`}<//>
      <div class="actions act-foot"><button type="button" class="btn" onClick=${() => setOpen(false)}>${text.common.cancel}</button>
        <button type="submit" class="btn primary">${words.bulk(formatCount(n))}</button></div></form>`
    : n > 0 && plain && !state && html`<div class="toolbar"><span>${words.bulkOffer(formatCount(n))}</span>
      <button type="button" class="btn" onClick=${() => setOpen(true)}>${words.bulk(formatCount(n))}</button></div>`}
  </section>`;
}
