// Writes tests/data/far-end-faults.jsonl: what a far end may do wrong, and what that means at each destination, by the
// rules below.  They are those of the specification, told once more and independently of the product: retry classes by
// destination and result, RFC 8259 for bodies, RFC 9112 for messages.  `node tests/lib/faults.mjs --check` says whether
// the file is what the rules make.
//
// One fault a line: {id, port, say, end, slow, is}.  `say` is what is sent (tests/lib/hostile.mjs reads it), `is` has a
// letter for each destination: HubSpot read, HubSpot write, HubSpot token, impact.com conversion, submission, listing.
//   o ok   a again   w wait   s sign in   f forbidden   h in halves   g gone   r refused   u unknown, may have arrived
//   m wrong set-up   b our bug   d the account is disconnected   c a log-in's code is refused
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('../data/far-end-faults.jsonl', import.meta.url));

// ---- rules

const OK = 'oooooo';
const NOT_SENT = 'aaaaaa'; // TLS never stood: not a byte of the request left
const NO_ANSWER = 'aaauaa'; // it may have arrived
const UNREADABLE = 'aaauaa'; // a 2xx that says nothing to rely on

/** Of a whole answer with that status, its body readable or not. */
function classes(status, readable) {
	if (status === 200 || status === 201)
		return readable ? OK : UNREADABLE;
	if ([202, 207].includes(status)) // HubSpot's "accepted" and per-item answers; impact.com has neither
		return readable ? 'ooauaa' : UNREADABLE;
	if (status < 300)
		return UNREADABLE;
	if (status < 400) // never followed: somebody's set-up is wrong
		return 'mmmmmm';
	const exact = {
		400: 'hhmrhh', 401: 'ssmsss', 402: 'rrmbbb', 403: 'ffmfff', 404: 'ghmsgg', 405: 'bbmbbb', 406: 'bbmbbb', 408: 'aaauaa',
		409: 'aamuaa', 410: 'rrmrgg', 413: 'hhmbhh', 414: 'hhmbbb', 415: 'bbmbbb', 423: 'wwauaa', 425: 'aaauaa', 429: 'wwawww', 477: 'wwauaa',
	}[status];
	if (exact)
		return exact;
	return status < 500 ? 'rhmrrr' : NO_ANSWER;
}

// ---- the list

