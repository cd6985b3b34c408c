import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(`../src/viewer/page/check/${path}`, import.meta.url));

/**
 * What stands for Node in the page, for Vite: `resolve.alias`, and `build.rolldownOptions.transform.inject`. Files of `chain/`, `event/`,
 * `query/` and `export/` are bundled as they are.
 */
export const viewerAliases = ['crypto', 'util'].map((name) => ({
  find: `node:${name}`,
  replacement: here(`node-${name}.ts`),
}));
export const viewerInject = { Buffer: [here('node-buffer.ts'), 'Buffer'] };
