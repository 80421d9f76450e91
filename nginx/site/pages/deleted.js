// Where the person lands who deleted an account: what was done, and what is still under way.  Nobody is logged in here.
import { html, useEffect, useState } from '../html.js';
import { get } from '../api.js';
import { text } from '../text.js';
import { formatCount } from '../lib/format.js';
import { usePoll } from '../lib/load.js';
import { Check, Warn } from '../parts/icons.js';
import { Failed, Notice, Skeleton } from '../parts/notice.js';

const words = text.erased;
const EVERY_MS = 3000;

const Step = ({ done, warn, children }) => html`<li class=${done ? 'done' : ''}><span class="tick" aria-hidden="true">${done && !warn ? html`<${Check}/>` : warn && html`<${Warn}/>`}</span><span>${children}</span></li>`;

function Steps({ now }) {
  const { state, uninstall, erased } = now;
  const left = uninstall !== 'pending';
  const rows = state === 'done' ? words.rows.done(formatCount(erased)) : erased > 0 ? words.rows.erasing(formatCount(erased)) : words.rows.waiting;
  return html`<section aria-labelledby="done"><h2 id="done">${words.steps}</h2><ul class="checklist">
    <${Step} done>${words.stopped}<//>
    <${Step} done=${left} warn=${uninstall === 'unreached'}>${words.uninstall[uninstall]}<//>
    <${Step} done=${left}>${words.key[left ? 'done' : 'erasing']}<//>
    <${Step} done=${state === 'done'}>${rows}<//></ul></section>
    ${uninstall === 'unreached' && html`<${Notice} kind="warn">${words.unreachedHelp}<//>`}`;
}

export function Deleted({ receipt }) {
  const [now, setNow] = useState(null);
  const [error, setError] = useState(null);
  const read = async () => {
    if (!receipt) { setNow({ state: 'unknown' }); return; }
    try {
      setNow(await get(`/api/account/erasure?receipt=${encodeURIComponent(receipt)}`));
      setError(null);
    } catch (failure) {
      if (failure.status === 404 || failure.status === 400) setNow({ state: 'unknown' });
      else setError(failure);
    }
  };
  const over = now && now.state !== 'erasing';
  useEffect(() => { read(); }, [receipt]);
  usePoll(async () => { if (!over) await read(); }, EVERY_MS, [receipt, over]);
  useEffect(() => { document.title = `${words.title[now?.state ?? 'erasing']} · ${text.nav.product}`; }, [now?.state]);
  return html`<main class="alone login" id="main" tabindex="-1"><p class="brand"><span class="mark" aria-hidden="true"></span>${text.nav.product}</p>
    <div class="card">${!now && !error && html`<h1 class="sr">${words.title.erasing}</h1><${Skeleton} lines=${6} tall />`}
      ${!now && error && html`<h1 class="sr">${words.title.erasing}</h1><${Failed} error=${error} retry=${read} />`}
      ${now && html`<div role="status"><h1>${words.title[now.state]}</h1><p class="lead">${words.lead[now.state]}</p></div>
        ${now.state !== 'unknown' && html`<${Steps} now=${now} /><p class="muted">${words.stays}</p><p class="muted">${words.againHelp[now.state]}</p>`}
        ${now.state !== 'erasing' && html`<p><a class="btn" href="/login">${words.again}</a></p>`}`}</div></main>`;
}
