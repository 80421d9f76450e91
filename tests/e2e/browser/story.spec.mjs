// The six steps of a new user, clicked like a person: from the connector's page to the partner's credit and back.
import { Person } from '../lib/person.mjs';
import { SANDBOX } from '../lib/env.mjs';
import { expect, fits, shot, sound, test } from '../lib/page.mjs';
import { loggedIn } from '../lib/ready.mjs';
import { ACME, NORTHWIND, calm, control, unique } from '../lib/sandbox.mjs';

test.describe.configure({ mode: 'serial' });

/** The browser's session, kept from one step to the next. */
let state;
const WAIT = { timeout: 60000 };

test.beforeAll(async () => {
	await calm();
	// Whatever an earlier run has set up is taken back, so that each step has something to do.
	const person = await loggedIn(NORTHWIND);
	const { status } = await person.configure((d) => { d.objects.deals = { consent: false, triggers: [], mapping: [] }; });
	expect(status).toBe(200);
});

test.beforeEach(async ({ context }) => {
	if (state)
		await context.addCookies(state.cookies);
});
test.afterEach(async ({ context }) => { state = await context.storageState(); });

test('I-18 I-19 I-20 I-21 "Click here to log in through HubSpot", choose the account, review the access, "Connect app", and back', async ({ page }) => {
	await page.goto('/');
	await expect(page).toHaveURL(/\/login$/);
	await sound(page, 'login');
	await shot(page, 'login');
	await expect(page.getByText('crm.objects.line_items.read')).toBeVisible();
	await page.getByRole('link', { name: 'Click here to log in through HubSpot' }).click();
	await page.getByRole('radio', { name: /Northwind Robotics/ }).check();
	await page.getByRole('button', { name: 'Choose Account' }).click();
	await expect(page.getByText('Review requested access')).toBeVisible();
	await expect(page.getByText('crm.objects.deals.read')).toBeVisible();
	await page.getByRole('button', { name: 'Connect app' }).click();
	await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
	await expect(page.getByText(`HubSpot account ${NORTHWIND}`)).toBeVisible();
	await expect(page.getByText('ada@northwind-robotics.example')).toBeVisible();
	await page.getByRole('link', { name: 'Overview' }).click();
	await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
	await sound(page, 'overview');
	await shot(page, 'overview');
});

test('I-22 I-23 I-24 I-25 Settings says in words what is wrong, and then connects', async ({ page }) => {
	page.expected.push(/status of 422/);
	await page.goto('/');
	await page.getByRole('link', { name: 'Settings' }).click();
	const sid = page.getByLabel(/^Account SID/);
	const program = page.getByLabel(/^Program ID/);
	const token = page.getByLabel(/^Auth Token/);
	await expect(sid).toBeVisible();
	await sound(page, 'settings');
	page.expected.push(/status of 409/);
	await page.addLocatorHandler(page.getByRole('button', { name: 'Change it' }), (button) => button.click());
	const replace = page.getByRole('button', { name: 'Replace: Auth Token' });
	if (await replace.isVisible())
		await replace.click();
	await sid.fill(ACME.account_sid);
	await token.fill('not-the-token');
	await program.fill(ACME.program_id);
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await expect(page.locator('.err').getByText(/does not accept this Account SID and Auth Token/)).toBeVisible();
	await sound(page, 'settings, wrong token');
	await shot(page, 'settings-wrong-token');
	await token.fill(ACME.auth_token);
	await program.fill('9999');
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await expect(page.locator('.err').getByText(/Acme Partner Program \(1000\)/)).toBeVisible();
	await sound(page, 'settings, wrong program');
	await page.getByRole('button', { name: 'Use this: Acme Partner Program' }).click();
	await expect(program).toHaveValue('1000');
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await expect(page.getByText('Connected to Acme Robotics Inc. (sandbox). Saved.')).toBeVisible();
	await expect(page.getByText(/Proved by the first send|has accepted conversions/)).toBeVisible();
	await expect(page.getByText('Set: ••••full')).toBeVisible();
	await sound(page, 'settings, connected');
	await shot(page, 'settings');
});

