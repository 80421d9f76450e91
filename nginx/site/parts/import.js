// A configuration file comes in: read, checked whole, shown as a difference, and only then saved.
import { html, useRef, useState } from '../html.js';
import { get, post } from '../api.js';
import { text } from '../text.js';
import { difference } from '../lib/difference.js';
import { keepImpact, saveFrom } from '../lib/revisions.js';
import { same } from '../lib/same.js';
import { Difference } from './difference.js';
import { Faults } from './faults.js';
import { Field } from './field.js';
import { askToMove } from './move.js';
import { Notice } from './notice.js';

const words = text.configuration;
const BYTES_MAX = 1024 * 1024;

function Choose({ onText, busy, problem }) {
  const [typed, setTyped] = useState('');
  const [unread, setUnread] = useState('');
  const [typedOne, setTypedOne] = useState(false); // which of the two fields was read
  const picked = useRef(null);
  const submit = async e => {
    e.preventDefault();
    const file = picked.current?.files?.[0];
    setUnread('');
    setTypedOne(!file && typed.trim() !== '');
    try {
      const content = file ? await file.text() : typed;
      if (!content.trim()) setUnread(words.nothing);
      else if (new Blob([content]).size > BYTES_MAX) setUnread(words.tooLong);
      else await onText(content);
    } catch {
      setUnread(words.unreadable);
    }
  };
  return html`<form onSubmit=${submit} noValidate>
    <${Field} label=${words.file} help=${words.fileHelp} error=${typedOne ? '' : unread || problem}>${attributes => html`<input ...${attributes} type="file" accept=".json,application/json" ref=${picked} />`}<//>
    <${Field} label=${words.paste} help=${words.pasteHelp} error=${typedOne ? unread || problem : ''}>${attributes => html`<textarea ...${attributes} rows="4" spellcheck=${false} value=${typed} onInput=${e => setTyped(e.target.value)}></textarea>`}<//>
    <div class="form-foot"><button type="submit" class="btn primary" disabled=${busy}>${busy ? words.checking : words.check}</button></div></form>`;
}

function Preview({ file, current, onSave, busy, onReset }) {
  const [impact, setImpact] = useState(false);
  const differs = !same(file.document.impact, current.document.impact);
  const target = impact ? file.document : keepImpact(file.document, current.document);
  const entries = difference(current.document, target);
  return html`<h3>${words.changes}</h3>
    ${entries.length ? html`<${Difference} entries=${entries} sides=${words.sidesImport} />` : html`<p>${words.same}</p>`}
    ${differs && html`<div class="tick-line"><label><input type="checkbox" checked=${impact} onChange=${e => setImpact(e.target.checked)} /> <strong>${words.impact}</strong></label>
      <p class="help">${words.impactHelp(file.document.impact?.account_sid, file.document.impact?.program_id)}</p></div>`}
    <div class="form-foot actions"><button type="button" class="btn" onClick=${onReset}>${words.otherFile}</button>
      <button type="button" class="btn primary" disabled=${busy || !entries.length} onClick=${() => onSave(target, impact)}>${busy ? words.saving : words.importSave}</button></div>`;
}

/** `onSaved(revision)` after the file became one. */
export function Import({ onSaved }) {
  const [file, setFile] = useState(null); // {from, faults, document}
  const [current, setCurrent] = useState(null);
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState(null); // {kind, title, impact}
  const [problem, setProblem] = useState('');
  const reset = () => { setFile(null); setProblem(''); setSaid(null); };
  const check = async content => {
    setBusy(true);
    reset();
    try {
      const read = await post('/api/config/file', { text: content });
      setCurrent(await get('/api/config'));
      setFile(read);
    } catch (error) {
      setProblem(error.message);
    }
    setBusy(false);
  };
  const save = async (target, impact) => {
    setBusy(true);
    let result = await saveFrom(current.revision, target, 'import', impact);
    if (result.open && await askToMove(result.open)) result = await saveFrom(current.revision, target, 'import', impact, true);
    setBusy(false);
    if (result.open) return;
    if (result.saved) {
      setFile(null);
      setSaid({ kind: 'ok', title: words.saved(result.saved.revision), impact });
      onSaved(result.saved.revision);
    } else if (result.faults) {
      setFile({ ...file, faults: result.faults });
    } else if (result.conflict) {
      setCurrent(await get('/api/config').catch(() => current));
      setSaid({ kind: 'warn', title: words.conflict });
      onSaved();
    } else {
      setSaid({ kind: 'bad', title: result.error.message });
    }
  };
  return html`<section class="card conf" aria-labelledby="import"><h2 id="import">${words.importTitle}</h2><p class="help">${words.importLead}</p>
    <div role="status">${said && html`<${Notice} kind=${said.kind} title=${said.title} action=${said.impact && html`<a class="btn" href="/settings">${words.toSettings}</a>`}>${said.impact && words.impactCheck}<//>`}</div>
    ${file ? html`<p class="from wrap">${words.from(file.from.name, file.from.portal_id, file.from.revision)}</p>
      ${file.faults.length ? html`<${Faults} faults=${file.faults} document=${file.document} /><div class="form-foot"><button type="button" class="btn" onClick=${reset}>${words.otherFile}</button></div>`
    : html`<${Preview} file=${file} current=${current} busy=${busy} onSave=${save} onReset=${reset} />`}`
    : html`<${Choose} onText=${check} busy=${busy} problem=${problem} />`}
  </section>`;
}
