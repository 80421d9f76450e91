// Event Triggers and Field Mappings as an admin uses them: compare with a preset, mend, undo, meet another admin, look as a viewer.
import { enter, expect, fits, shot, sound, test } from '../lib/page.mjs';
import { ready } from '../lib/ready.mjs';
import { NORTHWIND, control, unique } from '../lib/sandbox.mjs';

test.describe.configure({ mode: 'serial' });

let person;
test.beforeAll(async () => { person = await ready(); });
test.beforeEach(async ({ page }) => {
	await enter(page, person);
	const preset = (await person.get('/api/presets')).presets.find((p) => p.id === 'deals');
	await person.configure((d) => { d.objects.deals.mapping = preset.rows.map((r, i) => ({ id: `m${i + 1}`, field: r.field, expression: r.expression, when: '', active: true })); });
});

const row = (page, n, what = 'HubSpot property') => page.getByRole('combobox', { name: `${what} of mapping ${n}`, exact: true });
const bar = (page) => page.getByRole('region', { name: 'Save' });

test('I-09 I-56 what is required ticks itself off, a removed row comes back, and a preset is compared row by row and reset', async ({ page }) => {
	await page.goto('/mappings'); // the tab of the live object
	const required = page.getByRole('region', { name: 'What impact.com requires' });
	await expect(required).toContainText('All of it is mapped.');
	await page.getByRole('button', { name: 'Remove mapping 3 of OrderId' }).click();
	await expect(required.getByRole('listitem').filter({ hasText: 'OrderId' })).toContainText('is not mapped');
	await bar(page).getByRole('button', { name: 'Undo' }).click();
	await expect(row(page, 3, 'impact.com field')).toHaveValue('OrderId');
	await expect(required).toContainText('All of it is mapped.');
	await page.getByRole('button', { name: 'Remove mapping 3 of OrderId' }).click();
	await page.keyboard.press('Control+z');
	await expect(row(page, 3, 'impact.com field')).toHaveValue('OrderId');

	// C-02 and C-03 beside the row, while it is chosen.
	await row(page, 3).fill('hs_object_id');
	await page.keyboard.press('Enter');
	await expect(page.getByText(/one conversion is sent per program, event type and order ID, ever/)).toBeVisible();
	await page.getByRole('button', { name: 'Use the time of the event' }).click();
	await expect(row(page, 4)).toHaveValue('When it happened');

	await page.getByRole('button', { name: 'Presets', exact: true }).click();
	await expect(page.getByText('Yours differs in 2 places.')).toBeVisible();
	await expect(page.getByText('Advocate')).toHaveCount(0); // V-01: offered to who opted in
	await page.getByRole('button', { name: /^Apply preset “Deals: one conversion per deal/ }).click();
	const dialog = page.getByRole('dialog');
	await expect(dialog.getByRole('row').filter({ hasText: '{deal_[stage]_id}' })).toContainText('{hs_object_id}');
	await sound(page, 'a preset compared');
	await shot(page, 'preset-compared');
	await dialog.getByRole('button', { name: 'Replace mine' }).click();
	await expect(page.getByText('this is your mapping')).toBeVisible();
	await expect(page.getByText('You have unsaved changes')).toHaveCount(0);
});

