// Every request that reached the API, newest first.
import { html, page, select, table, time } from './html.mjs';

const tone = (s) => s >= 200 && s < 300 ? 'good' : s === null ? '' : 'bad';

function row(e) {
	const query = e.query ? `?${e.query}` : '';
	return html`<tr><th scope="row">${e.id}</th><td>${time(e.time)}</td><td>${e.method}</td><td><code class="long">${e.path}${query}</code>
${e.deprecated ? html`<span class="tag bad">deprecated</span>` : ''}${e.fault ? html`<span class="tag">switch: ${e.fault}</span>` : ''}</td>
<td><span class="tag ${tone(e.status)}">${e.status === null ? 'unanswered' : e.status === 0 ? 'cut' : e.status}</span></td><td class="number">${e.ms ?? ''}</td>
<td><details><summary>Request ${e.id}</summary><h3>Headers</h3><pre>${Object.entries(e.headers).map(([k, v]) => `${k}: ${v}`).join('\n')}</pre>
${e.body ? html`<h3>Body</h3><pre>${e.body}</pre>` : ''}${e.answer ? html`<h3>Answer</h3><pre>${e.answer}</pre>` : ''}</details></td></tr>`;
}

export function logPage(w, q) {
	const side = q.query.get('side') ?? '';
	const rows = w.log.find({ side: side || undefined, limit: 100 }).reverse().map(row);
	return page({ title: 'Requests', path: '/log', body: html`<h1>Requests</h1>
<p>What the connector asked of the API, the last 100. Secrets are shown as the first digits of their SHA-256.</p>
<form method="get" action="/log" class="inline">${select('Far end', 'side', [['', [['', 'Both'], ['hubspot', 'HubSpot'], ['impact', 'impact.com']]]], side)}<button>Show</button></form>
<section data-live="log">${table('Requests', ['Id', 'Time (UTC)', 'Method', 'Path', 'Status', 'ms', 'Details'], rows, 'Nothing has been asked yet.')}</section>` });
}
