// Overview, Settings and Uninstall, clicked like a person: nothing set up, half, all, and broken; light, dark, phone and keyboard.
import { until } from '../lib/env.mjs';
import { enter, expect, fits, shot, sound, test } from '../lib/page.mjs';
import { loggedIn, ready } from '../lib/ready.mjs';
import { ACME, CLICK, control, fault, unique } from '../lib/sandbox.mjs';

const PORTAL = 50249912; // the sandbox's second account; the other specs use the first
test.describe.configure({ mode: 'serial' });

let person;
test.beforeAll(async () => { person = await loggedIn(PORTAL); });
test.beforeEach(async ({ page }) => { await enter(page, person); });

const everywhere = async (page, what) => {
	for (const colorScheme of ['light', 'dark']) {
		await page.emulateMedia({ colorScheme });
		await sound(page, `${what}, ${colorScheme}`);
		await shot(page, `${what.replaceAll(' ', '-')}-${colorScheme}`);
	}
	await page.setViewportSize({ width: 390, height: 844 });
	await fits(page, what);
	await shot(page, `${what.replaceAll(' ', '-')}-phone`);
	await page.setViewportSize({ width: 1280, height: 900 });
	await page.emulateMedia({ colorScheme: 'light' });
};

test('I-15 I-16 I-17 Overview leads through the set-up: what is done, what is next, what cannot be told from here', async ({ page }) => {
	const cleared = await person.configure((document) => {
		for (const object of Object.values(document.objects))
			Object.assign(object, { consent: false, triggers: [], mapping: [] });
	});
	expect(cleared.status).toBe(200);
	await page.goto('/');
	await expect(page.getByText('Connect your HubSpot account')).toBeVisible();
	const { impact } = await person.get('/api/overview');
	if (impact.state === 'not_set') {
		await expect(page.getByText('Set-up is not finished')).toBeVisible();
		await expect(page.getByText('Connected, sending is on')).toHaveCount(0);
		await everywhere(page, 'overview nothing set up');
		await page.getByRole('link', { name: 'Enter credentials' }).click();
		await expect(page).toHaveURL(/\/settings$/);
	}
	expect((await person.post('/api/live/impact', ACME)).status).toBe(200);
	await page.goto('/');
	await expect(page.getByText('impact.com says that it is active.')).toBeVisible();
	await expect(page.getByText('Connected, sending is on')).toHaveCount(0);
	await page.goto('/activity');
	await page.getByRole('link', { name: 'What is missing' }).click();
	await expect(page).toHaveURL(/\/$/);
	await expect(page.getByRole('heading', { name: /^Set-up/ })).toBeFocused();
	await expect(page.getByText('Landing pages get it as “im_ref”')).toBeVisible();
	await expect(page.getByText(/Universal Tracking Tag/)).toBeVisible();
	await everywhere(page, 'overview half set up');
	await page.getByRole('link', { name: 'Give consent' }).click();
	await expect(page).toHaveURL(/\/triggers$/);
});

test('counters of a period: a chart, its table, and each opens the list of Activity with the same period', async ({ page }) => {
	person = await ready(PORTAL);
	await enter(page, person);
	const { id } = await control('POST', `/crm/${PORTAL}/contacts`, { properties: { email: `${unique('o')}@x.example`, custom_impact_click_id: CLICK } });
	await control('POST', `/crm/${PORTAL}/deals`, { properties: { dealname: 'Chart', amount: '10', dealstage: 'closedwon' }, contacts: [id], lineItems: [] });
	await until('it is counted', async () => Object.values((await person.get('/api/overview/counters?days=1')).totals).some((n) => n > 0));
	await page.goto('/');
	await expect(page.getByRole('img', { name: /^Events per day/ })).toBeVisible();
	await page.getByRole('button', { name: '30 days' }).click();
	await expect(page.getByRole('button', { name: '30 days' })).toHaveAttribute('aria-pressed', 'true');
	await page.getByText('The same as a table').click();
	await expect(page.getByRole('row')).toHaveCount(32);
	await everywhere(page, 'overview full');
	// By keyboard alone: another period, refused first.
	await page.getByRole('button', { name: 'Other' }).focus();
	await page.keyboard.press('Enter');
	await page.getByLabel('From').fill('2026-02-02');
	await page.getByLabel('To', { exact: true }).fill('2026-02-01');
	await page.getByLabel('To', { exact: true }).press('Enter');
	await expect(page.getByText(/The first day must not be after the last one/)).toBeVisible();
	await page.getByRole('button', { name: 'Today' }).click();
	const { from } = await person.get('/api/overview/counters?days=1');
	await page.getByRole('link', { name: /^Sent/ }).click();
	await expect(page).toHaveURL(new RegExp(`/activity\\?from=${from}&to=${from}&outcome=sent$`));
});

