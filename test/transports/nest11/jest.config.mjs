import { readFileSync } from 'node:fs';
import config from '../../../jest.config.mjs';

const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const names = Object.keys(dependencies).filter((name) => !name.startsWith('@nestjs/'));
const here = '<rootDir>/test/transports/nest11/node_modules';

/** The same tests with the Nest of this folder, for the package and for the applications. */
export default {
  ...config,
  rootDir: '../../..',
  globals: { nestVersion: 11 },
  testMatch: [
    '<rootDir>/test/transports/*.spec.ts',
    '<rootDir>/test/transports/nest11/*.spec.ts',
    '<rootDir>/test/viewer/platforms.spec.ts',
  ],
  testPathIgnorePatterns: ['/node_modules/', '/transports/nest-11.spec'],
  moduleNameMapper: {
    ...config.moduleNameMapper,
    [`^(@nestjs/.+|${names.join('|')})$`]: `${here}/$1`,
  },
};
