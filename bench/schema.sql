create table "Invoice" (
  "id" serial primary key,
  "tenantId" text not null,
  "accountId" integer not null,
  "number" text not null,
  "status" text not null default 'draft',
  "currency" text not null default 'EUR',
  "total" decimal(12, 2) not null,
  "tax" decimal(12, 2) not null,
  "note" text,
  "metadata" jsonb not null,
  "createdAt" timestamp(3) not null default current_timestamp,
  "updatedAt" timestamp(3) not null,
  "approvedAt" timestamp(3)
);
create unique index "Invoice_tenantId_number_key" on "Invoice" ("tenantId", "number");
create index "Invoice_accountId_idx" on "Invoice" ("accountId");

create table "InvoiceLine" (
  "id" serial primary key,
  "invoiceId" integer not null references "Invoice" ("id") on delete cascade on update cascade,
  "position" integer not null,
  "sku" text not null,
  "description" text not null,
  "quantity" integer not null,
  "unitPrice" decimal(12, 4) not null,
  "discount" decimal(5, 2) not null default 0,
  "attributes" jsonb not null,
  "createdAt" timestamp(3) not null default current_timestamp,
  "updatedAt" timestamp(3) not null
);
create index "InvoiceLine_invoiceId_idx" on "InvoiceLine" ("invoiceId");

create table "Tag" ("id" serial primary key, "name" text not null);
create unique index "Tag_name_key" on "Tag" ("name");

create table "_InvoiceToTag" (
  "A" integer not null references "Invoice" ("id") on delete cascade on update cascade,
  "B" integer not null references "Tag" ("id") on delete cascade on update cascade,
  constraint "_InvoiceToTag_AB_pkey" primary key ("A", "B")
);
create index "_InvoiceToTag_B_index" on "_InvoiceToTag" ("B");

insert into "Tag" ("name") select 'tag-' || n from generate_series(1, 20) n;

-- Accounts 1 to 20 with 100 invoices each: those that are updated. One writer keeps to one account.
insert into "Invoice" ("tenantId", "accountId", "number", "total", "tax", "note", "metadata", "updatedAt")
select 'acme', 1 + n / 100, 'SEED-' || n, 1000 + n, 190 + n, 'Delivered in two parts; the second follows next week.',
       '{"source": "import", "channel": "web", "reference": "PO-2024-00417"}', current_timestamp
  from generate_series(0, 1999) n;
analyze;
