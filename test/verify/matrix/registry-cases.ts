import { at, rehash } from '../attacker.js';
import { finds, type Finds, type MatrixCase } from './case.js';
import { append, OTHER_ROOT, resign, retell, rewriteData, TENANT, toldData } from './forger.js';

const registry = (name: string, steps: MatrixCase['steps'], ...codes: Finds): MatrixCase => ({ name: `registry: ${name}`, steps: steps ?? [], finds: finds(codes) }); // prettier-ignore
const column = (set: string, ...codes: Finds): MatrixCase =>
  registry(`column ${set}`, [`update audit.entry set ${set} where ${at(2, TENANT)}`], ...codes);
const EMPTY = { count: 0, root: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' };

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
  registry(
    'heads longer than a sealer writes',
    [append('heads', `{"details":{"heads":[]}}${' '.repeat(1_048_577)}`, EMPTY)],
    'HEADS_WRONG',
  ),
  registry(
    'a restore with a section that is longer than a sealer writes',
    [append('restore.declared', `{"details":{}}${' '.repeat(1_048_577)}`)],
    'HEADS_WRONG',
  ),
  registry(
    'a handover with a section that is longer than a sealer writes',
    [append('key.rotated', `{"details":{}}${' '.repeat(1_048_577)}`)],
    'KEY_HANDOVER_FORGED',
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
];
