import { describe, expect, it } from '@jest/globals';
import { newContext } from '../../src/context/context.js';
import { AuditError } from '../../src/event/errors.js';
import { requestPolicy } from '../../src/http/policy.js';
import { leaveDurably, leaveEntry, type EndedCall, type EntrySettings } from '../../src/nest/calls/turn-entry.js';
import { standIn } from '../../src/nest/calls/stand-in.js';
import type { Recorder } from '../../src/recorder/port.js';

/** A recorder that has no room, as one whose queue is full. */
const FULL: Recorder = {
  record: () => {
    throw new AuditError('AUDIT_QUEUE_FULL', 'full');
  },
  drain: () => Promise.resolve(),
};

const ended = (when?: () => boolean): EndedCall => ({
  route: { action: 'order.take', ...(when ? { when } : {}) },
  call: {
    kind: 'call',
    controller: { name: 'Orders' },
    handler: { name: 'take' },
    request: standIn('call', {}),
    about: { transport: 'call' },
  },
  record: { startedAt: 0, startedMonotonic: 0 },
  context: newContext(),
  durability: 'committed',
  outcome: 'success',
  details: {},
});

describe('an entry that there is no room for', () => {
  const told: unknown[] = [];
  const settings = (onFailure?: 'spool'): EntrySettings => ({
    recorder: FULL,
    policy: requestPolicy({}),
    onFailure,
    onError: (error) => void told.push(error),
  });

  it('fails the call that has to be durable, unless the module lets it go', async () => {
    await expect(leaveDurably(settings(), ended())).rejects.toMatchObject({ code: 'AUDIT_NOT_DURABLE' });
    await expect(leaveDurably(settings('spool'), ended())).resolves.toBeUndefined();
    expect(told).toContainEqual(expect.objectContaining({ code: 'AUDIT_QUEUE_FULL' }));
  });

  it('is no failure where the call wants none', async () => {
    await expect(
      leaveDurably(
        settings(),
        ended(() => false),
      ),
    ).resolves.toBeUndefined();
  });

  it('never throws into a call that does not wait for it', () => {
    expect(leaveEntry(settings(), ended())).toBeUndefined();
  });
});
