// What an app can ask of the account itself: its details, its owners, and to be uninstalled.
import { account, details, owners } from './accounts.mjs';
import { limitOf } from './common.mjs';
import { HubspotError, validation } from './errors.mjs';
import { anyScope } from './gate.mjs';

const MAX_OWNERS = 500;

export const accountDetails = (c) => {
	anyScope(c.row, ['oauth']);
	return { status: 200, body: details(account(c.portalId)) };
};

export const uninstall = (c) => {
	anyScope(c.row, ['oauth']);
	c.w.oauth.uninstall(c.portalId);
	return { status: 204 };
};

const people = (c) => owners(account(c.portalId), c.q.query.get('archived') === 'true');

export function listOwners(c) {
	anyScope(c.row, ['crm.objects.owners.read']);
	const limit = limitOf(c.q, 100, MAX_OWNERS);
	const email = c.q.query.get('email')?.toLowerCase();
	const after = Number(c.q.query.get('after') ?? 0);
	if (!Number.isInteger(after) || after < 0)
		throw validation('after is not one that a page has given');
	const rows = people(c).filter((o) => !email || o.email.toLowerCase() === email);
	const body = { results: rows.slice(after, after + limit) };
	if (rows.length > after + limit)
		body.paging = { next: { after: String(after + limit), link: `https://api.hubapi.com${c.q.path}?after=${after + limit}` } };
	return { status: 200, body };
}

export function readOwner(c) {
	anyScope(c.row, ['crm.objects.owners.read']);
	const by = c.q.query.get('idProperty') ?? 'id';
	if (!['id', 'userId'].includes(by))
		throw validation('idProperty must be id or userId');
	const found = people(c).find((o) => String(o[by]) === c.params.id);
	if (!found)
		throw new HubspotError(404, { message: `Owner ${c.params.id} does not exist`, category: 'OBJECT_NOT_FOUND' });
	return { status: 200, body: found };
}
