// What a person does in the CRM page and a test through /control: one function each, same words, same events.
import { ACCOUNTS, account, findStage } from './hubspot/accounts.mjs';
import { HubspotError } from './hubspot/errors.mjs';
import { definitionError } from './hubspot/properties.mjs';
import { TYPE_NAMES, linkTypes, typeName } from './hubspot/types.mjs';

export class Refused extends Error {}

/** The account of a path, or a refusal. */
export function needAccount(portalId) {
	const acc = account(portalId);
	if (!acc)
		throw new Refused(`no HubSpot account ${portalId}; there are ${ACCOUNTS.map((a) => a.portalId).join(' and ')}`);
	return acc;
}

export function needType(text) {
	const type = typeName(text);
	if (!type)
		throw new Refused(`no object type ${text}; there are ${TYPE_NAMES.join(', ')}`);
	return type;
}

const person = (acc, changeSource = 'CRM_UI') => ({ changeSource, sourceId: `userId:${acc.users[0].id}` });

/** HubSpot's complaints in words for a person. */
export function explain(err) {
	if (err instanceof HubspotError) {
		const parts = (err.body.errors ?? []).map((e) => e.message);
		return parts.length ? parts.join('; ') : err.body.message;
	}
	return err.message;
}

export function create(w, acc, type, properties, options) {
	return w.crm.create(acc.portalId, type, properties, person(acc), options);
}

export function update(w, acc, type, id, properties) {
	return w.crm.update(acc.portalId, type, id, properties, person(acc));
}

export function associate(w, acc, from, fromId, to, toId, primary = false) {
	const known = linkTypes(from, to);
	return w.crm.associate(acc.portalId, from, fromId, to, toId, person(acc, 'USER'), primary && known?.[1] ? [known[1]] : []);
}

export function dissociate(w, acc, from, fromId, to, toId) {
	w.crm.dissociate(acc.portalId, from, fromId, to, toId, person(acc, 'USER'));
}

export function addLineItem(w, acc, dealId, properties) {
	const item = create(w, acc, 'line_items', properties);
	associate(w, acc, 'deals', dealId, 'line_items', item.id);
	return item;
}

/** A deal with everything around it: {properties, contacts, companies, lineItems, id}. */
export function createDeal(w, acc, { properties, contacts = [], companies = [], lineItems = [], id }) {
	const props = { ...properties };
	props.pipeline ??= findStage(acc, props.dealstage)?.pipeline.id;
	for (const item of lineItems)
		if (!item.name && !item.hs_sku)
			throw new Refused('a line item needs a name or a SKU');
	for (const [type, ids] of [['contacts', contacts], ['companies', companies]])
		for (const one of ids)
			w.crm.need(acc.portalId, type, one);
	const deal = create(w, acc, 'deals', props, { id });
	for (const one of contacts)
		associate(w, acc, 'deals', deal.id, 'contacts', one);
	for (const one of companies)
		associate(w, acc, 'deals', deal.id, 'companies', one);
	return { deal, items: lineItems.map((item) => addLineItem(w, acc, deal.id, item)) };
}

export function move(w, acc, dealId, stageId) {
	const found = findStage(acc, stageId);
	if (!found)
		throw new Refused(`no stage ${stageId} in this account`);
	return update(w, acc, 'deals', dealId, { dealstage: stageId, pipeline: found.pipeline.id });
}

export function remove(w, acc, type, id, privacy) {
	w.crm.need(acc.portalId, type, id);
	w.crm.archive(acc.portalId, type, id, person(acc), { privacy });
}

export const restore = (w, acc, type, id) => w.crm.restore(acc.portalId, type, id, person(acc));

export const merge = (w, acc, type, primaryId, otherId) => w.crm.merge(acc.portalId, type, primaryId, otherId, person(acc));

export function addProperty(w, acc, type, input) {
	const definition = { type: 'string', fieldType: 'text', groupName: [...w.properties.groups(acc.portalId, type).keys()][0], ...input };
	const wrong = definitionError(definition);
	if (wrong)
		throw new Refused(wrong);
	if (w.properties.of(acc.portalId, type).has(definition.name))
		throw new Refused(`there is a property ${definition.name} already`);
	return w.properties.add(acc.portalId, type, definition);
}

/** Many contacts with one won deal each, for tests under load. */
export function burst(w, acc, { count, stage = 'closedwon', click, lineItems = 0 }) {
	const made = [];
	for (let i = 0; i < count; i++) {
		const n = w.store.next('burst');
		const contact = create(w, acc, 'contacts', { email: `burst${n}@example.com`, ...(click ? { custom_impact_click_id: click } : {}) });
		const items = Array.from({ length: lineItems }, (_, k) => ({ name: `Item ${k + 1}`, hs_sku: `SKU-${k + 1}`, price: '10', quantity: '1' }));
		const { deal } = createDeal(w, acc, { properties: { dealname: `Burst ${n}`, amount: '100', dealstage: stage }, contacts: [contact.id], lineItems: items });
		made.push({ contact: contact.id, deal: deal.id });
	}
	return made;
}

/** Many records at once, told to nobody: records [{type, id, properties, at}], made or changed, and links [from, fromId, to, toId]. */
export function load(w, acc, { records = [], links = [] }) {
	w.webhooks.quietly(() => {
		for (const { type, id, properties, at } of records)
			if (w.crm.find(acc.portalId, type, id))
				w.crm.update(acc.portalId, type, id, properties, person(acc), { at });
			else
				w.crm.create(acc.portalId, type, properties, person(acc), { id, at });
		for (const [from, fromId, to, toId] of links)
			associate(w, acc, from, fromId, to, toId);
	});
}
