// The impact.com account and the options of the configuration, saved together; and what both sides say of themselves.
import { html, useEffect, useState } from '../html.js';
import { get } from '../api.js';
import { text } from '../text.js';
import { accountEdit, changed, faults, formOf, keep } from '../lib/account.js';
import { fixed } from '../lib/catalogue.js';
import { adoptImpact, draft, loadDraft } from '../lib/draft.js';
import { useLoad } from '../lib/load.js';
import { loadSession, mayEdit, session as who } from '../lib/session.js';
import { useStore } from '../lib/store.js';
import { AccountForm } from '../parts/account-form.js';
import { askToMove } from '../parts/move.js';
import { Badge, Failed, Notice, PageHead, Skeleton } from '../parts/notice.js';
import { Advocate, advocateLacks, Options } from '../parts/options.js';
import { SaveBar } from '../parts/savebar.js';

const words = text.settings;
const CHECK_KIND = { ok: 'ok', failed: 'bad', unproved: 'plain', no_scope: 'warn' };

function Checks({ checks, again, busy }) {
  return html`<section class="card" aria-labelledby="checks"><div class="toolbar"><h2 id="checks">${words.checksTitle}</h2>
      ${again && html`<button type="button" class="btn small" disabled=${busy} onClick=${again}>${busy ? words.submitting : words.checkAgain}</button>`}</div>
    ${!checks?.length && html`<p class="muted">${words.checksNone}</p>`}
    <ul class="checks">${(checks ?? []).map(c => html`<li key=${c.id}>
      <strong>${words.checks[c.id] ?? c.id}</strong> <${Badge} kind=${CHECK_KIND[c.state]}>${words.checkStates[c.state] ?? c.state}<//>
      <p>${c.sentence} ${c.advice && html`<span class="muted">${c.advice}</span>`}</p></li>`)}</ul></section>`;
}

const GMT = /GMT\s*([+-])(\d{1,2}):?(\d\d)/;

/** Minutes before or after UTC in winter and summer; of "(GMT -08:00) Pacific Time" that of its winter; null: not known. */
function offsets(zone) {
  const told = GMT.exec(zone);
  if (told) return [(told[1] === '-' ? -1 : 1) * (Number(told[2]) * 60 + Number(told[3]))];
  try {
    return [0, 6].map(month => {
      const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(Date.UTC(2026, month, 15));
      const [, sign, hours, minutes] = GMT.exec(parts.find(p => p.type === 'timeZoneName').value) ?? [null, '+', '0', '0'];
      return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
    });
  } catch {
    return null;
  }
}

/** Whether clocks differ; names that are only spelled otherwise do not, and of what is not known nothing is said. */
function zonesDiffer(one, other) {
  const [a, b] = [one && offsets(one), other && offsets(other)];
  if (!a || !b) return false;
  if (a.length === b.length) return a.some((n, i) => n !== b[i]);
  return Math.min(...a) !== Math.min(...b);
}

