// Journey 4, "Why not paid?": no click id, a duplicate, one outside the window; each says why and offers a fix; one is mended and sent again.
import { URL_BASE } from '../lib/env.mjs';
import { enter, expect, fits, shot, sound, test, tryAgain } from '../lib/page.mjs';
import { ready } from '../lib/ready.mjs';
import { CLICK, NORTHWIND, change, contact, deal, fault, move, unique } from '../lib/sandbox.mjs';

const won = async (click, name) => {
	const who = await contact(NORTHWIND, { click });
	const { id } = await deal(NORTHWIND, { contacts: [who], dealname: name });
	await move(NORTHWIND, id);
	return { who, id };
};

test('journey 4 B-02 B-25 why was it not paid: searched, explained, mended and sent again', async ({ page, context }) => {
	const person = await ready();
	const clickless = await won('', unique('No click'));
	const outside = await won('XXolderThanWindow0000001', unique('Old click'));
	const twice = await won(CLICK, unique('Twice'));
	await person.verdict(twice.id);
	await move(NORTHWIND, twice.id, 'contractsent');
	await move(NORTHWIND, twice.id);
	await person.decision(twice.id, (r) => r.code === 'duplicate_effect');
	for (const { id } of [clickless, outside])
		await person.verdict(id);
	await enter(page, person);
	await page.goto('/activity');
	const find = page.getByRole('searchbox', { name: 'Find' });
	const rows = page.locator('.decisions > .decision');

	await find.fill(`https://app.hubspot.com/contacts/${NORTHWIND}/record/0-3/${outside.id}`);
	await find.press('Enter');
	await expect(page).toHaveURL(/q=/);
	await page.getByRole('link', { name: /Too much time passed/ }).click();
	await expect(page.getByText('What to do:')).toBeVisible();
	await expect(page.getByRole('link', { name: 'Open impact.com' })).toBeVisible();
	await page.goBack();
	await expect(find).toHaveValue(new RegExp(outside.id));

	await find.fill(twice.id);
	await find.press('Enter');
	await expect(page.getByRole('link', { name: /This was sent already/ })).toBeVisible();
	await page.getByRole('link', { name: /This was sent already/ }).click();
	await expect(page.getByRole('heading', { name: 'What was sent before' })).toBeVisible();
	await expect(page.getByRole('link', { name: 'Open Field Mappings' })).toHaveAttribute('href', '/mappings/deals');
	await page.goBack();

	await find.fill(clickless.id);
	await find.press('Enter');
	await page.getByRole('link', { name: /No partner/ }).click();
	await expect(rows).toHaveCount(1);
	await sound(page, 'Activity, found and filtered');
	await page.getByRole('link', { name: /Not partner-driven/ }).click();
	await expect(page.getByRole('link', { name: 'Open Field Mappings' })).toBeVisible();
	await page.getByRole('button', { name: 'Send again…' }).click();
	await expect(page.getByText('Exactly the same would be sent.')).toBeVisible();
	await expect(page.getByRole('button', { name: 'Send again', exact: true })).toHaveCount(0);
	await page.getByRole('button', { name: 'Cancel' }).click();
	await change(NORTHWIND, 'contacts', clickless.who, { custom_impact_click_id: CLICK });
	await page.getByRole('button', { name: 'Send again…' }).click();
	await expect(page.getByRole('row', { name: `ClickId not there ${CLICK}` })).toBeVisible();
	await sound(page, 'a decision, with what would be sent now');
	await shot(page, 'activity-again');
	await page.getByRole('textbox', { name: 'Why' }).fill('The click id was missing in HubSpot');
	await page.getByRole('button', { name: 'Send again', exact: true }).click();
	await expect(page.getByText(/Credited to Robot Review Weekly/).first()).toBeVisible({ timeout: 60000 });
	const story = page.getByRole('list').filter({ hasText: 'Received' });
	await expect(story.getByText(/Not partner-driven/)).toBeVisible();
	await expect(story.getByText('The click id was missing in HubSpot')).toBeVisible();
	const refused = story.getByRole('listitem').filter({ hasText: /Not partner-driven/ });
	await refused.getByText('Show the data').click();
	await expect(refused.getByRole('row', { name: 'revision 1' })).toBeVisible();
	await expect(refused.getByRole('row', { name: `fields.OrderId deal_closedwon_${clickless.id}` })).toBeVisible();
	const received = story.getByRole('listitem').filter({ hasText: 'HubSpot reported the change.' });
	await received.getByText('Show the data').click();
	await expect(received.getByRole('row', { name: 'property dealstage' })).toBeVisible();
	await context.grantPermissions(['clipboard-read', 'clipboard-write']);
	await received.getByRole('button', { name: 'Copy as JSON' }).click();
	await expect(received.getByRole('button', { name: 'Copied' })).toBeVisible();
	expect(JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))).toMatchObject({ property: 'dealstage', value: 'closedwon' });
	await page.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); });
	await refused.getByRole('button', { name: 'Copy as JSON' }).click();
	await expect(refused.getByText('Here it is, to copy yourself')).toBeVisible();
	await refused.getByText('Show the data').click();
	await refused.getByText('Show the data').click();
	await sound(page, 'a decision after its second send');
	await shot(page, 'activity-data');
	await page.setViewportSize({ width: 390, height: 844 });
	await fits(page, 'the data of a step on a phone');
	await shot(page, 'activity-data-phone');
	await page.setViewportSize({ width: 1280, height: 900 });
	await page.emulateMedia({ colorScheme: 'dark' });
	await sound(page, 'a decision, dark');
	await shot(page, 'activity-decision-dark');
	await page.goto('/activity');
	await expect(rows.first()).toBeVisible();
	await sound(page, 'Activity, dark');
	await shot(page, 'activity-list-dark');
	await page.setViewportSize({ width: 390, height: 844 });
	await fits(page, 'Activity on a phone');
	await shot(page, 'activity-list-phone');
});

