// Object types of the CRM: their names, ids, scopes, and what a read shows when nothing was asked for.

const contactScopes = (rw) => [`crm.objects.contacts.${rw}`];
const STANDARD = ['createdate', 'hs_lastmodifieddate', 'hs_object_id'];
const ACTIVITY = ['hs_createdate', 'hs_lastmodifieddate', 'hs_object_id'];

// The ids of invoices and subscriptions are not in the reference; the association types of line items name the two objects.
const TYPES = {
	contacts: { id: '0-1', singular: 'contact', modified: 'lastmodifieddate', shown: ['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname'] },
	companies: { id: '0-2', singular: 'company', shown: [...STANDARD, 'domain', 'name'] },
	deals: { id: '0-3', singular: 'deal', shown: [...STANDARD, 'amount', 'closedate', 'dealname', 'dealstage', 'pipeline'] },
	line_items: { id: '0-8', singular: 'line_item', shown: [...STANDARD, 'quantity'], scopes: (rw) => [`crm.objects.line_items.${rw}`, 'e-commerce'] },
	tickets: { id: '0-5', singular: 'ticket', shown: [...STANDARD, 'subject', 'content', 'hs_pipeline', 'hs_pipeline_stage'], scopes: () => ['tickets'] },
	products: { id: '0-7', singular: 'product', shown: [...STANDARD, 'name', 'price', 'description'], scopes: (rw) => [`crm.objects.products.${rw}`, 'e-commerce'] },
	quotes: { id: '0-14', singular: 'quote', created: 'hs_createdate', shown: [...ACTIVITY, 'hs_title'] },
	tasks: { id: '0-27', singular: 'task', created: 'hs_createdate', shown: ACTIVITY, scopes: contactScopes },
	notes: { id: '0-46', singular: 'note', created: 'hs_createdate', shown: ACTIVITY, scopes: contactScopes },
	meetings: { id: '0-47', singular: 'meeting', created: 'hs_createdate', shown: ACTIVITY, scopes: contactScopes },
	calls: { id: '0-48', singular: 'call', created: 'hs_createdate', shown: ACTIVITY, scopes: contactScopes },
	emails: { id: '0-49', singular: 'email', created: 'hs_createdate', shown: ACTIVITY, scopes: contactScopes },
	orders: { id: '0-123', singular: 'order', created: 'hs_createdate', shown: [...ACTIVITY, 'hs_order_name'] },
	leads: { id: '0-136', singular: 'lead', created: 'hs_createdate', shown: [...ACTIVITY, 'hs_lead_name'] },
	invoices: { id: '0-53', singular: 'invoice', created: 'hs_createdate', shown: ACTIVITY },
	subscriptions: { id: '0-69', singular: 'subscription', created: 'hs_createdate', shown: ACTIVITY },
};

const NAMES = new Map();
Object.entries(TYPES).forEach(([name, t], i) => {
	Object.assign(t, { modified: t.modified ?? 'hs_lastmodifieddate', created: t.created ?? 'createdate', offset: i * 100000 });
	t.scopes ??= (rw) => [`crm.objects.${name}.${rw}`];
	for (const text of [name, t.singular, t.id])
		NAMES.set(text, name);
});

export const TYPE_NAMES = Object.keys(TYPES);
export const typeInfo = (name) => TYPES[name];

/** "deals", "deal" or "0-3" to "deals", in any case; null when unknown. */
export const typeName = (text) => NAMES.get(String(text).toLowerCase()) ?? null;

/** Any of these scopes lets an app read or write records of the type. */
export const objectScopes = (type, write) => TYPES[type].scopes(write ? 'write' : 'read');

/** Any of these lets an app read the type's properties and pipelines. */
export const schemaReadScopes = (type) => [...new Set([...objectScopes(type, false), ...objectScopes(type, true), `crm.schemas.${type}.read`, `crm.schemas.${type}.write`])];

export const schemaWriteScopes = (type) => ['line_items', 'products'].includes(type) ? ['e-commerce']
	: objectScopes(type, true)[0] === `crm.objects.${type}.write` ? [`crm.schemas.${type}.write`] : objectScopes(type, true);

/** CONTACT_TO_DEAL and so on, as webhooks name it. */
export const linkName = (from, to) => `${TYPES[from].singular}_TO_${TYPES[to].singular}`.toUpperCase();
