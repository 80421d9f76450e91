// Fault switches: what may go wrong at a far end, chosen by path, method and count.

export const KINDS = {
	status: 'Answers with the given status instead of doing the work',
	slow: 'Waits before doing the work',
	cut_before: 'Cuts the connection and does nothing',
	cut_after: 'Does the work, then cuts the connection without an answer',
	cut_body: 'Does the work, then cuts the connection in the middle of the answer',
	garbage: 'Does the work, then answers 200 with bytes that are no JSON',
};

const HUBSPOT_CATEGORY = { 401: 'EXPIRED_AUTHENTICATION', 403: 'MISSING_SCOPES', 404: 'OBJECT_NOT_FOUND', 429: 'RATE_LIMITS' };

export class Faults {
	#list = [];
	#nextId = 1;

	/** fault: {kind, path (regular expression), method, count, status, headers, body, ms, skip} */
	add(fault) {
		if (!KINDS[fault.kind])
			throw new Error(`kind must be one of ${Object.keys(KINDS).join(', ')}`);
		if (fault.kind === 'status' && !(fault.status >= 400 && fault.status <= 599))
			throw new Error('status must be 400 to 599');
		const count = fault.count === undefined ? 1 : Number(fault.count);
		if (!Number.isInteger(count) || count < 0)
			throw new Error('count must be a whole number; 0 means until removed');
		const row = {
			id: this.#nextId++, kind: fault.kind, path: fault.path || '.*', method: fault.method || '', count, left: count,
			skip: Number(fault.skip ?? 0), hits: 0, status: fault.status, headers: fault.headers ?? {}, body: fault.body,
			ms: Number(fault.ms ?? 3000),
		};
		new RegExp(row.path);
		this.#list.push(row);
		return row;
	}

	list() {
		return this.#list;
	}

	remove(id) {
		this.#list = this.#list.filter((f) => f.id !== Number(id));
	}

	clear() {
		this.#list = [];
	}

	/** The switch that this request meets, counted down, or null. */
	take(method, path) {
		for (const f of this.#list) {
			if ((f.method && f.method !== method) || (f.count > 0 && f.left === 0) || !new RegExp(f.path).test(path))
				continue;
			if (f.skip > 0) {
				f.skip--;
				continue;
			}
			f.hits++;
			if (f.count > 0)
				f.left--;
			return f;
		}
		return null;
	}
}

/** The answer of a `status` fault, in the words of the side that it plays. */
export function faultAnswer(fault, side) {
	const headers = { ...fault.headers };
	if (fault.body !== undefined)
		return { status: fault.status, headers, body: fault.body };
	if (side === 'impact')
		return { status: fault.status, headers, body: { Status: 'ERROR', Message: `The service answered ${fault.status}` } };
	if (fault.status === 429) {
		return { status: 429, headers, body: {
			status: 'error', message: 'You have reached your ten_secondly_rolling limit.', errorType: 'RATE_LIMIT',
			correlationId: 'c033cdaa-2c40-4a64-ae48-b4cec88dad24', policyName: 'TEN_SECONDLY_ROLLING',
			requestId: '3d3e35b7-0dae-4b9f-a6e3-9c230cbcf8dd' } };
	}
	return { status: fault.status, headers, body: {
		status: 'error', message: `The service answered ${fault.status}`, correlationId: '9588d18e-a3e0-4aef-992d-f8a27f0d6c8a',
		...(HUBSPOT_CATEGORY[fault.status] ? { category: HUBSPOT_CATEGORY[fault.status] } : {}) } };
}
