// Every program under valgrind's memcheck, through stories of tests/e2e/api: log in, connect, rules, the whole way of a
// conversion, webhooks good and bad, tokens, and connectorctl at the start. No error, no block definitely lost, in any
// process; each must have come to its own end, or nobody has looked for what it lost. Nothing is suppressed. (03-rules
// is not among them: it saves 2,000 mappings, for which nginx does not wait as long as valgrind takes.)
//   VALGRIND_STORIES="04-story" only some of them
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { VAR } from '../e2e/lib/env.mjs';
import { Part } from './part.mjs';

const STORIES = ['01-login', '02-settings', '04-story', '05-webhooks', '14-contacts', '15-companies', '16-deals', '18-token', '19-activity'];
const LOGS = process.env.VALGRIND_LOGS ?? join(VAR, '../valgrind');
const END_S = '300'; // one that looks for what it lost takes its time

const part = new Part('valgrind', {});

function story(name) {
	return new Promise((resolve, reject) => {
		const test = spawn(process.execPath, ['--test', '--test-reporter=tap', new URL(`../e2e/api/${name}.test.mjs`, import.meta.url).pathname], { stdio: ['ignore', 'pipe', 'inherit'] });
		let passed = 0;
		const failed = [];
		let telling = false; // the lines below one that failed
		createInterface({ input: test.stdout }).on('line', (line) => {
			const [, not, what] = /^(not )?ok \d+ - (.*)$/.exec(line) ?? [];
			passed += what && !not ? 1 : 0;
			if (not)
				failed.push(what);
			telling = what ? Boolean(not) : telling;
			if (telling)
				console.log(`#    ${line}`);
		});
		test.on('error', reject).on('close', (code) => resolve({ passed, failed, code }));
	});
}

/** The findings of a process's log: {ended, errors, first}. */
function read(file) {
	const text = readFileSync(join(LOGS, file), 'utf8').replace(/^==\d+== ?/gm, '');
	const summary = /ERROR SUMMARY: (\d+) errors/.exec(text);
	const lost = Number(/definitely lost: ([\d,]+) bytes/.exec(text)?.[1].replaceAll(',', '') ?? 0);
	const reports = text.split(/\n\n/).filter((p) => /^(?!Memcheck|HEAP|LEAK|For )[\s\S]*\n +(at|by) 0x/.test(p));
	return { ended: summary !== null, errors: Number(summary?.[1] ?? 0), lost, reports };
}

async function main() {
	for (const name of process.env.VALGRIND_STORIES?.split(' ') ?? STORIES) {
		const { passed, failed, code } = await story(name);
		part.tell(`under valgrind: the story ${name}, ${passed} tests`, code === 0 && passed > 0 && !failed.length, failed.join('; ') || `exit code ${code}`);
	}
	for (const service of ['nginx', 'hooks', 'site', 'live', 'worker'])
		await part.step(`${service} ends by itself`, () => execFileSync('sv', ['-w', END_S, 'down', join(VAR, 'service', service)], { stdio: 'pipe' }));
	const programs = {};
	for (const file of readdirSync(LOGS).sort()) {
		const [name] = file.split('.');
		const sum = programs[name] ??= { processes: 0, unended: [], errors: 0, lost: 0, reports: new Set() };
		const { ended, errors, lost, reports } = read(file);
		sum.processes++;
		sum.errors += errors;
		sum.lost += lost;
		reports.forEach((r) => sum.reports.add(r));
		if (!ended)
			sum.unended.push(file);
	}
	for (const name of ['connector-hooks', 'connector-site', 'connector-worker', 'connectorctl']) {
		const { processes = 0, unended = [], errors = 0, lost = 0, reports = [] } = programs[name] ?? {};
		for (const report of [...reports].slice(0, 5))
			console.log(report.replace(/^/gm, '#    '));
		part.tell(`${name}: no error and nothing definitely lost, in any process`, processes > 0 && errors === 0 && lost === 0, `${errors} errors, ${lost} bytes in ${processes} processes: ${LOGS}`);
		part.tell(`${name}: every process came to its own end`, processes > 0 && !unended.length, unended.join(', '));
	}
	part.figure('processes', Object.fromEntries(Object.entries(programs).map(([name, p]) => [name, p.processes])));
	part.figure('valgrind', execFileSync('valgrind', ['--version'], { encoding: 'utf8' }).trim());
}

main().catch((err) => part.tell('the stories went through', false, err.stack)).finally(() => part.end());
