// What an account has besides actions: company, programs, partners, contracts, groups, contacts, clicks.
import { TEMPLATES, clickTime, knownClick, program, stamp } from './accounts.mjs';
import { dateOf, fail, invalid, notFound, ok, page, pairsOf } from './answers.mjs';
import { statusOf, termsOf } from './partners.mjs';
import { text } from './show.mjs';

const home = (name) => name.toLowerCase().replace(/\W+/g, '-');

export function company(c) {
	const { acc } = c;
	return ok({ CompanyName: acc.name, AccountId: acc.id, Currency: acc.currency, Timezone: acc.timezone, PrimaryPhoneNumber: '', Website: `https://www.${acc.site}.example`,
		Uri: `/Advertisers/${c.sid}/CompanyInformation` });
}

// ---- programs

function showProgram(c, p) {
	return {
		Id: p.id, Name: p.name, Description: '', State: p.state, ...(c.version >= 14 ? { Type: 'Performance' } : {}), Categories: ['Software'],
		CompanyContacts: [{ FirstName: 'Ada', LastName: 'Brand', EmailAddress: `ada@${c.acc.site}.example` }], TrackingDomain: 'track.example.net', PromoCodeTracking: 'true',
		GatewayTrackingSettings: { DefaultLandingPage: `https://www.${c.acc.site}.example/`, MediaPartnerTrackingTemplate: '', CampaignTrackingTemplate: 'im_ref={clickid}', DeepLinkDomains: [] },
		IdentityMatching: 'false', Uri: `/Advertisers/${c.sid}/Campaigns/${p.id}`,
	};
}

export const campaigns = (c) => page(c, 'Campaigns', c.acc.programs, (p) => showProgram(c, p));

export function campaign(c) {
	const p = program(c.acc, c.params.id);
	return p ? ok(showProgram(c, p)) : notFound();
}

// ---- partners

const isJoined = (c, p, prog, now) => c.w.partners.inForce(c.account, prog.id, p.id, now) !== undefined;

function joinedPrograms(c, p) {
	return c.acc.programs.map((prog) => ({ prog, contract: c.w.partners.inForce(c.account, prog.id, p.id) })).filter((j) => j.contract);
}

const contactsOf = (p) => [{ id: `M${p.id}`, partner: p, first: 'Pat', last: 'Ner', email: p.email ?? `pat@${home(p.name)}.example`, title: 'Owner' }];

function showPartner(c, p) {
	const at = (ms) => stamp(c.acc, ms);
	const joined = joinedPrograms(c, p);
	if (c.version < 12)
		return oldPartner(c, p, joined);
	return {
		Id: p.id, Name: p.name, Description: '', Website: `https://www.${home(p.name)}.example`, State: p.state,
		Address: { Country: p.country, Address1: '1 Example Street', Address2: '', City: 'Sampletown', State: '', PostalCode: '00000' }, Phone: { Country: p.country, Number: '' },
		Currency: c.acc.currency, Timezone: c.acc.timezone, IndirectTax: {}, PartnerType: 'MARKETPLACE', PromotionalMethods: [{ Type: 'CONTENT', IsPrimary: 'true' }],
		PromotionalCountries: [p.country], Properties: [{ Id: `9${p.id}`, Name: p.name, Type: 'WEBSITE', Platform: '', Url: `https://www.${home(p.name)}.example` }],
		PromotionalCategories: [],
		Programs: joined.map(({ prog, contract }) => ({ Id: prog.id, Name: prog.name, ContractId: contract.id, ContractName: TEMPLATES[contract.template].name,
			JoinDate: at(contract.start), ExpirationDate: at(contract.end) })),
		Contacts: contactsOf(p).map((k) => ({ FirstName: k.first, LastName: k.last, Email: k.email, IsPrimary: 'true' })), LinkedAccounts: [],
		PartnerValues: { Value1: p.values[0], Value2: p.values[1], Value3: p.values[2] }, AccountManager: '', DateCreated: at(p.created), DateLastUpdated: at(p.updated),
		CreatedBy: '', LastUpdatedBy: '', Uri: `/Advertisers/${c.sid}/MediaPartners/${p.id}`,
	};
}

