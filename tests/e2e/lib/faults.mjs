// Points at which a program of the test build dies (fcgi/base/fault.h; tests/data/fault-points.txt has them all).
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VAR } from './env.mjs';

const FOLDER = join(VAR, 'faults');
const file = (point, value) => join(FOLDER, value ? `${point}@${value}` : point);

// The next process that comes by dies there, after `passes` that are let go; `kills` of them, one after the other.
export function arm(point, value = '', { passes = 0, kills = 1 } = {}) {
	mkdirSync(FOLDER, { recursive: true });
	writeFileSync(file(point, value), `${passes} ${kills}\n`);
}
// Whether it still waits for somebody to come by.
export const armed = (point, value = '') => existsSync(file(point, value));
