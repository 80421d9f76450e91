// Browser tests in the system's own Chromium; nothing is downloaded and nothing is asked of anybody but the system under test.
import { defineConfig } from '@playwright/test';

const root = process.getuid() === 0 ? ['--no-sandbox'] : []; // Chromium refuses its sandbox to root

export default defineConfig({
	testDir: '.',
	testMatch: '*.spec.mjs',
	outputDir: process.env.CONNECTOR_VAR ? `${process.env.CONNECTOR_VAR}/browser` : './results',
	workers: 1,
	timeout: 120000,
	expect: { timeout: 15000 },
	forbidOnly: true,
	use: {
		baseURL: process.env.CONNECTOR_URL ?? 'http://localhost:8080',
		viewport: { width: 1280, height: 900 },
		locale: 'en-GB',
		timezoneId: 'UTC',
		screenshot: 'only-on-failure',
		trace: 'off',
		launchOptions: {
			executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
			args: [...root, '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update',
				'--disable-sync', '--disable-domain-reliability', '--no-pings', '--no-first-run'],
		},
	},
});
