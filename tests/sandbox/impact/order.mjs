// Two orders by time, so that no request has to look at everything: what is due next, and what lies between two times.

/** A binary heap of {at, ...}: the earliest first. */
export class Due {
	#heap = [];

	get next() {
		return this.#heap[0];
	}

	push(entry) {
		const heap = this.#heap;
		let i = heap.push(entry) - 1;
		while (i > 0) {
			const up = (i - 1) >> 1;
			if (heap[up].at <= entry.at)
				break;
			heap[i] = heap[up];
			i = up;
		}
		heap[i] = entry;
	}

	pop() {
		const heap = this.#heap;
		const top = heap[0];
		const last = heap.pop();
		if (heap.length === 0)
			return top;
		let i = 0;
		for (;;) {
			let child = 2 * i + 1;
			if (child >= heap.length)
				break;
			if (child + 1 < heap.length && heap[child + 1].at < heap[child].at)
				child++;
			if (heap[child].at >= last.at)
				break;
			heap[i] = heap[child];
			i = child;
		}
		heap[i] = last;
		return top;
	}
}

const second = (ms) => Math.floor(ms / 1000) * 1000;

/** Ids by time, in whole seconds as the API tells times, and within a second by number. */
export class Line {
	#rows = [];

	/** The first position whose row is not before. */
	#from(at, seq) {
		let [low, high] = [0, this.#rows.length];
		while (low < high) {
			const mid = (low + high) >> 1;
			const row = this.#rows[mid];
			if (row.at < at || (row.at === at && row.seq < seq))
				low = mid + 1;
			else
				high = mid;
		}
		return low;
	}

	add(at, seq, id) {
		const row = { at: second(at), seq, id };
		const last = this.#rows[this.#rows.length - 1];
		if (!last || last.at < row.at || (last.at === row.at && last.seq < seq))
			this.#rows.push(row);
		else
			this.#rows.splice(this.#from(row.at, seq), 0, row);
	}

	remove(at, seq) {
		const i = this.#from(second(at), seq);
		if (this.#rows[i]?.seq === seq)
			this.#rows.splice(i, 1);
	}

	/** Ids from one time to another, both included. */
	between(from, to) {
		return this.#rows.slice(this.#from(from, -1), this.#from(second(to) + 1000, -1)).map((r) => r.id);
	}
}
