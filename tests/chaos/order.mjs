// Conversions of one customer go one after the other (design 6, "Order"), as far as a log can show it.
//
// Of two with one CustomerId, the one that happened earlier goes first: the later one leaves when the earlier one is accepted
// or ended, and if their event types differ, at its verdict. Nobody waits for one that is UNKNOWN, nor for longer than five
// minutes, nor for one that came too late itself.
const SURE_MS = 5000; // an earlier one that was made this long before the later one left was there to be seen
const WAIT_MS = 300000 - SURE_MS; // order_wait_s

/** What is wrong between two, or null; undefined when they say nothing about the rule. */
export function judgePair(first, second) {
	const leaves = second.tries[0].at;
	if (first.made + SURE_MS > leaves || first.made + WAIT_MS < leaves)
		return undefined;
	const before = first.tries.filter((a) => a.at <= leaves);
	if (!before.length)
		return `${second.key} left ${leaves - first.made} ms after ${first.key} was made, which had not left`;
	if (second.posts[0].at < (first.posts[0]?.at ?? 0) && before.every((a) => a.result === 'accepted'))
		return `${second.key} arrived before ${first.key}`;
	if (first.eventType === second.eventType || before.at(-1).result !== 'accepted')
		return null;
	const judged = first.submissions.find((s) => s.received >= before.at(-1).at);
	return judged && judged.completed > leaves ? `${second.key} left ${judged.completed - leaves} ms before the verdict of ${first.key}, which is of another event type` : null;
}

/** lanes: of one customer each, lists of {key, eventType, occurred, made, tries, posts, submissions}. */
export function judgeOrder(lanes) {
	const wrong = [];
	let judged = 0;
	for (const lane of lanes) {
		const list = lane.filter((c) => c.tries.length && c.posts.length).sort((a, b) => a.occurred - b.occurred);
		for (const [k, second] of list.entries())
			for (const first of list.slice(0, k))
				if (first.occurred < second.occurred) {
					const fault = judgePair(first, second);
					judged += fault === undefined ? 0 : 1;
					if (fault)
						wrong.push(fault);
				}
	}
	return { wrong, judged };
}
