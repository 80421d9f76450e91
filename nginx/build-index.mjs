// Makes the first look at the site a short one: index.html names every module that app.js needs at once, and lib/needs.js what each
// page needs beside, so that the browser asks for all of them together instead of one level of imports after the other; and the
// style sheets become one file.
//   node build-index.mjs FOLDER       the built site
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const folder = process.argv[2];
const read = (path) => readFileSync(join(folder, path), 'utf8');

/** The module and all that it imports, and these import; not what it reads later by import(). */
function needs(path, found = new Set()) {
	if (found.has(path))
		return found;
	found.add(path);
	for (const [, from] of read(path).matchAll(/(?:^|[;}\s])(?:import|export)\b[^;()'"]*?["'](\.{1,2}\/[^"']+)["']/g))
		needs(join(dirname(path), from), found);
	return found;
}

const sheets = [];
let index = read('index.html').replace(/ *<link rel="stylesheet" href="\/(.+?)">\n/g, (_, path) => (sheets.push(path), ''));
if (sheets.length === 0)
	throw new Error('build-index: index.html names no style sheet');
writeFileSync(join(folder, 'site.css'), sheets.map(read).join('\n'));
for (const path of sheets)
	rmSync(join(folder, path));
const first = needs('app.js');
const pages = readdirSync(join(folder, 'pages')).filter((file) => !first.has(`pages/${file}`));
writeFileSync(join(folder, 'lib/needs.js'), `export const needs = ${JSON.stringify(Object.fromEntries(pages.map((file) => [file.replace(/\.js$/, ''),
	[...needs(`pages/${file}`)].filter((path) => !first.has(path)).map((path) => `/${path}`)])), null, '\t')};\n`);
const links = ['<link rel="stylesheet" href="/site.css">',
	...[...first].filter((path) => path !== 'app.js').sort().map((path) => `<link rel="modulepreload" href="/${path}">`)];
index = index.replace(/( *)(<script type="module")/, (_, indent, script) => links.map((link) => `${indent}${link}\n`).join('') + indent + script);
writeFileSync(join(folder, 'index.html'), index);
