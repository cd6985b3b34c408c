import { expect, it } from '@jest/globals';
import { changeOf, type AuditedChange } from '../../src/prisma/index.js';
import type { AuditEntry } from '../../src/query/index.js';
import type { Prisma, PrismaClient } from '../query/schemas/generated/values/client.js';
import type { JsonNullValue } from '../../src/event/values.js';

// Checked by the compiler alone. Both are the same only if neither is `any`.
type IsAny<A> = 0 extends 1 & A ? true : false;
type Same<A, B> = IsAny<A> extends true ? false : [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Thing = NonNullable<AuditedChange<PrismaClient, 'Thing'>['new']>;

const yes = (...answers: true[]): number => answers.length;

function values(thing: Thing): void {
  yes(
    true satisfies Same<typeof thing.big, bigint | null | undefined>,
    true satisfies Same<typeof thing.exact, Prisma.Decimal | null | undefined>,
    true satisfies Same<typeof thing.at, Date | null | undefined>,
    true satisfies Same<typeof thing.bytes, Uint8Array<ArrayBuffer> | null | undefined>,
    true satisfies Same<typeof thing.mood, 'HAPPY' | 'SO_SO' | 'SAD' | null | undefined>,
    true satisfies Same<typeof thing.bigs, bigint[] | undefined>,
    true satisfies Same<typeof thing.json, Prisma.JsonValue | JsonNullValue | undefined>,
    true satisfies Same<typeof thing.int, number | null | undefined>,
    true satisfies Same<typeof thing.text, string | null | undefined>,
  );
  // @ts-expect-error: a field that there is not
  void thing.txt;
  // @ts-expect-error: the name of a column
  void thing.happened_at;
  // @ts-expect-error: what happened is not to be changed
  thing.text = 'x';
}

function marks(change: AuditedChange<PrismaClient, 'Thing'>): void {
  yes(
    true satisfies Same<typeof change.model, 'Thing'>,
    true satisfies Same<typeof change.operation, 'create' | 'update' | 'delete'>,
  );
  change.redacted satisfies readonly string[];
  void change.masked.new?.phone;
  void change.cut.old?.text?.sha256;
  void change.asText.new?.at?.startsWith('infinity');
  // @ts-expect-error: a field that there is not
  void change.masked.new?.telephone;
  // @ts-expect-error: a field that there is not is not in the list either
  change.ignored.includes('telephone');
}

function entry(read: AuditEntry): void {
  const change = changeOf<PrismaClient, 'Thing'>(read, 'Thing');
  void change?.new?.exact?.toFixed(2);
  // @ts-expect-error: it may be a change of something else
  void change.new;
  // @ts-expect-error: a model that there is not
  changeOf<PrismaClient, 'Things'>(read, 'Things');
  // @ts-expect-error: the name of the delegate, not of the model
  changeOf<PrismaClient, 'thing'>(read, 'thing');
  // @ts-expect-error: not the model that was asked for
  changeOf<PrismaClient, 'Thing'>(read, 'Other');
}

it('compiles, and gives the change of the model that was asked for alone', () => {
  expect([values, marks, entry].map((check) => typeof check)).toEqual(['function', 'function', 'function']);
  const sides = { redacted: [], masked: {}, cut: {}, ignored: [], asText: {} };
  const change = { model: 'Thing', operation: 'delete', old: { id: 1 }, ...sides } as const;
  expect(changeOf<PrismaClient, 'Thing'>({ change }, 'Thing')).toBe(change);
  expect(changeOf<PrismaClient, 'Thing'>({ change: { ...change, model: 'Other' } }, 'Thing')).toBeUndefined();
  expect(changeOf<PrismaClient, 'Thing'>({}, 'Thing')).toBeUndefined();
});
