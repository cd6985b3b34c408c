import type { LogSource, NamedAnchor } from '../../../src/verify/index.js';
import { at, positionOf, rehash } from '../attacker.js';
import { finds, right, type Finds, type MatrixCase } from './case.js';
import { cut, drop, resign, retell, rewriteEntry } from './forger.js';

const chains = (name: string, steps: MatrixCase['steps'], ...codes: Finds): MatrixCase => ({ name, steps: steps ?? [], finds: finds(codes) }); // prettier-ignore
const on = (fixture: MatrixCase['on'], each: MatrixCase): MatrixCase => ({ ...each, ...(fixture && { on: fixture }) });

const content = (name: string, set: string, code: string): MatrixCase =>
  chains(`content: ${name}`, [`update audit.content set ${set} where pos = ${positionOf(1)}`], code);
const lie = (data: string): string => data.replace('"id":7', '"id":8');
const REWRITTEN = rewriteEntry(2, 1, lie);
/** Every row of a chain gets the number of another. */
const renumber = (from: number, to: number): readonly string[] => [
  ...['entry', 'head'].map((table) => `update audit.${table} set chain = ${to} where chain = ${from}`),
  `update audit.chain set chain = ${to}, origin = 'example.com/test/${to}' where chain = ${from}`,
];
const OPENING = `where pos = (select pos from audit.entry where chain = 3 and seq = 0)`;
/** Chain 3 is opened anew by whoever has the source: other nonce, or other tenant, and all that follows from it. */
const reopened = (replace: string, ...more: readonly string[]): MatrixCase['steps'] => [
  `update audit.content set data = ${replace} ${OPENING}`,
  ...more,
  ...rewriteEntry(3, 0, (data) => data),
];
const NONCE = `regexp_replace(data, '"nonce":"[0-9a-f]{32}"', '"nonce":"00000000000000000000000000000000"')`;
const MOVED = [
  `update audit.chain set tenant_key = 'evil' where chain = 3`,
  `update audit.entry set tenant_key = 'evil' where chain = 3`,
  `update audit.content set tenant_key = 'evil' where pos in (select pos from audit.entry where chain = 3)`,
];

/** An anchor that has what the database shows. */
const showing = (name: string, { evidence }: LogSource): NamedAnchor => ({
  name,
  async *list() {
    for await (const page of evidence?.checkpoints() ?? [])
      for (const { note } of page) yield { note, storedAt: Date.now() };
  },
});

