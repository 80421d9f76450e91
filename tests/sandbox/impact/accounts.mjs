// The impact.com side's accounts: credentials, programs, event types, partners, clicks. All invented.
// Partners, contracts and groups here are those of the start; partners.mjs keeps what becomes of them.

const SCOPES = ['company', 'campaigns', 'conversions', 'submissions', 'actions', 'action_changes', 'action_updates', 'partners', 'partner_changes',
	'contracts', 'contract_changes', 'groups', 'group_changes', 'contacts', 'clicks', 'jobs'];
const without = (...scopes) => SCOPES.filter((s) => !scopes.includes(s));

/** Credentials: one SID and token belong together and to one account. version is what the token was made for. */
export const CREDENTIALS = [
	{ sid: 'IRacmeFULL7Q2mXv90LkT4bWz6RdYp1sN8', token: 'sandbox-token-acme-full', account: 'acme', scopes: SCOPES, note: 'works: all scopes' },
	{ sid: 'IRalpineFULLc3HnE5uJ8xGf2Ka7VtBq0M', token: 'sandbox-token-alpine-full', account: 'alpine', scopes: SCOPES, note: 'works: all scopes' },
	{ sid: 'IRacmeNOCOMPANYu6Zw1PiS4oDe9Cy3AjF', token: 'sandbox-token-no-company', account: 'acme', scopes: without('company'), note: 'without the scope for company information: 403 there' },
	{ sid: 'IRacmeNOCAMPAIGNSk5Mb8TrX2vLh7Qg1W', token: 'sandbox-token-no-campaigns', account: 'acme', scopes: without('campaigns'), note: 'without the scope for campaigns: 403 there' },
	{ sid: 'IRacmeNOCONVERSIONSd9Ns3UyJ6pHc0Ez', token: 'sandbox-token-no-conversions', account: 'acme', scopes: without('conversions'), note: 'without the scope for conversions: 403 at the first send' },
	{ sid: 'IRacmeNOACTIONSr6Vd1KmS9tXb3QeZ7Hy', token: 'sandbox-token-no-actions', account: 'acme', scopes: without('actions'), note: 'without the scope to read actions: 403 there, nothing is followed' },
	{ sid: 'IRacmeNOSUBMISSIONSj2Fn8GwP5uLc0Ta4', token: 'sandbox-token-no-submissions', account: 'acme', scopes: without('submissions'), note: 'without the scope to read API submissions: 403 there' },
	{ sid: 'IRacmeNOCHANGESf3Lq7WdT0hRz5BnKx8Uv', token: 'sandbox-token-no-changes', account: 'acme', scopes: without('action_changes'), note: 'without the scope to update and reverse actions: 403 there' },
	{ sid: 'IRacmeNOPARTNERSa1Gt6YpJ9mEc4SoXw2I', token: 'sandbox-token-no-partners', account: 'acme', scopes: without('partners', 'contracts', 'groups', 'contacts'), note: 'without the scopes for partners and contracts: 403 there' },
	{ sid: 'IRacmeREADONLYv8Ck2QnH5zUb0DrLf7Mj', token: 'sandbox-token-read-only', account: 'acme', scopes: SCOPES, readOnly: true, version: '11', note: 'a legacy token, read only, version 11: 403 on every write' },
	{ sid: 'IRacmeDISABLEDg4Oi2YtR8wKx5Vl1BfQm', token: 'sandbox-token-disabled', account: 'acme', scopes: [], note: 'disabled: 403 everywhere' },
];

const LEAD = ['subscriber', 'lead', 'marketingqualifiedlead', 'salesqualifiedlead', 'opportunity', 'customer'];
const STAGES = ['appointmentscheduled', 'qualifiedtobuy', 'presentationscheduled', 'decisionmakerboughtin', 'contractsent', 'closedlost'];
const LEASING = ['184392001', '184392002', '184392003'];

/** Custom disposition codes of an event type: what each does to an action. Case matters. */
const DISPOSITIONS = { APPROVED: 'approve', QUALIFIED: 'keep', DECLINED: 'reverse' };

