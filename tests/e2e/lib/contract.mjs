// Every answer of our API, held against nginx/site/openapi.json: a status, a media type or a member that the document does
// not name is an error of one of the two.  lib/env.mjs asks this about every request that a test makes.
import Ajv from 'ajv/dist/2020.js';
import { METHODS, document, follow } from './routes.mjs';

const OURS = /^\/((api|oauth)\/|(healthz|readyz|metrics)$)/;
const REFUSED_BY_NGINX = /%(2f|5c|00)/i; // nginx/connector.conf.in: $connector_bad_path
const READ_ONLY = /^\/(healthz|readyz|metrics)$/; // nginx/operations.conf: limit_except
const LINE_MAX = 8000; // large_client_header_buffers there
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });

/**
 * The schema as an answer is held to it: objects have no further members, in the whole when parts are put together
 * (allOf, or properties beside anyOf).  `open`: this one is such a part.
 */
function closed(schema, open = false) {
	if (Array.isArray(schema))
		return schema.map((s) => closed(s));
	if (schema === null || typeof schema !== 'object')
		return schema;
	if (schema.$ref && open)
		return closed(follow(schema), true);
	const parts = ['allOf', 'anyOf', 'oneOf'];
	const whole = schema.allOf || schema.properties;
	const out = {};
	for (const [key, value] of Object.entries(schema)) {
		if (parts.includes(key))
			out[key] = value.map((s) => closed(s, Boolean(whole)));
		else if (key === 'properties' || key === 'patternProperties' || key === '$defs')
			out[key] = Object.fromEntries(Object.entries(value).map(([name, s]) => [name, closed(s)]));
		else if (['items', 'additionalProperties', 'prefixItems', 'not', 'if', 'then', 'else'].includes(key))
			out[key] = closed(value);
		else
			out[key] = value;
	}
	if (whole && !open && schema.additionalProperties === undefined)
		out.unevaluatedProperties = false;
	return out;
}

ajv.addSchema({ $id: 'api', components: { schemas: Object.fromEntries(
	Object.entries(document.components.schemas).map(([name, schema]) => [name, closed(schema)])) } });

/** Local references, seen from a schema of its own. */
const absolute = (schema) => JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"api#/'));
const compiled = new Map();
function validator(schema) {
	const key = JSON.stringify(schema);
	if (!compiled.has(key))
		compiled.set(key, ajv.compile(absolute(closed(schema))));
	return compiled.get(key);
}

const patterns = Object.keys(document.paths).map((template) => [template,
	new RegExp(`^${template.replace(/[.\\+*?()|[\]^$]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+')}$`)]);

/** The document's operation for a method and path: {template, operation}, either may be undefined. */
export function operationOf(method, path) {
	const template = patterns.filter(([, pattern]) => pattern.test(path)).map(([t]) => t).sort((a, b) => a.split('{').length - b.split('{').length)[0];
	return { template, operation: template && document.paths[template][method.toLowerCase()] };
}

/** What is wrong with an answer, or ''.  Answers about what the document does not know may only say so. */
export function fault({ method, url, status, headers, text }) {
	const { pathname } = new URL(url);
	if (!OURS.test(pathname))
		return '';
	if (status === 414 && url.length > LINE_MAX)
		return '';
	if (REFUSED_BY_NGINX.test(pathname))
		return status === 400 ? '' : `${method} ${pathname} answered ${status}; nginx refuses such a path`;
	const { template, operation } = operationOf(method, pathname);
	const said = `${method} ${template ?? pathname} answered ${status}`;
	if (!template)
		return [400, 404, 405].includes(status) ? '' : `${said}, and is not in openapi.json`;
	if (!operation) {
		if (status === 405 || (method === 'HEAD' && document.paths[template].get))
			return '';
		if (status === 403 && READ_ONLY.test(pathname))
			return '';
		return [400, 404].includes(status) || !METHODS.includes(method.toLowerCase()) ? '' : `${said}; openapi.json has no such method there`;
	}
	const documented = operation.responses[status];
	if (!documented)
		return `${said}, which openapi.json does not name there (${Object.keys(operation.responses).join(', ')}): ${text.slice(0, 300)}`;
	return body(said, follow(documented), headers, text);
}

function body(said, documented, headers, text) {
	const { content } = documented;
	if (!content)
		return text === '' || (headers['content-type'] ?? '').startsWith('text/html') ? '' : `${said} with a body; openapi.json has none there: ${text.slice(0, 300)}`;
	const type = (headers['content-type'] ?? '').split(';')[0].trim();
	if (!content[type])
		return `${said} as ${type || 'no type'}; openapi.json has ${Object.keys(content).join(', ')}`;
	if (type !== 'application/json' || !content[type].schema)
		return '';
	let json;
	try {
		json = JSON.parse(text);
	} catch {
		return `${said} with JSON that does not parse: ${text.slice(0, 300)}`;
	}
	const fits = validator(content[type].schema);
	if (fits(json))
		return '';
	const wrong = fits.errors.map((e) => `${e.instancePath || '/'} ${e.message}${e.params.unevaluatedProperty ? ` (${e.params.unevaluatedProperty})` : ''}${e.params.additionalProperty ? ` (${e.params.additionalProperty})` : ''}`);
	return `${said}, not as openapi.json describes it: ${[...new Set(wrong)].slice(0, 8).join('; ')}`;
}

/** Throws what is wrong with an answer. */
export function hold(answer) {
	const wrong = fault(answer);
	if (wrong)
		throw new Error(wrong);
}
