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
	// Journeys 1 and 2 a second time by keyboard alone, journey 3 by touch on a phone in the dark.
	projects: [
		{ name: 'mouse' },
		{ name: 'keyboard', testMatch: 'story.spec.mjs', grep: /I-18 I-19|I-22 I-23|I-08 I-26|I-01 I-04/, use: { hands: 'keyboard' } },
		{ name: 'phone', testMatch: 'objects.spec.mjs', grep: /I-02 I-26|I-01 I-07|I-05 I-43/, use: { hands: 'touch', hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 }, colorScheme: 'dark' } },
	],
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
