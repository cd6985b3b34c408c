import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ShownEntry } from '../../../src/viewer/answers.js';
import { plain } from '../../../src/viewer/page/fill.js';
import { sentenceOf, type Telling } from '../../../src/viewer/page/sentence.js';
import { verbOf } from '../../../src/viewer/page/sentence-verb.js';
import { madeEntry, updated } from './made-entry.js';

const said = (entry: ShownEntry, telling?: Telling): string => plain(sentenceOf(entry, telling));
const approved = { 'invoice.approve': { sentence: '{actor} gave {resource} free over {details.total}' } };
const approval = { source: 'record', action: 'invoice.approve', details: { total: '10.00' } } as const;
const control = { source: 'control', actor: { id: 'sealer', type: 'system' } } as const;
const login = { source: 'record', action: 'auth.login' } as const;

describe('one sentence says', () => {
  const status = updated({ status: 'DRAFT', note: 'a' }, { status: 'APPROVED', note: 'a' });
  it.each<[string, ShownEntry, string, Telling?]>([
    ['a change of one field', status, 'ada@example.com (admin) changed status of Invoice 42 from DRAFT to APPROVED'],
    ['for whom', { ...status, actor: { id: 'u-1', onBehalfOf: 'Grace' } }, 'u-1, acting for Grace, changed status of Invoice 42 from DRAFT to APPROVED'],
    ['what else changed', status, 'ada@example.com (admin) changed status of Invoice 42 from DRAFT to APPROVED; 3 rows changed in the same request', { rows: 3 }],
    ['that one row changed', madeEntry(approval), 'ada@example.com (admin) approved Invoice 42; one row changed in the same request', { rows: 1 }],
    ['a field beside its bookkeeping', updated({ status: 1, updatedAt: 'a' }, { status: 2, updatedAt: 'b' }), 'ada@example.com (admin) changed status of Invoice 42 from 1 to 2'],
    ['bookkeeping alone', updated({ updatedAt: 'a' }, { updatedAt: 'b' }), 'ada@example.com (admin) changed updatedAt of Invoice 42 from a to b'],
    ['what was set', updated({ paidAt: null }, { paidAt: '2026' }), 'ada@example.com (admin) set paidAt of Invoice 42 to 2026'],
    ['what was cleared', updated({ paidAt: '2026' }, { paidAt: null }), 'ada@example.com (admin) cleared paidAt of Invoice 42, which was 2026'],
    ['false and 0, which are values', updated({ paid: false, n: 0 }, { paid: true, n: null }), 'ada@example.com (admin) changed Invoice 42: paid from false to true and n from 0 to empty'],
    ['what is not shown', madeEntry({ changes: [{ field: 'password', redacted: true }] }), 'ada@example.com (admin) changed password of Invoice 42, whose values are not shown'],
    ['many fields', updated({ a: 1, b: 1, c: 1, d: 1, e: 1 }, { a: 2, b: null, c: [1], d: {}, e: '' }), 'ada@example.com (admin) changed Invoice 42: a from 1 to 2, b from 1 to empty, c from 1 to a list of 1 and 2 more fields'],
    ['that a document changed', updated({ meta: { a: 1 } }, { meta: { a: 2 } }), 'ada@example.com (admin) changed meta of Invoice 42'],
    ['that documents changed', updated({ meta: {}, tags: [1], n: 1 }, { meta: { a: 2 }, tags: [], n: 2 }), 'ada@example.com (admin) changed Invoice 42: meta, tags and n from 1 to 2'],
    ['what one actor did', status, 'Changed status of Invoice 42 from DRAFT to APPROVED', { isActorKnown: true }],
    ['nothing that is logged', updated({ a: 1 }, { a: 1 }), 'ada@example.com (admin) wrote Invoice 42 without changing a field that is logged'],
    ['a long value by both of its ends', updated({ a: `x${'y'.repeat(90)}z` }, { a: 1 }), `ada@example.com (admin) changed a of Invoice 42 from x${'y'.repeat(38)}…${'y'.repeat(19)}z to 1`],
    ['bytes by their number', updated({ a: null }, { a: String.raw`\x00ff00ff` }), 'ada@example.com (admin) set a of Invoice 42 to 4 bytes'],
    ['what is too large for a list', madeEntry({ abridged: true, changes: [{ field: 't' }] }), 'ada@example.com (admin) changed Invoice 42: t (too large to show here)'],
    ['many that are too large', madeEntry({ abridged: true, changes: Array.from({ length: 15 }, (_, i) => ({ field: `c${i}` })) }), 'ada@example.com (admin) changed Invoice 42: c0, c1, c2 and 12 more fields (too large to show here)'],
    ['more than are named', madeEntry({ abridged: true, changes: Array.from({ length: 16 }, (_, i) => ({ field: `c${i}` })) }), 'ada@example.com (admin) changed Invoice 42: c0, c1, c2 and 13 or more other fields (too large to show here)'],
    ['by a template whose place is too large', madeEntry({ ...approval, abridged: true, details: undefined }), 'ada@example.com (admin) gave Invoice 42 free over (too large to show here)', { actions: approved }],
    ['what was created', madeEntry({ action: 'Invoice.create', new: { id: 42 } }), 'ada@example.com (admin) created Invoice 42'],
    ['what was deleted, by a composite key', madeEntry({ action: 'Line.delete', resource: { type: 'Line', id: '["42","1"]' } }), 'ada@example.com (admin) deleted Line 42 / 1'],
    ['what was emptied', madeEntry({ action: 'Invoice.truncate', resource: { type: 'Invoice' }, details: { rows: 12000 } }), 'ada@example.com (admin) emptied the table Invoice of 12000 rows'],
    ['what was read', madeEntry({ source: 'read', action: 'Invoice.read' }), 'ada@example.com (admin) read Invoice 42'],
    ['what was read of several', madeEntry({ source: 'read', action: 'Invoice.read', resource: { type: 'Invoice' }, details: { count: 1200, ids: ['1', '2'] } }), 'ada@example.com (admin) read 1,200 records of Invoice'],
    ['what was not found', madeEntry({ source: 'read', action: 'Invoice.read', resource: { type: 'Invoice' }, details: { count: 0 } }), 'ada@example.com (admin) looked for Invoice and found nothing'],
    ['the one that was found', madeEntry({ source: 'read', action: 'Invoice.read', resource: { type: 'Invoice' }, details: { count: 1, ids: ['7'] } }), 'ada@example.com (admin) read Invoice 7'],
    ['a read that failed', madeEntry({ source: 'read', action: 'Invoice.read', outcome: 'denied' }), 'ada@example.com (admin) tried to read Invoice 42 and was refused'],
    ['a login', madeEntry(login), 'ada@example.com (admin) signed in'],
    ['a login that failed', madeEntry({ ...login, outcome: 'failure', actor: { type: 'anonymous' }, details: { claimed: { id: 'eve', verified: false } } }), 'Somebody tried to sign in as eve and failed'],
    ['a login of nobody', madeEntry({ ...login, outcome: 'denied', actor: { type: 'anonymous' } }), 'Somebody tried to sign in and failed'],
    ['an action', madeEntry({ source: 'record', action: 'report.run', resource: undefined }), 'ada@example.com (admin) performed report.run'],
    ['an action upon something else', madeEntry({ ...approval, resource: { type: 'Order' } }), 'ada@example.com (admin) performed invoice.approve on Order'],
    ['an action in plain words', madeEntry({ source: 'request', action: 'invoices.cancel' }), 'ada@example.com (admin) cancelled Invoice 42'],
    ['what was refused', madeEntry({ ...approval, outcome: 'denied' }), 'ada@example.com (admin) tried to approve Invoice 42 and was refused', { actions: approved }],
    ['what failed', madeEntry({ ...approval, outcome: 'failure', error: { name: 'ConflictException', code: 'P2002' } }), 'ada@example.com (admin) tried to approve Invoice 42 and failed: P2002'],
    ['what ended halfway', madeEntry({ ...approval, outcome: 'partial' }), 'ada@example.com (admin) approved Invoice 42, but only in part'],
    ['what ended nobody knows how', madeEntry({ ...approval, outcome: 'unreadable' }), 'ada@example.com (admin) tried to approve Invoice 42; how it ended cannot be read'],
    ['by a template', madeEntry(approval), 'ada@example.com (admin) gave Invoice 42 free over 10.00', { actions: approved }],
    ['by a template whose place says nothing', madeEntry({ ...approval, details: {} }), 'ada@example.com (admin) gave Invoice 42 free over (not said)', { actions: approved }],
    ['by a template with the actor at the end', madeEntry({ ...approval, actor: { id: 'Ada', onBehalfOf: 'Grace' } }), 'Invoice 42 was approved by Ada, acting for Grace', { actions: { 'invoice.approve': { sentence: '{resource} was approved by {actor}' } } }],
    ['by a template with a mark behind the actor', madeEntry({ ...approval, actor: { id: 'Ada', onBehalfOf: 'Grace' } }), 'Approved by Ada, acting for Grace; paid', { actions: { 'invoice.approve': { sentence: 'approved by {actor}; paid' } } }],
    ['by no template that is none', madeEntry(approval), 'ada@example.com (admin) approved Invoice 42', { actions: { 'invoice.approve': { sentence: '{nobody}' } } }],
    ['not who, where nobody was signed in', madeEntry({ ...approval, actor: { type: 'anonymous' } }), 'Somebody who was not signed in approved Invoice 42'],
    ['not who, where his name was erased', madeEntry({ ...approval, actor: undefined }), 'Somebody whose name was erased approved Invoice 42', { actor: 'erased' }],
    ['not who, where nothing says it', madeEntry({ ...approval, actor: undefined }), 'Somebody unknown approved Invoice 42'],
    ['what kind of actor', madeEntry({ ...approval, actor: { id: 'nightly', type: 'service' } }), 'The service nightly approved Invoice 42'],
    ['that no application said who', madeEntry({ flags: ['no-context'], actor: { id: 'db:root' } }), 'The database role root, without the application, changed Invoice 42; what it changed is not in the log'],
    ['who came in', madeEntry({ source: 'record', action: 'access.entry', resource: { type: 'AccessPoint', id: 'gate-1' }, actor: { id: 'camera' }, details: { subject: 'ann', vehicle: { plate: 'B 1' }, authorizedBy: 'bob' } }), 'ann (B 1) came in at gate-1, let in by bob, says camera'],
    ['who was turned away', madeEntry({ source: 'record', action: 'access.denied', outcome: 'denied', resource: { type: 'AccessPoint', id: 'gate-1' }, actor: { id: 'camera' } }), 'Somebody was turned away at gate-1, says camera'],
    ['that a chain began', madeEntry({ ...control, action: 'chain.open', resource: undefined }), 'The log opened this chain'],
    ['how far chains had come', madeEntry({ ...control, action: 'heads', details: { heads: [[1, 2], [2, 9]] } }), 'The registry told how far 2 chains had come'],
    ['that the key changed', madeEntry({ ...control, action: 'key.rotated', details: { from: 'a', to: 'b', signature: 'x' } }), 'The key that signs the log changed from a to b'],
    ['that nobody vouches for a key', madeEntry({ ...control, action: 'key.rotated', details: { from: 'a', to: 'b', signature: null } }), 'The key that signs the log changed from a to b, and the one before does not vouch for it'],
    ['that a backup was restored', madeEntry({ ...control, action: 'restore.declared', details: { reason: 'disk' } }), 'Somebody declared that the database was set back to a backup: disk'],
    ['that a trigger is off', madeEntry({ ...control, action: 'coverage.changed', details: { count: 1, changes: [{ table: 'shop.Invoice', trigger: 't', what: 'disabled' }] } }), 'The trigger that captures changes of shop.Invoice was disabled'],
    ['that triggers are off', madeEntry({ ...control, action: 'coverage.changed', details: { count: 2, changes: [{}, {}] } }), '2 triggers that capture changes are not what they were'],
    ['that rows were loaded', madeEntry({ source: 'control', action: 'coverage.backfill', reason: 'import', details: { tables: [{ table: 'a.b' }, 7, { table: 'c' }] } }), 'ada@example.com (admin) loaded rows into a.b, c while capture was switched off: import'],
    ['what is missing', madeEntry({ source: 'record', action: 'audit.shed', details: { count: 12345 } }), '12,345 events could not be kept, and are missing here'],
    ['what could not be followed', madeEntry({ source: 'change.client', action: 'Invoice.write', flags: ['gap'], details: { gap: 'raw SQL' } }), 'ada@example.com (admin) wrote to Invoice in a way that the log could not follow: raw SQL'],
    ['what was lost', madeEntry({ flags: ['gap'], action: 'Invoice.update', details: { lost: true, error: '22P02' } }), 'A change of Invoice went through without its values: the log could not take them (22P02)'],
    ['who looked', madeEntry({ source: 'read', action: 'audit.read', details: { reader: { id: 'u-9' }, count: 25 } }), 'U-9 looked at the log and was shown 25 entries'.replace('U', 'u')],
    ['who took entries along', madeEntry({ source: 'read', action: 'audit.exported', details: { format: 'csv' } }), 'ada@example.com (admin) took a copy of entries out of the log, as csv'],
    ['no reading of the log that an application claims', madeEntry({ source: 'record', action: 'audit.read', resource: undefined }), 'ada@example.com (admin) performed audit.read'],
  ])('%s', (_, entry, expected, ...[telling]) => expect(said(entry, telling)).toBe(expected)); // prettier-ignore
});

