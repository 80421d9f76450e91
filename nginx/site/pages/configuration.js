// Configuration: what is in use, its history, two revisions side by side, a file out and in, another account.
import { html, useEffect, useState } from '../html.js';
import { get } from '../api.js';
import { text } from '../text.js';
import { formatDateTime } from '../lib/format.js';
import { useLoad } from '../lib/load.js';
import { setQuery } from '../lib/router.js';
import { Difference } from '../parts/difference.js';
import { Field } from '../parts/field.js';
import { History, useDifference } from '../parts/history.js';
import { Import } from '../parts/import.js';
import { Accounts } from '../parts/accounts.js';
import { Failed, PageHead, Skeleton } from '../parts/notice.js';

const words = text.configuration;

function InUse({ now }) {
  return html`<section class="card conf" aria-labelledby="in-use"><h2 id="in-use">${words.nowTitle}</h2>
    <p class="wrap">${words.now(now.revision, now.author, formatDateTime(now.at))}</p><p class="help">${words.nowHelp}</p>
    <p class="download-line"><a class="btn" href="/api/download/configuration" download>${words.download}</a> <span class="help">${words.downloadHelp}</span></p></section>`;
}

const numberOf = (query, name, max) => {
  const n = Number(query.get(name));
  return Number.isInteger(n) && n >= 1 && n <= max ? n : 0;
};

function Any({ now, query }) {
  const from = numberOf(query, 'from', now.revision);
  const to = numberOf(query, 'to', now.revision);
  const { entries, error, reload } = useDifference(from, to);
  const [typed, setTyped] = useState({ from: from || '', to: to || '' });
  useEffect(() => { setTyped({ from: from || '', to: to || '' }); }, [from, to]);
  const isRevision = value => Number.isInteger(Number(value)) && Number(value) >= 1 && Number(value) <= now.revision;
  const wrong = name => typed[name] !== '' && !isRevision(typed[name]);
  const choose = (name, value) => {
    setTyped(old => ({ ...old, [name]: value }));
    if (value === '' || isRevision(value)) setQuery({ [name]: value });
  };
  const input = name => html`<${Field} label=${words[name === 'from' ? 'anyFrom' : 'anyTo']} error=${wrong(name) && words.anyNone(typed[name], now.revision)}>${attributes => html`<input ...${attributes} type="number" min="1" max=${now.revision} inputmode="numeric"
    value=${typed[name]} onInput=${e => choose(name, e.target.value)} />`}<//>`;
  return html`<section class="card conf" aria-labelledby="any"><h2 id="any">${words.anyTitle}</h2><p class="help">${words.anyHelp}</p>
    <div class="any-line">${input('from')}${input('to')}</div>
    ${from > 0 && to > 0 && !wrong('from') && !wrong('to') && (error ? html`<${Failed} error=${error} retry=${reload} />` : entries ? html`<${Difference} entries=${entries} sides=${words.anySides(from, to)} />` : html`<${Skeleton} lines=${4} />`)}
  </section>`;
}

export function Configuration({ query, session }) {
  const { data: now, error, loading, reload } = useLoad(() => get('/api/config'));
  const editor = session.person.role !== 'viewer';
  return html`<${PageHead} title=${words.title} lead=${words.lead} />
    ${!now && (error && !loading ? html`<${Failed} error=${error} retry=${reload} />` : html`<div class="card"><${Skeleton} lines=${9} tall /></div>`)}
    ${now && html`<div class="stack readable">
      ${!editor && html`<p class="muted">${words.viewer}</p>`}
      <${InUse} now=${now} />
      <${History} now=${now.revision} editor=${editor} onSaved=${reload} />
      ${now.revision > 1 && html`<${Any} now=${now} query=${query} />`}
      ${editor && html`<${Import} onSaved=${reload} />`}
      <${Accounts} now=${now} editor=${editor} onSaved=${reload} /></div>`}`;
}
