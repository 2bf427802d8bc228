/**
 * Writes .br and .gz beside every text file of the built console, so that the node compresses nothing when asked.
 *
 * What is large is of the map, and goes as .br alone: every browser that can draw it (WebGL 2) takes that.
 *
 * The verifier goes as it is: it is given away once in a while, and pressed it would double its room in the package.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const STATIC = join(import.meta.dirname, '../../src/coupefeu/console/static');
const TEXTS = new Set(['.html', '.js', '.css', '.svg', '.json', '.webmanifest', '.md']);
const LARGE_BYTES = 300_000;
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };

for (const name of readdirSync(STATIC, { recursive: true, encoding: 'utf8' })) {
  if (!TEXTS.has(extname(name)) || name === 'verifier.html') continue;
  const path = join(STATIC, name);
  const bytes = readFileSync(path);
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, BROTLI));
  if (bytes.length < LARGE_BYTES) writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}
