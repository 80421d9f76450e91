// What becomes of a submission: after a while it is judged. A credited conversion becomes an action, a modification
// or reversal changes one; and time locks actions and pays them.
import { ACCOUNTS, clickTime, eventType, knownClick, partnerOf, program } from './accounts.mjs';
import { Changes } from './changes.mjs';
import { eventTime } from './fields.mjs';
import { Ledger } from './ledger.mjs';
import { itemsOf, money, saleAmount } from './money.mjs';
import { payout, termsOf } from './partners.mjs';

const CONTRACT = ['CONTRACT_NOT_FOUND', 'ACTIONTERMS_NOT_FOUND', 'PARTNER_NOT_ACTIVE'];
const DAY = 86400000;
const OLD = 88 * DAY;
const OLD_BY_MEDIA = 398 * DAY;
const OPEN_ENDED = 730 * DAY;
const SLICE = 50;

const errorType = (code) => CONTRACT.includes(code) ? 'Contract Error' : 'Validation';

/** The click that a conversion names: of several in a journey the latest that is not after the event. */
export function clickOf(acc, id, at) {
	const found = knownClick(acc, id);
	if (!found)
		return null;
	const steps = [found, ...(found.earlier ?? [])].map((c) => ({ ...found, ...c, at: clickTime(c) })).sort((a, b) => b.at - a.at);
	return steps.find((c) => c.at <= at) ?? steps[0];
}

export class Judge {
	#w;
	#again = false;

	constructor(w) {
		this.#w = w;
		w.ledger = new Ledger(w);
		this.changes = new Changes(w);
	}

	/** After a reset. */
	reload() {
		this.#w.ledger.reload();
	}

	submissions(limit) {
		return this.#w.ledger.submissions(limit);
	}

	actions(limit) {
		return this.#w.ledger.actions(limit);
	}

	/** A verdict for the next conversions whose OrderId matches, whatever they are. */
	force({ order = '.*', code, type, count = 1 }) {
		if (!/^[A-Z_]+( [A-Z_]+)*$/.test(code ?? ''))
			throw new Error('code must be an error code such as MALFORMED, or several separated by blanks');
		new RegExp(order);
		const id = this.#w.store.next('verdict');
		return this.#w.store.put('verdict', id, { id, order, code, type: type ?? errorType(code), left: Number(count) });
	}

	/** What time has decided since the last look; the rest of a long queue in the next turns of the event loop. */
	settle(limit = SLICE) {
		const now = Date.now();
		const { due } = this.#w.ledger;
		for (let n = 0; n < limit && due.next?.at <= now; n++)
			this.#turn(due.pop(), now);
		if (due.next?.at <= now && !this.#again) {
			this.#again = true;
			setImmediate(() => {
				this.#again = false;
				if (!this.#w.store.closed)
					this.settle();
			});
		}
	}

	#turn({ what, id, at }, now) {
		const { ledger, store } = this.#w;
		if (what === 'judge') {
			const s = store.get('submission', id);
			if (s && !store.get('outcome', id))
				this.decide(s);
			return;
		}
		const a = ledger.action(id);
		if (!a || a.state === 'REVERSED')
			return;
		if (what === 'lock' && a.state === 'PENDING' && (a.lockAt ?? a.autoLockAt) <= now)
			ledger.change(a, { state: 'APPROVED' });
		else if (what === 'pay' && a.state === 'APPROVED' && !a.cleared && a.payAt <= now)
			ledger.change(a, { cleared: at });
	}

	/** Judges one submission now; returns its outcome. */
	decide(s) {
		const completed = Math.max(s.received, Math.min(s.due, Date.now()));
		if (s.type !== 'Conversion')
			return this.#w.ledger.complete(s, { completed, ...this.changes.apply(s) });
		const verdict = this.#verdict(s);
		const outcome = { completed, trackerId: verdict.type?.id ?? null, errorType: '', errorReason: '', mediaId: verdict.partner?.id ?? null };
		if (verdict.code) {
			outcome.errorReason = verdict.code;
			outcome.errorType = verdict.errorType ?? errorType(verdict.code);
		} else {
			outcome.actionId = this.#book(s, verdict).id;
		}
		return this.#w.ledger.complete(s, outcome);
	}

