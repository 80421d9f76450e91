// The far end's remote control (tests/sandbox/README.md), and what the tests know of its accounts.
import { SANDBOX, request } from './env.mjs';

export const NORTHWIND = 48975575; // USD, one pipeline, Ada and Ben
export const ALPINE = 50249912; // EUR, a second pipeline, Clara
export const BEN = 98499706;
// confirm: whatever an earlier test has left unfinished is no question here.
export const ACME = { account_sid: 'IRacmeFULL7Q2mXv90LkT4bWz6RdYp1sN8', auth_token: 'sandbox-token-acme-full', program_id: '1000', confirm: true };
export const VELO = { account_sid: 'IRalpineFULLc3HnE5uJ8xGf2Ka7VtBq0M', auth_token: 'sandbox-token-alpine-full', program_id: '2000', confirm: true };
export const CLICK = 'RRw3xKq8ZtUo1JnM6vPa4SdF'; // Robot Review Weekly's, in ACME's account
export const ALPINE_CLICK = 'ALp1mB7kQz3XvN9tRw5Yc0Hd'; // Mountain Blog's, in VELO's

export async function control(method, path, body) {
	const res = await request(`${SANDBOX}/control${path}`, {
		method, headers: { 'content-type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) });
	if (res.status !== 200)
		throw new Error(`sandbox ${method} ${path}: ${res.status} ${res.text}`);
	return res.json;
}

export const set = (settings) => control('POST', '/settings', settings);
export const fault = (f) => control('POST', '/faults', f);
/** Switches as they were at the start: no fault, no changed setting. */
export async function calm() {
	await control('DELETE', '/faults');
	await control('DELETE', '/settings');
}

export const log = async (query = {}) => (await control('GET', `/log?${new URLSearchParams(query)}`)).entries;
/** The id of the newest request: `since` for a later look at the log. */
export const mark = async () => String((await log({ limit: '1' })).at(-1)?.id ?? 0);
/** Every refresh of a token that HubSpot was asked for since then. */
export const refreshes = async (since) => (await log({ since, side: 'hubspot', method: 'POST', path: '/oauth', limit: '10000000' }))
	.filter((e) => e.path.endsWith('/token') && e.body.includes('grant_type=refresh_token'));
export const submissions = async (orderId) => (await control('GET', '/impact/submissions')).submissions
	.filter((s) => orderId === undefined || s.values.OrderId === orderId);
export const webhooks = async (find) => (await control('GET', '/webhooks')).webhooks.filter(find);

let n = 0;
/** A word that no other test and no earlier run has used. */
export const unique = (word = 'e2e') => `${word}-${Date.now().toString(36)}-${++n}`;

export async function contact(portal, { click = CLICK, ...properties } = {}) {
	const { id } = await control('POST', `/crm/${portal}/contacts`, { properties: {
		email: `${unique('person')}@customer.example`, firstname: 'Quentin', lastname: 'Canaryname',
		...(click ? { custom_impact_click_id: click } : {}), ...properties } });
	return id;
}

export async function deal(portal, { contacts = [], lineItems = [], ...properties } = {}) {
	return control('POST', `/crm/${portal}/deals`, { contacts, lineItems, properties: {
		dealname: unique('Deal'), amount: '100', dealstage: 'appointmentscheduled', ...properties } });
}

export async function company(portal, { contacts = [], ...properties } = {}) {
	const { id } = await control('POST', `/crm/${portal}/companies`, { properties: { name: unique('Company'), ...properties } });
	for (const one of contacts)
		await control('POST', `/crm/${portal}/associate`, { from: 'companies', fromId: id, to: 'contacts', toId: one });
	return id;
}

/** A person's edit of a record in HubSpot. */
export const change = (portal, type, id, properties) => control('PATCH', `/crm/${portal}/${type}/${id}`, { properties });

export const move = (portal, id, stage = 'closedwon') => control('POST', `/crm/${portal}/move`, { deal: id, stage });
export const record = (portal, type, id) => control('GET', `/crm/${portal}/${type}/${id}`);
