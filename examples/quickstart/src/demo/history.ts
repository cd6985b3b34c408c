import { AuditService } from 'nestjs-prisma-audit';

/** Somebody of the made-up weeks. */
interface Person {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly ip: string;
}

interface Invoice {
  readonly [column: string]: string | number | null | Readonly<Record<string, string>>;
  readonly id: number;
  readonly total: string;
}

const DAY = 86_400_000;
const ADA: Person = { id: '1', email: 'ada@acme.test', role: 'ADMIN', ip: '203.0.113.10' };
const PEOPLE: readonly Person[] = [
  ADA,
  { id: '2', email: 'carl@acme.test', role: 'CLERK', ip: '203.0.113.24' },
  { id: '7', email: 'noor@acme.test', role: 'CLERK', ip: '198.51.100.7' },
];
const BROWSERS = [
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36',
];
const GOODS = ['Hosting', 'Support, hours', 'Domain', 'Backup, TB', 'Training, days'];
const NOTES = ['sent by mail', 'second reminder', 'paid in two parts', 'discount agreed with sales', null];

/**
 * Weeks of ordinary work, so that there is something to look at: sign-ins, invoices that are written, corrected and approved, somebody who
 * tries passwords one night, trucks at the gate. The entries say when they are said to have happened; that they were all
 * sealed today, they say too.
 */
export async function makeUpHistory(audit: AuditService, until = Date.now() - 3_600_000, days = 28): Promise<void> {
  const random = numbers(7);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T; // none of the lists is empty
  const recorded: Promise<void>[] = [];
  const at = (moment: number, who: Person | undefined, work: (occurredAt: Date) => Promise<void>): void => {
    const actor = who && { id: who.id, type: 'user' as const, email: who.email, role: who.role };
    const fields = { tenant: 'acme', actor, ip: who?.ip ?? '192.0.2.66', userAgent: pick(BROWSERS), requestId: hex(random) }; // prettier-ignore
    recorded.push(audit.withContext(fields, () => work(new Date(Math.round(moment)))));
  };
  const liveThrough = (invoice: Invoice, who: Person, now: number, note: string | null): void => {
    const resource = { type: 'Invoice', id: String(invoice.id) } as const;
    const corrected = { ...invoice, note, total: (Number(invoice.total) * (1 - random() / 10)).toFixed(2) };
    const approved = { ...corrected, status: 'APPROVED', approvedAt: new Date(now + 900_000).toISOString() };
    const approve = async (occurredAt: Date): Promise<void> => {
      await audit.dataChange({ resource, old: corrected, new: approved, occurredAt });
      await audit.record({ action: 'invoice.approve', resource, reason: 'checked against the order', durationMs: 20 + Math.round(random() * 60), occurredAt }); // prettier-ignore
    };
    const refused = { action: 'invoice.approve', outcome: 'denied', resource, error: { name: 'ForbiddenException', message: 'only an admin approves' } } as const; // prettier-ignore
    at(now, who, (occurredAt) => audit.dataChange({ resource, new: invoice, occurredAt }));
    at(now + 400_000, who, (occurredAt) => audit.dataChange({ resource, old: invoice, new: corrected, occurredAt }));
    if (who !== ADA && random() < 0.2) at(now + 700_000, who, (occurredAt) => audit.record({ ...refused, occurredAt }));
    if (random() < 0.6) at(now + 900_000, ADA, approve);
    if (random() < 0.15) at(now + 1_000_000, who, (occurredAt) => audit.dataAccess({ resource, occurredAt }));
  };
  let number = 1_000;
  for (let day = days; day >= 0; day -= 1) {
    const morning = until - day * DAY - ((until - day * DAY) % DAY) + 7 * 3_600_000;
    const isWeekend = [0, 6].includes(new Date(morning).getUTCDay());
    for (const who of isWeekend ? PEOPLE.slice(0, 1) : PEOPLE) {
      let now = morning + random() * 5_400_000;
      if (now > until) continue;
      at(now, who, (occurredAt) => audit.login({ actor: { id: who.id, email: who.email, role: who.role }, outcome: 'success', occurredAt })); // prettier-ignore
      for (let n = 1 + Math.floor(random() * 4); n > 0; n -= 1) {
        now += random() * 4_000_000;
        if (now > until) break;
        number += 1;
        liveThrough(invoiceOf(number, who, now, pick(GOODS), random), who, now, pick(NOTES));
      }
    }
    const passages = isWeekend ? 1 : 4;
    for (let n = 0; n < passages; n += 1) {
      const now = morning + random() * 30_000_000;
      if (now > until) continue;
      const plate = pick(['B-AB 1234', 'HH-XY 77', 'M-UN 1', 'K-CL 404']);
      const isExpected = plate !== 'M-UN 1';
      const isIn = !isExpected || random() < 0.5;
      at(now, undefined, (occurredAt) => audit.access({ point: 'yard', direction: isIn ? 'in' : 'out', event: isExpected ? (isIn ? 'entry' : 'exit') : 'denied', method: 'plate', vehicle: { plate }, confidence: 0.9 + random() / 10, occurredAt })); // prettier-ignore
    }
    if (day === 9)
      for (let n = 0; n < 23; n += 1)
        at(morning - 4 * 3_600_000 + n * 21_000, undefined, (occurredAt) => audit.login({ actor: { id: 'ada@acme.test', email: 'ada@acme.test' }, outcome: 'failure', occurredAt })); // prettier-ignore
    if (day === 5)
      at(morning + 20_000_000, ADA, (occurredAt) => audit.dataChange({ resource: { type: 'User', id: '7' }, old: { id: 7, name: 'Noor', role: 'CLERK' }, new: { id: 7, name: 'Noor', role: 'ADMIN' }, reason: 'stands in for Ada in August', occurredAt })); // prettier-ignore
  }
  await Promise.all(recorded);
}

function invoiceOf(number: number, who: Person, now: number, goods: string, random: () => number): Invoice {
  return {
    id: number,
    tenantId: 'acme',
    number: `A-${number}`,
    status: 'DRAFT',
    total: (20 + random() * 4_000).toFixed(2),
    note: null,
    metadata: { purchaseOrder: `PO-${Math.floor(random() * 900)}`, goods },
    createdById: Number(who.id),
    createdAt: new Date(now).toISOString(),
    approvedAt: null,
  };
}

const hex = (random: () => number): string => Math.floor(random() * 2 ** 48).toString(16).padStart(12, '0'); // prettier-ignore

/** The same numbers each time (mulberry32): the page looks alike whenever somebody opens it. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