test('I-08 I-26 I-28 I-09 Event Triggers: consent, "Deal Stage becomes Closed Won"; saving names the fields that are missing', async ({ page }) => {
	await page.goto('/triggers');
	const deals = page.getByRole('region', { name: 'Deals' });
	await expect(deals.getByRole('switch', { name: 'Consent for Deals' })).toHaveAttribute('aria-checked', 'false');
	await sound(page, 'triggers, nothing yet');
	await deals.getByRole('switch', { name: 'Consent for Deals' }).click();
	await deals.getByRole('button', { name: 'Add trigger' }).click();
	await deals.getByRole('combobox', { name: 'Property of the deal to watch' }).fill('Deal Stage');
	await sound(page, 'triggers, list open');
	await page.getByRole('option', { name: /^Deal Stage/ }).first().click();
	const value = deals.getByRole('combobox', { name: 'Deal Stage becomes' });
	await value.fill('Won');
	await page.getByRole('option', { name: /Closed Won/ }).click();
	await expect(deals.getByRole('button', { name: 'Remove Closed Won' })).toBeVisible();
	await expect(deals.getByText(/cannot go live before these impact.com fields are mapped: .*OrderId/)).toBeVisible();
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await expect(page.getByText(/Not saved\. Please mend this first:/)).toBeVisible();
	await expect(page.locator('.save-said').getByText(/OrderId/)).toBeVisible();
	await sound(page, 'triggers, refused');
	await shot(page, 'triggers');
	await deals.getByRole('link', { name: 'Map them now' }).click();
	await expect(page).toHaveURL(/\/mappings\/deals$/);

	// I-30 I-31 I-45..I-56 I-63: the preset with one click, on the page that we came to, and both are saved together.
	await page.getByRole('button', { name: /^Apply preset “Deals: one conversion per deal/ }).click();
	await expect(page.getByText(/14 mappings put in/)).toBeVisible();
	await sound(page, 'mappings, preset');
	await page.getByRole('button', { name: 'Remove mapping 3 of OrderId' }).click();
	await expect(page.getByText(/1 is still missing\. Deals has a live trigger/)).toBeVisible();
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await expect(page.locator('.save-said').getByText(/Not saved\..*OrderId/)).toBeVisible();
	await sound(page, 'mappings, refused');
	await shot(page, 'mappings-missing');
	await page.getByRole('button', { name: 'Add OrderId' }).click();
	await expect(page.getByRole('combobox', { name: 'HubSpot property of mapping 14' })).toBeFocused();
	await page.keyboard.type('deal_[stage]_id');
	await page.keyboard.press('Enter');
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await expect(page.locator('.save-said').getByText(/Saved as revision \d+\./)).toBeVisible();
	await sound(page, 'mappings, saved');
	await shot(page, 'mappings');
});

test('I-01 I-04 T-36 B-01 B-12 a contact with a click, a deal with two line items, won: Activity shows the verdict, impact.com the exact fields', async ({ page }) => {
	const name = unique('Robot');
	await page.goto('/activity');
	await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
	await sound(page, 'activity');
	const crm = await page.context().newPage();
	await crm.goto(`${SANDBOX}/`);
	await crm.getByRole('link', { name: 'HubSpot CRM', exact: true }).click();
	await crm.getByRole('link', { name: 'Northwind Robotics' }).click();
	await crm.getByLabel('Email').fill(`${name}@customer.example`.toLowerCase());
	await crm.getByLabel('First name').fill(name);
	await crm.getByLabel('impact.com click id').selectOption('RRw3xKq8ZtUo1JnM6vPa4SdF');
	await crm.getByRole('button', { name: 'Create contact' }).click();
	await expect(crm.getByText(`Contact ${name} created`)).toBeVisible();
	await crm.getByLabel('Deal name').fill(name);
	await crm.getByLabel('Amount').fill('130.50');
	await crm.getByLabel('Contact of the deal').selectOption({ index: 1 });
	for (const [n, item, sku, price] of [[1, 'Arm', 'ARM-1', '60.25'], [2, 'Base', 'BAS-1', '10']]) {
		await crm.getByLabel(`Line item ${n} name`).fill(item);
		await crm.getByLabel(`Line item ${n} SKU`).fill(sku);
		await crm.getByLabel(`Line item ${n} price`).fill(price);
		await crm.getByLabel(`Line item ${n} quantity`).fill(String(3 - n));
	}
	await crm.getByRole('button', { name: 'Create deal' }).click();
	await expect(crm.getByText(`Deal ${name} created`)).toBeVisible();
	await crm.getByLabel(`Stage of ${name}`).selectOption({ label: 'Closed Won' });
	await crm.getByRole('button', { name: `Move ${name}` }).click();
	await expect(crm.getByText(`${name} is now in Closed Won`)).toBeVisible();
	const deals = (await control('GET', `/crm/${NORTHWIND}/deals`)).results;
	const { id } = deals.find((d) => d.properties.dealname === name);
	const order = `deal_closedwon_${id}`;

	const line = page.getByRole('listitem').filter({ hasText: order });
	await expect(line).toContainText('Credited to Robot Review Weekly, payout 10.44 USD, locks ', WAIT);
	await expect(line).toContainText('Deal Stage became Closed Won');
	await sound(page, 'activity with rows');
	await shot(page, 'activity');
	await line.getByRole('link', { name: /^Credited to/ }).click();
	const verdict = page.getByRole('region', { name: 'What impact.com says' });
	await expect(verdict).toContainText('Robot Review Weekly');
	await expect(verdict).toContainText('Credited');
	await expect(verdict).toContainText('Locks on');
	const fields = page.getByRole('region', { name: 'Fields sent' });
	for (const [field, value] of [['OrderId', order], ['ItemSku1', 'ARM-1'], ['ItemSku2', 'BAS-1'], ['ItemQuantity1', '2'], ['CurrencyCode', 'USD'], ['ClickId', 'RRw3xKq8ZtUo1JnM6vPa4SdF']])
		await expect(fields.getByRole('row').filter({ has: page.getByRole('rowheader', { name: field, exact: true }) })).toContainText(value);
	await sound(page, 'decision');
	await shot(page, 'decision');

	await crm.goto(`${SANDBOX}/impact`);
	const received = crm.getByRole('row').filter({ has: crm.getByRole('rowheader', { name: order, exact: true }) }).first();
	await expect(received).toContainText('Robot Review Weekly, payout 10.44 USD');
	await received.locator('summary').click();
	for (const text of ['ItemSku1', 'ARM-1', 'ItemSku2', 'BAS-1', 'EventTypeCode', 'deal_closedwon', 'OrderSubTotal', '130.5'])
		await expect(received).toContainText(text);
	await crm.close();
});

