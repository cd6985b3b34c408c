import { describe, expect, it } from '@jest/globals';
import { createAudit, type AuditOptions } from '../../src/compose/index.js';
import { checkOptions } from '../../src/compose/options.js';

const databaseUrl = 'postgresql://app:hunter2@db.example.com:5432/app';

/** Every bad value of every option, and what the message must say. */
const BAD: [string, unknown, RegExp][] = [
  ['nothing', undefined, /options must be an object: \{ databaseUrl/],
  ['null', null, /options must be an object/],
  ['text', databaseUrl, /options must be an object/],
  ['no database', {}, /databaseUrl is missing: pass the URL/],
  ['an empty database', { databaseUrl: '' }, /databaseUrl is missing/],
  ['a database that is an URL object', { databaseUrl: new URL(databaseUrl) }, /databaseUrl is missing/],
  ['an unknown option', { databaseUrl, flushInterval: 5 }, /no option "flushInterval"; there are databaseUrl, sealerUrl, readerUrl, auditorUrl, followerUrl, schema, seal, flushIntervalMs/], // prettier-ignore
  ['an empty URL for the sealer', { databaseUrl, sealerUrl: '' }, /sealerUrl must be the URL of the same database/],
  ['an auditor that is no URL', { databaseUrl, auditorUrl: '' }, /auditorUrl must be the URL of the same database/],
  ['a follower that is no URL', { databaseUrl, followerUrl: '' }, /followerUrl must be the URL of the same database/],
  ['a reader that is no URL', { databaseUrl, readerUrl: 5 }, /readerUrl must be the URL of the same database/],
  ['a schema in capitals', { databaseUrl, schema: 'Audit' }, /schema must be a lower-case name/],
  ['a schema that needs quotes', { databaseUrl, schema: 'a"; drop' }, /schema must be a lower-case name/],
  ['a schema of the system', { databaseUrl, schema: 'pg_audit' }, /does not start with "pg_"/],
  ['a schema that is a number', { databaseUrl, schema: 5 }, /schema must be a lower-case name/],
  ['text for seal', { databaseUrl, seal: 'yes' }, /seal must be true, false or an object of sealer options/],
  ['null for seal', { databaseUrl, seal: null }, /seal must be true, false or an object/],
  [
    'an unknown sealer option',
    { databaseUrl, seal: { lease: 5 } },
    /no option "seal\.lease"; there are seal\.leaseMs, /,
  ],
  [
    'a redaction that is a list',
    { databaseUrl, redaction: ['iban'] },
    /no option "redaction\.0"; there are redaction\.add/,
  ],
  ['a redaction that is null', { databaseUrl, redaction: null }, /redaction must be an object: \{ add/],
  ['an unknown redaction', { databaseUrl, redaction: { names: [] } }, /no option "redaction\.names"/],
  ['one name for a list', { databaseUrl, redaction: { add: 'iban' } }, /redaction\.add must be a list of names/],
  [
    'names that are not text',
    { databaseUrl, redaction: { remove: [/iban/] } },
    /redaction\.remove must be a list of names/,
  ],
  [
    'half a replacement',
    { databaseUrl, redaction: { replaceDefaults: 'no' } },
    /replaceDefaults must be true or false/,
  ],
  ['another way with the oversized', { databaseUrl, oversized: 'drop' }, /oversized must be 'refuse' or 'truncate'/],
  ['no function for errors', { databaseUrl, onError: 'log' }, /onError must be a function/],
  ['catalogue', { databaseUrl, catalogue: {} }, /catalogue must be the one that the generator wrote/],
  ['config', { databaseUrl, config: null }, /config must be the default export of audit.config/],
  ['a name with a space', { databaseUrl, name: 'my audit' }, /name must be 1-64 letters, digits, '_' or '-'/],
  ['actions that are a list', { databaseUrl, actions: [] }, /actions: must be a catalogue: defineActions\(/],
  ['an action without a form', { databaseUrl, actions: { 'a b': {} } }, /actions: "a b": the name must be/],
  ['actions of the config', { databaseUrl, config: { actions: { a: 'A' } } }, /actions: a: must be an object/],
  ['unknown actions', { databaseUrl, unknownActions: 'warn' }, /unknownActions must be 'refuse', 'mark' or 'allow'/],
  ['a durability that there is not', { databaseUrl, durability: 'fsync' }, /durability must be one of async, committed, sealed/], // prettier-ignore
  ['onFailure', { databaseUrl, onFailure: 'retry' }, /onFailure must be 'spool' or 'fail'/],
  ['onFailure spool without a place', { databaseUrl, onFailure: 'spool' }, /needs a place: spool: \{ directory: '/],
  ['a spool of no use', { databaseUrl, onFailure: 'fail', spool: { directory: 's' } }, /leave one of the two out/],
  ['a spool that is a path', { databaseUrl, spool: '/var/spool' }, /spool must be an object: \{ directory: '/],
  ['a spool without a place', { databaseUrl, spool: {} }, /spool\.directory must be the path of a directory/],
  ['an unknown option of the spool', { databaseUrl, spool: { path: 's' } }, /no option "spool\.path"; there are spool\.directory/], // prettier-ignore
  [
    'a bound that neither',
    { databaseUrl, spool: { directory: 's', atBound: 'wait' } },
    /atBound must be 'fail' or 'shed'/,
  ],
  [
    'a spool that is small',
    { databaseUrl, spool: { directory: 's', maxBytes: 5 } },
    /spool\.maxBytes must be a whole number from 65536/,
  ],
  ['probe', { databaseUrl, probe: 'loud' }, /probe must be 'warn', 'error' or 'off'/],
];
const NUMBERS: [string, number, number][] = [
  ['flushIntervalMs', 1, 60_000],
  ['maxQueue', 1, 10_000_000],
  ['maxQueueBytes', 65_536, 2 ** 40],
  ['durabilityTimeoutMs', 10, 600_000],
  ['anonymousPerMinute', 1, 1_000_000],
  ['poolSize', 2, 100],
  ['shutdownDeadlineMs', 0, 600_000],
  ['seal.leaseMs', 1_000, 600_000],
  ['seal.batchSize', 1, 10_000],
  ['seal.minWaitMs', 1, 10_000],
  ['seal.maxWaitMs', 1, 60_000],
];
const withNumber = (name: string, value: unknown): AuditOptions => {
  const [first = '', second] = name.split('.');
  return { databaseUrl, [first]: second === undefined ? value : { [second]: value } };
};

describe('options are refused at the door, with what to write instead:', () => {
  it.each(BAD)('%s', (_name, options, message) => {
    expect(() => checkOptions(options as AuditOptions)).toThrow(
      expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', message: expect.stringMatching(message) }),
    );
  });

  it.each(NUMBERS)('%s that is not a whole number from %i to %i', (name, least, most) => {
    for (const value of [least - 1, most + 1, 1.5 + least, Number.NaN, String(least), null, Number.POSITIVE_INFINITY]) {
      expect(() => checkOptions(withNumber(name, value))).toThrow(
        expect.objectContaining({
          code: 'AUDIT_OPTIONS_INVALID',
          message: expect.stringContaining(
            `${name} must be a whole number from ${least} to ${most}, not ${String(value)}`,
          ),
        }),
      );
    }
    for (const value of [least, most, undefined]) expect(() => checkOptions(withNumber(name, value))).not.toThrow();
  });

  it.each([
    ['another database', 'mysql://root:hunter2@db/app'],
    ['no scheme', 'app:hunter2@db/app'],
    ['nonsense', 'hunter2'],
    ['a port that is none', 'postgresql://app:hunter2@db:99999999/app'],
    ['a space', 'postgresql://app:hunter2 @ db /app'],
  ])('a databaseUrl of %s', (_name, url) => {
    expect(() => createAudit({ databaseUrl: url })).toThrow(
      expect.objectContaining({
        code: 'AUDIT_OPTIONS_INVALID',
        message: expect.stringContaining('must look like postgresql://user:password@host:5432/database'),
      }),
    );
  });

  it.each(['sealerUrl', 'readerUrl', 'auditorUrl'])('another %s, by its name', (name) => {
    expect(() => createAudit({ databaseUrl, seal: true, [name]: 'mysql://root:hunter2@db/app' })).toThrow(
      expect.objectContaining({ message: expect.stringMatching(new RegExp(`^${name} must look like postgresql://`)) }),
    );
  });

  it('and never repeats a password', () => {
    const urls = ['mysql://root:hunter2@db/app', 'hunter2', 'postgresql://app:hunter2@db:99999999/app'];
    const attempts = [...urls.map((url) => ({ databaseUrl: url })), ...BAD.map(([, options]) => options)];
    for (const options of attempts) {
      let thrown: unknown;
      try {
        createAudit(options as AuditOptions);
      } catch (error) {
        thrown = error;
      }
      const { message, stack, facts, cause } = thrown as Error & { facts: unknown };
      expect([message, stack, JSON.stringify(facts), String(cause)].join()).not.toContain('hunter2');
    }
  });

  it('has a case for every option', () => {
    const tried = [...BAD.map(([, options]) => options), ...NUMBERS.map(([name]) => withNumber(name, 0))];
    const names = new Set(tried.flatMap((options) => (typeof options === 'object' ? Object.keys(options ?? {}) : [])));
    let known = '';
    try {
      checkOptions({ databaseUrl, unheardOf: 1 } as AuditOptions);
    } catch (error) {
      known = /there are (.*) \[/.exec((error as Error).message)?.[1] ?? '';
    }
    expect(known.split(', ').length).toBeGreaterThan(7);
    for (const name of known.split(', ')) expect(names).toContain(name);
  });
});

describe('options', () => {
  it('have defaults', () => {
    expect(checkOptions({ databaseUrl })).toMatchObject({
      schema: 'audit',
      seal: {},
      flushIntervalMs: 50,
      maxQueue: 10_000,
      anonymousPerMinute: 300,
      poolSize: 4,
      oversized: 'refuse',
    });
    expect(checkOptions({ databaseUrl, seal: true }).seal).toEqual({});
    expect(checkOptions({ databaseUrl, seal: false }).seal).toBe(false);
    expect(checkOptions({ databaseUrl, redaction: { add: ['shoeSize'] } }).isSecret('shoe_size')).toBe(true);
  });

  it('take the schema of the log from the configuration, unless they name one', () => {
    const config = { schema: 'log' };
    expect(checkOptions({ databaseUrl, config }).schema).toBe('log');
    expect(checkOptions({ databaseUrl, config, schema: 'other' }).schema).toBe('other');
    expect(() => checkOptions({ databaseUrl, config: { schema: 'Log' } })).toThrow(/schema must be a lower-case name/);
  });

  it('of a caller that has more of them are let through, and named with ours', () => {
    expect(() => checkOptions({ databaseUrl, http: {} } as AuditOptions, ['http'])).not.toThrow();
    expect(() => checkOptions({ databaseUrl, htp: {} } as AuditOptions, ['http'])).toThrow(/onError, http \[/);
  });
});