/** step orders the chain: an event is a possible parent of every event type of a later step. */
function eventTypes(firstId, saleRate) {
	let id = firstId;
	const type = (name, codes, step, terms, more = {}) => ({ id: id++, name, codes, step, terms, active: true, statuses: ['NEW', 'EXISTING'], dispositions: {}, ...more });
	return [
		type('Deal won', ['deal_closedwon', 'deal_Closed_Won', 'closedwon', 'CLOSED_WON'], 30, { percent: saleRate, existing: saleRate / 2 }, { sale: true, dispositions: DISPOSITIONS }),
		...STAGES.map((s, i) => type(`Deal stage ${s}`, [`deal_${s}`], 10 + i, { flat: '2.00' })),
		...LEASING.map((s, i) => type(`Leasing stage ${s}`, [`deal_${s}`], 20 + i, { flat: '5.00' })),
		...LEAD.map((s, i) => type(`Contact ${s}`, [s, `contact_${s}`], 1 + i, { flat: '1.50' })),
		type('Deal created', ['deal_created', 'deal_new'], 9, { flat: '1.00' }),
		type('Switched off', ['deal_switchedoff'], 40, { flat: '1.00' }, { active: false }),
		type('Without contract terms', ['deal_noterms'], 40, null),
		type('Deal won, open-ended', ['deal_openended'], 31, { percent: saleRate }, { sale: true, openEnded: true, dispositions: DISPOSITIONS }),
	];
}

const JOINED = Date.UTC(2026, 0, 19, 12);
const partner = (id, name, more = {}) => ({ id, name, state: 'ACTIVE', country: 'US', created: JOINED - 30 * 86400000, updated: JOINED, values: ['', '', ''], ...more });
const contract = (partnerId, programId, more = {}) => ({
	id: `S-${partnerId}`, programId, partnerId, status: 'ACTIVE', template: 'public', start: JOINED, end: null, created: JOINED, updated: JOINED, ...more });
const click = (id, partnerId, hoursAgo = 50, more = {}) => ({ id, partnerId, hoursAgo, ...more });
const application = (partnerId, programId, id) => contract(partnerId, programId, { id, status: 'PENDING', start: null });

/** Template terms: what a contract pays, as a factor of the event type's terms. */
export const TEMPLATES = {
	public: { id: '61001', version: '1', name: 'Public Terms', labels: [], factor: 1 },
	vip: { id: '61002', version: '3', name: 'VIP Terms', labels: ['vip'], factor: 1.25 },
};

