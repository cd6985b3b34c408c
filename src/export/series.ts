import { Said, type ExportFinding } from './export-report.js';
import { MANIFEST } from './manifest.js';
import type { ReadManifest } from './read-manifest.js';
import { sorted } from './sorted.js';

/** An export of a series, by the name that it was given under. */
export interface Link extends ReadManifest {
  readonly name: string;
}

/**
 * Whether exports, in the order in which they were named, are one behind the other: each says the one before, and asks the same of the
 * period that begins where the other ended.
 */
export function checkSeries(links: readonly Link[], said: Said): void {
  const [first] = links;
  if (first?.manifest.previous !== undefined)
    said.limits.push(`the series begins before ${first.name}: the export with the manifest ${first.manifest.previous} was not looked at`); // prettier-ignore
  const findings = links.slice(1).flatMap((link, at) => {
    const before = links[at];
    return before === undefined ? [] : [...checkPrevious(before, link, links), ...checkPeriods(before, link, said)];
  });
  said.find(...findings);
  if (findings.length === 0 && links.length > 1) said.proved.push(`${links.length} exports are one behind the other, as each says of the one before`); // prettier-ignore
}

function checkPrevious(before: Link, { name, manifest }: Link, links: readonly Link[]): ExportFinding[] {
  const { previous } = manifest;
  if (previous === before.sha256) return [];
  if (previous === undefined)
    return [{ code: 'INCOMPLETE_UNLINKED', file: name, message: `${name} does not say which export came before it: it was made without --previous` }]; // prettier-ignore
  const said = links.find(({ sha256 }) => sha256 === previous);
  const what = said === undefined ? `the export with the ${MANIFEST} ${previous}, which is not here` : `${said.name}`;
  return [{ code: 'SERIES_BROKEN', file: name, message: `${name} comes behind ${what}, and not behind ${before.name}: one of them was left out, changed, or named in another order` }]; // prettier-ignore
}

function checkPeriods(before: Link, link: Link, said: Said): ExportFinding[] {
  const [a, b] = [before.manifest.filter, link.manifest.filter];
  const finding = (code: ExportFinding['code'], message: string): ExportFinding[] => [{ code, file: link.name, message }]; // prettier-ignore
  if (question(before) !== question(link))
    return finding('INCOMPLETE_OTHER', `${link.name} asks for something else than ${before.name}: apart from the period, their conditions differ`); // prettier-ignore
  const [end, begin] = [a['to'], b['from']];
  if (typeof end !== 'string' || typeof begin !== 'string') {
    said.limits.push(`${typeof end === 'string' ? link.name : before.name} has no ${typeof end === 'string' ? 'beginning' : 'end'}: whether something lies between ${before.name} and ${link.name} is not shown`); // prettier-ignore
    return [];
  }
  const apart = Date.parse(begin) - Date.parse(end);
  if (apart > 0) return finding('INCOMPLETE_GAP', `nothing of what happened from ${end} to ${begin} is in ${before.name} or ${link.name}: there is a gap`); // prettier-ignore
  if (apart < 0) return finding('INCOMPLETE_OVERLAP', `${before.name} goes on to ${end}, and ${link.name} begins at ${begin}: what happened in between is in both`); // prettier-ignore
  return [];
}

/** What was asked for, whatever the period. */
function question({ manifest }: Link): string {
  const { from: _from, to: _to, ...conditions } = manifest.filter;
  return sorted(conditions);
}
