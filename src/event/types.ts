/** Where an entry comes from. Closed set: it is part of the sealed body. */
export const SOURCES = ['request', 'record', 'change', 'change.client', 'read', 'control'] as const;
export type Source = (typeof SOURCES)[number];

/** How an action ended. `denied`: refused by an access rule before or inside the handler. */
export const OUTCOMES = ['success', 'failure', 'denied', 'partial'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const SEVERITIES = ['info', 'notice', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What the log says about its own knowledge of an entry. Closed set, sorted in the body. */
export const FLAGS = [
  'deferred',
  'estimated',
  'gap',
  'malformed',
  'no-context',
  'redacted',
  'replayed',
  'truncated',
] as const;
export type Flag = (typeof FLAGS)[number];

/**
 * How far an event has to come before whoever asked goes on. `async`: into memory; `committed`: into the database;
 * `sealed`: into its place in the chain.
 */
export const DURABILITIES = ['async', 'committed', 'sealed'] as const;
export type Durability = (typeof DURABILITIES)[number];

/** The well-known actor types; an application may use its own names as well. */
export type ActorType =
  'user' | 'admin' | 'service' | 'system' | 'api_key' | 'ai_agent' | 'anonymous' | (string & NonNullable<unknown>);

/** Who acted. Everything here is stored in the erasable `actor` section, never in the body. */
export interface Actor {
  readonly id?: string | undefined;
  readonly type?: ActorType | undefined;
  readonly email?: string | undefined;
  readonly role?: string | undefined;
  /** Id of the person or tenant the actor acts for (impersonation, delegation). */
  readonly onBehalfOf?: string | undefined;
}

/** A part of a composite key, or a whole simple one. */
export type KeyPart = string | number | bigint | boolean | Date;

/** What was acted upon. `id` is the primary key; an array for a composite one. */
export interface Resource {
  readonly type: string;
  readonly id?: KeyPart | readonly KeyPart[] | null | undefined;
}

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

/** An error as it is logged: class, stable code and a bounded message. */
export interface ErrorFact {
  readonly name: string;
  readonly code?: string;
  readonly message?: string;
  /** Where it was thrown, a frame a line; only where the application asked for it. Not `stack`: an Error has that. */
  readonly frames?: string;
}

/** What an application hands to `record()`. Only `action` is required. */
export interface AuditEvent {
  /** Dotted name, e.g. `invoice.approve`: 1–128 characters out of `A-Z a-z 0-9 _ . : / -`. */
  readonly action: string;
  /** @defaultValue `'success'` */
  readonly outcome?: Outcome;
  readonly resource?: Resource;
  /** Overrides the actor of the context. */
  readonly actor?: Actor;
  /** Overrides the tenant of the context; chooses the chain. */
  readonly tenant?: string;
  /** Plain JSON only. Secrets are redacted by name before anything is stored. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly old?: Readonly<Record<string, unknown>>;
  readonly new?: Readonly<Record<string, unknown>>;
  readonly reason?: string;
  readonly error?: ErrorFact;
  readonly severity?: Severity;
  /** Milliseconds, a safe non-negative integer. */
  readonly durationMs?: number;
  /** @defaultValue now */
  readonly occurredAt?: Date;
  /** Idempotence key, unique for a tenant: a second event with the same id inserts nothing. 1–128 characters. */
  readonly eventId?: string;
}
