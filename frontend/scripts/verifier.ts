/** Puts the built verifier into one file: script, style, fonts, words, terms, and a policy that lets nothing else in. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FRONTEND = join(import.meta.dirname, '..');
const BUILT = join(FRONTEND, 'node_modules/.verifier');
const PAGE = join(FRONTEND, '../src/coupefeu/console/static/verifier.html');
const FONT = '@fontsource/ibm-plex-sans';

const script = withoutTags(read('verifier.js'));
const style = read('verifier.css');
const policy = [
  "default-src 'none'",
  `script-src '${digest(script)}'`,
  `style-src '${digest(style)}'`,
  'font-src data:',
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');
const terms = `${read('licences.md')}\n## ${FONT}\n\n${readFileSync(join(FRONTEND, 'node_modules', FONT, 'LICENSE'), 'utf8')}`;

writeFileSync(
  PAGE,
  `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="referrer" content="no-referrer" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Coupe-feu</title>
    <style>${style}</style>
  </head>
  <body>
    <div id="verifier"></div>
    <noscript>
      <p>This page verifies by a script of its own; this browser runs none. Use the command: coupefeu verify FILE</p>
    </noscript>
    <script id="licences" type="text/plain">${withoutTags(terms)}</script>
    <script>${script}</script>
  </body>
</html>
`,
);

function read(name: string): string {
  return readFileSync(join(BUILT, name), 'utf8');
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** In a script these would end it, or hide its end; written so, they mean the same in strings and patterns. */
function withoutTags(text: string): string {
  return text.replaceAll(/<(?=!--|\/?script)/gi, '\\x3C');
}
