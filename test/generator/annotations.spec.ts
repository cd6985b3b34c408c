import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { catalogueOf } from '../../src/prisma/generator/index.js';

const MODEL = (field: string, model = ''): string => `${model}
model User {
  id    Int     @id
  ${field}
  posts Post[]
}
model Post {
  id     Int  @id
  user   User @relation(fields: [userId], references: [id])
  userId Int
}`;
const audit = (content: string): unknown =>
  catalogueOf([{ path: 'prisma/user.prisma', content }]).models['User']?.audit;

describe('annotations', () => {
  it.each<[string, string, unknown]>([
    ['a model that is not audited', MODEL('name String', '/// @audit ignore'), { ignored: true }],
    ['a model whose reads are told', MODEL('name String', '/// @audit reads'), { reads: true }],
    ['a model of which only the reads are told', MODEL('name String', '/// @audit ignore\n/// @audit reads'), { ignored: true, reads: true }], // prettier-ignore
    ['one among other comments', MODEL('name String', '/// Users.\n// todo\n///   @audit   ignore  '), { ignored: true }], // prettier-ignore
    ['a field before its line', MODEL('/// @audit redact\n name String'), { redact: ['name'] }],
    [
      'a field behind its line',
      MODEL('name String @default("a /// @audit x") /// @audit redact'),
      { redact: ['name'] },
    ],
    ['Windows line ends', MODEL('/// @audit redact\n name String').replaceAll('\n', '\r\n'), { redact: ['name'] }],
    ['a mask', MODEL('/// @audit mask(4)\n name String?'), { mask: { name: 4 } }],
    ['a mask of nothing shown', MODEL('/// @audit mask(0)\n name String?'), { mask: { name: 0 } }],
    ['a field that is not told', MODEL('seen DateTime @updatedAt /// @audit ignore'), { ignore: ['seen'] }],
    ['tenant and subject', MODEL('org Int /// @audit tenant\n email String /// @audit subject'), { tenant: 'org', subject: 'email' }], // prettier-ignore
    ['tenant and subject in one', MODEL('/// @audit tenant\n/// @audit subject\n org Int'), { tenant: 'org', subject: 'org' }], // prettier-ignore
    ['a type that Prisma does not know', MODEL('at Unsupported("point") /// @audit redact'), { redact: ['at'] }],
    ['a field that the client ignores', MODEL('/// @audit redact\n at String @ignore'), { redact: ['at'] }],
    ['a mention that is none', MODEL('/// write to x@audit.example, see @audited and @auditlog\n name String'), undefined], // prettier-ignore
    ['nothing', MODEL('name String'), undefined],
  ])('of %s', (_name, content, expected) => {
    expect(audit(content)).toEqual(expected);
  });
});

const FIELD = 'redact, mask\\(n\\), ignore, tenant, subject';

