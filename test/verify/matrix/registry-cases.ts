import { at, rehash } from '../attacker.js';
import { finds, type Finds, type MatrixCase } from './case.js';
import { append, cut, drop, OTHER_ROOT, resign, retell, rewriteData, TENANT, toldData } from './forger.js';

const registry = (name: string, steps: MatrixCase['steps'], ...codes: Finds): MatrixCase => ({ name: `registry: ${name}`, steps: steps ?? [], finds: finds(codes) }); // prettier-ignore
const column = (set: string, ...codes: Finds): MatrixCase =>
  registry(`column ${set}`, [`update audit.entry set ${set} where ${at(2, TENANT)}`], ...codes);
const EMPTY = { count: 0, root: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' };
const NO_CHECKPOINTS = 'delete from audit.checkpoint';
const UNTOLD: MatrixCase['steps'] = [...drop(0), 'delete from audit.head'];
const SEALER = (set: string, ...codes: Finds): MatrixCase =>
  registry(`the sealer's row, ${set}`, [`update audit.sealer set ${set}`], ...codes);
const HEADS = (name: string, step: string, ...codes: Finds): MatrixCase => registry(`head: ${name}`, [step], ...codes);

/** What is done to chain 0, to the table head and to the sealer's row. */
export const REGISTRY_CASES: readonly MatrixCase[] = [
  column(`id = gen_random_uuid()`, 'PROJECTION_ALTERED'),
  column(`occurred_at = occurred_at + interval '1 microsecond'`, 'ID_WRONG PROJECTION_ALTERED'),
  column(`sealed_at = sealed_at + interval '1 millisecond'`, 'ENTRY_ALTERED'),
  column(`tenant_key = 'acme'`, 'PROJECTION_ALTERED'),
  column(`actor_id = 'ann'`, 'PROJECTION_ALTERED'),
  column(`action = 'tails'`, 'CHAIN_UNTOLD HEAD_ALTERED PROJECTION_ALTERED'),
  column(`outcome = 'failure'`, 'PROJECTION_ALTERED'),
  column(`resource_type = 'Note'`, 'PROJECTION_ALTERED'),
  column(`resource_id = '7'`, 'CAPTURE_DIFFERS PROJECTION_ALTERED'),
  column(`request_id = 'r'`, 'PROJECTION_ALTERED'),
  column(`group_id = gen_random_uuid()`, 'PROJECTION_ALTERED'),
  column(
    `hash = sha256('x')`,
    'CHAIN_ALTERED CHECKPOINT_DIFFERS ENTRY_ALTERED',
    'CHAIN_ALTERED ENTRY_ALTERED REGISTRY_REWRITTEN',
  ),
  column(`pos = 99`, 'CHAIN_UNTOLD CONTENT_MISSING HEADS_WRONG HEAD_ALTERED'),
  column(
    `seq = 99`,
    'CHECKPOINT_DIFFERS ENTRY_EXTRA ENTRY_MISSING HEADS_WRONG TIME_BACKWARDS',
    'ENTRY_EXTRA ENTRY_MISSING HEADS_WRONG REGISTRY_REWRITTEN TIME_BACKWARDS',
  ),
  column(
    `body = replace(body, '"count":2', '"count":3')`,
    'CAPTURE_DIFFERS CHAIN_UNTOLD ENTRY_ALTERED HEADS_WRONG HEAD_ALTERED',
  ),
  registry(
    'the root of heads changed, all hashes made anew',
    [rewriteData(2, (data) => data, { heads: { count: 2, root: OTHER_ROOT } })],
    'CHECKPOINT_DIFFERS HEADS_DIFFER',
    'HEADS_DIFFER REGISTRY_REWRITTEN',
  ),
  registry(
    'the root of heads is none, all hashes made anew',
    [rewriteData(2, (data) => data, { heads: { count: 2, root: 'x' } })],
    'CHAIN_UNTOLD CHECKPOINT_DIFFERS HEADS_WRONG HEAD_ALTERED',
    'CHAIN_UNTOLD HEADS_WRONG HEAD_ALTERED REGISTRY_REWRITTEN',
  ),
  registry(
    'heads without the member, all hashes made anew',
    [rewriteData(2, (data) => data, { heads: undefined })],
    'CHAIN_UNTOLD CHECKPOINT_DIFFERS HEADS_WRONG HEAD_ALTERED',
    'CHAIN_UNTOLD HEADS_WRONG HEAD_ALTERED REGISTRY_REWRITTEN',
  ),
  registry(
    'heads tell of one chain less than they count, all hashes made anew',
    [rewriteData(2, () => toldData([[1, 3]]))],
    'CAPTURE_DIFFERS CHAIN_UNTOLD CHECKPOINT_DIFFERS HEADS_WRONG HEAD_ALTERED',
    'CAPTURE_DIFFERS CHAIN_UNTOLD HEADS_WRONG HEAD_ALTERED REGISTRY_REWRITTEN',
  ),
  registry(
    'heads tell of another size, all hashes made anew',
    [
      rewriteData(2, () =>
        toldData([
          [1, 3],
          [2, 2],
        ]),
      ),
    ],
    'CHAIN_UNTOLD CHECKPOINT_DIFFERS HEADS_DIFFER HEADS_WRONG HEAD_ALTERED',
    'CHAIN_UNTOLD HEADS_DIFFER HEADS_WRONG HEAD_ALTERED REGISTRY_REWRITTEN',
  ),
  registry(
    'heads tell of a chain that is not there, all hashes made anew',
    [
      rewriteData(2, () =>
        toldData([
          [1, 3],
          [7, 3],
        ]),
      ),
    ],
    'CHAIN_UNTOLD CHECKPOINT_DIFFERS HEADS_DIFFER HEAD_ALTERED',
    'CHAIN_UNTOLD HEADS_DIFFER HEAD_ALTERED REGISTRY_REWRITTEN',
  ),
  registry(
    'heads tell of more than a chain has, all hashes made anew',
    [
      rewriteData(2, () =>
        toldData([
          [1, 3],
          [2, 30],
        ]),
      ),
    ],
    'CHECKPOINT_DIFFERS HEADS_DIFFER HEAD_ALTERED',
    'HEADS_DIFFER HEAD_ALTERED REGISTRY_REWRITTEN',
  ),
  registry(
    'heads in another order, all hashes made anew',
    [
      rewriteData(2, () =>
        toldData([
          [2, 3],
          [1, 3],
        ]),
      ),
    ],
    'CHAIN_UNTOLD CHECKPOINT_DIFFERS HEADS_WRONG HEAD_ALTERED',
    'CHAIN_UNTOLD HEADS_WRONG HEAD_ALTERED REGISTRY_REWRITTEN',
  ),
  registry(
    'heads tell of a chain twice, all hashes made anew',
    [
      rewriteData(2, () =>
        toldData([
          [1, 3],
          [1, 3],
        ]),
      ),
    ],
    'CHAIN_UNTOLD CHECKPOINT_DIFFERS HEADS_WRONG HEAD_ALTERED',
    'CHAIN_UNTOLD HEADS_WRONG HEAD_ALTERED REGISTRY_REWRITTEN',
  ),
  registry(
    'heads with a blank more, all hashes made anew',
    [rewriteData(2, (data) => data.replace(',', ', '))],
    'CHAIN_UNTOLD CHECKPOINT_DIFFERS HEADS_WRONG HEAD_ALTERED',
    'CHAIN_UNTOLD HEADS_WRONG HEAD_ALTERED REGISTRY_REWRITTEN',
  ),
  registry(
    'the data of heads edited',
    [`update audit.content set data = replace(data, '[1,3]', '[1,4]') where op = 'heads'`],
    'HEADS_DIFFER HEADS_WRONG SECTION_ALTERED',
  ),
  registry(
    'the data of heads erased with its salt',
    [`update audit.content set data = null, salt_data = null where op = 'heads'`],
    'CHAIN_UNTOLD HEADS_WRONG HEAD_ALTERED SECTION_MISSING',
  ),
  registry(
    'the content of heads deleted',
    [`delete from audit.content where op = 'heads'`],
    'CHAIN_UNTOLD CONTENT_MISSING HEADS_WRONG HEAD_ALTERED',
  ),
  registry(
    'two heads in another order, all hashes made anew',
    [
      `update audit.entry set seq = 100 + seq where chain = 0 and seq > 1`,
      `update audit.entry set seq = 105 - seq where chain = 0 and seq > 100`,
      rehash({ head: true, tenant: TENANT }),
    ],
    'CHECKPOINT_DIFFERS HEADS_WRONG TIME_BACKWARDS',
    'HEADS_WRONG REGISTRY_REWRITTEN TIME_BACKWARDS',
  ),
  registry('heads twice', [append('heads', toldData([[1, 4]]), EMPTY), retell({ isBlunt: true })], 'HEADS_WRONG'),
  registry(
    'heads that go back, and agree with the chains',
    [
      append('heads', toldData([]), EMPTY),
      rewriteData(4, () =>
        toldData([
          [1, 2],
          [2, 2],
          [3, 2],
        ]),
      ),
      retell({ isBlunt: true }),
    ],
    'HEADS_WRONG HEAD_ALTERED',
  ),
  registry(
    'heads that go back, signed by an owner who has the key',
    [
      append('heads', toldData([]), EMPTY),
      rewriteData(4, () =>
        toldData([
          [1, 2],
          [2, 2],
          [3, 2],
        ]),
      ),
      retell({ isBlunt: true }),
      resign('one'),
    ],
    'HEADS_WRONG HEAD_ALTERED',
  ),
  registry(
    'an entry of a kind that it does not hold',
    [
      append('heads', '{}', EMPTY),
      `update audit.entry set action = 'Note.create', body = replace(body, '"heads"', '"Note.create"') where ${at(4, TENANT)}`,
      rehash({ head: true, tenant: TENANT }),
    ],
    'BODY_INVALID CAPTURE_DIFFERS',
  ),
  registry(
    'an event in it',
    [
      append('heads', '{}', EMPTY),
      `update audit.content set source = 'event', op = null, tenant_key = null, header = '{"action":"Note.create"}' where pos = (select pos from audit.entry where ${at(4, TENANT)})`,
      `update audit.entry set action = 'Note.create', body = regexp_replace(regexp_replace(body, '"action":"heads"', '"action":"Note.create"'), '"heads":[{][^}]*[}],', '') where ${at(4, TENANT)}`,
      rehash({ head: true, tenant: TENANT }),
    ],
    'CAPTURE_DIFFERS',
  ),
  registry(
    'a control entry in it that is of another chain',
    [
      append('heads', '{}', EMPTY),
      `update audit.content set op = 'coverage.lost' where pos = (select pos from audit.entry where ${at(4, TENANT)})`,
      `update audit.entry set action = 'coverage.lost', body = regexp_replace(regexp_replace(body, '"action":"heads"', '"action":"coverage.lost"'), '"heads":[{][^}]*[}],', '') where ${at(4, TENANT)}`,
      rehash({ head: true, tenant: TENANT }),
    ],
    'CAPTURE_DIFFERS',
  ),
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
