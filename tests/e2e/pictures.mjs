// Pictures of every page, light, dark and narrow, full, empty and broken, into a folder: to look at the whole site at once.
//   node tests/e2e/pictures.mjs [FOLDER]      the connector of `make run`, or that of CONNECTOR_URL (started with
//                                             SANDBOX_OPTIONS="--accounts 4"); `make pictures` starts one of its own
// FOLDER/index.html shows them side by side.
import { mkdirSync, writeFileSync } from 'node:fs';
import { chromium } from '@playwright/test';
import config from './browser/playwright.config.mjs';
import { EMPTY, full, hostile, logIn } from './lib/account.mjs';
import { URL_BASE } from './lib/env.mjs';
import { addresses, arrived } from './lib/pages.mjs';

const folder = process.argv[2] ?? 'build/pictures';
const LOOKS = [['light', 1280, 900], ['dark', 1280, 900], ['light', 390, 844], ['dark', 360, 780]];
const fault = { status: 500, contentType: 'application/json', body: '{"error":{"code":"failed","message":"Something went wrong in the connector. Nothing was changed."}}' };
const cookies = (person) => [...person.cookies].map(([name, value]) => ({ name, value, url: URL_BASE }));

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch(config.use.launchOptions);
const made = [];

async function take(state, person, pages, prepare = () => {}) {
	for (const [colorScheme, width, height] of LOOKS) {
		const context = await browser.newContext({ baseURL: URL_BASE, colorScheme, viewport: { width, height }, locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce' });
		if (person)
			await context.addCookies(cookies(person));
		const page = await context.newPage();
		await prepare(page);
		for (const { name, path } of pages) {
			await page.goto(path);
			await arrived(page);
			const file = `${name}-${state}-${colorScheme}-${width}.png`;
			await page.screenshot({ path: `${folder}/${file}`, fullPage: true });
			made.push({ name, file });
		}
		await context.close();
	}
}

const owner = await full();
const first = await browser.newContext({ baseURL: URL_BASE });
await first.addCookies(cookies(owner));
const pages = await addresses(await first.newPage());
await first.close();
await take('full', owner, pages);
await take('empty', await logIn(EMPTY), pages.filter((p) => !/\/\d+$/.test(p.path)));
await take('broken', owner, pages, (page) => page.route('**/api/**', (route) => (route.request().url().endsWith('/api/session') ? route.continue() : route.fulfill(fault))));
await take('hostile', await hostile(), pages.filter((p) => !/\/\d+$/.test(p.path)));
await take('outside', null, [{ name: 'login', path: '/login' }, { name: 'login-refused', path: '/login?problem=scopes_missing' }]);
await browser.close();

made.sort((a, b) => a.name.localeCompare(b.name));
writeFileSync(`${folder}/index.html`, `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Pictures</title>
<style>body{font:14px sans-serif;margin:16px}figure{display:inline-block;margin:8px;vertical-align:top}img{width:320px;border:1px solid #888}</style>
${made.map(({ file }) => `<figure><a href="${file}"><img src="${file}" alt="" loading="lazy"></a><figcaption>${file}</figcaption></figure>`).join('\n')}
</html>\n`);
console.log(`${made.length} pictures in ${folder}, side by side in ${folder}/index.html`);
