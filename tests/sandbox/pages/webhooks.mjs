// The webhooks that were sent, with their answers.
import { html, table, time } from './html.mjs';

const STATE = { done: 'good', 'given up': 'bad', waiting: '', sending: '' };

function what(e) {
	const about = e.propertyName ? `${e.propertyName} = ${e.propertyValue}` : e.associationType ?? '';
	return `${e.subscriptionType} ${e.objectId ?? `${e.fromObjectId} to ${e.toObjectId}`} ${about}`;
}

export function webhookTable(rows) {
	const shown = rows.slice(-25).reverse().map((r) => {
		const last = r.attempts[r.attempts.length - 1];
		return html`<tr><th scope="row">${r.id}</th>
<td>${last ? time(last.at) : html`<span class="hint">not yet</span>`}</td>
<td><details><summary>${r.events.length} ${r.events.length === 1 ? 'event' : 'events'}</summary><ul>${r.events.slice(0, 20).map((e) => html`<li>${what(e)}</li>`)}${r.events.length > 20 ? html`<li>...</li>` : ''}</ul></details></td>
<td><span class="tag ${STATE[r.state]}">${r.state}</span></td>
<td>${r.attempts.map((a) => a.status || a.error).join(', ')}</td></tr>`;
	});
	return table('Webhooks', ['Webhook', 'Sent (UTC)', 'Events', 'State', 'Answers'], shown, 'No webhook was sent.');
}
