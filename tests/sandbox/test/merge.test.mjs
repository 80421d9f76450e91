// Records that become one, come back, or are deleted for privacy; in the API and in what the app is told.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { NORTHWIND, receiver, sandbox, until, writerApp } from '../harness.mjs';

let hook;
let box;
let token;
before(async () => {
	hook = await receiver();
	const types = ['creation', 'deletion', 'merge', 'restore'].flatMap((k) => ['contact', 'deal'].map((o) => [k, o]));
	box = await sandbox({ publicUrl: hook.url, start: { hubspot_limit: 100000 }, app: writerApp(hook.url, [
		...types.map(([k, objectType]) => ({ subscriptionType: `object.${k}`, objectType })), { subscriptionType: 'contact.merge' },
		{ subscriptionType: 'contact.deletion' }, { subscriptionType: 'contact.privacyDeletion' }]) });
	token = (await box.install()).access_token;
});
after(() => {
	box.close();
	hook.close();
});

const call = (method, path, json, v = '2026-09') => box.api(method, `/crm/objects/${v}${path}`, { token, json });
async function contact(properties) {
	const res = await call('POST', '/contacts', { properties });
	assert.equal(res.status, 201, res.text);
	return res.json.id;
}
const told = (type, find) => until(() => hook.calls.flatMap((c) => c.events).find((e) => e.subscriptionType === type && find(e)));

test('a merge keeps the primary\'s values, fills what it lacks, takes links and addresses; every old id leads to it', async () => {
	const [a, b, c] = [await contact({ email: 'a@m.example', firstname: 'A' }), await contact({ email: 'b@m.example', firstname: 'B', phone: '123' }), await contact({ email: 'c@m.example' })];
	const deal = (await call('POST', '/deals', { properties: { dealname: 'D', dealstage: 'contractsent' }, associations: [{ to: { id: b }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 3 }] }] })).json.id;
	const merged = await call('POST', '/contacts/merge', { primaryObjectId: a, objectIdToMerge: b });
	assert.deepEqual([merged.status, merged.json.id], [200, a]);
	assert.equal((await call('POST', '/contacts/merge', { primaryObjectId: a, objectIdToMerge: c })).status, 200);
	const wanted = '?properties=email,firstname,phone,hs_merged_object_ids,hs_additional_emails&associations=deals';
	for (const id of [a, b, c]) {
		const { json } = await call('GET', `/contacts/${id}${wanted}`);
		assert.equal(json.id, a);
		assert.deepEqual([json.properties.email, json.properties.firstname, json.properties.phone], ['a@m.example', 'A', '123']);
		assert.deepEqual([json.properties.hs_merged_object_ids, json.properties.hs_additional_emails], [`${b};${c}`, 'b@m.example;c@m.example']);
		assert.equal(json.associations.deals.results[0].id, deal);
	}
	assert.equal((await call('GET', '/contacts/B@m.example?idProperty=email')).json.id, a, 'a second address finds it too');
	assert.equal((await call('POST', '/contacts', { properties: { email: 'c@m.example' } })).status, 409);
	const event = await told('object.merge', (e) => e.mergedObjectIds.includes(Number(b)));
	assert.deepEqual([event.objectId, event.primaryObjectId, event.newObjectId, event.mergedObjectIds, event.numberOfPropertiesMoved], [Number(a), Number(a), Number(a), [Number(b)], 1]);
	assert.deepEqual([event.changeSource, event.sourceId], ['INTEGRATION', '39522895'], 'the app\'s own change bears its id');
	assert.equal((await told('contact.merge', (e) => e.objectId === Number(a))).objectTypeId, undefined);
	const batch = await call('POST', '/contacts/batch/read', { inputs: [{ id: b }] });
	assert.equal(batch.json.results[0].id, a);
});

test('with the setting a merge gives a new id, and both old ones lead to it', async () => {
	await box.control('POST', '/settings', { merge_new_id: true });
	const [a, b] = [await contact({ email: 'x@m.example' }), await contact({ email: 'y@m.example' })];
	const { json } = await call('POST', '/contacts/merge', { primaryObjectId: a, objectIdToMerge: b });
	assert.ok(json.id !== a && json.id !== b);
	for (const id of [a, b, json.id])
		assert.equal((await call('GET', `/contacts/${id}`)).json.id, json.id);
	const event = await told('object.merge', (e) => e.newObjectId === Number(json.id));
	assert.deepEqual([event.objectId, event.primaryObjectId, event.mergedObjectIds], [Number(a), Number(a), [Number(b)]]);
	await box.control('DELETE', '/settings');
});

