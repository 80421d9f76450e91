// What differs between two documents, as short sentences.
import { text } from '../text.js';
import { same } from './same.js';

const words = text.draft.changes;

function listChanges(before, after, say) {
  const old = new Map(before.map(one => [one.id, one]));
  const out = [];
  for (const one of after) {
    if (!old.has(one.id)) out.push(say(one, words.added));
    else if (!same(old.get(one.id), one)) out.push(say(one, words.changed));
    old.delete(one.id);
  }
  for (const one of old.values()) out.push(say(one, words.removed));
  return out;
}

export function describeChanges(before, after) {
  const out = [];
  if (!same(before.impact, after.impact)) out.push(words.impact);
  if (!same(before.options, after.options)) out.push(words.options);
  for (const [key, { name }] of Object.entries(text.objects)) {
    const a = before.objects[key];
    const b = after.objects[key];
    if (a.consent !== b.consent) out.push(words.consent(name, b.consent));
    out.push(...listChanges(a.triggers, b.triggers, (t, how) => words.trigger(name, t.on === 'created' ? words.created : t.property, how)));
    out.push(...listChanges(a.mapping, b.mapping, (m, how) => words.mapping(name, m.field || m.id, how)));
  }
  return out;
}