/** What is done to the chains of tenants, and to what is told of them. */
export const CHAIN_CASES: readonly MatrixCase[] = [
  right(chains('nothing is done to the log', [], '')),
  chains('an application with the right to write said what was not so', [], ''),
  content('data edited', `data = replace(data, '7', '8')`, 'SECTION_ALTERED'),
  content('data emptied', `data = ''`, 'SECTION_ALTERED'),
  content('data erased with its salt, and nobody asked for it', `data = null, salt_data = null`, 'SECTION_MISSING'),
  content('actor edited', `actor = '{"id":"bob"}'`, 'SECTION_ALTERED'),
  content('actor erased', `actor = null, salt_actor = null`, 'SECTION_MISSING'),
  content('a flag added', `flags = 'redacted'`, 'CAPTURE_DIFFERS'),
  content(
    'the tenant of a captured row changed whose actor section has the one that counts',
    `tenant_key = 'globex'`,
    '',
  ),
  chains(
    'content: two rows swapped',
    [
      `update audit.entry set pos = -pos where chain = 2 and seq > 0`,
      `update audit.entry e set pos = (select -o.pos from audit.entry o where o.chain = 2 and o.seq = 3 - e.seq) where chain = 2 and seq > 0`,
    ],
    'CAPTURE_DIFFERS SECTION_ALTERED',
  ),
  chains('content: a row deleted', [`delete from audit.content where pos = ${positionOf(1)}`], 'CONTENT_MISSING'),
  chains(
    'content: all deleted',
    ['delete from audit.content'],
    'CHAIN_UNTOLD CONTENT_MISSING HEADS_WRONG HEAD_ALTERED OPENING_WRONG',
  ),
  chains(
    'content: a row added, older than a minute',
    [
      `insert into audit.content (at, source, op, model) values (now() - interval '2 minutes', 'change', 'insert', 'Note')`,
    ],
    'UNSEALED',
  ),

  chains(
    'an entry edited, its hash not',
    [
      `update audit.entry set body = replace(body, 'Note.create', 'Note.delete'), action = 'Note.delete' where ${at(1)}`,
    ],
    'CAPTURE_DIFFERS ENTRY_ALTERED',
  ),
  chains(
    'an entry edited, all hashes behind it made anew',
    [
      `update audit.entry set body = replace(body, 'Note.create', 'Note.delete'), action = 'Note.delete' where ${at(1)}`,
      rehash({ head: true }),
    ],
    'CAPTURE_DIFFERS HEADS_DIFFER',
  ),
  chains('a section edited, and all hashes made anew', [...REWRITTEN], 'HEADS_DIFFER'),
  chains(
    'a section edited, all hashes made anew, and the registry too',
    [...REWRITTEN, retell()],
    'CHECKPOINT_DIFFERS',
    'BELOW_LEVEL REGISTRY_REWRITTEN',
    'ANCHOR_MISSING BELOW_LEVEL REGISTRY_REWRITTEN',
  ),
  chains(
    'a section edited, all hashes and the registry made anew, and signed by a key of their own',
    [...REWRITTEN, retell(), resign('evil')],
    '',
    'BELOW_LEVEL CHECKPOINT_UNTRUSTED',
    'ANCHOR_MISSING BELOW_LEVEL CHECKPOINT_UNTRUSTED REGISTRY_REWRITTEN',
  ),
  chains(
    'a section edited, all hashes and the registry made anew, by an owner who has the key',
    [...REWRITTEN, retell(), resign('one')],
    '',
    '',
    'ANCHOR_MISSING BELOW_LEVEL EQUIVOCATION REGISTRY_REWRITTEN',
  ),
  {
    name: 'the same, by an owner who has the anchor too',
    steps: [...REWRITTEN, retell(), resign('one')],
    auditor: (has, _fixture, _level, seen) => ({ ...has, anchors: has.anchors.map(({ name }) => showing(name, seen)) }),
    finds: finds(['']),
  },
  chains(
    'two entries of a chain in another order',
    [
      `update audit.entry set seq = 100 + seq where chain = 2 and seq > 0`,
      `update audit.entry set seq = 103 - seq where chain = 2 and seq > 100`,
    ],
    'CHAIN_ALTERED ENTRY_ALTERED HEADS_DIFFER TIME_BACKWARDS',
  ),
  chains(
    'two entries of a chain in another order, all hashes made anew',
    [
      `update audit.entry set seq = 100 + seq where chain = 2 and seq > 0`,
      `update audit.entry set seq = 103 - seq where chain = 2 and seq > 100`,
      rehash({ head: true }),
    ],
    'HEADS_DIFFER TIME_BACKWARDS',
  ),
  chains(
    'an entry taken out, the others moved up, all hashes made anew',
    [
      `delete from audit.content where pos = ${positionOf(1)}`,
      `delete from audit.entry where ${at(1)}`,
      `update audit.entry set seq = 1 where ${at(2)}`,
      rehash({ head: true }),
    ],
    'HEADS_DIFFER',
  ),
  chains(
    'an entry twice, all hashes made anew',
    [
      'drop index audit.entry_pos_key, audit.entry_id_key',
      `insert into audit.entry select chain, 3, pos, sealed_at, occurred_at, id, hash, tenant_key, actor_id, action, resource_type, resource_id, outcome, request_id, group_id, body, source, actor_email, address, plate, subject from audit.entry where ${at(2)}`,
      rehash({ head: true }),
    ],
    'CHAIN_UNTOLD ENTRY_UNREAD',
  ),
  chains(
    'an entry sealed before the one in front of it, all hashes made anew',
    [`update audit.entry set sealed_at = sealed_at - interval '1 hour' where ${at(2)}`, rehash({ head: true })],
    'HEADS_DIFFER TIME_BACKWARDS',
  ),

  chains(
    'the end of a chain cut off, its row as it was',
    [`delete from audit.entry where ${at(2)}`],
    'ENTRY_MISSING HEADS_DIFFER',
  ),
  chains('the end of a chain cut off, and its row agrees', [...cut(2, 2)], 'HEADS_DIFFER'),
  chains(
    'the end of a chain cut off, and the table head agrees',
    [...cut(2, 2), 'update audit.head set size = 2 where chain = 2'],
    'HEADS_DIFFER HEAD_ALTERED',
  ),
  chains(
    'the end of a chain cut off, and the registry tells less',
    [...cut(2, 2), retell()],
    'CHECKPOINT_DIFFERS',
    'REGISTRY_REWRITTEN',
  ),
  chains(
    'the end of a chain cut off, and the registry tells less, by an owner who has the key',
    [...cut(2, 2), retell(), resign('one')],
    '',
    '',
    'EQUIVOCATION REGISTRY_REWRITTEN',
  ),
  chains(
    'all entries of a chain deleted, its row as it was',
    ['delete from audit.entry where chain = 3'],
    'ENTRY_MISSING HEADS_DIFFER',
  ),
  right({
    ...on('tail', chains('entries behind the last tick, nothing done', [], '')),
    says: { L1: /^.*The last 3 entries are not/, L2: /What came after that \(3 entries are there\)/ },
  }),
  on('tail', chains('entries behind the last tick cut off', [...cut(2, 3)], '')),
  on('tail', chains('a chain opened behind the last tick dropped', [...drop(4)], '')),
  on('tail', chains('entries behind the last tick rewritten', [...rewriteEntry(2, 3, lie)], '')),
  on('tail', chains('entries behind the last tick and one before it cut off', [...cut(2, 2)], 'HEADS_DIFFER')),

  chains('the last chain dropped', [...drop(3)], 'HEADS_DIFFER HEAD_ALTERED'),
  chains(
    'the last chain dropped, and the registry tells of none',
    [...drop(3), retell({ leave: [3] })],
    'CHECKPOINT_DIFFERS',
    'BELOW_LEVEL REGISTRY_REWRITTEN',
    'ANCHOR_MISSING BELOW_LEVEL REGISTRY_REWRITTEN',
  ),
  chains(
    'the last chain dropped, and the registry tells of none, by an owner who has the key',
    [...drop(3), retell({ leave: [3] }), resign('one')],
    '',
    '',
    'ANCHOR_MISSING BELOW_LEVEL EQUIVOCATION REGISTRY_REWRITTEN',
  ),
  chains('a chain in the middle dropped', [...drop(2)], 'CHAIN_MISSING HEADS_DIFFER HEAD_ALTERED'),
  chains(
    'a chain in the middle dropped, and the last takes its number',
    [...drop(2), ...renumber(3, 2), rehash({ head: true, tenant: 'globex' })],
    'HEADS_DIFFER HEAD_ALTERED OPENING_WRONG',
  ),
  chains(
    'all chains but the registry dropped',
    [1, 2, 3].flatMap((chain) => drop(chain)),
    'HEADS_DIFFER HEAD_ALTERED',
    'CHAIN_MISSING HEADS_DIFFER HEAD_ALTERED',
  ),
  chains(
    'all dropped',
    [0, 1, 2, 3].flatMap((chain) => drop(chain)),
    'CHECKPOINT_FORGED',
    'BELOW_LEVEL CHAIN_MISSING REGISTRY_CUT',
    'ANCHOR_MISSING BELOW_LEVEL CHAIN_MISSING REGISTRY_CUT',
  ),
  chains(
    'all dropped, with the checkpoints',
    [...[0, 1, 2, 3].flatMap((chain) => drop(chain)), 'delete from audit.checkpoint'],
    '',
    'BELOW_LEVEL CHAIN_MISSING',
    'ANCHOR_MISSING BELOW_LEVEL CHAIN_MISSING REGISTRY_CUT',
  ),
  chains('the row of a chain dropped', ['delete from audit.chain where chain = 2'], 'CHAIN_MISSING HEADS_DIFFER'),
  chains(
    'the size in the row of a chain higher',
    ['update audit.chain set size = size + 1 where chain = 2'],
    'ENTRY_MISSING',
  ),
  chains(
    'the frontier in the row of a chain changed',
    [`update audit.chain set frontier = '' where chain = 2`],
    'CHAIN_ALTERED',
  ),
  chains('a chain recreated under its origin', reopened(NONCE), 'HEADS_DIFFER'),
  chains(
    'a chain recreated under its origin, and the registry tells of it',
    [...(reopened(NONCE) ?? []), retell()],
    'CHECKPOINT_DIFFERS',
    'BELOW_LEVEL REGISTRY_REWRITTEN',
    'ANCHOR_MISSING BELOW_LEVEL REGISTRY_REWRITTEN',
  ),
  chains(
    'a chain given to another tenant in its row',
    [`update audit.chain set tenant_key = 'evil' where chain = 3`],
    'CAPTURE_DIFFERS OPENING_WRONG PROJECTION_ALTERED',
  ),
  chains('a chain given to another tenant in all its rows', MOVED, 'CAPTURE_DIFFERS OPENING_WRONG'),
  chains(
    'a chain given to another tenant, its opening made anew',
    [...MOVED, ...(reopened(`replace(data, '"tenant":"globex"', '"tenant":"evil"')`) ?? [])],
    'CAPTURE_DIFFERS HEADS_DIFFER',
  ),
  chains(
    'the chains of two tenants swapped, with their openings',
    ['chain', 'entry'].flatMap((table) => [
      `update audit.${table} set tenant_key = 'x' where tenant_key = 'acme'`,
      `update audit.${table} set tenant_key = 'acme' where tenant_key = 'globex'`,
      `update audit.${table} set tenant_key = 'globex' where tenant_key = 'x'`,
    ]),
    'CAPTURE_DIFFERS OPENING_WRONG',
  ),
  chains(
    'a second chain of a tenant',
    [`insert into audit.chain select 4, 'example.com/test/4', 'acme2', 0, decode(repeat('00', 32), 'hex'), ''`],
    'OPENING_WRONG',
  ),
  chains(
    'a chain under the name of another deployment',
    [`update audit.chain set origin = 'example.org/test/3' where chain = 3`, rehash({ head: true, tenant: 'globex' })],
    'CHAIN_ALTERED HEADS_DIFFER OPENING_WRONG',
  ),
  chains(
    'two chains of one tenant',
    [
      'alter table audit.chain drop constraint chain_tenant_key_key',
      `update audit.chain set tenant_key = 'acme' where chain = 3`,
    ],
    'CAPTURE_DIFFERS CHAIN_ALTERED OPENING_WRONG PROJECTION_ALTERED',
  ),
  chains(
    'two chains of one origin',
    [
      'alter table audit.chain drop constraint chain_origin_key',
      `update audit.chain set origin = 'example.com/test/2' where chain = 3`,
    ],
    'CHAIN_ALTERED ENTRY_ALTERED HEADS_DIFFER OPENING_WRONG',
  ),
  chains(
    'a chain of a number below 0',
    ['update audit.chain set chain = -1 where chain = 3'],
    'CHAIN_ALTERED CHAIN_MISSING CHECKPOINT_DIFFERS ENTRY_MISSING HEAD_ALTERED',
    'BELOW_LEVEL CHAIN_ALTERED CHAIN_MISSING ENTRY_MISSING HEAD_ALTERED REGISTRY_CUT',
    'ANCHOR_MISSING BELOW_LEVEL CHAIN_ALTERED CHAIN_MISSING ENTRY_MISSING HEAD_ALTERED REGISTRY_CUT',
  ),
  chains(
    'an empty chain of a number below 0, that has an origin',
    [
      `insert into audit.chain (chain, origin, tenant_key, size, hash, frontier) values (-1, 'example.com/test/-1', 'evil', 0, decode(repeat('00', 32), 'hex'), '')`,
    ],
    'CHAIN_ALTERED CHAIN_MISSING CHECKPOINT_DIFFERS HEAD_ALTERED OPENING_WRONG',
    'BELOW_LEVEL CHAIN_ALTERED CHAIN_MISSING HEAD_ALTERED OPENING_WRONG REGISTRY_CUT',
    'ANCHOR_MISSING BELOW_LEVEL CHAIN_ALTERED CHAIN_MISSING HEAD_ALTERED OPENING_WRONG REGISTRY_CUT',
  ),
  chains(
    'the kind of an opening changed in its captured row',
    [`update audit.content set op = 'chain.close' ${OPENING}`],
    'OPENING_WRONG',
  ),
  chains(
    'a model in the captured row of an opening',
    [`update audit.content set model = 'Note' ${OPENING}`],
    'OPENING_WRONG',
  ),
  chains(
    'the tenant in the captured row of an opening changed',
    [`update audit.content set tenant_key = 'evil' ${OPENING}`],
    'CAPTURE_DIFFERS OPENING_WRONG',
  ),
  chains(
    'an opening without a nonce, hashes made anew',
    reopened(`regexp_replace(data, '"nonce":"[0-9a-f]{32}"', '"nonce":"x"')`),
    'HEADS_DIFFER OPENING_WRONG',
  ),
];
