// What HubSpot works out by itself: from the stage of a deal, the price of a line item, the links of a record.
import { account } from './accounts.mjs';

/** Counts that are looked up when they are read: property -> object that is counted. */
const COUNTS = {
	companies: { num_associated_contacts: 'contacts', num_associated_deals: 'deals' },
	deals: { num_associated_contacts: 'contacts' },
	contacts: { num_associated_deals: 'deals' },
};

/** The value of a property as a read gives it. */
export function valueOf(w, rec, name) {
	const counted = COUNTS[rec.type]?.[name];
	if (counted)
		return String(w.links.count(rec.portalId, rec.type, rec.id, counted));
	if (name === 'associatedcompanyid' && rec.type === 'contacts')
		return w.links.primaryOf(rec.portalId, 'contacts', rec.id, 'companies') ?? null;
	return rec.properties[name] ?? null;
}

function deal(w, rec, props, set) {
	const { stage } = w.pipelines.findStage(rec.portalId, rec.properties.dealstage, rec.properties.pipeline);
	const { isClosed, probability } = stage.metadata;
	const won = isClosed === 'true' && Number(probability) === 1;
	set('hs_deal_stage_probability', String(Number(probability)));
	set('hs_is_closed', isClosed);
	set('hs_is_closed_won', String(won));
	set('hs_is_closed_lost', String(isClosed === 'true' && Number(probability) === 0));
	if ('dealstage' in props && isClosed === 'true' && !('closedate' in props)) {
		props.closedate = rec.updatedAt;
		set('closedate', rec.updatedAt);
	}
	const home = account(rec.portalId).currency;
	if ((rec.properties.deal_currency_code ?? home) === home)
		set('amount_in_home_currency', rec.properties.amount ?? null);
}

function lineItem(rec, set) {
	const [price, quantity, discount] = [['price', 0], ['quantity', 1], ['discount', 0]].map(([n, usual]) => Number(rec.properties[n] ?? usual));
	const percent = Number(rec.properties.hs_discount_percentage ?? 0);
	set('amount', String(Math.round(quantity * (price - discount) * (1 - percent / 100) * 100) / 100));
}

/** A line item made from a product takes over what it was not given. */
export function fromProduct(w, portalId, props) {
	const product = props.hs_product_id && w.crm.find(portalId, 'products', props.hs_product_id);
	for (const name of product ? ['name', 'price', 'description', 'hs_sku'] : [])
		props[name] ??= product.properties[name] ?? null;
}

/** After `props` were written: set(name, value) writes what follows from them; what a webhook tells is added to props. */
export function derive(w, rec, props, set) {
	if (rec.type === 'deals')
		deal(w, rec, props, set);
	if (rec.type === 'line_items')
		lineItem(rec, set);
	if (rec.type === 'contacts' && 'email' in props)
		set('hs_email_domain', props.email?.split('@')[1] ?? null);
	for (const c of w.properties.calculated(rec.portalId, rec.type)) {
		const value = c.value((name) => valueOf(w, rec, name));
		if (value !== (rec.properties[c.name] ?? null)) {
			set(c.name, value);
			props[c.name] = value;
		}
	}
}
