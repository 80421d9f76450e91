// Account SID, Auth Token and Program ID: what each is, where to find it, and what is wrong with it.
import { html } from '../html.js';
import { text } from '../text.js';
import { formatDate } from '../lib/format.js';
import { Field } from './field.js';
import { Badge } from './notice.js';

const words = text.settings;
const MOST_PROGRAMS = 50;

function TokenInput({ stored, value, replacing, setReplacing, onChange, error, editor }) {
  if (stored.set && !replacing) {
    return html`<div class=${`field${error ? ' bad' : ''}`}>
      <p class="label">${words.token}</p>
      <p class="stored"><strong>${words.tokenSet(stored.last4)}</strong> <span class="muted">${stored.set_at && words.tokenSince(formatDate(stored.set_at))}</span>
        ${editor && html`<button type="button" class="btn small" onClick=${() => setReplacing(true)} aria-label=${`${words.tokenReplace}: ${words.token}`}>${words.tokenReplace}</button>`}</p>
      ${error && html`<p class="err">${error}</p>`}
      <p class="help">${words.tokenHidden}</p></div>`;
  }
  return html`<${Field} label=${words.token} help=${words.tokenHelp} error=${error} required>${attributes => html`<div class="with-button">
    <input ...${attributes} type="password" name="auth_token" autocomplete="new-password" spellcheck=${false} value=${value} disabled=${!editor} onInput=${e => onChange(e.target.value)} required />
    ${stored.set && html`<button type="button" class="btn" onClick=${() => { onChange(''); setReplacing(false); }}>${words.tokenKeep}</button>`}</div>`}<//>`;
}

function ProgramList({ list, chosen, onUse, editor, labelledBy }) {
  return html`<ul class="plain-list" aria-labelledby=${labelledBy}>${list.slice(0, MOST_PROGRAMS).map(p => html`<li key=${p.id}>
    <span>${p.name} <code>${p.id}</code>${p.state && p.state !== 'ACTIVE' && html` <${Badge} kind="warn">${words.programState(p.state)}<//>`}</span>
    ${String(p.id) === chosen ? html`<${Badge} kind="ok">${words.inUse}<//>`
    : editor && html`<button type="button" class="btn small" onClick=${() => onUse(String(p.id))} aria-label=${`${words.useProgram}: ${p.name}`}>${words.useProgram}</button>`}</li>`)}</ul>`;
}

/** Active programs to choose from; the others stand apart, with what impact.com says of them. */
function Programs({ programs, chosen, ...rest }) {
  if (!programs?.length) return null;
  const active = p => !p.state || p.state === 'ACTIVE' || String(p.id) === chosen;
  const closed = programs.filter(p => !active(p));
  return html`<div class="programs"><p class="label" id="programs">${words.programs}</p>
    <${ProgramList} list=${programs.filter(active)} chosen=${chosen} labelledBy="programs" ...${rest} />
    ${closed.length > 0 && html`<details><summary id="closed-programs">${words.programsClosed(closed.length)}</summary><p class="help">${words.programsClosedHelp}</p>
      <${ProgramList} list=${closed} chosen=${chosen} labelledBy="closed-programs" ...${rest} /></details>`}</div>`;
}

export function AccountForm({ data, form, set, faults, replacing, setReplacing, programs, editor, onSubmit }) {
  return html`<form class="card form" onSubmit=${e => { e.preventDefault(); onSubmit(); }} noValidate aria-labelledby="impact-title">
    <h2 id="impact-title">${words.impactTitle}</h2><p class="help lead">${words.impactLead}</p>
    <${Field} label=${words.sid} help=${words.sidHelp} error=${faults.account_sid} required>${attributes => html`
      <input ...${attributes} type="text" name="account_sid" autocomplete="off" spellcheck=${false} value=${form.sid} disabled=${!editor} onInput=${e => set('sid', e.target.value)} required />`}<//>
    <${TokenInput} stored=${data.auth_token} value=${form.token} replacing=${replacing} setReplacing=${setReplacing} onChange=${v => set('token', v)} error=${faults.auth_token} editor=${editor} />
    <${Field} label=${words.program} help=${words.programHelp} error=${faults.program_id} required>${attributes => html`
      <input ...${attributes} type="text" name="program_id" inputmode="numeric" autocomplete="off" value=${form.program} disabled=${!editor} onInput=${e => set('program', e.target.value)} required />`}<//>
    <${Programs} programs=${programs} chosen=${form.program.trim()} onUse=${id => set('program', id)} editor=${editor} />
    <button type="submit" hidden tabindex="-1" aria-hidden="true"></button></form>`;
}
