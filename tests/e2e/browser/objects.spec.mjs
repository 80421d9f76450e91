// A person sets up contacts and companies by clicking, lets a lead and a company change in HubSpot, and sees them in Activity.
import { SANDBOX } from '../lib/env.mjs';
import { SHOTS, enter, expect, fits, shot, sound, test } from '../lib/page.mjs';
import { clear, ready } from '../lib/ready.mjs';
import { NORTHWIND, company, contact, deal, submissions, unique } from '../lib/sandbox.mjs';

test.describe.configure({ mode: 'serial' });

const WAIT = { timeout: 60000 };
const CLICK_LABEL = /Robot Review Weekly/;
let person;
let lead; // the contact that the journey is about

test.beforeAll(async () => {
	person = await ready();
	await person.configure((d) => { clear(d, 'contacts'); clear(d, 'companies'); });
});
test.afterAll(() => person.configure((d) => { clear(d, 'contacts'); clear(d, 'companies'); }));
test.beforeEach(({ page }) => enter(page, person));

/** Opens a record of the CRM and edits it there. */
async function inHubSpot(page, type, id, edit, look) {
	const crm = await page.context().newPage();
	await crm.goto(`${SANDBOX}/crm/${NORTHWIND}/${type}/${id}`);
	await edit(crm);
	await crm.getByRole('button', { name: 'Save' }).click();
	await expect(crm.getByText('Saved', { exact: true })).toBeVisible();
	if (look)
		await look(crm);
	await crm.close();
}

test('I-02 I-26..I-29 C-11 Event Triggers of contacts: predefined first, every property below, real values, alternatives, a condition', async ({ page }) => {
	await page.goto('/triggers');
	const contacts = page.getByRole('region', { name: 'Contacts' });
	await contacts.getByRole('switch', { name: 'Consent for Contacts' }).click();
	await contacts.getByRole('button', { name: 'Add trigger' }).click();
	const watch = contacts.getByRole('combobox', { name: 'Property of the contact to watch' });
	await expect(watch).toBeFocused();
	await page.keyboard.press('ArrowDown');
	const options = contacts.getByRole('option');
	await expect(options.nth(0)).toContainText('Lifecycle Stage');
	await expect(options.nth(1)).toContainText('Lead Status');
	await expect(options.nth(0)).toContainText('predefined');
	await watch.fill('Postal Code');
	await expect(contacts.getByRole('option', { name: /Postal Code/ })).toHaveAttribute('aria-disabled', 'true');
	await expect(contacts.getByRole('option', { name: /Postal Code/ })).toContainText('does not report changes of this property');
	await sound(page, 'triggers of contacts, list open');
	await watch.fill('lifecyclestage');
	await page.keyboard.press('Enter');
	for (const value of ['Lead', 'Customer']) {
		await contacts.getByRole('combobox', { name: 'Lifecycle Stage becomes' }).fill(value);
		await contacts.getByRole('option', { name: new RegExp(`^${value}`) }).click();
		await expect(contacts.getByRole('button', { name: `Remove ${value}` })).toBeVisible();
	}
	await contacts.getByRole('button', { name: 'Add trigger' }).click();
	await watch.fill('Lead Status');
	await page.keyboard.press('Enter');
	await expect(contacts.getByText('or', { exact: true })).toHaveCount(2);
	await contacts.getByRole('combobox', { name: 'Lead Status becomes' }).fill('Open Deal');
	await page.keyboard.press('Enter');

	await contacts.getByRole('button', { name: 'Add a condition to Lifecycle Stage' }).click();
	const condition = contacts.getByRole('textbox', { name: 'Condition for Lifecycle Stage' });
	await expect(condition).toBeFocused();
	await page.keyboard.type('{country} =');
	await expect(contacts.locator('.err').getByText(/column 12/)).toBeVisible();
	await expect(condition).toHaveAttribute('aria-invalid', 'true');
	await sound(page, 'triggers of contacts, a faulty condition');
	await shot(page, 'triggers-contacts');
	await page.keyboard.type(' Austria');
	await expect(contacts.locator('.err')).toHaveCount(0);
	await page.getByText('What conditions can say').click();
	await expect(page.getByRole('cell', { name: 'both hold' })).toBeVisible();
	await expect(contacts.getByText(/cannot go live before these impact.com fields are mapped/)).toBeVisible();
	await contacts.getByRole('link', { name: 'Map them now' }).click();
	await expect(page).toHaveURL(/\/mappings\/contacts$/);

	// I-33..I-42: the preset asks its question; the answer is looked at before it is saved.
	await page.getByRole('button', { name: /^Apply preset “Contacts/ }).click();
	const question = page.getByRole('dialog');
	await expect(question).toContainText('lead status at every stage');
	await sound(page, 'the preset\'s question');
	await shot(page, 'preset-question');
	await question.getByRole('button', { name: /^Yes/ }).click();
	await expect(page.getByRole('combobox', { name: 'HubSpot property of mapping 3' })).toHaveValue('Contact Lead Status ID');
	await page.getByRole('button', { name: 'Presets', exact: true }).click();
	await page.getByRole('button', { name: /^Apply preset “Contacts/ }).click();
	await question.getByRole('button', { name: /^No/ }).click();
	await question.getByRole('button', { name: 'Replace mine' }).click();
	await expect(page.getByText(/9 mappings put in/)).toBeVisible();
	await expect(page.getByRole('combobox', { name: 'HubSpot property of mapping 3' })).toHaveValue('Record ID');
	await page.getByRole('button', { name: 'Expression and condition of mapping 6' }).click();
	await page.getByRole('textbox', { name: 'Condition of mapping 6' }).fill('{country} is not empty');
	await page.getByText('What expressions can do').click();
	await expect(page.getByRole('rowheader', { name: 'trim', exact: true })).toBeVisible();
	await sound(page, 'mappings of contacts');
	await shot(page, 'mappings-contacts');
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await expect(page.locator('.save-said').getByText(/Saved as revision \d+\./)).toBeVisible();
});

