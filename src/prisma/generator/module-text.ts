import type { Catalogue } from '../../event/catalogue.js';

const HEAD = `/* eslint-disable */
// Written by the generator of nestjs-prisma-audit from the Prisma schema: do not edit, run "prisma generate" again.
import type { Catalogue } from 'nestjs-prisma-audit/prisma';

`;

/** A module of TypeScript with nothing to load at run time, so that it is the same for ES modules and CommonJS. */
export function moduleText(catalogue: Catalogue): string {
  return `${HEAD}export const catalogue = ${literal(catalogue, '')} as const satisfies Catalogue;\n`;
}

const WIDTH = 110;

function literal(value: unknown, indent: string): string {
  const short = inline(value);
  if (typeof value !== 'object' || value === null || short.length + indent.length <= WIDTH) return short;
  const inner = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((item) => `${inner}${literal(item, inner)},\n`)
    : Object.entries(value).map(([key, item]) => `${inner}${keyText(key)}: ${literal(item, inner)},\n`);
  return Array.isArray(value) ? `[\n${lines.join('')}${indent}]` : `{\n${lines.join('')}${indent}}`;
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => inline(item)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${keyText(key)}: ${inline(item)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** `__proto__: …` would set the prototype; in brackets it is a property like any other. */
function keyText(key: string): string {
  if (key === '__proto__') return `['__proto__']`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}
