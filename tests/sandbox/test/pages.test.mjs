// The pages in a real browser: a person's way through them, no accessibility violation, no sideways scrolling on a phone.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { chromium } from '@playwright/test';
import { NORTHWIND, impactClient, sandbox, until } from '../harness.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let box;
let browser;
let page;
const errors = [];
before(async () => {
	box = await sandbox();
	await box.install();
	browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
	page = await browser.newPage();
	page.on('console', (m) => m.type() === 'error' && errors.push(m.text()));
	page.on('pageerror', (err) => errors.push(err.message));
});
after(async () => {
	await browser?.close();
	box.close();
});

test('the brand\'s website sends its form with the hidden field into HubSpot, and runs the snippet that was pasted into it', async () => {
	await page.goto(`${box.site}/shop/${NORTHWIND}`);
	await page.getByLabel('Snippet in the head of every page').fill('<script>addEventListener("DOMContentLoaded", function () { document.getElementsByName("custom_impact_click_id")[0].value = "PASTED"; });</script>');
	await page.getByRole('button', { name: 'Save the snippet' }).click();
	await page.getByText('The snippet is on every page of the website').waitFor();
	await page.getByLabel('Email').fill('shop@b.example');
	await page.getByRole('button', { name: 'Send' }).click();
	const id = (await page.getByText(/HubSpot has contact \d+/).textContent()).match(/contact (\d+)/)[1];
	await page.evaluate(axe);
	assert.deepEqual((await page.evaluate(() => axe.run())).violations.map((v) => v.id), []); // eslint-disable-line no-undef
	await page.goto(`${box.site}/crm/${NORTHWIND}/contacts/${id}`);
	assert.match(await page.content(), /PASTED/);
	await page.goto(`${box.site}/shop/${NORTHWIND}`);
	await page.getByLabel('Email').fill('shop@b.example');
	await page.getByRole('button', { name: 'Send' }).click();
	await page.getByText(/Contact already exists/).waitFor();
});

test('a person creates a contact and a deal with two line items and moves it to Closed Won', async () => {
	await page.goto(`${box.site}/`);
	await page.getByRole('link', { name: 'HubSpot CRM', exact: true }).click();
	await page.getByRole('link', { name: 'Northwind Robotics' }).click();
	await page.getByLabel('Email').fill('vera@b.example');
	await page.getByLabel('First name').fill('Vera');
	await page.getByLabel('impact.com click id').selectOption('RRw3xKq8ZtUo1JnM6vPa4SdF');
	await page.getByRole('button', { name: 'Create contact' }).click();
	await page.getByText('Contact Vera created').waitFor();
	await page.getByLabel('Deal name').fill('Robot arm');
	await page.getByLabel('Amount').fill('130.50');
	await page.getByLabel('Contact of the deal').selectOption({ index: 1 });
	for (const [n, name, sku, price] of [[1, 'Arm', 'ARM-1', '60.25'], [2, 'Base', 'BAS-1', '10']]) {
		await page.getByLabel(`Line item ${n} name`).fill(name);
		await page.getByLabel(`Line item ${n} SKU`).fill(sku);
		await page.getByLabel(`Line item ${n} price`).fill(price);
		await page.getByLabel(`Line item ${n} quantity`).fill(String(3 - n));
	}
	await page.getByRole('button', { name: 'Create deal' }).click();
	await page.getByText('Deal Robot arm created').waitFor();
	await page.getByLabel('Stage of Robot arm').selectOption({ label: 'Closed Won' });
	await page.getByRole('button', { name: 'Move Robot arm' }).click();
	await page.getByText('Robot arm is now in Closed Won').waitFor();
	const [deal] = (await box.control('GET', `/crm/${NORTHWIND}/deals`)).results;
	assert.equal(deal.properties.hs_is_closed_won, 'true');
	assert.equal(box.w.crm.associations(NORTHWIND, 'deals', deal.id, 'line_items').length, 2);
	await page.getByRole('link', { name: 'Robot arm' }).click();
	await page.getByLabel('Amount', { exact: true }).fill('x');
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByRole('alert').getByText('x was not a valid number.').waitFor();
});