test('I-01 I-07 I-33 B-01 a lead that becomes one in HubSpot is credited in Activity; one that the condition leaves out says why', async ({ page }) => {
	const word = unique('Lead');
	const crm = await page.context().newPage();
	await crm.goto(`${SANDBOX}/crm/${NORTHWIND}`);
	await crm.getByLabel('Email').fill(`${word}@customer.example`.toLowerCase());
	await crm.getByLabel('First name').fill(word);
	await crm.getByLabel('Last name').fill('Canaryname');
	await crm.getByLabel('impact.com click id').selectOption({ label: (await crm.getByLabel('impact.com click id').getByRole('option', { name: CLICK_LABEL }).first().innerText()) });
	await crm.getByRole('button', { name: 'Create contact' }).click();
	await crm.getByRole('link', { name: new RegExp(`^${word}`) }).first().click();
	await crm.getByLabel('Country').fill('Austria');
	await crm.getByLabel('City').fill('Linz');
	await crm.getByLabel('Lifecycle Stage').selectOption({ label: 'Lead' });
	await crm.getByRole('button', { name: 'Save' }).click();
	await expect(crm.getByText('Saved', { exact: true })).toBeVisible();
	const id = new URL(crm.url()).pathname.split('/').at(-1);
	lead = id;
	await crm.close();

	await page.goto('/activity?object=contacts');
	const line = page.getByRole('listitem').filter({ hasText: `${word} C.` }).filter({ hasText: 'Credited' });
	await expect(line).toContainText('Credited to Robot Review Weekly, payout 1.50 USD', WAIT);
	await expect(line).toContainText('Lifecycle Stage became Lead');
	await expect(page.getByText('Canaryname')).toHaveCount(0);
	await sound(page, 'activity of contacts');
	await shot(page, 'activity-contacts');
	await line.getByRole('link', { name: /^Credited to/ }).click();
	await expect(page.getByRole('heading', { level: 1, name: `${word} C.` })).toBeVisible();
	const fields = page.getByRole('region', { name: 'Fields sent' });
	for (const [field, value] of [['EventTypeCode', 'lead'], ['CustomerId', id], ['OrderId', id], ['CustomerCity', 'Linz'], ['CustomerCountry', 'Austria']])
		await expect(fields.getByRole('row').filter({ has: page.getByRole('rowheader', { name: field, exact: true }) })).toContainText(value);
	await sound(page, 'decision of a contact');
	await shot(page, 'decision-contact');

	const other = await contact(NORTHWIND, { country: 'Norway' });
	await inHubSpot(page, 'contacts', other, (record) => record.getByLabel('Lifecycle Stage').selectOption({ label: 'Customer' }));
	await page.goto('/activity?object=contacts&outcome=skipped');
	const skipped = page.getByRole('listitem').filter({ hasText: `contact ${other}` }).filter({ hasText: 'condition' });
	await expect(skipped).toContainText('The condition of the trigger does not hold.', WAIT);
	await skipped.getByRole('link', { name: /^The condition/ }).click();
	await expect(page.getByText('{country} = Austria').first()).toBeVisible();
	await page.getByRole('link', { name: 'Open Event Triggers' }).click();
	await expect(page.getByRole('textbox', { name: 'Condition for Lifecycle Stage' })).toHaveValue('{country} = Austria');
	expect(await submissions(other)).toEqual([]);
});

