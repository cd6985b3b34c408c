import { readFileSync } from 'node:fs';
import { PrismaPg } from '@prisma/adapter-pg';
import { catalogueOf } from '../../../src/prisma/generator/catalogue.js';
import { audit, auditAdapter } from '../../../src/prisma/index.js';
import { takeReads, type ReadFact, type ReadReceipt } from '../../../src/recorder/read.port.js';
import { createPool } from '../../../src/store/postgres/index.js';
import { createDatabase } from '../../support/database.js';
import { PrismaClient, type Prisma } from './generated/reads/client.js';

export { Prisma, PrismaClient } from './generated/reads/client.js';

const at = (name: string): URL => new URL(name, import.meta.url);
export const catalogue = catalogueOf([{ path: 'reads.prisma', content: readFileSync(at('reads.prisma'), 'utf8') }]);

export type ReadsOptions = Omit<NonNullable<Parameters<typeof audit>[0]>, 'schema'>;

export interface Reader {
  readonly prisma: PrismaClient;
  /** Texts of the statements sent so far; emptied by who has looked. */
  readonly statements: string[];
}

export interface ReadsWorld {
  readonly url: string;
  /** A client of this database. @param options `undefined`: one that nobody extends */
  connect(options?: ReadsOptions, client?: Partial<Prisma.PrismaClientOptions>): Reader;
  /** A client with only its adapter wrapped, to be extended by the caller. */
  base(client?: Partial<Prisma.PrismaClientOptions>): Reader;
  close(): Promise<void>;
}

/** A database with the tables of reads.prisma and a few rows. Without a log: what is read goes to a recorder of the test's. */
export async function createReadsWorld(): Promise<ReadsWorld> {
  const database = await createDatabase();
  const pool = createPool(database.url, { max: 1, applicationName: 'test' });
  await pool.query(readFileSync(at('reads.sql'), 'utf8'));
  await pool.end();
  const clients: PrismaClient[] = [];
  const base = (client: Partial<Prisma.PrismaClientOptions> = {}): Reader => {
    const statements: string[] = [];
    const prisma = new PrismaClient({
      ...client,
      adapter: auditAdapter(new PrismaPg({ connectionString: database.url, max: 3 })),
      log: [{ emit: 'event', level: 'query' }],
    } as Prisma.PrismaClientOptions);
    (prisma as PrismaClient<'query'>).$on('query', ({ query }) => statements.push(query));
    clients.push(prisma);
    return { prisma, statements };
  };
  return {
    url: database.url,
    base,
    connect(options, client) {
      const reader = base(client);
      if (options === undefined) return reader;
      const extended = reader.prisma.$extends(audit({ ...options, schema: database.name }));
      return { ...reader, prisma: extended as unknown as PrismaClient };
    },
    async close() {
      await Promise.all(clients.map((client) => client.$disconnect()));
      await database.drop();
    },
  };
}

/** The name of a world's database stands for the schema of its log, so that worlds do not hear each other. */
export const schemaOf = ({ url }: ReadsWorld): string => new URL(url).pathname.slice(1);

export interface Heard {
  readonly facts: ReadFact[];
  /** What the receipts of the following reads say; `undefined`: durable at once. */
  durable: ReadReceipt['durable'] | undefined;
  stop(): void;
}

/** Takes the reads of all clients of a world. */
export function hear(world: ReadsWorld): Heard {
  const facts: ReadFact[] = [];
  const heard: Heard = {
    facts,
    durable: undefined,
    stop: takeReads(schemaOf(world), {
      read(fact): ReadReceipt {
        facts.push(fact);
        const { durable } = heard;
        return { durable: durable ?? (() => Promise.resolve('committed')) };
      },
    }),
  };
  return heard;
}

/** An entry in a line: `Patient.read visits.patient where count 2 ids 1 2 [1] (id name) {"name":"[redacted]"}`. */
export function lineOf({ event, gap }: ReadFact): string {
  const { path, through, count, rows, ids, fields, where, orderBy, by, having, operation, take, skip, distinct, cursor, ...rest } = (event.details ?? {}) as Record<string, never>; // prettier-ignore
  const json = (name: string, value: unknown): string =>
    value === undefined ? '' : `${name} ${JSON.stringify(value)}`;
  const list = (name: string, value: unknown[] | undefined): string =>
    value === undefined ? '' : `${name} ${value.map((each) => (Array.isArray(each) ? each.join('/') : String(each))).join(' ')}`; // prettier-ignore
  const id = event.resource?.id;
  return [
    event.action,
    gap ? 'gap' : '',
    operation,
    path ?? '',
    through ? `by ${String(through)}` : '',
    event.outcome === 'failure' ? `failed ${event.error?.code ?? event.error?.name ?? ''}` : '',
    count === undefined ? '' : `count ${String(count)}`,
    rows === undefined ? '' : `rows ${String(rows)}`,
    list('ids', ids),
    id === undefined ? '' : `[${Array.isArray(id) ? id.join('/') : String(id)}]`,
    fields === undefined ? '' : `(${(fields as string[]).join(' ')})`,
    json('where', where),
    json('having', having),
    list('by', by),
    list('distinct', distinct),
    orderBy === undefined ? '' : `order ${(orderBy as string[]).join(', ')}`,
    json('take', take),
    json('skip', skip),
    json('cursor', cursor),
    Object.keys(rest).filter((key) => key !== 'gap').join(' '), // prettier-ignore
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** Columns of the two audited models, as an entry lists them. */
export const PATIENT = '(id code name bornAt secret weight practiceId)';
export const FILE = '(patientId day text scan)';
