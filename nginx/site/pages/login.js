// Login through HubSpot: what the app may do and why, what went wrong on the last try, and the way in by e-mail.
import { html, useEffect, useState } from '../html.js';
import { post } from '../api.js';
import { text } from '../text.js';
import { useStore } from '../lib/store.js';
import { session } from '../lib/session.js';
import { Field } from '../parts/field.js';
import { Notice } from '../parts/notice.js';

const words = text.login;

/** An account's number of the address, or nothing: the address can be anybody's. */
const number = value => /^\d{1,18}$/.test(value ?? '') ? value : '?';

function Problem({ query }) {
  const code = query.get('problem');
  const { title, body, todo } = words.problems[code] ?? words.problems.unknown;
  return html`<div role="alert"><${Notice} kind=${code === 'session_ended' ? 'info' : 'bad'} title=${`${title}.`}>
    <p>${typeof body === 'function' ? body(number(query.get('chosen')), number(query.get('wanted'))) : body}</p><p>${todo}</p><//></div>`;
}

function Scopes({ app }) {
  const optional = new Set(app?.optional_scopes ?? []);
  const all = app ? [...app.scopes, ...app.optional_scopes] : Object.keys(words.scopes);
  return html`<dl class="scopes">${all.map(scope => html`<div key=${scope}><dt><code>${scope}</code>${optional.has(scope) && html` <span class="muted">${words.optional}</span>`}</dt>
    <dd>${words.scopes[scope] ?? words.otherScope}</dd></div>`)}</dl>`;
}

function ByMail() {
  const [email, setEmail] = useState('');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState('');
  const [sent, setSent] = useState(0);
  const submit = async e => {
    e.preventDefault();
    if (busy) return;
    setBusy(true);
    setFault('');
    setSent(0);
    try {
      setSent((await post('/api/sign-in/link', { email })).valid_minutes);
    } catch (error) {
      setFault(error.fields?.email ?? error.message);
    }
    setBusy(false);
  };
  return html`<form class="by-mail" onSubmit=${submit} noValidate aria-labelledby="by-mail"><h2 id="by-mail">${words.mailTitle}</h2><p>${words.mailHelp}</p>
    <${Field} label=${words.mailLabel} help=${words.mailField} error=${fault}>${attributes => html`
      <input ...${attributes} type="text" inputmode="email" name="email" autocomplete="email" spellcheck=${false} value=${email} onInput=${e => setEmail(e.target.value)} />`}<//>
    <div role="status">${sent > 0 && html`<${Notice} kind="ok"><p>${words.mailSent(sent)}</p><p>${words.mailNothing}</p><//>`}</div>
    <button type="submit" class="btn" disabled=${busy}>${busy ? words.mailWait : words.mailButton}</button></form>`;
}

export function Login({ query }) {
  const { app } = useStore(session);
  const problem = query.get('problem');
  useEffect(() => {
    document.title = `${problem ? (words.problems[problem] ?? words.problems.unknown).title : words.title} · ${text.nav.product}`;
  }, [problem]);
  return html`<main class="alone login" id="main">
    <p class="brand big"><span class="mark" aria-hidden="true"></span>${text.nav.product}</p>
    <div class="card">
      <h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${problem && html`<${Problem} query=${query} />`}
      <a class="btn primary large" href="/oauth/start">${words.button}</a>
      <p class="muted">${words.afterwards}</p>
      ${app?.mail && html`<${ByMail} />`}
      <h2>${words.accessTitle}</h2>
      <${Scopes} app=${app} />
      <p>${words.never}</p>
      <h2>${words.whoTitle}</h2>
      <p>${words.who}</p>
      <ul>${words.whoSteps.map(step => html`<li key=${step}>${step}</li>`)}</ul>
    </div>
  </main>`;
}
