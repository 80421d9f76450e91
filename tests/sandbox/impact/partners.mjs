// Partners, their contracts and groups: those of the start, and what has become of them since.
import { ACCOUNTS, TEMPLATES, everyAccount, program } from './accounts.mjs';

const cents = (text) => Math.round(Number(text) * 100);

const DAY = 86400000;

export class Partners {
	#w;
	#rows;
	#byPartner;

	constructor(w) {
		this.#w = w;
		this.reload();
	}

	/** After a start or a reset. */
	reload() {
		this.#rows = { partner: new Map(), contract: new Map(), group: new Map() };
		this.#byPartner = new Map();
		for (const [account, acc] of everyAccount())
			for (const [kind, rows] of [['partner', acc.partners], ['contract', acc.contracts], ['group', acc.groups]])
				rows.forEach((row) => this.#keep(kind, { ...row, account }));
		for (const kind of Object.keys(this.#rows))
			for (const row of this.#w.store.table(`impact_${kind}`).values())
				this.#keep(kind, row);
	}

	#keep(kind, row) {
		this.#rows[kind].set(`${row.account}/${row.id}`, row);
		if (kind === 'contract') {
			const key = `${row.account}/${row.programId}/${row.partnerId}`;
			this.#byPartner.set(key, [...(this.#byPartner.get(key) ?? []).filter((c) => c.id !== row.id), row]);
		}
		return row;
	}

	#put(kind, row) {
		this.#w.store.put(`impact_${kind}`, `${row.account}/${row.id}`, row);
		return this.#keep(kind, row);
	}

	#of(kind, account) {
		return [...this.#rows[kind].values()].filter((r) => r.account === account && !r.gone);
	}

	partners(account) {
		return this.#of('partner', account);
	}

	partner(account, id) {
		return this.#rows.partner.get(`${account}/${id}`);
	}

	contractsOf(account, programId, partnerId) {
		return (this.#byPartner.get(`${account}/${programId}/${partnerId}`) ?? []).filter((c) => !c.gone);
	}

	/** The contract of a partner that is in force at a time, or undefined. */
	inForce(account, programId, partnerId, at = Date.now()) {
		return this.contractsOf(account, programId, partnerId).find((c) => ['ACTIVE', 'EXPIRED', 'UPCOMING'].includes(c.status)
			&& c.start !== null && c.start <= at && (c.end === null || at < c.end));
	}

	/** Every contract and application of a program; an accepted application lives on as its contract. */
	contracts(account, programId) {
		return this.#of('contract', account).filter((c) => c.programId === programId);
	}

	contract(account, id) {
		const c = this.#rows.contract.get(`${account}/${id}`);
		return c?.gone ? undefined : c;
	}

	/** An application, answered or not. */
	application(account, id) {
		return this.#rows.contract.get(`${account}/${id}`);
	}

	/** The brand's answer to an application: the contract, or null when there was an answer before. */
	decide(account, id, accept, { groupId, reason } = {}) {
		const asked = this.#rows.contract.get(`${account}/${id}`);
		if (!asked || asked.gone || asked.status !== 'PENDING')
			return null;
		const now = Date.now();
		if (!accept)
			return this.#put('contract', { ...asked, status: 'DECLINED', reason, updated: now });
		this.#put('contract', { ...asked, gone: true, updated: now });
		const signed = this.#put('contract', { ...asked, id: `S-${7000000 + this.#w.store.next('impact contract')}`, status: 'ACTIVE', start: now, updated: now });
		if (this.#w.settings.join_bumps_partner)
			this.#touch(account, asked.partnerId, {});
		if (groupId)
			this.setGroup(account, groupId, { add: [asked.partnerId] });
		return signed;
	}

	/** By hand: a contract ends, or comes into force. */
	setContract(account, id, status) {
		const c = this.contract(account, id);
		if (!c)
			throw new Error(`no contract ${id}`);
		if (c.status === 'PENDING')
			return this.decide(account, id, status === 'ACTIVE', { reason: 'by hand' });
		const now = Date.now();
		const changes = { ACTIVE: { end: null, start: c.start ?? now }, EXPIRED: { end: now }, UPCOMING: { start: now + 7 * DAY, end: null } }[status];
		if (!changes)
			throw new Error('status must be ACTIVE, EXPIRED or UPCOMING');
		return this.#put('contract', { ...c, status, ...changes, updated: now });
	}

	#touch(account, id, changes) {
		const p = this.partner(account, id);
		if (!p)
			throw new Error(`no partner ${id}`);
		return this.#put('partner', { ...p, ...changes, updated: Date.now() });
	}

	setPartner(account, id, { state, values }) {
		return this.#touch(account, id, { ...(state ? { state } : {}), ...(values ? { values } : {}) });
	}

	/** By hand: somebody new applies to a program. */
	apply(account, programId, name, email) {
		if (!ACCOUNTS[account] || !program(ACCOUNTS[account], programId))
			throw new Error(`no program ${programId}`);
		if (!name)
			throw new Error('the partner needs a name');
		const now = Date.now();
		const n = this.#w.store.next('impact partner');
		const p = this.#put('partner', { account, id: String(30000 + n), name, email, state: 'ACTIVE', country: 'US', created: now, updated: now, values: ['', '', ''] });
		this.#put('contract', { account, id: `P-${25080000 + n}`, programId, partnerId: p.id, status: 'PENDING', template: 'public', start: null, end: null, created: now, updated: now });
		return p;
	}

	groups(account, programId) {
		return this.#of('group', account).filter((g) => g.programId === programId);
	}

	group(account, id) {
		const g = this.#rows.group.get(`${account}/${id}`);
		return g?.gone ? undefined : g;
	}

	addGroup(account, programId, name) {
		return this.#put('group', { account, id: String(5900 + this.#w.store.next('impact group')), programId, name, partners: [] });
	}

	setGroup(account, id, { name, add = [], remove = [], gone }) {
		const g = this.group(account, id);
		if (!g)
			throw new Error(`no partner group ${id}`);
		return this.#put('group', { ...g, ...(name ? { name } : {}), ...(gone ? { gone } : {}), partners: [...new Set([...g.partners, ...add])].filter((p) => !remove.includes(p)) });
	}
}

/** A contract's status now: time begins and ends contracts. */
export function statusOf(c, now = Date.now()) {
	if (c.status === 'PENDING' || c.status === 'DECLINED')
		return c.status;
	return c.end !== null && c.end <= now ? 'EXPIRED' : c.start > now ? 'UPCOMING' : 'ACTIVE';
}

/** What a contract pays for an event type, or null when it has no terms for it. rules: by customer status, in order. */
export function termsOf(contract, type) {
	if (!type.terms)
		return null;
	const { factor } = TEMPLATES[contract.template];
	const scale = (n) => Number((n * factor).toFixed(2));
	const { percent, existing, flat } = type.terms;
	return {
		...(percent === undefined ? { flat: scale(Number(flat)).toFixed(2) } : { percent: scale(percent) }),
		rules: existing === undefined ? [] : [{ variable: 'CUSTOMER_STATUS', values: ['EXISTING'], percent: scale(existing) }],
	};
}

/** The partner's commission in cents on a sale of so many cents. */
export function payout(terms, amount, status) {
	const rate = terms.rules.find((r) => r.values.includes(status))?.percent ?? terms.percent;
	return rate === undefined ? cents(terms.flat) : Math.round(amount * rate / 100);
}