describe('an error with file and line for', () => {
  it.each<[string, string, number, string]>([
    ['an unknown word', MODEL('/// @audit hide\n name String'), 4, `"@audit hide" is not understood\\. After "@audit" of a field there is one word and nothing else: ${FIELD}\\. \\[`], // prettier-ignore
    ['a slip', MODEL('name String /// @audit redcat'), 4, 'Did you mean "@audit redact"\\?'],
    ['another slip', MODEL('name String /// @audit masked(4)'), 4, 'Did you mean "@audit mask\\(n\\)"\\?'],
    ['capitals', MODEL('name String /// @audit Redact'), 4, 'Did you mean "@audit redact"\\?'],
    ['capitals before it', MODEL('name String /// @Audit redact'), 4, '"@audit" begins its line'],
    [
      'no word',
      MODEL('name String /// @audit'),
      4,
      `"@audit" is not understood: .*one word of a field follows: ${FIELD}`,
    ],
    ['a colon', MODEL('name String /// @audit: redact'), 4, '"@audit: redact" is not understood'],
    ['two words', MODEL('name String /// @audit redact tenant'), 4, 'one word and nothing else'],
    ['two at once', MODEL('name String /// @audit redact @audit tenant'), 4, '"@audit" begins its line'],
    ['words before it', MODEL('name String /// secret: @audit redact'), 4, '"@audit" begins its line'],
    ['an explanation behind it', MODEL('name String /// @audit redact (GDPR)'), 4, 'one word and nothing else'],
    ['two slashes', MODEL('// @audit redact\n name String'), 4, 'has three slashes: /// @audit redact'],
    ['a block comment', MODEL('/* @audit redact */ name String'), 4, 'three slashes'],
    ['a mask without a number', MODEL('name String /// @audit mask'), 4, 'mask\\(n\\).*n from 0 to 1000'],
    ['a mask that is no number', MODEL('name String /// @audit mask(x)'), 4, 'n from 0 to 1000'],
    ['a mask below nothing', MODEL('name String /// @audit mask(-1)'), 4, 'n from 0 to 1000'],
    ['a mask beyond its limit', MODEL('name String /// @audit mask(1001)'), 4, 'n from 0 to 1000'],
    ['a mask of a number', MODEL('age Int /// @audit mask(1)'), 4, 'age is of the type Int, and "@audit mask\\(n\\)" is for String'], // prettier-ignore
    ['a mask of a list', MODEL('names String[] /// @audit mask(1)'), 4, 'type String\\[\\], and'],
    ['redacted and masked', MODEL('/// @audit redact\n/// @audit mask(2)\n name String'), 5, 'name has both "@audit redact" \\(line 4\\) and "@audit mask": a value can be hidden in one way alone'], // prettier-ignore
    ['redacted and not told', MODEL('/// @audit redact\n name String /// @audit ignore'), 5, 'name has both "@audit redact"'], // prettier-ignore
    ['the same twice', MODEL('/// @audit redact\n name String /// @audit redact'), 5, 'name has "@audit redact" twice'],
    ['a hidden tenant', MODEL('/// @audit tenant\n/// @audit redact\n name String'), 5, 'cannot be hidden'],
    ['a hidden subject', MODEL('/// @audit mask(2)\n/// @audit subject\n name String'), 5, 'cannot be hidden'],
    ['two tenants', MODEL('a Int /// @audit tenant\n b Int /// @audit tenant'), 5, 'model User has two fields with "@audit tenant", a and b: it can have one'], // prettier-ignore
    [
      'two subjects',
      MODEL('a Int /// @audit subject\n b Int /// @audit subject'),
      5,
      'two fields with "@audit subject"',
    ],
    ['a tenant that is a document', MODEL('a Json /// @audit tenant'), 4, 'type Json, which names no tenant'],
    ['a subject that is a list', MODEL('a Int[] /// @audit subject'), 4, 'type Int\\[\\], which names no subject'],
    [
      'a relation',
      MODEL('friends Post[] @relation("f") /// @audit redact'),
      4,
      'friends is a relation, and has no column',
    ],
    ['a word of fields at a model', MODEL('a Int', '/// @audit redact'), 1, 'After "@audit" of a model there is one word and nothing else: ignore, reads\\.'], // prettier-ignore
    ['a slip at a model', MODEL('a Int', '/// @audit ignored'), 1, 'Did you mean "@audit ignore"\\?'],
    [
      'a model with an empty line between',
      MODEL('a Int', '/// @audit ignore\n'),
      1,
      'belongs to no model and no field',
    ],
    ['a field with an empty line between', MODEL('/// @audit redact\n\n a Int'), 4, 'belongs to no model and no field'],
    ['the end of a block', 'model User {\n  id Int @id\n  /// @audit redact\n}', 3, 'belongs to no model'],
    ['the end of a file', MODEL('a Int') + '\n/// @audit ignore', 12, 'belongs to no model'],
    ['the line of a brace', 'model User { /// @audit ignore\n  id Int @id\n}', 1, 'belongs to no model'],
    ['an attribute of the block', 'model User {\n  id Int @id\n  @@map("x") /// @audit ignore\n}', 3, 'belongs to no'],
    ['before an attribute of the block', 'model User {\n  id Int @id\n  /// @audit ignore\n  @@map("x")\n}', 3, 'belongs to no'], // prettier-ignore
    ['an enum', '/// @audit ignore\nenum E {\n A\n}', 1, 'at the enum E'],
    ['a value of an enum', 'enum E {\n A /// @audit redact\n}', 2, 'at the enum E'],
    ['a generator', '/// @audit ignore\ngenerator a {\n provider = "x"\n}', 1, 'at the generator a'],
    ['another slip at a model', MODEL('a Int', '/// @audit read'), 1, 'Did you mean "@audit reads"\\?'],
    ['a word of models at a view', '/// @audit ignore\nview V {\n id Int @unique\n}', 1, 'After "@audit" of a view there is one word and nothing else: reads\\.'], // prettier-ignore
    ['a field of a view', 'view V {\n id Int @unique /// @audit redact\n}', 2, 'at a field of a view, which is never written to'], // prettier-ignore
  ])('%s', (_name, content, line, message) => {
    expect(() => catalogueOf([{ path: 'prisma/user.prisma', content }])).toThrow(
      expect.objectContaining({
        code: 'AUDIT_CONFIG_INVALID',
        facts: { file: 'prisma/user.prisma', line },
        message: expect.stringMatching(new RegExp(`^prisma/user\\.prisma:${line}: .*${message}`, 'u')),
      }),
    );
  });
});

it('a view has reads, and nothing else', () => {
  const content = '/// @audit reads\nview User {\n id Int @unique\n}';
  expect(audit(content)).toEqual({ reads: true });
});

it('the page about them says what is true', () => {
  const page = readFileSync('docs/generator.md', 'utf8');
  const blocks = [...page.matchAll(/^```prisma\n(.*?)^```$/gms)].map(([, text = '']) => text);
  const { models } = catalogueOf(blocks.map((content, i) => ({ path: `block-${i}`, content })));
  expect(models['User']?.audit).toEqual({
    redact: ['diagnose'],
    mask: { phone: 4 },
    ignore: ['seenAt'],
    tenant: 'orgId',
    subject: 'email',
  });
  expect(models['Session']?.audit).toEqual({ ignored: true });
  expect(models['Payslip']?.audit).toEqual({ reads: true });
  const message = /"@audit redcat" is not understood\.[^`]*/.exec(page)?.[0].trim().replaceAll('\n', ' ') ?? 'none';
  expect(() => catalogueOf([{ path: 'x', content: MODEL('name String /// @audit redcat') }])).toThrow(message);
});
