import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatVkey } from '../../src/chain/vkey.js';
import { anchorsOfPolicy } from '../../src/cli/anchors-of-policy.js';
import { isAuditError } from '../../src/event/errors.js';
import { formatPolicy, parsePolicy, type Policy } from '../../src/verify/index.js';
import { vkeyOfLabel } from '../checkpoint/support/memory.js';
import { full } from '../support/full.js';
import { ORIGIN, REGISTRY } from './signed-log.js';

const VKEY = formatVkey(await vkeyOfLabel(REGISTRY, 'one'));
const ROOT = Buffer.alloc(32, 7).toString('base64');
const TEXT = `{
  "version": 1,
  "origin": "${ORIGIN}",
  "keys": [
    { "vkey": "${VKEY}", "from": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00.5Z" }
  ],
  "anchors": [
    { "type": "file", "path": "/mnt/audit" },
    { "type": "s3", "bucket": "audit", "prefix": "a/" }
  ],
  "quorum": 1,
  "maxAnchorAge": 86400,
  "chains": ["${ORIGIN}/1"],
  "level": "L2",
  "restores": ["${REGISTRY} 7 ${ROOT}"]
}
`;

/** A policy that is written back to an equal one, or the one error there is. */
function held(text: string): Policy | string {
  let policy: Policy;
  try {
    policy = parsePolicy(text);
  } catch (error) {
    if (isAuditError(error, 'AUDIT_POLICY_INVALID')) return error.message;
    throw error;
  }
  expect(parsePolicy(formatPolicy(policy))).toEqual(policy);
  return policy;
}

