// What impact.com keeps: submissions and their outcome, actions and their updates; found by id, order, customer, time.
// An outcome is a row of its own, so that the journal gets a conversion's values once and not with every step.
import { Due, Line } from './order.mjs';

const FORMAT = 2;
const FIRST_UPDATE = 95095060;

const push = (map, key, value) => {
	const list = map.get(key);
	if (list)
		list.push(value);
	else
		map.set(key, [value]);
};

export class Ledger {
	#w;
	#programs;
	#byOrder;
	#byCustomer;
	#byClick;
	#byAccount;
	#updates;
	#updatesOf;
	#seq;
	due;

	constructor(w) {
		this.#w = w;
		if (w.store.get('counter', 'impact format') !== FORMAT) {
			for (const table of ['submission', 'outcome', 'action', 'update', 'verdict'])
				w.store.clear(table);
			w.store.put('counter', 'impact format', FORMAT);
		}
		this.reload();
	}

	/** After a start or a reset: the indexes, and what time has yet to decide. */
	reload() {
		const { store } = this.#w;
		this.due = new Due();
		this.#programs = new Map();
		this.#byOrder = new Map();
		this.#byCustomer = new Map();
		this.#byClick = new Map();
		this.#byAccount = new Map();
		this.#updates = new Map();
		this.#updatesOf = new Map();
		this.#seq = 0;
		for (const s of store.table('submission').values())
			this.#indexSubmission(s);
		for (const a of store.table('action').values())
			this.#indexAction(a, a.first);
		for (const u of store.table('update').values())
			this.#indexUpdate(u);
	}

	// ---- submissions

	#indexSubmission(s) {
		push(this.#byAccount, s.account, s.batchId);
		if (!this.#w.store.get('outcome', s.batchId))
			this.due.push({ at: s.due, what: 'judge', id: s.batchId });
	}

	addSubmission(row) {
		this.#w.store.put('submission', row.batchId, row);
		this.#indexSubmission(row);
		return row;
	}

	complete(s, outcome) {
		return this.#w.store.put('outcome', s.batchId, outcome);
	}

	/** A row with its outcome; half way to its verdict a submission is in progress. */
	#whole(s) {
		const outcome = this.#w.store.get('outcome', s.batchId);
		const half = Date.now() > s.received + (s.due - s.received) * 0.4;
		return { ...s, ...(outcome ?? {}), status: outcome ? 'Complete' : half ? 'In Progress' : 'Queued' };
	}

	submission(batchId) {
		const s = this.#w.store.get('submission', batchId);
		return s && this.#whole(s);
	}

	/** The latest of them, oldest first. */
	submissions(limit = Infinity) {
		return [...this.#w.store.table('submission').values()].slice(-limit).map((s) => this.#whole(s));
	}

	batchesOf(account) {
		return this.#byAccount.get(account) ?? [];
	}

	valuesOf(a) {
		return this.#w.store.get('submission', a.batchId).values;
	}

	// ---- actions

	#program(account, programId) {
		const key = `${account}/${programId}`;
		let lines = this.#programs.get(key);
		if (!lines)
			this.#programs.set(key, lines = { created: new Line(), updated: new Line(), event: new Line(), lock: new Line(), change: new Line() });
		return lines;
	}

	/** first: the update that says the action was tracked; it follows from the action, so it is not stored. */
	#indexAction(a, first) {
		const values = this.valuesOf(a);
		const lines = this.#program(a.account, a.programId);
		lines.created.add(a.created, a.seq, a.id);
		lines.event.add(a.eventAt, a.seq, a.id);
		this.#moveLines(a);
		push(this.#byOrder, `${a.account}/${a.trackerId}/${values.OrderId}`, a.id);
		if (values.CustomerId)
			push(this.#byCustomer, `${a.account}/${a.programId}/${values.CustomerId}`, a.id);
		if (values.ClickId)
			this.#byClick.set(`${a.trackerId}/${values.ClickId}`, (this.#byClick.get(`${a.trackerId}/${values.ClickId}`) ?? 0) + 1);
		this.#indexUpdate({ id: `${a.id}.${FIRST_UPDATE}`, actionId: a.id, at: a.created, ...first });
	}

	#moveLines(a, old) {
		const lines = this.#program(a.account, a.programId);
		for (const [line, member] of [['updated', 'updated'], ['lock', 'lockAt']]) {
			if (old && old[member] === a[member])
				continue;
			if (old?.[member])
				lines[line].remove(old[member], old.seq);
			if (a[member])
				lines[line].add(a[member], a.seq, a.id);
		}
		if (a.state === 'REVERSED' || a.test)
			return;
		const lockAt = a.lockAt ?? a.autoLockAt;
		if (a.state === 'PENDING' && (!old || old.state !== 'PENDING' || (old.lockAt ?? old.autoLockAt) !== lockAt))
			this.due.push({ at: lockAt, what: 'lock', id: a.id });
		if (!a.cleared && a.payAt && (!old || old.payAt !== a.payAt || old.state !== a.state))
			this.due.push({ at: a.payAt, what: 'pay', id: a.id });
	}

	book(a) {
		this.#w.store.put('action', a.id, a);
		this.#indexAction(a, a.first);
		return a;
	}

	/** An action changes; update, when it is one that the log of changes tells. */
	change(a, changes, update) {
		const b = { ...a, ...changes };
		this.#w.store.put('action', b.id, b);
		this.#moveLines(b, a);
		if (update) {
			const u = { id: `${b.id}.${FIRST_UPDATE + this.#updatesOf.get(b.id).length}`, actionId: b.id, at: b.updated, ...update };
			this.#w.store.put('update', u.id, u);
			this.#indexUpdate(u);
		}
		return b;
	}

	action(id) {
		return this.#w.store.get('action', id);
	}

	/** The latest actions with the values they were made of, oldest first. */
	actions(limit = Infinity) {
		return [...this.#w.store.table('action').values()].slice(-limit).map((a) => ({ ...a, values: this.valuesOf(a) }));
	}

	/** Ids of a program's actions between two times of created, updated, event or lock. */
	between(account, programId, line, from, to) {
		return this.#program(account, programId)[line].between(from, to);
	}

	/** Actions of one order and event type, oldest first. */
	ofOrder(account, trackerId, orderId) {
		return (this.#byOrder.get(`${account}/${trackerId}/${orderId}`) ?? []).map((id) => this.action(id));
	}

	/** Ids of the actions of one customer, oldest first. */
	ofCustomer(account, programId, customer) {
		return this.#byCustomer.get(`${account}/${programId}/${customer}`) ?? [];
	}

	timesCredited(trackerId, click) {
		return this.#byClick.get(`${trackerId}/${click}`) ?? 0;
	}

	// ---- updates of actions

	#indexUpdate(u) {
		const a = this.action(u.actionId);
		this.#updates.set(u.id, u);
		push(this.#updatesOf, u.actionId, u.id);
		this.#program(a.account, a.programId).change.add(u.at, this.#seq++, u.id);
	}

	update(id) {
		return this.#updates.get(id);
	}

	updatesOf(actionId) {
		return this.#updatesOf.get(actionId) ?? [];
	}
}
