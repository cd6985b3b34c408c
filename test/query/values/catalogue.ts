import { readFileSync } from 'node:fs';
import { catalogueOf } from '../../../src/prisma/generator/index.js';

const path = new URL('../schemas/values.prisma', import.meta.url);

/** What the generator makes of values.prisma. */
export const CATALOGUE = catalogueOf([{ path: 'values.prisma', content: readFileSync(path, 'utf8') }]);
