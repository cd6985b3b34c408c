import { describe, expect, it } from '@jest/globals';
import type { Catalogue } from '../../../src/event/catalogue.js';
import { catalogueOf } from '../../../src/prisma/generator/catalogue.js';
import { PrismaPg } from '@prisma/adapter-pg';
import { readsCheck, type KnownReads } from '../../../src/prisma/reads/check.js';
import { audit, auditAdapter, audited, defineAudit, type AuditConfig } from '../../../src/prisma/index.js';
import { catalogue, PrismaClient, type ReadsOptions } from './world.js';

/** What an extension with these options would put into a client. */
function extensionOf(options: ReadsOptions): Record<string, Record<string, unknown> | undefined> {
  let given: unknown;
  const client = { $transaction: () => undefined, $extends: (extension: object) => (given = extension) };
  audit(options)(client);
  return given as Record<string, Record<string, unknown>>;
}
const hooked = (options: ReadsOptions): string[] => Object.keys(extensionOf(options)['query'] ?? {}).filter((name) => !name.startsWith('$')).sort(); // prettier-ignore
const configured = (models: AuditConfig['models']): ReadsOptions => ({ config: { catalogue, models } as AuditConfig });
const plain: Catalogue = catalogueOf([{ path: 'x', content: 'model A {\n id Int @id\n}' }]);

describe('a query hook', () => {
  it('is there for audited models and those from which relations lead to one, and for no other', () => {
    expect(hooked({ catalogue })).toEqual(['doctor', 'file', 'label', 'patient', 'practice', 'visit']);
    expect(catalogue.models['Country']).toBeDefined();
  });

  it.each<[string, ReadsOptions, string[]]>([
    ['there is no catalogue', {}, []],
    ['no model of the catalogue says so', { catalogue: plain }, []],
    ['reads are off', { catalogue, reads: 'off' }, []],
    ['the configuration says no', configured({ Patient: { reads: false }, File: { reads: false } }), []],
    ['the configuration says so of an island', configured({ Patient: { reads: false }, File: { reads: false }, Country: { reads: true } }), ['country']], // prettier-ignore
    ['the configuration has the catalogue', configured({}), ['doctor', 'file', 'label', 'patient', 'practice', 'visit']], // prettier-ignore
    ['the changes of a model are not audited', configured({ File: { reads: false }, Patient: false }), ['doctor', 'file', 'label', 'patient', 'practice', 'visit']], // prettier-ignore
  ])('where %s: %j', (_name, options, expected) => {
    expect(hooked(options)).toEqual(expected);
    expect('query' in extensionOf(options)).toBe(expected.length > 0);
  });

  it('is there once, however often a client is extended', () => {
    let given: Record<string, Record<string, unknown>> = {};
    const client = { $transaction: () => undefined, $extends: (extension: typeof given) => (given = extension) };
    audit({ catalogue })(client);
    const twice = { ...client, $transaction: given['client']?.['$transaction'] as () => undefined };
    audit({ catalogue })(twice);
    expect(given).not.toHaveProperty('query');
  });
});

/** A class of its own, of which the compiler need not find the options. */
class Service extends PrismaClient {}

describe('at the door', () => {
  it.each<[string, () => unknown, string, RegExp]>([
    ['reads without a catalogue', () => audit({ reads: 'strict' }), 'AUDIT_OPTIONS_INVALID', /^reads: "strict" needs to know the schema: add "generator audit .*write audit\(\{ catalogue \}\)/], // prettier-ignore
    ['a model of a configuration without a catalogue', () => audit({ config: { models: { A: { reads: true } } } }), 'AUDIT_OPTIONS_INVALID', /^models\.A\.reads needs to know the schema/], // prettier-ignore
    ['reads of no model', () => audit({ catalogue: plain, reads: 'strict' }), 'AUDIT_OPTIONS_INVALID', /^reads: "strict", and no model is read so: write "\/\/\/ @audit reads"/], // prettier-ignore
    ['a word that is none', () => audit({ catalogue, reads: 'yes' as never }), 'AUDIT_OPTIONS_INVALID', /^reads is "async", "strict" or "off"/], // prettier-ignore
    ['a model that there is not', () => audit(configured({ Patent: { reads: true } })), 'AUDIT_CONFIG_INVALID', /^models\.Patent\.reads: .* did you mean Patient\?/], // prettier-ignore
    ['the table of an implicit relation', () => audit(configured({ _LabelToPatient: { reads: true } })), 'AUDIT_CONFIG_INVALID', /has no model _LabelToPatient/], // prettier-ignore
    ['neither yes nor no', () => audit(configured({ Patient: { reads: 'yes' as never } })), 'AUDIT_CONFIG_INVALID', /^models\.Patient\.reads is true or false/], // prettier-ignore
    ['the mixin, which has no hooks', () => audited(Service, { reads: 'async' }), 'AUDIT_OPTIONS_INVALID', /service\.\$extends\(audit\(\{ catalogue \}\)\)/], // prettier-ignore
  ])('%s is refused, with what to do', (_name, call, code, message) => {
    expect(call).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  it('the types know the models of the client', () => {
    defineAudit<PrismaClient>({ models: { Patient: { reads: true }, File: { reads: false } } });
    // @ts-expect-error: there is no such model
    defineAudit<PrismaClient>({ models: { Patent: { reads: true } } });
    // @ts-expect-error: yes or no
    defineAudit<PrismaClient>({ models: { Patient: { reads: 'strict' } } });
    expect(() => audited(PrismaClient, { reads: 'off' })).not.toThrow();
  });
});

describe('the check at the start', () => {
  const adapter = auditAdapter(new PrismaPg({ connectionString: 'postgres://nobody@127.0.0.1:1/none' }));
  const mixin = (): PrismaClient => new (audited(Service))({ adapter });
  const base = (): PrismaClient => new PrismaClient({ adapter });

  it.each<[string, () => object, KnownReads, string[]]>([
    ['a client with hooks', () => base().$extends(audit({ catalogue })), { catalogue }, ['ok']],
    ['one that is extended further', () => base().$extends(audit({ catalogue })).$extends({ name: 'x' }), { catalogue }, ['ok']], // prettier-ignore
    ['one without', () => base().$extends(audit()), { catalogue }, ['warn']],
    ['the mixin', mixin, { catalogue }, ['warn']],
    ['the mixin, extended', () => mixin().$extends(audit({ catalogue })), { catalogue }, ['ok']],
    ['one whose reads are off', () => base().$extends(audit({ reads: 'off' })), { catalogue }, ['ok']],
    ['one of another schema', () => ({ other: {} }), { catalogue }, []],
    ['one of a schema without such models', base, { catalogue: plain }, []],
    ['one where the configuration says no', base, { catalogue, config: { models: { Patient: { reads: false }, File: { reads: false } } } }, []], // prettier-ignore
    ['one of which nothing is known', base, {}, []],
  ])('of %s', (_name, client, known, states) => {
    const checks = readsCheck(client(), 'the client', known);
    expect(checks.map(({ state }) => state)).toEqual(states);
    for (const { state, message, remedy } of checks) {
      expect(message).toMatch(/^reads of File, Patient through the client /);
      expect(remedy).toEqual(state === 'ok' ? undefined : expect.stringContaining('$extends(audit({ catalogue }))'));
    }
  });
});