test('what cannot be merged: with itself, with nobody, notes, line items before 2026-09, more than 250 identities', async () => {
	const [a, b] = [await contact({ email: 'p@m.example' }), await contact({ email: 'q@m.example' })];
	const merge = (type, primaryObjectId, objectIdToMerge, v) => call('POST', `/${type}/merge`, { primaryObjectId, objectIdToMerge }, v);
	assert.equal((await merge('contacts', a, a)).status, 400);
	assert.equal((await merge('contacts', a, '1')).status, 404);
	assert.equal((await merge('contacts', a)).status, 400);
	assert.equal((await merge('notes', a, b)).status, 404);
	const items = [];
	for (const name of ['one', 'two'])
		items.push((await call('POST', '/line_items', { properties: { name } })).json.id);
	assert.equal((await merge('line_items', ...items, '2026-03')).status, 404);
	assert.equal((await merge('line_items', ...items)).status, 200);
	box.w.crm.find(NORTHWIND, 'contacts', a).properties.hs_merged_object_ids = Array.from({ length: 249 }, (_, i) => i + 1).join(';');
	const many = await merge('contacts', a, b);
	assert.deepEqual([many.status, many.json.message], [414, 'Cannot have more than 250 identities']);
});

test('a deleted record comes back as it was; one that was merged away does not', async () => {
	const id = await contact({ email: 'back@m.example', firstname: 'Back' });
	assert.equal((await call('DELETE', `/contacts/${id}`)).status, 204);
	assert.equal((await told('object.deletion', (e) => e.objectId === Number(id))).changeFlag, 'DELETED');
	const control = (path, json) => box.control('POST', `/crm/${NORTHWIND}${path}`, json);
	await control(`/contacts/${id}/restore`);
	await told('object.restore', (e) => e.objectId === Number(id));
	assert.equal((await call('GET', `/contacts/back@m.example?idProperty=email`)).json.properties.firstname, 'Back');
	const other = await contact({ email: 'gone@m.example' });
	await control('/merge', { type: 'contacts', primaryId: id, otherId: other });
	await assert.rejects(control(`/contacts/${other}/restore`), /was merged into/);
	await call('DELETE', `/contacts/${id}`);
	await contact({ email: 'back@m.example' });
	await assert.rejects(control(`/contacts/${id}/restore`), /already exists/, 'its address has another owner now');
});

test('deletion for privacy leaves nothing, is told twice, and blocks an address that nobody has', async () => {
	const [a, b] = [await contact({ email: 'priv@m.example' }), await contact({ email: 'priv2@m.example' })];
	await call('POST', '/contacts/merge', { primaryObjectId: a, objectIdToMerge: b });
	const gdpr = (json) => call('POST', '/contacts/gdpr-delete', json);
	assert.equal((await gdpr({ objectId: 'priv2@m.example', idProperty: 'email' })).status, 204);
	for (const id of [a, b])
		for (const archived of ['', '?archived=true'])
			assert.equal((await call('GET', `/contacts/${id}${archived}`)).status, 404);
	const mine = (e) => e.objectId === Number(a);
	const event = await told('contact.privacyDeletion', mine);
	assert.deepEqual([event.changeFlag, event.objectTypeId], ['DELETED', undefined]);
	await told('contact.deletion', mine);
	await assert.rejects(box.control('POST', `/crm/${NORTHWIND}/contacts/${a}/restore`), /resource not found/);
	assert.equal((await gdpr({ objectId: '1' })).status, 404);
	assert.equal((await gdpr({})).status, 400);
	assert.equal((await gdpr({ objectId: 'nobody@m.example', idProperty: 'email' })).status, 204);
	assert.equal((await call('POST', '/contacts', { properties: { email: 'Nobody@m.example' } })).status, 400);
	assert.equal((await call('POST', '/deals/gdpr-delete', { objectId: a })).status, 404);
});
