import type { FindingCode } from '../../src/verify/index.js';

export interface Lie {
  /** Of chain "acme" in `filledLog`: 3 is a recorded event that was denied, 9 a change. */
  readonly seq: number;
  readonly member: string;
  /** What the sealer writes instead; `null`: it leaves the member out. */
  readonly json: string;
  readonly code: FindingCode;
}

const lies = (seqs: readonly number[], member: string, code: FindingCode, ...values: readonly unknown[]): Lie[] =>
  seqs.flatMap((seq) => values.map((value) => ({ seq, member, json: JSON.stringify(value), code })));

const UUID = '0b5e7a4c-6a53-4d9f-8b7e-0d2a4c1f9e01';

export const LIES: readonly Lie[] = [
  ...lies([3], 'outcome', 'CAPTURE_DIFFERS', 'success', 'failure', 'partial'),
  ...lies([9], 'outcome', 'CAPTURE_DIFFERS', 'denied', 'failure'),
  ...lies([3, 9], 'outcome', 'BODY_INVALID', 'Denied', '', 5, ['denied'], null),
  ...lies([3], 'action', 'CAPTURE_DIFFERS', 'page.view', 'invoice.approve ', 'Invoice.update', 'x'.repeat(200)),
  ...lies([9], 'action', 'CAPTURE_DIFFERS', 'Note.update', 'Note.delete', 'note.create'),
  ...lies([3, 9], 'action', 'BODY_INVALID', '', 5, null),
  ...lies([3, 9], 'source', 'CAPTURE_DIFFERS', 'request', 'read', 'change.client', 'control'),
  ...lies([3, 9], 'source', 'BODY_INVALID', 'recorded', '', 1, null),
  ...lies([3, 9], 'resource', 'CAPTURE_DIFFERS', 'Page', 'invoice', null),
  ...lies([3, 9], 'resource', 'BODY_INVALID', '', 7),
  ...lies([3, 9], 'group', 'CAPTURE_DIFFERS', UUID),
  ...lies([3], 'group', 'CAPTURE_DIFFERS', null),
  ...lies([3, 9], 'durationMs', 'CAPTURE_DIFFERS', 0, 17),
  ...lies([3, 9], 'durationMs', 'BODY_INVALID', -1, 'long', 1.5),
  ...lies([3, 9], 'severity', 'CAPTURE_DIFFERS', 'info', 'critical'),
  ...lies([3, 9], 'severity', 'BODY_INVALID', 'error', 3),
  ...lies([3, 9], 'flags', 'CAPTURE_DIFFERS', ['gap'], ['malformed'], ['redacted', 'truncated']),
  ...lies([3, 9], 'flags', 'BODY_INVALID', ['fine'], [], ['gap', 'gap'], ['truncated', 'gap'], 'gap'),
  ...lies([3, 9], 'tx', 'CAPTURE_DIFFERS', '0a1b2c3d.1', null),
  ...lies([3, 9], 'tx', 'BODY_INVALID', '1', 'nowhere.1', 5),
  ...lies([3, 9], 'occurredAt', 'CAPTURE_DIFFERS', '2020-01-01T00:00:00.000000Z', '2255-01-01T00:00:00.000000Z'),
  ...lies([3], 'occurredAt', 'ID_WRONG', '2020-01-01T00:00:00.000000Z', '2255-01-01T00:00:00.000000Z'),
  ...lies([9], 'occurredAt', 'ID_WRONG', '2255-01-01T00:00:00.000000Z'),
  ...lies([3, 9], 'id', 'ID_WRONG', '00000000-0000-7000-8000-000000000000', '0833a6d7-6f80-7000-8000-000000000000', '01980000-0000-7000-8000-000000000000'), // prettier-ignore
  ...lies(
    [3, 9],
    'id',
    'BODY_INVALID',
    'x',
    '',
    5,
    null,
    '019f0000-0000-4000-8000-000000000000',
    '019f0000-0000-7000-0000-000000000000',
  ),
  ...lies(
    [3, 9],
    'commit',
    'BODY_INVALID',
    {},
    [],
    'none',
    null,
    { actor: 5, data: null },
    { actor: null, data: 'AB' },
  ),
  ...lies(
    [3],
    'commit',
    'SECTION_ALTERED',
    { actor: null, data: null },
    { actor: 'a'.repeat(64), data: 'b'.repeat(64) },
  ),
  ...lies([3, 9], 'more', 'BODY_INVALID', 1, { a: 1 }),
  ...lies([3, 9], 'v', 'BODY_INVALID', 0, '1', -1, null),
  ...lies([3, 9], 'rules', 'BODY_INVALID', 1, 0, 'one'),
];

/** Columns that follow a member of the body, so that they agree with the lie as far as they can hold it. */
export function projections(member: string): string {
  const set: Readonly<Record<string, string>> = {
    outcome: `outcome = coalesce(body::json ->> 'outcome', '')`,
    action: `action = coalesce(body::json ->> 'action', '')`,
    resource: `resource_type = body::json ->> 'resource'`,
    group: `group_id = (body::json ->> 'group')::uuid`,
    occurredAt: `occurred_at = (body::json ->> 'occurredAt')::timestamptz`,
    id: `id = case when body::json ->> 'id' ~ '^[0-9a-f-]{36}$' then (body::json ->> 'id')::uuid else id end`,
  };
  return set[member] ?? 'pos = pos';
}
