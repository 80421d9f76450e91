// Rules of Field Mappings that the page can check at once, without asking the server.
import { text } from '../text.js';

const words = text.mappings;
const PLAIN = /^\{([^{}|]+)\}$/;
const USES = /\{([^{}|]+)(?:\|[^}]*)?\}/g;
const slotOf = name => name.replace(/\d+$/, '{n}');

/** What `make` makes of each thing, made once for as long as the thing lives: rows stay the same objects until they are edited. */
function keeper(make) {
  const kept = new WeakMap();
  return one => {
    if (!kept.has(one)) kept.set(one, make(one));
    return kept.get(one);
  };
}

export const isItemField = field => field.includes('{i}');
export const isItemRow = keeper(row => isItemField(row.field) || row.expression.includes('line_item{i}.'));

/** The property of an expression that is nothing but one property in braces; else null. */
export function plainProperty(expression) {
  // {i} is part of a line item's name, so it is taken out of the way first.
  const match = PLAIN.exec(expression.replaceAll('{i}', '\u0001'));
  return match ? match[1].replaceAll('\u0001', '{i}') : null;
}

/** Names of all properties that an expression reads. */
export function usedProperties(expression) {
  const flat = expression.replaceAll('{{', '').replaceAll('}}', '').replaceAll('{i}', '\u0001');
  return [...flat.matchAll(USES)].map(m => m[1].replaceAll('\u0001', '{i}'));
}

/** impact.com's fields with every slot of Text{n} and the like written out. */
export function expandFields(catalogue) {
  const out = [];
  for (const field of catalogue.fields) {
    if (field.selectable === false) continue;
    const [first, last] = field.range ?? [0, -1];
    if (!field.range) out.push(field);
    for (let n = first; n <= last; n += 1) out.push({ ...field, name: field.name.replace('{n}', n) });
  }
  return out;
}

/** Of impact.com's catalogue: the aliases of a field by its name, and whether a name may be mapped. */
const fieldRules = keeper(catalogue => ({
  aliases: new Map(catalogue.fields.filter(f => f.aliases?.length).map(f => [f.name, f.aliases])),
  refused: new Set(catalogue.fields.filter(f => f.selectable === false).map(f => f.name)),
  known: new Set(catalogue.fields.map(f => f.name)),
}));

/**
 * What impact.com demands and this mapping lacks, each {fields: [alternatives]}.  Only rows that are on count.
 */
export function missingFields(rows, catalogue) {
  const { aliases, refused, known } = fieldRules(catalogue);
  const mapped = new Set(rows.filter(row => row.active && row.expression).map(row => row.field));
  for (const name of [...mapped]) for (const alias of aliases.get(name) ?? []) mapped.add(alias);
  const { always, event_identifier: identifiers, attribution_key: keys } = catalogue.rules;
  const missing = always.filter(name => !refused.has(name) && !mapped.has(name)).map(name => ({ fields: [name] }));
  const offered = list => list.filter(name => known.has(name) && !refused.has(name));
  if (!identifiers.some(name => mapped.has(name))) missing.push({ fields: ['EventTypeCode', ...offered(identifiers).filter(n => n !== 'EventTypeCode')] });
  if (!keys.some(name => mapped.has(name))) missing.push({ fields: offered(keys) });
  return missing;
}

/** "OrderId", "EventTypeCode (or EventTypeId, ActionTrackerId)": what is missing, in the words of the page. */
export const nameMissing = missing => missing.map(m => m.fields.length === 1 ? m.fields[0] : words.oneOf(m.fields[0], m.fields.slice(1, 3)));

