// HubSpot's API: every route, its limit group, and the versions that it takes.
import { Router } from '../router.mjs';
import * as assoc from './associations.mjs';
import { HubspotError, notFound } from './errors.mjs';
import * as obj from './objects.mjs';
import * as schema from './schema.mjs';
import { search } from './search.mjs';

const VERSIONS = ['2026-09', '2026-03'];
const O = '/crm/objects/:v/:type';
const P = '/crm/properties/:v/:type';
const A = '/crm/associations/:v/:from/:to/batch';
const L = '/crm/objects/:v/:from/:id/associations';

// third column after the handler: free = outside the ten-second limit, search = its own limit
const ROUTES = new Router([
	['GET', '/account-info/:v/details', schema.accountDetails],
	['DELETE', '/appinstalls/:v/external-install', schema.uninstall],
	['GET', '/crm/owners/:v', schema.listOwners],
	['GET', '/crm/pipelines/:v/:type', schema.listPipelines],
	['GET', '/crm/pipelines/:v/:type/:id', schema.readPipeline],
	['GET', '/crm/pipelines/:v/:type/:id/stages', schema.listStages],
	['GET', P, schema.listProperties],
	['POST', P, schema.createProperty],
	['POST', `${P}/batch/read`, schema.batchReadProperties],
	['POST', `${P}/batch/create`, schema.batchCreateProperties],
	['GET', `${P}/groups`, schema.listGroups],
	['POST', `${P}/groups`, schema.createGroup],
	['GET', `${P}/:name`, schema.readProperty],
	['PATCH', `${P}/:name`, schema.updateProperty],
	['DELETE', `${P}/:name`, schema.deleteProperty],
	['POST', `${A}/read`, assoc.batchReadAssociations, 'free'],
	['POST', `${A}/create`, assoc.batchCreateAssociations, 'free'],
	['POST', `${A}/associate/default`, assoc.batchDefaultAssociations, 'free'],
	['POST', `${A}/archive`, assoc.batchArchiveAssociations, 'free'],
	['GET', `${L}/:to`, assoc.listAssociations],
	['PUT', `${L}/default/:to/:toId`, assoc.putDefaultAssociation],
	['PUT', `${L}/:to/:toId`, assoc.putAssociation],
	['DELETE', `${L}/:to/:toId`, assoc.deleteAssociation],
	['POST', `${O}/search`, search, 'search'],
	['POST', `${O}/merge`, obj.mergeObjects],
	['POST', `${O}/batch/read`, obj.batchRead],
	['POST', `${O}/batch/create`, obj.batchCreate],
	['POST', `${O}/batch/update`, obj.batchUpdate],
	['POST', `${O}/batch/archive`, obj.batchArchive],
	['GET', O, obj.listObjects],
	['POST', O, obj.createObject],
	['GET', `${O}/:id`, obj.readObject],
	['PATCH', `${O}/:id`, obj.updateObject],
	['DELETE', `${O}/:id`, obj.archiveObject],
]);

/** Old paths put the version in front: /crm/v3/objects/... They work until 2027 and are marked in the log. */
function modern(path) {
	const m = /^\/crm\/(v[34])\/(objects|properties|pipelines|owners|associations)(\/.*)?$/.exec(path);
	return m ? `/crm/${m[2]}/${m[1]}${m[3] ?? ''}` : path;
}

function oauthRoute(w, q) {
	const at = (re) => re.exec(q.path);
	let m;
	if ((m = at(/^\/oauth\/(2026-09|2026-03|v3|v1)\/token$/)) && q.method === 'POST')
		return { answer: w.oauth.token(q, m[1] === 'v1'), deprecated: m[1].startsWith('v') };
	if (at(/^\/oauth\/(2026-09|2026-03)\/token\/introspect$/) && q.method === 'POST')
		return { answer: w.oauth.introspect(q) };
	if (at(/^\/oauth\/(2026-09|2026-03)\/token\/revoke$/) && q.method === 'POST')
		return { answer: w.oauth.revoke(q) };
	if ((m = at(/^\/oauth\/v1\/(access|refresh)-tokens\/([^/]+)$/))) {
		const kill = q.method === 'DELETE' && m[1] === 'refresh';
		return { answer: kill ? w.oauth.oldRevoke(m[2]) : w.oauth.oldInfo(m[2], m[1]), deprecated: true };
	}
	return { answer: { status: 404, body: { status: 'error', message: 'resource not found' } } };
}

/** {answer, deprecated, portalId} for one request. */
export function hubspot(w, q) {
	if (q.path.startsWith('/oauth/'))
		return oauthRoute(w, q);
	const headers = {};
	const path = modern(q.path);
	const note = { deprecated: path !== q.path };
	try {
		const found = ROUTES.find(q.method, path);
		const known = found && (!found.params || VERSIONS.includes(found.params.v) || /^v[34]$/.test(found.params.v));
		note.deprecated ||= /^v\d/.test(found?.params?.v ?? '');
		const row = w.gate.enter(q, found?.extra, headers);
		note.portalId = row.portalId;
		if (!known)
			throw notFound();
		if (found.allowed)
			throw new HubspotError(405, { message: `${q.method} is not possible here` });
		const answer = found.handler({ w, q, row, portalId: row.portalId, params: found.params });
		return { ...note, answer: { ...answer, headers: { ...headers, ...answer.headers } } };
	} catch (err) {
		if (!(err instanceof HubspotError))
			throw err;
		return { ...note, answer: { status: err.status, headers: { ...headers, ...err.headers }, body: err.body } };
	}
}
