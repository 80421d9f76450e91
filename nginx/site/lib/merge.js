// Two people edited one configuration: what both changed is brought together thing by thing; what they changed
// differently is asked about.  Things are the triggers and rows by id, consents and options.
import { same } from './same.js';
import { newId } from './mapping.js';

const PARTS = { triggers: 'trigger', mapping: 'row' };

/** Of one thing: mine, theirs, or what `ask` says when both changed it and differently. */
function pick(key, base, mine, theirs, ask) {
  if (same(mine, theirs) || same(base, theirs)) return mine;
  if (same(base, mine)) return theirs;
  return ask(key) === 'theirs' ? theirs : mine;
}

/** Whether two that were added under the same id by chance are different things. */
const byChance = (base, mine, theirs) => !base && mine && theirs && (mine.field !== theirs.field || mine.property !== theirs.property || mine.on !== theirs.on);

function mergeList(path, part, base, mine, theirs, ask, freshId) {
  const of = list => new Map(list.map(one => [one.id, one]));
  const [b, m, t] = [of(base), of(mine), of(theirs)];
  const out = [];
  for (const one of theirs) {
    const chosen = byChance(b.get(one.id), m.get(one.id), one) ? one : pick(`${path}.${part}.${one.id}`, b.get(one.id), m.get(one.id), one, ask);
    if (chosen) out.push(chosen);
  }
  mine.forEach((one, at) => {
    const twin = t.get(one.id);
    let mineToo = null;
    if (!twin) mineToo = pick(`${path}.${part}.${one.id}`, b.get(one.id), one, undefined, ask);
    else if (byChance(b.get(one.id), one, twin)) mineToo = { ...one, id: freshId() };
    if (!mineToo) return;
    const before = at > 0 ? out.findIndex(other => other.id === mine[at - 1].id) : -1; // where it stands in mine
    out.splice(at > 0 && before < 0 ? out.length : before + 1, 0, mineToo);
  });
  return out;
}

/** The merged document; `ask(key)` answers 'mine' or 'theirs' for what cannot be both.  Keys are those of lib/difference.js. */
export function merge(base, mine, theirs, ask) {
  const out = { ...theirs, options: { ...theirs.options }, objects: {} };
  for (const name of new Set([...Object.keys(mine.options ?? {}), ...Object.keys(theirs.options ?? {})])) {
    const value = pick(`option.${name}`, base.options?.[name], mine.options?.[name], theirs.options?.[name], ask);
    if (value === undefined) delete out.options[name];
    else out.options[name] = value;
  }
  let made = 0;
  const freshId = () => { made += 1; return `${newId('x', { objects: { ...mine.objects, theirs: { triggers: Object.values(theirs.objects).flatMap(o => o.triggers), mapping: Object.values(theirs.objects).flatMap(o => o.mapping) } } })}_${made}`; };
  for (const object of Object.keys(theirs.objects)) {
    const [b, m, t] = [base.objects[object], mine.objects[object], theirs.objects[object]];
    out.objects[object] = { ...t, consent: pick(`${object}.consent`, b.consent, m.consent, t.consent, ask) };
    for (const [list, part] of Object.entries(PARTS)) out.objects[object][list] = mergeList(object, part, b[list], m[list], t[list], ask, freshId);
  }
  return out;
}

/** The keys of what both changed, and differently. */
export function conflicts(base, mine, theirs) {
  const keys = new Set();
  merge(base, mine, theirs, key => { keys.add(key); return 'mine'; });
  return keys;
}
