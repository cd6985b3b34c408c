import type { SectionName } from './commitment.js';
import { exactBase64 } from './base64.js';
import { isCount } from './count.js';
import { refused } from './refused.js';

/** One section of an entry, as it is handed to somebody who may read it: salt and bytes open the commitment in the body. */
export interface SectionLine {
  readonly seq: number;
  readonly id: string;
  readonly section: SectionName;
  /** 32 hex digits. Both are `null` when the section was erased. */
  readonly salt: string | null;
  readonly bytes: Uint8Array | null;
}

/** JSON on a line, its members in this order; bytes in base64, since nothing makes a section text. */
export function formatSectionLine({ seq, id, section, salt, bytes }: SectionLine): string {
  const base64 = bytes === null ? null : Buffer.from(bytes).toString('base64');
  const line = JSON.stringify({ seq, id, section, salt, bytes: base64 });
  if (!isSectionLine(JSON.parse(line) as Record<string, unknown>)) throw refused('section', 'it is not one');
  return `${line}\n`;
}

/** @throws AuditError `AUDIT_EVIDENCE_INVALID` */
export function parseSectionLine(line: string): SectionLine {
  let read: Record<string, unknown> | null;
  try {
    read = JSON.parse(line) as Record<string, unknown> | null;
  } catch {
    throw refused('section', 'it is not JSON');
  }
  if (typeof read !== 'object' || read === null || !isSectionLine(read) || `${JSON.stringify(read)}\n` !== line)
    throw refused('section', 'it is not seq, id, section, salt and bytes');
  return { ...read, bytes: read.bytes === null ? null : Buffer.from(read.bytes, 'base64') };
}

type Written = Omit<SectionLine, 'bytes'> & { readonly bytes: string | null };

function isSectionLine(read: object): read is Written {
  const { seq, id, section, salt, bytes } = read as Record<keyof SectionLine, unknown>;
  if (Object.keys(read).join() !== 'seq,id,section,salt,bytes') return false;
  if (typeof seq !== 'number' || !isCount(seq) || typeof id !== 'string' || !UUID.test(id)) return false;
  if (section !== 'actor' && section !== 'data') return false;
  if (salt === null || bytes === null) return salt === bytes;
  const isSalt = typeof salt === 'string' && /^[0-9a-f]{32}$/.test(salt);
  return isSalt && typeof bytes === 'string' && exactBase64(bytes) !== undefined;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
