// Links that were mailed: signing in, and joining a team.  Opening one changes nothing; its button does.
import { html, useEffect, useState } from '../html.js';
import { post } from '../api.js';
import { text } from '../text.js';
import { Notice, Skeleton } from '../parts/notice.js';

/** What stands behind '#': browsers keep it to themselves, and so do we. */
function useToken() {
  const [token] = useState(() => location.hash.slice(1));
  return token;
}

function Frame({ title, children }) {
  useEffect(() => { document.title = `${title} · ${text.nav.product}`; }, [title]);
  return html`<main class="alone login" id="main">
    <p class="brand big"><span class="mark" aria-hidden="true"></span>${text.nav.product}</p>
    <div class="card"><h1>${title}</h1>${children}</div></main>`;
}

function Refused({ title, message }) {
  return html`<div role="alert"><${Notice} kind="bad" title=${`${title}.`}>${message}<//></div>
    <p><a class="btn primary" href="/login">${text.signIn.toLogin}</a></p>`;
}

/** A new session: everything is loaded anew. */
const enter = to => location.replace(to);

function useUse(path, token, where) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const use = async () => {
    setBusy(true);
    setError(null);
    try {
      enter(where(await post(path, { token })));
    } catch (failed) {
      setError(failed);
      setBusy(false);
    }
  };
  return { busy, error, use };
}

export function SignIn() {
  const token = useToken();
  const words = text.signIn;
  const { busy, error, use } = useUse('/api/sign-in', token, answer => answer.accounts > 1 ? '/accounts' : '/');
  if (!token) return html`<${Frame} title=${words.title}><${Refused} title=${words.failedTitle} message=${words.noToken} /><//>`;
  if (error && [403, 404].includes(error.status)) {
    return html`<${Frame} title=${words.title}><${Refused} title=${words.failedTitle} message=${error.message} /><//>`;
  }
  return html`<${Frame} title=${words.title}><p class="lead">${words.ready}</p>
    ${error && html`<div role="alert"><${Notice} kind="bad">${error.message}<//></div>`}
    <button type="button" class="btn primary large" disabled=${busy} onClick=${use}>${busy ? words.wait : words.button}</button><//>`;
}

export function Invitation({ signedIn }) {
  const token = useToken();
  const words = text.invitation;
  const [look, setLook] = useState({ data: null, error: null });
  const { busy, error, use } = useUse('/api/invitation/accept', token, () => '/');
  const load = async () => {
    setLook({ data: null, error: null });
    try { setLook({ data: await post('/api/invitation', { token }), error: null }); } catch (failed) { setLook({ data: null, error: failed }); }
  };
  useEffect(() => { if (token) load(); }, []);
  const failed = error ?? look.error;
  if (!token || failed?.status === 404) {
    return html`<${Frame} title=${words.title}><${Refused} title=${words.failedTitle} message=${failed?.message ?? text.signIn.noToken} /><//>`;
  }
  const { data } = look;
  return html`<${Frame} title=${words.title}>
    ${failed && html`<div role="alert"><${Notice} kind="bad" action=${!data && html`<button type="button" class="btn" onClick=${load}>${text.common.retry}</button>`}>${failed.message}<//></div>`}
    ${!data && !failed && html`<${Skeleton} lines=${4} />`}
    ${data && html`<p class="lead">${words.body(data.invited_by || words.anOwner, data.account, data.portal_id)}</p>
      <p><strong>${words.asRole(text.team.roles[data.role].name)}</strong> ${text.team.roles[data.role].may}</p>
      <p>${words.forAddress(data.email)}</p>
      ${signedIn && html`<${Notice} kind="info">${words.other}<//>`}
      <button type="button" class="btn primary large" disabled=${busy} onClick=${use}>${busy ? words.wait : words.button}</button>`}<//>`;
}
