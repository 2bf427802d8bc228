import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** Built into the Python package. Nothing is inlined: the page's policy allows no inline script, style or font. */
export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: '../src/coupefeu/console/static',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    assetsInlineLimit: 0,
    cssMinify: true,
    modulePreload: { polyfill: false },
    license: { fileName: 'licences.md' },
    rolldownOptions: { output: { comments: { legal: false } } },
  },
  server: { fs: { allow: ['..'] } },
});
