import { at, positionOf, rehash } from '../attacker.js';
import { finds, type Finds, type MatrixCase } from './case.js';
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

/** What is done to the chains of tenants, and to what is told of them. */
export const CHAIN_CASES: readonly MatrixCase[] = [
  chains('nothing is done to the log', [], ''),
  chains('an application with the right to write claims what is not so', [`select 1`], ''),
  content('data edited', `data = replace(data, '7', '8')`, '?'),
  content('data emptied', `data = ''`, '?'),
  content('data erased with its salt, and nobody asked for it', `data = null, salt_data = null`, '?'),
  content('actor edited', `actor = '{"id":"bob"}'`, '?'),
  content('actor erased', `actor = null, salt_actor = null`, '?'),
  content('a flag added', `flags = 'redacted'`, '?'),
  content('the tenant of the captured row changed', `tenant_key = 'globex'`, '?'),
  chains('content: two rows swapped', [`update audit.entry set pos = -pos where chain = 2 and seq > 0`, `update audit.entry e set pos = (select -o.pos from audit.entry o where o.chain = 2 and o.seq = 3 - e.seq) where chain = 2 and seq > 0`], '?'),
  chains('content: a row deleted', [`delete from audit.content where pos = ${positionOf(1)}`], '?'),
  chains('content: all deleted', ['delete from audit.content'], '?'),
  chains('content: a row added, older than a minute', [`insert into audit.content (at, source, op, model) values (now() - interval '2 minutes', 'change', 'insert', 'Note')`], '?'),

  chains('an entry edited, its hash not', [`update audit.entry set body = replace(body, 'Note.create', 'Note.delete'), action = 'Note.delete' where ${at(1)}`], '?'),
  chains('an entry edited, all hashes behind it made anew', [...REWRITTEN.slice(0, 0), `update audit.entry set body = replace(body, 'Note.create', 'Note.delete'), action = 'Note.delete' where ${at(1)}`, rehash({ head: true })], '?'),
  chains('a section edited, and all hashes made anew', [...REWRITTEN], '?'),
  chains('a section edited, all hashes made anew, and the registry too', [...REWRITTEN, retell()], '?'),
  chains('the same, and signed by a key of their own', [...REWRITTEN, retell(), resign('evil')], '?'),
  chains('the same, by an owner who has the key', [...REWRITTEN, retell(), resign('one')], '?'),
  chains('two entries of a chain in another order', [`update audit.entry set seq = -1 - seq where chain = 2 and seq > 0`.replace('-1 - seq', '100 + seq'), `update audit.entry set seq = 103 - seq where chain = 2 and seq > 100`], '?'),
  chains('two entries of a chain in another order, all hashes made anew', [`update audit.entry set seq = 100 + seq where chain = 2 and seq > 0`, `update audit.entry set seq = 103 - seq where chain = 2 and seq > 100`, rehash({ head: true })], '?'),
  chains('an entry taken out, the others moved up, all hashes made anew', [`delete from audit.content where pos = ${positionOf(1)}`, `delete from audit.entry where ${at(1)}`, `update audit.entry set seq = 1 where ${at(2)}`, rehash({ head: true })], '?'),
  chains('an entry twice, all hashes made anew', [`insert into audit.entry select chain, 3, pos, sealed_at, occurred_at, id, hash, tenant_key, actor_id, action, resource_type, resource_id, outcome, request_id, group_id, body from audit.entry where ${at(2)}`, rehash({ head: true })].reverse().reverse(), '?'),
  chains('an entry sealed before the one in front of it, all hashes made anew', [`update audit.entry set sealed_at = sealed_at - interval '1 hour' where ${at(2)}`, rehash({ head: true })], '?'),

  chains('the end of a chain cut off, its row as it was', [`delete from audit.entry where ${at(2)}`], '?'),
  chains('the end of a chain cut off, and its row agrees', [...cut(2, 2)], '?'),
  chains('the end of a chain cut off, and the table head agrees', [...cut(2, 2), 'update audit.head set size = 2 where chain = 2'], '?'),
  chains('the end of a chain cut off, and the registry tells less', [...cut(2, 2), retell()], '?'),
  chains('the same, by an owner who has the key', [...cut(2, 2), retell(), resign('one')], '?'),
  chains('all entries of a chain deleted, its row as it was', ['delete from audit.entry where chain = 3'], '?'),
  on('tail', chains('entries behind the last tick, nothing done', [], '?')),
  on('tail', chains('entries behind the last tick cut off', [...cut(2, 3)], '?')),
  on('tail', chains('a chain opened behind the last tick dropped', [...drop(4)], '?')),
  on('tail', chains('entries behind the last tick rewritten', [...rewriteEntry(2, 3, lie)], '?')),
  on('tail', chains('entries behind the last tick and one before it cut off', [...cut(2, 2)], '?')),

  chains('the last chain dropped', [...drop(3)], '?'),
  chains('the last chain dropped, and the registry tells of none', [...drop(3), retell({ leave: [3] })], '?'),
  chains('the same, by an owner who has the key', [...drop(3), retell({ leave: [3] }), resign('one')], '?'),
  chains('a chain in the middle dropped', [...drop(2)], '?'),
  chains('a chain in the middle dropped, and the last takes its number', [...drop(2), ...renumber(3, 2), rehash({ head: true, tenant: 'globex' })], '?'),
  chains('all chains but the registry dropped', [1, 2, 3].flatMap((chain) => drop(chain)), '?'),
  chains('all dropped', [0, 1, 2, 3].flatMap((chain) => drop(chain)), '?'),
  chains('the row of a chain dropped', ['delete from audit.chain where chain = 2'], '?'),
  chains('the size in the row of a chain higher', ['update audit.chain set size = size + 1 where chain = 2'], '?'),
  chains('the frontier in the row of a chain changed', [`update audit.chain set frontier = '' where chain = 2`], '?'),
  chains('a chain recreated under its origin', reopened(NONCE), '?'),
  chains('a chain recreated under its origin, and the registry tells of it', [...(reopened(NONCE) ?? []), retell()], '?'),
  chains('a chain given to another tenant in its row', [`update audit.chain set tenant_key = 'evil' where chain = 3`], '?'),
  chains('a chain given to another tenant in all its rows', MOVED, '?'),
  chains('a chain given to another tenant, its opening made anew', [...MOVED, ...(reopened(`replace(data, '"tenant":"globex"', '"tenant":"evil"')`) ?? [])], '?'),
  chains('the chains of two tenants swapped, with their openings', [
    ...['chain', 'entry'].flatMap((table) => [`update audit.${table} set tenant_key = 'x' where tenant_key = 'acme'`, `update audit.${table} set tenant_key = 'acme' where tenant_key = 'globex'`, `update audit.${table} set tenant_key = 'globex' where tenant_key = 'x'`]),
  ], '?'),
  chains('a second chain of a tenant', [`insert into audit.chain select 4, 'example.com/test/4', 'acme2', 0, decode(repeat('00', 32), 'hex'), ''`], '?'),
  chains('a chain under the name of another deployment', [`update audit.chain set origin = 'example.org/test/3' where chain = 3`, rehash({ head: true, tenant: 'globex' })], '?'),
];
