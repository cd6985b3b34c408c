import type { FindingCode } from '../../src/verify/index.js';
import { at, positionOf, rehash, type Tampering } from './attacker.js';

export interface Case {
  readonly name: string;
  /** Columns that this case falsifies. */
  readonly columns: readonly string[];
  readonly steps: readonly Tampering[];
  readonly code: FindingCode;
  /** Where it must be found: the entry of chain "acme". `undefined`: it concerns no entry. */
  readonly seq: number | undefined;
}

const entry = (name: string, columns: string, set: string, code: FindingCode, seq = 3, found = seq): Case => ({
  name: `${name} of entry ${seq}`,
  columns: columns.split(' ').map((column) => `entry.${column}`),
  steps: [`update audit.entry set ${set} where ${at(seq)}`],
  code,
  seq: found,
});
const projection = (column: string, value: string, seq = 3): Case =>
  entry(`${column} set to ${value}`, column, `${column} = ${value}`, 'PROJECTION_ALTERED', seq);
const section = (name: string, columns: string, set: string, code: FindingCode, seq = 3): Case => ({
  name: `section: ${name}`,
  columns: columns.split(' ').map((column) => `content.${column}`),
  steps: [`update audit.content set ${set} where pos = ${positionOf(seq)}`],
  code,
  seq,
});
/** The captured row beside its sections: entry 3 is an event that was denied, entry 9 a change. */
const captured = (column: string, value: string, code: FindingCode = 'CAPTURE_DIFFERS', seq = 3): Case => ({
  name: `captured row of entry ${seq}: ${column} set to ${value}`,
  columns: [`content.${column}`],
  steps: [`update audit.content set ${column} = ${value} where pos = ${positionOf(seq)}`],
  code,
  seq,
});
/** A body that a sealer could have written instead, with hashes that agree. */
const lie = (name: string, from: string, to: string, code: FindingCode, seq = 3, columns = ''): Case => ({
  name: `the body of entry ${seq} lies: ${name}`,
  columns: ['entry.body'],
  steps: [`update audit.entry set body = replace(body, '${from}', '${to}')${columns} where ${at(seq)}`, rehash({ head: true })],
  code,
  seq,
}); // prettier-ignore
const chain = (name: string, column: string, set: string, code: FindingCode, seq?: number): Case => ({
  name: `row of the chain: ${name}`,
  columns: [`chain.${column}`],
  steps: [`update audit.chain set ${set} where tenant_key = 'acme'`],
  code,
  seq,
});
const other = (name: string, steps: readonly Tampering[], code: FindingCode, seq?: number): Case => ({
  name,
  columns: [],
  steps,
  code,
  seq,
});
const EDIT = `body = replace(body, 'invoice.refund', 'invoice.refuse'), action = 'invoice.refuse'`;
const remove = (seq: number): string => `delete from audit.entry where ${at(seq)}`;

