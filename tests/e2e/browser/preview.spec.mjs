// Live preview as a person uses it: find a record, see each field's state in words, edit, check the last 50, send a test.
import { enter, expect, fits, shot, sound, test } from '../lib/page.mjs';
import { TRIGGER, changed, dealsPreset, put, putDeals, ready } from '../lib/ready.mjs';
import { NORTHWIND, contact, control, deal, fault, unique } from '../lib/sandbox.mjs';

let person;
let name;
let id;
test.beforeAll(async () => {
	person = await ready();
	name = unique('Robots for Acme');
	({ id } = await deal(NORTHWIND, { dealname: name, amount: '0', contacts: [await contact(NORTHWIND, { click: '' }), await contact(NORTHWIND)],
		lineItems: [{ name: 'Plan', hs_sku: 'P1', price: '1200', quantity: '1' }] }));
});
test.afterAll(async () => {
	await control('DELETE', '/faults');
	await person.configure((d) => { put(d, 'deals', [], { consent: false }); });
});

const picker = (page) => page.getByRole('combobox', { name: 'Find a deal' });
const row = (page, field) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: field, exact: true }) });

test('B-03 a deal is found by its name, every field has a state in words, and the request can be read', async ({ page }) => {
	await enter(page, person);
	await page.goto('/preview');
	await expect(page.getByRole('heading', { name: 'Choose a deal above' })).toBeVisible();
	await sound(page, 'preview, nothing chosen');
	await shot(page, 'preview-empty');
	await picker(page).click();
	await picker(page).fill(name);
	await page.getByRole('option', { name }).click();
	await expect(page.getByRole('heading', { name })).toBeVisible();
	await expect(page).toHaveURL(new RegExp(`/preview\\?object=deals&id=${id}`));
	await expect(row(page, 'OrderSubTotal')).toContainText('Look');
	await expect(row(page, 'OrderSubTotal')).toContainText('The amount is zero');
	await expect(row(page, 'OrderId')).toContainText(`deal_closedwon_${id}`);
	await expect(page.getByText('the earliest with a click id')).toBeVisible();
	await expect(page.getByRole('listitem').filter({ hasText: 'Deal Stage becomes' }).getByText('Fires', { exact: true })).toBeVisible();
	await page.getByText('As it would be posted').click();
	await expect(page.locator('pre')).toContainText('CampaignId=1000&');
	await sound(page, 'preview of a deal');
	await shot(page, 'preview-deal');
	await page.emulateMedia({ colorScheme: 'dark' });
	await sound(page, 'preview of a deal, dark');
	await shot(page, 'preview-deal-dark');
	await page.setViewportSize({ width: 390, height: 844 });
	await fits(page, 'preview of a deal on a phone');
	await shot(page, 'preview-deal-phone');
});

test('B-20 another event is judged at once, and the page says which condition fails', async ({ page }) => {
	await person.configure((d) => { d.objects.deals.triggers = [{ ...TRIGGER, when: '{amount} > 100' }, changed('t2', 'amount')]; });
	await enter(page, person);
	await page.goto(`/preview?object=deals&id=${id}`);
	await expect(page.getByText('The condition is {amount} > 100')).toBeVisible();
	await page.getByLabel('As if this happened now').selectOption({ label: 'Another change…' });
	await page.getByRole('combobox', { name: 'Property that changes' }).fill('dealstage');
	await page.keyboard.press('Enter');
	await page.getByRole('combobox', { name: 'Its new value' }).fill('contractsent');
	await page.keyboard.press('Enter');
	await expect(row(page, 'OrderId')).toContainText(`deal_contractsent_${id}`);
	await expect(page.locator('.preview-verdict')).toContainText('not to a value that a trigger waits for');
	await sound(page, 'another event');
	const preset = await dealsPreset(person);
	await person.configure((d) => putDeals(d, preset));
});

