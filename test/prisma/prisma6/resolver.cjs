const path = require('node:path');

const generator = process.env.AUDIT_TEST_GENERATOR;
const root = path.join(__dirname, '../../..');
const PRISMA = /^@prisma\/(?:client|adapter-pg)(?:\/|$)/;
const GENERATED = /\/generated\/(\w+)\/client(?:\.js)?$/;
/** Schemas of the clients that tests import, by the folders that these are in. */
const NAMES = { prisma: 'quickstart', shapes: 'shapes', reads: 'reads', values: 'values' };

/** Resolves as jest does, but Prisma and the clients that it generated are those of this folder. */
module.exports = (request, options) => {
  if (PRISMA.test(request)) return options.defaultResolver(request, { ...options, basedir: __dirname });
  // One copy of it: the adapter asks whether what it is given is a pool of its own.
  if (request === 'pg') return options.defaultResolver(request, { ...options, basedir: root });
  const name = NAMES[GENERATED.exec(request)?.[1]];
  if (name === undefined) return options.defaultResolver(request, options);
  if (generator === 'prisma-client-js' && name === 'values')
    // see prepare.mjs
    return options.defaultResolver('@prisma/client', { ...options, basedir: __dirname });
  const client = `client.${generator.endsWith('prisma-client-js') ? 'js' : 'ts'}`;
  return options.defaultResolver(path.join(__dirname, 'generated', generator, name, 'client', client), options);
};
