import { at, rehash } from '../attacker.js';
import { finds, type Finds, type MatrixCase } from './case.js';
import { append, cut, drop, OTHER_ROOT, resign, retell, rewriteData, TENANT, toldData } from './forger.js';

const registry = (name: string, steps: MatrixCase['steps'], ...codes: Finds): MatrixCase => ({ name: `registry: ${name}`, steps: steps ?? [], finds: finds(codes) }); // prettier-ignore
const column = (set: string, ...codes: Finds): MatrixCase =>
  registry(`column ${set}`, [`update audit.entry set ${set} where ${at(2, TENANT)}`], ...codes);
const NO_CHECKPOINTS = 'delete from audit.checkpoint';
const UNTOLD: MatrixCase['steps'] = [...drop(0), 'delete from audit.head'];
const SEALER = (set: string, ...codes: Finds): MatrixCase =>
  registry(`the sealer's row, ${set}`, [`update audit.sealer set ${set}`], ...codes);
const HEADS = (name: string, step: string, ...codes: Finds): MatrixCase => registry(`head: ${name}`, [step], ...codes);

/** What is done to chain 0, to the table head and to the sealer's row. */
export const REGISTRY_CASES: readonly MatrixCase[] = [
  column(`id = gen_random_uuid()`, '?'),
  column(`occurred_at = occurred_at + interval '1 microsecond'`, '?'),
  column(`sealed_at = sealed_at + interval '1 millisecond'`, '?'),
  column(`tenant_key = 'acme'`, '?'),
  column(`actor_id = 'ann'`, '?'),
  column(`action = 'tails'`, '?'),
  column(`outcome = 'failure'`, '?'),
  column(`resource_type = 'Note'`, '?'),
  column(`resource_id = '7'`, '?'),
  column(`request_id = 'r'`, '?'),
  column(`group_id = gen_random_uuid()`, '?'),
  column(`hash = sha256('x')`, '?'),
  column(`pos = 99`, '?'),
  column(`seq = 99`, '?'),
  column(`body = replace(body, '"count":2', '"count":3')`, '?'),
  registry('the root of heads changed, all hashes made anew', [rewriteData(2, (data) => data, { heads: { count: 2, root: OTHER_ROOT } })], '?'),
  registry('the root of heads is none, all hashes made anew', [rewriteData(2, (data) => data, { heads: { count: 2, root: 'x' } })], '?'),
  registry('heads without the member, all hashes made anew', [rewriteData(2, (data) => data, { heads: undefined })], '?'),
  registry('heads tell of one chain less than they count, all hashes made anew', [rewriteData(2, () => toldData([[1, 3]]))], '?'),
  registry('heads tell of another size, all hashes made anew', [rewriteData(2, () => toldData([[1, 3], [2, 2]]))], '?'),
  registry('heads tell of a chain that is not there, all hashes made anew', [rewriteData(2, () => toldData([[1, 3], [7, 3]]))], '?'),
  registry('heads tell of more than a chain has, all hashes made anew', [rewriteData(2, () => toldData([[1, 3], [2, 30]]))], '?'),
  registry('heads in another order, all hashes made anew', [rewriteData(2, () => toldData([[2, 3], [1, 3]]))], '?'),
  registry('heads tell of a chain twice, all hashes made anew', [rewriteData(2, () => toldData([[1, 3], [1, 3]]))], '?'),
  registry('heads with a blank more, all hashes made anew', [rewriteData(2, (data) => data.replace(',', ', '))], '?'),
  registry('the data of heads edited', [`update audit.content set data = replace(data, '[1,3]', '[1,4]') where op = 'heads'`], '?'),
  registry('the data of heads erased with its salt', [`update audit.content set data = null, salt_data = null where op = 'heads'`], '?'),
  registry('the content of heads deleted', [`delete from audit.content where op = 'heads'`], '?'),
  registry('two heads in another order, all hashes made anew', [`update audit.entry set seq = 100 + seq where chain = 0 and seq > 1`, `update audit.entry set seq = 105 - seq where chain = 0 and seq > 100`, rehash({ head: true, tenant: TENANT })], '?'),
  registry('heads twice', [append('heads', toldData([[1, 4]]), undefined)], '?'),
  registry('heads that go back, and agree with the chains', [append('heads', toldData([]), undefined), rewriteData(4, () => toldData([[1, 2], [2, 2], [3, 2]])), retell()], '?'),
  registry('heads that go back, signed by an owner who has the key', [append('heads', toldData([]), undefined), rewriteData(4, () => toldData([[1, 2], [2, 2], [3, 2]])), retell(), resign('one')], '?'),
  registry('an entry of a kind that it does not hold', [append('heads', '{}', undefined), `update audit.entry set action = 'Note.create', body = replace(body, '"heads"', '"Note.create"') where ${at(4, TENANT)}`, rehash({ head: true, tenant: TENANT })], '?'),
  registry('the last entry deleted, its row as it was', [`delete from audit.entry where ${at(3, TENANT)}`], '?'),
  registry('its end cut off', [...cut(0, 3)], '?'),
  registry('its end cut off, and the table head agrees', [...cut(0, 3), 'update audit.head set size = 3 where chain = 1'], '?'),
  registry('its end cut off, and its checkpoints', [...cut(0, 3), 'delete from audit.checkpoint where size > 3', 'update audit.head set size = 3 where chain = 1'], '?'),
  registry('its end cut off, its checkpoints, and what they told of', [...cut(0, 3), ...cut(1, 3), 'delete from audit.checkpoint where size > 3', 'update audit.head set size = 3 where chain = 1'], '?'),
  { name: 'rollback to a backup', on: 'backup', finds: finds(['?']) },
  registry('rewritten with the chains, without the key', [`update audit.sealer set low = low`, retell({ leave: [3] })], '?'),
  registry('rewritten with the chains, and its checkpoints deleted', [retell({ leave: [3] }), NO_CHECKPOINTS], '?'),
  registry('rewritten, and signed by a key of their own', [retell({ leave: [3] }), resign('evil')], '?'),
  registry('rewritten, and signed by an owner who has the key', [retell({ leave: [3] }), resign('one')], '?'),
  registry('dropped', [...drop(0)], '?'),
  registry('dropped, and head and checkpoints with it', [...UNTOLD, NO_CHECKPOINTS], '?'),
  registry('its row alone deleted', ['delete from audit.chain where chain = 0'], '?'),
  registry('its tenant changed', [`update audit.chain set tenant_key = 'x' where chain = 0`], '?'),
  registry('recreated under its origin', [`update audit.content set data = regexp_replace(data, '"nonce":"[0-9a-f]{32}"', '"nonce":"00000000000000000000000000000000"') where op = 'chain.open' and tenant_key = '${TENANT}'`, rewriteData(0, (data) => data)], '?'),
  registry('recreated under its origin, its checkpoints deleted', [`update audit.content set data = regexp_replace(data, '"nonce":"[0-9a-f]{32}"', '"nonce":"00000000000000000000000000000000"') where op = 'chain.open' and tenant_key = '${TENANT}'`, rewriteData(0, (data) => data), NO_CHECKPOINTS], '?'),
  registry('under the name of another deployment', [`update audit.chain set origin = 'example.org/test/registry' where chain = 0`, rehash({ head: true, tenant: TENANT })], '?'),
  registry('the whole log under the name of another deployment', [`update audit.chain set origin = replace(origin, 'example.com', 'example.org')`], '?'),
  registry('tells nothing of a chain', [retell({ leave: [2] })], '?'),
  registry('a tenant has its key', [`update audit.chain set tenant_key = '${TENANT}x' where chain = 2`, `update audit.chain set tenant_key = 'acme' where chain = 0`], '?'),

  HEADS('a row deleted', 'delete from audit.head where chain = 1', '?'),
  HEADS('all rows deleted', 'delete from audit.head', '?'),
  HEADS('a size higher', 'update audit.head set size = size + 1 where chain = 1', '?'),
  HEADS('a size lower', 'update audit.head set size = size - 1 where chain = 2', '?'),
  HEADS('a chain that is none added', 'insert into audit.head values (9, 1)', '?'),
  HEADS('the registry itself added', 'insert into audit.head values (0, 4)', '?'),
  HEADS('a row of a chain below 0 added', 'insert into audit.head values (-1, 4)', '?'),
  HEADS('the chain of a row changed', 'update audit.head set chain = 9 where chain = 3', '?'),

  SEALER('low = 0', '?'),
  SEALER('low = 9999', '?'),
  SEALER('epoch = 0', '?'),
  SEALER('anchored_size = 0, anchored_at = null', '?'),
  SEALER('anchored_size = 9999', '?'),
  SEALER(`origin = 'example.org/other'`, '?'),
  SEALER(`last_sealed_at = 'epoch'`, '?'),
];
