import { ORIGIN } from '../signed-log.js';
import { finds, right, type Finds, type MatrixCase } from './case.js';
import { checkpoint, noteOf, OTHER_ROOT, retell, rewriteEntry, signedBy } from './forger.js';

const database = (name: string, steps: MatrixCase['steps'], ...codes: Finds): MatrixCase => ({ name: `checkpoint: ${name}`, steps: steps ?? [], finds: finds(codes) }); // prettier-ignore

const lie = (data: string): string => data.replace('"id":7', '"id":8');

/** What is done to signed checkpoints in the database and in the anchors. */
export const EVIDENCE_CASES: readonly MatrixCase[] = [
  {
    ...database('the last deleted', ['delete from audit.checkpoint where size = 4'], ''),
    says: { L1: /The last 1 entries are not/ },
  },
  database('the first deleted', ['delete from audit.checkpoint where size = 2'], ''),
  database('all deleted', ['delete from audit.checkpoint'], '', 'BELOW_LEVEL', ''),
  database(
    'the last deleted, and what came behind the one before it rewritten',
    ['delete from audit.checkpoint where size = 4', ...rewriteEntry(1, 3, lie), retell()],
    '',
    '',
    'REGISTRY_REWRITTEN',
  ),
  database(
    'another root, the signature as it was',
    [
      `update audit.checkpoint set note = replace(note, split_part(note, E'\\n', 3), 'q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=') where size = 3`,
    ],
    'CHECKPOINT_DIFFERS',
    'CHECKPOINT_FORGED',
  ),
  database(
    'another signature',
    [
      `update audit.checkpoint set note = left(note, length(note) - 6) || case substr(note, length(note) - 5, 1) when 'A' then 'B' else 'A' end || right(note, 5) where size = 3`,
    ],
    '',
    'CHECKPOINT_FORGED',
  ),
  database(
    'no signature',
    [`update audit.checkpoint set note = split_part(note, E'\\n\\n', 1) || E'\\n' where size = 3`],
    'CHECKPOINT_FORGED',
  ),
  database('signed by a key of their own', [signedBy(3, ['evil'])], '', 'CHECKPOINT_UNTRUSTED'),
  right(database('signed by a key of their own too', [signedBy(3, ['one', 'evil'])], '')),
  database(
    'signed by a key of their own, of another root',
    [signedBy(3, ['evil'], OTHER_ROOT)],
    'CHECKPOINT_DIFFERS',
    'CHECKPOINT_UNTRUSTED',
  ),
  database(
    'signed by the key, of another root',
    [signedBy(3, ['one'], OTHER_ROOT)],
    'CHECKPOINT_DIFFERS',
    'REGISTRY_REWRITTEN',
    'EQUIVOCATION REGISTRY_REWRITTEN',
  ),
  database(
    'the last of another root, signed by the key',
    [signedBy(4, ['one'], OTHER_ROOT)],
    'CHECKPOINT_DIFFERS',
    'REGISTRY_REWRITTEN',
    'EQUIVOCATION REGISTRY_REWRITTEN',
  ),
  right(
    database(
      'a line of an unknown key more',
      [
        `update audit.checkpoint set note = note || convert_from(decode('e28094', 'hex'), 'UTF8') || ' example.com/x AAAAAAAAAAA=' || E'\\n' where size = 3`,
      ],
      '',
    ),
  ),
  database(
    'a second, wrong line of the key',
    [
      `update audit.checkpoint set note = note || convert_from(decode('e28094', 'hex'), 'UTF8') || ' ' || split_part(split_part(note, E'\\n\\n', 2), ' ', 2) || ' ' || left(split_part(rtrim(note, E'\\n'), ' ', 3), 6) || 'AA' || E'\\n' where size = 3`,
    ],
    '',
    'CHECKPOINT_FORGED',
  ),
  database(
    'of another log, by the same key',
    [checkpoint(3, () => noteOf(3, OTHER_ROOT, ['one'], `${ORIGIN}/1`))],
    'CHECKPOINT_FORGED',
    'CHECKPOINT_UNTRUSTED',
  ),
  database(
    'under another size than it says',
    ['update audit.checkpoint set size = 1 where size = 2'],
    'CHECKPOINT_FORGED',
  ),
  database(
    'of a size beyond, signed by the key',
    [signedBy(9, ['one'], OTHER_ROOT)],
    'CHECKPOINT_DIFFERS',
    'REGISTRY_CUT',
  ),
  database(
    'of a size beyond, signed by a key of their own',
    [signedBy(9, ['evil'], OTHER_ROOT)],
    'CHECKPOINT_DIFFERS',
    'CHECKPOINT_UNTRUSTED',
  ),
  database(
    'of a size that no JavaScript number is',
    [
      checkpoint(
        3,
        `example.com/test/registry\n9223372036854775807\n${Buffer.from(OTHER_ROOT, 'hex').toString('base64')}\n\n\u2014 x AAAAAAAAAAA=\n`,
      ),
    ],
    'CHECKPOINT_FORGED',
    'CHECKPOINT_UNTRUSTED',
  ),
  database('malformed', [checkpoint(3, 'nonsense')], 'CHECKPOINT_FORGED'),
  database('empty', [checkpoint(3, '')], 'CHECKPOINT_FORGED'),
  database('with control characters', [checkpoint(3, '\u001b]0;owned\u0007\n\n\u2014 x AAAA=\n')], 'CHECKPOINT_FORGED'),
  database(
    'larger than any note',
    [
      'alter table audit.checkpoint drop constraint checkpoint_note_check',
      `update audit.checkpoint set note = note || repeat('x', 140000) where size = 3`,
    ],
    'CHECKPOINT_FORGED',
  ),
  database(
    'a second one of a size, of another root, both signed by the key',
    [
      'alter table audit.checkpoint drop constraint checkpoint_pkey',
      async (client) => {
        await client.query(`insert into audit.checkpoint (size, note, host) values (3, $1, 'vm')`, [
          await noteOf(3, OTHER_ROOT, ['one']),
        ]);
      },
    ],
    'CHECKPOINT_DIFFERS',
    'EQUIVOCATION REGISTRY_REWRITTEN',
  ),
  right(
    database(
      'a second one of a size, the same',
      [
        'alter table audit.checkpoint drop constraint checkpoint_pkey',
        'insert into audit.checkpoint select * from audit.checkpoint where size = 3',
      ],
      '',
    ),
  ),
];
