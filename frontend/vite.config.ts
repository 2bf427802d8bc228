import { fileURLToPath } from 'node:url';

import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { CodeSplittingGroup } from 'rolldown';
import { defineConfig } from 'vite';
import { isLater, isOfCommunique, isOfVerifier, wordsFile, wordsOf } from './scripts/words.ts';

const SHARED = /\/src\/(App|main|lib|parts|shell|flash|calls\/ring)|node_modules\/(svelte|esm-env|clsx|@fluent)\//;
/** What stands at once: the frame that every page has, and the page that an officer comes to first. */
const FIRST = ['main.ts', 'pages/line/Line.svelte'].map((each) => fileURLToPath(new URL(`src/${each}`, import.meta.url)));

type Chunking = Parameters<Extract<CodeSplittingGroup['name'], (...given: never[]) => unknown>>[1];
let first: ReadonlySet<string> | undefined;

/** What the first page asks for comes in one file, for a request costs more than the bytes that it could spare; what others share in another. */
function chunkOf(id: string, chunking: Chunking): string {
  first ??= reached(FIRST, chunking);
  return first.has(id) ? 'every-page' : 'more-pages';
}

/** Give the modules that these import at once, they among them. */
function reached(from: readonly string[], chunking: Chunking): ReadonlySet<string> {
  const found = new Set<string>(from);
  for (const id of found) for (const imported of chunking.getModuleInfo(id)?.importedIds ?? []) found.add(imported);
  return found;
}

function isOfConsole(key: string): boolean {
  return !isOfVerifier(key) && !isOfCommunique(key);
}

/** Built into the Python package. Nothing is inlined: the page's policy allows no inline script, style or font. */
export default defineConfig({
  plugins: [svelte(), wordsOf({ first: (key) => isOfConsole(key) && !isLater(key), later: (key) => isOfConsole(key) && isLater(key) })],
  build: {
    outDir: '../src/coupefeu/console/static',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    assetsInlineLimit: 0,
    cssMinify: true,
    // What every page wears comes in one file too; the map alone has more than all of that.
    cssCodeSplit: true,
    modulePreload: { polyfill: false },
    license: { fileName: 'licences.md' },
    rolldownOptions: {
      output: {
        comments: { legal: false },
        chunkFileNames: (chunk) => wordsFile(chunk.facadeModuleId),
        codeSplitting: { groups: [{ name: chunkOf, test: SHARED }] },
      },
    },
  },
  worker: { format: 'es' },
  server: { fs: { allow: ['..'] } },
});