export const CASES: readonly Case[] = [
  entry('body', 'body', `body = replace(body, 'invoice.refund', 'invoice.refuse')`, 'ENTRY_ALTERED', 2),
  entry('body and its projection', 'body action', EDIT, 'ENTRY_ALTERED', 2),
  entry('body, a space added', 'body', `body = replace(body, ',', ', ')`, 'BODY_INVALID'),
  entry('body emptied', 'body', `body = ''`, 'BODY_INVALID'),
  entry('body of another version', 'body', `body = replace(body, '"v":1', '"v":2')`, 'ENTRY_ALTERED'),
  entry('hash', 'hash', `hash = sha256('x')`, 'ENTRY_ALTERED'),
  other('body and hash of entry 2', [`update audit.entry set ${EDIT} where ${at(2)}`, rehash({ from: 2, to: 2, head: false })], 'ENTRY_ALTERED', 3), // prettier-ignore
  other('body and hash of the last entry', [`update audit.entry set body = replace(body, 'Note', 'Vote'), action = 'Vote.create', resource_type = 'Vote' where ${at(9)}`, rehash({ from: 9, head: false })], 'CHAIN_ALTERED'), // prettier-ignore

  other('an entry deleted in the middle', [remove(4)], 'ENTRY_MISSING', 4),
  other('an entry deleted in the middle, the row of the chain made to agree', [remove(4), `update audit.chain set size = size - 1 where tenant_key = 'acme'`], 'ENTRY_MISSING', 4), // prettier-ignore
  other('an entry deleted, the others moved up', [remove(4), `update audit.entry set seq = seq - 1 where chain = (select chain from audit.chain where tenant_key = 'acme') and seq > 4`], 'ENTRY_ALTERED', 4), // prettier-ignore
  other('the last entry deleted', [remove(9)], 'ENTRY_MISSING', 9),
  other('the last entry deleted, the row of the chain made to agree', [remove(9), rehash({ from: 99, head: true })], 'UNSEALED'), // prettier-ignore
  other('the first entry deleted', [remove(0)], 'ENTRY_MISSING', 0),
  other('all entries deleted', [`delete from audit.entry where tenant_key = 'acme'`], 'ENTRY_MISSING', 0),
  other('an entry inserted beyond the head', [`insert into audit.entry select chain, 10, 9999, sealed_at, occurred_at, gen_random_uuid(), hash, tenant_key, actor_id, action, resource_type, resource_id, outcome, request_id, group_id, body, source, actor_email, address, plate, subject from audit.entry where ${at(9)}`], 'ENTRY_EXTRA'), // prettier-ignore
  other('an entry inserted far beyond the head', [`insert into audit.entry select chain, 9223372036854775807, 9999, sealed_at, occurred_at, gen_random_uuid(), hash, tenant_key, actor_id, action, resource_type, resource_id, outcome, request_id, group_id, body, source, actor_email, address, plate, subject from audit.entry where ${at(9)}`], 'ENTRY_MISSING', 10), // prettier-ignore

  entry('chain, of none,', 'chain', 'chain = 99', 'ENTRY_MISSING'),
  entry('chain, of another tenant,', 'chain', `chain = (select chain from audit.chain where tenant_key = 'globex'), seq = 99`, 'ENTRY_MISSING'), // prettier-ignore
  entry('seq', 'seq', 'seq = 77', 'ENTRY_MISSING'),
  entry('pos, of nothing', 'pos', 'pos = 9999', 'CONTENT_MISSING'),
  other('pos of two entries swapped', [`update audit.entry set pos = -pos where ${at(3)} or ${at(1)}`, `update audit.entry e set pos = (select -o.pos from audit.entry o where o.chain = e.chain and o.seq = 4 - e.seq) where ${at(3)} or ${at(1)}`], 'SECTION_ALTERED', 3), // prettier-ignore
  projection('id', 'gen_random_uuid()'),
  projection('occurred_at', `occurred_at + interval '1 microsecond'`),
  projection('occurred_at', `'infinity'`),
  projection('occurred_at', `'-infinity'`),
  projection('occurred_at', `'294276-12-31'`),
  projection('occurred_at', `'4000-01-01 BC'`),
  entry('sealed_at', 'sealed_at', `sealed_at = sealed_at + interval '1 millisecond'`, 'ENTRY_ALTERED'),
  entry('sealed_at, by less than a millisecond', 'sealed_at', `sealed_at = sealed_at + interval '1 microsecond'`, 'ENTRY_ALTERED'), // prettier-ignore
  entry('sealed_at infinity', 'sealed_at', `sealed_at = 'infinity'`, 'ENTRY_ALTERED'),
  entry('sealed_at -infinity', 'sealed_at', `sealed_at = '-infinity'`, 'TIME_BACKWARDS'),
  entry('sealed_at beyond what JavaScript calls a date', 'sealed_at', `sealed_at = '294276-12-31'`, 'ENTRY_ALTERED'),
  entry('sealed_at before the common era', 'sealed_at', `sealed_at = '4000-01-01 BC'`, 'TIME_BACKWARDS'),
  entry('sealed_at of the last one, beyond dates,', 'sealed_at', `sealed_at = '294276-12-31'`, 'ENTRY_ALTERED', 9),
  projection('tenant_key', `'globex'`),
  projection('actor_id', `'bob'`),
  projection('actor_id', 'null'),
  projection('action', `'invoice.refuse'`),
  projection('resource_type', `'Receipt'`),
  projection('resource_type', 'null'),
  projection('resource_type', `'Invented'`, 4),
  projection('resource_id', `'inv-9'`),
  projection('resource_id', 'null'),
  projection('resource_id', `'inv-9'`, 4),
  projection('outcome', `'success'`),
  projection('request_id', `'req-9'`),
  projection('request_id', 'null'),
  projection('group_id', 'gen_random_uuid()'),
  projection('group_id', 'null'),
  projection('source', `'request'`),
  projection('source', 'null'),
  projection('actor_email', `'bob@acme.test'`),
  projection('actor_email', 'null'),
  projection('address', `'203.0.113.9'`),
  projection('address', 'null'),
  projection('plate', `'BAB123'`),
  projection('subject', `'bob'`),
  entry(
    'all later projections',
    'source actor_email address',
    'source = null, actor_email = null, address = null',
    'PROJECTION_ALTERED',
  ),
  other(
    'all later projections, from before there were any by their table',
    [
      'update audit.projection set from_pos = 1000000',
      `update audit.entry set source = null, actor_email = null, address = null where ${at(3)}`,
    ],
    'PROJECTION_ALTERED',
    3,
  ),
  other(
    'the later projections of a whole chain',
    [`update audit.entry set source = null, actor_email = null, address = null where tenant_key = 'acme'`],
    'PROJECTION_ALTERED',
    3,
  ),
  other(
    'the later projections of a whole chain, from before there were any by their table',
    [
      'update audit.projection set from_pos = 1000000',
      `update audit.entry set source = null, actor_email = null, address = null where tenant_key = 'acme'`,
    ],
    'PROJECTION_ALTERED',
  ),
  other(
    'the later projections, where their table says nothing',
    [
      'delete from audit.projection',
      `update audit.entry set source = null, actor_email = null, address = null where ${at(3)}`,
    ],
    'PROJECTION_ALTERED',
    3,
  ),

  section('actor edited', 'actor', `actor = convert_to(replace(convert_from(actor, 'UTF8'), 'ann', 'bob'), 'UTF8')`, 'SECTION_ALTERED'), // prettier-ignore
  section('actor nulled', 'actor', 'actor = null', 'SECTION_MISSING'),
  section('actor and its salt nulled', 'actor salt_actor', 'actor = null, salt_actor = null', 'SECTION_MISSING'),
  section('the salt of actor changed', 'salt_actor', 'salt_actor = gen_random_uuid()', 'SECTION_ALTERED'),
  section('the salt of actor nulled', 'salt_actor', 'salt_actor = null', 'SECTION_MISSING'),
  section('actor added where none was', 'actor salt_actor', `actor = '{"id":"bob"}', salt_actor = gen_random_uuid()`, 'SECTION_ALTERED', 9), // prettier-ignore
  section('data edited', 'data', `data = replace(data, '"number":3', '"number":4')`, 'SECTION_ALTERED'),
  section('data with a space added', 'data', `data = data || ' '`, 'SECTION_ALTERED'),
  section('data nulled', 'data', 'data = null', 'SECTION_MISSING'),
  section('the salt of data changed', 'salt_data', 'salt_data = gen_random_uuid()', 'SECTION_ALTERED'),
  section('the salt of data nulled', 'salt_data', 'salt_data = null', 'SECTION_MISSING'),
  section('data added where none was', 'data salt_data', `data = '{}', salt_data = gen_random_uuid()`, 'SECTION_ALTERED', 4), // prettier-ignore
  section('data of the opening edited', 'data', `data = replace(data, 'acme', 'evil')`, 'OPENING_WRONG', 0),
  other('the content row deleted', [`delete from audit.content where pos = ${positionOf(3)}`], 'CONTENT_MISSING', 3),
  other('the content row of the opening deleted', [`delete from audit.content where pos = ${positionOf(0)}`], 'OPENING_WRONG', 0), // prettier-ignore

  captured('xid', `'12'`),
  captured('pos', '99999', 'CONTENT_MISSING'),
  captured('at', `at + interval '1 microsecond'`),
  captured('at', `'infinity'`),
  captured('source', `'request'`),
  captured('op', `'update'`, 'CAPTURE_DIFFERS', 9),
  captured('model', `'Receipt'`),
  captured('resource_id', `'inv-9'`),
  captured('resource_id', 'null'),
  captured('group_id', 'gen_random_uuid()'),
  captured('tenant_key', `'globex'`, 'CAPTURE_DIFFERS', 9),
  captured('header', `replace(header, 'denied', 'success')`),
  captured('header', 'null'),
  captured('flags', `'gap'`),
  lie('an outcome', '"outcome":"denied"', '"outcome":"success"', 'CAPTURE_DIFFERS', 3, `, outcome = 'success'`),
  lie('an unknown source', '"source":"record"', '"source":"recorded"', 'BODY_INVALID'),
  lie('a member that there is not', '"v":1', '"v":1,"w":2', 'BODY_INVALID'),
  lie(
    'an id of another time',
    '"id":"01',
    '"id":"02',
    'ID_WRONG',
    3,
    `, id = overlay(id::text placing '02' from 1 for 2)::uuid`,
  ),
  other('an entry before the first', ['alter table audit.entry drop constraint entry_seq_check', `insert into audit.entry select chain, -1, 9999, sealed_at, occurred_at, gen_random_uuid(), hash, tenant_key, actor_id, action, resource_type, resource_id, outcome, request_id, group_id, body, source, actor_email, address, plate, subject from audit.entry where ${at(9)}`], 'ENTRY_EXTRA', -1), // prettier-ignore
  other('a second entry of a number', ['alter table audit.entry drop constraint entry_pkey', `insert into audit.entry select chain, seq, 9999, sealed_at, occurred_at, gen_random_uuid(), hash, tenant_key, actor_id, action, resource_type, resource_id, outcome, request_id, group_id, body, source, actor_email, address, plate, subject from audit.entry where ${at(5)}`], 'ENTRY_EXTRA', 5), // prettier-ignore
  other('two entries of one captured row', ['drop index audit.entry_pos_key', `update audit.entry set pos = ${positionOf(4)} where ${at(8)}`], 'ENTRY_UNREAD'), // prettier-ignore
  other('two entries with one id', ['drop index audit.entry_id_key', `update audit.entry set id = (select id from audit.entry where ${at(4)}) where ${at(8)}`], 'ENTRY_UNREAD'), // prettier-ignore

  chain('size too large', 'size', 'size = size + 2', 'ENTRY_MISSING', 10),
  chain('size too small', 'size', 'size = size - 1', 'ENTRY_EXTRA'),
  chain('hash', 'hash', `hash = sha256('x')`, 'CHAIN_ALTERED'),
  chain('frontier', 'frontier', `frontier = overlay(frontier placing '\\xffffffff' from 5)`, 'CHAIN_ALTERED'),
  chain('frontier emptied', 'frontier', `frontier = ''`, 'CHAIN_ALTERED'),
  chain('origin', 'origin', `origin = 'example.com/other'`, 'ENTRY_ALTERED', 1),
  chain('origin that names no chain of the opening', 'origin', `origin = 'example.com/other'`, 'OPENING_WRONG', 0),
  chain('origin that is none', 'origin', `origin = E'a\\nb'`, 'CHAIN_ALTERED'),
  chain('tenant', 'tenant_key', `tenant_key = 'evil'`, 'OPENING_WRONG', 0),
  chain('tenant, seen in every entry', 'tenant_key', `tenant_key = 'evil'`, 'PROJECTION_ALTERED', 5),
  chain('number', 'chain', 'chain = 99', 'CHAIN_MISSING'),
  other('the row of the chain deleted', [`delete from audit.chain where tenant_key = 'acme'`], 'CHAIN_MISSING'),
  other('the chains of two tenants swapped', [`update audit.chain set tenant_key = 'x' where tenant_key = 'acme'`, `update audit.chain set tenant_key = 'acme' where tenant_key = 'globex'`, `update audit.chain set tenant_key = 'globex' where tenant_key = 'x'`, `update audit.entry e set tenant_key = (select tenant_key from audit.chain c where c.chain = e.chain)`], 'OPENING_WRONG', 0), // prettier-ignore
];
