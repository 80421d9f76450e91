// Somebody saved while this person edited: what they changed, what both changed, and whose is kept, change by change.
import { html, useState } from '../html.js';
import { text } from '../text.js';
import { adoptMerged, saveDraft, takeTheirs, draft } from '../lib/draft.js';
import { difference, nameOf } from '../lib/difference.js';
import { conflicts, merge } from '../lib/merge.js';
import { formatDateTime } from '../lib/format.js';
import { ask } from './dialog.js';
import { Difference } from './difference.js';

const words = text.draft;

/** One change that both made: theirs and mine beside each other, and a choice. */
function Both({ entry, sides, choice, onChoose }) {
  const name = `${text.objects[entry.object]?.name ?? text.difference.account}, ${nameOf(entry)}`;
  return html`<fieldset class="both"><legend class="sr">${name}</legend>
    <${Difference} entries=${[entry]} sides=${sides} />
    <div class="both-choice">${[['mine', words.keepMine], ['theirs', words.keepTheirs]].map(([side, label]) => html`<label key=${side}>
      <input type="radio" name=${`both-${entry.key}`} checked=${choice === side} onChange=${() => onChoose(side)} /> ${label}</label>`)}</div></fieldset>`;
}

function Body({ current, theirs, both, choices }) {
  const [, draw] = useState(0);
  const choose = (key, side) => { choices.set(key, side); draw(n => n + 1); };
  return html`<p>${words.conflictWho(current.author, formatDateTime(current.at))}</p>
    <p>${both.length ? words.conflictBoth(both.length) : words.conflictApart}</p>
    ${both.length > 0 && html`<h3>${words.conflictBothTitle}</h3>
      ${both.map(entry => html`<${Both} key=${entry.key} entry=${entry} sides=${[words.sideTheirs, words.sideMine]}
        choice=${choices.get(entry.key) ?? 'mine'} onChoose=${side => choose(entry.key, side)} />`)}`}
    ${theirs.length > 0 && html`<h3>${both.length ? words.conflictAlso : words.conflictTheirs}</h3><${Difference} entries=${theirs} />`}
    ${!both.length && !theirs.length && html`<p>${words.conflictSame}</p>`}`;
}

/** Asks, and saves what was decided: the result of saveDraft(), or null when the person goes on editing. */
export async function resolveConflict(current) {
  const { base, doc } = draft.get();
  const keys = conflicts(base.document, doc, current.document);
  const both = difference(current.document, doc).filter(entry => keys.has(entry.key));
  const theirs = difference(base.document, current.document).filter(entry => !keys.has(entry.key));
  const choices = new Map();
  const answer = await ask({ title: words.conflictTitle, cancel: words.conflictWait, wide: true,
    body: html`<${Body} current=${current} theirs=${theirs} both=${both} choices=${choices} />`,
    choices: [{ id: 'merge', label: both.length ? words.conflictMerge : words.conflictKeepBoth, kind: 'primary' }, { id: 'theirs', label: words.conflictReload, kind: 'danger' }] });
  if (answer === 'theirs') takeTheirs(current);
  if (answer !== 'merge') return null;
  adoptMerged(current, merge(base.document, doc, current.document, key => choices.get(key) ?? 'mine'));
  return saveDraft(current.revision);
}
