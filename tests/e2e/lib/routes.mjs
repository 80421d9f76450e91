// The routes of the API as fcgi/web/routes.c has them: a test that loops over them covers a new route without being told.
// tests/unit/test_routes.c holds the table against nginx/site/openapi.json; `routes()` fails when it did not read all rows.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const file = (path) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

export const document = JSON.parse(file('nginx/site/openapi.json'));
export const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

const ROW = /\{\s*WEB_(GET|POST|PUT|PATCH|DELETE),\s*"([^"]+)",\s*WEB_AUTH_([A-Z]+),\s*\w+,\s*WEB_CONTENT_([A-Z]+),\s*\w+\s*\}/g;

/** [{method, path, template, auth, change, operation}]; `path` has ":id", `template` "{id}" as the document writes it. */
export function routes() {
	const rows = [...file('fcgi/web/routes.c').matchAll(ROW)].map(([, method, path, auth, content]) => {
		const template = path.replace(/:(\w+)/g, '{$1}');
		return { method, path, template, auth, content, change: method !== 'GET',
			operation: document.paths[template]?.[method.toLowerCase()] };
	});
	const documented = Object.values(document.paths).flatMap((p) => METHODS.filter((m) => p[m])).length;
	assert.equal(rows.length, documented, 'rows read from routes.c, operations in openapi.json');
	for (const row of rows)
		assert.ok(row.operation, `${row.method} ${row.path} is not in openapi.json`);
	return rows;
}

/** The address of a route; `value` gives each path parameter's text. */
export const fill = (route, value) => route.template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(value(name)));

/** What "#/components/..." stands for. */
export function follow(node) {
	let at = node;
	while (at?.$ref)
		at = at.$ref.slice(2).split('/').reduce((o, key) => o[key], document);
	return at;
}
