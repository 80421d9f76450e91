// What a run sends, made from a seed: tenants with their rules, records in every interesting condition, and the events about them.
//
// A case is one story about one record: the records it needs, and facts (one event each) in waves. Waves come one after
// the other; within one everything is shuffled. The oracle never sees a case's name: it works from rules, records and facts.
import { random } from '../sandbox/random.mjs';

export const WAVES = 3;
const CALM = { contacts: 1000, deals: 500, sent: 100 };
const HOUR = 3600000;
const TYPE_ID = { contacts: '0-1', companies: '0-2', deals: '0-3' };

const row = (field, expression) => ({ field, expression });
const CONTACTS = [
	row('EventTypeCode', 'contact_{lifecyclestage}'), row('OrderId', 'contact_{lifecyclestage}_{hs_object_id}'), row('CustomerId', '{hs_object_id}'),
	row('EventDate', '{event.occurredAt}'), row('ClickId', '{custom_impact_click_id}'), row('Text1', '{lastname|upper}'),
];
const DEALS = [
	row('EventTypeCode', '{deal_[deal stage]}'), row('OrderId', '{deal_[stage]_id}'), row('CustomerId', '{contact.hs_object_id}'),
	row('EventDate', '{event.occurredAt}'), row('ClickId', '{contact.custom_impact_click_id}'), row('OrderSubTotal', '{amount}'),
	row('CurrencyCode', '{deal_currency_code|or:account.currency}'), row('Text1', '{dealname}'),
];
const ITEMS = [
	row('ItemSku{i}', '{line_item{i}.hs_sku}'), row('ItemName{i}', '{line_item{i}.name}'), row('ItemCategory{i}', '{line_item{i}.name}'),
	row('ItemPrice{i}', '{line_item{i}.price}'), row('ItemQuantity{i}', '{line_item{i}.quantity}'),
];
const COMPANIES = [
	row('EventTypeCode', '{lifecyclestage|map:customer=contact_customer,else=contact_lead}'), row('OrderId', 'company_{lifecyclestage}_{hs_object_id}'),
	row('CustomerId', '{contact.hs_object_id}'), row('EventDate', '{event.occurredAt}'), row('ClickId', '{contact.custom_impact_click_id}'),
	row('Text1', '{name|lower}'),
];
const TRIGGERS = { contacts: ['lifecyclestage', ['lead', 'customer']], deals: ['dealstage', ['closedwon', 'contractsent']], companies: ['lifecyclestage', ['lead', 'customer']] };

/** The rules of tenant i: some have line items, some gave no consent for companies, some switched that trigger off. */
function objects(i) {
	const one = (type, rows, { consent = true, mode = 'live' } = {}) => [type, {
		consent, triggers: [{ id: `t_${type}`, on: 'changed', property: TRIGGERS[type][0], becomes: TRIGGERS[type][1], mode }],
		mapping: rows.map((r, k) => ({ id: `m_${type}_${k}`, ...r, when: '', active: true })),
	}];
	return Object.fromEntries([one('contacts', CONTACTS), one('deals', i % 2 ? DEALS : [...DEALS, ...ITEMS]),
		one('companies', COMPANIES, { consent: i % 5 !== 0, mode: i % 7 === 0 ? 'off' : 'live' })]);
}

class Tenant {
	constructor(i, chance, base) {
		Object.assign(this, { i, portal: 60000000 + i, sid: `IRtenant${String(i).padStart(4, '0')}`, token: `sandbox-token-tenant-${i}`,
			program: String(30000 + i), objects: objects(i), waves: Array.from({ length: WAVES }, () => ({ records: [], links: [], events: [] })), facts: 0 });
		Object.defineProperties(this, { chance: { value: chance }, base: { value: base }, next: { value: 1000, writable: true }, moment: { value: base - HOUR, writable: true } });
	}

