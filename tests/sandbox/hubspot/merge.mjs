// Two records become one, and the deletion of a contact for privacy: nothing of it stays.
import { notFound, validation, HubspotError } from './errors.mjs';
import { emailsOf } from './crm.mjs';
import { typeInfo } from './types.mjs';
import { ENFORCED_FROM } from './rules.mjs';

const MAX_IDENTITIES = 250;
const PER_RECORD = ['hs_object_id', 'hs_merged_object_ids', 'hs_additional_emails', 'hs_email_domain'];

const words = (text) => (text ?? '').split(';').filter(Boolean);

/** Line items can be merged from the version of September 2026 on. */
export const canMerge = (type, version) => ['contacts', 'companies', 'deals'].includes(type) || (type === 'line_items' && (version ?? ENFORCED_FROM) >= ENFORCED_FROM && !/^v/.test(version ?? ''));

/**
 * The primary record keeps its values and takes those that it lacks, the links and the e-mail addresses of the other one.
 * Both old ids lead to it afterwards. With the setting merge_new_id it gets a new id, as HubSpot does outside of its beta.
 */
export function merge(w, portalId, type, primaryId, otherId, source) {
	const { crm, links, store } = w;
	const a = crm.need(portalId, type, primaryId);
	const b = crm.need(portalId, type, otherId);
	if (a === b)
		throw validation(`${type} ${a.id} cannot be merged with itself`);
	const losers = [...new Set([...words(a.properties.hs_merged_object_ids), b.id, ...words(b.properties.hs_merged_object_ids)])];
	if (losers.length + 1 > MAX_IDENTITIES)
		throw new HubspotError(414, { message: `Cannot have more than ${MAX_IDENTITIES} identities`, category: 'VALIDATION_ERROR' });
	const { created, modified } = typeInfo(type);
	const taken = Object.entries(b.properties).filter(([name, value]) => value && !a.properties[name] && ![...PER_RECORD, created, modified].includes(name));
	const emails = type === 'contacts' ? [...new Set([...emailsOf(a), ...emailsOf(b)])] : [];
	links.move(portalId, type, b.id, a.id);
	crm.alter(b, () => Object.assign(b, { archived: true, archivedAt: new Date().toISOString(), mergedInto: a.id }));
	const stamp = new Date().toISOString();
	const survivor = w.settings.merge_new_id ? renamed(w, a, losers) : a;
	crm.alter(survivor, () => {
		for (const [name, value] of taken) {
			survivor.properties[name] = value;
			(survivor.history[name] ??= []).unshift({ value, timestamp: stamp, sourceType: 'MERGE_OBJECTS', sourceId: source.sourceId });
		}
		survivor.properties.hs_merged_object_ids = losers.join(';');
		if (emails.length) {
			survivor.properties.email ??= emails[0];
			survivor.properties.hs_additional_emails = emails.filter((e) => e !== survivor.properties.email).join(';') || null;
		}
	});
	store.put('alias', `${portalId}|${type}|${b.id}`, survivor.id);
	w.webhooks.merged(survivor, a.id, [b.id], taken.length, source);
	return survivor;
}

/** The record under a new id; its old one joins the losers and leads to it. */
function renamed(w, a, losers) {
	const { crm, links, store } = w;
	const id = crm.newId(a.portalId, a.type);
	losers.unshift(a.id);
	const survivor = structuredClone(a);
	crm.erase(a);
	links.move(a.portalId, a.type, a.id, id);
	store.put('alias', `${a.portalId}|${a.type}|${a.id}`, id);
	survivor.id = id;
	survivor.properties.hs_object_id = id;
	return survivor;
}

/** For good, with everything that was merged into it. An e-mail address that nobody has is blocked. */
export function forget(w, portalId, { objectId, idProperty }, source) {
	const { crm, links, store } = w;
	if (idProperty && !['email', 'hs_object_id'].includes(idProperty))
		throw validation(`idProperty ${idProperty} is not possible here`);
	const rec = crm.find(portalId, 'contacts', objectId, { idProperty }) ?? crm.find(portalId, 'contacts', objectId, { archived: true });
	if (!rec && idProperty === 'email') {
		store.put('blocked', `${portalId}|${String(objectId).toLowerCase()}`, true);
		return;
	}
	if (!rec)
		throw notFound();
	links.move(portalId, 'contacts', rec.id, null);
	crm.erase(rec);
	for (const id of words(rec.properties.hs_merged_object_ids)) {
		store.del('alias', `${portalId}|contacts|${id}`);
		const loser = crm.find(portalId, 'contacts', id, { archived: true });
		if (loser)
			crm.erase(loser);
	}
	w.webhooks.deleted(rec, source, true);
}
