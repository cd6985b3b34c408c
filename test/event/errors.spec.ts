import { describe, expect, it, jest } from '@jest/globals';
import { AuditError, ERROR_CODES, isAuditError } from '../../src/event/errors.js';

describe('an AuditError', () => {
  const cause = new Error('below');
  const error = new AuditError('AUDIT_QUEUE_FULL', 'wait a little', { lost: 3 }, cause);

  it('has a code, the facts, the cause, and the code in its message', () => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'AuditError', code: 'AUDIT_QUEUE_FULL', facts: { lost: 3 }, cause });
    expect(String(error)).toBe('AuditError: wait a little [AUDIT_QUEUE_FULL]');
  });

  it('has no cause when there is none', () => {
    expect('cause' in new AuditError('AUDIT_CLOSED', 'too late')).toBe(false);
    expect(new AuditError('AUDIT_CLOSED', 'too late').facts).toEqual({});
  });
});

describe('is recognised', () => {
  it('by its code, or by any code of the list', () => {
    for (const code of ERROR_CODES) {
      const error = new AuditError(code, 'x');
      expect(isAuditError(error)).toBe(true);
      expect(isAuditError(error, code)).toBe(true);
      expect(
        isAuditError(
          error,
          ERROR_CODES.find((other) => other !== code),
        ),
      ).toBe(false);
    }
  });

  it('when another copy of the module has made it', async () => {
    jest.resetModules();
    const copy = await import('../../src/event/errors.js');
    expect(copy.AuditError).not.toBe(AuditError);
    const error = new copy.AuditError('AUDIT_LEASE_LOST', 'x');
    expect(error).not.toBeInstanceOf(AuditError);
    expect(isAuditError(error, 'AUDIT_LEASE_LOST')).toBe(true);
    expect(copy.isAuditError(new AuditError('AUDIT_CLOSED', 'x'))).toBe(true);
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'AUDIT_CLOSED'],
    ['an object that only looks like one', { name: 'AuditError', code: 'AUDIT_CLOSED' }],
    ['an Error', new Error('x')],
    ['an Error with a code', Object.assign(new Error('x'), { code: 'AUDIT_CLOSED' })],
    ['an AuditError of something else', Object.assign(new Error('x'), { name: 'AuditError', code: 'AUDIT_ME' })],
    ['an AuditError without a code', Object.assign(new Error('x'), { name: 'AuditError' })],
  ])('not when it is %s', (_, error) => {
    expect(isAuditError(error)).toBe(false);
    expect(isAuditError(error, 'AUDIT_CLOSED')).toBe(false);
  });

  it('its codes are all different and all begin alike', () => {
    expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length);
    for (const code of ERROR_CODES) expect(code).toMatch(/^AUDIT_[A-Z]+(_[A-Z]+)*$/);
  });
});
