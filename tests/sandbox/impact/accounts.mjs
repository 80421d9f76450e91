// The impact.com side's accounts: credentials, programs, event types, partners, clicks. All invented.

const ALL = ['company', 'campaigns', 'conversions', 'submissions', 'actions', 'partners', 'clicks'];
const without = (scope) => ALL.filter((s) => s !== scope);

/** Credentials: one SID and token belong together and to one account. */
export const CREDENTIALS = [
	{ sid: 'IRacmeFULL7Q2mXv90LkT4bWz6RdYp1sN8', token: 'sandbox-token-acme-full', account: 'acme', scopes: ALL, note: 'works: all scopes' },
	{ sid: 'IRalpineFULLc3HnE5uJ8xGf2Ka7VtBq0M', token: 'sandbox-token-alpine-full', account: 'alpine', scopes: ALL, note: 'works: all scopes' },
	{ sid: 'IRacmeNOCOMPANYu6Zw1PiS4oDe9Cy3AjF', token: 'sandbox-token-no-company', account: 'acme', scopes: without('company'), note: 'without the scope for company information: 403 there' },
	{ sid: 'IRacmeNOCAMPAIGNSk5Mb8TrX2vLh7Qg1W', token: 'sandbox-token-no-campaigns', account: 'acme', scopes: without('campaigns'), note: 'without the scope for campaigns: 403 there' },
	{ sid: 'IRacmeNOCONVERSIONSd9Ns3UyJ6pHc0Ez', token: 'sandbox-token-no-conversions', account: 'acme', scopes: without('conversions'), note: 'without the scope for conversions: 403 at the first send' },
	{ sid: 'IRacmeDISABLEDg4Oi2YtR8wKx5Vl1BfQm', token: 'sandbox-token-disabled', account: 'acme', scopes: [], note: 'disabled: 403 everywhere' },
];

const LEAD = ['subscriber', 'lead', 'marketingqualifiedlead', 'salesqualifiedlead', 'opportunity', 'customer'];
const STAGES = ['appointmentscheduled', 'qualifiedtobuy', 'presentationscheduled', 'decisionmakerboughtin', 'contractsent', 'closedlost'];
const LEASING = ['184392001', '184392002', '184392003'];

/** step orders the chain: an event is a possible parent of every event type of a later step. */
function eventTypes(firstId, saleRate) {
	let id = firstId;
	const type = (name, codes, step, terms, more = {}) => ({ id: id++, name, codes, step, terms, active: true, ...more });
	return [
		type('Deal won', ['deal_closedwon', 'deal_Closed_Won', 'closedwon', 'CLOSED_WON'], 30, { percent: saleRate }, { sale: true }),
		...STAGES.map((s, i) => type(`Deal stage ${s}`, [`deal_${s}`], 10 + i, { flat: '2.00' })),
		...LEASING.map((s, i) => type(`Leasing stage ${s}`, [`deal_${s}`], 20 + i, { flat: '5.00' })),
		...LEAD.map((s, i) => type(`Contact ${s}`, [s, `contact_${s}`], 1 + i, { flat: '1.50' })),
		type('Deal created', ['deal_created', 'deal_new'], 9, { flat: '1.00' }),
		type('Switched off', ['deal_switchedoff'], 40, { flat: '1.00' }, { active: false }),
		type('Without contract terms', ['deal_noterms'], 40, null),
	];
}

const partner = (id, name, more = {}) => ({ id, name, active: true, contract: true, ...more });
const click = (id, partnerId, hoursAgo = 50) => ({ id, partnerId, hoursAgo });

