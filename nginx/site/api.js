// Calls of the connector's JSON API.  Every failure becomes an ApiError with words for a person.
import { text } from './text.js';

export class ApiError extends Error {
  constructor(status, code, message, { fields = {}, body = null, retryAfter = 0 } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields;
    this.body = body;
    this.retryAfter = retryAfter;
  }
}

const QUICK_MS = 15000;
const LIVE_MS = 60000; // these ask HubSpot or impact.com while we wait
let csrfToken = '';
let onSignedOut = () => {};

/** The session's token, sent with every change. */
export function setCsrfToken(token) { csrfToken = token ?? ''; }

/** Called when an answer says that nobody is signed in any more. */
export function whenSignedOut(fn) { onSignedOut = fn; }

/** Says so when it was found out otherwise. */
export const signedOut = () => onSignedOut();

function failure(response, body) {
  const error = body?.error ?? {};
  const known = text.errors[error.code] ?? text.errors[`http_${response.status}`] ?? text.errors.unknown(response.status);
  return new ApiError(response.status, error.code ?? `http_${response.status}`, error.message || known,
    { fields: error.fields ?? {}, body, retryAfter: Number(response.headers.get('Retry-After')) || 0 });
}

async function readBody(response) {
  if (response.status === 204) return null;
  try {
    return await response.json();
  } catch {
    if (!response.ok) return null;
    throw new ApiError(response.status, 'garbled', text.errors.garbled);
  }
}

/** One call. */
export async function call(method, path, body, { signal } = {}) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), path.startsWith('/api/live/') ? LIVE_MS : QUICK_MS);
  signal?.addEventListener('abort', () => stop.abort());
  const headers = { Accept: 'application/json' };
  if (method !== 'GET') {
    headers['Content-Type'] = 'application/json';
    headers['X-CSRF-Token'] = csrfToken;
  }
  let response;
  let answer;
  try {
    response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin', cache: 'no-store', signal: stop.signal });
    answer = await readBody(response);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ApiError(0, 'network', stop.signal.aborted ? text.errors.slow : text.errors.network);
  } finally {
    clearTimeout(timer);
  }
  if (response.ok) return answer;
  if (response.status === 401) onSignedOut();
  throw failure(response, answer);
}

export const get = (path, options) => call('GET', path, undefined, options);
export const post = (path, body = {}, options) => call('POST', path, body, options);
export const put = (path, body, options) => call('PUT', path, body, options);
