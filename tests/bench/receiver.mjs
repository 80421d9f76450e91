// The peer of the intake: a webhook receiver as one writes it in Node, fastify and mysql2, HMAC verified, answered when
// it is stored. `rows`: the events of a batch in one multi-row INSERT. `inbox`: our own inbox row instead.
//   receiver.mjs rows|inbox PORT SOCKET DATABASE PUBLIC_URL       (the secret in HUBSPOT_SECRET)
import { createHmac, timingSafeEqual } from 'node:crypto';
import fastify from 'fastify';
import mysql from 'mysql2/promise';

const [kind, port, socketPath, database, publicUrl] = process.argv.slice(2);
const secret = process.env.HUBSPOT_SECRET;
const pool = mysql.createPool({ socketPath, user: 'bench', password: 'bench', database, connectionLimit: 10 });

function signed(request) {
	const timestamp = request.headers['x-hubspot-request-timestamp'];
	const given = Buffer.from(request.headers['x-hubspot-signature-v3'] ?? '', 'base64');
	const wanted = createHmac('sha256', secret).update(`POST${publicUrl}${request.url}`).update(request.body).update(timestamp).digest();
	return Math.abs(Date.now() - Number(timestamp)) < 300000 && given.length === wanted.length && timingSafeEqual(given, wanted);
}

const store = {
	async rows(body) {
		const events = JSON.parse(body);
		const received = new Date();
		await pool.query(`INSERT INTO received (event_id, subscription_id, portal_id, app_id, occurred_at, subscription_type, attempt,
			object_id, object_type, property, value, change_source, source_id, received_at) VALUES ?`,
		[events.map((e) => [e.eventId, e.subscriptionId, e.portalId, e.appId, new Date(e.occurredAt), e.subscriptionType, e.attemptNumber,
			e.objectId, e.objectTypeId, e.propertyName, e.propertyValue, e.changeSource, e.sourceId, received])]);
	},
	inbox: (body) => pool.execute("INSERT INTO inbox (shard, source, packed, received_at, body) VALUES (?, 'hubspot', 0, UTC_TIMESTAMP(3), ?)",
		[Math.floor(Math.random() * 8), body]),
}[kind];

const app = fastify();
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => done(null, body));
app.post('/webhooks/hubspot', async (request, reply) => {
	if (!signed(request))
		return reply.code(401).send('no');
	await store(request.body);
	return 'ok\n';
});
await app.listen({ port: Number(port), host: '127.0.0.1' });
