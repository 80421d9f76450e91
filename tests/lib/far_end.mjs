// A far end that misbehaves as told: the first segment of each path names the fault, so tests need no other
// channel and may run side by side.  Usage: node far_end.mjs DIR; prints "PORT MUTE_PORT PLAIN_PORT CA_FILE" when
// it listens, ends when its standard input does, and removes DIR.  /count/NAME answers how many requests named
// NAME have arrived.
import { once } from 'node:events';
import net from 'node:net';
import { rmSync } from 'node:fs';
import tls from 'node:tls';
import { ensureCa } from '../sandbox/ca.mjs';

const dir = process.argv[2];
const counts = new Map();

// What a working far end would say to the rest of the path.
const ANSWERS = [
	[/\/oauth\/[^/]+\/token$/, { access_token: 'CJ', expires_in: 1800, refresh_token: 'na1-x', hub_id: 48975575 }],
	[/\/token\/introspect$/, { active: true, hub_id: 48975575, user_id: 1, app_id: 39522895, user: 'a@example.com', scopes: ['oauth'] }],
	[/\/objects\/.*\/batch\/read$/, { status: 'COMPLETE', results: [{ id: '301', properties: { amount: '1.00' }, archived: false }] }],
	[/\/associations\/.*\/batch\/read$/, { status: 'COMPLETE', results: [{ from: { id: '301' }, to: [{ toObjectId: 512 }] }] }],
	[/\/Conversions$/, { Status: 'QUEUED', QueuedUri: '/Advertisers/IRabc/APISubmissions/A-1' }],
	[/\/APISubmissions\/[^/]+$/, { BatchId: 'A-1', Status: 'Complete', ErrorType: '', ErrorReason: '', OrderId: 'o' }],
];

function normal(path) {
	const found = ANSWERS.find(([pattern]) => pattern.test(path.split('?')[0]));
	return JSON.stringify(found === undefined ? {} : found[1]);
}

function reply(status, body, headers = {}) {
	const lines = Object.entries({ 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), ...headers });
	return `HTTP/1.1 ${status} Scripted\r\n${lines.map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n${body}`;
}

/** Writes the same piece again and again until the other side goes away. */
function endless(socket, piece, pause_ms) {
	const more = () => {
		if (socket.destroyed)
			return;
		if (pause_ms > 0) {
			socket.write(piece);
			setTimeout(more, pause_ms);
		} else if (socket.write(piece)) {
			setImmediate(more);
		} else {
			socket.once('drain', more);
		}
	};
	more();
}

function junk(n) {
	return Buffer.from(Array.from({ length: n }, (_, i) => (i * 7919 + 13) % 256));
}

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n';

// Each takes (socket, path, argument behind the dash, the request as it came).
const FAULTS = {
	ok: (s, path) => s.write(reply(200, normal(path))),
	status: (s, path, n) => s.write(reply(n, '{"status":"error","message":"scripted","Status":"ERROR"}', n === '429' ? { 'Retry-After': '3' } : {})),
	html: (s, path, n) => s.end(reply(n, '<html><body>Something went wrong</body></html>', { 'Content-Type': 'text/html' })),
	empty: (s, path, n) => s.end(reply(n, '')),
	no_content: (s) => s.end('HTTP/1.1 204 No Content\r\n\r\n'),
	interim: (s, path) => s.write(`HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${reply(200, normal(path))}`),
	redirect: (s) => s.end(reply(302, '', { Location: `https://localhost:${server.address().port}/followed` })),
	never: () => {},
	slow: (s) => { s.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{'); endless(s, ' ', 200); },
	slow_headers: (s) => { s.write('HTTP/1.1 200 OK\r\n'); endless(s, 'X-More: 1\r\n', 200); },
	cut: (s) => s.end(),
	reset: (s) => s.destroy(),
	half: (s) => s.end('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"results":['),
	half_headers: (s) => s.end('HTTP/1.1 200 OK\r\nContent-Ty'),
	chunk_cut: (s) => s.end(`${CHUNKED}10\r\n{"results":`),
	chunk_garbage: (s) => s.end(`${CHUNKED}zz\r\n{}\r\n0\r\n\r\n`),
	garbage: (s) => s.end(junk(4096)),
	garbage_body: (s) => s.end(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n'), junk(4096)])),
	two_lengths: (s) => s.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 7\r\n\r\n{"a":1}'),
	short_length: (s, path) => s.end(reply(200, normal(path), { 'Content-Length': 5 })),
	huge: (s) => { s.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"results":['); endless(s, '0,'.repeat(16384), 0); },
	huge_length: (s) => s.write('HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n{'),
	huge_headers: (s) => { s.write('HTTP/1.1 200 OK\r\n'); endless(s, `X-More: ${'x'.repeat(1000)}\r\n`, 0); },
	deep: (s) => s.end(reply(200, `{"results":${'['.repeat(100000)}`)),
	twice: (s) => s.end(reply(200, '{"results":[],"results":[],"Status":"QUEUED","Status":"QUEUED"}')),
	echo: (s, path, n, raw) => s.write(reply(200, raw)),
	// A kept connection that dies: the first request of this name on it is answered, the next is read and not answered.
	kept: (s) => (s.served === 1 ? s.write(reply(200, 'first')) : s.destroy()),
	nul: (s) => s.end(reply(200, '{"results":[]}\0')),
};

/** One request off the front of what has arrived, or null while it is not whole. */
function cut_request(bytes) {
	const end = bytes.indexOf('\r\n\r\n');
	if (end < 0)
		return null;
	const head = bytes.subarray(0, end).toString('latin1');
	const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
	if (bytes.length < end + 4 + length)
		return null;
	return { path: head.split(' ')[1] ?? '/', raw: bytes.subarray(0, end + 4 + length), rest: bytes.subarray(end + 4 + length) };
}

function serve(socket, path, raw) {
	const name = path.split('/')[1];
	const [, kind, argument] = /^([a-z_]+)(?:-(\w+))?/.exec(name) ?? [];
	if (kind === 'count') {
		socket.write(reply(200, String(counts.get(path.split('/')[2]) ?? 0)));
		return;
	}
	counts.set(name, (counts.get(name) ?? 0) + 1);
	socket.served = socket.last === name ? socket.served + 1 : 1;
	socket.last = name;
	(FAULTS[kind] ?? FAULTS.empty)(socket, path, argument ?? '404', raw);
}

function on_connection(socket) {
	let bytes = Buffer.alloc(0);
	socket.on('error', () => {});
	socket.on('data', (data) => {
		bytes = Buffer.concat([bytes, data]);
		for (let request = cut_request(bytes); request !== null; request = cut_request(bytes)) {
			bytes = request.rest;
			serve(socket, request.path, request.raw);
		}
	});
}

const { key, cert, caFile } = ensureCa(dir);
const server = tls.createServer({ key, cert }, on_connection);
// One port that accepts and says nothing, and one that speaks no TLS.
const mute = net.createServer((socket) => socket.on('error', () => {}).resume());
const plain = net.createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'));
server.on('tlsClientError', () => {});
for (const s of [server, mute, plain]) {
	s.listen(0, 'localhost');
	await once(s, 'listening');
}
process.stdout.write(`${server.address().port} ${mute.address().port} ${plain.address().port} ${caFile}\n`);
process.stdin.on('end', () => {
	rmSync(dir, { recursive: true, force: true });
	process.exit(0);
}).resume();
