// The first page: what this is, and the ways on.
import { ACCOUNTS } from '../hubspot/accounts.mjs';
import { html, page } from './html.mjs';

export function landing(w, q) {
	return page({ title: 'Start', path: q.path, body: html`<h1>The far end, played</h1>
<p class="lead">The connector links HubSpot to impact.com. This program stands in for both, so that you can try everything without an account at either.
Records, clicks, partners and money are invented; requests, refusals and signatures are those of the real services.</p>
<ol class="steps">
<li><h2>Connect</h2><p>Open <a href="${w.conf.publicUrl}">the connector (${w.conf.publicUrl})</a>, log in through HubSpot and choose one of the two accounts that live here:
${ACCOUNTS.map((a, i) => html`${i ? ' or ' : ''}<strong>${a.name}</strong>`)}.</p></li>
<li><h2>Enter impact.com's credentials</h2><p>The <a href="/impact">impact.com page</a> shows an Account SID, Auth Token and Program ID that work, and some that do not.</p></li>
<li><h2>Say what counts</h2><p>In the connector: <strong>Event Triggers</strong>, consent for Deals and the trigger <em>Deal Stage becomes Closed Won</em>;
<strong>Field Mappings</strong>, the Deals preset; then Save once for both.</p></li>
<li><h2>Win a deal</h2><p>In the <a href="/crm">HubSpot CRM page</a> create a contact that came by a partner's click, a deal of that contact, and move the deal to Closed Won.</p></li>
<li><h2>See it counted</h2><p>The <a href="/impact">impact.com page</a> shows the conversion with every field it came with, and a few seconds later the verdict: partner, payout, locking date.</p></li>
</ol>
<h2>The brand's website</h2>
<p>A landing page with a form, to catch a click id with the connector's snippet: ${ACCOUNTS.map((a, i) => html`${i ? ' or ' : ''}<a href="/shop/${a.portalId}">${a.name}</a>`)}.</p>
<h2>Under the hood</h2>
<ul><li><a href="/log">Requests</a>: everything that the connector asked of HubSpot and impact.com, and the answers.</li>
<li><a href="/switches">Switches</a>: make the far end slow, busy, broken or forgetful.</li></ul>` });
}
