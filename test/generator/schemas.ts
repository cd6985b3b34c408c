/** Schemas of different kinds, each as its files. The datasource and the client generator are added by `withHead`. */
export interface TestSchema {
  readonly files: Readonly<Record<string, string>>;
  /** `@@schema` is used: these. */
  readonly schemas?: readonly string[];
}

export const HEAD = (schemas: readonly string[] = [], client = 'prisma-client'): string => `
generator client {
  provider        = "${client}"
  output          = "./client"
  previewFeatures = ["views"]
}
generator audit {
  provider = "nestjs-prisma-audit"
  output   = "./audit"
}
datasource db {
  provider = "postgresql"
  ${schemas.length > 0 ? `schemas = ${JSON.stringify(schemas)}` : ''}
}
`;

const LONG = 'L'.repeat(59); // with the suffixes of its key and the prefix of a relation's table it passes 63 bytes

export const SCHEMAS: Readonly<Record<string, TestSchema>> = {
  shop: {
    files: {
      'shop.prisma': `
/// A customer. The key of the gateway is found by its name.
model Customer {
  id      String   @id @default(uuid()) @db.Uuid
  email   String   @unique @db.VarChar(320) /// @audit mask(4)
  /// @audit tenant
  shopId  String   @map("shop_id")
  /// Told to nobody.
  /// @audit redact
  note    String?
  apiKey  String?  @map("gateway_key")
  passwordHash String @map("pw") /// found by the name of the field
  visits  Int      @default(0) /// @audit ignore
  extra   Json?
  prefs   Json     @default("{}") @db.Json
  history Json[]
  colours Colour[]
  orders  Order[]
  @@map("customers")
}

enum Colour {
  RED   @map("red // not a comment")
  GREEN
  @@map("colours")
}

model Order {
  shop     String
  number   BigInt
  who      String   @db.Uuid
  customer Customer @relation(fields: [who], references: [id], onDelete: Cascade) // plain
  total    Decimal  @db.Decimal(38, 10)
  placed   DateTime @default(now()) @db.Timestamptz(6)
  gift     String?  @db.Uuid
  lines    Line[]
  @@id([shop, number])
  @@unique([placed, number(sort: Desc)])
  @@index([placed(sort: Desc)], type: BTree)
}

model Line {
  shop   String  @map("shop_name")
  number BigInt
  pos    Int     @db.SmallInt
  order  Order   @relation(fields: [shop, number], references: [shop, number], onDelete: Cascade, onUpdate: NoAction)
  other  Int?
  tag    Tag?    @relation("LineTag", fields: [other], references: [id], onDelete: SetNull)
  @@id([pos, number, shop], name: "key", map: "line_key")
}

/// @audit ignore
model Tag {
  id    Int    @id @default(autoincrement())
  name  String @unique(map: "tag_name")
  lines Line[] @relation("LineTag")
  posts Post[]
  @@map("all the tags")
}

model Post {
  slug String @id @map("the slug")
  tags Tag[]
}
`,
    },
  },
  social: {
    files: {
      'people.prisma': `
model Person {
  id        BigInt   @id @default(autoincrement())
  name      String
  boss      Person?  @relation("boss", fields: [bossId], references: [id], onDelete: SetNull)
  bossId    BigInt?
  team      Person[] @relation("boss")
  mentor    Person?  @relation("mentor", fields: [mentorId], references: [id], onDelete: Cascade)
  mentorId  BigInt?  @unique
  mentee    Person?  @relation("mentor")
  follows   Person[] @relation("follow")
  followers Person[] @relation("follow")
  groups    Group[]
  owns      Group[]  @relation("owner")
  sessionToken String? @unique
}`,
      'deep/er/groups.prisma': `
model Group {
  id      String   @id @default(cuid()) @db.VarChar(30)
  members Person[]
  owner   Person   @relation("owner", fields: [ownerId], references: [id])
  ownerId BigInt
}`,
    },
  },
  schemas: {
    schemas: ['app', 'base', 'public'],
    files: {
      'all.prisma': `
model Account {
  id     Int     @id @map("account_id")
  orgs   Org[]
  tokens Token[]
  @@map("accounts")
  @@schema("base")
}
model Org {
  id       Int       @id
  accounts Account[]
  zones    Zone[]
  kind     Kind      @default(A)
  @@map("Account")
  @@schema("app")
}
model Zone {
  id   Int   @id
  orgs Org[]
  @@schema("public")
}
model Token {
  value   String  @id
  account Account @relation(fields: [ref], references: [id], map: "fk")
  ref     Int     @map("account_ref")
  @@map("accounts")
  @@schema("app")
}
/// @audit ignore
model Away {
  id Int @id
  @@map("zones")
  @@schema("app")
}
enum Kind {
  A @map("a")
  @@schema("app")
}`,
    },
  },
  odd: {
    files: {
      'odd.prisma': `
model audit {
  id     Int                     @id
  select String                  @map("by")
  user   Unsupported("point")?   @map("where")
  doc    Unsupported("jsonb")?
  safe   Unsupported("circle")   @default(dbgenerated("'<(0,0),1>'::circle")) /// @audit redact
  hidden String?                 @ignore /// @audit mask(2)
  proto  String                  @map("__proto__")
  long   String? @map("щщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщщ") /// @audit redact
  @@map("журнал '\\\\")
}
model user {
  maybe String? @unique
  list  Int[]   @unique
  a     Int
  b     Int
  @@unique([maybe, a])
  @@unique([b, a], name: "ba")
}
model Second {
  one String @map("first_key") @unique
  two String @unique
  nil Int?
  @@unique([nil])
}
model Third {
  zone Int? @unique
  z    Int  @unique
  a    Int  @unique
  y    Int
  @@unique([y, a], map: "Third_a")
}
model Fourth {
  z Int
  a Int
  @@unique([z, a], map: "zz")
  @@unique([a, z], map: "aa")
}
model Legacy {
  id     Int                   @unique
  secret String
  body   Json
  at     Unsupported("circle")
  @@map("legacy_rows")
  @@ignore
}
model ${LONG} {
  id     Int @id
  others Other[]
}
model Other {
  id    Int @id
  longs ${LONG}[]
}
/* a block of
   comment */
view Seen {
  id  Int    @unique
  who String @map("w")
}
`,
    },
  },
};
