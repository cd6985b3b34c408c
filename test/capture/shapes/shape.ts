import type { audited } from '../../../src/prisma/index.js';
import type { PrismaClient } from '../schemas/generated/shapes/client.js';

export type Client = InstanceType<ReturnType<typeof audited<typeof PrismaClient>>>;

/** An operation on the rows of `schemas/shapes-seed.sql`. */
export interface Shape {
  readonly name: string;
  run: (prisma: Client) => Promise<unknown>;
  /** The changes of tables that a witness must have seen, else the row tests nothing: `insert Auto ×2, delete people`. */
  readonly sees: string;
  /** The code, else the name, of the error that it must end in. */
  readonly fails?: string;
  /** A hole that is known, in words: the row is then expected to fail. */
  readonly knownBug?: string;
}
