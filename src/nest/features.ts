import { Module, type DynamicModule } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import type { ActionBook } from '../event/action-book.js';
import { checkActions, mergeActions, type ActionCatalogue } from '../event/actions.js';
import { AuditError } from '../event/errors.js';
import { INSTANCE, recordsRequests, type Instance } from './instances.js';

/** In each module that `forFeature` makes. A string: both module formats can be loaded. */
const FEATURE = 'nestjs-prisma-audit:feature';

interface Feature {
  readonly actions: ActionCatalogue;
  /** Name of the audit; absent: the one that records requests. */
  readonly audit: string | undefined;
}

// oxlint-disable-next-line typescript/no-extraneous-class -- what Nest knows a module by
@Module({})
class AuditFeatureModule {}

/** @throws AuditError `AUDIT_OPTIONS_INVALID` when the actions are no catalogue */
export function featureModule(actions: ActionCatalogue, audit?: string): DynamicModule {
  checkActions(actions);
  const feature: Feature = { actions, audit };
  return { module: AuditFeatureModule, providers: [{ provide: FEATURE, useValue: feature }] };
}

/**
 * Adds what features define to the actions of this audit.
 * @throws AuditError `AUDIT_OPTIONS_INVALID` naming the action and both modules, when two define it differently; or naming an
 *   audit that there is not
 */
export function addFeatures(book: ActionBook, me: Instance, modules: ModulesContainer): void {
  const mine = recordsRequests(me, modules);
  const origins = new Map<string, string>();
  for (const { feature, module } of featuresOf(modules)) {
    if (feature.audit === undefined ? !mine : feature.audit !== me.name) {
      if (mine) mustExist(feature, module, modules);
      continue;
    }
    for (const [name, definition] of Object.entries(feature.actions)) {
      const other = book.find(name);
      if (other && !agree({ [name]: other }, { [name]: definition }))
        throw invalid(`the action ${name} is defined twice, and differently: by ${origins.get(name) ?? 'the options of AuditModule'} and by ${module}. Define it in one place, or give one another name`); // prettier-ignore
      if (!other) origins.set(name, module);
    }
    book.add(feature.actions);
  }
}

/** With the names of the modules that import each. */
function featuresOf(modules: ModulesContainer): readonly { feature: Feature; module: string }[] {
  return [...modules.values()].flatMap((each) => {
    const feature = each.providers.get(FEATURE)?.instance as Feature | undefined; // ours
    if (!feature) return [];
    const importers = [...modules.values()].filter(({ imports }) => imports.has(each));
    return [{ feature, module: importers.map(({ name }) => name).join(' and ') || 'a module that nobody imports' }];
  });
}

function mustExist({ audit }: Feature, module: string, modules: ModulesContainer): void {
  if (audit === undefined) return;
  const there = [...modules.values()].some(({ providers }) => (providers.get(INSTANCE)?.instance as Instance | undefined)?.name === audit); // prettier-ignore
  if (!there)
    throw invalid(`${module} adds actions to the audit ${JSON.stringify(audit)}, which there is not: AuditModule.forRoot({ name: ${JSON.stringify(audit)}, … })`); // prettier-ignore
}

function agree(one: ActionCatalogue, other: ActionCatalogue): boolean {
  try {
    mergeActions(one, other);
    return true;
  } catch {
    return false;
  }
}

function invalid(message: string): AuditError {
  return new AuditError('AUDIT_OPTIONS_INVALID', message);
}
