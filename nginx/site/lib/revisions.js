// Revisions of the configuration: read once each, because they never change.
import { get, put } from '../api.js';
import { loadSession } from './session.js';

const known = new Map();
const read = new Map();

/** One revision with its document. */
export function revision(n) {
  if (!known.has(n)) {
    known.set(n, get(`/api/config/revisions/${n}`).then(one => { read.set(n, one); return one; }, error => { known.delete(n); throw error; }));
  }
  return known.get(n);
}

/** The same at once; undefined when it was not read yet. */
export const readRevision = n => read.get(n);

/** The same document with impact.com's part as `current` has it. */
export const keepImpact = (document, current) => ({ ...document, impact: current.impact });

/**
 * Saves a document that comes from elsewhere over `base`, the revision that its difference was shown to.
 * With `impact` the account and program of impact.com, too; `confirm`: although conversions are not finished.
 * Gives {saved} | {faults: [{path, message}]} | {open} (conversions are not finished) | {conflict: true} | {error}.
 */
export async function saveFrom(base, document, origin, impact = false, confirm = false) {
  try {
    const saved = await put('/api/config', { revision: base, document, origin, impact, confirm });
    loadSession(); // as saveDraft()
    return { saved };
  } catch (error) {
    const faults = Object.entries(error.fields ?? {}).map(([path, message]) => ({ path, message }));
    if (faults.length) return { faults };
    if (error.status === 409 && error.body?.open) return { open: error.body.open };
    return error.status === 409 ? { conflict: true } : { error };
  }
}

const fresh = (id, taken) => {
  let n = 2;
  while (taken.has(`${id.slice(0, 28)}_${n}`)) n += 1;
  return `${id.slice(0, 28)}_${n}`;
};

function takeIntoList(list, one, taken) {
  const { before, after } = one;
  if (!after) return list.filter(old => old.id !== before.id);
  if (before) return list.map(old => old.id === before.id ? { ...after, id: before.id } : old);
  const id = taken.has(after.id) ? fresh(after.id, taken) : after.id;
  taken.add(id);
  return [...list, { ...after, id }];
}

/** `document` with these entries of lib/difference.js (document first, the other one second) taken over. */
export function takeOver(document, entries) {
  const out = structuredClone(document);
  const taken = new Set(Object.values(out.objects).flatMap(o => [...o.triggers, ...o.mapping].map(one => one.id)));
  for (const one of entries) {
    const object = out.objects[one.object];
    if (one.part === 'consent') object.consent = one.after;
    else if (one.part === 'option') out.options = { ...out.options, [one.id]: one.after };
    else if (one.part === 'impact') out.impact = { ...out.impact, [one.id]: one.after };
    else if (one.part === 'trigger') object.triggers = takeIntoList(object.triggers, one, taken);
    else if (one.part === 'row') object.mapping = takeIntoList(object.mapping, one, taken);
  }
  return out;
}