export const ACCOUNTS = {
	acme: {
		id: '10001', name: 'Acme Robotics Inc. (sandbox)', currency: 'USD', timezone: '(GMT -08:00) Pacific Time (US & Canada); Tijuana', offset: -8, site: 'acme-robotics',
		programs: [
			{ id: '1000', name: 'Acme Partner Program', state: 'ACTIVE', eventTypes: eventTypes(4636, 8) },
			{ id: '1001', name: 'Acme Old Program', state: 'CLOSED', eventTypes: eventTypes(4736, 8).map((t) => ({ ...t, codes: t.codes.map((c) => `old_${c}`) })) },
		],
		partners: [
			partner('10000', 'Bright Deals', { values: ['vip', '', ''] }), partner('10400', 'Robot Review Weekly'), partner('10877', 'Maker Stories', { country: 'DE' }),
			partner('11201', 'Closed Coupons', { state: 'DEACTIVATED' }), partner('11305', 'No Contract Media'), partner('11410', 'Waiting Room Reviews'),
			partner('11411', 'Second Applicant'), partner('11502', 'Expired Terms Daily'),
		],
		contracts: [
			contract('10000', '1000'), contract('10400', '1000'), contract('10877', '1000', { template: 'vip' }), contract('11201', '1000'),
			application('11410', '1000', 'P-25070000'), application('11411', '1000', 'P-25070001'),
			contract('11502', '1000', { status: 'EXPIRED', end: JOINED + 86400000 }),
		],
		groups: [{ id: '5001', programId: '1000', name: 'Gold', partners: ['10000'] }, { id: '5002', programId: '1000', name: 'Silver', partners: ['10400', '10877'] }],
		clicks: [
			click('QiiWXOVnrQ3SQHl24jQjyxBGUkmzfJ3i1VHrWM0', '10000'), click('Bd7tLmP0aRk9VwXz2YcN5eGh', '10000', 30),
			click('RRw3xKq8ZtUo1JnM6vPa4SdF', '10400', 72), click('RRw9bHy2CeGi7LkD0sXz5QaW', '10400', 20),
			click('MkS4pTn6UvBr1OwE8yJc3ZfH', '10877', 100), click('MkS0gXd5LqIa9RtY2nVb7KuP', '10877', 10),
			click('Jny2cLk7TwOo4PaRt9NeRs1X', '10000', 6, { earlier: [{ partnerId: '10400', hoursAgo: 60 }] }),
		],
		faulty: [
			click('XXinactivePartner0000001', '11201', 50, { why: 'its partner is not active (PARTNER_NOT_ACTIVE)' }),
			click('XXnoContract000000000001', '11305', 50, { why: 'its partner has no contract (CONTRACT_NOT_FOUND)' }),
			click('XXexpiredContract0000001', '11502', 50, { why: 'its partner\'s contract has expired (CONTRACT_NOT_FOUND)' }),
			click('XXapplicant0000000000001', '11410', 50, { why: 'its partner has only applied (CONTRACT_NOT_FOUND)' }),
			click('XXolderThanWindow0000001', '10000', 24 * 120, { why: 'it is 120 days old (OUTSIDE_ASSOCIATION_WINDOW)' }),
			click('XXmalformed0000000000001', '10000', 50, { code: 'MALFORMED', why: 'its data is broken (MALFORMED)' }),
			click('XXonlyOnce00000000000001', '10000', 50, { once: true, why: 'it is credited once for an event type (then MAX_RECURRENCES_REACHED)' }),
			click('XXnotCommissionable00001', '10000', 50, { code: 'NO_VALID_ACTION_REF', why: 'it is not commissionable (NO_VALID_ACTION_REF)' }),
			click('XXcreditingRule000000001', '10000', 50, { code: 'CREDITING_RULE_MISMATCH', why: 'the crediting rules exclude it (CREDITING_RULE_MISMATCH)' }),
			click('XXotherReferral000000001', '10000', 50, { code: 'OTHER_REF_PRIORITIZED', why: 'another referral comes first (OTHER_REF_PRIORITIZED)' }),
			click('XXreferralType0000000001', '10000', 50, { code: 'REFTYPE_NOT_ACCEPTED', why: 'the contract does not take its kind (REFTYPE_NOT_ACCEPTED)' }),
			click('XXunclaimed0000000000001', '10000', 50, { code: 'UNCLAIMED', why: 'nobody claims it (UNCLAIMED)' }),
		],
		tests: [click('TSTacmeTestAction0000001', '10000', 1, { test: true, why: 'from a test link: makes a test action, which pays nothing' })],
		promoCodes: { ACME10: '10000', MAKER5: '10877' },
		promoRules: { ACMESTAFF: 'RESTRICTED_PROMOCODE', ACMEOUTLET: 'BLOCKED_BY_PROMOCODE' },
		blockedIps: ['203.0.113.66'],
	},
	alpine: {
		id: '20001', name: 'Alpine Cycles GmbH (sandbox)', currency: 'EUR', timezone: '(GMT +01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna', offset: 1, site: 'alpine-cycles',
		programs: [{ id: '2000', name: 'Alpine Cycles Partners', state: 'ACTIVE', eventTypes: eventTypes(5200, 6) }],
		partners: [partner('20400', 'Mountain Blog', { country: 'CH' }), partner('20401', 'Velo Compare', { country: 'DE' })],
		contracts: [contract('20400', '2000'), contract('20401', '2000', { template: 'vip' })],
		groups: [{ id: '5101', programId: '2000', name: 'Standard', partners: ['20400', '20401'] }],
		clicks: [click('ALp1mB7kQz3XvN9tRw5Yc0Hd', '20400'), click('ALp2vC8sJx4LfG6hUe1Oa9Ti', '20401', 26), click('ALp3mB0rDn5KyP2wZq7Eb4Sg', '20400', 5)],
		faulty: [],
		tests: [click('TSTalpineTestAction00001', '20400', 1, { test: true, why: 'from a test link: makes a test action, which pays nothing' })],
		promoCodes: {},
		promoRules: {},
		blockedIps: [],
	},
};

