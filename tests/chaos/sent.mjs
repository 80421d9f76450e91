// What the sandbox wrote down of a run: the webhooks that it sent, and the requests that it was asked. Both files are read
// line by line: of a hundred thousand events they are larger than a string may be.
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const json = (dir, name) => JSON.parse(readFileSync(join(dir, name), 'utf8'));

export async function eachLine(dir, name, look) {
	for await (const line of createInterface({ input: createReadStream(join(dir, name)), crlfDelay: Infinity }))
		if (line)
			look(line);
}

/**
 * {webhooks: [{id, portalId, state, attempts}] and `event` is called for each event in them}: of the accounts of the run.
 */
export async function readWebhooks(dir, ours, event) {
	const webhooks = new Map();
	await eachLine(dir, 'webhooks.jsonl', (line) => {
		const row = JSON.parse(line);
		if (row.events) {
			if (!ours(row.portalId))
				return;
			row.events.forEach(event);
			webhooks.set(row.id, { id: row.id, portalId: row.portalId, state: 'waiting', attempts: 0, events: row.events.length });
		} else if (webhooks.has(row.id)) {
			webhooks.get(row.id).state = row.state;
			webhooks.get(row.id).attempts++;
		}
	});
	return [...webhooks.values()];
}

const POST = /^\/Advertisers\/([^/]+)\/Conversions$/;

/**
 * {posts: [{id, sid, form, raw, at, fault, done}] by id, calls: [{id, portalId, path, inputs}] to HubSpot that `calm` is
 * true for}. A request stands in two lines: when it came, and when it was answered; done: the work was done.
 */
export async function readRequests(dir, calm) {
	const posts = new Map();
	const calls = new Map();
	await eachLine(dir, 'log.jsonl', (line) => {
		const row = JSON.parse(line);
		const sid = POST.exec(row.path ?? '')?.[1];
		if (sid && row.method === 'POST')
			posts.set(row.id, { id: row.id, sid, form: Object.fromEntries(new URLSearchParams(row.body)), raw: row.body, at: Date.parse(row.time), fault: '', done: false });
		else if (row.path?.startsWith('/crm/') && calm(row.id))
			calls.set(row.id, { id: row.id, path: row.path, body: row.body });
		if (posts.has(row.id))
			Object.assign(posts.get(row.id), row.fault && { fault: row.fault }, row.done && { done: true });
		if (calls.has(row.id) && row.portalId)
			calls.get(row.id).portalId = row.portalId;
	});
	return { posts: [...posts.values()].sort((a, b) => a.id - b.id), calls: [...calls.values()].sort((a, b) => a.id - b.id) };
}
