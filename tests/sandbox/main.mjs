// The sandbox: HubSpot and impact.com, played for the connector.
//
//   node tests/sandbox/main.mjs --conf FILE --pages-port 8081 --api-port 8082 --mail-port 8083 --state DIR [--accounts N] [--judge-ms 4000] [--NAME VALUE ...]
//   node tests/sandbox/main.mjs --make-ca --state DIR
//
// --accounts: that many further HubSpot accounts, each with its impact.com account. Any setting of settings.mjs can be
// given as an option (--hour-seconds 60). README.md tells the rest.
import { apiHandler } from './api.mjs';
import { ensureCa } from './ca.mjs';
import { readConnector } from './conf.mjs';
import { addAccounts as addHubspot } from './hubspot/accounts.mjs';
import { serve } from './http.mjs';
import { serveMail } from './mail.mjs';
import { addAccounts as addImpact } from './impact/accounts.mjs';
import { siteHandler } from './pages/site.mjs';
import { SETTINGS } from './settings.mjs';
import { closeWorld, makeWorld } from './world.mjs';

function options(argv) {
	const out = { start: {} };
	for (let i = 0; i < argv.length; i++) {
		const name = argv[i].replace(/^--/, '').replace(/-/g, '_');
		if (name === 'make_ca') {
			out.makeCa = true;
			continue;
		}
		const value = argv[++i];
		if (!argv[i - 1].startsWith('--') || value === undefined)
			throw new Error(`option ${argv[i - 1]} needs a value`);
		if (['conf', 'state', 'pages_port', 'api_port', 'mail_port', 'accounts'].includes(name))
			out[name] = value;
		else if (name in SETTINGS)
			out.start[name] = value;
		else
			throw new Error(`unknown option ${argv[i - 1]}`);
	}
	if (!out.state)
		throw new Error('--state DIR is missing');
	if (!out.makeCa && !out.conf)
		throw new Error('--conf FILE is missing');
	return out;
}

async function main() {
	const opt = options(process.argv.slice(2));
	const tls = ensureCa(opt.state);
	if (opt.makeCa)
		return;
	addHubspot(Number(opt.accounts ?? 0));
	addImpact(Number(opt.accounts ?? 0));
	const w = makeWorld({ conf: readConnector(opt.conf), dir: opt.state, start: opt.start, caFile: tls.caFile });
	const api = await serve(apiHandler(w), Number(opt.api_port ?? 8082), tls);
	const pages = await serve(siteHandler(w), Number(opt.pages_port ?? 8081));
	const mail = await serveMail(w.mail, Number(opt.mail_port ?? 8083), tls, w.conf.mailLogin);
	console.log(`sandbox: pages http://localhost:${pages.port}, API https://localhost:${api.port}, mail smtps://localhost:${mail.port}, CA ${tls.caFile}`);
	for (const signal of ['SIGTERM', 'SIGINT'])
		process.on(signal, () => {
			api.close();
			pages.close();
			mail.close();
			closeWorld(w);
			process.exit(0);
		});
}

main().catch((err) => {
	console.error(`sandbox: ${err.message}`);
	process.exit(1);
});
