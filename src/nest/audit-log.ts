import { Logger } from '@nestjs/common';
import { withoutValues } from '../event/error-message.js';
import { isAuditError, unfailing } from '../event/errors.js';
import { secretNames } from '../event/redaction.js';
import { visible } from '../event/visible.js';

/** One line of a kind in this time; how many were left out is said by the next. */
const WINDOW_MS = 60_000;
/** Of all kinds together in that time. */
const MOST = 30;
const KINDS_KEPT = 200;
const FACT_LENGTH = 200;

// Captured at import: fake timers must not silence the log.
const performance = globalThis.performance;
const isSecret = secretNames();

/** What goes beside a message: numbers, names and codes, no values. */
export type LogFacts = Readonly<Record<string, string | number | boolean>>;

interface Kind {
  saidAt: number;
  left: number;
}

/**
 * What the module says, through Nest's `Logger`: the message, then one object with `code` and facts. Nothing when all is well, but
 * who signs, at the start;
 * of a trouble that lasts one line a minute; no value of the application's, no secret; text that others wrote shows itself
 * (`visible`) and stays on its line; a logger that throws is survived.
 */
export class AuditLog {
  readonly #logger: Logger;
  readonly #instead: ((error: unknown) => void) | undefined;
  readonly #kinds = new Map<string, Kind>();
  #said = 0;
  #since = Number.NEGATIVE_INFINITY;

  /** @param options `onError` is told of everything, each time, in place of the log */
  constructor(name?: string, options: { readonly onError?: ((error: unknown) => void) | undefined } = {}) {
    this.#logger = new Logger(name === undefined ? 'Audit' : `Audit ${visible(name, 100)}`);
    this.#instead = options.onError && unfailing(options.onError);
  }

  /** Something went wrong and was survived. */
  readonly tell = (error: unknown): void => {
    if (this.#instead) this.#instead(error);
    else this.warn(error);
  };

  /** @param more facts beside those of the error */
  warn(error: unknown, more: LogFacts = {}): void {
    const { message, code, facts } = described(error);
    const left = this.#admit(
      isAuditError(error) || code === 'not-an-error' ? `${code} ${message.replaceAll(/\d+/g, '#')}` : code,
    );
    if (left === undefined) return;
    const repeated = left > 0 ? { repeated: left } : {};
    this.#write('warn', message, { code, ...facts, ...more, ...repeated });
  }

  /** How it is, at the start. */
  info(message: string, facts: LogFacts): void {
    this.#write('log', message, facts);
  }

  /** Always written: it is said once. */
  error(message: string, facts: LogFacts): void {
    this.#write('error', message, facts);
  }

  #write(level: 'log' | 'warn' | 'error', message: string, facts: LogFacts): void {
    try {
      this.#logger[level](visible(message), shown(facts));
    } catch {
      // there is nobody left to tell
    }
  }

  /** How many of the kind were left out before this one; nothing if this one is left out as well. */
  #admit(key: string): number | undefined {
    const now = performance.now();
    if (now - this.#since > WINDOW_MS) {
      this.#since = now;
      this.#said = 0;
    }
    const kind = this.#kinds.get(key);
    if (this.#said >= MOST || (kind && now - kind.saidAt < WINDOW_MS)) {
      if (kind) kind.left += 1;
      return undefined;
    }
    this.#said += 1;
    if (this.#kinds.size >= KINDS_KEPT) this.#kinds.clear();
    this.#kinds.set(key, { saidAt: now, left: 0 });
    return kind?.left ?? 0;
  }
}

function shown(facts: LogFacts): LogFacts {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      visible(name, FACT_LENGTH),
      typeof value === 'string' ? visible(value, FACT_LENGTH) : value,
    ]),
  );
}

/** Total: what was thrown may be anything. */
function described(error: unknown): { message: string; code: string; facts: LogFacts } {
  try {
    if (!(error instanceof Error)) {
      const thrown = error === null ? 'null' : typeof error;
      return { message: withoutValues(String(error), isSecret).text, code: 'not-an-error', facts: { thrown } };
    }
    const code = codeOf(error) ?? codeOf(error.cause) ?? error.name;
    // An AggregateError, which is what a refused connection is, has no message of its own.
    const message = withoutValues(error.message || `${error.name} ${code}`, isSecret).text;
    return { message, code: code.slice(0, FACT_LENGTH), facts: isAuditError(error) ? plain(error.facts) : {} };
  } catch {
    return { message: 'something that cannot be read was thrown', code: 'unreadable', facts: {} };
  }
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code !== ''
    ? error.code
    : undefined;

function plain(facts: Readonly<Record<string, unknown>>): LogFacts {
  const kept: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(facts)) {
    if (typeof value === 'string') kept[name] = value.slice(0, FACT_LENGTH);
    else if (typeof value === 'number' || typeof value === 'boolean') kept[name] = value;
  }
  return kept;
}
