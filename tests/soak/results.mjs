// What the parts of a long run left, as the table that the README shows:  node tests/soak/results.mjs [FOLDER]
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2] ?? new URL('../../build/soak', import.meta.url).pathname;

console.log('| part | sizes | seed | date | result |\n|---|---|---|---|---|');
for (const file of readdirSync(folder).filter((f) => f.endsWith('.json')).sort()) {
	const { part, size, seed, date, commit, result, seconds, sentences } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
	const held = sentences.filter((s) => s.ok).length;
	console.log(`| ${part} | ${Object.entries(size).map(([k, v]) => `${k.toLowerCase().replaceAll('_', ' ')} ${v.toLocaleString('en')}`).join(', ')} | ${seed} | ${date.slice(0, 10)}, ${commit} `
		+ `| ${result}: ${held} of ${sentences.length} in ${Math.round(seconds / 6) / 10} min |`);
}
