// The labels of properties by their internal names, as far as this page has read them.
import { catalogueStore, fixed } from './catalogue.js';
import { createStore } from './store.js';

const predefined = createStore({});

/** Reads the labels of the predefined triggers once; the store changes when they are there. */
export function loadLabels() {
  fixed('triggers').then(list => predefined.set(list.objects ?? {}), () => {}); // names do where labels cannot be had
  return predefined;
}

export function labelOf(object, property) {
  const read = catalogueStore(object).get().data?.properties.find(p => p.name === property);
  const listed = predefined.get()[object]?.find(p => p.property === property);
  return read?.label ?? listed?.label ?? property;
}
