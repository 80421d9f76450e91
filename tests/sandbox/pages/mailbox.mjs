// What the connector has mailed, newest first.
import { html, page, time } from './html.mjs';

/** The message's text with its links to click on. */
const linked = (text) => text.split(/(https?:\/\/\S+)/).map((part, i) => i % 2 ? html`<a href="${part}">${part}</a>` : part);

export function mailboxPage(w, q) {
	const to = q.query.get('to') ?? '';
	const rows = w.mail.list(to).reverse().slice(0, 100).map((m) => html`<article><h2>${m.subject}</h2>
<p class="hint">To ${m.to.join(', ')}, from ${m.from}, ${time(m.at)}</p><pre>${linked(m.text)}</pre></article>`);
	return page({ title: 'Mailbox', path: '/mail', body: html`<h1>Mailbox</h1>
<p>E-mails of the connector, whomever they are for.</p>
<form method="get" action="/mail" class="inline"><label>To <input name="to" value="${to}"></label> <button>Show</button></form>
<section data-live="mail">${rows.length ? rows : html`<p>Nothing has been mailed yet.</p>`}</section>` });
}
