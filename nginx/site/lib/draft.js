// The configuration document while it is edited.  Event Triggers and Field Mappings share one draft, because a
// trigger cannot go live before its object's required fields are mapped: both are saved together.
import { get, post, put } from '../api.js';
import { text } from '../text.js';
import { same } from './same.js';
import { loadSession } from './session.js';
import { createStore } from './store.js';

const CHECK_AFTER_MS = 400;

/** status: 'loading' | 'ready' | 'failed'; base: what the server has; doc: what the person sees. */
export const draft = createStore({ status: 'loading', error: null, base: null, doc: null, faults: [], saving: false, dirty: false });

let timer = 0;
let round = 0;

const toFaults = fields => Object.entries(fields).map(([path, message]) => ({ path, message }));

function adopt(base) {
  round += 1;
  clearTimeout(timer);
  draft.set({ status: 'ready', error: null, base, doc: base.document, faults: [], saving: false, dirty: false });
}

let reading = null;

async function read() {
  try {
    const base = await get('/api/config');
    if (!draft.get().dirty && !same(base, draft.get().base)) adopt(base);
  } catch (error) {
    draft.set(old => old.base ? old : { ...old, status: 'failed', error });
  }
  reading = null;
}

export function loadDraft() {
  if (draft.get().dirty || reading) return reading; // an edit goes on where it was
  if (!draft.get().base) draft.set(old => ({ ...old, status: 'loading', error: null }));
  reading = read();
  return reading;
}

async function check() {
  const mine = ++round;
  try {
    const { faults } = await post('/api/config/check', { document: draft.get().doc });
    if (mine === round && !same(faults, draft.get().faults)) draft.set(old => ({ ...old, faults }));
  } catch { /* checking while typing is a help only; saving checks again and says what is wrong */ }
}

/** Changes the document: `fn` gets the current one and gives a new one. */
export function edit(fn) {
  const old = draft.get();
  const doc = fn(old.doc);
  round += 1;
  draft.set({ ...old, doc, dirty: !same(doc, old.base.document) });
  clearTimeout(timer);
  timer = setTimeout(check, CHECK_AFTER_MS);
}

/** Goes on with an edit of before: `doc` made from `base`, whatever the server has by now. */
export function restore(base, doc) {
  adopt(base);
  edit(() => doc);
}

/** Another impact.com account or program was saved, which is a revision of its own: an edit goes on over it. */
export function adoptImpact(revision, impact, author) {
  const old = draft.get();
  if (!old.base) return;
  // Somebody else's revision in between is left to the save, which then says what they changed.
  const next = revision > old.base.revision + 1 ? old.base.revision : revision;
  const saved = next === revision && next !== old.base.revision ? { revision, author, at: new Date().toISOString() } : {};
  const base = { ...old.base, ...saved, document: { ...old.base.document, impact } };
  const doc = { ...old.doc, impact };
  draft.set({ ...old, base, doc, dirty: !same(doc, base.document) });
}

/** Changes one object of the document, "deals" for example. */
export function editObject(object, fn) {
  edit(doc => ({ ...doc, objects: { ...doc.objects, [object]: fn(doc.objects[object]) } }));
}

export function discard() {
  adopt(draft.get().base);
}

/** Goes on from what the server has now with a document that both edits are in. */
export function adoptMerged(current, doc) {
  restore(current, doc);
}

/** Takes what the server has now, dropping the edit. */
export function takeTheirs(current) {
  adopt(current);
}

/**
 * Saves over `revision` (the one edited, unless the person decides to overwrite a newer one).
 * Gives {saved: true, revision, changed} | {conflict: current} | {faults} | {error}.
 */
export async function saveDraft(revision = draft.get().base.revision) {
  const { doc, base } = draft.get();
  draft.set(old => ({ ...old, saving: true }));
  try {
    const next = await put('/api/config', { revision, document: doc });
    const edited = draft.get().doc;
    adopt(next);
    loadSession(); // the frame tells whether the set-up is finished
    if (edited !== doc) edit(() => edited); // typed on while saving
    return { saved: true, revision: next.revision, changed: next.revision !== base.revision };
  } catch (error) {
    const faults = toFaults(error.fields ?? {});
    draft.set(old => ({ ...old, saving: false, faults: faults.length ? faults : old.faults }));
    if (error.status === 409 && error.body?.current) return { conflict: error.body.current };
    if (error.status === 422 || error.status === 400) return faults.length ? { faults } : { error };
    return { error };
  }
}

/** A fault as a sentence: one that begins in small letters is said about its place in the document. */
export function faultSentence({ path, message }, doc) {
  if (!/^[a-z]/.test(message)) return message;
  const [, object, list, id] = path.split('.');
  const name = text.objects[object]?.name ?? path;
  const at = doc.objects[object]?.[list]?.findIndex?.(one => one.id === id) ?? -1;
  if (at < 0) return text.draft.fault(name, message);
  const where = list === 'mapping' ? text.draft.faultRow(name, at + 1) : text.draft.faultTrigger(name, doc.objects[object][list][at].property || text.draft.createdTrigger);
  return text.draft.fault(where, message);
}

/** The way to a row of a mapping: {href, label}; `n` is its number on the page. */
export const rowLink = (object, id, n) => ({ href: `/mappings/${object}?row=${encodeURIComponent(id)}`, label: text.draft.showRow(n) });

/** The way to the row that a fault is about; null when it is about none. */
export function faultLink({ path }, doc) {
  const [, object, list, id] = path.split('.');
  const at = list === 'mapping' ? doc.objects[object]?.mapping.findIndex(one => one.id === id) ?? -1 : -1;
  return at < 0 ? null : rowLink(object, id, at + 1);
}

/** What is wrong with each row of an object's mapping, by the row's id (expression, condition and field). */
export function faultsByRow(faults, object) {
  const found = new Map();
  for (const { path, message } of faults) {
    const [, of, list, id] = path.split('.');
    if (of === object && list === 'mapping' && id) found.set(id, found.has(id) ? `${found.get(id)}\n${message}` : message);
  }
  return found;
}

/** Faults of a path and of everything below it. */
export const faultsAt = (faults, path) => faults.filter(f => f.path === path || f.path.startsWith(`${path}.`));

/** The same with the paths as they are below it: "when"; '' for what is about all of it. */
export const faultsIn = (faults, path) => faultsAt(faults, path).map(f => ({ ...f, path: f.path.slice(path.length + 1) }));

/** Which pages have changes: ['settings', 'triggers', 'mappings']. */
export function changedPages({ base, doc }) {
  if (!base) return [];
  const differs = pick => Object.keys(doc.objects).some(o => !same(pick(doc.objects[o]), pick(base.document.objects[o])));
  const pages = [];
  if (!same(doc.options, base.document.options)) pages.push('settings');
  if (differs(o => [o.consent, o.triggers])) pages.push('triggers');
  if (differs(o => o.mapping)) pages.push('mappings');
  return pages;
}