it('what is stored is never text of ours, and neither changed nor taken for a place', () => {
  const stored = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 20 })
    .filter((each) => !each.startsWith(String.raw`\x`));
  fc.assert(
    fc.property(stored, stored, stored, stored, (id, type, old, after) => {
      const entry = updated(
        { f: old },
        { f: `${after}!${old}` },
        { actor: { id, role: '{field}' }, resource: { type, id: '{old}' }, action: `${type}.update` },
      );
      const parts = sentenceOf(entry);
      const ours = parts.filter((part) => part.kind === 'text').map((part) => part.text);
      expect(ours.every((text) => /^[A-Za-z ,;()]*$/.test(text))).toBe(true);
      expect(parts.find((part) => part.kind === 'actor')).toEqual({ kind: 'actor', text: id, id });
    }),
  );
});

it('is total: whatever stands where a section is', () => {
  const anything = fc
    .anything({ withNullPrototype: true })
    .map((value) => JSON.parse(JSON.stringify(value ?? null) ?? 'null') as never);
  const actions = [
    'audit.read',
    'audit.exported',
    'chain.open',
    'heads',
    'coverage.changed',
    'coverage.backfill',
    'key.rotated',
    'access.entry',
    'auth.login',
    'Invoice.update',
    'Invoice.read',
    'Invoice.write',
    'audit.verified',
    'http.folded',
    '',
    '.',
    'a.approve',
  ];
  const entries = fc.record({
    action: fc.constantFrom(...actions),
    source: fc.constantFrom('control', 'read', 'record', 'change', 'unreadable'),
    outcome: fc.constantFrom('success', 'failure', 'denied', 'partial', 'unreadable'),
    details: fc.oneof(
      fc.dictionary(
        fc.constantFrom(
          'reader',
          'count',
          'heads',
          'changes',
          'tables',
          'claimed',
          'vehicle',
          'subject',
          'ids',
          'gap',
          'lost',
        ),
        anything,
      ),
      fc.constant(undefined),
    ),
    actor: fc.oneof(
      fc.dictionary(fc.constantFrom('id', 'type', 'email', 'role', 'onBehalfOf'), anything),
      fc.constant(undefined),
    ),
    resource: fc.constantFrom({ type: 'Invoice', id: '1' }, { type: 'AccessPoint' }, undefined),
    flags: fc.constantFrom([], ['gap'], ['no-context']),
  });
  fc.assert(
    fc.property(entries, (members) => {
      expect(said(madeEntry(members as Partial<ShownEntry>), { actions: approved }).length).toBeGreaterThan(3);
    }),
    { numRuns: 200 },
  );
});

it.each([
  ['invoice.approve', 'Invoice', 'approved'],
  ['invoice_items.pay', 'InvoiceItem', 'paid'],
  ['a.b.copy', 'b', 'copied'],
  ['invoice.email', 'Invoice', 'emailed'],
  ['approve', 'Invoice', undefined],
  ['invoice.total', 'Invoice', undefined],
  ['invoice.constructor', 'Invoice', undefined],
  ['order.approve', 'Invoice', undefined],
  ['invoice.approve', undefined, undefined],
])('the verb of %s on %s is %s', (action, type, did) => expect(verbOf(action, type)?.did).toBe(did));
