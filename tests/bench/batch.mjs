// A webhook batch as HubSpot sends it: 100 changes, some 34 kB, no two events alike.

const STAGES = ['appointmentscheduled', 'qualifiedtobuy', 'presentationscheduled', 'decisionmakerboughtin', 'contractsent', 'closedwon', 'closedlost'];
let eventId = 731756599;
let objectId = 332507367156;

function one(portalId, now) {
	eventId += 1;
	objectId += 7;
	return { eventId, subscriptionId: 6547118, portalId, appId: 39522895, occurredAt: now - (eventId % 60000),
		subscriptionType: 'object.propertyChange', attemptNumber: 0, objectId, objectTypeId: '0-3', propertyName: 'dealstage',
		propertyValue: STAGES[eventId % STAGES.length], isSensitive: false, changeSource: 'CRM_UI', sourceId: 'userId:98499705' };
}

/** The body, as text. */
export function batch(portalId, n = 100, now = Date.now()) {
	return JSON.stringify(Array.from({ length: n }, () => one(portalId, now)));
}
