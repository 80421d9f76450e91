// Collects the events of changes and puts them into webhooks of up to 100, each of one account.
import { random } from '../random.mjs';
import { Delivery } from './delivery.mjs';
import { eventMaker, testEvent } from './events.mjs';
import { objectScopes, typeName } from './types.mjs';

const MAX_EVENTS = 100;

function shuffle(list) {
	for (let i = list.length - 1; i > 0; i--) {
		const j = Math.floor(Math.random() * (i + 1));
		[list[i], list[j]] = [list[j], list[i]];
	}
	return list;
}

export class Webhooks {
	#w;
	#make;
	#delivery;
	#waiting = new Map(); // account, or "mixed" -> [key, event]
	#nextKey = 1;
	#quiet = false;

	/** w: the world, with conf, store, settings, oauth and associationTypes. */
	constructor(w) {
		this.#w = w;
		this.#make = eventMaker(w);
		this.#delivery = new Delivery(w);
	}

	close = () => this.#delivery.close();
	list = () => this.#delivery.list();
	open = () => this.#delivery.open;
	last = (portalId, n) => this.#delivery.last(portalId, n);

	created(rec, ...what) { this.#collect(rec.portalId, () => this.#make.created(rec, ...what)); }
	changed(rec, ...what) { this.#collect(rec.portalId, () => this.#make.changed(rec, ...what)); }
	deleted(rec, ...what) { this.#collect(rec.portalId, () => this.#make.deleted(rec, ...what)); }
	restored(rec, source) { this.#collect(rec.portalId, () => this.#make.restored(rec, source)); }
	merged(rec, ...what) { this.#collect(rec.portalId, () => this.#make.merged(rec, ...what)); }
	associated(portalId, ...what) { this.#collect(Number(portalId), () => this.#make.associated(Number(portalId), ...what)); }

	/** Sends events as given, signed and batched: what a test wants to say word for word. */
	inject(portalId, events) {
		this.#collect(Number(portalId), () => events, true);
	}

	/** The button "Test" of a subscription: its event, whatever the accounts hold. */
	test(portalId, subscriptionId) {
		const found = this.#w.conf.app.subscriptions.find((s) => s.id === Number(subscriptionId));
		if (!found)
			throw new Error(`no subscription ${subscriptionId}`);
		const event = { eventId: Math.floor(Math.random() * 4294967296), appId: this.#w.conf.appId, portalId: Number(portalId), ...testEvent(found) };
		this.#delivery.add(portalId, [event]);
	}

	/** What `work` changes is told to nobody: records that were there before the app was. */
	quietly(work) {
		this.#quiet = true;
		try {
			return work();
		} finally {
			this.#quiet = false;
		}
	}

	/**
	 * A storm: every event leaves 1 to `times` times, in batches of up to 100 (`full`: of 100), in any order, within
	 * `overMs`. The same seed gives the same storm. Returns how many webhooks that are.
	 */
	storm(portalId, events, { times = 1, full = false, overMs = 0, seed = 1 }) {
		const chance = random(seed);
		const copies = chance.shuffle(events.flatMap((e) => Array.from({ length: chance.between(1, times) }, () => e)));
		let n = 0;
		for (let at = 0; at < copies.length; n++) {
			const size = full ? MAX_EVENTS : chance.between(1, MAX_EVENTS);
			const part = copies.slice(at, at + size).map((e) => ({ eventId: chance.between(0, 4294967295), appId: this.#w.conf.appId, ...e }));
			this.#delivery.add(portalId, part, chance.between(0, overMs));
			at += size;
		}
		return n;
	}

	#collect(portalId, events, raw = false) {
		const install = this.#w.oauth.install(portalId);
		if (this.#quiet || !this.#w.settings.webhooks || !install)
			return;
		const granted = (e) => {
			const type = typeName(e.objectTypeId ?? e.fromObjectTypeId ?? e.subscriptionType.split('.')[0]);
			return !type || objectScopes(type, false).some((s) => install.scopes.includes(s));
		};
		const list = events().filter((e) => raw || granted(e));
		if (!list.length)
			return;
		const name = this.#w.settings.mixed_accounts ? 'mixed' : portalId;
		let box = this.#waiting.get(name);
		if (!box) {
			this.#waiting.set(name, box = []);
			setTimeout(() => this.#flush(name), this.#w.settings.batch_ms);
		}
		// also kept on disk, so that a kill between the change and the webhook loses nothing
		for (const e of list) {
			const key = String(this.#nextKey++);
			const full = { eventId: Math.floor(Math.random() * 4294967296), appId: this.#w.conf.appId, ...e };
			this.#w.store.put('event', key, full);
			box.push([key, full]);
		}
	}

	#flush(name) {
		const box = this.#waiting.get(name) ?? [];
		this.#waiting.delete(name);
		const { settings, store } = this.#w;
		if (store.closed)
			return;
		const list = shuffle(box.slice());
		if (!settings.out_of_order)
			list.sort((a, b) => a[1].occurredAt - b[1].occurredAt);
		for (let i = 0; i < list.length; i += MAX_EVENTS) {
			const part = list.slice(i, i + MAX_EVENTS);
			for (let copy = 0; copy < (settings.doubled ? 2 : 1); copy++)
				this.#delivery.add(part[0][1].portalId, part.map(([, e]) => e), settings.out_of_order ? Math.floor(Math.random() * 1500) : copy * 150);
			store.delAll('event', part.map(([key]) => key));
		}
	}

	/** Events that were collected when the sandbox was killed. */
	resume() {
		const byPortal = new Map();
		for (const [key, e] of this.#w.store.table('event')) {
			byPortal.set(e.portalId, [...(byPortal.get(e.portalId) ?? []), [key, e]]);
			this.#nextKey = Math.max(this.#nextKey, Number(key) + 1);
		}
		for (const [portalId, box] of byPortal) {
			this.#waiting.set(portalId, box);
			this.#flush(portalId);
		}
	}

	clear() {
		this.#waiting.clear();
		this.#w.store.clear('event');
		this.#delivery.clear();
	}
}
