// The bar below Settings, Event Triggers and Field Mappings: what is unsaved, Save, and what came of it.
import { html, useEffect, useState } from '../html.js';
import { text } from '../text.js';
import { changedPages, discard, draft, faultLink, faultSentence, saveDraft } from '../lib/draft.js';
import { formatCount, formatDateTime } from '../lib/format.js';
import { resumed } from '../lib/resume.js';
import { useStore } from '../lib/store.js';
import { takeBack, undo, watchUndoKey } from '../lib/undo.js';
import { resolveConflict } from './conflict.js';
import { confirm } from './dialog.js';
import { useLeaveGuard } from './leave.js';
import { Notice } from './notice.js';

const words = text.draft;
const MOST = 20; // problems that are listed
const SHARED = /^\/(settings|triggers|mappings|preview)(\/|$)/; // these pages show the same draft

/** What was removed a moment ago, with the way back. */
function Undo() {
  const last = useStore(undo);
  useEffect(watchUndoKey, []);
  useEffect(() => () => undo.set(null), []);
  return html`<div role="status" class="save-undo">${last && html`<span>${last.words}</span> <button type="button" class="btn small" onClick=${takeBack}>${words.undo}</button>`}</div>`;
}

/** What came of saving the draft, to be said. */
async function saveShared() {
  let result = await saveDraft();
  if (result?.conflict) result = await resolveConflict(result.conflict);
  if (!result) return null;
  if (result.saved) return { kind: 'ok', title: result.changed ? words.saved(result.revision) : words.unchanged, lines: [] };
  if (result.faults) return { kind: 'bad', title: words.refused, lines: result.faults.map(f => ({ text: faultSentence(f, draft.get().doc), ...faultLink(f, draft.get().doc) })) };
  return { kind: 'bad', title: words.failed, lines: [result.error?.message ?? words.conflictTitle] };
}

/**
 * `problems`: what refuses the save before it is tried, each {text, href, label} (a link to where it is mended) or a sentence.
 * `children`: what stands above the buttons while something is unsaved.  `form`: what the page has besides the draft, kept
 * first: {dirty, busy, save, discard}; save() gives {saved, said}.  `submits` counts: each time it grows the page asks to save.
 */
export function SaveBar({ state, problems = [], readOnly = false, form = null, page, submits = 0, children }) {
  const [said, setSaid] = useState(null);
  const dirty = state.dirty || Boolean(form?.dirty);
  const busy = state.saving || Boolean(form?.busy);
  useLeaveGuard(dirty, words, path => SHARED.test(path) && !form?.dirty, () => { discard(); form?.discard(); }, form?.dirty);
  const back = useStore(resumed);
  useEffect(() => { if (dirty) setSaid(null); }, [state.doc, form?.form]);
  useEffect(() => { if (!dirty) resumed.set(false); }, [dirty]);

  const onSave = async () => {
    undo.set(null);
    if (problems.length) { setSaid({ kind: 'bad', title: words.refused, lines: problems }); return; }
    const kept = form?.dirty ? await form.save() : null;
    if (kept) setSaid(kept.said ?? null);
    if (kept && !kept.saved) return;
    if (draft.get().dirty) setSaid(await saveShared());
  };
  const onDiscard = async () => {
    if (await confirm({ title: words.discardTitle, body: words.discardBody, yes: words.discard, kind: 'danger' })) { undo.set(null); discard(); form?.discard(); setSaid(null); }
  };
  useEffect(() => { if (submits) onSave(); }, [submits]);
  const changes = changedPages(state);
  if (form?.dirty && !changes.includes(page)) changes.unshift(page);
  const pages = changes.map(name => text.nav.pages[name]);
  const base = state.base;
  if (readOnly) return html`<section class="save-bar" aria-label=${words.save}><p class="save-state">${words.viewer}</p></section>`;
  const lines = [...new Map(said?.lines.map(line => [line.text ?? line, line]) ?? []).values()];
  return html`<section class="save-bar" aria-label=${words.save}>
    ${state.dirty && children}
    <div role="status" class="save-said">${said && html`<${Notice} kind=${said.kind} title=${said.title}>${lines.slice(0, MOST).map(line => html`<span class="save-problem" key=${line.text ?? line}>${line.text ?? line}${line.href && html` <a href=${line.href}>${line.label}</a>`} </span>`)}
      ${lines.length > MOST && html`<span class="save-problem">${words.moreProblems(formatCount(lines.length - MOST))}</span>`}<//>`}</div>
    <div role="status">${back && dirty && html`<${Notice} kind="info" title=${words.resumed}>${words.resumedHelp}${form?.dirty && ` ${words.resumedToken}`}<//>`}</div>
    <${Undo} />
    <div class="save-line">
      ${dirty ? html`<p class="save-state"><strong>${words.dirty}</strong> ${words.inPages(pages)}</p>`
    : html`<p class="save-state clean">${words.clean(base.revision, base.author, formatDateTime(base.at))}</p>`}
      <div class="actions">
        <button type="button" class="btn" disabled=${!dirty || busy} onClick=${onDiscard}>${words.discard}</button>
        <button type="button" class="btn primary" disabled=${!dirty || busy} onClick=${onSave}>${form?.busy ? form.saving : busy ? words.saving : words.save}</button>
      </div>
    </div>
  </section>`;
}
