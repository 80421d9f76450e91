// Submissions, actions and updates as the API shows them: JSON whose scalars are strings.
import { createHmac } from 'node:crypto';
import { ACCOUNTS, eventType, program, stamp } from './accounts.mjs';
import { cents, itemsOf, money, share } from './money.mjs';
import { termsOf } from './partners.mjs';

export const text = (v) => v === null || v === undefined ? '' : String(v);

export function submission(s, sid) {
	const acc = ACCOUNTS[s.account];
	const v = s.values;
	return {
		BatchId: s.batchId, AccountId: acc.id, SubmissionDate: stamp(acc, s.received), CampaignId: text(v.CampaignId ?? s.programId),
		ActionTrackerId: text(s.trackerId ?? v.EventTypeId ?? v.ActionTrackerId), MediaPartnerId: text(s.mediaId),
		EventCode: text(v.EventTypeCode), OrderId: text(v.OrderId ?? s.oid), Payload: s.payload, Type: s.type, Status: s.status,
		CompletionDate: s.status === 'Complete' ? stamp(acc, s.completed) : '', ErrorType: text(s.errorType), ErrorReason: text(s.errorReason),
		Uri: `/Advertisers/${sid}/APISubmissions/${s.batchId}`,
	};
}

const hashed = (ip) => ip ? createHmac('sha256', 'impact sandbox').update(ip).digest('hex') : '';

export function action(c, a) {
	const prog = program(c.acc, a.programId);
	const v = c.w.ledger.valuesOf(a);
	const at = (ms) => stamp(c.acc, ms);
	return {
		Id: a.id, CampaignId: a.programId, CampaignName: prog.name, ActionTrackerId: String(a.trackerId), ActionTrackerName: eventType(prog, `#${a.trackerId}`).name,
		EventCode: text(v.EventTypeCode), MediaPartnerId: a.partnerId, MediaPartnerName: c.w.partners.partner(a.account, a.partnerId).name, State: a.state, AdId: '506720',
		ClientCost: a.cost, Payout: a.payout, DeltaPayout: a.deltaPayout, IntendedPayout: a.intendedPayout, Amount: a.amount, DeltaAmount: a.deltaAmount,
		IntendedAmount: a.intendedAmount, Currency: a.currency, ReferringDate: at(a.referred), EventDate: at(a.eventAt),
		CreationDate: at(a.created), LockingDate: at(a.lockAt), ClearedDate: at(a.cleared), ReferringType: a.referralType,
		ReferringDomain: '', PromoCode: text(v.OrderPromoCode), Oid: text(v.OrderId), CustomerId: text(v.CustomerId), CustomerStatus: a.customerStatus,
		CustomerPostCode: text(v.CustomerPostCode), CustomerArea: '', CustomerCity: text(v.CustomerCity), CustomerRegion: text(v.CustomerRegion),
		CustomerCountry: text(v.CustomerCountry), IpAddress: hashed(v.IpAddress), SharedId: text(v.SharedId), CallerId: text(v.CallerId), Note: text(v.Note),
		Uri: `/Advertisers/${c.sid}/Actions/${a.id}`,
	};
}

export function items(c, a) {
	const list = a.items ?? itemsOf(c.w.ledger.valuesOf(a), cents(a.intendedAmount));
	const parts = share(cents(a.payout), list.map((i) => i.amount));
	const changed = a.modifications > 0;
	return list.map((item, i) => ({
		Sku: item.sku, ItemName: item.name, Category: item.category, Quantity: String(item.quantity), SaleAmount: a.state === 'REVERSED' ? '0.00' : money(item.amount),
		SaleAmountCurrency: a.currency, Payout: money(parts[i]), PayoutCurrency: a.currency, Rebate: '0.00', RebateCurrency: a.currency,
		AdjustmentDate: changed ? stamp(c.acc, a.updated) : '', AdjustmentReason: changed ? a.disposition : '',
		Uri: `/Advertisers/${c.sid}/Actions/${a.id}/Items/${encodeURIComponent(item.sku)}`,
	}));
}

const CATALOG = { CatalogId: '', CatalogItemId: '' };

export function update(c, u, a) {
	const type = eventType(program(c.acc, a.programId), `#${a.trackerId}`);
	const v = c.w.ledger.valuesOf(a);
	const [item] = u.items ?? [];
	const sign = (amount) => u.state === 'REVERSED' && c.w.settings.reversal_deltas === 'positive' ? amount.replace('-', '') : amount;
	const terms = termsOf(c.w.partners.contract(a.account, a.contractId), type);
	return {
		Id: u.id, ActionId: a.id, ActionUri: `/Advertisers/${c.sid}/Actions/${a.id}`, CampaignId: a.programId, ActionTrackerId: String(a.trackerId),
		EventTypeId: String(a.trackerId), EventTypeName: type.name, EventCode: text(v.EventTypeCode), MediaPartnerId: a.partnerId,
		State: u.state, StateDetail: a.cleared && u.state === 'APPROVED' ? 'PAID' : u.detail, StateDetailDescription: '', AdId: '506720', Disposition: u.disposition,
		DeltaPayout: sign(u.deltaPayout), DeltaAmount: sign(u.deltaAmount), Currency: a.currency, Category: text(item?.category), Sku: text(item?.sku),
		Quantity: text(item?.quantity), ...CATALOG, PayoutLevel: u.level ?? 'ORDER', DefaultPayoutRate: text(terms?.percent), ContractId: a.contractId,
		UpdateDate: stamp(c.acc, u.at), LockingDate: stamp(c.acc, a.lockAt), ClearingDate: stamp(c.acc, a.cleared), ActionDate: stamp(c.acc, a.eventAt),
		Oid: text(v.OrderId), CustomerId: text(v.CustomerId), CustomerStatus: a.customerStatus, SharedId: text(v.SharedId),
		Uri: `/Advertisers/${c.sid}/ActionUpdates/${u.id}`,
	};
}
