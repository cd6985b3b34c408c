import { hasTriggers } from './attached.js';
import { checkOneEngine } from './check-one-engine.js';
import { fail, MIGRATE, ok, type Check } from './checks.js';
import type { Coverage, PlannedTable } from './coverage.js';
import { DEFAULT_SCHEMA } from './schema.js';

/** The configuration that a plan was made of: its file, or where one was looked for in vain. */
export interface PlannedBy {
  readonly file?: string | undefined;
  readonly lookedAt?: string | undefined;
}

const wrong = ({ file, lookedAt }: PlannedBy): Readonly<Record<(typeof STEPS)[number], string>> => {
  const says = lookedAt === undefined ? `${file ?? 'audit.config'} says` : 'is made where there is no configuration';
  return {
    add: `has no capture trigger${file === undefined ? '' : `, and ${file} does not leave it out`}`,
    replace: `has a capture trigger that is not what ${says}, or is switched off`,
    remove: `is captured although ${file ?? 'audit.config'} says it is not`,
  };
};
const STEPS = ['add', 'replace', 'remove'] as const;

/**
 * Whether each table has the triggers that it should have: one check for each that has not, or one for all of them.
 * @param by said in what is wrong, where it is known
 * @param each `false`: one check for all that are wrong in the same way, for a log that is read by people in a hurry
 */
export function checkTriggers(
  plan: readonly PlannedTable[],
  coverage: Coverage,
  each = true,
  by: PlannedBy = {},
): readonly Check[] {
  if (coverage.engine === 'client') return [checkOneEngine(plan)];
  const audited = plan.filter(({ wanted }) => wanted !== undefined);
  if (audited.length === 0) {
    const schemas = (coverage.schemas ?? ['public']).join(', ');
    return [fail('triggers', `no table is audited in ${schemas}`, 'set schemas in audit.config')];
  }
  const bare = audited.filter((planned) => planned.step === 'replace' && differsInPartitionsAlone(planned, coverage));
  const off = plan.flatMap((planned) => {
    const { step, model } = planned;
    return step === 'keep' || step === 'skip' || bare.includes(planned) ? [] : [{ step, model }];
  });
  const is = wrong(by);
  const remedy = by.lookedAt === undefined ? MIGRATE : `say where the configuration is, with --config FILE; where there is to be none, ${MIGRATE}`; // prettier-ignore
  const searched = by.lookedAt === undefined ? '' : ` (no configuration was found: looked at ${by.lookedAt})`;
  const found = each
    ? off.map(({ step, model }) => fail(`trigger:${model}`, `${model} ${is[step]}${searched}`, remedy))
    : STEPS.flatMap((step) => {
        const models = off.filter((other) => other.step === step).map(({ model }) => model);
        return models.length === 0 ? [] : [fail('triggers', together(models, is[step]), remedy)];
      });
  const right = found.length > 0 ? [] : [ok('triggers', `${audited.length} tables have their capture triggers`)];
  return [
    ...found,
    ...right,
    ...bare.flatMap(({ model, table }) => [
      ...(table.barePartitions.length > 0 ? [newPartitions(model, table.barePartitions)] : []),
      ...(table.ownPartitions.length > 0 ? [attachedPartitions(model, table.ownPartitions)] : []),
    ]),
  ];
}

function together(models: readonly string[], isWrong: string): string {
  return models.length === 1 ? `${models[0]} ${isWrong}` : `${models.join(', ')}: each ${isWrong}`;
}

/** All is right but that there are partitions which came later. */
function differsInPartitionsAlone({ table, wanted }: PlannedTable, { schema, onMissing }: Coverage): boolean {
  return wanted !== undefined && hasTriggers(table, wanted, onMissing ?? 'fail', schema ?? DEFAULT_SCHEMA);
}

/** A warning, since partitions are made all the time, and every change of their rows is captured. */
function newPartitions(model: string, partitions: readonly string[]): Check {
  const [first] = partitions;
  return {
    name: `partitions:${model}`,
    state: 'warn',
    message: `${model}: a TRUNCATE of ${partitions.length === 1 ? `its partition ${first}` : `one of ${partitions.length} partitions, such as ${first},`} by its own name would not be captured`,
    remedy: MIGRATE,
  };
}

/** A warning: the triggers of the partitioned table see these rows, and those of the partition leave them to them. */
function attachedPartitions(model: string, partitions: readonly string[]): Check {
  return {
    name: `attached:${model}`,
    state: 'warn',
    message: `${model}: ${partitions.join(', ')} became a partition of it and still ${partitions.length === 1 ? 'has' : 'have'} capture triggers from before`,
    remedy: MIGRATE,
  };
}
