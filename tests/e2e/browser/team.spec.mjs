// The team as its members see it: invited by e-mail, signed in by a link, from account to account, and what was changed (C-22).
import { URL_BASE, until } from '../lib/env.mjs';
import { enter, expect, fits, shot, sound, test } from '../lib/page.mjs';
import { Person } from '../lib/person.mjs';
import { ALPINE, NORTHWIND, control, unique } from '../lib/sandbox.mjs';

/** Each look of a page: light, dark, and at a phone's width. */
async function looks(page, name) {
	for (const [how, look] of [['light', { colorScheme: 'light' }], ['dark', { colorScheme: 'dark' }]]) {
		await page.emulateMedia(look);
		await sound(page, `${name}, ${how}`);
		await shot(page, `team-${name}-${how}`);
	}
	await page.emulateMedia({ colorScheme: 'light' });
	await page.setViewportSize({ width: 390, height: 844 });
	await fits(page, name);
	await shot(page, `team-${name}-phone`);
	await page.setViewportSize({ width: 1280, height: 900 });
}

const mailed = (to, page) => until(`a link to ${page} for ${to}`, async () => {
	const { mails } = await control('GET', `/mail?to=${encodeURIComponent(to)}`);
	return mails.map((m) => new RegExp(`${URL_BASE}/${page}#\\S+`).exec(m.text)?.[0]).filter(Boolean).at(-1);
});

async function owner(portal) {
	const who = new Person();
	await who.login(portal);
	return who;
}

test('C-22 an owner invites by e-mail, the guest joins by the link, and a changed role and a removal are seen at once', async ({ page, browser }) => {
	const email = `${unique('mia')}@agency.example`;
	await enter(page, await owner(NORTHWIND));
	await page.route(/pages\/team\.js/, async (route) => { // on a slow line the title comes after the click
		await page.getByRole('link', { name: 'Team', exact: true }).and(page.locator('[aria-current=page]')).waitFor();
		await route.continue();
	});
	await page.goto('/');
	await page.getByRole('link', { name: 'Team', exact: true }).click();
	await expect(page.getByRole('heading', { name: 'Team', level: 1 })).toBeFocused();
	await page.getByLabel('E-mail address').fill('not an address');
	await page.getByRole('button', { name: 'Send invitation' }).click();
	page.expected.push(/422/);
	await expect(page.getByText('This is not an e-mail address like name@example.com.')).toBeVisible();
	await page.getByLabel('E-mail address').fill(email);
	await page.getByRole('combobox', { name: 'Role', exact: true }).selectOption('viewer');
	await page.getByRole('button', { name: 'Send invitation' }).press('Enter');
	await expect(page.getByText(`${email} gets an e-mail with a link that works once`)).toBeVisible();
	await expect(page.getByRole('listitem').filter({ hasText: email }).getByText('The e-mail was sent')).toBeVisible();
	await looks(page, 'invited');

	const context = await browser.newContext({ baseURL: URL_BASE });
	const guest = await context.newPage();
	await guest.goto(await mailed(email, 'invitation'));
	await expect(guest.getByText('Your role: Viewer.')).toBeVisible();
	await looks(guest, 'invitation');
	await guest.getByRole('button', { name: 'Accept the invitation' }).click();
	await expect(guest).toHaveURL(`${URL_BASE}/`);
	await guest.goto('/team');
	await expect(guest.getByRole('cell', { name: 'Viewer' }).or(guest.getByText('Viewer', { exact: true })).first()).toBeVisible();
	await expect(guest.getByRole('button', { name: /Send invitation|Remove/ })).toHaveCount(0);
	await looks(guest, 'viewer');

	await page.reload();
	await page.getByLabel(`Role of ${email}`).selectOption('editor');
	await expect(page.getByText(`${email} is now Editor.`)).toBeVisible();
	await page.getByRole('button', { name: `Remove ${email}` }).click();
	await sound(page, 'the question before a removal');
	await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
	await expect(page.getByText(`${email} was removed and is signed out.`)).toBeVisible();
	await guest.reload();
	await expect(guest).toHaveURL(/\/login/);
	await page.getByRole('button', { name: `Invite again: ${email}` }).click();
	await expect(page.getByLabel('E-mail address')).toHaveValue(email);
	await expect(page.getByLabel('E-mail address')).toBeFocused();
	await expect(page.getByRole('button', { name: 'Leave this account' })).toBeDisabled();

	await page.getByRole('link', { name: 'Changes' }).click();
	await expect(page.getByRole('row', { name: new RegExp(`Removed ${email}`) })).toContainText('Role: Editor');
	await page.getByLabel('Kind').selectOption('Invitations');
	await expect(page.getByRole('row', { name: new RegExp(`Invited ${email}`) })).toContainText('Role: Viewer');
	await expect(page.getByRole('row', { name: new RegExp(`Removed ${email}`) })).toHaveCount(0);
	await looks(page, 'changes');
	await page.getByLabel('From').fill('2099-01-01');
	await expect(page.getByText('Nothing was changed in this selection.')).toBeVisible();
	await context.close();
});

test('C-22 somebody of two accounts signs in by a link, chooses, and goes to the other', async ({ page }) => {
	const email = `${unique('mia')}@agency.example`;
	for (const portal of [NORTHWIND, ALPINE]) {
		const made = await (await owner(portal)).post('/api/team/invitations', { email, role: 'viewer' });
		await new Person().post('/api/invitation/accept', { token: made.json.link.split('#')[1] });
	}
	await page.goto('/login');
	await page.getByLabel('E-mail address').fill(email);
	await page.getByRole('button', { name: 'Send me a sign-in link' }).click();
	await expect(page.getByText('If a member has this address')).toBeVisible();
	await looks(page, 'login');
	const link = await mailed(email, 'sign-in');
	await page.goto(link);
	await looks(page, 'sign-in');
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
	await expect(page.getByRole('heading', { name: 'Choose an account' })).toBeVisible();
	await looks(page, 'accounts');
	const other = page.getByRole('button', { name: /^Open: / });
	const name = (await other.getAttribute('aria-label')).slice('Open: '.length);
	await other.click();
	await expect(page).toHaveURL(`${URL_BASE}/`);
	await expect(page.locator('.account-name')).toContainText(name);
	await expect(page.getByRole('link', { name: 'Other accounts' })).toBeVisible();
	page.expected.push(/404/);
	await page.goto('about:blank');
	await page.goto(link);
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
	await expect(page.getByText('This link was used already, or it is too old.')).toBeVisible();
});

test('F-005 F-008 every refusal of a log-in is told in words, with what to do', async ({ page }) => {
	for (const [query, words] of [['access_denied', 'HubSpot did not connect the app'], ['state_unknown', 'used already or took too long'],
		['scopes_missing', 'Some of the access is missing'], ['removed', 'You were removed'],
		[`wrong_account&chosen=${ALPINE}&wanted=${NORTHWIND}`, `you chose account ${ALPINE}`], ['wrong_account&chosen=%3Cb%3E', 'you chose account ?'],
		['nonsense', 'The login did not work']]) {
		await page.goto(`/login?problem=${query}`);
		await expect(page.getByRole('alert')).toContainText(words);
	}
	await page.goto(`/login?problem=wrong_account&chosen=${ALPINE}&wanted=${NORTHWIND}`);
	await looks(page, 'wrong-account');
});
