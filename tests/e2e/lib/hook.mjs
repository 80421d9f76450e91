// Webhooks as HubSpot would send them, made and signed here: for what its own sandbox does not say.
import { createHash, createHmac } from 'node:crypto';
import { URL_BASE, conf, request } from './env.mjs';

export const TARGET = `${URL_BASE}/webhooks/hubspot`;
const secret = () => conf('hubspot_client_secret');

export function change(portalId, objectId, propertyName, propertyValue, more = {}) {
	return { eventId: Math.floor(Math.random() * 4294967296), subscriptionId: 1, portalId, appId: 39522895, occurredAt: Date.now(),
		subscriptionType: 'object.propertyChange', attemptNumber: 0, objectId: Number(objectId), objectTypeId: '0-3', propertyName, propertyValue,
		isSensitive: false, changeSource: 'CRM_UI', sourceId: 'userId:98499705', ...more };
}

export function signed(body, { stamp = Date.now(), key = secret(), url = TARGET } = {}) {
	return { 'content-type': 'application/json', 'x-hubspot-request-timestamp': String(stamp),
		'x-hubspot-signature-v3': createHmac('sha256', key).update(`POST${url}`).update(body).update(String(stamp)).digest('base64') };
}
export const signedV1 = (body) => ({ 'content-type': 'application/json', 'x-hubspot-signature-version': 'v1',
	'x-hubspot-signature': createHash('sha256').update(secret()).update(body).digest('hex') });
export const signedV2 = (body) => ({ 'content-type': 'application/json', 'x-hubspot-signature-version': 'v2',
	'x-hubspot-signature': createHash('sha256').update(`${secret()}POST${TARGET}`).update(body).digest('hex') });

export const send = (body, headers) => request(TARGET, { method: 'POST', headers, body });
