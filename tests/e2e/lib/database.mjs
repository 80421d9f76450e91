// The product's database, where a test must see or make what no page shows.
import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { conf } from './env.mjs';

const run = promisify(execFile);

/** Rows of strings; NULL is "NULL". Binary columns must be asked for as HEX(). */
export async function sql(statement) {
	const { stdout } = await run('mariadb', ['--no-defaults', '-S', conf('database_socket'), '-u', userInfo().username, '-N', '-B', 'connector', '-e', statement],
		{ maxBuffer: 1 << 30, timeout: 60000 });
	return stdout.split('\n').filter(Boolean).map((line) => line.split('\t'));
}
