// Deleting the account: what goes, what stays, downloads, and the number typed by hand.
import { html, useState } from '../html.js';
import { post } from '../api.js';
import { text } from '../text.js';
import { Field } from '../parts/field.js';
import { Empty, Notice, PageHead } from '../parts/notice.js';

const words = text.erase;

const List = ({ id, title, lines, children }) => html`<section class="card" aria-labelledby=${id}><h2 id=${id}>${title}</h2>
  <ul class="goes">${lines.map(line => html`<li key=${line}>${line}</li>`)}</ul>${children}</section>`;

function Downloads() {
  return html`<section class="card" aria-labelledby="take"><h2 id="take">${words.downloadTitle}</h2><p class="help">${words.downloadHelp}</p>
    <ul class="downloads">${Object.entries(words.downloads).map(([name, label]) => html`<li key=${name}><a class="btn" href=${`/api/download/${name}`} download>${label}</a>
      <span class="help">${words.downloadWords[name]}</span></li>`)}</ul><p class="help">${words.downloadCut}</p></section>`;
}

function Confirm({ portal }) {
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const right = typed.trim() === String(portal);
  const onSubmit = async e => {
    e.preventDefault();
    if (!right) { setError({ fields: { confirm: words.wrong(portal) } }); return; }
    setBusy(true);
    setError(null);
    try {
      const { receipt } = await post('/api/account/erase', { confirm: typed.trim() });
      location.assign(`/deleted?receipt=${encodeURIComponent(receipt)}`); // nothing of this page belongs to anybody any more
    } catch (failure) {
      setBusy(false);
      setError(failure);
    }
  };
  return html`<form class="card danger-card" onSubmit=${onSubmit} noValidate aria-labelledby="confirm"><h2 id="confirm">${words.confirmTitle}</h2>
    <p>${words.underway}</p>
    <${Field} label=${words.confirm(portal)} help=${words.confirmHelp} error=${error?.fields?.confirm} required>${attributes => html`
      <input ...${attributes} type="text" inputmode="numeric" autocomplete="off" value=${typed} onInput=${e => { setTyped(e.target.value); setError(null); }} required />`}<//>
    <div role="status">${error?.message && !error.fields?.confirm && html`<${Notice} kind="bad" title=${words.failed}>${error.message}<//>`}</div>
    <div class="form-foot"><button type="submit" class="btn danger" disabled=${busy}>${busy ? words.busy : words.button}</button></div></form>`;
}

export function DeleteAccount({ session }) {
  const owner = session.person.role === 'owner';
  return html`<${PageHead} title=${words.title} lead=${words.lead} />
    <div class="stack readable">
      ${!owner && html`<div class="card"><${Empty} title=${words.ownersOnly} action=${html`<a class="btn" href="/team">${words.toTeam}</a>`}>${words.ownersOnlyHelp}<//></div>`}
      <${List} id="goes" title=${words.goesTitle} lines=${words.goes} />
      <${List} id="stays" title=${words.staysTitle} lines=${words.stays} />
      <${Downloads} />
      ${owner && html`<${Confirm} portal=${session.tenant.portal_id} />`}</div>`;
}