test('I-05 I-43 I-52 T-17 the deal of that lead is won: a sale with its three line items and the same CustomerId', async ({ page }) => {
	const lineItems = ['ARM', 'BASE', 'GRIP'].map((word, i) => ({ name: `Robot ${word.toLowerCase()}`, hs_sku: `${word}-1`, price: String(10 + i), quantity: '1' }));
	const { id } = await deal(NORTHWIND, { amount: '33', contacts: [lead], lineItems });
	await inHubSpot(page, 'deals', id, (record) => record.getByLabel('Deal Stage').selectOption({ label: 'Closed Won' }));
	await page.goto('/activity?object=deals');
	const line = page.getByRole('listitem').filter({ hasText: `deal_closedwon_${id}` });
	await expect(line).toContainText('Credited to Robot Review Weekly', WAIT);
	await line.getByRole('link', { name: /^Credited to/ }).click();
	const fields = page.getByRole('region', { name: 'Fields sent' });
	for (const [field, value] of [['CustomerId', lead], ['ItemSku1', 'ARM-1'], ['ItemSku2', 'BASE-1'], ['ItemSku3', 'GRIP-1']])
		await expect(fields.getByRole('row').filter({ has: page.getByRole('rowheader', { name: field, exact: true }) })).toContainText(value);
	await fits(page, 'the sale of a lead');
	await sound(page, 'the sale of a lead');
	await shot(page, 'decision-sale-of-lead');
});

