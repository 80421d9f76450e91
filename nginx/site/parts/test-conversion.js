// One conversion sent to try the set-up: what it is, the question before it, and what became of it.
import { html, useEffect, useState } from '../html.js';
import { text } from '../text.js';
import { fixLink } from '../lib/fix.js';
import { usePoll } from '../lib/load.js';
import { readDecision, sendTest } from '../lib/preview.js';
import { mayEdit } from '../lib/session.js';
import { confirm } from './dialog.js';
import { Field } from './field.js';
import { FixButton } from './fix.js';
import { Notice, Skeleton } from './notice.js';

const words = text.testConversion;
const EVERY_MS = 2000;
const KIND = { sent: 'ok', waiting: 'info', skipped: 'warn', direct: 'info', failed: 'bad' };

function Followed({ sent }) {
  const [told, setTold] = useState({ data: null, error: null });
  const look = async () => {
    if (['CONFIRMED', 'REJECTED', 'DEAD'].includes(told.data?.row.state)) return;
    try { setTold({ data: await readDecision(sent.decision_id), error: null }); } catch (error) { setTold(old => ({ ...old, error })); }
  };
  useEffect(() => { look(); }, [sent.decision_id]);
  usePoll(look, EVERY_MS, [sent.decision_id, told.data?.row.state]);
  const row = told.data?.row;
  return html`<div class="followed"><h3>${words.followed}</h3>
    <div role="status">${row ? html`<${Notice} kind=${row.state === 'CONFIRMED' ? 'ok' : KIND[row.outcome]} action=${html`<a class="btn" href=${`/activity/${sent.decision_id}`}>${words.story}</a>`}>
      ${row.sentence}${told.data.advice && html` <span>${told.data.advice}</span>`}<//>` : told.error ? html`<${Notice} kind="warn">${told.error.message}<//>` : html`<${Skeleton} lines=${1} />`}</div>
    <p class="muted">${words.order}: <code class="wrap">${sent.order_id}</code>. ${words.another}</p></div>`;
}

export function TestConversion({ object, record, session, dirty }) {
  const [click, setClick] = useState('');
  const [state, setState] = useState({ busy: false, error: null, sent: null });
  useEffect(() => setState({ busy: false, error: null, sent: null }), [object, record.id]);
  const mayNot = !mayEdit(session);
  const name = record.name || text.preview.unnamed(record.id);
  const send = async e => {
    e.preventDefault();
    if (!await confirm({ title: words.askTitle, body: words.askBody(name, click.trim()), yes: words.askYes })) return;
    setState(old => ({ ...old, busy: true, error: null }));
    try { setState({ busy: false, error: null, sent: await sendTest(object, record.id, click.trim()) }); } catch (error) { setState({ busy: false, error, sent: null }); }
  };
  const { busy, error, sent } = state;
  return html`<section class="card test-conversion" aria-labelledby="test-title"><h2 id="test-title">${words.title}</h2>
    <p>${words.lead}</p>
    <details><summary>${words.how}</summary><ol class="steps">${words.steps.map(s => html`<li key=${s}>${s}</li>`)}</ol></details>
    ${mayNot ? html`<p class="muted">${words.viewer}</p>` : html`<form onSubmit=${send} noValidate>
      <${Notice} kind="warn">${words.caution}<//>
      ${dirty && html`<${Notice} kind="info">${words.unsaved}<//>`}
      <${Field} label=${words.click} help=${words.clickHelp} error=${error?.fields?.click_id} required>${p => html`<input ...${p} type="text" class="mono" maxlength="64" autocomplete="off" spellcheck=${false}
        value=${click} onInput=${e => setClick(e.target.value)} />`}<//>
      <div role="alert">${error && !error.fields?.click_id && html`<${Notice} kind="bad" title=${words.notSent} action=${html`<${FixButton} to=${fixLink(error.body?.fix, '', object)} />`}>${error.message}<//>`}</div>
      <div class="form-foot"><button type="submit" class=${`btn${dirty ? '' : ' primary'}`} disabled=${busy || !click.trim()}>${busy ? words.sending : words.send}</button></div>
    </form>`}
    ${sent && html`<${Followed} key=${sent.decision_id} sent=${sent} />`}
  </section>`;
}
