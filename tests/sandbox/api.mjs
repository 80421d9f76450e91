// The https side: logs a request, lets a fault have its way, hands it to HubSpot or impact.com.
import { faultAnswer } from './faults.mjs';
import { hubspot } from './hubspot/api.mjs';
import { encode } from './http.mjs';

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function shown(q, answer) {
	if (q.path.startsWith('/oauth/'))
		return undefined;
	return answer.body.subarray(0, 2000).toString('utf8');
}

export function apiHandler(w) {
	return async (q) => {
		const entry = w.log.begin(q);
		const fault = w.faults.take(q.method, q.path, () => w.oauth.bearer(q.headers.authorization).row?.portalId);
		const note = fault ? { fault: fault.kind } : {};
		if (fault?.kind === 'slow')
			await sleep(fault.ms);
		if (fault?.kind === 'cut_before') {
			w.log.end(entry, { ...note, status: 0, done: false });
			return { cut: 'now' };
		}
		if (fault?.kind === 'status') {
			const answer = encode(faultAnswer(fault, entry.side));
			w.log.end(entry, { ...note, status: answer.status, done: false, answer: shown(q, answer) });
			return answer;
		}
		const { answer: plain, ...more } = entry.side === 'impact' ? w.impact.handle(q) : hubspot(w, q);
		const answer = encode(plain);
		w.log.end(entry, { ...note, ...more, status: answer.status, done: true, answer: shown(q, answer) });
		if (fault?.kind === 'cut_after')
			return { cut: 'now' };
		if (fault?.kind === 'cut_body')
			return { ...answer, cut: 'body' };
		if (fault?.kind === 'garbage')
			return { status: 200, headers: { 'content-type': 'application/json' }, body: '<html><body>\u0000{"Status": "QUEUED", "Queu' };
		return answer;
	};
}
