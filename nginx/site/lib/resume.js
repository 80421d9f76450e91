// What outlasts a log-in: the page one was on or wanted, and an edit that was not saved when the session ended.
// Both stay in this tab (sessionStorage), never in an address, which anybody could have written.  An edit is bound to the
// account and the person; nobody else is shown it, and whoever comes in as somebody else takes it away.  The Auth Token
// is never kept.
import { accountEdit } from './account.js';
import { draft, restore } from './draft.js';
import { drop, look, put } from './kept.js';
import { mayEdit } from './session.js';
import { createStore } from './store.js';

const WHERE = 'connector.where';
const EDIT = 'connector.edit';

/** Whether the edit that is seen is one that a log-in has interrupted. */
export const resumed = createStore(false);

const ownerOf = data => `${data.tenant.id}.${data.person.id}`;

/** The page to come back to; `data`: the session that it is bound to, when it was somebody's. */
export const keepWhere = (path, data = null) => put(WHERE, { path, owner: data && ownerOf(data) });

/** Once: the page to come back to after the log-in of `data`, or null. */
export function takeWhere(data) {
  const kept = look(WHERE);
  drop(WHERE);
  return typeof kept?.path === 'string' && (!kept.owner || kept.owner === ownerOf(data)) ? kept.path : null;
}

/** Keeps what is not saved, and what it was made from, for the account and person of `data`. */
export function keepEdit(data) {
  const { base, doc, dirty } = draft.get();
  const account = accountEdit.get();
  if (dirty || account) put(EDIT, { owner: ownerOf(data), base, doc: dirty ? doc : null, account });
}

/** After a log-in: the edit is there again, on what it was made from; saving it meets what others saved in between. */
export function takeEdit(data) {
  const kept = look(EDIT);
  drop(EDIT);
  if (kept?.owner !== ownerOf(data) || !mayEdit(data)) return;
  if (kept.doc) restore(kept.base, kept.doc);
  accountEdit.set(kept.account ?? null);
  resumed.set(true);
}

/** A deliberate end: nothing is to come back. */
export function forget() {
  drop(WHERE);
  drop(EDIT);
}
