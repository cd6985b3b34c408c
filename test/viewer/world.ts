import { createAudit, type Audit, type AuditOptions } from '../../src/compose/index.js';
import type { AuditEntry, ReaderScope } from '../../src/query/index.js';
import { levelsWorld, type LevelsWorld } from '../store/levels-world.js';
import { recordTwoTenants } from '../support/two-tenants.js';

export const START = Date.UTC(2026, 2, 1);
/** A value of a field that `ann` does not see. */
export const FIELD = 'salary-of-4711';
const EACH = 12;

export interface ViewerWorld {
  readonly world: LevelsWorld;
  readonly audit: Audit;
  /** For an application: it seals nothing, and sees the log as its roles do. */
  readonly options: AuditOptions;
  readonly scopes: (user: string) => ReaderScope | undefined;
  /** What `ann` must never see: of another tenant, of hidden actions. */
  readonly hidden: readonly AuditEntry[];
  readonly shown: readonly AuditEntry[];
  close(): Promise<void>;
}

/** Two tenants, a role for each part; `ann` sees one of them, and not all of it, `root` sees all, `guard` sees doors. */
export async function viewerWorld(): Promise<ViewerWorld> {
  const world = await levelsWorld();
  await world.reconcile();
  const { app, sealer, reader, auditor } = world.roles;
  const options: AuditOptions = {
    databaseUrl: world.urlOf(app),
    readerUrl: world.urlOf(reader),
    auditorUrl: world.urlOf(auditor),
    config: { models: { Staff: { table: 'staff_tbl', columns: { salary: 'salary_eur' } } } },
    seal: false,
    onError: () => undefined,
  };
  const audit = createAudit({ ...options, sealerUrl: world.urlOf(sealer), flushIntervalMs: 1, seal: { minWaitMs: 1 } });
  recordTwoTenants(audit, { each: EACH, start: START, doors: true });
  await audit.flush();
  for (const tenant of ['acme', 'globex'])
    await world.owner.query(
      `insert into audit.content (at, source, op, model, resource_id, tenant_key, actor, data) values ($1, 'change', 'update', 'Invoice', $2, $3, '{"id":"x"}', $4)`,
      [new Date(START), `${tenant}-inv-0`, tenant, JSON.stringify({ id: `${tenant}-inv-0`, old: { total: 1, salary: FIELD, fine: [FIELD] }, new: { total: 2, salary: `${FIELD}-new`, fine: [] }, redacted: ['salary.inside'] })], // prettier-ignore
    );
  await audit.flush();
  const all = audit.query.as({ tenants: 'all', actor: { id: 'test' } });
  const entries = (await all.find({ allTenants: true, limit: 500, to: new Date(START + 86_400_000) })).entries;
  const isHidden = ({ tenant, action }: AuditEntry): boolean => tenant !== 'acme' || action.startsWith('payroll.');
  const scopes: ViewerWorld['scopes'] = (user) => SCOPES[user];
  return {
    world,
    audit,
    options,
    scopes,
    hidden: entries.filter((entry) => isHidden(entry)),
    shown: entries.filter((entry) => !isHidden(entry)),
    async close() {
      await audit.close();
      await world.close();
    },
  };
}

/** As an application can get it wrong. */
export const WRONG = Object.fromEntries(
  [
    { tenants: [], actor: { id: 'wrong' } },
    { tenants: [7], actor: { id: 'wrong' } },
    { tenants: 'acme', actor: { id: 'wrong' } },
    { tenants: ['acme'] },
    { tenants: ['acme'], actor: null },
    { tenants: ['acme'], actor: { id: 7 } },
    { tenants: ['acme'], actor: { id: 'wrong', name: 'x' } },
    { tenants: ['acme'], actor: { id: 'wrong', email: 1n } },
    { tenants: ['acme'], actor: { id: 'wrong' }, actions: 'invoice.*' },
    { tenants: ['acme'], actor: { id: 'wrong' }, tenant: 'acme' },
    {},
    [],
    1,
    true,
    'all',
    () => true,
  ].map((scope, at) => [`wrong-${at}`, scope as unknown as ReaderScope]), // which none of them is
);

const SCOPES: Readonly<Record<string, ReaderScope>> = {
  ann: {
    tenants: ['acme'],
    actions: (action) => !action.startsWith('payroll.'),
    fields: (_model, field) => field !== 'salary' && field !== 'fine',
    actor: { id: 'ann' },
  },
  root: { tenants: 'all', actor: { id: 'root' } },
  guard: { tenants: ['acme'], actions: (action) => action.startsWith('access.'), actor: { id: 'guard' } },
  ...WRONG,
};
