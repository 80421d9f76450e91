// The impact.com account: three values, checked with impact.com before they are kept.
import { html, useEffect, useState } from '../html.js';
import { get, post } from '../api.js';
import { text } from '../text.js';
import { formatDate } from '../lib/format.js';
import { useLoad } from '../lib/load.js';
import { Field } from '../parts/field.js';
import { Badge, Failed, Notice, PageHead, Skeleton } from '../parts/notice.js';
import { useLeaveGuard } from '../parts/savebar.js';

const words = text.settings;
const CHECK_KIND = { ok: 'ok', failed: 'bad', unproved: 'plain', no_scope: 'warn' };

function localFaults(form, tokenStored) {
  const fields = {};
  if (!form.sid.trim()) fields.account_sid = words.missing.account_sid;
  if (!form.token && !tokenStored) fields.auth_token = words.missing.auth_token;
  if (!form.program.trim()) fields.program_id = words.missing.program_id;
  else if (!/^\d+$/.test(form.program.trim())) fields.program_id = words.programDigits;
  return fields;
}

function TokenInput({ stored, value, replacing, setReplacing, onChange, error }) {
  if (stored.set && !replacing) {
    return html`<div class=${`field${error ? ' bad' : ''}`}>
      <p class="label">${words.token}</p>
      <p class="stored"><strong>${words.tokenSet(stored.last4)}</strong> <span class="muted">${stored.set_at && words.tokenSince(formatDate(stored.set_at))}</span>
        <button type="button" class="btn small" onClick=${() => setReplacing(true)} aria-label=${`${words.tokenReplace}: ${words.token}`}>${words.tokenReplace}</button></p>
      ${error && html`<p class="err">${error}</p>`}
      <p class="help">${words.tokenHidden}</p></div>`;
  }
  return html`<${Field} label=${words.token} help=${words.tokenHelp} error=${error} required>${attributes => html`<div class="with-button">
    <input ...${attributes} type="password" name="auth_token" autocomplete="new-password" spellcheck=${false} value=${value} onInput=${e => onChange(e.target.value)} required />
    ${stored.set && html`<button type="button" class="btn" onClick=${() => { onChange(''); setReplacing(false); }}>${words.tokenKeep}</button>`}</div>`}<//>`;
}

function Programs({ programs, chosen, onUse }) {
  if (!programs?.length) return null;
  return html`<div class="programs"><p class="label" id="programs">${words.programs}</p>
    <ul class="plain-list" aria-labelledby="programs">${programs.slice(0, 50).map(p => html`<li key=${p.id}>
      <span>${p.name} <code>${p.id}</code></span>${String(p.id) === chosen ? html`<${Badge} kind="ok">${words.inUse}<//>`
    : html`<button type="button" class="btn small" onClick=${() => onUse(String(p.id))} aria-label=${`${words.useProgram}: ${p.name}`}>${words.useProgram}</button>`}</li>`)}</ul></div>`;
}

function Checks({ checks }) {
  return html`<section class="card" aria-labelledby="checks"><h2 id="checks">${words.checksTitle}</h2>
    ${!checks?.length && html`<p class="muted">${words.checksNone}</p>`}
    <ul class="checks">${(checks ?? []).map(c => html`<li key=${c.id}>
      <strong>${words.checks[c.id] ?? c.id}</strong> <${Badge} kind=${CHECK_KIND[c.state]}>${words.checkStates[c.state] ?? c.state}<//>
      <p>${c.sentence} ${c.advice && html`<span class="muted">${c.advice}</span>`}</p></li>`)}</ul></section>`;
}

function Sides({ account, impact, webhook }) {
  const line = (name, side) => html`<tr><th scope="row">${name}</th><td>${side?.currency || words.unread}</td><td>${side?.time_zone || words.unread}</td></tr>`;
  return html`<section class="card" aria-labelledby="sides"><h2 id="sides">${words.sidesTitle}</h2><p class="help">${words.sidesHelp}</p>
    <table class="table narrow"><thead><tr><th scope="col">${words.side}</th><th scope="col">${words.currency}</th><th scope="col">${words.zone}</th></tr></thead>
      <tbody>${line(words.hubspot, account)}${line(words.impact, impact)}</tbody></table>
    ${webhook && html`<p class="help">${words.webhook} <code class="wrap">${webhook}</code></p>`}</section>`;
}

