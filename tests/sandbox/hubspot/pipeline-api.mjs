// /crm/pipelines: pipelines and stages, read and changed.
import { schemaType } from './common.mjs';
import { validation } from './errors.mjs';
import { jsonBody } from './gate.mjs';
import { HAVE_PIPELINES } from './pipelines.mjs';

const ok = (body) => ({ status: 200, body });
const made = (body) => ({ status: 201, body });

/** A handler that gets the pipelines, account, object and path; change: whether it needs the write scope. */
const handler = (change, work) => (c) => {
	const type = schemaType(c, change);
	if (!HAVE_PIPELINES.includes(type))
		throw validation(`${type} have no pipelines`);
	return work(c.w.pipelines, c.portalId, type, c.params, c) ?? { status: 204 };
};

export const listPipelines = handler(false, (p, portalId, type) => ok({ results: p.of(portalId, type) }));
export const readPipeline = handler(false, (p, portalId, type, { id }) => ok(p.need(portalId, type, id)));
export const createPipeline = handler(true, (p, portalId, type, params, c) => made(p.put(portalId, type, jsonBody(c.q))));
export const replacePipeline = handler(true, (p, portalId, type, { id }, c) => ok(p.put(portalId, type, jsonBody(c.q), id)));
export const updatePipeline = handler(true, (p, portalId, type, { id }, c) => ok(p.change(portalId, type, id, jsonBody(c.q))));
export const deletePipeline = handler(true, (p, portalId, type, { id }) => p.remove(portalId, type, id));
export const auditPipeline = handler(false, (p, portalId, type, { id }) => ok({ results: p.audit(portalId, type, p.need(portalId, type, id).id) }));

export const listStages = handler(false, (p, portalId, type, { id }) => ok({ results: p.need(portalId, type, id).stages }));
export const readStage = handler(false, (p, portalId, type, { id, stage }) => ok(p.needStage(portalId, type, id, stage)));
export const createStage = handler(true, (p, portalId, type, { id }, c) => made(p.putStage(portalId, type, id, jsonBody(c.q))));
export const replaceStage = handler(true, (p, portalId, type, { id, stage }, c) => ok(p.putStage(portalId, type, id, jsonBody(c.q), stage)));
export const updateStage = handler(true, (p, portalId, type, { id, stage }, c) => ok(p.putStage(portalId, type, id, jsonBody(c.q), stage, false)));
export const deleteStage = handler(true, (p, portalId, type, { id, stage }) => p.removeStage(portalId, type, id, stage));
export const auditStage = handler(false, (p, portalId, type, { id, stage }) => ok({ results: p.audit(portalId, type, p.needStage(portalId, type, id, stage).id) }));
