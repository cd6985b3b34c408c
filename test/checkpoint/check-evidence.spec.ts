import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { postgresAnchor } from '../../src/checkpoint/anchors/postgres.js';
import { stdoutAnchor } from '../../src/checkpoint/anchors/stdout.js';
import { checkEvidence } from '../../src/checkpoint/check-evidence.js';
import { fileSigner } from '../../src/checkpoint/signers/file-signer.js';
import type { EvidenceConfig } from '../../src/checkpoint/port.js';

const VARIABLES = ['AUDIT_SIGNING_KEY', 'AUDIT_SIGNING_KEY_FILE', 'AUDIT_SIGNING_KEY_PREVIOUS_FILE'];
beforeEach(() => VARIABLES.forEach((name) => delete process.env[name]));
afterEach(() => VARIABLES.forEach((name) => delete process.env[name]));

describe('evidence of audit.config', () => {
  it('is the key of the environment, where nothing is said, and nobody where there is none', () => {
    const nobody = { signer: undefined, required: false, anchors: [], tickMs: 60_000, heartbeatMs: 600_000 };
    for (const config of [undefined, {}, { signer: 'environment' }]) expect(checkEvidence(config)).toEqual(nobody);
    expect(checkEvidence({ signer: 'required' })).toEqual({ ...nobody, required: true });
    process.env['AUDIT_SIGNING_KEY_FILE'] = '/etc/shop/key.pem';
    const { signer, ...rest } = checkEvidence(undefined);
    expect(rest).toEqual({ ...nobody, signer: undefined, anchors: [signer?.anchorBeside] });
    expect(signer?.anchorBeside?.name).toBe('file "/etc/shop/key.pem.checkpoints"');
  });

  it('is what is said: a signer of its own is required, and named anchors are those alone', () => {
    const config: EvidenceConfig = {
      signer: fileSigner({ path: 'key.pem' }),
      anchors: [stdoutAnchor()],
      tickMs: 5_000,
    };
    expect(checkEvidence(config)).toEqual({ ...config, required: true, heartbeatMs: 50_000 });
    expect(checkEvidence({ ...config, anchors: [] }).anchors).toEqual([]);
    // A process without the key has the same configuration, and reads the anchors.
    expect(checkEvidence({ anchors: [stdoutAnchor()] })).toMatchObject({ signer: undefined, anchors: [{}] });
  });

  const put = async (): Promise<void> => undefined;
  it.each([
    ['evidence', 'yes', /evidence must be an object/],
    ['evidence', [], /evidence must be an object/],
    ['a name', { signr: 'required' }, /no setting "evidence.signr": did you mean signer\?/],
    ['a name', { whatever: 1 }, /there are signer, anchors, tickMs, heartbeatMs/],
    ['signer', { signer: 'key.pem' }, /fileSigner\(\{ path \}\)/],
    ['signer', { signer: null }, /evidence.signer must be/],
    ['signer', { signer: { sign: put } }, /vkeys\(name\)/],
    ['signer', { signer: { sign: put, vkeys: put, anchorBeside: {} } }, /signer.anchorBeside must be an anchor/],
    ['anchors', { anchors: stdoutAnchor() }, /must be a list/],
    ['anchors', { anchors: ['/mnt/audit'] }, /anchors\[0\] must be an anchor: fileAnchor/],
    [
      'anchors',
      { anchors: [stdoutAnchor(), stdoutAnchor()] },
      /two of evidence.anchors have the name "standard output"/,
    ],
    ['anchors', { anchors: Array.from({ length: 17 }, (_, i) => ({ name: `${i}`, put })) }, /16 are the most/],
    ['anchors', { anchors: [{ put }] }, /must have a name/],
    ['anchors', { anchors: [{ name: 'x', put, list: [] }] }, /list of evidence.anchors\[0\] must be a function/],
    ['tickMs', { tickMs: 999 }, /tickMs must be a whole number of milliseconds from 1000 to 86400000, not 999/],
    ['tickMs', { tickMs: '60000' }, /tickMs must be/],
    [
      'heartbeatMs',
      { tickMs: 2_000, heartbeatMs: 1_999 },
      /heartbeatMs must be a whole number of milliseconds from 2000/,
    ],
  ])('with a mistake in %s (%j) is refused with what to write', (_, config, message) => {
    expect(() => checkEvidence(config)).toThrow(expect.objectContaining({ code: 'AUDIT_CONFIG_INVALID', message: expect.stringMatching(message) })); // prettier-ignore
  });

  it('as a function is asked when somebody signs, and what it throws is said', () => {
    expect(checkEvidence(() => ({ anchors: [], tickMs: 2_000 }))).toMatchObject({ tickMs: 2_000 });
    const missing = (): never => {
      throw new Error('set AUDITOR_SECRET');
    };
    expect(() => checkEvidence(missing)).toThrow(expect.objectContaining({ code: 'AUDIT_CONFIG_INVALID', message: expect.stringContaining('set AUDITOR_SECRET') })); // prettier-ignore
  });

  it('with two anchors of one name says how they get names of their own', () => {
    const pool = { query: () => Promise.resolve({ rows: [] }) };
    expect(() => checkEvidence({ anchors: [postgresAnchor(pool), postgresAnchor(pool)] })).toThrow(/postgresAnchor\(pool, \{ name: 'auditor' \}\)/); // prettier-ignore
    const { anchors } = checkEvidence({ anchors: [postgresAnchor(pool), postgresAnchor(pool, { name: 'auditor' })] });
    expect(anchors.map(({ name, place }) => [name, place])).toEqual([
      ['postgres audit_checkpoints', { type: 'postgres', urlVariable: 'AUDIT_ANCHOR_DATABASE_URL', table: 'audit_checkpoints' }],
      ['postgres audit_checkpoints auditor', { type: 'postgres', urlVariable: 'AUDIT_ANCHOR_DATABASE_URL_AUDITOR', table: 'audit_checkpoints' }],
    ]); // prettier-ignore
    expect(() => postgresAnchor(pool, { name: 'The auditor' })).toThrow(expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID' })); // prettier-ignore
  });

  it('with a mistake in the environment is refused too, unless nobody asks the environment', () => {
    process.env['AUDIT_SIGNING_KEY'] = '';
    expect(() => checkEvidence(undefined)).toThrow(expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID' }));
    expect(checkEvidence({ signer: fileSigner({ path: 'key.pem' }) }).required).toBe(true);
  });
});
