// Presets: which are offered, what one would make of a mapping, and whether the mapping is one already.
import { difference } from './difference.js';
import { newId } from './mapping.js';

/** The presets of an object: one that is the answer to another's question is reached through that. */
export function presetsOf(list, object, options) {
  const all = list.presets.filter(p => p.object === object && (!p.advocate || options.advocate));
  const answers = new Set(all.flatMap(p => (p.question?.answers ?? []).map(a => a.preset).filter(id => id !== p.id)));
  return { all, offered: all.filter(p => !answers.has(p.id)) };
}

/** The rows as they are put in: EventDate is what the account chose in Settings (C-03). */
const rowsOf = (preset, options) => preset.rows.map(row => ({ field: row.field, when: row.when ?? '', active: row.active ?? true,
  expression: row.field === 'EventDate' && options.event_date === 'occurred' ? '{event.occurredAt}' : row.expression }));

/**
 * The document with the preset in place of the object's mapping ('replace': a row for the same field keeps its id, so that
 * the difference says what changes), or with only those of its rows whose field is not mapped yet ('fill').
 */
export function withPreset(doc, object, preset, how) {
  const mine = doc.objects[object].mapping;
  const fields = new Set(mine.map(row => row.field));
  const left = [...mine];
  const take = field => {
    const at = left.findIndex(row => row.field === field);
    return at < 0 ? null : left.splice(at, 1)[0].id;
  };
  let next = { ...doc, objects: { ...doc.objects, [object]: { ...doc.objects[object], mapping: how === 'fill' ? [...mine] : [] } } };
  for (const row of rowsOf(preset, doc.options)) {
    if (how === 'fill' && fields.has(row.field)) continue;
    const id = (how === 'replace' && take(row.field)) || newId('m', { objects: { ...next.objects, before: doc.objects[object] } });
    next = { ...next, objects: { ...next.objects, [object]: { ...next.objects[object], mapping: [...next.objects[object].mapping, { id, ...row }] } } };
  }
  return next;
}

/** What putting the preset in the mapping's place would change, row by row. */
export const presetChanges = (doc, object, preset) => difference(doc, withPreset(doc, object, preset, 'replace'));

/** How many of the preset's fields the mapping does not have. */
export function presetLacks(doc, object, preset) {
  const fields = new Set(doc.objects[object].mapping.map(row => row.field));
  return preset.rows.filter(row => !fields.has(row.field)).length;
}
