import { expect } from '@jest/globals';
import type { AuditedOptions } from '../../src/index.js';

export const fail = (): never => {
  throw new Error('from a callback');
};
export const circular: Record<string, unknown> = { id: 'round' };
circular['self'] = circular;
/** What an application may write into @Audited, and what its entry then holds. */
export const CALLBACKS: Record<string, [AuditedOptions, object]> = {
  'details-throw': [{ details: fail }, { details: { callbacksFailed: ['details'] } }],
  'resource-throws': [{ resource: fail }, { details: { callbacksFailed: ['resource'] } }],
  'both-throw': [{ resource: fail, details: fail }, { details: { callbacksFailed: ['resource', 'details'] } }],
  'gives-null': [{ resource: () => null, details: () => undefined }, {}],
  'details-map': [
    { details: () => ({ map: new Map() }) },
    { details: { refused: expect.stringContaining('details.map holds a Map') } },
  ],
  'is-a-map': [{ details: () => new Map([['a', 1]]) as never }, { details: { callbacksFailed: ['details'] } }],
  'is-a-list': [{ details: () => [1, 2] as never }, { details: { callbacksFailed: ['details'] } }],
  'is-a-text': [{ details: () => 'all of it' as never }, { details: { callbacksFailed: ['details'] } }],
  'is-late': [
    { details: (async () => await Promise.reject(new Error('late'))) as never },
    { details: { callbacksFailed: ['details'] } },
  ],
  'is-a-class': [
    {
      details: () =>
        new (class Dto {
          total = 3;
        })() as never,
    },
    { details: { total: 3 } },
  ],
  'resource-survives': [
    { resource: () => ({ type: 'A', id: 1 }), severity: 'notice', details: () => ({ f: fail }) },
    {
      resource: { type: 'A', id: '1' },
      severity: 'notice',
      details: { refused: expect.stringContaining('details.f') },
    },
  ],
  'details-2mb': [
    { details: () => ({ big: 'x'.repeat(2 ** 21) }) },
    { details: { refused: expect.stringContaining('AUDIT_EVENT_TOO_LARGE') } },
  ],
  'details-circular': [{ details: () => circular }, { details: { refused: expect.stringContaining('details.self') } }],
  'details-getter': [
    {
      details: () => ({
        get secretive() {
          return fail();
        },
      }),
    },
    { details: { callbacksFailed: ['details'] } },
  ],
  'details-nested-getter': [
    {
      details: () => ({
        a: {
          get b() {
            return fail();
          },
        },
      }),
    },
    { details: { refused: 'from a callback' } },
  ],
  'details-secret': [
    { details: () => ({ password: 'hunter2' }) },
    { details: { password: '[redacted]' }, flags: ['redacted'] },
  ],
  'details-http': [{ details: () => ({ http: 'mine' }) }, {}],
  'resource-type-empty': [
    { resource: () => ({ type: '' }) },
    { details: { refused: expect.stringContaining('resource.type') } },
  ],
  'resource-id-object': [
    { resource: () => ({ type: 'A', id: {} as never }) },
    { details: { refused: expect.stringContaining('resource.id') } },
  ],
  'resource-late': [
    { resource: (async () => await Promise.reject(new Error('late'))) as never },
    { details: { callbacksFailed: ['resource'] } },
  ],
  'result-refused': [
    { resource: 'Ring', details: ({ result }) => ({ result: [result, circular] }) },
    { resource: { type: 'Ring' }, details: { refused: expect.stringContaining('details.result[1].self') } },
  ],
};
