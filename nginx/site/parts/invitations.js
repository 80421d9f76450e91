// Open invitations, and the form that makes one.
import { html, useEffect, useRef, useState } from '../html.js';
import { get, post } from '../api.js';
import { text } from '../text.js';
import { formatDateTime } from '../lib/format.js';
import { copyText } from './copy.js';
import { confirm } from './dialog.js';
import { Field } from './field.js';
import { Badge, Notice } from './notice.js';

const words = text.team;
const MAIL_KIND = { waiting: 'plain', sent: 'ok', failed: 'bad', none: 'plain' };

/** What to say of a link: copied, or shown to be copied. */
async function sayLink(link) {
  return await copyText(link) ? { kind: 'ok', title: words.copied } : { kind: 'info', title: words.copyYourself, link };
}

function Row({ invitation: i, mail, owner, busy, act, setSaid }) {
  const path = `/api/team/invitations/${i.id}`;
  const copy = async () => {
    try { setSaid(await sayLink((await get(`${path}/link`)).link)); } catch (e) { setSaid({ kind: 'bad', title: e.message }); }
  };
  const again = () => act(() => post(`${path}/again`), mail ? words.sentAgain(i.email) : answer => sayLink(answer.link));
  const revoke = async () => {
    if (await confirm({ title: words.revokeTitle(i.email), body: words.revokeBody, yes: words.revoke, kind: 'danger' })) act(() => post(`${path}/revoke`), words.revoked(i.email));
  };
  return html`<li><div><strong><bdi>${i.email}</bdi></strong> <${Badge}>${words.roles[i.role].name}<//>
      <p class="muted">${i.invited_by && html`${words.invitedBy(i.invited_by)}, `}${i.expired ? html`<${Badge} kind="warn">${words.expired}<//>` : words.until(formatDateTime(i.expires_at))}</p>
      ${!i.expired && html`<p><${Badge} kind=${MAIL_KIND[i.mail]}>${words.mailStates[i.mail]}<//> ${i.mail_problem && html`<span class="muted">${i.mail_problem}</span>`}</p>`}</div>
    ${owner && html`<div class="team-buttons">
      ${!i.expired && html`<button type="button" class="btn small" disabled=${busy} aria-label=${words.copyOf(i.email)} onClick=${copy}>${words.copy}</button>`}
      <button type="button" class="btn small" disabled=${busy} aria-label=${(mail ? words.againOf : words.renewOf)(i.email)} onClick=${again}>${mail ? words.again : words.renew}</button>
      <button type="button" class="btn small danger" disabled=${busy} aria-label=${words.revokeOf(i.email)} onClick=${revoke}>${words.revoke}</button></div>`}</li>`;
}

export function Invitations({ data, owner, busy, act, setSaid }) {
  return html`<section class="card" aria-labelledby="invitations"><h2 id="invitations">${words.invitationsTitle}</h2>
    ${!data.invitations.length && html`<p class="muted">${owner ? words.invitationsNone : words.invitationsNoneViewer}</p>`}
    <ul class="plain-list team-list">${data.invitations.map(i => html`<${Row} key=${i.id} invitation=${i} mail=${data.mail} owner=${owner} busy=${busy} act=${act} setSaid=${setSaid} />`)}</ul></section>`;
}

/** `wanted`: an address that somebody has clicked on; the form takes it and the focus. */
export function Invite({ wanted, mail, days, setSaid, reload }) {
  const [email, setEmail] = useState(wanted);
  const [role, setRole] = useState('editor');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState('');
  const form = useRef(null);
  useEffect(() => { if (wanted) form.current.querySelector('input').focus(); }, [wanted]);
  const submit = async e => {
    e.preventDefault();
    if (busy) return;
    setBusy(true);
    setFault('');
    try {
      const made = await post('/api/team/invitations', { email, role });
      setSaid(mail ? { kind: 'ok', title: words.invited(made.email, days) } : { kind: 'info', title: words.invitedNoMail, link: made.link });
      setEmail('');
      await reload();
    } catch (error) {
      setFault(error.fields?.email ?? error.message);
      form.current.querySelector('input').focus();
    }
    setBusy(false);
  };
  return html`<form class="card form" ref=${form} onSubmit=${submit} noValidate aria-labelledby="invite"><h2 id="invite">${words.inviteTitle}</h2>
    ${!mail && html`<${Notice} kind="info">${words.noMail}<//>`}
    <${Field} label=${words.inviteEmail} help=${words.inviteEmailHelp} error=${fault} required>${attributes => html`
      <input ...${attributes} type="text" inputmode="email" name="email" autocomplete="off" spellcheck=${false} value=${email} onInput=${e => setEmail(e.target.value)} required />`}<//>
    <${Field} label=${words.role} help=${`${words.roles[role].may} ${words.inviteRoleHelp}`}>${attributes => html`
      <select ...${attributes} value=${role} onChange=${e => setRole(e.target.value)}>${Object.entries(words.roles).map(([id, r]) => html`<option key=${id} value=${id} selected=${id === role}>${r.name}</option>`)}</select>`}<//>
    <div class="form-foot"><button type="submit" class="btn primary" disabled=${busy}>${busy ? words.inviteWait : mail ? words.invite : words.inviteNoMail}</button></div></form>`;
}
