// The labels of properties by their internal names, as far as this page has read them.
import { useEffect } from '../html.js';
import { text } from '../text.js';
import { catalogueStore, fixed, loadCatalogue, valueOptions } from './catalogue.js';
import { createStore, useStore } from './store.js';

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

/** "Closed Won" for closedwon, as far as HubSpot's lists have been read. */
export function valueLabelOf(object, property, value) {
  const data = catalogueStore(object).get().data;
  const one = data?.properties.find(p => p.name === property);
  return valueOptions(one, data?.pipelines).find(option => option.value === value)?.text ?? value;
}

/** For a component that names triggers of these objects: it is drawn again when their labels are there. */
export function useLabels(objects) {
  useStore(loadLabels());
  for (const object of Object.keys(text.objects)) useStore(catalogueStore(object));
  useEffect(() => { for (const object of objects) loadCatalogue(object); }, [objects.join()]);
}
