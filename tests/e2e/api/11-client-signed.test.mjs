// Webhooks that HubSpot's own client signs pass the product end to end; what it would not have signed so is refused.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Signature } from '@hubspot/api-client';
import { conf, confText } from '../lib/env.mjs';
import { TARGET, change, send } from '../lib/hook.mjs';
import { ready } from '../lib/ready.mjs';
import { NORTHWIND, contact, deal, set, submissions } from '../lib/sandbox.mjs';
import { configure, healthy } from '../lib/service.mjs';

let person;
before(async () => { person = await ready(); });

/** The headers of one of HubSpot's signatures over a body, as its client computes it. */
function signedBy(version, requestBody, { timestamp = Date.now(), url = TARGET } = {}) {
	const signature = Signature.getSignature('POST', version, { clientSecret: conf('hubspot_client_secret'), requestBody, url, timestamp });
	return version === 'v3'
		? { 'content-type': 'application/json', 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': String(timestamp) }
		: { 'content-type': 'application/json', 'x-hubspot-signature': signature, 'x-hubspot-signature-version': version };
}

/** Won deals of credited contacts that HubSpot has told nobody about yet. */
async function silentDeals(n) {
	const ids = [];
	await set({ webhooks: false });
	for (let i = 0; i < n; i++)
		ids.push((await deal(NORTHWIND, { dealstage: 'closedwon', contacts: [await contact(NORTHWIND)] })).id);
	await set({ webhooks: true });
	return ids;
}

const batch = (ids, more = {}) => JSON.stringify(ids.map((id) => change(NORTHWIND, id, 'dealstage', 'closedwon', more)));

test('M-03 F-031 a batch that HubSpot\'s client signs (v3) is taken, and each of its deals becomes one credited conversion', async () => {
	const ids = await silentDeals(3);
	const body = batch(ids, { note: 'Müller & Söhne, "Graz" \u{1F916}' });
	const headers = signedBy('v3', body);
	assert.equal((await send(body, headers)).status, 200);
	assert.equal((await send(body, headers)).status, 200, 'the same once more');
	for (const id of ids) {
		assert.equal((await person.verdict(id)).state, 'CONFIRMED');
		assert.equal((await submissions(`deal_closedwon_${id}`)).length, 1);
	}
});

test('F-031 F-035 what is changed after the client has signed it is refused, and nothing comes of it', async () => {
	const [id, other] = await silentDeals(2);
	const body = batch([id]);
	const headers = signedBy('v3', body);
	const refused = {
		'another deal': [batch([other]), headers],
		'one blank more': [`${body} `, headers],
		'a later time': [body, { ...headers, 'x-hubspot-request-timestamp': String(Number(headers['x-hubspot-request-timestamp']) + 1) }],
		'signed for another address': [body, signedBy('v3', body, { url: 'https://connector.example.com/webhooks/hubspot' })],
		'signed six minutes ago': [body, signedBy('v3', body, { timestamp: Date.now() - 360000 })],
	};
	for (const [what, [text, signed]] of Object.entries(refused))
		assert.equal((await send(text, signed)).status, 401, what);
	for (const one of [id, other])
		assert.equal((await person.decisions(one)).length, 0);
	assert.equal((await send(body, headers)).status, 200, 'as it was signed it is taken');
	assert.equal((await person.verdict(id)).state, 'CONFIRMED');
	assert.equal((await person.decisions(other)).length, 0);
});

/** The intake with other signature versions in its configuration, for the time of `work`. */
async function accepting(versions, work) {
	const before = confText();
	configure(`${before.replace(/^hubspot_signature_versions.*$/m, '')}\nhubspot_signature_versions = "${versions}";\n`, 'hooks');
	try {
		await healthy();
		await work();
	} finally {
		configure(before, 'hooks');
		await healthy();
	}
}

test('F-031 the client\'s v1 and v2 signatures are refused, and taken where the configuration lists them', async () => {
	const [one, two] = await silentDeals(2);
	const bodies = { v1: batch([one]), v2: batch([two]) };
	for (const [version, body] of Object.entries(bodies))
		assert.equal((await send(body, signedBy(version, body))).status, 401, version);
	await accepting('v3 v2 v1', async () => {
		for (const [version, body] of Object.entries(bodies)) {
			assert.equal((await send(body.replace('closedwon', 'closedlost'), signedBy(version, body))).status, 401, `${version}, tampered with`);
			assert.equal((await send(body, signedBy(version, body))).status, 200, version);
		}
		for (const id of [one, two])
			assert.equal((await person.verdict(id)).state, 'CONFIRMED');
	});
	assert.equal((await send(bodies.v1, signedBy('v1', bodies.v1))).status, 401, 'as it was configured before');
});
