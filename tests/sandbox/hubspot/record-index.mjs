// Finds records without looking at all of them: by id, in the order of ids, by time of change, by a unique value.

/** The first place of a sorted list whose element is not below. */
function lowerBound(list, below) {
	let [lo, hi] = [0, list.length];
	while (lo < hi) {
		const mid = (lo + hi) >> 1;
		if (below(list[mid]))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/** Puts an element into its place, which is mostly the end. */
function insert(list, item, key) {
	const k = key(item);
	if (!list.length || key(list[list.length - 1]) <= k)
		list.push(item);
	else
		list.splice(lowerBound(list, (x) => key(x) <= k), 0, item);
}

const ms = (rec) => Date.parse(rec.updatedAt);

/** The records of one object type in one account. */
export class RecordIndex {
	byId = new Map();
	#ids = [];
	#stamps = []; // [time of change, id], a row of an older change stays until there are too many of them
	#last = new Map();
	#unique = new Map();

	/** A new record, or one that has changed. */
	put(rec) {
		if (!this.byId.has(rec.id))
			insert(this.#ids, Number(rec.id), (n) => n);
		this.byId.set(rec.id, rec);
		const at = ms(rec);
		if (this.#last.get(rec.id) === at)
			return;
		this.#last.set(rec.id, at);
		insert(this.#stamps, [at, rec.id], (row) => row[0]);
		if (this.#stamps.length > 1000 + 3 * this.byId.size)
			this.#stamps = this.#stamps.filter(([t, id]) => this.#last.get(id) === t);
	}

	remove(id) {
		this.byId.delete(id);
		this.#last.delete(id);
		const at = lowerBound(this.#ids, (n) => n < Number(id));
		if (this.#ids[at] === Number(id))
			this.#ids.splice(at, 1);
	}

	/** Up to `limit` records that pass, in the order of their ids, after an id. */
	page(after, limit, passes) {
		const out = [];
		for (let i = after === undefined ? 0 : lowerBound(this.#ids, (n) => n <= after); i < this.#ids.length && out.length < limit; i++) {
			const rec = this.byId.get(String(this.#ids[i]));
			if (passes(rec))
				out.push(rec);
		}
		return out;
	}

	/** All records changed within [from, to], oldest change first. */
	changed(from, to) {
		const out = [];
		for (let i = lowerBound(this.#stamps, (row) => row[0] < from); i < this.#stamps.length && this.#stamps[i][0] <= to; i++) {
			const [at, id] = this.#stamps[i];
			if (this.#last.get(id) === at)
				out.push(this.byId.get(id));
		}
		return out;
	}

	setUnique(name, value, id) {
		this.#unique.set(`${name}|${value.toLowerCase()}`, id);
	}

	dropUnique(name, value, id) {
		const key = `${name}|${value.toLowerCase()}`;
		if (this.#unique.get(key) === id)
			this.#unique.delete(key);
	}

	/** The id of the record that has this value; undefined when none has. */
	unique(name, value) {
		return this.#unique.get(`${name}|${String(value).toLowerCase()}`);
	}
}
