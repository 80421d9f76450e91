// The pages' port: static files, pages, consent, control.
import { control } from '../control.mjs';
import { consent } from './consent.mjs';
import { crmPages } from './crm.mjs';
import { html, page, staticFile } from './html.mjs';
import { impactPage, impactPost } from './impact.mjs';
import { landing } from './landing.mjs';
import { logPage } from './log.mjs';
import { mailboxPage } from './mailbox.mjs';
import { shopPages } from './shop.mjs';
import { switchPages } from './switches.mjs';

/** A form of another site must not work here. */
function foreign(q) {
	const origin = q.headers.origin;
	if (q.method === 'GET' || !origin)
		return false;
	return origin === 'null' ? q.headers['sec-fetch-site'] !== 'same-origin' : new URL(origin).host !== q.headers.host;
}

export function siteHandler(w) {
	return (q) => {
		if (foreign(q))
			return { status: 403, body: { error: 'this request comes from another site' } };
		if (q.path.startsWith('/control/'))
			return control(w, q);
		if (q.path.startsWith('/static/'))
			return staticFile(q.path.slice('/static/'.length));
		const answer = consent(w, q)
			?? (q.path === '/' && q.method === 'GET' ? landing(w, q) : null)
			?? (q.path.startsWith('/crm') ? crmPages(w, q) : null)
			?? (q.path === '/impact' ? (q.method === 'GET' ? impactPage(w, q) : impactPost(w, q)) : null)
			?? (q.path.startsWith('/shop/') ? shopPages(w, q) : null)
			?? (q.path === '/log' && q.method === 'GET' ? logPage(w, q) : null)
			?? (q.path === '/mail' && q.method === 'GET' ? mailboxPage(w, q) : null)
			?? (q.path.startsWith('/switches') ? switchPages(w, q) : null);
		return answer ?? page({ title: 'Not found', status: 404, body: html`<h1>Not found</h1><p><a href="/">Back to the start</a></p>` });
	};
}
