import { refused } from '../chain/refused.js';

/** A leaf of a range, without what the others say of it: its origin, and the hash of the one before. */
export interface LeafLine {
  readonly seq: number;
  /** RFC 3339 UTC with three fraction digits. */
  readonly sealedAt: string;
  /** As it is sealed, byte by byte. */
  readonly body: string;
}

const LINE =
  /^\{"seq":(0|[1-9]\d{0,15}),"sealedAt":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)","body":(\{[^\n]*\})\}\n$/;

/** JSON on a line; the body in it is the text that was hashed. */
export function formatLeafLine({ seq, sealedAt, body }: LeafLine): string {
  return `{"seq":${seq},"sealedAt":"${sealedAt}","body":${body}}\n`;
}

/** @throws AuditError `AUDIT_EVIDENCE_INVALID`; whether the body is one, `parseLeaf` says */
export function parseLeafLine(line: string): LeafLine {
  const [, seq, sealedAt = '', body = ''] = LINE.exec(line) ?? [];
  if (seq === undefined || !Number.isSafeInteger(Number(seq))) throw refused('entry', 'its line is not seq, sealedAt and body'); // prettier-ignore
  return { seq: Number(seq), sealedAt, body };
}