/** Combinations that impact.com expects or refuses; advice, not a refusal. */
export function combinationHints(rows, catalogue, fieldByName) {
  const names = [...new Set(rows.filter(r => r.active).map(r => r.field))];
  const has = name => names.includes(name);
  const hints = [];
  for (const [a, b] of catalogue.rules.mutually_exclusive ?? []) {
    if (has(a) && (b === 'Item*{i}' ? names.some(isItemField) : has(b))) hints.push(words.exclusive(a, b.replace('*{i}', '…')));
  }
  if (names.some(isItemField)) {
    const lack = ['ItemSku{i}', 'ItemCategory{i}', 'ItemQuantity{i}'].filter(name => !has(name));
    if (!(catalogue.rules.item_amount ?? []).some(has)) lack.push('ItemPrice{i}');
    if (lack.length) hints.push(words.itemsNeed(lack.join(', ')));
  }
  if (names.some(name => fieldByName.get(name)?.money) && !has('CurrencyCode')) hints.push(words.currencyNeed);
  return hints;
}

const KINDS = { number: ['integer', 'decimal'], date: ['datetime'] };
const FITS = { number: ['number'], date: ['datetime', 'date'] };
const NAMES = { string: 'text', enumeration: 'a choice', bool: 'yes or no', datetime: 'a date', date: 'a date', number: 'a number' };

function typeHint(row, field, property) {
  if (!field || !property?.type) return null;
  for (const [kind, types] of Object.entries(KINDS)) {
    if (!types.includes(field.type) || FITS[kind].includes(property.type) || property.computed || property.source === 'computed') continue;
    if (property.source === 'event' || /(^|[._])(hs_object_id|id)$/.test(property.name)) continue;
    return words.type(row.field, words.types[kind], property.label, NAMES[property.type] ?? property.type);
  }
  return null;
}

/** Whether the account has a property; some names are the language's own, or another spelling of one. */
function isKnown(name, propertyByName) {
  if (/^(event|account|i$)/.test(name) || /(^|\.)(hs_)?lastmodifieddate$/.test(name)) return true;
  return propertyByName.has(name.replace(/^line_item\d+\./, 'line_item{i}.').replace(/^(deal|company)\./, (prefix) => propertyByName.has(name) ? prefix : ''));
}

/** What is to be said about a row by itself. */
function checkRow(row, fieldByName, propertyByName) {
  const note = {};
  if (!row.field && !row.expression) note.error = words.incomplete;
  else if (!row.field) note.error = words.noField;
  else if (!row.expression) note.error = words.noSource;
  if (note.error) return note;
  const name = plainProperty(row.expression);
  const unknown = propertyByName.size ? usedProperties(row.expression).find(p => !isKnown(p, propertyByName)) : null;
  if (unknown) note.hint = words.unknownProperty(unknown);
  else note.hint = typeHint(row, fieldByName.get(row.field) ?? fieldByName.get(slotOf(row.field)), propertyByName.get(name));
  if (row.field === 'OrderId' && name === 'hs_object_id') note.hint = words.orderIdPlain;
  if (row.field === 'EventDate' && /^(hs_)?lastmodifieddate$/.test(name ?? '')) note.eventDate = true;
  return note;
}

/**
 * Gives a function that checks rows: per row id {error, hint}; errors refuse the save, hints do not.
 * The note of a row stays the same object until what it says changes.
 */
export function rowChecker(fieldByName, propertyByName) {
  const own = keeper(row => checkRow(row, fieldByName, propertyByName));
  const doubled = keeper(() => new Map());
  const duplicate = (row, number) => {
    const said = doubled(row);
    if (!said.has(number)) said.set(number, { error: words.duplicate(row.field, number) });
    return said.get(number);
  };
  return rows => {
    const found = new Map();
    const first = new Map();
    rows.forEach((row, index) => {
      let note = own(row);
      if (!note.error && row.active) { // several rows may fill a field when each but the last has a condition
        if (first.has(row.field)) note = duplicate(row, first.get(row.field) + 1);
        else if (!row.when.trim()) first.set(row.field, index);
      }
      if (note.error || note.hint || note.eventDate) found.set(row.id, note);
    });
    return found;
  };
}

/** An id that the document does not have yet. */
export function newId(prefix, document) {
  const used = new Set();
  for (const object of Object.values(document.objects)) for (const one of [...object.triggers, ...object.mapping]) used.add(one.id);
  let n = used.size + 1;
  while (used.has(prefix + n)) n += 1;
  return prefix + n;
}