describe('a policy', () => {
  it('is what its file says, and is written back to an equal one', () => {
    expect(held(TEXT)).toMatchObject({
      origin: ORIGIN,
      keys: [{ from: Date.UTC(2026, 0, 1), until: Date.UTC(2027, 0, 1, 0, 0, 0, 500) }],
      quorum: 1,
      level: 'L2',
    });
  });

  const wrong: readonly (readonly [string, string, string, number])[] = [
    ['an unknown version', '"version": 1', '"version": 2', 2],
    ['a version that is a text', '"version": 1', '"version": "1"', 2],
    ['another origin', `"origin": "${ORIGIN}"`, '"origin": "Example.com"', 3],
    ['the key of another deployment', `"origin": "${ORIGIN}"`, '"origin": "example.com/x"', 5],
    ['a typo in a member', '"quorum"', '"qourum"', 11],
    ['a typo in a member of a key', '"until"', '"untill"', 5],
    ['a typo in a member of an anchor', '"bucket"', '"buckett"', 9],
    ['a key that was cut off', `${VKEY}"`, `${VKEY.slice(0, -4)}"`, 5],
    ['another id of a key', `registry+${VKEY.split('+')[1]}`, 'registry+00000000', 5],
    ['a time without its zone', '00:00:00Z', '00:00:00', 5],
    ['a day that there is not', '2026-01-01T', '2026-02-30T', 5],
    ['a time that is none', '2026-01-01T00:00:00Z', '2026-01-01T1:2:3Z', 5],
    ['an hour that there is not', '2026-01-01T00', '2026-01-01T24', 5],
    ['an end before the beginning', '2027', '2025', 5],
    ['an anchor of no type', '"file"', '"tape"', 7],
    ['an anchor without its place', ', "path": "/mnt/audit"', '', 7],
    ['an anchor with an empty place', '"/mnt/audit"', '""', 8],
    ['a quorum of more than there are', '"quorum": 1', '"quorum": 3', 11],
    ['a quorum below 0', '"quorum": 1', '"quorum": -1', 11],
    ['half a quorum', '"quorum": 1', '"quorum": 0.5', 11],
    ['no quorum for L2', '"quorum": 1', '"quorum": 0', 14],
    ['an age of 0', '86400', '0', 12],
    ['an age that is a text', '86400', '"1d"', 12],
    ['a chain of another deployment', `["${ORIGIN}/1"]`, '["example.org/1"]', 13],
    ['chains that are no list', `["${ORIGIN}/1"]`, `"${ORIGIN}/1"`, 13],
    ['a level that there is not', '"L2"', '"L4"', 14],
    ['a restore of another registry', `${REGISTRY} 7`, `${ORIGIN}/1 7`, 15],
    ['a restore without a root', ` 7 ${ROOT}`, ' 7', 15],
    ['a comma too many', '"quorum": 1,', '"quorum": 1,,', 11],
  ];
  it.each(wrong)('with %s is refused, and the line is named', (_name, from, to, line) => {
    const text = TEXT.replace(from, to);
    expect(text).not.toBe(TEXT);
    expect(held(text)).toMatch(new RegExp(`line ${line}\\b`));
  });

  const twice: readonly (readonly [string, object, object, boolean])[] = [
    ['a file', { type: 'file', path: '/mnt/audit' }, { type: 'file', path: '/mnt/audit' }, true],
    ['a file by another way', { type: 'file', path: '/mnt/audit' }, { type: 'file', path: '/mnt/./x/..//audit/' }, true],
    ['a file from here', { type: 'file', path: 'audit' }, { type: 'file', path: `${process.cwd()}/audit` }, true],
    ['a directory through a link', { type: 'directory', path: '/proc/self/cwd' }, { type: 'directory', path: '.' }, true],
    ['a file beside another', { type: 'file', path: '/mnt/audit' }, { type: 'file', path: '/mnt/audit2' }, false],
    ['a list', { type: 'webhook', listUrl: 'https://a.example/x?y', secretVariable: 'A' }, { type: 'webhook', listUrl: 'HTTPS://A.example:443/z/../x?y#', secretVariable: 'B' }, true],
    ['a list and another', { type: 'webhook', listUrl: 'https://a.example/x', secretVariable: 'A' }, { type: 'webhook', listUrl: 'https://a.example/y', secretVariable: 'A' }, false],
    ['a table', { type: 'postgres', urlVariable: 'A' }, { type: 'postgres', urlVariable: 'A', table: 'public.audit_checkpoints' }, true],
    ['a table and another', { type: 'postgres', urlVariable: 'A' }, { type: 'postgres', urlVariable: 'A', table: 'auditor.checkpoints' }, false],
    ['a bucket', { type: 's3', bucket: 'audit', region: 'eu-central-1' }, { type: 's3', bucket: 'audit', endpoint: 'https://s3.eu-central-1.amazonaws.com' }, true],
    ['a bucket elsewhere', { type: 's3', bucket: 'audit', endpoint: 'https://one.example' }, { type: 's3', bucket: 'audit', endpoint: 'https://ONE.example:443/' }, true],
    ['buckets of two places', { type: 's3', bucket: 'audit' }, { type: 's3', bucket: 'audit', endpoint: 'https://one.example' }, false],
    ['a bucket with two prefixes', { type: 's3', bucket: 'audit', prefix: 'a/' }, { type: 's3', bucket: 'audit', prefix: 'b/' }, false],
  ].map(([name, one, other, isOne]) => [JSON.stringify(name), one as object, other as object, isOne === true] as const); // prettier-ignore
  it.each(twice)('that names two anchors is refused where they are one, with the line: %s', (_name, one, other, isOne) => {
    const anchors = [JSON.stringify(one), JSON.stringify(other)].join(',\n');
    const text = TEXT.replace(/"anchors": \[[^\]]*\]/, `"anchors": [\n${anchors}]`).replace('"quorum": 1', '"quorum": 2');
    if (isOne) expect(held(text)).toMatch(/line 9, .*there twice/);
    else expect(held(text)).toMatchObject({ quorum: 2 });
  }); // prettier-ignore

  it('of which two variables name one database is refused when it is read', async () => {
    const [one, two] = ['AUDIT_TEST_ONE', 'AUDIT_TEST_TWO'];
    process.env[one] = 'postgresql://reader:a@db.example/audit';
    process.env[two] = 'postgres://other:b@DB.example:5432/audit?sslmode=require';
    const places = [one, two].map((urlVariable) => ({ type: 'postgres' as const, urlVariable }));
    await expect(anchorsOfPolicy(places)).rejects.toMatchObject({ code: 'AUDIT_POLICY_INVALID', message: expect.stringMatching(/ONE and .*TWO/) }); // prettier-ignore
    process.env[two] = 'postgresql://reader:a@db2.example/audit';
    const read = await anchorsOfPolicy(places);
    expect(read.anchors).toHaveLength(2);
    await read.close();
    for (const name of [one, two]) delete process.env[name];
  });

  it('that ends too early names its last line', () => {
    expect(held(TEXT.slice(0, TEXT.indexOf('"level"')))).toMatch(/line 14\b/);
  });

  it.each(['', '[]', '7', 'null', '"x"', '\0', '\uFEFF{}', '{"__proto__":{}}', '{"version":1,"constructor":1}', '['.repeat(100_000), 'x'.repeat(2_000_000), '{"version":1e999}'])('that is %j is refused', (text) => {
    expect(held(text.slice(0))).toEqual(expect.any(String));
  }); // prettier-ignore

  it('is read whole, or refused, whatever is done to its text', () => {
    const edit = fc.tuple(fc.nat(TEXT.length), fc.nat(12), fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('"', '{', '}', '[', ']', ',', ':', '\\u0000', '1e9', '-0', 'null', '\n'))); // prettier-ignore
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        held(edits.reduce((text, [at, length, put]) => text.slice(0, at) + put + text.slice(at + length), TEXT));
      }),
      { seed: 18, numRuns: full ? 100_000 : 3_000 },
    );
  });

  it('is read whole, or refused, whatever stands in its members', () => {
    const members = Object.entries(JSON.parse(TEXT) as Record<string, unknown>);
    const inside = (value: unknown): fc.Arbitrary<unknown> =>
      Array.isArray(value)
        ? fc.oneof(fc.constant(value), fc.jsonValue(), fc.array(fc.oneof(fc.constantFrom(...value), fc.jsonValue()), { maxLength: 4 })) // prettier-ignore
        : fc.oneof({ weight: 3, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: fc.jsonValue() });
    const file = fc.record(Object.fromEntries(members.map(([name, value]) => [name, inside(value)])), { requiredKeys: [] }); // prettier-ignore
    fc.assert(
      fc.property(file, (each) => void held(JSON.stringify(each, undefined, 1))),
      {
        seed: 18,
        numRuns: full ? 50_000 : 3_000,
      },
    );
  });
});