test('B-03 an edit of the mapping is seen at once beside it, without another call to HubSpot', async ({ page }) => {
	await enter(page, person);
	await page.goto('/mappings/deals');
	await page.getByText('Live preview What this mapping').click();
	await picker(page).click();
	await picker(page).fill(name);
	await page.getByRole('option', { name }).click();
	const panel = page.locator('.preview-panel');
	await expect(panel.getByText(`deal_closedwon_${id}`).first()).toBeVisible();
	await page.getByRole('button', { name: /^Expression and condition of mapping 1$/ }).click();
	await page.getByRole('textbox', { name: 'Expression of mapping 1' }).fill('TYPED');
	await expect(panel.getByText('TYPED', { exact: true }).first()).toBeVisible();
	await sound(page, 'mappings with the preview');
	await shot(page, 'preview-panel');
	await page.getByRole('link', { name: 'Open the full preview' }).click();
	await expect(page.getByText('Judged by your unsaved changes')).toBeVisible();
	await expect(page.getByText('TYPED', { exact: true }).first()).toBeVisible();
	await page.getByRole('button', { name: 'Discard changes' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Discard changes' }).click();
	await expect(page.getByText('Judged by the saved rules')).toBeVisible();
});

test('B-03 the last 50 as a table of problems; a line opens its record', async ({ page }) => {
	await enter(page, person);
	await page.goto('/preview?object=deals&view=last');
	await page.getByLabel('Only deals that are won').uncheck();
	await page.getByRole('button', { name: 'Check the last 50' }).click();
	const line = page.getByRole('row').filter({ hasText: name });
	await expect(line).toContainText('The amount is zero');
	await sound(page, 'the last 50');
	await shot(page, 'preview-last');
	await page.setViewportSize({ width: 390, height: 844 });
	await fits(page, 'the last 50 on a phone');
	await shot(page, 'preview-last-phone');
	await line.getByRole('link').click();
	await expect(page.getByRole('heading', { name })).toBeVisible();
});

test('B-03 a test conversion is explained, asked about, sent, and followed to its verdict on the page', async ({ page }) => {
	await enter(page, person);
	await page.goto(`/preview?object=deals&id=${id}`);
	await page.getByText('How it works').click();
	await page.getByLabel('Click id of the test link').fill('TSTacmeTestAction0000001');
	await page.getByRole('button', { name: 'Send test conversion' }).click();
	await expect(page.getByRole('dialog')).toContainText('Send this record as a test?');
	await sound(page, 'the question before a test');
	await page.getByRole('button', { name: 'Send the test' }).click();
	await expect(page.locator('.followed')).toContainText('impact.com made a test action of it', { timeout: 90000 });
	await sound(page, 'a test sent');
	await shot(page, 'preview-test');
	await page.getByRole('link', { name: 'Open its story' }).click();
	await expect(page.locator('.big-sentence')).toContainText('Test: impact.com made a test action');
});

test('B-03 what cannot be shown says why and what to do: deleted, HubSpot away, nothing mapped', async ({ page }) => {
	page.expected.push(/status of 502/);
	await enter(page, person);
	await page.goto('/preview?object=deals&id=999999999');
	await expect(page.locator('.preview-verdict')).toContainText('HubSpot has no such record, or it was deleted.');
	await sound(page, 'a deleted record');
	await shot(page, 'preview-gone');
	await fault({ kind: 'status', path: '/batch/read$', status: 429, count: 0 });
	await page.goto(`/preview?object=deals&id=${id}`);
	await expect(page.getByRole('alert')).toContainText('This could not be read from HubSpot');
	await sound(page, 'HubSpot away');
	await shot(page, 'preview-away');
	await control('DELETE', '/faults');
	await page.getByRole('button', { name: 'Try again' }).click(); // HubSpot asked for ten seconds of quiet
	await expect(page.getByRole('heading', { name })).toBeVisible({ timeout: 30000 });
	await page.goto('/preview?object=companies');
	await expect(page.getByRole('heading', { name: 'Nothing is mapped for Companies yet' })).toBeVisible();
	await sound(page, 'nothing mapped');
	await shot(page, 'preview-unmapped');
});