	record(type, properties, wave = 0) {
		const id = String(this.next++);
		this.waves[wave].records.push({ type, id, properties, at: this.base - 2 * HOUR });
		return id;
	}
	link(from, fromId, to, toId, wave = 0) { this.waves[wave].links.push([from, fromId, to, toId]); }
	#event(wave, members) {
		this.moment += this.chance.between(1, 900);
		this.waves[wave].events.push({ portalId: this.portal, occurredAt: this.moment, changeSource: 'CRM_UI', sourceId: `userId:${70000000 + this.i}`, ...members });
		this.facts++;
	}
	changed(wave, type, id, propertyName, propertyValue, more = {}) {
		this.#event(wave, { subscriptionType: 'object.propertyChange', objectTypeId: TYPE_ID[type], objectId: Number(id), propertyName, propertyValue, isSensitive: false, ...more });
	}
	created(wave, type, id) { this.#event(wave, { subscriptionType: 'object.creation', objectTypeId: TYPE_ID[type], objectId: Number(id), changeFlag: 'CREATED' }); }
	associated(wave, from, fromId, to, toId) {
		this.#event(wave, { subscriptionType: 'object.associationChange', associationType: 'DEAL_TO_CONTACT', fromObjectId: Number(fromId), toObjectId: Number(toId),
			fromObjectTypeId: TYPE_ID[from], toObjectTypeId: TYPE_ID[to], associationTypeId: 3, associationCategory: 'HUBSPOT_DEFINED', associationRemoved: false, isPrimaryAssociation: false });
	}
	/** Something that is no event; counted apart, and not a fact. */
	strange(wave, event) { this.waves[wave].events.push(event); }

	good() { return this.chance.pick([`T${this.i}goodClick000000000001`, `T${this.i}goodClick000000000002`, `T${this.i}otherClick00000000001`]); }
	bad() {
		return this.chance.pick(['nobodyKnowsThisClick', `T${this.i}inactivePartner000001`, `T${this.i}noContract00000000001`, `T${this.i}olderThanWindow000001`,
			`T${this.i}malformed000000000001`]);
	}
	contact(click, wave = 0, lastname = `Person ${this.next}`) {
		return this.record('contacts', { email: `p${this.next}@tenant-${this.i}.example`, lastname, ...(click ? { custom_impact_click_id: click } : {}) }, wave);
	}
	deal(more = {}) {
		const id = this.record('deals', { dealname: `Deal ${this.next}`, amount: `${this.chance.between(1, 9000)}.${this.chance.between(10, 99)}`, dealstage: 'closedwon', ...more });
		for (let n = this.chance.between(0, 3); n > 0; n--)
			this.link('deals', id, 'line_items', this.record('line_items', { name: `Item ${n}`, hs_sku: `SKU-${n}`, price: `${n}.50`, quantity: String(n) }));
		return id;
	}
	wave() { return this.chance.between(0, WAVES - 1); }
	early() { return this.chance.between(0, WAVES - 2); }
	stage() { return this.chance.pick(['closedwon', 'closedwon', 'contractsent']); }
}

function leadOf(t, click, wave = t.wave()) {
	const id = t.contact(click);
	t.changed(wave, 'contacts', id, 'lifecyclestage', 'lead');
	return id;
}
function dealOf(t, click, more) {
	const id = t.deal(more);
	t.link('deals', id, 'contacts', t.contact(click));
	t.changed(t.wave(), 'deals', id, 'dealstage', t.stage());
}
function companyOf(t, click) {
	const id = t.record('companies', { name: `Company ${t.next} LTD`, domain: `c${t.next}.example` });
	t.link('companies', id, 'contacts', t.contact(click));
	t.changed(t.wave(), 'companies', id, 'lifecyclestage', t.chance.pick(['lead', 'customer']));
}

