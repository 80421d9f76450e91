// What becomes of a conversion: after a while it is judged, and a credited one becomes an action.
import { ACCOUNTS, clickTime, knownClick, partnerOf, program } from './accounts.mjs';
import { eventTime } from './fields.mjs';

const CONTRACT = ['CONTRACT_NOT_FOUND', 'ACTIONTERMS_NOT_FOUND', 'PARTNER_NOT_ACTIVE'];
const TOO_OLD = 88 * 86400000;

const cents = (text) => Math.round(Number(text) * 100);
const money = (n) => (n / 100).toFixed(2);

export class Judge {
	#w;
	#open;

	constructor(w) {
		this.#w = w;
		this.reload();
	}

	/** The submissions that still wait for their verdict, after a start or a reset. */
	reload() {
		this.#open = new Set(this.submissions().filter((s) => s.status !== 'Complete').map((s) => s.batchId));
	}

	/** A conversion has been accepted. */
	queue(row) {
		this.#open.add(row.batchId);
		return this.#w.store.put('submission', row.batchId, row);
	}

	submissions() {
		return [...this.#w.store.table('submission').values()];
	}

	actions() {
		return [...this.#w.store.table('action').values()];
	}

	/** A verdict for the next conversions whose OrderId matches, whatever they are. */
	force({ order = '.*', code, type, count = 1 }) {
		if (!/^[A-Z_]+$/.test(code ?? ''))
			throw new Error('code must be an error code such as MALFORMED');
		new RegExp(order);
		const id = this.#w.store.next('verdict');
		return this.#w.store.put('verdict', id, { id, order, code, type: type ?? (CONTRACT.includes(code) ? 'Contract Error' : 'Validation'), left: Number(count) });
	}

	/** Everything that time has decided since the last look. */
	settle() {
		const now = Date.now();
		for (const batchId of this.#open) {
			const s = this.#w.store.get('submission', batchId);
			if (s.due <= now)
				this.decide(s);
			else if (s.status === 'Queued' && now > s.received + (s.due - s.received) * 0.4)
				this.#w.store.put('submission', s.batchId, { ...s, status: 'In Progress' });
		}
		for (const a of this.#w.store.table('action').values()) {
			if (a.state === 'REVERSED' || a.cleared || a.lockAt > now)
				continue;
			let b = a;
			if (b.state === 'PENDING' && b.lockAt <= now)
				b = { ...b, state: 'APPROVED' };
			if (b.state === 'APPROVED' && !b.cleared && b.payAt <= now)
				b = { ...b, cleared: b.payAt };
			if (b !== a)
				this.#w.store.put('action', b.id, b);
		}
	}

	/** Judges one submission now; returns its completed row. */
	decide(s) {
		const verdict = this.#verdict(s);
		const done = { ...s, status: 'Complete', completed: Math.max(s.received, Math.min(s.due, Date.now())), trackerId: verdict.type?.id ?? null,
			errorType: '', errorReason: '', mediaId: verdict.partner?.id ?? null };
		if (verdict.code) {
			done.errorReason = verdict.code;
			done.errorType = verdict.errorType ?? (CONTRACT.includes(verdict.code) ? 'Contract Error' : 'Validation');
		} else {
			done.actionId = this.#book(s, verdict).id;
		}
		this.#open.delete(s.batchId);
		return this.#w.store.put('submission', s.batchId, done);
	}

	#forced(s) {
		for (const v of this.#w.store.table('verdict').values()) {
			if (v.left > 0 && new RegExp(v.order).test(s.values.OrderId)) {
				this.#w.store.put('verdict', v.id, { ...v, left: v.left - 1 });
				return { code: v.code, errorType: v.type };
			}
		}
		return null;
	}

	#eventType(acc, prog, values) {
		const id = values.EventTypeId ?? values.ActionTrackerId;
		const fits = (t) => id ? String(t.id) === id : t.codes.includes(values.EventTypeCode);
		const here = prog.eventTypes.find(fits);
		if (here)
			return here.active ? { type: here } : { code: 'ACTIONTRACKER_NOT_ACTIVE', type: here };
		return { code: acc.programs.some((p) => p.eventTypes.some(fits)) ? 'ACTIONTRACKER_CAMPAIGN_MISMATCH' : 'ACTIONTRACKER_NOT_FOUND' };
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
		if (this.#w.settings.dedup && this.submissions().some((o) => o.batchId !== s.batchId && o.actionId && o.account === s.account
			&& o.values.CampaignId === values.CampaignId && o.trackerId === type.id && o.values.OrderId === values.OrderId))
			return { code: 'CONV_DUPLICATE', type };
		if (type.sale && this.#amount(values) === null)
			return { code: 'NO_ITEM', type };
		return { prog, type, ...this.#referral(acc, s, prog, type) };
	}

	#referral(acc, s, prog, type) {
		const { values } = s;
		const at = eventTime(values.EventDate);
		const found = values.ClickId ? knownClick(acc, values.ClickId) : null;
		let partner;
		let referred;
		let referralType = 'CLICK_COOKIE';
		if (found) {
			if (found.malformed)
				return { code: 'MALFORMED' };
			referred = clickTime(found);
			if (at < referred || at - referred > this.#w.settings.window_s * 1000)
				return { code: 'OUTSIDE_ASSOCIATION_WINDOW' };
			partner = partnerOf(acc, found.partnerId);
		} else if (values.MediaId ?? values.MediaPartnerId) {
			partner = partnerOf(acc, values.MediaId ?? values.MediaPartnerId);
			referralType = 'MEDIA_ID';
		} else if (acc.promoCodes[values.OrderPromoCode]) {
			partner = partnerOf(acc, acc.promoCodes[values.OrderPromoCode]);
			referralType = 'PROMO_CODE';
		} else {
			const parent = this.#parent(s, prog, type);
			partner = parent && partnerOf(acc, parent.partnerId);
			referred = parent?.referred;
			referralType = 'CUSTOMER_ID';
		}
		if (!partner)
			return { code: 'ACTION_REF_NOT_FOUND' };
		if (!partner.active)
			return { code: 'PARTNER_NOT_ACTIVE', partner };
		if (!partner.contract)
			return { code: 'CONTRACT_NOT_FOUND', partner };
		if (!type.terms)
			return { code: 'ACTIONTERMS_NOT_FOUND', partner };
		return { partner, referred, referralType };
	}

	/** The credited action of the same customer with an event type of an earlier step. */
	#parent(s, prog, type) {
		const customer = s.values.CustomerId;
		if (!customer)
			return null;
		return this.actions().find((a) => a.account === s.account && a.programId === prog.id && a.values.CustomerId === customer
			&& a.state !== 'REVERSED' && prog.eventTypes.find((t) => t.id === a.trackerId)?.step < type.step);
	}

