// A value that several parts of the page watch.
import { useEffect, useState } from '../html.js';

export function createStore(initial) {
  let value = initial;
  const watchers = new Set();
  return {
    get: () => value,
    set(next) {
      value = typeof next === 'function' ? next(value) : next;
      for (const watch of watchers) watch(value);
    },
    watch(fn) {
      watchers.add(fn);
      return () => watchers.delete(fn);
    },
  };
}

/** The store's value inside a component, which is drawn again when it changes. */
export function useStore(store) {
  const [value, setValue] = useState(store.get());
  useEffect(() => {
    setValue(store.get()); // it may have changed between drawing and now
    return store.watch(setValue);
  }, [store]);
  return value;
}
