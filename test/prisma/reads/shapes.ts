import { makeTypedQueryFactory } from '@prisma/client/runtime/client';
import { FILE, PATIENT, type Prisma, type PrismaClient } from './world.js';

/** What a shape runs on: a client, or the `tx` of an interactive transaction. */
export type Runs = PrismaClient | Prisma.TransactionClient;

/** A call, what it must end in (`value` or a code or name of an error), and the entries it must leave. */
export type Shape = readonly [name: string, ends: string, entries: readonly string[], run: (p: Runs, nth: number) => Prisma.PrismaPromise<unknown>]; // prettier-ignore

const day = new Date('2024-02-03');
const ONE = '{"id":"[redacted]"}';
/** As `prisma generate --sql` writes it. */
const namesOf = makeTypedQueryFactory('select name from patients where id = $1');

/** Entries name the operation behind the action. Every shape runs plain, in an interactive and in an array transaction. */
export const SHAPES: Shape[] = [
  // one row
  ['findUnique', 'value', [`Patient.read Patient.findUnique count 1 ids 1 [1] ${PATIENT} where ${ONE}`], (p) => p.patient.findUnique({ where: { id: 1n } })],
  ['findUnique that finds nothing', 'value', [`Patient.read Patient.findUnique count 0 ${PATIENT} where ${ONE}`], (p) => p.patient.findUnique({ where: { id: 99n } })],
  ['findUnique with select, without the key', 'value', [`Patient.read Patient.findUnique count 1 ids 1 [1] (name) where ${ONE}`], (p) => p.patient.findUnique({ where: { id: 1n }, select: { name: true } })],
  ['findUnique by another key, without the key', 'value', ['Patient.read Patient.findUnique count 1 (name) where {"code":"[redacted]"}'], (p) => p.patient.findUnique({ where: { code: 'p1' }, select: { name: true } })],
  ['findUnique with omit', 'value', [`Patient.read Patient.findUnique count 1 ids 1 [1] (code name) where ${ONE}`], (p) => p.patient.findUnique({ where: { id: 1n }, omit: { id: true, bornAt: true, secret: true, weight: true, practiceId: true } })],
  ['findUnique by a composite key', 'value', ['File.read File.findUnique count 1 ids 1/2024-02-03 [1/2024-02-03] (text) where {"patientId_day":{"patientId":"[redacted]","day":"[redacted]"}}'], (p) => p.file.findUnique({ where: { patientId_day: { patientId: 1n, day } }, select: { text: true } })],
  ['findUniqueOrThrow', 'value', [`Patient.read Patient.findUniqueOrThrow count 1 ids 2 [2] ${PATIENT} where ${ONE}`], (p) => p.patient.findUniqueOrThrow({ where: { id: 2n } })],
  ['findUniqueOrThrow that finds nothing', 'P2025', [`Patient.read Patient.findUniqueOrThrow failed P2025 ${PATIENT} where ${ONE}`], (p) => p.patient.findUniqueOrThrow({ where: { id: 99n } })],
  ['findFirst', 'value', [`Patient.read Patient.findFirst count 1 ids 3 [3] ${PATIENT} where {"name":{"startsWith":"[redacted]","mode":"[redacted]"}}`], (p) => p.patient.findFirst({ where: { name: { startsWith: 'c', mode: 'insensitive' } } })],
  ['findFirstOrThrow that finds nothing', 'P2025', [`Patient.read Patient.findFirstOrThrow failed P2025 ${PATIENT} where {"name":"[redacted]"}`], (p) => p.patient.findFirstOrThrow({ where: { name: 'Zoe' } })],
  // many rows
  ['findMany', 'value', [`Patient.read Patient.findMany count 3 ids 1 2 3 ${PATIENT} order id asc`], (p) => p.patient.findMany({ orderBy: { id: 'asc' } })],
  ['findMany of nothing', 'value', [`Patient.read Patient.findMany count 0 ${PATIENT} where {"id":{"in":"[redacted] x 2"}}`], (p) => p.patient.findMany({ where: { id: { in: [98n, 99n] } } })],
  ['findMany with select', 'value', ['Patient.read Patient.findMany count 3 (name) order name desc'], (p) => p.patient.findMany({ select: { name: true }, orderBy: [{ name: 'desc' }] })],
  ['findMany of a page', 'value', [`Patient.read Patient.findMany count 1 ids 2 [2] ${PATIENT} distinct practiceId name order id asc take 1 skip 1 cursor ${ONE}`], (p) => p.patient.findMany({ cursor: { id: 1n }, skip: 1, take: 1, orderBy: { id: 'asc' }, distinct: ['practiceId', 'name'] })],
  ['findMany with AND, OR, NOT', 'value', [`Patient.read Patient.findMany count 1 ids 1 [1] ${PATIENT} where {"OR":[{"name":"[redacted]"},{"AND":{"weight":{"gt":"[redacted]","not":"[redacted]"}}}],"NOT":{"bornAt":"[redacted]"}}`], (p) => p.patient.findMany({ where: { OR: [{ name: 'Ada' }, { AND: { weight: { gt: 99, not: 3 } } }], NOT: { bornAt: null } } })],
  ['findMany of a table with a composite key', 'value', [`File.read File.findMany count 2 ids 1/2024-02-03 2/2024-02-04 ${FILE} order day asc`], (p) => p.file.findMany({ orderBy: { day: 'asc' } })],
  ['findMany that is refused', 'PrismaClientValidationError', [`Patient.read Patient.findMany failed PrismaClientValidationError ${PATIENT} where {"?":"[redacted]"}`], (p) => p.patient.findMany({ where: { ['nobody']: 'Ada' } as never })],
  // no rows
  ['count', 'value', ['Patient.read Patient.count count 3'], (p) => p.patient.count()],
  ['count with select', 'value', ['Patient.read Patient.count count 2 (_all weight) where {"practiceId":"[redacted]"}'], (p) => p.patient.count({ where: { practiceId: 1 }, select: { _all: true, weight: true } })],
  ['aggregate', 'value', ['Patient.read Patient.aggregate count 3 (_count _avg.weight _max.name)'], (p) => p.patient.aggregate({ _max: { name: true }, _avg: { weight: true }, _count: true })],
  ['groupBy', 'value', ['Patient.read Patient.groupBy count 2 (_count _sum.weight) having {"weight":{"_sum":{"gt":"[redacted]"}}} by practiceId order practiceId asc'], (p) => p.patient.groupBy({ by: ['practiceId'], _count: true, _sum: { weight: true }, having: { weight: { _sum: { gt: 1 } } }, orderBy: { practiceId: 'asc' } })],
  // by way of a relation
  ['include of a list', 'value', [`Patient.read Practice.findMany patients count 3 ids 1 2 3 ${PATIENT} order id asc`], (p) => p.practice.findMany({ include: { patients: { orderBy: { id: 'asc' } } }, orderBy: { id: 'asc' } })],
  ['include by single statements', 'value', [`Patient.read Practice.findMany patients count 3 ids 1 2 3 ${PATIENT} order id asc`], (p) => p.practice.findMany({ include: { patients: { orderBy: { id: 'asc' } } }, orderBy: { id: 'asc' }, relationLoadStrategy: 'query' })],
  ['include of an empty list', 'value', [`Patient.read Practice.findMany patients count 0 ${PATIENT}`], (p) => p.practice.findMany({ where: { id: 77 }, include: { patients: true } })],
  ['select of a relation with its own where', 'value', ['Patient.read Practice.findUnique patients count 1 ids 2 [2] (id name) where {"name":{"contains":"[redacted]"}} order name asc take 5'], (p) => p.practice.findUnique({ where: { id: 1 }, select: { patients: { select: { id: true, name: true }, where: { name: { contains: 'en' } }, orderBy: { name: 'asc' }, take: 5 } } })],
  ['include with omit', 'value', ['Patient.read Visit.findFirst patient count 1 ids 1 [1] (id code name bornAt practiceId)'], (p) => p.visit.findFirst({ where: { id: 1 }, include: { patient: { omit: { secret: true, weight: true } } } })],
  ['include of a relation that is not there', 'value', [`Patient.read Visit.findUnique patient count 0 ${PATIENT}`], (p) => p.visit.findUnique({ where: { id: 4 }, include: { patient: true } })],
  ['the same row by several others', 'value', [`Patient.read Visit.findMany patient count 2 ids 1 [1] ${PATIENT}`], (p) => p.visit.findMany({ where: { patientId: 1n }, include: { patient: true } })],
  ['include of audited in audited', 'value', [`File.read Patient.findMany file count 2 ids 1/2024-02-03 2/2024-02-04 ${FILE}`, `Patient.read Patient.findMany count 3 ids 1 2 3 ${PATIENT} order id asc`], (p) => p.patient.findMany({ include: { file: true }, orderBy: { id: 'asc' } })],
  ['include over two relations', 'value', ['Patient.read Doctor.findMany visits.patient count 2 ids 1 2 (id)'], (p) => p.doctor.findMany({ where: { id: 1 }, include: { visits: { where: { id: { in: [1, 3] } }, include: { patient: { select: { id: true } } }, orderBy: { id: 'asc' } } } })],
  ['include over an implicit table', 'value', [`Patient.read Label.findMany patients count 3 ids 3 1 2 ${PATIENT} order id asc`], (p) => p.label.findMany({ include: { patients: { orderBy: { id: 'asc' } } }, orderBy: { name: 'asc' } })],
  ['a relation of an audited model that is not', 'value', [`Patient.read Patient.findUnique count 1 ids 1 [1] (name) where ${ONE}`], (p) => p.patient.findUnique({ where: { id: 1n }, select: { name: true, visits: true } })],
  // numbers, conditions and orders of others
  ['_count of every relation', 'value', ['Patient.read Practice.findMany patients by _count count 3'], (p) => p.practice.findMany({ include: { _count: true }, orderBy: { id: 'asc' } })],
  ['_count with a condition', 'value', ['Patient.read Practice.findMany patients by _count count 1 where {"name":"[redacted]"}'], (p) => p.practice.findMany({ select: { _count: { select: { patients: { where: { name: 'Ada' } } } } }, orderBy: { id: 'asc' } })],
  ['where over a relation', 'value', ['Patient.read Visit.findMany patient by where where {"is":{"name":"[redacted]"}}'], (p) => p.visit.findMany({ where: { patient: { is: { name: 'Ada' } } }, orderBy: { id: 'asc' } })],
  ['where over a relation inside of OR', 'value', ['Patient.read Visit.count patient by where where {"code":"[redacted]"}'], (p) => p.visit.count({ where: { OR: [{ AND: [{ patient: { code: 'p1' } }] }] } })],
  ['where over relations of relations', 'value', ['File.read Doctor.findMany visits.patient.file by where where {"text":"[redacted]"}', 'Patient.read Doctor.findMany visits.patient by where where {"file":{"text":"[redacted]"}}'], (p) => p.doctor.findMany({ where: { visits: { some: { patient: { file: { text: 'one' } } } } }, orderBy: { id: 'asc' } })],
  ['where of an audited model over another', 'value', [`File.read Patient.findMany file by where where {"text":{"contains":"[redacted]"}}`, `Patient.read Patient.findMany count 1 ids 1 [1] ${PATIENT} where {"file":{"text":{"contains":"[redacted]"}}}`], (p) => p.patient.findMany({ where: { file: { text: { contains: 'on' } } } })],
  ['orderBy over a relation', 'value', ['Patient.read Visit.findMany patient by orderBy'], (p) => p.visit.findMany({ orderBy: [{ patient: { name: 'asc' } }, { id: 'asc' }] })],
  ['orderBy of the number of rows', 'value', ['Patient.read Practice.findMany patients by orderBy'], (p) => p.practice.findMany({ orderBy: { patients: { _count: 'desc' } } })],
  ['groupBy of others with a condition over a relation', 'value', ['Patient.read Visit.groupBy patient by where where {"weight":{"gt":"[redacted]"}}'], (p) => p.visit.groupBy({ by: ['doctorId'], where: { patient: { weight: { gt: 1 } } }, _count: true, orderBy: { doctorId: 'asc' } })],
  // fluent
  ['fluent, of a list', 'value', [`Patient.read Practice.findUnique patients count 2 ids 1 2 ${PATIENT} order id asc`], (p) => p.practice.findUnique({ where: { id: 1 } }).patients({ orderBy: { id: 'asc' } })],
  ['fluent, with arguments', 'value', ['Patient.read Practice.findUnique patients count 1 (name) where {"id":{"gt":"[redacted]"}}'], (p) => p.practice.findUnique({ where: { id: 1 } }).patients({ select: { name: true }, where: { id: { gt: 1n } } })],
  ['fluent, of one row', 'value', [`Patient.read Visit.findUnique patient count 1 ids 1 [1] ${PATIENT}`], (p) => p.visit.findUnique({ where: { id: 1 } }).patient()],
  ['fluent, from nothing', 'value', [`Patient.read Visit.findUnique patient count 0 ${PATIENT}`], (p) => p.visit.findUnique({ where: { id: 99 } }).patient()],
  ['fluent, from an audited model to others', 'value', [`Patient.read Patient.findUnique count 1 ids 1 [1] () where ${ONE}`], (p) => p.patient.findUnique({ where: { id: 1n } }).visits()],
  ['fluent, by an audited model', 'value', ['Patient.read Visit.findUnique patient ()'], (p) => p.visit.findUnique({ where: { id: 1 } }).patient().visits()],
  // writes
  ['create with include', 'value', [`Patient.read Visit.create patient count 1 ids 1 [1] ${PATIENT}`], (p, n) => p.visit.create({ data: { id: 100 + n, patientId: 1n }, include: { patient: true } })],
  ['update with select', 'value', ['Patient.read Visit.update patient count 1 (name)'], (p) => p.visit.update({ where: { id: 2 }, data: { doctorId: 1 }, select: { patient: { select: { name: true } } } })],
  ['upsert with include', 'value', [`Patient.read Practice.upsert patients count 1 ids 3 [3] ${PATIENT}`], (p) => p.practice.upsert({ where: { id: 2 }, create: { id: 2, name: 'x' }, update: { name: 'South' }, include: { patients: true } })],
  ['delete with include', 'value', [`Patient.read Visit.delete patient count 1 ids 1 [1] ${PATIENT}`], (p, n) => p.visit.delete({ where: { id: 100 + n }, include: { patient: true } })],
  ['a write of an audited model that returns its row', 'value', [], (p) => p.patient.update({ where: { id: 1n }, data: { name: 'Ada' } })],
  ['a write of an audited model that returns another', 'value', [`File.read Patient.update file count 1 ids 1/2024-02-03 [1/2024-02-03] ${FILE}`], (p) => p.patient.update({ where: { id: 1n }, data: { name: 'Ada' }, include: { file: true } })],
  ['a write under a condition over a relation', 'value', ['Patient.read Visit.updateMany patient by where where {"name":"[redacted]"}'], (p) => p.visit.updateMany({ where: { patient: { name: 'Zoe' } }, data: { doctorId: 2 } })],
  ['a write that finds nothing', 'P2025', [], (p) => p.visit.update({ where: { id: 999 }, data: {}, include: { patient: true } })],
  ['a write that finds nothing under a condition', 'P2025', ['Patient.read Visit.update patient by where failed P2025 where {"name":"[redacted]"}'], (p) => p.visit.update({ where: { id: 999, patient: { name: 'Ada' } }, data: {} })],
  // SQL
  ['$queryRaw', 'value', ['Patient.read gap $queryRaw rows 1'], (p) => p.$queryRaw`select name from patients where id = ${1n}`],
  ['$queryRawUnsafe', 'value', ['File.read gap $queryRawUnsafe rows 2', 'Patient.read gap $queryRawUnsafe rows 2'], (p) => p.$queryRawUnsafe('select p.name from public.patients p join "File" f on f.patient_id = p.id where p.id > $1', 0)],
  ['$queryRawTyped', 'value', ['Patient.read gap $queryRawTyped rows 1'], (p) => p.$queryRawTyped(namesOf(1n))],
  ['$queryRaw of others', 'value', [], (p) => p.$queryRaw`select 'patients' as patients /* from patients */ from "Country" order by code`],
  ['$queryRaw that fails', 'P2010', ['Patient.read gap $queryRaw failed P2010'], (p) => p.$queryRaw`select nothing from patients`],
  ['$executeRaw that changes', 'value', [], (p) => p.$executeRaw`update patients set name = name where patients.id = ${1n}`],
  ['$executeRaw that copies', 'value', ['Patient.read gap $executeRaw rows 3'], (p) => p.$executeRaw`insert into "Country" select gen_random_uuid(), name from patients`],
  // nothing of it
  ['others alone', 'value', [], (p) => p.doctor.findMany({ where: { name: 'Dee', visits: { some: { id: { gt: 0 } } } }, include: { visits: { orderBy: { id: 'asc' }, where: { id: { lt: 90 } } } } })],
  ['a model that leads to none', 'value', [], (p) => p.country.findMany({ where: { code: { in: ['NL', 'ES'] } }, orderBy: { code: 'asc' } })],
]; // prettier-ignore
