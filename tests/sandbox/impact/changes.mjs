// Modifying, approving and reversing actions: what may be asked, when it is refused, what it does to the amounts.
// Which code an impossible change gets is not documented; the REFUSED ones are this sandbox's own words.
import { ACCOUNTS, eventType, program } from './accounts.mjs';
import { cents, itemsOf, money, share } from './money.mjs';
import { payout, termsOf } from './partners.mjs';

const BOTH = ['CONS_FRAUD', 'CONS_ERROR', 'ITEM_RETURNED', 'ITEM_OUT_OF_STOCK', 'ORDER_ERROR', 'PUB_ACT_DISPUTE', 'ADV_ACT_DISPUTE', 'NOT_COMPLIANCE_TERMS',
	'CREDITED_DIFFERENT_MP', 'OTHER', 'TEST_ACTION'];
export const MODIFY_CODES = ['ORDER_UPDATE', ...BOTH, 'PARTNER_NOT_ACTIVE', 'RESET'];
export const REVERSE_CODES = ['REJECTED', ...BOTH, 'CONS_INFO_INVALID', 'MP_RETURNED'];

export const REFUSED = {
	ACTION_NOT_FOUND: 'There is no such action',
	ACTION_LOCKED: 'The action is locked: it was approved or its locking date has passed',
	ACTION_REVERSED: 'The action is reversed: only RESET is possible',
	MODIFICATION_LIMIT_REACHED: 'The action was modified 1000 times',
	DISPOSITION_NOT_FOUND: 'The reason or disposition code is neither predefined nor configured for the event type',
	CUSTOMER_STATUS_NOT_FOUND: 'The customer status is not mapped in the event type',
	ITEM_NOT_FOUND: 'The action has no item with this SKU',
};

const LIMIT = 1000;
const ITEM = /^(Sku|Category|Quantity|Amount|ItemSubTotalDelta)([2-9]|[1-9]\d{1,2})?$/;
const DECIMAL = /^-?\d{1,12}(\.\d{1,2})?$/;

function valueError(name, text) {
	if (/^(Amount|ItemSubTotalDelta)/.test(name) && (!DECIMAL.test(text) || (name.startsWith('Amount') && text.startsWith('-'))))
		return 'Not a decimal value';
	if (/^(Quantity|ActionTrackerId)/.test(name) && !/^\d{1,16}$/.test(text))
		return 'Not a numeric value';
	return [...text].length > 255 ? 'Longer than 255 characters' : null;
}

/** {values, errors: [{Field, Message}]} of a PUT (Modification) or DELETE (Reversal) on /Actions. */
export function checkChange(pairs, type, version, strict) {
	const modify = type === 'Modification';
	const values = {};
	const errors = [];
	const add = (Field, Message) => errors.push({ Field, Message });
	const known = (key) => ['ActionId', 'ActionTrackerId', 'OrderId', 'Reason', 'DispositionCode'].includes(key) || (modify && (key === 'CustomerStatus' || ITEM.test(key)));
	for (const [key, raw] of pairs) {
		const text = String(raw ?? '').trim();
		if (key === '_method' || text === '')
			continue;
		if (!known(key)) {
			if (strict)
				add(key, 'Unknown field');
			continue;
		}
		if (values[key] !== undefined)
			add(key, 'Sent twice');
		const wrong = valueError(key, text);
		if (wrong)
			add(key, wrong);
		values[key] = text;
	}
	if (!values.ActionId && !(values.ActionTrackerId && values.OrderId))
		add('ActionId', 'ActionId, or ActionTrackerId together with OrderId, is required');
	const needed = modify && version >= 14 ? 'Reason' : 'DispositionCode';
	if (!values[needed])
		add(needed, 'A value is required');
	for (const key of Object.keys(values)) {
		const [, name, i = ''] = ITEM.exec(key) ?? [];
		if (name && name !== 'Sku' && !values[`Sku${i}`] && !(name === 'Amount' && i === ''))
			add(`Sku${i}`, `A value is required together with ${key}`);
		if (name === 'Amount' && values[`ItemSubTotalDelta${i}`])
			add(key, `Not together with ItemSubTotalDelta${i}`);
	}
	return { values, errors };
}

