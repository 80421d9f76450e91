// Configuration and Delete Account, as an owner clicks (journey 10: export, import into another tenant, difference, going back; I-60).
import { readFileSync } from 'node:fs';
import { enter, expect, fits, shot, sound, test } from '../lib/page.mjs';
import { ready } from '../lib/ready.mjs';
import { ACME, ALPINE, NORTHWIND, VELO } from '../lib/sandbox.mjs';

let exported = '';

const card = (page, title) => page.locator('section', { has: page.getByRole('heading', { name: title, exact: true, level: 2 }) });

test('journey 10, B-11: the history says who changed what; a difference opens; an old revision is the present one again', async ({ page }) => {
	const ada = await ready(NORTHWIND, ACME);
	await ada.configure((d) => { d.objects.companies.consent = !d.objects.companies.consent; });
	await ada.configure((d) => { d.objects.deals.triggers[0].mode = 'off'; d.objects.deals.mapping.pop(); });
	const { revision } = await ada.config();
	await enter(page, ada);
	await page.goto('/configuration');
	const history = card(page, 'History');
	await expect(history.getByRole('heading', { name: `Revision ${revision}`, exact: true })).toBeVisible();
	await expect(history.getByText(/Deals: trigger “Deal Stage becomes Closed Won” off/).first()).toBeVisible();
	await expect(history.getByText(/Deals: mapping of \S+ removed/).first()).toBeVisible();
	await history.getByRole('button', { name: `What changed in revision ${revision}` }).click();
	await expect(history.getByRole('columnheader', { name: `Revision ${revision - 1}` }).first()).toBeVisible();
	await sound(page, 'configuration');
	await shot(page, 'configuration');
	await page.emulateMedia({ colorScheme: 'dark' });
	await sound(page, 'configuration, dark');
	await shot(page, 'configuration-dark');
	await page.emulateMedia({ colorScheme: 'light' });
	await page.setViewportSize({ width: 390, height: 844 });
	await fits(page, 'configuration');
	await shot(page, 'configuration-phone');
	await page.setViewportSize({ width: 1280, height: 900 });

	const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download as a file' }).click()]);
	expect(file.suggestedFilename()).toBe(`configuration-${NORTHWIND}-revision-${revision}.json`);
	exported = readFileSync(await file.path(), 'utf8');
	expect(exported).not.toContain(ACME.auth_token);

	await history.getByRole('button', { name: `Go back to revision ${revision - 1}` }).click();
	const dialog = page.getByRole('dialog');
	await expect(dialog.getByRole('heading', { name: `Go back to revision ${revision - 1}?` })).toBeVisible();
	await expect(dialog.getByText('Mode')).toBeVisible();
	await sound(page, 'going back');
	await shot(page, 'configuration-back');
	await dialog.getByRole('button', { name: 'Go back', exact: true }).click();
	await expect(history.getByText(`Saved as revision ${revision + 1}. It is in use now.`)).toBeVisible();
	await expect(history.getByText(`back to revision ${revision - 1}`)).toBeVisible();
	expect((await ada.config()).document.objects).toEqual((await ada.get(`/api/config/revisions/${revision - 1}`)).document.objects);

	await page.getByLabel('Older').fill(String(revision - 1));
	await page.getByLabel('Newer').fill(String(revision + 1));
	await expect(card(page, 'Compare two revisions').getByText('Nothing differs.')).toBeVisible();
	await page.getByLabel('Newer').fill('99999');
	await expect(page.getByText(`There is no revision 99999: they go from 1 to ${revision + 1}.`)).toBeVisible();
	await expect(card(page, 'Compare two revisions').getByText('Nothing differs.')).toHaveCount(0);
	await page.goto(`/configuration?from=${revision}&to=${revision + 1}`);
	await expect(card(page, 'Compare two revisions').getByText('Mode')).toBeVisible();
});