test('T-15 new lines move nothing that is read; noise is folded; empty, missing and failing say what to do', async ({ page }) => {
	const person = await ready();
	const { id } = await deal(NORTHWIND, { contacts: [await contact(NORTHWIND)], dealname: unique('Folded') });
	for (const stage of ['qualifiedtobuy', 'contractsent', 'presentationscheduled'])
		await move(NORTHWIND, id, stage);
	await expect.poll(async () => (await person.decisions(id)).length, { timeout: 30000 }).toBe(4);
	await enter(page, person);
	await page.goto(`/activity?q=${id}`);
	const more = page.getByText('3 more changes like this');
	await expect(more).toBeVisible();
	await more.click();
	await expect(page.locator('.fold .decision')).toHaveCount(3);
	await sound(page, 'folded lines, open');

	await page.goto('/activity');
	await expect(page.locator('.decision').first()).toBeVisible();
	await page.locator('.decision a').first().focus(); // somebody reads
	const top = await page.locator('.decisions > .decision .d-sentence').first().getAttribute('href');
	await move(NORTHWIND, (await deal(NORTHWIND, { dealname: unique('New') })).id, 'contractsent');
	const fresh = page.getByRole('button', { name: /\d+ new: show/ });
	await expect(fresh).toBeVisible({ timeout: 30000 });
	expect(await page.locator('.decisions > .decision .d-sentence').first().getAttribute('href')).toBe(top);
	await sound(page, 'new lines announced');
	await fresh.click();
	await expect(fresh).toHaveCount(0);
	expect(await page.locator('.decisions > .decision .d-sentence').first().getAttribute('href')).not.toBe(top);

	await page.getByRole('combobox', { name: 'Period' }).selectOption('own');
	await page.getByLabel('To', { exact: true }).fill('2020-01-01');
	await expect(page.getByRole('heading', { name: 'Nothing matches these filters' })).toBeVisible();
	await expect(page).toHaveURL(/to=2020-01-01/);
	await sound(page, 'nothing matches');
	await shot(page, 'activity-none');
	await page.getByRole('link', { name: 'Clear filters' }).first().click();
	await expect(page.locator('.decision').first()).toBeVisible();
	const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download as CSV' }).click()]);
	expect(file.suggestedFilename()).toMatch(/^activity-\d+\.csv$/);

	page.expected.push(/404/, /503/);
	await page.goto('/activity/999999999');
	await expect(page.getByRole('heading', { name: 'There is no such decision' }).first()).toBeVisible();
	await expect(page.getByRole('button', { name: 'Try again' })).toHaveCount(0);
	await sound(page, 'no such decision');
	await page.route(`${URL_BASE}/api/activity?*`, (route) => route.fulfill({ status: 503, contentType: 'application/json', body: '{"error":{"code":"unavailable","message":""}}' }));
	await page.goto('/activity');
	await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
	await sound(page, 'Activity that cannot be read');
	await page.unroute(`${URL_BASE}/api/activity?*`);
	await tryAgain(page, 'Activity');
	await expect(page.locator('.decision').first()).toBeVisible();
});