	/** Sale amount in cents: items, else Amount, else the order's subtotal; null when nothing says it. */
	#amount(values) {
		let sum = null;
		for (const [key, value] of Object.entries(values)) {
			const m = /^Item(Price|SubTotal)(\d+)$/.exec(key);
			if (m)
				sum = (sum ?? 0) + (m[1] === 'Price' ? cents(value) * Number(values[`ItemQuantity${m[2]}`] ?? 1) : cents(value));
		}
		if (sum !== null)
			return Math.max(0, sum - cents(values.OrderDiscount ?? 0));
		if (values.Amount !== undefined)
			return cents(values.Amount);
		if (values.OrderSubTotalPostDiscount !== undefined)
			return cents(values.OrderSubTotalPostDiscount);
		if (values.OrderSubTotal !== undefined)
			return this.#w.settings.subtotal_counts ? cents(values.OrderSubTotal) : 0;
		return null;
	}

	#book(s, { prog, type, partner, referred, referralType }) {
		const { settings, store } = this.#w;
		const acc = ACCOUNTS[s.account];
		const amount = this.#amount(s.values) ?? 0;
		const payout = type.terms.percent ? Math.round(amount * type.terms.percent / 100) : cents(type.terms.flat);
		const seq = store.next('action', 158133);
		const asked = eventTime(s.values.EventDate);
		const eventAt = s.received - asked > TOO_OLD ? s.received : asked;
		const lockAt = s.received + settings.lock_s * 1000;
		const id = `${prog.id}.${type.id}.${seq}`;
		return store.put('action', id, {
			id, seq, account: s.account, programId: prog.id, trackerId: type.id, partnerId: partner.id, state: 'PENDING', batchId: s.batchId,
			amount: money(amount), payout: money(payout), cost: money(Math.round(payout * 1.1)), currency: s.values.CurrencyCode ?? acc.currency,
			referred: referred ?? null, referralType, eventAt, created: Math.min(s.due, Date.now()), updated: Math.min(s.due, Date.now()), lockAt,
			payAt: lockAt + settings.pay_s * 1000, cleared: null, values: s.values,
		});
	}

	/** By hand: lock now, pay now, or reverse. */
	change(id, what) {
		const a = this.#w.store.get('action', id);
		if (!a)
			throw new Error(`no action ${id}`);
		const now = Date.now();
		const changes = {
			lock: () => ({ lockAt: now, state: a.state === 'PENDING' ? 'APPROVED' : a.state }),
			pay: () => ({ lockAt: Math.min(a.lockAt, now), state: 'APPROVED', payAt: now, cleared: now }),
			reverse: () => ({ state: 'REVERSED', amount: '0.00', payout: '0.00', updated: now }),
		}[what];
		if (!changes)
			throw new Error('what must be lock, pay or reverse');
		return this.#w.store.put('action', id, { ...a, ...changes() });
	}
}
