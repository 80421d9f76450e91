// The ID doctor in a browser: never checked, checked, properties, the back-fill, and the snippet on a landing page (B-13, I-11, I-12, C-13, T-24).
import { SANDBOX } from '../lib/env.mjs';
import { enter, expect, fits, shot, sound, test } from '../lib/page.mjs';
import { ready } from '../lib/ready.mjs';
import { NORTHWIND, calm, contact, control, deal, fault, record, unique } from '../lib/sandbox.mjs';

test.afterAll(calm);

async function looked(page, name) {
	for (const scheme of ['light', 'dark']) {
		await page.emulateMedia({ colorScheme: scheme });
		await sound(page, `${name}, ${scheme}`);
		await shot(page, `${name}-${scheme}`);
	}
	await page.emulateMedia({ colorScheme: 'light' });
	await page.setViewportSize({ width: 390, height: 844 });
	await fits(page, name);
	await shot(page, `${name}-phone`);
	await page.setViewportSize({ width: 1280, height: 900 });
}

test('B-13, T-24: check, create the properties, fill the deals, and read what it found', async ({ page }) => {
	const c = await contact(NORTHWIND);
	const { id } = await deal(NORTHWIND, { contacts: [c] });
	for (let i = 0; i < 5; i++) // as many as make a line of examples that must break
		await deal(NORTHWIND);
	await enter(page, await ready());
	await page.goto('/');
	await page.getByRole('link', { name: 'ID doctor' }).click();
	await expect(page.getByRole('heading', { name: 'How complete are the ids?' })).toBeVisible();
	await looked(page, 'ids-before');
	const slow = await fault({ kind: 'slow', path: '/deals\\?', method: 'GET', ms: 1500, count: 0 });
	await page.getByRole('button', { name: /^Check (now|again)$/ }).click();
	await expect(page.getByRole('progressbar', { name: 'Progress of the check' })).toBeVisible();
	await shot(page, 'ids-checking');
	await control('DELETE', `/faults/${slow.id}`);
	await expect(page.getByRole('button', { name: 'Check again' })).toBeVisible({ timeout: 60000 });
	await expect(page.getByText(/deals? without a contact$/)).toBeVisible();
	const create = page.getByRole('button', { name: 'Create in HubSpot' });
	if (await create.count()) {
		await create.click();
		await expect(page.getByRole('dialog')).toContainText('impact_customer_id');
		await looked(page, 'ids-create');
		await page.getByRole('dialog').getByRole('button', { name: 'Create in HubSpot' }).click();
		await expect(page.getByText('The properties are in HubSpot.')).toBeVisible();
	}
	await page.getByRole('button', { name: /^Fill the deals( again)?$/ }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Fill the deals' }).click();
	await expect(page.getByRole('heading', { name: /on deals Done$/ })).toBeVisible({ timeout: 60000 });
	expect((await record(NORTHWIND, 'deals', id)).properties.impact_customer_id).toBe(c);
	await looked(page, 'ids-filled');
});

test('the page says what is wrong, and tries again', async ({ page }) => {
	await enter(page, await ready());
	page.expected.push(/503/);
	await page.route('**/api/ids', (route) => route.fulfill({ status: 503, contentType: 'application/json', body: '{"error":{"code":"unavailable","message":"The database is away."}}' }));
	await page.goto('/ids');
	await expect(page.getByText('The database is away.')).toBeVisible();
	await sound(page, 'ids, failed');
	await shot(page, 'ids-failed');
	await page.unroute('**/api/ids');
	await page.getByRole('button', { name: 'Try again' }).click();
	await expect(page.getByRole('heading', { name: 'Properties in HubSpot' })).toBeVisible();
});

test('I-11, I-12, C-13: the copied snippet carries the click from the landing page into the contact', async ({ page, context }) => {
	await enter(page, await ready());
	await context.grantPermissions(['clipboard-read', 'clipboard-write']);
	await page.goto('/ids');
	await page.getByLabel('Keep it for (days)').fill('0');
	await expect(page.getByText('A whole number from 1 to 400.')).toBeVisible();
	await page.getByLabel('Keep it for (days)').fill('45');
	await page.getByRole('button', { name: 'Copy the snippet' }).click();
	await expect(page.getByText('Copied.')).toBeVisible();
	const snippet = await page.evaluate(() => navigator.clipboard.readText());
	expect(snippet).toContain('45 * 86400');

	const shop = `${SANDBOX}/shop/${NORTHWIND}`;
	const send = async (address, then = address) => {
		const email = `${unique('lead')}@customer.example`;
		await page.goto(address);
		if (then !== address)
			await page.goto(then);
		await page.getByLabel('Email').fill(email);
		await page.getByRole('button', { name: 'Send' }).click();
		const id = (await page.getByText(/HubSpot has contact \d+/).textContent()).match(/contact (\d+)/)[1];
		return (await record(NORTHWIND, 'contacts', id)).properties.custom_impact_click_id ?? '';
	};
	await page.goto(shop);
	await page.getByLabel('Snippet in the head of every page').fill(snippet);
	await page.getByRole('button', { name: 'Save the snippet' }).click();
	expect(await send(shop)).toBe('');
	expect(await send(`${shop}?clickid=THIRD&irclickid=SECOND&im_ref=FIRST`)).toBe('FIRST');
	expect(await send(`${shop}?clickid=THIRD&irclickid=SECOND`)).toBe('SECOND');
	expect(await send(`${shop}?clickid=THIRD`, shop)).toBe('THIRD');
	expect(await send(shop)).toBe('THIRD');
	expect(await send(`${shop}?im_ref=%3Cscript%3E%20x`)).toBe('THIRD');

	// A form that is drawn later, as HubSpot's newer ones name their fields.
	await page.goto(`${shop}?im_ref=LATER`);
	await page.evaluate(() => {
		const late = document.createElement('input');
		late.name = '0-1/custom_impact_click_id';
		late.id = 'late';
		document.body.append(late);
	});
	await expect(page.locator('#late')).toHaveValue('LATER');
	const kept = (await context.cookies(shop)).find((k) => k.name === 'impact_click_id');
	expect(kept.value).toBe('LATER');
	expect(kept.expires - Date.now() / 1000).toBeGreaterThan(44 * 86400);
});

test('I-11: with "Only after consent" nothing is kept before the banner says so', async ({ page, context }) => {
	await enter(page, await ready());
	await context.grantPermissions(['clipboard-read', 'clipboard-write']);
	await page.goto('/ids');
	await page.getByRole('switch', { name: 'Only after consent' }).click();
	await page.getByRole('button', { name: 'Copy the snippet' }).click();
	await expect(page.getByText('Copied.')).toBeVisible();
	const snippet = await page.evaluate(() => navigator.clipboard.readText());
	const shop = `${SANDBOX}/shop/${NORTHWIND}`;
	await page.goto(shop);
	await page.getByLabel('Snippet in the head of every page').fill(snippet);
	await page.getByRole('button', { name: 'Save the snippet' }).click();
	await context.clearCookies({ name: 'impact_click_id' });
	await page.goto(`${shop}?im_ref=ASKED`);
	await expect(page.locator('input[type="hidden"][name="custom_impact_click_id"]')).toHaveValue('ASKED');
	expect((await context.cookies(shop)).some((k) => k.name === 'impact_click_id')).toBe(false);
	await page.evaluate(() => window.connectorConsent());
	expect((await context.cookies(shop)).some((k) => k.name === 'impact_click_id')).toBe(true);
});