	#forced(s) {
		for (const v of this.#w.store.table('verdict').values()) {
			if (!new RegExp(v.order).test(s.values.OrderId))
				continue;
			if (v.left > 1)
				this.#w.store.put('verdict', v.id, { ...v, left: v.left - 1 });
			else
				this.#w.store.del('verdict', v.id);
			return { code: v.code, errorType: v.type };
		}
		return null;
	}

	#eventType(acc, prog, values) {
		const id = values.EventTypeId ?? values.ActionTrackerId;
		const name = id ? `#${id}` : values.EventTypeCode;
		const here = eventType(prog, name);
		if (here)
			return here.active ? { type: here } : { code: 'ACTIONTRACKER_NOT_ACTIVE', type: here };
		return { code: acc.programs.some((p) => eventType(p, name)) ? 'ACTIONTRACKER_CAMPAIGN_MISMATCH' : 'ACTIONTRACKER_NOT_FOUND' };
	}

	#duplicate(s, type) {
		const { dedup, dedup_s: window } = this.#w.settings;
		return dedup && this.#w.ledger.ofOrder(s.account, type.id, s.values.OrderId).some((a) => a.batchId !== s.batchId && s.received - a.created < window * 1000);
	}

	#verdict(s) {
		const acc = ACCOUNTS[s.account];
		const { values } = s;
		const forced = this.#forced(s);
		if (forced)
			return forced;
		const prog = program(acc, values.CampaignId);
		if (!prog || prog.state !== 'ACTIVE')
			return { code: 'CAMPAIGN_NOT_FOUND' };
		const { type, code } = this.#eventType(acc, prog, values);
		if (code)
			return { code, type };
		if (this.#duplicate(s, type))
			return { code: 'CONV_DUPLICATE', type };
		if (type.sale && saleAmount(values, this.#w.settings.subtotal_counts) === null)
			return { code: 'NO_ITEM', type };
		if (acc.blockedIps.includes(values.IpAddress))
			return { code: 'BLACKLISTED_SOURCE_IP', type };
		if (acc.promoRules[values.OrderPromoCode])
			return { code: acc.promoRules[values.OrderPromoCode], type };
		const asked = eventTime(values.EventDate, s.received);
		const { old_events: old } = this.#w.settings;
		const age = s.received - asked;
		if (old === 'refuse' && age > (values.MediaId ?? values.MediaPartnerId ? OLD_BY_MEDIA : OLD))
			return { code: 'OUTSIDE_ASSOCIATION_WINDOW', type };
		const at = old === 'rewrite' && age > OLD ? s.received : asked;
		const referral = this.#referral(acc, s, prog, type, asked);
		return { prog, type, at, ...referral, ...(referral.code ? {} : this.#contract(s, prog, type, referral.partner, at)) };
	}

	/** Who is credited, or why nobody is. */
	#referral(acc, s, prog, type, at) {
		const { values } = s;
		const found = values.ClickId ? clickOf(acc, values.ClickId, at) : null;
		if (found) {
			const partner = partnerOf(acc, found.partnerId);
			if (found.code)
				return { code: found.code };
			if (at < found.at || at - found.at > this.#w.settings.window_s * 1000)
				return { code: 'OUTSIDE_ASSOCIATION_WINDOW' };
			if (found.once && this.#w.ledger.timesCredited(type.id, values.ClickId) > 0)
				return { code: 'MAX_RECURRENCES_REACHED', partner };
			return { partner, referred: found.at, referralType: 'CLICK_COOKIE', test: found.test };
		}
		const media = values.MediaId ?? values.MediaPartnerId;
		if (media)
			return this.#w.partners.partner(s.account, media) ? { partner: this.#w.partners.partner(s.account, media), referralType: 'MEDIA_ID' } : { code: 'ACTION_REF_NOT_FOUND' };
		if (acc.promoCodes[values.OrderPromoCode])
			return { partner: partnerOf(acc, acc.promoCodes[values.OrderPromoCode]), referralType: 'PROMO_CODE' };
		const parent = this.#parent(s, prog, type);
		return parent ? { partner: this.#w.partners.partner(s.account, parent.partnerId), referred: parent.referred, referralType: 'CUSTOMER_ID' } : { code: 'ACTION_REF_NOT_FOUND' };
	}

	/** The credited action of the same customer with an event type of an earlier step. */
	#parent(s, prog, type) {
		const { ledger } = this.#w;
		for (const id of s.values.CustomerId ? ledger.ofCustomer(s.account, prog.id, s.values.CustomerId) : []) {
			const a = ledger.action(id);
			if (a.state !== 'REVERSED' && !a.test && eventType(prog, `#${a.trackerId}`)?.step < type.step)
				return a;
		}
		return null;
	}

	/** The partner's contract at that time and its terms for the event type. */
	#contract(s, prog, type, partner, at) {
		if (this.#w.partners.partner(s.account, partner.id).state !== 'ACTIVE')
			return { code: 'PARTNER_NOT_ACTIVE' };
		const contract = this.#w.partners.inForce(s.account, prog.id, partner.id, at);
		if (!contract)
			return { code: 'CONTRACT_NOT_FOUND' };
		const terms = termsOf(contract, type);
		return terms ? { contract, terms } : { code: 'ACTIONTERMS_NOT_FOUND' };
	}

	#book(s, { prog, type, at, partner, contract, terms, referred, referralType, test = false }) {
		const { settings, store, ledger } = this.#w;
		const { values } = s;
		const before = ledger.ofOrder(s.account, type.id, values.OrderId).find((a) => a.batchId === s.batchId);
		if (before)
			return before; // booked, then killed before the outcome was written
		const amount = saleAmount(values, settings.subtotal_counts) ?? 0;
		const status = type.statuses.includes(values.CustomerStatus) ? values.CustomerStatus : '';
		const pay = payout(terms, amount, status);
		const seq = store.next('action', 158133);
		const created = Math.min(s.due, Date.now());
		const lockAt = type.openEnded ? null : s.received + settings.lock_s * 1000;
		const disposition = values.DispositionCode ?? 'IR_BLANK';
		const [amountText, payText] = [money(amount), money(pay)];
		return ledger.book({
			id: `${prog.id}.${type.id}.${seq}`, seq, account: s.account, programId: prog.id, trackerId: type.id, partnerId: partner.id, contractId: contract.id,
			state: 'PENDING', detail: type.openEnded ? 'OPEN' : '', disposition, batchId: s.batchId, oid: values.OrderId,
			amount: amountText, payout: payText, cost: money(Math.round(pay * 1.1)), intendedAmount: amountText, intendedPayout: payText, deltaAmount: amountText, deltaPayout: payText,
			currency: values.CurrencyCode ?? ACCOUNTS[s.account].currency, customerStatus: status, referred: referred ?? null, referralType, eventAt: at, created, updated: created,
			lockAt, autoLockAt: type.openEnded ? created + OPEN_ENDED : null, payAt: (lockAt ?? created + OPEN_ENDED) + settings.pay_s * 1000, cleared: null, modifications: 0, test,
			first: { state: 'PENDING', detail: type.openEnded ? 'OPEN' : '', disposition, deltaAmount: amountText, deltaPayout: payText, items: itemsOf(values, amount).slice(0, 1) },
		});
	}

	/** By hand: lock, pay, approve, reverse, modify or reset. */
	change(id, what, more = {}) {
		const a = this.#w.ledger.action(id);
		if (!a)
			throw new Error(`no action ${id}`);
		if (what === 'pay' && (a.state === 'REVERSED' || a.test))
			throw new Error(`action ${id} is ${a.test ? 'a test action' : 'reversed'} and is not paid`);
		const now = Date.now();
		const byTime = {
			lock: () => ({ lockAt: now, state: a.state === 'PENDING' ? 'APPROVED' : a.state }),
			pay: () => ({ lockAt: Math.min(a.lockAt ?? now, now), state: 'APPROVED', payAt: now, cleared: now }),
		}[what];
		return byTime ? this.#w.ledger.change(a, byTime()) : this.changes.byHand(a, what, more);
	}
}
