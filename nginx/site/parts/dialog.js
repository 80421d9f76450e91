// Questions to the person, one at a time, in the browser's own modal dialog (it keeps the focus and gives it back).
import { html, useLayoutEffect, useRef } from '../html.js';
import { createStore, useStore } from '../lib/store.js';
import { text } from '../text.js';

const question = createStore(null);

/**
 * Asks and answers with the chosen id; Escape and Cancel answer 'cancel'.
 * choices: [{id, label, kind: 'primary' | 'danger' | ''}], the safe one last.  `wide`: room for a table.
 */
export function ask({ title, body, choices, cancel = text.common.cancel, wide = false }) {
  return new Promise(resolve => {
    question.get()?.resolve('cancel');
    question.set({ title, body, choices, cancel, wide, resolve });
  });
}

/** A yes or no. */
export async function confirm({ title, body, yes, kind = 'primary', cancel }) {
  return await ask({ title, body, cancel, choices: [{ id: 'yes', label: yes, kind }] }) === 'yes';
}

export function DialogHost() {
  const asked = useStore(question);
  const box = useRef(null);
  useLayoutEffect(() => {
    if (asked && !box.current.open) box.current.showModal();
    if (!asked && box.current.open) box.current.close();
  }, [asked]);
  const answer = id => {
    const { resolve } = question.get() ?? {};
    question.set(null);
    resolve?.(id);
  };
  return html`<dialog class=${`dialog${asked?.wide ? ' wide' : ''}`} ref=${box} aria-labelledby="dialog-title" onCancel=${e => { e.preventDefault(); answer('cancel'); }}>
    ${asked && html`<div class="dialog-body"><h2 id="dialog-title">${asked.title}</h2>${typeof asked.body === 'string' ? html`<p>${asked.body}</p>` : asked.body}</div>
    <div class="dialog-foot">
      ${asked.choices.map(c => html`<button key=${c.id} type="button" class=${`btn ${c.kind ?? ''}`} onClick=${() => answer(c.id)}>${c.label}</button>`)}
      <button type="button" class="btn" autofocus onClick=${() => answer('cancel')}>${asked.cancel}</button>
    </div>`}
  </dialog>`;
}
