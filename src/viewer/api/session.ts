import { isAccessAction } from '../../event/access.js';
import type { ActionBook } from '../../event/action-book.js';
import type { ReaderScope } from '../../query/scope.js';
import type { SessionAnswer } from '../answers.js';
import { json, type Answering } from '../asked.js';
import { mayVerify } from './verify.js';

/** Who asks, what he may see, and what is known of the log beside its entries. */
export const session: Answering = async ({ source, scope }) => {
  // Large, and not loaded before somebody asks.
  const { version } = await import('../assets.generated.js');
  const log = seesLog(scope, source);
  const answer: SessionAnswer = {
    reader: scope.actor,
    tenants: scope.tenants,
    can: { verify: mayVerify({ source, scope }), export: true, tail: true, prove: source.prove !== undefined, log },
    models: modelsOf(source.models, scope),
    actions: actionsOf(source.actions, scope),
    deployment: await source.deployment(),
    version,
    serverVkeys: await source.vkeys(),
    now: new Date().toISOString(),
  };
  return json(answer);
};

/** Actions that are no accesses, and that every log can have. */
const COMMON = ['auth.login', 'http.request', 'audit.read', 'audit.exported', 'audit.verified', 'chain.open'];
const VERBS = ['create', 'update', 'delete', 'read'];

/** Whether he sees anything but accesses, as far as names of actions are known. */
function seesLog(
  { actions: sees }: ReaderScope,
  { actions, models }: { actions: ActionBook; models: object },
): boolean {
  if (sees === undefined || !sees('access.entry')) return true;
  const changes = Object.keys(models).flatMap((model) => VERBS.map((verb) => `${model}.${verb}`));
  return [...COMMON, ...changes, ...actions.names].some((name) => !isAccessAction(name) && sees(name));
}

/** What is hidden has no name here either. */
function modelsOf(models: SessionAnswer['models'], { fields }: ReaderScope): SessionAnswer['models'] {
  if (fields === undefined) return models;
  return Object.fromEntries(
    Object.entries(models).map(([model, columns]) => [
      model,
      // oxlint-disable-next-line typescript/no-unnecessary-boolean-literal-compare -- what is not true is hidden
      Object.fromEntries(Object.entries(columns).filter(([, field]) => fields(model, field) === true)),
    ]),
  );
}

function actionsOf(book: ActionBook, { actions: sees }: ReaderScope): SessionAnswer['actions'] {
  // oxlint-disable-next-line typescript/no-unnecessary-boolean-literal-compare -- what is not true is hidden
  const names = book.names.filter((name) => sees === undefined || sees(name) === true);
  return Object.fromEntries(
    names.map((name) => {
      const { marks, description, sentence } = book.find(name) ?? {};
      return [name, { ...(marks ? { marks } : {}), ...(description === undefined ? {} : { description }), ...(sentence === undefined ? {} : { sentence }) }]; // prettier-ignore
    }),
  );
}
