// Values made from the schemas of openapi.json by a seeded generator: what fits, what nearly fits, and what means harm.
import { follow } from './routes.mjs';

/** Numbers in [0, 1) that a seed tells (mulberry32). */
export function generator(seed) {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

/** Text that has hurt others: markup, quotes, formulas, control characters, both directions of writing, format strings, long ones. */
export const HOSTILE = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '\' OR 1=1 --', '"; DROP TABLE tenant; --', '=HYPERLINK("http://evil.example")',
	'{{7*7}}', '${7*7}', '%s%n%x', '../../../../etc/passwd', '%2e%2e%2f', '\u0000', '\u0001\u0008\u001f', '\u202eabc\u202c', '\u200b\ufeff', '\ud800', '\u{1f4a9}\u0301',
	'İıſ', 'a\r\nSet-Cookie: x=1', '{contact.email', '{amount|div:0}', '{' + '('.repeat(200), '-1', '0', '1e309', 'NaN', 'null', 'true', '', ' ', 'x'.repeat(10000)];

export class Maker {
	constructor(seed) {
		this.random = generator(seed);
	}

	below(n) { return Math.floor(this.random() * n); }
	one(list) { return list[this.below(list.length)]; }
	chance(p) { return this.random() < p; }

	word() {
		return this.one(['deals', 'contacts', 'dealstage', 'closedwon', 't1', 'OrderId', '{amount}', '{contact.email|lower|sha1}', 'Text3', 'x', '1000', 'a@b.example', '2026-11-21', 'ä€😀']);
	}

	text({ minLength = 0, maxLength = 200, pattern }) {
		if (pattern && /\\d|0-9/.test(pattern))
			return String(this.below(100000));
		let text = this.word();
		while (text.length < minLength)
			text += text;
		return text.slice(0, maxLength);
	}

	/** A value that fits the schema, or nearly so where a pattern asks for more than this knows. */
	value(schema, depth = 0) {
		const s = follow(schema);
		if (s === undefined || s === true || Object.keys(s).length === 0)
			return this.word();
		if ('const' in s)
			return s.const;
		if (s.enum)
			return this.one(s.enum);
		for (const some of [s.oneOf, s.anyOf])
			if (some && !s.properties)
				return this.value(this.one(some), depth + 1);
		if (s.allOf)
			return Object.assign({}, ...s.allOf.map((part) => this.value(part, depth + 1)));
		const type = Array.isArray(s.type) ? this.one(s.type) : s.type ?? (s.properties ? 'object' : 'string');
		switch (type) {
		case 'object': return this.object(s, depth);
		case 'array': return Array.from({ length: (s.minItems ?? 0) + (depth > 6 ? 0 : this.below(3)) }, () => this.value(s.items ?? {}, depth + 1));
		case 'integer': return this.integer(s);
		case 'number': return this.integer(s) / 2;
		case 'boolean': return this.chance(0.5);
		case 'null': return null;
		default: return this.text(s);
		}
	}

	integer({ minimum = 0, maximum = minimum + 1000 }) { return minimum + this.below(maximum - minimum + 1); }

	object(s, depth) {
		const out = {};
		for (const [name, property] of Object.entries(s.properties ?? {}))
			if ((s.required ?? []).includes(name) || (depth < 6 && this.chance(0.6)))
				out[name] = this.value(property, depth + 1);
		if (s.additionalProperties && typeof s.additionalProperties === 'object' && depth < 6)
			out[this.word()] = this.value(s.additionalProperties, depth + 1);
		return out;
	}

	/** A value of any kind that nobody asked for. */
	odd() {
		return this.one([null, true, false, 0, -1, 1.5, 1e308, 9007199254740993, [], {}, [[]], { a: { b: [1] } }, this.one(HOSTILE), this.one(HOSTILE)]);
	}

	/** The value with one thing in it changed: a member gone, of another type, doubled in a list, or one too many. */
	bent(value) {
		const bent = structuredClone(value);
		const places = [];
		const walk = (node) => {
			if (node === null || typeof node !== 'object')
				return;
			for (const key of Object.keys(node)) {
				places.push([node, key]);
				walk(node[key]);
			}
		};
		walk(bent);
		if (places.length === 0 || this.chance(0.1))
			return this.chance(0.5) && bent !== null && typeof bent === 'object' ? Object.assign(bent, { [this.one(['tenant_id', 'role', 'id', '__proto__x', 'constructor'])]: this.odd() }) : this.odd();
		const [node, key] = this.one(places);
		if (Array.isArray(node) ? this.chance(0.3) : this.chance(0.25)) {
			if (Array.isArray(node))
				node.push(structuredClone(node[key]));
			else
				delete node[key];
		} else {
			node[key] = this.chance(0.5) ? this.one(HOSTILE) : this.odd();
		}
		return bent;
	}
}
