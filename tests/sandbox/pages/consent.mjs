// HubSpot's three OAuth pages: choose an account, review the access, or hear what is wrong with the request.
import { ACCOUNTS, account } from '../hubspot/accounts.mjs';
import { html, page, redirect } from './html.mjs';

const WORDS = {
	oauth: 'Sign in with your HubSpot account and see which account it is',
	'crm.objects.contacts.read': 'View contacts and their properties',
	'crm.objects.contacts.write': 'Create, edit and delete contacts',
	'crm.objects.companies.read': 'View companies and their properties',
	'crm.objects.companies.write': 'Create, edit and delete companies',
	'crm.objects.deals.read': 'View deals, their pipelines and stages',
	'crm.objects.deals.write': 'Create, edit and delete deals',
	'crm.objects.line_items.read': 'View the line items of deals',
	'crm.objects.deals.write': 'Edit deals',
	'crm.schemas.contacts.write': 'Create properties of contacts',
	'crm.schemas.deals.write': 'Create properties of deals',
	'crm.objects.line_items.write': 'Create, edit and delete line items',
	'crm.objects.owners.read': 'View who owns records',
	'crm.schemas.contacts.write': 'Create and change contact properties',
	'crm.schemas.companies.write': 'Create and change company properties',
	'crm.schemas.deals.write': 'Create and change deal properties',
};

const carried = (query) => [...query].map(([k, v]) => html`<input type="hidden" name="${k}" value="${v}">`);

function refusal(errors) {
	return page({ title: 'Authorization failed', theme: 'hubspot', status: 400, nav: false, body: html`<div class="card narrow">
<h1>Authorization failed</h1>
<p>HubSpot refuses this install link, because it does not fit the app:</p>
<ul>${errors.map((e) => html`<li>${e}</li>`)}</ul>
<p class="hint">The app is described in <code>conf/hubspot-app</code>. Nothing was sent back to the app.</p>
</div>` });
}

function chooser(w, query) {
	return page({ title: 'Choose an account', theme: 'hubspot', nav: false, body: html`<div class="card narrow">
<h1>Choose an account</h1>
<p>Which HubSpot account do you want to connect to <strong>${w.conf.app.name}</strong>?</p>
<form method="post" action="/oauth/authorize">
${carried(query)}
<fieldset><legend>HubSpot account</legend>
${ACCOUNTS.map((a, i) => html`<label class="choice"><input type="radio" name="portal" value="${a.portalId}"${i === 0 ? html` checked` : ''}>
<span><strong>${a.name}</strong><br><span class="hint">${a.domain} · ${a.portalId}</span></span></label>`)}
</fieldset>
<p><button class="primary">Choose Account</button></p>
</form></div>` });
}

function review(w, acc, query) {
	const origin = new URL(query.get('redirect_uri')).origin;
	const scopes = [...new Set(`${query.get('scope') ?? ''} ${query.get('optional_scope') ?? ''}`.split(' ').filter(Boolean))];
	return page({ title: 'Connect app', theme: 'hubspot', nav: false, origin, body: html`<div class="card narrow">
<h1>Connect ${w.conf.app.name} to HubSpot</h1>
<p>Account: <strong>${acc.name}</strong> (${acc.portalId}), as ${acc.users[0].firstName} ${acc.users[0].lastName}.</p>
<h2>Review requested access</h2>
<p>This app will be able to:</p>
<ul class="scopes">${scopes.map((s) => html`<li>${WORDS[s] ?? s} <code>${s}</code></li>`)}</ul>
<p class="hint">It is not verified by HubSpot. It will send you back to ${origin}.</p>
<form method="post" action="/oauth/${acc.portalId}/authorize">
${carried(query)}
<p class="buttons"><button class="primary" name="decision" value="connect">Connect app</button>
<button name="decision" value="cancel">Cancel</button></p>
</form></div>` });
}

/** What the person's decision leads to: {location} or {error}. */
export function approve(w, acc, query, { userId, cancel = false } = {}) {
	const error = [...w.oauth.authorizeErrors(query), ...w.oauth.lacking(acc.portalId, query).map((s) => `the tier of ${acc.name} does not have the scope ${s}`)];
	if (error.length)
		return { error };
	const user = acc.users.find((u) => u.id === Number(userId)) ?? acc.users[0];
	const url = new URL(query.get('redirect_uri'));
	if (cancel) {
		url.searchParams.set('error', 'access_denied');
		url.searchParams.set('error_description', 'The user denied access to the app');
	} else {
		url.searchParams.set('code', w.oauth.grant(acc.portalId, user.id, query));
	}
	if (query.has('state'))
		url.searchParams.set('state', query.get('state'));
	return { location: url.toString() };
}

/** The request's own parameters without what our forms add. */
function original(form) {
	const query = new URLSearchParams(form);
	for (const name of ['portal', 'decision', 'user_id'])
		query.delete(name);
	return query;
}

export function consent(w, q) {
	const m = /^\/oauth\/(?:(\d+)\/)?authorize$/.exec(q.path);
	if (!m)
		return null;
	const acc = m[1] ? account(m[1]) : null;
	if (m[1] && !acc)
		return refusal([`there is no HubSpot account ${m[1]} here`]);
	const form = q.method === 'POST' ? q.form() : q.query;
	const query = original(form);
	const errors = w.oauth.authorizeErrors(query);
	if (errors.length)
		return refusal(errors);
	if (!acc) {
		if (q.method === 'GET')
			return chooser(w, query);
		const chosen = account(form.get('portal'));
		return chosen ? redirect(`/oauth/${chosen.portalId}/authorize?${query}`) : chooser(w, query);
	}
	if (q.method === 'GET')
		return review(w, acc, query);
	const { location, error } = approve(w, acc, query, { userId: form.get('user_id'), cancel: form.get('decision') !== 'connect' });
	return error ? refusal(error) : redirect(location, 302);
}