test('C-01 C-03 C-09 V-01 V-07 Settings: options with an example, Advocate asks for the e-mail address, one Save for all', async ({ page }) => {
	await page.goto('/settings');
	await expect(page.getByText('deal_closedwon_9001')).toBeVisible();
	await page.getByRole('switch', { name: /Begin stage fields/ }).click();
	await page.getByLabel('Stages and statuses appear as').selectOption('label');
	await expect(page.getByText('Closed_Won_9001')).toBeVisible();
	await page.getByLabel('E-mail addresses are sent as').selectOption('sha256');
	await page.getByLabel('Event date of new mappings').selectOption('occurred');
	await page.getByRole('switch', { name: /Advocate program opt-in/ }).click();
	await expect(page.getByText('Deals: CustomerEmail is not mapped yet, so this cannot be saved.')).toBeVisible();
	await expect(page.getByText(/You have unsaved changes/)).toBeVisible();
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await expect(page.getByText(/Not saved\. Please mend this first/)).toBeVisible();
	await everywhere(page, 'settings advocate refused');
	await page.getByRole('button', { name: 'Map CustomerEmail for Deals' }).click();
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await expect(page.getByText(/Saved as revision/)).toBeVisible();
	const { document } = await person.config();
	expect(document.options).toMatchObject({ computed_prefix: false, computed_value: 'label', email_hash: 'sha256', event_date: 'occurred', advocate: true });
	expect(document.objects.deals.mapping.some((row) => row.field === 'CustomerEmail' && row.expression === '{contact.email}')).toBe(true);
	// Unsaved values of the account keep the page from being left.
	await page.getByLabel(/^Program ID/).fill('12');
	await page.getByRole('link', { name: 'Activity' }).click();
	await expect(page.getByText('Leave with unsaved changes?')).toBeVisible();
	await page.getByRole('button', { name: 'Stay' }).click();
	await page.getByRole('button', { name: 'Discard changes' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Discard changes' }).click();
	await expect(page.getByLabel(/^Program ID/)).toHaveValue('1000');
	expect((await person.configure((d) => { d.options = {}; })).status).toBe(200);
});

test('another account while a conversion has no answer: what will happen is said, and nothing changes before "Change it"', async ({ page }) => {
	page.expected.push(/status of 409/);
	const { id: cut } = await fault({ kind: 'cut_after', path: '/Conversions$', method: 'POST', count: 0 });
	const { id } = await control('POST', `/crm/${PORTAL}/contacts`, { properties: { email: `${unique('u')}@x.example`, custom_impact_click_id: CLICK } });
	const deal = await control('POST', `/crm/${PORTAL}/deals`, { properties: { dealname: 'No answer', amount: '10', dealstage: 'closedwon' }, contacts: [id], lineItems: [] });
	await until('it is without an answer', async () => (await person.decisions(deal.id)).some((row) => row.state === 'UNKNOWN'));
	await page.goto('/settings');
	await page.getByLabel(/^Account SID/).fill('IRacmeNOCOMPANYu6Zw1PiS4oDe9Cy3AjF');
	await page.getByRole('button', { name: 'Replace: Auth Token' }).click();
	await page.getByLabel(/^Auth Token/).fill('sandbox-token-no-company');
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	const dialog = page.getByRole('dialog');
	await expect(dialog.getByText(/sent and not answered/)).toBeVisible();
	await sound(page, 'settings, another account');
	await shot(page, 'settings-another-account');
	await dialog.getByRole('button', { name: 'Cancel' }).click();
	expect((await person.get('/api/settings')).account_sid).toBe(ACME.account_sid);
	await control('DELETE', `/faults/${cut}`);
});

test('I-58 I-59 Uninstall says what it does; disconnected from here everything says so, and connecting again goes on', async ({ page }) => {
	await page.goto('/uninstall');
	await expect(page.getByText(/Integrations > Connected Apps/)).toBeVisible();
	await everywhere(page, 'uninstall');
	await page.getByRole('button', { name: 'Disconnect HubSpot' }).click();
	await expect(page.getByText('Disconnect HubSpot?')).toBeVisible();
	await page.getByRole('dialog').getByRole('button', { name: 'Disconnect HubSpot' }).click();
	await expect(page.getByText('HubSpot is disconnected. Your settings are kept.')).toBeVisible();
	await sound(page, 'uninstall, disconnected');
	for (const path of ['/', '/settings', '/activity']) {
		await page.goto(path);
		await expect(page.getByText(/HubSpot is disconnected\./).first()).toBeVisible();
	}
	await page.goto('/');
	await expect(page.getByText('Not connected', { exact: true })).toBeVisible();
	await everywhere(page, 'overview disconnected');
	const { document } = await person.config();
	await person.login(PORTAL);
	await enter(page, person);
	await page.goto('/');
	await expect(page.getByText('Connected, sending is on')).toBeVisible();
	expect((await person.config()).document).toEqual(document);
});

test('a failing API: Overview and Settings say so, and "Try again" brings them back', async ({ page }) => {
	page.expected.push(/status of 503/);
	let broken = true;
	await page.route(/\/api\/(overview|settings)/, (route) => broken ? route.fulfill({ status: 503, contentType: 'application/json', body: '{"error":{"code":"unavailable","message":"The database is away."}}' }) : route.continue());
	for (const path of ['/', '/settings']) {
		broken = true;
		await page.goto(path);
		await expect(page.getByText('The database is away.').first()).toBeVisible();
		await sound(page, `${path}, failing`);
		broken = false;
		await page.getByRole('button', { name: 'Try again' }).first().click();
		await expect(page.getByText('The database is away.')).toHaveCount(0);
	}
});
