// Every fuzzer of tests/fuzz under libFuzzer with ASan and UBSan, from its corpus on, as many at once as there are cores.
// What one finds lies beside its log, and belongs into the corpus once it is mended.
//   FUZZ_S= seconds each (60)      FUZZ_ONLY= names of some of them
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, openSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { Part } from './part.mjs';

const ROOT = new URL('../..', import.meta.url).pathname;
const PROGRAMS = process.env.FUZZ_PROGRAMS ?? join(ROOT, 'build/fuzz/tests/fuzz');
const OUT = process.env.FUZZ_OUT ?? join(ROOT, 'build/soak/fuzz');
const SPARE_S = 120; // a slow machine may take longer to its end

const part = new Part('fuzz', { S: 60 });
const only = process.env.FUZZ_ONLY?.split(' ');
const names = readdirSync(join(ROOT, 'tests/fuzz')).map((f) => /^fuzz_(.*)\.c$/.exec(f)?.[1]).filter((n) => n && (!only || only.includes(n)));

/** What libFuzzer says at its end: {runs, covered, found}. */
function read(log) {
	const text = readFileSync(log, 'utf8');
	const last = (what) => Number([...text.matchAll(what)].at(-1)?.[1] ?? 0);
	return { runs: last(/stat::number_of_executed_units:\s*(\d+)/g), covered: last(/cov: (\d+)/g),
		found: /^.*(SUMMARY: .*|ERROR: .*|runtime error: .*|Assertion .*failed.*)$/m.exec(text)?.[1] ?? '' };
}

function fuzz(name) {
	const folder = join(OUT, name);
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(join(folder, 'corpus'), { recursive: true });
	const log = join(folder, 'log');
	const file = openSync(log, 'w');
	return new Promise((resolve, reject) => {
		const run = spawn(join(PROGRAMS, `fuzz_${name}`), [`-max_total_time=${part.size.S}`, `-seed=${part.seed % 4294967295 || 1}`, '-print_final_stats=1', '-timeout=20',
			'-rss_limit_mb=2048', `-artifact_prefix=${folder}/`, join(folder, 'corpus'), join(ROOT, 'tests/fuzz/corpus', name)], { stdio: ['ignore', file, file] });
		const clock = setTimeout(() => run.kill('SIGKILL'), (part.size.S + SPARE_S) * 1000);
		run.on('error', reject).on('close', (code, signal) => {
			clearTimeout(clock);
			resolve({ log, ok: code === 0, end: signal ?? `exit code ${code}`, ...read(log) });
		});
	});
}

async function main() {
	const queue = [...names];
	const figures = {};
	await Promise.all(Array.from({ length: availableParallelism?.() ?? cpus().length }, async () => {
		for (let name = queue.shift(); name; name = queue.shift()) {
			const { ok, runs, covered, found, log, end } = await fuzz(name);
			figures[name] = { runs, covered };
			part.tell(`fuzz ${name}: ${part.size.S} s without a finding`, ok && runs > 0, `${end}, ${found || 'see its log'}: ${log}`);
			part.say(`${name}: ${runs} inputs, ${covered} edges`);
		}
	}));
	part.figure('fuzzers', figures);
}

main().catch((err) => part.tell('the fuzzers ran', false, err.stack)).finally(() => part.end());
