// The one place that touches sockets: reads a request, gives it to a handler, writes the answer.
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';

const MAX_BODY = 10 * 1024 * 1024;

/** A request a handler can work with; body is a Buffer. */
export class Request {
	constructor(req, body) {
		const at = req.url.indexOf('?');
		this.method = req.method;
		this.path = at < 0 ? req.url : req.url.slice(0, at);
		this.search = at < 0 ? '' : req.url.slice(at + 1);
		this.query = new URLSearchParams(this.search);
		this.headers = req.headers;
		this.body = body;
	}

	get type() {
		return String(this.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
	}

	form() {
		return new URLSearchParams(this.body.toString('utf8'));
	}

	json() {
		return JSON.parse(this.body.toString('utf8'));
	}
}

function read(req) {
	return new Promise((resolve, reject) => {
		const parts = [];
		let size = 0;
		req.on('data', (part) => {
			size += part.length;
			if (size <= MAX_BODY)
				parts.push(part);
		});
		req.on('end', () => size > MAX_BODY ? reject(new Error('too large')) : resolve(Buffer.concat(parts)));
		req.on('error', reject);
		req.on('aborted', () => reject(new Error('aborted')));
	});
}

/** Turns {status, headers, body} into bytes; objects become JSON. */
export function encode(answer) {
	const headers = { ...answer.headers };
	let body = answer.body ?? '';
	if (typeof body === 'object' && !Buffer.isBuffer(body)) {
		body = JSON.stringify(body);
		headers['content-type'] ??= 'application/json;charset=utf-8';
	}
	body = Buffer.isBuffer(body) ? body : Buffer.from(String(body), 'utf8');
	if (answer.status !== 204 && answer.status !== 304)
		headers['content-length'] = String(body.length);
	return { status: answer.status, headers, body };
}

function send(res, answer) {
	const { status, headers, body } = encode(answer);
	res.writeHead(status, headers);
	if (answer.cut === 'body') {
		res.write(body.subarray(0, Math.floor(body.length / 2)), () => res.socket?.destroy());
		return;
	}
	res.end(body);
}

function listener(handle) {
	return async (req, res) => {
		let body;
		try {
			body = await read(req);
		} catch (err) {
			if (err.message === 'too large')
				send(res, { status: 413, body: { status: 'error', message: 'Request body is too large' } });
			return;
		}
		try {
			const answer = await handle(new Request(req, body));
			if (answer.cut === 'now')
				req.socket.destroy();
			else
				send(res, answer);
		} catch (err) {
			console.error(err);
			if (!res.headersSent)
				send(res, { status: 500, body: { status: 'error', message: 'internal error' } });
		}
	};
}

function bind(server, port, host) {
	return new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, host, () => resolve(server));
	});
}

/** Listens on localhost, both address families. Returns the servers; port 0 picks a free one. */
export async function serve(handle, port, tls = null) {
	const shared = tls && { ...tls, ticketKeys: randomBytes(48) }; // a session of one address family goes on with the other
	const make = () => tls ? https.createServer(shared, listener(handle)) : http.createServer(listener(handle));
	const four = await bind(make(), port, '127.0.0.1');
	const servers = [four];
	try {
		servers.push(await bind(make(), four.address().port, '::1'));
	} catch (err) {
		if (err.code === 'EADDRINUSE')
			throw err;
	}
	return { port: four.address().port, close: () => servers.forEach((s) => { s.close(); s.closeAllConnections?.(); }) };
}
