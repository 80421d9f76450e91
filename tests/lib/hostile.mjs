// A far end that plays tests/data/far-end-faults.jsonl.  The first segment of a path is "LINE.DESTINATION": which fault,
// and which far end it plays (0 HubSpot read, 1 write, 2 token, 3 impact.com conversion, 4 submission, 5 listing).
// Usage: node hostile.mjs LIST DIR; prints one line "ca FILE name PORT name PORT ..." when it listens, ends when its
// standard input does, and removes DIR.  /count answers "OPEN TWICE FOLLOWED": connections that stand apart from the
// asker's, requests that came a second time, requests that followed a redirect.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { deflateSync, gzipSync } from 'node:zlib';
import { ensureCa } from '../sandbox/ca.mjs';

const [, , listFile, dir] = process.argv;
const list = readFileSync(listFile, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
const GOOD = [
	{ status: 'COMPLETE', results: [{ id: '301', properties: { amount: '1.00' }, archived: false }] },
	{ status: 'COMPLETE', results: [{ id: '301', properties: { amount: '1.00' } }] },
	{ access_token: 'CJ', expires_in: 1800, refresh_token: 'na1-x', hub_id: 48975575 },
	{ Status: 'QUEUED', QueuedUri: '/Advertisers/IRabc/APISubmissions/A-1' },
	{ BatchId: 'A-1', Status: 'Complete', ErrorType: '', ErrorReason: '', OrderId: 'o' },
	{ '@page': '1', '@numpages': '1', Actions: [] },
].map((body) => JSON.stringify(body));

const open = new Set();
const seen = new Set();
let twice = 0, followed = 0;

// ---- what is said

const bytes = (s) => Buffer.from(s, 'latin1');
const BLOCK = 65536;
const bombs = new Map();
const packed = (kind, body, bomb) => {
	const pack = kind === 'gzip' ? gzipSync : deflateSync;
	if (!bomb)
		return pack(body);
	if (!bombs.has(bomb))
		bombs.set(bomb, pack(Buffer.alloc(bomb, ' ')));
	return bombs.get(bomb);
};

function junk(n, seed = 1) {
	const out = Buffer.alloc(n);
	for (let i = 0, x = seed; i < n; i++) {
		x = (x * 1103515245 + 12345) % 2147483648;
		out[i] = (x >> 16) & 255;
	}
	return out;
}

function chunked(body, { chunks, trailer = '', extension = '' }) {
	let out = '';
	for (let i = 0; i < body.length; i += chunks) {
		const part = body.slice(i, i + chunks);
		out += `${part.length.toString(16)}${extension}\r\n${part}\r\n`;
	}
	return `${out}0\r\n${trailer}\r\n`;
}

function good(body, piece) {
	if (piece.good === 'length')
		return bytes(String(body.length));
	if (piece.inside)
		return Buffer.concat([bytes('{'), ...piece.inside.map((one) => part(body, one)), bytes(`,${body.slice(1)}`)]);
	return bytes(piece.share ? body.slice(0, Math.floor(body.length * piece.share)) : body);
}

/** The bytes of one piece that comes to an end. */
function part(body, piece) {
	if (typeof piece === 'string')
		return bytes(piece);
	if (piece.good)
		return good(body, piece);
	if (piece.times !== undefined)
		return bytes(piece.s.repeat(piece.times));
	if (piece.junk)
		return junk(piece.junk, piece.seed);
	if (piece.chunks)
		return bytes(chunked(body, piece));
	if (piece.packed)
		return packed(piece.packed, body, piece.bomb);
	if (piece.cut)
		return Buffer.concat(piece.of.map((one) => part(body, one))).subarray(0, piece.cut);
	if (piece.to !== undefined)
		return bytes(piece.to.replace('{followed}', `https://localhost:${ports.tls}/followed`).replace('{port}', ports.tls));
	throw new Error(`unknown piece ${JSON.stringify(piece)}`);
}

/** Writes it again and again until the other side goes away. */
function endless(socket, piece) {
	const block = bytes(piece.repeat(Math.ceil(BLOCK / piece.length)));
	const more = () => {
		if (!socket.destroyed)
			socket.write(block) ? setImmediate(more) : socket.once('drain', more);
	};
	more();
}

function drip(socket, piece, ms) {
	const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write(piece)), ms);
}

async function say(socket, fault, body) {
	for (const piece of fault.say) {
		if (piece.endless)
			return endless(socket, piece.endless);
		if (piece.drip)
			return drip(socket, piece.drip, piece.ms);
		if (piece.pause)
			await new Promise((resolve) => setTimeout(resolve, piece.pause));
		else
			socket.write(part(body, piece));
	}
	if (fault.end === 'close')
		socket.end();
	else if (fault.end === 'reset')
		socket.write('', () => socket.raw.resetAndDestroy());
	else if (fault.end === 'drop')
		socket.write('', () => socket.raw.end());
}

// ---- who asks

function request_in(all) {
	const end = all.indexOf('\r\n\r\n');
	if (end < 0)
		return null;
	const head = all.subarray(0, end).toString('latin1');
	const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
	return all.length < end + 4 + length ? null : { path: head.split(' ')[1] ?? '/' };
}

