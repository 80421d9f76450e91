// The one-by-one oracle: what each fact must become, from the tenant's rules and the records as HubSpot has them.
// Written from the specification (design 4 and 5, decisions C-01 and C-16), in another language than the product.

const SINGULAR = { 'contact.': 'contacts', 'company.': 'companies' };
const KEYS = ['EventTypeCode', 'OrderId', 'EventDate']; // always required
const MONEY = /^(OrderSubTotal|ItemPrice\d+)$/;

/** The CRM after all that was loaded into it, by the plan. */
export class Records {
	#rows = new Map();
	#links = new Map();

	constructor(tenants) {
		for (const t of tenants)
			for (const wave of t.waves) {
				for (const r of wave.records)
					this.#rows.set(`${t.portal}|${r.type}|${r.id}`, { ...r, properties: { ...r.properties, hs_object_id: r.id } });
				for (const [from, id, to, other] of wave.links) {
					const key = `${t.portal}|${from}|${id}|${to}`;
					// HubSpot makes a company's first contact its primary one; a deal's contacts have none
					this.#links.set(key, [...this.#links.get(key) ?? [], { other, primary: from === 'companies' && !this.#links.has(key) }]);
				}
			}
	}

	find(portal, type, id) {
		return this.#rows.get(`${portal}|${type}|${id}`);
	}

	/** Linked records, in the order of their ids, each with whether it is the primary one. */
	linked(portal, from, id, to) {
		return (this.#links.get(`${portal}|${from}|${id}|${to}`) ?? []).map(({ other, primary }) => ({ rec: this.find(portal, to, other), primary }))
			.filter((l) => l.rec).sort((a, b) => Number(a.rec.id) - Number(b.rec.id));
	}
}

/** C-16: the primary contact, else the one with a click id, else the one created first. */
function contactOf(records, fact) {
	if (fact.type === 'contacts')
		return records.find(fact.portal, 'contacts', fact.id);
	const links = records.linked(fact.portal, fact.type, fact.id, 'contacts');
	const oldest = (list) => list.map((l) => l.rec).sort((a, b) => a.at - b.at || Number(a.id) - Number(b.id))[0];
	return links.find((l) => l.primary)?.rec ?? oldest(links.filter((l) => l.rec.properties.custom_impact_click_id)) ?? oldest(links);
}

function apply(value, step) {
	const [name, rest = ''] = step.split(/:(.*)/s);
	if (name === 'upper')
		return value.toUpperCase();
	if (name === 'lower')
		return value.toLowerCase();
	if (name === 'map') {
		const pairs = Object.fromEntries(rest.split(',').map((p) => p.split('=')));
		return pairs[value] ?? pairs.else ?? '';
	}
	throw new Error(`the oracle does not know the function ${step}`);
}

/** A field's value; the event's own property overlays the record. */
function field(name, c) {
	if (name === 'event.occurredAt')
		return new Date(c.fact.at).toISOString();
	if (name === 'account.currency')
		return 'USD';
	const own = (property) => c.fact.kind === 'changed' && c.fact.property === property ? c.fact.value : c.record.properties[property] ?? '';
	if (name === 'deal_[deal stage]')
		return `deal_${own('dealstage').replace(/[^A-Za-z0-9_.-]/g, '_')}`;
	if (name === 'deal_[stage]_id')
		return `deal_${own('dealstage').replace(/[^A-Za-z0-9_.-]/g, '_')}_${c.fact.id}`;
	if (name.startsWith('item.'))
		return c.item.properties[name.slice(5)] ?? '';
	for (const [prefix, type] of Object.entries(SINGULAR))
		if (name.startsWith(prefix))
			return (type === 'contacts' ? c.contact : c.company)?.properties[name.slice(prefix.length)] ?? '';
	return own(name);
}

function evaluate(expression, c) {
	return expression.replaceAll('line_item{i}.', 'item.').replace(/\{([^}]*)\}/g, (_, inner) => {
		const [name, ...steps] = inner.split('|');
		return steps.reduce((value, step) => step.startsWith('or:') ? value || field(step.slice(3), c) : apply(value, step), field(name, c));
	});
}

