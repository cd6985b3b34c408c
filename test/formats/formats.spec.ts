import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FLAGS, OUTCOMES, SEVERITIES, SOURCES, type JsonObject } from '../../src/event/types.js';
import {
  checkFormatOptions,
  mapped,
  ocsf,
  RECORD_BYTES,
  recordLine,
  type Followed,
  type Format,
  type FormatOptions,
} from '../../src/formats/index.js';
import type { AuditEntry } from '../../src/query/index.js';
import { ENTRY, FORMATS, LOGIN, REFUSED, sealed } from './support.js';
import { faultsOf } from './valid.js';

const ALL = { values: {} };

/** Valid, the same when it was written and parsed, and nothing in it that JSON has no word for. */
function holds(format: Format, followed: Followed, options: FormatOptions = {}): JsonObject {
  const record = format.format(followed, options);
  const line = recordLine(record);
  const faults = [...faultsOf(format, record), ...unsayable(record)];
  if (!isDeepStrictEqual(JSON.parse(line), record)) faults.push('another when it is parsed');
  if (!line.isWellFormed()) faults.push('a line with a lone surrogate');
  const bytes = Buffer.byteLength(line);
  if (bytes > (options.maxBytes ?? RECORD_BYTES.usual)) faults.push(`${bytes} bytes`);
  if (faults.length > 0) throw new Error(`${faults.join('\n')}\n${line.slice(0, 2_000)}`);
  return record;
}

function* unsayable(value: unknown, at = '$'): Generator<string> {
  if (typeof value === 'string' ? !value.isWellFormed() : typeof value === 'number' ? !Number.isFinite(value) || Object.is(value, -0) : typeof value !== 'boolean' && typeof value !== 'object') yield `${at}: ${String(value)}`; // prettier-ignore
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (!name.isWellFormed()) yield `${at}: a name with a lone surrogate`;
    yield* unsayable(member, `${at}.${name}`);
  }
}

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.constantFrom('', 'x', 'User', 'Role', '203.0.113.7', '::1')); // prettier-ignore
const action = fc.oneof(
  fc.tuple(fc.constantFrom('User', 'Role', 'Invoice', 'auth'), fc.constantFrom('create', 'read', 'update', 'delete', 'truncate', 'login', 'logout', 'approve')).map((parts) => parts.join('.')), // prettier-ignore
  text,
);
const moment = fc.date({ min: new Date(0), max: new Date('2255-06-05'), noInvalidDate: true });
const image = fc.dictionary(fc.string({ maxLength: 8 }), fc.oneof(fc.jsonValue(), fc.bigInt(), fc.double(), fc.date(), fc.uint8Array())); // prettier-ignore
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const entries = fc.record(
  {
    id: fc.uuid(),
    origin: fc.constantFrom('example.com/shop/3', '', 'ORIGIN with spaces'),
    seq: fc.oneof(fc.maxSafeNat(), fc.constantFrom(-1, Number.NaN, 2 ** 60)),
    hash: fc.constant('cd'.repeat(32)),
    occurredAt: fc.oneof(moment.map((at) => `${at.toISOString().slice(0, -1)}789Z`), fc.constantFrom('', '2026-02-30T00:00:00.000000Z')), // prettier-ignore
    sealedAt: fc.oneof(moment, fc.constant(new Date(Number.NaN))),
    tenant: text,
    source: fc.constantFrom(...SOURCES, 'unreadable'),
    action,
    outcome: fc.constantFrom(...OUTCOMES, 'unreadable'),
    resource: fc.record({ type: text, id: text }, { requiredKeys: ['type'] }),
    actor: fc.oneof(image, fc.record({ id: text, type: fc.constantFrom('user', 'ai_agent', 'service', 'robot'), email: text, ip: text, traceId: text, session: text }, { requiredKeys: [] })), // prettier-ignore
    group: text,
    durationMs: fc.maxSafeNat(),
    severity: fc.constantFrom(...SEVERITIES),
    flags: fc.subarray([...FLAGS]),
    details: fc.oneof(image, fc.record({ http: fc.record({ method: text, route: text, status: maybe(fc.integer()) }), claimed: image }, { requiredKeys: [] })), // prettier-ignore
    reason: text,
    error: fc.record({ name: text, code: text, message: text }),
    old: image,
    new: image,
    changes: fc.array(fc.record({ field: text, old: fc.anything(), new: fc.anything() })),
    unreadable: fc.array(fc.record({ at: text, why: text, found: text })),
  },
  { requiredKeys: ['id', 'flags', 'changes', 'source', 'action', 'outcome', 'sealedAt', 'occurredAt'] },
);
const chain = maybe(fc.record({ leaf: text, prev: fc.constantFrom('0'.repeat(64), 'ab'.repeat(32)), previousId: fc.uuid() }, { requiredKeys: ['leaf', 'prev'] })); // prettier-ignore

