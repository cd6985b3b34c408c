import { REGISTRY_TENANT } from '../event/identity.js';
import { parseJsonObject } from '../event/json-object.js';
import { isCount } from './count.js';
import type { Body, HeadsMember } from './body.js';
import type { Finished } from './finish.js';

/** The chain that tells of all chains: its number, the last part of its origin, and the key that no tenant can have. */
export const REGISTRY = { chain: 0, name: 'registry', tenant: REGISTRY_TENANT } as const;

/** What the registry holds, beside its opening. */
export const REGISTRY_KINDS = ['heads', 'key.rotated', 'restore.declared'] as const;
export type RegistryKind = (typeof REGISTRY_KINDS)[number];

/** Chains that one `heads` tells of at most. One that tells of fewer tells of all that had grown; behind a full one there may be more. */
export const MOST_TOLD = 20_000;

/** Bytes of the actor section of all its entries. */
export const REGISTRY_ACTOR = '{"id":"sealer","type":"system"}';

/** Bytes of a data section: `seal_registry()` takes no longer one, so what is longer was written by nobody who seals. */
export const REGISTRY_SECTION_BYTES = 1024 * 1024;

/** In a declared restore: the backup had no registry yet. */
export const FROM_NOTHING = 'nothing';

export function isRegistryKind(op: string | null): op is RegistryKind {
  return REGISTRY_KINDS.some((kind) => kind === op);
}

/** Fields of an entry of the registry. `heads` stands in those of that kind alone. */
export function finishRegistry(kind: RegistryKind, commit: Body['commit'], heads: HeadsMember | undefined): Finished {
  return {
    tenant: REGISTRY.tenant,
    actorId: 'sealer',
    actorEmail: undefined,
    address: undefined,
    plate: undefined,
    subject: undefined,
    requestId: undefined,
    body: { source: 'control', action: kind, outcome: 'success', flags: new Set(), commit, heads },
  };
}

/** How far one chain is said to have come: its number and its size. */
export type ToldSize = readonly [chain: number, size: number];

/** The data section of `heads`: numbers and sizes alone, ascending; what their roots are follows from the chains. */
export function formatTold(told: readonly ToldSize[]): string {
  return JSON.stringify({ details: { heads: told } });
}

/** `undefined` if it is not what `formatTold` writes. */
export function parseTold(data: string): readonly ToldSize[] | undefined {
  const details = parseJsonObject(data)?.['details'];
  const told = typeof details === 'object' && details !== null && 'heads' in details ? details.heads : undefined;
  if (!Array.isArray(told)) return undefined;
  const isTold = (pair: unknown, i: number): pair is ToldSize =>
    Array.isArray(pair) &&
    pair.length === 2 &&
    pair.every((n) => typeof n === 'number' && isCount(n) && n > 0) &&
    (i === 0 || told[i - 1][0] < pair[0]);
  return told.every((pair: unknown, i) => isTold(pair, i)) && formatTold(told) === data ? told : undefined;
}
