import { at, rehash } from '../attacker.js';
import { finds, type Finds, type MatrixCase } from './case.js';
import { cut, drop, resign, retell, rewriteData, TENANT } from './forger.js';

const registry = (name: string, steps: MatrixCase['steps'], ...codes: Finds): MatrixCase => ({ name: `registry: ${name}`, steps: steps ?? [], finds: finds(codes) }); // prettier-ignore

const NO_CHECKPOINTS = 'delete from audit.checkpoint';
const UNTOLD: MatrixCase['steps'] = [...drop(0), 'delete from audit.head'];
const SEALER = (set: string, ...codes: Finds): MatrixCase =>
  registry(`the sealer's row, ${set}`, [`update audit.sealer set ${set}`], ...codes);
const HEADS = (name: string, step: string, ...codes: Finds): MatrixCase => registry(`head: ${name}`, [step], ...codes);
const DOUBLED =
  'alter table audit.head drop constraint head_pkey; insert into audit.head select * from audit.head where chain = 1';

/** What is done to the end of chain 0 and to the whole of it, to the table head and to the sealer's row. */
export const REGISTRY_END_CASES: readonly MatrixCase[] = [
  registry(
    'the last entry deleted, its row as it was',
    [`delete from audit.entry where ${at(3, TENANT)}`],
    'CHECKPOINT_DIFFERS ENTRY_MISSING HEAD_ALTERED',
    'ENTRY_MISSING HEAD_ALTERED REGISTRY_CUT',
  ),
  registry('its end cut off', [...cut(0, 3)], 'CHECKPOINT_DIFFERS HEAD_ALTERED', 'HEAD_ALTERED REGISTRY_CUT'),
  registry(
    'its end cut off, and the table head agrees',
    [...cut(0, 3), 'update audit.head set size = 3 where chain = 1'],
    'CHECKPOINT_DIFFERS',
    'REGISTRY_CUT',
  ),
  registry(
    'its end cut off, and its checkpoints',
    [...cut(0, 3), 'delete from audit.checkpoint where size > 3', 'update audit.head set size = 3 where chain = 1'],
    '',
    '',
    'REGISTRY_CUT',
  ),
  registry(
    'its end cut off, its checkpoints, and what they told of',
    [
      ...cut(0, 3),
      ...cut(1, 3),
      'delete from audit.checkpoint where size > 3',
      'update audit.head set size = 3 where chain = 1',
    ],
    '',
    '',
    'REGISTRY_CUT',
  ),
  { name: 'rollback to a backup', on: 'backup', finds: finds(['', '', 'REGISTRY_CUT']) },
  registry(
    'rewritten with the chains, without the key',
    [retell({ leave: [3] })],
    'CHAIN_UNTOLD CHECKPOINT_DIFFERS',
    'BELOW_LEVEL CHAIN_UNTOLD REGISTRY_REWRITTEN',
    'ANCHOR_MISSING BELOW_LEVEL CHAIN_UNTOLD REGISTRY_REWRITTEN',
  ),
  registry(
    'rewritten with the chains, and its checkpoints deleted',
    [retell({ leave: [3] }), NO_CHECKPOINTS],
    'CHAIN_UNTOLD',
    'BELOW_LEVEL CHAIN_UNTOLD',
    'ANCHOR_MISSING BELOW_LEVEL CHAIN_UNTOLD REGISTRY_REWRITTEN',
  ),
  registry(
    'rewritten, and signed by a key of their own',
    [retell({ leave: [3] }), resign('evil')],
    'CHAIN_UNTOLD',
    'BELOW_LEVEL CHAIN_UNTOLD CHECKPOINT_UNTRUSTED',
    'ANCHOR_MISSING BELOW_LEVEL CHAIN_UNTOLD CHECKPOINT_UNTRUSTED REGISTRY_REWRITTEN',
  ),
  registry(
    'rewritten, and signed by an owner who has the key',
    [retell({ leave: [3] }), resign('one')],
    'CHAIN_UNTOLD',
    'CHAIN_UNTOLD',
    'ANCHOR_MISSING BELOW_LEVEL CHAIN_UNTOLD EQUIVOCATION REGISTRY_REWRITTEN',
  ),
  registry(
    'dropped',
    [...drop(0)],
    'CHECKPOINT_FORGED HEAD_ALTERED',
    'BELOW_LEVEL CHAIN_MISSING HEAD_ALTERED REGISTRY_CUT',
    'ANCHOR_MISSING BELOW_LEVEL CHAIN_MISSING HEAD_ALTERED REGISTRY_CUT',
  ),
  registry(
    'dropped, and head and checkpoints with it',
    [...UNTOLD, NO_CHECKPOINTS],
    '',
    'BELOW_LEVEL CHAIN_MISSING',
    'ANCHOR_MISSING BELOW_LEVEL CHAIN_MISSING REGISTRY_CUT',
  ),
  registry(
    'its row alone deleted',
    ['delete from audit.chain where chain = 0'],
    'CHAIN_MISSING CHECKPOINT_FORGED HEAD_ALTERED',
    'BELOW_LEVEL CHAIN_MISSING HEAD_ALTERED REGISTRY_CUT',
    'ANCHOR_MISSING BELOW_LEVEL CHAIN_MISSING HEAD_ALTERED REGISTRY_CUT',
  ),
  registry(
    'its tenant changed',
    [`update audit.chain set tenant_key = 'x' where chain = 0`],
    'CAPTURE_DIFFERS CHAIN_ALTERED OPENING_WRONG PROJECTION_ALTERED',
  ),
  registry(
    'recreated under its origin',
    [
      `update audit.content set data = regexp_replace(data, '"nonce":"[0-9a-f]{32}"', '"nonce":"00000000000000000000000000000000"') where op = 'chain.open' and tenant_key = '${TENANT}'`,
      rewriteData(0, (data) => data),
    ],
    'CHECKPOINT_DIFFERS',
    'BELOW_LEVEL REGISTRY_REWRITTEN',
    'ANCHOR_MISSING BELOW_LEVEL REGISTRY_REWRITTEN',
  ),
  registry(
    'recreated under its origin, its checkpoints deleted',
    [
      `update audit.content set data = regexp_replace(data, '"nonce":"[0-9a-f]{32}"', '"nonce":"00000000000000000000000000000000"') where op = 'chain.open' and tenant_key = '${TENANT}'`,
      rewriteData(0, (data) => data),
      NO_CHECKPOINTS,
    ],
    '',
    'BELOW_LEVEL',
    'ANCHOR_MISSING BELOW_LEVEL REGISTRY_REWRITTEN',
  ),
  registry(
    'under the name of another deployment',
    [
      `update audit.chain set origin = 'example.org/test/registry' where chain = 0`,
      rehash({ head: true, tenant: TENANT }),
    ],
    'CHAIN_ALTERED CHECKPOINT_FORGED OPENING_WRONG',
    'BELOW_LEVEL CHAIN_ALTERED CHAIN_MISSING OPENING_WRONG ORIGIN_DIFFERS REGISTRY_REWRITTEN',
    'ANCHOR_MISSING BELOW_LEVEL CHAIN_ALTERED CHAIN_MISSING OPENING_WRONG ORIGIN_DIFFERS REGISTRY_REWRITTEN',
  ),
  registry(
    'the whole log under the name of another deployment',
    [`update audit.chain set origin = replace(origin, 'example.com', 'example.org')`],
    'CHECKPOINT_FORGED ENTRY_ALTERED HEADS_DIFFER OPENING_WRONG',
    'CHAIN_MISSING ENTRY_ALTERED HEADS_DIFFER OPENING_WRONG ORIGIN_DIFFERS',
  ),
  registry(
    'tells nothing of a chain',
    [retell({ leave: [2] })],
    'CHAIN_UNTOLD CHECKPOINT_DIFFERS',
    'BELOW_LEVEL CHAIN_UNTOLD REGISTRY_REWRITTEN',
    'ANCHOR_MISSING BELOW_LEVEL CHAIN_UNTOLD REGISTRY_REWRITTEN',
  ),
  registry(
    'a tenant has its key',
    [
      `update audit.chain set tenant_key = '${TENANT}x' where chain = 2`,
      `update audit.chain set tenant_key = 'acme' where chain = 0`,
    ],
    'CAPTURE_DIFFERS CHAIN_ALTERED OPENING_WRONG PROJECTION_ALTERED',
  ),

  HEADS('a row deleted', 'delete from audit.head where chain = 1', 'HEAD_ALTERED'),
  HEADS('a row twice', DOUBLED, 'HEAD_ALTERED'),
  HEADS('a row deleted, and another twice', `${DOUBLED}; delete from audit.head where chain = 3`, 'HEAD_ALTERED'),
  HEADS('all rows deleted', 'delete from audit.head', 'HEAD_ALTERED'),
  HEADS('a size higher', 'update audit.head set size = size + 1 where chain = 1', 'HEAD_ALTERED'),
  HEADS('a size lower', 'update audit.head set size = size - 1 where chain = 2', 'HEAD_ALTERED'),
  HEADS('a chain that is none added', 'insert into audit.head values (9, 1)', 'HEAD_ALTERED'),
  HEADS('the registry itself added', 'insert into audit.head values (0, 4)', 'HEAD_ALTERED'),
  HEADS('a row of a chain below 0 added', 'insert into audit.head values (-1, 4)', 'HEAD_ALTERED'),
  HEADS('the chain of a row changed', 'update audit.head set chain = 9 where chain = 3', 'HEAD_ALTERED'),

  registry(
    "the sealer's row, low = 9999, and what was captured waits",
    [
      'update audit.sealer set low = 9999',
      `insert into audit.content (at, source, op, model) values (now() - interval '2 minutes', 'change', 'insert', 'Note')`,
    ],
    'UNSEALED',
  ),
  SEALER('low = 0', ''),
  SEALER('low = 9999', ''),
  SEALER('epoch = 0', ''),
  SEALER('anchored_size = 0, anchored_at = null', ''),
  SEALER('anchored_size = 9999', ''),
  SEALER(`origin = 'example.org/other'`, ''),
  SEALER(`last_sealed_at = 'epoch'`, ''),
];
