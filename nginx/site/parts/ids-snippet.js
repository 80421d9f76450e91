// The landing page snippet, made as one fills in what it depends on, ready to copy.
import { html, useRef, useState } from '../html.js';
import { text } from '../text.js';
import { domainFault, landingSnippet } from '../lib/snippet.js';
import { Field } from './field.js';
import { Switch } from './switch.js';

const words = text.ids.snippet;
const MAX_DAYS = 400;

export function Snippet() {
  const [days, setDays] = useState('30');
  const [domain, setDomain] = useState('');
  const [consent, setConsent] = useState(false);
  const [said, setSaid] = useState('');
  const code = useRef(null);
  const host = domain.trim().toLowerCase();
  const daysError = /^\d{1,3}$/.test(days.trim()) && Number(days) >= 1 && Number(days) <= MAX_DAYS ? '' : words.daysFault;
  const domainError = domainFault(host, words.domainFault);
  const bad = daysError || domainError;
  const snippet = bad ? '' : landingSnippet({ days: Number(days), domain: host, consent });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(snippet);
      setSaid(words.copied);
    } catch {
      getSelection().selectAllChildren(code.current);
      setSaid(words.notCopied);
    }
  };
  return html`<section class="card" aria-labelledby="ids-snippet"><h2 id="ids-snippet">${words.title}</h2><p class="help">${words.lead}</p>
    <h3>${words.stepsTitle}</h3>
    <ol class="how">${words.steps.map(([title, body]) => html`<li key=${title}><strong>${title}</strong> ${body}</li>`)}</ol>
    <div class="snippet-form">
      <${Field} label=${words.days} help=${words.daysHelp} error=${daysError}>${a => html`<input ...${a} type="text" inputmode="numeric" value=${days} onInput=${e => setDays(e.target.value)} />`}<//>
      <${Field} label=${words.domain} help=${words.domainHelp} error=${domainError}>${a => html`<input ...${a} type="text" autocomplete="off" spellcheck=${false} value=${domain} onInput=${e => setDomain(e.target.value)} />`}<//>
      <${Switch} visible on=${consent} onChange=${setConsent} label=${words.consent} help=${words.consentHelp} />
    </div>
    ${!bad && html`<pre class="code" tabindex="0" aria-label=${words.code} ref=${code}>${snippet}</pre>`}
    <div class="card-foot"><p class="help" role="status">${said}</p>
      <button type="button" class="btn primary" disabled=${Boolean(bad)} onClick=${copy}>${words.copy}</button></div>
    <details><summary>${words.uttTitle}</summary>${words.utt.map(p => html`<p key=${p}>${p}</p>`)}</details>
  </section>`;
}
