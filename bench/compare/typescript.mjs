// Lets Node import the TypeScript of the test battery (its './x.js' is the file x.ts), translated as jest does it.
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { transform } from '@swc/core';

const OPTIONS = {
  swcrc: false,
  sourceMaps: 'inline',
  module: { type: 'es6' },
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
    keepClassNames: true,
  },
};

export async function resolve(specifier, context, next) {
  if (!/^\.{1,2}\/.*\.js$/.test(specifier)) return next(specifier, context);
  try {
    return await next(specifier, context);
  } catch (error) {
    return next(specifier.replace(/\.js$/, '.ts'), context).catch(() => Promise.reject(error));
  }
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const { code } = await transform(await readFile(new URL(url), 'utf8'), {
    ...OPTIONS,
    filename: new URL(url).pathname,
  });
  return { format: 'module', source: code, shortCircuit: true };
}

// This file is both what is imported and, in Node's thread for such hooks, the hooks.
export const enableTypeScript = () => register(import.meta.url);