describe.each(FORMATS)('%s', (_name, format) => {
  it('has a valid record of any entry', () => {
    fc.assert(
      fc.property(entries, chain, fc.constantFrom({}, ALL, { maxBytes: 8_192, ...ALL }), (entry, seal, options) => {
        const followed = { entry, ...(seal === undefined ? {} : { sealed: seal }) } as unknown as Followed; // hostile
        holds(format, followed, options);
      }),
    );
  });

  it('has one of every source, action, outcome and severity', () => {
    const seen = new Set<unknown>();
    for (const source of [...SOURCES, 'unreadable' as const])
      for (const verb of [
        'User.create',
        'Role.update',
        'User.read',
        'Role.delete',
        'Invoice.truncate',
        'x.approve',
        'auth.login',
        'auth.logout',
        'Invoice.create',
        'Invoice.update',
        'Invoice.delete',
      ])
        // prettier-ignore
        for (const outcome of [...OUTCOMES, 'unreadable' as const])
          {
            const severity = SEVERITIES[seen.size % SEVERITIES.length] ?? 'info';
            const flags = verb.startsWith('Invoice') && outcome === 'success' ? [[], [...FLAGS]] : [[]];
            for (const each of flags) {
              const record = holds(format, sealed({ ...ENTRY, source, action: verb, outcome, severity, flags: each }), ALL);
              seen.add(record['type_uid'] ?? record['type'] ?? JSON.stringify((record['event'] as JsonObject | undefined)?.['type'])); // prettier-ignore
            }
          }
    expect(seen.size).toBeGreaterThan(format.name === 'ndjson' ? 0 : 5);
  });

  it('knows an entry by its id, and each time the same', () => {
    const [one, two] = [holds(format, sealed(ENTRY)), holds(format, sealed(ENTRY))];
    expect(one).toEqual(two);
    expect([one['id'], (one['metadata'] as JsonObject | undefined)?.['uid'], (one['event'] as JsonObject | undefined)?.['id']]).toContain(ENTRY.id); // prettier-ignore
  });

  it('says no value that was not asked for, nor what was redacted', () => {
    const secret = { ...ENTRY, old: { ...ENTRY.old, iban: '[redacted]' }, unreadable: [{ at: 'data.new.meta', why: 'wrong-type', found: '100.00' }, { at: 'data', why: 'not-json', found: '{"total":"100.00' }] } as AuditEntry; // prettier-ignore
    for (const values of [
      undefined,
      { match: [] },
      { match: ['Order.*'] },
      { fields: [] },
      { fields: ['id'] },
      {
        match: () => {
          throw new Error('no');
        },
      },
      { fields: () => 1 as unknown as boolean },
      { fields: 'total' as unknown as string[] },
    ])
      // prettier-ignore
      expect(recordLine(format.format(sealed(secret), { values }))).not.toMatch(/100\.00|90\.00/);
    for (const values of [
      {},
      { match: ['Invoice.*'], fields: ['total'] },
      { match: (entry: AuditEntry) => entry.tenant === 'acme', fields: ['Invoice.total'] },
      { fields: (model: string, field: string) => model === 'Invoice' && field === 'total' },
    ]) {
      // prettier-ignore
      const line = recordLine(format.format(sealed(secret), { values }));
      expect(line).toMatch(/100\.00/);
      expect(line).toMatch(/90\.00/);
    }
  });

  it('has times to the last digit', () => {
    fc.assert(
      fc.property(moment, fc.oneof(fc.constantFrom(0, 999), fc.integer({ min: 0, max: 999 })), (at, micros) => {
        const occurredAt = `${at.toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
        const record = format.format({ entry: { ...ENTRY, occurredAt, sealedAt: at } });
        expect(record['time_dt'] ?? record['@timestamp'] ?? record['occurredAt'] ?? record['time']).toBe(occurredAt);
        if (format.name === 'ocsf') expect(record['time']).toBe(at.getTime());
      }),
    );
  });

  it.each([8_192, 20_000, 262_144])('keeps within %d bytes, and says what is cut', (maxBytes) => {
    const long = ['x', '\u202e', '\u001b', '\0', '\ud800', '"'].map((each) => each.repeat(1_000_000));
    const huge = (at: number): string => long[at % long.length] as string; // there is one
    const actor = Object.fromEntries(Object.keys(ENTRY.actor ?? {}).map((name, i) => [name, huge(i + 1)]));
    const error = { name: huge(1), code: huge(2), message: huge(3), frames: huge(4) };
    const http = { method: huge(1), route: huge(5), status: 200 };
    const record = holds(
      format,
      { entry: { ...ENTRY, action: huge(1), tenant: huge(1), tx: huge(2), origin: huge(3), group: huge(1), reason: huge(2), resource: { type: huge(1), id: huge(5) }, actor, error, details: { http, claimed: { id: huge(1), email: huge(2) } }, old: { a: huge(0) }, new: { a: huge(1) }, changes: [{ field: huge(2) }] }, sealed: { leaf: huge(0), prev: huge(0), previousId: huge(1) } }, // prettier-ignore
      { maxBytes, ...ALL },
    );
    expect(Buffer.byteLength(recordLine(record))).toBeLessThanOrEqual(maxBytes);
    expect(recordLine(record)).toContain(ENTRY.id);
    expect(recordLine(record)).toMatch(/"cut":\[[^\]]*"(old|new|details)"/);
  });

  it('gives up the largest first, and keeps what fits without it', () => {
    const old = { a: 'o'.repeat(4_000) };
    const details = { note: '\u202e'.repeat(2_000), http: { method: 'GET' } }; // 12,000 bytes on a line
    const entry = { ...ENTRY, details, old, new: { a: 'n' } };
    const record = holds(format, { entry }, { maxBytes: 10_000, ...ALL });
    const line = recordLine(record);
    expect(line).toContain('"cut":["details"]');
    expect(line).toContain('o'.repeat(4_000));
    expect(line).toContain('"n"');
    expect(recordLine(holds(format, { entry: { ...entry, details: {} } }, { maxBytes: 10_000, ...ALL }))).not.toContain('"cut"'); // prettier-ignore
  });

  it('says which text it cut', () => {
    const record = holds(format, { entry: { ...REFUSED, reason: 'r'.repeat(2_001), tenant: 't'.repeat(256) } });
    expect(recordLine(record)).toContain('"cut":["reason"]');
  });

  it('cuts nothing of what fits', () => {
    const line = recordLine(format.format(sealed({ ...REFUSED, details: { ...REFUSED.details, long: 'x'.repeat(200_000) } }))); // prettier-ignore
    expect(line).not.toContain('"cut"');
    expect(line.length).toBeGreaterThan(200_000);
  });

  it.each([
    ['a script', '<script>alert(1)</script>'],
    ['right to left', '\u202egnp.exe'],
    ['an escape of a terminal', '\u001b[2J\u001b]0;x\u0007'],
    ['a NUL', 'a\0b'],
    ['a lone surrogate', 'a\ud800b\udc00'],
    ['a member of Object', '__proto__'],
    ['a megabyte', 'é'.repeat(500_000)],
  ])('holds %s anywhere', (_what, bad) => {
    const all = (value: unknown): unknown => {
      if (typeof value === 'string') return bad;
      if (typeof value !== 'object' || value === null || value instanceof Date) return value;
      if (Array.isArray(value)) return value.map(all);
      return Object.fromEntries([...Object.entries(value).map(([name, each]) => [name, all(each)]), [bad, bad]]);
    };
    for (const each of [ENTRY, REFUSED, LOGIN]) {
      const record = holds(format, { entry: all(each) as AuditEntry, sealed: { leaf: bad, prev: bad, previousId: bad } }, ALL); // prettier-ignore
      // oxlint-disable-next-line no-control-regex -- which is what a terminal must not get
      expect(recordLine(record)).not.toMatch(/[\u0000-\u001f\u202e\u007f-\u009f]/);
    }
  });

  it.each([100, 1_000, 4_000])('holds %d levels', (levels) => {
    const deep = JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`) as JsonObject;
    const record = holds(format, { entry: { ...REFUSED, details: deep, actor: deep, old: { deep }, new: deep } }, ALL);
    expect(recordLine(record)).toContain('"cut":["details"');
    // What reads JSON is bounded as well: Elasticsearch, some parsers, and whatever calls itself for each level.
    let depth = 0;
    for (let level: unknown[] = [record]; level.length > 0; depth += 1)
      level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
    expect(depth).toBeLessThan(75);
  });

  it.each<readonly [string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'entry'],
    ['no member', {}],
    [
      'members of other types',
      Object.fromEntries(Object.keys(REFUSED).map((name, i) => [name, [7, [], {}, null, true][i % 5]])),
    ],
    [
      'members that throw',
      Object.defineProperty({}, 'actor', {
        enumerable: true,
        get: () => {
          throw new Error('no');
        },
      }),
    ],
    ['a cycle', Object.assign({ details: {} }, { action: 'x' })],
    ['erased sections', { ...REFUSED, actor: undefined, details: undefined, reason: undefined, error: undefined }],
  ])('holds an entry that is %s', (what, entry) => {
    if (what === 'a cycle') (entry as { details: Record<string, unknown> }).details['self'] = entry;
    holds(format, { entry: entry as AuditEntry }, ALL);
    holds(format, { entry: entry as AuditEntry, sealed: null as unknown as NonNullable<Followed['sealed']> }, {});
  });

  it('joins records to one body', () => {
    const records = [ENTRY, REFUSED].map((each) => format.format(sealed(each)));
    const body = format.batch.join(records);
    const isList = format.batch.contentType.includes('batch');
    expect(isList ? JSON.parse(body) : body.trimEnd().split('\n').map((line) => JSON.parse(line) as unknown)).toEqual(records); // prettier-ignore
  });
});

