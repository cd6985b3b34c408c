import { hash } from 'node:crypto';
import { AuditError } from '../event/errors.js';
import type { AuditEntry } from '../query/read-entry.js';
import { cellsOf, csvCells, POPULATION_HEAD } from './csv.js';
import type { ExportFormat } from './format.js';

export const POPULATION_FILE = 'population.csv';
export const SAMPLE_FILE = 'sample.csv';
export const MOST_DRAWN = 10_000;

/** Smallest first: SHA-256 of seed, line feed, origin, line feed and number, as text. */
export function drawKey(seed: string, origin: string, seq: number): string {
  return hash('sha256', `${seed}\n${origin}\n${seq}`);
}

/** A line of the population: what an auditor chooses by, and where the entry is. */
export function populationLine(entry: AuditEntry): string {
  return `${cellsOf(entry).join(',')}\r\n`;
}

/** The same, of its row. @param line with its end */
export function populationLineOf(line: string, format: ExportFormat): string {
  const cells = format === 'csv' ? csvCells(line) : undefined;
  return `${(format === 'csv' ? cells && cellsOf(cells) : cellsOfJson(line))?.join(',') ?? ''}\r\n`;
}

function cellsOfJson(line: string): readonly string[] | undefined {
  try {
    const entry = JSON.parse(line) as AuditEntry & { readonly sealedAt: string | null };
    return cellsOf({ ...entry, sealedAt: new Date(entry.sealedAt ?? Number.NaN), flags: [], changes: [] });
  } catch {
    return undefined; // what is no row was said to be none
  }
}

/** @throws AuditError `AUDIT_OPTIONS_INVALID` */
export function checkDrawn(size: number): void {
  if (!Number.isInteger(size) || size < 1 || size > MOST_DRAWN)
    throw new AuditError('AUDIT_OPTIONS_INVALID', `a sample has 1 to ${MOST_DRAWN} entries`);
}

/** Draws from a population that goes by; keeps nothing but what is drawn so far. */
export class Draw {
  readonly #seed: string;
  readonly #size: number;
  readonly #drawn: { readonly key: string; readonly line: string }[] = [];

  constructor(seed: string, size: number) {
    [this.#seed, this.#size] = [seed, size];
  }

  /** @param line of the population */
  add(origin: string, seq: number, line: string): void {
    const key = drawKey(this.#seed, origin, seq);
    const drawn = this.#drawn;
    if (drawn.length >= this.#size && key >= (drawn.at(-1)?.key ?? '')) return;
    let [low, high] = [0, drawn.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((drawn[middle]?.key ?? '') < key) low = middle + 1;
      else high = middle;
    }
    drawn.splice(low, 0, { key, line });
    if (drawn.length > this.#size) drawn.pop();
  }

  /** The file of the sample, in the order in which it was drawn. */
  text(): string {
    return `"draw",${POPULATION_HEAD}${this.#drawn.map(({ key, line }) => `"${key}",${line}`).join('')}`;
  }
}
