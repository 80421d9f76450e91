// HubSpot's API: every route, its limit group, and the versions that it takes.
import crypto from 'node:crypto';
import { Router } from '../router.mjs';
import * as acc from './account-api.mjs';
import * as assoc from './associations.mjs';
import * as batch from './batches.mjs';
import { HubspotError, notFound, tooLong } from './errors.mjs';
import * as obj from './objects.mjs';
import * as old from './old-associations.mjs';
import * as pipe from './pipeline-api.mjs';
import * as prop from './property-api.mjs';
import { search } from './search.mjs';

const VERSIONS = ['2026-09', '2026-03'];
const MAX_URL = 8000; // HubSpot does not say how long is too long
const O = '/crm/objects/:v/:type';
const P = '/crm/properties/:v/:type';
const A = '/crm/associations/:v/:from/:to';
const L = '/crm/objects/:v/:from/:id/associations';
const OLD = '/crm/associations-v3/:v/:from/:to';
const OLD_L = '/crm/objects-v3/:v/:from/:id/associations/:to';
const S = '/crm/pipelines/:v/:type/:id/stages';

// the column after the handler is the limit that counts (gate.mjs)
const ROUTES = new Router([
	['GET', '/account-info/:v/details', acc.accountDetails],
	['DELETE', '/appinstalls/:v/external-install', acc.uninstall],
	['GET', '/crm/owners/:v', acc.listOwners],
	['GET', '/crm/owners/:v/:id', acc.readOwner],
	['GET', '/crm/limits/:v/custom-properties', prop.customPropertyLimits],
	['GET', '/crm/pipelines/:v/:type', pipe.listPipelines],
	['POST', '/crm/pipelines/:v/:type', pipe.createPipeline],
	['GET', '/crm/pipelines/:v/:type/:id', pipe.readPipeline],
	['PUT', '/crm/pipelines/:v/:type/:id', pipe.replacePipeline],
	['PATCH', '/crm/pipelines/:v/:type/:id', pipe.updatePipeline],
	['DELETE', '/crm/pipelines/:v/:type/:id', pipe.deletePipeline],
	['GET', '/crm/pipelines/:v/:type/:id/audit', pipe.auditPipeline],
	['GET', S, pipe.listStages],
	['POST', S, pipe.createStage],
	['GET', `${S}/:stage`, pipe.readStage],
	['PUT', `${S}/:stage`, pipe.replaceStage],
	['PATCH', `${S}/:stage`, pipe.updateStage],
	['DELETE', `${S}/:stage`, pipe.deleteStage],
	['GET', `${S}/:stage/audit`, pipe.auditStage],
	['GET', P, prop.listProperties],
	['POST', P, prop.createProperty],
	['POST', `${P}/batch/read`, prop.batchReadProperties],
	['POST', `${P}/batch/create`, prop.batchCreateProperties],
	['POST', `${P}/batch/archive`, prop.batchArchiveProperties],
	['GET', `${P}/groups`, prop.listGroups],
	['POST', `${P}/groups`, prop.createGroup],
	['GET', `${P}/groups/:name`, prop.readGroup],
	['PATCH', `${P}/groups/:name`, prop.updateGroup],
	['DELETE', `${P}/groups/:name`, prop.archiveGroup],
	['GET', `${P}/:name`, prop.readProperty],
	['PATCH', `${P}/:name`, prop.updateProperty],
	['DELETE', `${P}/:name`, prop.archiveProperty],
	['POST', `${A}/batch/read`, assoc.batchReadAssociations, 'batch-links'],
	['POST', `${A}/batch/create`, assoc.batchCreateAssociations, 'batch-links'],
	['POST', `${A}/batch/associate/default`, assoc.batchDefaultAssociations, 'batch-links'],
	['POST', `${A}/batch/archive`, assoc.batchArchiveAssociations, 'batch-links'],
	['POST', `${A}/batch/labels/archive`, assoc.batchArchiveLabels, 'batch-links'],
	['GET', `${A}/labels`, assoc.listLabels, 'links'],
	['POST', `${A}/labels`, assoc.createLabel, 'links'],
	['PUT', `${A}/labels`, assoc.updateLabel, 'links'],
	['DELETE', `${A}/labels/:typeId`, assoc.deleteLabel, 'links'],
	['GET', `${L}/:to`, assoc.listAssociations, 'links'],
	['PUT', `${L}/default/:to/:toId`, assoc.putDefaultAssociation, 'links'],
	['PUT', `${L}/:to/:toId`, assoc.putAssociation, 'links'],
	['DELETE', `${L}/:to/:toId`, assoc.deleteAssociation, 'links'],
	['POST', `${O}/search`, search, 'search'],
	['POST', `${O}/merge`, obj.mergeObjects],
	['POST', `${O}/gdpr-delete`, obj.gdprDelete],
	['POST', `${O}/batch/read`, batch.batchRead],
	['POST', `${O}/batch/create`, batch.batchCreate],
	['POST', `${O}/batch/update`, batch.batchUpdate],
	['POST', `${O}/batch/upsert`, batch.batchUpsert],
	['POST', `${O}/batch/archive`, batch.batchArchive],
	['GET', O, obj.listObjects],
	['POST', O, obj.createObject],
	['GET', `${O}/:id`, obj.readObject],
	['PATCH', `${O}/:id`, obj.updateObject],
	['DELETE', `${O}/:id`, obj.archiveObject],
	['GET', `${OLD}/types`, old.readTypes, 'links'],
	['POST', `${OLD}/batch/read`, old.batchRead, 'batch-links'],
	['POST', `${OLD}/batch/create`, old.batchCreate, 'batch-links'],
	['POST', `${OLD}/batch/archive`, old.batchArchive, 'batch-links'],
	['GET', OLD_L, old.list, 'links'],
	['PUT', `${OLD_L}/:toId/:typeId`, old.put, 'links'],
	['DELETE', `${OLD_L}/:toId/:typeId`, old.remove, 'links'],
]);