export const ACCOUNTS = {
	acme: {
		id: '10001', name: 'Acme Robotics Inc. (sandbox)', currency: 'USD', timezone: '(GMT -08:00) Pacific Time (US & Canada); Tijuana', offset: -8,
		programs: [
			{ id: '1000', name: 'Acme Partner Program', state: 'ACTIVE', eventTypes: eventTypes(4636, 8) },
			{ id: '1001', name: 'Acme Old Program', state: 'CLOSED', eventTypes: eventTypes(4736, 8).map((t) => ({ ...t, codes: t.codes.map((c) => `old_${c}`) })) },
		],
		partners: [
			partner('10000', 'Bright Deals'), partner('10400', 'Robot Review Weekly'), partner('10877', 'Maker Stories'),
			partner('11201', 'Closed Coupons', { active: false }), partner('11305', 'No Contract Media', { contract: false }),
		],
		clicks: [
			click('QiiWXOVnrQ3SQHl24jQjyxBGUkmzfJ3i1VHrWM0', '10000'), click('Bd7tLmP0aRk9VwXz2YcN5eGh', '10000', 30),
			click('RRw3xKq8ZtUo1JnM6vPa4SdF', '10400', 72), click('RRw9bHy2CeGi7LkD0sXz5QaW', '10400', 20),
			click('MkS4pTn6UvBr1OwE8yJc3ZfH', '10877', 100), click('MkS0gXd5LqIa9RtY2nVb7KuP', '10877', 10),
		],
		faulty: [
			{ ...click('XXinactivePartner0000001', '11201'), why: 'its partner is not active (PARTNER_NOT_ACTIVE)' },
			{ ...click('XXnoContract000000000001', '11305'), why: 'its partner has no contract (CONTRACT_NOT_FOUND)' },
			{ ...click('XXolderThanWindow0000001', '10000', 24 * 120), why: 'it is 120 days old (OUTSIDE_ASSOCIATION_WINDOW)' },
			{ ...click('XXmalformed0000000000001', '10000'), malformed: true, why: 'its data is broken (MALFORMED)' },
		],
		promoCodes: { ACME10: '10000', MAKER5: '10877' },
	},
	alpine: {
		id: '20001', name: 'Alpine Cycles GmbH (sandbox)', currency: 'EUR', timezone: '(GMT +01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna', offset: 1,
		programs: [{ id: '2000', name: 'Alpine Cycles Partners', state: 'ACTIVE', eventTypes: eventTypes(5200, 6) }],
		partners: [partner('20400', 'Mountain Blog'), partner('20401', 'Velo Compare')],
		clicks: [click('ALp1mB7kQz3XvN9tRw5Yc0Hd', '20400'), click('ALp2vC8sJx4LfG6hUe1Oa9Ti', '20401', 26), click('ALp3mB0rDn5KyP2wZq7Eb4Sg', '20400', 5)],
		faulty: [],
		promoCodes: {},
	},
};

/** Credentials of --accounts N, for tests with many tenants. */
const more = new Map();

/** The account behind a SID: its credentials, or undefined. */
export const credentialOf = (sid) => CREDENTIALS.find((k) => k.sid === sid) ?? more.get(sid);

/** Tenant i's account: SID IRtenant<i>, program 30000 + i, three clicks of two partners and the faulty ones. On no page: not enumerable. */
export function addAccounts(n) {
	for (let i = 1; i <= n; i++) {
		const id = `tenant${i}`;
		const [good, other, closed, bare] = [0, 1, 2, 3].map((k) => String(300000 + 10 * i + k));
		const sid = `IRtenant${String(i).padStart(4, '0')}`;
		more.set(sid, { sid, token: `sandbox-token-tenant-${i}`, account: id, scopes: ALL, note: '' });
		Object.defineProperty(ACCOUNTS, id, { value: {
			...ACCOUNTS.acme, id: String(40000 + i), name: `Tenant ${i} (sandbox)`,
			programs: [{ id: String(30000 + i), name: `Tenant ${i}'s program`, state: 'ACTIVE', eventTypes: eventTypes(100000 + 100 * i, 8) }],
			partners: [partner(good, `Good ${i}`), partner(other, `Other ${i}`), partner(closed, `Closed ${i}`, { active: false }), partner(bare, `Bare ${i}`, { contract: false })],
			clicks: [click(`T${i}goodClick000000000001`, good), click(`T${i}goodClick000000000002`, good, 30), click(`T${i}otherClick00000000001`, other)],
			faulty: [
				{ ...click(`T${i}inactivePartner000001`, closed), why: 'PARTNER_NOT_ACTIVE' }, { ...click(`T${i}noContract00000000001`, bare), why: 'CONTRACT_NOT_FOUND' },
				{ ...click(`T${i}olderThanWindow000001`, good, 24 * 120), why: 'OUTSIDE_ASSOCIATION_WINDOW' },
				{ ...click(`T${i}malformed000000000001`, good), malformed: true, why: 'MALFORMED' },
			],
			promoCodes: {},
		} });
	}
}

export const knownClick = (acc, id) => [...acc.clicks, ...acc.faulty].find((c) => c.id === id);
export const program = (acc, id) => acc.programs.find((p) => p.id === String(id));
export const partnerOf = (acc, id) => acc.partners.find((p) => p.id === String(id));

/** When a click happened: some hours before today began, so that it stays the same for a day. */
export const clickTime = (c) => Math.floor(Date.now() / 86400000) * 86400000 - c.hoursAgo * 3600000;

/** impact.com writes times with the account's offset. */
export function stamp(acc, ms) {
	if (!ms)
		return '';
	const sign = acc.offset < 0 ? '-' : '+';
	return new Date(ms + acc.offset * 3600000).toISOString().slice(0, 19) + `${sign}${String(Math.abs(acc.offset)).padStart(2, '0')}:00`;
}
