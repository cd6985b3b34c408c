import { readFileSync } from 'node:fs';
import os from 'node:os';
import { withClient } from './databases.mjs';

export function machine() {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() || `unknown ${os.arch()}`,
    cores: cpus.length,
    memoryGiB: Math.round((os.totalmem() / 2 ** 30) * 10) / 10,
    kernel: `${os.type()} ${os.release()}`,
    loadBefore: os.loadavg()[0],
  };
}

export async function versions(server) {
  const version = (name) =>
    JSON.parse(readFileSync(new URL(`../${name}package.json`, import.meta.url), 'utf8')).version;
  return {
    package: version(''),
    node: process.versions.node,
    postgresql: await withClient(
      server,
      async (client) => (await client.query('show server_version')).rows[0].server_version,
    ),
    prisma: version('node_modules/@prisma/client/'),
  };
}
