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

/** What a row is found by: its field and expression, in small letters. */
const lettersOf = keeper(row => `${row.field} ${row.expression}`.toLowerCase());

/** The ids of the rows that have these letters (small ones) in their field or expression. */
export const findRows = (rows, letters) => new Set(rows.filter(row => lettersOf(row).includes(letters)).map(row => row.id));

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
  money: new Set(catalogue.fields.filter(f => f.money).map(f => f.name)),
}));

/**
 * What impact.com demands of this mapping: {fields: [alternatives], done, by, why, because, ids}.  by: the field that is mapped;
 * ids: the rows that fill it.  Only rows that are on count; one whose expression is faulty is mapped, and faulty.
 */
export function requirements(rows, catalogue, { advocate = false } = {}) {
  const { aliases, refused, known } = fieldRules(catalogue);
  const mapped = new Map();
  for (const row of rows) {
    if (!row.active || !row.expression) continue;
    for (const name of [row.field, ...aliases.get(row.field) ?? []]) {
      if (mapped.has(name)) mapped.get(name).push(row);
      else mapped.set(name, [row]);
    }
  }
  const offered = list => list.filter(name => known.has(name) && !refused.has(name));
  const need = (fields, why, because = '') => {
    const found = fields.filter(name => mapped.has(name));
    const own = found.find(name => mapped.get(name).some(row => row.field === name));
    return { fields, why, because, done: found.length > 0, by: own ?? mapped.get(found[0])?.[0].field, ids: found.flatMap(name => mapped.get(name).map(row => row.id)) };
  };
  const { always, event_identifier: identifiers, attribution_key: keys, item_amount: amounts = [] } = catalogue.rules;
  const out = [need(['EventTypeCode', ...identifiers.filter(name => name !== 'EventTypeCode' && !refused.has(name))], 'EventTypeCode')];
  out.push(...always.filter(name => !refused.has(name)).map(name => need([name], name)));
  out.push(need(offered(keys), 'attribution'));
  const money = rows.find(row => row.active && fieldRules(catalogue).money.has(slotOf(row.field)));
  if (money || mapped.has('CurrencyCode')) out.push(need(['CurrencyCode'], 'money', money?.field ?? ''));
  if (advocate) out.push(need(['CustomerEmail'], 'advocate'));
  if (rows.some(row => row.active && isItemField(row.field))) {
    out.push(...['ItemSku{i}', 'ItemCategory{i}', 'ItemQuantity{i}'].map(name => need([name], 'item')));
    out.push(need(['ItemPrice{i}', ...amounts.filter(name => name !== 'ItemPrice{i}')], 'item'));
  }
  return out;
}

/** What of it is missing. */
export const missingFields = (rows, catalogue, options) => requirements(rows, catalogue, options).filter(item => !item.done);

/** "OrderId", "EventTypeCode (or EventTypeId, ActionTrackerId)": what is missing, in the words of the page. */
export const nameMissing = missing => missing.map(m => m.fields.length === 1 ? m.fields[0] : words.oneOf(m.fields[0], m.fields.slice(1, 3)));

/** Pairs that impact.com refuses together. */
export function combinationHints(rows, catalogue) {
  const names = [...new Set(rows.filter(r => r.active).map(r => r.field))];
  const has = name => names.includes(name);
  const pairs = (catalogue.rules.mutually_exclusive ?? []).filter(([a, b]) => has(a) && (b === 'Item*{i}' ? names.some(isItemField) : has(b)));
  return pairs.map(([a, b]) => words.exclusive(a, b.replace('*{i}', '…')));
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

const LONG = /^(textarea|html|rich_text)$/;
const DEFAULT_LENGTH = 255;

/** A text that may be longer than the field takes: a long text, or an option with a long name. */
function lengthHint(row, field, property) {
  const max = field?.max_length ?? DEFAULT_LENGTH;
  if (field?.type !== 'string' || !property) return null;
  const longest = Math.max(0, ...(property.options ?? []).map(o => o.value.length));
  return LONG.test(property.field_type) || longest > max ? words.length(row.field, max, property.label) : null;
}

const isRequired = field => /^(always|one_of)/.test(field?.required ?? '');

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
  const field = fieldByName.get(row.field) ?? fieldByName.get(slotOf(row.field));
  if (unknown) {
    note.unknown = true;
    note.hint = isRequired(field) ? words.unknownRequired(unknown, row.field) : words.unknownProperty(unknown);
  } else note.hint = typeHint(row, field, propertyByName.get(name)) ?? lengthHint(row, field, propertyByName.get(name));
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
