import 'reflect-metadata';
import type { AuditedMark } from '../http/request-record.js';

// Strings, not symbols of this module: both module formats of this package can be loaded at once.
export const AUDITED = 'nestjs-prisma-audit:audited';
export const SKIPPED = 'nestjs-prisma-audit:skipped';

/** What is said of one handler. */
export interface Mark {
  readonly audited: AuditedMark | undefined;
  /** `@SkipAudit()` */
  readonly skipped: boolean;
}

/** One object for one pair of marks: who compares two handlers compares their marks. */
const merged = new WeakMap<AuditedMark, WeakMap<AuditedMark, AuditedMark>>();

/**
 * What the method says counts before what its class says, or a class that it extends: `@Audited()` of the class has the
 * defaults, member by member, and a method that is `@Audited()` itself is audited in a class that is `@SkipAudit()`. On one
 * and the same method `@SkipAudit()` wins.
 */
export function markOf(handler: object, controller: object): Mark {
  const own = audited(handler);
  const ofClass = audited(controller);
  const skipped = isSkipped(handler) || (own === undefined && isSkipped(controller));
  if (skipped) return { audited: undefined, skipped };
  return { audited: own && ofClass ? merge(ofClass, own) : (own ?? ofClass), skipped };
}

function audited(target: object): AuditedMark | undefined {
  return Reflect.getMetadata(AUDITED, target) as AuditedMark | undefined; // nobody else writes this key
}

function isSkipped(target: object): boolean {
  return Reflect.getMetadata(SKIPPED, target) === true;
}

function merge(ofClass: AuditedMark, own: AuditedMark): AuditedMark {
  let marks = merged.get(ofClass);
  if (!marks) merged.set(ofClass, (marks = new WeakMap()));
  let mark = marks.get(own);
  if (!mark) marks.set(own, (mark = { ...ofClass, ...own }));
  return mark;
}
