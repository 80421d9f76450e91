// The team: members and their roles, invitations, who was removed; and, as a second tab, what everybody has changed.
import { html, useEffect, useState } from '../html.js';
import { get, post, put } from '../api.js';
import { text } from '../text.js';
import { formatDate } from '../lib/format.js';
import { useLoad, usePoll } from '../lib/load.js';
import { setCsrfToken } from '../api.js';
import { confirm } from '../parts/dialog.js';
import { Failed, Notice, PageHead, Skeleton } from '../parts/notice.js';
import { Time } from '../parts/time.js';
import { Changes } from './changes.js';
import { Invitations, Invite } from '../parts/invitations.js';

const words = text.team;
const POLL_MS = 5000;
const name = person => person.email || words.noEmail;

function Roles() {
  return html`<details class="roles"><summary>${words.rolesTitle}</summary><dl>${Object.values(words.roles).map(r => html`<div key=${r.name}><dt>${r.name}</dt><dd>${r.may}</dd></div>`)}</dl></details>`;
}

function Member({ person, owner, busy, act }) {
  const change = async role => {
    if (person.you && !await confirm({ title: words.stepDownTitle, body: words.stepDownBody, yes: words.stepDownYes, kind: 'danger' })) return false;
    return act(() => put(`/api/team/people/${person.id}`, { role }), words.roleChanged(name(person), words.roles[role].name));
  };
  const remove = async () => {
    if (await confirm({ title: words.removeTitle(name(person)), body: words.removeBody, yes: words.removeYes, kind: 'danger' })) {
      act(() => post(`/api/team/people/${person.id}/remove`), words.removed(name(person)));
    }
  };
  return html`<tr><th scope="row"><bdi>${name(person)}</bdi>${person.you && html` <span class="muted">(${words.you})</span>`}</th>
    <td data-label=${words.columns.role}>${owner ? html`<select aria-label=${words.roleOf(name(person))} disabled=${busy} value=${person.role}
        onChange=${async e => { const select = e.target; if (!await change(select.value)) select.value = person.role; }}>
      ${Object.entries(words.roles).map(([id, r]) => html`<option key=${id} value=${id} selected=${id === person.role}>${r.name}</option>`)}</select>`
    : html`<span title=${words.roles[person.role].may}>${words.roles[person.role].name}</span>`}</td>
    <td data-label=${words.columns.how}>${[person.hubspot && words.hubspot, person.email && words.mail].filter(Boolean).join(', ')}</td>
    <td data-label=${words.columns.seen}><${Time} at=${person.seen_at} fallback=${words.neverSeen} /></td>
    ${owner && html`<td>${!person.you && html`<button type="button" class="btn small danger" disabled=${busy} aria-label=${words.removeOf(name(person))} onClick=${remove}>${words.remove}</button>`}</td>`}</tr>`;
}

function Members({ people, owner, busy, act }) {
  return html`<section class="card" aria-labelledby="members"><h2 id="members">${words.membersTitle}</h2><p class="help">${words.membersHelp}</p>
    <table class="table team-table"><thead><tr><th scope="col">${words.columns.who}</th><th scope="col">${words.columns.role}</th>
      <th scope="col">${words.columns.how}</th><th scope="col">${words.columns.seen}</th>${owner && html`<th scope="col"><span class="sr">${words.columns.act}</span></th>`}</tr></thead>
      <tbody>${people.map(p => html`<${Member} key=${p.id} person=${p} owner=${owner} busy=${busy} act=${act} />`)}</tbody></table>
    <${Roles} /></section>`;
}

function Removed({ people, owner, onInvite }) {
  if (!people.length) return null;
  return html`<section class="card" aria-labelledby="removed"><h2 id="removed">${words.removedTitle}</h2><p class="help">${words.removedHelp}</p>
    <ul class="plain-list team-list">${people.map(p => html`<li key=${p.id}><div><strong><bdi>${name(p)}</bdi></strong> <span class="muted">${words.removedOn(formatDate(p.removed_at))}</span></div>
      ${owner && p.email && html`<button type="button" class="btn small" aria-label=${words.inviteAgainOf(name(p))} onClick=${() => onInvite(p.email)}>${words.inviteAgain}</button>`}</li>`)}</ul></section>`;
}

function Leave({ data, session }) {
  const [error, setError] = useState(null);
  const last = session.person.role === 'owner' && data.people.filter(p => p.role === 'owner').length < 2;
  const leave = async () => {
    const account = session.tenant.name || text.nav.account(session.tenant.portal_id);
    if (!await confirm({ title: words.leaveTitle, body: words.leaveBody(account), yes: words.leaveYes, kind: 'danger' })) return;
    try {
      await post('/api/team/leave');
      setCsrfToken('');
      location.replace('/login');
    } catch (e) { setError(e); }
  };
  return html`<section class="leave"><div role="alert">${error && html`<${Notice} kind="bad">${error.message}<//>`}</div>
    <p class="help" id="leave-help">${last ? words.lastOwner : words.leaveHelp}</p>
    <button type="button" class="btn danger" disabled=${last} aria-describedby="leave-help" onClick=${leave}>${words.leave}</button></section>`;
}

function People({ session }) {
  const { data, error, loading, reload } = useLoad(() => get('/api/team'));
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState(null); // {kind, title, link}
  const [wanted, setWanted] = useState('');
  const owner = session.person.role === 'owner';
  const pending = data?.invitations.some(i => i.mail === 'waiting');
  usePoll(async () => { if (pending) await reload(); }, POLL_MS, [pending]);

  /** One change; true when it worked.  `say`: a sentence, or what makes one of the answer. */
  const act = async (change, say) => {
    setBusy(true);
    setSaid(null);
    let ok = true;
    try {
      const answer = await change();
      setSaid(typeof say === 'function' ? await say(answer) : { kind: 'ok', title: say });
    } catch (e) {
      ok = false;
      setSaid({ kind: 'bad', title: e.message });
    }
    await reload();
    setBusy(false);
    return ok;
  };
  if (!data) return error && !loading ? html`<${Failed} error=${error} retry=${reload} />` : html`<div class="card"><${Skeleton} lines=${8} tall /></div>`;
  return html`<div class="stack">
    <div role="status">${said && html`<${Notice} kind=${said.kind}>${said.title}${said.link && html` <code class="wrap">${said.link}</code>`}<//>`}</div>
    <${Members} people=${data.people} owner=${owner} busy=${busy} act=${act} />
    <${Invitations} data=${data} owner=${owner} busy=${busy} act=${act} setSaid=${setSaid} />
    ${owner && html`<${Invite} key=${wanted} wanted=${wanted} mail=${data.mail} days=${data.invitation_days} setSaid=${setSaid} reload=${reload} />`}
    <${Removed} people=${data.removed} owner=${owner} onInvite=${setWanted} />
    <${Leave} data=${data} session=${session} /></div>`;
}

export function Team({ session, part, query }) {
  const changes = part === 'changes';
  useEffect(() => { if (changes) document.title = `${words.tabs.changes} · ${text.nav.product}`; }, [changes]);
  return html`<${PageHead} title=${words.title} lead=${words.lead} />
    <nav class="tabs" aria-label=${words.tabsLabel}><a href="/team" aria-current=${changes ? undefined : 'page'}>${words.tabs.people}</a>
      <a href="/team/changes" aria-current=${changes ? 'page' : undefined}>${words.tabs.changes}</a></nav>
    ${changes ? html`<${Changes} query=${query} />` : html`<${People} session=${session} />`}`;
}
