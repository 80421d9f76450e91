// The site's pages as nginx/site/app.js lists them, and their addresses as links lead there: a new page is looked at without
// anybody saying so, and one that no link leads to is a failure.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { URL_BASE } from './env.mjs';

const source = readFileSync(new URL('../../../nginx/site/app.js', import.meta.url), 'utf8');

/** Pages whose link only some people have: the chooser of who has several accounts. */
const SELDOM = { Accounts: '/accounts' };

/** [{pattern, name}] of the table PAGES. */
export function table() {
	const [, list] = /const PAGES = \[\n([\s\S]*?)\n\];/.exec(source);
	const rows = list.split('\n').filter((l) => l.trim().startsWith('['));
	assert.ok(rows.length >= 6, 'the table of pages in app.js');
	const names = rows.map((row) => row.replace(/,\s*(\w+)\],?$/, ", '$1'],"));
	return new Function('OBJECT', `return [${names.join('')}]`)('deals|contacts|companies')
		.map(([pattern, name, component]) => ({ pattern, name, component }));
}

/** What is asked of the page one is on: loaded, and nothing is waited for. */
export async function arrived(page) {
	await page.getByRole('heading', { level: 1 }).first().waitFor();
	await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'), null, { timeout: 30000 });
}

/** Addresses of all pages that links lead to from `start`: one for each page and each object. [{name, path}] */
export async function addresses(page, start = '/') {
	const pages = table();
	const found = new Map();
	const queue = [start];
	const seen = new Set(queue);
	while (queue.length > 0) {
		const path = queue.shift();
		const { pathname } = new URL(path, URL_BASE);
		const row = pages.find((p) => p.pattern.test(pathname));
		const key = row && `${row.component} ${pathname.replace(/\/\d+/g, '')}`;
		if (!row || found.has(key))
			continue;
		found.set(key, { name: row.component.toLowerCase() + (/mappings\/(\w+)/.exec(pathname)?.[1].replace(/^/, '-') ?? ''), path: pathname, component: row.component });
		await page.goto(pathname);
		await arrived(page);
		for (const href of await page.locator('a[href^="/"]').evaluateAll((links) => links.map((a) => a.getAttribute('href'))))
			if (!/^\/(api|oauth)\//.test(href) && !seen.has(href)) {
				seen.add(href);
				queue.push(href);
			}
	}
	for (const [component, path] of Object.entries(SELDOM))
		if (pages.some((p) => p.component === component) && ![...found.values()].some((p) => p.component === component))
			found.set(component, { name: component.toLowerCase(), path, component });
	return [...found.values()];
}

/** Pages of the table that are not among the addresses. */
export const unreached = (list) => table().map((p) => p.component).filter((c) => !list.some((a) => a.component === c));
