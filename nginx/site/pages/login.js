// Login through HubSpot: what the app may do and why, and what went wrong on the last try.
import { html, useEffect } from '../html.js';
import { text } from '../text.js';
import { Notice } from '../parts/notice.js';

const words = text.login;

function Problem({ code }) {
  const { title, body, todo } = words.problems[code] ?? words.problems.unknown;
  return html`<div role="alert"><${Notice} kind=${code === 'session_ended' ? 'info' : 'bad'} title=${`${title}.`}>
    <p>${body}</p><p>${todo}</p><//></div>`;
}

export function Login({ problem }) {
  useEffect(() => {
    document.title = `${problem ? (words.problems[problem] ?? words.problems.unknown).title : words.title} · ${text.nav.product}`;
  }, [problem]);
  return html`<main class="alone login" id="main">
    <p class="brand big"><span class="mark" aria-hidden="true"></span>${text.nav.product}</p>
    <div class="card">
      <h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${problem && html`<${Problem} code=${problem} />`}
      <a class="btn primary large" href="/oauth/start">${words.button}</a>
      <p class="muted">${words.afterwards}</p>
      <h2>${words.accessTitle}</h2>
      <dl class="scopes">${words.scopes.map(([scope, why]) => html`<div key=${scope}><dt><code>${scope}</code></dt><dd>${why}</dd></div>`)}</dl>
      <p>${words.never}</p>
      <h2>${words.whoTitle}</h2>
      <p>${words.who}</p>
    </div>
  </main>`;
}
