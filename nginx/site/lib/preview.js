// What would be sent of records, asked of the connector: found, previewed, tested.
import { get, post } from '../api.js';
import { useEffect, useRef, useState } from '../html.js';

export const LAST = 50;
const AFTER_MS = 500; // since the last keystroke
const SNAPSHOT_MAX = 700000; // letters of rules and records together: well below what the route takes

export const findRecords = (object, query, options) => post('/api/live/records', query ? { object, query } : { object }, options).then(answer => answer.records);

/** The last ones of a kind. */
export const previewLast = (object, document, won) => post('/api/live/preview', { object, last: LAST, ...(won ? { won } : {}), ...(document ? { document } : {}) });

export const sendTest = (object, id, click) => post('/api/live/test-conversion', { object, id, click_id: click });
export const readDecision = id => get(`/api/activity/${id}`);

/** What is sent along so that HubSpot is not asked again; left out when the rules are too long already. */
function withSnapshot(body, snapshot) {
  if (!snapshot) return body;
  return JSON.stringify(body.document ?? null).length + JSON.stringify(snapshot).length < SNAPSHOT_MAX ? { ...body, snapshot } : body;
}

/**
 * The preview of one record: {data, error, loading, reload}.  It is asked for again, a moment after the last change,
 * when document or event are others; what HubSpot said is kept until the record is another one, or reload().
 */
export function usePreview(object, id, document, event) {
  const [state, setState] = useState({ data: null, error: null, loading: false, of: null });
  const snapshot = useRef(null);
  const round = useRef(0);
  const key = `${object}/${id}`;
  const run = async fresh => {
    const mine = ++round.current;
    if (fresh) snapshot.current = null;
    setState(old => ({ ...old, data: old.of === key ? old.data : null, loading: true }));
    try {
      const body = { object, ids: [id], ...(document ? { document } : {}), ...(event ? { event } : {}) };
      const answer = await post('/api/live/preview', withSnapshot(body, snapshot.current));
      if (mine !== round.current) return;
      snapshot.current = answer.snapshot;
      setState({ data: answer, error: null, loading: false, of: key });
    } catch (error) {
      if (mine === round.current) setState(old => ({ ...old, error, loading: false }));
    }
  };
  useEffect(() => {
    snapshot.current = null;
    setState({ data: null, error: null, loading: Boolean(id), of: null });
  }, [key]);
  useEffect(() => {
    if (!id) return undefined;
    const timer = setTimeout(() => run(false), snapshot.current ? AFTER_MS : 0);
    return () => { clearTimeout(timer); round.current += 1; };
  }, [key, document, JSON.stringify(event ?? null)]);
  return { ...state, reload: () => run(true) };
}
