import { describe, expect, it } from '@jest/globals';
import { plateKey } from '../../src/event/access.js';
import { accessEvent, type AccessEvent } from '../../src/event/access-event.js';
import { ActionBook } from '../../src/event/action-book.js';
import { secretNames } from '../../src/event/redaction.js';
import { prepare } from '../../src/recorder/prepare.js';

const gate = { point: 'gate-1', event: 'entry' } as const;

describe('an access', () => {
  it('is an event whose resource is the point, with all that was said in its details', () => {
    const occurredAt = new Date();
    const access: AccessEvent = {
      ...gate,
      direction: 'in',
      method: 'plate',
      subject: 'ann',
      vehicle: { plate: 'b-ab 123', country: 'D', kind: 'car' },
      confidence: 0.93,
      evidenceUrl: 'https://cameras.example.test/1.jpg',
      authorizedBy: 'bob',
      actor: { id: 'camera-7', type: 'service' },
      occurredAt,
      eventId: 'e-1',
    };
    expect(accessEvent(access)).toEqual({
      action: 'access.entry',
      outcome: 'success',
      resource: { type: 'AccessPoint', id: 'gate-1' },
      details: {
        direction: 'in',
        method: 'plate',
        subject: 'ann',
        vehicle: { plate: 'b-ab 123', country: 'D', kind: 'car' },
        confidence: 0.93,
        evidenceUrl: 'https://cameras.example.test/1.jpg',
        authorizedBy: 'bob',
      },
      actor: { id: 'camera-7', type: 'service' },
      occurredAt,
      eventId: 'e-1',
    });
  });

  it.each(['entry', 'exit', 'denied', 'visitor'] as const)('%s has its action and outcome, and is in no need of a catalogue', (event) => {
    const made = accessEvent({ ...gate, event, vehicle: 'B 1', evidenceUrl: 'http://x.test/?frame=1', authorizedBy: 'pin' });
    expect(made).toMatchObject({ action: `access.${event}`, outcome: event === 'denied' ? 'denied' : 'success' });
    expect(made.details?.['vehicle']).toEqual({ plate: 'B 1' });
    const book = new ActionBook({ 'invoice.approve': {} }, 'refuse');
    const row = prepare(made, secretNames(), { context: null, actions: book });
    // None of its members is taken for a secret.
    expect(row).toMatchObject({ model: 'AccessPoint', resourceId: 'gate-1', flags: 'no-context' });
  }); // prettier-ignore

  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /access must be an object/],
    ['a string', 'gate-1', /access must be an object/],
    ['no point', { event: 'entry' }, /^point must be well-formed text of 1-256/],
    ['an empty point', { ...gate, point: '' }, /^point must/],
    ['a point of 257 characters', { ...gate, point: 'x'.repeat(257) }, /^point must/],
    ['a point with NUL', { ...gate, point: 'a\0' }, /^point must/],
    ['a point with half a surrogate', { ...gate, point: '\ud800' }, /^point must/],
    ['no event', { point: 'gate-1' }, /^event must be one of entry, exit, denied, visitor/],
    ['another event', { ...gate, event: 'granted' }, /^event must be one of/],
    ['another direction', { ...gate, direction: 'up' }, /^direction must be in or out/],
    ['a method that is none', { ...gate, method: 5 }, /^method must/],
    ['a subject that is an object', { ...gate, subject: { id: 'ann' } }, /^subject must/],
    ['an empty subject', { ...gate, subject: '' }, /^subject must/],
    ['a vehicle that is a number', { ...gate, vehicle: 5 }, /^vehicle must be a plate/],
    ['a vehicle of nothing', { ...gate, vehicle: null }, /^vehicle must be a plate/],
    ['a vehicle without a plate', { ...gate, vehicle: { kind: 'car' } }, /^vehicle\.plate must/],
    ['a plate of spaces and dashes', { ...gate, vehicle: ' - \u2013 ' }, /^vehicle\.plate must have more/],
    ['a plate of 33 characters', { ...gate, vehicle: 'x'.repeat(33) }, /^vehicle\.plate must/],
    ['a misspelled member of a vehicle', { ...gate, vehicle: { plat: 'B 1' } }, /did you mean vehicle\.plate\?/],
    ['a confidence of 93', { ...gate, confidence: 93 }, /^confidence must be a number from 0 to 1/],
    ['a confidence that is none', { ...gate, confidence: Number.NaN }, /^confidence must/],
    ['an address that is none', { ...gate, evidenceUrl: 'camera 7' }, /^evidenceUrl must be an http/],
    ['a script for an address', { ...gate, evidenceUrl: 'javascript:alert(1)' }, /^evidenceUrl must be an http/],
    ['an address with a password', { ...gate, evidenceUrl: 'https://a:b@x.test/' }, /^evidenceUrl must be an http/],
    ['an address of 3,000 characters', { ...gate, evidenceUrl: `https://x.test/${'x'.repeat(3_000)}` }, /^evidenceUrl must/],
    ['who let it in as a number', { ...gate, authorizedBy: 5 }, /^authorizedBy must/],
    ['a misspelled member', { ...gate, evidenceURL: 'https://x.test' }, /did you mean evidenceUrl\?/],
    ['an action of its own', { ...gate, action: 'invoice.approve' }, /^action is no member of an access/],
    ['an outcome of its own', { ...gate, outcome: 'success' }, /^outcome is no member/],
  ])('is refused with %s', (_name, access, message) => {
    try {
      accessEvent(access as AccessEvent);
    } catch (error) {
      expect(error).toMatchObject({ code: 'AUDIT_EVENT_INVALID', message: expect.stringMatching(message), facts: { member: expect.any(String) } });
      return;
    }
    throw new Error('it was taken');
  }); // prettier-ignore
});

describe('a plate', () => {
  it.each([
    ['b-ab 123', 'BAB123'],
    [' B\u2013AB\u00a0123\u2003E\u00ad', 'BAB123E'],
    ['m\u00fc x\u00df', 'M\u00dcX\u00df'],
    ['\u03b1\u03c2 \u0431\u0451', '\u0391\u03a3\u0411\u0401'],
    ['\ua7cb \u{10d70}', '\ua7cb\u{10d70}'], // capitals of some versions of Unicode alone
    ['京A\u00b712345', '京A\u00b712345'],
  ])('%j is looked for as %j, by every version of Node.js', (plate, key) => {
    expect(plateKey(plate)).toBe(key);
    expect(plateKey(key)).toBe(key);
  });
});