function build(rules, c, items) {
	const body = {};
	for (const { field: name, expression } of rules.mapping)
		if (!name.includes('{i}'))
			body[name] = evaluate(expression, c);
		else
			items.forEach((item, k) => { body[name.replace('{i}', k + 1)] = evaluate(expression, { ...c, item }); });
	return Object.fromEntries(Object.entries(body).filter(([, v]) => v !== ''));
}

/** Whether what was sent is what must be sent: dates to the second, money as numbers, the rest byte for byte. */
export function sameBody(wanted, sent) {
	const same = (name) => name === 'EventDate' ? Math.floor(Date.parse(wanted[name]) / 1000) === Math.floor(Date.parse(sent[name]) / 1000)
		: MONEY.test(name) ? Number(wanted[name]) === Number(sent[name]) : wanted[name] === sent[name];
	return Object.keys(sent).length === Object.keys(wanted).length && Object.keys(wanted).every((name) => name in sent && same(name));
}

/**
 * {outcome, code, body}: outcome NONE (no rule looks at it), SKIPPED, WAITING or CONVERSION.
 * fact: {portal, kind, type, id, property, value, at, echo}.
 */
export function decide(tenant, records, fact) {
	const rules = tenant.objects[fact.type];
	const trigger = rules?.triggers.find((t) => fact.kind === 'changed' && t.on === 'changed' && t.property === fact.property);
	if (fact.echo || !trigger)
		return { outcome: 'NONE' };
	if (trigger.becomes.length && !trigger.becomes.includes(fact.value))
		return { outcome: 'SKIPPED', code: 'trigger_other_value' };
	if (trigger.mode === 'off')
		return { outcome: 'SKIPPED', code: 'trigger_off' };
	if (!rules.consent)
		return { outcome: 'SKIPPED', code: 'no_consent' };
	const record = records.find(fact.portal, fact.type, fact.id);
	if (!record)
		return { outcome: 'SKIPPED', code: 'record_gone' };
	const contact = contactOf(records, fact);
	if (!contact && rules.mapping.some((r) => r.expression.includes('{contact.')))
		return { outcome: 'WAITING', code: 'no_contact' };
	const items = rules.mapping.some((r) => r.field.includes('{i}')) ? records.linked(fact.portal, fact.type, fact.id, 'line_items').map((l) => l.rec) : [];
	const body = { CampaignId: tenant.program, ...build(rules, { fact, record, contact }, items) };
	if (KEYS.some((k) => !body[k]))
		return { outcome: 'WAITING', code: 'field_missing' };
	if (Object.entries(body).some(([k, v]) => /^Text\d+$/.test(k) && [...v].length > 64))
		return { outcome: 'SKIPPED', code: 'field_too_long' };
	return { outcome: 'CONVERSION', body };
}

/** What impact.com must say of it: 'credited', a code, or null when it depends on an earlier conversion of the same customer. */
export function verdict(tenant, body) {
	const sale = body.EventTypeCode === 'deal_closedwon';
	if (sale && !body.OrderSubTotal && !Object.keys(body).some((k) => k.startsWith('ItemPrice')))
		return 'NO_ITEM';
	if (!body.ClickId || body.ClickId === 'nobodyKnowsThisClick')
		return null;
	const word = /^T\d+(goodClick|otherClick|inactivePartner|noContract|olderThanWindow|malformed)0*\d+$/.exec(body.ClickId)?.[1];
	return { goodClick: 'credited', otherClick: 'credited', inactivePartner: 'PARTNER_NOT_ACTIVE', noContract: 'CONTRACT_NOT_FOUND',
		olderThanWindow: 'OUTSIDE_ASSOCIATION_WINDOW', malformed: 'MALFORMED' }[word] ?? 'ACTION_REF_NOT_FOUND';
}

/** The code by which the product tells impact.com's: "no referral" of a conversion that names a click is a matter of its own. */
export const toldAs = (code, body) => code === 'ACTION_REF_NOT_FOUND' && body.ClickId ? 'click_not_found' : code;
