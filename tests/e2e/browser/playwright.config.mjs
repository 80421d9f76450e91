// Browser tests in the system's own Chromium; nothing is downloaded.
import { defineConfig } from '@playwright/test';

const root = process.getuid() === 0 ? ['--no-sandbox'] : []; // Chromium refuses its sandbox to root

export default defineConfig({
	testDir: '.',
	testMatch: '*.spec.mjs',
	outputDir: process.env.CONNECTOR_VAR ? `${process.env.CONNECTOR_VAR}/browser` : './results',
	workers: 1,
	timeout: 60000,
	expect: { timeout: 10000 },
	forbidOnly: true,
	use: {
		baseURL: process.env.CONNECTOR_URL ?? 'http://localhost:8080',
		screenshot: 'only-on-failure',
		trace: 'off',
		launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...root, '--disable-gpu', '--disable-dev-shm-usage'] },
	},
});
