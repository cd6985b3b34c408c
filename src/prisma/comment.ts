import { actorSection } from '../context/actor-section.js';
import { shortened, type CarriedField } from './carry.js';
import type { AuditContext } from '../context/context.js';

/**
 * The SQL comment that carries the context to the capture function: 32 hex digits of the unit of work, then the `actor`
 * section in hex. Hex, so that no byte of a context can end the comment or a string. On a line of its own, so that raw
 * SQL that ends in a line comment does not swallow it. Without a context it is there all the same, empty: the database
 * reads the LAST comment, and a comment smuggled into raw SQL must never be that.
 */
const OPEN = '\n/*audit1:';
const EMPTY = `${OPEN}*/`;

export type CommentOf = (context: AuditContext | undefined) => string;

/** @param carry what of a context travels; absent: all of it */
export function commentsWith(carry?: readonly CarriedField[]): CommentOf {
  // Statements that follow each other are mostly of one request, and carry the same. More than the last is not kept: what lives on
  // costs the garbage collector more than encoding it again.
  let last = '';
  let hex = '';
  return (context) => {
    if (context === undefined) return EMPTY;
    const section = actorSection(context);
    if (section !== last) {
      hex = Buffer.from(carry === undefined ? section : shortened(section, carry)).toString('hex');
      last = section;
    }
    return `${OPEN}${context.root.group.replaceAll('-', '')}${hex}*/`;
  };
}

export const commentOf: CommentOf = commentsWith();

/** What a comment says, without what makes it one. */
export function hexOf(comment: string): string {
  return comment.slice(OPEN.length, -2);
}
