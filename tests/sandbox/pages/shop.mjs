// A brand's website: a landing page with a form of HubSpot's, whose hidden field takes the click id, and whatever snippet was pasted into it.
import { account } from '../hubspot/accounts.mjs';
import { HubspotError } from '../hubspot/errors.mjs';
import * as op from '../operations.mjs';
import { Router } from '../router.mjs';
import { back, field, html, messageOf, page } from './html.mjs';

const HIDDEN = 'custom_impact_click_id';
const FORM = { changeSource: 'FORM', sourceId: 'landing-page' };
const here = (acc) => `/shop/${acc.portalId}`;

/** The pasted text stands in the page as it is: it is the brand's own website. */
function shopPage(w, q, acc) {
	const snippet = w.store.get('snippet', String(acc.portalId)) ?? '';
	const answer = page({ title: `Website of ${acc.name}`, path: q.path, message: messageOf(q), body: html`<h1>The website of ${acc.name}</h1>
<p class="lead">A partner's link leads here with the click id in the address, as in <a href="${here(acc)}?im_ref=RRw3xKq8ZtUo1JnM6vPa4SdF">this one of Robot Review Weekly</a>.</p>
<section aria-labelledby="demo"><h2 id="demo">Request a demo</h2>
<form method="post" action="${here(acc)}">${field('Email', 'email', '', { type: 'email', required: true })}${field('First name', 'firstname')}
<input type="hidden" name="${HIDDEN}" value=""><p><button>Send</button></p></form></section>
<p><a href="${here(acc)}">Another page of the website</a></p>
<section aria-labelledby="head"><h2 id="head">Scripts of this website</h2>
<form method="post" action="${here(acc)}/snippet"><div class="field"><label for="snippet">Snippet in the head of every page</label>
<textarea id="snippet" name="snippet" rows="6" spellcheck="false">${snippet}</textarea></div><p><button>Save the snippet</button></p></form></section>` });
	answer.body = answer.body.replace('</head>', () => `${snippet}</head>`);
	answer.headers['content-security-policy'] = answer.headers['content-security-policy'].replace('script-src \'self\'', 'script-src \'self\' \'unsafe-inline\'');
	return answer;
}

function sendForm(w, q, acc) {
	const form = q.form();
	const properties = Object.fromEntries(['email', 'firstname', HIDDEN].map((name) => [name, (form.get(name) ?? '').trim()]).filter(([, v]) => v));
	try {
		const { id } = w.crm.create(acc.portalId, 'contacts', properties, FORM);
		return back(here(acc), `Thank you. HubSpot has contact ${id}.`);
	} catch (err) {
		if (err instanceof HubspotError)
			return back(here(acc), op.explain(err), true);
		throw err;
	}
}

function keepSnippet(w, q, acc) {
	w.store.put('snippet', String(acc.portalId), q.form().get('snippet') ?? '');
	return back(here(acc), 'The snippet is on every page of the website');
}

const ROUTES = new Router([
	['GET', '/shop/:portal', shopPage],
	['POST', '/shop/:portal', sendForm],
	['POST', '/shop/:portal/snippet', keepSnippet],
]);

export function shopPages(w, q) {
	const found = ROUTES.find(q.method, q.path);
	const acc = found && !found.allowed ? account(found.params.portal) : null;
	return acc ? found.handler(w, q, acc) : null;
}
