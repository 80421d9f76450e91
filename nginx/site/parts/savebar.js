// The bar below Event Triggers and Field Mappings: what is unsaved, Save, and what came of it.
import { html, useEffect, useState } from '../html.js';
import { text } from '../text.js';
import { changedPages, discard, draft, faultSentence, saveDraft, takeTheirs } from '../lib/draft.js';
import { difference } from '../lib/difference.js';
import { formatDateTime } from '../lib/format.js';
import { setGuard } from '../lib/router.js';
import { ask, confirm } from './dialog.js';
import { Difference } from './difference.js';
import { Notice } from './notice.js';

const words = text.draft;
const SHARED = /^\/(triggers|mappings)(\/|$)/; // these pages show the same draft

async function resolveConflict(current, base) {
  const theirs = difference(base.document, current.document);
  const body = html`<p>${words.conflictWho(current.author, formatDateTime(current.at))}</p>
    <h3>${words.conflictTheirs}</h3>
    ${theirs.length ? html`<${Difference} entries=${theirs} />` : html`<p>${words.conflictSame}</p>`}`;
  const choice = await ask({ title: words.conflictTitle, body, cancel: words.conflictWait, choices: [
    { id: 'theirs', label: words.conflictReload }, { id: 'mine', label: words.conflictMine, kind: 'danger' }] });
  if (choice === 'theirs') takeTheirs(current);
  return choice === 'mine' ? saveDraft(current.revision) : null;
}

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

/** `problems`: sentences that refuse the save before it is tried. */
export function SaveBar({ state, problems = [] }) {
  const [said, setSaid] = useState(null);
  useLeaveGuard(state.dirty, path => SHARED.test(path), discard);
  useEffect(() => { if (state.dirty) setSaid(null); }, [state.doc]);

  const onSave = async () => {
    if (problems.length) { setSaid({ kind: 'bad', title: words.refused, lines: problems }); return; }
    let result = await saveDraft();
    if (result?.conflict) result = await resolveConflict(result.conflict, draft.get().base);
    if (!result) setSaid(null);
    else if (result.saved) setSaid({ kind: 'ok', title: result.changed ? words.saved(result.revision) : words.unchanged, lines: [] });
    else if (result.faults) setSaid({ kind: 'bad', title: words.refused, lines: result.faults.map(f => faultSentence(f, draft.get().doc)) });
    else setSaid({ kind: 'bad', title: words.failed, lines: [result.error?.message ?? words.conflictTitle] });
  };
  const onDiscard = async () => {
    if (await confirm({ title: words.discardTitle, body: words.discardBody, yes: words.discard, kind: 'danger' })) { discard(); setSaid(null); }
  };
  const pages = changedPages(state).map(page => text.nav.pages[page]);
  const base = state.base;
  return html`<section class="save-bar" aria-label=${words.save}>
    <div role="status" class="save-said">${said && html`<${Notice} kind=${said.kind} title=${said.title}>${[...new Set(said.lines)].join(' ')}<//>`}</div>
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
