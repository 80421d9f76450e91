// How to end the connection to HubSpot, there or from here, and what that does (I-58, I-59).
import { html, useState } from '../html.js';
import { post } from '../api.js';
import { text } from '../text.js';
import { connectAddress, loadSession, mayEdit } from '../lib/session.js';
import { confirm } from '../parts/dialog.js';
import { Badge, Notice, PageHead } from '../parts/notice.js';

const words = text.uninstall;

function Disconnect({ connected, editor }) {
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState(null);
  const go = async () => {
    if (!await confirm({ title: words.askTitle, body: words.askBody, yes: words.disconnect, kind: 'danger' })) return;
    setBusy(true);
    setSaid(null);
    try {
      const { already } = await post('/api/live/disconnect');
      setSaid({ kind: 'ok', title: already ? words.already : words.done });
      await loadSession();
    } catch (error) {
      setSaid({ kind: 'bad', title: words.failed, body: error.message });
    }
    setBusy(false);
  };
  return html`<section class="card danger-zone" aria-labelledby="disconnect"><h2 id="disconnect">${words.disconnectTitle}</h2><p>${words.disconnectLead}</p>
    <div role="status">${said && html`<${Notice} kind=${said.kind} title=${said.title}>${said.body}<//>`}</div>
    ${!connected ? html`<p class="muted">${words.notConnected}</p>` : !editor ? html`<p class="muted">${words.viewer}</p>`
    : html`<div class="form-foot"><button type="button" class="btn danger" disabled=${busy} onClick=${go}>${busy ? words.disconnecting : words.disconnect}</button></div>`}</section>`;
}

export function Uninstall({ session }) {
  const { tenant } = session;
  const connected = tenant.state === 'active';
  const apps = `https://${session.ui_domain}/`;
  return html`<${PageHead} title=${words.title} lead=${words.lead} />
    <div class="stack readable">
      <section class="card" aria-labelledby="state"><h2 id="state">${words.stateTitle} <${Badge} kind=${connected ? 'ok' : 'warn'}>${connected ? text.overview.hubspot.connected : text.overview.hubspot[tenant.state === 'paused' ? 'paused' : 'disconnected']}<//></h2>
        <p>${words.states[tenant.state]}</p>
        ${!connected && html`<a class="btn primary" href=${connectAddress()}>${words.reconnect}</a>`}</section>
      <section class="card" aria-labelledby="does"><h2 id="does">${words.doesTitle}</h2>
        <dl class="facts">${words.does.map(([name, what]) => html`<div key=${name}><dt>${name}</dt><dd>${what}</dd></div>`)}</dl></section>
      <section class="card" aria-labelledby="how"><h2 id="how">${words.howTitle}</h2><p>${words.howLead}</p>
        <ol class="steps">${words.how.map(step => html`<li key=${step}>${step}</li>`)}</ol><p class="help">${words.howAfter}</p>
        <a class="btn" href=${apps} target="_blank" rel="noopener noreferrer">${words.openHubspot}</a></section>
      <${Disconnect} connected=${connected} editor=${mayEdit(session)} />
      <p class="help"><strong>${words.deleteTitle}</strong> ${words.deleteLead} <a href="/delete-account">${words.deleteLink}</a></p>
    </div>`;
}
