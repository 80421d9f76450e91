// The last thing that was removed from the edit, and how to bring it back.
import { createStore } from './store.js';

export const undo = createStore(null);

/** Offers to take back what was just done: `words` say what. */
export const offerUndo = (words, back) => undo.set({ words, back });

export function takeBack() {
  const last = undo.get();
  undo.set(null);
  last?.back();
}

const typing = node => node?.matches?.('input, textarea, [contenteditable]');

/** Ctrl+Z (Cmd+Z) outside of a text field takes it back, too. */
export function watchUndoKey() {
  const onKey = e => {
    if (e.key.toLowerCase() !== 'z' || !(e.ctrlKey || e.metaKey) || e.shiftKey || typing(e.target) || !undo.get()) return;
    e.preventDefault();
    takeBack();
  };
  addEventListener('keydown', onKey);
  return () => removeEventListener('keydown', onKey);
}
