// The frame of every page: menu, account, the switch that stops all sending, and what keeps things from going out.
import { html, useEffect, useRef, useState } from '../html.js';
import { get } from '../api.js';
import { text } from '../text.js';
import { connectAddress, logOut, mayEdit, obstacle, setSending, warnings } from '../lib/session.js';
import { forget } from '../lib/resume.js';
import { navigate, setGuard } from '../lib/router.js';
import { focusTitle } from '../lib/title.js';
import { confirm } from './dialog.js';
import { Menu, Stop } from './icons.js';
import { Notice } from './notice.js';

// The menu: groups of pages, in this order; a group's name stands in text.nav.groups.
const MENU = {
  '': { overview: '/', activity: '/activity' },
  setup: { settings: '/settings', triggers: '/triggers', mappings: '/mappings', preview: '/preview', ids: '/ids' },
  account: { team: '/team', configuration: '/configuration', uninstall: '/uninstall', deleteAccount: '/delete-account' },
};
const words = text.nav;

function useSending() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const change = async on => {
    const say = on ? { title: text.sending.startTitle, body: text.sending.startBody, yes: text.sending.startConfirm }
      : { title: text.sending.stopTitle, body: text.sending.stopBody, yes: text.sending.stopConfirm, kind: 'danger' };
    if (!await confirm(say)) return;
    setBusy(true);
    setError(null);
    try { await setSending(on); } catch (e) { setError(e); }
    setBusy(false);
  };
  return { busy, error, change };
}

// What mends it: a new log-in through HubSpot, or a page; nothing where it passes by itself or is the operator's.
const MENDS = { impact_refused: '/settings', impact_scopes: '/settings', client: null, unreachable: null };

function Banner({ warning, sending, may, path }) {
  const { title, body } = text.sending.banners[warning];
  const to = warning in MENDS ? MENDS[warning] : connectAddress();
  const action = warning === 'stopped'
    ? may && html`<button type="button" class="btn" disabled=${sending.busy} onClick=${() => sending.change(true)}>${words.start}</button>`
    : to && to !== path && html`<a class="btn" href=${to}>${to === '/settings' ? words.open(words.pages.settings) : text.sending.reconnect}</a>`;
  return html`<${Notice} kind="warn" title=${title} action=${action}>${body}<//>`;
}

function Account({ data, state, sending }) {
  const { tenant, person } = data;
  const dot = dotOf(data, state);
  const [several, setSeveral] = useState(false);
  useEffect(() => { get('/api/accounts').then(a => setSeveral(a.accounts.length > 1), () => {}); }, []);
  const signOut = async () => {
    if (await navigate('/')) {
      setGuard(null);
      forget();
      await logOut().catch(() => location.assign('/login'));
    }
  };
  return html`<div class="account">
    ${(state === null || state === 'unset') && mayEdit(data) && html`<button type="button" class="btn side-btn" disabled=${sending.busy} onClick=${() => sending.change(false)}><${Stop}/>${words.stop}</button>`}
    ${state === 'stopped' && mayEdit(data) && html`<button type="button" class="btn side-btn" disabled=${sending.busy} onClick=${() => sending.change(true)}>${words.start}</button>`}
    <p class="account-state"><span class=${`dot ${dot}`} aria-hidden="true"></span>${words.states[dot]}${state === 'unset' && html` <a class="link-btn" href="/?show=set-up">${words.missing}</a>`}</p>
    <p class="account-name">${tenant.name && html`<strong>${tenant.name}</strong>`}<span>${words.account(tenant.portal_id)}</span>
      <span class="cut" title=${person.email}>${person.email}</span></p>
    <p class="account-links"><button type="button" class="link-btn" onClick=${signOut}>${words.signOut}</button>${several && html`<a class="link-btn" href="/accounts">${text.accounts.link}</a>`}</p>
  </div>`;
}

/** What the dot says: green only where no notice stands above. */
const dotOf = (data, state) => state ?? (warnings(data).length ? 'trouble' : 'ok');

export function Shell({ data, current, path, children }) {
  const [open, setOpen] = useState(false);
  const first = useRef(true);
  const sending = useSending();
  const state = obstacle(data);
  useEffect(() => { // a new page: the menu closes, the screen reader starts at its title
    setOpen(false);
    if (!first.current) focusTitle();
    first.current = false;
  }, [current, /^\/activity\/\d+/.test(path)]);
  return html`<a class="skip" href="#main" onClick=${e => { e.preventDefault(); document.getElementById('main').focus(); }}>${words.skip}</a>
  <div class="shell">
    <header class=${`side${open ? ' open' : ''}`} onKeyDown=${e => { if (e.key === 'Escape') setOpen(false); }}>
      <div class="side-head">
        <p class="brand"><span class="mark" aria-hidden="true"></span>${words.product}</p>
        <button type="button" class="btn menu-btn" aria-expanded=${open ? 'true' : 'false'} aria-controls="side-body" onClick=${() => setOpen(!open)}><${Menu}/>${words.menu}</button>
      </div>
      <div class="side-body" id="side-body">
        <nav aria-label=${words.label}>${Object.entries(MENU).map(([group, pages]) => html`<div class="menu-group" key=${group}>
          ${group && html`<p id=${`menu-${group}`}>${words.groups[group]}</p>`}
          <ul aria-labelledby=${group ? `menu-${group}` : undefined}>${Object.entries(pages).map(([name, to]) => html`<li key=${name}>
            <a href=${to} aria-current=${name === current ? 'page' : undefined}>${words.pages[name]}</a></li>`)}</ul></div>`)}</nav>
        <${Account} data=${data} state=${state} sending=${sending} />
      </div>
    </header>
    <main id="main" tabindex="-1">
      <div role="status">${sending.error && html`<${Notice} kind="bad">${sending.error.message}<//>`}${warnings(data).map(w => html`<${Banner} key=${w} warning=${w} sending=${sending} may=${mayEdit(data)} path=${path} />`)}</div>
      ${children}
    </main>
  </div>`;
}