test('I-06 I-32 companies by clicking: preset, trigger, and a company that becomes a customer is credited through its contact', async ({ page }) => {
	await page.goto('/mappings/companies');
	await page.getByRole('button', { name: /^Apply preset “Companies/ }).click();
	await expect(page.getByText(/9 mappings put in/)).toBeVisible();
	// An expression stays a text box while it is written anew, and the keyboard stays in it.
	const order = page.getByRole('textbox', { name: 'Expression of mapping 3' });
	await order.fill('');
	await expect(order).toBeFocused();
	await page.keyboard.type('company_{hs_object_id}');
	await expect(order).toHaveValue('company_{hs_object_id}');
	await expect(page.getByText(/is not among the properties read from HubSpot/)).toHaveCount(0);
	await page.getByRole('link', { name: 'Event Triggers' }).click();
	const companies = page.getByRole('region', { name: 'Companies' });
	await companies.getByRole('switch', { name: 'Consent for Companies' }).click();
	await companies.getByRole('button', { name: 'Add trigger' }).click();
	await companies.getByRole('combobox', { name: 'Property of the company to watch' }).fill('Lifecycle');
	await page.keyboard.press('Enter');
	await companies.getByRole('combobox', { name: 'Lifecycle Stage becomes' }).fill('Customer');
	await companies.getByRole('option', { name: /^Customer/ }).click();
	await sound(page, 'triggers of companies');
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await expect(page.locator('.save-said').getByText(/Saved as revision \d+\./)).toBeVisible();

	const name = unique('Robots Ltd');
	const id = await company(NORTHWIND, { name, contacts: [await contact(NORTHWIND)] });
	await inHubSpot(page, 'companies', id, (record) => record.getByLabel('Lifecycle Stage').selectOption({ label: 'Customer' }));
	await page.goto('/activity?object=companies');
	const line = page.getByRole('listitem').filter({ hasText: name }).filter({ hasText: `company_${id}` });
	await expect(line).toContainText('Credited to Robot Review Weekly', WAIT);
	await sound(page, 'activity of companies');
	await shot(page, 'activity-companies');
});

test('the pages of contacts at phone width and in the dark', async ({ page }) => {
	await page.emulateMedia({ colorScheme: 'dark' });
	await page.setViewportSize({ width: 375, height: 800 });
	for (const [name, path] of [['triggers', '/triggers'], ['mappings', '/mappings/contacts'], ['activity', '/activity?object=contacts']]) {
		await page.goto(path);
		await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
		await expect(page.locator('.skeleton')).toHaveCount(0);
		await fits(page, `${name} of contacts on a phone`);
		await sound(page, `${name} of contacts, dark, on a phone`);
		await shot(page, `${name}-contacts-dark-375`);
	}
});

