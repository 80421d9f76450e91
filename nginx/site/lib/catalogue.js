// What HubSpot and impact.com offer to choose from, read once per page load and kept.
import { get, post } from '../api.js';
import { text } from '../text.js';
import { session } from './session.js';
import { createStore } from './store.js';

const stores = new Map();

/** The properties and pipelines of an object: {data, error, busy, news}; news: names new at the last refresh. */
export function catalogueStore(object) {
  if (!stores.has(object)) stores.set(object, createStore({ data: null, error: null, busy: false, news: null }));
  return stores.get(object);
}

async function fill(object, read, asked) {
  const store = catalogueStore(object);
  store.set(old => ({ ...old, busy: true, error: null }));
  try {
    let data = await read();
    // Before it is known who is signed in nothing may be posted: the page asks again when it is drawn.
    if (!data.fetched_at) data = session.get().status === 'in' ? await post('/api/live/catalogue', { object }) : null;
    store.set({ data, error: null, busy: false, news: asked ? data.new_since_last ?? [] : null });
  } catch (error) {
    store.set(old => ({ ...old, error, busy: false }));
  }
}

export function loadCatalogue(object) {
  const { data, busy } = catalogueStore(object).get();
  if (!data && !busy) fill(object, () => get(`/api/catalogue?object=${object}`), false);
}

/** Reads from HubSpot now. */
export const refreshCatalogue = object => fill(object, () => post('/api/live/catalogue', { object }), true);

const once = new Map();

/** A list that does not change while the page is open: 'impact-fields', 'presets', 'triggers', 'functions'. */
export function fixed(name) {
  if (!once.has(name)) {
    once.set(name, get(`/api/${name}`).catch(error => { once.delete(name); throw error; }));
  }
  return once.get(name);
}

/** Properties by the name that expressions use. */
export const byName = list => new Map(list.map(one => [one.name, one]));

/** "Contact: Email" for what comes from an associated record. */
function optionText(property) {
  const from = text.mappings.associated[property.source];
  return from ? `${from}: ${property.label || property.name}` : property.label || property.name;
}

/** Options of the combobox for a mapping's source. */
export function sourceOptions(properties, items, news = []) {
  const isNew = p => p.source === 'record' && news.includes(p.name);
  const rank = p => (p.source === 'line_item') === items ? (isNew(p) ? -1 : p.source === 'record' || p.source === 'line_item' ? 0 : 1) : 2;
  const type = p => text.mappings.sources[p.source] || text.mappings.typeNames[p.type] || p.type;
  return properties.filter(p => items || p.source !== 'line_item')
    .map((p, i) => [rank(p), i, { value: p.name, text: optionText(p), hint: p.name, badge: isNew(p) ? text.mappings.newBadge(type(p)) : type(p) }])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(entry => entry[2]);
}

/** Values that a property can become: stages with their pipeline, options of a list, yes or no. */
export function valueOptions(property, pipelines) {
  if (!property) return [];
  if (/^(dealstage|hs_pipeline_stage)$/.test(property.name) && pipelines?.length) {
    return pipelines.flatMap(pipeline => pipeline.stages.map(stage => ({ value: stage.id, text: stage.label, hint: stage.id, badge: pipelines.length > 1 ? pipeline.label : undefined })));
  }
  if (property.name === 'pipeline' && pipelines?.length) return pipelines.map(p => ({ value: p.id, text: p.label, hint: p.id }));
  if (property.options?.length) return property.options.map(o => ({ value: o.value, text: o.label || o.value, hint: o.value }));
  if (property.type === 'bool') return [{ value: 'true', text: text.common.yes, hint: 'true' }, { value: 'false', text: text.common.no, hint: 'false' }];
  return [];
}
