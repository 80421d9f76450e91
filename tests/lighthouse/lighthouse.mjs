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
const MARKS = ['performance', 'accessibility', 'best-practices', 'seo'];
const PORT = Number(process.env.CHROMIUM_PORT ?? 29222);
const folder = process.argv[2] ?? 'build/lighthouse';
const profile = mkdtempSync(join(tmpdir(), 'lighthouse-'));
const failures = [];
mkdirSync(folder, { recursive: true });

/** What took something off a mark: names of audits, the dearest first. */
function costs({ categories, audits }) {
	return MARKS.flatMap((mark) => categories[mark].auditRefs)
		.filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 0.9)
		.map(({ id }) => `${id} ${audits[id].displayValue ?? ''}`.trim());
}

async function look(name, path) {
	const { lhr, report } = await lighthouse(new URL(path, URL_BASE).href, {
		port: PORT, output: 'html', logLevel: 'error', onlyCategories: MARKS, disableStorageReset: true });
	writeFileSync(join(folder, `${name}.html`), report);
	if (lhr.runtimeError)
		throw new Error(`${path}: ${lhr.runtimeError.message}`);
	const marks = MARKS.map((mark) => lhr.categories[mark].score);
	console.log([name.padEnd(20), ...marks.map((m) => m.toFixed(2).padStart(15))].join(''));
	if (marks.some((m) => m < LEAST)) {
		failures.push(name);
		console.log(`    ${costs(lhr).join('; ')}`);
	}
}

const owner = await full();
const context = await chromium.launchPersistentContext(profile, { baseURL: URL_BASE,
	executablePath: browserTests.use.launchOptions.executablePath,
	args: [...browserTests.use.launchOptions.args, `--remote-debugging-port=${PORT}`] });
try {
	console.log([''.padEnd(20), ...MARKS.map((mark) => mark.padStart(15))].join(''));
	await look('login', '/login');
	await context.addCookies([...owner.cookies].map(([name, value]) => ({ name, value, url: URL_BASE })));
	const page = await context.newPage();
	const pages = await addresses(page);
	await page.close();
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
