import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import fc from 'fast-check';
import { withoutValues } from '../../src/event/error-message.js';
import { secretNames } from '../../src/event/redaction.js';
import { createQuickstart, PrismaClient, type Quickstart } from '../support/quickstart.js';

const isSecret = secretNames();
const text = (message: string): string => withoutValues(message, isSecret).text;

describe('a message that quotes a value is logged without it', () => {
  it.each([
    ['Key (email)=(ann@example.com) already exists.', 'Key (email)=([redacted]) already exists.'],
    [
      'Key (a, lower(b))=(1, x) y) is not present in table "t".',
      'Key (a, lower(b))=([redacted]) is not present in table "t".',
    ],
    ['Schlüssel »(email)=(ann@example.com)« existiert bereits.', 'Schlüssel »(email)=([redacted])« existiert bereits.'],
    ['Key (email)=(ann@exam', 'Key (email)=([redacted])'],
    ['Failing row contains (1, ann@example.com, hunter2).', 'Failing row contains ([redacted]).'],
    ['Failing row contains (1, hun', 'Failing row contains ([redacted])'],
    ['invalid input syntax for type uuid: "hun"ter2"', 'invalid input syntax for type uuid: "[redacted]"'],
    ['invalid input value for enum "Mood": "hunter2"', 'invalid input value for enum "Mood": "[redacted]"'],
    ['date/time field value out of range: "9999-99"', 'date/time field value out of range: "[redacted]"'],
    ['value "99999999999" is out of range for type integer', 'value "[redacted]" is out of range for type integer'],
    [`unterminated quoted string at or near "'hunter2"`, 'unterminated quoted string at or near "[redacted]"'],
    ['Token "hunter2" is invalid.', 'Token "[redacted]" is invalid.'],
    [`unnamed portal parameter $1 = 'hunter2'`, `unnamed portal parameter $1 = '[redacted]'`],
    ['cannot connect to postgresql://app:hunter2@db:5432/x', 'cannot connect to postgresql://[redacted]@db:5432/x'],
    ['refused: Authorization: Bearer abc.def-1', 'refused: Authorization: [redacted]'],
    ['login failed, password=hunter2, user=ann', 'login failed, password=[redacted], user=ann'],
    ['refused: password: hunter2', 'refused: password: [redacted]'],
    ['curl -H Bearer hunter2', 'curl -H Bearer [redacted]'],
    ['sent {"apiKey":"k 1","a":1}', 'sent {"apiKey":[redacted],"a":1}'],
    [
      'Invalid `prisma.user.create()` invocation:\n\n{\n  data: { password: "hunter2" }\n}\n\nArgument `name` is missing.',
      'Invalid `prisma.user.create()` invocation: Argument `name` is missing.',
    ],
  ])('%s', (message, expected) => {
    expect(withoutValues(message, isSecret)).toEqual({ text: expected, redacted: true });
  });

  it.each([
    'Unique constraint failed on the fields: (`email`)',
    'relation "users" does not exist',
    'null value in column "email" of relation "User" violates not-null constraint',
    'Invoice 17 is approved already',
    'password must be longer than or equal to 8 characters',
    'connect ECONNREFUSED 127.0.0.1:5432',
    'timeout: 5000 ms (limit=1000)',
    '',
  ])('and one that quotes none as it is: %s', (message) => {
    expect(withoutValues(message, isSecret)).toEqual({ text: message, redacted: false });
  });

  it('whatever the value holds', () => {
    const value = fc.string({ unit: 'grapheme', maxLength: 40 }).map((noise) => `${noise}hunter2${noise}`);
    fc.assert(
      fc.property(value, (secret) => {
        for (const message of [
          `Key (email)=(${secret}) already exists.`,
          `Failing row contains (1, ${secret}, null).`,
          `invalid input syntax for type integer: "${secret}"`,
          `value "${secret}" is out of range for type integer`,
        ])
          expect(text(message)).not.toContain('hunter2');
      }),
    );
  });

  it('in no time, whatever the message is', () => {
    for (const message of ['Key (', 'a=', ')=(', '"', 'Invalid `x` invocation\n\n', ': "', 'x://'].map((part) =>
      part.repeat(200_000),
    ))
      expect(text(message).length).toBeLessThanOrEqual(1_000);
  });
});

describe('of the messages that Prisma and PostgreSQL really give', () => {
  let world: Quickstart;
  let prisma: PrismaClient;
  beforeAll(async () => {
    world = await createQuickstart({
      coverage: false,
      sql: `create table secret_things (id int primary key, code text unique check (code <> 'hunter2-check'), n int)`,
    });
    prisma = world.keep(
      new PrismaClient({ adapter: new PrismaPg({ connectionString: world.url }), errorFormat: 'pretty' }),
    );
    await prisma.$executeRaw`insert into secret_things values (1, 'hunter2', 1)`;
    await prisma.user.create({ data: { tenantId: 't', email: 'hunter2', name: 'n', passwordHash: 'p' } });
  });
  afterAll(() => world.close());

  it.each<[string, () => PromiseLike<unknown>]>([
    ['a key that is there, raw', () => prisma.$executeRaw`insert into secret_things values (2, 'hunter2', 1)`],
    ['a check, raw', () => prisma.$executeRaw`insert into secret_things values (2, 'hunter2-check', 1)`],
    ['text for a number', () => prisma.$executeRawUnsafe(`select 'hunter2'::int`)],
    ['text for a date', () => prisma.$executeRawUnsafe(`select 'hunter2'::timestamptz`)],
    ['a syntax error', () => prisma.$executeRawUnsafe(`select 'hunter2`)],
    ['broken JSON', () => prisma.$executeRawUnsafe(`select '{"a": hunter2}'::jsonb`)],
    [
      'a key that is there',
      () => prisma.user.create({ data: { tenantId: 't', email: 'hunter2', name: 'n', passwordHash: 'p' } }),
    ],
    [
      'a field that there is not',
      () =>
        prisma.user.create({ data: { tenantId: 't', email: 'hunter2', nam: 'n', passwordHash: 'hunter2' } as never }),
    ],
    [
      'a value of another type',
      () =>
        prisma.user.create({ data: { tenantId: 5, email: 'hunter2', name: 'n', passwordHash: 'hunter2' } as never }),
    ],
    ['a number that is too large', () => prisma.user.findMany({ where: { id: 99_999_999_999 } })],
    ['the driver’s own, with its detail', () => world.pool.query(`insert into secret_things values (2, 'hunter2', 1)`)],
  ])('none shows it: %s', async (_, fail) => {
    const error: unknown = await Promise.resolve(fail()).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(Error);
    expect(text((error as Error).message)).not.toMatch(/hunter2|99999999999/);
    expect(text((error as Error).message).length).toBeGreaterThan(20);
    const { detail } = error as { detail?: string };
    if (detail !== undefined) expect(text(detail)).not.toContain('hunter2');
  });
});