describe('the chain in OCSF', () => {
  const record = ocsf({ version: '1.9.0' }).format(sealed(ENTRY));
  it('has the leaf, whose hash anybody can compute', () => {
    const [attestation] = record['attestation_list'] as [JsonObject];
    const raw = record['raw_data'] as string;
    expect((attestation['fingerprint'] as JsonObject)['value']).toBe(hash('sha256', `\0${raw}`));
    expect((record['raw_data_hash'] as JsonObject)['value']).toBe(hash('sha256', raw));
    expect(record['raw_data_size']).toBe(Buffer.byteLength(raw));
    expect(attestation['prev_event']).toMatchObject({ uid: sealed(ENTRY).sealed?.previousId, fingerprint: { value: 'ab'.repeat(32) } }); // prettier-ignore
  });

  it('has nothing before the first entry', () => {
    const { entry } = sealed(ENTRY);
    const [first] = ocsf({ version: '1.9.0' }).format({ entry, sealed: { leaf: 'x', prev: '0'.repeat(64) } })['attestation_list'] as [JsonObject]; // prettier-ignore
    expect(first).not.toHaveProperty('prev_event');
  });

  it('is in no record of 1.8, nor where nobody knows the hash', () => {
    expect(ocsf().format(sealed(ENTRY))).not.toHaveProperty('attestation_list');
    expect(ocsf({ version: '1.9.0' }).format({ entry: { ...ENTRY, hash: '' } })).not.toHaveProperty('attestation_list');
  });
});

