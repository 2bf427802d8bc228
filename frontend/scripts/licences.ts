/** Adds the terms of the fonts to licences.md: Vite gathers those of the code, and fonts enter through a stylesheet. */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FRONTEND = join(import.meta.dirname, '..');
const LICENCES = join(FRONTEND, '../src/coupefeu/console/static/licences.md');

for (const font of ['@fontsource/ibm-plex-sans', '@fontsource/ibm-plex-mono']) {
  const terms = readFileSync(join(FRONTEND, 'node_modules', font, 'LICENSE'), 'utf8');
  appendFileSync(LICENCES, `\n## ${font}\n\n${terms}`);
}