test('journey 10, B-11: a file comes into another account; faults are told with their place; nothing gets in before Save', async ({ page }) => {
	const clara = await ready(ALPINE, VELO);
	await clara.configure((d) => { d.objects.deals.mapping.pop(); d.objects.deals.triggers[0].mode = 'off'; d.objects.companies.consent = !JSON.parse(exported).configuration.objects.companies.consent; });
	const before = await clara.config();
	await enter(page, clara);
	await page.goto('/configuration');
	const box = card(page, 'Import a file');
	await box.getByRole('button', { name: 'Check the file' }).click();
	await expect(box.getByText('Choose a file or paste its text first.')).toBeVisible();
	page.expected = [/400/];
	await box.getByLabel('Or paste its text').fill('{"format": 1, ');
	await box.getByRole('button', { name: 'Check the file' }).click();
	await expect(box.getByText(/no readable JSON/)).toBeVisible();
	await sound(page, 'an unreadable file');

	const bad = JSON.parse(exported);
	bad.configuration.objects.deals.mapping[0].expression = '{amount|nofunction}';
	await box.getByLabel('Or paste its text').fill(JSON.stringify(bad));
	await box.getByRole('button', { name: 'Check the file' }).click();
	await expect(box.getByText('One thing keeps this from being saved. Nothing was changed.')).toBeVisible();
	await expect(box.getByRole('rowheader', { name: /^Deals, Mapping of/ })).toBeVisible();
	await sound(page, 'a faulty file');
	await shot(page, 'configuration-import-faults');
	await box.getByRole('button', { name: 'Start over' }).click();

	await box.getByLabel('Configuration file').setInputFiles({ name: 'acme.json', mimeType: 'application/json', buffer: Buffer.from(exported) });
	await box.getByRole('button', { name: 'Check the file' }).click();
	await expect(box.getByText(/^From .*revision \d+\.$/)).toBeVisible();
	await expect(box.getByText('Take over Account SID and Program ID, too')).toBeVisible();
	await sound(page, 'an import');
	await shot(page, 'configuration-import');
	expect((await clara.config()).revision).toBe(before.revision);
	await box.getByRole('button', { name: 'Save as a new revision' }).click();
	await expect(box.getByText(`Saved as revision ${before.revision + 1}. It is in use now.`)).toBeVisible();
	const now = await clara.config();
	expect(now.document.objects).toEqual(JSON.parse(exported).configuration.objects);
	expect(now.document.impact).toEqual(before.document.impact);
	await expect(card(page, 'History').getByText('imported from a file')).toBeVisible();
});

test('I-60 Delete Account: what goes and stays, downloads, a typed number, and a page that says what was done', async ({ page }) => {
	const clara = await ready(ALPINE, VELO);
	await enter(page, clara);
	await page.goto('/delete-account');
	await expect(page.getByRole('heading', { name: 'Delete Account', level: 1 })).toBeVisible();
	await sound(page, 'delete account');
	await shot(page, 'delete-account');
	await page.emulateMedia({ colorScheme: 'dark' });
	await sound(page, 'delete account, dark');
	await shot(page, 'delete-account-dark');
	await page.setViewportSize({ width: 390, height: 844 });
	await fits(page, 'delete account');
	await shot(page, 'delete-account-phone');
	await page.setViewportSize({ width: 1280, height: 900 });
	await page.emulateMedia({ colorScheme: 'light' });
	for (const [label, name] of [['Configuration (JSON)', /^configuration-/], ['Ledger of conversions (CSV)', /^ledger-/], ['Activity (CSV)', /^activity-/]]) {
		const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: label }).click()]);
		expect(file.suggestedFilename()).toMatch(name);
		expect(await file.failure()).toBe(null);
	}
	const field = page.getByLabel(`Type the number of this HubSpot account: ${ALPINE}`);
	await field.fill(String(NORTHWIND));
	await page.getByRole('button', { name: 'Delete this account for ever' }).click();
	await expect(page.getByText(`This is not ${ALPINE}.`)).toBeVisible();
	await field.fill(String(ALPINE));
	await page.getByRole('button', { name: 'Delete this account for ever' }).click();
	await expect(page.getByRole('heading', { name: /^Your account is (being )?deleted$/ })).toBeVisible();
	await sound(page, 'an account that is being deleted');
	await shot(page, 'deleted-under-way');
	await expect(page.getByRole('heading', { name: 'Your account is deleted' })).toBeVisible({ timeout: 60000 });
	await expect(page.getByText('The app is removed from HubSpot')).toBeVisible();
	await sound(page, 'deleted');
	await shot(page, 'deleted');
	await page.getByRole('link', { name: 'Log in again' }).click();
	await expect(page).toHaveURL(/\/login/);
	await page.goto('/deleted?receipt=nothing');
	page.expected = [/404/, /401/];
	await expect(page.getByRole('heading', { name: 'Nothing is known of this deletion' })).toBeVisible();
	await sound(page, 'an unknown receipt');
	await ready(ALPINE, VELO);
});
