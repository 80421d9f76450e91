// The bar below Event Triggers and Field Mappings: what is unsaved, Save, and what came of it.
import { html, useEffect, useState } from '../html.js';
import { text } from '../text.js';
import { changedPages, discard, draft, faultSentence, saveDraft } from '../lib/draft.js';
import { formatDateTime } from '../lib/format.js';
import { setGuard } from '../lib/router.js';
import { useStore } from '../lib/store.js';
import { takeBack, undo, watchUndoKey } from '../lib/undo.js';
import { resolveConflict } from './conflict.js';
import { confirm } from './dialog.js';
import { Notice } from './notice.js';

const words = text.draft;
const SHARED = /^\/(triggers|mappings)(\/|$)/; // these pages show the same draft

/** Asks before a page with unsaved changes is left, by link, by the back button or by closing the tab. */
export function useLeaveGuard(dirty, inside = () => false, leave = () => {}) {
  useEffect(() => {
    if (!dirty) return undefined;
    const onUnload = e => { e.preventDefault(); e.returnValue = ''; };
    addEventListener('beforeunload', onUnload);
    setGuard(async path => {
      if (inside(path)) return true;
      const left = await confirm({ title: words.leaveTitle, body: words.leaveBody, yes: words.leave, kind: 'danger', cancel: words.stay });
      if (left) { setGuard(null); leave(); }
      return left;
    });
    return () => { removeEventListener('beforeunload', onUnload); setGuard(null); };
  }, [dirty]);
}

/** What was removed a moment ago, with the way back. */
function Undo() {
  const last = useStore(undo);
  useEffect(watchUndoKey, []);
  useEffect(() => () => undo.set(null), []);
  return html`<div role="status" class="save-undo">${last && html`<span>${last.words}</span> <button type="button" class="btn small" onClick=${takeBack}>${words.undo}</button>`}</div>`;
}

/**
 * `problems`: what refuses the save before it is tried, each {text, href, label} (a link to where it is mended) or a sentence.
 * `children`: what stands above the buttons while something is unsaved.
 */
export function SaveBar({ state, problems = [], readOnly = false, children }) {
  const [said, setSaid] = useState(null);
  useLeaveGuard(state.dirty, path => SHARED.test(path), discard);
  useEffect(() => { if (state.dirty) setSaid(null); }, [state.doc]);

  const onSave = async () => {
    undo.set(null);
    if (problems.length) { setSaid({ kind: 'bad', title: words.refused, lines: problems }); return; }
    let result = await saveDraft();
    if (result?.conflict) result = await resolveConflict(result.conflict);
    if (!result) setSaid(null);
    else if (result.saved) setSaid({ kind: 'ok', title: result.changed ? words.saved(result.revision) : words.unchanged, lines: [] });
    else if (result.faults) setSaid({ kind: 'bad', title: words.refused, lines: result.faults.map(f => faultSentence(f, draft.get().doc)) });
    else setSaid({ kind: 'bad', title: words.failed, lines: [result.error?.message ?? words.conflictTitle] });
  };
  const onDiscard = async () => {
    if (await confirm({ title: words.discardTitle, body: words.discardBody, yes: words.discard, kind: 'danger' })) { undo.set(null); discard(); setSaid(null); }
  };
  const pages = changedPages(state).map(page => text.nav.pages[page]);
  const base = state.base;
  if (readOnly) return html`<section class="save-bar" aria-label=${words.save}><p class="save-state">${words.viewer}</p></section>`;
  const lines = [...new Map(said?.lines.map(line => [line.text ?? line, line]) ?? []).values()];
  return html`<section class="save-bar" aria-label=${words.save}>
    ${state.dirty && children}
    <div role="status" class="save-said">${said && html`<${Notice} kind=${said.kind} title=${said.title}>${lines.map(line => html`<span class="save-problem" key=${line.text ?? line}>${line.text ?? line}${line.href && html` <a href=${line.href}>${line.label}</a>`} </span>`)}<//>`}</div>
    <${Undo} />
    <div class="save-line">
      ${state.dirty ? html`<p class="save-state"><strong>${words.dirty}</strong> ${words.inPages(pages)}</p>`
    : html`<p class="save-state clean">${words.clean(base.revision, base.author, formatDateTime(base.at))}</p>`}
      <div class="actions">
        <button type="button" class="btn" disabled=${!state.dirty || state.saving} onClick=${onDiscard}>${words.discard}</button>
        <button type="button" class="btn primary" disabled=${!state.dirty || state.saving} onClick=${onSave}>${state.saving ? words.saving : words.save}</button>
      </div>
    </div>
  </section>`;
}
