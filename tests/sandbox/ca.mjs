// The sandbox's own certificate authority and the certificate of its API, made with the openssl command.
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILES = ['ca.pem', 'ca.key', 'server.pem', 'server.key'];
const DAY = 86400000;

const CA = `[req]
distinguished_name=dn
prompt=no
x509_extensions=ext
[dn]
O=Connector sandbox
CN=Connector sandbox CA
[ext]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
`;
const SERVER = `basicConstraints=CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
`;

function make(dir) {
	const tmp = mkdtempSync(join(dir, 'ca-'));
	const at = (name) => join(tmp, name);
	const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
	writeFileSync(at('ca.cnf'), CA);
	writeFileSync(at('server.ext'), SERVER);
	for (const name of ['ca', 'server'])
		openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', at(`${name}.key`));
	openssl('req', '-new', '-x509', '-config', at('ca.cnf'), '-key', at('ca.key'), '-days', '3650', '-out', at('ca.pem'));
	openssl('req', '-new', '-config', at('ca.cnf'), '-subj', '/CN=localhost', '-key', at('server.key'), '-out', at('server.csr'));
	openssl('x509', '-req', '-in', at('server.csr'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-set_serial', String(Date.now()),
		'-days', '820', '-extfile', at('server.ext'), '-out', at('server.pem'));
	for (const name of FILES)
		renameSync(at(name), join(dir, name));
	rmSync(tmp, { recursive: true });
}

function fresh(dir) {
	if (!FILES.every((name) => existsSync(join(dir, name))))
		return false;
	const cert = new X509Certificate(readFileSync(join(dir, 'server.pem')));
	return Date.parse(cert.validTo) - Date.now() > 30 * DAY;
}

/** Key and certificate for the https server; made when missing or about to end. */
export function ensureCa(dir) {
	mkdirSync(dir, { recursive: true, mode: 0o700 });
	if (!fresh(dir))
		make(dir);
	return { key: readFileSync(join(dir, 'server.key')), cert: readFileSync(join(dir, 'server.pem')), caFile: join(dir, 'ca.pem') };
}
