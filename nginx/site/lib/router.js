// Addresses without page loads.  A guard can hold back leaving a page with unsaved changes.
import { drop, look, put } from './kept.js';
import { createStore } from './store.js';

const here = () => ({ path: location.pathname, query: new URLSearchParams(location.search) });

export const route = createStore(here());

let position = history.state?.position ?? 0;
let guard = null; // (path) => Promise<boolean>
let passing = false;

// Pages read what they show, so the browser's own way back to where one was comes too early: they are not that long yet.
const DOWN = 'connector.down'; // how far, for the same page loaded anew
const PATIENCE_MS = 5000;
const HANDS = ['wheel', 'touchstart', 'keydown', 'pointerdown'];
const places = new Map(); // position: how far down one was
let settle = () => {}; // ends the wait for a page that is long enough

history.replaceState({ position }, '');
history.scrollRestoration = 'manual';

/** `fn(path)` answers with a promise of true when the page may be left for that path; null takes it away. */
export function setGuard(fn) { guard = fn; }

async function mayLeave(path) {
  return !guard || await guard(path);
}

/** Goes down to `y` as soon as the page is that long, unless a hand is quicker. */
function goDown(y) {
  settle();
  const watch = new ResizeObserver(() => {
    scrollTo(0, y);
    if (scrollY >= y - 1) settle();
  });
  const timer = setTimeout(() => settle(), PATIENCE_MS);
  settle = () => {
    watch.disconnect();
    clearTimeout(timer);
    for (const hand of HANDS) removeEventListener(hand, settle);
    settle = () => {};
  };
  for (const hand of HANDS) addEventListener(hand, settle, { passive: true });
  watch.observe(document.documentElement);
}

/** `y`: how far down one was there. */
function arrive(y) {
  route.set(here());
  if (y > 0) goDown(y);
  else { settle(); scrollTo(0, 0); }
}

const leavePlace = () => { places.set(position, scrollY); };

/** Goes to an address of this site. */
export async function navigate(to, { replace = false } = {}) {
  const url = new URL(to, location.href);
  if (!await mayLeave(url.pathname)) return false;
  if (!replace) { leavePlace(); position += 1; }
  history[replace ? 'replaceState' : 'pushState']({ position }, '', url);
  if (replace) route.set(here());
  else arrive(0);
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
    if (step === 0) { route.set(here()); return; }
    leavePlace();
    position = next;
    arrive(places.get(next) ?? 0);
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
  addEventListener('pagehide', () => put(DOWN, scrollY));
  const y = look(DOWN);
  drop(DOWN);
  if (y > 0 && performance.getEntriesByType('navigation')[0]?.type === 'reload') goDown(y);
  addEventListener('popstate', onPopState);
  document.addEventListener('click', onClick);
}