test('I-30 2,000 mappings stand on pages: found, added, removed and followed by Enter across them; typing redraws one row only', async ({ page }) => {
	const { document } = await person.config();
	const room = 2000 - Object.values(document.objects).reduce((n, o) => n + o.mapping.length, 0);
	const rows = Array.from({ length: room - 1 }, (_, i) => ({ id: `big${i}`, field: `Text${i % 40 + 10}`, expression: i % 2 ? '{dealname}' : '{dealname} {contact.firstname}',
		when: `{amount} > ${i}`, active: true }));
	const own = document.objects.deals.mapping.length;
	await page.goto('/mappings/deals');
	const box = (n) => page.getByRole('textbox', { name: `Condition of mapping ${n}`, exact: true });
	const field = (n) => page.getByRole('combobox', { name: `impact.com field of mapping ${n}`, exact: true });
	const pages = page.getByRole('navigation', { name: 'Pages of Mappings of Deals', exact: true });
	await expect(field(own)).toBeVisible();
	await expect(page.locator('.pager')).toHaveCount(0); // a few rows need no pages
	expect((await person.configure((d) => { d.objects.deals.mapping.push(...rows); })).status).toBe(200);
	await page.reload();
	const range = pages.getByRole('status');
	await expect(range).toHaveText(/^Rows 1–\d\d of /);
	expect(await page.locator('.map tbody tr').count()).toBeLessThan(120);
	await sound(page, 'pages of mappings');
	await shot(page, 'mappings-pages');

	// Enter goes on over the end of a page, Shift+Enter back; the buttons go by keyboard, from the lower ones to the upper.
	const edge = page.locator('.map').first().locator('.c-field input').last();
	const label = await edge.getAttribute('aria-label');
	await edge.focus();
	await page.keyboard.press('Enter');
	await expect(range).toHaveText(/^Rows 5\d–1\d\d of /);
	await expect(page.locator('.map').first().locator('.c-field input').first()).toBeFocused();
	await page.keyboard.press('Shift+Enter');
	await expect(page.getByRole('combobox', { name: label, exact: true })).toBeFocused();
	await page.getByRole('navigation', { name: 'Pages of Mappings of Deals, below them' }).getByRole('button', { name: 'Next' }).press('Enter');
	await expect(range).toHaveText(/^Rows 5\d–1\d\d of /);
	await expect(pages.getByRole('button', { name: 'Next' })).toBeFocused();

	// Found wherever it is; afterwards one is where one was.
	const search = page.getByRole('searchbox', { name: 'Find a mapping' });
	await search.fill('text49 {dealname}');
	await expect(range).toHaveText(/^Found \d\d of /);
	await search.fill('firstname');
	await expect(range).toHaveText(/^Found 9\d\d: 1–50$/);
	await search.fill('');
	await expect(range).toHaveText(/^Rows 5\d–1\d\d of /);

	// What is removed comes back where it stood, and a new row is shown where it lands.
	const remove = page.getByRole('button', { name: `Remove mapping ${own + 60} of Text29`, exact: true });
	await remove.click();
	await expect(remove).toHaveCount(0);
	await pages.getByRole('button', { name: 'Previous' }).click();
	await page.getByRole('button', { name: 'Undo' }).click();
	await expect(range).toHaveText(/^Rows 5\d–1\d\d of /);
	await expect(remove).toBeVisible();
	await page.getByRole('button', { name: 'Add mapping', exact: true }).click();
	await expect(page.getByRole('combobox', { name: `HubSpot property of mapping ${own + room}`, exact: true })).toBeFocused();
	await expect(range).toHaveText(/^Rows 1,9\d\d–/);
	await pages.getByRole('button', { name: 'Previous' }).click();

	// A save that is refused leads to the row.
	await page.locator('.save-line .primary').click();
	await page.getByRole('region', { name: 'Save' }).getByRole('link', { name: `Show mapping ${own + room}` }).click();
	await expect(page.getByRole('combobox', { name: `HubSpot property of mapping ${own + room}`, exact: true })).toBeFocused();
	await page.getByRole('button', { name: `Remove mapping ${own + room}`, exact: true }).click();
	await page.setViewportSize({ width: 390, height: 844 });
	await fits(page, 'pages of mappings on a phone');
	await page.screenshot({ path: `${SHOTS}/mappings-pages-390.png` });
	await page.setViewportSize({ width: 1280, height: 900 });

	await page.goto('/mappings/deals?row=big4', { waitUntil: 'networkidle' }); // what is asked for beside the rows redraws them once
	await expect(box(own + 5)).toBeVisible();
	await page.evaluate(() => {
		window.touched = new Set();
		const row = (node) => node.closest?.('tr') ?? node.parentElement?.closest('tr') ?? null;
		const seen = new MutationObserver((list) => list.forEach((m) => window.touched.add(row(m.target))));
		document.querySelectorAll('table.map').forEach((table) => seen.observe(table, { subtree: true, childList: true, attributes: true, characterData: true }));
	});
	await box(own + 5).fill('{amount} >');
	await expect(page.locator('p.err').first()).toHaveText(/column \d+ of the condition/);
	expect(await page.evaluate(() => [...window.touched].map((row) => row === document.activeElement.closest('tr')))).toEqual([true]);
	await box(own + 5).fill('{amount} > 7');
	await expect(page.locator('p.err')).toHaveCount(0);
	await page.locator('.save-line .primary').click();
	await expect(page.locator('.save-said')).toContainText('Saved as revision');
	expect((await person.config()).document.objects.deals.mapping.find((r) => r.id === 'big4').when).toBe('{amount} > 7');
	await person.configure((d) => { d.objects.deals.mapping = d.objects.deals.mapping.filter((r) => !r.id.startsWith('big')); });
});