test('T-15 all of a cause are tried again: how far it is, Stop, Go on, and what could not be', async ({ page }) => {
	const person = await ready();
	const { id } = await deal(NORTHWIND, { dealname: unique('Bulk') });
	await move(NORTHWIND, id, 'contractsent');
	await person.decision(id, (row) => row.code === 'trigger_other_value');
	await enter(page, person);
	// The account has few of them: thousands are told by this API, which asks for 1,000 a call.
	const walk = { conversion: 1, decision: 1, last_conversion: 9, last_decision: 9 };
	const calls = [];
	let gate = () => {};
	await page.route(`${URL_BASE}/api/activity/again?*`, async (route) => {
		calls.push(route.request().postDataJSON());
		await new Promise((resolve) => { gate = resolve; });
		const last = calls.length === 3;
		await route.fulfill({ json: { asked: last ? 388 : 1000, asked_before: 0, not_kept: last ? 12 : 0, walk: last ? null : { ...walk, decision: calls.length } } }).catch(() => {});
	});
	await page.route(`${URL_BASE}/api/activity/numbers?*`, async (route) => {
		const response = await route.fetch();
		const json = await response.json();
		for (const cause of json.causes)
			if (cause.code === 'trigger_other_value') cause.again = 2400;
		await route.fulfill({ response, json });
	});
	await page.goto('/activity?code=trigger_other_value');
	await page.getByRole('button', { name: 'Try these 2,400 again' }).click();
	await page.getByRole('textbox', { name: /Why/ }).fill('mended');
	await page.getByRole('button', { name: 'Try these 2,400 again' }).click();
	await expect(page.getByText('0 of 2,400 asked for…')).toBeVisible();
	await expect.poll(() => calls.length).toBe(1);
	gate();
	await expect(page.getByText('1,000 of 2,400 asked for…')).toBeVisible();
	await sound(page, 'asking for all of a cause');
	await shot(page, 'bulk-going');
	await page.getByRole('link', { name: 'Overview' }).click();
	await page.getByRole('dialog', { name: 'Leave before all are asked for?' }).getByRole('button', { name: 'Stay' }).click();
	await page.getByRole('button', { name: 'Stop', exact: true }).click();
	await expect(page.getByRole('button', { name: 'Stopping…' })).toBeDisabled();
	await expect(page.locator('.walked')).toBeFocused();
	await expect.poll(() => calls.length).toBe(2);
	gate();
	await expect(page.getByText('Stopped at 2,000 of 2,400.')).toBeVisible();
	await sound(page, 'asking for all of a cause, stopped');
	await shot(page, 'bulk-stopped');
	await page.setViewportSize({ width: 390, height: 844 });
	await fits(page, 'asking for all of a cause, stopped');
	await shot(page, 'bulk-stopped-phone');
	await page.setViewportSize({ width: 1280, height: 900 });
	await page.getByRole('button', { name: 'Go on' }).click();
	await expect(page.locator('.walked')).toBeFocused();
	await expect.poll(() => calls.length).toBe(3);
	gate();
	await expect(page.getByText('2,388 asked again.')).toBeVisible();
	await expect(page.getByText(/^.*12 could not be: what HubSpot reported about them is no longer kept whole\./)).toBeVisible();
	await sound(page, 'asking for all of a cause, done');
	await page.emulateMedia({ colorScheme: 'dark' });
	await shot(page, 'bulk-done-dark');
	await expect(page.getByRole('button', { name: /^Try these/ })).toHaveCount(0); // it was done
	await page.locator('a.d-sentence').first().click();
	await page.getByRole('link', { name: 'Back to Activity' }).click();
	await expect(page).toHaveURL(/activity\?code=trigger_other_value$/);
	await page.unrouteAll({ behavior: 'ignoreErrors' }); // the page asks for its numbers every few seconds
	expect(calls).toEqual([{ note: 'mended' }, { note: 'mended', walk: { ...walk, decision: 1 } }, { note: 'mended', walk: { ...walk, decision: 2 } }]);
});

test('B-01 what impact.com says with a refusal stands in plain sight, as text, and the same can be sent again', async ({ page }) => {
	const person = await ready();
	const said = '<img src=x onerror="window.harmed=1"> Invalid EventTypeCode';
	await fault({ kind: 'status', path: '/Conversions$', method: 'POST', count: 1, status: 400, body: JSON.stringify({ Message: said }) });
	const { id } = await won(CLICK, unique('Refused at once'));
	const row = await person.verdict(id);
	await enter(page, person);
	await page.goto(`/activity/${row.id}`);
	await expect(page.getByRole('listitem').filter({ hasText: 'Refused' }).getByRole('blockquote')).toContainText(said);
	await expect(page.getByRole('region', { name: 'What impact.com says' })).toContainText(said);
	expect(await page.evaluate(() => window.harmed)).toBeUndefined();
	await sound(page, 'a refusal in the words of impact.com');
	await page.getByRole('button', { name: 'Send again…' }).click();
	await expect(page.getByText('That makes sense when you have mended in impact.com')).toBeVisible();
	await expect(page.getByRole('button', { name: 'Send again', exact: true })).toBeVisible();
});