/** The shape before version 12. */
function oldPartner(c, p, joined) {
	const [contact] = contactsOf(p);
	const groups = c.acc.programs.flatMap((prog) => c.w.partners.groups(c.account, prog.id)).filter((g) => g.partners.includes(p.id));
	return {
		Id: p.id, Name: p.name, Description: '', Website: `https://www.${home(p.name)}.example`, Country: p.country, AddressLine1: '1 Example Street', AddressLine2: '', City: 'Sampletown',
		State: p.state, PostalCode: '00000', Currency: c.acc.currency, RelationshipState: joined.length ? 'ACTIVE' : 'INACTIVE',
		Contact: { FirstName: contact.first, LastName: contact.last, EmailAddress: contact.email, PhoneNumber: '' },
		Campaigns: joined.map(({ prog, contract }) => ({ CampaignId: prog.id, CampaignName: prog.name, InsertionOrderId: contract.id, JoinDate: stamp(c.acc, contract.start) })),
		Groups: groups.map((g) => ({ GroupId: g.id, GroupName: g.name })), MpValue1: p.values[0], MpValue2: p.values[1], MpValue3: p.values[2],
		Uri: `/Advertisers/${c.sid}/MediaPartners/${p.id}`,
	};
}

export function partners(c) {
	const { query } = c.q;
	const ids = query.get('Id')?.split(',');
	const [from, to] = [dateOf(query, 'startDate'), dateOf(query, 'endDate')];
	if (Number.isNaN(from) || Number.isNaN(to))
		return invalid('startDate', 'startDate and endDate must be ISO 8601 dates with offset');
	const relation = query.get('RelationshipState');
	if (relation && !['ACTIVE', 'INACTIVE'].includes(relation))
		return invalid('RelationshipState', 'Must be ACTIVE or INACTIVE');
	const [campaignId, groupId] = [query.get('CampaignId'), query.get('GroupId')];
	const programs = campaignId ? c.acc.programs.filter((p) => p.id === campaignId) : c.acc.programs;
	const now = Date.now();
	const rows = c.w.partners.partners(c.account).filter((p) => (!ids || ids.includes(p.id)) && (from === undefined || p.updated >= from) && (to === undefined || p.updated <= to)
		&& (!query.get('State') || p.state === query.get('State')) && (!query.get('Country') || p.country === query.get('Country'))
		&& (!groupId || c.w.partners.group(c.account, groupId)?.partners.includes(p.id))
		&& (!campaignId || programs.some((prog) => c.w.partners.contractsOf(c.account, prog.id, p.id).some((k) => k.start !== null)))
		&& (!relation || programs.some((prog) => isJoined(c, p, prog, now)) === (relation === 'ACTIVE')));
	return page(c, c.version < 12 ? 'MediaPartners' : 'Partners', rows, (p) => showPartner(c, p));
}

export function partner(c) {
	const p = c.w.partners.partner(c.account, c.params.id);
	return p ? ok(showPartner(c, p)) : notFound();
}

export function setPartner(c) {
	const p = c.w.partners.partner(c.account, c.params.id);
	const { pairs, error } = pairsOf(c.q);
	if (!p || error)
		return p ? fail(400, error) : notFound();
	const values = [...p.values];
	for (const [key, value] of pairs) {
		const i = /^MPValue([123])$/.exec(key)?.[1];
		if (!i && key !== '_method')
			return invalid(key, 'Only MPValue1, MPValue2 and MPValue3 can be changed');
		if (i)
			values[i - 1] = String(value);
	}
	c.w.partners.setPartner(c.account, p.id, { values });
	return ok({ Status: 'OK', Uri: `/Advertisers/${c.sid}/MediaPartners/${p.id}` });
}

export function contacts(c) {
	if (!program(c.acc, c.params.program))
		return notFound();
	const { query } = c.q;
	const rows = c.w.partners.partners(c.account).filter((p) => !query.get('AccountId') || p.id === query.get('AccountId')).flatMap(contactsOf)
		.filter((k) => !query.get('Title') || k.title === query.get('Title'));
	return page(c, 'Contacts', rows, (k) => ({ Id: k.id, FirstName: k.first, LastName: k.last, EmailAddress: k.email, Title: k.title, WorkNumber: '', WorkNumberCountry: '',
		CellphoneNumber: '', CellphoneNumberCountry: '', Editable: 'false', Labels: [], Accounts: [{ Id: k.partner.id, Name: k.partner.name }] }));
}