test('B-01 a deal whose contact has no click id ends as not partner-driven, with what to do', async ({ page }) => {
	const person = new Person();
	await person.login(NORTHWIND);
	const { id: contactId } = await control('POST', `/crm/${NORTHWIND}/contacts`, { properties: { email: `${unique('plain')}@customer.example` } });
	const { id } = await control('POST', `/crm/${NORTHWIND}/deals`, { properties: { dealname: unique('Plain'), dealstage: 'closedwon', amount: '5' }, contacts: [contactId] });
	const row = await person.verdict(id);
	await page.goto('/activity?outcome=direct');
	const line = page.getByRole('listitem').filter({ hasText: `deal_closedwon_${id}` });
	await expect(line).toContainText('Not partner-driven');
	await line.getByRole('link', { name: /^Not partner-driven/ }).click();
	await expect(page).toHaveURL(new RegExp(`/activity/${row.id}$`));
	await expect(page.getByText('What to do:')).toBeVisible();
	await expect(page.getByText(/is the click id from the landing page kept in a contact property/)).toBeVisible();
	await sound(page, 'decision, refused');
	await shot(page, 'decision-not-partner-driven');
});

test('every page at phone width and in the dark, without anything that scrolls sideways', async ({ page }) => {
	const [row] = (await (async () => { const p = new Person(); await p.login(NORTHWIND); return p.activity('&outcome=sent'); })()).rows;
	const pages = { overview: '/', settings: '/settings', triggers: '/triggers', mappings: '/mappings/deals', activity: '/activity', decision: `/activity/${row.id}`, login: '/login?problem=access_denied' };
	for (const [scheme, width, height] of [['dark', 1280, 900], ['light', 375, 800], ['dark', 375, 800]]) {
		await page.emulateMedia({ colorScheme: scheme });
		await page.setViewportSize({ width, height });
		for (const [name, path] of Object.entries(pages)) {
			await page.goto(path);
			await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
			await expect(page.locator('.skeleton')).toHaveCount(0);
			await fits(page, `${name} at ${width}`);
			if (scheme === 'light' || width > 1000)
				await sound(page, `${name} ${scheme} ${width}`);
			await shot(page, `${name}-${scheme}-${width}`);
		}
	}
	await page.goto('/');
	await page.getByRole('button', { name: 'Menu' }).click();
	await expect(page.getByRole('link', { name: 'Field Mappings', exact: true })).toBeVisible();
	await sound(page, 'menu on a phone');
});
