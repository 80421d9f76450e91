// Lighthouse's four marks for every page of the site, signed out and in an account that is full of everything.
//   node tests/lighthouse/lighthouse.mjs      the connector of CONNECTOR_URL; `make lighthouse` starts one of its own
// One table on standard output, what cost a mark under it, the whole reports in build/lighthouse.  Fails below 0.95.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import lighthouse from 'lighthouse';
import browserTests from '../e2e/browser/playwright.config.mjs';
import { full } from '../e2e/lib/account.mjs';
import { URL_BASE } from '../e2e/lib/env.mjs';
import { addresses } from '../e2e/lib/pages.mjs';

const LEAST = 0.95;
const LOOKS = 3;
const MARKS = ['performance', 'accessibility', 'best-practices', 'seo'];
const PORT = Number(process.env.CHROMIUM_PORT ?? 29222);
const folder = process.argv[2] ?? 'build/lighthouse';
const profile = mkdtempSync(join(tmpdir(), 'lighthouse-'));
const failures = [];
let browser;
mkdirSync(folder, { recursive: true });

/** What took something off a mark: names of audits, the dearest first. */
function costs({ categories, audits }) {
	return MARKS.flatMap((mark) => categories[mark].auditRefs)
		.filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 0.9)
		.map(({ id }) => `${id} ${audits[id].displayValue ?? ''}`.trim());
}

const marksOf = ({ categories }) => MARKS.map((mark) => categories[mark].score);
const enough = (lhr) => !lhr.runtimeError && marksOf(lhr).every((mark) => mark >= LEAST);

/** The machine's other work takes off a mark and nothing adds to it: the best of some looks counts, of which most pages need one. */
async function look(name, path) {
	let best = null;
	for (let i = 0; i < LOOKS && !(best && enough(best.lhr)); i++) {
		await browser.send('Network.clearBrowserCache'); // as on a first visit
		const seen = await lighthouse(new URL(path, URL_BASE).href, {
			port: PORT, output: 'html', logLevel: 'error', onlyCategories: MARKS, disableStorageReset: true });
		if (!seen.lhr.runtimeError && !(best?.lhr.categories.performance.score >= seen.lhr.categories.performance.score))
			best = seen;
	}
	if (!best)
		throw new Error(`${path}: Lighthouse could not look at it`);
	const { lhr, report } = best;
	writeFileSync(join(folder, `${name}.html`), report);
	console.log([name.padEnd(20), ...marksOf(lhr).map((m) => m.toFixed(2).padStart(15))].join(''));
	if (!enough(lhr)) {
		failures.push(name);
		console.log(`    ${costs(lhr).join('; ')}`);
	}
}

const owner = await full();
const context = await chromium.launchPersistentContext(profile, { baseURL: URL_BASE,
	executablePath: browserTests.use.launchOptions.executablePath,
	args: [...browserTests.use.launchOptions.args, `--remote-debugging-port=${PORT}`] });
try {
	const page = await context.newPage();
	browser = await context.newCDPSession(page);
	console.log([''.padEnd(20), ...MARKS.map((mark) => mark.padStart(15))].join(''));
	await look('login', '/login');
	await context.addCookies([...owner.cookies].map(([name, value]) => ({ name, value, url: URL_BASE })));
	const pages = await addresses(page);
	for (const { name, path } of pages)
		await look(name, path);
} finally {
	await context.close();
	rmSync(profile, { recursive: true, force: true });
}
if (failures.length > 0) {
	console.error(`Below ${LEAST}: ${failures.join(', ')}; ${folder} says why.`);
	process.exitCode = 1;
}
