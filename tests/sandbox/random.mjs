// Chance that can be had again: the same seed gives the same row of numbers (mulberry32).

export function random(seed) {
	let state = seed >>> 0;
	const next = () => {
		state = (state + 0x6D2B79F5) >>> 0;
		let t = state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
	/** A whole number from `from` to `to`, both possible. */
	const between = (from, to) => from + Math.floor(next() * (to - from + 1));
	return {
		between,
		chance: (p) => next() < p,
		pick: (list) => list[between(0, list.length - 1)],
		shuffle: (list) => {
			for (let i = list.length - 1; i > 0; i--) {
				const j = between(0, i);
				[list[i], list[j]] = [list[j], list[i]];
			}
			return list;
		},
	};
}
