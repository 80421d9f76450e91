// Properties, groups, pipelines, owners, account details, uninstall.
import { account, details, owners } from './accounts.mjs';
import { HubspotError, validation } from './errors.mjs';
import { anyScope, jsonBody } from './gate.mjs';
import { needType } from './objects.mjs';
import { definitionError } from './properties.mjs';

function readScopes(type) {
	return ['read', 'write'].map((x) => `crm.objects.${type}.${x}`).concat(`crm.schemas.${type}.read`, type === 'line_items' ? ['e-commerce'] : []);
}

function enter(c, write) {
	const type = needType(c.params.type);
	anyScope(c.row, write ? [type === 'line_items' ? 'e-commerce' : `crm.schemas.${type}.write`] : readScopes(type));
	return type;
}

export function listProperties(c) {
	const type = enter(c, false);
	const archived = c.q.query.get('archived') === 'true';
	return { status: 200, body: { results: archived ? [] : [...c.w.properties.of(c.portalId, type).values()] } };
}

function one(c, type) {
	const p = c.w.properties.of(c.portalId, type).get(c.params.name);
	if (!p)
		throw new HubspotError(404, { message: `Property ${c.params.name} does not exist`, category: 'OBJECT_NOT_FOUND' });
	return p;
}

export const readProperty = (c) => ({ status: 200, body: one(c, enter(c, false)) });

function addProperty(c, type, input) {
	const wrong = definitionError(input);
	if (wrong)
		throw validation(wrong);
	if (!c.w.properties.groups(c.portalId, type).has(input.groupName))
		throw validation(`Property group ${input.groupName} does not exist`);
	if (c.w.properties.of(c.portalId, type).has(input.name))
		throw new HubspotError(409, { message: `A property named '${input.name}' already exists.`, category: 'OBJECT_ALREADY_EXISTS', subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS' });
	return c.w.properties.add(c.portalId, type, input);
}

export function createProperty(c) {
	const type = enter(c, true);
	return { status: 201, body: addProperty(c, type, jsonBody(c.q)) };
}

export function updateProperty(c) {
	const type = enter(c, true);
	const p = one(c, type);
	if (p.modificationMetadata.readOnlyDefinition)
		throw validation(`Property ${p.name} cannot be changed`);
	const { label, description, options, groupName, fieldType, hidden, formField } = jsonBody(c.q);
	const changes = Object.fromEntries(Object.entries({ label, description, options, groupName, fieldType, hidden, formField }).filter(([, v]) => v !== undefined));
	const body = c.w.properties.add(c.portalId, type, { ...p, ...changes });
	return { status: 200, body };
}

export function deleteProperty(c) {
	const type = enter(c, true);
	if (!one(c, type).modificationMetadata.archivable)
		throw validation('HubSpot defined properties cannot be archived');
	c.w.properties.drop(c.portalId, type, c.params.name);
	return { status: 204 };
}

export function batchReadProperties(c) {
	const type = enter(c, false);
	const all = c.w.properties.of(c.portalId, type);
	const now = new Date().toISOString();
	const results = (jsonBody(c.q).inputs ?? []).map((i) => all.get(i.name)).filter(Boolean);
	return { status: 200, body: { status: 'COMPLETE', results, startedAt: now, completedAt: now } };
}

export function batchCreateProperties(c) {
	const type = enter(c, true);
	const now = new Date().toISOString();
	const results = [];
	const errors = [];
	for (const input of jsonBody(c.q).inputs ?? []) {
		try {
			results.push(addProperty(c, type, input));
		} catch (err) {
			errors.push({ status: 'error', category: err.body?.category ?? 'VALIDATION_ERROR', message: err.message, context: { name: [input?.name] } });
		}
	}
	return { status: errors.length ? 207 : 201, body: { status: 'COMPLETE', results, startedAt: now, completedAt: now,
		...(errors.length ? { numErrors: errors.length, errors } : {}) } };
}

export const listGroups = (c) => ({ status: 200, body: { results: [...c.w.properties.groups(c.portalId, enter(c, false)).values()] } });

export function createGroup(c) {
	const type = enter(c, true);
	const input = jsonBody(c.q);
	if (!/^[a-z][a-z0-9_]*$/.test(input.name ?? '') || !input.label)
		throw validation('name and label are required');
	if (c.w.properties.groups(c.portalId, type).has(input.name))
		throw new HubspotError(409, { message: `Property group ${input.name} already exists`, category: 'OBJECT_ALREADY_EXISTS' });
	return { status: 201, body: c.w.properties.addGroup(c.portalId, type, input) };
}

function pipelines(c) {
	if (needType(c.params.type) !== 'deals')
		throw validation(`${c.params.type} have no pipelines here`);
	anyScope(c.row, readScopes('deals'));
	return account(c.portalId).pipelines;
}

export const listPipelines = (c) => ({ status: 200, body: { results: pipelines(c) } });

function onePipeline(c) {
	const found = pipelines(c).find((p) => p.id === c.params.id);
	if (!found)
		throw new HubspotError(404, { message: 'pipeline not found', category: 'OBJECT_NOT_FOUND' });
	return found;
}

export const readPipeline = (c) => ({ status: 200, body: onePipeline(c) });
export const listStages = (c) => ({ status: 200, body: { results: onePipeline(c).stages } });

export function listOwners(c) {
	anyScope(c.row, ['crm.objects.owners.read']);
	const email = c.q.query.get('email');
	return { status: 200, body: { results: owners(account(c.portalId)).filter((o) => !email || o.email === email) } };
}

export const accountDetails = (c) => {
	anyScope(c.row, ['oauth']);
	return { status: 200, body: details(account(c.portalId)) };
};

export const uninstall = (c) => {
	anyScope(c.row, ['oauth']);
	c.w.oauth.uninstall(c.portalId);
	return { status: 204 };
};

