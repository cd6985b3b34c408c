import { fail, MIGRATE, ok, type Check } from './checks.js';
import type { Coverage, PlannedTable } from './coverage.js';

const WRONG = {
  add: 'has no capture trigger',
  replace: 'has a capture trigger that is not what audit.config says, or is switched off',
  remove: 'is captured although audit.config says it is not',
} as const;

/** One for each table whose triggers are wrong; one for all of them if none is. */
export function checkTriggers(plan: readonly PlannedTable[], coverage: Coverage): readonly Check[] {
  const audited = plan.filter(({ wanted }) => wanted !== undefined);
  if (audited.length === 0) {
    const schemas = (coverage.schemas ?? ['public']).join(', ');
    return [fail('triggers', `no table is audited in ${schemas}`, 'set schemas in audit.config')];
  }
  const wrong = plan.flatMap(({ step, model }) =>
    step === 'keep' || step === 'skip' ? [] : [fail(`trigger:${model}`, `${model} ${WRONG[step]}`, MIGRATE)],
  );
  return wrong.length > 0 ? wrong : [ok('triggers', `${audited.length} tables have their capture triggers`)];
}
