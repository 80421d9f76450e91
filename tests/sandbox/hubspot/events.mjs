// From a change to the events that HubSpot would send for it, for what the app subscribes to and nothing else.
import { linkName, typeInfo, typeName } from './types.mjs';

/** w: the world, with conf, properties and associationTypes. Gives functions that make lists of events without eventId, appId and attemptNumber. */
export function eventMaker(w) {
	const { app } = w.conf;
	const byKind = new Map();
	for (const s of app.subscriptions) {
		const [object, kind] = s.subscriptionType.split('.');
		const key = `${kind}|${typeName(s.generic ? s.objectType : object)}|${kind === 'propertyChange' ? s.propertyName : ''}`;
		byKind.set(key, [...byKind.get(key) ?? [], s]);
	}
	const subs = (kind, type, propertyName = '') => byKind.get(`${kind}|${type}|${propertyName}`) ?? [];
	const make = (s, portalId, at, source, fields) => ({
		subscriptionId: s.id, portalId, occurredAt: at, subscriptionType: s.subscriptionType, ...fields, ...source,
	});
	const ofRecord = (s, rec) => ({ objectId: Number(rec.id), ...(s.generic ? { objectTypeId: typeInfo(rec.type).id } : {}) });
	const simple = (kind, rec, source, more = {}) =>
		subs(kind, rec.type).map((s) => make(s, rec.portalId, Date.now(), source, { ...ofRecord(s, rec), ...more }));

	const propertyChanges = (rec, props, source, at) => Object.entries(props).flatMap(([name, value]) =>
		subs('propertyChange', rec.type, name).map((s) => {
			const isSensitive = (w.properties.of(rec.portalId, rec.type).get(name)?.dataSensitivity ?? 'non_sensitive') !== 'non_sensitive';
			return make(s, rec.portalId, at, source, {
				...ofRecord(s, rec), propertyName: name, propertyValue: isSensitive && !s.generic ? 'REDACTED' : wire(name, value), ...(s.generic ? { isSensitive } : {}) });
		}));

	/** One direction of one type of a link. */
	const linkEvents = (portalId, at, from, fromId, to, toId, type, removed, source) => subs('associationChange', from).map((s) => make(s, portalId, at, source, {
		associationType: linkName(from, to), fromObjectId: Number(fromId), toObjectId: Number(toId), associationRemoved: removed, isPrimaryAssociation: type.primary,
		...(s.generic ? { fromObjectTypeId: typeInfo(from).id, toObjectTypeId: typeInfo(to).id, associationTypeId: type.typeId, associationCategory: type.category } : {}) }));

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
		merged: (rec, primaryId, loserIds, moved, source) => simple('merge', rec, source, {
			objectId: Number(primaryId), primaryObjectId: Number(primaryId), mergedObjectIds: loserIds.map(Number), newObjectId: Number(rec.id), numberOfPropertiesMoved: moved }),
		associated: (portalId, from, fromId, to, toId, { removed, types }, source) => {
			const at = Date.now();
			return types.flatMap((type) => {
				const back = w.associationTypes.inverse(portalId, from, to, type);
				return [
					...linkEvents(portalId, at, from, fromId, to, toId, type, removed, source),
					...(back ? linkEvents(portalId, at, to, toId, from, fromId, back, removed, source) : []),
				];
			});
		},
	};
}

/** What the button "Test" of the app's page sends: a record that nobody knows. */
export const testEvent = (s) => ({
	subscriptionId: s.id, occurredAt: Date.now(), subscriptionType: s.subscriptionType, objectId: 123, changeFlag: 'NEW', changeSource: 'CRM',
	...(s.generic ? { objectTypeId: typeInfo(typeName(s.objectType)).id } : {}), ...(s.propertyName ? { propertyName: s.propertyName, propertyValue: 'test' } : {}),
});

/** Values travel as strings; dates as milliseconds, cleared ones as "". */
function wire(name, value) {
	if (value === null)
		return '';
	return /date$|^hs_timestamp$/.test(name) && /^\d{4}-\d\d-\d\d/.test(value) ? String(Date.parse(value)) : String(value);
}
