/** Adds the terms of the font to licences.md: Vite gathers those of the code, and a font enters through a stylesheet. */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FRONTEND = join(import.meta.dirname, '..');
const LICENCES = join(FRONTEND, '../src/coupefeu/console/static/licences.md');

const FONT = '@fontsource/ibm-plex-sans';

const terms = readFileSync(join(FRONTEND, 'node_modules', FONT, 'LICENSE'), 'utf8');
appendFileSync(LICENCES, `\n## ${FONT}\n\n${terms}`);