function serve(socket, path) {
	const name = path.split('/')[1];
	if (name === 'count') {
		const text = `${open.size - 1} ${twice} ${followed}`;
		socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
		return;
	}
	if (name === 'followed') {
		followed++;
		socket.end();
		return;
	}
	twice += seen.has(name);
	seen.add(name);
	const [line, destination] = name.split('.').map(Number);
	say(socket, list[line], GOOD[destination]);
}

function talk(raw, options) {
	const socket = new tls.TLSSocket(raw, { isServer: true, ...options });
	let all = Buffer.alloc(0), served = false;
	socket.raw = raw;
	open.add(raw);
	raw.on('close', () => open.delete(raw));
	raw.on('error', () => {});
	socket.on('error', () => {});
	socket.on('data', (data) => {
		if (served)
			return;
		all = Buffer.concat([all, data]);
		const request = request_in(all);
		if (request !== null) {
			served = true;
			serve(socket, request.path);
		}
	});
}

// ---- certificates that prove nothing

const { key, cert, caFile } = ensureCa(dir);
const at = (name) => join(dir, name);
const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
const CONFIG = '[req]\ndistinguished_name=dn\nprompt=no\n[dn]\nCN=localhost\n[ca]\ndefault_ca=me\n[me]\nnew_certs_dir=.\n';
const SAN = 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n';

/** A certificate by `ca` (or by itself), with dates of openssl's form when they matter. */
function certificate(name, { ext = `${SAN}extendedKeyUsage=serverAuth\n`, from, to, ca = 'ca' }) {
	const work = at(name);
	writeFileSync(`${work}.cnf`, CONFIG.replace('new_certs_dir=.', `new_certs_dir=${dir}\ndatabase=${work}.db\nserial=${work}.serial\ndefault_md=sha256\npolicy=any\n[any]\ncommonName=supplied`));
	writeFileSync(`${work}.ext`, ext);
	writeFileSync(`${work}.db`, '');
	writeFileSync(`${work}.serial`, '1000');
	openssl('req', '-new', '-config', `${work}.cnf`, '-key', at('server.key'), '-out', `${work}.csr`);
	openssl('ca', '-batch', '-config', `${work}.cnf`, '-in', `${work}.csr`, '-out', `${work}.pem`, '-extfile', `${work}.ext`, '-notext',
		'-startdate', from ?? '20200101000000Z', '-enddate', to ?? '20490101000000Z', ...(ca === 'self' ? ['-selfsign', '-keyfile', at('server.key')] : ['-cert', at(`${ca}.pem`), '-keyfile', at(`${ca}.key`)]));
	return { key, cert: readFileSync(`${work}.pem`) };
}

function other_ca() {
	openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', at('other.key'));
	writeFileSync(at('other.cnf'), CONFIG.replace('CN=localhost', 'CN=Somebody else'));
	openssl('req', '-new', '-x509', '-config', at('other.cnf'), '-key', at('other.key'), '-days', '3650', '-out', at('other.pem'));
	return certificate('foreign', { ca: 'other' });
}

const over_tls = (options) => (raw) => talk(raw, options);
const says = (data) => (raw) => raw.on('error', () => {}).end(data);
/** Reads the hello, then does that. */
const at_hello = (then) => (raw) => raw.on('error', () => {}).once('data', () => then(raw));
const servers = {
	tls: over_tls({ key, cert }),
	expired: over_tls(certificate('expired', { to: '20210101000000Z' })),
	not_yet: over_tls(certificate('not_yet', { from: '20480101000000Z' })),
	wrong_host: over_tls(certificate('wrong_host', { ext: 'subjectAltName=DNS:api.example.invalid\nextendedKeyUsage=serverAuth\n' })),
	no_server_use: over_tls(certificate('no_server_use', { ext: `${SAN}extendedKeyUsage=clientAuth\n` })),
	self_signed: over_tls(certificate('self_signed', { ca: 'self' })),
	other_ca: over_tls(other_ca()),
	old_tls: over_tls({ key, cert, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }),
	plain: says('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'),
	banner: says('220 mail.example.invalid ESMTP\r\n'),
	junk: says(junk(4096)),
	cut_at_once: (raw) => raw.on('error', () => {}).end(),
	cut_at_hello: at_hello((raw) => raw.end()),
	reset_at_hello: at_hello((raw) => raw.resetAndDestroy()),
	half_hello: at_hello((raw) => raw.end(Buffer.from('160303007a02000076', 'hex'))),
	alert: at_hello((raw) => raw.end(Buffer.from('15030300020228', 'hex'))),
	mute: (raw) => raw.on('error', () => {}).resume(),
	closed: () => {},
};

const ports = {};
for (const [name, on_connection] of Object.entries(servers)) {
	const server = net.createServer(on_connection);
	server.listen({ port: 0, host: 'localhost', backlog: 4096 });
	await once(server, 'listening');
	ports[name] = server.address().port;
	if (name === 'closed')
		server.close();
}
process.stdout.write(`ca ${caFile} ${Object.entries(ports).flat().join(' ')}\n`);
process.stdin.on('end', () => {
	rmSync(dir, { recursive: true, force: true });
	process.exit(0);
}).resume();