test('C-11 I-31 faults stand where they are while typing, and the row says what each is', async ({ page }) => {
	await page.goto('/mappings/deals');
	await page.getByRole('button', { name: 'Expression and condition of mapping 1', exact: true }).click();
	await page.getByRole('textbox', { name: 'Expression of mapping 1', exact: true }).fill('{dealstage|nonsense}');
	await page.getByRole('textbox', { name: 'Condition of mapping 1', exact: true }).fill('{amount} > 1 und {dealtype} = x');
	await expect(page.locator('.err').getByText(/column 12: there is no function/)).toBeVisible();
	await expect(page.locator('.err').getByText(/conditions are joined by "and", not by "und"/)).toBeVisible();
	await expect(page.getByRole('listitem').filter({ hasText: 'EventTypeCode' })).toContainText('Mapped, but its row has a problem.');
	await expect(page.getByText(/EventTypeCode is required and not mapped/)).toHaveCount(0);
	await sound(page, 'two faults in a row');
	// A property that HubSpot does not have, in a field that is required; a field twice.
	await page.getByRole('textbox', { name: 'Condition of mapping 1', exact: true }).fill('');
	await page.getByRole('textbox', { name: 'Expression of mapping 1', exact: true }).fill('{dealstate}');
	await expect(page.getByText(/dealstate is not among the properties read from HubSpot, and impact.com requires EventTypeCode/)).toBeVisible();
	await row(page, 5, 'impact.com field').fill('Text2');
	await page.keyboard.press('Enter');
	await expect(page.getByText(/Text2 is already filled by mapping 5/)).toBeVisible();
	await shot(page, 'mappings-faults');
	await bar(page).getByRole('button', { name: 'Save', exact: true }).click();
	await expect(page.locator('.save-said')).toContainText('Not saved.');
	await page.getByRole('button', { name: 'Discard changes' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Discard changes' }).click();
});

test('the help for expressions names every function that the program has, that for conditions every comparison', async ({ page }) => {
	const { functions } = await person.get('/api/functions');
	await page.goto('/mappings/deals');
	await page.getByText('What expressions can do').click();
	await expect(page.getByRole('table').filter({ hasText: functions[0].help }).getByRole('row')).toHaveCount(functions.length + 1);
	await page.getByText('What conditions can say').click();
	await expect(page.getByRole('cell', { name: 'both hold' })).toBeVisible();
	await sound(page, 'help opened');
});

test('I-30 rows by the keyboard: Enter goes down, Shift+Enter up, and after the last a new one begins', async ({ page }) => {
	await page.goto('/mappings/deals');
	await row(page, 8).focus();
	await page.keyboard.press('Enter');
	await expect(page.getByRole('textbox', { name: 'Expression of mapping 9' })).toBeFocused();
	await page.keyboard.press('Shift+Enter');
	await expect(row(page, 8)).toBeFocused();
	await row(page, 14, 'impact.com field').focus();
	await page.keyboard.press('Enter');
	await expect(row(page, 15)).toBeFocused();
});

test('F-022 two admins at once: what both changed is chosen change by change, everything else is kept of both', async ({ page }) => {
	page.expected.push(/status of 409/);
	await page.goto('/mappings/deals');
	await expect(row(page, 5)).toHaveValue('Close Date'); // the properties are there
	for (const [n, property] of [[5, 'amount'], [6, 'dealname']]) {
		await row(page, n).fill(property);
		await page.keyboard.press('Enter');
	}
	const theirs = await person.configure((d) => { d.objects.deals.mapping[4].expression = '{dealtype}'; d.objects.deals.mapping[6].active = false; d.objects.deals.mapping[8].when = '{amount} > 0'; });
	expect(theirs.status).toBe(200);
	await bar(page).getByRole('button', { name: 'Save', exact: true }).click();
	const dialog = page.getByRole('dialog');
	await expect(dialog).toContainText('You both changed the same thing.');
	await expect(dialog.getByRole('group', { name: 'Deals, Text3' })).toContainText('{dealtype}');
	await dialog.getByRole('radio', { name: 'Take theirs' }).click();
	await sound(page, 'two admins');
	await shot(page, 'conflict-choices');
	await dialog.getByRole('button', { name: 'Save with these choices' }).click();
	await expect(page.locator('.save-said').getByText(/Saved as revision/)).toBeVisible();
	const rows = (await person.config()).document.objects.deals.mapping;
	expect([rows[4].expression, rows[5].expression, rows[6].active, rows[8].when]).toEqual(['{dealtype}', '{dealname}', false, '{amount} > 0']);
});

test('what is on its way is told when the mapping of a live object changes, with what becomes of it', async ({ page }) => {
	await page.route('**/api/underway?object=deals', (route) => route.fulfill({ json: { waiting: 2, ready: 1, parked: 0, held_back: 0, unknown: 1, rejected: 3 } }));
	await page.goto('/mappings/deals');
	await expect(row(page, 5)).toHaveValue('Close Date');
	await expect(page.getByText(/wait for data/)).toHaveCount(0);
	await row(page, 5).fill('amount');
	await page.keyboard.press('Enter');
	await bar(page).getByText('Deals are live: 2 wait for data, 1 is ready to be sent, 1 has no answer yet, 3 were refused.').click();
	await expect(bar(page).getByRole('listitem').filter({ hasText: '3 were refused' })).toContainText('The next event of the same deal sends it again with the new mapping.');
	await expect(bar(page).getByRole('link', { name: '3 were refused' })).toHaveAttribute('href', '/activity?object=deals&outcome=failed');
	await sound(page, 'what is on its way');
	await shot(page, 'mappings-underway');
});

test('I-57 new properties are counted, named, and marked first in the list; Advocate rows for who opted in', async ({ page }) => {
	const names = [1, 2, 3].map(() => unique('fresh').replaceAll('-', '_'));
	await person.post('/api/live/catalogue', { object: 'deals' });
	for (const name of names)
		await control('POST', `/crm/${NORTHWIND}/properties`, { object: 'deals', name, label: `Fresh ${name}` });
	await person.configure((d) => { d.options.advocate = true; d.objects.deals.triggers.forEach((t) => { t.mode = 'off'; }); });
	await page.goto('/mappings/deals');
	await page.getByRole('button', { name: 'Refresh properties' }).click();
	await expect(page.getByText(/^3 new properties: Fresh/)).toBeVisible();
	await page.getByRole('button', { name: 'Add mapping', exact: true }).click();
	await page.keyboard.press('ArrowDown');
	await expect(page.getByRole('option').first()).toContainText('new, text');
	await page.keyboard.press('Escape');
	await expect(page.getByRole('region', { name: 'What impact.com requires' })).toContainText('CustomerEmail');
	await page.getByRole('button', { name: 'Presets', exact: true }).click();
	await expect(page.getByText('Deals: for an Advocate program')).toBeVisible();
	await person.configure((d) => { d.options.advocate = false; d.objects.deals.triggers.forEach((t) => { t.mode = 'live'; }); });
});

test('I-26..I-29 C-12 a trigger that repeats another says so, what is removed comes back, and Save leads to what is missing', async ({ page }) => {
	await page.goto('/triggers');
	const companies = page.getByRole('region', { name: 'Companies' });
	await companies.getByRole('switch', { name: 'Active when a company is created' }).click();
	await expect(companies.getByText('not ready')).toBeVisible();
	await bar(page).getByRole('button', { name: 'Save', exact: true }).click();
	await expect(page.locator('.save-said').getByRole('link', { name: 'Map them now' })).toHaveAttribute('href', '/mappings/companies');
	const deals = page.getByRole('region', { name: 'Deals' });
	await deals.getByRole('button', { name: 'Add trigger' }).click();
	await page.keyboard.type('dealstage');
	await page.keyboard.press('Enter');
	await deals.getByRole('combobox', { name: 'Deal Stage becomes' }).last().fill('Closed Won');
	await page.keyboard.press('Enter');
	await expect(deals.getByText(/An earlier trigger watches Deal Stage for the same already/)).toBeVisible();
	await deals.getByRole('button', { name: 'Remove trigger Deal Stage' }).last().click();
	await expect(bar(page)).toContainText('Trigger Deal Stage removed.');
	await bar(page).getByRole('button', { name: 'Undo' }).click();
	await expect(deals.getByRole('button', { name: 'Remove trigger Deal Stage' })).toHaveCount(2);
	await sound(page, 'triggers, edited');
	await shot(page, 'triggers-edited');
});

test('a viewer sees both pages and gets nothing to change; a failing HubSpot leaves the rows readable, with a way to try again', async ({ page }) => {
	page.expected.push(/status of 50[23]/);
	await page.route('**/api/session', async (route) => {
		const response = await route.fetch();
		const json = await response.json();
		await route.fulfill({ response, json: { ...json, person: { ...json.person, role: 'viewer' } } });
	});
	await page.route('**/api/catalogue?object=deals', (route) => route.fulfill({ status: 503, json: { error: { code: 'unavailable', message: 'HubSpot did not answer.' } } }));
	await page.emulateMedia({ colorScheme: 'dark' });
	await page.setViewportSize({ width: 390, height: 844 });
	await page.goto('/mappings/deals');
	await expect(page.getByText(/You may look at this, not change it/)).toBeVisible();
	await expect(page.getByText(/could not be read, so rows show internal names only/)).toBeVisible();
	await expect(row(page, 1)).toHaveValue('deal_[deal stage]');
	for (const name of ['Add mapping', 'Save', 'Remove mapping 3 of OrderId', 'Presets'])
		await expect(page.getByRole('button', { name, exact: true })).toHaveCount(0);
	await fits(page, 'mappings of a viewer');
	await sound(page, 'mappings of a viewer, HubSpot away');
	await shot(page, 'mappings-viewer-dark-390');
	await page.unroute('**/api/catalogue?object=deals');
	await page.getByRole('button', { name: 'Try again' }).click();
	await expect(row(page, 1)).toHaveValue('Deal Stage');
	await page.goto('/triggers');
	await expect(page.getByRole('switch', { name: 'Consent for Deals' })).toBeDisabled();
	await expect(page.getByRole('button', { name: 'Add trigger' })).toHaveCount(0);
	await sound(page, 'triggers of a viewer');
});
