// Prints the rows that the subjects wrote, as one table, and says on which machine, of what. Fails when one is short.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

const rows = readFileSync(process.argv[2], 'utf8').trim().split('\n').map((line) => line.split('\t'));
const heads = ['what', 'against', 'measured', 'wanted', ''];
const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((r) => (r[i] ?? '').length)));
const line = (cells) => `| ${cells.map((cell, i) => (i === 2 ? (cell ?? '').padStart(widths[i]) : (cell ?? '').padEnd(widths[i]))).join(' | ')} |`;
const first = (command, ...args) => execFileSync(command, args, { encoding: 'utf8' }).trim().split('\n')[0];
const libraries = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')).dependencies;

console.log(`\n${new Date().toISOString().slice(0, 10)}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, ` +
	`load ${process.env.BENCH_LOAD} before;`);
console.log(`Linux ${first('uname', '-r')}, ${/[0-9.]+-MariaDB/.exec(first('mariadbd', '--version'))?.[0]}, node ${process.version}, ` +
	`${Object.entries(libraries).map((v) => v.join(' ')).join(', ')}:\n`);
console.log(line(heads));
console.log(`|${widths.map((n) => '-'.repeat(n + 2)).join('|')}|`);
for (const cells of rows)
	console.log(line(cells));
const short = rows.filter((r) => r[4] === 'short').length;
console.log(`\n${rows.filter((r) => r[4] === 'ok').length} ok, ${short} short`);
