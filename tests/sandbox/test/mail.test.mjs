// The relay: what it takes, what it refuses, and the mailbox.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import tls from 'node:tls';
import { request, sandbox } from '../harness.mjs';

const box = await sandbox();
after(() => box.close());

/** Says lines one by one; gives the code of each answer, the greeting's first. */
async function talk(lines) {
	const socket = tls.connect({ port: box.mailPort, host: 'localhost', servername: 'localhost', ca: box.ca });
	socket.setEncoding('utf8');
	const codes = [];
	let rest = '';
	const answers = (async function* read() {
		for await (const part of socket) {
			rest += part;
			for (let at; (at = rest.indexOf('\r\n')) >= 0; rest = rest.slice(at + 2))
				if (rest[3] === ' ')
					yield Number(rest.slice(0, 3));
		}
	}());
	codes.push((await answers.next()).value);
	for (const line of lines) {
		socket.write(`${line}\r\n`);
		codes.push((await answers.next()).value);
	}
	socket.destroy();
	return codes;
}

const LOGIN = `AUTH PLAIN ${Buffer.from('\0connector\0relay secret').toString('base64')}`;
const FROM = 'MAIL FROM:<connector@localhost.example>';
const MESSAGE = ['From: <connector@localhost.example>', 'Date: Sat, 21 Nov 2026 10:20:32 +0000', 'Subject: =?UTF-8?B?R3LDvMOf?=\r\n =?UTF-8?B?ZQ==?=',
	'Content-Transfer-Encoding: base64', '', Buffer.from('See http://localhost:9/sign-in#s.1.x <b>').toString('base64'), '.'].join('\r\n');

test('a message ends in the mailbox, on its page as text, and by recipient', async () => {
	assert.deepEqual(await talk(['EHLO here', LOGIN, FROM, 'RCPT TO:<ada@example.com>', 'DATA', MESSAGE, 'QUIT']), [220, 250, 235, 250, 250, 354, 250, 221]);
	const { mails } = await box.control('GET', '/mail?to=ada@example.com');
	assert.equal(mails.length, 1);
	assert.equal(mails[0].subject, 'Grüße');
	assert.equal(mails[0].text, 'See http://localhost:9/sign-in#s.1.x <b>');
	assert.equal((await box.control('GET', '/mail?to=ben@example.com')).mails.length, 0);
	const page = (await request(`${box.site}/mail`)).text;
	assert.match(page, /href="http:\/\/localhost:9\/sign-in#s\.1\.x"/);
	assert.match(page, /&lt;b&gt;/);
});

test('without a log-in, or with a wrong one, nothing is taken', async () => {
	assert.deepEqual(await talk(['EHLO here', FROM]), [220, 250, 530]);
	assert.deepEqual(await talk(['EHLO here', `AUTH PLAIN ${Buffer.from('\0connector\0guess').toString('base64')}`]), [220, 250, 535]);
});

test('addresses and order are held to, and a test can have a recipient refused', async () => {
	await box.control('POST', '/mail/refuse', { code: 451, text: 'later' });
	assert.deepEqual(await talk(['EHLO here', LOGIN, 'RCPT TO:<a@b.example>', 'MAIL FROM:nobody', FROM, 'RCPT TO:<a@b.example>', 'RCPT TO:<a b@c.example>', 'DATA']),
		[220, 250, 235, 503, 501, 250, 451, 501, 503]);
});

