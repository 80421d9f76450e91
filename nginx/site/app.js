// Start: who is signed in, which page, and the frame around it.
import { html, render, useEffect } from './html.js';
import { get, whenSignedOut } from './api.js';
import { text } from './text.js';
import { draft } from './lib/draft.js';
import { navigate, route, setGuard, startRouter } from './lib/router.js';
import { keepEdit, keepWhere, takeEdit, takeWhere } from './lib/resume.js';
import { loadSession, session } from './lib/session.js';
import { useStore } from './lib/store.js';
import { usePoll } from './lib/load.js';
import { DialogHost } from './parts/dialog.js';
import { Empty, Failed, PageHead, Skeleton } from './parts/notice.js';
import { Shell } from './parts/shell.js';
import { Accounts } from './pages/accounts.js';
import { Activity } from './pages/activity.js';
import { Configuration } from './pages/configuration.js';
import { Decision } from './pages/decision.js';
import { DeleteAccount } from './pages/delete-account.js';
import { Deleted } from './pages/deleted.js';
import { Ids } from './pages/ids.js';
import { Login } from './pages/login.js';
import { Mappings } from './pages/mappings.js';
import { Overview } from './pages/overview.js';
import { Preview } from './pages/preview.js';
import { Settings } from './pages/settings.js';
import { Invitation, SignIn } from './pages/sign-in.js';
import { Team } from './pages/team.js';
import { Triggers } from './pages/triggers.js';
import { Uninstall } from './pages/uninstall.js';

const SESSION_EVERY_MS = 20000;
const OBJECT = Object.keys(text.objects).join('|');

// [pattern, name for title and menu, page]; the pattern's groups become the page's parameters.
const PAGES = [
  [/^\/(?:overview)?$/, 'overview', Overview],
  [/^\/settings$/, 'settings', Settings],
  [/^\/triggers$/, 'triggers', Triggers],
  [new RegExp(`^/mappings(?:/(?<object>${OBJECT}))?$`), 'mappings', Mappings],
  [/^\/preview$/, 'preview', Preview],
  [/^\/ids$/, 'ids', Ids],
  [/^\/activity$/, 'activity', Activity],
  [/^\/activity\/(?<id>\d+)$/, 'activity', Decision],
  [/^\/team(?:\/(?<part>changes))?$/, 'team', Team],
  [/^\/accounts$/, 'accounts', Accounts],
  [/^\/configuration$/, 'configuration', Configuration],
  [/^\/delete-account$/, 'deleteAccount', DeleteAccount],
  [/^\/uninstall$/, 'uninstall', Uninstall],
];

// Links that were mailed: they work whoever is signed in, or nobody.
const MAILED = { '/sign-in': SignIn, '/invitation': Invitation };

function find(path) {
  for (const [pattern, name, page] of PAGES) {
    const match = pattern.exec(path);
    if (match) return { name, page, params: match.groups ?? {} };
  }
  return { name: null, page: NotFound, params: {} };
}

const addressNow = () => location.pathname + location.search;

/** Somebody is signed in: an edit that the log-in interrupted comes back, and the page where it was or that was asked for. */
function arrive({ data }) {
  const { path, query } = route.get();
  const problem = query.get('problem') ?? 'session_ended';
  if (path === '/accounts' || MAILED[path] || (path === '/login' && problem !== 'session_ended')) return; // still on the way
  takeEdit(data);
  const where = takeWhere(data) ?? '/';
  const known = Boolean(find(where.split('?')[0]).name); // one of our pages, so no other site
  if (path === '/login' || (path === '/' && known)) navigate(known ? where : '/', { replace: true });
}

/** Who has signed in in another tab goes on here, too. */
async function lookForLogin() {
  if (document.hidden) return;
  const { signed_in: inNow } = await get('/api/session').catch(() => ({}));
  if (inNow && session.get().status === 'out') location.replace('/');
}

function NotFound() {
  return html`<${PageHead} title=${text.nav.notFound} />
    <${Empty} title=${text.nav.notFound} action=${html`<a class="btn" href="/">${text.nav.toOverview}</a>`}>${text.nav.notFoundHelp}<//>`;
}

function Inside({ data, address }) {
  const { name, page: Page, params } = find(address.path);
  usePoll(loadSession, SESSION_EVERY_MS);
  useEffect(() => {
    document.title = `${name ? text.nav.pages[name] : text.nav.notFound} · ${text.nav.product}`;
  }, [name]);
  return html`<${Shell} data=${data} current=${name} path=${address.path}><${Page} key=${params.id ?? name} ...${params} session=${data} query=${address.query} /><//>`;
}

function App() {
  const { status, data, error } = useStore(session);
  const address = useStore(route);
  const atLogin = address.path === '/login';
  const deleted = address.path === '/deleted'; // for somebody who has no account any more
  const mailed = MAILED[address.path];
  useEffect(() => {
    if (status === 'out' && !atLogin && !deleted && !mailed) {
      keepWhere(addressNow());
      navigate('/login', { replace: true });
    }
  }, [status, atLogin, deleted, mailed]);

  useEffect(() => {
    if (status !== 'out' || deleted || mailed) return undefined;
    document.addEventListener('visibilitychange', lookForLogin);
    return () => document.removeEventListener('visibilitychange', lookForLogin);
  }, [status, deleted, mailed]);

  let page = html`<main class="alone" id="main"><${Skeleton} lines=${6} tall /></main>`;
  if (deleted) page = html`<${Deleted} receipt=${address.query.get('receipt')} />`;
  else if (mailed && status !== 'loading') page = html`<${mailed} signedIn=${status === 'in'} />`;
  else if (status === 'failed') page = html`<main class="alone" id="main"><h1 class="sr">${text.nav.product}</h1><${Failed} error=${error} retry=${loadSession} /></main>`;
  else if (atLogin && status !== 'loading') page = html`<${Login} query=${address.query} />`;
  else if (status === 'in') page = html`<${Inside} data=${data} address=${address} />`;
  return html`${page}<${DialogHost} />`;
}

whenSignedOut(() => {
  const { status, data } = session.get();
  if (status !== 'in') return;
  setGuard(null);
  keepEdit(data);
  keepWhere(addressNow(), data);
  draft.set(old => ({ ...old, status: 'loading', base: null, dirty: false }));
  navigate('/login?problem=session_ended', { replace: true }).then(() => session.set(old => ({ ...old, status: 'out', data: null, error: null })));
});
startRouter();
const { page, params } = find(route.get().path);
page.ahead?.(params); // what it shows is asked for while it is not known yet who is signed in
loadSession().then(state => { if (state.status === 'in') arrive(state); });
const root = document.getElementById('app');
root.replaceChildren();
render(html`<${App} />`, root);
