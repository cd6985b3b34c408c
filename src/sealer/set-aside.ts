import { decodeFrontier } from '../chain/merkle.js';
import { isOrigin } from '../chain/leaf.js';
import { AuditError } from '../event/errors.js';
import type { ChainHead } from '../store/log.port.js';

const FIRST_LOOK_MS = 60_000;
const LAST_LOOK_MS = 3_600_000;
/** Far enough from what a number can count exactly. */
const MAX_SIZE = Number.MAX_SAFE_INTEGER - 1_000_000;

interface Aside {
  readonly chain: number | undefined;
  readonly why: string;
  lookAt: number;
  waitMs: number;
}

/** Why a chain cannot grow from this head; `undefined` if it can. */
export function whyNot({ origin, size, hash, frontier, beyond }: ChainHead): string | undefined {
  if (size === -1) return 'its row in the table chain is gone';
  if (beyond === true) return 'it has entries beyond the size that its row says';
  if (!isOrigin(origin)) return 'its origin is none';
  if (!Number.isSafeInteger(size) || size < 0 || size > MAX_SIZE) return 'its size is none that a chain can have';
  if (!/^[0-9a-f]{64}$/.test(hash)) return 'its hash is none';
  try {
    decodeFrontier(size, frontier);
  } catch {
    return 'its frontier is not one of a tree of its size';
  }
  return undefined;
}

/**
 * Chains that cannot grow. Their rows wait; those of the others are sealed. A chain is told of once for each reason, and looked at again
 * after a minute, then half as often each time, at least once an hour.
 */
export class SetAside {
  readonly #aside = new Map<string, Aside>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void = () => undefined) {
    this.#onError = onError;
  }

  /** Numbers of the chains, where they have one. */
  get chains(): readonly number[] {
    return [...this.#aside.values()].map(({ chain }) => chain).filter((chain) => chain !== undefined);
  }

  get size(): number {
    return this.#aside.size;
  }

  has(tenant: string): boolean {
    return this.#aside.has(tenant);
  }

  add(tenant: string, chain: number | undefined, why: string, cause?: unknown): void {
    const before = this.#aside.get(tenant);
    const waitMs = before ? Math.min(before.waitMs * 2, LAST_LOOK_MS) : FIRST_LOOK_MS;
    this.#aside.set(tenant, { chain, why, waitMs, lookAt: performance.now() + waitMs });
    if (before?.why === why) return;
    const name = chain === undefined ? 'a chain that is to be opened' : `chain ${chain}`;
    this.#onError(
      new AuditError(
        'AUDIT_CHAIN_SET_ASIDE',
        `${name} cannot grow: ${why}. Its rows wait without an entry, those of other chains are sealed. Somebody changed the log: run "nestjs-prisma-audit verify"`,
        chain === undefined ? {} : { chain },
        cause,
      ),
    );
  }

  /** Those that are to be looked at again. */
  due(): readonly string[] {
    if (this.#aside.size === 0) return [];
    const now = performance.now();
    return [...this.#aside].filter(([, { lookAt }]) => lookAt <= now).map(([tenant]) => tenant);
  }

  delete(tenant: string): void {
    this.#aside.delete(tenant);
  }
}