const list = [];
const add = (id, say, is, more = {}) => list.push({ id, port: 'tls', say: [say].flat(), end: 'close', is, ...more });

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const length = (body) => `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const whole = (status, body, headers = '') => `HTTP/1.1 ${status} Scripted\r\n${headers}${length(body)}`;
/** The body of a far end that works, with its length in front. */
const GOOD = ['Content-Length: ', { good: 'length' }, '\r\n\r\n', { good: 'body' }];

const ERROR = '{"status":"error","message":"scripted","Status":"ERROR","Message":"scripted"}';
const HTML = '<!DOCTYPE html><html><body><form action="/login"><input name="password"></form></body></html>';

const STATUSES = {
	2: [200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 250, 299],
	4: [...Array(19).keys()].map((n) => 400 + n).concat([420, 421, 422, 423, 424, 425, 426, 428, 429, 430, 431, 440, 444, 449, 450, 451, 460, 463, 477, 494, 495, 496, 497, 498, 499]),
	5: [500, 501, 502, 503, 504, 505, 506, 507, 508, 509, 510, 511, 520, 521, 522, 523, 524, 525, 526, 527, 529, 530, 535, 540, 561, 598, 599],
	6: [600, 601, 700, 888, 999],
};
for (const status of STATUSES[2]) {
	const empty = [204, 205].includes(status); // may have no body
	add(`status-${status}-good`, [`HTTP/1.1 ${status} Scripted\r\n`, ...(empty ? ['Content-Length: 0\r\n\r\n'] : GOOD)], classes(status, !empty));
	add(`status-${status}-html`, whole(status, empty ? '' : HTML, 'Content-Type: text/html\r\n'), UNREADABLE);
	add(`status-${status}-empty`, whole(status, ''), UNREADABLE);
	add(`status-${status}-bare`, `HTTP/1.1 ${status} Scripted\r\n\r\n`, UNREADABLE);
}
for (const status of [...STATUSES[4], ...STATUSES[5], ...STATUSES[6]]) {
	add(`status-${status}-error`, whole(status, ERROR), classes(status, true));
	add(`status-${status}-html`, whole(status, HTML, 'Content-Type: text/html\r\n'), classes(status, true));
}
for (const status of [400, 401, 403, 404, 429, 500, 502, 503]) {
	add(`status-${status}-empty`, whole(status, ''), classes(status, true));
	add(`status-${status}-good`, [`HTTP/1.1 ${status} Scripted\r\n`, ...GOOD], classes(status, true));
	add(`status-${status}-garbage`, [`HTTP/1.1 ${status} Scripted\r\nContent-Length: 512\r\n\r\n`, { junk: 512 }], classes(status, true));
	add(`status-${status}-cut`, `HTTP/1.1 ${status} Scripted\r\nContent-Length: 512\r\n\r\n{"message":`, NO_ANSWER);
}
for (const [name, line] of Object.entries({
	'000': 'HTTP/1.1 000 Nothing', '099': 'HTTP/1.1 099 Low', '99': 'HTTP/1.1 99 Short', '1000': 'HTTP/1.1 1000 Long', abc: 'HTTP/1.1 abc Letters',
	minus: 'HTTP/1.1 -200 OK', none: 'HTTP/1.1', blank: 'HTTP/1.1  ', version: 'HTTP/9.9 200 OK', icy: 'ICY 200 OK', other: 'SMTP/1.1 200 OK',
}))
	add(`line-${name}`, [`${line}\r\n`, ...GOOD], NO_ANSWER);

// The name in small letters is taken for what it is.
add('line-lower', ['http/1.1 200 ok\r\n', ...GOOD], OK);

// What HubSpot's token service says in a body decides there (hubspot.md 1.3); elsewhere the status does.
const token = (letter) => classes(400, true).slice(0, 2) + letter + classes(400, true).slice(3);
for (const [word, letter] of Object.entries({ BAD_REFRESH_TOKEN: 'd', BAD_HUB: 'd', BAD_AUTH_CODE: 'c', BAD_CODE_VERIFIER: 'c', BAD_REDIRECT_URI: 'm', BAD_CLIENT_ID: 'm', BAD_CLIENT_SECRET: 'm', BAD_GRANT_TYPE: 'm', BAD_SCOPES: 'm', SOMETHING_NEW: 'm' }))
	add(`refusal-${word}`, whole(400, JSON.stringify({ status: word, message: 'no' })), token(letter));
for (const [word, letter] of Object.entries({ invalid_grant: 'd', access_denied: 'd', invalid_client: 'm', invalid_request: 'm', unsupported_grant_type: 'm', invalid_scope: 'm', something_new: 'm' }))
	add(`refusal-${word}`, whole(400, JSON.stringify({ error: word })), token(letter));

// Redirects: to anywhere, with any method, none is followed.
const targets = { same: '{followed}', http: 'http://localhost:{port}/followed', other: 'https://example.invalid/followed', relative: '/followed', scheme: '//localhost:{port}/followed', file: 'file:///etc/passwd', user: 'https://user:secret@localhost:{port}/followed', empty: '', long: `/${'x'.repeat(400)}` };
for (const [name, to] of Object.entries(targets))
	for (const status of name === 'same' ? [301, 302, 303, 307, 308] : [307])
		add(`redirect-${status}-${name}`, [`HTTP/1.1 ${status} Moved\r\nLocation: `, { to }, '\r\nContent-Length: 0\r\n\r\n'], classes(status, false));
for (const status of [300, 304, 305, 306, 309, 310, 399])
	add(`redirect-${status}`, [`HTTP/1.1 ${status} Moved\r\nLocation: `, { to: '{followed}' }, '\r\nContent-Length: 0\r\n\r\n'], classes(status, false));

// Interim answers.
for (const [name, n, is] of [['one', 1, OK], ['ten', 10, OK], ['hundred', 100, OK], ['storm', 20000, NO_ANSWER]])
	for (const [status, words] of [[100, 'Continue'], [102, 'Processing'], [103, 'Early Hints\r\nLink: </x>']])
		add(`interim-${status}-${name}`, [{ times: n, s: `HTTP/1.1 ${status} ${words}\r\n\r\n` }, HEAD, ...GOOD], is);
add('interim-alone', 'HTTP/1.1 100 Continue\r\n\r\n', NO_ANSWER);

// Cut before, in and behind the headers and in the body; by an end, by a reset, and by an end without TLS's goodbye.
for (const end of ['close', 'reset', 'drop']) {
	add(`cut-nothing-${end}`, [], NO_ANSWER, { end });
	for (const n of [1, 5, 8, 12, 14, 17, 30, 50])
		add(`cut-head-${n}-${end}`, [{ cut: n, of: [HEAD, ...GOOD] }], NO_ANSWER, { end });
	for (const share of [0.1, 0.3, 0.5, 0.7, 0.9])
		add(`cut-body-${share * 10}-${end}`, [HEAD, 'Content-Length: ', { good: 'length' }, '\r\n\r\n', { good: 'body', share }], NO_ANSWER, { end });
}
add('cut-half-json-close', [HEAD, '\r\n', { good: 'body', share: 0.6 }], UNREADABLE);
add('cut-half-json-drop', [HEAD, '\r\n', { good: 'body', share: 0.6 }], NO_ANSWER, { end: 'drop' });
add('until-close', [HEAD, '\r\n', { good: 'body' }], OK);
add('http-1.0', ['HTTP/1.0 200 OK\r\n\r\n', { good: 'body' }], OK);
add('http-0.9', [{ good: 'body' }], NO_ANSWER);
add('http-2-preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', NO_ANSWER);

// Lengths.
for (const [name, line, is] of [
	['short', 'Content-Length: 5', UNREADABLE], ['zero', 'Content-Length: 0', UNREADABLE], ['one', 'Content-Length: 1', UNREADABLE], ['long', 'Content-Length: 5000', NO_ANSWER],
	['tera', 'Content-Length: 1099511627776', NO_ANSWER], ['over-64-bits', 'Content-Length: 99999999999999999999', NO_ANSWER], ['negative', 'Content-Length: -1', NO_ANSWER],
	['letters', 'Content-Length: abc', NO_ANSWER],
	['two', 'Content-Length: 2\r\nContent-Length: 7', NO_ANSWER],
])
	add(`length-${name}`, [HEAD, `${line}\r\n\r\n`, { good: 'body' }], is);

// Chunks.
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;
add('chunked-good', [CHUNKED, { chunks: 7 }], OK);
add('chunked-bytes', [CHUNKED, { chunks: 1 }], OK);
add('chunked-trailer', [CHUNKED, { chunks: 9, trailer: 'X-Late: 1\r\n' }], OK);
add('chunked-extension', [CHUNKED, { chunks: 9, extension: ';name=value' }], OK);
for (const [name, body] of Object.entries({
	cut: '10\r\n{"results":', garbage: 'zz\r\n{}\r\n0\r\n\r\n', negative: '-1\r\n{}\r\n0\r\n\r\n', huge: 'ffffffffffffffff\r\n{}', overflow: '1ffffffffffffffff\r\n{}\r\n', no_end: '2\r\n{}\r\n',
	no_crlf: '2\r\n{}0\r\n\r\n', empty_line: '\r\n\r\n', longer: '2\r\n{}}}}}\r\n0\r\n\r\n', blank: '', spaces: '   \r\n', only_size: '5', end_only_half: '0\r', text: 'hello',
}))
	add(`chunked-${name}`, [CHUNKED, body], NO_ANSWER);
add('chunked-nothing', [CHUNKED, '0\r\n\r\n'], UNREADABLE);
// A coding that nobody knows cannot be undone (RFC 9112 6.1).
add('chunked-unknown-coding', [`${HEAD}Transfer-Encoding: rot13\r\n\r\n`, { good: 'body' }], NO_ANSWER);

// Headers.
const many = (n, s) => [HEAD, { times: n, s }, ...GOOD];
add('headers-90', many(90, 'X-More: 1\r\n'), OK);
add('headers-200', many(200, 'X-More: 1\r\n'), NO_ANSWER);
add('headers-10000', many(10000, 'X-More: 1\r\n'), NO_ANSWER);
add('headers-line-8k', [HEAD, 'X-Long: ', { times: 8000, s: 'x' }, '\r\n', ...GOOD], OK);
add('headers-line-64k', [HEAD, 'X-Long: ', { times: 65536, s: 'x' }, '\r\n', ...GOOD], NO_ANSWER);
add('headers-line-1m', [HEAD, 'X-Long: ', { times: 1048576, s: 'x' }, '\r\n', ...GOOD], NO_ANSWER);
add('headers-name-64k', [HEAD, { times: 65536, s: 'n' }, ': 1\r\n', ...GOOD], NO_ANSWER);
add('headers-endless', [HEAD, { endless: 'X-More: xxxxxxxxxxxxxxxx\r\n' }], NO_ANSWER);
for (const [name, line] of Object.entries({
	empty_name: ': value\r\n', empty_value: 'X-Empty:\r\n', utf8: 'X-Name: caf\u00c3\u00a9\r\n', high: 'X-Name: \u00ff\u00fe\r\n', tab: 'X-Tab:\t1\t\r\n', lf: 'X-Lf: 1\n',
	cookie: 'Set-Cookie: session=evil; Domain=localhost\r\n', hsts: 'Strict-Transport-Security: max-age=1\r\n', alt_svc: 'Alt-Svc: h3=":1"\r\n', refresh: 'Refresh: 0; url=https://example.invalid/\r\n', link: 'Link: <https://example.invalid/>; rel=next\r\n',
	proxy: 'Proxy-Connection: keep-alive\r\n', upgrade: 'Upgrade: h2c\r\nConnection: Upgrade\r\n', auth: 'WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n', kept: 'Connection: keep-alive\r\nKeep-Alive: timeout=99999999999\r\n',
}))
	add(`header-${name}`, [HEAD, line, ...GOOD], OK);
add('header-no_colon', [HEAD, 'this is no header\r\n', ...GOOD], NO_ANSWER);
add('header-nul', [HEAD, 'X-Nul: a\u0000b\r\n', ...GOOD], NO_ANSWER);
for (const [name, value] of Object.entries({ negative: '-5', words: 'soon', huge: '99999999999999999999', past: 'Sun, 06 Nov 1994 08:49:37 GMT', empty: '' }))
	for (const status of [429, 503])
		add(`retry-after-${name}-${status}`, whole(status, ERROR, `Retry-After: ${value}\r\n`), classes(status, true));
for (const [name, value] of Object.entries({ absurd: '99999999999999', zero: '0', words: 'never' }))
	add(`reset-${name}`, whole(429, ERROR, `X-RateLimit-Reset: ${value}\r\n`), classes(429, true));

// The type that an answer claims to have does not count, what it is does.
for (const type of ['text/html', 'text/plain', 'application/xml', 'image/png', 'application/octet-stream', 'application/json; charset=utf-16', 'nonsense', ''])
	add(`type-${type.replace(/\W+/g, '_') || 'none'}`, [`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n`, ...GOOD], OK);
for (const [name, body] of Object.entries({ login: HTML, xml: '<?xml version="1.0"?><Response><Status>QUEUED</Status></Response>', text: 'OK', blanks: '    ', form: 'Status=QUEUED&access_token=x', csv: 'Status,QueuedUri\nQUEUED,/x\n' }))
	add(`other-${name}`, whole(200, body), UNREADABLE);

// Nothing is unpacked, because nothing packed was asked for.
for (const coding of ['gzip', 'deflate', 'br', 'compress', 'zstd', 'gzip, gzip'])
	add(`coding-${coding.replace(/\W+/g, '_')}-claimed`, [HEAD, `Content-Encoding: ${coding}\r\n`, ...GOOD], OK);
for (const kind of ['gzip', 'deflate'])
	add(`coding-${kind}-true`, [HEAD, `Content-Encoding: ${kind}\r\n\r\n`, { packed: kind }], UNREADABLE);
add('coding-bomb', [HEAD, 'Content-Encoding: gzip\r\n\r\n', { packed: 'gzip', bomb: 104857600 }], UNREADABLE);
add('coding-bomb-unnamed', [HEAD, '\r\n', { packed: 'gzip', bomb: 104857600 }], UNREADABLE);

// Sizes.
add('body-100m', [HEAD, `Content-Length: 104857600\r\n\r\n`, { endless: ' ' }], NO_ANSWER);
add('body-endless', [HEAD, '\r\n{"results":[', { endless: '0,' }], NO_ANSWER);
add('body-endless-chunks', [CHUNKED, { endless: '10\r\n                \r\n' }], NO_ANSWER);
add('body-5m-blanks', [HEAD, '\r\n', { good: 'body' }, { times: 5242880, s: ' ' }], 'ooaooo'); // a token is never so long

// Bodies that are nearly JSON: the good one with one member more in front.
const inside = (name, text, is) => add(`json-${name}`, [HEAD, '\r\n', { good: 'body', inside: [text].flat() }], is);
const deep = (n, open, close) => ['"x":', { times: n, s: open }, '1', { times: n, s: close }];
const bad = {
	nan: '"x":NaN', infinity: '"x":Infinity', minus_infinity: '"x":-Infinity', single: "'x':1", bare: 'x:1', single_value: '"x":\'y\'', plus: '"x":+1', leading_zero: '"x":01', minus_zero_one: '"x":-01', hex: '"x":0x10',
	dot: '"x":1.', dot_first: '"x":.5', exponent: '"x":1e', upper_true: '"x":TRUE', undefined: '"x":undefined', comment: '/* c */"x":1', comment_line: '// c\n"x":1', no_colon: '"x" 1', two_colons: '"x"::1', no_value: '"x":', comma: ',"x":1',
	control: '"x":"a\u0001b"', newline: '"x":"a\nb"', tab: '"x":"a\tb"', nul_inside: '"x":"a\u0000b"', escape: '"x":"\\x41"', short_escape: '"x":"\\u12"', key_nul: '"a\\u0000b":1', twice: '"x":1,"x":2', unclosed: '"x":"y', bracket: '"x":[1,2}', brace: '"x":{"y":1]',
	utf8_cut: '"x":"\u00c3"', utf8_overlong: '"x":"\u00c0\u00af"', utf8_surrogate: '"x":"\u00ed\u00a0\u0080"', utf8_high: '"x":"\u00f5\u0080\u0080\u0080"', utf8_lone: '"x":"\u0080"', latin1: '"x":"caf\u00e9"', over_64_bits: '"x":18446744073709551616', digits: ['"x":', { times: 400, s: '9' }],
	deep_40: deep(40, '[', ']'), deep_1000: deep(1000, '[', ']'), deep_100000: deep(100000, '[', ']'), deep_open: deep(100000, '[', ''), deep_objects: deep(500, '{"y":', '}'),
};
for (const [name, text] of Object.entries(bad))
	inside(name, text, UNREADABLE);
const fine = {
	exponent_huge: '"x":1e400', minus_zero: '"x":-0', digits_18: '"x":999999999999999999', value_nul: '"x":"a\\u0000b"', half_surrogate: '"x":"\\ud800"', emoji: '"x":"\\ud83d\\ude00"', slash: '"x":"\\/"', empty_key: '"":1', deep_20: deep(20, '[', ']'),
	long_string: ['"x":"', { times: 20000, s: 'y' }, '"'], case: '"X":1,"x":2', unknown: '"brand_new":{"a":[null,true,false]}',
};
for (const [name, text] of Object.entries(fine))
	inside(name, text, OK);
for (const [name, before, after] of [['bom', '\u00ef\u00bb\u00bf', ''], ['prefix', ")]}',\n", ''], ['two', '', '{}'], ['behind', '', 'x'], ['nul_behind', '', '\u0000'], ['nul_before', '\u0000', ''], ['comma_behind', '', ','], ['jsonp', 'callback(', ')'], ['in_array', '[', ']'], ['utf16', '\u00ff\u00fe', '']])
	add(`json-${name}`, [HEAD, '\r\n', before, { good: 'body' }, after], UNREADABLE);
for (const [name, body] of Object.entries({ null: 'null', true: 'true', number: '0', string: '"QUEUED"', array: '[]', empty: '{}', brace: '{', quote: '"', error: ERROR, junk_key: '{"results', message: '{"message":"Service unavailable"}' }))
	add(`json-only-${name}`, whole(200, body), UNREADABLE);
for (let seed = 1; seed <= 8; seed++) {
	add(`garbage-${seed}`, [{ junk: 64 * seed, seed }], NO_ANSWER);
	add(`garbage-body-${seed}`, [HEAD, '\r\n', { junk: 64 * seed, seed }], UNREADABLE);
}

// Slow ones: each ends at its deadline, whatever drips.
const slow = (id, say, more = {}) => add(`slow-${id}`, say, NO_ANSWER, { end: 'keep', slow: true, ...more });
slow('never', []);
slow('after-line', 'HTTP/1.1 200 OK\r\n');
slow('after-head', `${HEAD}Content-Length: 100\r\n\r\n`);
slow('after-byte', `${HEAD}Content-Length: 100\r\n\r\n{`);
slow('after-most', [HEAD, 'Content-Length: 9999\r\n\r\n', { good: 'body' }]);
slow('after-interim', 'HTTP/1.1 100 Continue\r\n\r\n');
slow('after-chunk', `${CHUNKED}2\r\n{}\r\n`);
slow('inside-chunk', `${CHUNKED}100\r\n{`);
slow('until-close', [HEAD, '\r\n', { good: 'body' }]);
for (const ms of [20, 200]) {
	slow(`drip-line-${ms}`, ['HTTP/1.1 200 ', { drip: 'x', ms }]);
	slow(`drip-headers-${ms}`, ['HTTP/1.1 200 OK\r\n', { drip: 'X-A: 1\r\n', ms: ms * 5 }]);
	slow(`drip-header-${ms}`, [`${HEAD}X-Long: `, { drip: 'x', ms }]);
	slow(`drip-body-${ms}`, [`${HEAD}Content-Length: 100000\r\n\r\n{`, { drip: ' ', ms }]);
	slow(`drip-chunks-${ms}`, [CHUNKED, { drip: '1\r\n \r\n', ms }]);
	slow(`drip-interim-${ms}`, [{ drip: 'HTTP/1.1 102 Processing\r\n\r\n', ms: ms * 10 }]);
}
add('slow-but-whole', [HEAD, { pause: 300 }, ...GOOD], OK);
add('slow-pieces', ['HTTP/1.1 200', { pause: 50 }, ' OK\r\nContent-', { pause: 50 }, 'Length: ', { good: 'length' }, '\r\n', { pause: 50 }, '\r\n', { pause: 50 }, { good: 'body' }], OK);

// Without a proven far end not a byte leaves.
for (const port of ['expired', 'not_yet', 'wrong_host', 'self_signed', 'other_ca', 'no_server_use', 'old_tls', 'plain', 'banner', 'junk', 'cut_at_once', 'cut_at_hello', 'reset_at_hello', 'half_hello', 'alert', 'closed'])
	add(`tls-${port}`, [HEAD, ...GOOD], NOT_SENT, { port });
add('tls-mute', [], NOT_SENT, { port: 'mute', slow: true });

// ---- the file

const text = list.map((fault) => `${JSON.stringify(fault)}\n`).join('');
if (new Set(list.map((fault) => fault.id)).size !== list.length)
	throw new Error('two faults of one name');
if (process.argv[2] === '--check') {
	if (readFileSync(FILE, 'utf8') !== text)
		console.log('tests/data/far-end-faults.jsonl is not what tests/lib/faults.mjs makes of its rules: run it');
} else {
	writeFileSync(FILE, text);
	console.log(`${list.length} faults`);
}
