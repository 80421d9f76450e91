// Every page of the site, found by its links, in every state: full, empty, refused, slow, for a viewer, with harmful names;
// light and dark, wide and 360 px.  Each is sound (axe, HTML), quiet (console, CSP), titled, and does not jump or scroll sideways.
import { execFileSync } from 'node:child_process';
import { EMPTY, FULL, full, hostile, logIn } from '../lib/account.mjs';
import { conf } from '../lib/env.mjs';
import { enter, expect, fits, shot, sound, test, tryAgain } from '../lib/page.mjs';
import { addresses, arrived, unreached } from '../lib/pages.mjs';
import { routes } from '../lib/routes.mjs';

const SHIFT_MAX = 0.05; // of the window: half of what counts as good (0.1)
const SLOW_MS = 200;
const TABS = 10; // pressed before one looks what is left
const OUTSIDE = [{ name: 'login', path: '/login' }, { name: 'login-refused', path: '/login?problem=scopes_missing' }, { name: 'nowhere', path: '/nowhere' }];

const WIDE = { width: 1280, height: 900 };
const PHONE = { width: 360, height: 780 };
const table = routes();
let owner;
let victim; // of harmful names
let list;

test.describe.configure({ timeout: 300000 });
test.beforeAll(async ({ browser }) => {
	[owner, victim] = await Promise.all([full(), hostile()]);
	const page = await browser.newPage();
	await enter(page, owner);
	list = await addresses(page);
	await page.close();
});

/** One test's findings over all pages, so that one run tells of all of them. */
async function over(pages, look) {
	const wrong = [];
	for (const one of pages)
		await look(one).catch((err) => wrong.push(`${one.name}: ${err.message}`));
	expect(wrong.join('\n\n')).toBe('');
}

async function titled(page, name) {
	await expect(page.getByRole('heading', { level: 1 }), `${name}: one h1`).toHaveCount(1);
	expect(await page.title(), `${name}: the title says where one is`).toMatch(/\S.* · /);
}

/** All that can be used is reached by Tab, and shows where the focus is. */
async function reachable(page, name) {
	const count = await page.evaluate(() => {
		const all = [...document.querySelectorAll('a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), summary')];
		const group = (el) => el.getAttribute('role') === 'tab' || el.type === 'radio' || el.closest('[role="radiogroup"], [role="tablist"]');
		const marked = (el) => el && (getComputedStyle(el).outlineStyle !== 'none' || getComputedStyle(el).boxShadow !== 'none');
		window.wanted = new Set(all.filter((el) => el.checkVisibility({ visibilityProperty: true }) && el.getClientRects().length > 0 && !group(el)));
		window.unseen = [];
		document.addEventListener('keyup', () => { // after each Tab, before the next one
			const el = document.activeElement;
			window.wanted.delete(el);
			if (el !== document.body && !marked(el) && !marked(el.parentElement) && !marked(el.nextElementSibling))
				window.unseen.push(el.outerHTML.slice(0, 120));
		}, true);
		document.body.focus();
		return window.wanted.size;
	});
	for (let pressed = 1; pressed <= count + 30; pressed++) {
		await page.keyboard.press('Tab');
		if ((pressed % TABS === 0 || pressed === count) && await page.evaluate(() => window.wanted.size) === 0)
			break;
	}
	const { missed, unseen } = await page.evaluate(() => ({ missed: [...window.wanted].map((el) => el.outerHTML.slice(0, 160)), unseen: window.unseen }));
	expect(missed, `${name}: not reached by Tab`).toEqual([]);
	expect(unseen, `${name}: focus that is not seen`).toEqual([]);
}

test('every page of the table is reached by a link', () => {
	expect(unreached(list)).toEqual([]);
});

test('full, wide and light, then 360 px and dark: sound, titled, reached by the keyboard; nothing jumps when slow answers arrive or scrolls sideways', async ({ page }) => {
	await enter(page, owner);
	await page.addInitScript(() => {
		window.shifts = [];
		new PerformanceObserver((entries) => {
			for (const e of entries.getEntries())
				if (!e.hadRecentInput)
					window.shifts.push([e.value, ...e.sources.map((s) => (s.node?.outerHTML ?? s.node?.textContent ?? '').slice(0, 100))]);
		}).observe({ type: 'layout-shift', buffered: true });
	});
	await page.route('**/api/**', async (route) => {
		await new Promise((resolve) => { setTimeout(resolve, SLOW_MS); });
		await route.continue().catch(() => {});
	});
	await over([...list, OUTSIDE[2]], async ({ name, path }) => {
		await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'no-preference' });
		await page.setViewportSize(WIDE);
		await page.goto(path);
		await arrived(page);
		await titled(page, name);
		const shifts = await page.evaluate(() => window.shifts);
		expect.soft(shifts.reduce((sum, [value]) => sum + value, 0), `${name} jumps: ${JSON.stringify(shifts)}`).toBeLessThanOrEqual(SHIFT_MAX);
		await sound(page, name);
		await fits(page, name);
		await reachable(page, name);
		await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
		await page.setViewportSize(PHONE);
		await fits(page, `${name} at 360`);
		await sound(page, `${name}, dark, 360`);
		await shot(page, `page-${name}-dark-360`);
	});
});

