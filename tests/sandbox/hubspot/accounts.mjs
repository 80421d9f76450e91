// The two HubSpot accounts of the sandbox, with their people, pipelines and owners.

const STAGES = [
	['appointmentscheduled', 'Appointment Scheduled', '0.2'],
	['qualifiedtobuy', 'Qualified To Buy', '0.4'],
	['presentationscheduled', 'Presentation Scheduled', '0.6'],
	['decisionmakerboughtin', 'Decision Maker Bought-In', '0.8'],
	['contractsent', 'Contract Sent', '0.9'],
	['closedwon', 'Closed Won', '1.0'],
	['closedlost', 'Closed Lost', '0.0'],
];
const LEASING = [
	['184392001', 'Leasing Request', '0.3'],
	['184392002', 'Leasing Approved', '0.7'],
	['184392003', 'Leasing Contract Signed', '1.0'],
	['184392004', 'Leasing Declined', '0.0'],
];
const MADE = '2025-02-03T09:00:00.000Z';

function pipeline(id, label, displayOrder, stages) {
	return {
		label, displayOrder, id,
		stages: stages.map(([stage, name, probability], i) => ({
			label: name, displayOrder: i,
			metadata: { isClosed: String(probability === '1.0' || probability === '0.0'), probability },
			createdAt: MADE, updatedAt: MADE, archived: false, id: stage, writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT',
		})),
		createdAt: MADE, updatedAt: MADE, archived: false,
	};
}

export const ACCOUNTS = [
	{
		portalId: 48975575, name: 'Northwind Robotics', domain: 'northwind-robotics.example', region: 'na1', uiDomain: 'app.hubspot.com',
		currency: 'USD', additionalCurrencies: ['EUR', 'GBP'], timeZone: 'US/Eastern', utcOffset: '-05:00', firstId: 332507367000,
		users: [
			{ id: 98499705, email: 'ada@northwind-robotics.example', firstName: 'Ada', lastName: 'Okafor', ownerId: '41629779', teams: [{ id: '178588', name: 'Sales', primary: true }] },
			{ id: 98499706, email: 'ben@northwind-robotics.example', firstName: 'Ben', lastName: 'Lindqvist', ownerId: '41629780' },
		],
		formerUsers: [{ id: 98499700, email: 'dora@northwind-robotics.example', firstName: 'Dora', lastName: 'Nilsen', ownerId: '41629770' }],
		queues: [{ ownerId: '41629790', name: 'Robot requests', email: 'requests@northwind-robotics.example' }],
		pipelines: [pipeline('default', 'Sales Pipeline', 0, STAGES)],
	},
	{
		portalId: 50249912, name: 'Alpine Cycles', domain: 'alpine-cycles.example', region: 'eu1', uiDomain: 'app-eu1.hubspot.com',
		currency: 'EUR', additionalCurrencies: ['CHF', 'USD'], timeZone: 'Europe/Vienna', utcOffset: '+01:00', firstId: 546500061000,
		lacks: ['automation', 'automation.sequences.read', 'automation.sequences.enrollments.write', 'analytics.behavioral_events.send'],
		users: [
			{ id: 82088707, email: 'clara@alpine-cycles.example', firstName: 'Clara', lastName: 'Huber', ownerId: '52210441' },
		],
		pipelines: [pipeline('default', 'Sales Pipeline', 0, STAGES), pipeline('91817263', 'Leasing', 1, LEASING)],
	},
];

/** Accounts of --accounts N, for tests with many tenants: portals 60000001 and up. They are on no page. */
const more = new Map();

/** All of them give the same ids to their records, so that what is mixed up between two accounts shows. */
export function addAccounts(n) {
	for (let i = 1; i <= n; i++) {
		const domain = `tenant-${i}.example`;
		more.set(60000000 + i, {
			...ACCOUNTS[0], portalId: 60000000 + i, name: `Tenant ${i}`, domain, firstId: 900000000000,
			users: [{ id: 70000000 + i, email: `owner@${domain}`, firstName: 'Owner', lastName: `No ${i}`, ownerId: String(80000000 + i) }],
		});
	}
}

export const account = (portalId) => ACCOUNTS.find((a) => a.portalId === Number(portalId)) ?? more.get(Number(portalId));

export function details(acc) {
	const sign = acc.utcOffset.startsWith('-') ? -1 : 1;
	const [h, m] = acc.utcOffset.slice(1).split(':').map(Number);
	return {
		portalId: acc.portalId, accountType: 'STANDARD', timeZone: acc.timeZone, companyCurrency: acc.currency,
		additionalCurrencies: acc.additionalCurrencies, utcOffset: acc.utcOffset, utcOffsetMilliseconds: sign * (h * 60 + m) * 60000,
		uiDomain: acc.uiDomain, dataHostingLocation: acc.region, portalName: acc.name, createdAt: MADE,
	};
}

/** The owners of an account: people, and the queues that are owners too. archived: those who have left. */
export function owners(acc, archived = false) {
	const rows = archived ? acc.formerUsers ?? [] : acc.users;
	return [...rows.map((u) => ({
		id: u.ownerId, userId: archived ? null : u.id, ...(archived ? { userIdIncludingInactive: u.id } : {}), email: u.email, firstName: u.firstName, lastName: u.lastName,
		type: 'PERSON', archived, createdAt: MADE, updatedAt: MADE, ...(u.teams ? { teams: u.teams } : {}),
	})), ...(archived ? [] : acc.queues ?? []).map((x) => ({ id: x.ownerId, email: x.email, firstName: x.name, lastName: '', type: 'QUEUE', archived: false, createdAt: MADE, updatedAt: MADE }))];
}
