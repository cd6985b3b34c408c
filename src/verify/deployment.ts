import { REGISTRY } from '../chain/registry.js';
import type { FindingCode } from './findings.js';
import type { ChainRecord } from './source.js';

type Note = (code: FindingCode, message: string, chain: { chain: number; origin?: string }) => void;

/** What the rows of all chains say together: numbered from 1 without gaps, the registry before them with 0, one for a tenant, all of one deployment. */
export class Deployment {
  readonly #note: Note;
  readonly #origins = new Set<string>();
  readonly #tenants = new Set<string>();
  #name: string | undefined;
  #last = 0;

  constructor(note: Note) {
    this.#note = note;
  }

  /** What the origin of the first chain begins with. */
  get name(): string | undefined {
    return this.#name;
  }

  has(origin: string): boolean {
    return this.#origins.has(origin);
  }

  /** Rows come in the order of their numbers. False for a second row of a number, of which nothing more can be said. */
  isNew({ chain, origin, tenant }: ChainRecord): boolean {
    const name = origin.slice(0, origin.lastIndexOf('/'));
    this.#name ??= name;
    const isSecond = chain === this.#last && this.#origins.size > 0;
    const wrong = (message: string): void => this.#note('CHAIN_ALTERED', message, { chain, origin });
    if (chain < REGISTRY.chain || isSecond)
      wrong(isSecond ? `there is more than one row of chain ${chain}` : `no chain has the number ${chain}`); // prettier-ignore
    else if (chain > this.#last + 1) {
      // Chains are numbered without gaps: a number that is missing is a chain that was removed.
      const [from, to] = [this.#last + 1, chain - 1];
      this.#note('CHAIN_MISSING', from === to ? `chain ${from} is gone` : `chains ${from} to ${to} are gone`, { chain: from }); // prettier-ignore
    }
    if (name !== this.#name) wrong('the origin names another deployment than that of the first chain');
    if (this.#tenants.has(tenant)) wrong('another chain is of the same tenant');
    if (this.#origins.has(origin)) wrong('another chain has the same origin');
    this.#origins.add(origin);
    this.#tenants.add(tenant);
    if (chain >= 1) this.#last = chain;
    return !isSecond;
  }
}
