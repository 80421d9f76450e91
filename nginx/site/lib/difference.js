// What differs between two configuration documents: the one place where they are compared.  Used by the history, the
// import, the comparison with another account, and the dialog of two people who save at once (parts/difference.js
// shows it; `sentences()` says it in short).
//
// An entry is one thing that was added, removed or changed:
//   {object, part, how, id, key, before, after, fields: [{name, before, after}]}
// object: 'deals' or '' for the account; part: 'consent' | 'trigger' | 'row' | 'order' | 'impact' | 'option';
// how: 'added' | 'removed' | 'changed'; key: stands for the entry on a page; before, after: the whole thing or undefined.
import { text } from '../text.js';
import { labelOf, valueLabelOf } from './labels.js';
import { same } from './same.js';

const words = text.difference;
const LISTS = { triggers: 'trigger', mapping: 'row' };
/** What a trigger or row is without its id, so that both documents say "nothing" in the same way. */
const FIELDS = {
  trigger: { mode: 'off', on: '', property: '', becomes: [], when: '' },
  row: { field: '', expression: '', when: '', active: true },
  impact: { account_sid: '', program_id: '' },
  option: { computed_prefix: true, computed_value: 'internal', email_hash: 'sha1', event_date: 'preset', advocate: false },
};

function fieldsOf(part, before, after) {
  const names = Object.keys({ ...FIELDS[part], ...before, ...after }).filter(name => name !== 'id');
  const empty = FIELDS[part];
  const says = value => value !== undefined && value !== '' && !(Array.isArray(value) && !value.length);
  return names.map(name => ({ name, before: before && (before[name] ?? empty[name]), after: after && (after[name] ?? empty[name]) }))
    .filter(f => !same(f.before, f.after) && (says(f.before) || says(f.after)));
}

/** What makes two things of different accounts the same to a person: the field a row fills, what a trigger looks at. */
const likeness = {
  row: one => one.field,
  trigger: one => JSON.stringify([one.on, one.property ?? '', one.becomes ?? []]),
};

/** Pairs [before, after] by id, then, of those left over, by what they are about. */
function pairs(part, before, after) {
  const left = new Map(before.map(one => [one.id, one]));
  const found = after.map(one => {
    const old = left.get(one.id);
    left.delete(one.id);
    return [old, one];
  });
  const alike = new Map();
  for (const one of left.values()) alike.set(likeness[part](one), [...alike.get(likeness[part](one)) ?? [], one]);
  for (const pair of found) {
    if (pair[0]) continue;
    pair[0] = alike.get(likeness[part](pair[1]))?.shift();
    if (pair[0]) left.delete(pair[0].id);
  }
  return [...found, ...[...left.values()].map(one => [one, undefined])];
}

function entry(object, part, before, after) {
  const fields = fieldsOf(part, before, after);
  if (!fields.length) return null;
  const how = !before ? 'added' : !after ? 'removed' : 'changed';
  const id = (after ?? before).id ?? '';
  return { object, part, how, id, key: `${object}.${part}.${id || fields.map(f => f.name).join('.')}`, before, after, fields };
}

function listEntries(object, part, before, after) {
  const out = [];
  const matched = pairs(part, before, after);
  for (const [old, one] of matched) {
    const found = entry(object, part, old, one);
    if (found) out.push(found);
  }
  const kept = matched.filter(([old, one]) => old && one);
  const places = kept.map(([old]) => before.indexOf(old));
  if (places.some((place, i) => i > 0 && place < places[i - 1])) {
    out.push({ object, part: 'order', how: 'changed', id: part, key: `${object}.order.${part}`, before: undefined, after: undefined, fields: [] });
  }
  return out;
}

/** All differences, in the order in which pages show things. */
export function difference(before, after) {
  const out = [];
  if (before === after) return out;
  for (const [member, part] of [['impact', 'impact'], ['options', 'option']]) {
    for (const field of fieldsOf(part, before[member] ?? {}, after[member] ?? {})) {
      out.push({ object: '', part, how: 'changed', id: field.name, key: `${part}.${field.name}`, before: field.before, after: field.after, fields: [field] });
    }
  }
  for (const object of Object.keys(text.objects)) {
    const a = before.objects[object];
    const b = after.objects[object];
    if (same(a, b)) continue;
    if (a.consent !== b.consent) {
      out.push({ object, part: 'consent', how: 'changed', id: '', key: `${object}.consent`, before: a.consent, after: b.consent,
        fields: [{ name: 'consent', before: a.consent, after: b.consent }] });
    }
    for (const [member, part] of Object.entries(LISTS)) out.push(...listEntries(object, part, a[member] ?? [], b[member] ?? []));
  }
  return out;
}

/** The objects whose triggers are named, for useLabels(). */
export const labelled = entries => [...new Set(entries.filter(one => one.part === 'trigger').map(one => one.object))];

/** "Deal Stage becomes Closed Won", "OrderId", "Consent", ...: what an entry is about. */
export function nameOf({ object, part, id, before, after }) {
  const one = after ?? before;
  if (part === 'row') return one.field || words.noField;
  if (part === 'trigger') return one.on === 'created' ? words.created(text.objects[object].one) : words.trigger(labelOf(object, one.property), (one.becomes ?? []).map(value => valueLabelOf(object, one.property, value)));
  return words.names[id] ?? words.names[part] ?? id;
}

/** A value as a person reads it. */
export function shown(name, value) {
  if (value === undefined) return words.nothing; // the whole thing was not there
  if (value === null || value === '' || (Array.isArray(value) && !value.length)) return words.empty[name] ?? words.nothing;
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (Array.isArray(value)) return value.join(', ');
  return words.values[name]?.[value] ?? String(value);
}

function sentence(one) {
  const name = nameOf(one);
  if (one.part === 'consent') return words.say.consent(one.after);
  if (one.part === 'order') return words.say.order(one.id);
  if (one.part === 'trigger') {
    const mode = one.fields.find(f => f.name === 'mode');
    if (one.how === 'changed' && mode && one.fields.length === 1) return words.say.mode(name, mode.after);
    return words.say.trigger(name, one.how, one.after?.mode ?? 'off');
  }
  return one.part === 'row' ? words.say.row(name, one.how) : words.say.thing(name, one.how);
}

const count = (entries, how) => entries.filter(one => one.how === how).length;

/**
 * In short: "Deals: trigger “Deal Stage becomes Closed Won” live", "Deals: 12 mapping rows changed".  Rows are named
 * while they are few.
 */
export function sentences(entries, { few = 3 } = {}) {
  const out = [];
  for (const object of ['', ...Object.keys(text.objects)]) {
    const mine = entries.filter(one => one.object === object);
    const rows = mine.filter(one => one.part === 'row');
    const say = line => out.push(object ? words.of(text.objects[object].name, line) : line);
    for (const one of mine) if (one.part !== 'row' || rows.length <= few) say(sentence(one));
    if (rows.length > few) say(words.say.rows(count(rows, 'added'), count(rows, 'changed'), count(rows, 'removed')));
  }
  return out;
}
