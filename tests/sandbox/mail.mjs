// A mail relay: SMTP over TLS from the first byte (smtps), with a log-in, and the mailbox that everything ends in.
import { randomBytes } from 'node:crypto';
import tls from 'node:tls';

const MAX_LINE = 1000; // RFC 5321 4.5.3.1.6, with CRLF
const MAX_MESSAGE = 1024 * 1024;
const ADDRESS = /^<([^<>\s]+@[^<>\s]+)>/;
const KEPT = 500;

function decodeWord(text) {
	return text.replace(/\?=\s+=\?/g, '?==?').replace(/=\?utf-8\?b\?([^?]*)\?=/gi, (all, code) => Buffer.from(code, 'base64').toString('utf8'));
}

/** A message as a person reads it. */
export function readMessage(raw) {
	const at = raw.indexOf('\r\n\r\n');
	const headers = {};
	for (const line of raw.slice(0, at).replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
		const colon = line.indexOf(':');
		headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
	}
	const body = raw.slice(at + 4);
	const text = headers['content-transfer-encoding'] === 'base64' ? Buffer.from(body, 'base64').toString('utf8') : body;
	return { headers, subject: decodeWord(headers.subject ?? ''), text };
}

/** The mailbox: w.mail. refuse: answers for the next recipients, as tests want them. */
export class Mail {
	#refusals = [];

	constructor(store) {
		this.store = store;
	}

	list(to) {
		return [...this.store.table('mail').values()].filter((m) => !to || m.to.includes(to));
	}

	deliver(from, to, raw) {
		const id = String(this.store.next('mail'));
		this.store.put('mail', id, { id, at: new Date().toISOString(), from, to, raw, ...readMessage(raw) });
		const all = this.list();
		for (const old of all.slice(0, Math.max(0, all.length - KEPT)))
			this.store.del('mail', old.id);
	}

	/** {"code":550,"text":"...","count":1}: what RCPT TO is answered with. */
	refuse({ code, text = 'no', count = 1 }) {
		for (let i = 0; i < count; i++)
			this.#refusals.push(`${code} ${text}`);
	}

	refusal() {
		return this.#refusals.shift();
	}

	clear() {
		this.#refusals = [];
		this.store.clear('mail');
	}
}

/** One client's conversation, RFC 5321 as far as sending one message goes. */
class Conversation {
	constructor(mail, login, say) {
		Object.assign(this, { mail, login, say });
		this.authenticated = !login;
		this.reset();
		say('220 localhost sandbox ESMTP');
	}

	reset() {
		Object.assign(this, { from: null, to: [], data: null, next: null });
	}

	/** Whether base64 "\0user\0password" is the one of the configuration. */
	authPlain(code) {
		const [, user, password] = Buffer.from(code, 'base64').toString('utf8').split('\0');
		this.authenticated = user === this.login.user && password === this.login.password;
		this.say(this.authenticated ? '235 2.7.0 Authentication successful' : '535 5.7.8 Authentication credentials invalid');
	}

	auth(rest) {
		const [kind, initial] = rest.split(' ');
		if (kind.toUpperCase() !== 'PLAIN')
			return this.say('504 5.5.4 Only PLAIN');
		if (initial)
			return this.authPlain(initial);
		this.next = (line) => {
			this.next = null;
			this.authPlain(line);
		};
		return this.say('334 ');
	}

	address(rest, word) {
		const found = rest.toUpperCase().startsWith(word) ? ADDRESS.exec(rest.slice(word.length).trim()) : null;
		if (!found)
			this.say('501 5.1.7 Bad address');
		return found?.[1];
	}

	recipient(rest) {
		const to = this.address(rest, 'TO:');
		if (!to)
			return;
		const refusal = this.mail.refusal();
		if (refusal)
			return this.say(refusal);
		this.to.push(to);
		this.say('250 2.1.5 OK');
	}

	dataLine(line) {
		if (line === '.') {
			const raw = this.data.join('\r\n');
			if (!/^From: /m.test(raw) || !/^Date: /m.test(raw))
				this.say('550 5.6.0 A message needs From and Date');
			else {
				this.mail.deliver(this.from, this.to, raw);
				this.say(`250 2.0.0 Queued as ${randomBytes(4).toString('hex')}`);
			}
			return this.reset();
		}
		this.data.push(line.startsWith('.') ? line.slice(1) : line);
	}

	line(line) {
		if (this.data)
			return this.dataLine(line);
		if (this.next)
			return this.next(line);
		const [, verb, rest] = /^(\S*) ?(.*)$/.exec(line);
		switch (verb.toUpperCase()) {
		case 'EHLO':
			return this.say(['250-localhost', '250-8BITMIME', `250-SIZE ${MAX_MESSAGE}`, this.login ? '250 AUTH PLAIN' : '250 OK'].join('\r\n'));
		case 'HELO':
		case 'NOOP':
			return this.say('250 OK');
		case 'AUTH':
			return this.login ? this.auth(rest) : this.say('503 5.5.1 No log-in here');
		case 'MAIL':
			if (!this.authenticated)
				return this.say('530 5.7.0 Authentication required');
			this.from = this.address(rest, 'FROM:') ?? null;
			return this.from && this.say('250 2.1.0 OK');
		case 'RCPT':
			return this.from ? this.recipient(rest) : this.say('503 5.5.1 MAIL first');
		case 'DATA':
			if (!this.to.length)
				return this.say('503 5.5.1 RCPT first');
			this.data = [];
			return this.say('354 End with <CRLF>.<CRLF>');
		case 'RSET':
			this.reset();
			return this.say('250 OK');
		case 'QUIT':
			this.say('221 Bye');
			return this.end?.();
		default:
			return this.say('502 5.5.1 Not known');
		}
	}
}

/** Listens; login {user, password} or null. Gives {port, close()}. */
export function serveMail(mail, port, { key, cert }, login) {
	const server = tls.createServer({ key, cert, minVersion: 'TLSv1.2' }, (socket) => {
		let rest = '';
		let size = 0;
		socket.setEncoding('utf8');
		socket.setTimeout(30000, () => socket.destroy());
		socket.on('error', () => socket.destroy());
		const talk = new Conversation(mail, login, (text) => socket.write(`${text}\r\n`));
		talk.end = () => socket.end();
		socket.on('data', (part) => {
			rest += part;
			size += part.length;
			const lines = rest.split('\r\n');
			rest = lines.pop();
			if (size > MAX_MESSAGE || [...lines, rest].some((l) => l.length > MAX_LINE))
				return socket.end('552 5.3.4 Too long\r\n');
			for (const line of lines)
				talk.line(line);
		});
	});
	return new Promise((resolve, reject) => {
		server.on('error', reject);
		server.listen(port, 'localhost', () => resolve({ port: server.address().port, close: () => server.close() }));
	});
}