describe('a mapper', () => {
  it('gets an entry without the values that do not go out', () => {
    const seen: Followed[] = [];
    const format = mapped('mine', (followed) => {
      seen.push(followed);
      return { at: followed.entry.sealedAt, n: 1n, none: undefined, nan: Number.NaN };
    });
    expect(format.format(sealed(ENTRY))).toStrictEqual({ at: '2026-03-02T10:20:30.300Z', n: '1', nan: 'NaN' });
    format.format(sealed(ENTRY), { values: { fields: ['total'] } });
    expect(seen.map(({ entry }) => [entry.old, entry.new])).toEqual([
      [undefined, undefined],
      [{ total: '100.00' }, { total: '90.00' }],
    ]);
    expect(seen[0]?.entry.changes).toEqual([{ field: 'total' }, { field: 'iban', redacted: true }]);
  });

  it('sees of a change with all there is what goes out of it', () => {
    const cut = { bytes: 9, sha256: 'ee'.repeat(32) };
    const hidden = { ...ENTRY, changes: [{ field: 'note', masked: true, old: 'a…', new: 'b…' }, { field: 'scan', cut: { new: cut } }, { field: 'total', old: '1', new: '2' }], change: { model: 'Invoice', operation: 'update', old: { total: '1' }, new: { total: '2' }, redacted: ['iban'], masked: { new: { note: 'b…' } }, cut: { new: { scan: cut } }, ignored: [], asText: { old: { due: 'infinity' } } } } as AuditEntry; // prettier-ignore
    const seen: AuditEntry[] = [];
    const format = mapped('mine', ({ entry }) => {
      seen.push(entry);
      return {};
    });
    for (const fields of [['total'], ['due'], ['note', 'scan', 'due', 'total']]) format.format({ entry: hidden }, { values: { fields } }); // prettier-ignore
    expect(seen[0]?.changes).toEqual([{ field: 'note', masked: true }, { field: 'scan' }, hidden.changes[2]]);
    expect(seen[0]?.change).toEqual({ model: 'Invoice', operation: 'update', old: { total: '1' }, new: { total: '2' }, redacted: ['iban'], masked: {}, cut: {}, ignored: [], asText: {} }); // prettier-ignore
    expect(seen[1]?.change).toBeUndefined();
    expect([seen[2]?.changes, seen[2]?.change]).toEqual([hidden.changes, hidden.change]);
  });

  it('may throw, which is not hidden', () => {
    const format = mapped('mine', () => {
      throw new RangeError('mine');
    });
    expect(() => format.format(sealed(ENTRY))).toThrow('mine');
  });

  it.each<readonly [string, unknown]>([
    ['too much', { text: 'x'.repeat(300_000) }],
    ['no object', 7],
    ['a list', []],
    ['nothing', undefined],
  ])('that gives %s is told of by a record of ours', (_what, given) => {
    const record = mapped('mine', () => given as object).format(sealed(ENTRY));
    expect(record).toMatchObject({ id: ENTRY.id, cut: ['record'] });
  });
});

