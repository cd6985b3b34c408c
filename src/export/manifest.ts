import { hash } from 'node:crypto';
import { refused } from '../chain/refused.js';
import { parseJsonObject } from '../event/json-object.js';
import type { JsonObject } from '../event/types.js';
import type { ExportFormat } from './format.js';
import type { ListedFile } from './line-file.js';
import { sorted } from './sorted.js';

/** What an export is, in full: what was asked, and each of its files with its hash. */
export interface Manifest {
  readonly v: 1;
  readonly kind: 'audit-export';
  /** Conditions of the question. */
  readonly filter: JsonObject;
  readonly order: 'oldest' | 'newest';
  /** Of all times. */
  readonly zone: 'UTC';
  readonly format: ExportFormat;
  /** CSV: text that a spreadsheet would run was defused, and what cannot be seen is written as `\u001b`. */
  readonly escaped: boolean;
  /** Whether `changes` have the names of columns and JSON, or the client's names and Prisma's values: those nobody can derive anew. */
  readonly values: 'columns' | 'prisma';
  readonly count: number;
  /** `whole-range`: the leaves of a range of one chain are there, and show that nothing is left out. */
  readonly matched: 'filter' | 'whole-range';
  readonly files: readonly ListedFile[];
  readonly producedBy: string;
  readonly producedAt: string;
  /** Rows that were there when the export went on, written by a program that was ended; absent: one wrote all of it. */
  readonly continued?: number | undefined;
  /** SHA-256 of the manifest of the export before this one, where they are a series. */
  readonly previous?: string | undefined;
  readonly evidence?: ManifestEvidence | undefined;
  readonly sample?: ManifestSample | undefined;
}

/** Of a whole range. */
export interface ManifestEvidence {
  /** Of the chain. */
  readonly origin: string;
  readonly tenant: string;
  readonly range: { readonly firstSeq: number; readonly lastSeq: number };
  /** Hash of the entry before the first of the range. */
  readonly prev: string;
  /** Up to which entry the folder `proof` proves it; absent: no signed checkpoint covers any of it. */
  readonly provenSeq?: number | undefined;
  /** Of the registry, that signs it. */
  readonly checkpoint?: { readonly origin: string; readonly size: number; readonly root: string } | undefined;
  /** Whether sections are there with what opens them; entries of which something is hidden from the reader are without. */
  readonly opened: boolean;
  readonly withheld: number;
  /** Sections that nobody can open any more. */
  readonly erased: number;
}

/** How the sample was drawn. */
export interface ManifestSample {
  readonly size: number;
  /** What the auditor said; absent: whoever owns the log could have chosen when it was signed, and so steer the sample. */
  readonly word?: string | undefined;
  readonly checkpoint: { readonly origin: string; readonly size: number; readonly root: string };
  readonly seed: string;
}

export const MANIFEST = 'manifest.json';
export const NOTE = 'manifest.note';
export const SUMS = 'SHA256SUMS';
export const SHEET = 'sheet.txt';
/** While an export is written; with a manifest beside it, it says nothing. */
export const BEGUN = 'begun.json';

const MANIFEST_BYTES = 16 * 1024 * 1024;

/** One form for one value: members in the order of their names, no white space, a line feed at the end. */
export function formatManifest(manifest: Manifest): string {
  return `${sorted(manifest)}\n`;
}

/** @throws AuditError `AUDIT_EVIDENCE_INVALID` for anything that this package would not write */
export function parseManifest(bytes: Uint8Array): Manifest {
  if (bytes.length > MANIFEST_BYTES) throw refused('export', 'its manifest is too long');
  const text = Buffer.from(bytes).toString('utf8');
  const read = parseJsonObject(text);
  if (read === undefined || read['kind'] !== 'audit-export') throw refused('export', 'its manifest is none');
  if (Number.isSafeInteger(read['v']) && Number(read['v']) > 1) throw refused('export', 'a later version wrote it', 'later'); // prettier-ignore
  const manifest = read as unknown as Manifest; // looked at below
  let isOurs = false;
  try {
    isOurs = isManifest(manifest) && formatManifest(manifest) === text;
  } catch {
    // nested deeper than anything of ours
  }
  if (!isOurs) throw refused('export', 'its manifest is not written as one');
  return manifest;
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isHash = (value: unknown): boolean => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const isNumber = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const isSigned = (value: Partial<ManifestSample['checkpoint']> | undefined): boolean =>
  isText(value?.origin) && isNumber(value?.size) && isHash(value?.root);

function isManifest(manifest: Manifest): boolean {
  const { v, filter, order, zone, format, escaped, values, count, matched, files, producedBy, producedAt } = manifest;
  const { evidence, sample, continued, previous } = manifest;
  return (
    v === 1 &&
    isObject(filter) &&
    ['oldest', 'newest'].includes(order) &&
    zone === 'UTC' &&
    ['ndjson', 'csv'].includes(format) &&
    typeof escaped === 'boolean' &&
    ['columns', 'prisma'].includes(values) &&
    isNumber(count) &&
    ['filter', 'whole-range'].includes(matched) &&
    Array.isArray(files) &&
    files.every(isFile) &&
    new Set(files.map(({ name }) => name.toLowerCase())).size === files.length &&
    (continued === undefined || isNumber(continued)) &&
    (previous === undefined || isHash(previous)) &&
    isText(producedBy) &&
    isText(producedAt) &&
    (evidence !== undefined) === (matched === 'whole-range') &&
    (evidence === undefined || isEvidence(evidence)) &&
    (sample === undefined || isSample(sample))
  );
}

/** Names that stay within the directory. */
const FILE_NAME = /^((proof|seed)\/)?[a-z0-9][a-z0-9._-]{0,60}$/i;

function isFile(file: ListedFile): boolean {
  return (
    isObject(file) &&
    isText(file.name) &&
    FILE_NAME.test(file.name) &&
    ![MANIFEST, NOTE, SUMS].some((name) => name.toLowerCase() === file.name.toLowerCase()) &&
    isNumber(file.bytes) &&
    isHash(file.sha256) &&
    (file.rows === undefined || isNumber(file.rows))
  );
}

function isEvidence(evidence: ManifestEvidence): boolean {
  const { origin, tenant, range, prev, provenSeq, checkpoint, opened, withheld, erased } = evidence;
  return (
    isText(origin) &&
    isText(tenant) &&
    isObject(range) &&
    isNumber(range.firstSeq) &&
    isNumber(range.lastSeq) &&
    range.firstSeq <= range.lastSeq &&
    isHash(prev) &&
    (provenSeq === undefined || isNumber(provenSeq)) &&
    (checkpoint === undefined || isSigned(checkpoint)) &&
    typeof opened === 'boolean' &&
    isNumber(withheld) &&
    isNumber(erased)
  );
}

function isSample({ size, word, checkpoint, seed }: ManifestSample): boolean {
  return isNumber(size) && (word === undefined || isText(word)) && isSigned(checkpoint) && isHash(seed);
}

/** For `sha256sum -c`: two blanks, and a line for each file. */
export function formatSums(files: readonly ListedFile[], others: ReadonlyMap<string, string>): string {
  const lines = [
    ...files.map(({ name, sha256 }) => `${sha256}  ${name}\n`),
    ...[...others].map(([name, text]) => `${hash('sha256', text)}  ${name}\n`),
  ];
  return lines.join('');
}
