// Which of one's accounts to look at.
import { html, useState } from '../html.js';
import { get, post } from '../api.js';
import { text } from '../text.js';
import { useLoad } from '../lib/load.js';
import { Badge, Failed, Notice, PageHead, Skeleton } from '../parts/notice.js';

const words = text.accounts;

function Row({ account, busy, open }) {
  const name = account.name || text.nav.account(account.portal_id);
  return html`<li class="account-row">
    <div><strong>${name}</strong> ${words.states[account.state] && html`<${Badge} kind="warn">${words.states[account.state]}<//>`}
      <p class="muted">${text.nav.account(account.portal_id)}, ${words.role(text.team.roles[account.role].name)}</p></div>
    ${account.current ? html`<span class="account-go"><${Badge} kind="ok">${words.current}<//> <a class="btn" href="/">${words.stay}</a></span>`
    : html`<button type="button" class="btn" disabled=${busy} aria-label=${`${words.open}: ${name}`} onClick=${() => open(account.id)}>${words.open}</button>`}</li>`;
}

export function Accounts() {
  const { data, error, loading, reload } = useLoad(() => get('/api/accounts'));
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(null);
  const open = async id => {
    setBusy(true);
    setFailed(null);
    try {
      await post('/api/accounts/switch', { id });
      location.replace('/');
    } catch (e) {
      setFailed(e);
      setBusy(false);
    }
  };
  const n = data?.accounts.length;
  return html`<${PageHead} title=${words.title} lead=${n === undefined ? words.lead : n > 1 ? words.lead : n === 1 ? words.leadOne : words.leadNone} />
    ${!data && (error && !loading ? html`<${Failed} error=${error} retry=${reload} />` : html`<div class="card"><${Skeleton} lines=${4} /></div>`)}
    <div role="alert">${failed && html`<${Notice} kind="bad">${failed.message}<//>`}</div>
    ${n > 0 && html`<ul class="card plain-list readable accounts">${data.accounts.map(a => html`<${Row} key=${a.id} account=${a} busy=${busy} open=${open} />`)}</ul>`}`;
}