/**
 * Old paths have the version in front, /crm/v3/objects/...; v4 is associations only. They work until 2027 and are marked
 * in the log. Two areas keep the form of the dated ones. The path to look up, or null for one that was never there.
 */
function modern(path) {
	const m = /^\/crm\/(v[34])\/(\w+)(\/.*)?$/.exec(path);
	if (!m)
		return /^\/(account-info|appinstalls)\/v3\//.test(path) || !/^\/[\w-]+(\/\w+)?\/v\d/.test(path) ? path : null;
	const [, v, area, rest = ''] = m;
	const links = /^\/[^/]+\/[^/]+\/associations\//.test(rest);
	if (v === 'v4')
		return area === 'associations' || (area === 'objects' && links) ? `/crm/${area}/${v}${rest}` : null;
	if (area === 'associations' || (area === 'objects' && links))
		return `/crm/${area}-v3/${v}${rest}`;
	return ['objects', 'properties', 'pipelines', 'owners', 'limits'].includes(area) ? `/crm/${area}/${v}${rest}` : null;
}

const OAUTH_VERSIONS = '(2026-09|2026-03|v3)';
const INTROSPECT = new RegExp(`^/oauth/${OAUTH_VERSIONS}/token/introspect$`);
const REVOKE = new RegExp(`^/oauth/${OAUTH_VERSIONS}/token/revoke$`);

function oauthRoute(w, q) {
	const at = (re) => re.exec(q.path);
	const old3 = { deprecated: q.path.startsWith('/oauth/v') };
	let m;
	if ((m = at(/^\/oauth\/(2026-09|2026-03|v3|v1)\/token$/)) && q.method === 'POST')
		return { answer: w.oauth.token(q, m[1] === 'v1'), ...old3 };
	if (at(INTROSPECT) && q.method === 'POST')
		return { answer: w.oauth.introspect(q), ...old3 };
	if (at(REVOKE) && q.method === 'POST')
		return { answer: w.oauth.revoke(q), ...old3 };
	if ((m = at(/^\/oauth\/v1\/(access|refresh)-tokens\/([^/]+)$/)) && (q.method === 'GET' || (q.method === 'DELETE' && m[1] === 'refresh')))
		return { answer: q.method === 'DELETE' ? w.oauth.oldRevoke(m[2]) : w.oauth.oldInfo(m[2], m[1]), deprecated: true };
	return { answer: { status: 404, body: { status: 'error', message: 'resource not found' } } };
}

function work(w, q, note, headers) {
	if (q.path.length + q.search.length > MAX_URL)
		throw tooLong();
	const path = modern(q.path);
	note.deprecated = /\/v\d\//.test(q.path);
	const found = path && ROUTES.find(q.method, path);
	const row = w.gate.enter(q, found?.extra, headers);
	note.portalId = row.portalId;
	if (!found || (found.params && !note.deprecated && !VERSIONS.includes(found.params.v)))
		throw notFound();
	if (found.allowed)
		throw new HubspotError(405, { message: `${q.method} is not possible here` });
	return found.handler({ w, q, row, portalId: row.portalId, params: found.params, version: found.params.v });
}

/** {answer, deprecated, portalId} for one request. */
export function hubspot(w, q) {
	if (q.path.startsWith('/oauth/'))
		return oauthRoute(w, q);
	const headers = {};
	const note = {};
	let answer;
	try {
		answer = work(w, q, note, headers);
	} catch (err) {
		if (!(err instanceof HubspotError))
			throw err;
		answer = { status: err.status, headers: { ...err.headers, 'x-hubspot-correlation-id': err.body.correlationId }, body: err.body };
	}
	return { ...note, answer: { ...answer, headers: { 'x-hubspot-correlation-id': crypto.randomUUID(), ...headers, ...answer.headers } } };
}
