// impact.com's objects as its API shows them: JSON whose scalars are strings, or XML.
import { ACCOUNTS, clickTime, partnerOf, program, stamp } from './accounts.mjs';

const text = (v) => v === null || v === undefined ? '' : String(v);

export function submission(s, sid) {
	const acc = ACCOUNTS[s.account];
	return {
		BatchId: s.batchId, AccountId: acc.id, SubmissionDate: stamp(acc, s.received), CampaignId: text(s.values.CampaignId),
		ActionTrackerId: text(s.trackerId ?? s.values.EventTypeId ?? s.values.ActionTrackerId), MediaPartnerId: text(s.mediaId),
		EventCode: text(s.values.EventTypeCode), OrderId: text(s.values.OrderId), Payload: s.payload, Type: 'Conversion', Status: s.status,
		CompletionDate: s.status === 'Complete' ? stamp(acc, s.completed) : '', ErrorType: text(s.errorType), ErrorReason: text(s.errorReason),
		Uri: `/Advertisers/${sid}/APISubmissions/${s.batchId}`,
	};
}

export function action(a, sid) {
	const acc = ACCOUNTS[a.account];
	const prog = program(acc, a.programId);
	const type = prog.eventTypes.find((t) => t.id === a.trackerId);
	const v = a.values;
	return {
		Id: a.id, CampaignId: a.programId, CampaignName: prog.name, ActionTrackerId: String(a.trackerId), ActionTrackerName: type.name,
		EventCode: text(v.EventTypeCode), MediaPartnerId: a.partnerId, MediaPartnerName: partnerOf(acc, a.partnerId).name, State: a.state, AdId: '506720',
		ClientCost: a.cost, Payout: a.payout, DeltaPayout: a.payout, IntendedPayout: a.payout, Amount: a.amount, DeltaAmount: a.amount,
		IntendedAmount: a.amount, Currency: a.currency, ReferringDate: stamp(acc, a.referred), EventDate: stamp(acc, a.eventAt),
		CreationDate: stamp(acc, a.created), LockingDate: stamp(acc, a.lockAt), ClearedDate: stamp(acc, a.cleared), ReferringType: a.referralType,
		ReferringDomain: '', PromoCode: text(v.OrderPromoCode), Oid: text(v.OrderId), CustomerId: text(v.CustomerId), CustomerStatus: text(v.CustomerStatus),
		CustomerPostCode: text(v.CustomerPostCode), CustomerCity: text(v.CustomerCity), CustomerRegion: text(v.CustomerRegion), CustomerCountry: text(v.CustomerCountry),
		IpAddress: '', SharedId: text(v.SharedId), CallerId: '', Note: text(v.Note), Uri: `/Advertisers/${sid}/Actions/${a.id}`,
	};
}

export function campaign(p, acc, sid) {
	return {
		Id: p.id, Name: p.name, Description: '', State: p.state, Type: 'Performance', TrackingDomain: 'track.example.net', PromoCodeTracking: 'true',
		GatewayTrackingSettings: { DefaultLandingPage: `https://www.${acc === ACCOUNTS.acme ? 'acme-robotics' : 'alpine-cycles'}.example/`, CampaignTrackingTemplate: 'im_ref={clickid}', DeepLinkDomains: [] },
		Uri: `/Advertisers/${sid}/Campaigns/${p.id}`,
	};
}

export function company(acc, sid) {
	return { CompanyName: acc.name, AccountId: acc.id, Currency: acc.currency, Timezone: acc.timezone, PrimaryPhoneNumber: '', Website: '',
		Uri: `/Advertisers/${sid}/CompanyInformation` };
}

export function partner(p, acc, sid) {
	const joined = stamp(acc, Date.UTC(2026, 0, 19, 12));
	return {
		Id: p.id, Name: p.name, Description: '', Website: `https://www.${p.name.toLowerCase().replace(/\W+/g, '-')}.example`, State: p.active ? 'ACTIVE' : 'DEACTIVATED',
		PartnerType: 'MARKETPLACE', Currency: acc.currency,
		Programs: p.contract ? [{ Id: acc.programs[0].id, Name: acc.programs[0].name, ContractId: `S-${p.id}`, ContractName: 'Public Terms', JoinDate: joined, ExpirationDate: '' }] : [],
		Contacts: [{ FirstName: 'Pat', LastName: 'Ner', Email: `pat@${p.name.toLowerCase().replace(/\W+/g, '-')}.example`, IsPrimary: 'true' }],
		PartnerValues: { Value1: '', Value2: '', Value3: '' }, DateCreated: joined, DateLastUpdated: joined, Uri: `/Advertisers/${sid}/MediaPartners/${p.id}`,
	};
}

export function click(c, acc, sid) {
	return {
		Id: c.id, EventDate: stamp(acc, clickTime(c)), MediaId: c.partnerId, MediaName: partnerOf(acc, c.partnerId).name, AdId: '506720', AdName: 'Text link', AdType: 'TEXT_LINK',
		ReferringUrl: '', ReferringDomain: '', LandingPageUrl: `https://www.example/?im_ref=${c.id}`, SharedId: '',
		PartnerRelated: { SubId1: '', SubId2: '', SubId3: '' }, Uri: `/Advertisers/${sid}/Campaigns/${acc.programs[0].id}/Clicks/${c.id}`,
	};
}

/** One page of a list, with impact.com's paging members. */
export function page(q, key, rows, { size, max = 20000, min = 1 }) {
	const number = Number(q.query.get('Page') ?? 1);
	const per = Number(q.query.get('PageSize') ?? size);
	if (!Number.isInteger(per) || per < min || per > max)
		return { error: `PageSize must be between ${min} and ${max}` };
	if (!Number.isInteger(number) || number < 1)
		return { error: 'Page must be 1 or more' };
	const pages = Math.max(1, Math.ceil(rows.length / per));
	const start = (number - 1) * per;
	const link = (n) => {
		if (n < 1 || n > pages)
			return '';
		const query = new URLSearchParams(q.query);
		query.set('PageSize', per);
		query.set('Page', n);
		return `${q.path}?${query}`;
	};
	return { body: {
		'@page': String(number), '@numpages': String(pages), '@pagesize': String(per), '@total': String(rows.length), '@start': String(start),
		'@end': String(Math.max(start, Math.min(rows.length, start + per) - 1)), '@uri': q.path, '@firstpageuri': link(1), '@previouspageuri': link(number - 1),
		'@nextpageuri': link(number + 1), '@lastpageuri': link(pages), [key]: rows.slice(start, start + per),
	} };
}

const escape = (s) => String(s).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);

function element(name, value) {
	if (Array.isArray(value))
		return value.map((v) => element(name.replace(/s$/, ''), v)).join('');
	if (value && typeof value === 'object')
		return `<${name}>${Object.entries(value).map(([k, v]) => element(k, v)).join('')}</${name}>`;
	return `<${name}>${escape(value ?? '')}</${name}>`;
}

/** The default format of impact.com: what a caller gets that forgets Accept: application/json. */
export function xml(body) {
	const attributes = Object.entries(body).filter(([k]) => k.startsWith('@')).map(([k, v]) => ` ${k.slice(1)}="${escape(v)}"`).join('');
	const inner = Object.entries(body).filter(([k]) => !k.startsWith('@')).map(([k, v]) =>
		Array.isArray(v) ? `<${k}${attributes}>${element(k, v)}</${k}>` : element(k, v)).join('');
	return `<?xml version="1.0" encoding="UTF-8"?><ImpactRadiusResponse>${inner}</ImpactRadiusResponse>`;
}
