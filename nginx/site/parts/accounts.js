// This account's configuration beside that of another one of the same person, and what is taken over from there.
import { html, useEffect, useMemo, useState } from '../html.js';
import { get } from '../api.js';
import { text } from '../text.js';
import { difference } from '../lib/difference.js';
import { useLoad } from '../lib/load.js';
import { saveFrom, takeOver } from '../lib/revisions.js';
import { Difference } from './difference.js';
import { Faults } from './faults.js';
import { Field } from './field.js';
import { Failed, Notice, Skeleton } from './notice.js';

const words = text.configuration;
/** The impact.com account belongs to one HubSpot account; the order of rows is no part that could be copied. */
const copies = one => one.part !== 'impact' && one.part !== 'order';

function Compared({ now, other, name, editor, onSaved }) {
  const entries = useMemo(() => difference(now.document, other.document).filter(copies), [now, other]);
  const [ticked, setTicked] = useState(new Set());
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState(null);
  const chosen = entries.filter(one => ticked.has(one.key));
  const pick = editor && { has: key => ticked.has(key), toggle: key => setTicked(old => {
    const next = new Set(old);
    if (!next.delete(key)) next.add(key);
    return next;
  }) };
  const take = async () => {
    setBusy(true);
    const target = takeOver(now.document, chosen);
    const result = await saveFrom(now.revision, target, `account ${other.portal_id}`);
    setBusy(false);
    if (result.saved) { setTicked(new Set()); setSaid({ kind: 'ok', title: words.saved(result.saved.revision) }); onSaved(); }
    else if (result.faults) setSaid({ faults: result.faults, document: target });
    else if (result.conflict) { setSaid({ kind: 'warn', title: words.conflict }); onSaved(); }
    else setSaid({ kind: 'bad', title: result.error.message });
  };
  return html`<div role="status">${said?.kind && html`<${Notice} kind=${said.kind}>${said.title}<//>`}</div>
    ${entries.length === 0 ? html`<p>${words.accountSame}</p>` : html`
      ${editor && html`<p class="help">${words.takeHelp}</p><p class="actions"><button type="button" class="btn small" onClick=${() => setTicked(new Set(entries.map(one => one.key)))}>${words.takeAll}</button>
        <button type="button" class="btn small" onClick=${() => setTicked(new Set())}>${words.takeNone}</button></p>`}
      <${Difference} entries=${entries} sides=${words.accountSides(name)} pick=${pick || null} />
      ${said?.faults && html`<${Faults} ...${said} />`}
      ${editor && html`<div class="form-foot"><button type="button" class="btn primary" disabled=${busy || !chosen.length} onClick=${take}>${busy ? words.saving : words.take(chosen.length)}</button></div>`}`}`;
}

export function Accounts({ now, editor, onSaved }) {
  const { data, error, loading, reload } = useLoad(async () => (await get('/api/accounts')).accounts.filter(one => !one.current));
  const [chosen, setChosen] = useState('');
  const [other, setOther] = useState({ data: null, error: null });
  const load = async () => {
    setOther({ data: null, error: null });
    try { setOther({ data: await get(`/api/config/accounts/${chosen}`), error: null }); } catch (e) { setOther({ data: null, error: e }); }
  };
  useEffect(() => { if (chosen) load(); }, [chosen]);
  const account = data?.find(one => String(one.id) === chosen);
  const name = account && words.accountOption(account.name, account.portal_id);
  return html`<section class="card conf" aria-labelledby="accounts"><h2 id="accounts">${words.accountTitle}</h2>
    ${!data && (error && !loading ? html`<${Failed} error=${error} retry=${reload} />` : html`<${Skeleton} lines=${2} />`)}
    ${data && !data.length && html`<p class="muted">${words.accountNone}</p>`}
    ${data?.length > 0 && html`<p class="help">${words.accountLead}</p>
      <${Field} label=${words.account} help=${words.accountHelp}>${attributes => html`<select ...${attributes} value=${chosen} onChange=${e => setChosen(e.target.value)}>
        <option value="">${words.accountChoose}</option>${data.map(one => html`<option key=${one.id} value=${String(one.id)}>${words.accountOption(one.name, one.portal_id)}</option>`)}</select>`}<//>
      ${account && (other.error ? html`<${Failed} error=${other.error} retry=${load} />` : other.data ? html`<${Compared} key=${chosen} now=${now} other=${other.data} name=${name} editor=${editor} onSaved=${onSaved} />` : html`<${Skeleton} lines=${5} />`)}`}
  </section>`;
}