// ---- groups

function showGroup(c, g) {
	return { Id: g.id, Name: g.name, MediaPartners: g.partners.map((id) => ({ PartnerId: id, PartnerName: c.w.partners.partner(c.account, id)?.name ?? '',
		PartnerUri: `/Advertisers/${c.sid}/MediaPartners/${id}` })), Uri: groupUri(c, g) };
}

const groupUri = (c, g) => `/Advertisers/${c.sid}/Campaigns/${g.programId}/MediaPartnerGroups/${g.id}`;

function ownGroup(c) {
	const g = c.w.partners.group(c.account, c.params.id);
	return g?.programId === c.params.program ? g : undefined;
}

export const groups = (c) => program(c.acc, c.params.program) ? page(c, 'Groups', c.w.partners.groups(c.account, c.params.program), (g) => showGroup(c, g)) : notFound();

export function group(c) {
	const g = ownGroup(c);
	return g ? ok(showGroup(c, g)) : notFound();
}

export function addGroup(c) {
	const { pairs, error } = pairsOf(c.q);
	if (error || !program(c.acc, c.params.program))
		return error ? fail(400, error) : notFound();
	const { Name } = Object.fromEntries(pairs);
	if (!Name)
		return invalid('Name', 'A value is required');
	return ok({ Status: 'OK', Uri: groupUri(c, c.w.partners.addGroup(c.account, c.params.program, Name)) });
}

export function setGroup(c) {
	const g = ownGroup(c);
	const { pairs, error } = pairsOf(c.q);
	if (!g || error)
		return g ? fail(400, error) : notFound();
	const { Name, MediaPartnersAdd, MediaPartnersRemove } = Object.fromEntries(pairs);
	const [add, remove] = [MediaPartnersAdd, MediaPartnersRemove].map((list) => String(list ?? '').split(',').map((id) => id.trim()).filter(Boolean));
	const unknown = add.find((id) => !c.w.partners.partner(c.account, id));
	if (unknown)
		return invalid('MediaPartnersAdd', `No partner ${unknown}`);
	c.w.partners.setGroup(c.account, g.id, { name: Name, add, remove });
	return ok({ Status: 'OK', Uri: groupUri(c, g) });
}

export function removeGroup(c) {
	const g = ownGroup(c);
	if (!g)
		return notFound();
	c.w.partners.setGroup(c.account, g.id, { gone: true });
	return ok({ Status: 'DELETED' });
}

// ---- contracts

function eventPayout(type, terms) {
	const whole = (t) => ({ Payout: t.flat ?? '', PayoutRate: text(t.percent) });
	return {
		EventTypeId: String(type.id), EventTypeName: type.name, EventCategory: type.sale ? 'SALE' : 'LEAD', DefaultPayout: terms.flat ?? '', DefaultPayoutRate: text(terms.percent),
		PayoutLevel: 'ORDER', PayoutGroups: terms.rules.map((r, i) => ({ Id: `${type.id}${i + 1}`, Rank: String(i + 1),
			Rules: [{ Variable: r.variable, Operator: 'IN', Values: r.values }], ...whole(r), Limits: [], Tiers: [] })),
	};
}

function showContract(c, k) {
	const at = (ms) => stamp(c.acc, ms);
	const template = TEMPLATES[k.template];
	const types = program(c.acc, k.programId).eventTypes.map((t) => [t, termsOf(k, t)]).filter(([, terms]) => terms);
	const signed = k.start === null ? '' : at(k.created);
	return {
		Id: k.id, PartnerId: k.partnerId, PartnerValue1: c.w.partners.partner(c.account, k.partnerId).values[0], Status: statusOf(k), StartDate: at(k.start), EndDate: at(k.end),
		BrandSignatory: signed ? 'Ada Brand' : '', BrandSignatoryDate: signed, PartnerSignatory: 'Pat Ner', PartnerSignatoryDate: at(k.created),
		DateCreated: at(k.created), DateLastUpdated: at(k.updated),
		TemplateTerms: { TemplateId: template.id, VersionId: template.version, Name: template.name, Labels: template.labels, Currency: c.acc.currency,
			EventPayouts: types.map(([t, terms]) => eventPayout(t, terms)), PromotionalTerms: [] },
		ScheduledTerms: [], CampaignTerms: [], HasCampaignTerms: 'false', PdfUri: '', Uri: `/Advertisers/${c.sid}/Campaigns/${k.programId}/Contracts/${k.id}`,
	};
}