function Sides({ account, impact, webhook }) {
  const line = (name, side) => html`<tr><th scope="row">${name}</th><td>${side?.currency || words.unread}</td><td>${side?.time_zone || words.unread}</td></tr>`;
  const warnings = [
    !account.time_zone_known && words.zoneUnknown(account.time_zone),
    zonesDiffer(account.time_zone, impact?.time_zone) && words.zonesDiffer,
    account.currency && impact?.currency && account.currency !== impact.currency && words.currenciesDiffer,
  ].filter(Boolean);
  return html`<section class="card" aria-labelledby="sides"><h2 id="sides">${words.sidesTitle}</h2><p class="help">${words.sidesHelp}</p>
    <table class="table narrow"><thead><tr><th scope="col">${words.side}</th><th scope="col">${words.currency}</th><th scope="col">${words.zone}</th></tr></thead>
      <tbody>${line(words.hubspot, account)}${line(words.impact, impact)}</tbody></table>
    ${warnings.map(line => html`<${Notice} key=${line} kind="warn">${line}<//>`)}
    ${webhook && html`<p class="help">${words.webhook} <code class="wrap">${webhook}</code></p>`}</section>`;
}

/** The three values while they are edited, and what came of checking them. */
function useAccount(data, onSaved) {
  const [form, setForm] = useState(() => ({ ...formOf(data), ...accountEdit.get() }));
  const [replacing, setReplacing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState({ fields: {} });
  const dirty = changed(form, data);
  useEffect(() => { accountEdit.set(dirty ? { sid: form.sid, program: form.program } : null); }, [form, dirty]);
  useEffect(() => () => accountEdit.set(null), []);
  useEffect(() => { document.querySelector('form [aria-invalid="true"]')?.focus(); }, [result]);

  const refuse = error => {
    const known = error.status === 422 || error.status === 400;
    if (error.fields?.auth_token && data.auth_token.set) setReplacing(true);
    setResult({ fields: error.fields ?? {}, checks: error.body?.checks, programs: error.body?.programs });
    return { said: { kind: 'bad', title: known ? words.refused : error.message, lines: [] } };
  };
  const check = async () => {
    let kept = await keep(form);
    if (kept.open) {
      if (!await askToMove(kept.open)) return {};
      kept = await keep(form, true);
    }
    if (!kept.answer) return refuse(kept.error);
    const { answer } = kept;
    adoptImpact(answer.revision, { account_sid: form.sid.trim(), program_id: form.program.trim() }, who.get().data.person.email);
    setResult({ fields: {}, checks: answer.checks, programs: answer.programs });
    setForm(old => ({ sid: old.sid.trim(), token: '', program: old.program.trim() }));
    setReplacing(false);
    await onSaved();
    const warned = answer.checks.filter(c => c.state !== 'ok' && c.id !== 'conversions');
    if (warned.length) return { saved: true, said: { kind: 'warn', title: words.savedWithWarning, lines: warned.map(c => c.sentence) } };
    const live = Object.values(draft.get().doc.objects).some(object => object.triggers.some(trigger => trigger.mode === 'live'));
    return { saved: true, said: { kind: 'ok', title: words.saved(answer.company_name), lines: live ? [] : [{ text: words.next, href: '/triggers', label: text.nav.open(text.nav.pages.triggers) }] } };
  };
  const save = async () => {
    const fields = faults(form, data.auth_token.set);
    if (Object.keys(fields).length) {
      setResult(old => ({ ...old, fields }));
      return { said: { kind: 'bad', title: text.draft.refused, lines: Object.values(fields) } };
    }
    setBusy(true);
    try { return await check(); } finally { setBusy(false); }
  };
  const discard = () => { setForm(formOf(data)); setReplacing(false); setResult({ fields: {} }); };
  const set = (key, value) => setForm(old => ({ ...old, [key]: value }));
  return { form, set, replacing, setReplacing, busy, result, dirty, save, discard, saving: words.submitting };
}

function Body({ data, state, presets, editor, reload }) {
  const account = useAccount(data, async () => { await reload(); await loadSession(); });
  const [submits, setSubmits] = useState(0);
  const { result } = account;
  const problems = advocateLacks(state.doc).map(key => words.advocateMissing(text.objects[key].name));
  return html`<div class="stack readable">
    <${AccountForm} data=${data} editor=${editor} ...${account} faults=${result.fields} programs=${result.programs ?? data.programs} onSubmit=${() => setSubmits(n => n + 1)} />
    <${Checks} checks=${result.checks ?? data.checks} busy=${account.busy} again=${editor && data.auth_token.set && !account.dirty ? account.save : null} />
    <${Options} doc=${state.doc} editor=${editor} />
    <${Advocate} doc=${state.doc} presets=${presets} editor=${editor} />
    <${Sides} account=${data.account} impact=${data.impact_account} webhook=${data.webhook_url} />
    <${SaveBar} state=${state} problems=${problems} form=${account} page="settings" submits=${submits} readOnly=${!editor} /></div>`;
}

export function Settings({ session, query }) {
  const { data, error, loading, reload } = useLoad(() => get('/api/settings'));
  const presets = useLoad(() => fixed('presets'));
  const state = useStore(draft);
  useEffect(() => { loadDraft(); }, []);
  const failed = error ?? (state.status === 'failed' ? state.error : null);
  const ready = data && state.status === 'ready';
  return html`<${PageHead} title=${words.title} lead=${words.lead} />
    ${query.get('connected') && html`<div role="status" class="readable"><${Notice} kind="ok">${words.connected}<//></div>`}
    ${!ready && (failed && !loading ? html`<${Failed} error=${failed} retry=${() => { reload(); loadDraft(); }} />` : html`<div class="card readable"><${Skeleton} lines=${9} tall /></div>`)}
    ${ready && html`<${Body} data=${data} state=${state} presets=${presets.data?.presets} editor=${mayEdit(session)} reload=${reload} />`}`;
}
