import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { isOfEntries, isOfVerifier, wordsOf } from './scripts/words.ts';

/**
 * The verifier: one page for strangers, without a node and without a network. `scripts/verifier.ts` puts what is built
 * here into one file. No text ever becomes markup: the templates make their elements one by one (`fragments`).
 */
export default defineConfig({
  plugins: [
    svelte({ compilerOptions: { fragments: 'tree' } }),
    wordsOf({ first: (key) => isOfVerifier(key) || isOfEntries(key), later: () => false }),
  ],
  publicDir: false,
  build: {
    outDir: 'node_modules/.verifier',
    emptyOutDir: true,
    target: 'es2023',
    sourcemap: false,
    assetsInlineLimit: () => true,
    cssMinify: true,
    cssCodeSplit: false,
    modulePreload: false,
    license: { fileName: 'licences.md' },
    rolldownOptions: {
      // What loads further files of a build is never called: there are none.
      transform: { define: { 'import.meta': '{}' } },
      input: 'src/verifier/main.ts',
      output: {
        format: 'iife',
        comments: { legal: false },
        codeSplitting: false,
        entryFileNames: 'verifier.js',
        assetFileNames: 'verifier[extname]',
      },
    },
  },
});
