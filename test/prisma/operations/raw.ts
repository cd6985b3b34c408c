import type { Operation } from './operation.js';

export const RAW: Operation[] = [
  {
    name: '$executeRaw',
    sees: 'update Tag ×3',
    run: (p) => p.$executeRaw`update "Tag" set name = name || ${'*/ -- $1'}`,
  },
  {
    name: '$executeRawUnsafe that ends in a line comment',
    sees: 'delete Counter',
    run: (p) => p.$executeRawUnsafe(`delete from "Counter" where key = 'acme' -- gone`),
  },
  {
    name: '$queryRaw with RETURNING',
    sees: 'insert Tag',
    run: (p) => p.$queryRaw`insert into "Tag" ("tenantId", name) values ('acme', ${'raw'}) returning id`,
  },
  {
    name: '$queryRawUnsafe with a CTE that writes twice',
    sees: 'insert Counter, delete Counter',
    run: (p) =>
      p.$queryRawUnsafe(
        `with gone as (delete from "Counter" where key = $1 returning value) insert into "Counter" select 'cte', value, '{}' from gone returning key`,
        'acme',
      ),
  },
  {
    name: 'several statements in one text',
    sees: 'update Tag, delete Counter',
    run: (p) =>
      p.$executeRawUnsafe(`update "Tag" set name = 'm' where id = 1; delete from "Counter" where key = 'other';`),
  },
  {
    name: 'a DO block with dynamic SQL',
    sees: 'update Tag',
    run: (p) => p.$executeRawUnsafe(`do $do$ begin execute 'update "Tag" set name = ''do'' where id = 2'; end $do$`),
  },
  {
    name: 'TRUNCATE … CASCADE',
    sees: 'truncate Tag, truncate _InvoiceToTag',
    run: (p) => p.$executeRawUnsafe('truncate "Tag" cascade'),
  },
];
