import { isAccessAction } from './access.js';
import { checkActions, mergeActions, type ActionCatalogue, type ActionDefinition } from './actions.js';
import { AuditError, unfailing } from './errors.js';

/** What this package writes itself, beside `<Type>.read` and the changes. */
const OWN_ACTIONS: ReadonlySet<string> = new Set(['auth.login', 'request.ended', 'chain.open']);
/** What is said of requests that are nobody's (`http.unmatched`), and of the audit itself (`audit.shed`). */
const OWN_PREFIX = /^(http|audit)\./;

/** What becomes of an event whose action no catalogue defines. */
export const UNKNOWN_ACTIONS = ['refuse', 'mark', 'allow'] as const;
export type UnknownActions = (typeof UNKNOWN_ACTIONS)[number];

/** The actions that one audit knows: those of its options, and those that features add at the start. */
export class ActionBook {
  readonly #unknown: UnknownActions | undefined;
  /** Told of a request's details that did not fit. */
  readonly tell: (error: unknown) => void;
  #actions: ActionCatalogue = {};

  /**
   * @param unknown @defaultValue `'allow'` as long as there is no catalogue, then `'mark'`: an entry that is missing is worse
   *   than one whose action nobody defined, and what is misspelled in TypeScript does not compile
   * @throws AuditError `AUDIT_OPTIONS_INVALID`
   */
  constructor(actions?: ActionCatalogue, unknown?: UnknownActions, onError?: (error: unknown) => void) {
    if (unknown !== undefined && !UNKNOWN_ACTIONS.includes(unknown))
      throw new AuditError('AUDIT_OPTIONS_INVALID', "unknownActions must be 'refuse', 'mark' or 'allow'");
    this.#unknown = unknown;
    this.tell = unfailing(onError);
    if (actions !== undefined) this.add(actions);
  }

  get unknown(): UnknownActions {
    return this.#unknown ?? (Object.keys(this.#actions).length === 0 ? 'allow' : 'mark');
  }

  /** @throws AuditError `AUDIT_OPTIONS_INVALID` when it defines an action that is there already, and differently */
  add(actions: ActionCatalogue): void {
    checkActions(actions);
    this.#actions = mergeActions(this.#actions, actions);
  }

  find(action: string): ActionDefinition | undefined {
    return Object.hasOwn(this.#actions, action) ? this.#actions[action] : undefined;
  }

  /** Whether the events of any action have to come further than into memory. */
  get waits(): boolean {
    return Object.values(this.#actions).some(({ durability = 'async' }) => durability !== 'async');
  }

  /** Whether an event may have this action: it is in a catalogue, or one that this package writes. */
  knows(action: string): boolean {
    return (
      OWN_ACTIONS.has(action) || OWN_PREFIX.test(action) || isAccessAction(action) || this.find(action) !== undefined
    );
  }

  /** Actions that have the mark. */
  marked(mark: string): readonly string[] {
    return this.names.filter((name) => this.find(name)?.marks?.includes(mark));
  }

  get marks(): readonly string[] {
    return [...new Set(Object.values(this.#actions).flatMap(({ marks = [] }) => marks))];
  }

  get names(): readonly string[] {
    return Object.keys(this.#actions);
  }
}