/** Credentials by SID, those of --accounts N too. */
const bySid = new Map(CREDENTIALS.map((k) => [k.sid, k]));

/** The account behind a SID: its credentials, or undefined. */
export const credentialsOf = (sid) => bySid.get(sid);

/** [name, account] of every account, those of --accounts N too. */
export const everyAccount = () => Object.getOwnPropertyNames(ACCOUNTS).map((name) => [name, ACCOUNTS[name]]);

/** Tenant i's account: SID IRtenant<i>, program 30000 + i, three clicks of two partners and the faulty ones. On no page: not enumerable. */
export function addAccounts(n) {
	for (let i = 1; i <= n; i++) {
		const name = `tenant${i}`;
		const programId = String(30000 + i);
		const [good, other, closed, bare] = [0, 1, 2, 3].map((k) => String(300000 + 10 * i + k));
		const sid = `IRtenant${String(i).padStart(4, '0')}`;
		bySid.set(sid, { sid, token: `sandbox-token-tenant-${i}`, account: name, scopes: SCOPES, note: '' });
		Object.defineProperty(ACCOUNTS, name, { configurable: true, value: {
			...ACCOUNTS.acme, id: String(40000 + i), name: `Tenant ${i} (sandbox)`,
			programs: [{ id: programId, name: `Tenant ${i}'s program`, state: 'ACTIVE', eventTypes: eventTypes(100000 + 100 * i, 8) }],
			partners: [partner(good, `Good ${i}`), partner(other, `Other ${i}`), partner(closed, `Closed ${i}`, { state: 'DEACTIVATED' }), partner(bare, `Bare ${i}`)],
			contracts: [good, other, closed].map((id) => contract(id, programId)), groups: [],
			clicks: [click(`T${i}goodClick000000000001`, good), click(`T${i}goodClick000000000002`, good, 30), click(`T${i}otherClick00000000001`, other)],
			faulty: [
				click(`T${i}inactivePartner000001`, closed, 50, { why: 'PARTNER_NOT_ACTIVE' }), click(`T${i}noContract00000000001`, bare, 50, { why: 'CONTRACT_NOT_FOUND' }),
				click(`T${i}olderThanWindow000001`, good, 24 * 120, { why: 'OUTSIDE_ASSOCIATION_WINDOW' }),
				click(`T${i}malformed000000000001`, good, 50, { code: 'MALFORMED', why: 'MALFORMED' }),
			],
			tests: [click(`T${i}testClick000000000001`, good, 1, { test: true })], promoCodes: {}, promoRules: {},
		} });
	}
}

/** A Map of rows by key, made at the first look and kept with the object that holds them. */
function lookup(cache, owner, make) {
	let map = cache.get(owner);
	if (!map)
		cache.set(owner, map = make());
	return map;
}

const clicksOf = new WeakMap();
const namesOf = new WeakMap();
const typesOf = new WeakMap();

export const allClicks = (acc) => [...acc.clicks, ...acc.faulty, ...acc.tests];
export const knownClick = (acc, id) => lookup(clicksOf, acc, () => new Map(allClicks(acc).map((c) => [c.id, c]))).get(id);
export const program = (acc, id) => acc.programs.find((p) => p.id === String(id));
/** A partner as it was at the start: its name never changes. */
export const partnerOf = (acc, id) => lookup(namesOf, acc, () => new Map(acc.partners.map((p) => [p.id, p]))).get(String(id));

/** The event type of an id (`#4636`) or of a code. */
export const eventType = (prog, name) => lookup(typesOf, prog, () => new Map(prog.eventTypes.flatMap((t) => [[`#${t.id}`, t], ...t.codes.map((c) => [c, t])]))).get(name);

/** When a click happened: some hours before today began, so that it stays the same for a day. */
export const clickTime = (c) => Math.floor(Date.now() / 86400000) * 86400000 - c.hoursAgo * 3600000;

/** impact.com writes times with the account's offset. */
export function stamp(acc, ms) {
	if (!ms)
		return '';
	const sign = acc.offset < 0 ? '-' : '+';
	return new Date(ms + acc.offset * 3600000).toISOString().slice(0, 19) + `${sign}${String(Math.abs(acc.offset)).padStart(2, '0')}:00`;
}