test('a person labels a link, merges, deletes, restores, gives an owner, makes a property and deletes for privacy', async () => {
	const make = async (email) => (await box.control('POST', `/crm/${NORTHWIND}/contacts`, { properties: { email, firstname: email.split('@')[0] } })).id;
	const [mia, twin] = [await make('mia@b.example'), await make('twin@b.example')];
	const record = async (id) => box.control('GET', `/crm/${NORTHWIND}/contacts/${id}`);
	await page.goto(`${box.site}/crm/${NORTHWIND}`);
	await page.getByRole('link', { name: 'Set-up: properties' }).click();
	await page.getByLabel('Label of the link').fill('Referrer');
	await page.getByRole('button', { name: 'Create label' }).click();
	await page.getByText('Label Referrer created').waitFor();
	await page.getByLabel('Kind of value').selectOption({ label: 'One of a list' });
	await page.getByLabel('Label', { exact: true }).fill('Tier');
	await page.getByLabel('Internal name').fill('tier');
	await page.getByLabel('Values of the list').fill('gold, silver');
	await page.getByRole('button', { name: 'Create property' }).click();
	await page.getByText('Property Tier (tier) created').waitFor();
	assert.deepEqual(box.w.properties.of(NORTHWIND, 'deals').get('tier').options.map((o) => o.value), ['gold', 'silver']);
	await page.getByRole('cell', { name: 'Dora Nilsen' }).or(page.getByRole('rowheader', { name: 'Dora Nilsen' })).waitFor();

	await page.goto(`${box.site}/crm/${NORTHWIND}/contacts/${mia}`);
	await page.getByLabel('Record to associate').selectOption({ label: `Robot arm (${box.w.crm.list(NORTHWIND, 'deals')[0].id})` });
	await page.getByLabel('Association label').selectOption({ label: 'deal: Referrer' });
	await page.getByRole('button', { name: 'Associate' }).click();
	await page.getByRole('listitem').filter({ hasText: 'Robot arm' }).getByText('Referrer').waitFor();
	await page.getByLabel('Owner').selectOption({ label: 'Ben Lindqvist' });
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByText('Saved').waitFor();
	assert.equal((await record(mia)).properties.hubspot_owner_id, '41629780');
	await page.getByLabel('Record to merge into this one').selectOption({ label: `twin (${twin})` });
	await page.getByRole('button', { name: 'Merge' }).click();
	await page.getByText('mia is merged').waitFor();
	assert.equal((await record(twin)).id, mia);
	await page.getByRole('button', { name: 'Remove the link with Robot arm' }).click();
	await page.getByText('The link is removed').waitFor();

	await page.getByRole('button', { name: 'Delete', exact: true }).click();
	await page.getByText('mia is deleted').waitFor();
	await page.getByRole('link', { name: 'Set-up: properties' }).click();
	await page.getByRole('button', { name: 'Restore mia' }).click();
	await page.getByText('mia is back').waitFor();
	await page.goto(`${box.site}/crm/${NORTHWIND}/contacts/${mia}`);
	await page.getByRole('button', { name: 'Delete permanently (GDPR)' }).click();
	await page.getByText('mia is deleted').waitFor();
	await assert.rejects(record(mia), /404/);
	await page.goto(`${box.site}/crm/${NORTHWIND}/setup`);
	await page.getByText('Nothing was deleted.').waitFor();
	await page.getByRole('button', { name: 'Send test event' }).click();
	await page.getByText('Test event sent').waitFor();
});

test('the impact.com page follows a conversion to its verdict without a reload', async () => {
	await page.goto(`${box.site}/impact`);
	await page.getByText('No conversion has arrived.').waitFor();
	await impactClient(box)('POST', '/Conversions', { CampaignId: '1000', EventTypeCode: 'lead', EventDate: 'NOW', OrderId: 'seen', ClickId: 'RRw3xKq8ZtUo1JnM6vPa4SdF' });
	await page.getByText('Robot Review Weekly, payout 1.50 USD').waitFor();
	await until(() => box.w.judge.actions().length === 1);
});

test('a person changes an action, accepts an application, ends a contract and lets a partner apply', async () => {
	const [{ id }] = box.w.judge.actions();
	await page.goto(`${box.site}/impact`);
	await page.getByText(`Change ${id}`).click();
	await page.getByLabel('New amount').fill('9.99');
	await page.getByRole('button', { name: `Modify ${id}` }).click();
	await page.getByText(`Action ${id} is PENDING`).waitFor();
	await page.getByText(`Change ${id}`).click();
	await page.getByLabel('Reason').selectOption('CONS_FRAUD');
	await page.getByRole('button', { name: `Reverse ${id}` }).click();
	await page.getByText(`Action ${id} is REVERSED`).waitFor();
	await page.getByText('3 updates').click();
	await page.getByText(/: REVERSED CONS_FRAUD, amount/).waitFor();
	await page.getByRole('button', { name: `Pay ${id}` }).click();
	await page.getByRole('alert').getByText('is reversed and is not paid').waitFor();
	await page.getByRole('button', { name: `Reset ${id}` }).click();
	await page.getByText(`Action ${id} is PENDING`).waitFor();
	await page.getByRole('button', { name: `Lock ${id}` }).click();
	await page.getByText(`Action ${id} is APPROVED`).waitFor();
	await page.getByRole('button', { name: 'Accept Waiting Room Reviews' }).click();
	await page.getByText('ACTIVE').first().waitFor();
	await page.getByRole('button', { name: 'End Waiting Room Reviews' }).click();
	await page.getByText(/Contract S-\d+: EXPIRED/).waitFor();
	await page.getByLabel('Partner name').fill('Lab Notes');
	await page.getByRole('button', { name: 'Apply' }).click();
	await page.getByText('Lab Notes has applied').waitFor();
	await page.getByRole('button', { name: 'Decline Lab Notes' }).waitFor();
	await page.getByRole('button', { name: 'Deactivate Bright Deals' }).click();
	await page.getByText('Bright Deals is DEACTIVATED').waitFor();
});

test('no accessibility violation, light and dark, and nothing scrolls sideways on a phone', async () => {
	await box.control('POST', '/faults', { kind: 'slow', path: '/x', count: 0 });
	const deal = box.w.crm.list(NORTHWIND, 'deals')[0].id;
	const consent = box.authorizeUrl().slice(box.site.length);
	const paths = ['/', '/crm', `/crm/${NORTHWIND}`, `/crm/${NORTHWIND}/deals/${deal}`, `/crm/${NORTHWIND}/setup`, '/impact', '/log', '/switches', consent, consent.replace('/oauth/', `/oauth/${NORTHWIND}/`), '/nowhere'];
	for (const scheme of ['light', 'dark']) {
		await page.emulateMedia({ colorScheme: scheme });
		for (const [width, height] of [[1280, 900], [375, 800]]) {
			await page.setViewportSize({ width, height });
			for (const path of paths) {
				await page.goto(box.site + path);
				assert.ok(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'), `${path} is wider than ${width}`);
				if (width > 1000 || scheme === 'light') {
					await page.evaluate(axe);
					const { violations } = await page.evaluate('axe.run()');
					assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [], `${path} ${scheme} ${width}`);
				}
			}
		}
	}
	assert.deepEqual(errors.filter((e) => !/404/.test(e)), []);
});
