// HubSpot's error bodies.
import { randomUUID } from 'node:crypto';

export class HubspotError extends Error {
	constructor(status, body, headers = {}) {
		super(body.message);
		this.status = status;
		this.body = { status: 'error', correlationId: randomUUID(), ...body };
		this.headers = headers;
	}
}

export const validation = (message, errors) =>
	new HubspotError(400, { message, category: 'VALIDATION_ERROR', ...(errors ? { errors } : {}) });

export const notFound = () => new HubspotError(404, { message: 'resource not found' });

export const tooLong = () => new HubspotError(414, { message: 'URI too long; use the batch endpoint to read many properties' });

export const unauthorized = () => new HubspotError(401, {
	message: 'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview',
	category: 'INVALID_AUTHENTICATION',
});

export const expired = (at) => new HubspotError(401, {
	message: `The OAuth token used to make this call expired ${Math.max(0, Math.round((Date.now() - at) / 60000))} minute(s) ago.`,
	category: 'EXPIRED_AUTHENTICATION', context: { 'expire time': [new Date(at).toISOString()] },
});

export const missingScopes = (scopes) => new HubspotError(403, {
	message: 'This app hasn\'t been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.',
	category: 'MISSING_SCOPES',
	errors: [{ message: 'One or more of the following scopes are required.', context: { requiredGranularScopes: scopes } }],
	links: { scopes: 'https://developers.hubspot.com/scopes' },
});

const POLICIES = {
	TEN_SECONDLY_ROLLING: 'You have reached your ten_secondly_rolling limit.', SECONDLY: 'You have reached your secondly limit.', DAILY: 'You have reached your daily limit.',
};

export const rateLimited = (policyName) => new HubspotError(429, {
	message: POLICIES[policyName], errorType: 'RATE_LIMIT', policyName, requestId: randomUUID(),
});

/** The bodies of 423 and 477 are not documented: no more than a message. */
export const locked = () => new HubspotError(423, { message: 'The records are locked while a large volume of data is synced. Try again in a few seconds.' });

export const moving = (seconds) => new HubspotError(477, { message: 'The account is being moved to another data center.' }, { 'retry-after': String(seconds) });

/** OAuth failures carry both styles at once. */
const OAUTH = {
	BAD_REFRESH_TOKEN: ['invalid_grant', 'refresh token is invalid, expired or revoked'],
	BAD_AUTH_CODE: ['invalid_grant', 'authorization code is invalid, expired or already used'],
	BAD_REDIRECT_URI: ['invalid_request', 'redirect_uri does not match the one of the authorize request'],
	BAD_CLIENT_ID: ['invalid_client', 'unknown client_id'],
	BAD_CLIENT_SECRET: ['invalid_client', 'client_secret is wrong'],
	BAD_HUB: ['access_denied', 'missing or unknown hub id'],
	BAD_CODE_VERIFIER: ['invalid_grant', 'code_verifier does not match the code_challenge of the authorize request'],
	BAD_GRANT_TYPE: ['unsupported_grant_type', 'grant_type is not supported'],
	BAD_SCOPES: ['invalid_scope', 'the scopes are not granted to this app'],
	BAD_REQUEST: ['invalid_request', 'a parameter is missing, or it is not in the form body'],
};

export function oauthError(key, description) {
	const [error, usual] = OAUTH[key];
	const text = description ?? usual;
	return { status: 400, body: { error, error_description: text, status: key, message: text } };
}