test('empty, light, 360 px: every page says what to do first', async ({ page }) => {
	await enter(page, await logIn(EMPTY));
	await page.setViewportSize(PHONE);
	await over(list.filter((one) => !/\/\d+$/.test(one.path)), async ({ name, path }) => {
		await page.goto(path);
		await arrived(page);
		await titled(page, name);
		await fits(page, `${name}, empty, at 360`);
		await sound(page, `${name}, empty`);
		await shot(page, `page-${name}-empty-360`);
	});
});

test('the API fails or the network is gone: every page says so in words and "Try again" brings it', async ({ page }) => {
	page.expected.push(/status of 50\d/, /ERR_FAILED|ERR_INTERNET|Failed to load resource/);
	await enter(page, owner);
	let broken = true;
	const answers = [
		(route) => route.fulfill({ status: 500, contentType: 'application/json', body: '{"error":{"code":"failed","message":"Something went wrong in the connector."}}' }),
		(route) => route.abort(),
		(route) => route.fulfill({ status: 503, contentType: 'text/html', headers: { 'retry-after': '5' }, body: '<html>busy' }),
		(route) => route.fulfill({ status: 200, contentType: 'application/json', body: '{"cut":' }),
	];
	let n = 0;
	let asked = [];
	let at = '';
	page.on('request', (r) => { // of the page that is looked at, not of the one that is left
		if (/\/api\/(?!session)/.test(r.url()) && new URL(r.frame().url()).pathname === at)
			asked.push(r.url());
	});
	await page.route('**/api/**', (route) => broken && !route.request().url().endsWith('/api/session') ? answers[n % answers.length](route) : route.continue());
	await over(list, async ({ name, path }) => {
		broken = true;
		n++;
		asked = [];
		at = path.split('?')[0];
		await page.goto(path);
		await arrived(page);
		await page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))); })); // what it asks, it has asked
		const own = asked.filter((url, i) => !url.endsWith('/api/accounts') || asked.indexOf(url) !== i); // the frame asks for the accounts once
		if (own.length === 0)
			return; // a page that asks nothing has nothing to fail
		await expect(page.getByRole('alert').first(), `${name} says that it failed`).toBeVisible();
		expect((await page.getByRole('alert').first().innerText()).length, `${name}: in words`).toBeGreaterThan(20);
		await sound(page, `${name}, failed`);
		broken = false;
		await tryAgain(page, name);
		await arrived(page);
	});
	broken = true;
	await page.unrouteAll();
	await page.route('**/api/session', (route) => route.abort());
	await page.goto('/');
	await expect(page.getByRole('alert')).toBeVisible();
	await sound(page, 'not even the session');
	await page.unrouteAll();
	await page.getByRole('button', { name: 'Try again' }).click();
	await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
});

test('F-010 F-030 names, labels and values that mean harm are text on every page, wide and narrow', async ({ page }) => {
	await enter(page, victim);
	const own = await addresses(page);
	await over(own, async ({ name, path }) => {
		await page.setViewportSize(WIDE);
		await page.goto(path);
		await arrived(page);
		for (const size of [WIDE, PHONE]) {
			await page.setViewportSize(size);
			await fits(page, `${name} with harmful names, ${size.width}`);
			expect(await page.evaluate(() => window.harmed), `${name}: no script ran`).toBeUndefined();
			expect(await page.locator('main :is(script, img, iframe, object, embed)').count(), `${name}: no element came out of a name`).toBe(0);
		}
		await sound(page, `${name} with harmful names`);
		await shot(page, `page-${name}-hostile`);
	});
});

test('C-22 a viewer sees every page, and no page offers what would be refused', async ({ page }) => {
	const sql = (role) => execFileSync('mariadb', ['--no-defaults', '-S', conf('database_socket'), '-u', conf('database_user'), conf('database_name'), '-e',
		`UPDATE person p JOIN tenant t USING (tenant_id) SET p.role = '${role}' WHERE t.portal_id = ${FULL.portal}`]);
	sql('viewer');
	page.expected.push(/Failed to load resource|ERR_FAILED/);
	const refused = new Set();
	await page.route('**/api/**', (route) => {
		const { pathname } = new URL(route.request().url());
		const row = table.find((r) => r.method === route.request().method() && r.path.split('/').every((part, i) => part.startsWith(':') || part === pathname.split('/')[i]));
		if (!row?.change)
			return route.continue();
		if (['EDITOR', 'OWNER'].includes(row.auth))
			refused.add(`${new URL(page.url()).pathname}: ${row.method} ${row.path}`);
		return route.abort();
	});
	try {
		await enter(page, owner);
		await over(list, async ({ name, path }) => {
			await page.goto(path);
			await arrived(page);
			await sound(page, `${name} for a viewer`);
			for (const button of (await page.locator('main button:is(.primary, .danger):enabled').all()).slice(0, 4)) {
				await button.click({ timeout: 1500 }).catch(() => {}); // one that is covered or gone was not offered
				await page.keyboard.press('Escape'); // a question that covers the others
			}
		});
		expect([...refused], 'a viewer is offered what only an editor or owner may do').toEqual([]);
	} finally {
		sql('owner');
	}
});
