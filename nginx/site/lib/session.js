// Who is signed in, to which HubSpot account, and whether anything is sent.
import { get, post, setCsrfToken, signedOut } from '../api.js';
import { createStore } from './store.js';

/** status: 'loading' | 'in' | 'out' | 'failed' */
export const session = createStore({ status: 'loading', data: null, app: null, error: null });

export async function loadSession() {
  try {
    const data = await get('/api/session');
    if (!data.signed_in && session.get().status === 'in') {
      signedOut();
      return session.get();
    }
    if (!data.signed_in) {
      session.set({ status: 'out', data: null, app: data.app, error: null });
      return session.get();
    }
    const before = session.get().data;
    if (before && (before.tenant.id !== data.tenant.id || before.person.email !== data.person.email)) {
      location.assign('/'); // another account was chosen in another tab: nothing of this page belongs to it
      return session.get();
    }
    setCsrfToken(data.csrf_token);
    session.set({ status: 'in', data, app: data.app, error: null });
  } catch (error) {
    session.set(old => old.data ? { ...old, error } : { ...old, status: 'failed', data: null, error });
  }
  return session.get();
}

export async function logOut() {
  await post('/api/session/logout');
  setCsrfToken('');
  session.set(old => ({ ...old, status: 'out', data: null, error: null }));
}

export async function setSending(on) {
  const { sending } = await post('/api/sending', { on });
  session.set(old => ({ ...old, data: { ...old.data, tenant: { ...old.data.tenant, sending } } }));
}

/** Whether this person may change settings; a viewer sees them only. */
export const mayEdit = data => data?.person.role !== 'viewer';

/** Where HubSpot is connected again: the account one is in, not another that HubSpot would offer first. */
export function connectAddress() {
  const portal = session.get().data?.tenant.portal_id;
  return portal ? `/oauth/start?portal=${portal}` : '/oauth/start';
}

/**
 * What the notices above every page tell, the worst first: 'removed', 'refused', 'account_gone' of a connection that has
 * ended, 'disconnected', 'stopped', or what else is wrong with one (fcgi/web/trouble.h).
 */
export function warnings(data) {
  if (!data) return [];
  const { state, trouble, sending } = data.tenant;
  const first = state === 'paused' && trouble === 'none' ? 'removed' : state === 'disconnected' ? 'disconnected' : trouble;
  return [first !== 'none' && first, !sending && 'stopped'].filter(Boolean);
}

/** What keeps conversions from going out: null, 'disconnected', 'paused', 'stopped' or 'unset' (Overview tells what is missing). */
export function obstacle(data) {
  if (!data) return null;
  if (data.tenant.state !== 'active') return data.tenant.state;
  if (!data.tenant.sending) return 'stopped';
  return data.tenant.set_up ? null : 'unset';
}
