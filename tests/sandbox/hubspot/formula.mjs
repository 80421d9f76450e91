// The arithmetic of a calculated property: numbers, names of properties, + - * / and brackets.

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([a-z][a-z0-9_]*)|([-+*/()]))/gy;

function tokens(text) {
	const out = [];
	TOKEN.lastIndex = 0;
	while (TOKEN.lastIndex < text.trimEnd().length) {
		const m = TOKEN.exec(text);
		if (!m)
			throw new Error(`calculationFormula: ${text} is not understood`);
		out.push(m[1] ? { number: Number(m[1]) } : m[2] ? { name: m[2] } : { sign: m[3] });
	}
	return out;
}

/** {names, value(read)}; read gives the text of a property. value is null as long as one of them is empty. */
export function formula(text) {
	const list = tokens(text);
	let at = 0;
	const sign = (...wanted) => wanted.includes(list[at]?.sign) ? list[at++].sign : null;
	const atom = () => {
		const t = list[at++];
		if (t?.number !== undefined)
			return () => t.number;
		if (t?.name)
			return (read) => {
				const v = read(t.name);
				return v === null || v === undefined || v === '' ? NaN : Number(v);
			};
		if (t?.sign === '-') {
			const of = atom();
			return (read) => -of(read);
		}
		if (t?.sign === '(') {
			const of = sum();
			if (sign(')'))
				return of;
		}
		throw new Error(`calculationFormula: ${text} is not understood`);
	};
	const chain = (part, signs, work) => () => {
		let left = part();
		for (let s = sign(...signs); s; s = sign(...signs)) {
			const [a, b, op] = [left, part(), s];
			left = (read) => work(op, a(read), b(read));
		}
		return left;
	};
	const product = chain(atom, ['*', '/'], (op, a, b) => op === '*' ? a * b : a / b);
	const sum = chain(product, ['+', '-'], (op, a, b) => op === '+' ? a + b : a - b);
	const whole = sum();
	if (at < list.length)
		throw new Error(`calculationFormula: ${text} is not understood`);
	return {
		names: list.filter((t) => t.name).map((t) => t.name),
		value: (read) => {
			const n = whole(read);
			return Number.isFinite(n) ? String(Math.round(n * 1e6) / 1e6) : null;
		},
	};
}
