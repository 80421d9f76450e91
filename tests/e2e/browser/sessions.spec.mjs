// A session that ends in the middle of an edit, links opened without one, two tabs, and the back button.
import { Person } from '../lib/person.mjs';
import { enter, expect, shot, sound, test } from '../lib/page.mjs';
import { table } from '../lib/pages.mjs';
import { ready } from '../lib/ready.mjs';
import { ALPINE, BEN, NORTHWIND } from '../lib/sandbox.mjs';

test.describe.configure({ mode: 'serial' });

const TOKEN = 'typed-but-never-kept-3f9a';
let person;
test.beforeAll(async () => { person = await ready(); });
test.beforeEach(async ({ page }) => { page.expected.push(/status of 40[19]/); });
test.afterAll(async () => { await ready(); });

/** A new log-in of the same person, as the one before has ended. */
async function again() {
	person = new Person();
	await person.login(NORTHWIND);
	return person;
}

async function throughHubSpot(page, account) {
	await page.getByRole('link', { name: 'Click here to log in through HubSpot' }).click();
	await page.getByRole('radio', { name: account }).check();
	await page.getByRole('button', { name: 'Choose Account' }).click();
	await page.getByRole('button', { name: 'Connect app' }).click();
}

const source = (page, n) => page.getByRole('combobox', { name: `HubSpot property of mapping ${n}`, exact: true });
const bar = (page) => page.getByRole('region', { name: 'Save' });
const save = (page) => bar(page).getByRole('button', { name: 'Save', exact: true });
const BACK = 'Your unsaved changes are back.';

async function choose(page, n, property) {
	await expect(page.getByText(/Properties as of \d/)).toBeVisible(); // names take the place of internal ones
	await source(page, n).fill(property);
	await expect(page.getByRole('option', { name: property }).first()).toBeVisible();
	await page.keyboard.press('Enter');
	await expect(bar(page)).toContainText('You have unsaved changes');
}

/** Edits a row, and the session ends before it is saved: the browser stands at the login page. */
async function interrupted(page) {
	await enter(page, person);
	await page.goto('/mappings/deals');
	const checked = page.waitForResponse('**/api/config/check'); // asked while one types; what ends the session is seen at the save
	await choose(page, 5, 'dealname');
	await checked;
	await person.post('/api/session/logout');
	await save(page).click();
	await expect(page).toHaveURL(/\/login\?problem=session_ended$/);
	await page.context().clearCookies();
}

test('F-004 F-022 a session that ends in the middle of an edit loses nothing: the same person comes back to it, and meets what was saved meanwhile', async ({ page }) => {
	await interrupted(page);
	await sound(page, 'signed out with an edit');
	expect((await (await again()).configure((d) => { d.objects.deals.mapping[5].expression = '{dealtype}'; })).status).toBe(200);
	await throughHubSpot(page, /Northwind Robotics/);
	await expect(page).toHaveURL(/\/mappings\/deals$/);
	await expect(source(page, 5)).toHaveValue('Deal Name');
	await expect(bar(page)).toContainText(BACK);
	await sound(page, 'the edit is back');
	await shot(page, 'edit-back');
	await save(page).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Save both changes' }).click();
	await expect(page.locator('.save-said')).toContainText('Saved as revision');
	await expect(page.getByText(BACK)).toHaveCount(0);
	const { mapping } = (await person.config()).document.objects.deals;
	expect([mapping[4].expression, mapping[5].expression]).toEqual(['{dealname}', '{dealtype}']);
});

test('F-004 an interrupted edit is shown to no other account and no other person, and not to the first one after them', async ({ page }) => {
	for (const [account, portal, userId] of [['another account', ALPINE], ['another person', NORTHWIND, BEN]]) {
		await ready();
		await again();
		await interrupted(page);
		const other = new Person();
		await other.login(portal, { userId });
		await enter(page, other);
		await page.goto('/');
		await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
		await expect(page, account).not.toHaveURL(/mappings/);
		expect(await page.evaluate(() => sessionStorage.length), `what is kept for ${account}`).toBe(0);
		await page.getByRole('link', { name: 'Field Mappings', exact: true }).click();
		await expect(bar(page)).not.toContainText('unsaved changes');
		await page.context().clearCookies();
		await enter(page, await again());
		await page.goto('/mappings/deals');
		await expect(source(page, 5)).toBeVisible();
		await expect(bar(page)).not.toContainText('unsaved changes');
	}
});

