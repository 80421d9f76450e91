// Reading for a page: once, again on demand, or every few seconds while someone looks.
import { useCallback, useEffect, useRef, useState } from '../html.js';

/** {data, error, loading, reload}; a failed reload keeps the data that is there. */
export function useLoad(read, deps = []) {
  const [state, setState] = useState({ data: null, error: null, loading: true });
  const round = useRef(0);
  const reload = useCallback(async () => {
    const mine = ++round.current;
    setState(old => ({ ...old, loading: true }));
    try {
      const data = await read();
      if (mine === round.current) setState({ data, error: null, loading: false });
    } catch (error) {
      if (mine === round.current) setState(old => ({ ...old, error, loading: false }));
    }
  }, deps);
  useEffect(() => {
    setState({ data: null, error: null, loading: true });
    reload();
    return () => { round.current += 1; };
  }, deps);
  return { ...state, reload };
}

/** Calls `fn` every `everyMs` while the page is visible, and at once when it becomes visible again. */
export function usePoll(fn, everyMs, deps = []) {
  useEffect(() => {
    let timer = 0;
    let ended = false;
    const plan = () => { clearTimeout(timer); if (!ended && !document.hidden) timer = setTimeout(run, everyMs); };
    const run = async () => {
      clearTimeout(timer);
      try { await fn(); } finally { plan(); }
    };
    const onVisible = () => { if (document.hidden) clearTimeout(timer); else run(); };
    document.addEventListener('visibilitychange', onVisible);
    plan();
    return () => { ended = true; clearTimeout(timer); document.removeEventListener('visibilitychange', onVisible); };
  }, deps);
}

/**
 * Which parts of a large page are drawn by now: one after the other, each in a task of its own, so that a slow machine stays quick to
 * touch meanwhile.  Gives (name) => boolean.
 */
export function useParts(names) {
  const [count, setCount] = useState(0);
  useEffect(() => {
    if (count === names.length) return undefined;
    const timer = setTimeout(() => setCount(count + 1));
    return () => clearTimeout(timer);
  }, [count]);
  return name => names.indexOf(name) < count;
}