describe('options', () => {
  it.each<readonly [unknown]>([
    [{ maxBytes: 8_191 }],
    [{ maxBytes: Number.NaN }],
    [{ values: 'all' }],
    [{ values: { match: 'Invoice.*' } }],
    [{ values: { field: ['total'] } }],
    [{ values: { fields: [1] } }],
  ])('%j are refused', (options) => {
    expect(() => checkFormatOptions(options as object)).toThrow(/AUDIT_OPTIONS_INVALID/);
  });

  it('that are well are taken', () => {
    checkFormatOptions({});
    checkFormatOptions({ maxBytes: 8_192, values: { match: ['Invoice.*'], fields: () => true } });
    expect(() => ocsf({ version: '1.7.0' as '1.8.0' })).toThrow(/AUDIT_OPTIONS_INVALID/);
  });
});

describe('the room', () => {
  it('takes nothing but types from query, and no module of Node that reaches out', () => {
    const files = ['', 'ocsf/'].flatMap((folder) => readdirSync(`src/formats/${folder}`).filter((name) => name.endsWith('.ts')).map((name) => `src/formats/${folder}${name}`)); // prettier-ignore
    const imports = files.flatMap((file) => [
      ...readFileSync(file, 'utf8').matchAll(/^import (.*?) from '([^']+)'/gms),
    ]);
    expect(files.length).toBeGreaterThan(15);
    for (const [whole, names, from] of imports) {
      if (from?.includes('/query/') === true && names?.startsWith('type ') !== true) throw new Error(whole);
      if (from?.startsWith('node:') === true) expect(['node:crypto', 'node:net']).toContain(from);
    }
  });
});
