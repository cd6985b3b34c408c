import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { createPool, reconcilePrivileges, type Roles } from '../../src/store/postgres/index.js';
import { createQuickstart } from '../support/quickstart.js';

/** A database with the quickstart's tables, their triggers, and a role for each part of the log. */
export interface LevelsWorld {
  readonly url: string;
  /** A superuser, who owns the log. */
  readonly owner: pg.Pool;
  readonly roles: {
    readonly app: string;
    readonly sealer: string;
    readonly reader: string;
    readonly auditor: string;
    readonly guard: string;
    readonly follower: string;
    readonly other: string;
  };
  urlOf(role: string): string;
  poolOf(role: string): pg.Pool;
  /** What `migrate` does about rights. */
  reconcile(roles?: Roles): ReturnType<typeof reconcilePrivileges>;
  close(): Promise<void>;
}

/** @param server address of another than the server of this test run */
export async function levelsWorld(server?: string): Promise<LevelsWorld> {
  const quickstart = await createQuickstart(server === undefined ? {} : { server });
  const { pool: owner, url } = quickstart;
  const mark = randomBytes(4).toString('hex');
  const roles = {
    app: `app_${mark}`,
    sealer: `Sealer ${mark}`,
    reader: `reader_${mark}`,
    auditor: `auditor_${mark}`,
    guard: `guard_${mark}`,
    follower: `follower_${mark}`,
    other: `other_${mark}`,
  };
  const list = Object.values(roles).map((role) => `"${role}"`);
  for (const role of list) await owner.query(`create role ${role} login`);
  await owner.query(`grant select, insert, update, delete on all tables in schema public to "${roles.app}"; grant usage on all sequences in schema public to "${roles.app}"`); // prettier-ignore
  const urlOf = (role: string): string => {
    const as = new URL(url);
    as.username = encodeURIComponent(role);
    return as.href;
  };
  const pools = new Map<string, pg.Pool>();
  return {
    url,
    owner,
    roles,
    urlOf,
    poolOf(role) {
      const pool = pools.get(role) ?? createPool(urlOf(role), { max: 3, applicationName: 'test' });
      pools.set(role, pool);
      return pool;
    },
    reconcile: (
      given = {
        app: roles.app,
        sealer: roles.sealer,
        reader: roles.reader,
        auditor: roles.auditor,
        guard: roles.guard,
        follower: roles.follower,
      },
    ) => reconcilePrivileges(owner, { schema: 'audit', roles: given }),
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
      await owner.query(`drop owned by ${list.join(', ')}; drop role ${list.join(', ')}`);
      await quickstart.close();
    },
  };
}
