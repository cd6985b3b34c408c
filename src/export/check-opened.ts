import { ERASED_ACTOR, ERASED_DATA, MET, WHOLE } from './check-leaves.js';
import type { Said } from './export-report.js';
import { MANIFEST, type ManifestEvidence } from './manifest.js';
import type { RowDigests } from './row-digests.js';

/** Counts again which rows are opened: the numbers of the manifest are no more than a claim. */
export function checkOpened({ opened, withheld, erased }: ManifestEvidence, rows: RowDigests, said: Said): void {
  let [shut, gone] = [0, 0];
  for (let seq = rows.first; seq <= rows.last; seq += 1) {
    if (rows.is(seq, MET) && !rows.is(seq, WHOLE)) shut += 1;
    for (const bit of [ERASED_ACTOR, ERASED_DATA]) if (rows.is(seq, bit)) gone += 1;
  }
  const differs = (message: string): void => said.find({ code: 'COUNT_DIFFERS', message: `${message} ${MANIFEST} says` }); // prettier-ignore
  if (shut > 0) said.limits.push(`${shut} rows are not opened: their actors and values are not proved`);
  if (gone > 0) said.limits.push(`${gone} sections are there as erased: nothing here shows what was in them, or that they were`); // prettier-ignore
  if (opened && shut !== withheld) differs(`${shut} rows are not opened, and not ${withheld}, as`);
  if (gone !== erased) differs(`${gone} sections are erased, and not ${erased}, as`);
}