const STATUSES = ['ACTIVE', 'DECLINED', 'EXPIRED', 'PENDING', 'UPCOMING'];
const DATES = [['DateLastUpdated', 'updated'], ['StartDate', 'start'], ['EndDate', 'end']];

export function contracts(c) {
	if (!program(c.acc, c.params.program))
		return notFound();
	const { query } = c.q;
	const status = query.get('Status') || 'ACTIVE';
	if (!STATUSES.includes(status))
		return invalid('Status', `Must be ${STATUSES.join(', ')}`);
	const tests = [(k) => statusOf(k) === status];
	for (const [name, member] of DATES) {
		const [before, after] = [dateOf(query, `${name}Before`), dateOf(query, `${name}After`)];
		if (Number.isNaN(before) || Number.isNaN(after))
			return invalid(`${name}After`, 'Must be an ISO 8601 date with offset');
		if (before !== undefined)
			tests.push((k) => k[member] !== null && k[member] < before);
		if (after !== undefined)
			tests.push((k) => k[member] !== null && k[member] > after);
	}
	for (const [name, get] of [['PartnerId', (k) => k.partnerId], ['TemplateId', (k) => TEMPLATES[k.template].id], ['Signatory', () => 'Ada Brand']])
		if (query.get(name))
			tests.push((k) => get(k) === query.get(name));
	return page(c, 'Contracts', c.w.partners.contracts(c.account, c.params.program).filter((k) => tests.every((t) => t(k))), (k) => showContract(c, k));
}

export function contract(c) {
	const k = c.w.partners.contract(c.account, c.params.id);
	return k?.programId === c.params.program ? ok(showContract(c, k)) : notFound();
}

/** Accept (POST) or decline (DELETE) an application: JSON with lower-camel keys, the first answer counts. */
function decide(c, accept) {
	if (!program(c.acc, c.params.program))
		return notFound();
	if (c.q.type !== 'application/json')
		return fail(400, 'The body must be application/json');
	const { pairs, error } = pairsOf(c.q);
	if (error)
		return fail(400, error);
	const { contractId, groupId, reason } = Object.fromEntries(pairs);
	if (!contractId)
		return invalid('contractId', 'A value is required');
	const row = c.w.partners.application(c.account, String(contractId));
	if (row?.programId !== c.params.program)
		return notFound();
	if (groupId && !c.w.partners.group(c.account, groupId))
		return invalid('groupId', `No partner group ${groupId}`);
	const done = c.w.partners.decide(c.account, String(contractId), accept, { groupId, reason });
	return done ? ok({ Status: 'OK', Uri: `/Advertisers/${c.sid}/Campaigns/${row.programId}/Contracts/${done.id}` }) : fail(409, 'The decision on this contract is already recorded');
}

export const accept = (c) => decide(c, true);
export const decline = (c) => decide(c, false);

// ---- clicks

export function showClick(c, click, programId) {
	return {
		Id: click.id, EventDate: stamp(c.acc, clickTime(click)), MediaId: click.partnerId, MediaName: c.w.partners.partner(c.account, click.partnerId).name, AdId: '506720',
		AdName: 'Text link', AdType: 'TEXT_LINK', ReferringUrl: '', ReferringDomain: '', LandingPageUrl: `https://www.${c.acc.site}.example/?im_ref=${click.id}`, SharedId: '',
		PartnerRelated: { SubId1: '', SubId2: '', SubId3: '' }, DeviceType: 'DESKTOP', DeviceFamily: 'Other', Os: 'Linux', Browser: 'Chrome', CustomerCountry: 'US', CustomerRegion: 'CA',
		CustomerCity: '', TrafficCategory: 'REGULAR', TrafficSource: 'WEB', Uri: `/Advertisers/${c.sid}/Campaigns/${programId}/Clicks/${click.id}`,
	};
}

/** A journey has one click id and may have several clicks. */
export function clicks(c) {
	const found = program(c.acc, c.params.program) && knownClick(c.acc, c.params.id);
	return found ? page(c, 'Clicks', [found, ...(found.earlier ?? []).map((e) => ({ ...found, ...e }))], (k) => showClick(c, k, c.params.program)) : notFound();
}
