// Accounts of their own for what looks at the whole site (the sandbox's --accounts): one where nothing is set up yet, one that
// is full of everything, and one whose HubSpot is full of text that means harm.
import assert from 'node:assert/strict';
import { until } from './env.mjs';
import { Person } from './person.mjs';
import { TRIGGER, changed, created, put, putDeals } from './ready.mjs';
import { calm, change, company, contact, control, deal, move, unique } from './sandbox.mjs';

const FIRST = 60000000;
const tenant = (i) => ({ portal: FIRST + i, i,
	impact: { account_sid: `IRtenant${String(i).padStart(4, '0')}`, auth_token: `sandbox-token-tenant-${i}`, program_id: String(30000 + i) } });
export const EMPTY = tenant(1);
export const FULL = tenant(2);
export const HOSTILE = tenant(3);
export const BIG = tenant(4);

/** Long, markup, control characters, both directions of writing, formulas: what a name in HubSpot may hold. */
export const NASTY = [
	'<script>window.harmed=1</script><img src=x onerror="window.harmed=1">', '"><svg onload=window.harmed=1>', '=HYPERLINK("http://evil.example","x")',
	'\u202e\u0634\u0631\u0643\u0629 gpj.exe\u202c', '\u05d7\u05d1\u05e8\u05d4 \u200f\u200e<b>', 'a\tb\u000bc\u0007d\u001b[31m', '{{constructor.constructor("window.harmed=1")()}}',
	'\u{1f9d1}\u200d\u{1f680}\u0301\u0301\u0301\u0301', `${'W'.repeat(9990)} the end`, 'x y '.repeat(2500),
];

export async function logIn({ portal }, options) {
	const person = new Person();
	const path = await person.login(portal, options);
	assert.ok(!path.includes('problem'), path);
	return person;
}

async function connected(account) {
	const person = await logIn(account);
	const res = await person.post('/api/live/impact', account.impact);
	assert.equal(res.status, 200, res.text);
	return person;
}

/** All three objects with consent, triggers and the first preset of each. */
async function rules(person) {
	const { presets } = await person.get('/api/presets');
	const of = (object) => presets.find((p) => p.object === object).rows;
	const saved = await person.configure((document) => {
		putDeals(document, { rows: of('deals') }, { triggers: [TRIGGER, created('t2'), changed('t3', 'amount')] });
		put(document, 'contacts', of('contacts'), { triggers: [changed('tc1', 'lifecyclestage', { becomes: ['lead', 'customer'], when: '{country} is not empty' })] });
		put(document, 'companies', of('companies'), { triggers: [changed('to1', 'lifecyclestage', { becomes: ['customer'] })] });
	});
	assert.equal(saved.status, 200, saved.text);
}

/** Deals of every fate; gives their names. */
async function fates({ portal, i }, name) {
	const clicks = { credited: `T${i}goodClick000000000001`, other: `T${i}otherClick00000000001`, late: `T${i}olderThanWindow000001`,
		closed: `T${i}inactivePartner000001`, bare: '' };
	for (const [fate, click] of Object.entries(clicks)) {
		const who = await contact(portal, { click, firstname: name(fate), lastname: 'Person', country: 'Austria' });
		const { id } = await deal(portal, { dealname: name(fate), amount: '130.50', contacts: [who],
			lineItems: [{ name: name('Arm'), hs_sku: 'ARM-1', price: '60.25', quantity: '2' }] });
		await move(portal, id);
		await change(portal, 'contacts', who, { lifecyclestage: 'lead' });
		const firm = await company(portal, { name: name(fate), contacts: [who] });
		await change(portal, 'companies', firm, { lifecyclestage: 'customer' });
	}
}

const settled = (person, atLeast) => until(`${atLeast} decisions with their verdict`, async () => {
	const { rows: all } = await person.activity();
	return all.filter((r) => ['CONFIRMED', 'REJECTED', 'DEAD'].includes(r.state)).length >= atLeast;
}, { s: 120 });

/** The account that has everything; its owner. */
export async function full() {
	await calm();
	const person = await connected(FULL);
	if ((await person.activity()).rows.length < 10) {
		await rules(person);
		await fates(FULL, (word) => unique(word));
		await settled(person, 5);
	}
	return person;
}

/** The account whose HubSpot holds what nobody should type; its owner. */
export async function hostile() {
	await calm();
	const person = await connected(HOSTILE);
	if ((await person.activity()).rows.length < 5) {
		for (const [n, label] of NASTY.entries())
			for (const object of ['deals', 'contacts', 'companies'])
				await control('POST', `/crm/${HOSTILE.portal}/properties`, { object, name: `nasty_${n}`, label: label.slice(0, 4000) });
		assert.equal((await person.post('/api/live/catalogue', { object: 'deals' })).status, 200);
		await rules(person);
		let n = 0;
		await fates(HOSTILE, () => NASTY[n++ % NASTY.length]);
		await settled(person, 3);
	}
	return person;
}
