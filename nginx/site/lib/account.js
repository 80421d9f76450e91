// The impact.com account while it is edited: what is wrong with it at once, and how it is checked and kept.
import { post } from '../api.js';
import { text } from '../text.js';
import { createStore } from './store.js';

const words = text.settings;

/** What of the form is edited and may be kept: {sid, program}, never the token; null: nothing. */
export const accountEdit = createStore(null);

export const formOf = data => ({ sid: data.account_sid ?? '', token: '', program: data.program_id ?? '' });
export const changed = (form, data) => form.sid.trim() !== (data.account_sid ?? '') || form.token !== '' || form.program.trim() !== (data.program_id ?? '');

/** What can be said without asking impact.com, by field. */
export function faults(form, tokenStored) {
  const fields = {};
  if (!form.sid.trim()) fields.account_sid = words.missing.account_sid;
  if (!form.token && !tokenStored) fields.auth_token = words.missing.auth_token;
  if (!form.program.trim()) fields.program_id = words.missing.program_id;
  else if (!/^\d+$/.test(form.program.trim())) fields.program_id = words.programDigits;
  return fields;
}

/** Asks impact.com and keeps the values: {answer} | {open} (conversions are not finished) | {error}. */
export async function keep(form, confirm = false) {
  const body = { account_sid: form.sid.trim(), program_id: form.program.trim() };
  if (form.token) body.auth_token = form.token.trim();
  if (confirm) body.confirm = true;
  try {
    return { answer: await post('/api/live/impact', body) };
  } catch (error) {
    if (error.status === 409 && error.body?.open) return { open: error.body.open };
    return { error };
  }
}

/** What becomes of conversions that are not finished, as sentences. */
export function consequences(open) {
  const lines = [];
  if (open.waiting) lines.push(words.moveWaiting(open.waiting));
  if (open.account_changes && open.in_doubt) lines.push(words.moveDoubt(open.in_doubt));
  if (open.account_changes && open.accepted) lines.push(words.moveAccepted(open.accepted));
  return lines;
}
