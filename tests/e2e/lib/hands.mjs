// The same journey with other hands: a browser test clicks, and by the project's option `hands` the click becomes what a
// person does who has no mouse: Tab to the thing (whose focus must be seen) and a key, or a finger.
import { expect } from '@playwright/test';

const FURTHEST = 250; // presses of Tab, twice around the longest page of a journey

const isFocused = (locator) => locator.evaluate((el) => el === document.activeElement);

/** What is focused can be seen to be: an outline or a ring of its own. */
async function focusIsSeen(locator) {
	const seen = await locator.evaluate((el) => {
		const ring = (node) => { const s = getComputedStyle(node); return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none'; };
		return el.matches(':focus-visible') && (ring(el) || ring(el.parentElement));
	});
	expect(seen, `the focus of ${locator} is seen`).toBe(true);
}

async function tabTo(locator) {
	await locator.waitFor();
	for (let i = 0; i < FURTHEST && !await isFocused(locator); i++)
		await locator.page().keyboard.press('Tab');
	expect(await isFocused(locator), `Tab reaches ${locator}`).toBe(true);
	await focusIsSeen(locator);
}

/** An option of a list is reached by the arrow from its text box, which has the focus. */
async function arrowTo(option) {
	await option.waitFor();
	const { keyboard } = option.page();
	const chosen = () => option.evaluate((el) => document.activeElement.getAttribute('aria-activedescendant') === el.id);
	for (let i = 0; i < 60 && !await chosen(); i++)
		await keyboard.press('ArrowDown');
	expect(await chosen(), `the arrow reaches ${option}`).toBe(true);
}

const kindOf = (locator) => locator.evaluate((el) => el.getAttribute('role') ?? (el.type === 'radio' || el.type === 'checkbox' ? el.type : ''));

const keyboard = {
	async click() {
		await this.waitFor();
		const kind = await kindOf(this);
		if (kind === 'option')
			await arrowTo(this);
		else
			await tabTo(this);
		await this.page().keyboard.press(/switch|radio|checkbox/.test(kind) ? 'Space' : 'Enter');
	},
	async check() {
		await this.waitFor();
		const { keyboard: keys } = this.page();
		const inGroup = () => this.evaluate((el) => document.activeElement.name === el.name && document.activeElement.type === el.type);
		for (let i = 0; i < FURTHEST && !await inGroup(); i++)
			await keys.press('Tab');
		for (let i = 0; i < 30 && !await isFocused(this); i++)
			await keys.press('ArrowDown');
		await focusIsSeen(this);
		if (!await this.isChecked())
			await keys.press('Space');
	},
	async fill(text) {
		await tabTo(this);
		await this.page().keyboard.press('ControlOrMeta+a');
		await this.page().keyboard.press('Delete');
		await this.page().keyboard.type(text);
	},
};

const touch = {
	async click(options) {
		const menu = this.page().getByRole('button', { name: 'Menu', exact: true });
		if (!await this.isVisible() && await menu.isVisible() && await menu.getAttribute('aria-expanded') === 'false'
			&& await this.evaluate((el) => el.closest('#side-body') !== null, null, { timeout: 5000 }).catch(() => false))
			await menu.tap();
		await this.tap(options);
	},
};

/** Until the answer is called, what tests click on this site's page is pressed or touched on `page`; in its other tabs it is clicked. */
export function withHands(hands, page) {
	const moves = { keyboard, touch }[hands];
	if (!moves)
		return () => {};
	const locator = Object.getPrototypeOf(page.locator('body'));
	const mouse = {};
	for (const [name, move] of Object.entries(moves)) {
		mouse[name] = locator[name];
		locator[name] = function (...args) {
			return this.page() === page ? move.apply(this, args) : mouse[name].apply(this, args);
		};
	}
	return () => Object.assign(locator, mouse);
}
