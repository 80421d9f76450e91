// From a change to the events that HubSpot would send for it, for what the app subscribes to and nothing else.
import { linkName, linkTypes, typeInfo } from './types.mjs';

/** app: conf.app; returns functions that give arrays of events without eventId, appId and attemptNumber. */
export function eventMaker(app) {
	const subs = (kind, type, propertyName) => app.subscriptions.filter((s) => {
		const singular = typeInfo(type).singular;
		const hit = s.generic ? s.subscriptionType === `object.${kind}` && [singular, type, typeInfo(type).id].includes(s.objectType)
			: s.subscriptionType === `${singular}.${kind}`;
		return hit && (propertyName === undefined || s.propertyName === propertyName);
	});
	const make = (s, portalId, at, source, fields) => ({
		subscriptionId: s.id, portalId, occurredAt: at, subscriptionType: s.subscriptionType, ...fields, ...source,
	});
	const ofRecord = (s, rec) => ({ objectId: Number(rec.id), ...(s.generic ? { objectTypeId: typeInfo(rec.type).id } : {}) });
	const simple = (kind, rec, source, more = {}) =>
		subs(kind, rec.type).map((s) => make(s, rec.portalId, Date.now(), source, { ...ofRecord(s, rec), ...more }));

	const propertyChanges = (rec, props, source, at) => Object.entries(props).flatMap(([name, value]) =>
		subs('propertyChange', rec.type, name).map((s) => make(s, rec.portalId, at, source, {
			...ofRecord(s, rec), propertyName: name, propertyValue: wire(name, value), ...(s.generic ? { isSensitive: false } : {}),
		})));

	return {
		created: (rec, props, source, at) => [
			...subs('creation', rec.type).map((s) => make(s, rec.portalId, at, source, { ...ofRecord(s, rec), changeFlag: 'CREATED' })),
			...propertyChanges(rec, Object.fromEntries(Object.entries(props).filter(([, v]) => v !== null)), source, at),
		],
		changed: propertyChanges,
		deleted: (rec, source, privacy) => [
			...simple('deletion', rec, source, { changeFlag: 'DELETED' }),
			...(privacy ? app.subscriptions.filter((s) => s.subscriptionType === 'contact.privacyDeletion')
				.map((s) => make(s, rec.portalId, Date.now(), source, { objectId: Number(rec.id), changeFlag: 'DELETED' })) : []),
		],
		restored: (rec, source) => simple('restore', rec, source),
		merged: (rec, loser, moved, source) => simple('merge', rec, source, {
			primaryObjectId: Number(rec.id), mergedObjectIds: [Number(loser.id)], newObjectId: Number(rec.id), numberOfPropertiesMoved: moved }),
		associated: (portalId, from, fromId, to, toId, { removed, primary }, source) => {
			const out = [];
			const at = Date.now();
			for (const [f, t, x, y] of [[from, to, fromId, toId], [to, from, toId, fromId]])
				for (const s of subs('associationChange', f)) {
					const event = (typeId, isPrimary) => make(s, portalId, at, source, {
						associationType: linkName(f, t), fromObjectId: Number(x), toObjectId: Number(y), associationRemoved: removed,
						isPrimaryAssociation: isPrimary,
						...(s.generic ? { fromObjectTypeId: typeInfo(f).id, toObjectTypeId: typeInfo(t).id, associationTypeId: typeId, associationCategory: 'HUBSPOT_DEFINED' } : {}) });
					out.push(event(linkTypes(f, t)[0], false));
					if (primary && linkTypes(f, t)[1])
						out.push(event(linkTypes(f, t)[1], true));
				}
			return out;
		},
	};
}

/** Values travel as strings; dates as milliseconds, cleared ones as "". */
function wire(name, value) {
	if (value === null)
		return '';
	return /date$/.test(name) && /^\d{4}-\d\d-\d\d/.test(value) ? String(Date.parse(value)) : String(value);
}