function Form({ data, onSaved }) {
  const stored = data.auth_token ?? { set: false };
  const [form, setForm] = useState({ sid: data.account_sid ?? '', token: '', program: data.program_id ?? '' });
  const [replacing, setReplacing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState(null); // {kind, title, fields, checks, programs}
  const set = (key, value) => setForm(old => ({ ...old, [key]: value }));
  const dirty = form.sid !== (data.account_sid ?? '') || form.token !== '' || form.program !== (data.program_id ?? '');
  useLeaveGuard(dirty && !busy);
  useEffect(() => { document.querySelector('form [aria-invalid="true"]')?.focus(); }, [result]);

  const submit = async e => {
    e.preventDefault();
    if (busy) return;
    const fields = localFaults(form, stored.set);
    if (Object.keys(fields).length) { setResult({ fields }); return; }
    const body = { account_sid: form.sid.trim(), program_id: form.program.trim() };
    if (form.token) body.auth_token = form.token.trim();
    setBusy(true);
    setResult(null);
    try {
      const answer = await post('/api/live/impact', body);
      const warned = answer.checks.some(c => c.state !== 'ok' && c.id !== 'conversions');
      setResult({ kind: warned ? 'warn' : 'ok', title: warned ? words.savedWithWarning : words.saved(answer.company_name), checks: answer.checks, programs: answer.programs });
      setForm({ sid: body.account_sid, token: '', program: body.program_id });
      setReplacing(false);
      await onSaved();
    } catch (error) {
      const known = error.status === 422 || error.status === 400;
      if (error.fields?.auth_token && stored.set) setReplacing(true);
      setResult({ kind: 'bad', title: known ? words.refused : error.message, fields: error.fields, checks: error.body?.checks, programs: error.body?.programs });
    }
    setBusy(false);
  };
  const faults = result?.fields ?? {};
  return html`<form class="card form" onSubmit=${submit} noValidate aria-labelledby="impact-title">
      <h2 id="impact-title">${words.impactTitle}</h2>
      <${Field} label=${words.sid} help=${words.sidHelp} error=${faults.account_sid} required>${attributes => html`
        <input ...${attributes} type="text" name="account_sid" autocomplete="off" spellcheck=${false} value=${form.sid} onInput=${e => set('sid', e.target.value)} required />`}<//>
      <${TokenInput} stored=${stored} value=${form.token} replacing=${replacing} setReplacing=${setReplacing} onChange=${v => set('token', v)} error=${faults.auth_token} />
      <${Field} label=${words.program} help=${words.programHelp} error=${faults.program_id} required>${attributes => html`
        <input ...${attributes} type="text" name="program_id" inputmode="numeric" autocomplete="off" value=${form.program} onInput=${e => set('program', e.target.value)} required />`}<//>
      <${Programs} programs=${result?.programs} chosen=${form.program} onUse=${id => set('program', id)} />
      <div role="status">${result?.title && html`<${Notice} kind=${result.kind}>${result.title}<//>`}</div>
      <div class="form-foot"><button type="submit" class="btn primary" disabled=${busy}>${busy ? words.submitting : words.submit}</button></div>
    </form>
    <${Checks} checks=${result?.checks ?? data.checks} />`;
}

export function Settings({ query }) {
  const { data, error, loading, reload } = useLoad(() => get('/api/settings'));
  return html`<${PageHead} title=${words.title} lead=${words.lead} />
    ${query.get('connected') && html`<div role="status"><${Notice} kind="ok">${words.connected}<//></div>`}
    ${!data && (error && !loading ? html`<${Failed} error=${error} retry=${reload} />` : html`<div class="card"><${Skeleton} lines=${9} tall /></div>`)}
    ${data && html`<div class="stack readable"><${Form} data=${data} onSaved=${reload} />
      <${Sides} account=${data.account} impact=${data.impact_account} webhook=${data.webhook_url} /></div>`}`;
}
