/**
 * Adds to licences.md the terms of what Vite does not gather: the font enters through a stylesheet, the coastlines and
 * the symbols of the map as data that scripts beside this one have made.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FRONTEND = join(import.meta.dirname, '..');
const LICENCES = join(FRONTEND, '../src/coupefeu/console/static/licences.md');

for (const name of ['@fontsource/ibm-plex-sans', 'world-atlas', 'milsymbol']) {
  const terms = readFileSync(join(FRONTEND, 'node_modules', name, 'LICENSE'), 'utf8');
  appendFileSync(LICENCES, `\n## ${name}\n\n${terms}`);
}
