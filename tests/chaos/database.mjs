// What the product says, out of its database: faster than its pages, and the same rows.
import { sql } from '../e2e/lib/database.mjs';

const text = (hex) => Buffer.from(hex, 'hex').toString('utf8');
const MS = (column) => `TIMESTAMPDIFF(MICROSECOND, '1970-01-01', ${column}) DIV 1000`;
const PORTAL = 'JOIN tenant t ON t.tenant_id = x.tenant_id';

/** Everything the checker compares. */
export async function dump() {
	const fact = ([portal, kind, type, id, property, value, at]) => ({ portal: Number(portal), kind, type, id, property, value: text(value), at: Number(at) });
	const FACT = `t.portal_id, x.kind, x.object_type, x.object_id, x.property, HEX(x.value), ${MS('x.occurred_at')}`;
	return {
		events: (await sql(`SELECT ${FACT}, x.echo, x.to_id FROM event x ${PORTAL}`)).map((r) => ({ ...fact(r), echo: r[7] === '1', to: r[8] ?? '' })),
		decisions: (await sql(`SELECT ${FACT}, x.outcome, x.conversion_id, x.code FROM decision x ${PORTAL}`))
			.map((r) => ({ ...fact(r), outcome: r[7], conversion: r[8], code: r[9] ?? '' })),
		conversions: (await sql(`SELECT t.portal_id, x.conversion_id, x.state, x.revision, x.attempts, x.unanswered, HEX(x.event_type), HEX(x.order_id), HEX(x.code),
			HEX(x.body), HEX(x.batch_id), HEX(x.action_id), HEX(x.partner_id), x.payout, ${MS('x.created_at')} FROM conversion x ${PORTAL}`))
			.map(([portal, id, state, revision, attempts, unanswered, ...rest]) => {
				const [eventType, orderId, code, body, batch, action, partner] = rest.slice(0, 7).map(text);
				return { portal: Number(portal), id, state, revision: Number(revision), attempts: Number(attempts), unanswered: Number(unanswered), eventType, orderId, code, body,
					batch, action, partner, payout: rest[7], made: Number(rest[8]) };
			}),
		attempts: (await sql(`SELECT t.portal_id, x.effect_id, x.attempt, x.revision, x.http_status, x.result, ${MS('x.started_at')} FROM attempt x ${PORTAL} WHERE x.kind = 'conversion'`))
			.map(([portal, id, attempt, revision, status, result, at]) => ({
				portal: Number(portal), id, attempt: Number(attempt), revision: Number(revision), status: Number(status), result: result ?? '', at: Number(at) })),
		quarantine: (await sql('SELECT HEX(body) FROM quarantine')).map(([body]) => text(body)),
		inbox: Number((await sql('SELECT COUNT(*) FROM inbox'))[0][0]),
	};
}

/** What has no end yet: {inbox, pending, conversions by state}. Rows that wait for data have been looked at in vain often enough. */
export async function open() {
	const [[inbox, pending]] = await sql('SELECT (SELECT COUNT(*) FROM inbox), (SELECT COUNT(*) FROM pending WHERE looks < 4)');
	const states = await sql("SELECT state, COUNT(*) FROM conversion WHERE state NOT IN ('CONFIRMED', 'REJECTED', 'DEAD', 'HELD') GROUP BY state");
	return { inbox: Number(inbox), pending: Number(pending), ...Object.fromEntries(states.map(([s, n]) => [s, Number(n)])) };
}
export const ended = (o) => Object.values(o).every((n) => n === 0);
