import { rmdir } from 'node:fs/promises';
import { writeBegun } from './begun.js';
import { POPULATION_HEAD } from './csv.js';
import type { WriteExportOptions } from './directory.js';
import { populationLine, populationLineOf, POPULATION_FILE, type Draw } from './draw.js';
import { EntryPages, type ExportQuery, type ExportSource } from './entries.js';
import { WRITTEN, type Openings } from './evidence.js';
import { rowFormat } from './format.js';
import { goingOn } from './going-on.js';
import { KeptRows } from './kept-rows.js';
import { LineFile, type ListedFile } from './line-file.js';
import { projection } from './projection.js';
import type { ExportRange } from './range.js';
import { RowDigests } from './row-digests.js';
import { RowFiles } from './row-files.js';

export interface RowsPlace {
  readonly directory: string;
  /** Rows may be there. */
  readonly isBegun: boolean;
  readonly range: ExportRange | undefined;
  readonly draw: Draw | undefined;
}

export interface WrittenRows {
  readonly files: readonly ListedFile[];
  readonly count: number;
  /** Of these, that were there already. */
  readonly kept: number | undefined;
  readonly isTenantKnown: boolean;
  /** With all rows in it: one that claims to have happened after it was sealed is among them. */
  readonly range: ExportRange | undefined;
  readonly openings: Openings | undefined;
}

/** Writes the rows, behind those that are there, and what is made of each of them. */
export async function writeRows(
  source: ExportSource,
  query: ExportQuery,
  options: WriteExportOptions,
  { directory, isBegun, range, draw }: RowsPlace,
): Promise<WrittenRows> {
  const { format = 'ndjson', bom = true, values = 'prisma', rowsOfAFile, onProgress, evidence } = options;
  const { head, line } = rowFormat(format, bom);
  const files = new RowFiles(directory, format, head, rowsOfAFile);
  const project = projection(format, values);
  const rows = range && evidence?.openings ? new RowDigests(0, range.last) : undefined;
  let population: LineFile | undefined;
  // Not before the first entry has come: where none may leave, nothing is left behind.
  const listed = async (): Promise<LineFile | undefined> =>
    options.population
      ? (population ??= await LineFile.create(directory, POPULATION_FILE, POPULATION_HEAD))
      : undefined;
  let [count, first] = [0, range?.first ?? 0];
  const note = async (origin: string, seq: number, text: string, inPopulation: () => string): Promise<void> => {
    const digest = rows?.has(seq) === true ? project.ofLine(text, 'whole') : undefined;
    if (digest !== undefined) rows?.set(seq, digest);
    if (digest !== undefined) rows?.mark(seq, WRITTEN);
    if (options.population || draw !== undefined) {
      const each = inPopulation();
      await (await listed())?.write(each);
      draw?.add(origin, seq, each);
    }
    first = Math.min(first, seq);
    count += 1;
  };
  try {
    const kept = new KeptRows(query, directory, format, range);
    if (isBegun)
      await files.reopen(async (text) => {
        const { origin = '', seq } = kept.take(text);
        await note(origin, seq, text, () => populationLineOf(text, format));
      });
    const pages = new EntryPages(source, query, { ...options, cursor: kept.cursor, readsAhead: true });
    for await (const entry of goingOn(pages, options)) {
      // Sealed since the export began.
      if (range !== undefined && (entry.origin !== range.origin || entry.seq > range.last)) continue;
      if (count === 0 && !isBegun) await writeBegun(directory, query, options, range);
      const text = line(entry);
      await files.write(text);
      await note(entry.origin, entry.seq, text, () => populationLine(entry));
      onProgress?.(entry, count);
    }
    return {
      files: [...(await files.close()), ...((await (await listed())?.close()) ?? [])],
      count,
      kept: isBegun ? kept.count : undefined,
      isTenantKnown: pages.isTenantKnown,
      range: range && { ...range, first },
      openings: rows && { rows, project },
    };
  } finally {
    await files.abandon();
    await population?.abandon();
    if (count === 0) await rmdir(directory).catch(() => undefined); // only where nothing was written into it
  }
}
