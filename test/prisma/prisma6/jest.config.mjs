import { fileURLToPath } from 'node:url';
import config from '../../../jest.config.mjs';

const notHere = (pattern) => !pattern.includes('prisma6');

/** Test files as they are, with Prisma 6 in the place of 7. AUDIT_TEST_GENERATOR says which of its generators made the clients. */
export default {
  ...config,
  rootDir: fileURLToPath(new URL('../../..', import.meta.url)),
  resolver: '<rootDir>/test/prisma/prisma6/resolver.cjs',
  testPathIgnorePatterns: config.testPathIgnorePatterns.filter(notHere),
  modulePathIgnorePatterns: config.modulePathIgnorePatterns.filter(notHere),
  testTimeout: 300_000,
  maxWorkers: 2,
};
