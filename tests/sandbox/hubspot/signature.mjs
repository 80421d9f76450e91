// HubSpot's three request signatures.
import { createHash, createHmac } from 'node:crypto';

const DECODE = {
	'%3A': ':', '%2F': '/', '%3F': '?', '%40': '@', '%21': '!', '%24': '$', '%27': '\'', '%28': '(', '%29': ')', '%2A': '*', '%2C': ',', '%3B': ';',
};

/** The URL as HubSpot signs it: twelve escapes are decoded, once, and nothing else. */
export const signedUrl = (url) => url.replace(/%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi, (escape) => DECODE[escape.toUpperCase()]);

export const v1 = (secret, body) => createHash('sha256').update(secret).update(body).digest('hex');

export const v2 = (secret, method, url, body) => createHash('sha256').update(secret + method + url).update(body).digest('hex');

export const v3 = (secret, method, url, body, timestamp) =>
	createHmac('sha256', secret).update(method + signedUrl(url)).update(body).update(String(timestamp)).digest('base64');
