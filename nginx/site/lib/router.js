// Addresses without page loads.  A guard can hold back leaving a page with unsaved changes.
import { createStore } from './store.js';

const here = () => ({ path: location.pathname, query: new URLSearchParams(location.search) });

export const route = createStore(here());

let position = history.state?.position ?? 0;
let guard = null; // (path) => Promise<boolean>
let passing = false;

history.replaceState({ position }, '');
history.scrollRestoration = 'auto';

/** `fn(path)` answers with a promise of true when the page may be left for that path; null takes it away. */
export function setGuard(fn) { guard = fn; }

async function mayLeave(path) {
  return !guard || await guard(path);
}

function arrive(scroll) {
  route.set(here());
  if (scroll) scrollTo(0, 0);
}

/** Goes to an address of this site. */
export async function navigate(to, { replace = false } = {}) {
  const url = new URL(to, location.href);
  if (!await mayLeave(url.pathname)) return false;
  if (!replace) position += 1;
  history[replace ? 'replaceState' : 'pushState']({ position }, '', url);
  arrive(!replace);
  return true;
}

/** Changes the query of the page one is on; nothing is left, nobody is asked. */
export function setQuery(values) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const search = query.toString();
  history.replaceState({ position }, '', location.pathname + (search ? `?${search}` : ''));
  route.set(here());
}

async function onPopState(event) {
  const next = event.state?.position ?? 0;
  const step = next - position;
  if (passing || !guard || step === 0) {
    passing = false;
    position = next;
    arrive(false);
    return;
  }
  const path = location.pathname;
  passing = true; // the way back to the guarded page is not asked about
  history.go(-step);
  await new Promise(resolve => addEventListener('popstate', resolve, { once: true }));
  if (!await mayLeave(path)) return;
  passing = true;
  history.go(step);
}

function onClick(event) {
  const link = event.target.closest?.('a[href]');
  if (!link || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
  if (/^\/(oauth|api)\//.test(link.pathname) || link.getAttribute('href').startsWith('#')) return;
  event.preventDefault();
  navigate(link.href, { replace: link.href === location.href });
}

export function startRouter() {
  addEventListener('popstate', onPopState);
  document.addEventListener('click', onClick);
}
