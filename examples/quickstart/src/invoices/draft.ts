import type { SignedInUser } from '../auth/access.js';
import { Prisma } from '../generated/prisma/client.js';
import { amount, integer, list, object, optional, text } from '../input.js';

export interface Draft {
  note: string | undefined;
  metadata: Prisma.InputJsonObject | undefined;
  tags: string[];
  lines: { description: string; quantity: number; unitPrice: string }[];
}

export function readDraft(value: unknown, name = 'body'): Draft {
  const { note, metadata, tags, lines } = object(value, name);
  return {
    note: optional(note, 'note', text),
    metadata: optional(metadata, 'metadata', object) as Prisma.InputJsonObject | undefined,
    tags: optional(tags, 'tags', (names) => list(names, 'tags', text)) ?? [],
    lines: list(lines, 'lines', readLine),
  };
}

function readLine(value: unknown, name: string): Draft['lines'][number] {
  const { description, quantity, unitPrice } = object(value, name);
  return {
    description: text(description, `${name}.description`),
    quantity: integer(quantity, `${name}.quantity`, 1, 1000),
    unitPrice: amount(unitPrice, `${name}.unitPrice`),
  };
}

/** The whole invoice with its lines and tags, for one nested write. */
export function newInvoice(draft: Draft, number: string, user: SignedInUser): Prisma.InvoiceUncheckedCreateInput {
  const { tenantId } = user;
  return {
    tenantId,
    number,
    createdById: user.id,
    total: totalOf(draft.lines),
    note: draft.note ?? null,
    ...(draft.metadata && { metadata: draft.metadata }),
    lines: { create: draft.lines.map((line, index) => ({ position: index + 1, ...line })) },
    tags: {
      connectOrCreate: draft.tags.map((name) => ({
        where: { tenantId_name: { tenantId, name } },
        create: { tenantId, name },
      })),
    },
  };
}

export function totalOf(lines: { quantity: number; unitPrice: Prisma.Decimal | string }[]): Prisma.Decimal {
  return lines.reduce(
    (sum, { quantity, unitPrice }) => sum.add(new Prisma.Decimal(unitPrice).mul(quantity)),
    new Prisma.Decimal(0),
  );
}
