// Fault switches: what may go wrong at a far end, chosen by path, method and count.
import { locked, moving, rateLimited } from './hubspot/errors.mjs';

export const KINDS = {
	status: 'Answers with the given status instead of doing the work',
	slow: 'Waits before doing the work',
	cut_before: 'Cuts the connection and does nothing',
	cut_after: 'Does the work, then cuts the connection without an answer',
	cut_body: 'Does the work, then cuts the connection in the middle of the answer',
	garbage: 'Does the work, then answers 200 with bytes that are no JSON',
};

const POLICIES = ['TEN_SECONDLY_ROLLING', 'SECONDLY', 'DAILY'];
/** What the edge in front of HubSpot answers is a page, no JSON. */
const EDGE = [502, 504, 521, 522, 523, 524, 525, 526];
const HUBSPOT_CATEGORY = { 401: 'EXPIRED_AUTHENTICATION', 403: 'MISSING_SCOPES', 404: 'OBJECT_NOT_FOUND', 429: 'RATE_LIMITS' };

export class Faults {
	#list = [];
	#paths = new Map(); // id -> its regular expression
	#nextId = 1;

	/** fault: {kind, path (regular expression), method, portalId (a HubSpot account), count, status, headers, body, policy (of a 429), ms, skip} */
	add(fault) {
		if (!KINDS[fault.kind])
			throw new Error(`kind must be one of ${Object.keys(KINDS).join(', ')}`);
		if (fault.kind === 'status' && !(fault.status >= 400 && fault.status <= 599))
			throw new Error('status must be 400 to 599');
		if (fault.policy && !POLICIES.includes(fault.policy))
			throw new Error(`policy must be one of ${POLICIES.join(', ')}`);
		const count = fault.count === undefined ? 1 : Number(fault.count);
		if (!Number.isInteger(count) || count < 0)
			throw new Error('count must be a whole number; 0 means until removed');
		const row = {
			id: this.#nextId++, kind: fault.kind, path: fault.path || '.*', method: fault.method || '', count, left: count,
			skip: Number(fault.skip ?? 0), hits: 0, status: fault.status, headers: fault.headers ?? {}, body: fault.body,
			ms: Number(fault.ms ?? 3000), ...(fault.portalId ? { portalId: Number(fault.portalId) } : {}), ...(fault.policy ? { policy: fault.policy } : {}),
		};
		this.#paths.set(row.id, new RegExp(row.path));
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

	/** The switch that this request meets, counted down, or null. portalOf gives the account that a token belongs to. */
	take(method, path, portalOf = () => undefined) {
		for (const f of this.#list) {
			if ((f.method && f.method !== method) || (f.count > 0 && f.left === 0) || !this.#paths.get(f.id).test(path) || (f.portalId && f.portalId !== portalOf()))
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

const hubspotAnswer = (err, headers) => ({ status: err.status, headers: { ...err.headers, ...headers }, body: err.body });

/** The answer of a `status` fault, in the words of the side that it plays. */
export function faultAnswer(fault, side) {
	const headers = { ...fault.headers };
	if (fault.body !== undefined)
		return { status: fault.status, headers, body: fault.body };
	if (side === 'impact')
		return { status: fault.status, headers, body: { Status: 'ERROR', Message: `The service answered ${fault.status}` } };
	if (fault.status === 429)
		return hubspotAnswer(rateLimited(fault.policy ?? 'TEN_SECONDLY_ROLLING'), headers);
	if (fault.status === 423)
		return hubspotAnswer(locked(), headers);
	if (fault.status === 477)
		return hubspotAnswer(moving(60), headers);
	if (EDGE.includes(fault.status))
		return { status: fault.status, headers: { 'content-type': 'text/html', ...headers }, body: `<html><head><title>${fault.status}</title></head><body>The edge answers ${fault.status}</body></html>\n` };
	return { status: fault.status, headers, body: {
		status: 'error', message: `The service answered ${fault.status}`, correlationId: '9588d18e-a3e0-4aef-992d-f8a27f0d6c8a',
		...(HUBSPOT_CATEGORY[fault.status] ? { category: HUBSPOT_CATEGORY[fault.status] } : {}) } };
}
