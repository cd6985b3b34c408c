import { afterAll, expect } from '@jest/globals';
import type { AuditEntry } from '../../src/index.js';
import { full } from '../support/full.js';
import type { Served } from '../nest/app.js';

/** What one call is to leave, an entry for each, by action. `-` stands for nobody. */
export type Expected = readonly (readonly [action: string, actor: string, outcome: string, more?: object])[];

const lines: string[] = [];

/** In the long run all of it is printed: transport × ending × entries. */
export function printTable(): void {
  // oxlint-disable-next-line no-console -- that is what it is for
  afterAll(() => (full ? console.log(lines.join('\n')) : undefined));
}

/** A user by his id, nobody as `-`, anything else with its type. */
export function whoOf({ actor }: AuditEntry): string {
  const { id = '', type = '', onBehalfOf } = (actor ?? {}) as Readonly<Record<string, string>>; // a section's members are texts
  const name = type === 'user' ? id : type === 'anonymous' ? '-' : `${type}:${id}`;
  return onBehalfOf === undefined ? name : `${name} for ${onBehalfOf}`;
}

/** Whose entries are looked at, and since when. */
export class Watched {
  #after = new Date(0);
  readonly #served: () => Served;

  constructor(served: () => Served) {
    this.#served = served;
  }

  /** What is there by now is not looked at. */
  begin(): void {
    this.#after = new Date();
  }

  /** Entries since the last question, in the order of their beginning; waits until there are so many. */
  async entries(count: number): Promise<readonly AuditEntry[]> {
    const deadline = Date.now() + 5_000;
    let found: readonly AuditEntry[];
    do {
      found = await this.#served().entries({ from: this.#after });
    } while (found.length < count && Date.now() < deadline);
    this.#after = new Date(Date.now() + 1);
    await new Promise((resolve) => setTimeout(resolve, 2));
    return found;
  }

  async holds(transport: string, ending: string, expected: Expected): Promise<readonly AuditEntry[]> {
    // Those of one request have one beginning and any order.
    const found = [...(await this.entries(expected.length))].sort((a, b) =>
      a.action < b.action ? -1 : a.action > b.action ? 1 : 0,
    );
    const shown = found.map((entry) => {
      const who = whoOf(entry);
      return [entry.action, who, entry.outcome] as const;
    });
    lines.push(
      `${transport.padEnd(22)} ${ending.padEnd(34)} ${shown.map((each) => each.join(' ')).join(' · ') || 'nothing'}`,
    );
    expect(shown).toEqual(expected.map(([action, who, outcome]) => [action, who, outcome]));
    expected.forEach(([, , , more], i) => (more ? expect(found[i]).toMatchObject(more) : undefined));
    expect(found.flatMap(({ flags }) => flags.filter((flag) => flag !== 'redacted'))).toEqual([]);
    return found;
  }
}
