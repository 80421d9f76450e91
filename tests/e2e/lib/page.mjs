// What every browser test watches over a page, and how it is looked at: accessibility, valid HTML, no error, no CSP violation.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test as base } from '@playwright/test';
import { HtmlValidate } from 'html-validate';
import { URL_BASE } from './env.mjs';
import { withHands } from './hands.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const validator = new HtmlValidate({ extends: ['html-validate:recommended'], rules: {
	'doctype-style': 'off', 'no-trailing-whitespace': 'off', 'attribute-boolean-style': 'off', 'attribute-empty-style': 'off', 'long-title': 'off',
	'no-inline-style': 'off', 'prefer-native-element': ['error', { exclude: ['listbox', 'option', 'combobox', 'switch'] }],
} });

export const SHOTS = process.env.SCREENSHOTS ?? new URL('../../../build/test/screenshots', import.meta.url).pathname;

/** A page on which nothing may go wrong unseen: every console error, page error and CSP violation fails the test. */
export const test = base.extend({
	hands: ['mouse', { option: true }],
	page: async ({ page, hands }, use) => {
		const giveBack = withHands(hands, page);
		const wrong = [];
		page.expected = []; // patterns of what a test provokes on purpose
		page.on('console', (m) => { if (m.type() === 'error' || /Content Security Policy|violates/.test(m.text())) wrong.push(m.text()); });
		page.on('pageerror', (err) => wrong.push(String(err)));
		await page.addInitScript(() => addEventListener('securitypolicyviolation', (e) => console.error(`CSP: ${e.violatedDirective} ${e.blockedURI}`)));
		await use(page);
		giveBack();
		const unexpected = wrong.filter((text) => !page.expected.some((pattern) => pattern.test(text)));
		expect(unexpected, 'console errors, page errors, CSP violations').toEqual([]);
	},
});

const judged = new Map(); // markup: what is invalid in it, which no width and no scheme changes

async function invalid(markup) {
	if (!judged.has(markup)) {
		const { results } = await validator.validateString(markup);
		judged.set(markup, results.flatMap((r) => r.messages.map((m) => `${m.ruleId}: ${m.message} (${m.selector})`)));
	}
	return judged.get(markup);
}

/** No accessibility violation and no invalid HTML in what is drawn now. */
export async function sound(page, what) {
	if (!await page.evaluate(() => 'axe' in window))
		await page.evaluate(axe);
	const { violations } = await page.evaluate(() => axe.run({ resultTypes: ['violations'], preload: false })); // eslint-disable-line no-undef
	expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`), `axe: ${what}`).toEqual([]);
	expect(await invalid(await page.content()), `html-validate: ${what}`).toEqual([]);
}

/** A picture; those of a journey's other projects keep their own names. */
export function shot(page, name) {
	const project = test.info().project.name;
	return page.screenshot({ path: `${SHOTS}/${name}${project === 'mouse' ? '' : `-${project}`}.png`, fullPage: true });
}

/** Logs the browser in as a person who is logged in. */
export const enter = (page, person) =>
	page.context().addCookies([...person.cookies].map(([name, value]) => ({ name, value, url: URL_BASE })));

/** Presses "Try again" until the page is back; one that asks by itself every few seconds may be quicker. */
export async function tryAgain(page, what) {
	const buttons = page.getByRole('button', { name: /^Try again/ });
	await expect(async () => {
		if (await buttons.count())
			await buttons.first().click({ timeout: 2000 });
		await expect(buttons, `${what} is back`).toHaveCount(0, { timeout: 5000 });
	}).toPass({ timeout: 60000 });
}

/** Nothing scrolls sideways. */
export async function fits(page, what) {
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
	expect(wide, `${what} is wider than the window`).toBeLessThanOrEqual(0);
}

export { expect };