test('I-23 Account SID and Program ID come back after the log-in, the Auth Token is kept nowhere', async ({ page }) => {
	await enter(page, await again());
	await page.goto('/settings');
	await page.getByLabel(/^Account SID/).fill('IRtyped');
	await page.getByRole('button', { name: 'Replace: Auth Token' }).click();
	await page.getByLabel(/^Auth Token/).fill(TOKEN);
	await person.post('/api/session/logout');
	await save(page).click();
	await expect(page).toHaveURL(/\/login\?problem=session_ended$/);
	expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }) + JSON.stringify({ ...localStorage }))).not.toContain(TOKEN);
	await page.context().clearCookies();
	await throughHubSpot(page, /Northwind Robotics/);
	await expect(page).toHaveURL(/\/settings$/);
	await expect(page.getByLabel(/^Account SID/)).toHaveValue('IRtyped');
	await expect(bar(page)).toContainText('An Auth Token that you had typed was not kept');
	await sound(page, 'settings, the edit is back');
	await page.getByRole('button', { name: 'Discard changes' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Discard changes' }).click();
	await expect(page.getByText(BACK)).toHaveCount(0);
});

test('the address of every page, opened when signed out, leads through the log-in back to it; no address leads to another site', async ({ page }) => {
	await again();
	const all = [...table().map(({ pattern }) => ['/', '/settings', '/triggers', '/mappings/contacts', '/preview', '/ids', '/activity?outcome=failed', '/activity/1',
		'/team', '/accounts', '/configuration', '/delete-account', '/uninstall'].find((path) => pattern.test(path.split('?')[0])))];
	expect(all.filter((path) => !path), 'a page of app.js that this test has no address of').toEqual([]);
	page.expected.push(/status of 404/);
	for (const path of all) {
		await page.context().clearCookies();
		await page.goto(path);
		await expect(page).toHaveURL(/\/login$/);
		await enter(page, person);
		await page.goto('/');
		await expect.poll(() => page.evaluate(() => location.pathname + location.search)).toBe(path);
	}
	const { origin } = new URL(page.url());
	for (const bad of ['//evil.example/', '/login?next=https://evil.example/', '/\\evil.example', 'https://evil.example/', '/api/session']) {
		await page.context().clearCookies();
		await page.goto(/example\/$/.test(bad) && bad.startsWith('/') ? origin + bad : '/login');
		await expect(page).toHaveURL(/\/login/);
		await page.evaluate((path) => sessionStorage.setItem('connector.where', JSON.stringify({ path, owner: null })), bad);
		await enter(page, person);
		await page.goto('/');
		await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible();
		await expect(page).toHaveURL(`${origin}/`);
	}
});

test('F-022 two tabs: what one saves the other hears of when it saves, and both changes are kept; the back button asks first', async ({ page, context }) => {
	await ready();
	await enter(page, await again());
	const other = await context.newPage();
	await other.goto('/mappings/deals');
	await page.goto('/activity');
	await page.getByRole('link', { name: 'Field Mappings', exact: true }).click();
	await choose(page, 5, 'dealname');
	await choose(other, 6, 'dealtype');
	await save(other).click();
	await expect(other.locator('.save-said')).toContainText('Saved as revision');
	await other.close();
	await page.goBack();
	await expect(page.getByRole('dialog')).toContainText('Leave with unsaved changes?');
	await page.getByRole('button', { name: 'Stay' }).click();
	await expect(page).toHaveURL(/\/mappings/);
	await expect(source(page, 5)).toHaveValue('Deal Name');
	await save(page).click();
	await expect(page.getByRole('dialog')).toContainText('Someone else saved in the meantime');
	await page.getByRole('dialog').getByRole('button', { name: 'Save both changes' }).click();
	await expect(page.locator('.save-said')).toContainText('Saved as revision');
	const { mapping } = (await person.config()).document.objects.deals;
	expect([mapping[4].expression, mapping[5].expression]).toEqual(['{dealname}', '{dealtype}']);
	await choose(page, 5, 'amount');
	await page.goBack();
	await page.getByRole('button', { name: 'Leave without saving' }).click();
	await expect(page).toHaveURL(/\/activity$/);
	await page.goForward();
	await expect(source(page, 5)).toHaveValue('Deal Name');
});
