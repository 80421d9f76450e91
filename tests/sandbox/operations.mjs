// What a person does in the CRM page and a test through /control: one function each, same words, same events.
import { ACCOUNTS, account } from './hubspot/accounts.mjs';
import { HubspotError } from './hubspot/errors.mjs';
import { forget, merge as mergeRecords } from './hubspot/merge.mjs';
import { TYPE_NAMES, typeName } from './hubspot/types.mjs';

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

/** options: id, and changeSource when it was not a person on a page (IMPORT, FORM, ...). */
export function create(w, acc, type, properties, { id, changeSource } = {}) {
	return w.crm.create(acc.portalId, type, properties, person(acc, changeSource), { id });
}

export function update(w, acc, type, id, properties, changeSource) {
	return w.crm.update(acc.portalId, type, id, properties, person(acc, changeSource));
}

/** label: the words of an association label, "Primary" among them. */
export function associate(w, acc, from, fromId, to, toId, label) {
	const types = label ? w.associationTypes.of(acc.portalId, from, to).filter((t) => t.label === label) : [];
	if (label && !types.length)
		throw new Refused(`there is no label ${label} from ${from} to ${to}`);
	return w.links.associate(acc.portalId, from, fromId, to, toId, person(acc, 'USER'), types.slice(0, 1));
}

/** A label of the account's own for links between two objects. */
export function addLabel(w, acc, from, to, { label, inverseLabel }) {
	const name = String(label ?? '').toLowerCase().replace(/\W+/g, '_').replace(/^\d/, '_$&');
	return w.associationTypes.create(acc.portalId, from, to, { name, label, inverseLabel });
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
	props.pipeline ??= w.pipelines.findStage(acc.portalId, props.dealstage)?.pipeline.id;
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
	const found = w.pipelines.findStage(acc.portalId, stageId);
	if (!found)
		throw new Refused(`no stage ${stageId} in this account`);
	return update(w, acc, 'deals', dealId, { dealstage: stageId, pipeline: found.pipeline.id });
}

export function remove(w, acc, type, id, privacy) {
	if (privacy && type !== 'contacts')
		throw new Refused('only contacts can be deleted for privacy');
	if (privacy)
		return forget(w, acc.portalId, { objectId: id }, person(acc));
	w.crm.need(acc.portalId, type, id);
	return w.crm.archive(acc.portalId, type, id, person(acc));
}

/** The restored record. */
export const restore = (w, acc, type, id) => w.crm.restore(acc.portalId, type, id, person(acc));

export const merge = (w, acc, type, primaryId, otherId) => mergeRecords(w, acc.portalId, type, primaryId, otherId, person(acc));

export function addProperty(w, acc, type, input) {
	const definition = { type: 'string', fieldType: 'text', groupName: [...w.properties.groups(acc.portalId, type).keys()][0], ...input };
	return w.properties.create(acc.portalId, type, definition);
}

/** The account is being moved between data centers for so many seconds: every call answers 477. 0 ends that. */
export function moveAccount(w, acc, seconds) {
	if (!(Number(seconds) >= 0))
		throw new Refused('seconds must be a number, 0 or more');
	const row = w.store.get('account', acc.portalId) ?? {};
	w.store.put('account', acc.portalId, { ...row, movingUntil: Date.now() + Number(seconds) * 1000 });
}

/** The account is closed (or open again): refreshes answer BAD_HUB, tokens are worth nothing. */
export function closeAccount(w, acc, gone) {
	const row = w.store.get('account', acc.portalId) ?? {};
	w.store.put('account', acc.portalId, { ...row, gone: Boolean(gone) });
}

/** What the account's administrator wants of records of an object. */
export function setRules(w, acc, type, rules) {
	const known = w.properties.of(acc.portalId, type);
	for (const name of [...rules.required ?? [], ...(rules.conditional ?? []).flatMap((c) => [c.when, c.require])])
		if (!known.has(name))
			throw new Refused(`there is no property ${name}`);
	return w.rules.set(acc.portalId, type, rules);
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
