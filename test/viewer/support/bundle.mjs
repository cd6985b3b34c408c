import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { viewerAliases, viewerInject } from '../../../scripts/viewer-aliases.mjs';

/** Bundles a file as the page is bundled, into one script that leaves what it exports in `globalThis.bundled`. */
const entry = process.argv[2];
const { output } = (
  await build({
    configFile: false,
    logLevel: 'error',
    root: fileURLToPath(new URL('../../..', import.meta.url)),
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    define: { 'process.env.NODE_ENV': '"production"' },
    resolve: { alias: viewerAliases },
    build: {
      write: false,
      target: 'es2022',
      minify: process.argv[3] === 'min',
      lib: { entry, formats: ['iife'], name: 'bundled' },
      rolldownOptions: { transform: { inject: viewerInject } },
    },
  })
)[0];
process.stdout.write(output[0].code);
