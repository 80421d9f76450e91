// A small storm of expiring tokens, of the accounts that the stack has; `make soak` runs the large one (tests/soak/refresh.mjs).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { VAR } from '../lib/env.mjs';
import { calm } from '../lib/sandbox.mjs';

let child;
after(async () => {
	child?.kill('SIGKILL');
	await calm();
});

test('T-38 F-080 F-082 G-07 four workers refresh each token once before it ends, killed or not, with refresh tokens that stay or change', { timeout: 1200000 }, async () => {
	const said = [];
	const env = { ...process.env, REFRESH_TENANTS: '4', REFRESH_PROCESSES: '4', REFRESH_EXPIRIES: '2', REFRESH_KILLS: '4', REFRESH_LIFE_S: '8', REFRESH_ROUNDS: '2',
		SOAK_EVIDENCE: VAR };
	const code = await new Promise((resolve) => {
		child = spawn(process.execPath, [fileURLToPath(new URL('../../soak/refresh.mjs', import.meta.url))], { env, stdio: ['ignore', 'pipe', 'inherit'] });
		child.stdout.on('data', (text) => said.push(text));
		child.on('close', resolve);
	});
	assert.equal(code, 0, said.join(''));
});
