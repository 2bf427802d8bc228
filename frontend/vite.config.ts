import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { isLater, isOfCommunique, isOfVerifier, wordsFile, wordsOf } from './scripts/words.ts';

const EVERY_PAGE = /\/src\/(App|main|lib|parts|shell|flash|calls\/ring)|node_modules\/(svelte|esm-env|clsx|@fluent)\//;

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
        // What every page needs comes in one file: a request costs more than the bytes that it could spare.
        codeSplitting: { groups: [{ name: 'every-page', test: EVERY_PAGE }] },
      },
    },
  },
  worker: { format: 'es' },
  server: { fs: { allow: ['..'] } },
});