/** [weight, story]. */
const CASES = [
	[30, (t) => leadOf(t, t.good())],
	[12, (t) => leadOf(t, t.chance.chance(0.5) ? t.bad() : '')],
	[10, (t) => { // two stages before anybody looked: two facts, two conversions
		const id = leadOf(t, t.good(), t.early());
		t.changed(t.wave(), 'contacts', id, 'lifecyclestage', 'customer');
	}],
	[6, (t) => { // the same stage reached again: the same effect
		const id = leadOf(t, t.good());
		t.changed(t.wave(), 'contacts', id, 'lifecyclestage', 'lead');
	}],
	[3, (t) => { // again, and the first was refused: its next revision, because the date differs
		const id = leadOf(t, t.bad(), t.early());
		t.changed(WAVES - 1, 'contacts', id, 'lifecyclestage', 'lead');
	}],
	[6, (t) => t.changed(t.wave(), 'contacts', t.contact(t.good()), 'lifecyclestage', 'subscriber')],
	[4, (t) => t.changed(t.wave(), 'contacts', t.contact(''), 'email', `new${t.next}@tenant-${t.i}.example`)],
	[4, (t) => t.created(t.wave(), 'deals', t.deal())],
	[2, (t) => t.changed(t.wave(), 'contacts', t.contact(t.good()), 'lifecyclestage', 'lead', { changeSource: 'INTEGRATION', sourceId: '39522895' })],
	[2, (t) => t.changed(t.wave(), 'deals', String(t.next++), 'dealstage', 'closedwon')], // a record that is gone
	[18, (t) => dealOf(t, t.good())],
	[5, (t) => dealOf(t, t.bad())],
	[3, (t) => dealOf(t, t.good(), { amount: '' })],
	[2, (t) => dealOf(t, t.good(), { dealname: `A name of more than 64 characters, ${'as people give them '.repeat(3)}` })],
	[3, (t) => { // two contacts: the one with a click counts
		const id = t.deal();
		t.link('deals', id, 'contacts', t.contact(''));
		t.link('deals', id, 'contacts', t.contact(t.good()));
		t.changed(t.wave(), 'deals', id, 'dealstage', t.stage());
	}],
	[5, (t) => { // no contact yet, until a later wave
		const id = t.deal();
		const first = t.early();
		t.changed(first, 'deals', id, 'dealstage', 'closedwon');
		const later = t.chance.between(first + 1, WAVES - 1);
		const contact = t.contact(t.good());
		t.link('deals', id, 'contacts', contact, later);
		t.associated(later, 'deals', id, 'contacts', contact);
	}],
	[2, (t) => t.changed(t.wave(), 'deals', t.deal(), 'dealstage', 'closedwon')], // never a contact
	[6, (t) => { // credited by the lead of the same customer, if that came first
		const contact = leadOf(t, t.good(), 0);
		const id = t.deal();
		t.waves[0].links.push(['deals', id, 'contacts', contact]);
		t.changed(WAVES - 1, 'deals', id, 'dealstage', 'closedwon');
	}],
	[8, (t) => companyOf(t, t.good())],
	[3, (t) => companyOf(t, t.bad())],
	[1, (t) => t.strange(t.wave(), { subscriptionType: 'object.creation', objectTypeId: '0-1', objectId: 'no number', portalId: t.portal, occurredAt: t.base })],
	[1, (t) => t.strange(t.wave(), { subscriptionType: 'object.creation', objectTypeId: '0-1', objectId: 5, portalId: t.portal, occurredAt: 'yesterday' })],
	[1, (t) => t.strange(t.wave(), { subscriptionType: 'object.creation', objectTypeId: '0-1', objectId: 5, portalId: 1, occurredAt: t.base })],
];
const WEIGHT = CASES.reduce((sum, [w]) => sum + w, 0);

function story(chance) {
	let at = chance.between(1, WEIGHT);
	return CASES.find(([w]) => (at -= w) <= 0)[1];
}

/**
 * A tenant for the calm before: changes of contacts in one burst, then of deals. All are read from HubSpot; most are then
 * refused for their too long names, which takes no time at impact.com. The other deals only their contacts' leads can credit.
 */
function calmTenant(i, chance, base, size) {
	const t = new Tenant(i, chance, base);
	const long = `A name of more than 64 characters, ${'as people give them '.repeat(3)}`;
	t.objects.deals.mapping = t.objects.deals.mapping.filter((r) => r.field !== 'ClickId');
	for (let n = 0; n < size.contacts; n++) {
		const sent = n < size.sent;
		const contact = t.contact(t.good(), 0, sent ? undefined : long);
		t.changed(0, 'contacts', contact, 'lifecyclestage', 'lead');
		if (n >= size.deals)
			continue;
		const id = t.record('deals', { dealname: sent ? `Deal ${t.next}` : long, amount: '100.00', dealstage: 'closedwon' });
		t.link('deals', id, 'contacts', contact);
		t.changed(1, 'deals', id, 'dealstage', 'closedwon');
	}
	return t;
}

/** {seed, base, cuts, tenants, calm}: `events` facts over `tenants` tenants, and one more for the calm. base: the time the run begins. */
export function makePlan({ seed, events, tenants, base, cuts = 0, calm = CALM }) {
	const chance = random(seed);
	const list = Array.from({ length: tenants }, (_, k) => new Tenant(k + 1, chance, base));
	for (const t of list)
		while (t.facts < Math.ceil(events / tenants))
			story(chance)(t);
	return { seed, base, cuts, tenants: list, calm: calmTenant(tenants + 1, chance, base, calm) };
}