export class Changes {
	#w;

	constructor(w) {
		this.#w = w;
	}

	#find(account, v) {
		const { ledger } = this.#w;
		const a = v.ActionId ? ledger.action(v.ActionId) : ledger.ofOrder(account, v.ActionTrackerId, v.OrderId).pop();
		return a?.account === account ? a : null;
	}

	#type(a) {
		return eventType(program(ACCOUNTS[a.account], a.programId), `#${a.trackerId}`);
	}

	/** The effect of the codes on an action of this event type: {code, effect}, or null for an unknown one. */
	#disposition(type, kind, v) {
		const modify = kind === 'Modification';
		const sent = [v.Reason, v.DispositionCode].filter(Boolean);
		if (!sent.every((c) => type.dispositions[c] || (modify ? MODIFY_CODES : REVERSE_CODES).includes(c)))
			return null;
		const custom = sent.find((c) => type.dispositions[c]);
		const code = custom ?? sent[0];
		if (!modify)
			return { code: v.DispositionCode ?? code, effect: 'reverse' };
		return { code, effect: custom ? type.dispositions[custom] : code === 'RESET' ? 'reset' : type.openEnded && !v.Sku ? 'approve' : 'modify' };
	}

	/** Why a change is impossible, as a code of REFUSED, or null. */
	refusal(account, kind, v) {
		const a = this.#find(account, v);
		if (!a)
			return 'ACTION_NOT_FOUND';
		const type = this.#type(a);
		const disposition = this.#disposition(type, kind, v);
		if (!disposition)
			return 'DISPOSITION_NOT_FOUND';
		if (a.state === 'APPROVED' || (a.lockAt !== null && a.lockAt <= Date.now()))
			return 'ACTION_LOCKED';
		if (a.state === 'REVERSED' && disposition.effect !== 'reset' && !this.#w.settings.reversed_modifiable)
			return 'ACTION_REVERSED';
		if (a.modifications >= LIMIT)
			return 'MODIFICATION_LIMIT_REACHED';
		if (v.CustomerStatus && !type.statuses.includes(v.CustomerStatus))
			return 'CUSTOMER_STATUS_NOT_FOUND';
		return Object.entries(v).some(([key, sku]) => /^Sku\d*$/.test(key) && !this.#items(a).some((i) => i.sku === sku)) ? 'ITEM_NOT_FOUND' : null;
	}

	/** The outcome of a Modification or Reversal. */
	apply(s) {
		const found = this.#find(s.account, s.values);
		const outcome = { trackerId: found?.trackerId ?? null, mediaId: found?.partnerId ?? null, programId: found?.programId, oid: found?.oid, errorType: '', errorReason: '' };
		if (found && this.#w.ledger.updatesOf(found.id).some((id) => this.#w.ledger.update(id).batchId === s.batchId))
			return { ...outcome, actionId: found.id }; // changed, then killed before the outcome was written
		const code = this.refusal(s.account, s.type, s.values);
		if (code)
			return { ...outcome, errorType: 'Validation', errorReason: code };
		const { code: disposition, effect } = this.#disposition(this.#type(found), s.type, s.values);
		return { ...outcome, actionId: this.#change(found, effect, disposition, s.values, s.batchId).id };
	}

	/** What a person does on the page: as the API, without waiting. */
	byHand(a, what, { reason, amount }) {
		const v = { ActionId: a.id, Reason: reason, DispositionCode: reason };
		if (what === 'approve')
			return this.#change(a, 'approve', 'APPROVED', {}, undefined, true);
		if (what === 'reset')
			return this.#change(a, 'reset', 'RESET', {});
		if (what === 'reverse') {
			v.Reason = v.DispositionCode = reason || 'REJECTED';
			this.#must(a, 'Reversal', v);
			return this.#change(a, 'reverse', v.Reason, v);
		}
		if (what === 'modify') {
			v.Reason = v.DispositionCode = reason || 'ORDER_UPDATE';
			v.Amount = String(amount ?? '');
			const { errors } = checkChange([['Amount', v.Amount || 'none'], ['ActionId', a.id], ['Reason', v.Reason]], 'Modification', 14, true);
			if (errors.length)
				throw new Error(`${errors[0].Field}: ${errors[0].Message}`);
			this.#must(a, 'Modification', v);
			return this.#change(a, this.#disposition(this.#type(a), 'Modification', v).effect, v.Reason, v);
		}
		throw new Error('what must be lock, pay, approve, reverse, modify or reset');
	}

	#must(a, kind, v) {
		const code = this.refusal(a.account, kind, v);
		if (code)
			throw new Error(`${code}: ${REFUSED[code]}`);
	}

	#items(a) {
		return a.items ?? itemsOf(this.#w.ledger.valuesOf(a), cents(a.intendedAmount));
	}

	/** The items after a change, and what the whole differs by, in cents. */
	#changedItems(a, v) {
		let delta = 0;
		let items = this.#items(a);
		for (const [key, sku] of Object.entries(v)) {
			const i = /^Sku(\d*)$/.exec(key)?.[1];
			if (i === undefined)
				continue;
			const [quantity, amount, more] = [v[`Quantity${i}`], v[`Amount${i}`], v[`ItemSubTotalDelta${i}`]];
			let met = false;
			items = items.map((item) => {
				if (met || item.sku !== sku)
					return item;
				met = true;
				const count = quantity === undefined ? item.quantity : Number(quantity);
				const scaled = item.quantity ? Math.round(item.amount * count / item.quantity) : 0;
				const now = amount === undefined ? scaled + (more === undefined ? 0 : cents(more)) : cents(amount);
				delta += now - item.amount;
				return { ...item, quantity: count, amount: now, category: v[`Category${i}`] ?? item.category };
			});
		}
		return { items, delta };
	}

	/** {amount, items} in cents after a modification; a reversed action comes back with what it began with. */
	#amounts(a, v) {
		const base = cents(a.state === 'REVERSED' ? a.intendedAmount : a.amount);
		if (v.Sku) {
			const { items, delta } = this.#changedItems(a, v);
			return { items, amount: Math.max(0, base + delta) };
		}
		if (v.Amount === undefined)
			return { items: a.items, amount: base };
		const amount = cents(v.Amount);
		const items = this.#items(a);
		const parts = share(amount, items.map((i) => i.amount));
		return { amount, items: items.map((item, i) => ({ ...item, amount: parts[i] })) };
	}

	#change(a, effect, disposition, v, batchId, byHand = false) {
		const { settings, ledger, partners } = this.#w;
		const now = Date.now();
		let { amount, items } = this.#amounts(a, v);
		let state = 'PENDING';
		let detail = disposition;
		const customerStatus = v.CustomerStatus ?? a.customerStatus;
		if (effect === 'reverse' || (effect !== 'reset' && amount === 0 && cents(a.amount) !== 0)) {
			state = 'REVERSED';
			amount = 0;
		} else if (effect === 'reset') {
			amount = cents(a.intendedAmount);
			items = undefined;
			detail = a.first.detail;
		} else if (effect === 'approve' && (byHand || settings.approve_effect === 'state')) {
			state = 'APPROVED';
		}
		const terms = termsOf(partners.contract(a.account, a.contractId), this.#type(a));
		let pay = payout(terms, amount, customerStatus);
		if (state === 'REVERSED')
			pay = 0;
		else if (effect === 'reset')
			pay = cents(a.intendedPayout);
		else if (amount === cents(a.amount) && customerStatus === a.customerStatus && a.state !== 'REVERSED')
			pay = cents(a.payout);
		const delta = { deltaAmount: money(amount - cents(a.amount)), deltaPayout: money(pay - cents(a.payout)) };
		const brought = effect === 'approve' && !byHand && settings.approve_effect === 'lock' ? { lockAt: now } : {};
		const shown = (items ?? this.#items({ ...a, items })).filter((i) => !v.Sku || i.sku === v.Sku).slice(0, 1);
		return ledger.change(a, { state, detail, disposition, customerStatus, items, amount: money(amount), payout: money(pay), cost: money(Math.round(pay * 1.1)),
			...delta, ...brought, updated: now, modifications: a.modifications + 1 },
		{ state, detail, disposition, ...delta, items: shown, level: v.Sku ? 'ITEM' : 'ORDER', batchId });
	}
}
